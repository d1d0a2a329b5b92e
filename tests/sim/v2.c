/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SMMUv1 and v2 (IHI0062): from a stream ID to its context bank, TLB
 * invalidations and their syncs.
 *
 * A write of configuration is seen by some transactions at once, by all that
 * come after a sync behind it has completed, or sCR0 was read back behind it;
 * what one transaction sees is the state after some write.
 *
 * A TLBI is accepted long before it is performed, in any order.  A sync covers
 * those that were accepted before it: the global one all, a bank's its own.
 * It has completed when they are performed, and what they made outdated has
 * landed.
 */
#include "sim.h"
#include "sim-v2.h"

/* GFSR (10.6.15) */
#define ICF         (1U << 0)
#define USF         (1U << 1)
#define SMCF        (1U << 2)
#define UCBF        (1U << 3)

/* -- configuration -------------------------------------------------------- */

void sim_v2_config(struct sim *s, unsigned int which, unsigned int index,
                   uint64_t value)
{
    struct sim_v2 *v = &s->v2;
    uint64_t n = v->writes - v->settled;

    if ( v->config[which][index] != value && sim_loses_this() )
    {
        v->lost = true;
        return;
    }
    if ( n == SIM_V2_LOG )
    {
        v->settled++;
        memmove(&v->log[0], &v->log[1], --n * sizeof(v->log[0]));
    }
    v->log[n].which = which;
    v->log[n].index = index;
    v->log[n].old = v->config[which][index];
    v->config[which][index] = value;
    v->writes++;
    if ( !sim_is(s, SIM_STALE_S2CR) )
        v->settled = v->writes;
}

/* Writes up to this one are seen by whatever comes from now on. */
void sim_v2_settle(struct sim *s, uint64_t writes)
{
    struct sim_v2 *v = &s->v2;

    if ( writes <= v->settled )
        return;
    memmove(&v->log[0], &v->log[writes - v->settled],
            (v->writes - writes) * sizeof(v->log[0]));
    v->settled = writes;
}

static void swap(struct sim_v2 *v, uint64_t i)
{
    uint64_t *now = &v->config[v->log[i].which][v->log[i].index];
    uint64_t old = v->log[i].old;

    v->log[i].old = *now;
    *now = old;
}

/* Registers as they were after so many writes; and as they are again. */
static void rewind_to(struct sim_v2 *v, uint64_t seen)
{
    uint64_t i;

    for ( i = v->writes; i > seen && i > v->settled; i-- )
        swap(v, i - 1 - v->settled);
}

static void forward_from(struct sim_v2 *v, uint64_t seen)
{
    uint64_t i;

    for ( i = seen > v->settled ? seen : v->settled; i < v->writes; i++ )
        swap(v, i - v->settled);
}

/* -- faults --------------------------------------------------------------- */

static void global_fault(struct sim *s, const struct sim_txn *t, uint32_t bit)
{
    struct sim_v2 *v = &s->v2;

    if ( t->prefetch )
        return;
    if ( v->gfsr & ~MULTI )
    {
        v->gfsr |= MULTI;
        s->nr_overflows++;
        return;
    }
    s->nr_events++;
    v->gfsr |= bit;
    v->gfar = t->ipa;
    v->gfsynr0 = (uint32_t)t->write << 1;
    v->gfsynr1 = t->sid & 0xffff;
}

/* v3's event types are ours, but for the numbers. */
void sim_v2_fault(struct sim *s, struct sim_txn *t, unsigned int type)
{
    struct sim_v2 *v = &s->v2;
    unsigned int n = t->bank;
    uint32_t bit = type == 0x10 ? FSR_TF : type == 0x11 ? FSR_ASF :
                   type == 0x12 ? FSR_AFF : type == 0x13 ? FSR_PF : FSR_EF;

    if ( !t->prefetch )
    {
        if ( v->config[V2_SCTLR][n] & SCTLR_CFCFG )
        {
            host_complain("stream %#x stalls: SCTLR.CFCFG of bank %u",
                          t->sid, n);
            v->stalled++;
            v->stalled_bank = n;
            v->bank[n].fsr |= FSR_SS;
        }
        if ( v->bank[n].fsr & ~(MULTI | FSR_SS) )
        {
            v->bank[n].fsr |= MULTI;
            s->nr_overflows++;
        }
        else
        {
            s->nr_events++;
            v->bank[n].fsr |= bit;
            v->bank[n].far = t->ipa;
            v->bank[n].fsynr0 = (uint32_t)t->write << 4 | (t->level & 3);
            v->bank[n].frsynra = t->sid & 0xffff;
        }
    }
    sim_txn_end(s, t, TXN_ABORTED);
}

/* -- a transaction -------------------------------------------------------- */

static bool matches(const struct sim *s, uint32_t sid, unsigned int n)
{
    const struct sim_v2 *v = &s->v2;
    bool wide = v->config[V2_CR0][0] & CR0_EXIDENABLE;
    uint32_t smr = v->config[V2_SMR][n], mask = smr >> 16;
    uint32_t ids = wide ? 0xffff : (1U << (s->id.idr0 >> 9 & 0xf)) - 1;

    if ( !(s->id.idr0 & IDR0_SMS) )
        return n == (sid & ids);
    /* An SMR has no VALID then. */
    if ( wide ? !(v->config[V2_S2CR][n] & S2CR_EXIDVALID)
              : !(smr & SMR_VALID) )
        return false;

    return !((smr ^ sid) & ids & ~(wide ? mask : mask & 0x7fff));
}

static void end(struct sim *s, struct sim_txn *t, uint32_t gfsr)
{
    global_fault(s, t, gfsr);
    sim_txn_end(s, t, TXN_ABORTED);
}

static void pass(struct sim *s, struct sim_txn *t)
{
    sim_txn_end(s, t, t->prefetch ? TXN_ABORTED : TXN_UNTRANSLATED);
}

/* The stream mapping group, or -1: it ended. */
static int find_group(struct sim *s, struct sim_txn *t)
{
    unsigned int n, found = 0, last = 0;
    bool open = false;                  /* one of them */

    for ( n = 0; n < sim_v2_groups(s); n++ )
        if ( matches(s, t->sid, n) )
        {
            found++;
            open |= (s->v2.config[V2_S2CR][n] >> 16 & 3) != 2;
            if ( found == 1 || host_chance(2) )
                last = n;
        }
    if ( !found )
    {
        if ( s->v2.config[V2_CR0][0] & CR0_USFCFG )
            end(s, t, USF);
        else
            pass(s, t);
        return -1;
    }
    if ( found > 1 )
    {
        if ( s->aborts_known && open )
            host_complain("stream %#x matches %u SMRs", t->sid, found);
        if ( host_chance(2) )
        {
            end(s, t, SMCF);
            return -1;
        }
    }

    return last;
}

/* Where it is sent, by the registers as they are. */
static void send(struct sim *s, struct sim_txn *t)
{
    uint32_t s2cr;
    int n;

    if ( s->v2.config[V2_CR0][0] & CR0_CLIENTPD )
    {
        pass(s, t);
        return;
    }
    n = find_group(s, t);
    if ( n < 0 )
        return;
    s2cr = s->v2.config[V2_S2CR][n];
    switch ( s2cr >> 16 & 3 )
    {
    case 0:
        t->bank = s2cr & 0xff;
        if ( t->bank < sim_v2_banks(s) )
        {
            t->state = TXN_CONFIG;
            break;
        }
        if ( s->aborts_known )
            host_complain("stream %#x is sent to context bank %u of %u",
                          t->sid, t->bank, sim_v2_banks(s));
        end(s, t, UCBF);
        break;

    case 1:
        pass(s, t);
        break;

    default:
        if ( (s2cr >> 16 & 3) == 3 && s->aborts_known )
            host_complain("S2CR%d.TYPE is reserved", n);
        end(s, t, ICF);
    }
}

void sim_v2_arrive(struct sim *s, struct sim_txn *t)
{
    struct sim_v2 *v = &s->v2;
    uint64_t seen = v->settled + host_pick(v->writes - v->settled + 1);

    /* EXSMRGENABLE, COMPINDEXENABLE: SMRs and S2CRs are something else. */
    if ( (v->cr2 & (1U << 31 | 1U << 29)) && s->aborts_known &&
         !t->prefetch && !sim_v2_is_v1(s) )
        host_complain("sCR2=%#x, as reset left it", v->cr2);
    t->seen = seen;
    rewind_to(v, seen);
    send(s, t);
    forward_from(v, seen);
}

/* What the bank's registers say of stage 2, or why that cannot be. */
static const char *stage2(const struct sim *s, struct sim_txn *t,
                          unsigned int *bits)
{
    const struct sim_v2 *v = &s->v2;
    uint64_t cbar = v->config[V2_CBAR][t->bank];
    uint64_t cba2r = v->config[V2_CBA2R][t->bank];
    uint64_t sctlr = v->config[V2_SCTLR][t->bank];
    uint64_t tcr = v->config[V2_TCR][t->bank];
    bool v1 = sim_v2_is_v1(s), wide = v->config[V2_CR0][0] & CR0_VMID16EN;
    unsigned int sl0 = tcr >> 6 & 3, low, oas = s->id.idr2 >> 4 & 0xf;

    if ( cbar >> 16 & 3 )
        return "CBAR.TYPE is not stage 2";
    if ( sctlr & SCTLR_E )
        return "SCTLR.E: big-endian tables";
    if ( wide && (v1 || !(s->id.idr2 & IDR2_VMID16)) )
        return "sCR0.VMID16EN on a unit without";
    t->vmid = wide ? cba2r >> 16 & 0xffff : cbar & 0xff;
    t->ttb = v->config[V2_TTBR][t->bank];
    t->affd = sctlr & SCTLR_AFFD;
    if ( t->ttb >> 48 )
        return "TTBR0 is out of range";
    if ( v1 || !(cba2r & 1) )
    {
        /* The 32-bit VTCR: T0SZ is signed, four bits and a copy of its sign. */
        int t0sz = (int)(tcr & 0xf) - ((tcr & 8) << 1);

        if ( !(tcr >> 31) )
            return "TCR.EAE is 0";
        if ( (tcr >> 4 & 1) != (tcr >> 3 & 1) )
            return "TCR.S is not T0SZ's sign";
        if ( sl0 > 1 )
            return "TCR.SL0 is reserved";
        *bits = 32 - t0sz;
    }
    else
    {
        if ( !(s->id.idr2 & IDR2_PTFS_4K) )
            return "CBA2R.VA64 without a 4 KiB granule";
        if ( tcr >> 14 & 3 )
            return "TCR.TG0 is not 4 KiB";
        if ( (tcr >> 16 & 7) > (oas > 5 ? 5 : oas) )
            return "TCR.PS is above IDR2.OAS";
        *bits = 64 - (tcr & 0x3f);
    }
    if ( sl0 > 2 )
        return "TCR.SL0 is reserved";
    t->root = 2 - sl0;
    low = 12 + 9 * (1 + sl0);
    if ( *bits <= low || *bits > low + 13 )
        return "TCR.T0SZ does not fit TCR.SL0";
    if ( *bits > sim_v2_size((s->id.idr2 & 0xf)) )
        return "TCR.T0SZ is above IDR2.IAS";

    return NULL;
}

static void configure(struct sim *s, struct sim_txn *t)
{
    const char *what;
    unsigned int bits;

    if ( !(s->v2.config[V2_SCTLR][t->bank] & SCTLR_M) )
    {
        pass(s, t);
        return;
    }
    what = stage2(s, t, &bits);
    if ( what && s->aborts_known )
        host_complain("context bank %u of stream %#x: %s", t->bank, t->sid,
                      what);
    if ( what )
        sim_v2_fault(s, t, 0x10);
    else
        sim_translate(s, t, bits);
}

/* What its context bank says; looked at later than S2CR, so it may be newer. */
void sim_v2_configure(struct sim *s, struct sim_txn *t)
{
    struct sim_v2 *v = &s->v2;
    uint64_t seen = t->seen < v->settled ? v->settled : t->seen;

    if ( sim_is(s, SIM_TORN_STE) || sim_v2_late(s) )
        seen += host_pick(v->writes - seen + 1);
    rewind_to(v, seen);
    configure(s, t);
    forward_from(v, seen);
}

/* -- TLBIs ---------------------------------------------------------------- */

static void perform(struct sim *s, unsigned int i)
{
    struct sim_v2 *v = &s->v2;
    struct sim_v2_tlbi c = v->pending[i];

    v->nr_pending--;
    memmove(&v->pending[i], &v->pending[i + 1],
            (v->nr_pending - i) * sizeof(c));
    switch ( c.op )
    {
    case SIM_OP_ALL:
        sim_tlbi_all(s);
        break;
    case SIM_OP_VMID:
        sim_tlbi_vmid(s, c.vmid);
        break;
    case SIM_OP_IPA:
        sim_tlbi_ipa(s, c.vmid, c.ipa, c.ipa + 4095, c.leaf, 0);
        break;
    }
}

static void remember(struct sim_v2 *v, const struct sim_v2_tlbi *c)
{
    if ( v->nr_hits == ARRAY_SIZE(v->hit) )
    {
        /* Some are forgotten: as if it had been everything. */
        v->nr_hits = 1;
        v->hit[0].all = true;
        v->hit[0].nr = c->nr;
        v->hit[0].writes = v->writes;
        return;
    }
    v->hit[v->nr_hits].all = c->op == SIM_OP_ALL;
    v->hit[v->nr_hits].vmid = c->vmid;
    v->hit[v->nr_hits].nr = c->nr;
    v->hit[v->nr_hits++].writes = v->writes;
}

void sim_v2_tlbi(struct sim *s, struct sim_v2_tlbi c)
{
    struct sim_v2 *v = &s->v2;

    c.nr = ++v->accepted;
    sim_log(s, c.op | (uint64_t)c.vmid << 32, c.ipa);
    s->nr_ranges += c.op == SIM_OP_IPA;
    remember(v, &c);
    if ( v->nr_pending == SIM_PENDING )
        perform(s, 0);
    v->pending[v->nr_pending++] = c;
    /* At once, too: before a store that nobody has pushed out. */
    if ( !sim_is(s, SIM_ASYNC) || host_chance(4) )
        perform(s, v->nr_pending - 1);
}

/* Does a sync that covers TLBIs up to `nr`, of `bank`, wait for it? */
static bool drains(const struct sim *s, const struct sim_txn *t, uint64_t nr,
                   uint64_t writes)
{
    const struct sim_v2 *v = &s->v2;
    unsigned int i;

    if ( t->state <= TXN_NEW || t->state > TXN_LAND )
        return false;
    if ( t->state == TXN_CONFIG && sim_v2_late(s) )
        return t->survived;
    if ( t->must )
        return true;
    if ( t->seen >= writes )
        return false;
    if ( !sim_is(s, SIM_TLBI_DRAINS) )
        return true;
    /* Its configuration is old, and a TLBI since then hits its VMID. */
    for ( i = 0; i < v->nr_hits; i++ )
        if ( v->hit[i].nr <= nr && v->hit[i].writes > t->seen &&
             (v->hit[i].all || t->state < TXN_WALK ||
              v->hit[i].vmid == t->vmid) )
            return true;

    return false;
}

/* Everything it covers is done: bit by bit.  True: it was. */
static bool work_for(struct sim *s, int bank, uint64_t nr, uint64_t writes,
                     unsigned int *dawdle)
{
    struct sim_v2 *v = &s->v2;
    unsigned int i, n = 0;

    for ( i = 0; i < v->nr_pending; i++ )
        if ( v->pending[i].nr <= nr &&
             (bank < 0 || v->pending[i].bank == bank) )
        {
            perform(s, i);
            *dawdle = sim_is(s, SIM_LATE_SYNC) ? host_pick(12) : 0;
            return false;
        }
    /* What is stalled is not through, and nobody waits for it in vain. */
    if ( v->stalled )
        return false;
    for ( i = 0; i < SIM_TXNS; i++ )
        if ( drains(s, &s->txns[i], nr, writes) )
        {
            n++;
            sim_txn_step(s, &s->txns[i]);
        }
    if ( n )
        return false;
    if ( *dawdle )
    {
        (*dawdle)--;
        return false;
    }

    return true;
}

static void forget_hits(struct sim_v2 *v, uint64_t nr)
{
    unsigned int i, k = 0;

    for ( i = 0; i < v->nr_hits; i++ )
        if ( v->hit[i].nr > nr )
            v->hit[k++] = v->hit[i];
    v->nr_hits = k;
}

static void work_global(struct sim *s)
{
    struct sim_v2 *v = &s->v2;
    unsigned int i;

    if ( s->sync_dead || !work_for(s, -1, v->sync_to, v->sync_writes,
                                   &v->dawdle) )
        return;
    if ( !v->sync_seen && !sim_complete(s, SIM_DONE_SYNC, &s->sync_dead) )
    {
        v->sync_seen = true;            /* completes when revived */
        return;
    }
    for ( i = 0; i < SIM_TXNS; i++ )
        s->txns[i].survived |= s->txns[i].state == TXN_CONFIG;
    v->sync_seen = v->sync = false;
    s->nr_sync += v->sync_waits;
    v->sync_waits = 0;
    forget_hits(v, v->sync_to);
    sim_v2_settle(s, v->sync_writes);
    s->held &= !sim_blocks(s) || v->settled < v->writes;
}

static void work_bank(struct sim *s, unsigned int n)
{
    struct sim_v2 *v = &s->v2;

    if ( s->sync_dead || !work_for(s, n, v->bank[n].sync_to, 0,
                                   &v->bank[n].dawdle) )
        return;
    if ( !v->bank[n].sync_seen &&
         !sim_complete(s, SIM_DONE_SYNC, &s->sync_dead) )
    {
        v->bank[n].sync_seen = true;
        return;
    }
    v->bank[n].sync_seen = v->bank[n].sync = false;
    s->nr_sync++;
}

/* Now and then one is performed that nobody waits for. */
void sim_v2_work(struct sim *s)
{
    struct sim_v2 *v = &s->v2;
    unsigned int n;

    if ( v->nr_pending && host_chance(12) )
        perform(s, sim_is(s, SIM_REORDER) ? host_pick(v->nr_pending) : 0);
    if ( v->sync )
        work_global(s);
    for ( n = 0; v->bank_syncs && n < sim_v2_banks(s); n++ )
        if ( v->bank[n].sync )
        {
            work_bank(s, n);
            v->bank_syncs -= !v->bank[n].sync;
        }
}

void sim_v2_sync(struct sim *s)
{
    struct sim_v2 *v = &s->v2;

    sim_log(s, SIM_OP_SYNC, 0);
    v->sync_waits++;
    v->sync = true;
    v->sync_to = v->accepted;
    v->sync_writes = v->writes;
    v->dawdle = sim_is(s, SIM_LATE_SYNC) ? host_pick(12) : 0;
    while ( v->sync && !s->sync_dead && !sim_is(s, SIM_ASYNC) )
        work_global(s);
}

void sim_v2_sync_bank(struct sim *s, unsigned int n)
{
    struct sim_v2 *v = &s->v2;

    sim_log(s, SIM_OP_SYNC, 1 + n);
    v->bank_syncs += !v->bank[n].sync;
    v->bank[n].sync = true;
    v->bank[n].sync_to = v->accepted;
    v->bank[n].dawdle = sim_is(s, SIM_LATE_SYNC) ? host_pick(12) : 0;
    while ( v->bank[n].sync && !s->sync_dead && !sim_is(s, SIM_ASYNC) )
        work_bank(s, n);
    v->bank_syncs -= !v->bank[n].sync;
}
