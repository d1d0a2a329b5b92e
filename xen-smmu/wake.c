/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A link wakes: what it owes is invalidated, then its streams open (DESIGN 4).
 *
 * Invariant: it leaves DORMANT for WAKING in one critical section that takes
 * the debt, and only once the unit's queue runs.  The debt's sync completes
 * before a stream opens, or before the parked unit looks at its tables again.
 */
#include "backend.h"

static void add_debt(struct smmu_inv_list *list, const struct smmu_link *link,
                     const struct smmu_debt *debt,
                     struct smmu_link_stats *stats)
{
    struct smmu_inv inv;

    if ( smmu_debt_none(debt) )
    {
        stats->wake_none++;
        return;
    }

    inv = smmu_inv_debt(link, debt);
    smmu_inv_add(list, inv);
    if ( inv.kind == SMMU_INV_RANGE )
        stats->wake_ranges++;
    else
        stats->wake_vmid++;
}

#define for_each_wanted(dev, link)                                  \
    for ( (dev) = (link)->unit->devices; (dev); (dev) = (dev)->next ) \
        if ( (dev)->link == (link) && (dev)->wanted )

/* Elision ends: what is unmapped from here on is flushed for real. */
static void take_debt(struct smmu_link *link, struct smmu_debt *debt)
{
    unsigned long flags = smmu_lock(&link->lock);

    smmu_link_event(link, SMMU_LINK_WAKE);
    *debt = link->debt;
    smmu_debt_clear(&link->debt);
    if ( !smmu_debt_none(debt) )
        smmu_trace_debt(link);
    smmu_unlock(&link->lock, flags);
}

/* Nothing was opened, so it is as blocked as before; all is owed. */
static int stay(struct smmu_link *link, int rc)
{
    struct smmu_device *dev;
    unsigned long flags;

    /* Whether what was configured has been taken in is not known either. */
    for_each_wanted ( dev, link )
        dev->configured = false;

    flags = smmu_lock(&link->lock);
    smmu_link_event_why(link, SMMU_LINK_STAYED,
                        rc == -ETIMEDOUT ? XEN_SMMU_REASON_SYNC_TIMEOUT
                                         : XEN_SMMU_REASON_CMDQ_ERROR);
    smmu_debt_add_all(&link->debt);
    smmu_trace_debt(link);
    link->stats.failures++;
    smmu_unlock(&link->lock, flags);

    return rc;
}

static void trace_debt_paid(struct smmu_link *link,
                            const struct smmu_debt *debt)
{
    struct smmu_inv inv;

    if ( smmu_debt_none(debt) )
        return;
    inv = smmu_inv_debt(link, debt);
    smmu_trace_flush(link, &inv);
}

/* Flushed.  From the next step on it has to be blocked to be blocked. */
static bool opened(struct smmu_link *link, const struct smmu_link_stats *add)
{
    unsigned long flags = smmu_lock(&link->lock);
    struct smmu_link_stats *stats = &link->stats;

    if ( !smmu_link_event_why(link, SMMU_LINK_OPENED, XEN_SMMU_REASON_NONE) )
    {
        /* The unit failed meanwhile, and a flush found out. */
        smmu_unlock(&link->lock, flags);
        return false;
    }
    stats->wakes++;
    stats->wake_none += add->wake_none;
    stats->wake_ranges += add->wake_ranges;
    stats->wake_vmid += add->wake_vmid;
    stats->wake_all += add->wake_all;
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
    trace_debt_paid(link, debt);

    for_each_wanted ( dev, link )
        smmu_inv_add_streams(&news, dev);
    if ( !opened(link, &stats) )
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
    {
        smmu_unit_flushed(unit);
        smmu_trace_flush_all(unit);
    }
    else
        trace_debt_paid(link, debt);

    rc = opened(link, &stats) ? smmu_unit_run(unit) : -EIO;
    if ( rc )
        smmu_link_lost(link);

    return rc;
}

/*
 * What one wake took, its unit's power-up included.  Those of flushes at the
 * same time are counted as well.
 */
static void count_worst(struct smmu_link *link, uint64_t commands,
                        uint64_t accesses)
{
    unsigned long flags = smmu_lock(&link->lock);

    if ( commands > link->stats.worst_wake )
        link->stats.worst_wake = commands;
    if ( accesses > link->stats.worst_accesses )
        link->stats.worst_accesses = accesses;
    smmu_unlock(&link->lock, flags);
}

int smmu_link_wake(struct smmu_link *link)
{
    struct smmu_unit *unit = link->unit;
    struct smmu_debt debt;
    uint64_t commands = smmu_load(&unit->nr_commands);
    uint64_t accesses = smmu_load(&unit->nr_accesses);
    int rc = smmu_unit_ready(unit);

    if ( rc )
        return rc;

    take_debt(link, &debt);
    rc = smmu_load(&unit->state) == XEN_SMMU_UNIT_ON
         ? wake_running(link, &debt) : wake_parked(link, &debt);
    count_worst(link, smmu_load(&unit->nr_commands) - commands,
                smmu_load(&unit->nr_accesses) - accesses);
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
