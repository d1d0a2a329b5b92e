/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The attack during a gather, as often as it takes: a domain gives pages back
 * in one operation while its devices write to them all the time; another one
 * gets the very same frames at once.
 *
 * usage: rounds [rounds [seed]]
 */
#include <stdlib.h>

#include "world.h"

static struct world_dom *giver, *taker;

static void steps(unsigned int n)
{
    unsigned int i;

    host_enter();
    while ( n-- )
        for ( i = 0; i < world.units; i++ )
            sim_step(world.sim[i]);
    host_leave();
}

/* The other CPU, while the drain waits: takes what there is to take. */
static void take(void)
{
    unsigned int slot = host_pick(SLOTS);

    if ( !taker->page[0][slot] )
        world_map(taker, 0, slot);
    steps(1);
}

static uint64_t same;                   /* frames that changed hands */

static void round_of(struct smmu_gather *gather)
{
    unsigned int slot = host_pick(SLOTS), n = 1 + host_pick(4), i;
    uint64_t frame = 0;

    smmu_gather_open(gather, giver->d);
    for ( i = 0; i < n; i++ )
    {
        frame = giver->page[0][(slot + i) % SLOTS] ?: frame;
        world_gather(gather, giver, 0, (slot + i) % SLOTS);
        steps(host_pick(3));
        if ( host_chance(4) )
            take();
    }
    host_other_cpu = take;
    if ( smmu_gather_close(gather) )
        host_complain("a drain failed");
    host_other_cpu = NULL;
    for ( i = 0; i < SLOTS; i++ )
        take();
    for ( i = 0; i < SLOTS; i++ )
    {
        same += taker->page[0][i] == frame;
        if ( taker->page[0][i] && world_unmap(taker, 0, i) )
            host_complain("a flush failed");
    }
    for ( i = 0; i < n; i++ )
        world_map(giver, 0, (slot + i) % SLOTS);
    steps(host_pick(4));
}

int main(int argc, char **argv)
{
    uint64_t rounds = argc > 1 ? strtoull(argv[1], NULL, 0) : 10000, i;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1, landed = 0;
    static struct smmu_gather gather;
    struct sim_id id = sim_id_ranges();
    unsigned int slot;

    world_reset(seed, false);
    for ( i = 0; i < 2; i++ )
    {
        if ( world_unit(&id, SIM_NASTY & ~SIM_PREFETCH, i) )
            host_complain("a good unit was refused");
        world_dev(i, 8);
    }
    giver = world_create(0, 1);
    taker = world_create(1, 1);
    for ( slot = 0; slot < SLOTS; slot++ )
        world_map(giver, 0, slot);
    for ( i = 0; i < 2; i++ )
        if ( world_attach(giver, &world.dev[i]) )
            host_complain("a device was refused");
    world_dma(2);
    sim_nr_ipas = SLOTS;
    for ( i = 0; i < rounds && !host_complaints; i++ )
        round_of(&gather);
    for ( i = 0; i < 2; i++ )
    {
        sim_drain(world.sim[i]);
        landed += world.sim[i]->nr_landed;
    }
    sim_background = 0;
    printf("# %lu rounds, %lu DMAs landed, %lu frames of the last page changed hands at once\n",
           (unsigned long)rounds, (unsigned long)landed,
           (unsigned long)same);
    if ( landed < rounds / 2 || same < rounds / 4 )
        host_complain("too little of it happened to show anything");
    if ( host_complaints )
        printf("# %s\n", host_first_complaint);
    printf("%sok 1 - attack during a gather: no DMA reaches what was given back\n1..1\n",
           host_complaints ? "not " : "");

    return host_complaints != 0;
}
