/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The unmaps of one operation: what a drain costs, and that no page comes back
 * before it.  Tests are named after the fault that others have had
 * (XSA, CVE, or where), where there is one.
 */
#include "test.h"

static struct sim *s, *s2;
static struct world_dom *a, *b;
static struct world_dev *dev_a, *dev_a2, *dev_b;
static struct smmu_gather gather, other;
static uint64_t mark;                   /* commands seen so far */
struct test_cost test_base;

static unsigned int queue_log2;         /* of the next unit; 0: as it is */

static struct sim *unit(unsigned int nasty, bool ril)
{
    struct sim_id id = ril ? sim_id_ranges() : sim_id_good();

    if ( queue_log2 )
        id.idr1 = SIM_IDR1_SIDSIZE(9) | SIM_IDR1_CMDQS(queue_log2) |
                  SIM_IDR1_EVENTQS(4);
    if ( world_unit(&id, nasty, true) )
        host_complain("a good unit was refused");

    return world.sim[world.units - 1];
}

static void fill(struct world_dom *dom)
{
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
        if ( !dom->page[0][i] && !world_map(dom, 0, i) )
            fail_msg("page %u cannot be mapped", i);
}

/* Two units; a is on both, b on the first. */
static int build(unsigned int nasty, bool ril)
{
    world_reset(1, false);
    host_store_buffer = false;
    memset(&gather, 0, sizeof(gather));
    memset(&other, 0, sizeof(other));
    s = unit(nasty, ril);
    s2 = unit(nasty, ril);
    a = world_create(0, 1);
    b = world_create(1, 1);
    dev_a = world_dev(0, 8);
    dev_b = world_dev(0, 16);
    dev_a2 = world_dev(1, 8);
    smmu_store(&a->d->delay, 0);
    fill(a);
    fill(b);

    return world_attach(a, dev_a) || world_attach(a, dev_a2) ||
           world_attach(b, dev_b);
}

static int nasty(void **state)
{
    return build(SIM_NASTY & ~SIM_EVICT, true);
}

/* As QEMU's: what is counted here is counted there. */
static int kind(void **state)
{
    return build(0, true);
}

/* The smallest queue that is accepted. */
static int small_queue(void **state)
{
    int rc;

    queue_log2 = 4;
    rc = build(SIM_NASTY & ~SIM_EVICT, true);
    queue_log2 = 0;

    return rc;
}

static int no_ril(void **state)
{
    return build(0, false);
}

static int end(void **state)
{
    if ( a->d->gathers )
        printf("# a gather is left open\n");

    return a->d->gathers || test_end(state);
}

static void warm(struct world_dom *dom, struct sim *sim, uint32_t sid)
{
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
        assert_true(test_reaches(sim, sid, dom, 0, i));
}

static void begin(void)
{
    sim_settle();
    mark = s->nr_cmds;
    test_base = test_now();
}

static const struct sim_cmd *cmd(unsigned int i)
{
    return &s->log[(mark + i) % 64];
}

/* One TLBI on the first unit, for so many pages, a sync, and no more. */
static void assert_pages(uint64_t pages)
{
    unsigned int opcode = test_range(&world.unit[0], pages);

    sim_settle();
    assert_int_equal(s->nr_cmds - mark, 2);
    assert_int_equal(cmd(0)->d[0] & 0xff, opcode);
    assert_int_equal(cmd(1)->d[0] & 0xff, SYNC);
}

static struct smmu_link *link_on(struct world_dom *dom, unsigned int i)
{
    struct smmu_link *link;

    for ( link = smmu_domain_links(dom->d); link; link = link->next )
        if ( link->unit == &world.unit[i] )
            return link;

    return NULL;
}

static bool is_free(uint64_t page)
{
    return host_page_kind(page) == FRAME_FREE;
}

/* -- a page, and its drain ------------------------------------------------ */

/*
 * XSA-346, FreeBSD 8bc367384745: until the flush has completed a device may
 * write there; so nobody else does.
 */
static void page_freed_before_flush(void **state)
{
    uint64_t page = a->page[0][1];

    warm(a, s, 8);
    assert_true(smmu_gather_open(&gather, a->d));
    begin();
    assert_int_equal(world_gather(&gather, a, 0, 1), 0);
    assert_int_equal(s->nr_cmds, mark);
    /* A stale entry serves it: into a page that is kept. */
    assert_int_equal(sim_dma(s, 8, world_ipa(0, 1), true), TXN_LANDED);
    assert_int_equal(sim_last_pa, page);
    assert_false(is_free(page));
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_true(is_free(page));
    assert_true(test_aborts(s, 8, 0, 1));
    assert_true(test_aborts(s2, 8, 0, 1));
}

/* Where the other CPU looks at a page while the drain waits for its sync. */
static uint64_t watched;
static unsigned int seen_kept;

static void watch(void)
{
    if ( !is_free(watched) )
        seen_kept++;
    else
        host_complain("a page was given back before its flush had completed");
}

/* pKVM-IA #83, #18, #84, FreeBSD 8bc367384745: asked for, not waited for. */
static void flush_not_awaited(void **state)
{
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
    {
        warm(b, s, 16);
        watched = a->page[0][i];
        seen_kept = 0;
        smmu_gather_open(&gather, a->d);
        world_gather(&gather, a, 0, i);
        host_other_cpu = watch;
        assert_int_equal(smmu_gather_drain(&gather), 0);
        host_other_cpu = NULL;
        assert_true(is_free(watched));
        assert_true(seen_kept);
        assert_int_equal(smmu_gather_close(&gather), 0);
    }
}

/* Two units: each is told before one is waited for. */
static uint32_t told[2];

/* Queued, or written. */
static uint32_t told_to(const struct sim *sim)
{
    return test_is(&sim_v3) ? sim->cmdq_prod : sim->nr_writes;
}

static void both_told(void)
{
    host_other_cpu = NULL;
    told[0] = told_to(s) - told[0];
    told[1] = told_to(s2) - told[1];
}

static void two_units(void **state)
{
    warm(a, s2, 8);
    smmu_gather_open(&gather, a->d);
    world_gather(&gather, a, 0, 1);
    sim_settle();
    told[0] = told_to(s);
    told[1] = told_to(s2);
    host_other_cpu = both_told;
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_int_equal(told[0], 2);
    assert_int_equal(told[1], 2);
    assert_true(test_aborts(s2, 8, 0, 1));
}

/* Linux rockchip d4dd920cc2f6: the entry's store is seen before the TLBI. */
static void flush_before_the_store(void **state)
{
    unsigned int i;

    host_store_buffer = true;
    warm(a, s, 8);
    for ( i = 0; i < SLOTS; i++ )
    {
        smmu_gather_open(&gather, a->d);
        world_gather(&gather, a, 0, i);
        assert_int_equal(smmu_gather_close(&gather), 0);
        assert_true(test_aborts(s, 8, 0, i));
    }
}

/* XSA-393: removed is removed; a walk after the drain finds nothing. */
static void entry_not_cleared(void **state)
{
    unsigned int i;

    smmu_gather_open(&gather, a->d);
    for ( i = 0; i < SLOTS; i += 2 )
        world_gather(&gather, a, 0, i);
    assert_int_equal(smmu_gather_close(&gather), 0);
    for ( i = 0; i < SLOTS; i++ )
        if ( i % 2 )
            assert_true(test_reaches(s, 8, a, 0, i));
        else
            assert_true(test_aborts(s, 8, 0, i));
}

/* -- what is invalidated --------------------------------------------------- */

/*
 * XSA-346's second half: too little, or one off; Linux rockchip d4dd920cc2f6's:
 * the last one missed; and more than needed.
 */
static void wrong_range(void **state)
{
    static const uint8_t orders[][3] = { { 2, 3, 4 }, { 4, 3, 2 },
                                         { 3, 4, 2 }, { 2, 4, 3 } };
    unsigned int i, k;
    uint64_t hits;

    for ( i = 0; i < ARRAY_SIZE(orders); i++ )
    {
        warm(a, s, 8);
        warm(b, s, 16);
        begin();
        smmu_gather_open(&gather, a->d);
        for ( k = 0; k < 3; k++ )
            world_gather(&gather, a, 0, orders[i][k]);
        assert_int_equal(smmu_gather_close(&gather), 0);
        assert_pages(3);
        for ( k = 2; k < 5; k++ )
            assert_true(test_aborts(s, 8, 0, k));
        /* Those beside it, and the neighbour, stay warm. */
        hits = s->nr_hits;
        for ( k = 0; k < SLOTS; k++ )
        {
            if ( k < 2 || k > 4 )
                assert_true(test_reaches(s, 8, a, 0, k));
            assert_true(test_reaches(s, 16, b, 0, k));
        }
        /* The range alone; where that is the VMID, all of a. */
        assert_int_equal(s->nr_hits - hits,
                         test_range(&world.unit[0], 3) == S2_IPA
                         ? 2 * SLOTS - 3 : SLOTS);
        fill(a);
    }
}

static uint64_t covered(const struct sim_cmd *c)
{
    return ((c->d[0] >> 12 & 0x1f) + 1) << (c->d[0] >> 20 & 0x1f);
}

/* littlekernel #386: a stray TTL; and no form that is not for use. */
static void stray_ttl(void **state)
{
    static const unsigned int pages[] = { 1, 2, 3, 31, 32, 33, 64, 100, 511,
                                          512 };
    unsigned int i, k;

    for ( i = 0; i < ARRAY_SIZE(pages); i++ )
    {
        begin();
        smmu_gather_open(&gather, a->d);
        for ( k = 0; k < pages[i]; k++ )
            smmu_gather_add(&gather, 0x40100 + k);
        assert_int_equal(smmu_gather_close(&gather), 0);
        assert_pages(pages[i]);
        assert_int_equal(cmd(0)->d[1] & 0x000ffffffffff000ULL, 0x40100000);
        assert_int_equal(cmd(0)->d[1] & 0x301, 0);      /* TTL, Leaf */
        assert_int_equal(cmd(0)->d[0] >> 32 & 0xffff, link_on(a, 0)->vmid);
        assert_int_equal(cmd(0)->d[1] >> 10 & 3, pages[i] > 1);  /* TG */
        assert_in_range(covered(cmd(0)), pages[i], pages[i] + pages[i] / 16);
    }
}

/* CVE-2023-52484: however much it is, a drain takes two commands a unit. */
static void unbounded_commands(void **state)
{
    unsigned int i, k, n;

    for ( n = 2; n < 100000; n = n * 3 + 1 )
        for ( k = 0; k < 2; k++ )
        {
            begin();
            smmu_gather_open(&gather, a->d);
            for ( i = 0; i < n; i++ )
                smmu_gather_add(&gather, k ? host_random() & 0xfffff
                                           : 0x40000 + 2 * i);
            assert_int_equal(smmu_gather_close(&gather), 0);
            assert_pages(~0ULL);
            assert_int_equal(test_cost_since(&test_base).cmds, 4);
        }
}

/* Without RIL: a page by its own command, more by the VMID. */
static void without_ranges(void **state)
{
    begin();
    smmu_gather_open(&gather, a->d);
    world_gather(&gather, a, 0, 0);
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_pages(1);
    assert_int_equal(cmd(0)->d[0] & 0xff, S2_IPA);
    begin();
    smmu_gather_open(&gather, a->d);
    world_gather(&gather, a, 0, 1);
    world_gather(&gather, a, 0, 2);
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_pages(2);
    assert_int_equal(cmd(0)->d[0] & 0xff, VMALL);
    assert_true(test_aborts(s, 8, 0, 2));
}

/* Linux "do not call drivers for empty gathers"; riscv 40a13b499579. */
static void empty_and_top(void **state)
{
    static const uint64_t top[][2] = {
        { ~0ULL, ~0ULL - 1 }, { ~0ULL - 5, 100 }, { (1ULL << 40) - 1, 2 },
        { 1, ~0ULL - 1 }, { 0, ~0ULL }, { 0, ~0ULL - 1 },
    };
    static const uint64_t page[] = { ~0ULL, 1ULL << 63, (1ULL << 52) - 1 };
    unsigned int i;

    begin();
    smmu_gather_open(&gather, a->d);
    assert_int_equal(smmu_gather_drain(&gather), 0);
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_int_equal(smmu_flush(a->d, 7, 0, true), 0);
    assert_int_equal(test_cost_since(&test_base).mmio, 0);
    assert_int_equal(link_on(a, 0)->stats.flushes, 0);

    for ( i = 0; i < ARRAY_SIZE(top); i++ )
    {
        warm(a, s, 8);
        begin();
        assert_int_equal(smmu_flush(a->d, top[i][0], top[i][1], true), 0);
        assert_pages(~0ULL);
        assert_int_equal(cmd(0)->d[0] & 0xff, VMALL);
    }
    for ( i = 0; i < ARRAY_SIZE(page); i++ )
    {
        warm(a, s, 8);
        begin();
        smmu_gather_open(&gather, a->d);
        smmu_gather_add(&gather, page[i]);
        assert_int_equal(smmu_break(a->d, page[i], 1, false), 0);
        assert_int_equal(smmu_gather_close(&gather), 0);
        sim_settle();
        assert_int_equal(s->nr_cmds - mark, 4);
        assert_int_equal(cmd(0)->d[0] & 0xff, VMALL);
    }
    /* The last page that an IPA can name. */
    begin();
    smmu_gather_open(&gather, a->d);
    smmu_gather_add(&gather, (1ULL << 40) - 1);
    assert_int_equal(smmu_gather_close(&gather), 0);
    if ( test_is(&sim_v3) )
    {
        assert_pages(1);
        assert_int_equal(cmd(0)->d[1], 0x000ffffffffff000ULL);
    }
}

/* Whatever pages, in whatever order: each is owed, and each is counted. */
static void any_order(void **state)
{
    static const uint64_t edge[] = { 0, 1ULL << 40, 1ULL << 52, 1ULL << 63 };
    struct smmu_link *link = link_on(a, 0);
    uint64_t pages[12], before;
    unsigned int i, k;

    assert_int_equal(smmu_force(a->d, XEN_SMMU_FORCE_SUSPEND), 0);
    for ( i = 0; i < 20000; i++ )
    {
        smmu_debt_clear(&link->debt);
        before = link->stats.elided;
        smmu_gather_open(&gather, a->d);
        for ( k = 0; k < ARRAY_SIZE(pages); k++ )
        {
            /* Around two of the edges: 0 has the last page before it. */
            pages[k] = edge[(i + host_random() % 2) % ARRAY_SIZE(edge)] +
                       host_random() % 8 - 4;
            smmu_gather_add(&gather, pages[k]);
        }
        assert_int_equal(smmu_gather_close(&gather), 0);
        assert_false(link->debt.all);
        for ( k = 0; k < ARRAY_SIZE(pages); k++ )
            assert_true(smmu_debt_meets(&link->debt, pages[k], 1));
        assert_int_equal(link->stats.elided - before, ARRAY_SIZE(pages));
    }
}

/* -- one operation, and others beside it ---------------------------------- */

/* What is nested ends with its own flush, and so does what it is in. */
static void nested(void **state)
{
    smmu_gather_open(&gather, a->d);
    world_gather(&gather, a, 0, 1);
    assert_true(smmu_gather_open(&gather, a->d));
    world_gather(&gather, a, 0, 2);
    /* Another domain's unmaps do not get in. */
    assert_false(smmu_gather_open(&gather, b->d));
    begin();
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_pages(2);
    assert_true(test_aborts(s, 8, 0, 1));
    assert_true(test_aborts(s, 8, 0, 2));
    world_gather(&gather, a, 0, 3);
    begin();
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_pages(1);
    assert_true(test_aborts(s, 8, 0, 3));
    assert_true(smmu_gather_open(&gather, b->d));
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_int_equal(b->d->gathers, 0);
}

/* Two CPUs: each drains its own, in whatever order they end. */
static void two_operations(void **state)
{
    uint64_t one = a->page[0][1], two = a->page[0][6];
    unsigned int i;

    for ( i = 0; i < 2; i++ )
    {
        warm(a, s, 8);
        one = a->page[0][1];
        two = a->page[0][6];
        smmu_gather_open(&gather, a->d);
        smmu_gather_open(&other, a->d);
        world_gather(&gather, a, 0, 1);
        world_gather(&other, a, 0, 6);
        assert_int_equal(smmu_gather_close(i ? &gather : &other), 0);
        assert_int_equal(is_free(one), i);
        assert_int_equal(is_free(two), !i);
        assert_int_equal(smmu_gather_close(i ? &other : &gather), 0);
        assert_true(is_free(one) && is_free(two));
        assert_int_equal(a->d->gathers, 0);
        fill(a);
    }
}

/* XSA-347: an entry for what is still gathered waits for its flush. */
static void added_while_gathered(void **state)
{
    uint64_t old = a->page[0][1];

    warm(a, s, 8);
    warm(a, s2, 8);
    smmu_gather_open(&gather, a->d);
    world_gather(&gather, a, 0, 1);
    begin();
    assert_true(world_map(a, 0, 1));            /* another CPU's, or its own */
    assert_pages(1);
    assert_true(a->page[0][1] != old);
    assert_false(is_free(old));
    assert_true(test_reaches(s, 8, a, 0, 1));
    assert_true(test_reaches(s2, 8, a, 0, 1));
    /* What is not gathered costs nothing. */
    world_unmap(a, 0, 7);
    begin();
    assert_true(world_map(a, 0, 7));
    assert_int_equal(test_cost_since(&test_base).mmio, 0);
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_true(is_free(old));
    assert_true(test_reaches(s, 8, a, 0, 1));
}

/*
 * Wherever it is in what was unmapped, page by page, up or down; and beside it
 * nothing is flushed.
 */
static void added_into_a_run(void **state)
{
    static const uint8_t orders[][4] = { { 2, 3, 4, 5 }, { 5, 4, 3, 2 },
                                         { 3, 4, 2, 5 }, { 4, 3, 5, 2 },
                                         { 2, 5, 3, 4 } };
    unsigned int i, k, n, slot;

    for ( i = 0; i < ARRAY_SIZE(orders); i++ )
        for ( n = 1; n <= 4; n++ )
            for ( slot = 0; slot < SLOTS; slot++ )
            {
                bool there = true;

                fill(a);
                warm(a, s, 8);
                warm(a, s2, 8);
                smmu_gather_open(&gather, a->d);
                for ( k = 0; k < n; k++ )
                {
                    world_gather(&gather, a, 0, orders[i][k]);
                    there &= orders[i][k] != slot;
                }
                begin();
                assert_int_equal(smmu_break(a->d, world_ipa(0, slot) >> 12, 1,
                                            false), 0);
                if ( there )
                    assert_int_equal(test_cost_since(&test_base).mmio, 0);
                else
                {
                    assert_pages(1);
                    assert_true(test_aborts(s, 8, 0, slot));
                }
                assert_int_equal(smmu_gather_close(&gather), 0);
                for ( k = 0; k < n; k++ )
                    assert_true(test_aborts(s2, 8, 0, orders[i][k]));
            }
}

/* Page numbers where a range might wrap: all are flushed, none is lost. */
static void run_at_the_ends(void **state)
{
    static const uint64_t pages[][3] = {
        { 0, 1, 2 }, { 2, 1, 0 }, { ~0ULL - 2, ~0ULL - 1, ~0ULL },
        { ~0ULL, ~0ULL - 1, ~0ULL - 2 }, { ~0ULL - 1, ~0ULL, 0 },
        { ~0ULL, 0, 1 }, { 1, 0, ~0ULL }, { 0, ~0ULL, ~0ULL - 1 },
    };
    unsigned int i, k, n;

    for ( i = 0; i < ARRAY_SIZE(pages); i++ )
        for ( n = 1; n <= 3; n++ )
        {
            smmu_gather_open(&gather, a->d);
            for ( k = 0; k < n; k++ )
                smmu_gather_add(&gather, pages[i][k]);
            for ( k = 0; k < n; k++ )
            {
                begin();
                assert_int_equal(smmu_break(a->d, pages[i][k], 1, false), 0);
                if ( !test_cost_since(&test_base).tlbi )
                    fail_msg("case %u: page %u of %u is not gathered", i, k,
                             n);
            }
            begin();
            assert_int_equal(smmu_break(a->d, 0x1234, 1, false), 0);
            assert_int_equal(test_cost_since(&test_base).mmio, 0);
            /* What is owed, at the drain: the pages, and no more. */
            assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
            assert_int_equal(smmu_gather_close(&gather), 0);
            assert_int_equal(smmu_debt_pages(&link_on(a, 0)->debt), n);
            for ( k = 0; k < n; k++ )
                assert_true(smmu_debt_meets(&link_on(a, 0)->debt, pages[i][k],
                                            1));
            assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
        }
}

/* The same while the operation waits for its sync. */
static unsigned int maps;

/* Before each look at CONS: at first the TLBI is still in the queue. */
static void map_meanwhile(void)
{
    maps += world_map(a, 0, 1);
    assert_true(test_reaches(s, 8, a, 0, 1));
}

static void added_while_draining(void **state)
{
    unsigned int i;

    for ( maps = i = 0; i < 20; i++ )
    {
        warm(a, s, 8);
        warm(a, s2, 8);
        smmu_gather_open(&gather, a->d);
        world_gather(&gather, a, 0, 1);
        host_before_access = map_meanwhile;
        assert_int_equal(smmu_gather_close(&gather), 0);
        host_before_access = NULL;
        assert_true(a->page[0][1] || world_map(a, 0, 1));
        assert_true(test_reaches(s, 8, a, 0, 1));
    }
    assert_in_range(maps, 10, 20);
}

/* XSA-347: a 2 MiB page in pieces, and one in place of an empty table. */
static void break_before_make(void **state)
{
    unsigned int i;

    assert_true(world_map_block(a, 1));
    assert_true(sim_dma(s, 8, world_ipa(1, 3), true) == TXN_LANDED);
    assert_int_equal(world_split(a, 1), 0);
    for ( i = 0; i < SLOTS; i++ )
        assert_true(test_reaches(s, 8, a, 1, i));
    assert_int_equal(world_unmap(a, 1, 0), 0);
    assert_true(test_aborts(s, 8, 1, 0));
    assert_true(test_reaches(s, 8, a, 1, 1));
}

/*
 * XSA-480, CVE-2025-71202: a table that is freed while a walk cache holds it;
 * here under pages that are gathered, and not flushed.
 */
static void table_freed_before_flush(void **state)
{
    uint64_t table = a->table[0];
    unsigned int i;

    warm(a, s, 8);
    smmu_gather_open(&gather, a->d);
    for ( i = 0; i < SLOTS; i++ )
        world_gather(&gather, a, 0, i);
    assert_false(is_free(table));
    assert_true(world_map_block(a, 0));
    assert_true(is_free(table));
    for ( i = 0; i < SLOTS; i++ )
    {
        assert_int_equal(sim_dma(s, 8, world_ipa(0, i), true), TXN_LANDED);
        assert_int_equal(sim_last_pa, a->block[0] + i * 4096ULL);
    }
    assert_int_equal(smmu_gather_close(&gather), 0);
}

/* XSA-80: after an operation that failed, others flush for themselves. */
static void no_flush_flag_leaks(void **state)
{
    sim_fail(1, SIM_DONE_SYNC, true);
    smmu_gather_open(&gather, a->d);
    world_gather(&gather, a, 0, 1);
    assert_true(smmu_gather_close(&gather) < 0);
    assert_null(gather.domain);
    assert_int_equal(gather.depth, 0);
    sim_revive(s);
    sim_revive(s2);
    sim_settle();

    begin();
    assert_int_equal(world_unmap(b, 0, 1), 0);
    assert_pages(1);
    smmu_gather_open(&gather, b->d);
    assert_int_equal(smmu_gather_close(&gather), 0);
}

/* -- figures ---------------------------------------------------------------- */

static void five_hundred(void **state)
{
    struct host_counts h;
    struct test_cost c;
    unsigned int i;
    uint64_t page;

    assert_int_equal(world_detach(dev_a2), 0);
    smmu_gather_open(&gather, a->d);
    begin();
    h = host_counts;
    for ( i = 0; i < 512; i++ )
    {
        host_enter();
        page = host_page_alloc(FRAME_DATA, a->owner);
        host_leave();
        smmu_gather_add(&gather, 0x40000 + i);
        smmu_gather_keep(&gather, (void *)(uintptr_t)page);
        assert_int_equal(is_free(page), i == 511);
    }
    assert_int_equal(smmu_gather_close(&gather), 0);
    c = test_cost_since(&test_base);
    print_message("# 512 pages: %lu commands, %lu register accesses, %lu barriers\n",
                  c.cmds, c.mmio, host_counts.wmb + host_counts.rmb - h.wmb -
                  h.rmb);
    assert_int_equal(c.cmds, 2);
    assert_in_range(c.mmio, 1, test_is(&sim_v3) ? 3 : 6);
    assert_in_range(host_counts.wmb + host_counts.rmb - h.wmb - h.rmb, 1, 2);
    assert_int_equal(host_counts.allocs, h.allocs);
    assert_int_equal(link_on(a, 0)->stats.flushes, 1);
}

/* Bounded: full, it drains by itself; and goes on. */
static void full(void **state)
{
    unsigned int i;
    uint64_t page, free = host_pages_used(FRAME_DATA);

    smmu_gather_open(&gather, a->d);
    begin();
    for ( i = 0; i < 3 * SMMU_GATHER_PAGES + 5; i++ )
    {
        host_enter();
        page = host_page_alloc(FRAME_DATA, a->owner);
        host_leave();
        smmu_gather_add(&gather, 0x40000 + i);
        smmu_gather_keep(&gather, (void *)(uintptr_t)page);
    }
    sim_settle();
    assert_int_equal(s->nr_cmds - mark, 6);
    assert_int_equal(test_cost_since(&test_base).syncs, 6);
    assert_int_equal(gather.nr, 5);
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_int_equal(s->nr_cmds - mark, 8);
    assert_int_equal(host_pages_used(FRAME_DATA), free);
}

/* What 'xl smmu stats' says of them. */
static void counted(void **state)
{
    struct xen_smmu_link r = { .unit = 0 };
    unsigned int i;
    uint64_t page;

    assert_int_equal(world_vote(dev_a2, false), 0);
    /* An operation of two pages, one that ends early, one of grants. */
    for ( i = 0; i < 3; i++ )
    {
        smmu_gather_open(&gather, a->d);
        world_gather(&gather, a, 0, 2 * i);
        world_gather(&gather, a, 0, 2 * i + 1);
        if ( i == 0 )
            assert_true(world_map(a, 0, 1));    /* before its drain */
        gather.why = i == 0 ? gather.why : i == 1 ? SMMU_DRAIN_PREEMPTED
                                                  : SMMU_DRAIN_GRANTS;
        assert_int_equal(smmu_gather_close(&gather), 0);
    }
    /* One that fills up, and ends with three more; one of nothing. */
    smmu_gather_open(&gather, a->d);
    for ( i = 0; i < SMMU_GATHER_PAGES + 3; i++ )
    {
        host_enter();
        page = host_page_alloc(FRAME_DATA, a->owner);
        host_leave();
        smmu_gather_add(&gather, 0x40000 + i);
        smmu_gather_keep(&gather, (void *)(uintptr_t)page);
    }
    assert_int_equal(smmu_gather_close(&gather), 0);
    smmu_gather_open(&gather, a->d);
    assert_int_equal(smmu_gather_close(&gather), 0);
    /* And one outside of any. */
    assert_int_equal(world_unmap(a, 0, 7), 0);

    smmu_record_link(link_on(a, 0), &r);
    assert_int_equal(r.flushes, 7);
    assert_int_equal(r.drains, 5);
    assert_int_equal(r.drained, 6 + SMMU_GATHER_PAGES + 3);
    assert_int_equal(r.drains_full, 1);
    assert_int_equal(r.drains_preempted, 1);
    assert_int_equal(r.drains_end, 2);
    assert_int_equal(r.drains_grants, 1);
    assert_int_equal(r.flushes_added, 1);
    /* Asleep there was no flush: debt. */
    memset(&r, 0, sizeof(r));
    smmu_record_link(link_on(a, 1), &r);
    assert_int_equal(r.drains + r.drained + r.flushes_added, 0);
    assert_int_equal(r.elided, 6 + SMMU_GATHER_PAGES + 3 + 1 + 1);
}

/* Linux df180b1a4cc5: others that never stop do not keep one waiting. */
static unsigned int busy_flushes;

static void busy(void)
{
    static bool inside;

    if ( inside )
        return;
    inside = true;
    assert_int_equal(smmu_flush(b->d, 0x40000, 1, true), 0);
    busy_flushes++;
    inside = false;
}

static void starved(void **state)
{
    uint64_t relaxes, most = 0;
    unsigned int i;

    host_other_cpu = busy;
    for ( i = 0; i < 200; i++ )
    {
        smmu_gather_open(&gather, a->d);
        world_gather(&gather, a, 0, i % SLOTS);
        busy_flushes = 0;
        relaxes = host_counts.relaxes;
        assert_int_equal(smmu_gather_close(&gather), 0);
        relaxes = host_counts.relaxes - relaxes;
        most = busy_flushes > most ? busy_flushes : most;
        world_map(a, 0, i % SLOTS);
    }
    host_other_cpu = NULL;
    print_message("# at most %lu flushes of another CPU during a drain\n",
                  most);
    assert_in_range(most, 1, 200);
}

/* -- states ----------------------------------------------------------------- */

/* Live on one unit, asleep on the other. */
static void mixed(void **state)
{
    uint64_t cmds, elided = 0;

    warm(a, s, 8);
    warm(a, s2, 8);
    assert_int_equal(world_vote(dev_a2, false), 0);
    host_run_work();
    assert_int_equal(link_on(a, 1)->state, XEN_SMMU_LINK_DORMANT);
    sim_settle();
    cmds = s2->nr_cmds;
    smmu_gather_open(&gather, a->d);
    world_gather(&gather, a, 0, 1);
    world_gather(&gather, a, 0, 2);
    begin();
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_pages(2);
    assert_int_equal(s2->nr_cmds, cmds);
    elided = link_on(a, 1)->stats.elided;
    assert_int_equal(elided, 2);
    assert_int_equal(smmu_debt_pages(&link_on(a, 1)->debt), 2);
    assert_int_equal(world_vote(dev_a2, true), 0);
    assert_true(test_aborts(s2, 8, 0, 1));
    assert_true(test_reaches(s2, 8, a, 0, 3));
}

/* Falls asleep between unmap and drain: debt, no command. */
static void sleeps_meanwhile(void **state)
{
    uint64_t page = a->page[0][1];

    warm(a, s, 8);
    smmu_gather_open(&gather, a->d);
    world_gather(&gather, a, 0, 1);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    begin();
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_int_equal(test_cost_since(&test_base).mmio, 0);
    assert_true(is_free(page));
    assert_int_equal(smmu_debt_pages(&link_on(a, 0)->debt), 1);
    assert_true(test_aborts(s, 8, 0, 1));
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    assert_true(test_aborts(s, 8, 0, 1));
    assert_true(test_reaches(s, 8, a, 0, 2));
}

/* Sleeps and wakes between: the wake's flush knew nothing of it. */
static void wakes_meanwhile(void **state)
{
    uint64_t page = a->page[0][1];

    warm(a, s, 8);
    smmu_gather_open(&gather, a->d);
    world_gather(&gather, a, 0, 1);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    /* Warm still, into a page that is kept. */
    sim_dma(s, 8, world_ipa(0, 1), true);
    assert_false(is_free(page));
    begin();
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_pages(1);
    assert_true(is_free(page));
    assert_true(test_aborts(s, 8, 0, 1));
}

/* Gathered asleep, drained awake. */
static void gathered_asleep(void **state)
{
    warm(a, s, 8);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    smmu_gather_open(&gather, a->d);
    world_gather(&gather, a, 0, 1);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_true(test_aborts(s, 8, 0, 1));
}

static void stopped_meanwhile(void **state)
{
    uint64_t page = a->page[0][1];

    warm(a, s, 8);
    smmu_gather_open(&gather, a->d);
    world_gather(&gather, a, 0, 1);
    assert_int_equal(world_stop(a), 0);
    assert_false(is_free(page));
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_true(is_free(page));
    assert_true(test_aborts(s, 8, 0, 1));
}

/* -- failures --------------------------------------------------------------- */

/* XSA-373: a sync that does not come.  Its pages stay; what follows is owed. */
static void drain_fails(void **state, struct sim *which, bool late)
{
    uint64_t page = a->page[0][1];

    warm(a, s, 8);
    warm(a, s2, 8);
    smmu_gather_open(&gather, a->d);
    world_gather(&gather, a, 0, 1);
    world_gather(&gather, a, 0, 2);
    which->sync_dead = true;
    if ( late )
        sim_fail(1, SIM_DONE_SYNC, true);
    assert_true(smmu_gather_drain(&gather) < 0);
    /* Not even a reference goes: another CPU may have dropped another. */
    assert_int_equal(host_kept, 0);
    assert_false(is_free(page));
    assert_true(test_aborts(which, 8, 0, 3));
    /* The operation goes on, and its end still says so. */
    world_gather(&gather, a, 0, 5);
    assert_true(smmu_gather_close(&gather) < 0);
    assert_false(is_free(page));
    assert_logged("cut off");
}

static void first_fails(void **state)
{
    drain_fails(state, s, false);
    assert_true(smmu_unit_failed(&world.unit[0]));
    assert_true(smmu_domain_quarantined(a->d));
    a->zombie = b->zombie = true;
}

/* The first unit's sync came: it is the other that counts. */
static void second_fails(void **state)
{
    drain_fails(state, s2, false);
    assert_true(smmu_unit_failed(&world.unit[1]));
    assert_false(smmu_unit_failed(&world.unit[0]));
    assert_true(smmu_domain_quarantined(a->d));
    assert_true(test_reaches(s, 16, b, 0, 0));
    a->zombie = true;
}

/* Blocked after all: what was not flushed is owed, and no neighbour hurt. */
static void fails_once(void **state)
{
    uint64_t page = a->page[0][1];

    warm(a, s, 8);
    assert_int_equal(world_detach(dev_a2), 0);
    smmu_gather_open(&gather, a->d);
    world_gather(&gather, a, 0, 1);
    sim_fail(1, SIM_DONE_SYNC, true);
    assert_true(smmu_gather_drain(&gather) < 0);
    assert_int_equal(host_kept, 1);
    /* What follows is safe; yet the operation did not go well. */
    world_gather(&gather, a, 0, 6);
    assert_true(smmu_gather_close(&gather) < 0);
    assert_int_equal(host_kept, 1);
    assert_false(is_free(page));
    assert_false(smmu_domain_quarantined(a->d));
    assert_int_equal(link_on(a, 0)->state, XEN_SMMU_LINK_DORMANT);
    assert_true(link_on(a, 0)->debt.all);
    assert_true(test_aborts(s, 8, 0, 1));
    sim_settle();
    assert_true(test_reaches(s, 16, b, 0, 0));
    assert_int_equal(world_unmap(a, 0, 2), 0);
}

/* Nothing is mapped where the old translation could not be flushed. */
static void break_fails(void **state)
{
    warm(a, s, 8);
    assert_int_equal(world_detach(dev_a2), 0);
    smmu_gather_open(&gather, a->d);
    world_gather(&gather, a, 0, 1);
    sim_fail(1, SIM_DONE_SYNC, true);
    assert_false(world_map(a, 0, 1));
    assert_int_equal(a->page[0][1], 0);
    /* Its streams are blocked: the drain owes. */
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_true(link_on(a, 0)->debt.all);
    assert_true(world_map(a, 0, 1));
}

#define N(f) cmocka_unit_test_setup_teardown(f, nasty, end)
#define K(f) cmocka_unit_test_setup_teardown(f, kind, end)
#define Q(f) cmocka_unit_test_setup_teardown(f, small_queue, end)
#define R(f) cmocka_unit_test_setup_teardown(f, no_ril, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        N(page_freed_before_flush), K(page_freed_before_flush),
        N(flush_not_awaited), N(two_units),
        N(flush_before_the_store),
        N(entry_not_cleared), N(wrong_range),
        N(unbounded_commands), N(empty_and_top), N(any_order), R(without_ranges),
        N(nested), N(two_operations), N(added_while_gathered),
        N(added_into_a_run), N(run_at_the_ends),
        N(added_while_draining), N(break_before_make),
        N(table_freed_before_flush), N(no_flush_flag_leaks),
        K(five_hundred), N(full), N(counted), N(starved), Q(starved), N(mixed), N(sleeps_meanwhile),
        N(wakes_meanwhile), N(gathered_asleep), N(stopped_meanwhile),
        N(first_fails), N(second_fails), N(fails_once), N(break_fails),
    };
    const struct CMUnitTest v3[] = {
        N(stray_ttl), Q(starved),
    };

    return test_run(tests, v3);
}
