/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random histories against the oracle.
 *
 * usage: random [seed [operations [histories [freedoms]]]]
 *
 * Each history makes its own host out of its seed: one to three units, some
 * not coherent, some without two-level tables; up to six domains; devices
 * with one to three streams; and DMA on every stream all the time.  A history
 * that breaks a rule prints its seed, and is replayed by naming it.
 * `freedoms`: which of sim.h's SIM_* the units use, as a mask; 0x20000 is the
 * CPU's store buffer, 0x10000 that units, or the host, may lose power.
 */
#include <stdlib.h>

#include "world.h"

#define STORE_BUFFER    0x20000
#define POWER           0x10000

static unsigned int freedoms = SIM_NASTY | STORE_BUFFER | POWER;
static uint64_t operations, landed, flushes, reused, votes, wakes, parks, offs;
static uint64_t elided, ranges, sleeps, drains;
/* Locks: a domain between two states, and its tables (its P2M lock). */
static struct world_dom *changing;
static bool paging[WORLD_DOMS];
/* Operations that unmap, each on a CPU of its own. */
#define OPERATIONS  4
static struct operation {
    struct smmu_gather gather;
    struct world_dom *dom;              /* NULL: none */
    unsigned int depth;
    bool busy;                          /* it waits for a flush */
} ops[OPERATIONS];

static void other_cpu(void);

/* Behind a power source of any kind, or none. */
static int add_unit(const struct sim_id *id)
{
    unsigned int nasty = freedoms & (POWER - 1);
    bool snoops = host_pick(2);
    int rc;

    if ( !(freedoms & POWER) || host_chance(3) )
        rc = world_unit(id, nasty, snoops);
    else
        rc = world_powered(id, nasty, snoops, !host_chance(3),
                           host_chance(3), host_pick(3));
    if ( rc )
        return rc;
    if ( !world.unit[world.units - 1].source )      /* for host suspend */
        world.sim[world.units - 1]->caches = host_pick(3);
    if ( host_chance(2) )               /* VMIDs come round */
        world.unit[world.units - 1].vmids.nr = WORLD_DOMS + 2;

    return 0;
}

/* As Xen does: no more bits than each of its units has. */
static void create(unsigned int i)
{
    unsigned int roots = host_pick(3), u;
    static const uint64_t delays[] = { 0, 0, 3000, 100000, 20000000,
                                       XEN_SMMU_DELAY_GLOBAL };
    struct world_dom *dom;

    for ( u = 0; u < world.units; u++ )
        if ( world.unit[u].ipa_bits < 48 && !roots )
            roots = 1;
    dom = world_create(i, roots);

    smmu_store(&dom->d->delay, delays[host_pick(ARRAY_SIZE(delays))]);
}

static void build(uint64_t seed)
{
    unsigned int i, n, k, devices;
    struct sim_id id;
    struct smmu_range r[3];
    bool few;                           /* stream IDs */
    int rc;

    world_reset(seed, false);
    host_store_buffer = freedoms & STORE_BUFFER;
    memset(paging, 0, sizeof(paging));
    memset(ops, 0, sizeof(ops));
    changing = NULL;
    n = 1 + host_pick(3);
    for ( i = 0; i < n; i++ )
    {
        id = sim_id_good();
        id.kind->vary(&id);
        if ( add_unit(&id) )
            host_complain("a good unit was refused");
    }
    devices = n * (1 + host_pick(5));
    for ( i = 0; i < devices; i++ )
    {
        few = world.unit[i % n].sid_bits < 9;
        for ( k = 0; k < 3; k++ )
            r[k] = (struct smmu_range){
                i * 8 + k * (few ? 3 : 256 / (1 + i % 2)), 1 };
        if ( r[2].first >= 512 )
            r[2].first = 400 + i;
        if ( !world_dev_sids(i % n, false, r, 1 + host_pick(3), &rc) )
            host_complain("a device was refused (%d)", rc);
    }
    /* A host bridge, which the devices' streams are carved out of. */
    for ( i = 0; i < n; i++ )
    {
        few = world.unit[i].sid_bits < 9;
        r[0] = (struct smmu_range){ 0, few ? 0x80 : 0x200 };
        if ( host_chance(2) && !world_dev_sids(i, true, r, 1, &rc) )
            host_complain("a bridge was refused (%d)", rc);
    }
    /* And streams that nobody else owns. */
    for ( i = 0; i < n; i++ )
        for ( k = 0; k < 3; k++ )
            world.sim[i]->sids[world.sim[i]->nr_sids++] = 5 + 60 * k;
    for ( i = 0; i < WORLD_DOMS; i++ )
        create(i);
    world_dma(3);
    host_other_cpu = other_cpu;
}

static void device_op(void)
{
    struct world_dev *dev = &world.dev[host_pick(world.devs)];
    struct world_dom *dom = &world.dom[host_pick(WORLD_DOMS)];
    int rc;

    if ( !dev->dom && !dev->dev->bridge && host_chance(8) )
        rc = world_again(dev);
    else if ( dev->dom )
        rc = world_detach(dev);
    else if ( dom->stopped )
        rc = world_attach(dom, dev) + ENXIO;
    else
        rc = world_attach(dom, dev);
    if ( rc )
        host_complain("attach or detach failed (%d)", rc);
}

static void finish(struct operation *op, bool end)
{
    op->busy = true;
    if ( end ? smmu_gather_close(&op->gather)
             : smmu_gather_drain(&op->gather) )
        host_complain("a drain failed");
    if ( end && --op->depth == 0 )
        op->dom = NULL;
    op->busy = false;
    drains++;
}

static void gather_op(void)
{
    struct operation *op = &ops[host_pick(OPERATIONS)];
    struct world_dom *dom = op->dom;
    unsigned int dice = host_pick(16), i;

    if ( op->busy )
        return;
    if ( !dom )
    {
        dom = &world.dom[host_pick(WORLD_DOMS)];
        if ( dom->stopped || dom == changing ||
             !smmu_gather_open(&op->gather, dom->d) )
            return;
        op->dom = dom;
        op->depth = 1;
    }
    else if ( dice == 0 )
        finish(op, false);
    else if ( dice < 4 )
        finish(op, true);
    else if ( dice == 4 && smmu_gather_open(&op->gather, dom->d) )
        op->depth++;
    else if ( !dom->stopped && dom != changing && !paging[dom - world.dom] )
    {
        paging[dom - world.dom] = op->busy = true;
        for ( i = host_pick(6); i; i-- )
            world_gather(&op->gather, dom, host_pick(AREAS),
                         host_pick(SLOTS));
        paging[dom - world.dom] = op->busy = false;
    }
}

/* A hypercall holds the domain. */
static void end_operations(const struct world_dom *dom)
{
    unsigned int i;

    for ( i = 0; i < OPERATIONS; i++ )
        while ( ops[i].dom && (!dom || ops[i].dom == dom) )
            finish(&ops[i], true);
}

static void domain_op(unsigned int i)
{
    struct world_dom *dom = &world.dom[i];
    struct smmu_link *link;

    changing = dom;
    if ( !dom->stopped && host_chance(2) )
    {
        if ( world_stop(dom) )
            host_complain("smmu_domain_stop() failed");
        changing = NULL;
        return;                         /* goes on as a stopped one */
    }
    for ( link = smmu_domain_links(dom->d); link; link = link->next )
        elided += link->stats.elided;
    end_operations(dom);
    if ( world_destroy(dom) )
        host_complain("a domain could not be destroyed");
    create(i);
    reused++;
    changing = NULL;
}

static void page_op(struct world_dom *dom)
{
    unsigned int area = host_pick(AREAS), slot = host_pick(SLOTS);
    unsigned int dice = host_pick(64);
    int rc = 0;

    if ( dom->stopped || dom == changing || paging[dom - world.dom] )
        return;
    paging[dom - world.dom] = true;
    if ( dice == 0 )
        world_map_block(dom, area);
    else if ( dice == 1 )
        rc = world_split(dom, area);
    else if ( dice < 4 )
        rc = world_unmap_area(dom, area);
    else if ( dice < 40 )
        world_map(dom, area, slot);
    else
        rc = world_unmap(dom, area, slot);
    if ( rc < 0 )
        host_complain("a flush failed (%d)", rc);
    flushes += rc == 0;
    paging[dom - world.dom] = false;
}

/* Another CPU, while the driver polls on this one. */
static void other_cpu(void)
{
    static bool busy;

    if ( busy || host_pick(3) )
        return;
    busy = true;
    if ( host_chance(3) )
        gather_op();
    else
        page_op(&world.dom[host_pick(WORLD_DOMS)]);
    busy = false;
}

static void vote_op(void)
{
    struct world_dev *dev = &world.dev[host_pick(world.devs)];
    bool awake = host_pick(2);
    int rc, want;

    if ( !dev->dom )
        return;
    rc = world_vote(dev, awake);
    want = !awake ? 0 : dev->dom->stopped ? -ENXIO :
           dev->dom->force == XEN_SMMU_FORCE_SUSPEND ? -EACCES : 0;
    if ( rc != want )
        host_complain("a vote was answered with %d, not %d", rc, want);
    votes++;
}

static void force_op(void)
{
    struct world_dom *dom = &world.dom[host_pick(WORLD_DOMS)];
    int rc = world_force(dom, host_chance(2) ? XEN_SMMU_FORCE_AUTO
                                             : host_pick(3));

    if ( rc )
        host_complain("force failed (%d)", rc);
}

static void suspend_op(void)
{
    unsigned int i, k;

    if ( world_suspend() )
        host_complain("the host could not be suspended");
    for ( k = 0; k < 20; k++ )
    {
        page_op(&world.dom[host_pick(WORLD_DOMS)]);
        for ( i = 0; i < world.units; i++ )
            sim_step(world.sim[i]);
    }
    host_run_work();
    world_resume();
    sleeps++;
}

static bool settled(const struct smmu_link *link)
{
    return !link->timer.armed && !link->timer.work.queued &&
           !link->settle.queued;
}

/* Does the device get what votes and force say, and nothing else? */
static void check_device(const struct world_dev *dev)
{
    struct sim *s = world.sim[dev->unit];
    unsigned int area, slot;
    enum sim_txn_state how;

    if ( !dev->dom )
        return;
    if ( dev->dev->open != world_wanted(dev) &&
         (!dev->dev->open || settled(dev->dev->link)) )
        host_complain("%s is %s, it should not be", dev->path,
                      dev->dev->open ? "open" : "closed");
    if ( dev->dev->bridge )
        return;
    for ( area = 0; area < AREAS; area++ )
        for ( slot = 0; slot < SLOTS; slot++ )
            if ( dev->dom->page[area][slot] )
                goto found;
    return;
 found:
    how = sim_dma(s, dev->sids[0].first, world_ipa(area, slot), true);
    if ( (how == TXN_LANDED) != dev->dev->open )
        host_complain("%s is %s, its DMA ends in state %u", dev->path,
                      dev->dev->open ? "open" : "closed", how);
    else if ( how == TXN_LANDED && sim_last_pa != dev->dom->page[area][slot] )
        host_complain("%s's DMA lands in %#lx, where the page was before",
                      dev->path, (unsigned long)sim_last_pa);
}

/* Nobody awake: parked, or off where that is safe.  Somebody: on. */
static void check_unit(const struct smmu_unit *unit)
{
    const struct smmu_link *link;
    unsigned int state = XEN_SMMU_UNIT_PARKED;

    if ( unit->source && unit->source->caps.masters_held )
        state = XEN_SMMU_UNIT_OFF;
    for ( link = unit->links; link; link = link->unit_next )
        if ( link->state != XEN_SMMU_LINK_DORMANT )
            state = XEN_SMMU_UNIT_ON;
    if ( unit->state != state )
        host_complain("%s is in state %u, not %u", unit->name,
                      (unsigned int)unit->state, state);
}

static void step(void)
{
    unsigned int dice = host_pick(1024), i;

    operations++;
    host_time_ns += 1000;
    if ( dice == 0 )
        domain_op(host_pick(WORLD_DOMS));
    else if ( dice < 16 )
        device_op();
    else if ( dice < 72 )
        vote_op();
    else if ( dice < 80 )
        force_op();
    else if ( dice < 90 )
    {
        check_device(&world.dev[host_pick(world.devs)]);
        check_unit(&world.unit[host_pick(world.units)]);
    }
    else if ( dice < 96 )
        host_time_ns += host_pick(500000000);
    else if ( dice == 96 && (freedoms & POWER) && host_chance(8) )
        suspend_op();
    else if ( dice < 260 )
        page_op(&world.dom[host_pick(WORLD_DOMS)]);
    else if ( dice < 340 )
        gather_op();
    else
        for ( i = 0; i < world.units; i++ )
            sim_step(world.sim[i]);
    if ( dice % 16 == 0 )
    {
        sim_interrupts();
        host_run_work();
    }
}

static bool history(uint64_t seed, uint64_t steps)
{
    struct smmu_link *link;
    uint64_t i;
    unsigned int u;

    build(seed);
    for ( i = 0; i < steps && !host_complaints; i++ )
        step();
    end_operations(NULL);
    for ( u = 0; u < world.units; u++ )
    {
        sim_drain(world.sim[u]);
        landed += world.sim[u]->nr_landed;
        wakes += world.unit[u].nr_wakes;
        parks += world.unit[u].nr_parks;
        offs += world.unit[u].nr_offs;
        ranges += world.sim[u]->nr_ranges;
        for ( link = world.unit[u].links; link; link = link->unit_next )
            elided += link->stats.elided;
    }
    if ( host_counts.reads_locked )
        host_complain("%lu registers were read under a short lock",
                      (unsigned long)host_counts.reads_locked);
    sim_background = 0;
    host_other_cpu = NULL;
    world_free();

    return !host_complaints;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    uint64_t steps = argc > 2 ? strtoull(argv[2], NULL, 0) : 20000;
    uint64_t count = argc > 3 ? strtoull(argv[3], NULL, 0) : 1, i;

    if ( argc > 4 )
        freedoms = strtoul(argv[4], NULL, 0);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for ( i = 0; i < count; i++ )
        if ( !history(seed + i, steps) )
        {
            printf("# replay: random %lu %lu\n", (unsigned long)(seed + i),
                   (unsigned long)steps);
            printf("# %s\n", host_first_complaint);
            printf("not ok 1 - random histories\n1..1\n");
            return 1;
        }
    /* A history in which nothing lands, or sleeps, proves nothing. */
    if ( landed < operations / 50 || !flushes || !drains || !reused || !votes ||
         parks < operations / 2000 || !ranges ||
         ((freedoms & POWER) && offs < operations / 4000) ||
         elided < operations / 2000 )
    {
        printf("# %lu landed, %lu flushes, %lu domains of %lu operations\n",
               (unsigned long)landed, (unsigned long)flushes,
               (unsigned long)reused, (unsigned long)operations);
        printf("not ok 1 - random histories do something\n1..1\n");
        return 1;
    }
    printf("# %lu votes, %lu parks, %lu power-offs, %lu wake-ups, %lu unmaps elided, %lu ranges, %lu drains, %lu host suspends\n",
           (unsigned long)votes, (unsigned long)parks, (unsigned long)offs,
           (unsigned long)wakes, (unsigned long)elided, (unsigned long)ranges,
           (unsigned long)drains,
           (unsigned long)sleeps);
    printf("# seeds %lu..%lu: %lu operations, %lu DMAs landed, %lu pages given back, %lu domains\n",
           (unsigned long)seed, (unsigned long)(seed + count - 1),
           (unsigned long)operations, (unsigned long)landed,
           (unsigned long)flushes, (unsigned long)reused);
    printf("ok 1 - random histories: no DMA reaches what was given back\n1..1\n");

    return 0;
}
