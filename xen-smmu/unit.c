/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Units: who they are, who may touch them now, and their end.
 *
 * unit->gate is a use count with a bit that closes it for new users.
 */
#include "backend.h"

#define GATE_CLOSED     (1ULL << 63)

static uint64_t units;              /* struct smmu_unit *, grows at its end */

struct smmu_unit *smmu_unit_first(void)
{
    return (struct smmu_unit *)(uintptr_t)smmu_load(&units);
}

bool smmu_unit_get(struct smmu_unit *unit)
{
    uint64_t gate = smmu_load(&unit->gate), seen;

    for ( ; !(gate & GATE_CLOSED); gate = seen )
    {
        seen = smmu_cmpxchg(&unit->gate, gate, gate + 1);
        if ( seen == gate )
            return true;
    }

    return false;
}

void smmu_unit_put(struct smmu_unit *unit)
{
    uint64_t old = smmu_add(&unit->gate, -1ULL);

    ASSERT(old & ~GATE_CLOSED);
    (void)old;
}

uint64_t smmu_unit_users(const struct smmu_unit *unit)
{
    return smmu_load(&unit->gate) & ~GATE_CLOSED;
}

bool smmu_unit_failed(const struct smmu_unit *unit)
{
    return smmu_load(&unit->state) == XEN_SMMU_UNIT_FAILED;
}

static bool step(struct smmu_unit *unit, enum smmu_unit_event event,
                 enum xen_smmu_reason reason)
{
    uint64_t state = smmu_load(&unit->state), seen;
    int next;

    for ( ; ; state = seen )
    {
        next = smmu_power_unit(state, event);
        if ( next < 0 )
            return false;
        seen = smmu_cmpxchg(&unit->state, state, next);
        if ( seen == state )
            break;
    }
    smmu_store(&unit->since, smmu_now());
    smmu_trace_unit(unit, state, next, reason);

    return true;
}

bool smmu_unit_event(struct smmu_unit *unit, enum smmu_unit_event event)
{
    return step(unit, event, XEN_SMMU_REASON_NONE);
}

static void set_closed(struct smmu_unit *unit, uint64_t closed)
{
    uint64_t gate = smmu_load(&unit->gate), seen;

    while ( (seen = smmu_cmpxchg(&unit->gate, gate,
                                 (gate & ~GATE_CLOSED) | closed)) != gate )
        gate = seen;
}

void smmu_unit_close(struct smmu_unit *unit)
{
    set_closed(unit, GATE_CLOSED);
}

void smmu_unit_reopen(struct smmu_unit *unit)
{
    set_closed(unit, 0);
    if ( smmu_cmpxchg(&unit->missed, 1, 0) )
        smmu_unit_interrupt(unit);
}

/* From one try to have it abort to the next: twice as late each time. */
#define AGAIN_FIRST_NS  1000000ULL
#define AGAIN_MOST_NS   100000000ULL

int smmu_unit_disable(struct smmu_unit *unit)
{
    uint64_t last = smmu_load(&unit->unsure), next = 2 * last;
    int rc = unit->backend->disable(unit);

    if ( !last )
        next = AGAIN_FIRST_NS;
    else if ( next > AGAIN_MOST_NS )
        next = AGAIN_MOST_NS;
    smmu_store(&unit->unsure, rc == -EAGAIN ? next : 0);
    if ( rc != -EAGAIN )
        return rc;

    smmu_timer_set(&unit->cooling, smmu_now() + next);
    if ( !last )
        smmu_log(SMMU_ERR, "%s: it has not acknowledged that it is to abort. Next: %s",
                 unit->name, smmu_reason_next(XEN_SMMU_REASON_UNCONFIRMED));

    return rc;
}

void smmu_unit_fail(struct smmu_unit *unit, enum xen_smmu_reason reason)
{
    int rc;

    ASSERT(smmu_unit_users(unit));

    if ( !step(unit, SMMU_UNIT_FAIL, reason) )
        return;

    smmu_store(&unit->reason, reason);
    smmu_unit_close(unit);

    rc = smmu_unit_disable(unit);
    smmu_log(SMMU_ERR, "%s: FAILED: %s: it aborts every stream now%s. Next: %s",
             unit->name, smmu_reason_token(reason),
             rc ? ", though it has not acknowledged that" : "",
             smmu_reason_next(reason));
}

/* It was not there when it was to abort: it may come back, and not abort. */
static void disable_again(struct smmu_unit *unit)
{
    smmu_mutex_lock(&unit->config);
    /* When the host resumes it is told anyway. */
    if ( smmu_load(&unit->unsure) && !unit->suspended )
    {
        /* Its gate is closed for good. */
        smmu_add(&unit->gate, 1);
        if ( !smmu_unit_disable(unit) )
            smmu_log(SMMU_WARN, "%s: it answers, and aborts every stream",
                     unit->name);
        smmu_unit_put(unit);
    }
    smmu_mutex_unlock(&unit->config);
}

/* Between two looks: what comes meanwhile waits, or is lost and counted. */
#define COOLING_NS      5000000ULL

/* At a time, in SMMU_FAULTS: it may be a device that faults without end. */
#define LOOKS           32

/* A use count; if there is none to be had, the next reopening is told. */
static bool get_or_miss(struct smmu_unit *unit)
{
    if ( smmu_unit_get(unit) )
        return true;
    smmu_cmpxchg(&unit->missed, 0, 1);

    /* It may have been reopened right before that. */
    return smmu_unit_get(unit);
}

/* *had: there was a use count. */
static bool look(struct smmu_unit *unit, bool *had)
{
    struct smmu_faults faults;
    unsigned int i, n = LOOKS;
    bool any = false;

    *had = false;
    do {
        faults.nr = 0;
        if ( !get_or_miss(unit) )
            break;
        *had = true;
        any |= unit->backend->events(unit, &faults);
        /* Before unit->config: who holds that may wait for our count. */
        smmu_unit_put(unit);
        for ( i = 0; i < faults.nr; i++ )
            smmu_fault_report(unit, &faults.fault[i]);
    } while ( faults.nr == SMMU_FAULTS && --n );

    return any;
}

static void look_at_events(void *arg)
{
    struct smmu_unit *unit = arg;
    bool had, any;

    if ( smmu_unit_failed(unit) )
    {
        disable_again(unit);
        /* Others may wait for its line.  It stays hot: it never looks. */
        if ( unit->listen )
            unit->listen(unit, false);
        return;
    }
    any = look(unit, &had);
    /* A level may stay up for no fault of ours: it is not to come at once. */
    if ( any || (had && unit->listen && !unit->calm) )
    {
        unit->calm = !any;
        smmu_timer_set(&unit->cooling, smmu_now() + COOLING_NS);
        return;
    }

    /* An interrupt since that look was told that one is due. */
    unit->calm = false;
    smmu_store(&unit->hot, 0);
    if ( look(unit, &had) )
        smmu_unit_interrupt(unit);
    else if ( unit->listen )
        unit->listen(unit, had);
}

static void cooled(void *arg)
{
    struct smmu_unit *unit = arg;

    smmu_work_schedule(&unit->events);
}

void smmu_unit_interrupt(struct smmu_unit *unit)
{
    if ( !smmu_cmpxchg(&unit->hot, 0, 1) )
        smmu_work_schedule(&unit->events);
}

int smmu_unit_add(struct smmu_unit *unit)
{
    struct smmu_unit *last = smmu_unit_first();
    struct smmu_inv_list list = { .unit = unit };
    int rc;

    while ( last && last->next )
        last = last->next;
    unit->index = last ? last->index + 1 : 0;
    smmu_mutex_init(&unit->config);
    smmu_vmids_init(&unit->vmids, unit->vmid_bits);
    if ( unit->max_links && unit->vmids.nr > unit->max_links + 1 )
        unit->vmids.nr = unit->max_links + 1;
    smmu_work_init(&unit->events, look_at_events, unit);
    smmu_timer_init(&unit->cooling, cooled, unit);
    unit->last_flush = ~0ULL;
    unit->since = smmu_now();
    unit->state = XEN_SMMU_UNIT_OFF;
    smmu_unit_close(unit);

    smmu_mutex_lock(&unit->config);
    rc = smmu_unit_ready(unit);
    if ( !rc )
    {
        smmu_unit_invalidate(unit, &list);
        rc = smmu_inv_sync(&list);
        if ( rc )
            smmu_unit_fail(unit, XEN_SMMU_REASON_SYNC_TIMEOUT);
        else
            smmu_unit_flushed(unit);
        smmu_unit_put(unit);
        smmu_unit_rest(unit);
    }
    smmu_mutex_unlock(&unit->config);
    if ( rc )
    {
        smmu_timer_kill(&unit->cooling);
        smmu_work_kill(&unit->events);
        return rc;
    }

    if ( last )
        last->next = unit;
    else
        smmu_store(&units, (uintptr_t)unit);

    return 0;
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
