/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two domains on one unit, of whatever power source: a, which is awake and
 * whose pages are all warm, and b, to which nothing is assigned yet.
 */
#ifndef __TESTS_SIM_PAIR_H__
#define __TESTS_SIM_PAIR_H__

#include "test.h"

#define NICE        (SIM_NASTY & ~SIM_EVICT)
#define SID_A       8
#define SID_A2      9
#define SID_B       16

static struct sim *s;
static struct smmu_unit *u;
static struct world_dom *a, *b;
static struct world_dev *dev_a, *dev_a2, *dev_b;

/* What a unit's power source promises; none: no source. */
struct pair_power {
    bool source, held, kept;
    enum sim_caches caches;
};

static inline void pair_fill(struct world_dom *dom)
{
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
        world_map(dom, 0, i);
}

/* All of its pages are in every cache. */
static inline void pair_warm(uint32_t sid, struct world_dom *dom)
{
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
        if ( dom->page[0][i] )
            assert_true(test_reaches(s, sid, dom, 0, i));
}

static inline void pair_build(struct pair_power p)
{
    struct sim_id id = sim_id_small();

    world_reset(1, false);
    assert_int_equal(p.source ? world_powered(&id, NICE, true, p.held, p.kept,
                                              p.caches)
                              : world_unit(&id, NICE, true), 0);
    s = world.sim[0];
    s->caches = p.caches;
    u = &world.unit[0];
    smmu_store(&smmu_delay, 0);
    a = world_create(0, 1);
    b = world_create(1, 1);
    dev_a = world_dev(0, SID_A);
    dev_a2 = world_dev(0, SID_A2);
    dev_b = world_dev(0, SID_B);
    pair_fill(a);
    pair_fill(b);
    assert_int_equal(world_attach(a, dev_a), 0);
    pair_warm(SID_A, a);
    host_run_work();                    /* looks at events are not at issue */
}

static inline struct smmu_link *link_of(const struct world_dom *dom)
{
    return smmu_domain_links(dom->d);
}

static inline unsigned int state_of(const struct world_dom *dom)
{
    return smmu_link_state(link_of(dom));
}

/* Says that its device sleeps; the link does, unless others are awake. */
static inline void pair_sleep(struct world_dev *dev)
{
    assert_int_equal(world_vote(dev, false), 0);
    assert_int_equal(state_of(dev->dom), XEN_SMMU_LINK_DORMANT);
}

static inline void pair_wake(struct world_dev *dev)
{
    assert_int_equal(world_vote(dev, true), 0);
    assert_int_equal(state_of(dev->dom), XEN_SMMU_LINK_LIVE);
    assert_int_equal(u->state, XEN_SMMU_UNIT_ON);
    assert_false(sim_blocks(s));
}

/* Whatever any of its masters asks for. */
static inline void pair_all_abort(void)
{
    static const uint32_t sids[] = { SID_A, SID_A2, SID_B, 0x99 };
    unsigned int i, k;

    for ( i = 0; i < ARRAY_SIZE(sids); i++ )
        for ( k = 0; k < SLOTS; k++ )
            assert_true(test_aborts(s, sids[i], 0, k));
}

/* Pages that are there are reached, those given back are not. */
static inline void pair_right(uint32_t sid, struct world_dom *dom)
{
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
        if ( dom->page[0][i] )
            assert_true(test_reaches(s, sid, dom, 0, i));
        else
            assert_true(test_aborts(s, sid, 0, i));
}

/* DESIGN 5: it aborts, and looks at nothing. */
static inline void pair_unit_failed(void)
{
    assert_int_equal(u->state, XEN_SMMU_UNIT_FAILED);
    assert_true(sim_blocks(s));
    assert_int_equal(smmu_unit_users(u), 0);
    assert_false(smmu_unit_get(u));
    pair_all_abort();
}

/* Commands since `mark`, of this opcode. */
static inline unsigned int pair_cmds(uint64_t mark, unsigned int opcode)
{
    unsigned int n = 0;

    assert_true(s->nr_cmds - mark <= ARRAY_SIZE(s->log));
    for ( ; mark < s->nr_cmds; mark++ )
        n += (s->log[mark % ARRAY_SIZE(s->log)].d[0] & 0xff) == opcode;

    return n;
}

#endif /* __TESTS_SIM_PAIR_H__ */
