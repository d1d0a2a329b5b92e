/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain on a unit: waking it and blocking it (DESIGN 4, 5).
 *
 *   DORMANT -> WAKING -> LIVE -> QUIESCING -> DORMANT     and FAILED
 *
 * Invariant: while DORMANT, every stream of the link aborts, acknowledged by a
 * completed sync; what is unmapped then becomes debt.  It leaves DORMANT for
 * WAKING in one critical section that takes the debt, and only once the unit's
 * queue runs; the debt is invalidated, synced, before a stream opens, or
 * before the parked unit looks at its tables again.
 */
#include "backend.h"

/* By smmu_power_link(); link->lock held. */
static bool event(struct smmu_link *link, enum smmu_link_event what)
{
    int state = smmu_power_link(link->state, what);

    if ( state < 0 )
        return false;
    link->state = state;
    link->since = smmu_now();

    return true;
}

unsigned int smmu_link_state(struct smmu_link *link)
{
    unsigned long flags = smmu_lock(&link->lock);
    unsigned int state = link->state;

    smmu_unlock(&link->lock, flags);

    /* Blocked before the unit failed is blocked; anything else is not known. */
    return state != XEN_SMMU_LINK_DORMANT && smmu_unit_failed(link->unit)
           ? XEN_SMMU_LINK_FAILED : state;
}

/* No confirmation will ever come: DESIGN 5's last resort. */
static void give_up(struct smmu_link *link, enum xen_smmu_reason reason)
{
    unsigned long flags = smmu_lock(&link->lock);
    bool first = event(link, SMMU_LINK_LOST);

    if ( first )
    {
        smmu_store(&link->domain->quarantined, 1);
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

int smmu_link_block(struct smmu_link *link, enum xen_smmu_reason reason)
{
    struct smmu_unit *unit = link->unit;
    struct smmu_inv_list list = { .unit = unit };
    struct smmu_device *dev;
    unsigned long flags;
    bool blocked;

    if ( smmu_link_state(link) == XEN_SMMU_LINK_DORMANT )
        return 0;
    if ( !smmu_unit_get(unit) )
        return smmu_link_lost(link) ? -EIO : 0;

    flags = smmu_lock(&link->lock);
    event(link, SMMU_LINK_SLEEP);
    smmu_unlock(&link->lock, flags);

    for ( dev = unit->devices; dev; dev = dev->next )
        if ( dev->link == link && dev->open )
        {
            unit->backend->abort(unit, dev);
            smmu_inv_add_streams(&list, dev);
        }

    if ( smmu_inv_sync(&list) )
    {
        smmu_unit_fail(unit, reason);
        give_up(link, reason);
        smmu_unit_put(unit);
        return -EIO;
    }

    for ( dev = unit->devices; dev; dev = dev->next )
        if ( dev->link == link )
            dev->open = false;

    flags = smmu_lock(&link->lock);
    link->epoch = unit->epoch;
    /* No: the unit failed meanwhile, and a flush found out. */
    blocked = event(link, SMMU_LINK_BLOCKED);
    smmu_unlock(&link->lock, flags);
    smmu_unit_put(unit);

    return blocked ? 0 : -EIO;
}

void smmu_link_fail_locked(struct smmu_link *link, enum xen_smmu_reason reason)
{
    unsigned long flags;

    smmu_log(SMMU_ERR, "%s: d%u: invalidation failed (%s): its streams are cut off",
             link->unit->name, link->domain->id, smmu_reason_token(reason));

    if ( !smmu_link_block(link, reason) )
    {
        /* Blocked after all; what was not flushed is owed. */
        flags = smmu_lock(&link->lock);
        smmu_debt_add_all(&link->debt);
        link->reason = reason;
        smmu_unlock(&link->lock, flags);
    }
    flags = smmu_lock(&link->lock);
    link->stats.failures++;
    smmu_unlock(&link->lock, flags);
}

void smmu_link_fail(struct smmu_link *link, enum xen_smmu_reason reason)
{
    smmu_mutex_lock(&link->unit->config);
    smmu_link_fail_locked(link, reason);
    smmu_mutex_unlock(&link->unit->config);
}

int smmu_link_find(struct smmu_domain *domain, struct smmu_unit *unit,
                   struct smmu_link **out)
{
    struct smmu_link *link;
    uint64_t head, seen;
    bool dirty;

    for ( link = smmu_domain_links(domain); link; link = link->next )
        if ( link->unit == unit )
            goto found;

    link = smmu_zalloc(sizeof(*link));
    if ( !link )
        return -ENOMEM;
    link->unit = unit;
    link->domain = domain;
    link->vmid = smmu_vmid_alloc(&unit->vmids, &dirty);
    if ( !link->vmid )
    {
        smmu_log(SMMU_ERR, "%s: no VMID left for d%u: %s", unit->name,
                 domain->id, smmu_reason_token(XEN_SMMU_REASON_NO_VMID));
        smmu_free(link);
        return -ENOSPC;
    }
    if ( dirty )
        smmu_debt_add_all(&link->debt);
    smmu_lock_init(&link->lock);
    link->state = XEN_SMMU_LINK_DORMANT;
    link->since = smmu_now();
    link->epoch = unit->epoch;
    smmu_settle_init(link);

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

bool smmu_device_wanted(const struct smmu_device *dev)
{
    const struct smmu_domain *domain = dev->link->domain;

    return !dev->leaving && !dev->unit->suspended &&
           smmu_power_wanted(smmu_load(&domain->stopped),
                             smmu_load(&domain->force), dev->awake);
}

/* The debt as invalidations: ranges if they take no more than the VMID's. */
static void add_debt(struct smmu_inv_list *list, const struct smmu_link *link,
                     const struct smmu_debt *debt,
                     struct smmu_link_stats *stats)
{
    const struct smmu_unit *unit = link->unit;
    uint64_t pages;

    if ( smmu_debt_none(debt) )
    {
        stats->wake_none++;
        return;
    }

    pages = debt->nr == 1 ? debt->r[0].last - debt->r[0].first + 1 : 0;
    if ( !debt->all && pages && unit->backend->range_cost(unit, pages) == 1 )
    {
        smmu_inv_add(list, (struct smmu_inv){ .kind = SMMU_INV_RANGE,
                                              .vmid = link->vmid,
                                              .first = debt->r[0].first,
                                              .pages = pages });
        stats->wake_ranges++;
        return;
    }

    smmu_inv_add(list, (struct smmu_inv){ .kind = SMMU_INV_VMID,
                                          .vmid = link->vmid });
    stats->wake_vmid++;
}

#define for_each_wanted(dev, link)                                  \
    for ( (dev) = (link)->unit->devices; (dev); (dev) = (dev)->next ) \
        if ( (dev)->link == (link) && smmu_device_wanted(dev) )

/* Elision ends: what is unmapped from here on is flushed for real. */
static void take_debt(struct smmu_link *link, struct smmu_debt *debt)
{
    unsigned long flags = smmu_lock(&link->lock);

    event(link, SMMU_LINK_WAKE);
    *debt = link->debt;
    smmu_debt_clear(&link->debt);
    smmu_unlock(&link->lock, flags);
}

/* Nothing was opened, so it is as blocked as before; all is owed. */
static int stay(struct smmu_link *link, int rc)
{
    unsigned long flags = smmu_lock(&link->lock);

    event(link, SMMU_LINK_STAYED);
    smmu_debt_add_all(&link->debt);
    link->reason = rc == -ETIMEDOUT ? XEN_SMMU_REASON_SYNC_TIMEOUT
                                    : XEN_SMMU_REASON_CMDQ_ERROR;
    link->stats.failures++;
    smmu_unlock(&link->lock, flags);

    return rc;
}

/* Flushed.  From the next step on it has to be blocked to be blocked. */
static bool opened(struct smmu_link *link, const struct smmu_link_stats *add,
                   uint64_t commands)
{
    unsigned long flags = smmu_lock(&link->lock);
    struct smmu_link_stats *stats = &link->stats;

    if ( !event(link, SMMU_LINK_OPENED) )
    {
        /* The unit failed meanwhile, and a flush found out. */
        smmu_unlock(&link->lock, flags);
        return false;
    }
    link->reason = XEN_SMMU_REASON_NONE;
    stats->wakes++;
    stats->wake_none += add->wake_none;
    stats->wake_ranges += add->wake_ranges;
    stats->wake_vmid += add->wake_vmid;
    stats->wake_all += add->wake_all;
    if ( commands > stats->worst_wake )
        stats->worst_wake = commands;
    smmu_unlock(&link->lock, flags);
    smmu_policy_woke(&link->policy, smmu_now());

    return true;
}

/* The unit translates for others: debt, sync; open, sync. */
static int wake_running(struct smmu_link *link, const struct smmu_debt *debt)
{
    struct smmu_unit *unit = link->unit;
    struct smmu_inv_list owed = { .unit = unit }, news = { .unit = unit };
    struct smmu_link_stats stats = { .wakes = 1 };
    struct smmu_device *dev;
    int rc;

    add_debt(&owed, link, debt, &stats);
    for_each_wanted ( dev, link )
        if ( !dev->configured )
        {
            unit->backend->configure(unit, dev);
            dev->configured = true;
            smmu_inv_add_streams(&owed, dev);
        }
    rc = smmu_inv_sync(&owed);
    if ( rc )
        return stay(link, rc);

    for_each_wanted ( dev, link )
        smmu_inv_add_streams(&news, dev);
    if ( !opened(link, &stats, owed.commands + news.nr + 1) )
        return -EIO;
    for_each_wanted ( dev, link )
    {
        unit->backend->open(unit, dev);
        dev->open = true;
    }
    rc = smmu_inv_sync(&news);
    if ( rc )
        smmu_link_fail_locked(link, XEN_SMMU_REASON_SYNC_TIMEOUT);

    return rc;
}

/*
 * The unit is parked: it looks at no table and fills no cache.  So its streams
 * may be opened in memory first, and one sync does for all.
 */
static int wake_parked(struct smmu_link *link, const struct smmu_debt *debt)
{
    struct smmu_unit *unit = link->unit;
    struct smmu_inv_list list = { .unit = unit };
    struct smmu_link_stats stats = { .wakes = 1, .wake_all = unit->stale };
    struct smmu_device *dev;
    int rc;

    if ( unit->stale )
        smmu_unit_invalidate(unit, &list);
    else
        add_debt(&list, link, debt, &stats);
    for_each_wanted ( dev, link )
    {
        if ( !dev->configured )
            unit->backend->configure(unit, dev);
        unit->backend->open(unit, dev);
        dev->configured = dev->open = true;
        if ( !unit->stale )
            smmu_inv_add_streams(&list, dev);
    }

    rc = smmu_inv_sync(&list);
    if ( rc )
    {
        for_each_wanted ( dev, link )
        {
            unit->backend->abort(unit, dev);
            dev->open = false;
        }
        /* It may have read what it must not use. */
        unit->stale = true;
        return stay(link, rc);
    }
    if ( unit->stale )
        smmu_unit_flushed(unit);

    rc = opened(link, &stats, list.commands) ? smmu_unit_run(unit) : -EIO;
    if ( rc )
        smmu_link_lost(link);

    return rc;
}

int smmu_link_wake(struct smmu_link *link)
{
    struct smmu_unit *unit = link->unit;
    struct smmu_debt debt;
    int rc = smmu_unit_ready(unit);

    if ( rc )
        return rc;

    take_debt(link, &debt);
    rc = smmu_load(&unit->state) == XEN_SMMU_UNIT_ON
         ? wake_running(link, &debt) : wake_parked(link, &debt);
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
