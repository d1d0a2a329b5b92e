/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs of the benchmark share: one line a figure, "NAME VALUE",
 * on stdout, and worlds without any freedom: an SMMU as kind as QEMU's, so
 * that a figure is the driver's alone.
 */
#ifndef __TESTS_BENCH_BENCH_H__
#define __TESTS_BENCH_BENCH_H__

#include <inttypes.h>
#include <stdlib.h>

#include "world.h"

#define BENCH_BATCH     512U            /* pages of one hypercall of Linux */
#define BENCH_FIRST     0x40000ULL      /* page number of the first */
#define BENCH_MILLION   1000000U

static inline void bench_figure(const char *name, uint64_t value)
{
    printf("%s %" PRIu64 "\n", name, value);
}

/* A unit with the queue sizes of QEMU's, and range invalidation. */
static inline struct sim_id bench_id(void)
{
    struct sim_id id = sim_id_ranges();

    if ( id.kind != &sim_v3 )
        return id;
    id.idr1 = SIM_IDR1_SIDSIZE(16) | SIM_IDR1_EVENTQS(19) |
              SIM_IDR1_CMDQS(19);

    return id;
}

static inline void bench_unit(void)
{
    struct sim_id id = bench_id();

    if ( world_unit(&id, 0, true) )
        host_complain("a good unit was refused");
}

/* `domains` of one device each, on all of `units`.  The first is returned. */
#define BENCH_DOMAINS   64U
static inline struct smmu_domain *bench_domains(unsigned int domains,
                                                unsigned int units)
{
    static char paths[SIM_MAX][BENCH_DOMAINS][24];
    struct smmu_stage2 stage2 = { .ipa_bits = 40, .root_level = 1 };
    struct smmu_domain *first = NULL, *d;
    struct smmu_device *dev;
    unsigned int i, u;

    world_reset(1, false);
    host_store_buffer = false;
    for ( u = 0; u < units; u++ )
        bench_unit();
    host_enter();
    stage2.ttb = host_pages_alloc(FRAME_TABLE, 1, 2);
    host_leave();
    for ( i = 0; i < domains; i++ )
    {
        d = smmu_domain_create(i + 1, &stage2);
        first = first ?: d;
        for ( u = 0; d && u < units; u++ )
        {
            struct smmu_range sids = { 8 + i, 1 };

            snprintf(paths[u][i], sizeof(paths[u][i]), "/dev@%u,%u", u, i);
            if ( smmu_device_add(&world.unit[u], paths[u][i], false, &sids, 1,
                                 &dev) || smmu_attach(d, dev) )
                host_complain("a device was refused");
        }
    }
    sim_settle();

    return first;
}

static inline void *bench_page(void)
{
    uint64_t page;

    host_enter();
    page = host_page_alloc(FRAME_DATA, 1);
    host_leave();

    return (void *)(uintptr_t)page;
}

/* To be returned by main(): whether a figure may be believed. */
static inline int bench_end(void)
{
    if ( host_complaints )
        fprintf(stderr, "a rule was broken: %s\n", host_first_complaint);
    if ( host_counts.reads_locked || !host_at_rest() )
        fprintf(stderr, "a register was read under a lock, or one is left held\n");

    return host_complaints || host_counts.reads_locked || !host_at_rest();
}

#endif /* __TESTS_BENCH_BENCH_H__ */
