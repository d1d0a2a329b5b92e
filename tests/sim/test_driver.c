/* SPDX-License-Identifier: GPL-2.0-only */
/* The driver on good hardware: what it does, and what that costs. */
#include "test.h"

/* -- probe ---------------------------------------------------------------- */

static void good_unit(void **state)
{
    struct sim_id id = sim_id_good();
    struct sim *s;
    struct smmu_unit *u = &world.unit[0];

    id.idr0 |= SIM_IDR0_ATS | SIM_IDR0_HYP | SIM_IDR0_MSI | SIM_IDR0_VMID16;
    assert_int_equal(world_unit(&id, SIM_NASTY, true), 0);
    s = world.sim[0];
    assert_ptr_equal(smmu_unit_first(), u);
    /* Nobody is awake: it aborts, its queues run. */
    assert_int_equal(u->state, XEN_SMMU_UNIT_PARKED);
    assert_int_equal(s->cr0ack, 1 << 2 | 1 << 3 | 1 << 4);
    assert_int_equal(s->gbpa & (1U << 20 | 1U << 31), 1U << 20);
    assert_int_equal(s->irq_ctrlack, 5);
    assert_int_equal(s->cr1 & 0xfff, 0xd75);
    assert_int_equal(s->cr2, 2);        /* no BTM: PTM is RES0 */
    assert_int_equal(s->strtab_cfg >> 16, 1);
    assert_int_equal(s->strtab_cfg & 0x3f, 16);
    assert_int_equal(u->vmid_bits, 16);
    assert_int_equal(u->oas_bits, 48);
    assert_true(u->coherent);
    assert_in_range(u->queue_bytes, 4096, 256 * 1024);
    assert_int_equal(smmu_unit_users(u), 0);
    assert_logged("smmu@0: SMMUv3");
    assert_int_equal(world_attach(world_create(0, 1), world_dev(0, 1)), 0);
    assert_int_equal(u->state, XEN_SMMU_UNIT_ON);
    assert_int_equal(s->cr0ack, 1 | 1 << 2 | 1 << 3 | 1 << 4);
}

/* The CPUs' broadcasts mean nothing here: other VMIDs. */
static void deaf_to_broadcasts(void **state)
{
    struct sim_id id = sim_id_good();

    id.idr0 |= 1U << 5;                 /* BTM */
    assert_int_equal(world_unit(&id, SIM_NASTY, true), 0);
    assert_int_equal(world.sim[0]->cr2, 6);
}

static unsigned int first_write(const struct sim *s, uint32_t offset,
                                uint64_t mask, uint64_t value)
{
    unsigned int i;

    for ( i = 0; i < s->nr_trace; i++ )
        if ( s->trace[i].offset == offset &&
             (s->trace[i].value & mask) == value )
            return i;
    fail_msg("register %#x never gets %#lx", offset, (unsigned long)value);

    return 0;
}

static void enable_order(void **state)
{
    struct sim_id id = sim_id_good();
    struct sim *s;
    unsigned int smmuen, cmdqen, i;

    id.idr0 |= SIM_IDR0_HYP;
    assert_int_equal(world_unit(&id, SIM_NASTY, true), 0);
    s = world.sim[0];
    assert_int_equal(s->nr_all, 1);
    assert_int_equal(s->nr_cfgi, 1);
    assert_int_equal(s->nr_sync, 1);
    assert_int_equal(s->nr_cmds, 4);
    for ( i = 0; i < s->nr_trace; i++ )
        assert_false(s->trace[i].offset == 0x20 && (s->trace[i].value & 1));
    assert_int_equal(world_attach(world_create(0, 1), world_dev(0, 1)), 0);
    /* Abort first of all; the tables before the queue, SMMUEN last. */
    assert_int_equal(first_write(s, 0x44, 1U << 20, 1U << 20), 0);
    cmdqen = first_write(s, 0x20, 9, 8);
    smmuen = first_write(s, 0x20, 1, 1);
    assert_true(first_write(s, 0x80, 0, 0) < cmdqen);
    assert_true(first_write(s, 0x88, 0, 0) < cmdqen);
    assert_true(first_write(s, 0x90, 0, 0) < cmdqen);
    assert_true(first_write(s, 0x98, 0, 0) < cmdqen);
    assert_true(first_write(s, 0xa0, 0, 0) < smmuen);
    assert_true(cmdqen < smmuen);
    assert_int_equal(smmuen, s->nr_trace - 1);
}

/* Each value that rules a unit out, and the register that is to be named. */
static void refused(void **state)
{
    static const struct {
        const char *what, *reg;
        unsigned int at;                /* word of struct sim_id */
        uint32_t clear, set;
    } t[] = {
        { "no stage 2",        "IDR0", 0, 1, 0 },
        { "AArch32 only",      "IDR0", 0, 3 << 2, 1 << 2 },
        { "no table format",   "IDR0", 0, 3 << 2, 0 },
        { "big-endian",        "IDR0", 0, 3 << 21, 3 << 21 },
        { "forced stall",      "IDR0", 0, 3 << 24, 2 << 24 },
        { "preset queues",     "IDR1", 1, 0, 1 << 29 },
        { "preset tables",     "IDR1", 1, 0, 1 << 30 },
        { "one command",       "IDR1", 1, 31 << 21, 0 },
        { "no 4K granule",     "IDR5", 3, 1 << 4, 1 << 5 },
        { "32 address bits",   "IDR5", 3, 7, 0 },
        { "version 4",         "AIDR", 5, 0xf0, 0x10 },
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(t); i++ )
    {
        struct sim_id id = sim_id_good();
        uint32_t *word = (uint32_t *)&id + t[i].at;
        char value[16];

        world_reset(1, false);
        *word = (*word & ~t[i].clear) | t[i].set;
        snprintf(value, sizeof(value), "%x", *word);
        if ( world_unit(&id, SIM_NASTY, true) != -ENODEV )
            fail_msg("%s: was not refused", t[i].what);
        assert_logged("smmu@0");
        assert_logged(t[i].reg);
        assert_logged(value);
        assert_ptr_equal(strstr(host_log_find(t[i].reg), value) != NULL, true);
        assert_null(smmu_unit_first());
        assert_int_equal(host_counts.live, 0);
        assert_int_equal(host_counts.writes, 0);
        assert_int_equal(host_complaints, 0);
    }
}

/* Values that are fine. */
static void accepted(void **state)
{
    static const struct { unsigned int at; uint32_t clear, set; } t[] = {
        { 0, 3 << 2, 3 << 2 },          /* both table formats */
        { 0, 3 << 24, 0 },              /* stall and abort */
        { 0, 3 << 21, 0 },              /* either endianness */
        { 0, 0, 1 << 1 },               /* stage 1 as well */
        { 0, 0, 1 << 16 },              /* PRI */
        { 2, 0, 1 << 10 },              /* RIL */
        { 3, 7, 1 },                    /* 36 bits, which is what RAM has */
        { 3, 7, 6 },                    /* 52 bits */
        { 4, ~0U, 0x4870043b },         /* an erratum */
        { 5, 0xf, 0 },                  /* v3.0 */
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(t); i++ )
    {
        struct sim_id id = sim_id_good();
        uint32_t *word = (uint32_t *)&id + t[i].at;
        struct world_dom *dom;

        world_reset(1, false);
        *word = (*word & ~t[i].clear) | t[i].set;
        if ( world_unit(&id, SIM_NASTY, true) )
            fail_msg("row %u was refused", i);
        dom = world_create(0, 1);
        world_map(dom, 0, 0);
        assert_int_equal(world_attach(dom, world_dev(0, 3)), 0);
        assert_true(test_reaches(world.sim[0], 3, dom, 0, 0));
        assert_int_equal(host_complaints, 0);
    }
}

/* -- stream tables -------------------------------------------------------- */

static void tables(void **state)
{
    static const struct { unsigned int bits; bool two; } t[] = {
        { 1, true }, { 4, true }, { 8, true }, { 9, true }, { 10, false },
        { 16, true }, { 16, false }, { 20, true }, { 24, true },
    };
    unsigned int i, k;

    for ( i = 0; i < ARRAY_SIZE(t); i++ )
        for ( k = 0; k < 2; k++ )
        {
            struct sim_id id = sim_id_good();
            uint32_t last = (1U << t[i].bits) - 1;
            struct world_dom *dom;
            struct smmu_range r = { last + 1, 1 };
            int rc;

            world_reset(1, false);
            id.idr1 = (id.idr1 & ~0x3f) | t[i].bits;
            if ( !t[i].two )
                id.idr0 &= ~SIM_IDR0_ST_LEVEL;
            assert_int_equal(world_unit(&id, SIM_NASTY, k), 0);
            dom = world_create(0, 1);
            world_map(dom, 1, 1);
            assert_int_equal(world_attach(dom, world_dev(0, 0)), 0);
            assert_int_equal(world_attach(dom, world_dev(0, last)), 0);
            assert_true(test_reaches(world.sim[0], 0, dom, 1, 1));
            assert_true(test_reaches(world.sim[0], last, dom, 1, 1));
            if ( last > 1 )
                assert_true(test_aborts(world.sim[0], last - 1, 1, 1));

            assert_null(world_dev_sids(0, false, &r, 1, &rc));
            assert_int_equal(rc, -ENOSPC);
            assert_logged("STREAM_RANGE");
            assert_true(test_aborts(world.sim[0], last + 1, 1, 1));
            assert_int_equal(host_complaints, 0);
        }
}

/* More streams than a table of modest size holds: said, not wrapped. */
static void huge_sids(void **state)
{
    unsigned int two;

    for ( two = 0; two < 2; two++ )
    {
        struct sim_id id = sim_id_good();
        struct smmu_range r = { 0xffffffff, 1 };
        struct world_dom *dom;
        int rc;

        world_reset(1, false);
        id.idr1 = (id.idr1 & ~0x3f) | 32;
        if ( !two )
            id.idr0 &= ~SIM_IDR0_ST_LEVEL;
        assert_int_equal(world_unit(&id, SIM_NASTY, true), 0);
        dom = world_create(0, 1);
        world_map(dom, 0, 0);
        assert_int_equal(world_attach(dom, world_dev(0, 7)), 0);
        assert_true(test_reaches(world.sim[0], 7, dom, 0, 0));
        assert_null(world_dev_sids(0, false, &r, 1, &rc));
        assert_int_equal(rc, -ENOSPC);
        r.first = 0xfffffff0;
        r.count = 0x20;                 /* wraps */
        assert_null(world_dev_sids(0, false, &r, 1, &rc));
        assert_int_equal(rc, -ENOSPC);
        r.first = 1;
        r.count = 0;
        assert_null(world_dev_sids(0, false, &r, 1, &rc));
        assert_int_equal(rc, -ENOSPC);
        assert_true(test_aborts(world.sim[0], 0xffffffff, 0, 0));
        assert_int_equal(host_complaints, 0);
    }
}

/* An invalid L1 descriptor may sit in the cache when its table arrives. */
static void invalid_l1_cached(void **state)
{
    struct sim *s = world_good(SIM_NASTY & ~SIM_EVICT);
    struct world_dom *dom = world_create(0, 1);
    unsigned int i;

    world_map(dom, 0, 0);
    for ( i = 0; i < 8; i++ )
        assert_true(test_aborts(s, 0x1203, 0, 0));
    assert_int_equal(world_attach(dom, world_dev(0, 0x1203)), 0);
    assert_true(test_reaches(s, 0x1203, dom, 0, 0));
}

/* -- who owns a stream ---------------------------------------------------- */

static void claimed_twice(void **state)
{
    struct smmu_range r[2] = { { 0x20, 4 }, { 0x80, 1 } };
    struct smmu_range again[2] = { { 0x900, 1 }, { 0x23, 1 } };
    struct sim *s = world_good(SIM_NASTY);
    struct world_dev *dev;
    struct world_dom *dom;
    int rc;

    assert_non_null(world_dev_sids(0, false, r, 2, &rc));
    assert_null(world_dev_sids(0, false, again, 2, &rc));
    assert_int_equal(rc, -EBUSY);
    assert_logged("0x23");
    assert_logged("/dev@0,20");
    assert_logged("/dev@0,900");
    assert_logged("STREAM_TAKEN");
    /* The refused one left nothing behind. */
    again[1].first = 0x24;
    assert_non_null(world_dev_sids(0, false, again, 2, &rc));
    /* Its own streams twice. */
    again[0].first = again[1].first = 0x777;
    dev = world_dev_sids(0, false, again, 2, &rc);
    if ( dev )                          /* odd, but nobody else's */
    {
        dom = world_create(0, 1);
        world_map(dom, 0, 0);
        assert_int_equal(world_attach(dom, dev), 0);
        assert_true(test_reaches(s, 0x777, dom, 0, 0));
        assert_int_equal(world_stop(dom), 0);
        assert_true(test_aborts(s, 0x777, 0, 0));
    }
}

static void several_streams(void **state)
{
    struct smmu_range r[3] = { { 0x10, 3 }, { 0x300, 2 }, { 0xfe, 4 } };
    struct sim *s = world_good(SIM_NASTY);
    struct world_dom *dom = world_create(0, 0);
    struct world_dev *dev;
    unsigned int i, k;
    int rc;

    dev = world_dev_sids(0, false, r, 3, &rc);
    world_map(dom, 0, 0);
    assert_int_equal(world_attach(dom, dev), 0);
    for ( i = 0; i < 3; i++ )
        for ( k = 0; k < r[i].count; k++ )
            assert_true(test_reaches(s, r[i].first + k, dom, 0, 0));
    assert_true(test_aborts(s, 0x13, 0, 0));
    assert_true(test_aborts(s, 0x102, 0, 0));
    assert_int_equal(world_detach(dev), 0);
    for ( i = 0; i < 3; i++ )
        for ( k = 0; k < r[i].count; k++ )
            assert_true(test_aborts(s, r[i].first + k, 0, 0));
}

/* dom0's host bridge owns all buses; a guest's device is taken out of them. */
static void carved(bool two_level, bool snoops)
{
    struct sim_id id = sim_id_good();
    struct smmu_range all = { 0, 0x8000 }, one = { 0x210, 1 };
    struct world_dom *dom0, *guest;
    struct world_dev *bridge, *dev;
    struct sim *s;
    int rc;

    world_reset(1, false);
    if ( !two_level )
        id.idr0 &= ~SIM_IDR0_ST_LEVEL;
    assert_int_equal(world_unit(&id, SIM_NASTY & ~SIM_EVICT, snoops), 0);
    s = world.sim[0];
    dom0 = world_create(0, 1);
    guest = world_create(1, 1);
    world_map(dom0, 0, 0);
    world_map(guest, 0, 0);

    bridge = world_dev_sids(0, true, &all, 1, &rc);
    assert_non_null(bridge);
    assert_int_equal(world_attach(dom0, bridge), 0);
    assert_true(test_reaches(s, 0x0, dom0, 0, 0));
    assert_true(test_reaches(s, 0x210, dom0, 0, 0));
    assert_true(test_reaches(s, 0x211, dom0, 0, 0));
    assert_true(test_reaches(s, 0x7fff, dom0, 0, 0));

    /* Taken out: aborts from here on; its neighbours go on. */
    dev = world_dev_sids(0, false, &one, 1, &rc);
    assert_non_null(dev);
    assert_true(test_aborts(s, 0x210, 0, 0));
    assert_true(test_reaches(s, 0x211, dom0, 0, 0));
    assert_true(test_reaches(s, 0x310, dom0, 0, 0));

    assert_int_equal(world_attach(guest, dev), 0);
    assert_true(test_reaches(s, 0x210, guest, 0, 0));
    assert_true(test_reaches(s, 0x211, dom0, 0, 0));
    assert_true(test_reaches(s, 0x310, dom0, 0, 0));

    /* What happens to the bridge leaves the guest alone, and back. */
    assert_int_equal(world_detach(bridge), 0);
    assert_true(test_reaches(s, 0x210, guest, 0, 0));
    assert_true(test_aborts(s, 0x211, 0, 0));
    assert_true(test_aborts(s, 0x310, 0, 0));
    assert_int_equal(world_attach(dom0, bridge), 0);
    assert_true(test_reaches(s, 0x210, guest, 0, 0));
    assert_true(test_reaches(s, 0x211, dom0, 0, 0));
    assert_int_equal(world_detach(dev), 0);
    assert_true(test_aborts(s, 0x210, 0, 0));
    assert_true(test_reaches(s, 0x211, dom0, 0, 0));
    assert_int_equal(host_complaints, 0);
}

static void carved_two_level(void **state)  { carved(true, true); }
static void carved_not_coherent(void **state) { carved(true, false); }
static void carved_linear(void **state)     { carved(false, true); }

/* The other way round: the device is known before the bridge. */
static void bridge_later(void **state)
{
    struct smmu_range all = { 0, 0x8000 };
    struct sim *s = world_good(SIM_NASTY);
    struct world_dom *dom0 = world_create(0, 1), *guest = world_create(1, 1);
    struct world_dev *dev = world_dev(0, 0x210), *bridge;
    int rc;

    world_map(dom0, 0, 0);
    world_map(guest, 0, 0);
    assert_int_equal(world_attach(guest, dev), 0);
    bridge = world_dev_sids(0, true, &all, 1, &rc);
    assert_non_null(bridge);
    assert_true(test_reaches(s, 0x210, guest, 0, 0));
    assert_true(test_aborts(s, 0x211, 0, 0));
    assert_int_equal(world_attach(dom0, bridge), 0);
    assert_true(test_reaches(s, 0x210, guest, 0, 0));
    assert_true(test_reaches(s, 0x211, dom0, 0, 0));
    assert_true(test_reaches(s, 0x411, dom0, 0, 0));
}

/* A bridge is not worth a table a bus: 65,536 streams of one STE. */
static void bridge_is_cheap(void **state)
{
    struct smmu_range all = { 0, 0x10000 };
    unsigned int before;
    int rc;

    world_good(SIM_NASTY);
    before = host_pages_used(FRAME_DRIVER);
    assert_non_null(world_dev_sids(0, true, &all, 1, &rc));
    assert_in_range(host_pages_used(FRAME_DRIVER) - before, 1, 8);
}

/*
 * A bridge that could not be set up leaves nothing behind: two devices on two
 * of its buses must not come to share a stream table entry.
 */
static void bridge_failed(void **state)
{
    struct smmu_range all = { 0, 0x8000 };
    unsigned int n;
    int rc = -1;

    for ( n = 1; rc; n++ )
    {
        struct world_dom *a, *b;
        struct world_dev *x, *y;
        struct sim *s;

        assert_true(n < 10);
        world_reset(1, false);
        s = world_good(SIM_NASTY);
        host_fail_alloc(n);
        if ( world_dev_sids(0, true, &all, 1, &rc) )
            break;
        host_fail_alloc(0);
        a = world_create(0, 1);
        b = world_create(1, 1);
        world_map(a, 0, 0);
        world_map(b, 0, 0);
        x = world_dev(0, 0x110);
        y = world_dev(0, 0x210);
        assert_int_equal(world_attach(a, x), 0);
        assert_true(test_aborts(s, 0x210, 0, 0));
        assert_int_equal(world_attach(b, y), 0);
        assert_true(test_reaches(s, 0x110, a, 0, 0));
        assert_true(test_reaches(s, 0x210, b, 0, 0));
        assert_true(test_aborts(s, 0x310, 0, 0));
    }
    assert_true(n > 2 || test_is(&sim_v2));     /* v2: the device alone */
}

/* The same when its sync never comes. */
static void bridge_not_acknowledged(void **state)
{
    struct smmu_range all = { 0, 0x8000 };
    struct sim *s = world_good(SIM_NASTY);
    struct world_dom *a = world_create(0, 1), *b = world_create(1, 1);
    int rc;

    sim_fail(1, SIM_DONE_SYNC, false);
    assert_null(world_dev_sids(0, true, &all, 1, &rc));
    assert_int_equal(rc, -ETIMEDOUT);
    sim_revive(s);
    world_map(a, 0, 0);
    world_map(b, 0, 0);
    assert_int_equal(world_attach(a, world_dev(0, 0x110)), 0);
    assert_true(test_aborts(s, 0x210, 0, 0));
    assert_int_equal(world_attach(b, world_dev(0, 0x210)), 0);
    assert_true(test_reaches(s, 0x110, a, 0, 0));
    assert_true(test_reaches(s, 0x210, b, 0, 0));
}

static void removed(void **state)
{
    struct sim *s = world_good(SIM_NASTY);
    struct world_dom *dom = world_create(0, 1);
    struct world_dev *dev = world_dev(0, 0x44);
    uint64_t live = host_counts.live;

    world_map(dom, 0, 0);
    assert_int_equal(world_attach(dom, dev), 0);
    assert_int_equal(smmu_device_remove(dev->dev), -EBUSY);
    assert_true(test_reaches(s, 0x44, dom, 0, 0));
    assert_int_equal(world_detach(dev), 0);
    assert_int_equal(smmu_device_remove(dev->dev), 0);
    assert_true(test_aborts(s, 0x44, 0, 0));
    dev = world_dev(0, 0x44);
    assert_int_equal(world_attach(dom, dev), 0);
    assert_true(test_reaches(s, 0x44, dom, 0, 0));
    assert_int_equal(host_counts.live, live + 1);   /* the link */
}

/* -- domains and devices -------------------------------------------------- */

static void reassigned(void **state)
{
    struct sim *s = world_good(SIM_NASTY & ~SIM_EVICT);
    struct world_dom *a = world_create(0, 1), *b = world_create(1, 2);
    struct world_dev *dev = world_dev(0, 8);

    world_map(a, 0, 0);
    world_map(b, 0, 0);
    assert_int_equal(world_attach(a, dev), 0);
    assert_true(test_reaches(s, 8, a, 0, 0));
    assert_int_equal(smmu_attach(b->d, dev->dev), -EBUSY);
    assert_int_equal(smmu_detach(b->d, dev->dev), -ENODEV);
    assert_true(test_reaches(s, 8, a, 0, 0));
    assert_int_equal(world_detach(dev), 0);
    assert_int_equal(smmu_detach(a->d, dev->dev), -ENODEV);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_int_equal(world_attach(b, dev), 0);
    assert_true(test_reaches(s, 8, b, 0, 0));
    assert_int_equal(world_detach(dev), 0);
    assert_int_equal(world_attach(a, dev), 0);
    assert_true(test_reaches(s, 8, a, 0, 0));
}

/* Same address, two guests: each reaches its own. */
static void two_guests(void **state)
{
    struct sim *s = world_good(SIM_NASTY);
    struct world_dom *a = world_create(0, 1), *b = world_create(1, 1);
    unsigned int i;

    world_map(a, 0, 0);
    world_map(b, 0, 0);
    assert_int_equal(world_attach(a, world_dev(0, 8)), 0);
    assert_int_equal(world_attach(b, world_dev(0, 16)), 0);
    for ( i = 0; i < 50; i++ )
    {
        assert_true(test_reaches(s, 8, a, 0, 0));
        assert_true(test_reaches(s, 16, b, 0, 0));
    }
}

static void stopped(void **state)
{
    struct sim *s = world_good(SIM_NASTY);
    struct world_dom *dom = world_create(0, 1), *other = world_create(1, 1);
    struct world_dev *x = world_dev(0, 8), *y = world_dev(0, 9);
    struct world_dev *z = world_dev(0, 10);

    world_map(dom, 0, 0);
    world_map(other, 0, 0);
    assert_int_equal(world_attach(dom, x), 0);
    assert_int_equal(world_attach(dom, y), 0);
    assert_int_equal(world_attach(other, z), 0);
    assert_int_equal(world_stop(dom), 0);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_aborts(s, 9, 0, 0));
    assert_true(test_reaches(s, 10, other, 0, 0));
    assert_int_equal(world_stop(dom), 0);
    assert_int_equal(world_detach(x), 0);
    assert_true(world_attach(dom, x) < 0);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_int_equal(world_destroy(dom), 0);
    assert_int_equal(world_attach(other, x), 0);
    assert_true(test_reaches(s, 8, other, 0, 0));
}

/* In flight when the domain stops: they land before its pages go. */
static void stop_waits(void **state)
{
    struct sim *s = world_good(SIM_NASTY & ~SIM_EVICT);
    struct world_dom *dom = world_create(0, 1);
    struct sim_txn *t;
    unsigned int i;

    world_map(dom, 0, 0);
    assert_int_equal(world_attach(dom, world_dev(0, 8)), 0);
    assert_true(test_reaches(s, 8, dom, 0, 0));
    t = sim_dma_begin(s, 8, world_ipa(0, 0), true);
    for ( i = 0; t->state != TXN_LAND && i < 20; i++ )
        sim_txn_step(s, t);
    assert_int_equal(t->state, TXN_LAND);
    assert_int_equal(world_stop(dom), 0);
    assert_int_equal(t->state, TXN_LANDED);
}

static void vmids_run_out(void **state)
{
    struct sim *s = world_good(SIM_NASTY);
    static struct smmu_domain *d[256];
    struct smmu_device *dev[256];
    struct world_dom *dom;
    unsigned int i, n;
    uint64_t vmall;

    world_create(0, 1);
    for ( n = 0; n < 256; n++ )
    {
        struct smmu_range r = { n, 1 };

        assert_int_equal(smmu_device_add(&world.unit[0], "/d", false, &r, 1,
                                         &dev[n]), 0);
        d[n] = smmu_domain_create(100 + n, &world.dom[0].s2);
        if ( smmu_attach(d[n], dev[n]) )
            break;
    }
    assert_int_equal(n, 255);           /* 1 to 255 */
    assert_int_equal(smmu_attach(d[n], dev[n]), -ENOSPC);
    assert_logged("NO_VMID");
    smmu_domain_destroy(d[n]);

    /* One goes, and its VMID is good again: after an invalidation. */
    assert_int_equal(smmu_domain_stop(d[7]), 0);
    assert_int_equal(smmu_detach(d[7], dev[7]), 0);
    smmu_domain_destroy(d[7]);
    vmall = s->nr_vmall;
    dom = world_create(1, 1);
    world_map(dom, 0, 0);
    assert_int_equal(smmu_attach(dom->d, dev[7]), 0);
    assert_int_equal(s->nr_vmall, vmall + 1);
    assert_true(test_reaches(s, 7, dom, 0, 0));
    for ( i = 0; i < 255; i++ )
        if ( i != 7 )
        {
            assert_int_equal(smmu_detach(d[i], dev[i]), 0);
            smmu_domain_destroy(d[i]);
        }
}

/* -- unmap ---------------------------------------------------------------- */

static void unmapped(void **state)
{
    struct sim *s = world_good(SIM_NASTY & ~SIM_EVICT);
    struct world_dom *dom = world_create(0, 1);

    world_map(dom, 0, 0);
    world_map(dom, 0, 1);
    world_map_block(dom, 1);
    assert_int_equal(world_attach(dom, world_dev(0, 8)), 0);
    assert_true(test_aborts(s, 8, 2, 0));           /* never mapped */
    assert_true(test_reaches(s, 8, dom, 0, 0));
    assert_int_equal(sim_dma(s, 8, world_ipa(1, 7), true), TXN_LANDED);
    assert_int_equal(world_unmap(dom, 0, 0), 0);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_reaches(s, 8, dom, 0, 1));
    assert_int_equal(world_unmap_area(dom, 1), 0);
    assert_true(test_aborts(s, 8, 1, 7));
    assert_int_equal(world_unmap_area(dom, 0), 0);  /* its table page too */
    assert_true(test_aborts(s, 8, 0, 1));
    world_map(dom, 0, 1);
    assert_true(test_reaches(s, 8, dom, 0, 1));
}

/* In flight when the page goes: it lands before. */
static void flush_waits(void **state)
{
    struct sim *s = world_good(SIM_NASTY & ~SIM_EVICT);
    struct world_dom *dom = world_create(0, 1);
    struct sim_txn *t;
    unsigned int i;

    world_map(dom, 0, 0);
    assert_int_equal(world_attach(dom, world_dev(0, 8)), 0);
    assert_true(test_reaches(s, 8, dom, 0, 0));
    t = sim_dma_begin(s, 8, world_ipa(0, 0), true);
    for ( i = 0; t->state != TXN_LAND && i < 20; i++ )
        sim_txn_step(s, t);
    assert_int_equal(t->state, TXN_LAND);
    assert_int_equal(world_unmap(dom, 0, 0), 0);
    assert_int_equal(t->state, TXN_LANDED);
}

static void added_only(void **state)
{
    struct world_dom *dom;
    struct test_cost b, c;
    uint64_t wmb;
    unsigned int i;

    world_good(SIM_NASTY);
    dom = world_create(0, 1);
    assert_int_equal(world_attach(dom, world_dev(0, 8)), 0);
    b = test_now();
    wmb = host_counts.wmb;
    for ( i = 0; i < SLOTS; i++ )
        world_map(dom, 0, i);
    c = test_cost_since(&b);
    assert_int_equal(c.cmds, 0);
    assert_int_equal(c.mmio, 0);
    assert_int_equal(host_counts.wmb, wmb);
}

/* A link without streams: debt, free of charge, retired before it opens. */
static void debt(void **state)
{
    struct sim *s = world_good(SIM_NASTY & ~SIM_EVICT);
    struct world_dom *dom = world_create(0, 1);
    struct world_dev *dev = world_dev(0, 8);
    struct test_cost b, c;
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
        world_map(dom, 0, i);
    assert_int_equal(world_attach(dom, dev), 0);
    for ( i = 0; i < SLOTS; i++ )
        assert_true(test_reaches(s, 8, dom, 0, i));     /* warm */
    assert_int_equal(world_detach(dev), 0);

    b = test_now();
    for ( i = 0; i < SLOTS - 1; i++ )
        assert_int_equal(world_unmap(dom, 0, i), 0);
    c = test_cost_since(&b);
    assert_int_equal(c.cmds, 0);
    assert_int_equal(c.mmio, 0);

    b = test_now();
    assert_int_equal(world_attach(dom, dev), 0);
    c = test_cost_since(&b);
    assert_int_equal(c.tlbi, 1);
    for ( i = 0; i < SLOTS - 1; i++ )
        assert_true(test_aborts(s, 8, 0, i));
    assert_true(test_reaches(s, 8, dom, 0, SLOTS - 1));

    /* No debt, no invalidation. */
    assert_int_equal(world_detach(dev), 0);
    b = test_now();
    assert_int_equal(world_attach(dom, dev), 0);
    c = test_cost_since(&b);
    assert_int_equal(c.tlbi, test_streams(1));
}

/* A domain that never had a device: nothing to flush anywhere. */
static void no_link(void **state)
{
    struct world_dom *dom;
    struct test_cost b, c;

    world_good(SIM_NASTY);
    dom = world_create(0, 1);
    world_map(dom, 0, 0);
    b = test_now();
    assert_int_equal(world_unmap(dom, 0, 0), 0);
    assert_int_equal(world_destroy(dom), 0);
    c = test_cost_since(&b);
    assert_int_equal(c.mmio, 0);
}

static void several_units(void **state)
{
    struct world_dom *dom;
    struct world_dev *dev[3];
    struct test_cost b, c;
    unsigned int i;

    for ( i = 0; i < 3; i++ )
        world_good(SIM_NASTY & ~SIM_EVICT);
    dom = world_create(0, 1);
    for ( i = 0; i < 3; i++ )
    {
        dev[i] = world_dev(i, 5);       /* the same ID on each */
        assert_int_equal(world_attach(dom, dev[i]), 0);
    }
    world_map(dom, 0, 0);
    for ( i = 0; i < 3; i++ )
        assert_true(test_reaches(world.sim[i], 5, dom, 0, 0));
    b = test_now();
    assert_int_equal(world_unmap(dom, 0, 0), 0);
    c = test_cost_since(&b);
    assert_int_equal(c.tlbi, 3);
    assert_int_equal(c.syncs, 3);
    assert_int_equal(c.cmds, 6);
    assert_int_equal(c.writes, test_is(&sim_v3) ? 3 : 6);
    for ( i = 0; i < 3; i++ )
        assert_true(test_aborts(world.sim[i], 5, 0, 0));

    /* One sleeps: the others' flush does not touch it. */
    assert_int_equal(world_detach(dev[1]), 0);
    world_map(dom, 0, 0);
    b = test_now();
    assert_int_equal(world_unmap(dom, 0, 0), 0);
    c = test_cost_since(&b);
    assert_int_equal(c.tlbi, 2);
    assert_int_equal(c.cmds, 4);
    assert_int_equal(world.unit[1].index, 1);
    assert_int_equal(world.unit[2].index, 2);
}

/* What each operation costs, in commands and register writes. */
static void costs(void **state)
{
    struct sim *s = world_good(0);      /* kind: polls once */
    struct world_dom *dom = world_create(0, 1), *first = world_create(1, 1);
    struct world_dev *dev = world_dev(0, 8), *dev_first = world_dev(0, 9);
    struct test_cost b, c;

    world_map(dom, 0, 0);
    b = test_now();
    assert_int_equal(world_attach(first, dev_first), 0);
    c = test_cost_since(&b);
    print_message("# attach, parked: %lu commands, %lu syncs, %lu register accesses\n",
                  c.cmds, c.syncs, c.mmio);
    assert_int_equal(c.cfgi, 1);
    assert_int_equal(c.syncs, 1);
    assert_int_equal(c.cmds, 2);
    assert_in_range(c.mmio, 4, 5);

    b = test_now();
    assert_int_equal(world_attach(dom, dev), 0);
    c = test_cost_since(&b);
    print_message("# attach: %lu commands, %lu syncs, %lu register accesses\n",
                  c.cmds, c.syncs, c.mmio);
    assert_int_equal(c.cfgi, 2);
    assert_int_equal(c.syncs, 2);
    assert_int_equal(c.cmds, 4);
    assert_in_range(c.mmio, 4, 6);

    assert_true(test_reaches(s, 8, dom, 0, 0));
    b = test_now();
    assert_int_equal(world_unmap(dom, 0, 0), 0);
    c = test_cost_since(&b);
    print_message("# flush: %lu commands, %lu register accesses\n", c.cmds,
                  c.mmio);
    assert_int_equal(c.tlbi, 1);
    assert_int_equal(c.cfgi, 0);
    assert_int_equal(c.cmds, 2);
    assert_in_range(c.mmio, 2, 3);

    b = test_now();
    assert_int_equal(world_stop(dom), 0);
    c = test_cost_since(&b);
    print_message("# quiesce: %lu commands, %lu register accesses\n", c.cmds,
                  c.mmio);
    assert_int_equal(c.tlbi, 0);
    assert_int_equal(c.cfgi, 1);
    assert_int_equal(c.cmds, 2);
    assert_in_range(c.mmio, 2, 3);
}

/* Round a queue of 16 entries a thousand times. */
static void queue_wraps(void **state)
{
    struct sim_id id = sim_id_good();
    struct world_dom *dom;
    struct sim *s;
    unsigned int i;

    id.idr1 = (id.idr1 & ~(31U << 21)) | SIM_IDR1_CMDQS(4);
    assert_int_equal(world_unit(&id, SIM_NASTY, true), 0);
    s = world.sim[0];
    dom = world_create(0, 1);
    assert_int_equal(world_attach(dom, world_dev(0, 8)), 0);
    for ( i = 0; i < 8000; i++ )
    {
        world_map(dom, 0, i % SLOTS);
        if ( i % 7 == 0 )
            assert_true(test_reaches(s, 8, dom, 0, i % SLOTS));
        assert_int_equal(world_unmap(dom, 0, i % SLOTS), 0);
    }
    assert_true(s->nr_cmds > 16000);
    assert_int_equal(world.unit[0].nr_commands, s->nr_cmds);
    assert_int_equal(world.unit[0].nr_syncs, s->nr_sync);
}

/* More streams than a small queue holds commands. */
static void many_streams(void **state)
{
    struct sim_id id = sim_id_good();
    struct smmu_range r[100];
    struct world_dom *dom;
    struct smmu_device *dev;
    unsigned int i;

    id.idr1 = (id.idr1 & ~(31U << 21)) | SIM_IDR1_CMDQS(4);
    id.iidr = 0x4870043b;
    assert_int_equal(world_unit(&id, SIM_NASTY, false), 0);
    dom = world_create(0, 1);
    world_map(dom, 0, 0);
    for ( i = 0; i < 100; i++ )
        r[i] = (struct smmu_range){ i * 601 % 65536, 1 };
    assert_int_equal(smmu_device_add(&world.unit[0], "/many", false, r, 100,
                                     &dev), 0);
    assert_int_equal(smmu_attach(dom->d, dev), 0);
    for ( i = 0; i < 100; i++ )
        assert_true(test_reaches(world.sim[0], r[i].first, dom, 0, 0));
    assert_int_equal(world_stop(dom), 0);
    for ( i = 0; i < 100; i++ )
        assert_true(test_aborts(world.sim[0], r[i].first, 0, 0));
    assert_int_equal(smmu_detach(dom->d, dev), 0);
}

/* What an endpoint calls translated does not pass. */
static void ats(void **state)
{
    struct sim_id id = sim_id_good();
    struct world_dom *dom;

    id.idr0 |= SIM_IDR0_ATS;
    assert_int_equal(world_unit(&id, SIM_NASTY, true), 0);
    dom = world_create(0, 1);
    world_map(dom, 0, 0);
    assert_int_equal(world_attach(dom, world_dev(0, 8)), 0);
    assert_int_equal(sim_dma_ats(world.sim[0], 8, dom->page[0][0]),
                     TXN_ABORTED);
    assert_int_equal(sim_dma_ats(world.sim[0], 99, dom->page[0][0]),
                     TXN_ABORTED);
}

/* Nothing is kept once all is gone. */
static void no_leaks(void **state)
{
    struct world_dev *dev;
    uint64_t live;
    unsigned int i;

    world_good(SIM_NASTY);
    dev = world_dev(0, 8);
    live = host_counts.live;
    for ( i = 0; i < 20; i++ )
    {
        struct world_dom *dom = world_create(0, i % 3);

        world_map(dom, 1, 1);
        assert_int_equal(world_attach(dom, dev), 0);
        assert_int_equal(world_destroy(dom), 0);
    }
    assert_int_equal(host_counts.live, live);
    assert_int_equal(host_pages_used(FRAME_TABLE), 0);
    assert_int_equal(host_pages_used(FRAME_DATA), 1);   /* the junk's */
    assert_int_equal(smmu_unit_users(&world.unit[0]), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = { T(claimed_twice),
        T(several_streams), T(carved_two_level), T(carved_not_coherent), T(bridge_later),
        T(bridge_failed), T(bridge_not_acknowledged), T(removed),
        T(reassigned), T(two_guests), T(stopped), T(stop_waits), T(unmapped), T(flush_waits), T(added_only), T(debt),
        T(no_link), T(several_units), T(no_leaks),
    };
    const struct CMUnitTest v3[] = {
        T(good_unit), T(deaf_to_broadcasts), T(enable_order), T(refused),
        T(accepted), T(tables), T(huge_sids), T(invalid_l1_cached),
        T(carved_linear), T(bridge_is_cheap), T(vmids_run_out), T(costs),
        T(queue_wraps), T(many_streams), T(ats),
    };

    return test_run(tests, v3);
}
