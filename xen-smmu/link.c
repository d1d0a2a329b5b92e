/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain on a unit: opening its streams, and blocking them (DESIGN 4, 5).
 *
 *   DORMANT -> WAKING -> LIVE -> QUIESCING -> DORMANT     and FAILED
 *
 * Invariant: while DORMANT, every stream of the link aborts, acknowledged by a
 * completed sync; what is unmapped then becomes debt.  It leaves DORMANT for
 * WAKING in one critical section that takes the debt, which is invalidated,
 * synced, before a stream opens.
 */
#include "backend.h"

/*
 * From one state to the next, link->lock held.  False: it is not in `from`;
 * its unit has failed meanwhile, and FAILED stays.
 */
static bool move(struct smmu_link *link, unsigned int from, unsigned int to)
{
    if ( link->state != from )
        return false;
    link->state = to;
    link->since = smmu_now();

    return true;
}

unsigned int smmu_link_state(struct smmu_link *link)
{
    unsigned long flags = smmu_lock(&link->lock);
    unsigned int state = link->state;

    smmu_unlock(&link->lock, flags);

    /* Blocked before the unit failed is blocked; else nothing is known. */
    return state != XEN_SMMU_LINK_DORMANT && smmu_unit_failed(link->unit)
           ? XEN_SMMU_LINK_FAILED : state;
}

/* No confirmation will ever come: DESIGN 5's last resort. */
static void give_up(struct smmu_link *link, enum xen_smmu_reason reason)
{
    unsigned long flags = smmu_lock(&link->lock);
    bool first = link->state != XEN_SMMU_LINK_FAILED;

    if ( first )
    {
        smmu_store(&link->domain->quarantined, 1);
        move(link, link->state, XEN_SMMU_LINK_FAILED);
        link->reason = reason;
    }
    smmu_unlock(&link->lock, flags);

    if ( first )
        smmu_log(SMMU_ERR, "%s: d%u is quarantined: an invalidation never completed, its memory stays out of use (%s). Next: %s",
                 link->unit->name, link->domain->id, smmu_reason_token(reason),
                 smmu_reason_next(XEN_SMMU_REASON_QUARANTINED));
}

bool smmu_link_lost(struct smmu_link *link)
{
    if ( smmu_link_state(link) != XEN_SMMU_LINK_FAILED )
        return false;
    give_up(link, XEN_SMMU_REASON_UNIT_FAILED);

    return true;
}

/* unit->config and a use count are held. */
static int block_locked(struct smmu_link *link, enum xen_smmu_reason reason)
{
    struct smmu_unit *unit = link->unit;
    struct smmu_inv_list list = { .unit = unit };
    struct smmu_device *dev;
    unsigned long flags;
    unsigned int state;
    bool blocked;

    flags = smmu_lock(&link->lock);
    state = link->state;
    move(link, XEN_SMMU_LINK_LIVE, XEN_SMMU_LINK_QUIESCING);
    smmu_unlock(&link->lock, flags);

    if ( state == XEN_SMMU_LINK_DORMANT )
        return 0;
    if ( state == XEN_SMMU_LINK_FAILED )
        return -EIO;

    for ( dev = unit->devices; dev; dev = dev->next )
        if ( dev->link == link )
        {
            unit->backend->abort(unit, dev);
            smmu_inv_add_streams(&list, dev);
        }

    if ( smmu_inv_sync(&list) )
    {
        smmu_unit_fail(unit, reason);
        give_up(link, reason);
        return -EIO;
    }

    for ( dev = unit->devices; dev; dev = dev->next )
        if ( dev->link == link )
            dev->open = false;

    flags = smmu_lock(&link->lock);
    blocked = move(link, XEN_SMMU_LINK_QUIESCING, XEN_SMMU_LINK_DORMANT);
    smmu_unlock(&link->lock, flags);

    return blocked ? 0 : -EIO;
}

int smmu_link_block(struct smmu_link *link)
{
    struct smmu_unit *unit = link->unit;
    int rc;

    if ( !smmu_unit_get(unit) )
        return smmu_link_lost(link) ? -EIO : 0;

    smmu_mutex_lock(&unit->config);
    rc = block_locked(link, XEN_SMMU_REASON_SYNC_TIMEOUT);
    smmu_mutex_unlock(&unit->config);
    smmu_unit_put(unit);

    return rc;
}

/* unit->config and a use count are held. */
static void fail_locked(struct smmu_link *link, enum xen_smmu_reason reason)
{
    unsigned long flags;

    smmu_log(SMMU_ERR, "%s: d%u: invalidation failed (%s): its streams are cut off",
             link->unit->name, link->domain->id, smmu_reason_token(reason));

    link->failures++;
    if ( !block_locked(link, reason) )
    {
        /* Blocked after all; what was not flushed is owed. */
        flags = smmu_lock(&link->lock);
        link->debt_all = true;
        link->reason = reason;
        smmu_unlock(&link->lock, flags);
    }
}

void smmu_link_fail(struct smmu_link *link, enum xen_smmu_reason reason)
{
    smmu_mutex_lock(&link->unit->config);
    fail_locked(link, reason);
    smmu_mutex_unlock(&link->unit->config);
}

/* The domain's link on the unit, made if need be.  unit->config held. */
static int get_link(struct smmu_domain *domain, struct smmu_unit *unit,
                    struct smmu_link **out)
{
    struct smmu_link *link;
    uint64_t head, seen;

    for ( link = smmu_domain_links(domain); link; link = link->next )
        if ( link->unit == unit )
            goto found;

    link = smmu_zalloc(sizeof(*link));
    if ( !link )
        return -ENOMEM;
    link->unit = unit;
    link->domain = domain;
    link->vmid = smmu_vmid_alloc(&unit->vmids, &link->debt_all);
    if ( !link->vmid )
    {
        smmu_log(SMMU_ERR, "%s: no VMID left for d%u: %s", unit->name,
                 domain->id, smmu_reason_token(XEN_SMMU_REASON_NO_VMID));
        smmu_free(link);
        return -ENOSPC;
    }
    smmu_lock_init(&link->lock);
    link->state = XEN_SMMU_LINK_DORMANT;
    link->since = smmu_now();

    link->unit_next = unit->links;
    unit->links = link;
    head = smmu_load(&domain->links);
    do {
        link->next = (struct smmu_link *)(uintptr_t)head;
        seen = head;
        head = smmu_cmpxchg(&domain->links, seen, (uintptr_t)link);
    } while ( head != seen );

 found:
    *out = link;

    return 0;
}

/* Opens the streams of a device that aborts.  unit->config, a use count. */
static int open_device(struct smmu_link *link, struct smmu_device *dev)
{
    struct smmu_unit *unit = link->unit;
    struct smmu_inv_list list = { .unit = unit };
    bool waking, debt;
    unsigned long flags;
    int rc;

    flags = smmu_lock(&link->lock);
    waking = move(link, XEN_SMMU_LINK_DORMANT, XEN_SMMU_LINK_WAKING);
    debt = waking && link->debt_all;
    if ( waking )
        link->debt_all = false;
    smmu_unlock(&link->lock, flags);

    unit->backend->configure(unit, dev);
    if ( debt )
        smmu_inv_add(&list, (struct smmu_inv){ .kind = SMMU_INV_VMID,
                                               .vmid = link->vmid });
    smmu_inv_add_streams(&list, dev);
    rc = smmu_inv_sync(&list);
    if ( rc && waking )
    {
        /* Nothing was opened, so it is as blocked as before. */
        flags = smmu_lock(&link->lock);
        link->debt_all = true;
        link->reason = XEN_SMMU_REASON_SYNC_TIMEOUT;
        move(link, XEN_SMMU_LINK_WAKING, XEN_SMMU_LINK_DORMANT);
        smmu_unlock(&link->lock, flags);
    }
    if ( rc )
        return rc;

    if ( waking )
    {
        /* Before the first stream opens: from here on it has to be blocked. */
        flags = smmu_lock(&link->lock);
        waking = move(link, XEN_SMMU_LINK_WAKING, XEN_SMMU_LINK_LIVE);
        link->wakes += waking;
        smmu_unlock(&link->lock, flags);
        if ( !waking )
            return -EIO;
    }

    unit->backend->open(unit, dev);
    dev->open = true;
    rc = smmu_sync_streams(dev);
    if ( rc )
        fail_locked(link, XEN_SMMU_REASON_SYNC_TIMEOUT);

    return rc;
}

int smmu_attach(struct smmu_domain *domain, struct smmu_device *dev)
{
    struct smmu_unit *unit = dev->unit;
    struct smmu_link *link;
    int rc;

    if ( !smmu_unit_get(unit) )
        return -EIO;
    smmu_mutex_lock(&unit->config);

    rc = dev->link ? -EBUSY : get_link(domain, unit, &link);
    if ( !rc )
    {
        /* After the link is there: smmu_domain_stop() sees it, or we this. */
        dev->link = link;
        rc = smmu_load(&domain->stopped) ? -ENXIO :
             smmu_link_state(link) == XEN_SMMU_LINK_FAILED ? -EIO :
             open_device(link, dev);
        if ( rc && !dev->open )
            dev->link = NULL;
    }

    smmu_mutex_unlock(&unit->config);
    smmu_unit_put(unit);

    return rc;
}

/* unit->config and a use count are held. */
static int detach_locked(struct smmu_link *link, struct smmu_device *dev)
{
    struct smmu_unit *unit = link->unit;
    struct smmu_device *other;

    for ( other = unit->devices; other; other = other->next )
        if ( other != dev && other->link == link && other->open )
            break;

    /* The last open one takes the link to sleep. */
    if ( !other )
        return block_locked(link, XEN_SMMU_REASON_SYNC_TIMEOUT);
    if ( !dev->open )
        return 0;

    unit->backend->abort(unit, dev);
    if ( smmu_sync_streams(dev) )
        fail_locked(link, XEN_SMMU_REASON_SYNC_TIMEOUT);
    else
        dev->open = false;

    return dev->open ? -EIO : 0;
}

int smmu_detach(struct smmu_domain *domain, struct smmu_device *dev)
{
    struct smmu_unit *unit = dev->unit;
    bool got = smmu_unit_get(unit);
    int rc = -ENODEV;

    smmu_mutex_lock(&unit->config);
    if ( dev->link && dev->link->domain == domain )
    {
        rc = got ? detach_locked(dev->link, dev) :
             smmu_link_lost(dev->link) ? -EIO : 0;
        if ( !rc )
        {
            dev->open = false;
            dev->link = NULL;
        }
    }
    smmu_mutex_unlock(&unit->config);
    if ( got )
        smmu_unit_put(unit);

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
