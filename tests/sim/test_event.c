/* SPDX-License-Identifier: GPL-2.0-only */
/* Events: decoded, said in one line, limited, counted, never lost silently. */
#include "test.h"

static struct sim *s;
static struct world_dom *dom;
static struct world_dev *dev;

static int one_domain(void **state)
{
    world_reset(1, false);
    s = world_good(SIM_NASTY & ~SIM_EVICT);
    dom = world_create(4, 1);           /* d5 */
    dev = world_dev(0, 0x42);
    world_map(dom, 0, 0);
    if ( world_attach(dom, dev) )
        return -1;
    sim_settle();
    host_log_clear();

    return 0;
}

/* All that a line has to say. */
static void assert_line(const char *sid, const char *who, const char *path,
                        const char *access, const char *ipa, const char *why)
{
    const char *parts[] = { "smmu@0", who, path, sid, access, ipa, why };
    const char *line;
    unsigned int i;

    sim_settle();
    line = host_log_find(sid);
    if ( !line )
        fail_msg("no line for %s", sid);
    for ( i = 0; i < ARRAY_SIZE(parts); i++ )
        if ( parts[i] && !strstr(line, parts[i]) )
            fail_msg("no '%s' in: %s", parts[i], line);
    assert_int_equal(host_log_count(sid), 1);
}

static void translation(void **state)
{
    assert_int_equal(sim_dma(s, 0x42, 0x40205678, true), TXN_ABORTED);
    assert_line("0x42", "d5", "/dev@0,42", "WRITE", "0x40205678",
                "translation");
}

static void translation_read(void **state)
{
    assert_int_equal(sim_dma(s, 0x42, 0xabcdef123450, false), TXN_ABORTED);
    assert_line("0x42", "d5", "/dev@0,42", "READ", "0xabcdef123450",
                "translation");
}

static void permission(void **state)
{
    uint64_t table = dom->table[0];

    host_pte_store(table, dom->page[0][0] | 1ULL << 10 | 1ULL << 6 | 3);
    smmu_flush(dom->d, 0, ~0ULL, true);
    assert_int_equal(sim_dma(s, 0x42, world_ipa(0, 0), false), TXN_LANDED);
    assert_int_equal(sim_dma(s, 0x42, world_ipa(0, 0), true), TXN_ABORTED);
    assert_line("0x42", "d5", "/dev@0,42", "WRITE", "0x40000000",
                "permission");
}

static void access_flag(void **state)
{
    host_pte_store(dom->table[0], dom->page[0][0] | 3ULL << 6 | 3);
    smmu_flush(dom->d, 0, ~0ULL, true);
    assert_int_equal(sim_dma(s, 0x42, world_ipa(0, 0), true), TXN_ABORTED);
    assert_line("0x42", "d5", "/dev@0,42", "WRITE", "0x40000000", "access");
}

/* Nobody's stream: out of range, of no table, of a table. */
static void unknown(void **state)
{
    assert_true(test_aborts(s, 0x12345, 0, 0));
    assert_line("0x12345", NULL, NULL, NULL, NULL, "stream");
    assert_true(test_aborts(s, 0x7700, 0, 0));
    assert_line("0x7700", NULL, NULL, NULL, NULL, "stream");
    assert_true(test_aborts(s, 0x43, 0, 0));
    assert_line("0x43", NULL, NULL, NULL, NULL, "stream");
}

/* A known device of no domain aborts without a line. */
static void unassigned(void **state)
{
    assert_int_equal(world_detach(dev), 0);
    assert_true(test_aborts(s, 0x42, 0, 0));
    sim_settle();
    assert_int_equal(s->nr_events, 0);
}

/* An event type that is not known is shown as what it is. */
static void unknown_type(void **state)
{
    struct sim_txn t = { .sid = 0x42, .ipa = 0x1000 };

    host_enter();
    sim_event(s, &t, 0xf3, 0);
    host_leave();
    assert_line("0x42", "d5", "/dev@0,42", NULL, NULL, "0xf3");
}

static void not_coherent(void **state)
{
    struct sim_id id = sim_id_good();
    unsigned int i;

    assert_int_equal(world_unit(&id, SIM_NASTY & ~SIM_EVICT, false), 0);
    assert_int_equal(world_attach(dom, world_dev(1, 0x10)), 0);
    /* Round the queue several times: stale lines would show. */
    for ( i = 0; i < 1000; i++ )
    {
        char ipa[24];

        snprintf(ipa, sizeof(ipa), "ipa %#llx:",
                 0x50000000ULL + i * 0x1000);
        sim_dma(world.sim[1], 0x10, 0x50000000ULL + i * 0x1000, true);
        host_time_ns += 1000000000;
        sim_settle();
        if ( host_log_count(ipa) != 1 )
            fail_msg("event %u: %u lines for %s", i, host_log_count(ipa), ipa);
    }
    assert_int_equal(world.unit[1].nr_events, 1000);
}

/* One device floods: few lines, the rest counted; its neighbour is heard. */
static void flood(void **state)
{
    struct world_dom *other = world_create(1, 1);
    struct world_dev *quiet = world_dev(0, 0x50);
    unsigned int i, lines;

    assert_int_equal(world_attach(other, quiet), 0);
    for ( i = 0; i < 1000; i++ )
    {
        sim_dma(s, 0x42, 0x50000000, true);
        if ( i % 10 == 0 )
            sim_settle();
    }
    sim_settle();
    lines = host_log_count("ipa 0x50000000");
    assert_in_range(lines, 1, SMMU_LIMIT_BURST);
    assert_int_equal(dev->dev->faults, 1000);
    assert_int_equal(dev->dev->dropped, 1000 - lines);
    assert_int_equal(world.unit[0].nr_events, 1000);
    assert_int_equal(world.unit[0].nr_dropped, 1000 - lines);

    sim_dma(s, 0x50, 0x60000000, true);
    assert_line("0x50 ", "d2", "/dev@0,50", "WRITE", "0x60000000",
                "translation");

    /* A second later: a line again, and how many were missing. */
    host_time_ns += 1100000000;
    sim_dma(s, 0x42, 0x70000000, true);
    sim_settle();
    assert_int_equal(host_log_count("ipa 0x70000000"), 1);
    char missing[16];
    snprintf(missing, sizeof(missing), "%u", 1000 - lines);
    assert_logged(missing);
}

/* Unowned streams share one limit: many IDs are no way round it. */
static void flood_of_unknown(void **state)
{
    unsigned int i, lines;

    for ( i = 0; i < 500; i++ )
    {
        sim_dma(s, 0x8000 + i, 0x1000, true);
        if ( i % 10 == 0 )
            sim_settle();
    }
    sim_settle();
    lines = host_log_count("sid 0x8");
    assert_in_range(lines, 1, SMMU_LIMIT_BURST);
    assert_int_equal(world.unit[0].nr_dropped, 500 - lines);
}

/* The queue overflows: counted, and events flow again afterwards. */
static void overflow(void **state)
{
    unsigned int i, round;

    for ( round = 1; round < 5; round++ )
    {
        for ( i = 0; i < 3000; i++ )    /* nobody reads */
            sim_dma(s, 0x42, 0x50000000, true);
        assert_true(s->nr_overflows > 0);
        sim_settle();
        assert_int_equal(world.unit[0].nr_lost, round);
        assert_int_equal((s->evtq_prod ^ s->evtq_cons) >> 31, 0);
        host_time_ns += 1100000000;
        host_log_clear();
        sim_dma(s, 0x42, 0x77777000, true);
        sim_settle();
        assert_int_equal(host_log_count("ipa 0x77777000"), 1);
    }
    assert_int_equal(world.unit[0].nr_events, s->nr_events);
}

/* Events and commands of other domains do not wait for each other. */
static void busy_and_faulting(void **state)
{
    unsigned int i;

    for ( i = 0; i < 500; i++ )
    {
        sim_dma(s, 0x42, 0x50000000 + i, true);
        world_map(dom, 1, i % SLOTS);
        assert_int_equal(world_unmap(dom, 1, i % SLOTS), 0);
    }
    sim_settle();
    assert_int_equal(world.unit[0].nr_events, s->nr_events);
}

static void *do_work(void *arg)
{
    host_run_work();

    return arg;
}

/*
 * Reporting waits for unit->config; whoever holds that may wait for all use
 * counts to go, to take the power.
 */
static void reported_without_count(void **state)
{
    struct smmu_unit *u = &world.unit[0];
    unsigned int i;
    pthread_t t;

    sim_dma(s, 0x42, 0x50000000, true);
    smmu_mutex_lock(&u->config);
    host_irq_enter();
    smmu_unit_interrupt(u);
    host_irq_leave();
    assert_int_equal(pthread_create(&t, NULL, do_work, NULL), 0);
    while ( !smmu_load(&u->nr_events) )
        sched_yield();
    for ( i = 0; smmu_unit_users(u) && i < 1000000; i++ )
        sched_yield();
    i = smmu_unit_users(u);
    smmu_mutex_unlock(&u->config);
    pthread_join(t, NULL);
    assert_int_equal(i, 0);
    assert_int_equal(host_log_count("ipa 0x50000000"), 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, one_domain, test_end)

/* The events of before have been looked at, and it has cooled. */
static void long_after(void **state)
{
    unsigned int i;

    translation(state);
    for ( i = 0; i < 10; i++ )
        world_wait(10000000);
    assert_int_equal(host_timers_armed(), 0);
    host_log_clear();
    translation(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(translation), T(translation_read), T(permission), T(access_flag),
        T(reported_without_count), T(long_after),
    };
    const struct CMUnitTest v3[] = {
        T(unknown), T(unassigned), T(unknown_type), T(not_coherent), T(flood),
        T(flood_of_unknown), T(overflow), T(busy_and_faulting),
    };

    return test_run(tests, v3);
}
