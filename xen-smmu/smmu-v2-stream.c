/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stream mapping: SMRs say which group a stream ID belongs to, the group's
 * S2CR what becomes of it.  Without SMRs each stream ID is its own group.
 *
 * No two valid SMRs match the same ID.  A host bridge's range is matched round
 * the streams that other devices have taken out of it; the groups are chosen
 * anew when such a device comes, and when the bridge is configured.  While
 * they are, streams of the bridge may match nothing for a moment, and abort.
 *
 * A group's S2CR is at fault before its SMR is valid, and while that changes.
 */
#include "smmu-v2-priv.h"

/* A stream range as SMRs. */
struct cover {
    unsigned int nr;
    unsigned int room;
    struct smmu_block block[SMMU_V2_GROUPS];
};

#define for_each_group(unit, i, owner)                  \
    for ( (i) = 0; (i) < to_v2(unit)->caps.groups; (i)++ ) \
        if ( to_v2(unit)->group[i].dev == (owner) )

/* v2->power is held. */
static void write_s2cr(struct smmu_unit *unit, unsigned int i)
{
    const struct smmu_v2 *v2 = to_v2(unit);
    const struct smmu_v2_group *group = &v2->group[i];
    uint32_t s2cr = V2_S2CR_FAULT;

    if ( group->dev && group->open && v2->running && !v2->disabled )
        s2cr = V2_S2CR_TRANSLATE | smmu_v2_bank_of(group->dev->link->vmid);
    if ( group->dev && v2->caps.matches && v2->caps.extended )
        s2cr |= V2_S2CR_EXIDVALID;
    smmu_v2_write(unit, V2_S2CR(i), s2cr);
}

static uint32_t smr_of(const struct smmu_v2 *v2, unsigned int i)
{
    const struct smmu_block *streams = &v2->group[i].streams;

    return V2_SMR_MASK(streams->mask) | streams->id |
           (v2->caps.extended ? 0 : V2_SMR_VALID);
}

/*
 * The group's SMR, while its S2CR is at fault: with extended IDs it is the
 * S2CR that makes it valid, so that one comes last.
 */
static void write_group(struct smmu_unit *unit, unsigned int i)
{
    const struct smmu_v2 *v2 = to_v2(unit);

    if ( v2->caps.matches )
        smmu_v2_write(unit, V2_SMR(i), smr_of(v2, i));
    write_s2cr(unit, i);
}

/* False: it does not have those bits, and would match something else. */
static bool take(struct smmu_unit *unit, unsigned int i,
                 struct smmu_device *dev, const struct smmu_block *streams,
                 bool open)
{
    struct smmu_v2 *v2 = to_v2(unit);
    uint32_t smr;

    v2->group[i] = (struct smmu_v2_group){ .dev = dev, .streams = *streams };
    write_group(unit, i);
    smr = v2->caps.matches ? smmu_v2_read(unit, V2_SMR(i)) : 0;
    if ( v2->caps.matches && smr != smr_of(v2, i) )
    {
        smmu_log(SMMU_ERR, "%s: %s: stream IDs %#x, mask %#x, cannot be matched: SMR%u reads %#x",
                 unit->name, dev->path, streams->id, streams->mask, i, smr);
        return false;
    }
    v2->group[i].open = open;
    if ( open )
        write_s2cr(unit, i);

    return true;
}

static void drop(struct smmu_unit *unit, unsigned int i)
{
    struct smmu_v2 *v2 = to_v2(unit);

    v2->group[i] = (struct smmu_v2_group){ .dev = NULL };
    write_s2cr(unit, i);
    if ( v2->caps.matches )
        smmu_v2_write(unit, V2_SMR(i), 0);
}

/*
 * Has some stream of `b` a match already, or does another device have it by
 * its own node, if `dev` is a bridge?
 */
static bool taken(struct smmu_unit *unit, const struct smmu_device *dev,
                  const struct cover *cover, const struct smmu_block *b,
                  struct smmu_block *by)
{
    const struct smmu_device *other;
    unsigned int i;
    uint32_t done;

    for ( i = 0; i < cover->nr; i++ )
    {
        *by = cover->block[i];
        if ( smmu_blocks_meet(b, by) )
            return true;
    }
    if ( !dev->bridge )
        return false;
    for ( other = unit->devices; other; other = other->next )
        for ( i = 0; !other->bridge && i < other->nr; i++ )
            for ( done = 0; smmu_range_block(&other->sids[i], &done, by); )
                if ( smmu_blocks_meet(b, by) )
                    return true;

    return false;
}

/* Halves of halves: one more than a mask has bits. */
#define DEPTH   17

/*
 * Adds a block, less what is taken: where it meets that, it is halved at a bit
 * that the other's mask has not.  False: it takes too many groups.
 */
static bool add_block(struct smmu_unit *unit, const struct smmu_device *dev,
                      const struct smmu_block *block, struct cover *cover)
{
    struct smmu_block todo[DEPTH] = { *block }, b, by;
    unsigned int n = 1;
    uint32_t bits, bit;

    while ( n )
    {
        b = todo[--n];
        if ( !taken(unit, dev, cover, &b, &by) )
        {
            if ( cover->nr == cover->room )
                return false;
            cover->block[cover->nr++] = b;
            continue;
        }
        bits = b.mask & ~by.mask;
        if ( !bits )
            continue;
        for ( bit = 1U << 15; !(bits & bit); bit >>= 1 )
            ;
        b.mask &= ~bit;
        todo[n++] = b;
        b.id |= bit;
        todo[n++] = b;
    }

    return true;
}

/* False: it takes more groups than there are. */
static bool find_cover(struct smmu_unit *unit, const struct smmu_device *dev,
                       struct cover *cover)
{
    struct smmu_block b;
    unsigned int i;
    uint32_t done;

    cover->nr = 0;
    cover->room = to_v2(unit)->caps.groups;
    for ( i = 0; i < dev->nr; i++ )
        for ( done = 0; smmu_range_block(&dev->sids[i], &done, &b); )
            if ( !add_block(unit, dev, &b, cover) )
                return false;

    return true;
}

/* Where `b` is in it, or cover->nr. */
static unsigned int position(const struct cover *cover,
                             const struct smmu_block *b)
{
    unsigned int i;

    for ( i = 0; i < cover->nr; i++ )
        if ( cover->block[i].id == b->id && cover->block[i].mask == b->mask )
            break;

    return i;
}

/*
 * Groups for what the device's streams are now; those that it has already
 * stay.  -ENOSPC: not enough, it keeps the old ones; -EINVAL.
 */
static int match(struct smmu_unit *unit, struct smmu_device *dev, bool open)
{
    struct smmu_v2 *v2 = to_v2(unit);
    struct cover cover;
    unsigned int i, k, spare = 0, kept = 0;

    if ( !find_cover(unit, dev, &cover) )
        return -ENOSPC;

    for_each_group ( unit, i, dev )
    {
        if ( position(&cover, &v2->group[i].streams) < cover.nr )
            kept++;
        else
            spare++;
    }
    for_each_group ( unit, i, NULL )
        spare++;
    if ( cover.nr - kept > spare )
        return -ENOSPC;

    for_each_group ( unit, i, dev )
    {
        k = position(&cover, &v2->group[i].streams);
        if ( k == cover.nr )
            drop(unit, i);
        else
            cover.block[k] = cover.block[--cover.nr];
    }
    for_each_group ( unit, i, NULL )
    {
        if ( !cover.nr )
            break;
        if ( !take(unit, i, dev, &cover.block[--cover.nr], open) )
            return -EINVAL;
    }

    return 0;
}

/* Without SMRs: the S2CRs of its stream IDs, but for those of others. */
static int index_streams(struct smmu_unit *unit, struct smmu_device *dev,
                         bool open)
{
    struct smmu_v2_group *group;
    struct smmu_block one;
    unsigned int i, n;

    for ( i = 0; i < dev->nr; i++ )
        for ( n = 0; n < dev->sids[i].count; n++ )
        {
            one = (struct smmu_block){ .id = dev->sids[i].first + n };
            group = &to_v2(unit)->group[one.id];
            if ( smmu_stream_owner(unit, one.id) == dev && group->dev != dev )
                take(unit, one.id, dev, &one, open);
        }

    return 0;
}

/* Whether its streams translate, so far. */
static bool is_open(struct smmu_unit *unit, const struct smmu_device *dev)
{
    unsigned int i;

    for_each_group ( unit, i, dev )
        return to_v2(unit)->group[i].open;

    return false;
}

static int map(struct smmu_unit *unit, struct smmu_device *dev)
{
    bool open = is_open(unit, dev);

    return to_v2(unit)->caps.matches ? match(unit, dev, open)
                                     : index_streams(unit, dev, open);
}

static void no_groups(struct smmu_unit *unit, const struct smmu_device *dev,
                      int rc)
{
    if ( rc == -ENOSPC )
        smmu_log(SMMU_ERR, "%s: %s: not enough of its %u stream match registers are free for its stream IDs: %s",
                 unit->name, dev->path, to_v2(unit)->caps.groups,
                 smmu_reason_token(XEN_SMMU_REASON_NO_SMR));
    else
        smmu_log(SMMU_ERR, "%s: %s: it cannot tell the device's stream IDs apart from others",
                 unit->name, dev->path);
}

int smmu_v2_reserve(struct smmu_unit *unit, struct smmu_device *dev)
{
    struct smmu_v2 *v2 = to_v2(unit);
    struct smmu_device *d;
    int rc = 0;

    smmu_mutex_lock(&v2->power);
    /* What it takes out of a bridge's range is not to match twice. */
    for ( d = unit->devices; d && !rc && !dev->bridge; d = d->next )
        if ( d->bridge && v2->caps.matches )
            rc = map(unit, d);
    rc = rc ?: map(unit, dev);
    smmu_mutex_unlock(&v2->power);
    if ( rc )
        no_groups(unit, dev, rc);

    return rc;
}

void smmu_v2_release(struct smmu_unit *unit, struct smmu_device *dev)
{
    struct smmu_v2 *v2 = to_v2(unit);
    unsigned int i;

    smmu_mutex_lock(&v2->power);
    for_each_group ( unit, i, dev )
        drop(unit, i);
    smmu_mutex_unlock(&v2->power);
}

/*
 * A bridge's groups as well: what it yielded may have come back.  It aborts,
 * so that they change at leisure; what finds no group goes on aborting.
 */
void smmu_v2_configure(struct smmu_unit *unit, struct smmu_device *dev)
{
    struct smmu_v2 *v2 = to_v2(unit);
    int rc = 0;

    smmu_v2_bank_set(unit, dev->link);
    if ( !dev->bridge )
        return;
    smmu_mutex_lock(&v2->power);
    rc = map(unit, dev);
    smmu_mutex_unlock(&v2->power);
    if ( rc )
        no_groups(unit, dev, rc);
}

static void set_open(struct smmu_unit *unit, struct smmu_device *dev,
                     bool open)
{
    struct smmu_v2 *v2 = to_v2(unit);
    unsigned int i;

    smmu_mutex_lock(&v2->power);
    for_each_group ( unit, i, dev )
    {
        v2->group[i].open = open;
        /* Parked, they open when it runs. */
        if ( v2->running || !open )
            write_s2cr(unit, i);
    }
    smmu_mutex_unlock(&v2->power);
}

void smmu_v2_open(struct smmu_unit *unit, struct smmu_device *dev)
{
    set_open(unit, dev, true);
}

void smmu_v2_abort(struct smmu_unit *unit, struct smmu_device *dev)
{
    set_open(unit, dev, false);
}

void smmu_v2_streams_clear(struct smmu_unit *unit)
{
    const struct smmu_v2 *v2 = to_v2(unit);
    unsigned int i;

    for ( i = 0; i < v2->caps.groups; i++ )
        smmu_v2_write(unit, V2_S2CR(i), V2_S2CR_FAULT);
    for ( i = 0; v2->caps.matches && i < v2->caps.groups; i++ )
        smmu_v2_write(unit, V2_SMR(i), 0);
}

void smmu_v2_streams_restore(struct smmu_unit *unit)
{
    unsigned int i;

    for ( i = 0; i < to_v2(unit)->caps.groups; i++ )
        if ( to_v2(unit)->group[i].dev )
            write_group(unit, i);
}

void smmu_v2_streams_apply(struct smmu_unit *unit)
{
    unsigned int i;

    for ( i = 0; i < to_v2(unit)->caps.groups; i++ )
        if ( to_v2(unit)->group[i].dev && to_v2(unit)->group[i].open )
            write_s2cr(unit, i);
}

bool smmu_v2_streams_fault(struct smmu_unit *unit)
{
    unsigned int i;

    for ( i = 0; i < to_v2(unit)->caps.groups; i++ )
        if ( (smmu_v2_read(unit, V2_S2CR(i)) & V2_S2CR_TYPE_MASK) !=
             V2_S2CR_FAULT )
            return false;

    return true;
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
