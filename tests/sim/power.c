/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Power of a unit, and of its masters.
 *
 * Off: registers read as ones, and touching one is a broken rule.  On again:
 * registers are as after a reset, unless they are kept; caches hold all, none,
 * or some of what they held, and junk.
 *
 * Held masters start no transaction until it aborts whatever comes after
 * power-up, or somebody lets them go (the host has resumed).
 */
#include "sim.h"

static void lose_caches(struct sim *s)
{
    unsigned int i, k;
    bool all = s->caches == SIM_CACHES_LOST;

    s->kind->lose(s, all);
    for ( k = 0; k < 3; k++ )
        for ( i = 0; i < ARRAY_SIZE(s->tlb[k]); i++ )
            s->tlb[k][i].valid &= !all && !host_chance(2);
    for ( i = 0; i < ARRAY_SIZE(s->walks); i++ )
        s->walks[i].valid &= !all && !host_chance(2);
}

void sim_lose_registers(struct sim *s)
{
    s->kind->reset(s);
    s->nr_losses++;
    /* A reset: what is in the caches besides is unknown. */
    if ( s->caches == SIM_CACHES_SOME && sim_is(s, SIM_JUNK) )
        sim_junk(s, 2);
}

void sim_power_off(struct sim *s)
{
    unsigned int i;

    host_enter();
    if ( !s->masters_held && !s->asleep )
        host_complain("power is let go, and nobody holds the masters");
    if ( s->unit && smmu_unit_users(s->unit) )
        host_complain("power is let go while somebody uses the registers");
    /* A host that sleeps asks nobody, and what is dead cannot be told. */
    if ( !(s->dead && s->asleep) && s->kind->busy(s) )
        host_complain("power is let go while %s", s->kind->busy(s));
    s->off = s->held = true;
    s->nr_offs++;
    /* What has its address is on its way, and lands. */
    for ( i = 0; i < SIM_TXNS; i++ )
        if ( s->txns[i].state > TXN_FREE && s->txns[i].state < TXN_LAND )
            sim_txn_end(s, &s->txns[i], TXN_ABORTED);
    if ( s->caches != SIM_CACHES_KEPT )
        lose_caches(s);
    if ( !s->registers_kept )
        sim_lose_registers(s);
    s->irq = false;
    s->nr_trace = 0;
    host_leave();
}

void sim_power_on(struct sim *s)
{
    host_enter();
    s->off = false;
    s->nr_ons++;
    s->held &= !s->kind->blocks(s);
    host_leave();
}

/*
 * The host has resumed.  A power source that holds them waits for the abort;
 * and against one that is not acknowledged no driver could do anything.
 */
void sim_release_masters(struct sim *s)
{
    if ( s->off || !s->kind->blocks(s) )
        s->held &= s->masters_held || s->gbpa_dead || s->dead ||
                   (s->kind == &sim_v2 && s->unit &&
                    smmu_unit_failed(s->unit));
    else
        s->held = false;
}

/* With the host: whatever a power source keeps when it alone lets go. */
void sim_host_off(struct sim *s)
{
    bool kept = s->registers_kept;

    host_enter();
    s->registers_kept = false;
    if ( !s->off )
        sim_power_off(s);
    else if ( kept )
        sim_lose_registers(s);
    s->registers_kept = kept;
    host_leave();
}

/* What has no power source of its own has power when the host has. */
void sim_host_on(struct sim *s, bool source)
{
    host_enter();
    if ( !source && s->off )
    {
        s->off = false;
        s->nr_ons++;
    }
    host_leave();
}

/* -- as power sources ----------------------------------------------------- */

static struct sim *of(struct smmu_unit *unit)
{
    unsigned int i;

    for ( i = 0; i < sim_count; i++ )
        if ( sim_nr(i)->unit == unit )
            return sim_nr(i);
    host_complain("a power source is asked for a unit it does not have");

    return NULL;
}

static int source_on(struct smmu_unit *unit)
{
    struct sim *s = of(unit);
    bool failed = false;
    int rc;

    host_enter();
    if ( host_irqs_off() )
        host_complain("a power source is called under a short lock");
    rc = sim_complete(s, SIM_DONE_POWER, &failed) ? s->fail_on : -ETIMEDOUT;
    /* Whatever it says, the power may be there. */
    if ( s->off && (!rc || host_chance(2)) )
    {
        sim_power_on(s);
        if ( rc )
        {
            /* Half-way, perhaps: then it keeps no promise either. */
            if ( host_chance(2) )
                sim_lose_registers(s);
            s->held = true;
        }
    }
    else if ( !rc )
        s->held &= !s->kind->blocks(s);     /* it had come on */
    host_leave();

    return rc;
}

static int source_off(struct smmu_unit *unit)
{
    struct sim *s = of(unit);
    bool failed = false;
    int rc;

    host_enter();
    if ( host_irqs_off() )
        host_complain("a power source is called under a short lock");
    rc = sim_complete(s, SIM_DONE_POWER, &failed) ? s->fail_off : -ETIMEDOUT;
    if ( s->off )
        host_complain("power is let go twice");
    if ( !rc || host_chance(2) )
        sim_power_off(s);
    host_leave();

    return rc;
}

void sim_source(struct sim *s, struct smmu_power_source *source, bool held,
                bool registers_kept, enum sim_caches caches)
{
    s->masters_held = held;
    s->registers_kept = registers_kept;
    s->caches = caches;
    *source = (struct smmu_power_source){
        .name = "simulated", .on = source_on, .off = source_off,
        .caps = { .masters_held = held, .registers_kept = registers_kept,
                  .caches_lost = caches == SIM_CACHES_LOST },
    };
}
