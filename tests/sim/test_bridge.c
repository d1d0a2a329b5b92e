/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stream taken out of dom0's host bridge, given to a guest and back, while
 * the bridge's link is awake, asleep or has failed.
 *
 * Whose STE it has is never left to luck: the guest's is gone before the guest
 * is, the bridge gets its own anew when its streams next open.
 */
#include "pair.h"

#define BUS         bus
#define TAKEN       (bus + 0x10)
#define NEXT        (bus + 0x11)        /* on the same bus */
#define FAR         far                 /* on another */

static uint32_t bus = 0x200, far;

static struct world_dom *dom0, *guest;
static struct world_dev *bridge, *dev;

enum tables { TWO_LEVEL, LINEAR, NOT_COHERENT };

static void build(enum tables tables)
{
    struct sim_id id = sim_id_good();
    struct smmu_range all = { 0, 0x1000 };
    int rc;

    bus = 0x200;
    far = 0x310;

    world_reset(1, false);
    if ( tables == LINEAR && test_is(&sim_v3) )
        id = sim_v3_linear();
    else if ( tables == LINEAR )        /* an S2CR an ID */
    {
        id = sim_v2_indexed();
        all.count = 0x80;
        bus = 0x20;
        far = 0x70;
    }
    assert_int_equal(world_unit(&id, NICE, tables != NOT_COHERENT), 0);
    s = world.sim[0];
    u = &world.unit[0];
    smmu_store(&smmu_delay, 0);
    dom0 = world_create(0, 1);
    guest = world_create(1, 1);
    pair_fill(dom0);
    pair_fill(guest);
    bridge = world_dev_sids(0, true, &all, 1, &rc);
    assert_non_null(bridge);
    assert_int_equal(world_attach(dom0, bridge), 0);
    pair_warm(TAKEN, dom0);
    pair_warm(NEXT, dom0);
    pair_warm(FAR, dom0);
}

static void bridge_sleeps(void)
{
    assert_int_equal(world_vote(bridge, false), 0);
    assert_int_equal(state_of(dom0), XEN_SMMU_LINK_DORMANT);
}

static void bridge_wakes(void)
{
    assert_int_equal(world_vote(bridge, true), 0);
    assert_int_equal(state_of(dom0), XEN_SMMU_LINK_LIVE);
}

static void aborts(uint32_t sid)
{
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
        assert_true(test_aborts(s, sid, 0, i));
}

/* The bridge's others: as its link says. */
static void others(bool awake)
{
    if ( awake )
    {
        pair_right(NEXT, dom0);
        pair_right(FAR, dom0);
        pair_right(BUS, dom0);
        return;
    }
    aborts(NEXT);
    aborts(FAR);
    aborts(BUS);
}

/* When each of the steps finds the bridge asleep: bit by bit. */
enum { ASLEEP_ADD = 1, ASLEEP_ASSIGN = 2, ASLEEP_DETACH = 4,
       ASLEEP_REMOVE = 8, ASLEEP_ALL = 16 };

static bool to(unsigned int when, unsigned int step)
{
    bool awake = !(when & step);
    bool was = state_of(dom0) == XEN_SMMU_LINK_LIVE;

    if ( awake && !was )
        bridge_wakes();
    else if ( !awake && was )
        bridge_sleeps();

    return awake;
}

/* Its former owner's pages are free by now, and its tables. */
static void come_back(bool awake)
{
    unsigned int i;

    others(awake);
    if ( awake )
    {
        /* Its STE is invalid: the bridge takes it back when it next opens. */
        for ( i = 0; i < SLOTS; i++ )
            assert_true(test_aborts(s, TAKEN, 0, i) ||
                        (dom0->page[0][i] &&
                         test_reaches(s, TAKEN, dom0, 0, i)));
        bridge_sleeps();
    }
    aborts(TAKEN);
    assert_int_equal(world_unmap(dom0, 0, 5), 0);
    bridge_wakes();
    pair_right(TAKEN, dom0);
    others(true);
    world_map(dom0, 0, 5);
    pair_right(TAKEN, dom0);
}

static void there_and_back(enum tables tables, unsigned int when, bool dies)
{
    struct smmu_range one = { 0, 1 };
    bool awake;
    int rc;

    build(tables);
    one.first = TAKEN;

    awake = to(when, ASLEEP_ADD);
    dev = world_dev_sids(0, false, &one, 1, &rc);
    assert_non_null(dev);
    aborts(TAKEN);
    others(awake);

    awake = to(when, ASLEEP_ASSIGN);
    aborts(TAKEN);
    assert_int_equal(world_attach(guest, dev), 0);
    pair_right(TAKEN, guest);
    others(awake);
    /* What either gives back is its own affair. */
    assert_int_equal(world_unmap(guest, 0, 1), 0);
    assert_int_equal(world_unmap(dom0, 0, 2), 0);
    pair_right(TAKEN, guest);
    others(awake);

    awake = to(when, ASLEEP_DETACH);
    if ( dies )
        assert_int_equal(world_destroy(guest), 0);
    else
    {
        assert_int_equal(world_detach(dev), 0);
        assert_int_equal(world_unmap(guest, 0, 3), 0);
    }
    aborts(TAKEN);
    others(awake);

    awake = to(when, ASLEEP_REMOVE);
    aborts(TAKEN);
    assert_int_equal(smmu_device_remove(dev->dev), 0);
    if ( !dies )
        assert_int_equal(world_destroy(guest), 0);
    sim_settle();
    come_back(awake);
    if ( host_complaints )
        fail_msg("tables %u, asleep %#x: %s", tables, when,
                 host_first_complaint);
}

static void all_orders(enum tables tables)
{
    unsigned int when;

    for ( when = 0; when < ASLEEP_ALL; when++ )
    {
        there_and_back(tables, when, false);
        there_and_back(tables, when, true);
    }
}

static void two_level(void **state)    { all_orders(TWO_LEVEL); }
static void linear(void **state)       { all_orders(LINEAR); }
static void not_coherent(void **state) { all_orders(NOT_COHERENT); }

/* Given to a second guest, the bridge asleep all the time, and back. */
static void second_guest(void **state)
{
    struct smmu_range one = { TAKEN, 1 };
    struct world_dom *second;
    int rc;

    build(TWO_LEVEL);
    second = world_create(2, 2);
    pair_fill(second);
    dev = world_dev_sids(0, false, &one, 1, &rc);
    assert_int_equal(world_attach(guest, dev), 0);
    pair_warm(TAKEN, guest);
    bridge_sleeps();
    assert_int_equal(world_destroy(guest), 0);
    assert_int_equal(smmu_device_remove(dev->dev), 0);
    assert_int_equal(smmu_device_add(u, "/again", false, &one, 1, &dev->dev),
                     0);
    aborts(TAKEN);
    assert_int_equal(world_attach(second, dev), 0);
    pair_right(TAKEN, second);
    bridge_wakes();
    others(true);
    pair_right(TAKEN, second);
    assert_int_equal(world_destroy(second), 0);
    aborts(TAKEN);
    assert_int_equal(smmu_device_remove(dev->dev), 0);
    come_back(true);
}

/* Its sync never comes, at each step: nothing is half-way. */
static void not_acknowledged(void **state)
{
    struct smmu_range one = { TAKEN, 1 };
    unsigned int n, failed = 0;
    int rc;

    for ( n = 1; ; n++ )
    {
        build(TWO_LEVEL);
        sim_fail(n, SIM_DONE_SYNC, true);
        dev = world_dev_sids(0, false, &one, 1, &rc);
        if ( dev && !world_attach(guest, dev) && !world_detach(dev) )
            smmu_device_remove(dev->dev);
        if ( !sim_has_failed() )
            break;
        failed++;
        sim_revive(s);
        sim_settle();
        /* Whose it was, it is not the guest's unless it has it. */
        if ( dev && dev->dom )
        {
            assert_int_equal(world_stop(guest), -EIO);
            continue;
        }
        assert_int_equal(world_destroy(guest), 0);
        sim_settle();
        if ( smmu_unit_failed(u) )
            pair_unit_failed();
        else
        {
            bridge_sleeps();
            bridge_wakes();
            others(true);
        }
        if ( host_complaints )
            fail_msg("sync %u: %s", n, host_first_complaint);
    }
    print_message("# %u syncs\n", failed);
    assert_true(failed >= 4);
}

/* The unit has failed: nothing changes hands, everything aborts. */
static void failed_bridge(void **state)
{
    struct smmu_range one = { TAKEN, 1 }, other = { NEXT, 1 };
    struct world_dev *late;
    unsigned int had;
    int rc;

    for ( had = 0; had < 3; had++ )
    {
        build(TWO_LEVEL);
        dev = world_dev_sids(0, false, &one, 1, &rc);
        assert_non_null(dev);
        if ( had )
            assert_int_equal(world_attach(guest, dev), 0);
        if ( had == 2 )
            assert_int_equal(world_vote(dev, false), 0);
        world_break(0);
        assert_true(smmu_unit_failed(u));

        assert_int_equal(state_of(dom0), XEN_SMMU_LINK_FAILED);
        late = world_dev_sids(0, false, &other, 1, &rc);
        assert_null(late);
        assert_int_equal(rc, -EIO);
        if ( had == 1 )
            assert_int_equal(world_detach(dev), -EIO);
        else
        {
            if ( had )
                assert_int_equal(world_detach(dev), 0);
            assert_int_equal(smmu_device_remove(dev->dev), -EIO);
            assert_int_equal(world_attach(guest, dev), -EIO);
            assert_int_equal(world_destroy(guest), 0);
        }
        assert_int_equal(world_vote(bridge, false), -EIO);
        assert_int_equal(world_vote(bridge, true), -EIO);
        aborts(TAKEN);
        others(false);
        pair_unit_failed();
        /* dom0's own is kept out of use, and so it stays. */
        assert_int_equal(world_unmap(dom0, 0, 0), -EIO);
        assert_int_equal(host_complaints, 0);
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(two_level), T(linear), T(not_coherent), T(second_guest),
        T(not_acknowledged), T(failed_bridge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
