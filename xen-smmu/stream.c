/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who owns which stream of a unit.
 *
 * A stream ID has one owner.  A host bridge owns whole buses but yields the
 * streams that some device names in its own device tree node.
 */
#include "backend.h"

bool smmu_range_block(const struct smmu_range *range, uint32_t *done,
                      struct smmu_block *block)
{
    uint32_t left = range->count - *done, size;

    if ( !left )
        return false;

    block->id = range->first + *done;
    size = block->id ? block->id & -block->id : 1U << 31;
    while ( size > left )
        size /= 2;
    block->mask = (size - 1) | range->mask;
    *done += size;

    return true;
}

bool smmu_blocks_meet(const struct smmu_block *a, const struct smmu_block *b)
{
    return !((a->id ^ b->id) & ~(a->mask | b->mask));
}

static bool owns(const struct smmu_device *dev, uint32_t sid)
{
    const struct smmu_range *r;

    for ( r = dev->sids; r < &dev->sids[dev->nr]; r++ )
        if ( (sid & ~r->mask) - r->first < r->count )
            return true;

    return false;
}

struct smmu_device *smmu_stream_owner(struct smmu_unit *unit, uint32_t sid)
{
    struct smmu_device *dev, *bridge = NULL;

    for ( dev = unit->devices; dev; dev = dev->next )
        if ( owns(dev, sid) )
        {
            if ( !dev->bridge )
                return dev;
            bridge = dev;
        }

    return bridge;
}

/* Have they a stream in common?  *sid is one. */
static bool meet(const struct smmu_range *r, const struct smmu_range *range,
                 uint32_t *sid)
{
    uint32_t i = 0, j;
    struct smmu_block a, b;

    while ( smmu_range_block(r, &i, &a) )
        for ( j = 0; smmu_range_block(range, &j, &b); )
            if ( smmu_blocks_meet(&a, &b) )
            {
                *sid = a.id | b.id;
                return true;
            }

    return false;
}

/* Of the same kind, with a stream in common: *sid is one. */
static struct smmu_device *conflict(struct smmu_unit *unit, bool bridge,
                                    const struct smmu_range *range,
                                    uint32_t *sid)
{
    struct smmu_device *dev;
    unsigned int i;

    for ( dev = unit->devices; dev; dev = dev->next )
        for ( i = 0; dev->bridge == bridge && i < dev->nr; i++ )
            if ( meet(&dev->sids[i], range, sid) )
                return dev;

    return NULL;
}

/* Whether the mask has only bits that it may: the unit's, and not the IDs'. */
static bool mask_ok(const struct smmu_unit *unit, const struct smmu_range *r)
{
    uint32_t last = r->first + r->count - 1, varies = r->first ^ last, bits;

    for ( bits = r->first | last; varies; varies >>= 1 )
        bits |= varies;

    return !(r->mask & (bits | ~unit->mask_bits));
}

static int check(struct smmu_unit *unit, const char *path, bool bridge,
                 const struct smmu_range *sids, unsigned int nr)
{
    const uint64_t limit = 1ULL << unit->sid_bits;
    struct smmu_device *other;
    unsigned int i;
    uint32_t sid;

    for ( i = 0; i < nr; i++ )
    {
        if ( !sids[i].count ||
             (uint64_t)sids[i].first + sids[i].count > limit )
        {
            smmu_log(SMMU_ERR, "%s: %s: stream IDs %#x (+%#x) are beyond its %u bits: %s",
                     unit->name, path, sids[i].first, sids[i].count,
                     unit->sid_bits,
                     smmu_reason_token(XEN_SMMU_REASON_STREAM_RANGE));
            return -ENOSPC;
        }
        if ( !mask_ok(unit, &sids[i]) )
        {
            smmu_log(SMMU_ERR, "%s: %s: stream IDs %#x (+%#x) cannot have the mask %#x: %s",
                     unit->name, path, sids[i].first, sids[i].count,
                     sids[i].mask,
                     smmu_reason_token(XEN_SMMU_REASON_STREAM_RANGE));
            return -ENOSPC;
        }

        other = conflict(unit, bridge, &sids[i], &sid);
        if ( other )
        {
            smmu_log(SMMU_ERR, "%s: %s: stream ID %#x already belongs to %s: %s: refused",
                     unit->name, path, sid, other->path,
                     smmu_reason_token(XEN_SMMU_REASON_STREAM_TAKEN));
            return -EBUSY;
        }
    }

    return 0;
}

static void unlink_device(struct smmu_device *dev)
{
    struct smmu_device **p;

    for ( p = &dev->unit->devices; *p != dev; p = &(*p)->next )
        ;
    *p = dev->next;
}

/*
 * Gives the device's streams up.  A bridge's get their translation anew before
 * they open: in their STEs is still that of the device's domain.
 */
static int release(struct smmu_unit *unit, struct smmu_device *dev)
{
    struct smmu_device *bridge;

    unit->backend->release(unit, dev);
    for ( bridge = unit->devices; bridge; bridge = bridge->next )
        if ( bridge->bridge )
            bridge->configured = false;

    return smmu_sync_streams(dev);
}

/* unit->config and a use count are held. */
static int add_locked(struct smmu_unit *unit, struct smmu_device *dev)
{
    int rc;

    dev->next = unit->devices;
    unit->devices = dev;
    rc = unit->backend->reserve(unit, dev) ?: smmu_sync_streams(dev);
    if ( rc )
    {
        smmu_log(SMMU_ERR, "%s: %s: cannot set up its streams (%d)",
                 unit->name, dev->path, rc);
        release(unit, dev);
        unlink_device(dev);
    }

    return rc;
}

int smmu_device_add(struct smmu_unit *unit, const char *path, bool bridge,
                    const struct smmu_range *sids, unsigned int nr,
                    struct smmu_device **out)
{
    struct smmu_device *dev;
    int rc;

    dev = smmu_zalloc(sizeof(*dev) + nr * sizeof(dev->sids[0]));
    if ( !dev )
        return -ENOMEM;
    dev->unit = unit;
    dev->path = path;
    dev->bridge = bridge;
    dev->nr = nr;
    memcpy(dev->sids, sids, nr * sizeof(dev->sids[0]));

    smmu_mutex_lock(&unit->config);
    rc = check(unit, path, bridge, sids, nr) ?: smmu_unit_ready(unit);
    if ( !rc )
    {
        rc = add_locked(unit, dev);
        smmu_unit_put(unit);
        smmu_unit_rest(unit);
    }
    smmu_mutex_unlock(&unit->config);

    if ( rc )
        smmu_free(dev);
    else
        *out = dev;

    return rc;
}

int smmu_device_remove(struct smmu_device *dev)
{
    struct smmu_unit *unit = dev->unit;
    int rc = -EBUSY;

    smmu_mutex_lock(&unit->config);
    if ( !dev->link && !dev->bridge )
        rc = smmu_unit_ready(unit);
    if ( !rc )
    {
        rc = release(unit, dev);
        if ( !rc )
            unlink_device(dev);
        smmu_unit_put(unit);
        smmu_unit_rest(unit);
    }
    smmu_mutex_unlock(&unit->config);

    if ( !rc )
        smmu_free(dev);

    return rc;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
