/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model of SMMUv2 by itself: a driver of a few lines lives a life on it, and
 * no rule is broken; it does one thing wrong, and the oracle says so.
 */
#include "test.h"

#define BANK(n)     ((32U + (n)) << 12)
#define STAGE2      0
#define FAULT       (2U << 16)
#define LIVES   200

/* What it does wrong. */
enum wrong {
    NOTHING, OPEN_BEFORE_FLUSH, FLUSH_NOT_AWAITED, QUIESCE_NOT_AWAITED,
    QUIESCE_WITHOUT_TLBI, NO_TLBI, UNMATCHED_PASS, CLIENTS_PASS, OVERLAP,
    STALLS, TRUSTS_RESET, REUSED_DIRTY, WRONG_SHIFT, SHORT_VMID, BANK_EARLY,
    BANK_SYNC, LAST_LEVEL, PARKED_OPEN, NOT_STAGE_2, OFF_WHILE_OPEN, M_CLEAR,
    WHOLE_PAGE, NO_EMPTY_ROOT, GROUPS_ELSEWHERE, WRONGS
};
static const char *const what[] = {
    "nothing", "a stream opened before its flush", "a flush not waited for",
    "a quiesce not waited for", "a quiesce without a TLBI",
    "no TLBI", "USFCFG=0", "CLIENTPD=1", "two SMRs that match",
    "CFCFG=1", "S2CRs as reset left them",
    "a VMID used again, not invalidated", "TLBIIPAS2 of an address, not shifted",
    "the VMID in CBAR, which CBA2R is for", "a bank written before the sync",
    "a bank's sync for TLBIVMID", "TLBIIPAS2L where a table goes",
    "parked by CLIENTPD=1", "CBAR of stage 1", "off while a stream is open",
    "SCTLR.M=0", "an IPA register of 32 bits",
    "a bank that keeps its root while its streams are closed",
    "S2CRs written before sCR2 says where they are",
};

static struct sim *s;
static enum wrong wrong;
static struct world_dom *a, *b;
static unsigned int freedoms = SIM_NASTY & ~(SIM_EVICT | SIM_LATE_WALK);
static bool warm;                       /* its quiesce leaves the TLB alone */

static void w32(uint32_t offset, uint32_t value)
{
    host_enter();
    sim_mmio_write(sim_regs(s), offset, value, 4);
    host_leave();
}

static void w64(uint32_t offset, uint64_t value)
{
    host_enter();
    sim_mmio_write(sim_regs(s), offset, value, 8);
    host_leave();
}

static uint32_t r32(uint32_t offset)
{
    uint32_t value;

    host_enter();
    value = sim_mmio_read(sim_regs(s), offset);
    host_leave();

    return value;
}

static void sync(bool wait)
{
    unsigned int i;

    w32(0x70, 0);
    for ( i = 0; wait && i < 100 && (r32(0x74) & 1); i++ )
        sim_relax();
}

static void program(void)
{
    unsigned int n, groups = r32(0x20) & 0xff;

    if ( wrong != GROUPS_ELSEWHERE )
        w32(0x08, 0);
    for ( n = 0; n < groups && wrong != TRUSTS_RESET; n++ )
    {
        w32(0xc00 + 4 * n, FAULT);
        w32(0x800 + 4 * n, 0);
    }
    w32(0x08, 0);
    for ( n = 0; n < 32; n++ )
    {
        w32(BANK(n), 0);
        w32(BANK(n) + 0x58, ~0U);
    }
    w32(0x48, ~0U);
    w32(0x00, 1U << 31 | 1U << 5 | 1U << 2 |
              (wrong == UNMATCHED_PASS ? 0 : 1U << 10) |
              (wrong == CLIENTS_PASS));
    r32(0x00);
    s->aborts_known = true;
    w32(0x68, 0);
    sync(true);
}

/* Group n: this one stream; bank n, VMID n + 1. */
static void open_stream(unsigned int n, uint32_t sid, unsigned int bank,
                        const struct world_dom *dom)
{
    if ( dom )
    {
        w32(BANK(bank), 0);
        w32(0x1000 + 4 * bank, wrong == NOT_STAGE_2 ? 1U << 16 :
                               wrong == SHORT_VMID ? bank + 1 : 0);
        w32(0x1800 + 4 * bank,
            (wrong == SHORT_VMID ? 0 : (0x100 + 8 * bank) << 16) | 1);
        w64(BANK(bank) + 0x20, dom->s2.ttb);
        /* 40 bits from level 1, 4 KiB, PS 48 bits */
        w32(BANK(bank) + 0x30, 1U << 31 | 5U << 16 | 3U << 12 | 1U << 10 |
                               1U << 8 | 1U << 6 | 24);
        w32(BANK(bank), (wrong != M_CLEAR) | 1U << 5 | 1U << 6 |
                        (wrong == STALLS ? 1U << 7 : 0));
    }
    w32(0xc00 + 4 * n, FAULT);
    w32(0x800 + 4 * n, 1U << 31 | sid);
    if ( wrong != BANK_EARLY )
        sync(true);
    w32(0xc00 + 4 * n, bank);
}

static void tlbi_vmid(unsigned int bank)
{
    if ( wrong != NO_TLBI )
        w32(0x64, 0x100 + 8 * bank);
}

static void some_time(void)
{
    unsigned int i;

    for ( i = 0; i < 30; i++ )
    {
        host_enter();
        sim_step(s);
        host_leave();
    }
}

static void barrier(void)
{
    host_enter();
    host_memory_wmb();
    host_leave();
}

static void free_page(uint64_t page)
{
    host_enter();
    host_page_free(page);
    host_leave();
    some_time();
}

static void unmap(struct world_dom *dom, unsigned int slot, unsigned int bank)
{
    uint64_t page = dom->page[0][slot], ipa = world_ipa(0, slot);

    host_pte_store(dom->table[0] + 8 * slot, 0);
    dom->page[0][slot] = 0;
    barrier();
    if ( wrong == WHOLE_PAGE )
        w32(BANK(bank) + 0x630, ipa >> 12);
    else if ( wrong != NO_TLBI )
        w64(BANK(bank) + 0x630, wrong == WRONG_SHIFT ? ipa : ipa >> 12);
    sync(wrong != FLUSH_NOT_AWAITED);
    free_page(page);
}

/* The area's pages, and the table that they were in. */
static void unmap_table(struct world_dom *dom, unsigned int bank)
{
    uint64_t table = dom->table[0];
    unsigned int i;

    host_pte_store((host_pte_load(dom->s2.ttb + 8 * (world_ipa(0, 0) >> 30)) &
                    0x0000fffffffff000ULL) + 8 * (world_ipa(0, 0) >> 21 & 511),
                   0);
    barrier();
    if ( wrong == LAST_LEVEL )
        for ( i = 0; i < 512; i++ )
            w64(BANK(bank) + 0x638, (world_ipa(0, 0) >> 12) + i);
    else
        tlbi_vmid(bank);
    if ( wrong == BANK_SYNC )
    {
        w32(BANK(bank) + 0x7f0, 0);
        while ( r32(BANK(bank) + 0x7f4) & 1 )
            sim_relax();
    }
    else
        sync(true);
    for ( i = 0; i < SLOTS; i++ )
        if ( dom->page[0][i] )
            free_page(dom->page[0][i]);
    free_page(table);
    memset(dom->page[0], 0, sizeof(dom->page[0]));
    dom->table[0] = 0;
    some_time();
}

static void quiesce(unsigned int n, unsigned int bank)
{
    w32(0xc00 + 4 * n, FAULT);
    if ( wrong != QUIESCE_WITHOUT_TLBI && !warm )
        tlbi_vmid(bank);
    if ( wrong != BANK_EARLY )
        sync(wrong != QUIESCE_NOT_AWAITED);
}

static void fill(struct world_dom *dom)
{
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
        world_map(dom, 0, i);
}

static void setup(uint64_t seed)
{
    struct sim_id id = sim_v2_good();

    world_reset(seed, false);
    host_quiet = true;
    host_enter();
    s = sim_new(&id, freedoms, true);
    host_leave();
    s->caches = SIM_CACHES_KEPT;
    s->sids[0] = 8;
    s->sids[1] = 9;
    s->sids[2] = 77;                    /* nobody's */
    s->nr_sids = 3;
    a = world_create(0, 1);
    b = world_create(1, 1);
    fill(a);
    fill(b);
}

/* a on stream 8, b on stream 9; asleep, off, awake; then b on a's. */
static void life(uint64_t seed)
{
    unsigned int i;
    uint64_t page;

    setup(seed);
    program();
    world_dma(1);
    sim_nr_ipas = SLOTS;
    open_stream(0, 8, 0, a);
    open_stream(1, 9, 1, b);
    if ( wrong == OVERLAP )
    {
        w32(0xc00 + 4 * 2, 0);
        w32(0x800 + 4 * 2, 1U << 31 | 1U << 16 | 8);
    }
    some_time();
    for ( i = 0; i < 4; i++ )
        unmap(a, i, 0);
    some_time();

    /* Asleep: pages go for nothing, and are owed. */
    quiesce(0, 0);
    page = a->page[0][5];
    host_pte_store(a->table[0] + 8 * 5, 0);
    a->page[0][5] = 0;
    barrier();
    free_page(page);
    some_time();
    if ( wrong == OPEN_BEFORE_FLUSH )
        open_stream(0, 8, 0, NULL);
    some_time();
    tlbi_vmid(0);
    sync(true);
    if ( wrong != OPEN_BEFORE_FLUSH )
        open_stream(0, 8, 0, NULL);
    some_time();
    unmap_table(a, 0);
    fill(a);
    some_time();

    /* Off, and on again. */
    quiesce(0, 0);
    if ( wrong != OFF_WHILE_OPEN )
        quiesce(1, 1);
    if ( wrong == PARKED_OPEN )
        w32(0x00, 1U << 10 | 1);
    some_time();
    for ( i = 0; i < 32; i++ )
        w32(BANK(i), 0);
    r32(0x00);                          /* they have arrived */
    s->masters_held = true;
    sim_power_off(s);
    some_time();
    sim_power_on(s);
    program();
    some_time();

    /* b takes over a's VMID, on the same bank. */
    open_stream(0, 8, 0, a);
    some_time();
    quiesce(0, 0);
    host_enter();
    for ( i = 0; i < SLOTS; i++ )
        if ( a->page[0][i] )
            host_page_free(a->page[0][i]);
    host_leave();
    if ( wrong != REUSED_DIRTY )
    {
        tlbi_vmid(0);
        sync(true);
    }
    open_stream(0, 8, 0, b);
    some_time();
    sim_background = 0;
    sim_drain(s);
}

static unsigned int missed;

static void verdict(enum wrong how)
{
    unsigned int seed, broken = 0;
    char first[256] = "";
    uint64_t landed = 0;

    wrong = how;
    /* Or the TLBI of the quiesce has done it already. */
    freedoms = SIM_NASTY & ~SIM_EVICT;
    if ( how != NO_EMPTY_ROOT )
        freedoms &= ~SIM_LATE_WALK;
    warm = how == OPEN_BEFORE_FLUSH || how == REUSED_DIRTY;
    if ( warm )
        freedoms &= ~SIM_TLBI_DRAINS;
    for ( seed = 1; seed <= LIVES; seed++ )
    {
        life(seed);
        landed += s->nr_landed;
        broken += host_complaints != 0;
        if ( host_complaints && !first[0] )
            snprintf(first, sizeof(first), "%s", host_first_complaint);
    }
    missed += how == NOTHING ? broken || landed < LIVES : !broken;
    print_message("# %s: %u of %u, %lu landed; %s\n", what[how], broken,
                  LIVES, landed, first);
    host_complaints = 0;
    host_quiet = warm = false;
}

static void right(void **state)
{
    verdict(NOTHING);
    assert_int_equal(missed, 0);
}

static void each_wrong(void **state)
{
    unsigned int how;

    for ( how = NOTHING + 1; how < WRONGS; how++ )
        verdict(how);
    assert_int_equal(missed, 0);
}

/* It is that freedom which shows it. */
static void without(unsigned int freedom, enum wrong how)
{
    unsigned int seed;

    wrong = how;
    freedoms = SIM_NASTY & ~(SIM_EVICT | SIM_LATE_WALK);
    for ( seed = 1; seed <= LIVES; seed++ )
    {
        setup(seed);
        s->nasty &= ~freedom;
        program();
        world_dma(1);
        open_stream(0, 8, 0, a);
        some_time();
        unmap(a, 1, 0);
        quiesce(0, 0);
        host_enter();
        for ( ; a->page[0][3]; a->page[0][3] = 0 )
            host_page_free(a->page[0][3]);
        host_leave();
        some_time();
        sim_background = 0;
        sim_drain(s);
        assert_int_equal(host_complaints, 0);
    }
}

static void unseen(void **state)
{
    without(SIM_TLBI_DRAINS, QUIESCE_WITHOUT_TLBI);
    without(SIM_INFLIGHT | SIM_STALE_S2CR | SIM_ASYNC | SIM_POSTED,
            QUIESCE_NOT_AWAITED);
    without(SIM_ASYNC | SIM_INFLIGHT | SIM_POSTED, FLUSH_NOT_AWAITED);
    host_quiet = false;
}

/* -- registers ------------------------------------------------------------ */

static void one_life(enum wrong how)
{
    wrong = how;
    setup(1);
    s->nasty = 0;
    program();
    open_stream(0, 8, 0, a);
    host_quiet = false;
}

static void context_fault(void **state)
{
    one_life(NOTHING);
    assert_int_equal(r32(BANK(0) + 0x58), 0);
    assert_int_equal(sim_dma(s, 8, 0x123456789abULL & 0xffffffffffULL, true),
                     TXN_ABORTED);
    assert_int_equal(r32(BANK(0) + 0x58), 1U << 1);
    assert_int_equal(r32(BANK(0) + 0x60), 0x456789ab);
    assert_int_equal(r32(BANK(0) + 0x64), 0x23);
    assert_int_equal(r32(BANK(0) + 0x68) & 1U << 4, 1U << 4);
    assert_int_equal(r32(0x1400) & 0xffff, 8);
    /* The first one stays. */
    assert_int_equal(sim_dma(s, 8, 0x5000, false), TXN_ABORTED);
    assert_int_equal(r32(BANK(0) + 0x58), 1U << 31 | 1U << 1);
    assert_int_equal(r32(BANK(0) + 0x60), 0x456789ab);
    w32(BANK(0) + 0x58, 1U << 1);
    assert_int_equal(r32(BANK(0) + 0x58), 1U << 31);
    w32(BANK(0) + 0x58, ~0U);
    assert_int_equal(r32(BANK(0) + 0x58), 0);
    /* Another bank's: nothing. */
    assert_int_equal(r32(BANK(1) + 0x58), 0);
    assert_int_equal(sim_dma(s, 8, world_ipa(0, 1), true), TXN_LANDED);
}

static void global_fault(void **state)
{
    one_life(NOTHING);
    assert_int_equal(sim_dma(s, 99, 0x1234567890ULL, true), TXN_ABORTED);
    assert_int_equal(r32(0x48), 1U << 1);           /* USF */
    assert_int_equal(r32(0x54) & 0xffff, 99);
    assert_int_equal(r32(0x50) & 2, 2);             /* WNR */
    assert_int_equal(r32(0x40), 0x34567890);
    assert_int_equal(r32(0x44), 0x12);
    w32(0x48, ~0U);
    w32(0xc00, FAULT);
    assert_int_equal(sim_dma(s, 8, 0x1000, false), TXN_ABORTED);
    assert_int_equal(r32(0x48), 1U);                /* ICF */
    assert_int_equal(r32(0x54) & 0xffff, 8);
    assert_int_equal(r32(0x50) & 2, 0);
    assert_int_equal(sim_dma(s, 98, 0x1000, false), TXN_ABORTED);
    assert_int_equal(r32(0x48), 1U << 31 | 1U);
    assert_int_equal(r32(0x54) & 0xffff, 8);
}

/* GSACTIVE stays while a sync does not come. */
static void sync_never(void **state)
{
    unsigned int i;

    one_life(NOTHING);
    s->nasty = SIM_ASYNC;
    sim_fail(1, SIM_DONE_SYNC, false);
    w32(0x64, 0x100);
    w32(0x70, 0);
    for ( i = 0; i < 1000; i++ )
    {
        assert_int_equal(r32(0x74) & 1, 1);
        sim_relax();
    }
    sim_revive(s);
    for ( i = 0; (r32(0x74) & 1) && i < 1000; i++ )
        sim_relax();
    assert_true(i < 1000);
}

/* Reset: it passes everything. */
static void reset_is_bypass(void **state)
{
    setup(1);
    host_quiet = false;
    assert_int_equal(r32(0x00) & 1, 1);
    assert_int_equal(r32(0x00) & 1U << 10, 0);
    assert_int_equal(sim_dma(s, 8, 0x1000, true), TXN_UNTRANSLATED);
    assert_false(sim_blocks(s));
    wrong = NOTHING;
    program();
    assert_true(sim_blocks(s));
    assert_int_equal(sim_dma(s, 8, 0x1000, true), TXN_ABORTED);
    assert_int_equal(r32(0x00) & 1, 0);
}

/* SMR.MASK: bits that count for nothing; S2CR of the group that matches. */
static void masks(void **state)
{
    one_life(NOTHING);
    w32(0x800, 1U << 31 | 0x0f0U << 16 | 0x308);
    assert_int_equal(sim_dma(s, 0x308, world_ipa(0, 1), true), TXN_LANDED);
    assert_int_equal(sim_dma(s, 0x3f8, world_ipa(0, 1), true), TXN_LANDED);
    assert_int_equal(sim_dma(s, 0x309, world_ipa(0, 1), true), TXN_ABORTED);
    assert_int_equal(sim_dma(s, 0x208, world_ipa(0, 1), true), TXN_ABORTED);
    assert_int_equal(sim_dma(s, 8, world_ipa(0, 1), true), TXN_ABORTED);
    w32(0x800, 0x0f0U << 16 | 0x308);
    assert_int_equal(sim_dma(s, 0x308, world_ipa(0, 1), true), TXN_ABORTED);
}

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(right), T(each_wrong), T(unseen), T(context_fault), T(global_fault),
        T(sync_never), T(reset_is_bypass), T(masks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
