/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an unmap of a sleeping domain costs, step by step.
 *
 * The driver is compiled as for ThreadSanitizer, and linked to this in place
 * of its library: each load and store that the driver does by itself is told
 * to us, and of a debt's, which range it was of.
 */
#include "pair.h"

#define MILLION     1000000U
#define WINDOWS     10

static const struct smmu_debt *watched;
static bool counting;
static uint64_t accesses;               /* loads and stores of the driver */
static uint64_t moved;                  /* ranges */
static uint32_t looked_at;              /* at which: one bit each */

static void note(uintptr_t at, bool move, size_t bytes)
{
    uintptr_t first = (uintptr_t)watched->r;

    if ( !counting )
        return;
    accesses++;
    if ( at < first || at >= first + sizeof(watched->r) )
        return;
    if ( move )
        moved += bytes / sizeof(watched->r[0]);
    else
        looked_at |= 1U << ((at - first) / sizeof(watched->r[0]));
}

/* -- what the compiler calls ---------------------------------------------- */

#define TOLD(name) void __tsan_##name(void *at); \
    void __tsan_##name(void *at) { note((uintptr_t)at, false, 0); }
TOLD(read1) TOLD(read2) TOLD(read4) TOLD(read8) TOLD(read16)
TOLD(write1) TOLD(write2) TOLD(write4) TOLD(write8) TOLD(write16)
#define TOLD_RANGE(name) void __tsan_##name(void *at, size_t bytes); \
    void __tsan_##name(void *at, size_t bytes) \
    { note((uintptr_t)at, false, bytes); }
TOLD_RANGE(read_range) TOLD_RANGE(write_range)

void __tsan_init(void);
void __tsan_func_entry(void *from);
void __tsan_func_exit(void);
void __tsan_init(void) { }
void __tsan_func_entry(void *from) { }
void __tsan_func_exit(void) { }

/* What smmu_load() and the like are made of: host/atomic.c. */
uint64_t __tsan_atomic64_load(const uint64_t *p, int order);
void __tsan_atomic64_store(uint64_t *p, uint64_t v, int order);
uint64_t __tsan_atomic64_fetch_add(uint64_t *p, uint64_t v, int order);
int __tsan_atomic64_compare_exchange_strong(uint64_t *p, uint64_t *old,
                                            uint64_t new, int done, int not);

uint64_t __tsan_atomic64_load(const uint64_t *p, int order)
{
    note((uintptr_t)p, false, 8);
    return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}
void __tsan_atomic64_store(uint64_t *p, uint64_t v, int order)
{
    note((uintptr_t)p, false, 8);
    __atomic_store_n(p, v, __ATOMIC_SEQ_CST);
}
uint64_t __tsan_atomic64_fetch_add(uint64_t *p, uint64_t v, int order)
{
    note((uintptr_t)p, false, 8);
    return __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST);
}
int __tsan_atomic64_compare_exchange_strong(uint64_t *p, uint64_t *old,
                                            uint64_t new, int done, int not)
{
    note((uintptr_t)p, false, 8);
    return __atomic_compare_exchange_n(p, old, new, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

/* Linked with --wrap=memmove. */
void *__real_memmove(void *to, const void *from, size_t bytes);
void *__wrap_memmove(void *to, const void *from, size_t bytes);
void *__wrap_memmove(void *to, const void *from, size_t bytes)
{
    note((uintptr_t)to, true, bytes);
    return __real_memmove(to, from, bytes);
}

/* -- a debt by itself ----------------------------------------------------- */

static unsigned int log2_of(unsigned int n)
{
    return n < 2 ? 0 : 1 + log2_of(n / 2);
}

static unsigned int looked(void)
{
    return __builtin_popcount(looked_at);
}

static enum smmu_debt_change add(struct smmu_debt *debt, uint64_t first)
{
    enum smmu_debt_change how;

    watched = debt;
    accesses = moved = looked_at = 0;
    counting = true;
    how = smmu_debt_add(debt, first, 1);
    counting = false;

    return how;
}

/* A search of n, and one beside the place that it may touch. */
static unsigned int bound(unsigned int nr)
{
    return nr ? log2_of(nr) + 1 + 1 : 1;
}

/* In each place, of each number of ranges there can be. */
static void every_place(void **state)
{
    unsigned int nr, at, i, most = 0;
    struct smmu_debt full, debt;

    for ( nr = 0; nr <= SMMU_DEBT_RANGES; nr++ )
    {
        smmu_debt_clear(&full);
        for ( i = 0; i < nr; i++ )
            assert_int_equal(smmu_debt_add(&full, 100 + 4 * i, 1),
                             SMMU_DEBT_ADDED);
        for ( at = 90; at < 110 + 4 * nr; at++ )
        {
            debt = full;
            add(&debt, at);
            if ( looked() > bound(nr) || moved > nr )
                fail_msg("%u ranges, page %u: %u looked at, %lu moved", nr,
                         at, looked(), moved);
            most = looked() > most ? looked() : most;
        }
    }
    print_message("# at most %u of %u ranges looked at\n", most,
                  SMMU_DEBT_RANGES);
    /* It is seen what is looked at. */
    assert_in_range(most, log2_of(SMMU_DEBT_RANGES), SMMU_DEBT_RANGES - 1);
}

/* One insert that takes all ranges in pays for those that were added. */
static void takes_all_in(void **state)
{
    struct smmu_debt debt;
    unsigned int i;

    smmu_debt_clear(&debt);
    for ( i = 0; i < SMMU_DEBT_RANGES; i++ )
        smmu_debt_add(&debt, 100 + 4 * i, 1);
    watched = &debt;
    accesses = moved = looked_at = 0;
    counting = true;
    assert_int_equal(smmu_debt_add(&debt, 0, 1000), SMMU_DEBT_MERGED);
    counting = false;
    assert_int_equal(debt.nr, 1);
    assert_int_equal(looked(), SMMU_DEBT_RANGES);
    assert_in_range(accesses, 0, 8 * SMMU_DEBT_RANGES);
}

/* -- a million, in each order --------------------------------------------- */

static uint64_t sequential(uint64_t i) { return i; }
static uint64_t reverse(uint64_t i)    { return MILLION - 1 - i; }
static uint64_t stride2(uint64_t i)    { return 2 * i; }
/* Each of 2^20 pages once: an odd factor. */
static uint64_t shuffled(uint64_t i)   { return i * 0x9e3779b1 & 0xfffff; }

struct window {
    uint64_t accesses, most, moved, looked;
};

static void note_window(struct window *w)
{
    w->accesses += accesses;
    w->most = accesses > w->most ? accesses : w->most;
    w->moved = moved > w->moved ? moved : w->moved;
    w->looked = looked() > w->looked ? looked() : w->looked;
}

/* The last hundred thousand cost what the second did: nothing grows. */
static void assert_flat(const struct window *w, const char *name)
{
    unsigned int i;

    for ( i = 1; i < WINDOWS; i++ )
        if ( w[i].looked > bound(SMMU_DEBT_RANGES) ||
             w[i].moved > SMMU_DEBT_RANGES || w[i].most > w[0].most ||
             w[i].accesses > w[1].accesses + w[1].accesses / 50 )
            fail_msg("%s, window %u: %lu accesses, at most %lu, %lu ranges looked at, %lu moved; at first %lu, %lu",
                     name, i, w[i].accesses, w[i].most, w[i].looked,
                     w[i].moved, w[1].accesses, w[0].most);
    print_message("# %s: %lu.%lu loads and stores, at most %lu, %lu ranges looked at, %lu moved\n",
                  name, w[1].accesses / (MILLION / WINDOWS),
                  w[1].accesses * 10 / (MILLION / WINDOWS) % 10, w[0].most,
                  w[0].looked, w[0].moved);
}

/* By itself, and begun anew when it overflows: it stays full. */
static void full_debt(const char *name, uint64_t (*page)(uint64_t i))
{
    struct window w[WINDOWS] = { { 0 } };
    static struct smmu_debt debt;
    unsigned int i;

    smmu_debt_clear(&debt);
    for ( i = 0; i < MILLION; i++ )
    {
        if ( add(&debt, page(i)) == SMMU_DEBT_OVERFLOWED )
            smmu_debt_clear(&debt);
        note_window(&w[i / (MILLION / WINDOWS)]);
    }
    assert_flat(w, name);
}

static void million_inserts(void **state)
{
    full_debt("in order", sequential);
    full_debt("in reverse", reverse);
    full_debt("every other", stride2);
    full_debt("shuffled", shuffled);
}

/* The way the P2M comes: nothing of the SMMU's is touched, nothing grows. */
static void sleeping(const char *name, uint64_t (*page)(uint64_t i))
{
    struct window w[WINDOWS] = { { 0 } };
    struct host_counts before, after;
    uint64_t cmds, mmio, wakes, elided, gate;
    unsigned int i;

    pair_build((struct pair_power){ .source = false });
    pair_sleep(dev_a);
    sim_settle();
    watched = &link_of(a)->debt;
    cmds = s->nr_cmds;
    mmio = s->nr_mmio;
    wakes = u->nr_wakes;
    gate = u->gate;
    elided = link_of(a)->stats.elided;
    before = host_counts;
    for ( i = 0; i < MILLION; i++ )
    {
        accesses = moved = looked_at = 0;
        counting = true;
        if ( smmu_flush(a->d, 0x40000 + page(i), 1, true) )
            fail_msg("unmap %u failed", i);
        counting = false;
        note_window(&w[i / (MILLION / WINDOWS)]);
    }
    after = host_counts;
    assert_memory_equal(&before, &after, sizeof(before));
    assert_int_equal(s->nr_cmds, cmds);
    assert_int_equal(s->nr_mmio, mmio);
    assert_int_equal(u->nr_wakes, wakes);
    assert_int_equal(u->gate, gate);
    assert_int_equal(u->state, XEN_SMMU_UNIT_PARKED);
    assert_int_equal(host_timers_armed() + host_works_queued(), 0);
    assert_int_equal(link_of(a)->stats.elided, elided + MILLION);
    assert_false(smmu_debt_none(&link_of(a)->debt));
    assert_flat(w, name);
    /* The barrier, and whatever else was counted, is seen when it is there. */
    pair_wake(dev_a);
    assert_memory_not_equal(&before, &host_counts, sizeof(before));
}

static void million_unmaps(void **state)
{
    sleeping("unmaps in order", sequential);
    assert_int_equal(link_of(a)->stats.overflows, 0);
    sleeping("in reverse", reverse);
    assert_int_equal(link_of(a)->stats.overflows, 0);
    sleeping("every other", stride2);
    assert_int_equal(link_of(a)->stats.overflows, 1);
    sleeping("shuffled", shuffled);
    assert_int_equal(link_of(a)->stats.overflows, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_place), T(takes_all_in), T(million_inserts),
        T(million_unmaps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
