/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A power source that fails, whatever it promises: each combination of the
 * three capabilities, each answer, at run time and over a host suspend.
 *
 * Debts survive.  Off or on that was not confirmed, and a host suspend, keep
 * no promise: then everything is invalidated.
 */
#include "pair.h"

enum { OFF_FAILS = 1, ON_FAILS = 2 };

static uint64_t mark;

/* A whole invalidation, and nothing that relies on less. */
static void assert_whole(void)
{
    if ( test_is(&sim_v3) )
        assert_int_equal(pair_cmds(mark, CFGI_ALL), 1);
    /* v2: and one as it was programmed, if that was now. */
    assert_in_range(pair_cmds(mark, NSNH_ALL), 1, 1 + test_streams(1));
}

/* Turned down each time; what is unmapped meanwhile costs nothing. */
static void no_power(int how)
{
    uint64_t mmio, page, pages = smmu_debt_pages(&link_of(a)->debt);
    unsigned int i, k;

    s->fail_on = how;
    for ( i = 0; i < 3; i++ )
    {
        assert_int_equal(world_vote(dev_a, true), how);
        assert_int_equal(u->state, XEN_SMMU_UNIT_OFF);
        assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
        assert_int_equal(smmu_debt_pages(&link_of(a)->debt), pages);
        assert_false(smmu_unit_get(u));
        for ( k = 0; k < SLOTS && !a->page[0][k]; k++ )
            ;
        page = a->page[0][k];
        mmio = s->nr_mmio;
        assert_int_equal(world_unmap(a, 0, k), 0);
        assert_int_equal(s->nr_mmio, mmio);
        assert_int_equal(host_page_kind(page), FRAME_FREE);
        pages = smmu_debt_pages(&link_of(a)->debt);
        assert_false(smmu_debt_none(&link_of(a)->debt));
    }
    s->fail_on = 0;
}

/* Asleep, both owe; then awake, one by one: nothing stale is reached. */
static void owe(unsigned int round)
{
    assert_int_equal(world_unmap(a, 0, round % SLOTS), 0);
    assert_int_equal(world_unmap(b, 0, (round + 3) % SLOTS), 0);
    assert_false(smmu_debt_none(&link_of(a)->debt));
    assert_false(smmu_debt_none(&link_of(b)->debt));
}

static void wake_both(bool whole)
{
    sim_settle();
    mark = s->nr_cmds;
    pair_wake(dev_a);
    if ( whole )
        assert_whole();
    assert_true(smmu_debt_none(&link_of(a)->debt));
    pair_right(SID_A, a);
    assert_true(test_aborts(s, SID_B, 0, 0));
    pair_wake(dev_b);
    pair_right(SID_B, b);
    pair_right(SID_A, a);
}

static void at_run_time(struct pair_power p, unsigned int fails, int how)
{
    unsigned int i;

    pair_build(p);
    assert_int_equal(world_attach(b, dev_b), 0);
    s->fail_off = fails & OFF_FAILS ? how : 0;
    /* Not confirmed: it may have done it or not, so several times. */
    for ( i = 0; i < 8; i++ )
    {
        pair_fill(a);
        pair_fill(b);
        pair_warm(SID_A, a);
        pair_warm(SID_B, b);
        pair_sleep(dev_a);
        pair_sleep(dev_b);
        if ( !p.held )
        {
            /* It is never even asked. */
            assert_int_equal(u->state, XEN_SMMU_UNIT_PARKED);
            assert_int_equal(s->nr_offs, 0);
            return;
        }
        assert_int_equal(u->state, XEN_SMMU_UNIT_OFF);
        assert_false(smmu_unit_get(u));
        if ( fails & OFF_FAILS )
            assert_logged("did not confirm that it is off");
        owe(i);
        if ( fails & ON_FAILS )
            no_power(how);
        wake_both(true);
        assert_int_equal(host_complaints, 0);
        host_time_ns += 3000000000;
    }
}

static void over_suspend(struct pair_power p, unsigned int fails, int how)
{
    unsigned int i;

    pair_build(p);
    assert_int_equal(world_attach(b, dev_b), 0);
    s->fail_off = fails & OFF_FAILS ? how : 0;
    for ( i = 0; i < 4; i++ )
    {
        pair_fill(a);
        pair_fill(b);
        pair_warm(SID_A, a);
        pair_warm(SID_B, b);
        assert_int_equal(world_suspend(), 0);
        assert_int_equal(u->state, XEN_SMMU_UNIT_OFF);
        owe(i);
        /* Asleep by itself then, so that waking is what is counted. */
        assert_int_equal(world_vote(dev_a, false), 0);
        assert_int_equal(world_vote(dev_b, false), 0);
        s->fail_on = fails & ON_FAILS ? how : 0;
        mark = s->nr_cmds;
        world_resume();
        assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
        assert_false(smmu_debt_none(&link_of(a)->debt));
        assert_false(smmu_debt_none(&link_of(b)->debt));
        if ( fails & ON_FAILS )
        {
            assert_int_equal(u->state, XEN_SMMU_UNIT_OFF);
            no_power(how);
        }
        /* It may have gone off by itself after the host was back. */
        wake_both(fails || !p.held || p.caches != SIM_CACHES_LOST);
        assert_int_equal(host_complaints, 0);
        host_time_ns += 3000000000;
    }
}

static void every_promise(unsigned int fails)
{
    static const int how[] = { -EIO, -ETIMEDOUT };
    unsigned int i, k;

    for ( i = 0; i < 8; i++ )
        for ( k = 0; k < 2; k++ )
        {
            struct pair_power p = {
                .source = true, .held = i & 1, .kept = i & 2,
                .caches = i & 4 ? SIM_CACHES_LOST : SIM_CACHES_KEPT,
            };

            at_run_time(p, fails, how[k]);
            over_suspend(p, fails, how[k]);
        }
}

static void off_fails(void **state)  { every_promise(OFF_FAILS); }
static void on_fails(void **state)   { every_promise(ON_FAILS); }
static void both_fail(void **state)  { every_promise(OFF_FAILS | ON_FAILS); }

/* Nothing fails, yet the host slept: no promise is for that. */
static void host_sleeps(void **state)
{
    unsigned int i;

    for ( i = 0; i < 8; i++ )
        over_suspend((struct pair_power){
            .source = true, .held = i & 1, .kept = i & 2,
            .caches = i & 4 ? SIM_CACHES_LOST : SIM_CACHES_KEPT }, 0, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(off_fails), T(on_fails), T(both_fail), T(host_sleeps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
