/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 2 of 4 KiB granule tables, its TLB, and the cache of its table
 * descriptors.  Invalid descriptors are never cached (IHI0070 3.21.1); what
 * is valid stays until told otherwise.
 */
#include "sim.h"

#define WALK_EABT       0x0b
#define TRANSLATION     0x10
#define ADDR_SIZE       0x11
#define ACCESS          0x12
#define PERMISSION      0x13

#define ADDRESS         0x0000fffffffff000ULL

static unsigned int shift_of(unsigned int level)
{
    return 12 + 9 * (3 - level);
}

static struct sim_tlb *tlb_line(struct sim *s, unsigned int level,
                                uint16_t vmid, uint64_t ipa)
{
    uint64_t page = ipa >> shift_of(level);

    return &s->tlb[level - 1][(page ^ page >> 6 ^ vmid * 7U) % 64];
}

static struct sim_walk *walk_line(struct sim *s, unsigned int level,
                                  uint16_t vmid, uint64_t ipa)
{
    uint64_t page = ipa >> shift_of(level - 1);

    return &s->walks[(page ^ vmid * 5U ^ level * 3U) % 64];
}

void sim_junk_tlb(struct sim *s, uint16_t vmid, uint64_t ipa, uint64_t pa)
{
    *tlb_line(s, 3, vmid, ipa) = (struct sim_tlb){
        .valid = true, .junk = true, .vmid = vmid, .ipa = ipa, .pa = pa,
        .level = 3, .perm = 3 };
}

static void fault(struct sim *s, struct sim_txn *t, unsigned int type)
{
    s->kind->fault(s, t, type);
}

static bool permitted(struct sim *s, struct sim_txn *t, unsigned int perm)
{
    if ( perm & (t->write ? 2 : 1) )
        return true;
    fault(s, t, PERMISSION);

    return false;
}

static bool tlb_hit(struct sim *s, struct sim_txn *t)
{
    const struct sim_tlb *e;
    unsigned int level;

    for ( level = 1; level <= 3; level++ )
    {
        uint64_t mask = (1ULL << shift_of(level)) - 1;

        e = tlb_line(s, level, t->vmid, t->ipa);
        if ( !e->valid || e->vmid != t->vmid || e->ipa != (t->ipa & ~mask) )
            continue;
        s->nr_hits++;
        t->junk |= e->junk;
        if ( t->rootless )
            t->owner = e->owner;
        t->pa = e->pa | (t->ipa & mask);
        if ( permitted(s, t, e->perm) )
            t->state = TXN_LAND;
        return true;
    }

    return false;
}

static void walk_start(struct sim *s, struct sim_txn *t)
{
    const struct sim_walk *w;
    unsigned int level;

    t->state = TXN_WALK;
    for ( level = 3; level > t->root; level-- )
    {
        w = walk_line(s, level, t->vmid, t->ipa);
        if ( w->valid && w->vmid == t->vmid && w->level == level &&
             w->ipa >> shift_of(level - 1) == t->ipa >> shift_of(level - 1) )
        {
            t->level = level;
            t->table = w->table;
            if ( t->rootless )
                t->owner = w->owner;
            return;
        }
    }
    t->level = t->root;
    t->table = t->ttb + 8 * (t->ipa >> shift_of(t->root) & ~511ULL);
}

/* A root of the driver's own, which is to have nothing in it. */
static void walk_nowhere(struct sim *s, struct sim_txn *t)
{
    uint64_t d = 1;

    host_device_load(t->table + 8 * (t->ipa >> shift_of(t->root) & 511),
                     s->snoops, &d);
    if ( d & 1 )
        host_complain("the driver's own root table of stream %#x has %#lx in it",
                      t->sid, (unsigned long)d);
    fault(s, t, TRANSLATION);
}

/* Its stage 2 is known: t->vmid, ttb, root, affd, and `bits` of input. */
void sim_translate(struct sim *s, struct sim_txn *t, unsigned int bits)
{
    t->rootless = s->kind == &sim_v2 &&
                  host_page_kind(t->ttb) == FRAME_DRIVER;
    if ( !t->rootless && host_page_kind(t->ttb) != FRAME_TABLE )
        host_complain("stream %#x translates by a root table that was given back",
                      t->sid);
    t->owner = host_page_owner(t->ttb);
    if ( t->ipa >> bits )
        fault(s, t, TRANSLATION);
    else if ( !tlb_hit(s, t) )
    {
        walk_start(s, t);
        /* Unless it goes on from a cached table. */
        if ( t->rootless && t->level == t->root )
            walk_nowhere(s, t);
    }
}

/* Break before make: no other translation of an IPA is left (8.2, DDI0487). */
static void need_broken(const struct sim *s, const struct sim_tlb *new)
{
    uint64_t last = new->ipa + (1ULL << shift_of(new->level)) - 1;
    const struct sim_tlb *e;
    unsigned int level, i;

    for ( level = 1; level <= 3; level++ )
        for ( i = 0; i < 64; i++ )
        {
            e = &s->tlb[level - 1][i];
            if ( e->valid && !e->junk && e->vmid == new->vmid &&
                 e->ipa <= last &&
                 e->ipa + (1ULL << shift_of(level)) - 1 >= new->ipa &&
                 (e->level != new->level || e->pa != new->pa) )
                host_complain("old and new translation of %#lx meet in the TLB",
                              (unsigned long)new->ipa);
        }
}

static void leaf(struct sim *s, struct sim_txn *t, uint64_t d)
{
    uint64_t mask = (1ULL << shift_of(t->level)) - 1;
    unsigned int perm = d >> 6 & 3;
    struct sim_tlb *e, new;

    if ( !(d >> 10 & 1) && !t->affd )
    {
        fault(s, t, ACCESS);
        return;
    }
    t->pa = (d & ADDRESS & ~mask) | (t->ipa & mask);
    if ( !t->old_walk )
    {
        e = tlb_line(s, t->level, t->vmid, t->ipa);
        new = (struct sim_tlb){
            .valid = true, .vmid = t->vmid, .ipa = t->ipa & ~mask,
            .pa = t->pa & ~mask, .owner = t->owner, .level = t->level,
            .perm = perm };
        need_broken(s, &new);
        *e = new;
    }
    if ( permitted(s, t, perm) )
        t->state = TXN_LAND;
}

/* One descriptor. */
void sim_walk_on(struct sim *s, struct sim_txn *t)
{
    uint64_t at, d, mask = (1ULL << shift_of(t->level)) - 1;
    struct sim_walk *w;

    at = t->table + 8 * (t->ipa >> shift_of(t->level) & 511);
    if ( host_page_kind(at) != FRAME_TABLE || host_page_owner(at) != t->owner )
        host_complain("a table walk of stream %#x reads %#lx, a page that was given back",
                      t->sid, (unsigned long)at);
    if ( !host_device_load(at, s->snoops, &d) )
    {
        fault(s, t, WALK_EABT);
        return;
    }
    if ( !(d & 1) || (t->level == 3 && !(d & 2)) ||
         (t->level == 0 && !(d & 2)) )
    {
        fault(s, t, TRANSLATION);
        return;
    }
    if ( t->level == 3 || !(d & 2) )
    {
        leaf(s, t, d);
        return;
    }

    t->table = d & ADDRESS;
    t->level++;
    if ( sim_is(s, SIM_WALK_CACHE) && !t->old_walk )
    {
        w = walk_line(s, t->level, t->vmid, t->ipa);
        *w = (struct sim_walk){
            .valid = true, .vmid = t->vmid, .ipa = t->ipa & ~mask,
            .table = t->table, .owner = t->owner, .level = t->level };
    }
}

/* -- invalidation --------------------------------------------------------- */

static void outdate(struct sim *s, bool all, uint16_t vmid, uint64_t first,
                    uint64_t last)
{
    struct sim_txn *t;
    unsigned int i;

    for ( i = 0; i < SIM_TXNS; i++ )
    {
        t = &s->txns[i];
        if ( (t->state == TXN_WALK || t->state == TXN_LAND) &&
             (all || (t->vmid == vmid && t->ipa >= first && t->ipa <= last)) )
            t->must = t->old_walk = true;
    }
}

void sim_tlbi_all(struct sim *s)
{
    s->nr_tlbi++;
    s->nr_all++;
    memset(s->tlb, 0, sizeof(s->tlb));
    memset(s->walks, 0, sizeof(s->walks));
    outdate(s, true, 0, 0, 0);
}

void sim_tlbi_vmid(struct sim *s, uint16_t vmid)
{
    s->nr_vmall++;
    sim_tlbi_ipa(s, vmid, 0, ~0ULL, false, 0);
}

/* TTL != 0: entries of that level only, 4.4.1.1. */
void sim_tlbi_ipa(struct sim *s, uint16_t vmid, uint64_t first, uint64_t last,
                  bool only_leaf, unsigned int ttl)
{
    unsigned int level, i;

    s->nr_tlbi++;
    for ( level = 1; level <= 3; level++ )
        for ( i = 0; i < 64 && (!ttl || ttl == level); i++ )
        {
            struct sim_tlb *e = &s->tlb[level - 1][i];
            uint64_t end = e->ipa + (1ULL << shift_of(level)) - 1;

            if ( e->valid && e->vmid == vmid && e->ipa <= last &&
                 end >= first )
                e->valid = false;
        }
    for ( i = 0; i < 64 && !only_leaf; i++ )
    {
        struct sim_walk *w = &s->walks[i];

        if ( w->valid && w->vmid == vmid && w->ipa <= last &&
             w->ipa + (1ULL << shift_of(w->level - 1)) - 1 >= first )
            w->valid = false;
    }
    outdate(s, false, vmid, first, last);
}
