/* SPDX-License-Identifier: GPL-2.0-only */
/* The platform seam in Xen: see plat.h for the contracts. */
#include "../plat.h"

#include <xen/mm.h>
#include <xen/nospec.h>
#include <xen/smp.h>
#include <xen/time.h>
#include <xen/xmalloc.h>

#include <asm/atomic.h>
#include <asm/io.h>
#include <asm/page.h>
#include <asm/processor.h>

void smmu_lock_init(struct smmu_lock *lock)
{
    spin_lock_init(&lock->lock);
}

unsigned long smmu_lock(struct smmu_lock *lock)
{
    unsigned long flags;

    spin_lock_irqsave(&lock->lock, flags);

    return flags;
}

void smmu_unlock(struct smmu_lock *lock, unsigned long flags)
{
    spin_unlock_irqrestore(&lock->lock, flags);
}

void smmu_mutex_init(struct smmu_mutex *mutex)
{
    spin_lock_init(&mutex->lock);
}

void smmu_mutex_lock(struct smmu_mutex *mutex)
{
    spin_lock(&mutex->lock);
}

void smmu_mutex_unlock(struct smmu_mutex *mutex)
{
    spin_unlock(&mutex->lock);
}

uint64_t smmu_load(const uint64_t *p)
{
    uint64_t value = read_atomic(p);

    /* Loads and stores that follow stay behind: dmb ishld. */
    smp_rmb();

    return value;
}

void smmu_store(uint64_t *p, uint64_t value)
{
    smp_mb();
    write_atomic(p, value);
}

uint64_t smmu_cmpxchg(uint64_t *p, uint64_t old, uint64_t new)
{
    return cmpxchg(p, old, new);
}

uint64_t smmu_add(uint64_t *p, uint64_t value)
{
    uint64_t old, seen = read_atomic(p);

    do {
        old = seen;
        seen = cmpxchg(p, old, old + value);
    } while ( seen != old );

    return old;
}

uint32_t smmu_index(uint32_t index, uint32_t n)
{
    return array_index_nospec(index, n);
}

uint32_t smmu_read32(void *regs, uint32_t offset)
{
    return readl_relaxed(regs + offset);
}

void smmu_write32(void *regs, uint32_t offset, uint32_t value)
{
    writel_relaxed(value, regs + offset);
}

void smmu_write64(void *regs, uint32_t offset, uint64_t value)
{
    writeq_relaxed(value, regs + offset);
}

void smmu_wmb(void)
{
    wmb();
}

void smmu_rmb(void)
{
    rmb();
}

void *smmu_dma_alloc(size_t bytes, uint64_t *phys)
{
    unsigned int order = get_order_from_bytes(bytes);
    void *p = alloc_xenheap_pages(order, 0);

    if ( !p )
        return NULL;
    memset(p, 0, PAGE_SIZE << order);
    *phys = virt_to_maddr(p);

    return p;
}

void smmu_dma_free(void *p, size_t bytes)
{
    free_xenheap_pages(p, get_order_from_bytes(bytes));
}

void smmu_dma_store(uint64_t *p, uint64_t value)
{
    write_atomic(p, value);
}

uint64_t smmu_dma_load(const uint64_t *p)
{
    return read_atomic(p);
}

void smmu_dma_clean(const void *p, size_t bytes)
{
    clean_dcache_va_range(p, bytes);
}

void smmu_dma_discard(const void *p, size_t bytes)
{
    /*
     * Not invalidate_dcache_va_range(): with lines larger than what is left of
     * one its count wraps.  The CPU dirties none of these, so that nothing is
     * written back.
     */
    clean_and_invalidate_dcache_va_range(p, bytes);
}

void *smmu_zalloc(size_t bytes)
{
    return _xzalloc(bytes, sizeof(uint64_t));
}

void smmu_free(void *p)
{
    xfree(p);
}

uint64_t smmu_now(void)
{
    return NOW();
}

void smmu_relax(void)
{
    cpu_relax();
}

void smmu_work_init(struct smmu_work *work, void (*fn)(void *arg), void *arg)
{
    tasklet_init(&work->tasklet, fn, arg);
}

void smmu_work_schedule(struct smmu_work *work)
{
    tasklet_schedule(&work->tasklet);
}

void smmu_work_kill(struct smmu_work *work)
{
    tasklet_kill(&work->tasklet);
}

void smmu_timer_init(struct smmu_timer *timer, void (*fn)(void *arg),
                     void *arg)
{
    init_timer(&timer->timer, fn, arg, smp_processor_id());
}

void smmu_timer_set(struct smmu_timer *timer, uint64_t deadline)
{
    set_timer(&timer->timer, deadline);
}

void smmu_timer_stop(struct smmu_timer *timer)
{
    stop_timer(&timer->timer);
}

void smmu_timer_kill(struct smmu_timer *timer)
{
    kill_timer(&timer->timer);
}

void smmu_log(enum smmu_level level, const char *fmt, ...)
{
    static const char *const prefix[] = {
        [SMMU_ERR] = XENLOG_ERR, [SMMU_WARN] = XENLOG_WARNING,
        [SMMU_INFO] = XENLOG_INFO,
    };
    char line[384];
    va_list args;

    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    printk("%ssmmu: %s\n", prefix[level], line);
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
