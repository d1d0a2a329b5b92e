/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One machine with an SMMUv3 and an SMMUv2, one domain with a device behind
 * each: one asleep, one awake, in every combination.
 */
#include "test.h"

#define SID     8
#define SID_B   16

static struct sim *s[2];                /* v3, v2 */
static struct smmu_unit *u[2];
static struct world_dom *a, *b;
static struct world_dev *dev[2], *dev_b[2];

static void fill(struct world_dom *dom)
{
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
        world_map(dom, 0, i);
}

static void warm(unsigned int unit, uint32_t sid, struct world_dom *dom)
{
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
        if ( dom->page[0][i] )
            assert_true(test_reaches(s[unit], sid, dom, 0, i));
        else
            assert_true(test_aborts(s[unit], sid, 0, i));
}

static void aborts(unsigned int unit, uint32_t sid)
{
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
        assert_true(test_aborts(s[unit], sid, 0, i));
}

/* Which of the two may go off. */
static void build(bool first, bool second)
{
    struct sim_id id[2] = { sim_v3_good(), sim_v2_good() };
    unsigned int i;

    world_reset(1, false);
    id[0].idr3 = 1U << 10;              /* ranges */
    for ( i = 0; i < 2; i++ )
    {
        assert_int_equal((i ? second : first)
                         ? world_powered(&id[i], SIM_NASTY & ~SIM_EVICT, true,
                                         true, false, SIM_CACHES_KEPT)
                         : world_unit(&id[i], SIM_NASTY & ~SIM_EVICT, true),
                         0);
        s[i] = world.sim[i];
        u[i] = &world.unit[i];
    }
    assert_int_equal(u[0]->backend->type, XEN_SMMU_TYPE_V3);
    assert_int_equal(u[1]->backend->type, XEN_SMMU_TYPE_V2);
    smmu_store(&smmu_delay, 0);
    a = world_create(0, 1);
    b = world_create(1, 1);
    fill(a);
    fill(b);
    for ( i = 0; i < 2; i++ )
    {
        dev[i] = world_dev(i, SID);
        dev_b[i] = world_dev(i, SID_B);
        assert_int_equal(world_attach(a, dev[i]), 0);
        warm(i, SID, a);
    }
}

static struct smmu_link *link_on(struct world_dom *dom, unsigned int i)
{
    struct smmu_link *link;

    for ( link = smmu_domain_links(dom->d); link; link = link->next )
        if ( link->unit == u[i] )
            return link;

    return NULL;
}

static unsigned int state_on(unsigned int i)
{
    return smmu_link_state(link_on(a, i));
}

/* What is given back is out of reach of both, at two writes each. */
static void both_awake(void **state)
{
    uint64_t cmds[2];
    unsigned int i, k;

    build(false, false);
    for ( i = 0; i < SLOTS - 1; i++ )
    {
        for ( k = 0; k < 2; k++ )
            cmds[k] = s[k]->nr_cmds;
        assert_int_equal(world_unmap(a, 0, i), 0);
        for ( k = 0; k < 2; k++ )
        {
            assert_int_equal(s[k]->nr_cmds, cmds[k] + 2);
            warm(k, SID, a);
        }
    }
}

/* One sleeps: debt there, not one access; invalidated here. */
static void one_asleep(bool first, bool second)
{
    unsigned int i, k, round;
    uint64_t mmio, cmds;

    build(first, second);
    for ( round = 0; round < 8; round++ )
        for ( i = 0; i < 2; i++ )
        {
            k = !i;
            fill(a);
            warm(0, SID, a);
            warm(1, SID, a);
            assert_int_equal(world_vote(dev[i], false), 0);
            assert_int_equal(state_on(i), XEN_SMMU_LINK_DORMANT);
            assert_int_equal(state_on(k), XEN_SMMU_LINK_LIVE);
            assert_int_equal(u[i]->state, (i ? second : first)
                             ? XEN_SMMU_UNIT_OFF : XEN_SMMU_UNIT_PARKED);
            assert_int_equal(u[k]->state, XEN_SMMU_UNIT_ON);
            mmio = s[i]->nr_mmio;
            cmds = s[k]->nr_cmds;
            assert_int_equal(world_unmap(a, 0, round % SLOTS), 0);
            assert_int_equal(s[i]->nr_mmio, mmio);
            assert_int_equal(s[k]->nr_cmds, cmds + 2);
            assert_false(smmu_debt_none(&link_on(a, i)->debt));
            assert_true(smmu_debt_none(&link_on(a, k)->debt));
            aborts(i, SID);
            warm(k, SID, a);
            /* Awake: what it owed is flushed, whatever its caches kept. */
            assert_int_equal(world_vote(dev[i], true), 0);
            assert_true(smmu_debt_none(&link_on(a, i)->debt));
            warm(i, SID, a);
            warm(k, SID, a);
            host_time_ns += 3000000000;
        }
}

static void one_parked(void **state)   { one_asleep(false, false); }
static void one_off(void **state)      { one_asleep(true, true); }
static void v3_off(void **state)       { one_asleep(true, false); }
static void v2_off(void **state)       { one_asleep(false, true); }

/* Both asleep, then one awake: the other owes it still. */
static void both_asleep(void **state)
{
    unsigned int i, k;
    uint64_t mmio[2];

    build(true, true);
    for ( i = 0; i < 8; i++ )
    {
        fill(a);
        warm(0, SID, a);
        warm(1, SID, a);
        assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
        for ( k = 0; k < 2; k++ )
        {
            assert_int_equal(u[k]->state, XEN_SMMU_UNIT_OFF);
            mmio[k] = s[k]->nr_mmio;
        }
        assert_int_equal(world_unmap(a, 0, i % SLOTS), 0);
        for ( k = 0; k < 2; k++ )
        {
            assert_int_equal(s[k]->nr_mmio, mmio[k]);
            aborts(k, SID);
        }
        assert_int_equal(world_vote(dev[!(i & 1)], false), 0);
        assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
        warm(i & 1, SID, a);
        aborts(!(i & 1), SID);
        assert_false(smmu_debt_none(&link_on(a, !(i & 1))->debt));
        assert_int_equal(world_vote(dev[!(i & 1)], true), 0);
        warm(!(i & 1), SID, a);
        host_time_ns += 3000000000;
    }
}

/* A gather: one flush of each that is awake, before any page goes. */
static void gathered(void **state)
{
    static struct smmu_gather gather;
    uint64_t cmds[2], page;
    unsigned int k;

    build(false, false);
    assert_true(smmu_gather_open(&gather, a->d));
    page = a->page[0][1];
    for ( k = 0; k < 4; k++ )
        world_gather(&gather, a, 0, k);
    for ( k = 0; k < 2; k++ )
        cmds[k] = s[k]->nr_cmds;
    assert_int_equal(host_page_kind(page), FRAME_DATA);
    assert_int_equal(smmu_gather_close(&gather), 0);
    assert_int_equal(host_page_kind(page), FRAME_FREE);
    for ( k = 0; k < 2; k++ )
    {
        assert_int_equal(s[k]->nr_cmds, cmds[k] + 2);
        warm(k, SID, a);
    }
}

/* One fails: the domain is quarantined, cut off from both; b goes on. */
static void one_fails(void **state)
{
    unsigned int i;

    for ( i = 0; i < 2; i++ )
    {
        build(false, false);
        assert_int_equal(world_attach(b, dev_b[!i]), 0);
        warm(!i, SID_B, b);
        world_break(i);
        assert_true(smmu_unit_failed(u[i]));
        assert_false(smmu_unit_failed(u[!i]));
        assert_int_equal(smmu_flush(a->d, 0, ~0ULL, true), -EIO);
        assert_true(smmu_domain_quarantined(a->d));
        aborts(i, SID);
        assert_int_equal(world_stop(a), -EIO);      /* it is crashed */
        aborts(!i, SID);
        warm(!i, SID_B, b);
        assert_int_equal(world_unmap(b, 0, 0), 0);
        warm(!i, SID_B, b);
        assert_int_equal(world_destroy(b), 0);
        assert_int_equal(host_complaints, 0);
    }
}

/* A sync that never comes, of either. */
static void no_sync(void **state)
{
    unsigned int i;

    for ( i = 0; i < 2; i++ )
    {
        build(false, false);
        assert_int_equal(world_attach(b, dev_b[!i]), 0);
        s[i]->sync_dead = true;
        assert_true(world_unmap(a, 0, 0) < 0);
        assert_true(smmu_unit_failed(u[i]));
        assert_false(smmu_unit_failed(u[!i]));
        assert_true(smmu_domain_quarantined(a->d));
        aborts(i, SID);
        assert_int_equal(world_stop(a), -EIO);
        aborts(!i, SID);
        warm(!i, SID_B, b);
        assert_int_equal(host_complaints, 0);
    }
}

/* The host sleeps and wakes: both come back, from whatever reset left. */
static void host_sleeps(void **state)
{
    unsigned int i;

    build(false, false);
    for ( i = 0; i < 4; i++ )
    {
        fill(a);
        warm(0, SID, a);
        warm(1, SID, a);
        assert_int_equal(world_suspend(), 0);
        assert_int_equal(world_unmap(a, 0, i), 0);
        world_resume();
        warm(0, SID, a);
        warm(1, SID, a);
        aborts(0, SID_B);
        aborts(1, SID_B);
    }
}

/* The end, from any mixture; then others have its devices and its VMIDs. */
static void ends(void **state)
{
    unsigned int asleep;

    for ( asleep = 0; asleep < 4; asleep++ )
    {
        build(asleep & 1, true);
        if ( asleep & 1 )
            assert_int_equal(world_vote(dev[0], false), 0);
        if ( asleep & 2 )
            assert_int_equal(world_vote(dev[1], false), 0);
        assert_int_equal(world_unmap(a, 0, 2), 0);
        assert_int_equal(world_destroy(a), 0);
        aborts(0, SID);
        aborts(1, SID);
        assert_int_equal(world_attach(b, dev[0]), 0);
        assert_int_equal(world_attach(b, dev[1]), 0);
        warm(0, SID, b);
        warm(1, SID, b);
        assert_int_equal(host_complaints, 0);
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(both_awake), T(one_parked), T(one_off), T(v3_off), T(v2_off),
        T(both_asleep), T(gathered), T(one_fails), T(no_sync), T(host_sleeps),
        T(ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
