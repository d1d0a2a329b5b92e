/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A unit's power: ready (its queue runs), running, at rest (DESIGN 2.6, 4).
 *
 * OFF means that its registers count as lost and its caches as kept.  What is
 * unmapped meanwhile is debt; the next whole invalidation pays for all links.
 */
#include "backend.h"

/* How long a unit's last users may take; else it stays parked this time. */
#define DRAIN_NS    1000000ULL

static void reopen(struct smmu_unit *unit)
{
    smmu_unit_reopen(unit);
    if ( smmu_unit_failed(unit) )
        smmu_unit_close(unit);
}

/*
 * From OFF; a use count is taken.  What a power source does not promise is
 * lost; and all is, where it was not the source that turned it off.
 */
static int power_up(struct smmu_unit *unit)
{
    static const struct smmu_power_caps nothing;
    const struct smmu_power_source *source = unit->source;
    const struct smmu_power_caps *caps =
        source && unit->by_source ? &source->caps : &nothing;
    int rc;

    smmu_trace_power(unit, true, 0);
    rc = source ? source->on(unit) : 0;
    if ( rc )
    {
        smmu_trace_power(unit, true, rc);
        if ( smmu_unit_may_log(unit) )
            smmu_log(SMMU_ERR, "%s: its power source '%s' does not turn it on (%d): its domains stay asleep",
                     unit->name, source->name, rc);
        /* It may have been on meanwhile: nothing that it promises holds. */
        unit->by_source = false;
        return rc;
    }

    /* Ours alone: the gate is closed until registers and queue are there. */
    smmu_add(&unit->gate, 1);
    rc = caps->registers_kept ? 0 : unit->backend->program(unit);
    if ( rc )
    {
        smmu_unit_fail(unit, XEN_SMMU_REASON_REGISTER_TIMEOUT);
        smmu_unit_put(unit);
        return -EIO;
    }

    smmu_unit_event(unit, SMMU_UNIT_PROGRAMMED);
    if ( caps->caches_lost )
    {
        unit->epoch++;
        smmu_unit_flushed(unit);
    }
    else
        unit->stale |= !caps->registers_kept;
    reopen(unit);

    return 0;
}

int smmu_unit_ready(struct smmu_unit *unit)
{
    if ( unit->suspended )
        return -EACCES;
    if ( smmu_unit_get(unit) )
        return 0;
    if ( smmu_unit_failed(unit) )
        return -EIO;

    return power_up(unit);
}

/* It failed while its registers were written: they say abort, once more. */
static int undo(struct smmu_unit *unit)
{
    smmu_unit_disable(unit);

    return -EIO;
}

int smmu_unit_run(struct smmu_unit *unit)
{
    if ( smmu_load(&unit->state) == XEN_SMMU_UNIT_ON )
        return 0;
    if ( smmu_unit_failed(unit) )
        return -EIO;
    if ( unit->backend->run(unit) )
    {
        smmu_unit_fail(unit, XEN_SMMU_REASON_REGISTER_TIMEOUT);
        return -EIO;
    }
    if ( !smmu_unit_event(unit, SMMU_UNIT_RUN) )
        return undo(unit);
    unit->nr_wakes++;

    return 0;
}

/* Its queues and interrupts.  The gate is closed: the one user is this one. */
static bool stopped(struct smmu_unit *unit)
{
    int rc;

    smmu_add(&unit->gate, 1);
    rc = unit->backend->stop(unit);
    if ( rc )
        smmu_unit_fail(unit, XEN_SMMU_REASON_REGISTER_TIMEOUT);
    smmu_unit_put(unit);

    return !rc;
}

/*
 * PARKED.  `by_source`: its source says what DESIGN 2.6 asks for; else the
 * platform is about to take the power.
 */
static void power_down(struct smmu_unit *unit, bool by_source)
{
    uint64_t deadline = smmu_now() + DRAIN_NS;

    smmu_unit_close(unit);
    while ( smmu_unit_users(unit) && smmu_now() < deadline )
        smmu_relax();
    /* Who held a count may have found a global error. */
    if ( smmu_unit_failed(unit) )
        return;
    if ( smmu_unit_users(unit) )
    {
        /* Not now, then. */
        reopen(unit);
        return;
    }

    /* What comes back as it was goes on from there. */
    if ( !(by_source && unit->source->caps.registers_kept) && !stopped(unit) )
        return;

    smmu_trace_power(unit, false, 0);
    /* Unless its source holds the masters, only the platform may do it. */
    if ( unit->source && smmu_power_may_off(&unit->source->caps) &&
         unit->source->off(unit) )
    {
        if ( smmu_unit_may_log(unit) )
            smmu_log(SMMU_WARN, "%s: its power source '%s' did not confirm that it is off",
                     unit->name, unit->source->name);
        /* It may not even be: nothing that it promises holds. */
        by_source = false;
    }
    unit->by_source = by_source;
    if ( smmu_unit_event(unit, SMMU_UNIT_POWER_OFF) )
        unit->nr_offs++;
}

void smmu_unit_rest(struct smmu_unit *unit)
{
    struct smmu_link *link;

    for ( link = unit->links; link; link = link->unit_next )
        if ( smmu_link_state(link) != XEN_SMMU_LINK_DORMANT )
            return;

    if ( smmu_load(&unit->state) == XEN_SMMU_UNIT_ON )
    {
        if ( !smmu_unit_get(unit) )
            return;
        if ( unit->backend->park(unit) )
            smmu_unit_fail(unit, XEN_SMMU_REASON_REGISTER_TIMEOUT);
        else if ( smmu_unit_event(unit, SMMU_UNIT_PARK) )
            unit->nr_parks++;
        else
            undo(unit);
        smmu_unit_put(unit);
    }

    if ( smmu_load(&unit->state) == XEN_SMMU_UNIT_PARKED && unit->source &&
         unit->complete && smmu_power_may_off(&unit->source->caps) )
        power_down(unit, true);
}

void smmu_units_complete(void)
{
    struct smmu_unit *unit;

    for ( unit = smmu_unit_first(); unit; unit = unit->next )
    {
        smmu_mutex_lock(&unit->config);
        unit->complete = true;
        smmu_unit_rest(unit);
        smmu_mutex_unlock(&unit->config);
    }
}

void smmu_unit_invalidate(struct smmu_unit *unit, struct smmu_inv_list *list)
{
    unit->epoch++;
    smmu_inv_add(list, (struct smmu_inv){ .kind = SMMU_INV_ALL });
}

void smmu_unit_flushed(struct smmu_unit *unit)
{
    struct smmu_link *link;
    unsigned long flags;

    unit->stale = false;
    smmu_vmids_flushed(&unit->vmids, unit->epoch);

    /*
     * Blocked before it was issued, and since: nothing can have filled.  What
     * was unmapped while it ran was taken out by it as well.
     */
    for ( link = unit->links; link; link = link->unit_next )
    {
        flags = smmu_lock(&link->lock);
        if ( link->state == XEN_SMMU_LINK_DORMANT &&
             link->epoch < unit->epoch && !smmu_debt_none(&link->debt) )
        {
            smmu_debt_clear(&link->debt);
            smmu_trace_debt(link);
        }
        smmu_unlock(&link->lock, flags);
    }
}

static void settle_all(struct smmu_unit *unit, int *rc)
{
    struct smmu_link *link;
    int err;

    for ( link = unit->links; link; link = link->unit_next )
    {
        link->tries = 0;
        err = smmu_settle_locked(link);
        *rc = *rc ?: err;
    }
}

static int suspend_unit(struct smmu_unit *unit)
{
    int rc = 0;

    smmu_mutex_lock(&unit->config);
    unit->suspended = true;
    if ( smmu_unit_failed(unit) )
        goto out;
    settle_all(unit, &rc);
    if ( !rc )
    {
        smmu_unit_rest(unit);
        if ( smmu_load(&unit->state) == XEN_SMMU_UNIT_PARKED )
            power_down(unit, false);
        /* It may have been off before: what was kept then is lost now. */
        unit->by_source = false;
        /* Else its registers would be lost without our knowing. */
        if ( smmu_load(&unit->state) == XEN_SMMU_UNIT_PARKED )
            rc = -EBUSY;
    }
 out:
    smmu_mutex_unlock(&unit->config);

    return rc;
}

/*
 * Powered by the platform, registers at their reset values, which may bypass:
 * every unit is made to abort, whether a link wants it or not.
 */
static int resume_locked(struct smmu_unit *unit)
{
    int rc;

    if ( smmu_unit_failed(unit) )
    {
        /* With power it has to be told, without there is nobody. */
        rc = unit->source ? unit->source->on(unit) : 0;
        /* Who still waits must not take a new queue's indices for answers. */
        while ( smmu_unit_users(unit) )
            smmu_relax();
        smmu_add(&unit->gate, 1);
        if ( !rc )
        {
            rc = unit->backend->program(unit);
            smmu_store(&unit->unsure, 0);
            smmu_unit_disable(unit);
        }
        smmu_unit_put(unit);
        return rc;
    }

    rc = smmu_unit_ready(unit);
    if ( rc )
        return rc;
    smmu_unit_put(unit);
    settle_all(unit, &rc);
    smmu_unit_rest(unit);

    return rc;
}

int smmu_suspend(void)
{
    struct smmu_unit *unit;
    int rc = 0, err;

    for ( unit = smmu_unit_first(); unit; unit = unit->next )
    {
        err = suspend_unit(unit);
        rc = rc ?: err;
    }
    if ( rc )
        smmu_resume();

    return rc;
}

void smmu_resume(void)
{
    struct smmu_unit *unit;
    int rc;

    for ( unit = smmu_unit_first(); unit; unit = unit->next )
    {
        smmu_mutex_lock(&unit->config);
        unit->suspended = false;
        rc = resume_locked(unit);
        smmu_mutex_unlock(&unit->config);
        if ( rc )
            smmu_log(SMMU_ERR, "%s: not all of its domains are awake again (%d)",
                     unit->name, rc);
    }
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
