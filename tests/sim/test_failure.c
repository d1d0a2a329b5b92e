/* SPDX-License-Identifier: GPL-2.0-only */
/* When the hardware does not answer: DESIGN 5. */
#include "test.h"

static struct sim *s;
static struct world_dom *a, *b, *asleep;
static struct world_dev *dev_a, *dev_b, *dev_asleep;

/* Two live domains, and one whose only device was taken away again. */
static int three_domains(void **state)
{
    world_reset(1, false);
    s = world_good(SIM_NASTY & ~SIM_EVICT);
    a = world_create(0, 1);
    b = world_create(1, 1);
    asleep = world_create(2, 1);
    dev_a = world_dev(0, 8);
    dev_b = world_dev(0, 16);
    dev_asleep = world_dev(0, 24);
    world_map(a, 0, 0);
    world_map(a, 0, 1);
    world_map(b, 0, 0);
    world_map(asleep, 0, 0);
    if ( world_attach(a, dev_a) || world_attach(b, dev_b) ||
         world_attach(asleep, dev_asleep) )
        return -1;
    if ( !test_reaches(s, 24, asleep, 0, 0) || world_detach(dev_asleep) ||
         !test_reaches(s, 8, a, 0, 0) || !test_reaches(s, 16, b, 0, 0) )
        return -1;
    host_log_clear();

    return 0;
}

/* The whole unit aborts, for good, and its registers are left alone. */
static void assert_failed(const char *reason)
{
    struct smmu_unit *u = &world.unit[0];
    uint64_t mmio;

    sim_settle();
    assert_true(smmu_unit_failed(u));
    assert_logged("FAILED");
    assert_logged(reason);
    assert_int_equal(host_log_count("FAILED"), 1);
    assert_int_equal(smmu_unit_users(u), 0);
    assert_false(smmu_unit_get(u));
    assert_true(test_aborts(s, 8, 0, 1));
    assert_true(test_aborts(s, 16, 0, 0));
    assert_true(test_aborts(s, 99, 0, 0));

    mmio = s->nr_mmio;
    assert_int_equal(world_attach(asleep, dev_asleep), -EIO);
    smmu_dump();
    assert_int_equal(s->nr_mmio, mmio);
}

/* Who was blocked before it failed is not concerned. */
static void assert_asleep_fine(void)
{
    assert_int_equal(world_unmap(asleep, 0, 0), 0);
    assert_false(smmu_domain_quarantined(asleep->d));
    assert_int_equal(world_destroy(asleep), 0);
}

/* Not confirmed that its streams were cut off: nothing of it comes back. */
static void assert_quarantined(struct world_dom *dom)
{
    assert_int_equal(smmu_flush(dom->d, 0, ~0ULL, true), -EIO);
    assert_int_equal(world_stop(dom), -EIO);
    assert_true(smmu_domain_quarantined(dom->d));
    assert_logged("quarantined");
}

static void illegal_command(void **state)
{
    sim_fail_command(1, 1);
    assert_int_equal(world_unmap(a, 0, 0), -EIO);
    assert_failed("CMDQ_ERROR");
    assert_quarantined(a);
    assert_quarantined(b);              /* was live: nobody knows any more */
    assert_true(world_detach(dev_a) < 0);
    assert_asleep_fine();
}

static void fetch_abort(void **state)
{
    sim_fail_command(1, 2);
    assert_int_equal(world_unmap(a, 0, 0), -EIO);
    assert_failed("CMDQ_ERROR");
    assert_quarantined(a);
    assert_asleep_fine();
}

/* CERROR at the command that is a SYNC. */
static void illegal_sync(void **state)
{
    sim_fail_command(2, 1);
    assert_int_equal(world_unmap(a, 0, 0), -EIO);
    assert_failed("CMDQ_ERROR");
    assert_quarantined(a);
    assert_asleep_fine();
}

static void assert_all_lost(void)
{
    assert_failed("SERVICE_FAILURE");
    assert_int_equal(world_unmap(a, 0, 1), -EIO);
    assert_quarantined(a);
    assert_quarantined(b);
    assert_asleep_fine();
}

static void service_failure(void **state)
{
    world_break(0);
    assert_all_lost();
}

static void event_abort(void **state)
{
    sim_raise(s, 1U << 2);
    assert_all_lost();
}

/* Nobody touched it since: stop and detach find out by themselves. */
static void stop_after_failure(void **state)
{
    world_break(0);
    assert_failed("SERVICE_FAILURE");
    assert_int_equal(world_stop(a), -EIO);
    assert_int_equal(world_detach(dev_b), -EIO);
    assert_true(smmu_domain_quarantined(b->d));
    assert_int_equal(world_stop(b), -EIO);
    assert_asleep_fine();
}

/* A GERROR that is harmless is acknowledged, and that is all. */
static void harmless_error(void **state)
{
    sim_raise(s, 1U << 7);              /* a lost MSI */
    sim_settle();
    assert_int_equal(s->gerror, s->gerrorn);
    assert_false(smmu_unit_failed(&world.unit[0]));
    assert_true(test_reaches(s, 8, a, 0, 0));
    assert_int_equal(world_unmap(a, 0, 0), 0);
    sim_raise(s, 1U << 7);
    sim_settle();
    assert_int_equal(s->gerror, s->gerrorn);
}

/* The sync never comes, nor does the one behind the abort. */
static void dead_queue(void **state)
{
    uint64_t before = host_time_ns;

    sim_fail(1, SIM_DONE_SYNC, false);
    assert_int_not_equal(world_unmap(a, 0, 0), 0);
    assert_in_range(host_time_ns - before, 500000000, 5000000000ULL);
    assert_failed("SYNC_TIMEOUT");
    assert_quarantined(a);
    assert_quarantined(b);
    assert_asleep_fine();
}

/* Even the last resort is not acknowledged: said, and treated alike. */
static void dead_unit(void **state)
{
    sim_fail(1, SIM_DONE_SYNC, false);
    s->ack_dead = s->gbpa_dead = true;
    assert_int_not_equal(world_unmap(a, 0, 0), 0);
    sim_settle();
    assert_true(smmu_unit_failed(&world.unit[0]));
    assert_logged("not acknowledged");
    assert_quarantined(a);
    assert_quarantined(b);
    assert_asleep_fine();
}

static void revive_when_cut_off(void)
{
    if ( host_log_find("cut off") )
        sim_revive(s);
}

/* The sync is late, the abort is confirmed: a sleeps with its debt. */
static void late_sync(void **state)
{
    struct test_cost base;
    uint64_t page = a->page[0][0];

    sim_fail(1, SIM_DONE_SYNC, false);
    host_other_cpu = revive_when_cut_off;
    assert_int_equal(world_unmap(a, 0, 0), -ETIMEDOUT);
    host_other_cpu = NULL;
    assert_false(smmu_unit_failed(&world.unit[0]));
    assert_false(smmu_domain_quarantined(a->d));
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_aborts(s, 8, 0, 1));
    assert_true(test_reaches(s, 16, b, 0, 0));

    /* Blocked: what it unmaps now is free at once, and costs nothing. */
    base = test_now();
    assert_int_equal(world_unmap(a, 0, 1), 0);
    assert_int_equal(test_cost_since(&base).mmio, 0);
    /* The page whose flush failed, too: the domain can be stopped. */
    assert_int_equal(world_stop(a), 0);
    host_page_free(page);
    assert_int_equal(world_destroy(a), 0);

    /* Neighbours live, syncs count right. */
    assert_int_equal(world_unmap(b, 0, 0), 0);
    assert_true(test_aborts(s, 16, 0, 0));
    assert_int_equal(world.unit[0].nr_syncs, s->nr_sync);
}

/* Back to life after a late sync: only after the debt was flushed. */
static void late_sync_then_attach(void **state)
{
    uint64_t page = a->page[0][0], tlbi;

    sim_fail(1, SIM_DONE_SYNC, false);
    host_other_cpu = revive_when_cut_off;
    assert_int_equal(world_unmap(a, 0, 0), -ETIMEDOUT);
    host_other_cpu = NULL;
    host_page_free(page);               /* blocked: DESIGN 2 */
    assert_int_equal(world_detach(dev_a), 0);
    tlbi = s->nr_tlbi;
    assert_int_equal(world_attach(a, dev_a), 0);
    assert_int_equal(s->nr_tlbi, tlbi + 1 + test_streams(1));
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_reaches(s, 8, a, 0, 1));
}

static unsigned int polls;
static void revive_late(void)
{
    if ( host_log_find("cut off") && ++polls > 3 )
        sim_revive(s);
}

/*
 * The completion of a sync that was given up on arrives while the next one is
 * awaited.  It is not the next one's.
 */
static void late_completion(void **state)
{
    uint64_t syncs = s->nr_sync;

    polls = 0;
    sim_fail(1, SIM_DONE_SYNC, false);
    host_other_cpu = revive_late;
    assert_int_equal(world_unmap(a, 0, 0), -ETIMEDOUT);
    host_other_cpu = NULL;
    assert_false(smmu_domain_quarantined(a->d));
    /* Two were queued; both have completed before the abort counts. */
    assert_int_equal(s->nr_sync, syncs + 2);
    assert_true(test_aborts(s, 8, 0, 1));
}

/* Quiescing fails: the domain is a zombie, the unit is off, dom0 goes on. */
static void stop_times_out(void **state)
{
    sim_fail(1, SIM_DONE_SYNC, false);
    assert_int_equal(world_stop(a), -EIO);
    assert_failed("SYNC_TIMEOUT");
    assert_int_equal(world_stop(a), -EIO);
    assert_quarantined(b);
    assert_asleep_fine();
}

static void detach_times_out(void **state)
{
    sim_fail(1, SIM_DONE_SYNC, false);
    assert_int_equal(world_detach(dev_a), -EIO);
    assert_failed("SYNC_TIMEOUT");
    assert_quarantined(a);
    assert_asleep_fine();
}

/* Attach fails at its first, or at its second sync. */
static void attach_times_out(unsigned int which)
{
    sim_fail(which, SIM_DONE_SYNC, false);
    assert_true(world_attach(asleep, dev_asleep) < 0);
    assert_true(test_aborts(s, 24, 0, 0));
    if ( !smmu_unit_failed(&world.unit[0]) )
        return;
    /* Opened and not acknowledged: then it is not known to be shut. */
    assert_quarantined(asleep);
}

static void attach_times_out_1(void **state) { attach_times_out(1); }
static void attach_times_out_2(void **state) { attach_times_out(2); }

/* Not even the abort of a failed attach: still closed, still asleep. */
static void attach_first_sync_late(void **state)
{
    sim_fail(1, SIM_DONE_SYNC, false);
    assert_int_equal(world_attach(asleep, dev_asleep), -ETIMEDOUT);
    sim_revive(s);
    sim_settle();
    assert_false(smmu_domain_quarantined(asleep->d));
    assert_true(test_aborts(s, 24, 0, 0));
    assert_int_equal(world_unmap(asleep, 0, 0), 0);
    assert_int_equal(world_attach(asleep, dev_asleep), 0);
    assert_true(test_aborts(s, 24, 0, 0));
    world_map(asleep, 0, 0);
    assert_true(test_reaches(s, 24, asleep, 0, 0));
}

/* A wake that found no room in the queue: what it owes, it still owes. */
static void attach_no_room(void **state)
{
    struct sim_id id = sim_id_good();
    struct world_dom *c, *d;
    struct world_dev *x, *y;
    unsigned int i;
    uint64_t tlbi;
    uint32_t prod;

    id.idr1 = (id.idr1 & ~(31U << 21)) | SIM_IDR1_CMDQS(4);
    world_reset(1, false);
    assert_int_equal(world_unit(&id, SIM_NASTY & ~SIM_EVICT, true), 0);
    s = world.sim[0];
    c = world_create(0, 1);
    d = world_create(1, 1);
    x = world_dev(0, 1);
    y = world_dev(0, 2);
    world_map(c, 0, 0);
    assert_int_equal(world_attach(c, x), 0);
    assert_true(test_reaches(s, 1, c, 0, 0));
    assert_int_equal(world_detach(x), 0);
    assert_int_equal(world_unmap(c, 0, 0), 0);

    sim_fail(1, SIM_DONE_SYNC, false);
    for ( i = 0; i < 10; i++ )
        assert_int_equal(world_attach(d, y), -ETIMEDOUT);
    prod = s->cmdq_prod;
    assert_int_equal(world_attach(c, x), -ETIMEDOUT);
    assert_int_equal(s->cmdq_prod, prod);   /* there was no room indeed */
    sim_revive(s);
    sim_settle();
    tlbi = s->nr_tlbi;
    assert_true(test_aborts(s, 1, 0, 0));
    assert_int_equal(world_attach(c, x), 0);
    assert_int_equal(s->nr_tlbi, tlbi + 1);
    assert_true(test_aborts(s, 1, 0, 0));
}

/* One unit fails, the other goes on, also for a domain on both. */
static void other_unit_lives(void **state)
{
    struct sim *t = world_good(SIM_NASTY & ~SIM_EVICT);
    struct world_dev *dev = world_dev(1, 8), *both = world_dev(1, 9);
    struct world_dom *c = world_create(3, 1);

    world_map(c, 0, 0);
    assert_int_equal(world_attach(c, dev), 0);
    assert_int_equal(world_attach(a, both), 0);
    world_break(0);
    assert_failed("SERVICE_FAILURE");
    assert_true(test_reaches(t, 8, c, 0, 0));
    assert_int_equal(world_unmap(c, 0, 0), 0);
    assert_true(test_aborts(t, 8, 0, 0));
    world_map(c, 0, 0);
    assert_true(test_reaches(t, 8, c, 0, 0));
    assert_true(smmu_flush(a->d, 0, ~0ULL, true) < 0);
    assert_quarantined(a);
    /* Cut off everywhere. */
    assert_true(test_aborts(t, 9, 0, 0));
    assert_int_equal(world_destroy(c), 0);
}

/* Its VMID is never used again. */
static void vmid_retired(void **state)
{
    unsigned int vmid = smmu_domain_links(a->d)->vmid, i;

    sim_fail(1, SIM_DONE_SYNC, false);
    assert_int_equal(world_stop(a), -EIO);
    smmu_domain_destroy(a->d);
    for ( i = 0; i < 300; i++ )
    {
        bool dirty;
        unsigned int v = smmu_vmid_alloc(&world.unit[0].vmids, &dirty);

        assert_int_not_equal(v, vmid);
        if ( !v )
            return;
    }
    fail_msg("VMIDs never run out");
}

/* -- probe that fails ----------------------------------------------------- */

static void probe_fails(void **state)
{
    struct sim_id id = sim_id_good();
    unsigned int n, kinds;
    int rc;

    for ( kinds = 1; kinds < 8; kinds *= 2 )
        for ( n = 1; ; n++ )
        {
            world_reset(n, false);
            sim_fail(n, kinds, false);
            rc = world_unit(&id, SIM_NASTY, true);
            if ( !rc )
                break;
            assert_true(rc == -ETIMEDOUT || rc == -EIO);
            assert_null(smmu_unit_first());
            assert_logged("smmu@0");
            /* It may know its tables: they stay what they are. */
            assert_true(host_pages_used(FRAME_DRIVER) > 0 ||
                        test_is(&sim_v2));
            /* As far as it answers at all, it aborts. */
            if ( !world.sim[0]->gbpa_dead && !world.sim[0]->ack_dead )
                assert_int_equal(sim_dma(world.sim[0], 1, 0x1000, true),
                                 TXN_ABORTED);
            assert_int_equal(host_complaints, 0);
            assert_true(n < 20);
        }
}

static void probe_no_memory(void **state)
{
    struct sim_id id = sim_id_good();
    unsigned int n;
    int rc;

    for ( n = 1; ; n++ )
    {
        world_reset(n, false);
        host_fail_alloc(n);
        rc = world_unit(&id, SIM_NASTY, n % 2);
        if ( !rc )
            break;
        assert_int_equal(rc, -ENOMEM);
        assert_logged("memory");
        assert_null(smmu_unit_first());
        assert_int_equal(host_counts.live, 0);
        assert_true(n < 20);
    }
    assert_true(n > (test_is(&sim_v3) ? 3 : 1));
}

/* A unit that stopped at a command while being enabled. */
static void probe_illegal_command(void **state)
{
    struct sim_id id = sim_id_good();
    unsigned int n;

    for ( n = 1; n <= 3; n++ )
    {
        world_reset(n, false);
        sim_fail_command(n, 1);
        assert_true(world_unit(&id, SIM_NASTY, true) < 0);
        assert_null(smmu_unit_first());
        assert_int_equal(sim_dma(world.sim[0], 1, 0x1000, true), TXN_ABORTED);
        assert_int_equal(host_complaints, 0);
    }
}

/* The next unit comes up all the same. */
static void probe_next(void **state)
{
    struct sim_id bad = sim_id_good(), good = sim_id_good();
    struct world_dom *dom;

    bad.idr0 &= ~1U;
    assert_int_equal(world_unit(&bad, SIM_NASTY, true), -ENODEV);
    memset(&world.unit[0], 0, sizeof(world.unit[0]));
    assert_int_equal(world_unit(&good, SIM_NASTY, true), 0);
    dom = world_create(0, 1);
    world_map(dom, 0, 0);
    assert_int_equal(world_attach(dom, world_dev(0, 1)), 0);
    assert_true(test_reaches(world.sim[0], 1, dom, 0, 0));
}

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, test_end)
#define T3(f) cmocka_unit_test_setup_teardown(f, three_domains, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T3(service_failure),
        T3(stop_after_failure),
        T3(dead_queue), T3(dead_unit), T3(late_sync),
        T3(late_sync_then_attach), T3(late_completion), T3(stop_times_out),
        T3(detach_times_out), T3(attach_times_out_1), T3(attach_times_out_2),
        T3(attach_first_sync_late), T3(other_unit_lives), T3(vmid_retired),
        T(probe_fails), T(probe_no_memory),
    };
    const struct CMUnitTest v3[] = {
        T3(illegal_command), T3(fetch_abort), T3(illegal_sync),
        T3(event_abort), T3(harmless_error), T(attach_no_room),
        T(probe_illegal_command), T(probe_next),
    };

    return test_run(tests, v3);
}
