/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam's shared words.  A file of its own: what ThreadSanitizer sees of
 * the platform is this and the locks, so that nothing else orders the driver's
 * accesses by accident (build.mk).
 */
#include "host.h"

void (*host_before_word)(void);

static void turn(void)
{
    if ( host_before_word )
        host_before_word();
}

uint64_t smmu_load(const uint64_t *p)
{
    turn();
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

void smmu_store(uint64_t *p, uint64_t value)
{
    turn();
    __atomic_store_n(p, value, __ATOMIC_RELEASE);
}

uint64_t smmu_cmpxchg(uint64_t *p, uint64_t old, uint64_t new)
{
    turn();
    __atomic_compare_exchange_n(p, &old, new, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return old;
}

uint64_t smmu_add(uint64_t *p, uint64_t value)
{
    turn();
    return __atomic_fetch_add(p, value, __ATOMIC_SEQ_CST);
}
