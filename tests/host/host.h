/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The build machine as a platform: what tests see and steer.
 *
 * Invariant: all state of the platform and of the simulated SMMUs is reached
 * with host_enter() held, which nests; the driver is never called with it held.
 */
#ifndef __TESTS_HOST_HOST_H__
#define __TESTS_HOST_HOST_H__

#include "plat.h"

#include <public/xen-smmu.h>

/* From a known state, all randomness from `seed`; threads: real ones follow. */
void host_reset(uint64_t seed, bool threads);
extern bool host_threads;

void host_enter(void);
void host_leave(void);
bool host_entered(void);                /* by this thread */

uint64_t host_random(void);             /* host_enter() held, or one thread */
static inline uint64_t host_pick(uint64_t n) { return host_random() % n; }
static inline bool host_chance(unsigned int one_in)
{
    return host_random() % one_in == 0;
}

/* What the driver did. */
struct host_counts {
    uint64_t reads, writes;             /* registers */
    uint64_t reads_locked;              /* of them, under a short lock */
    uint64_t wmb, rmb, cleans, relaxes;
    uint64_t polls_p2m;                 /* reads that wait, in host_p2m_enter() */
    uint64_t worst_p2m;                 /* of them, most in one go */
    uint64_t stores;                    /* to DMA memory */
    uint64_t allocs;                    /* of any memory */
    uint64_t live;                      /* blocks not yet freed */
    uint64_t lines[3];                  /* logged, by level */
};
extern struct host_counts host_counts;

/* The n-th allocation from now on fails; 0: none does. */
void host_fail_alloc(uint64_t n);
bool host_alloc_has_failed(void);

/* Pages that a gather kept and whose flush failed: out of use. */
extern uint64_t host_kept;

/* Log lines are kept until host_log_clear(), the latest HOST_LOG_LINES. */
#define HOST_LOG_LINES  256
void host_log_clear(void);
unsigned int host_log_count(const char *part);  /* lines with `part` in them */
const char *host_log_find(const char *part);    /* the latest such, or NULL */

/*
 * Runs what is due, timers and deferred work, in a context that holds nothing.
 * Time stands still but for smmu_now() and polls: tests move host_time_ns.
 */
void host_run_work(void);
/* Timers armed, and works that wait to run. */
unsigned int host_timers_armed(void);
unsigned int host_works_queued(void);

/*
 * Called at each poll that holds no short lock: another CPU's turn.  What it
 * does must not need a mutex.
 */
extern void (*host_other_cpu)(void);
/* The same, right before each register access and mutex of this one. */
extern void (*host_before_access)(void);
void host_turn(void);                   /* to be called there */
/* The same, right before each shared word is read or written.  One thread. */
extern void (*host_before_word)(void);
unsigned int host_cpu(void);            /* of this thread: 1, 2.. in a turn */

/* Simulated time. */
extern uint64_t host_time_ns;

/*
 * A rule was broken: by the driver, or by a DMA that got where it must not.
 * Printed (the first few), counted; a test ends well only with none.
 */
void host_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
extern unsigned int host_complaints;
extern char host_first_complaint[256];
/* Expected ones, of a negative control: not printed. */
extern bool host_quiet;

/* Holds no lock of the driver, and is not in an interrupt. */
bool host_at_rest(void);
bool host_irqs_off(void);               /* this thread holds a short lock */
bool host_in_irq(void);
unsigned int host_mutex_waiters(void);  /* threads that wait for a mutex now */
void host_irq_enter(void);
void host_irq_leave(void);

/*
 * Xen's P2M lock, which the driver never sees: what is between is called with
 * it held.  Does not nest.
 */
void host_p2m_enter(void);
void host_p2m_leave(void);
void host_poll(void);                   /* a register was read to wait */

/* glue.c: which domain has an id, and what the firmware answers. */
struct smmu_domain;
extern struct smmu_domain *(*host_find_domain)(uint16_t id,
                                               enum xen_smmu_reason *why);
extern uint64_t (*host_smc)(uint32_t id);
/* Memory shared with the firmware; smmu_read32() and the like reach it. */
#define HOST_SHMEM_WORDS    32
extern uint32_t host_shmem[HOST_SHMEM_WORDS];
/* Called at each access: the firmware may have something to say. */
extern void (*host_shmem_access)(uint32_t offset, bool write);
extern unsigned int host_domains_held;

/* mem.c: physical memory, as each observer sees it ------------------------ */

#define HOST_PHYS_BASE  0x800000000ULL
#define HOST_FRAMES     32768U
#define HOST_RAM_BITS   36
#define HOST_PAGE       4096U

enum host_kind { FRAME_FREE, FRAME_DRIVER, FRAME_TABLE, FRAME_DATA };

/* A page, or a run of them aligned to its size: table or data of `owner`. */
uint64_t host_page_alloc(enum host_kind kind, uint32_t owner);
uint64_t host_pages_alloc(enum host_kind kind, uint32_t owner,
                          unsigned int nr);
void host_page_free(uint64_t phys);
enum host_kind host_page_kind(uint64_t phys);   /* FREE also if not RAM */
uint32_t host_page_owner(uint64_t phys);

/* A page table entry: clean already, yet behind the CPU's store buffer. */
void host_pte_store(uint64_t phys, uint64_t value);
uint64_t host_pte_load(uint64_t phys);

/* As an SMMU reads and writes, snooping or not.  false: there is no RAM. */
bool host_device_load(uint64_t phys, bool snoops, uint64_t *value);
bool host_device_store(uint64_t phys, bool snoops, uint64_t value);

/* Stores reach memory at once (false), or when a barrier or chance says. */
extern bool host_store_buffer;
/* Lets one delayed store, or loaded-early word, catch up. */
void host_memory_step(void);

/* Counts frames in use of a kind. */
unsigned int host_pages_used(enum host_kind kind);

void host_memory_reset(void);
void host_memory_wmb(void);
void host_memory_rmb(void);
/* CPU pointers into DMA memory <-> physical. */
uint64_t host_phys(const void *p);

/* The simulator's side, called by plat.c ---------------------------------- */
uint32_t sim_mmio_read(void *regs, uint32_t offset);
void sim_mmio_write(void *regs, uint32_t offset, uint64_t value,
                    unsigned int bytes);
void sim_relax(void);                   /* time passes */
void sim_nudge(void);                   /* an instant does */
void sim_interrupts(void);              /* delivers what is pending */

#endif /* __TESTS_HOST_HOST_H__ */
