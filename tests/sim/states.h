/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domain a, its link and its unit in every state they can be in: one function
 * each, from a awake (pair.h), with b awake beside it or not.
 */
#ifndef __TESTS_SIM_STATES_H__
#define __TESTS_SIM_STATES_H__

#include "other.h"
#include "pair.h"

#define ON          XEN_SMMU_UNIT_ON
#define PARKED      XEN_SMMU_UNIT_PARKED
#define OFF         XEN_SMMU_UNIT_OFF
#define FAILED      XEN_SMMU_UNIT_FAILED
#define L_LIVE      XEN_SMMU_LINK_LIVE
#define L_DORMANT   XEN_SMMU_LINK_DORMANT
#define L_FAILED    XEN_SMMU_LINK_FAILED

#define MS  1000000ULL

static inline void live(void)
{
    assert_int_equal(world_unmap(a, 0, 0), 0);
}

static inline void delayed(void)
{
    smmu_store(&smmu_delay, 10 * MS);
    assert_int_equal(world_vote(dev_a, false), 0);
    assert_int_equal(test_timers(u), 1);
}

/* Its timer has fired, what it asks for has not been done. */
static inline void due(void)
{
    delayed();
    smmu_work_schedule(&link_of(a)->settle);
}

static inline void asleep(void)
{
    pair_sleep(dev_a);
    assert_int_equal(world_unmap(a, 0, 0), 0);
}

static inline void forced(void)
{
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    assert_int_equal(world_unmap(a, 0, 0), 0);
}

static inline void wake_failed(void)
{
    asleep();
    /* From off v2 has one of its own before, and fails without it. */
    sim_fail(1 + (s->off ? test_streams(1) : 0), SIM_DONE_SYNC, false);
    assert_int_equal(world_vote(dev_a, true), -ETIMEDOUT);
    assert_int_equal(world_unmap(a, 0, 1), 0);
    sim_revive(s);
    sim_settle();
}

static inline void revive_when_cut_off(void)
{
    if ( host_log_find("cut off") )
        sim_revive(s);
}

static inline void open_failed(void)
{
    asleep();
    sim_fail(2, SIM_DONE_SYNC, false);
    host_other_cpu = revive_when_cut_off;
    assert_int_equal(world_vote(dev_a, true), -ETIMEDOUT);
    host_other_cpu = NULL;
    assert_true(link_of(a)->debt.all);
}

static inline void flush_failed(void)
{
    sim_fail(1, SIM_DONE_SYNC, false);
    host_other_cpu = revive_when_cut_off;
    assert_true(world_unmap(a, 0, 0) < 0);
    host_other_cpu = NULL;
    assert_true(link_of(a)->debt.all);
}

static inline void no_power(void)
{
    asleep();
    s->fail_on = -EIO;
    assert_int_equal(world_vote(dev_a, true), -EIO);
}

static inline void host_asleep(void)
{
    assert_int_equal(world_suspend(), 0);
    assert_int_equal(world_unmap(a, 0, 0), 0);
}

static inline void fail_unit(void)
{
    world_break(0);
    assert_true(smmu_unit_failed(u));
}

static inline void failed_asleep(void)
{
    asleep();
    fail_unit();
}

static inline void failed_waking(void)
{
    asleep();
    sim_fail(2, SIM_DONE_SYNC, false);
    assert_true(world_vote(dev_a, true) < 0);
    assert_true(smmu_unit_failed(u));
}

static inline void failed_quiescing(void)
{
    sim_fail(1, SIM_DONE_SYNC, false);
    assert_int_equal(world_vote(dev_a, false), -EIO);
    assert_true(smmu_unit_failed(u));
}

/* It is stopped by another CPU as it wakes, or goes to sleep. */
static unsigned int stop_in;
static int stop_rc;

static inline void stop(void)
{
    stop_rc = world_stop(a);
}

static inline void stop_when(void)
{
    if ( started || link_of(a)->state != stop_in )
        at(1, stop_when);
    else
        other_cpu(stop);
}

static inline void stopped_in(unsigned int state, bool awake)
{
    int rc;

    stop_in = state;
    stop_rc = 1;
    at(1, stop_when);
    rc = world_vote(dev_a, awake);
    assert_true(started);
    over();
    /* What was asked first has been done; then it was stopped. */
    assert_int_equal(rc, 0);
    assert_int_equal(stop_rc, 0);
    assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
}

static inline void stopped_waking(void)
{
    asleep();
    stopped_in(XEN_SMMU_LINK_WAKING, true);
}

static inline void stopped_quiescing(void)
{
    stopped_in(XEN_SMMU_LINK_QUIESCING, false);
}

/* All is well again with power and host. */
static inline void recover(void)
{
    s->fail_on = 0;
    if ( u->suspended )
        world_resume();
}

#endif /* __TESTS_SIM_STATES_H__ */
