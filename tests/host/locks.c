/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam's locks, and a check of how they are used: none is taken twice,
 * no mutex under a short lock or in an interrupt, and any two kinds of lock
 * (kind: where it was initialised) nest in one order only.
 */
#include <stdlib.h>

#include "host.h"

#define DEPTH   8
#define KINDS   16

static __thread struct {
    const void *lock;
    const void *site;
    bool is_short;
} held[DEPTH];
static __thread unsigned int nr_held, in_irq;
static __thread unsigned int p2m_held;
static __thread uint64_t p2m_polls;

static struct { const void *outer, *inner; } orders[KINDS * KINDS];
static unsigned int nr_orders;
static unsigned int waiters;

unsigned int host_mutex_waiters(void)
{
    return __atomic_load_n(&waiters, __ATOMIC_SEQ_CST);
}

bool host_at_rest(void)
{
    return !nr_held && !in_irq;
}

bool host_irqs_off(void)
{
    unsigned int i;

    for ( i = 0; i < nr_held; i++ )
        if ( held[i].is_short )
            return true;

    return false;
}

bool host_in_irq(void) { return in_irq; }
void host_irq_enter(void) { in_irq++; }
void host_irq_leave(void) { in_irq--; }

void host_p2m_enter(void)
{
    if ( !p2m_held++ )
        p2m_polls = 0;
}

void host_p2m_leave(void)
{
    if ( --p2m_held )
        return;
    host_enter();
    host_counts.polls_p2m += p2m_polls;
    if ( p2m_polls > host_counts.worst_p2m )
        host_counts.worst_p2m = p2m_polls;
    host_leave();
}

void host_poll(void)
{
    p2m_polls += p2m_held != 0;
}

static bool known(const void *outer, const void *inner)
{
    unsigned int i;

    for ( i = 0; i < nr_orders; i++ )
        if ( orders[i].outer == outer && orders[i].inner == inner )
            return true;

    return false;
}

static void check(const void *lock, const void *site, bool is_short)
{
    unsigned int i;

    host_enter();
    if ( !site )
        host_complain("a lock is taken that was never initialised");
    if ( in_irq && !is_short )
        host_complain("a mutex is taken in an interrupt");
    for ( i = 0; i < nr_held; i++ )
    {
        if ( held[i].lock == lock )
        {
            /* It would hang: say so and stop. */
            printf("# RULE BROKEN: a lock is taken twice by its holder\n");
            fflush(stdout);
            abort();
        }
        if ( !is_short && held[i].is_short )
            host_complain("a mutex is taken under a short lock");
        if ( held[i].site == site )
            host_complain("two locks of one kind nest");
        else if ( known(site, held[i].site) )
            host_complain("two kinds of lock nest in both orders");
        else if ( !known(held[i].site, site) &&
                  nr_orders < ARRAY_SIZE(orders) )
        {
            orders[nr_orders].outer = held[i].site;
            orders[nr_orders++].inner = site;
        }
    }
    host_leave();
}

static void note(const void *lock, const void *site, bool is_short)
{
    if ( nr_held == DEPTH )
        abort();
    held[nr_held].lock = lock;
    held[nr_held].site = site;
    held[nr_held++].is_short = is_short;
}

static void forget(const void *lock)
{
    unsigned int i;

    for ( i = nr_held; i-- > 0; )
        if ( held[i].lock == lock )
        {
            memmove(&held[i], &held[i + 1],
                    (nr_held - i - 1) * sizeof(held[0]));
            nr_held--;
            return;
        }
    host_complain("a lock is released that is not held");
}

void smmu_lock_init(struct smmu_lock *lock)
{
    pthread_mutex_init(&lock->m, NULL);
    lock->site = __builtin_return_address(0);
}

unsigned long smmu_lock(struct smmu_lock *lock)
{
    check(lock, lock->site, true);
    pthread_mutex_lock(&lock->m);
    note(lock, lock->site, true);

    return nr_held;
}

void smmu_unlock(struct smmu_lock *lock, unsigned long flags)
{
    if ( flags != nr_held )
        host_complain("short locks are released out of order, or with another's flags");
    forget(lock);
    pthread_mutex_unlock(&lock->m);
    sim_interrupts();
}

void smmu_mutex_init(struct smmu_mutex *mutex)
{
    pthread_mutex_init(&mutex->m, NULL);
    mutex->site = __builtin_return_address(0);
}

void smmu_mutex_lock(struct smmu_mutex *mutex)
{
    host_turn();
    check(mutex, mutex->site, false);
    if ( pthread_mutex_trylock(&mutex->m) )
    {
        __atomic_add_fetch(&waiters, 1, __ATOMIC_SEQ_CST);
        pthread_mutex_lock(&mutex->m);
        __atomic_sub_fetch(&waiters, 1, __ATOMIC_SEQ_CST);
    }
    note(mutex, mutex->site, false);
}

void smmu_mutex_unlock(struct smmu_mutex *mutex)
{
    forget(mutex);
    pthread_mutex_unlock(&mutex->m);
}
