/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The platform seam: all that the driver wants from what it runs on.
 *
 * Invariant: no other file of the core or of a backend reaches the platform.
 * <smmu-os.h> is found by include path: xen-smmu/xen/ inside the hypervisor,
 * tests/host/ on a build machine.  It brings
 *   - fixed-width types, bool, size_t, NULL, the E* codes;
 *   - memset, memcpy, strlen, strcmp, snprintf;
 *   - ARRAY_SIZE, container_of, ASSERT;
 *   - struct smmu_lock, smmu_mutex, smmu_work and smmu_timer.
 */
#ifndef __XEN_SMMU_PLAT_H__
#define __XEN_SMMU_PLAT_H__

#include <smmu-os.h>

/*
 * Locks.  Short ones: interrupts are off while one is held, so its holder
 * polls no register and calls nothing that may wait.  `smmu_lock` returns what
 * `smmu_unlock` needs.  A mutex is for the slow path (attach, quiesce, dump);
 * its holder may poll, interrupts stay as they were.  Neither is recursive.
 */
void smmu_lock_init(struct smmu_lock *lock);
unsigned long smmu_lock(struct smmu_lock *lock);
void smmu_unlock(struct smmu_lock *lock, unsigned long flags);
void smmu_mutex_init(struct smmu_mutex *mutex);
void smmu_mutex_lock(struct smmu_mutex *mutex);
void smmu_mutex_unlock(struct smmu_mutex *mutex);

/*
 * Shared words.  load: acquire; store: release; cmpxchg and add: full order,
 * they return the old value.
 */
uint64_t smmu_load(const uint64_t *p);
void smmu_store(uint64_t *p, uint64_t value);
uint64_t smmu_cmpxchg(uint64_t *p, uint64_t old, uint64_t new);
uint64_t smmu_add(uint64_t *p, uint64_t value);

/* An index that was found to be below n: so it is in speculation as well. */
uint32_t smmu_index(uint32_t index, uint32_t n);

/*
 * Registers.  `regs` is the cookie given at probe, `offset` in bytes.  Those
 * of one CPU arrive in order.  A write has arrived when that CPU has read
 * another register of the unit after it.
 */
uint32_t smmu_read32(void *regs, uint32_t offset);
void smmu_write32(void *regs, uint32_t offset, uint32_t value);
void smmu_write64(void *regs, uint32_t offset, uint64_t value);

/*
 * Orders stores to memory, page table entries included, before what follows:
 * register writes, or stores that the SMMU reads later.
 */
void smmu_wmb(void);
/*
 * Orders a register read, or what a lock protects, before the loads and the
 * register reads that follow.
 */
void smmu_rmb(void);

/*
 * Memory that the SMMU reads or writes: zeroed, physically contiguous,
 * aligned to its size rounded up to a power of two (at least 4 KiB).
 * NULL: none left.
 */
void *smmu_dma_alloc(size_t bytes, uint64_t *phys);
void smmu_dma_free(void *p, size_t bytes);
/* One 64-bit store, never torn. */
void smmu_dma_store(uint64_t *p, uint64_t value);
uint64_t smmu_dma_load(const uint64_t *p);
/* For an SMMU that does not snoop: write back, or drop, lines of the cache. */
void smmu_dma_clean(const void *p, size_t bytes);
void smmu_dma_discard(const void *p, size_t bytes);

/* Ordinary memory, zeroed.  NULL: none left. */
void *smmu_zalloc(size_t bytes);
void smmu_free(void *p);

/* Nanoseconds, monotonic. */
uint64_t smmu_now(void);
/* Between two polls. */
void smmu_relax(void);

/*
 * Deferred work: `fn(arg)` runs later, once for any number of schedules
 * before it starts, in a context that may hold any lock of this driver.
 */
void smmu_work_init(struct smmu_work *work, void (*fn)(void *arg), void *arg);
void smmu_work_schedule(struct smmu_work *work);

/*
 * One shot: fn(arg) runs at `deadline` (ns of smmu_now()) or soon after, like
 * deferred work.  Setting it again replaces the deadline.
 */
void smmu_timer_init(struct smmu_timer *timer, void (*fn)(void *arg),
                     void *arg);
void smmu_timer_set(struct smmu_timer *timer, uint64_t deadline);
void smmu_timer_stop(struct smmu_timer *timer);
/* Afterwards it is neither pending nor running. */
void smmu_timer_kill(struct smmu_timer *timer);
void smmu_work_kill(struct smmu_work *work);

/*
 * A page that was kept until a flush (smmu_gather_keep()).  flushed: it may be
 * reused; else it stays its domain's, out of use.  Not called in a quarantine.
 */
void smmu_page_release(void *page, bool flushed);

/* One line for the console, without its newline. */
enum smmu_level { SMMU_ERR, SMMU_WARN, SMMU_INFO };
void smmu_log(enum smmu_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif /* __XEN_SMMU_PLAT_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
