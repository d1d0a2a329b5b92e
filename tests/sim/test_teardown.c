/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end, in every state of a link and of its unit: the domain is destroyed,
 * its device is taken from it, forgotten, given to another.
 *
 * The next owner of device or VMID meets nothing of the one before, and no
 * debt outlives its VMID.
 */
#include "states.h"

/* -- what is done, and what it says --------------------------------------- */

static const struct row {
    const char *name;
    void (*reach)(void);
    bool source;                    /* else it is never off */
    bool both;                      /* b is awake beside it */
    unsigned int link, unit;
    int end;                        /* of stop, destroy, detach */
    int forget;                     /* of a device without owner */
    int attach;
} rows[] = {
    { "live", live, false, false, L_LIVE, ON, 0, 0, 0 },
    { "live, beside", live, false, true, L_LIVE, ON, 0, 0, 0 },
    { "live, source", live, true, false, L_LIVE, ON, 0, 0, 0 },
    { "delayed", delayed, false, false, L_LIVE, ON, 0, 0, 0 },
    { "delayed, source", delayed, true, false, L_LIVE, ON, 0, 0, 0 },
    { "due", due, false, true, L_LIVE, ON, 0, 0, 0 },
    { "asleep, on", asleep, false, true, L_DORMANT, ON, 0, 0, 0 },
    { "asleep, parked", asleep, false, false, L_DORMANT, PARKED, 0, 0, 0 },
    { "asleep, off", asleep, true, false, L_DORMANT, OFF, 0, 0, 0 },
    { "forced, on", forced, true, true, L_DORMANT, ON, 0, 0, 0 },
    { "forced, parked", forced, false, false, L_DORMANT, PARKED, 0, 0, 0 },
    { "forced, off", forced, true, false, L_DORMANT, OFF, 0, 0, 0 },
    { "wake failed, on", wake_failed, false, true, L_DORMANT, ON, 0, 0, 0 },
    { "wake failed, parked", wake_failed, false, false, L_DORMANT, PARKED,
      0, 0, 0 },
    { "wake failed, off", wake_failed, true, false, L_DORMANT, OFF, 0, 0, 0 },
    { "open failed", open_failed, false, true, L_DORMANT, ON, 0, 0, 0 },
    { "flush failed, on", flush_failed, false, true, L_DORMANT, ON, 0, 0, 0 },
    { "stopped as it wakes, on", stopped_waking, false, true, L_DORMANT, ON,
      0, 0, 0 },
    { "stopped as it wakes, parked", stopped_waking, false, false, L_DORMANT,
      PARKED, 0, 0, 0 },
    { "stopped as it wakes, off", stopped_waking, true, false, L_DORMANT, OFF,
      0, 0, 0 },
    { "stopped as it quiesces, on", stopped_quiescing, false, true, L_DORMANT,
      ON, 0, 0, 0 },
    { "stopped as it quiesces, off", stopped_quiescing, true, false,
      L_DORMANT, OFF, 0, 0, 0 },
    { "no power", no_power, true, false, L_DORMANT, OFF, 0, -EIO, -EIO },
    { "host asleep", host_asleep, false, true, L_DORMANT, OFF, 0, -EACCES, 0 },
    { "host asleep, source", host_asleep, true, false, L_DORMANT, OFF, 0,
      -EACCES, 0 },
    { "failed asleep", failed_asleep, false, false, L_DORMANT, FAILED, 0,
      -EIO, -EIO },
    { "failed asleep, beside", failed_asleep, false, true, L_DORMANT, FAILED,
      0, -EIO, -EIO },
    { "failed live", fail_unit, false, false, L_FAILED, FAILED, -EIO, -EBUSY,
      -EBUSY },
    { "failed live, source", fail_unit, true, true, L_FAILED, FAILED, -EIO,
      -EBUSY, -EBUSY },
    { "failed waking", failed_waking, false, true, L_FAILED, FAILED, -EIO,
      -EBUSY, -EBUSY },
    { "failed quiescing", failed_quiescing, false, false, L_FAILED, FAILED,
      -EIO, -EBUSY, -EBUSY },
};

static const struct row *row;
static struct world_dom *c;
static unsigned int vmid;
static uint64_t mark;

static void begin(void)
{
    pair_build((struct pair_power){ .source = row->source, .held = true,
                                    .caches = SIM_CACHES_KEPT });
    u->vmids.nr = row->both ? 4 : 3;    /* two, or three */
    if ( row->both )
        assert_int_equal(world_attach(b, dev_b), 0);
    else
        u->vmids.nr = 2;
    row->reach();
    if ( state_of(a) != row->link || u->state != row->unit )
        fail_msg("%s: link %u unit %lu", row->name, state_of(a), u->state);
    vmid = link_of(a)->vmid;
    c = world_create(2, 2);
    world_map(c, 0, 7);
    mark = s->nr_cmds;
}

static unsigned int links_of(const struct smmu_domain *domain)
{
    struct smmu_link *link;
    unsigned int n = 0;

    for ( link = u->links; link; link = link->unit_next )
        n += link->domain == domain;

    return n;
}

/* dev_a's next owner: with the VMID of the one before, if that is free. */
static void next_owner(bool freed)
{
    unsigned int i;
    int rc = world_attach(c, dev_a);

    assert_int_equal(rc, row->attach);
    if ( rc && row->attach == -EIO && !smmu_unit_failed(u) )
    {
        recover();
        rc = world_attach(c, dev_a);
        assert_int_equal(rc, 0);
    }
    recover();
    if ( rc )
    {
        pair_all_abort();
        return;
    }

    assert_int_equal(state_of(c), XEN_SMMU_LINK_LIVE);
    if ( freed && !row->both )
    {
        assert_int_equal(link_of(c)->vmid, vmid);
        assert_true(pair_cmds(mark, VMALL) + pair_cmds(mark, NSNH_ALL) >= 1);
    }
    assert_true(smmu_debt_none(&link_of(c)->debt));
    for ( i = 0; i < 7; i++ )
        assert_true(test_aborts(s, SID_A, 0, i));
    assert_true(test_reaches(s, SID_A, c, 0, 7));
    assert_true(test_aborts(s, SID_A2, 0, 7));
    if ( row->both )
        pair_right(SID_B, b);
}

/* It stays, as a zombie, and so does its VMID. */
static void zombie(void)
{
    assert_true(smmu_domain_quarantined(a->d));
    smmu_domain_destroy(a->d);
    assert_int_equal(links_of(a->d), 1);
    assert_int_equal(link_of(a)->vmid, vmid);
    assert_int_equal(u->vmids.state[vmid], 1);  /* used */
    assert_int_equal(smmu_flush(a->d, 0, ~0ULL, true), -EIO);
    pair_all_abort();
}

static void destroy(void)
{
    const struct smmu_domain *was = a->d;

    assert_int_equal(world_destroy(a), row->end);
    if ( row->end )
    {
        zombie();
        return;
    }
    assert_int_equal(links_of(was), 0);
    assert_int_equal(test_timers(u), 0);
    assert_int_equal(host_works_queued(), u->events.queued);
    world_wait(50 * MS);
    next_owner(true);
}

static void detach(void)
{
    const struct smmu_domain *was = a->d;

    assert_int_equal(world_detach(dev_a), row->end);
    if ( row->end )
    {
        assert_int_equal(smmu_attach(c->d, dev_a->dev), -EBUSY);
        assert_int_equal(world_stop(a), -EIO);
        zombie();
        return;
    }
    assert_true(test_aborts(s, SID_A, 0, 2));
    assert_int_equal(smmu_detach(a->d, dev_a->dev), -ENODEV);
    assert_int_equal(world_destroy(a), 0);
    assert_int_equal(links_of(was), 0);
    world_wait(50 * MS);
    next_owner(true);
}

static void forget(void)
{
    struct smmu_range one = { SID_A, 1 };

    assert_int_equal(smmu_device_remove(dev_a->dev), -EBUSY);
    assert_int_equal(world_detach(dev_a), row->end);
    assert_int_equal(smmu_device_remove(dev_a->dev), row->forget);
    if ( row->end )
    {
        assert_int_equal(world_stop(a), -EIO);
        zombie();
        return;
    }
    if ( row->forget )
    {
        recover();
        if ( smmu_unit_failed(u) )
        {
            assert_int_equal(smmu_device_remove(dev_a->dev), -EIO);
            pair_all_abort();
            return;
        }
        assert_int_equal(smmu_device_remove(dev_a->dev), 0);
    }
    assert_true(test_aborts(s, SID_A, 0, 2));
    assert_int_equal(smmu_device_add(u, "/again", false, &one, 1,
                                     &dev_a->dev), 0);
    assert_int_equal(world_destroy(a), 0);
    recover();
    assert_int_equal(world_attach(c, dev_a), 0);
    assert_true(test_aborts(s, SID_A, 0, 2));
    assert_true(test_reaches(s, SID_A, c, 0, 7));
}

/* a lives on, without it, and gets another. */
static void reassign(void)
{
    unsigned int i;

    u->vmids.nr = 8;
    assert_int_equal(world_detach(dev_a), row->end);
    if ( row->end )
    {
        assert_int_equal(smmu_attach(c->d, dev_a->dev), -EBUSY);
        return;
    }
    next_owner(false);
    if ( smmu_unit_failed(u) || a->stopped )
        return;
    assert_true(link_of(c)->vmid != vmid);
    if ( a->force == XEN_SMMU_FORCE_SUSPEND )
        assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    assert_int_equal(world_attach(a, dev_a2), 0);
    pair_right(SID_A2, a);
    for ( i = 0; i < SLOTS; i++ )
        if ( i != 7 )
            assert_true(test_aborts(s, SID_A, 0, i));
    assert_int_equal(world_destroy(a), 0);
    assert_true(test_reaches(s, SID_A, c, 0, 7));
}

/* Should an assertion have failed: which one it was. */
static int end(void **state)
{
    if ( row && row < rows + ARRAY_SIZE(rows) )
        print_message("# in this state: %s\n", row->name);
    row = NULL;

    return test_end(state);
}

static void in_every_state(void (*deed)(void))
{
    for ( row = rows; row < rows + ARRAY_SIZE(rows); row++ )
    {
        begin();
        deed();
        sim_settle();
        if ( host_complaints )
            fail_msg("%s", host_first_complaint);
        assert_int_equal(smmu_unit_users(u), 0);
    }
}

static void destroyed(void **state)  { in_every_state(destroy); }
static void detached(void **state)   { in_every_state(detach); }
static void forgotten(void **state)  { in_every_state(forget); }
static void reassigned(void **state) { in_every_state(reassign); }

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(destroyed), T(detached), T(forgotten), T(reassigned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
