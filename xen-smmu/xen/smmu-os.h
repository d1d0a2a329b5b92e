/* SPDX-License-Identifier: GPL-2.0-only */
/* What plat.h builds on, inside the hypervisor. */
#ifndef __XEN_SMMU_XEN_SMMU_OS_H__
#define __XEN_SMMU_XEN_SMMU_OS_H__

#include <xen/errno.h>
#include <xen/kernel.h>
#include <xen/lib.h>
#include <xen/spinlock.h>
#include <xen/string.h>
#include <xen/tasklet.h>
#include <xen/timer.h>
#include <xen/types.h>

struct smmu_lock {
    spinlock_t lock;
};

/* The slow path waits with interrupts on. */
struct smmu_mutex {
    spinlock_t lock;
};

struct smmu_work {
    struct tasklet tasklet;
};

struct smmu_timer {
    struct timer timer;
};

#endif /* __XEN_SMMU_XEN_SMMU_OS_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
