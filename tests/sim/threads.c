/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same with real threads, for ThreadSanitizer and for the oracle: CPUs
 * that unmap, page by page and in operations, two that vote and force, one that attaches, detaches, stops and
 * destroys, one that lists and dumps, one that takes interrupts and runs timers;
 * the SMMUs and their masters run in between, and one loses its power whenever
 * nobody is awake.  Half-way, in a second round, a unit stops answering.
 *
 * usage: threads [seed [steps]]
 */
#include <stdlib.h>

#include "world.h"

#define FLUSHERS    3
#define VOTERS      2

/* The P2M lock of each domain: who changes its tables, and its end. */
static pthread_mutex_t p2m[WORLD_DOMS] = {
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
};
/* Who speaks for a domain, and its end: as the glue's reference count. */
static pthread_mutex_t life[WORLD_DOMS] = {
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
};
/* Operations hold their domain, as hypercalls do. */
static pthread_rwlock_t held[WORLD_DOMS] = {
    PTHREAD_RWLOCK_INITIALIZER, PTHREAD_RWLOCK_INITIALIZER,
    PTHREAD_RWLOCK_INITIALIZER, PTHREAD_RWLOCK_INITIALIZER,
    PTHREAD_RWLOCK_INITIALIZER, PTHREAD_RWLOCK_INITIALIZER,
};
static uint64_t steps, going;
static bool may_fail;
static uint64_t done_flushes, done_drains, done_attaches, done_votes, offs, parks;

/* Each thread's own dice. */
static unsigned int dice(unsigned int *state, unsigned int n)
{
    *state = *state * 1103515245U + 12345;

    return (*state >> 12) % n;
}

/* Some pages, the P2M lock taken for each; others map them meanwhile. */
static void operation(struct smmu_gather *gather, unsigned int *seed)
{
    unsigned int d = dice(seed, WORLD_DOMS), area = dice(seed, AREAS), i;
    struct world_dom *dom = &world.dom[d];
    int rc;

    pthread_rwlock_rdlock(&held[d]);
    if ( dom->d && !dom->zombie )
    {
        smmu_gather_open(gather, dom->d);
        for ( i = 0; i < SLOTS; i++ )
        {
            pthread_mutex_lock(&p2m[d]);
            if ( !dom->stopped && !dom->zombie )
                world_gather(gather, dom, area, dice(seed, SLOTS));
            pthread_mutex_unlock(&p2m[d]);
            if ( dice(seed, 8) == 0 )
                smmu_gather_drain(gather);
        }
        rc = smmu_gather_close(gather);
        if ( rc && !may_fail )
            host_complain("a drain failed (%d)", rc);
        smmu_add(&done_drains, 1);
    }
    pthread_rwlock_unlock(&held[d]);
}

static void *flusher(void *arg)
{
    struct smmu_gather gather = { .nr = 0 };
    unsigned int seed = (uintptr_t)arg, i, d, area, slot;
    struct world_dom *dom;
    int rc;

    for ( i = 0; i < steps; i++ )
    {
        if ( dice(&seed, 8) == 0 )
            operation(&gather, &seed);
        d = dice(&seed, WORLD_DOMS);
        area = dice(&seed, AREAS);
        slot = dice(&seed, SLOTS);
        dom = &world.dom[d];
        pthread_mutex_lock(&p2m[d]);
        rc = 0;
        if ( dom->d && !dom->stopped && !dom->zombie )
        {
            if ( dice(&seed, 32) == 0 )
                rc = world_unmap_area(dom, area);
            else if ( !world_map(dom, area, slot) )
                rc = world_unmap(dom, area, slot);
        }
        pthread_mutex_unlock(&p2m[d]);
        if ( rc < 0 && !may_fail )
            host_complain("a flush failed (%d)", rc);
        smmu_add(&done_flushes, 1);
    }

    return NULL;
}

static void *voter(void *arg)
{
    unsigned int seed = (uintptr_t)arg, i, d;
    int rc;

    for ( i = 0; i < steps / 4; i++ )
    {
        d = dice(&seed, WORLD_DOMS);
        pthread_mutex_lock(&life[d]);
        rc = 0;
        if ( world.dom[d].zombie )
            ;
        else if ( dice(&seed, 8) == 0 )
            rc = smmu_force(world.dom[d].d, dice(&seed, 4) % 3);
        else
            rc = smmu_vote(world.dom[d].d,
                           world.dev[dice(&seed, world.devs)].dev,
                           dice(&seed, 2));
        pthread_mutex_unlock(&life[d]);
        if ( rc && rc != -ENODEV && rc != -ENXIO && rc != -EACCES &&
             !may_fail )
            host_complain("a vote, or force, failed (%d)", rc);
        smmu_add(&done_votes, 1);
    }

    return NULL;
}

static void create(unsigned int d)
{
    world_create(d, d % 3);
    smmu_store(&world.dom[d].d->delay, d % 2 ? 0 : 300000);
}

/* Ends a domain while others still flush it, and makes the next. */
static void replace(unsigned int d)
{
    struct world_dom *dom = &world.dom[d];
    unsigned int i;
    int rc;

    if ( dom->zombie )
        return;
    rc = smmu_domain_stop(dom->d);      /* beside the flushers */
    for ( i = 0; !rc && i < world.devs; i++ )
        if ( world.dev[i].dom == dom )
            rc = world_detach(&world.dev[i]);
    pthread_mutex_lock(&life[d]);
    pthread_rwlock_wrlock(&held[d]);
    pthread_mutex_lock(&p2m[d]);
    if ( !rc )
        rc = world_destroy(dom);
    if ( rc )
        dom->zombie = true;
    else
        create(d);
    pthread_mutex_unlock(&p2m[d]);
    pthread_rwlock_unlock(&held[d]);
    pthread_mutex_unlock(&life[d]);
    if ( rc && !may_fail )
        host_complain("a domain could not be destroyed (%d)", rc);
}

static void *attacher(void *arg)
{
    unsigned int seed = (uintptr_t)arg, i;
    struct world_dev *dev;
    struct world_dom *dom;
    int rc;

    for ( i = 0; i < steps / 4; i++ )
    {
        dev = &world.dev[dice(&seed, world.devs)];
        dom = &world.dom[dice(&seed, WORLD_DOMS)];
        rc = 0;
        if ( dice(&seed, 16) == 0 )
            replace(dom - world.dom);
        else if ( dev->dom )
            rc = world_detach(dev);
        else if ( !dom->zombie )
            rc = world_attach(dom, dev);
        if ( rc && !may_fail )
            host_complain("attach or detach failed (%d)", rc);
        smmu_add(&done_attaches, 1);
    }

    return NULL;
}

static int swallow(uint64_t buffer, uint64_t offset, const void *from,
                   size_t bytes)
{
    return 0;
}

static void *watcher(void *arg)
{
    struct xen_smmu_op op;
    uint64_t next = 0;
    unsigned int i;

    for ( i = 0; smmu_load(&going); i++ )
    {
        memset(&op, 0, sizeof(op));
        op.op = XEN_SMMU_list_units + i % 3;
        op.abi = XEN_SMMU_ABI_VERSION;
        op.u.list.count = 100;
        op.u.list.record_size = 64;
        op.u.list.domid = XEN_SMMU_DOMID_ANY;
        if ( smmu_op(&op, swallow) )
            host_complain("a list was refused");
        memset(&op, 0, sizeof(op));
        op.op = XEN_SMMU_read_trace;
        op.abi = XEN_SMMU_ABI_VERSION;
        op.u.trace.next = next;
        op.u.trace.count = 100;
        op.u.trace.record_size = sizeof(struct xen_smmu_event);
        if ( smmu_op(&op, swallow) || op.u.trace.next < next )
            host_complain("events were refused");
        next = op.u.trace.next;
        if ( i % 64 == 0 )
            smmu_dump();
    }

    return NULL;
}

static void *hardware(void *arg)
{
    while ( smmu_load(&going) )
    {
        host_enter();
        sim_nudge();
        host_time_ns += 50000;
        host_leave();
        sim_interrupts();
        host_run_work();
    }

    return NULL;
}

static void history(uint64_t seed)
{
    pthread_t t[FLUSHERS + VOTERS + 3];
    unsigned int i, n = 0;
    struct sim_id id;

    world_reset(seed, true);
    for ( i = 0; i < 2; i++ )
    {
        id = sim_id_good();
        if ( i ? world_powered(&id, SIM_NASTY, false, true, seed % 4 == 0,
                               seed % 3)
               : world_unit(&id, SIM_NASTY, true) )
            host_complain("a good unit was refused");
    }
    for ( i = 0; i < 8; i++ )
        world_dev(i % 2, 8 * i);
    for ( i = 0; i < WORLD_DOMS; i++ )
        create(i);
    world_dma(4);
    if ( may_fail )
        sim_fail(200 + host_pick(300), 15, host_chance(2));

    smmu_store(&going, 1);
    for ( i = 0; i < FLUSHERS; i++ )
        pthread_create(&t[n++], NULL, flusher,
                       (void *)(uintptr_t)(seed * 7 + i + 1));
    for ( i = 0; i < VOTERS; i++ )
        pthread_create(&t[n++], NULL, voter,
                       (void *)(uintptr_t)(seed * 13 + i + 1));
    pthread_create(&t[n++], NULL, attacher,
                   (void *)(uintptr_t)(seed * 11));
    pthread_create(&t[n++], NULL, watcher, NULL);
    pthread_create(&t[n++], NULL, hardware, NULL);
    for ( i = 0; i < n; i++ )
    {
        if ( i == FLUSHERS + VOTERS + 1 )
            smmu_store(&going, 0);
        pthread_join(t[i], NULL);
    }
    sim_settle();
    for ( i = 0; i < world.units; i++ )
    {
        sim_drain(world.sim[i]);
        if ( smmu_unit_users(&world.unit[i]) )
            host_complain("a use count is left");
        offs += world.unit[i].nr_offs;
        parks += world.unit[i].nr_parks;
    }
    if ( host_domains_held )
        host_complain("a domain is still held");
    sim_background = 0;
    world_free();
}

static int report(unsigned int nr, const char *what, uint64_t seed)
{
    if ( host_complaints )
        printf("# seed %lu: %s\n", (unsigned long)seed, host_first_complaint);
    printf("%sok %u - threads: %s\n", host_complaints ? "not " : "", nr, what);

    return host_complaints != 0;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1, i;
    int bad = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    steps = argc > 2 ? strtoull(argv[2], NULL, 0) : 1500;
    history(seed);
    bad |= report(1, "flush, attach, stop, destroy, list beside each other",
                  seed);
    may_fail = true;
    for ( i = 0; i < 3 && !host_complaints; i++ )
        history(seed + i);
    bad |= report(2, "a unit stops answering meanwhile", seed + i);
    printf("# %lu flushes, %lu drains, %lu votes, %lu attaches and the like, %lu parks, %lu power-offs\n1..3\n",
           (unsigned long)done_flushes, (unsigned long)done_drains,
           (unsigned long)done_votes,
           (unsigned long)done_attaches, (unsigned long)parks,
           (unsigned long)offs);
    printf("%sok 3 - threads: units slept\n", parks && offs ? "" : "not ");
    bad |= !parks || !offs;

    return bad;
}
