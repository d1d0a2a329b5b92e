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
