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
 * `freedoms`: which of sim.h's SIM_* the units use, as a mask; 0x8000 is the
 * CPU's store buffer.
 */
#include <stdlib.h>

#include "world.h"

#define STORE_BUFFER    0x8000

static unsigned int freedoms = SIM_NASTY | STORE_BUFFER;
static uint64_t operations, landed, flushes, reused;
/* Locks: a domain between two states, and its tables (its P2M lock). */
static struct world_dom *changing;
static bool paging[WORLD_DOMS];

static void other_cpu(void);

static void build(uint64_t seed)
{
    unsigned int i, n, k;
    struct sim_id id;
    struct smmu_range r[3];
    int rc;

    world_reset(seed, false);
    host_store_buffer = freedoms & STORE_BUFFER;
    memset(paging, 0, sizeof(paging));
    changing = NULL;
    n = 1 + host_pick(3);
    for ( i = 0; i < n; i++ )
    {
        id = sim_id_good();
        id.idr3 = 1U << 10;             /* RIL */
        if ( host_chance(3) )
            id.idr0 &= ~SIM_IDR0_ST_LEVEL;
        if ( host_chance(3) )
            id.idr0 |= SIM_IDR0_HYP;
        if ( host_chance(3) )
            id.idr0 |= SIM_IDR0_ATS;
        if ( host_chance(4) )
            id.idr1 = SIM_IDR1_SIDSIZE(9) | SIM_IDR1_CMDQS(4) |
                      SIM_IDR1_EVENTQS(4);
        if ( world_unit(&id, freedoms & SIM_NASTY, host_pick(2)) )
            host_complain("a good unit was refused");
    }
    for ( i = 0; i < n * 5; i++ )
    {
        for ( k = 0; k < 3; k++ )
            r[k] = (struct smmu_range){ i * 8 + k * 256 / (1 + i % 2), 1 };
        if ( r[2].first >= 512 )
            r[2].first = 400 + i;
        if ( !world_dev_sids(i % n, false, r, 1 + host_pick(3), &rc) )
            host_complain("a device was refused (%d)", rc);
    }
    /* A host bridge, which the devices' streams are carved out of. */
    for ( i = 0; i < n; i++ )
    {
        r[0] = (struct smmu_range){ 0, 0x200 };
        if ( host_chance(2) && !world_dev_sids(i, true, r, 1, &rc) )
            host_complain("a bridge was refused (%d)", rc);
    }
    /* And streams that nobody else owns. */
    for ( i = 0; i < n; i++ )
        for ( k = 0; k < 3; k++ )
            world.sim[i]->sids[world.sim[i]->nr_sids++] = 5 + 60 * k;
    for ( i = 0; i < WORLD_DOMS; i++ )
        world_create(i, host_pick(3));
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

static void domain_op(unsigned int i)
{
    struct world_dom *dom = &world.dom[i];

    changing = dom;
    if ( !dom->stopped && host_chance(2) )
    {
        if ( world_stop(dom) )
            host_complain("smmu_domain_stop() failed");
        changing = NULL;
        return;                         /* goes on as a stopped one */
    }
    if ( world_destroy(dom) )
        host_complain("a domain could not be destroyed");
    world_create(i, host_pick(3));
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
    else if ( dice < 3 )
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
    page_op(&world.dom[host_pick(WORLD_DOMS)]);
    busy = false;
}

static void step(void)
{
    unsigned int dice = host_pick(1024), i;

    operations++;
    if ( dice == 0 )
        domain_op(host_pick(WORLD_DOMS));
    else if ( dice < 16 )
        device_op();
    else if ( dice < 256 )
        page_op(&world.dom[host_pick(WORLD_DOMS)]);
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
    uint64_t i;
    unsigned int u;

    build(seed);
    for ( i = 0; i < steps && !host_complaints; i++ )
        step();
    for ( u = 0; u < world.units; u++ )
    {
        sim_drain(world.sim[u]);
        landed += world.sim[u]->nr_landed;
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
    /* A history in which nothing lands proves nothing. */
    if ( landed < operations / 50 || !flushes || !reused )
    {
        printf("# %lu landed, %lu flushes, %lu domains of %lu operations\n",
               (unsigned long)landed, (unsigned long)flushes,
               (unsigned long)reused, (unsigned long)operations);
        printf("not ok 1 - random histories do something\n1..1\n");
        return 1;
    }
    printf("# seeds %lu..%lu: %lu operations, %lu DMAs landed, %lu pages given back, %lu domains\n",
           (unsigned long)seed, (unsigned long)(seed + count - 1),
           (unsigned long)operations, (unsigned long)landed,
           (unsigned long)flushes, (unsigned long)reused);
    printf("ok 1 - random histories: no DMA reaches what was given back\n1..1\n");

    return 0;
}
