/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contention for the smallest command queue (Linux df180b1a4cc5: starvation):
 * threads as CPUs, of which one runs at a time, until it polls.  Then a
 * scheduler says who is next: in turn, at random, or as badly as it can for
 * one of them, whom it lets run only while the queue is full.
 *
 * What counts is how many flushes others end while one waits for its place in
 * the queue: that is in order, so that nobody delays it from there on.
 *
 * usage: fair [flushes]        of that one
 */
#include <stdlib.h>

#include "backend.h"
#include "world.h"

#define CPUS    24
#define BOUND   (2 * CPUS)
#define LIMIT   (400 * CPUS)            /* then it will never get its turn */
#define PATIENCE (8 * CPUS)             /* turns of others, at most, till its */

static enum { IN_TURN, AT_RANDOM, BADLY } how;

static struct sim *s;
static struct world_dom *dom;
static pthread_mutex_t baton = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t go[CPUS];
static unsigned int turn, skipped, last;
static bool alive[CPUS];
static bool stop;                       /* the others end */
static __thread unsigned int me;
static uint64_t flushes[CPUS], fulls;

static unsigned int size_of(void) { return 1U << 4; }

static bool full(void)
{
    uint32_t used = (s->cmdq_prod - s->cmdq_cons) & (2 * size_of() - 1);

    return used + 2 > size_of();
}

/* The next one that is there; the same, if there is none. */
static unsigned int following(unsigned int i)
{
    unsigned int n;

    for ( n = 0; n < CPUS; n++ )
    {
        i = (i + 1) % CPUS;
        if ( alive[i] )
            break;
    }

    return i;
}

static unsigned int next(void)
{
    unsigned int i = turn;

    if ( how == AT_RANDOM )
        i = host_pick(CPUS);
    if ( how != BADLY )
        return following(i);

    /* CPU 0 is the victim. */
    if ( alive[0] && (full() || ++skipped > PATIENCE) && last != 0 )
    {
        fulls += full();
        skipped = 0;
        return last = 0;
    }
    i = following(last);
    if ( i == 0 )
        i = following(0);

    return last = i;
}

/* baton held. */
static void hand_over(void)
{
    host_enter();
    turn = next();
    host_leave();
    pthread_cond_signal(&go[turn]);
}

static void poll(void)
{
    unsigned int self = me;

    pthread_mutex_lock(&baton);
    hand_over();
    while ( turn != self )
        pthread_cond_wait(&go[self], &baton);
    pthread_mutex_unlock(&baton);
}

static uint64_t others(void)
{
    uint64_t n = 0;
    unsigned int i;

    for ( i = 1; i < CPUS; i++ )
        n += flushes[i];

    return n;
}

static uint64_t wanted, before, most;

static void flush(void)
{
    if ( smmu_flush(dom->d, 0x40000 + me, 1, true) )
        host_complain("a flush failed");
    flushes[me]++;
}

/* The same, looked at closely. */
static void flush_watched(void)
{
    struct smmu_inv inv = { .kind = SMMU_INV_RANGE, .first = 0x40000,
                            .pages = 1,
                            .vmid = smmu_domain_links(dom->d)->vmid };
    struct smmu_unit *unit = &world.unit[0];
    uint64_t ticket;

    before = others();
    if ( !smmu_unit_get(unit) || unit->backend->issue(unit, &inv, 1, &ticket) )
        host_complain("no flush can be issued");
    if ( others() - before > most )
        most = others() - before;
    if ( unit->backend->wait(unit, ticket) )
        host_complain("a flush failed");
    smmu_unit_put(unit);
    flushes[0]++;
}

static void *cpu(void *arg)
{
    me = (uintptr_t)arg;
    pthread_mutex_lock(&baton);
    while ( turn != me )
        pthread_cond_wait(&go[me], &baton);
    pthread_mutex_unlock(&baton);

    if ( me == 0 )
        while ( flushes[0] < wanted && !stop )
            flush_watched();
    else
        while ( !stop )
        {
            flush();
            stop |= others() - before > LIMIT;
        }

    pthread_mutex_lock(&baton);
    stop = stop || me == 0;
    alive[me] = false;
    hand_over();
    pthread_mutex_unlock(&baton);

    return NULL;
}

static void build(void)
{
    struct sim_id id = sim_id_good();

    world_reset(1, false);
    id.idr3 = 1U << 10;
    id.idr1 = SIM_IDR1_SIDSIZE(9) | SIM_IDR1_CMDQS(4) | SIM_IDR1_EVENTQS(4);
    if ( world_unit(&id, SIM_NASTY & ~SIM_EVICT, true) )
        host_complain("a good unit was refused");
    s = world.sim[0];
    dom = world_create(0, 1);
    if ( world_attach(dom, world_dev(0, 8)) )
        host_complain("a device cannot be attached");
}

static int contend(unsigned int nr, const char *name)
{
    pthread_t thread[CPUS];
    unsigned int i;
    bool good;

    build();
    memset(flushes, 0, sizeof(flushes));
    stop = false;
    turn = skipped = last = most = before = fulls = 0;
    for ( i = 0; i < CPUS; i++ )
    {
        alive[i] = true;
        pthread_cond_init(&go[i], NULL);
    }
    host_other_cpu = poll;
    for ( i = 0; i < CPUS; i++ )
        pthread_create(&thread[i], NULL, cpu, (void *)(uintptr_t)i);
    for ( i = 0; i < CPUS; i++ )
        pthread_join(thread[i], NULL);
    host_other_cpu = NULL;
    good = flushes[0] == wanted && most && most <= BOUND && !host_complaints &&
           (how != BADLY || fulls);
    printf("# %lu flushes of one CPU, %lu of %u others; at most %lu while it waited for one\n",
           (unsigned long)flushes[0], (unsigned long)others(), CPUS - 1,
           (unsigned long)most);
    printf("%sok %u - fair: %s\n", good ? "" : "not ", nr, name);

    return !good;
}

static struct smmu_inv all_of_it = { .kind = SMMU_INV_VMID, .vmid = 1 };

/* From a stack of its own, as another CPU. */
static void *issue_many(void *unused)
{
    struct smmu_unit *unit = &world.unit[0];
    uint64_t ticket;
    unsigned int i;

    for ( i = 0; i < 2 * size_of(); i++ )
        if ( unit->backend->issue(unit, &all_of_it, 1, &ticket) ||
             unit->backend->wait(unit, ticket) )
            return unit;

    return NULL;
}

/* Who gives up leaves the line: the next one gets its turn. */
static int gives_up(unsigned int nr)
{
    struct smmu_unit *unit;
    pthread_t thread;
    uint64_t ticket;
    unsigned int i;
    void *failed;
    int rc = 0;
    bool good;

    build();
    unit = &world.unit[0];
    smmu_unit_get(unit);
    s->sync_dead = true;
    for ( i = 0; !rc && i <= size_of(); i++ )
        rc = unit->backend->issue(unit, &all_of_it, 1, &ticket);
    good = rc == -ETIMEDOUT;
    sim_revive(s);
    sim_settle();
    pthread_create(&thread, NULL, issue_many, NULL);
    pthread_join(thread, &failed);
    smmu_unit_put(unit);
    good = good && !failed && !host_complaints;
    printf("%sok %u - fair: who gives up is no longer in line\n",
           good ? "" : "not ", nr);

    return !good;
}

int main(int argc, char **argv)
{
    static const char *const names[] = { "in turn", "at random",
                                         "one CPU only while it is full" };
    int bad = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    wanted = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000;
    for ( how = IN_TURN; how <= BADLY; how++ )
        bad |= contend(1 + how, names[how]);
    bad |= gives_up(4);
    printf("1..4\n");

    return bad;
}
