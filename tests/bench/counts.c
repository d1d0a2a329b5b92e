/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver asks of the hardware: commands, register accesses, barriers,
 * polls; counted by the simulated SMMU and the platform, not by the driver.
 */
#include "bench.h"
#include "test.h"

struct test_cost test_base;

static uint64_t barriers(void)
{
    return host_counts.wmb + host_counts.rmb;
}

/* One operation of `pages` pages, as decrease_reservation's. */
static void give_back(struct smmu_domain *d, uint64_t first,
                      unsigned int pages)
{
    static struct smmu_gather gather;
    unsigned int i;

    smmu_gather_open(&gather, d);
    for ( i = 0; i < pages; i++ )
    {
        /* The P2M's lock is held, and let go, for each page. */
        host_p2m_enter();
        smmu_gather_add(&gather, first + i);
        host_p2m_leave();
        smmu_gather_keep(&gather, bench_page());
    }
    if ( smmu_gather_close(&gather) )
        host_complain("a drain failed");
}

/* -- a sleeping domain's unmaps --------------------------------------------- */

/* Half of them one by one, half in operations. */
static void dormant(bool source)
{
    struct sim_id id = bench_id();
    struct test_cost before, c;
    struct world_dom *dom;
    uint64_t wakes;
    unsigned int i;

    world_reset(1, false);
    if ( world_powered(&id, 0, true, source, false, SIM_CACHES_KEPT) )
        host_complain("a good unit was refused");
    smmu_store(&smmu_delay, 0);
    dom = world_create(0, 1);
    if ( world_attach(dom, world_dev(0, 8)) ||
         world_vote(&world.dev[0], false) )
        host_complain("the domain does not sleep");
    sim_settle();
    before = test_now();
    wakes = world.unit[0].nr_wakes + world.sim[0]->nr_ons;
    for ( i = 0; i < BENCH_MILLION / 2; i++ )
        if ( smmu_flush(dom->d, BENCH_FIRST + i, 1, true) )
            host_complain("an unmap failed");
    for ( ; i < BENCH_MILLION; i += BENCH_BATCH )
        give_back(dom->d, BENCH_FIRST + i, BENCH_BATCH);
    c = test_cost_since(&before);
    wakes = world.unit[0].nr_wakes + world.sim[0]->nr_ons - wakes;
    if ( !source )
    {
        bench_figure("dormant.pages", i);
        bench_figure("dormant.commands", c.cmds);
        bench_figure("dormant.accesses", c.mmio);
        bench_figure("dormant.wakes", wakes);
    }
    else
        bench_figure("off.wakes", wakes);
    /* It is seen when there is something. */
    before = test_now();
    if ( world_vote(&world.dev[0], true) ||
         !test_cost_since(&before).cmds )
        host_complain("the wake-up cost nothing: nothing was counted");
}

/* -- a batch ---------------------------------------------------------------- */

static void batch(void)
{
    struct smmu_domain *d = bench_domains(1, 1);
    uint64_t b = barriers();
    struct test_cost before = test_now(), c;

    give_back(d, BENCH_FIRST, BENCH_BATCH);
    c = test_cost_since(&before);
    bench_figure("batch.commands", c.cmds);
    bench_figure("batch.accesses", c.mmio);
    bench_figure("batch.barriers", barriers() - b);
    bench_figure("queue.bytes", world.unit[0].queue_bytes);
}

static void scaling(void)
{
    static const unsigned int domains[] = { 1, 2, 8, 64 }, units[] = { 1, 2, 4 };
    struct test_cost before;
    struct smmu_domain *d;
    char name[32];
    unsigned int i, n, most = world.unit[0].max_links ?: ~0U;

    for ( i = 0; i < ARRAY_SIZE(domains); i++ )
    {
        n = domains[i];
        d = bench_domains(n < most ? n : most, 1);
        before = test_now();
        give_back(d, BENCH_FIRST, BENCH_BATCH);
        snprintf(name, sizeof(name), "domains.%u", n < most ? n : most);
        bench_figure(name, test_cost_since(&before).cmds);
    }
    for ( i = 0; i < ARRAY_SIZE(units); i++ )
    {
        d = bench_domains(2, units[i]);
        before = test_now();
        give_back(d, BENCH_FIRST, BENCH_BATCH);
        snprintf(name, sizeof(name), "units.%u", units[i]);
        bench_figure(name, test_cost_since(&before).cmds);
    }
}

/* -- wake-ups --------------------------------------------------------------- */

/* A domain with `streams` devices that owes `ranges`; another one or none. */
static uint64_t wake_on(unsigned int ranges, unsigned int streams, bool other,
                        bool ril)
{
    struct sim_id id = bench_id();
    struct test_cost before;
    struct world_dom *dom;
    unsigned int i;

    world_reset(1, false);
    if ( !ril )
        id.idr3 = 0;
    if ( world_unit(&id, 0, true) )
        host_complain("a good unit was refused");
    smmu_store(&smmu_delay, 0);
    dom = world_create(0, 1);
    for ( i = 0; i < streams; i++ )
        if ( world_attach(dom, world_dev(0, 8 + i)) )
            host_complain("a device was refused");
    if ( other && world_attach(world_create(1, 1), world_dev(0, 32)) )
        host_complain("a device was refused");
    if ( world_force(dom, XEN_SMMU_FORCE_SUSPEND) )
        host_complain("it does not sleep");
    for ( i = 0; i < ranges; i++ )
        if ( smmu_flush(dom->d, BENCH_FIRST + 8 * i, 2, true) )
            host_complain("an unmap failed");
    sim_settle();
    before = test_now();
    if ( world_force(dom, XEN_SMMU_FORCE_AUTO) )
        host_complain("it does not wake");

    return test_cost_since(&before).cmds;
}

/* worst; and by how much it exceeds what the target allows. */
static void wakes_on(void)
{
    uint64_t worst = 0, over = 0, none = ~0ULL, cmds, may;
    unsigned int ranges, streams, how;

    for ( ranges = 0; ranges <= SMMU_DEBT_RANGES; ranges++ )
        for ( streams = 1; streams <= 4; streams++ )
            for ( how = 0; how < 4; how++ )
            {
                cmds = wake_on(ranges, streams, how & 1, how & 2);
                may = ranges + streams + 2;
                worst = cmds > worst ? cmds : worst;
                none = cmds < none ? cmds : none;
                over = cmds > may && cmds - may > over ? cmds - may : over;
            }
    bench_figure("wake.on", wake_on(SMMU_DEBT_RANGES, 1, true, true));
    bench_figure("wake.on.least", none);
    bench_figure("wake.on.worst", worst);
    bench_figure("wake.on.over", over);
}

static void wake_off(const char *name, uint32_t idr0)
{
    struct sim_id id = bench_id();
    struct test_cost before, c;
    struct world_dom *dom;
    char figure[40];
    uint64_t polls;

    world_reset(1, false);
    id.idr0 |= idr0;
    if ( world_powered(&id, 0, true, true, false, SIM_CACHES_KEPT) )
        host_complain("a good unit was refused");
    smmu_store(&smmu_delay, 0);
    dom = world_create(0, 1);
    if ( world_attach(dom, world_dev(0, 8)) ||
         world_vote(&world.dev[0], false) )
        host_complain("it does not sleep");
    if ( world.unit[0].state != XEN_SMMU_UNIT_OFF )
        host_complain("the unit is not off");
    before = test_now();
    polls = world.sim[0]->nr_polls;
    if ( world_vote(&world.dev[0], true) )
        host_complain("it does not wake");
    c = test_cost_since(&before);
    snprintf(figure, sizeof(figure), "wake.off.%s.commands", name);
    bench_figure(figure, c.cmds);
    snprintf(figure, sizeof(figure), "wake.off.%s.accesses", name);
    bench_figure(figure, c.mmio - (world.sim[0]->nr_polls - polls));
}

/* -- polls ------------------------------------------------------------------ */

/* A live domain on a unit of these freedoms, with a 2 MiB page to split. */
static struct world_dom *live(unsigned int nasty, uint64_t seed)
{
    struct sim_id id = bench_id();
    struct world_dom *dom;
    unsigned int i;

    world_reset(seed, false);
    if ( world_unit(&id, nasty, true) )
        host_complain("a good unit was refused");
    dom = world_create(0, 1);
    if ( world_attach(dom, world_dev(0, 8)) )
        host_complain("a device was refused");
    for ( i = 0; i < SLOTS; i++ )
        world_map(dom, 0, i);
    world_map_block(dom, 1);
    sim_settle();
    memset(&host_counts, 0, sizeof(host_counts));

    return dom;
}

/* All that flushes with the P2M's lock held; worst polls in one go. */
static uint64_t poll_all(struct world_dom *dom, uint64_t *batch)
{
    if ( world_unmap(dom, 0, 0) || world_split(dom, 1) ||
         world_unmap_area(dom, 1) )
        host_complain("a flush failed");
    give_back(dom->d, BENCH_FIRST + 0x1000, 1);     /* what is below is warm */
    host_counts.polls_p2m = 0;
    give_back(dom->d, BENCH_FIRST + 0x2000, BENCH_BATCH);
    *batch += host_counts.polls_p2m;

    return host_counts.worst_p2m;
}

/* An SMMU that answers late, and one that never does. */
static void polls(void)
{
    uint64_t seed, worst = 0, batch = 0, locked = 0, w, before;
    struct world_dom *dom;

    w = poll_all(live(0, 1), &batch);
    if ( !w )
        host_complain("no poll under the P2M lock: nothing was counted");
    bench_figure("polls.p2m.kind", w);
    locked += host_counts.reads_locked;
    for ( seed = 1; seed <= 200; seed++ )
    {
        w = poll_all(live(SIM_NASTY & ~SIM_EVICT, seed), &batch);
        worst = w > worst ? w : worst;
        locked += host_counts.reads_locked;
    }
    bench_figure("polls.p2m.nasty", worst);
    bench_figure("polls.p2m.batch", batch);

    dom = live(0, 1);
    world.sim[0]->sync_dead = true;
    before = host_time_ns;
    if ( !world_unmap(dom, 0, 0) )
        host_complain("a flush that never completed was successful");
    bench_figure("polls.p2m.dead.ms", (host_time_ns - before) / 1000000);
    before = host_time_ns;
    world_unmap(dom, 0, 1);
    bench_figure("polls.p2m.dead.next.ms", (host_time_ns - before) / 1000000);
    locked += host_counts.reads_locked;
    bench_figure("polls.locked", locked);
}

int main(void)
{
    dormant(false);
    dormant(true);
    batch();
    scaling();
    wakes_on();
    wake_off("plain", 0);
    wake_off("hyp", SIM_IDR0_HYP);
    wake_off("most", SIM_IDR0_HYP | SIM_IDR0_MSI | SIM_IDR0_ATS |
                     SIM_IDR0_BTM);
    polls();

    return bench_end();
}
