/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam's shared words.  A file of its own: what ThreadSanitizer sees of
 * the platform is this and the locks, so that nothing else orders the driver's
 * accesses by accident (build.mk).
 */
#include "host.h"

uint64_t smmu_load(const uint64_t *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

void smmu_store(uint64_t *p, uint64_t value)
{
    __atomic_store_n(p, value, __ATOMIC_RELEASE);
}

uint64_t smmu_cmpxchg(uint64_t *p, uint64_t old, uint64_t new)
{
    __atomic_compare_exchange_n(p, &old, new, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return old;
}

uint64_t smmu_add(uint64_t *p, uint64_t value)
{
    return __atomic_fetch_add(p, value, __ATOMIC_SEQ_CST);
}
