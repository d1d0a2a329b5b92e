/* SPDX-License-Identifier: GPL-2.0-only */
/* What the test programs share: cmocka, and a fresh world for each test. */
#ifndef __TESTS_SIM_TEST_H__
#define __TESTS_SIM_TEST_H__

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "world.h"

/* The ABI's reasons are logged by token. */
#define assert_logged(part) do { \
    if ( !host_log_find(part) ) \
        fail_msg("no line of the log has '%s'", part); \
} while ( 0 )
#define assert_not_logged(part) assert_null(host_log_find(part))

static inline int test_begin(void **state)
{
    world_reset(1, false);
    return 0;
}

/* No rule was broken, and no lock is left behind. */
static inline int test_end(void **state)
{
    if ( host_complaints )
        printf("# %s\n", host_first_complaint);
    if ( host_counts.reads_locked || !host_at_rest() )
        printf("# a lock is left held, or a register was read under one\n");

    return host_complaints || host_counts.reads_locked || !host_at_rest();
}

/* What the tests call commands, by v3's names. */
#define CFGI_STE    SIM_OP_STREAM
#define CFGI_ALL    SIM_OP_STREAMS
#define EL2_ALL     SIM_OP_HYP
#define VMALL       SIM_OP_VMID
#define S2_IPA      SIM_OP_IPA
#define NSNH_ALL    SIM_OP_ALL
#define SYNC        SIM_OP_SYNC
#define PROGRAM     0xff                /* v2: a whole invalidation of its own */

static inline bool test_is(const struct sim_kind *kind)
{
    return sim_id_good().kind == kind;
}

/*
 * v2 has no command for a stream: what a change of it makes outdated is
 * drained by an invalidation of its VMID, unless one is there already.
 */
static inline unsigned int test_expect(const uint8_t *want, unsigned int n,
                                       uint8_t *out)
{
    bool covered = false;
    unsigned int i, k = 0;

    for ( i = 0; i < n; i++ )
        if ( want[i] == PROGRAM )
        {
            static const uint8_t whole[] = { NSNH_ALL, EL2_ALL, SYNC };

            memcpy(&out[k], whole, sizeof(whole));
            k += test_is(&sim_v3) ? 0 : sizeof(whole);
        }
        else if ( test_is(&sim_v3) )
            out[k++] = want[i];
        else if ( want[i] == CFGI_STE )
        {
            if ( !covered )
                out[k++] = VMALL;
            covered = true;
        }
        else if ( want[i] != CFGI_ALL && want[i] != EL2_ALL )
        {
            out[k++] = want[i];
            if ( want[i] == NSNH_ALL )
                out[k++] = EL2_ALL;
            covered = want[i] != SYNC &&
                      (covered || want[i] == VMALL || want[i] == NSNH_ALL);
        }

    return k;
}

/* Since `mark` s was given these commands, and no others. */
static inline void test_cmds(const struct sim *s, uint64_t mark,
                             const uint8_t *want, unsigned int n)
{
    char got[256] = "";
    uint8_t expect[64];
    unsigned int i;
    uint64_t at;
    bool same;

    n = test_expect(want, n, expect);
    same = s->nr_cmds - mark == n;
    for ( at = mark; at < s->nr_cmds; at++ )
        snprintf(got + strlen(got), sizeof(got) - strlen(got), " %#x",
                 (unsigned int)(s->log[at % 64].d[0] & 0xff));
    for ( i = 0; same && i < n; i++ )
        same = (s->log[(mark + i) % 64].d[0] & 0xff) == expect[i];
    if ( !same )
        fail_msg("commands:%s", got);
}

/* How a unit says so many pages, all of them or none. */
static inline unsigned int test_range(const struct smmu_unit *unit,
                                      uint64_t pages)
{
    return unit->backend->range_cost(unit, pages) == 1 ? S2_IPA : VMALL;
}

/* Of links: a unit's cooling is about its faults. */
static inline unsigned int test_timers(const struct smmu_unit *unit)
{
    return host_timers_armed() - unit->cooling.armed;
}

/* Invalidations that n changes of streams cost beside others. */
static inline unsigned int test_streams(unsigned int n)
{
    return test_is(&sim_v2) ? n : 0;
}

/* Tests of both kinds, and those of v3 alone, as one group. */
#define test_run(both, v3) \
    test_run_groups(both, ARRAY_SIZE(both), v3, ARRAY_SIZE(v3))
static inline int test_run_groups(const struct CMUnitTest *both,
                                  unsigned int nr_both,
                                  const struct CMUnitTest *v3,
                                  unsigned int nr_v3)
{
    struct CMUnitTest all[128];
    unsigned int n = nr_both;

    memcpy(all, both, nr_both * sizeof(*all));
    if ( test_is(&sim_v3) )
        for ( ; n < nr_both + nr_v3; n++ )
            all[n] = v3[n - nr_both];

    return _cmocka_run_group_tests("tests", all, n, NULL, NULL);
}

/* What the driver asked of the hardware since test_count(). */
struct test_cost {
    uint64_t cmds, tlbi, cfgi, syncs, mmio, writes;
};
extern struct test_cost test_base;

static inline struct test_cost test_now(void)
{
    struct test_cost c = { 0 };
    unsigned int i;

    for ( i = 0; i < sim_count; i++ )
    {
        c.cmds += sim_nr(i)->nr_cmds;
        c.tlbi += sim_nr(i)->nr_tlbi;
        c.cfgi += sim_nr(i)->nr_cfgi;
        c.syncs += sim_nr(i)->nr_sync;
    }
    c.mmio = host_counts.reads + host_counts.writes;
    c.writes = host_counts.writes;

    return c;
}

static inline struct test_cost test_cost_since(const struct test_cost *b)
{
    struct test_cost c = test_now();

    return (struct test_cost){ c.cmds - b->cmds, c.tlbi - b->tlbi,
                               c.cfgi - b->cfgi, c.syncs - b->syncs,
                               c.mmio - b->mmio, c.writes - b->writes };
}

/* DMA goes to the page that the domain has there now. */
static inline bool test_reaches(struct sim *s, uint32_t sid,
                                const struct world_dom *dom,
                                unsigned int area, unsigned int slot)
{
    return sim_dma(s, sid, world_ipa(area, slot) + 8, true) == TXN_LANDED &&
           sim_last_pa == dom->page[area][slot] + 8;
}

static inline bool test_aborts(struct sim *s, uint32_t sid, unsigned int area,
                               unsigned int slot)
{
    return sim_dma(s, sid, world_ipa(area, slot), true) == TXN_ABORTED;
}

#endif /* __TESTS_SIM_TEST_H__ */
