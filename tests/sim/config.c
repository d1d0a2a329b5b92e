/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a stream ID to its stream table entry (IHI0070 3.3.1, 5.1, 5.2), and
 * the caches on the way.
 */
#include "sim.h"

#define BAD_STREAMID    0x02
#define STE_FETCH       0x03
#define BAD_STE         0x04
#define RECINVSID       (1U << 1)

static struct sim_ste *line(struct sim *s, uint32_t sid)
{
    return &s->stes[(sid ^ sid >> 8) % ARRAY_SIZE(s->stes)];
}

static struct sim_l1std *l1_line(struct sim *s, uint32_t index)
{
    return &s->l1[index % ARRAY_SIZE(s->l1)];
}

void sim_junk_ste(struct sim *s, uint32_t sid)
{
    *line(s, sid) = (struct sim_ste){ true, true, sid, { 0x9, 0, 0, 0 } };
    *l1_line(s, sid) = (struct sim_l1std){ true, true, sid, 0 };
}

/* A word of what the driver made; junk and freed memory are reported. */
bool sim_snoop_load(struct sim *s, uint64_t phys, uint64_t *value)
{
    if ( host_page_kind(phys) != FRAME_DRIVER )
        host_complain("the SMMU reads configuration or commands at %#lx, which is not the driver's",
                      (unsigned long)phys);

    return host_device_load(phys, s->snoops, value);
}

static bool bad_sid(struct sim *s, struct sim_txn *t)
{
    if ( (s->cr2 & RECINVSID) && !t->prefetch )
        sim_event(s, t, BAD_STREAMID, 0);
    sim_txn_end(s, t, TXN_ABORTED);

    return false;
}

static bool fetch_l1(struct sim *s, struct sim_txn *t, unsigned int split,
                     unsigned int log2, uint64_t *d)
{
    uint32_t index = t->sid >> split;
    struct sim_l1std *l = l1_line(s, index);
    unsigned int bits = log2 - split + 3;
    uint64_t base = s->strtab_base & 0x00ffffffffffffc0ULL;

    if ( l->valid && l->index == index )
    {
        t->junk |= l->junk;
        *d = l->d;
        return true;
    }

    base &= ~((1ULL << (bits < 6 ? 6 : bits)) - 1);
    if ( !sim_snoop_load(s, base + index * 8ULL, d) )
        return false;
    if ( sim_is(s, SIM_L1_CACHE) )
        *l = (struct sim_l1std){ true, false, index, *d };

    return true;
}

/* Looks the STE up, as far as memory has to be read: TXN_FETCH. */
bool sim_find_ste(struct sim *s, struct sim_txn *t)
{
    const struct sim_ste *c = line(s, t->sid);
    unsigned int log2 = s->strtab_cfg & 0x3f;
    unsigned int split = s->strtab_cfg >> 6 & 0x1f, span;
    uint64_t d, base = s->strtab_base & 0x00ffffffffffffc0ULL;

    if ( c->valid && c->sid == t->sid )
    {
        t->junk |= c->junk;
        memcpy(t->d, c->d, sizeof(t->d));
        t->state = TXN_CONFIG;
        return true;
    }
    if ( log2 > (s->id.idr1 & 0x3f) )
        host_complain("STRTAB_BASE_CFG.LOG2SIZE %u is above IDR1.SIDSIZE",
                      log2);
    if ( t->sid >= 1ULL << log2 )
        return bad_sid(s, t);

    t->pieces = 0;
    t->state = TXN_FETCH;
    switch ( s->strtab_cfg >> 16 & 3 )
    {
    case 0:
        t->ste_at = (base & ~((64ULL << log2) - 1)) + t->sid * 64ULL;
        return true;
    case 1:
        if ( !(s->id.idr0 >> 27 & 3) || (split != 6 && split != 8 &&
                                         split != 10) )
            host_complain("two-level stream table with SPLIT=%u", split);
        if ( !fetch_l1(s, t, split, log2, &d) )
            return bad_sid(s, t);
        span = d & 0x1f;
        if ( !span || span > split + 1 ||
             (t->sid & ((1U << split) - 1)) >= 1U << (span - 1) )
            return bad_sid(s, t);
        t->ste_at = (d & 0x00ffffffffffffc0ULL & ~((64ULL << (span - 1)) - 1))
                    + (t->sid & ((1U << split) - 1)) * 64ULL;
        return true;
    }
    host_complain("STRTAB_BASE_CFG.FMT is reserved");

    return bad_sid(s, t);
}

/* One piece, or all of it. */
void sim_fetch_ste(struct sim *s, struct sim_txn *t)
{
    unsigned int i, first, n = sim_is(s, SIM_TORN_STE) ? 1 : 4;
    struct sim_ste *c;

    for ( ; n && t->pieces != 0xf; n-- )
    {
        for ( first = host_pick(4), i = 0; t->pieces & 1U << first; i++ )
            first = (first + 1) % 4;
        if ( !sim_snoop_load(s, t->ste_at + 8 * first, &t->d[first]) )
        {
            if ( !t->prefetch )
                sim_event(s, t, STE_FETCH, t->ste_at);
            sim_txn_end(s, t, TXN_ABORTED);
            return;
        }
        t->pieces |= 1U << first;
    }
    if ( t->pieces != 0xf )
        return;

    if ( !t->old_config && ((t->d[0] & 1) || sim_is(s, SIM_STE_INVALID)) )
    {
        c = line(s, t->sid);
        *c = (struct sim_ste){ true, t->junk, t->sid, { 0 } };
        memcpy(c->d, t->d, sizeof(c->d));
    }
    t->state = TXN_CONFIG;
}

static void illegal(struct sim *s, struct sim_txn *t, const char *what)
{
    host_complain("ILLEGAL STE of stream %#x: %s", t->sid, what);
    sim_event(s, t, BAD_STE, 0);
    sim_txn_end(s, t, TXN_ABORTED);
}

/* 5.2: is a stage 2 STE legal, and safe? */
static const char *wrong(const struct sim *s, const struct sim_txn *t)
{
    unsigned int t0sz = t->d[2] >> 32 & 0x3f, sl0 = t->d[2] >> 38 & 3;
    unsigned int ps = t->d[2] >> 48 & 7, oas = s->id.idr5 & 7;
    unsigned int bits = 64 - t0sz, low;

    if ( t->d[1] >> 28 & 3 )
        return "EATS is not 0";
    if ( t->d[2] >> 57 & 1 )
        return "S2S: faults would stall";
    if ( !(t->d[2] >> 51 & 1) )
        return "S2AA64 is 0";
    if ( t->d[2] >> 52 & 1 )
        return "S2ENDI: big-endian tables";
    if ( t->d[2] >> 46 & 3 )
        return "S2TG is not 4 KiB";
    if ( !(s->id.idr0 & SIM_IDR0_VMID16) && (t->d[2] >> 8 & 0xff) )
        return "S2VMID has 16 bits, the unit 8";
    if ( sl0 > 2 )
        return "S2SL0 is reserved";
    low = 12 + 9 * (1 + sl0);       /* of the root level, 2 - SL0 */
    if ( bits <= low || bits > low + 13 )
        return "S2T0SZ does not fit S2SL0";
    if ( ps > (oas > 6 ? 6 : oas) )
        return "S2PS is above IDR5.OAS";
    if ( t->d[3] & 0xfff0000000000000ULL )
        return "S2TTB is out of range";

    return NULL;
}

/* The STE is there: what does it say? */
void sim_v3_translate(struct sim *s, struct sim_txn *t)
{
    const char *what;

    if ( t->prefetch )
    {
        sim_txn_end(s, t, TXN_ABORTED);
        return;
    }
    if ( t->ats && (s->cr0ack & 1U << 4) )
    {
        /* ATSCHK, and EATS does not allow it: 3.9.1.2. */
        sim_event(s, t, 0x07, t->ipa);
        sim_txn_end(s, t, TXN_ABORTED);
        return;
    }
    if ( !(t->d[0] & 1) )
    {
        sim_event(s, t, BAD_STE, 0);
        sim_txn_end(s, t, TXN_ABORTED);
        return;
    }
    switch ( t->d[0] >> 1 & 7 )
    {
    case 0: case 1: case 2: case 3:
        sim_txn_end(s, t, TXN_ABORTED);
        return;
    case 4:
        sim_txn_end(s, t, TXN_UNTRANSLATED);
        return;
    case 6:
        break;
    default:
        illegal(s, t, "Config asks for stage 1");
        return;
    }

    what = wrong(s, t);
    if ( what )
    {
        illegal(s, t, what);
        return;
    }
    t->vmid = t->d[2];
    t->ttb = t->d[3] & 0x000ffffffffffff0ULL;
    t->root = 2 - (t->d[2] >> 38 & 3);
    t->affd = t->d[2] >> 53 & 1;
    sim_translate(s, t, 64 - (t->d[2] >> 32 & 0x3f));
}

/* CMD_CFGI_STE (range 0), CMD_CFGI_STE_RANGE: 4.3.1, 4.3.2, 4.3.8. */
void sim_cfgi(struct sim *s, uint32_t sid, unsigned int range, bool leaf)
{
    unsigned int i, split = s->strtab_cfg >> 6 & 0x1f;
    uint64_t size = 1ULL << range, first = sid & ~(size - 1);
    struct sim_txn *t;

    s->nr_cfgi++;
    for ( i = 0; i < ARRAY_SIZE(s->stes); i++ )
        if ( s->stes[i].sid >= first && s->stes[i].sid < first + size )
            s->stes[i].valid = false;
    for ( i = 0; !leaf && i < ARRAY_SIZE(s->l1); i++ )
        if ( range == 32 ||
             (s->l1[i].index >= first >> split &&
              s->l1[i].index <= (first + size - 1) >> split) )
            s->l1[i].valid = false;
    for ( i = 0; i < SIM_TXNS; i++ )
    {
        t = &s->txns[i];
        if ( t->state >= TXN_FETCH && t->state <= TXN_LAND &&
             t->sid >= first && t->sid < first + size )
            t->must = t->old_config = true;
    }
}
