/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Another CPU, whose turn comes at a given register access, mutex or poll of
 * this one.  It then goes on until it is done, or has to wait for a mutex of
 * this one's: what may have to is a thread.
 */
#ifndef __TESTS_SIM_OTHER_H__
#define __TESTS_SIM_OTHER_H__

#include <sched.h>

#include "test.h"

static unsigned int countdown;          /* accesses until the other one's turn */
static void (*turn)(void);

/* The other CPU, if what it does may have to wait for a mutex. */
static pthread_t this_cpu, thread;
static bool started, done;

/* Goes as far as it can: to its end, or to where it waits for this one. */
static inline void give_way(void)
{
    while ( started && !__atomic_load_n(&done, __ATOMIC_ACQUIRE) &&
            !host_mutex_waiters() )
        sched_yield();
}

static inline void *run_other(void *fn)
{
    ((void (*)(void))(uintptr_t)fn)();
    __atomic_store_n(&done, true, __ATOMIC_RELEASE);

    return NULL;
}

static inline void other_cpu(void (*fn)(void))
{
    done = false;
    started = true;
    assert_int_equal(pthread_create(&thread, NULL, run_other,
                                    (void *)(uintptr_t)fn), 0);
    give_way();
}

static inline void step(void)
{
    if ( !pthread_equal(this_cpu, pthread_self()) )
        return;
    give_way();
    if ( countdown && --countdown == 0 )
        turn();
}

static inline void at(unsigned int n, void (*fn)(void))
{
    this_cpu = pthread_self();
    countdown = n;
    turn = fn;
    host_before_access = host_other_cpu = step;
}

/* False: its turn never came. */
static inline bool over(void)
{
    bool came = !countdown;

    countdown = 0;
    host_before_access = host_other_cpu = NULL;
    if ( started )
        assert_int_equal(pthread_join(thread, NULL), 0);
    started = false;

    return came;
}

#endif /* __TESTS_SIM_OTHER_H__ */
