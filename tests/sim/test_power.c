/* SPDX-License-Identifier: GPL-2.0-only */
/* Sleep, debt, wake-up: what each costs, command by command. */
#include "test.h"

static struct sim *s;
static struct smmu_unit *u;
static struct world_dom *a, *b;
static struct world_dev *dev_a, *dev_a2, *dev_b;
static uint64_t mark;                   /* commands seen so far */

static void build(const struct sim_id *id, unsigned int nasty, bool source,
                  bool held, bool kept, enum sim_caches caches)
{
    world_reset(1, false);
    if ( source ? world_powered(id, nasty, true, held, kept, caches)
                : world_unit(id, nasty, true) )
        host_complain("a good unit was refused");
    s = world.sim[0];
    s->caches = caches;
    u = &world.unit[0];
    a = world_create(0, 1);
    b = world_create(1, 1);
    smmu_store(&a->d->delay, 0);
    smmu_store(&b->d->delay, 0);
    dev_a = world_dev(0, 8);
    dev_a2 = world_dev(0, 9);
    dev_b = world_dev(0, 16);
}

static void fill(struct world_dom *dom)
{
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
        world_map(dom, 0, i);
}

#define NICE    (SIM_NASTY & ~SIM_EVICT)

/* No power source; a is awake, b's device unassigned. */
static int plain(void **state)
{
    struct sim_id id = sim_id_ranges();

    build(&id, NICE, false, false, false, SIM_CACHES_KEPT);
    fill(a);
    fill(b);

    return world_attach(a, dev_a) ||
           !test_reaches(s, 8, a, 0, 0);
}

/* A source that holds the masters, loses registers, keeps the caches. */
static int sourced(void **state)
{
    struct sim_id id = sim_id_ranges();

    build(&id, NICE, true, true, false, SIM_CACHES_KEPT);
    fill(a);
    fill(b);

    return world_attach(a, dev_a) || !test_reaches(s, 8, a, 0, 0);
}

static void begin(void)
{
    sim_settle();
    mark = s->nr_cmds;
}

/* Since begin(): these, and no others. */
#define CMDS(...) test_cmds(s, mark, (uint8_t[]){ __VA_ARGS__ }, \
                            sizeof((uint8_t[]){ __VA_ARGS__ }))

static struct smmu_link *link_of(const struct world_dom *dom)
{
    return smmu_domain_links(dom->d);
}

static unsigned int state_of(const struct world_dom *dom)
{
    return smmu_link_state(link_of(dom));
}

static void sleeps(struct world_dev *dev)
{
    assert_int_equal(world_vote(dev, false), 0);
    assert_int_equal(state_of(dev->dom), XEN_SMMU_LINK_DORMANT);
}

static void wakes(struct world_dev *dev)
{
    assert_int_equal(world_vote(dev, true), 0);
    assert_int_equal(state_of(dev->dom), XEN_SMMU_LINK_LIVE);
    assert_int_equal(u->state, XEN_SMMU_UNIT_ON);
    assert_false(sim_blocks(s));
}

static void assert_parked(void)
{
    assert_int_equal(u->state, XEN_SMMU_UNIT_PARKED);
    assert_false(s->off);
    assert_true(sim_blocks(s));
}

static void assert_off(void)
{
    assert_int_equal(u->state, XEN_SMMU_UNIT_OFF);
    assert_true(s->off);
    assert_false(smmu_unit_get(u));
}

/* -- asleep --------------------------------------------------------------- */

/* 10^6 pages of a dormant domain: nothing at all, and free at once. */
static void sleeping_unmaps(struct world_dev *dev, uint64_t stride)
{
    struct host_counts h;
    uint64_t cmds, mmio, wakes_before, i, elided, accesses, polls;

    sleeps(dev);
    sim_settle();
    cmds = s->nr_cmds;
    mmio = s->nr_mmio;
    accesses = u->nr_accesses;
    polls = u->nr_polls;
    wakes_before = u->nr_wakes;
    elided = link_of(a)->stats.elided;
    h = host_counts;
    for ( i = 0; i < 1000000; i++ )
        if ( smmu_flush(a->d, 0x40000 + i * stride, 1, true) )
            fail_msg("flush %u failed", (unsigned int)i);
    assert_int_equal(s->nr_cmds, cmds);
    assert_int_equal(s->nr_mmio, mmio);
    assert_int_equal(u->nr_accesses, accesses);
    assert_int_equal(u->nr_polls, polls);
    assert_int_equal(u->nr_wakes, wakes_before);
    assert_int_equal(host_counts.reads, h.reads);
    assert_int_equal(host_counts.writes, h.writes);
    assert_int_equal(host_counts.wmb, h.wmb);
    assert_int_equal(host_counts.rmb, h.rmb);
    assert_int_equal(host_counts.cleans, h.cleans);
    assert_int_equal(host_counts.stores, h.stores);
    assert_int_equal(host_counts.relaxes, h.relaxes);
    assert_int_equal(host_counts.allocs, h.allocs);
    assert_int_equal(host_works_queued(), 0);
    assert_int_equal(link_of(a)->stats.elided, elided + 1000000);
}

static void million_in_a_row(void **state)
{
    sleeping_unmaps(dev_a, 1);
    assert_int_equal(link_of(a)->debt.nr, 1);
    assert_int_equal(smmu_debt_pages(&link_of(a)->debt), 1000000);
    begin();
    wakes(dev_a);
    CMDS(test_range(u, 1000000), CFGI_STE, SYNC);
}

static void million_scattered(void **state)
{
    sleeping_unmaps(dev_a, 3);
    assert_true(link_of(a)->debt.all);
    assert_int_equal(link_of(a)->stats.overflows, 1);
    begin();
    wakes(dev_a);
    CMDS(VMALL, CFGI_STE, SYNC);
}

static void million_while_off(void **state)
{
    sleeping_unmaps(dev_a, 2);
    assert_off();
}

/* What its masters do meanwhile aborts: asleep, parked, and while it wakes. */
static void liar(void **state)
{
    unsigned int i;

    world_dma(1);
    assert_int_equal(world_attach(b, dev_b), 0);
    sleeps(dev_a);
    assert_true(test_aborts(s, 8, 0, 0));       /* dormant, the unit is on */
    assert_true(test_reaches(s, 16, b, 0, 0));
    sleeps(dev_b);
    assert_parked();
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_aborts(s, 16, 0, 0));
    assert_true(test_aborts(s, 99, 0, 0));      /* nobody's */
    for ( i = 0; i < 50; i++ )
    {
        assert_int_equal(world_unmap(a, 0, i % SLOTS), 0);
        assert_int_equal(world_unmap(b, 0, i % SLOTS), 0);
        sim_settle();
        wakes(dev_a);
        assert_true(test_aborts(s, 8, 0, i % SLOTS));
        assert_true(test_aborts(s, 16, 0, (i + 1) % SLOTS));
        fill(a);
        fill(b);
        assert_true(test_reaches(s, 8, a, 0, i % SLOTS));
        host_time_ns += 3000000000;
        sleeps(dev_a);
        assert_parked();
    }
}

static void liar_off(void **state)
{
    uint64_t losses = s->nr_losses;
    unsigned int i;

    world_dma(1);
    for ( i = 0; i < 50; i++ )
    {
        sleeps(dev_a);
        assert_off();
        assert_int_equal(world_unmap(a, 0, i % SLOTS), 0);
        assert_true(test_aborts(s, 8, 0, 1));
        sim_settle();
        wakes(dev_a);
        assert_true(test_aborts(s, 8, 0, i % SLOTS));
        world_map(a, 0, i % SLOTS);
        assert_true(test_reaches(s, 8, a, 0, i % SLOTS));
        host_time_ns += 3000000000;
    }
    assert_int_equal(s->nr_losses, losses + 50);
}

/* -- waking: exact commands ----------------------------------------------- */

/* On a unit that runs for b: CFGI of the open has a sync of its own. */
/*
 * v3: its first wake, from parked, wrote PROD and CR0; later ones PROD twice.
 * v2: the first one wrote and read back the registers of its bank, which has
 * no root yet, then that; TLBIVMID, a sync, S2CR.
 */
#define WORST_ACCESSES  (test_is(&sim_v3) ? 2U : 19U)

static void wake_on(void **state)
{
    uint64_t d0, d1;
    unsigned int ranges;

    assert_int_equal(world_attach(b, dev_b), 0);
    sleeps(dev_a);
    assert_int_equal(u->state, XEN_SMMU_UNIT_ON);
    begin();
    wakes(dev_a);
    CMDS(CFGI_STE, SYNC);               /* nothing owed, nothing invalidated */

    sleeps(dev_a);
    assert_int_equal(world_unmap(a, 0, 3), 0);
    begin();
    wakes(dev_a);
    CMDS(S2_IPA, SYNC, CFGI_STE, SYNC);
    d0 = s->log[mark % 64].d[0];
    d1 = s->log[mark % 64].d[1];
    assert_int_equal(d0 >> 32, link_of(a)->vmid);
    assert_int_equal(d0 & 0xffffff00, 0);       /* one page: plain */
    assert_int_equal(d1, world_ipa(0, 3));

    sleeps(dev_a);
    assert_int_equal(world_unmap(a, 0, 5), 0);
    assert_int_equal(world_unmap(a, 0, 4), 0);
    assert_int_equal(world_unmap(a, 0, 6), 0);
    begin();
    wakes(dev_a);
    CMDS(test_range(u, 3), SYNC, CFGI_STE, SYNC);
    if ( test_range(u, 3) == S2_IPA )
    {
        d0 = s->log[mark % 64].d[0];
        d1 = s->log[mark % 64].d[1];
        assert_int_equal(d0 >> 12 & 0x1f, 2);   /* NUM: three pages */
        assert_int_equal(d0 >> 20 & 0x1f, 0);   /* SCALE */
        assert_int_equal(d1, world_ipa(0, 4) | 1 << 10);
    }

    fill(a);
    sleeps(dev_a);
    assert_int_equal(world_unmap(a, 0, 0), 0);
    assert_int_equal(world_unmap(a, 0, 2), 0);
    begin();
    wakes(dev_a);
    CMDS(VMALL, SYNC, CFGI_STE, SYNC);          /* two ranges */
    assert_int_equal(s->log[mark % 64].d[0] >> 32, link_of(a)->vmid);

    sleeps(dev_a);
    assert_int_equal(smmu_flush(a->d, 0, ~0ULL, true), 0);
    begin();
    wakes(dev_a);
    CMDS(VMALL, SYNC, CFGI_STE, SYNC);
    assert_int_equal(link_of(a)->stats.wake_none, 1 + 1);
    ranges = 1 + (test_range(u, 3) == S2_IPA);
    assert_int_equal(link_of(a)->stats.wake_ranges, ranges);
    assert_int_equal(link_of(a)->stats.wake_vmid, 4 - ranges);
    assert_int_equal(link_of(a)->stats.worst_accesses, WORST_ACCESSES);
    assert_int_equal(link_of(a)->stats.worst_wake, 4);
    assert_true(test_reaches(s, 16, b, 0, 0));
}

static void wake_parked(void **state)
{
    sleeps(dev_a);
    assert_parked();
    begin();
    wakes(dev_a);
    CMDS(CFGI_STE, SYNC);
    sleeps(dev_a);
    assert_int_equal(world_unmap(a, 0, 3), 0);
    begin();
    wakes(dev_a);
    CMDS(S2_IPA, CFGI_STE, SYNC);
    fill(a);
    sleeps(dev_a);
    assert_int_equal(world_unmap(a, 0, 0), 0);
    assert_int_equal(world_unmap(a, 0, 2), 0);
    begin();
    wakes(dev_a);
    CMDS(VMALL, CFGI_STE, SYNC);
    assert_int_equal(link_of(a)->stats.worst_accesses, WORST_ACCESSES);
}

/* Without RIL: a page, or everything. */
static void wake_no_ril(void **state)
{
    struct sim_id id = sim_id_good();

    build(&id, NICE, false, false, false, SIM_CACHES_KEPT);
    fill(a);
    assert_int_equal(world_attach(a, dev_a), 0);
    sleeps(dev_a);
    assert_int_equal(world_unmap(a, 0, 3), 0);
    begin();
    wakes(dev_a);
    CMDS(S2_IPA, CFGI_STE, SYNC);
    sleeps(dev_a);
    assert_int_equal(world_unmap(a, 0, 4), 0);
    assert_int_equal(world_unmap(a, 0, 5), 0);
    begin();
    wakes(dev_a);
    CMDS(VMALL, CFGI_STE, SYNC);
    assert_true(test_aborts(s, 8, 0, 3));
    assert_true(test_aborts(s, 8, 0, 4));
}

/*
 * From OFF: one whole invalidation, and at most 20 register accesses beyond
 * polls, from CR0=0 to SMMUEN=1, commands included.  `kept`: the registers
 * were there all the time, though nobody had promised it.
 */
static void wake_off(uint32_t idr0, unsigned int nasty, bool second, bool kept)
{
    struct sim_id id = sim_id_ranges();
    uint64_t mmio, polls, accesses;
    char what[128];

    id.idr0 |= idr0;
    build(&id, nasty, true, true, false, SIM_CACHES_KEPT);
    s->registers_kept = kept;
    fill(a);
    assert_int_equal(world_attach(a, dev_a), 0);
    if ( second )
        assert_int_equal(world_attach(b, dev_b), 0);
    sleeps(dev_a);
    if ( second )
        sleeps(dev_b);
    assert_off();
    assert_int_equal(world_unmap(a, 0, 1), 0);
    mark = s->nr_cmds;
    mmio = s->nr_mmio;
    polls = u->nr_polls;
    accesses = u->nr_accesses;
    link_of(a)->stats.worst_accesses = 0;
    wakes(dev_a);
    mmio = s->nr_mmio - mmio;
    polls = u->nr_polls - polls;
    accesses = u->nr_accesses - accesses;
    snprintf(what, sizeof(what), "power-up%s%s%s%s%s: %lu register accesses beyond %lu polls",
             idr0 & SIM_IDR0_HYP ? ", Hyp" : "",
             idr0 & SIM_IDR0_BTM ? ", BTM" : "",
             idr0 & SIM_IDR0_ATS ? ", ATS" : "",
             idr0 & SIM_IDR0_MSI ? ", MSI" : "",
             kept ? ", registers kept" : "", accesses, polls);
    if ( !nasty )
        print_message("# %s\n", what);
    if ( accesses > 20 )
        fail_msg("%s: 20 are allowed", what);
    if ( accesses + polls != mmio )
        fail_msg("%s, and the unit has seen %lu", what, mmio);
    assert_int_equal(link_of(a)->stats.worst_accesses, accesses);
    if ( idr0 & SIM_IDR0_HYP )
        CMDS(CFGI_ALL, NSNH_ALL, EL2_ALL, SYNC);
    else
        CMDS(CFGI_ALL, NSNH_ALL, SYNC);
    assert_int_equal(link_of(a)->stats.wake_all, 2);
    assert_true(test_reaches(s, 8, a, 0, 0));
    assert_true(test_aborts(s, 8, 0, 1));
}

static void wake_off_all(void **state)
{
    static const uint32_t features[] = { SIM_IDR0_HYP, SIM_IDR0_BTM,
                                         SIM_IDR0_ATS, SIM_IDR0_MSI };
    unsigned int i, k;
    uint32_t idr0;

    for ( i = 0; i < 16; i++ )
    {
        idr0 = 0;
        for ( k = 0; k < 4; k++ )
            idr0 |= i & 1U << k ? features[k] : 0;
        wake_off(idr0, 0, i & 1, false);
        wake_off(idr0, 0, i & 1, true);
        wake_off(idr0, NICE, i & 1, false);
        wake_off(idr0, NICE, i & 1, true);
        if ( host_complaints )
            fail_msg("%s", host_first_complaint);
    }
}

/* The model's word for what is a poll, beside the driver's. */
static void wake_off_polls(void **state)
{
    uint64_t before;

    wake_off(SIM_IDR0_MSI | SIM_IDR0_HYP, 0, false, false);
    sleeps(dev_a);
    before = s->nr_polls - u->nr_polls;
    wakes(dev_a);
    assert_int_equal(s->nr_polls - u->nr_polls, before);
    assert_int_equal(s->nr_mmio - s->nr_id_reads,
                     u->nr_accesses + u->nr_polls);
}

/* Firmware had it while the host was suspended, and left interrupts on. */
static void msi_left_on(void **state)
{
    struct sim_id id = sim_id_ranges();

    id.idr0 |= SIM_IDR0_MSI;
    build(&id, NICE, false, false, false, SIM_CACHES_KEPT);
    fill(a);
    assert_int_equal(world_attach(a, dev_a), 0);
    assert_int_equal(world_suspend(), 0);
    s->irq_ctrl = s->irq_ctrlack = 5;
    world_resume();
    assert_int_equal(s->msi_unknown, 0);
    assert_int_equal(s->irq_ctrlack, 5);
    assert_true(test_reaches(s, 8, a, 0, 0));
}

/* It does not stop: power stays, and nothing is believed any more. */
static void stop_times_out(void **state)
{
    unsigned int i, n = 0;

    for ( i = 1; i <= 3; i++ )
    {
        sourced(state);
        sim_fail(i, SIM_DONE_ACK, false);
        assert_int_equal(world_vote(dev_a, false), 0);
        n += s->cr0ack & 1 ? 0 : smmu_unit_failed(u);
        assert_true(smmu_unit_failed(u));
        assert_false(s->off);
        assert_logged("REGISTER_TIMEOUT");
        assert_true(test_aborts(s, 8, 0, 0));
    }
    /* SMMUEN=0 first; then the interrupts, then the queues. */
    assert_int_equal(n, 2);
}

/* What the range says, read back by the architecture: 4.4.1.1. */
static void ranges(void **state)
{
    uint64_t pages, first, num, scale, d0, d1;
    unsigned int i;

    for ( i = 0; i < 400; i++ )
    {
        pages = i < 200 ? i + 1 : 1 + (host_random() >> (28 + host_pick(19)));
        if ( pages > 1ULL << 36 || i == 399 )
            pages = 1ULL << 36;
        first = i == 399 ? 0 : host_random() & 0xfffff;
        sleeps(dev_a);
        assert_int_equal(smmu_flush(a->d, first, pages, true), 0);
        begin();
        wakes(dev_a);
        CMDS(S2_IPA, CFGI_STE, SYNC);
        d0 = s->log[mark % 64].d[0];
        d1 = s->log[mark % 64].d[1];
        num = d0 >> 12 & 0x1f;
        scale = d0 >> 20 & 0x1f;
        assert_int_equal(d1 & 0x000ffffffffff000ULL, first << 12);
        assert_int_equal(d1 & 0x300, 0);        /* TTL */
        assert_int_equal(d1 & 1, 0);            /* Leaf */
        if ( pages == 1 )
        {
            assert_int_equal(d1 >> 10 & 3, 0);
            assert_int_equal(num | scale, 0);
            continue;
        }
        assert_int_equal(d1 >> 10 & 3, 1);
        if ( (num + 1) << scale < pages )
            fail_msg("%lu pages, NUM %lu SCALE %lu cover %lu", pages, num,
                     scale, (num + 1) << scale);
        if ( (num + 1) << scale > pages + pages / 16 + 1 )
            fail_msg("%lu pages, NUM %lu SCALE %lu: too many", pages, num,
                     scale);
        host_time_ns += 3000000000;
    }
}

/* More than a range can say, or nowhere near memory: all of it. */
static void ranges_too_large(void **state)
{
    static const uint64_t pages[] = { (1ULL << 36) + 1, 1ULL << 40,
                                      1ULL << 52, ~0ULL - 1 };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(pages); i++ )
    {
        sleeps(dev_a);
        assert_int_equal(smmu_flush(a->d, 0, pages[i], true), 0);
        begin();
        wakes(dev_a);
        CMDS(VMALL, CFGI_STE, SYNC);
    }
    /* Nothing removed, nothing owed. */
    sleeps(dev_a);
    assert_int_equal(smmu_flush(a->d, 5, 0, true), 0);
    assert_int_equal(smmu_flush(a->d, 5, 7, false), 0);
    assert_true(smmu_debt_none(&link_of(a)->debt));
}

/*
 * Another CPU unmaps as it wakes: invalidated for real, since the debt has
 * been taken.  Each page of a was reached before, so all are warm.
 */
static unsigned int unmapped;
static void unmap_when_waking(void)
{
    if ( state_of(a) != XEN_SMMU_LINK_WAKING || unmapped )
        return;
    unmapped++;
    if ( world_unmap(a, 0, 1) )
        host_complain("an unmap failed");
}

static void waking_unmap(void)
{
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
        assert_true(test_reaches(s, 8, a, 0, i));
    sleeps(dev_a);
    assert_int_equal(world_unmap(a, 0, 0), 0);
    unmapped = 0;
    host_other_cpu = unmap_when_waking;
    wakes(dev_a);
    host_other_cpu = NULL;
    assert_int_equal(unmapped, 1);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_aborts(s, 8, 0, 1));
    assert_true(test_reaches(s, 8, a, 0, 2));
    assert_true(smmu_debt_none(&link_of(a)->debt));
}

static void waking_unmap_parked(void **state) { waking_unmap(); }
static void waking_unmap_on(void **state)
{
    assert_int_equal(world_attach(b, dev_b), 0);
    waking_unmap();
}

/* The same as it goes to sleep: until that is acknowledged, it is awake. */
static void unmap_when_quiescing(void)
{
    if ( state_of(a) != XEN_SMMU_LINK_QUIESCING || unmapped )
        return;
    unmapped++;
    if ( world_unmap(a, 0, 1) )
        host_complain("an unmap failed");
}

static void quiescing_unmap(void **state)
{
    uint64_t tlbi = s->nr_tlbi;

    host_other_cpu = unmap_when_quiescing;
    unmapped = 0;
    sleeps(dev_a);
    host_other_cpu = NULL;
    assert_int_equal(unmapped, 1);
    assert_int_equal(s->nr_tlbi, tlbi + 1 + test_streams(1));
    assert_int_equal(link_of(a)->stats.elided, 0);
    assert_true(smmu_debt_none(&link_of(a)->debt));
}

/* Stale entries of every level: a block, its pages, its table. */
static void stale_entries(void **state)
{
    uint64_t i;

    world_map_block(a, 1);
    for ( i = 0; i < SLOTS; i++ )
        assert_true(test_reaches(s, 8, a, 0, i));
    assert_int_equal(sim_dma(s, 8, world_ipa(1, 3), true), TXN_LANDED);
    sleeps(dev_a);
    assert_int_equal(world_unmap_area(a, 1), 0);
    wakes(dev_a);
    assert_true(test_aborts(s, 8, 1, 3));
    sleeps(dev_a);
    assert_int_equal(world_unmap_area(a, 0), 0);    /* its table page too */
    wakes(dev_a);
    for ( i = 0; i < SLOTS; i++ )
        assert_true(test_aborts(s, 8, 0, i));
    fill(a);
    assert_true(test_reaches(s, 8, a, 0, 0));
}

/* -- epochs, VMIDs -------------------------------------------------------- */

/* One's wake from off pays for all that were blocked before. */
static void epochs(void **state)
{
    assert_int_equal(world_attach(b, dev_b), 0);
    assert_true(test_reaches(s, 16, b, 0, 0));
    assert_true(test_reaches(s, 16, b, 0, 1));
    sleeps(dev_a);
    sleeps(dev_b);
    assert_off();
    assert_int_equal(world_unmap(a, 0, 0), 0);
    assert_int_equal(world_unmap(b, 0, 0), 0);
    wakes(dev_a);
    assert_true(smmu_debt_none(&link_of(b)->debt));

    /* What it gives back later, it owes. */
    assert_int_equal(world_unmap(b, 0, 1), 0);
    assert_int_equal(smmu_debt_pages(&link_of(b)->debt), 1);
    begin();
    wakes(dev_b);
    CMDS(S2_IPA, SYNC, CFGI_STE, SYNC);
    assert_true(test_aborts(s, 16, 0, 0));
    assert_true(test_aborts(s, 16, 0, 1));
    assert_true(test_reaches(s, 16, b, 0, 2));
}

/* An invalidation that may be older than the block retires nothing. */
static void same_epoch(void **state)
{
    uint64_t epoch;
    bool dirty;

    sleeps(dev_a);
    assert_int_equal(world_unmap(a, 0, 0), 0);
    smmu_mutex_lock(&u->config);
    epoch = u->epoch;
    assert_int_equal(link_of(a)->epoch, epoch);
    smmu_unit_flushed(u);
    assert_false(smmu_debt_none(&link_of(a)->debt));
    u->epoch = epoch + 1;
    smmu_unit_flushed(u);
    assert_true(smmu_debt_none(&link_of(a)->debt));

    /* So with VMIDs. */
    u->vmids.nr = 4;
    assert_int_equal(smmu_vmid_alloc(&u->vmids, &dirty), 2);
    assert_int_equal(smmu_vmid_alloc(&u->vmids, &dirty), 3);
    smmu_vmid_free(&u->vmids, 2, u->epoch);
    smmu_unit_flushed(u);
    assert_int_equal(smmu_vmid_alloc(&u->vmids, &dirty), 2);
    assert_true(dirty);
    smmu_mutex_unlock(&u->config);
}

/* Nor does one clear the debt of a link that is awake. */
static void not_blocked(void **state)
{
    smmu_mutex_lock(&u->config);
    smmu_debt_add_all(&link_of(a)->debt);
    u->epoch++;
    smmu_unit_flushed(u);
    assert_false(smmu_debt_none(&link_of(a)->debt));
    smmu_debt_clear(&link_of(a)->debt);
    smmu_mutex_unlock(&u->config);
}

/* A VMID of before is clean after a whole invalidation, and not earlier. */
static void vmids(void **state)
{
    unsigned int vmid, i;
    struct world_dom *c;

    u->vmids.nr = 3;                    /* 1 and 2 */
    assert_int_equal(world_attach(b, dev_b), 0);
    for ( i = 0; i < SLOTS; i++ )
        assert_true(test_reaches(s, 16, b, 0, i));
    vmid = link_of(b)->vmid;
    assert_int_equal(world_destroy(b), 0);
    /* Reused at once: it owes all, whoever had it. */
    c = world_create(2, 1);
    smmu_store(&c->d->delay, 0);
    begin();
    assert_int_equal(world_attach(c, dev_b), 0);
    assert_int_equal(link_of(c)->vmid, vmid);
    CMDS(VMALL, CFGI_STE, SYNC, CFGI_STE, SYNC);
    for ( i = 0; i < SLOTS; i++ )
        assert_true(test_aborts(s, 16, 0, i));
    /* Freed, then a power-up: clean. */
    assert_int_equal(world_destroy(c), 0);
    sleeps(dev_a);
    assert_off();
    wakes(dev_a);
    c = world_create(2, 1);
    begin();
    assert_int_equal(world_attach(c, dev_b), 0);
    assert_int_equal(link_of(c)->vmid, vmid);
    CMDS(CFGI_STE, SYNC, CFGI_STE, SYNC);
}

/* -- votes ---------------------------------------------------------------- */

static void one_of_two(void **state)
{
    uint64_t parks = u->nr_parks;

    assert_int_equal(world_attach(a, dev_a2), 0);
    begin();
    assert_int_equal(world_vote(dev_a, false), 0);
    CMDS(CFGI_STE, SYNC);               /* only its own streams */
    assert_int_equal(state_of(a), XEN_SMMU_LINK_LIVE);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_reaches(s, 9, a, 0, 0));
    /* What is unmapped now is invalidated now. */
    begin();
    assert_int_equal(world_unmap(a, 0, 0), 0);
    CMDS(S2_IPA, SYNC);
    assert_int_equal(world_vote(dev_a, true), 0);
    assert_true(test_reaches(s, 8, a, 0, 1));
    assert_true(test_aborts(s, 8, 0, 0));
    assert_int_equal(u->nr_parks, parks);
    assert_int_equal(world_vote(dev_a2, false), 0);
    assert_int_equal(world_vote(dev_a, false), 0);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_parked();
    assert_int_equal(world_vote(dev_a2, true), 0);
    assert_true(test_aborts(s, 8, 0, 1));
    assert_true(test_reaches(s, 9, a, 0, 1));
}

static void delayed(void **state)
{
    const uint64_t ms = 1000000;

    smmu_store(&a->d->delay, XEN_SMMU_DELAY_GLOBAL);
    begin();
    assert_int_equal(world_vote(dev_a, false), 0);
    assert_int_equal(test_timers(u), 1);
    world_wait(19 * ms);
    assert_true(test_reaches(s, 8, a, 0, 0));
    assert_int_equal(state_of(a), XEN_SMMU_LINK_LIVE);
    world_wait(ms + ms / 10);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_parked();
    assert_true(test_aborts(s, 8, 0, 0));
    CMDS(CFGI_STE, SYNC);
    wakes(dev_a);

    /* ON in between: as if nothing had been. */
    begin();
    assert_int_equal(world_vote(dev_a, false), 0);
    world_wait(10 * ms);
    wakes(dev_a);
    assert_int_equal(test_timers(u), 0);
    world_wait(500 * ms);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_LIVE);
    CMDS();

    /* Said again, it is not put off. */
    assert_int_equal(world_vote(dev_a, false), 0);
    world_wait(15 * ms);
    assert_int_equal(world_vote(dev_a, false), 0);
    world_wait(4 * ms);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_LIVE);
    world_wait(ms + ms / 10);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    wakes(dev_a);

    /* The domain's own; the global one is for others. */
    smmu_store(&a->d->delay, 100 * ms);
    assert_int_equal(smmu_domain_delay(a->d), 100 * ms);
    assert_int_equal(smmu_domain_delay(b->d), 0);
    assert_int_equal(world_vote(dev_a, false), 0);
    world_wait(90 * ms);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_LIVE);
    world_wait(11 * ms);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
}

/* Each device has a delay of its own, whatever becomes of the others. */
static void delayed_each(void **state)
{
    const uint64_t ms = 1000000;

    assert_int_equal(world_attach(a, dev_a2), 0);
    smmu_store(&a->d->delay, 20 * ms);
    begin();
    assert_int_equal(world_vote(dev_a, false), 0);
    world_wait(10 * ms);
    assert_int_equal(world_vote(dev_a2, false), 0);
    /* Back again: the first one's delay is not over. */
    assert_int_equal(world_vote(dev_a2, true), 0);
    assert_true(test_reaches(s, 8, a, 0, 0));
    assert_true(test_reaches(s, 9, a, 0, 0));
    CMDS();
    world_wait(9 * ms);
    assert_true(test_reaches(s, 8, a, 0, 0));
    CMDS();
    world_wait(ms + ms / 10);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_reaches(s, 9, a, 0, 0));
    CMDS(CFGI_STE, SYNC);
    assert_int_equal(test_timers(u), 0);

    /* The second's OFF does not put off the first's. */
    wakes(dev_a);
    assert_int_equal(world_vote(dev_a, false), 0);
    world_wait(10 * ms);
    assert_int_equal(world_vote(dev_a2, false), 0);
    world_wait(10 * ms + ms / 10);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_reaches(s, 9, a, 0, 0));
    assert_int_equal(state_of(a), XEN_SMMU_LINK_LIVE);
    world_wait(10 * ms);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_int_equal(test_timers(u), 0);

    /* A delay keeps open what is open; it opens nothing. */
    wakes(dev_a);
    assert_int_equal(world_vote(dev_a, false), 0);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_int_equal(test_timers(u), 0);
}

/* A guest that toggles as fast as it can: few sleeps, never a slow wake. */
static void thrash(void **state)
{
    uint64_t parks = u->nr_parks, end = host_time_ns + 1000000000ULL;
    unsigned int toggles;

    for ( toggles = 0; host_time_ns < end; toggles++ )
    {
        assert_int_equal(world_vote(dev_a, false), 0);
        world_wait(100000);
        assert_int_equal(world_vote(dev_a, true), 0);
        assert_true(test_reaches(s, 8, a, 0, 0));
        world_wait(100000);
    }
    print_message("# %u toggles in a second, parked %lu times\n", toggles,
                  u->nr_parks - parks);
    assert_in_range(toggles, 1000, 10000);
    assert_in_range(u->nr_parks - parks, 1, 20);
    /* Calm again: sleeps as it is told. */
    world_wait(3000000000ULL);
    sleeps(dev_a);
    assert_parked();
}

/* What was said when it made no sense is answered, and changes nothing. */
static void wrong_calls(void **state)
{
    assert_int_equal(smmu_vote(a->d, dev_b->dev, true), -ENODEV);
    assert_int_equal(smmu_vote(a->d, dev_b->dev, false), -ENODEV);
    assert_int_equal(world_attach(b, dev_b), 0);
    assert_int_equal(smmu_vote(a->d, dev_b->dev, false), -ENODEV);
    assert_true(test_reaches(s, 16, b, 0, 0));
    assert_int_equal(smmu_detach(a->d, dev_b->dev), -ENODEV);
    sleeps(dev_a);
    assert_int_equal(smmu_attach(a->d, dev_a->dev), -EBUSY);
    assert_int_equal(smmu_attach(b->d, dev_a->dev), -EBUSY);
    assert_int_equal(smmu_device_remove(dev_a->dev), -EBUSY);
    begin();
    sleeps(dev_a);                      /* twice */
    wakes(dev_b);                       /* awake already */
    CMDS();
    assert_int_equal(world_detach(dev_a), 0);
    assert_int_equal(smmu_vote(a->d, dev_a->dev, true), -ENODEV);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_int_equal(smmu_detach(a->d, dev_a->dev), -ENODEV);
    /* A domain without devices. */
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_RESUME), 0);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    CMDS();
    assert_int_equal(world_attach(a, dev_a), 0);
    assert_int_equal(world_stop(a), 0);
    assert_int_equal(world_vote(dev_a, true), -ENXIO);
    assert_int_equal(world_vote(dev_a, false), 0);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_RESUME), 0);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
}

/* -- the toolstack's word ------------------------------------------------- */

static void forced_asleep(void **state)
{
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_parked();
    assert_true(test_aborts(s, 8, 0, 0));
    /* Denied, not hung; and its vote is what it was. */
    assert_int_equal(world_vote(dev_a, true), -EACCES);
    assert_int_equal(world_vote(dev_a, false), 0);
    assert_int_equal(world_vote(dev_a, true), -EACCES);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_int_equal(world_unmap(a, 0, 0), 0);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_int_equal(world_vote(dev_a, true), 0);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_LIVE);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_reaches(s, 8, a, 0, 1));
}

static void forced_awake(void **state)
{
    sleeps(dev_a);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_RESUME), 0);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_LIVE);
    assert_true(test_reaches(s, 8, a, 0, 0));
    assert_int_equal(world_vote(dev_a, true), 0);
    assert_int_equal(world_vote(dev_a, false), 0);
    assert_true(test_reaches(s, 8, a, 0, 0));
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_parked();
}

/*
 * Another CPU forces it asleep while this one opens a stream: what was decided
 * is carried out, then undone; nothing is left half-way.
 */
static unsigned int polls_left;
static void force_by_other_cpu(void)
{
    if ( polls_left && !--polls_left )
        smmu_store(&a->d->force, XEN_SMMU_FORCE_SUSPEND);
}

static void forced_half_way(void **state)
{
    unsigned int n;

    assert_int_equal(world_attach(b, dev_b), 0);    /* it is not parked */
    for ( n = 1; n < 60; n++ )
    {
        world_vote(dev_a, n % 2);       /* into a live link, or a sleeping */
        polls_left = n;
        host_other_cpu = force_by_other_cpu;
        smmu_vote(a->d, dev_a->dev, true);
        world_attach(a, dev_a2);
        host_other_cpu = NULL;
        assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
        assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
        assert_true(test_aborts(s, 8, 0, 0));
        assert_true(test_aborts(s, 9, 0, 0));
        assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
        if ( dev_a2->dom )
        {
            assert_true(test_reaches(s, 9, a, 0, 0));
            assert_int_equal(world_detach(dev_a2), 0);
        }
        host_time_ns += 3000000000;
    }
}

/* Devices come to a sleeping domain, and go. */
static void forced_attach(void **state)
{
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    assert_int_equal(world_attach(a, dev_a2), 0);
    assert_true(test_aborts(s, 9, 0, 0));
    assert_parked();
    assert_int_equal(world_detach(dev_a), 0);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_int_equal(world_attach(b, dev_a), 0);
    assert_true(test_reaches(s, 8, b, 0, 0));
    assert_true(test_aborts(s, 9, 0, 0));
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    assert_true(test_reaches(s, 9, a, 0, 0));
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    assert_int_equal(world_destroy(a), 0);
    assert_true(test_reaches(s, 8, b, 0, 0));
    assert_true(test_aborts(s, 9, 0, 0));
}

/* -- power sources -------------------------------------------------------- */

/* A promise that is not made: parked, never off. */
static void not_held(void **state)
{
    struct sim_id id = sim_id_ranges();
    unsigned int kept, caches;

    for ( kept = 0; kept < 2; kept++ )
        for ( caches = 0; caches < 3; caches++ )
        {
            build(&id, NICE, true, false, kept, caches);
            fill(a);
            assert_int_equal(world_attach(a, dev_a), 0);
            sleeps(dev_a);
            assert_parked();
            assert_int_equal(s->nr_offs, 0);
            assert_int_equal(u->nr_offs, 0);
            assert_int_equal(host_complaints, 0);
        }
}

/* Each promise, kept: nothing stale, nothing lost. */
static void promises(void **state)
{
    struct sim_id id = sim_id_ranges();
    unsigned int kept, caches, i;

    id.idr0 |= SIM_IDR0_HYP;
    for ( kept = 0; kept < 2; kept++ )
        for ( caches = 0; caches < 3; caches++ )
        {
            build(&id, NICE, true, true, kept, caches);
            fill(a);
            assert_int_equal(world_attach(a, dev_a), 0);
            for ( i = 0; i < SLOTS; i++ )
                assert_true(test_reaches(s, 8, a, 0, i));
            sleeps(dev_a);
            assert_off();
            assert_int_equal(world_unmap(a, 0, 2), 0);
            begin();
            wakes(dev_a);
            if ( caches == SIM_CACHES_LOST && !kept )
                CMDS(PROGRAM, CFGI_STE, SYNC);
            else if ( caches == SIM_CACHES_LOST )
                CMDS(CFGI_STE, SYNC);
            else if ( kept )
                CMDS(S2_IPA, CFGI_STE, SYNC);
            else
                CMDS(PROGRAM, CFGI_ALL, NSNH_ALL, EL2_ALL, SYNC);
            for ( i = 0; i < SLOTS; i++ )
                if ( i == 2 )
                    assert_true(test_aborts(s, 8, 0, i));
                else
                    assert_true(test_reaches(s, 8, a, 0, i));
            assert_int_equal(host_complaints, 0);
        }
}

static void on_fails(int how)
{
    unsigned int i;

    sleeps(dev_a);
    assert_off();
    assert_int_equal(world_unmap(a, 0, 0), 0);
    s->fail_on = how;
    for ( i = 0; i < 5; i++ )
    {
        assert_int_equal(world_vote(dev_a, true), how);
        assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
        assert_int_equal(u->state, XEN_SMMU_UNIT_OFF);
        assert_int_equal(world_attach(b, dev_b), how);
        assert_int_equal(world_unmap(a, 0, 1 + i), 0);
        assert_false(smmu_unit_get(u));
    }
    assert_logged("does not turn it on");
    s->fail_on = 0;
    wakes(dev_a);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_aborts(s, 8, 0, 1));
    assert_true(test_reaches(s, 8, a, 0, 7));
    assert_int_equal(world_attach(b, dev_b), 0);
    assert_true(test_reaches(s, 16, b, 0, 7));
}

/* A guest may ask for what fails as often as it likes: a few lines of it. */
static void on_fails_often(void **state)
{
    unsigned int i;

    sleeps(dev_a);
    s->fail_on = -EIO;
    host_log_clear();
    for ( i = 0; i < 100; i++ )
        assert_int_equal(world_vote(dev_a, true), -EIO);
    assert_in_range(host_log_count("does not turn it on"), 1,
                    SMMU_LIMIT_BURST);
    host_time_ns += 1100000000;
    assert_int_equal(world_vote(dev_a, true), -EIO);
    assert_logged("more of its errors not shown");
    s->fail_on = 0;
    wakes(dev_a);
}

static void on_fails_at_once(void **state) { on_fails(-EIO); }
static void on_times_out(void **state)     { on_fails(-ETIMEDOUT); }

/*
 * Another unit may share its power domain: no unit goes off before all are
 * known, or the other's probe turns it on, unprogrammed.
 */
static void on_till_all_known(void **state)
{
    struct sim_id id = sim_id_good();

    world_reset(1, false);
    world.booting = true;
    assert_int_equal(world_powered(&id, SIM_NASTY, true, true, false,
                                   SIM_CACHES_KEPT), 0);
    s = world.sim[0];
    u = &world.unit[0];
    assert_parked();
    assert_int_equal(s->nr_offs, 0);
    assert_int_equal(world_unit(&id, SIM_NASTY, true), 0);
    assert_parked();
    smmu_units_complete();
    assert_int_equal(u->state, XEN_SMMU_UNIT_OFF);
    assert_int_equal(world.unit[1].state, XEN_SMMU_UNIT_PARKED);
}

/* Not confirmed off: off all the same, and everything anew afterwards. */
static void off_fails(void **state)
{
    unsigned int i;

    s->fail_off = -ETIMEDOUT;
    for ( i = 0; i < 8; i++ )
    {
        sleeps(dev_a);
        assert_int_equal(u->state, XEN_SMMU_UNIT_OFF);
        assert_false(smmu_unit_get(u));
        assert_logged("did not confirm");
        assert_int_equal(world_unmap(a, 0, i), 0);
        sim_settle();
        begin();
        wakes(dev_a);
        CMDS(PROGRAM, CFGI_ALL, NSNH_ALL, SYNC);
        assert_true(test_aborts(s, 8, 0, i));
        host_time_ns += 3000000000;
    }
}

/* Somebody still uses it: it stays parked, and goes when they have left. */
static void still_used(void **state)
{
    uint64_t before, offs = s->nr_offs;

    assert_true(smmu_unit_get(u));
    before = host_time_ns;
    sleeps(dev_a);
    assert_in_range(host_time_ns - before, 0, 50000000);    /* bounded */
    assert_parked();
    assert_int_equal(s->nr_offs, offs);
    assert_true(smmu_unit_get(u));      /* open again */
    smmu_unit_put(u);
    smmu_unit_put(u);
    wakes(dev_a);
    sleeps(dev_a);
    assert_off();
}

/* Interrupts, events, dumps, lists: the registers are left alone. */
static void nobody_looks(void **state)
{
    uint64_t mmio;

    sleeps(dev_a);
    assert_off();
    mmio = s->nr_mmio;
    host_irq_enter();
    smmu_unit_interrupt(u);
    host_irq_leave();
    host_run_work();
    sim_settle();
    smmu_dump();
    assert_int_equal(s->nr_mmio, mmio);
    assert_int_equal(smmu_unit_users(u), 0);
    /* And heard again once it is back. */
    wakes(dev_a);
    sim_dma(s, 8, 0x7770000, true);
    sim_settle();
    assert_logged("ipa 0x7770000");
}

/* Devices that come and go meanwhile: power for as long as it takes. */
static void devices_while_off(void **state)
{
    struct world_dev *dev;

    sleeps(dev_a);
    assert_off();
    dev = world_dev(0, 0x345);
    assert_non_null(dev);
    assert_off();
    assert_int_equal(world_again(dev), 0);
    assert_off();
    assert_int_equal(smmu_device_remove(dev->dev), 0);
    assert_off();
    wakes(dev_a);
    assert_true(test_aborts(s, 0x345, 0, 0));
    assert_true(test_reaches(s, 8, a, 0, 0));
}

/* Several units: each by itself. */
static void several_units(void **state)
{
    struct sim_id id = sim_id_ranges();
    struct world_dev *other;
    uint64_t mmio;

    assert_int_equal(world_unit(&id, NICE, true), 0);
    other = world_dev(1, 8);
    assert_int_equal(world_attach(a, other), 0);
    assert_true(test_reaches(world.sim[1], 8, a, 0, 0));
    assert_int_equal(world_vote(dev_a, false), 0);
    assert_int_equal(u->state, XEN_SMMU_UNIT_PARKED);
    assert_int_equal(world.unit[1].state, XEN_SMMU_UNIT_ON);
    /* Debt here, invalidated there. */
    mmio = s->nr_mmio;
    assert_int_equal(world_unmap(a, 0, 0), 0);
    assert_int_equal(s->nr_mmio, mmio);
    assert_true(test_aborts(world.sim[1], 8, 0, 0));
    assert_int_equal(world_vote(other, false), 0);
    assert_int_equal(world.unit[1].state, XEN_SMMU_UNIT_PARKED);
    assert_int_equal(world_vote(dev_a, true), 0);
    assert_int_equal(world.unit[1].state, XEN_SMMU_UNIT_PARKED);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_reaches(s, 8, a, 0, 1));
    assert_true(test_aborts(world.sim[1], 8, 0, 1));
}

/* -- host suspend --------------------------------------------------------- */

static void host_suspend(bool source, bool held, bool kept,
                         enum sim_caches caches)
{
    struct sim_id id = sim_id_ranges();
    struct world_dom *c;
    struct world_dev *stranger;
    int rc;

    build(&id, NICE, source, held, kept, caches);
    fill(a);
    fill(b);
    stranger = world_dev(0, 0x20);
    assert_int_equal(world_attach(a, dev_a), 0);
    assert_int_equal(world_attach(b, dev_b), 0);
    assert_true(test_reaches(s, 8, a, 0, 0));
    assert_true(test_reaches(s, 16, b, 0, 0));
    sleeps(dev_b);

    assert_int_equal(world_suspend(), 0);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_false(smmu_unit_get(u));
    assert_int_equal(world_unmap(a, 0, 0), 0);
    assert_int_equal(world_unmap(b, 0, 0), 0);
    world_vote(dev_b, true);            /* heard, not obeyed */
    world_vote(dev_b, false);
    assert_int_equal(smmu_device_add(u, "/new", false,
                                     &(struct smmu_range){ 0x99, 1 }, 1,
                                     &stranger->dev), -EACCES);
    assert_int_equal(state_of(b), XEN_SMMU_LINK_DORMANT);
    rc = world_suspend();               /* again: nothing to do */
    assert_int_equal(rc, 0);

    world_resume();
    assert_int_equal(state_of(a), XEN_SMMU_LINK_LIVE);
    assert_int_equal(state_of(b), XEN_SMMU_LINK_DORMANT);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_reaches(s, 8, a, 0, 1));
    assert_true(test_aborts(s, 16, 0, 1));
    assert_true(test_aborts(s, 0x20, 0, 1));
    assert_int_equal(world_vote(dev_b, true), 0);
    assert_true(test_aborts(s, 16, 0, 0));
    assert_true(test_reaches(s, 16, b, 0, 1));
    c = world_create(3, 1);
    assert_int_equal(world_destroy(c), 0);

    /* With nobody awake. */
    sleeps(dev_a);
    sleeps(dev_b);
    assert_int_equal(world_suspend(), 0);
    world_resume();
    assert_true(test_aborts(s, 8, 0, 1));
    assert_true(test_aborts(s, 0x999, 0, 1));
    assert_int_equal(u->state, held ? XEN_SMMU_UNIT_OFF
                                    : XEN_SMMU_UNIT_PARKED);
    wakes(dev_a);
    assert_true(test_reaches(s, 8, a, 0, 1));
    assert_int_equal(host_complaints, 0);
}

static void host_suspends(void **state)
{
    unsigned int caches;

    for ( caches = 0; caches < 3; caches++ )
    {
        host_suspend(false, false, false, caches);
        host_suspend(true, false, false, caches);
        host_suspend(true, false, true, caches);
        host_suspend(true, true, false, caches);
        host_suspend(true, true, true, caches);
    }
}

/* One that cannot be blocked keeps the host awake; the others go on. */
static void host_suspend_fails(void **state)
{
    struct sim_id id = sim_id_ranges();
    struct world_dev *other;

    assert_int_equal(world_unit(&id, NICE, true), 0);
    other = world_dev(1, 8);
    assert_int_equal(world_attach(b, other), 0);
    s->sync_dead = true;
    assert_int_equal(world_suspend(), -EIO);
    assert_true(smmu_unit_failed(u));
    world_map(b, 0, 0);
    assert_true(test_reaches(world.sim[1], 8, b, 0, 0));
    assert_int_equal(world.unit[1].state, XEN_SMMU_UNIT_ON);
    assert_true(smmu_domain_quarantined(a->d));
    /* The failed one is no reason for the next. */
    assert_int_equal(world_suspend(), 0);
    world_resume();
    assert_true(test_reaches(world.sim[1], 8, b, 0, 0));
    assert_true(test_aborts(s, 8, 0, 0));
}

/* A failed unit's registers are lost with the rest: it must abort again. */
static void host_suspend_failed_unit(void **state)
{
    world_break(0);
    assert_true(smmu_unit_failed(u));
    assert_int_equal(world_suspend(), 0);
    world_resume();
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_aborts(s, 0x999, 0, 0));
    assert_true(smmu_unit_failed(u));
    assert_int_equal(smmu_unit_users(u), 0);
    assert_false(smmu_unit_get(u));
}

/* Nor has it power: then there is nobody to tell, and nothing is touched. */
static void host_suspend_failed_no_power(void **state)
{
    unsigned int i;

    world_break(0);
    assert_true(smmu_unit_failed(u));
    s->fail_on = -ETIMEDOUT;
    for ( i = 0; i < 8; i++ )           /* it may have come on all the same */
    {
        assert_int_equal(world_suspend(), 0);
        world_resume();
        assert_int_equal(smmu_unit_users(u), 0);
    }
    s->fail_on = 0;
    assert_int_equal(world_suspend(), 0);
    world_resume();
    assert_true(test_aborts(s, 8, 0, 0));
}

#define P(f) cmocka_unit_test_setup_teardown(f, plain, test_end)
#define S(f) cmocka_unit_test_setup_teardown(f, sourced, test_end)
#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        P(million_in_a_row), P(million_scattered), S(million_while_off),
        P(liar), S(liar_off), P(wake_on), P(wake_parked), P(waking_unmap_parked),
        P(waking_unmap_on), S(waking_unmap_parked), P(quiescing_unmap),
        P(stale_entries), S(stale_entries), S(epochs),
        P(same_epoch), P(not_blocked), S(vmids), P(one_of_two), P(delayed),
        P(delayed_each),
        P(thrash), P(wrong_calls), P(forced_asleep), P(forced_awake),
        P(forced_half_way),
        P(forced_attach), T(not_held), T(promises), S(on_fails_at_once),
        S(on_times_out), S(off_fails), S(on_fails_often),
        S(on_till_all_known), S(still_used), S(nobody_looks),
        S(devices_while_off), P(several_units), T(host_suspends),
        P(host_suspend_fails), P(host_suspend_failed_unit),
        S(host_suspend_failed_unit), S(host_suspend_failed_no_power),
    };
    const struct CMUnitTest v3[] = {
        T(wake_no_ril), T(wake_off_all), T(wake_off_polls), T(msi_left_on),
        T(stop_times_out), P(ranges), P(ranges_too_large),
    };

    return test_run(tests, v3);
}
