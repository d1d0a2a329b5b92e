/* SPDX-License-Identifier: GPL-2.0-only */
/* The pure parts of power management: state tables, debt, policy. */
#include "test.h"

/* -- power.c -------------------------------------------------------------- */

/* DESIGN 4, written down once more: from, event, to.  All else is refused. */
static const struct { unsigned int from, event; int to; } link_steps[] = {
    { XEN_SMMU_LINK_DORMANT, SMMU_LINK_WAKE, XEN_SMMU_LINK_WAKING },
    { XEN_SMMU_LINK_WAKING, SMMU_LINK_OPENED, XEN_SMMU_LINK_LIVE },
    { XEN_SMMU_LINK_WAKING, SMMU_LINK_STAYED, XEN_SMMU_LINK_DORMANT },
    { XEN_SMMU_LINK_WAKING, SMMU_LINK_SLEEP, XEN_SMMU_LINK_QUIESCING },
    { XEN_SMMU_LINK_WAKING, SMMU_LINK_LOST, XEN_SMMU_LINK_FAILED },
    { XEN_SMMU_LINK_LIVE, SMMU_LINK_SLEEP, XEN_SMMU_LINK_QUIESCING },
    { XEN_SMMU_LINK_LIVE, SMMU_LINK_LOST, XEN_SMMU_LINK_FAILED },
    { XEN_SMMU_LINK_QUIESCING, SMMU_LINK_BLOCKED, XEN_SMMU_LINK_DORMANT },
    { XEN_SMMU_LINK_QUIESCING, SMMU_LINK_LOST, XEN_SMMU_LINK_FAILED },
};
static const struct { unsigned int from, event; int to; } unit_steps[] = {
    { XEN_SMMU_UNIT_ON, SMMU_UNIT_PARK, XEN_SMMU_UNIT_PARKED },
    { XEN_SMMU_UNIT_PARKED, SMMU_UNIT_RUN, XEN_SMMU_UNIT_ON },
    { XEN_SMMU_UNIT_PARKED, SMMU_UNIT_POWER_OFF, XEN_SMMU_UNIT_OFF },
    { XEN_SMMU_UNIT_OFF, SMMU_UNIT_PROGRAMMED, XEN_SMMU_UNIT_PARKED },
    { XEN_SMMU_UNIT_ON, SMMU_UNIT_FAIL, XEN_SMMU_UNIT_FAILED },
    { XEN_SMMU_UNIT_PARKED, SMMU_UNIT_FAIL, XEN_SMMU_UNIT_FAILED },
    { XEN_SMMU_UNIT_OFF, SMMU_UNIT_FAIL, XEN_SMMU_UNIT_FAILED },
};

static void link_table(void **state)
{
    unsigned int from, event, i;
    int want;

    for ( from = 0; from < 40; from++ )
        for ( event = 0; event < 40; event++ )
        {
            want = -EINVAL;
            for ( i = 0; i < ARRAY_SIZE(link_steps); i++ )
                if ( link_steps[i].from == from &&
                     link_steps[i].event == event )
                    want = link_steps[i].to;
            if ( smmu_power_link(from, event) != want )
                fail_msg("link: state %u, event %u: %d, not %d", from, event,
                         smmu_power_link(from, event), want);
        }
    assert_int_equal(smmu_power_link(~0U, ~0U), -EINVAL);
}

static void unit_table(void **state)
{
    unsigned int from, event, i;
    int want;

    for ( from = 0; from < 40; from++ )
        for ( event = 0; event < 40; event++ )
        {
            want = -EINVAL;
            for ( i = 0; i < ARRAY_SIZE(unit_steps); i++ )
                if ( unit_steps[i].from == from &&
                     unit_steps[i].event == event )
                    want = unit_steps[i].to;
            if ( smmu_power_unit(from, event) != want )
                fail_msg("unit: state %u, event %u: %d, not %d", from, event,
                         smmu_power_unit(from, event), want);
        }
    assert_int_equal(smmu_power_unit(~0U, ~0U), -EINVAL);
}

/* FAILED is the end; and nothing gets to LIVE but through WAKING. */
static void tables_are_safe(void **state)
{
    unsigned int i;

    for ( i = 0; i < SMMU_LINK_EVENTS; i++ )
        assert_int_equal(smmu_power_link(XEN_SMMU_LINK_FAILED, i), -EINVAL);
    for ( i = 0; i < SMMU_UNIT_EVENTS; i++ )
        assert_int_equal(smmu_power_unit(XEN_SMMU_UNIT_FAILED, i), -EINVAL);
    for ( i = 0; i < SMMU_LINK_STATES * SMMU_LINK_EVENTS; i++ )
        if ( smmu_power_link(i / SMMU_LINK_EVENTS, i % SMMU_LINK_EVENTS) ==
             XEN_SMMU_LINK_LIVE )
            assert_int_equal(i / SMMU_LINK_EVENTS, XEN_SMMU_LINK_WAKING);
}

static void wanted(void **state)
{
    /* force, vote: wanted, unless the domain is stopped. */
    static const bool want[3][2] = { { false, true },       /* auto */
                                     { false, false },      /* suspend */
                                     { true, true } };      /* resume */
    unsigned int force, vote;

    for ( force = 0; force < 3; force++ )
        for ( vote = 0; vote < 2; vote++ )
        {
            assert_int_equal(smmu_power_wanted(false, force, vote),
                             want[force][vote]);
            assert_false(smmu_power_wanted(true, force, vote));
        }
}

static void may_off(void **state)
{
    unsigned int i;

    for ( i = 0; i < 8; i++ )
    {
        struct smmu_power_caps caps = { i & 1, i & 2, i & 4 };

        assert_int_equal(smmu_power_may_off(&caps), i & 1);
    }
}

/* -- debt.c --------------------------------------------------------------- */

static struct smmu_debt debt;

static void assert_ranges(unsigned int nr, const uint64_t *ends)
{
    unsigned int i;

    assert_false(debt.all);
    assert_int_equal(debt.nr, nr);
    for ( i = 0; i < nr; i++ )
    {
        assert_int_equal(debt.r[i].first, ends[2 * i]);
        assert_int_equal(debt.r[i].last, ends[2 * i + 1]);
    }
}
#define RANGES(...) assert_ranges( \
    sizeof((uint64_t[]){ __VA_ARGS__ }) / 16, (uint64_t[]){ __VA_ARGS__ })

static void debt_empty(void **state)
{
    smmu_debt_clear(&debt);
    assert_true(smmu_debt_none(&debt));
    assert_int_equal(smmu_debt_pages(&debt), 0);
    smmu_debt_add_all(&debt);
    assert_false(smmu_debt_none(&debt));
    assert_int_equal(smmu_debt_pages(&debt), ~0ULL);
    assert_int_equal(smmu_debt_add(&debt, 5, 1), SMMU_DEBT_COVERED);
    smmu_debt_clear(&debt);
    assert_true(smmu_debt_none(&debt));
}

static void debt_merges(void **state)
{
    smmu_debt_clear(&debt);
    assert_int_equal(smmu_debt_add(&debt, 100, 1), SMMU_DEBT_ADDED);
    assert_int_equal(smmu_debt_add(&debt, 50, 10), SMMU_DEBT_ADDED);
    assert_int_equal(smmu_debt_add(&debt, 200, 1), SMMU_DEBT_ADDED);
    RANGES(50, 59, 100, 100, 200, 200);
    /* Touching, on either side. */
    assert_int_equal(smmu_debt_add(&debt, 101, 1), SMMU_DEBT_MERGED);
    assert_int_equal(smmu_debt_add(&debt, 49, 1), SMMU_DEBT_MERGED);
    assert_int_equal(smmu_debt_add(&debt, 60, 1), SMMU_DEBT_MERGED);
    RANGES(49, 60, 100, 101, 200, 200);
    assert_int_equal(smmu_debt_pages(&debt), 15);
    /* Inside, overlapping. */
    assert_int_equal(smmu_debt_add(&debt, 50, 3), SMMU_DEBT_COVERED);
    assert_int_equal(smmu_debt_add(&debt, 49, 12), SMMU_DEBT_COVERED);
    assert_int_equal(smmu_debt_add(&debt, 98, 3), SMMU_DEBT_MERGED);
    RANGES(49, 60, 98, 101, 200, 200);
    /* One page in between is a gap. */
    assert_int_equal(smmu_debt_add(&debt, 62, 1), SMMU_DEBT_ADDED);
    RANGES(49, 60, 62, 62, 98, 101, 200, 200);
    /* The gap closes: three become one. */
    assert_int_equal(smmu_debt_add(&debt, 61, 1), SMMU_DEBT_MERGED);
    RANGES(49, 62, 98, 101, 200, 200);
    assert_int_equal(smmu_debt_add(&debt, 0, 1000), SMMU_DEBT_MERGED);
    RANGES(0, 999);
}

static void debt_top(void **state)
{
    const uint64_t top = ~0ULL;

    smmu_debt_clear(&debt);
    assert_int_equal(smmu_debt_add(&debt, top, 1), SMMU_DEBT_ADDED);
    RANGES(top, top);
    assert_int_equal(smmu_debt_add(&debt, top - 1, 1), SMMU_DEBT_MERGED);
    assert_int_equal(smmu_debt_add(&debt, top - 1, 100), SMMU_DEBT_COVERED);
    RANGES(top - 1, top);
    assert_int_equal(smmu_debt_add(&debt, 0, 1), SMMU_DEBT_ADDED);
    RANGES(0, 0, top - 1, top);
    /* Beyond the last page it ends there; it does not wrap. */
    assert_int_equal(smmu_debt_add(&debt, top - 9, top), SMMU_DEBT_MERGED);
    RANGES(0, 0, top - 9, top);
    assert_int_equal(smmu_debt_add(&debt, 1, top - 10), SMMU_DEBT_MERGED);
    RANGES(0, top);
    assert_int_equal(smmu_debt_add(&debt, 5, 1), SMMU_DEBT_COVERED);
    assert_false(smmu_debt_none(&debt));
}

static void debt_overflow(void **state)
{
    unsigned int i;

    smmu_debt_clear(&debt);
    for ( i = 0; i < SMMU_DEBT_RANGES; i++ )
        assert_int_equal(smmu_debt_add(&debt, 1000 - 10 * i, 1),
                         SMMU_DEBT_ADDED);
    /* Full, and yet what touches fits. */
    assert_int_equal(smmu_debt_add(&debt, 1001, 1), SMMU_DEBT_MERGED);
    assert_int_equal(debt.nr, SMMU_DEBT_RANGES);
    assert_int_equal(smmu_debt_add(&debt, 5, 1), SMMU_DEBT_OVERFLOWED);
    assert_true(debt.all);
    assert_int_equal(smmu_debt_pages(&debt), ~0ULL);
    assert_int_equal(smmu_debt_add(&debt, 7, 1), SMMU_DEBT_COVERED);
}

/* A million at random against a bitmap of the same 128 pages. */
static void debt_random(void **state)
{
    unsigned int i, k, runs, overflows = 0;
    unsigned __int128 map = 0, add, have;
    enum smmu_debt_change how, want;
    uint64_t first, pages, base = 0;

    smmu_debt_clear(&debt);
    for ( i = 0; i < 1000000; i++ )
    {
        first = host_pick(128);
        pages = 1 + (host_chance(16) ? host_pick(128) : host_pick(3));
        if ( first + pages > 128 )
            pages = 128 - first;
        add = pages == 128 ? ~(unsigned __int128)0
                           : (((unsigned __int128)1 << pages) - 1) << first;
        runs = debt.nr;
        how = smmu_debt_add(&debt, base + first, pages);

        want = (map & add) == add ? SMMU_DEBT_COVERED :
               (map & (add | add << 1 | add >> 1)) ? SMMU_DEBT_MERGED :
               runs == SMMU_DEBT_RANGES ? SMMU_DEBT_OVERFLOWED
                                        : SMMU_DEBT_ADDED;
        if ( how != want )
            fail_msg("insert %u: change %u, not %u", i, how, want);
        map |= add;

        if ( how == SMMU_DEBT_OVERFLOWED )
        {
            assert_true(debt.all);
            overflows++;
        }
        else
        {
            for ( have = 0, k = 0; k < debt.nr; k++ )
            {
                const struct smmu_debt_range *r = &debt.r[k];

                pages = r->last - r->first + 1;
                if ( r->last < r->first || r->first < base ||
                     (k && r->first - r[-1].last < 2) )
                    fail_msg("insert %u: range %u is out of order", i, k);
                have |= (pages == 128 ? ~(unsigned __int128)0 :
                         (((unsigned __int128)1 << pages) - 1)) <<
                        (r->first - base);
            }
            if ( have != map || debt.all || debt.nr > SMMU_DEBT_RANGES )
                fail_msg("insert %u: other pages than were added", i);
        }
        /* What is owed of some pages, which may go on beyond the top. */
        first = host_pick(128);
        pages = 1 + host_pick(128 - first);
        add = pages == 128 ? ~(unsigned __int128)0
                           : (((unsigned __int128)1 << pages) - 1) << first;
        if ( base == -128ULL && first + pages == 128 )
            pages += host_pick(1000);
        if ( smmu_debt_meets(&debt, base + first, pages) !=
             (debt.all || (map & add)) )
            fail_msg("insert %u: %lu pages from %#lx are said to be %sowed",
                     i, pages, base + first, (map & add) ? "not " : "");
        /* Now and then anew, also where page numbers end. */
        if ( how == SMMU_DEBT_OVERFLOWED || host_chance(60) )
        {
            smmu_debt_clear(&debt);
            map = 0;
            base = host_chance(4) ? -128ULL : host_random() << 8;
        }
    }
    assert_in_range(overflows, 1000, 1000000);
}

/* -- policy.c ------------------------------------------------------------- */

#define MS  1000000ULL

static void policy_rare(void **state)
{
    struct smmu_policy p = { 0 };
    uint64_t now = 5000 * MS, i;

    /* A few wakes a second cost nothing, whatever the delay. */
    for ( i = 0; i < 100; i++, now += 250 * MS )
    {
        smmu_policy_woke(&p, now);
        assert_int_equal(smmu_policy_delay(&p, now, 0), 0);
        assert_int_equal(smmu_policy_delay(&p, now, 20 * MS), 20 * MS);
    }
}

static void policy_toggles(void **state)
{
    struct smmu_policy p = { 0 };
    uint64_t now = 5000 * MS, last = 0, d, i;

    for ( i = 0; i < 64; i++, now += 1000 )
    {
        smmu_policy_woke(&p, now);
        d = smmu_policy_delay(&p, now, 0);
        assert_true(d >= last);         /* never less while it goes on */
        assert_true(d <= 1000 * MS);    /* and bounded */
        last = d;
    }
    assert_int_equal(last, 1000 * MS);
    /* A longer delay of its own stays what it is. */
    assert_int_equal(smmu_policy_delay(&p, now, 3000 * MS), 3000 * MS);
    /* It calms down, and is forgiven. */
    assert_int_equal(smmu_policy_delay(&p, now + 2500 * MS, 0), 0);
    smmu_policy_woke(&p, now + 10000 * MS);
    assert_int_equal(smmu_policy_delay(&p, now + 10000 * MS, 7), 7);
}

/* The second before counts too: no free wakes at its turn. */
static void policy_turn(void **state)
{
    struct smmu_policy p = { 0 };
    uint64_t now = 5000 * MS;
    unsigned int i;

    for ( i = 0; i < 40; i++ )
        smmu_policy_woke(&p, now + i);
    smmu_policy_woke(&p, now + 1001 * MS);
    assert_true(smmu_policy_delay(&p, now + 1001 * MS, 0) > 100 * MS);
    smmu_policy_woke(&p, now + 2100 * MS);
    assert_int_equal(smmu_policy_delay(&p, now + 2100 * MS, 0), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(link_table), T(unit_table), T(tables_are_safe), T(wanted),
        T(may_off), T(debt_empty), T(debt_merges), T(debt_top),
        T(debt_overflow), T(debt_random), T(policy_rare), T(policy_toggles),
        T(policy_turn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
