/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam on a build machine: what <xen-smmu/plat.h> asks of its platform.
 *
 * Invariant: the driver's files compile against this header unchanged.  DMA
 * memory is not mapped for the CPU: only smmu_dma_load() and smmu_dma_store()
 * reach it, so that every access is seen (mem.c).
 */
#ifndef __TESTS_HOST_SMMU_OS_H__
#define __TESTS_HOST_SMMU_OS_H__

#include <errno.h>
#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ARRAY_SIZE(x)   (sizeof(x) / sizeof((x)[0]))
#define ASSERT(x)       assert(x)
#define container_of(ptr, type, member) \
    ((type *)((char *)(ptr) - offsetof(type, member)))

/* `site` names the lock's class: where it was initialised. */
struct smmu_lock {
    pthread_mutex_t m;
    const void *site;
};

struct smmu_mutex {
    pthread_mutex_t m;
    const void *site;
};

struct smmu_work {
    void (*fn)(void *arg);
    void *arg;
    struct smmu_work *next;
    uint64_t order;                     /* who schedules, before who runs */
    bool queued;
};

struct smmu_timer {
    struct smmu_work work;              /* once it is due */
    struct smmu_timer *next;            /* armed ones, the earliest first */
    uint64_t deadline;
    bool armed;
};

#endif /* __TESTS_HOST_SMMU_OS_H__ */
