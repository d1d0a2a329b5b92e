/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Power of a unit, and of its masters.
 *
 * Off: registers read as ones, and touching one is a broken rule.  On again:
 * registers are as after a reset (6.3: CR0, IRQ_CTRL and GERROR 0, GBPA as
 * implemented, the rest unknown), unless they are kept; caches hold all, none,
 * or some of what they held, and junk.
 *
 * Held masters start no transaction until GBPA aborts after power-up, or
 * somebody lets them go (the host has resumed).
 */
#include "sim.h"

#define GBPA_ABORT      (1U << 20)
#define QUEUES          (1U << 3 | 1U << 2) /* CMDQEN, EVENTQEN */

static void lose_caches(struct sim *s)
{
    unsigned int i, k;
    bool all = s->caches == SIM_CACHES_LOST;

    for ( i = 0; i < ARRAY_SIZE(s->stes); i++ )
        s->stes[i].valid &= !all && !host_chance(2);
    for ( i = 0; i < ARRAY_SIZE(s->l1); i++ )
        s->l1[i].valid &= !all && !host_chance(2);
    for ( k = 0; k < 3; k++ )
        for ( i = 0; i < ARRAY_SIZE(s->tlb[k]); i++ )
            s->tlb[k][i].valid &= !all && !host_chance(2);
    for ( i = 0; i < ARRAY_SIZE(s->walks); i++ )
        s->walks[i].valid &= !all && !host_chance(2);
}

void sim_lose_registers(struct sim *s)
{
    s->cr0 = s->cr0ack = s->irq_ctrl = s->irq_ctrlack = 0;
    s->gerror = s->gerrorn = 0;
    s->gbpa = s->gbpa_new = sim_is(s, SIM_BYPASS) ? 0 : GBPA_ABORT;
    s->cr1 = host_random();
    s->cr2 = host_random();
    s->strtab_cfg = host_random();
    s->strtab_base = host_random();
    s->cmdq_base = host_random();
    s->cmdq_prod = host_random();
    s->cmdq_cons = host_random();
    s->evtq_base = host_random();
    s->evtq_prod = host_random();
    s->evtq_cons = host_random();
    sim_lose_msi(s);
    s->nr_pending = 0;
    s->sync_seen = false;
    s->dawdle = 0;
    s->nr_losses++;
    /* A reset: what is in the caches besides is unknown. */
    s->el2_junk = false;
    if ( s->caches == SIM_CACHES_KEPT )
        s->el2_junk = s->id.idr0 & SIM_IDR0_HYP;
    else if ( s->caches == SIM_CACHES_SOME && sim_is(s, SIM_JUNK) )
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
    if ( (s->cr0ack & 1) && !s->ack_dead )
        host_complain("power is let go while it translates");
    /* 3.19: nothing of its own is in flight; a host asks nobody. */
    if ( !s->registers_kept && !s->asleep && !s->ack_dead &&
         ((s->cr0ack & QUEUES) || s->irq_ctrlack) )
        host_complain("power is let go while queues or interrupts are on");
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
    s->held &= !(s->gbpa & GBPA_ABORT);
    host_leave();
}

/*
 * The host has resumed.  A power source that holds them waits for the abort;
 * and against one that is never acknowledged no driver could do anything.
 */
void sim_release_masters(struct sim *s)
{
    if ( s->off || !(s->gbpa & GBPA_ABORT) )
        s->held &= s->masters_held || s->gbpa_dead;
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
        s->held &= !(s->gbpa & GBPA_ABORT);     /* it had come on */
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
