/* SPDX-License-Identifier: GPL-2.0-only */
/* Failures on the way to sleep, asleep, and on the way back: DESIGN 5. */
#include "test.h"

static struct sim *s;
static struct smmu_unit *u;
static struct world_dom *a, *b;
static struct world_dev *dev_a, *dev_a2, *dev_b;

static int build(bool source)
{
    struct sim_id id = sim_id_ranges();
    unsigned int i;

    world_reset(1, false);
    if ( source ? world_powered(&id, SIM_NASTY & ~SIM_EVICT, true, true, false,
                                SIM_CACHES_KEPT)
                : world_unit(&id, SIM_NASTY & ~SIM_EVICT, true) )
        return -1;
    s = world.sim[0];
    u = &world.unit[0];
    a = world_create(0, 1);
    b = world_create(1, 1);
    smmu_store(&smmu_delay, 0);
    dev_a = world_dev(0, 8);
    dev_a2 = world_dev(0, 9);
    dev_b = world_dev(0, 16);
    for ( i = 0; i < SLOTS; i++ )
    {
        world_map(a, 0, i);
        world_map(b, 0, i);
    }
    if ( world_attach(a, dev_a) )
        return -1;
    for ( i = 0; i < SLOTS; i++ )
        if ( !test_reaches(s, 8, a, 0, i) )
            return -1;
    host_run_work();                    /* looks at events are not at issue */

    return 0;
}

static int plain(void **state)   { return build(false); }
static int sourced(void **state) { return build(true); }

static struct smmu_link *link_of(const struct world_dom *dom)
{
    return smmu_domain_links(dom->d);
}

static unsigned int state_of(const struct world_dom *dom)
{
    return smmu_link_state(link_of(dom));
}

static void assert_all_abort(void)
{
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
    {
        assert_true(test_aborts(s, 8, 0, i));
        assert_true(test_aborts(s, 9, 0, i));
        assert_true(test_aborts(s, 16, 0, i));
    }
}

/* Its memory never comes back, and it cannot be brought to life again. */
static void assert_quarantined(struct world_dom *dom, struct world_dev *dev)
{
    assert_int_equal(smmu_flush(dom->d, 0, ~0ULL, true), -EIO);
    assert_true(smmu_domain_quarantined(dom->d));
    assert_int_equal(world_vote(dev, true), -EIO);
    assert_int_equal(world_vote(dev, false), -EIO);
    assert_int_equal(world_stop(dom), -EIO);
}

/* A wake whose first sync never comes, then comes: all is owed. */
static void wake_on_fails(void **state)
{
    uint64_t vmall;

    assert_int_equal(world_attach(b, dev_b), 0);
    assert_int_equal(world_vote(dev_a, false), 0);
    assert_int_equal(world_unmap(a, 0, 0), 0);
    sim_fail(1, SIM_DONE_SYNC, false);
    assert_int_equal(world_vote(dev_a, true), -ETIMEDOUT);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_true(link_of(a)->debt.all);
    assert_int_equal(link_of(a)->stats.failures, 1);
    assert_false(smmu_unit_failed(u));
    assert_false(smmu_domain_quarantined(a->d));
    assert_true(test_aborts(s, 8, 0, 1));
    /* What it gives back meanwhile is free. */
    assert_int_equal(world_unmap(a, 0, 1), 0);
    sim_revive(s);
    sim_settle();
    vmall = s->nr_vmall;
    assert_int_equal(world_vote(dev_a, true), 0);
    assert_int_equal(s->nr_vmall, vmall + 1 + test_streams(1));
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_aborts(s, 8, 0, 1));
    assert_true(test_reaches(s, 8, a, 0, 2));
    assert_true(test_reaches(s, 16, b, 0, 2));
}

/* The second: opened, and that is not acknowledged. */
static void wake_on_open_fails(void **state)
{
    assert_int_equal(world_attach(b, dev_b), 0);
    assert_int_equal(world_vote(dev_a, false), 0);
    assert_int_equal(world_unmap(a, 0, 0), 0);
    sim_fail(2, SIM_DONE_SYNC, false);
    assert_true(world_vote(dev_a, true) < 0);
    assert_true(smmu_unit_failed(u));
    assert_all_abort();
    assert_quarantined(a, dev_a);
    assert_quarantined(b, dev_b);
}

static void revive_when_cut_off(void)
{
    if ( host_log_find("cut off") )
        sim_revive(s);
}

/* The same, but its abort is confirmed. */
static void wake_on_open_late(void **state)
{
    assert_int_equal(world_attach(b, dev_b), 0);
    assert_int_equal(world_vote(dev_a, false), 0);
    assert_int_equal(world_unmap(a, 0, 0), 0);
    sim_fail(2, SIM_DONE_SYNC, false);
    host_other_cpu = revive_when_cut_off;
    assert_int_equal(world_vote(dev_a, true), -ETIMEDOUT);
    host_other_cpu = NULL;
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_true(test_aborts(s, 8, 0, 1));
    assert_true(test_reaches(s, 16, b, 0, 1));
    assert_int_equal(world_unmap(a, 0, 1), 0);
    assert_int_equal(world_vote(dev_a, true), 0);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_aborts(s, 8, 0, 1));
    assert_true(test_reaches(s, 8, a, 0, 2));
}

/* A second device opens beside the first; its sync is late. */
static void second_device_late(void **state)
{
    unsigned int i;

    sim_fail(2, SIM_DONE_SYNC, false);
    host_other_cpu = revive_when_cut_off;
    assert_int_equal(world_attach(a, dev_a2), -EIO);
    host_other_cpu = NULL;
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_all_abort();                 /* the second one, too */
    for ( i = 0; i < SLOTS; i += 2 )
        assert_int_equal(world_unmap(a, 0, i), 0);
    assert_all_abort();
    assert_int_equal(world_vote(dev_a, true), 0);
    for ( i = 0; i < SLOTS; i++ )
        if ( i % 2 )
            assert_true(test_reaches(s, 8, a, 0, i));
        else
            assert_true(test_aborts(s, 8, 0, i));
}

/*
 * Woken for the first time, and the queue has no room: what was configured then
 * was never told to the unit.  So the next wake does.
 */
static void first_wake_no_room(void **state)
{
    struct sim_id id = sim_id_good();
    uint64_t cfgi;
    uint32_t prod;
    unsigned int i;

    world_reset(1, false);
    id.idr1 = (id.idr1 & ~(31U << 21)) | SIM_IDR1_CMDQS(4);
    assert_int_equal(world_unit(&id, SIM_NASTY & ~SIM_EVICT, true), 0);
    s = world.sim[0];
    a = world_create(0, 1);
    b = world_create(1, 1);
    dev_a = world_dev(0, 8);
    dev_b = world_dev(0, 16);
    world_map(a, 0, 0);
    world_map(b, 0, 0);
    assert_int_equal(world_attach(b, dev_b), 0);    /* the unit is on */
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    assert_int_equal(world_attach(a, dev_a), 0);

    sim_fail(1, SIM_DONE_SYNC, false);
    for ( i = 0; i < 10; i++ )
        assert_int_equal(world_force(a, XEN_SMMU_FORCE_RESUME), -ETIMEDOUT);
    prod = s->cmdq_prod;
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_RESUME), -ETIMEDOUT);
    assert_int_equal(s->cmdq_prod, prod);
    sim_revive(s);
    sim_settle();
    cfgi = s->nr_cfgi;
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_RESUME), 0);
    assert_int_equal(s->nr_cfgi, cfgi + 2);
    assert_true(test_reaches(s, 8, a, 0, 0));
    assert_true(test_reaches(s, 16, b, 0, 0));
}

/* Parked: the sync of its wake never comes; the next one takes no chance. */
static void wake_parked_fails(void **state)
{
    uint64_t all;

    assert_int_equal(world_vote(dev_a, false), 0);
    assert_int_equal(world_unmap(a, 0, 0), 0);
    sim_fail(1, SIM_DONE_SYNC, false);
    assert_int_equal(world_vote(dev_a, true), -ETIMEDOUT);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_int_equal(u->state, XEN_SMMU_UNIT_PARKED);
    assert_all_abort();
    assert_int_equal(world_unmap(a, 0, 1), 0);
    sim_revive(s);
    sim_settle();
    assert_all_abort();
    all = s->nr_all;
    assert_int_equal(world_attach(b, dev_b), 0);    /* somebody else's wake */
    assert_int_equal(s->nr_all, all + 1);
    assert_true(test_reaches(s, 16, b, 0, 0));
    assert_true(test_aborts(s, 8, 0, 2));
    assert_int_equal(world_vote(dev_a, true), 0);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_aborts(s, 8, 0, 1));
    assert_true(test_reaches(s, 8, a, 0, 2));
}

/*
 * Cut off by a lost sync that was blocked after all: dom0, say, has nobody who
 * would ask for another try.
 */
static void tried_again(void **state)
{
    const uint64_t ms = 1000000;

    assert_int_equal(world_attach(b, dev_b), 0);
    sim_fail(1, SIM_DONE_SYNC, false);
    host_other_cpu = revive_when_cut_off;
    assert_int_equal(world_unmap(a, 0, 0), -ETIMEDOUT);
    host_other_cpu = NULL;
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_true(test_aborts(s, 8, 0, 1));
    assert_int_equal(test_timers(u), 1);
    world_wait(99 * ms);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    world_wait(2 * ms);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_LIVE);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_reaches(s, 8, a, 0, 1));
    assert_true(test_reaches(s, 16, b, 0, 1));
    assert_int_equal(test_timers(u), 0);
}

/* Failures far apart are not added up. */
static void tried_each_time(void **state)
{
    unsigned int i;

    assert_int_equal(world_attach(b, dev_b), 0);
    for ( i = 0; i < 8; i++ )
    {
        assert_true(world_map(a, 0, 0) || !i);
        assert_true(test_reaches(s, 8, a, 0, 0));
        sim_fail(1, SIM_DONE_SYNC, false);
        host_other_cpu = revive_when_cut_off;
        host_log_clear();
        assert_int_equal(world_unmap(a, 0, 0), -ETIMEDOUT);
        host_other_cpu = NULL;
        assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
        world_wait(150000000);
        assert_int_equal(state_of(a), XEN_SMMU_LINK_LIVE);
        world_wait(11000000000ULL);
    }
}

/* So many tries, then only upon a word. */
static void tried_enough(void **state)
{
    unsigned int i;

    assert_int_equal(world_attach(b, dev_b), 0);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    assert_int_equal(world_unmap(a, 0, 0), 0);
    host_log_clear();
    sim_fail(1, SIM_DONE_SYNC, false);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_RESUME), -ETIMEDOUT);
    for ( i = 0; i < 4; i++ )
    {
        assert_int_equal(link_of(a)->stats.failures, 1 + i);
        assert_int_equal(test_timers(u), 1);
        assert_int_equal(host_log_count("stay closed"), 0);
        world_wait((100000000ULL << i) + 1000000);
    }
    assert_int_equal(link_of(a)->stats.failures, 5);
    assert_int_equal(test_timers(u), 0);
    assert_int_equal(host_log_count("stay closed"), 1);
    sim_revive(s);
    sim_settle();
    world_wait(10000000000ULL);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_LIVE);
    assert_true(test_reaches(s, 8, a, 0, 1));
}

/* An ON that failed has not been cast, so that nobody opens it later. */
static void not_cast(void **state)
{
    assert_int_equal(world_attach(b, dev_b), 0);
    assert_int_equal(world_vote(dev_a, false), 0);
    assert_int_equal(world_unmap(a, 0, 0), 0);
    sim_fail(1, SIM_DONE_SYNC, false);
    assert_int_equal(world_vote(dev_a, true), -ETIMEDOUT);
    assert_int_equal(test_timers(u), 0);
    sim_revive(s);
    sim_settle();
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_int_equal(world_vote(dev_a, true), 0);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_LIVE);
}

/* Going to sleep is not acknowledged: nobody knows what it still does. */
static void sleep_fails(void **state)
{
    assert_int_equal(world_attach(b, dev_b), 0);
    sim_fail(1, SIM_DONE_SYNC, false);
    assert_int_equal(world_vote(dev_a, false), -EIO);
    assert_true(smmu_unit_failed(u));
    assert_all_abort();
    assert_quarantined(a, dev_a);
    assert_quarantined(b, dev_b);
}

static void sleep_fails_forced(void **state)
{
    sim_fail(1, SIM_DONE_SYNC, false);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), -EIO);
    assert_true(smmu_unit_failed(u));
    assert_true(world_force(a, XEN_SMMU_FORCE_RESUME) < 0);
    assert_all_abort();
    assert_int_equal(world_stop(a), -EIO);
}

/* Deferred: nobody is there to be told, yet it is all the same. */
static void sleep_fails_later(void **state)
{
    smmu_store(&smmu_delay, 1000000);
    assert_int_equal(world_vote(dev_a, false), 0);
    sim_fail(1, SIM_DONE_SYNC, false);
    world_wait(2000000);
    assert_true(smmu_unit_failed(u));
    assert_logged("quarantined");
    assert_all_abort();
    assert_int_equal(world_stop(a), -EIO);
}

/* Asleep for sure, but the unit does not acknowledge that it is parked. */
static void park_fails(void **state)
{
    sim_fail(1, SIM_DONE_ACK, false);
    assert_int_equal(world_vote(dev_a, false), 0);
    assert_true(smmu_unit_failed(u));
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
    assert_false(smmu_domain_quarantined(a->d));
    assert_true(test_aborts(s, 8, 0, 0));
    assert_int_equal(world_unmap(a, 0, 0), 0);
    assert_int_equal(world_vote(dev_a, true), -EIO);
    assert_int_equal(world_attach(b, dev_b), -EIO);
    assert_int_equal(world_destroy(a), 0);
}

/* SMMUEN=1 is not acknowledged: it may run or not. */
static void run_fails(void **state)
{
    assert_int_equal(world_vote(dev_a, false), 0);
    sim_fail(1, SIM_DONE_ACK, false);
    assert_int_equal(world_vote(dev_a, true), -EIO);
    assert_true(smmu_unit_failed(u));
    assert_int_equal(state_of(a), XEN_SMMU_LINK_FAILED);
    assert_quarantined(a, dev_a);
}

/* Each acknowledgement, and the sync, of a power-up. */
static void power_up_fails(void **state)
{
    unsigned int n, failed = 0;
    int rc;

    for ( n = 1; ; n++ )
    {
        if ( build(true) )
            fail_msg("no host");
        assert_int_equal(world_vote(dev_a, false), 0);
        assert_int_equal(u->state, XEN_SMMU_UNIT_OFF);
        assert_int_equal(world_unmap(a, 0, 0), 0);
        sim_fail(n, 7, false);
        rc = world_vote(dev_a, true);
        if ( !rc )
            break;
        failed += smmu_unit_failed(u);
        if ( smmu_unit_failed(u) )
        {
            /* Blocked before it failed: no harm done to it, nor to others. */
            if ( state_of(a) == XEN_SMMU_LINK_DORMANT )
            {
                assert_int_equal(world_unmap(a, 0, 1), 0);
                assert_int_equal(world_destroy(a), 0);
            }
            else
                assert_quarantined(a, dev_a);
        }
        else
        {
            /* The sync: off again; the next time it may answer. */
            assert_int_equal(rc, -ETIMEDOUT);
            assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
            assert_int_equal(world_unmap(a, 0, 1), 0);
            sim_revive(s);
            assert_int_equal(world_vote(dev_a, true), 0);
            assert_true(test_aborts(s, 8, 0, 0));
            assert_true(test_aborts(s, 8, 0, 1));
            assert_true(test_reaches(s, 8, a, 0, 2));
        }
        assert_int_equal(host_complaints, 0);
        assert_true(n < 30);
    }
    assert_in_range(n, 6, 10);          /* GBPA, CR0 three times, IRQ, sync */
    assert_true(failed >= 4);
}

/* Its clock stops while it is in use: found out, and given up. */
static void clock_stops(void **state)
{
    s->dead = true;
    assert_true(world_unmap(a, 0, 0) < 0);
    assert_true(smmu_unit_failed(u));
    assert_true(smmu_domain_quarantined(a->d));
    assert_int_equal(world_stop(a), -EIO);
    s->dead = false;
}

/* -- the end, in any state ------------------------------------------------ */

/* The next owner of its VMID, and of its device, meets nothing of it. */
static void next_owner(struct world_dev *dev)
{
    struct world_dom *c = world_create(3, 1);
    unsigned int i;

    world_map(c, 0, 7);
    assert_int_equal(world_attach(c, dev), 0);
    assert_int_equal(link_of(c)->vmid, 1);
    for ( i = 0; i < 7; i++ )
        assert_true(test_aborts(s, 8, 0, i));
    assert_true(test_reaches(s, 8, c, 0, 7));
}

static void end_dormant(void **state)
{
    u->vmids.nr = 2;                    /* only one */
    assert_int_equal(world_vote(dev_a, false), 0);
    assert_int_equal(world_unmap(a, 0, 0), 0);
    assert_int_equal(world_destroy(a), 0);
    assert_int_equal(test_timers(u), 0);
    next_owner(dev_a);
}

/* While its timer runs: it never fires. */
static void end_delayed(void **state)
{
    u->vmids.nr = 2;
    smmu_store(&smmu_delay, 10000000);
    assert_int_equal(world_vote(dev_a, false), 0);
    assert_int_equal(test_timers(u), 1);
    assert_int_equal(world_destroy(a), 0);
    assert_int_equal(test_timers(u), 0);
    assert_int_equal(host_works_queued(), 0);
    world_wait(20000000);
    next_owner(dev_a);
}

/* Its timer has fired, the work it asks for has not run. */
static void end_due(void **state)
{
    smmu_store(&smmu_delay, 10000000);
    assert_int_equal(world_vote(dev_a, false), 0);
    smmu_work_schedule(&link_of(a)->settle);
    assert_int_equal(world_destroy(a), 0);
    assert_int_equal(host_works_queued(), 0);
    world_wait(20000000);
}

static void end_waking_failed(void **state)
{
    u->vmids.nr = 2;
    assert_int_equal(world_vote(dev_a, false), 0);
    sim_fail(1 + (s->off ? test_streams(1) : 0), SIM_DONE_SYNC, false);
    assert_int_equal(world_vote(dev_a, true), -ETIMEDOUT);
    assert_int_equal(world_destroy(a), 0);
    sim_revive(s);
    sim_settle();
    next_owner(dev_a);
}

static void end_forced(void **state)
{
    u->vmids.nr = 2;
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    assert_int_equal(world_destroy(a), 0);
    next_owner(dev_a);
}

static void end_no_power(void **state)
{
    u->vmids.nr = 2;
    assert_int_equal(world_vote(dev_a, false), 0);
    s->fail_on = -EIO;
    assert_int_equal(world_vote(dev_a, true), -EIO);
    assert_int_equal(world_destroy(a), 0);
    s->fail_on = 0;
    next_owner(dev_a);
}

/* Host asleep: a domain may be destroyed all the same. */
static void end_host_asleep(void **state)
{
    u->vmids.nr = 2;
    assert_int_equal(world_suspend(), 0);
    assert_int_equal(world_destroy(a), 0);
    world_resume();
    next_owner(dev_a);
}

/* Failed: the domain stays, so does its VMID. */
static void end_failed(void **state)
{
    uint64_t live = host_counts.live;

    assert_int_equal(world_attach(b, dev_b), 0);
    assert_int_equal(world_vote(dev_b, false), 0);
    world_break(0);
    assert_true(smmu_unit_failed(u));
    assert_int_equal(world_destroy(a), -EIO);
    smmu_domain_destroy(a->d);          /* kept, nothing is freed */
    assert_int_equal(host_counts.live, live + 1);   /* b's link */
    assert_int_equal(world_destroy(b), 0);          /* had been asleep */
    assert_int_equal(host_counts.live, live - 1);
}

#define P(f) cmocka_unit_test_setup_teardown(f, plain, test_end)
#define S(f) cmocka_unit_test_setup_teardown(f, sourced, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        P(wake_on_fails), S(wake_on_fails), P(wake_on_open_fails),
        P(wake_on_open_late), S(wake_on_open_late), P(second_device_late), P(tried_again), P(tried_each_time),
        P(tried_enough), P(not_cast),
        P(wake_parked_fails), P(sleep_fails), S(sleep_fails),
        P(sleep_fails_forced), P(sleep_fails_later), S(power_up_fails),
        P(clock_stops), P(end_dormant), S(end_dormant), P(end_delayed),
        S(end_delayed), P(end_due), P(end_waking_failed),
        S(end_waking_failed), P(end_forced), S(end_forced), S(end_no_power),
        P(end_host_asleep), S(end_host_asleep), P(end_failed),
    };
    const struct CMUnitTest v3[] = {
        P(first_wake_no_room), P(park_fails), S(park_fails), P(run_fails),
    };

    return test_run(tests, v3);
}
