/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transactions of DMA masters, from arrival to landing, and the judgement of
 * where they land: the oracle.
 *
 * A page is reached rightly while it is data of the simulated domain whose
 * root table the transaction's STE, or context bank, named.  A page that was given back is free,
 * or somebody else's.
 */
#include "sim.h"

unsigned int sim_background;
uint64_t sim_ipas[256];
unsigned int sim_nr_ipas;
uint64_t sim_last_pa;

void sim_txn_end(struct sim *s, struct sim_txn *t, enum sim_txn_state how)
{
    if ( how == TXN_UNTRANSLATED && s->aborts_known )
        host_complain("stream %#x passes untranslated", t->sid);
    if ( t->junk && s->aborts_known )
        host_complain("stream %#x uses what a cache held before reset",
                      t->sid);
    if ( !t->prefetch )
    {
        s->nr_landed += how == TXN_LANDED;
        s->nr_aborted += how == TXN_ABORTED;
    }
    t->must = false;
    t->state = t->kept ? how : TXN_FREE;
    s->nr_txns -= !t->kept;
}

static void land(struct sim *s, struct sim_txn *t)
{
    enum host_kind kind = host_page_kind(t->pa);
    uint32_t owner = host_page_owner(t->pa);

    if ( t->prefetch )
    {
        sim_txn_end(s, t, TXN_ABORTED);
        return;
    }
    sim_last_pa = t->pa;
    if ( kind != FRAME_DATA )
        host_complain("DMA of stream %#x, ipa %#lx, reaches page %#lx, which was given back",
                      t->sid, (unsigned long)t->ipa, (unsigned long)t->pa);
    else if ( owner != t->owner )
        host_complain("DMA of stream %#x, ipa %#lx, domain %u, reaches page %#lx, now of domain %u",
                      t->sid, (unsigned long)t->ipa, t->owner,
                      (unsigned long)t->pa, owner);
    sim_txn_end(s, t, TXN_LANDED);
}

void sim_txn_step(struct sim *s, struct sim_txn *t)
{
    /* What has an address goes on. */
    if ( t->state >= TXN_FETCH && t->state < TXN_LAND && !s->kind->runs(s) )
    {
        sim_txn_end(s, t, TXN_ABORTED);
        return;
    }

    switch ( t->state )
    {
    case TXN_NEW:
        if ( s->off )
            sim_txn_end(s, t, TXN_UNTRANSLATED);
        else
            s->kind->arrive(s, t);
        break;
    case TXN_FETCH:
    case TXN_CONFIG: s->kind->configure(s, t); break;
    case TXN_WALK:   sim_walk_on(s, t); break;
    case TXN_LAND:   land(s, t); break;
    default: break;
    }
}

static bool running(const struct sim_txn *t)
{
    return t->state > TXN_FREE && t->state <= TXN_LAND;
}

static struct sim_txn *begin(struct sim *s, uint32_t sid, uint64_t ipa,
                             bool write, bool keep)
{
    struct sim_txn *t;
    unsigned int i;

    for ( i = 0; i < SIM_TXNS && s->txns[i].state != TXN_FREE; i++ )
        continue;
    if ( i == SIM_TXNS )
        return NULL;
    t = &s->txns[i];
    if ( s->held && !keep )
        return NULL;
    *t = (struct sim_txn){ .state = s->held ? TXN_ABORTED : TXN_NEW, .sid = sid, .ipa = ipa,
                           .write = write, .kept = keep };
    s->nr_txns++;

    return t;
}

struct sim_txn *sim_dma_begin(struct sim *s, uint32_t sid, uint64_t ipa,
                              bool write)
{
    struct sim_txn *t;

    host_enter();
    t = begin(s, sid, ipa, write, true);
    host_leave();

    return t;
}

static enum sim_txn_state finish(struct sim *s, struct sim_txn *t)
{
    enum sim_txn_state how;

    while ( running(t) )
        sim_txn_step(s, t);
    how = t->state;
    t->state = TXN_FREE;
    s->nr_txns--;

    return how;
}

enum sim_txn_state sim_dma(struct sim *s, uint32_t sid, uint64_t ipa,
                           bool write)
{
    enum sim_txn_state how = TXN_ABORTED;
    struct sim_txn *t;

    host_enter();
    if ( s->nr_txns == SIM_TXNS )
        sim_drain(s);
    t = begin(s, sid, ipa, write, true);
    if ( t )
        how = finish(s, t);
    host_leave();

    return how;
}

enum sim_txn_state sim_dma_ats(struct sim *s, uint32_t sid, uint64_t pa)
{
    enum sim_txn_state how;
    struct sim_txn *t;

    host_enter();
    sim_drain(s);
    t = begin(s, sid, pa, true, true);
    t->ats = true;
    how = finish(s, t);
    host_leave();

    return how;
}

void sim_drain(struct sim *s)
{
    unsigned int i;

    host_enter();
    for ( i = 0; i < SIM_TXNS; i++ )
        while ( running(&s->txns[i]) )
            sim_txn_step(s, &s->txns[i]);
    host_leave();
}

static void move_one(struct sim *s)
{
    unsigned int i, first = host_pick(SIM_TXNS);
    struct sim_txn *t;

    for ( i = 0; i < SIM_TXNS; i++ )
    {
        t = &s->txns[(first + i) % SIM_TXNS];
        if ( running(t) && !t->waits &&
             !(t->state == TXN_LAND && host_chance(2)) )
        {
            sim_txn_step(s, t);
            return;
        }
    }
}

static void start_some(struct sim *s)
{
    struct sim_txn *t;

    if ( !s->nr_sids || s->nr_txns > SIM_TXNS - 2 )
        return;
    if ( sim_background && sim_nr_ipas && host_chance(sim_background) )
    {
        uint64_t ipa = sim_ipas[host_pick(sim_nr_ipas)];

        t = begin(s, s->sids[host_pick(s->nr_sids)], ipa, host_chance(2),
                  false);
        while ( t && !sim_is(s, SIM_INFLIGHT) && running(t) )
            sim_txn_step(s, t);
    }
    if ( sim_is(s, SIM_PREFETCH) && s->kind->runs(s) && host_chance(32) )
    {
        t = begin(s, s->sids[host_pick(s->nr_sids)],
                  sim_nr_ipas ? sim_ipas[host_pick(sim_nr_ipas)] : 0, false,
                  false);
        if ( t )
            t->prefetch = true;
    }
}

static void evict(struct sim *s)
{
    s->kind->evict(s);
    s->tlb[host_pick(3)][host_pick(64)].valid = false;
    s->walks[host_pick(64)].valid = false;
}

void sim_step(struct sim *s)
{
    uint64_t dice = host_random();

    /* v2 has no commands in memory: it is about the tables alone. */
    if ( (dice & 1) && (s->kind == &sim_v3 || (dice & 0x30000) == 0) )
        host_memory_step();
    if ( s->dead )
        return;
    start_some(s);
    if ( s->nr_txns && (dice & 2) )
        move_one(s);
    if ( s->off )
        return;
    if ( dice & 12 )
        s->kind->work(s);
    if ( sim_is(s, SIM_EVICT) && !(dice >> 8 & 0xff) )
        evict(s);
}

void sim_nudge(void)
{
    unsigned int i;

    for ( i = 0; i < sim_count; i++ )
        sim_step(sim_nr(i));
}

static bool stuck(const struct sim *s)
{
    return s->sync_dead || s->dead || s->kind->stuck(s);
}

/* Where something will never come, time flies. */
void sim_relax(void)
{
    unsigned int i, k;
    bool fly = false;

    host_enter();
    for ( i = 0; i < sim_count; i++ )
    {
        fly |= stuck(sim_nr(i));
        for ( k = 0; k < 4; k++ )
            sim_step(sim_nr(i));
    }
    host_time_ns += fly ? 20000000 : 500;
    sim_late();
    host_leave();
}

void sim_settle(void)
{
    unsigned int i, k;

    for ( k = 0; k < 200; k++ )
    {
        host_enter();
        for ( i = 0; i < sim_count; i++ )
            sim_step(sim_nr(i));
        /* All in all longer than a unit's events cool. */
        host_time_ns += 30000;
        host_leave();
        sim_interrupts();
        host_run_work();
    }
}
