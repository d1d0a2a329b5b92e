/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SMMUv3's command queue (IHI0070 3.5, 4, 7.1).
 *
 * A command other than CMD_SYNC is consumed long before it is performed; a
 * CMD_SYNC is consumed when all before it were performed, and what their
 * invalidations made outdated has become observable (4.3.8, 4.7.3).
 */
#include "sim.h"

#define ERR_ILL         1
#define ERR_ABT         2
#define CMDQEN          (1U << 3)

static uint64_t fail_at;
static unsigned int fail_as;

void sim_fail_command(uint64_t n, unsigned int cerror)
{
    fail_at = n;
    fail_as = cerror;
}

bool sim_command_has_failed(void)
{
    return !fail_at;
}

static unsigned int log2_of(const struct sim *s)
{
    return s->cmdq_base & 0x1f;
}

static void stop(struct sim *s, unsigned int err)
{
    s->cmdq_cons = (s->cmdq_cons & 0x00ffffff) | err << 24;
    sim_gerror(s, 1);
}

static void advance(struct sim *s, const struct sim_cmd *c)
{
    uint32_t mask = (2U << log2_of(s)) - 1;

    s->cmdq_cons = (s->cmdq_cons + 1) & mask;
    sim_log(s, c->d[0], c->d[1]);
}

static bool rest_zero(const uint64_t *d, uint64_t used0, uint64_t used1)
{
    return !(d[0] & ~(used0 | 0xff)) && !(d[1] & ~used1);
}

/* Is it a command, of this unit, and well-formed? */
static bool legal(const struct sim *s, const uint64_t *d)
{
    bool ril = s->id.idr3 >> 10 & 1;
    uint64_t vmid = (s->id.idr0 & SIM_IDR0_VMID16) ? 0xffff00000000ULL
                                                   : 0xff00000000ULL;

    switch ( d[0] & 0xff )
    {
    case 0x03: return rest_zero(d, 0xffffffff00000000ULL, 1);
    case 0x04: return rest_zero(d, 0xffffffff00000000ULL, 0x1f);
    case 0x20: return (s->id.idr0 & SIM_IDR0_HYP) && rest_zero(d, 0, 0);
    case 0x28: return rest_zero(d, vmid, 0);
    case 0x2a:
        if ( !ril )
            return rest_zero(d, vmid, 0x000ffffffffff001ULL);
        if ( !(d[1] & 0xc00) )
            return rest_zero(d, vmid, 0x000ffffffffff001ULL);
        if ( (d[1] & 0xc00) != 0x400 )
            return false;
        /* TG with NUM=SCALE=TTL=0 is reserved: 4.4.1.1. */
        return (d[0] & 0x1f1f000) || (d[1] & 0x300)
               ? rest_zero(d, vmid | 0x1f1f000, 0x000fffffffffff01ULL) : false;
    case 0x30: return rest_zero(d, 0, 0);
    case 0x46: return rest_zero(d, 0xfc00000, 0);
    }

    return false;
}

static void perform(struct sim *s, const struct sim_cmd *c)
{
    uint64_t ipa = c->d[1] & 0x000ffffffffff000ULL, pages;
    unsigned int range;

    switch ( c->d[0] & 0xff )
    {
    case 0x03:
        sim_cfgi(s, c->d[0] >> 32, 0, c->d[1] & 1);
        break;
    case 0x04:
        range = (c->d[1] & 0x1f) + 1;
        sim_cfgi(s, c->d[0] >> 32, range, false);
        break;
    case 0x20:
        s->el2_junk = false;
        break;
    case 0x28:
        sim_tlbi_vmid(s, c->d[0] >> 32);
        break;
    case 0x2a:
        s->nr_ranges++;
        pages = c->d[1] & 0xc00
                ? ((c->d[0] >> 12 & 0x1f) + 1) << (c->d[0] >> 20 & 0x1f) : 1;
        sim_tlbi_ipa(s, c->d[0] >> 32, ipa, ipa + pages * 4096 - 1,
                     c->d[1] & 1, c->d[1] & 0xc00 ? c->d[1] >> 8 & 3 : 0);
        break;
    case 0x30:
        sim_tlbi_all(s);
        break;
    }
}

static void perform_one(struct sim *s)
{
    unsigned int i = sim_is(s, SIM_REORDER) ? host_pick(s->nr_pending) : 0;
    struct sim_cmd c = s->pending[i];

    s->nr_pending--;
    memmove(&s->pending[i], &s->pending[i + 1],
            (s->nr_pending - i) * sizeof(c));
    perform(s, &c);
}

/* The SYNC at the head: whatever is owed before it, bit by bit. */
static void sync(struct sim *s, const struct sim_cmd *c)
{
    unsigned int i, n = 0;
    struct sim_txn *t;

    if ( s->sync_dead )
        return;
    if ( s->nr_pending )
    {
        perform_one(s);
        s->dawdle = sim_is(s, SIM_LATE_SYNC) ? host_pick(12) : 0;
        return;
    }
    for ( i = 0; i < SIM_TXNS; i++ )
    {
        t = &s->txns[i];
        if ( t->must && t->state > TXN_FREE && t->state <= TXN_LAND )
        {
            n++;
            sim_txn_step(s, t);
        }
    }
    if ( n )
        return;
    if ( s->dawdle )
    {
        s->dawdle--;
        return;
    }
    if ( !s->sync_seen && !sim_complete(s, SIM_DONE_SYNC, &s->sync_dead) )
    {
        s->sync_seen = true;            /* completes when revived */
        return;
    }
    s->sync_seen = false;
    s->nr_sync++;
    advance(s, c);
}

void sim_cmdq_step(struct sim *s)
{
    uint32_t mask = (2U << log2_of(s)) - 1, size = 1U << log2_of(s);
    struct sim_cmd c;
    uint64_t at;

    if ( !(s->cr0ack & CMDQEN) || ((s->gerror ^ s->gerrorn) & 1) )
        return;
    if ( log2_of(s) > (s->id.idr1 >> 21 & 0x1f) )
        host_complain("CMDQ_BASE.LOG2SIZE is above IDR1.CMDQS");
    if ( ((s->cmdq_prod - s->cmdq_cons) & mask) > size )
        host_complain("CMDQ_PROD %#x overtakes CONS %#x", s->cmdq_prod,
                      s->cmdq_cons);

    if ( ((s->cmdq_prod ^ s->cmdq_cons) & mask) == 0 )
    {
        if ( s->nr_pending && (!sim_is(s, SIM_ASYNC) || host_chance(4)) )
            perform_one(s);
        return;
    }

    at = (s->cmdq_base & 0x00ffffffffffffe0ULL &
          ~((16ULL << log2_of(s)) - 1)) +
         (s->cmdq_cons & (size - 1)) * 16ULL;
    if ( !sim_snoop_load(s, at, &c.d[0]) ||
         !sim_snoop_load(s, at + 8, &c.d[1]) )
    {
        stop(s, ERR_ABT);
        return;
    }
    if ( fail_at && s->counted != s->nr_cmds + 1 )
    {
        s->counted = s->nr_cmds + 1;    /* this one, once */
        if ( --fail_at == 0 )
        {
            stop(s, fail_as);
            return;
        }
    }
    if ( !legal(s, c.d) )
    {
        host_complain("illegal command %016lx %016lx", (unsigned long)c.d[0],
                      (unsigned long)c.d[1]);
        stop(s, ERR_ILL);
        return;
    }
    if ( (c.d[0] & 0xff) == 0x46 )
    {
        sync(s, &c);
        return;
    }
    if ( s->nr_pending == SIM_PENDING )
        perform_one(s);
    s->pending[s->nr_pending++] = c;
    advance(s, &c);
    if ( !sim_is(s, SIM_REORDER) && (!sim_is(s, SIM_ASYNC) || host_chance(2)) )
        perform_one(s);
}
