/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an unmap costs in instructions.  Run under callgrind, which collects
 * inside of measured() only, and writes one profile a case; without it, it
 * does the same and shows nothing.
 *
 * What is the driver's, and what the platform's, the reader of the profiles
 * tells apart by source file.
 */
#include <valgrind/callgrind.h>

#include "bench.h"

static struct smmu_domain *domain;
static struct smmu_gather gather;
static struct smmu_debt debt;
static void *pages[BENCH_BATCH];

/* -- orders ----------------------------------------------------------------- */

static uint64_t sequential(uint64_t i) { return i; }
static uint64_t reverse(uint64_t i)    { return BENCH_BATCH - 1 - i; }
static uint64_t stride2(uint64_t i)    { return 2 * i; }
/* Each of 2^20 pages once: an odd factor. */
static uint64_t shuffled(uint64_t i)   { return i * 0x9e3779b1 & 0xfffff; }
/* Sixteen places, in turn, each growing. */
static uint64_t places(uint64_t i)     { return (i % 16 << 24) + i / 16; }

static const struct order {
    const char *name;
    uint64_t (*page)(uint64_t i);
} orders[] = {
    { "sequential", sequential }, { "reverse", reverse },
    { "stride2", stride2 }, { "random", shuffled },
};

/* -- what is measured ------------------------------------------------------- */

/* As decrease_reservation: collected, and flushed at the end. */
static void in_one(uint64_t (*page)(uint64_t i), uint64_t first)
{
    unsigned int i;

    smmu_gather_open(&gather, domain);
    for ( i = 0; i < BENCH_BATCH; i++ )
    {
        smmu_gather_add(&gather, BENCH_FIRST + page(first + i));
        smmu_gather_keep(&gather, pages[i]);
    }
    if ( smmu_gather_close(&gather) )
        host_complain("a drain failed");
}

/* As whatever unmaps outside of an operation. */
static void one_by_one(uint64_t (*page)(uint64_t i), uint64_t first)
{
    unsigned int i;

    for ( i = 0; i < BENCH_BATCH; i++ )
        if ( smmu_flush(domain, BENCH_FIRST + page(first + i), 1, true) )
            host_complain("a flush failed");
}

static void insert(uint64_t (*page)(uint64_t i), uint64_t first)
{
    unsigned int i;

    for ( i = 0; i < BENCH_BATCH; i++ )
        smmu_debt_add(&debt, BENCH_FIRST + page(first + i), 1);
}

typedef void work(uint64_t (*page)(uint64_t i), uint64_t first);

/* Named to callgrind: --toggle-collect=measured */
__attribute__((noinline)) void measured(work *what, uint64_t (*page)(uint64_t),
                                        uint64_t first);
void measured(work *what, uint64_t (*page)(uint64_t i), uint64_t first)
{
    what(page, first);
}

static void measure(const char *kind, const char *name, work *what,
                    uint64_t (*page)(uint64_t i), uint64_t first)
{
    char label[48];
    unsigned int i;

    for ( i = 0; what == in_one && i < BENCH_BATCH; i++ )
        pages[i] = bench_page();
    snprintf(label, sizeof(label), "%s.%s", kind, name);
    CALLGRIND_ZERO_STATS;
    measured(what, page, first);
    CALLGRIND_DUMP_STATS_AT(label);
}

/* -- cases ------------------------------------------------------------------ */

static void one_domain(bool asleep)
{
    domain = bench_domains(1, 1);
    if ( asleep && smmu_force(domain, XEN_SMMU_FORCE_SUSPEND) )
        host_complain("it does not sleep");
}

static void in_each_order(void)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(orders); i++ )
    {
        one_domain(false);
        measure("live", orders[i].name, in_one, orders[i].page, 0);
        one_domain(true);
        measure("dormant", orders[i].name, in_one, orders[i].page, 0);
        one_domain(false);
        measure("live-single", orders[i].name, one_by_one, orders[i].page, 0);
        one_domain(true);
        measure("dormant-single", orders[i].name, one_by_one, orders[i].page,
                0);
    }
}

static void scaling(void)
{
    static const unsigned int domains[] = { 1, 2, 8, 64 }, units[] = { 1, 2, 4 };
    char name[16];
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(domains); i++ )
    {
        snprintf(name, sizeof(name), "%u", domains[i]);
        domain = bench_domains(domains[i], 1);
        measure("domains", name, in_one, sequential, 0);
    }
    for ( i = 0; i < ARRAY_SIZE(units); i++ )
    {
        snprintf(name, sizeof(name), "%u", units[i]);
        domain = bench_domains(2, units[i]);
        measure("units", name, in_one, sequential, 0);
    }
}

/* A debt of so many pages already; by itself, and the way the P2M comes. */
static void debts(const char *kind, uint64_t (*page)(uint64_t i))
{
    char name[16];
    uint64_t n, i;

    for ( n = 1; n <= BENCH_MILLION; n *= 10 )
    {
        smmu_debt_clear(&debt);
        for ( i = 0; i < n; i++ )
            smmu_debt_add(&debt, BENCH_FIRST + page(i), 1);
        snprintf(name, sizeof(name), "%lu", (unsigned long)n);
        measure(kind, name, insert, page, n);
    }
}

int main(void)
{
    in_each_order();
    scaling();
    debts("debt", sequential);
    debts("debt-full", places);

    return bench_end();
}
