/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SMMUv1 and v2 backend: what it writes, field by field as IHI0062 has
 * them; which units it takes; stream matching; faults.
 */
#include "pair.h"

#define S2CR_TYPE(v)    ((v) >> 16 & 3)
#define TRANSLATE       0
#define FAULT           2

static uint64_t config(unsigned int which, unsigned int n)
{
    return s->v2.config[which][n];
}

/* -- probe ---------------------------------------------------------------- */

static void unit(const struct sim_id *id)
{
    world_reset(1, false);
    assert_int_equal(world_unit(id, NICE, true), 0);
    s = world.sim[0];
    u = &world.unit[0];
}

/* DESIGN 2.6: S2CRs at fault, USFCFG=1, CLIENTPD=0; nothing of before. */
static void assert_safe(void)
{
    unsigned int n;

    assert_int_equal(config(V2_CR0, 0) & 1, 0);
    assert_int_equal(config(V2_CR0, 0) >> 10 & 1, 1);
    for ( n = 0; n < (s->id.idr0 & 0xff); n++ )
        assert_int_equal(S2CR_TYPE(config(V2_S2CR, n)), FAULT);
    assert_true(sim_blocks(s));
}

static void good_unit(void **state)
{
    struct sim_id id = sim_v2_good();
    unsigned int n;

    unit(&id);
    assert_ptr_equal(smmu_unit_first(), u);
    assert_int_equal(u->state, XEN_SMMU_UNIT_PARKED);
    assert_int_equal(u->backend->type, XEN_SMMU_TYPE_V2);
    assert_safe();
    /* Faults are reported, GFIE and GCFGFIE, and nothing stalls. */
    assert_int_equal(config(V2_CR0, 0) & 0x36, 0x36);
    assert_int_equal(s->v2.gfsr, 0);
    for ( n = 0; n < 32; n++ )
    {
        assert_int_equal(config(V2_SCTLR, n) & 1, 0);
        assert_int_equal(s->v2.bank[n].fsr, 0);
        assert_int_equal(s->v2.bank[n].actlr >> 1 & 1, 0);  /* CPRE */
    }
    for ( n = 0; n < 128; n++ )
        assert_int_equal(config(V2_SMR, n) >> 31, 0);
    assert_int_equal(s->v2.acr >> 26 & 1, 0);       /* CACHE_LOCK */
    assert_int_equal(u->sid_bits, 15);
    assert_int_equal(u->oas_bits, 48);
    assert_int_equal(u->vmids.nr, 33);
    assert_true(u->coherent);
    assert_int_equal(smmu_unit_users(u), 0);
    assert_logged("smmu@0: SMMUv2 (MMU-500), 32 context banks");
    assert_int_equal(sim_dma(s, 5, 0x1000, true), TXN_ABORTED);
}

/* CLIENTPD=0 counts S2CRs: after them, whatever reset left there. */
static void enable_order(void **state)
{
    struct sim_id id = sim_v2_good();
    unsigned int i, faults = 0, opened = 0;

    id.idr0 = (id.idr0 & ~0xffU) | 8;
    id.idr1 = (id.idr1 & ~0xffU) | 4;
    unit(&id);
    for ( i = 0; i < s->nr_trace; i++ )
    {
        uint32_t offset = s->trace[i].offset;
        uint64_t value = s->trace[i].value;

        if ( offset == 0 )
        {
            assert_int_equal(value & 0x401, 0x400);
            opened++;
            assert_int_equal(faults, 8);
        }
        if ( offset >= 0xc00 && offset < 0xc20 )
        {
            assert_int_equal(S2CR_TYPE(value), FAULT);
            faults += !opened;
        }
        if ( !opened )                  /* nor is anything else of it used */
            assert_true(offset == 0x08 || offset == 0x10 ||
                        (offset >= 0xc00 && offset < 0xc20));
    }
    assert_true(opened);

    /* The stream last, when its bank is as it is to be. */
    a = world_create(0, 1);
    s->nr_trace = 0;
    assert_int_equal(world_attach(a, world_dev(0, 8)), 0);
    for ( i = 0; i < s->nr_trace; i++ )
        if ( s->trace[i].offset >= 0xc00 && s->trace[i].offset < 0xc20 &&
             S2CR_TYPE(s->trace[i].value) == TRANSLATE )
            break;
    assert_int_equal(i, s->nr_trace - 1);
}

static void refused(void **state)
{
    static const struct {
        const char *what, *reg;
        unsigned int at;                /* word of struct sim_id */
        uint32_t clear, set;
    } t[] = {
        { "no stage 2",      "IDR0", offsetof(struct sim_id, idr0), 1U << 29, 0 },
        { "no SMR",          "IDR0", offsetof(struct sim_id, idr0), 0xff, 0 },
        { "no context bank", "IDR1", offsetof(struct sim_id, idr1), 0xff, 0 },
        { "32 bits out",     "IDR2", offsetof(struct sim_id, idr2), 0xf0, 0 },
        { "32 bits in",      "IDR2", offsetof(struct sim_id, idr2), 0xf, 0 },
        { "no 4K granule",   "IDR2", offsetof(struct sim_id, idr2), 1 << 12, 0 },
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(t); i++ )
    {
        struct sim_id id = sim_v2_good();
        uint32_t *word = (uint32_t *)((char *)&id + t[i].at);
        char value[16];

        world_reset(1, false);
        *word = (*word & ~t[i].clear) | t[i].set;
        snprintf(value, sizeof(value), "%x", *word);
        if ( world_unit(&id, SIM_NASTY, true) != -ENODEV )
            fail_msg("%s: was not refused", t[i].what);
        assert_non_null(strstr(host_log_find(t[i].reg), value));
        assert_null(smmu_unit_first());
        assert_int_equal(host_counts.live, 0);
        assert_int_equal(host_counts.writes, 0);
        assert_int_equal(host_complaints, 0);
    }
}

/* -- every sort of unit, through its day ---------------------------------- */

static struct sim_id mmu_401(void)
{
    struct sim_id id = sim_v2_good();

    id.idr0 = (id.idr0 & ~(3U << 24)) | 1U << 24;   /* AArch32L only */
    id.idr1 = 1U << 31 | 2U << 28 | 8;  /* 64 KiB, 8 of them global */
    id.idr2 = 2U << 4 | 2;              /* 40 bits */
    id.idr7 = 0x10;

    return id;
}

static struct sim_id mmu_400(void)
{
    struct sim_id id = mmu_401();

    id.idr1 = 3U << 28 | 8;             /* 4 KiB */

    return id;
}

static struct sim_id wide_pages(void)
{
    struct sim_id id = sim_v2_good();

    id.idr1 = 1U << 31 | 4U << 28 | 16;

    return id;
}

static struct sim_id extended(void)
{
    struct sim_id id = sim_v2_good();

    id.idr0 |= 1U << 8;

    return id;
}

static struct sim_id small_vmids(void)
{
    struct sim_id id = sim_v2_good();

    id.idr2 &= ~(1U << 15);

    return id;
}

static struct sim_id narrow(void)
{
    struct sim_id id = sim_v2_good();

    id.idr0 &= ~(3U << 24);
    id.narrow = true;

    return id;
}

static const struct sort {
    const char *name;
    struct sim_id (*id)(void);
} sorts[] = {
    { "MMU-500", sim_v2_good }, { "64 KiB pages", wide_pages },
    { "extended IDs", extended }, { "8-bit VMIDs", small_vmids },
    { "indexed", sim_v2_indexed }, { "narrow", narrow },
    { "MMU-401", mmu_401 }, { "MMU-400", mmu_400 },
};

static const struct sort *sort;

/* Awake, unmapped, asleep, off, reset, awake, given to another. */
static void day(bool snoops, unsigned int root)
{
    struct sim_id id = sort->id();
    struct world_dev *dev;
    unsigned int i;

    world_reset(1, false);
    assert_int_equal(world_powered(&id, NICE, snoops, true, false,
                                   SIM_CACHES_KEPT), 0);
    s = world.sim[0];
    u = &world.unit[0];
    smmu_store(&smmu_delay, 0);
    a = world_create(0, root);
    b = world_create(1, root);
    pair_fill(a);
    pair_fill(b);
    dev = world_dev(0, 0x55);
    assert_int_equal(world_attach(b, world_dev(0, 0x56)), 0);
    assert_int_equal(world_attach(a, dev), 0);
    for ( i = 0; i < 4; i++ )
    {
        pair_warm(0x55, a);
        pair_warm(0x56, b);
        assert_true(test_aborts(s, 0x57, 0, 0));
        assert_int_equal(world_unmap(a, 0, i), 0);
        assert_true(test_aborts(s, 0x55, 0, i));
        assert_int_equal(world_vote(dev, false), 0);
        assert_int_equal(world_unmap(a, 0, i + 4), 0);
        assert_true(test_aborts(s, 0x55, 0, i + 4));
        pair_right(0x56, b);
        assert_int_equal(world_vote(&world.dev[1], false), 0);
        assert_int_equal(u->state, XEN_SMMU_UNIT_OFF);
        assert_int_equal(world_vote(dev, true), 0);
        pair_right(0x55, a);
        assert_true(test_aborts(s, 0x56, 0, 0));
        assert_int_equal(world_vote(&world.dev[1], true), 0);
        pair_right(0x56, b);
        pair_fill(a);
        host_time_ns += 3000000000;
    }
    assert_int_equal(world_destroy(a), 0);
    assert_true(test_aborts(s, 0x55, 0, 0));
    assert_int_equal(world_attach(b, dev), 0);
    pair_right(0x55, b);
    if ( host_complaints )
        fail_msg("%s: %s", sort->name, host_first_complaint);
}

static void every_sort(void **state)
{
    for ( sort = sorts; sort < sorts + ARRAY_SIZE(sorts); sort++ )
    {
        day(true, 1);
        day(false, 2);
        if ( world.unit[0].ipa_bits >= 48 )
            day(true, 0);
    }
    sort = NULL;
}

static int end(void **state)
{
    if ( sort && sort < sorts + ARRAY_SIZE(sorts) )
        print_message("# of this sort: %s\n", sort->name);
    sort = NULL;

    return test_end(state);
}

/* -- a context bank, field by field --------------------------------------- */

static void bank_is(unsigned int root, bool snoops, uint32_t tcr)
{
    struct sim_id id = sim_v2_good();
    unsigned int n;

    world_reset(1, false);
    assert_int_equal(world_unit(&id, NICE, snoops), 0);
    s = world.sim[0];
    a = world_create(0, root);
    assert_int_equal(world_attach(a, world_dev(0, 8)), 0);
    for ( n = 0; config(V2_SMR, n) != (1U << 31 | 8); n++ )
        assert_true(n < 128);
    n = config(V2_S2CR, n) & 0xff;
    assert_int_equal(config(V2_CBAR, n) & 0xff, link_of(a)->vmid);
    assert_int_equal(config(V2_CBAR, n) >> 16 & 3, 0);  /* stage 2 */
    assert_int_equal(config(V2_CBA2R, n) & 1, 1);       /* VA64 */
    assert_int_equal(config(V2_TTBR, n), a->s2.ttb);
    if ( config(V2_TCR, n) != tcr )
        fail_msg("root %u: TCR is %#lx, not %#x", root, config(V2_TCR, n),
                 tcr);
    /* M, CFRE, CFIE; not E, not CFCFG. */
    assert_int_equal(config(V2_SCTLR, n) & 0xf1, 0x61);
}

static void bank_fields(void **state)
{
    /* RES1; PS 48 bits; SH0, ORGN0, IRGN0; SL0; T0SZ. */
    const uint32_t inner = 1U << 31 | 5U << 16 | 3U << 12 | 1U << 10 | 1U << 8;
    const uint32_t outer = 1U << 31 | 5U << 16 | 2U << 12;

    bank_is(0, true, inner | 2U << 6 | 16);
    bank_is(1, true, inner | 1U << 6 | 24);
    bank_is(2, true, inner | 0U << 6 | 32);
    bank_is(1, false, outer | 1U << 6 | 24);
}

/* A page: TLBIIPAS2 by its bank, and a sync; more, or v1: its VMID. */
static void flush_registers(void **state)
{
    struct sim_id id = mmu_400();
    uint64_t mark;

    pair_build((struct pair_power){ .source = false });
    s->nasty = 0;
    mark = s->nr_cmds;
    s->nr_trace = 0;
    assert_int_equal(world_unmap(a, 0, 3), 0);
    test_cmds(s, mark, (uint8_t[]){ S2_IPA, SYNC }, 2);
    assert_int_equal(s->log[mark % 64].d[0] >> 32, link_of(a)->vmid);
    assert_int_equal(s->log[mark % 64].d[1], world_ipa(0, 3));
    assert_int_equal(s->nr_trace, 2);
    assert_int_equal(s->trace[0].offset & 0xfff, 0x630);
    assert_int_equal(s->trace[0].value, world_ipa(0, 3) >> 12);
    assert_int_equal(s->trace[1].offset, 0x70);

    mark = s->nr_cmds;
    assert_int_equal(smmu_flush(a->d, world_ipa(0, 4) >> 12, 2, true), 0);
    test_cmds(s, mark, (uint8_t[]){ VMALL, SYNC }, 2);

    unit(&id);
    a = world_create(0, 1);
    world_map(a, 0, 0);
    assert_int_equal(world_attach(a, world_dev(0, 8)), 0);
    assert_int_equal(u->backend->type, XEN_SMMU_TYPE_V1);
    mark = s->nr_cmds;
    assert_int_equal(world_unmap(a, 0, 0), 0);
    test_cmds(s, mark, (uint8_t[]){ VMALL, SYNC }, 2);
    assert_int_equal(s->log[mark % 64].d[0] >> 32, link_of(a)->vmid);
}

/* Commands are invalidations and syncs; both are counted as they are. */
static void counted(void **state)
{
    unsigned int i;

    pair_build((struct pair_power){ .source = true, .held = true,
                                    .caches = SIM_CACHES_KEPT });
    assert_int_equal(world_attach(b, dev_b), 0);
    for ( i = 0; i < 300; i++ )
    {
        world_map(a, 0, i % SLOTS);
        assert_int_equal(world_unmap(a, 0, i % SLOTS), 0);
        if ( i % 50 == 0 )
        {
            pair_sleep(dev_a);
            pair_sleep(dev_b);
            pair_wake(dev_a);
            pair_wake(dev_b);
            host_time_ns += 3000000000;
        }
    }
    assert_int_equal(u->nr_commands, s->nr_cmds);
    assert_int_equal(u->nr_syncs, s->nr_sync);
    assert_int_equal(u->nr_accesses + u->nr_polls, s->nr_mmio - s->nr_id_reads);
}

/* -- stream matching ------------------------------------------------------- */

static struct world_dev *device(uint32_t first, uint32_t count, uint32_t mask,
                                int *rc)
{
    struct smmu_range r = { .first = first, .count = count, .mask = mask };

    return world_dev_sids(0, false, &r, 1, rc);
}

/* Two that match one ID are a conflict: the second is refused. */
static void overlap(void **state)
{
    static const struct { uint32_t first, count, mask; } others[] = {
        { 0x130, 1, 0 }, { 0x1f0, 1, 0 }, { 0x100, 1, 0 }, { 0x120, 8, 0 },
        { 0x100, 1, 0xf0 }, { 0x010, 1, 0x120 }, { 0x170, 1, 0x00f },
        { 0, 0x400, 0 },
    };
    struct sim_id id = sim_v2_good();
    struct world_dev *dev;
    unsigned int i;
    int rc;

    unit(&id);
    a = world_create(0, 1);
    b = world_create(1, 1);
    pair_fill(a);
    pair_fill(b);
    dev = device(0x100, 1, 0xf0, &rc);
    assert_non_null(dev);
    assert_int_equal(world_attach(a, dev), 0);
    for ( i = 0; i < ARRAY_SIZE(others); i++ )
    {
        host_log_clear();
        if ( device(others[i].first, others[i].count, others[i].mask, &rc) )
            fail_msg("row %u was not refused", i);
        assert_int_equal(rc, -EBUSY);
        assert_logged("STREAM_TAKEN");
        assert_logged("/dev@0,100");
    }
    pair_right(0x100, a);
    pair_right(0x1f0, a);
    assert_true(test_aborts(s, 0x101, 0, 0));
    assert_true(test_aborts(s, 0x200, 0, 0));
    /* What is beside it is not. */
    dev = device(0x101, 1, 0xf0, &rc);
    assert_non_null(dev);
    assert_int_equal(world_attach(b, dev), 0);
    pair_right(0x1f1, b);
    pair_right(0x1f0, a);
    assert_int_equal(world_detach(dev), 0);
    assert_true(test_aborts(s, 0x1f1, 0, 0));
    pair_right(0x1f0, a);
}

/*
 * stream-match-mask: what a board puts on top of every ID counts neither for a
 * bridge's nor for what is taken out of them; one of another's is not matched.
 */
static void masked_bridge(void **state)
{
    const struct smmu_range all = { 0, 0x400, 0x7c00 };
    struct sim_id id = sim_v2_good();
    struct world_dev *bridge, *dev;
    unsigned int i;
    int rc;

    unit(&id);
    a = world_create(0, 1);
    b = world_create(1, 1);
    pair_fill(a);
    pair_fill(b);
    bridge = world_dev_sids(0, true, &all, 1, &rc);
    assert_non_null(bridge);
    assert_int_equal(world_attach(a, bridge), 0);
    pair_right(0x20, a);
    pair_right(0x7c20, a);
    dev = device(0x20, 1, 0x7c00, &rc);
    assert_non_null(dev);
    for ( i = 0; i < 0x8000; i += 0x400 )
        assert_true(test_aborts(s, i + 0x20, 0, 0));
    pair_right(0x0421, a);
    assert_int_equal(world_attach(b, dev), 0);
    for ( i = 0; i < 0x8000; i += 0x1400 )
    {
        pair_right(i + 0x20, b);
        pair_right(i + 0x21, a);
        pair_right(i + 0x3ff, a);
    }
}

/* A range of streams takes few of them, and they match nothing else. */
static void ranges(void **state)
{
    struct sim_id id = extended();
    unsigned int i, n, used;
    struct world_dev *dev;
    int rc;

    for ( n = 1; n <= 64; n++ )
    {
        unit(&id);
        a = world_create(0, 1);
        world_map(a, 0, 0);
        dev = device(0x8013, n, 0, &rc);
        assert_non_null(dev);
        assert_int_equal(world_attach(a, dev), 0);
        for ( i = 0x8000; i < 0x8080; i++ )
            if ( i >= 0x8013 && i < 0x8013 + n )
                assert_true(test_reaches(s, i, a, 0, 0));
            else
                assert_true(test_aborts(s, i, 0, 0));
        assert_true(test_aborts(s, 0x0013, 0, 0));
        for ( used = i = 0; i < 128; i++ )
            used += config(V2_S2CR, i) >> 10 & 1;
        assert_in_range(used, 1, 11);
    }
}

/* Bits that its SMRs have not: what needs them is refused, or told apart. */
static void smr_bits(void **state)
{
    struct sim_id id = sim_v2_good();
    unsigned int i;
    int rc;

    id.smr_lacks = 0x4000;
    unit(&id);
    assert_int_equal(u->sid_bits, 14);
    assert_null(device(0x4001, 1, 0, &rc));
    assert_int_equal(rc, -ENOSPC);
    assert_non_null(device(0x3fff, 1, 0, &rc));

    /* One in the middle: what is above it is worth nothing. */
    world_reset(1, false);
    id.smr_lacks = 0x0008;
    unit(&id);
    assert_int_equal(u->sid_bits, 3);
    assert_null(device(8, 1, 0, &rc));
    assert_non_null(device(7, 1, 0, &rc));

    world_reset(1, false);
    id.smr_lacks = 0x0010U << 16;
    unit(&id);
    assert_int_equal(u->sid_bits, 15);
    assert_null(device(0x100, 1, 0x30, &rc));
    assert_int_equal(rc, -ENOSPC);
    assert_logged("cannot have the mask 0x30");
    assert_non_null(device(0x180, 1, 0x20, &rc));
    /* A range takes as many SMRs as it has to. */
    a = world_create(0, 1);
    world_map(a, 0, 0);
    assert_int_equal(world_attach(a, device(0x200, 0x80, 0, &rc)), 0);
    for ( i = 0x1f0; i < 0x290; i++ )
        if ( i >= 0x200 && i < 0x280 )
            assert_true(test_reaches(s, i, a, 0, 0));
        else
            assert_true(test_aborts(s, i, 0, 0));
    assert_false(smmu_unit_failed(u));

    /* None can be masked: a bridge takes more SMRs than there are. */
    world_reset(1, false);
    id.smr_lacks = 0x7fffU << 16;
    unit(&id);
    assert_null(device(0, 0x1000, 0, &rc));
    assert_int_equal(rc, -ENOSPC);
    assert_logged("NO_SMR");
    assert_non_null(device(8, 3, 0, &rc));
    assert_false(smmu_unit_failed(u));
}

/* None left: refused, and who has one goes on. */
static void run_out(void **state)
{
    struct sim_id id = sim_v2_good();
    struct world_dev *dev[5];
    unsigned int i;
    int rc;

    id.idr0 = (id.idr0 & ~0xffU) | 4;
    unit(&id);
    a = world_create(0, 1);
    world_map(a, 0, 0);
    for ( i = 0; i < 4; i++ )
    {
        dev[i] = world_dev(0, 3 * i);
        assert_non_null(dev[i]);
        assert_int_equal(world_attach(a, dev[i]), 0);
    }
    assert_null(device(20, 1, 0, &rc));
    assert_int_equal(rc, -ENOSPC);
    assert_logged("NO_SMR");
    assert_true(test_aborts(s, 20, 0, 0));
    for ( i = 0; i < 4; i++ )
        assert_true(test_reaches(s, 3 * i, a, 0, 0));
    /* One that needs two where one is left leaves that one. */
    assert_int_equal(world_detach(dev[3]), 0);
    assert_int_equal(smmu_device_remove(dev[3]->dev), 0);
    assert_null(device(31, 2, 0, &rc));
    assert_int_equal(rc, -ENOSPC);
    dev[4] = device(20, 1, 0, &rc);
    assert_non_null(dev[4]);
    assert_int_equal(world_attach(a, dev[4]), 0);
    assert_true(test_reaches(s, 20, a, 0, 0));
    assert_true(test_aborts(s, 9, 0, 0));
    assert_true(test_aborts(s, 31, 0, 0));
}

/* As many domains as there are banks; one goes, and its bank is good again. */
static void banks_run_out(void **state)
{
    struct sim_id id = sim_v2_good();
    struct world_dom *dom[4];
    struct world_dev *dev[4];
    unsigned int i;

    id.idr1 = (id.idr1 & ~0xffU) | 3;
    unit(&id);
    for ( i = 0; i < 4; i++ )
    {
        dom[i] = world_create(i, 1);
        pair_fill(dom[i]);
        dev[i] = world_dev(0, 40 + i);
    }
    for ( i = 0; i < 3; i++ )
        assert_int_equal(world_attach(dom[i], dev[i]), 0);
    assert_int_equal(world_attach(dom[3], dev[3]), -ENOSPC);
    assert_true(test_aborts(s, 43, 0, 0));
    for ( i = 0; i < 3; i++ )
        pair_warm(40 + i, dom[i]);
    assert_int_equal(world_destroy(dom[1]), 0);
    assert_int_equal(world_attach(dom[3], dev[3]), 0);
    pair_right(43, dom[3]);
    pair_right(40, dom[0]);
    assert_true(test_aborts(s, 41, 0, 0));
}

/* -- asleep ---------------------------------------------------------------- */

static void parked(void **state)
{
    pair_build((struct pair_power){ .source = true, .held = false });
    assert_int_equal(world_attach(b, dev_b), 0);
    pair_sleep(dev_a);
    pair_sleep(dev_b);
    assert_int_equal(u->state, XEN_SMMU_UNIT_PARKED);
    assert_int_equal(s->nr_offs, 0);
    assert_safe();
    pair_all_abort();
}

static void failed(void **state)
{
    pair_build((struct pair_power){ .source = false });
    world_break(0);
    assert_safe();
    pair_all_abort();
}

/* -- faults ---------------------------------------------------------------- */

static void dma(uint32_t sid, uint64_t ipa, bool write)
{
    assert_int_equal(sim_dma(s, sid, ipa, write), TXN_ABORTED);
}

static void line(const char *ipa, const char *what, const char *who)
{
    const char *found;

    sim_settle();
    world_wait(10000000);               /* it is listened to when it has cooled */
    sim_settle();
    found = host_log_find(ipa);
    if ( !found || !strstr(found, what) || !strstr(found, who) )
        fail_msg("no '%s', or no '%s', in: %s", what, who,
                 found ? found : "nothing");
    assert_int_equal(host_log_count(ipa), 1);
    assert_int_equal(s->v2.gfsr, 0);
    assert_int_equal(s->v2.masked, false);
}

/* Nobody's stream; one of a device that sleeps, or has no domain. */
static void global_faults(void **state)
{
    pair_build((struct pair_power){ .source = false });
    assert_int_equal(world_attach(b, dev_b), 0);
    dma(0x777, 0xabcd1230, true);
    line("0xabcd1230", "stream not assigned", "sid 0x777 WRITE");
    dma(SID_A2, 0xabcd2230, false);
    line("0xabcd2230", "stream disabled", "sid 0x9 READ");
    pair_sleep(dev_a);
    dma(SID_A, 0xabcd3230, false);
    line("0xabcd3230", "stream disabled", "/dev@0,8 sid 0x8 READ");
    pair_right(SID_B, b);
}

/* Each bank has its own registers: neither hides the other's. */
static void two_banks(void **state)
{
    pair_build((struct pair_power){ .source = false });
    assert_int_equal(world_attach(b, dev_b), 0);
    dma(SID_A, 0x71111000, true);
    dma(SID_B, 0x72222000, false);
    line("0x71111000", "translation", "sid 0x8 WRITE");
    line("0x72222000", "translation", "sid 0x10 READ");
    assert_int_equal(u->nr_events, 2);
    assert_int_equal(u->nr_lost, 0);
}

/* A second one before the first was looked at is counted, not shown. */
static void multiple(void **state)
{
    pair_build((struct pair_power){ .source = false });
    dma(SID_A, 0x71111000, true);
    dma(SID_A, 0x72222000, true);
    dma(SID_A, 0x73333000, true);
    line("0x71111000", "translation", "sid 0x8");
    assert_int_equal(host_log_count("0x72222000"), 0);
    assert_int_equal(u->nr_events, 1);
    assert_int_equal(u->nr_lost, 1);
    /* And then all is as before. */
    dma(SID_A, 0x74444000, true);
    line("0x74444000", "translation", "sid 0x8");
}

/* What the last owner of a bank did, and nobody looked at, is not the next's. */
static void stale_fault(void **state)
{
    struct sim_id id = sim_v2_good();

    id.idr1 = (id.idr1 & ~0xffU) | 1;
    unit(&id);
    a = world_create(0, 1);
    b = world_create(1, 1);
    dev_a = world_dev(0, SID_A);
    dev_b = world_dev(0, SID_B);
    assert_int_equal(world_attach(a, dev_a), 0);
    host_run_work();
    dma(SID_A, 0x7b000000, true);
    assert_int_not_equal(s->v2.bank[0].fsr, 0);
    assert_int_equal(world_destroy(a), 0);
    assert_int_equal(world_attach(b, dev_b), 0);
    assert_int_equal(s->v2.bank[0].fsr, 0);
    sim_settle();
    assert_not_logged("0x7b000000");
    dma(SID_B, 0x7c000000, true);
    line("0x7c000000", "translation", "sid 0x10 WRITE");
}

/* A device that faults without end: a few lines a second, and no CPU. */
static void flood(void **state)
{
    unsigned int i, irqs, lines;

    pair_build((struct pair_power){ .source = false });
    irqs = s->nr_irqs;
    for ( i = 0; i < 1000; i++ )
    {
        dma(SID_A, 0x75555000, true);
        if ( i % 10 == 0 )
            sim_settle();
    }
    sim_settle();
    lines = host_log_count("0x75555000");
    assert_in_range(lines, 1, SMMU_LIMIT_BURST);
    assert_in_range(s->nr_irqs - irqs, 1, 220);
    assert_int_equal(dev_a->dev->faults, u->nr_events);
    assert_int_equal(dev_a->dev->dropped, dev_a->dev->faults - lines);
    /* It is still heard, when others may have forgotten it. */
    host_time_ns += 1100000000;
    dma(SID_A, 0x76666000, true);
    line("0x76666000", "translation", "sid 0x8");
}

/* An interrupt that is not listened to again would be the last one. */
static void listened_to(void **state)
{
    unsigned int i;
    char ipa[24];

    pair_build((struct pair_power){ .source = true, .held = true,
                                    .caches = SIM_CACHES_KEPT });
    for ( i = 0; i < 50; i++ )
    {
        snprintf(ipa, sizeof(ipa), "ipa %#x:", 0x77000000 + i * 0x1000);
        dma(SID_A, 0x77000000 + i * 0x1000, true);
        if ( i % 3 == 0 )
        {
            pair_sleep(dev_a);          /* off, the fault not looked at */
            sim_settle();
            pair_wake(dev_a);
            dma(SID_A, 0x77000000 + i * 0x1000, true);
        }
        host_time_ns += 1100000000;
        sim_settle();
        assert_in_range(host_log_count(ipa), 1, 2);
        host_time_ns += 3000000000;
    }
}

/* -- registers that are not what they were written as --------------------- */

/* Whoever notices: it is over, and everything aborts again. */
static void assert_given_up(void)
{
    assert_true(smmu_unit_failed(u));
    assert_safe();
    s->aborts_known = true;
    pair_all_abort();
}

static void reset_it(void)
{
    host_enter();
    s->aborts_known = false;            /* it bypasses until it is noticed */
    s->kind->reset(s);
    host_leave();
}

static void reset_before_flush(void **state)
{
    pair_build((struct pair_power){ .source = false });
    reset_it();
    assert_true(world_unmap(a, 0, 0) < 0);
    assert_given_up();
    assert_true(smmu_domain_quarantined(a->d));
}

static void reset_before_interrupt(void **state)
{
    pair_build((struct pair_power){ .source = false });
    reset_it();
    host_irq_enter();
    smmu_unit_interrupt(u);
    host_irq_leave();
    sim_settle();
    assert_given_up();
}

static void reset_before_sleep(void **state)
{
    pair_build((struct pair_power){ .source = false });
    reset_it();
    assert_true(world_vote(dev_a, false) < 0);
    assert_given_up();
}

/* It did not hear that it is to abort: it is told until it does. */
static void deaf_at_first(void **state)
{
    unsigned int i;

    pair_build((struct pair_power){ .source = false });
    s->ack_dead = true;
    assert_true(world_unmap(a, 0, 0) < 0);
    assert_true(smmu_unit_failed(u));
    assert_logged("not acknowledged");
    for ( i = 0; i < 20; i++ )
        world_wait(100000000);
    assert_false(sim_blocks(s));
    s->ack_dead = false;
    for ( i = 0; i < 20; i++ )
        world_wait(100000000);
    assert_given_up();
    assert_int_equal(smmu_unit_users(u), 0);
    for ( i = 0; i < 20; i++ )
        world_wait(100000000);
    assert_int_equal(host_timers_armed(), 0);
}

/* What has passed its S2CR when that closes, and walks after the sync. */
static void late_walk(void **state)
{
    struct sim_txn *t;
    unsigned int i;
    uint64_t page;

    pair_build((struct pair_power){ .source = false });
    assert_int_equal(world_attach(b, dev_b), 0);
    s->nasty |= SIM_LATE_WALK;
    for ( i = 0; i < SLOTS; i++ )
    {
        t = sim_dma_begin(s, SID_A, world_ipa(0, i), true);
        while ( t->state < TXN_CONFIG )
            sim_txn_step(s, t);
        assert_int_equal(t->state, TXN_CONFIG);
        t->waits = true;
        pair_sleep(dev_a);
        assert_int_equal(t->state, TXN_CONFIG);
        page = a->page[0][i];
        assert_int_equal(world_unmap(a, 0, i), 0);
        assert_int_equal(host_page_kind(page), FRAME_FREE);
        while ( t->state <= TXN_LAND )
            sim_txn_step(s, t);
        assert_int_equal(t->state, TXN_ABORTED);
        t->state = TXN_FREE;
        s->nr_txns--;
        pair_wake(dev_a);
        pair_right(SID_A, a);
        host_time_ns += 3000000000;
    }
}

static unsigned int shown(void)
{
    struct xen_smmu_unit r = { .index = 0 };

    smmu_mutex_lock(&u->config);
    smmu_record_unit(u, &r);
    smmu_mutex_unlock(&u->config);

    return r.reason;
}

/*
 * Nothing answers when the host resumes, so nothing can be closed: that is
 * said, and as soon as it answers it is told.
 */
static void deaf_at_resume(void **state)
{
    unsigned int broken, ms, reason;

    for ( broken = 0; broken < 2; broken++ )
        for ( ms = 1; ms < 5000; ms *= 4 )
        {
            pair_build((struct pair_power){ .source = false });
            if ( broken )
                world_break(0);
            reason = broken ? XEN_SMMU_REASON_SERVICE_FAILURE
                            : XEN_SMMU_REASON_REGISTER_TIMEOUT;
            assert_int_equal(world_suspend(), 0);
            s->ack_dead = true;
            host_log_clear();
            world_resume();
            assert_true(smmu_unit_failed(u));
            assert_false(sim_blocks(s));
            assert_logged("not acknowledged");
            assert_int_equal(shown(), XEN_SMMU_REASON_UNCONFIRMED);
            world_wait(ms * 1000000ULL);
            s->ack_dead = false;
            assert_int_equal(shown(), XEN_SMMU_REASON_UNCONFIRMED);
            /* Asked twice as late each time, and ten times a second. */
            world_wait((ms < 100 ? ms : 100) * 1000000ULL + 1000000);
            assert_given_up();
            assert_logged("it answers");
            assert_int_equal(shown(), reason);
        }
}

static struct sim_txn *late;
static unsigned int late_at;            /* it goes on before that access */

static void late_goes_on(void)
{
    if ( late_at && --late_at )
        return;
    while ( late && late->state <= TXN_LAND )
        sim_txn_step(s, late);
}

/* The same when its bank is already being set up for another domain. */
static void late_walk_new_owner(void **state)
{
    struct sim_id id = sim_v2_good();
    unsigned int n, root;

    id.idr1 = (id.idr1 & ~0xffU) | 1;   /* one bank: it is the next owner's */
    for ( root = 0; root < 3; root += 2 )
        for ( n = 1; ; n++ )
        {
            world_reset(1, false);
            assert_int_equal(world_unit(&id, NICE, true), 0);
            s = world.sim[0];
            s->nasty |= SIM_LATE_WALK;
            a = world_create(0, 1);
            b = world_create(1, root);
            pair_fill(a);
            pair_fill(b);
            dev_a = world_dev(0, SID_A);
            dev_b = world_dev(0, SID_B);
            assert_int_equal(world_attach(a, dev_a), 0);
            late = sim_dma_begin(s, SID_A, world_ipa(0, 1), true);
            while ( late->state < TXN_CONFIG )
                sim_txn_step(s, late);
            late->waits = true;
            assert_int_equal(world_destroy(a), 0);
            assert_int_equal(late->state, TXN_CONFIG);
            late_at = n;
            host_before_access = late_goes_on;
            assert_int_equal(world_attach(b, dev_b), 0);
            host_before_access = NULL;
            if ( late_at )
                break;
            if ( late->state != TXN_ABORTED )
                fail_msg("access %u: the dead domain's walk ends as %u", n,
                         late->state);
            assert_int_equal(host_complaints, 0);
            late = NULL;
            pair_right(SID_B, b);
        }
    late = NULL;
    print_message("# before each of %u accesses\n", n - 1);
    assert_true(n > 6);
}

/* The prefetcher cannot be turned off: nobody knows what it still reads. */
static void locked(void **state)
{
    struct sim_id id = sim_v2_good();

    id.locked = true;
    assert_true(world_unit(&id, NICE, true) < 0);
    assert_logged("CACHE_LOCK");
    assert_null(smmu_unit_first());
    assert_int_equal(sim_dma(world.sim[0], 5, 0x1000, true), TXN_ABORTED);
}

/* Firmware left all streams at fault: there is no moment when one passes. */
static void firmware_faults(void **state)
{
    struct sim_id id = sim_v2_good();
    unsigned int seed;

    id.firmware = true;
    for ( seed = 1; seed < 20; seed++ )
    {
        world_reset(seed, false);
        sim_background = 1;
        sim_nr_ipas = 1;
        sim_ipas[0] = 0x1000;
        host_before_access = NULL;
        assert_int_equal(world_unit(&id, NICE, true), 0);
        s = world.sim[0];
        s->sids[0] = 5;
        s->nr_sids = 1;
        assert_int_equal(sim_dma(s, 5, 0x1000, true), TXN_ABORTED);
        assert_int_equal(host_complaints, 0);
    }
}

/* Before each access of the probe a master tries. */
static void master_tries(void)
{
    sim_dma(sim_nr(0), 5, 0x1000, true);
}

static void firmware_faults_throughout(void **state)
{
    struct sim_id id = sim_v2_good();

    id.firmware = true;
    host_before_access = master_tries;
    assert_int_equal(world_unit(&id, NICE, true), 0);
    host_before_access = NULL;
}

/* Some were stalled when it came to us: ended, or no sync ever completes. */
static void stalled_at_boot(void **state)
{
    struct sim_id id = sim_v2_good();

    id.stalls = true;
    assert_int_equal(world_unit(&id, NICE, true), 0);
    assert_int_equal(world.sim[0]->v2.stalled, 0);
}

static unsigned int heard;
static void count_listen(struct smmu_unit *unit, bool looked)
{
    assert_false(looked);
    heard++;
}

/* It fails before its interrupt was looked at: others may have that line. */
static void failed_lets_go(void **state)
{
    pair_build((struct pair_power){ .source = false });
    u->listen = count_listen;
    heard = 0;
    dma(SID_A, 0x7a000000, true);
    sim_interrupts();
    assert_true(smmu_unit_get(u));
    smmu_unit_fail(u, XEN_SMMU_REASON_SERVICE_FAILURE);
    smmu_unit_put(u);
    assert_int_equal(heard, 0);
    world_wait(10000000);
    assert_int_equal(heard, 1);
}

/* A line that stays up for what we cannot see: looked at, so often. */
static void stuck_line(void **state)
{
    unsigned int i;
    uint64_t looks;

    pair_build((struct pair_power){ .source = false });
    s->v2.stuck_line = true;
    looks = s->nr_irqs;
    for ( i = 0; i < 100000; i++ )      /* a second */
    {
        host_time_ns += 10000;
        sim_interrupts();
        host_run_work();
    }
    looks = s->nr_irqs - looks;
    print_message("# %lu interrupts a second\n", looks);
    assert_in_range(looks, 1, 500);
    /* What it hides is still seen. */
    sim_dma(s, SID_A, 0x79999000, true);
    for ( i = 0; i < 100000; i++ )
    {
        host_time_ns += 10000;
        sim_interrupts();
        host_run_work();
    }
    assert_logged("0x79999000");
    s->v2.stuck_line = false;
}

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(good_unit), T(enable_order), T(refused), T(every_sort),
        T(bank_fields), T(flush_registers), T(counted), T(overlap),
        T(masked_bridge), T(ranges), T(smr_bits),
        T(run_out), T(banks_run_out), T(parked), T(failed), T(global_faults),
        T(two_banks), T(multiple), T(stale_fault), T(flood), T(listened_to),
        T(reset_before_flush), T(reset_before_interrupt),
        T(reset_before_sleep), T(deaf_at_first), T(deaf_at_resume),
        T(late_walk),
        T(late_walk_new_owner), T(locked),
        T(firmware_faults), T(firmware_faults_throughout),
        T(stalled_at_boot), T(failed_lets_go), T(stuck_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
