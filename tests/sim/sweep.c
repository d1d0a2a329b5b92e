/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fault sweep: one life of two units and three domains, in which the n-th
 * allocation, sync or acknowledgement fails, for every n until none does.
 * Whatever fails, the rule holds: DMA goes on all the time, and what was
 * given back is not reached; no lock is left, and no use count.
 *
 * usage: sweep [WHAT [N SEED]]
 */
#include <stdlib.h>

#include "world.h"

/* Beside sim.h's SIM_DONE_*. */
#define COMMAND 0x80
#define ACCESS  0x200
#define WRITE   0x400

/* Lives in which a flush failed and its abort was confirmed; or was not. */
static unsigned int confirmed, given_up;
static unsigned int errors;             /* calls that failed, this life */

static int note(int rc)
{
    errors += rc < 0;

    return rc;
}

static void some_time(void)
{
    unsigned int i, k;

    for ( k = 0; k < 40; k++ )
        for ( i = 0; i < sim_count; i++ )
        {
            host_enter();
            sim_step(sim_nr(i));
            host_leave();
        }
    sim_interrupts();
    host_run_work();
}

static void attach(struct world_dom *dom, struct world_dev *dev)
{
    if ( dom && dom->d && dev && !dev->dom )
        note(world_attach(dom, dev));
    some_time();
}

static void detach(struct world_dev *dev)
{
    if ( dev && dev->dom )
        note(world_detach(dev));
    some_time();
}

/* One that unmaps two pages, between them maps one, and ends. */
static void operation(struct world_dom *dom)
{
    static struct smmu_gather gather;

    smmu_gather_open(&gather, dom->d);
    world_gather(&gather, dom, 0, 1);
    some_time();
    world_map(dom, 0, 1);
    world_gather(&gather, dom, 0, 3);
    some_time();
    note(smmu_gather_close(&gather));
    some_time();
}

static void pages(struct world_dom *dom)
{
    unsigned int i;

    for ( i = 0; dom && dom->d && !dom->stopped && i < SLOTS; i++ )
    {
        world_map(dom, 0, i);
        world_map(dom, 1, i);
    }
    some_time();
    if ( !dom || !dom->d || dom->stopped )
        return;
    for ( i = 0; i < SLOTS; i += 2 )
        note(world_unmap(dom, 0, i));
    some_time();
    operation(dom);
    note(world_unmap_area(dom, 1));
    some_time();
}

/* SMMUv2: another sort of unit with each seed. */
static void vary(struct sim_id *id, uint64_t seed)
{
    if ( id->kind != &sim_v2 )
        return;
    switch ( seed % 5 )
    {
    case 2:                             /* the 32-bit format */
        id->narrow = true;
        id->idr0 &= ~(3U << 24);
        break;
    case 3:                             /* every bank is used again */
        *id = sim_v2_few(*id, 128, 3);
        break;
    case 4:                             /* MMU-401 */
        id->idr7 = 0x11;
        id->idr2 = 3U << 12 | 2U << 4 | 2;
        id->idr0 = (id->idr0 & ~(3U << 24)) | 1U << 24;
        break;
    case 0:                             /* 16-bit stream IDs */
        id->idr0 |= 1U << 8;
        break;
    }
}

static struct world_dom *create(unsigned int i)
{
    const bool wide = !world.units || world.unit[0].ipa_bits >= 48;
    struct world_dom *dom = world_create(i, wide ? i % 3 : 1 + i % 2);

    if ( !dom->d )
        errors++;

    return dom;
}

static struct world_dev *device(unsigned int unit, bool bridge,
                                uint32_t first, uint32_t count)
{
    struct smmu_range r[2] = { { first, count }, { 0x4000 + first, 1 } };
    struct world_dev *dev;
    int rc = 0;

    if ( unit >= world.units )
        return NULL;
    dev = world_dev_sids(unit, bridge, r, bridge ? 1 : 2, &rc);
    note(rc);

    return dev;
}

static void vote(struct world_dev *dev, bool awake)
{
    if ( dev && dev->dom )
        note(world_vote(dev, awake));
    host_time_ns += 25000000;           /* autosuspend */
    some_time();
}

static void force(struct world_dom *dom, unsigned int how)
{
    if ( dom->d && !dom->zombie )
        note(world_force(dom, how));
    some_time();
}

/* All asleep and awake again, one by one, by force, and with the host. */
static void sleep_and_wake(struct world_dom **dom, struct world_dev **dev)
{
    unsigned int i;

    for ( i = 0; i < 4; i++ )
        vote(dev[i], false);
    pages(dom[1]);
    pages(dom[2]);
    force(dom[0], XEN_SMMU_FORCE_SUSPEND);
    pages(dom[0]);
    vote(dev[3], true);
    pages(dom[2]);
    vote(dev[0], true);
    vote(dev[1], true);
    force(dom[0], XEN_SMMU_FORCE_AUTO);
    vote(dev[2], true);
    pages(dom[1]);
    if ( !note(world_suspend()) )
    {
        pages(dom[1]);
        world_resume();
    }
    some_time();
    for ( i = 0; i < 3; i++ )
        pages(dom[i]);
}

static void remove_devices(void)
{
    unsigned int i;

    for ( i = 0; i < world.devs; i++ )
        if ( !world.dev[i].dom && !world.dev[i].dev->bridge )
            note(smmu_device_remove(world.dev[i].dev));
}

static bool has_failed(unsigned int kind)
{
    return kind == 0 ? host_alloc_has_failed() :
           kind == COMMAND ? sim_command_has_failed() :
           kind == ACCESS ? sim_access_has_failed() :
           kind == WRITE ? sim_lost_write() : sim_has_failed();
}

/* true: there was no n-th, so nothing failed. */
static bool life(uint64_t seed, uint64_t n, unsigned int kind, bool late)
{
    struct sim_id id = sim_id_small();
    struct world_dom *dom[3];
    struct world_dev *dev[4], *bridge;
    unsigned int i;

    world_reset(seed, false);
    id.idr3 = 0;                        /* no ranges */
    vary(&id, seed);
    errors = 0;
    if ( kind == 0 )
        host_fail_alloc(n);
    else if ( kind == COMMAND )
        sim_fail_command(n, 1);
    else if ( kind == ACCESS )
        sim_fail_access(n);
    else if ( kind == WRITE )
        sim_lose_write(n);
    else
        sim_fail(n, kind, late);

    for ( i = 0; i < 2; i++ )
    {
        if ( note(i ? world_powered(&id, SIM_NASTY, i, true, seed % 4 == 2,
                                    (seed + 2) % 3)
                    : world_unit(&id, SIM_NASTY, i)) )
        {
            struct smmu_unit *u = &world.unit[world.units];

            if ( u->events.fn )
            {
                smmu_timer_kill(&u->cooling);
                smmu_work_kill(&u->events);
            }
            memset(u, 0, sizeof(*u));
        }
        /* A unit that failed its probe has to be out of the way. */
        if ( world.units <= i )
            break;
    }
    for ( i = 0; i < 3; i++ )
        dom[i] = create(i);
    world_dma(2);
    bridge = device(0, true, 0, 0x1000);
    for ( i = 0; i < 4; i++ )
        dev[i] = device(i / 2, false, 0x210 + i * 0x101, 2);

    attach(dom[0], bridge);
    pages(dom[0]);
    for ( i = 0; i < 4; i++ )
        attach(dom[1 + i % 2], dev[i]);
    pages(dom[1]);
    pages(dom[2]);
    detach(dev[0]);
    pages(dom[1]);
    attach(dom[1], dev[0]);
    pages(dom[1]);
    sim_nr(0)->irq = true;
    some_time();
    sleep_and_wake(dom, dev);
    /* The end of one, while the others go on. */
    if ( dom[2]->d && note(world_stop(dom[2])) == 0 )
    {
        some_time();
        note(world_destroy(dom[2]));
    }
    pages(dom[0]);
    /* Others take over what it had. */
    for ( i = 1; i < 4; i += 2 )
        attach(dom[0], dev[i]);
    pages(dom[0]);
    for ( i = 0; i < 3; i++ )
        if ( dom[i]->d && !dom[i]->zombie )
            note(world_destroy(dom[i]));
    some_time();
    remove_devices();
    confirmed += host_log_find("cut off") && !host_log_find("FAILED:");
    given_up += host_log_find("FAILED:") != NULL;
    smmu_dump();

    for ( i = 0; i < sim_count; i++ )
        sim_revive(sim_nr(i));          /* what was late arrives after all */
    sim_settle();
    for ( i = 0; i < sim_count; i++ )
        sim_drain(sim_nr(i));
    for ( i = 0; i < world.units; i++ )
        if ( smmu_unit_users(&world.unit[i]) )
            host_complain("a use count is left");
    if ( !host_at_rest() )
        host_complain("a lock is left held");
    if ( kind == 0 && host_pages_used(FRAME_DATA) > sim_count )
        host_complain("pages are lost after a failed allocation");

    if ( errors && !has_failed(kind) )
        host_complain("%u calls failed, and nothing was made to", errors);

    return !has_failed(kind);
}

/* Of registers there are so many that one in some is looked at. */
static unsigned int stride(unsigned int kind)
{
    const bool v3 = sim_id_good().kind == &sim_v3;

    if ( kind < ACCESS )
        return 1;
    if ( getenv("LONG") )
        return kind == ACCESS && !v3 ? 7 : 1;

    return kind == ACCESS && !v3 ? 61 : 7;
}

static int sweep(unsigned int nr, const char *what, unsigned int kind,
                 bool late, unsigned int seeds)
{
    unsigned int seed, most = 0;
    const unsigned int step = stride(kind);
    uint64_t n;
    bool clean;

    confirmed = given_up = 0;
    for ( seed = 1; seed <= seeds; seed++ )
        for ( n = step > 1 ? seed * 7 : 1; ; n += step )
        {
            clean = life(seed, n, kind, late);
            if ( n > 60000 )
                host_complain("it fails for ever: the sweep does not end");
            if ( host_complaints )
            {
                printf("# replay: sweep '%s' %lu %u\n# %s\n", what,
                       (unsigned long)n, seed, host_first_complaint);
                printf("not ok %u - fail the n-th %s\n", nr, what);
                return 1;
            }
            if ( clean )
                break;
            most = n > most ? n : most;
        }
    printf("# %s: each of %u, %u times over; aborts confirmed %u, units given up %u\n",
           what, most, seeds, confirmed, given_up);
    if ( kind == SIM_DONE_SYNC && !(late ? confirmed : given_up) )
    {
        printf("not ok %u - fail the n-th %s: nothing came of it\n", nr, what);
        return 1;
    }
    printf("ok %u - fail the n-th %s: the rule holds\n", nr, what);

    return 0;
}

int main(int argc, char **argv)
{
    static const struct { const char *what; unsigned int kind; bool late; }
        kinds[] = {
        { "allocation", 0, false },
        { "acknowledgement", SIM_DONE_ACK | SIM_DONE_GBPA, false },
        { "acknowledgement, late", SIM_DONE_ACK | SIM_DONE_GBPA, true },
        { "sync", SIM_DONE_SYNC, false },
        { "sync, late", SIM_DONE_SYNC, true },
        { "answer of the power source", SIM_DONE_POWER, false },
        { "completion of any kind", 15, false },
        { "register access: nothing answers any more", ACCESS, false },
        /* What one kind has. */
        { "command, by CERROR", COMMAND, false },
        { "register write, lost", WRITE, false },
    };
    const bool v3 = sim_id_good().kind == &sim_v3;
    const unsigned int nr = ARRAY_SIZE(kinds) - 1;
    unsigned int i, k, bad = 0, seeds = getenv("LONG") ? 40 :
                                getenv("QUICK") ? 1 : 2;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if ( argc == 4 )
    {
        for ( i = 0; i < ARRAY_SIZE(kinds); i++ )
            if ( !strcmp(argv[1], kinds[i].what) )
                life(strtoul(argv[3], NULL, 0), strtoul(argv[2], NULL, 0),
                     kinds[i].kind, kinds[i].late);
        return host_complaints != 0;
    }
    if ( argc == 2 )
    {
        for ( k = 0; k <= nr && strcmp(argv[1], kinds[k].what); k++ )
            continue;
        printf("1..1\n");
        return k > nr ? 2 : sweep(1, kinds[k].what, kinds[k].kind,
                                  kinds[k].late, 1);
    }
    for ( i = 0; i < nr; i++ )
    {
        k = i + (i == nr - 1 && !v3);
        bad += sweep(i + 1, kinds[k].what, kinds[k].kind, kinds[k].late,
                     seeds);
    }
    printf("1..%u\n", nr);

    return bad != 0;
}
