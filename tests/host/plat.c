/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam: registers, time, ordinary memory, log, deferred work.
 */
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>

#include "host.h"

void *host_dma_pointer(uint64_t phys);

bool host_threads, host_quiet;
uint64_t host_kept;
struct host_counts host_counts;
uint64_t host_time_ns;
void (*host_other_cpu)(void);
void (*host_before_access)(void);
unsigned int host_complaints;
char host_first_complaint[256];

/* A lock that ThreadSanitizer does not see: see atomic.c. */
static unsigned int world_lock;
static __thread unsigned int depth;
static uint64_t random_state;
static uint64_t fail_at;
static char lines[HOST_LOG_LINES][320];
static unsigned int nr_lines;
static struct smmu_work *works;
static struct smmu_timer *timers;
/* As Xen's tasklets: one never runs beside itself. */
static pthread_mutex_t working = PTHREAD_MUTEX_INITIALIZER;
static struct smmu_work *running;
static pthread_t runner;

static void host_free_blocks(void);

void host_reset(uint64_t seed, bool threads)
{
    random_state = seed * 0x9e3779b97f4a7c15ULL + 0x1234567;
    host_threads = threads;
    host_quiet = false;
    memset(&host_counts, 0, sizeof(host_counts));
    host_kept = 0;
    host_time_ns = 1000000;
    host_complaints = nr_lines = 0;
    host_first_complaint[0] = 0;
    fail_at = 0;
    works = NULL;
    timers = NULL;
    host_free_blocks();
    host_store_buffer = true;
    host_other_cpu = NULL;
    host_before_access = NULL;
    host_before_word = NULL;
    host_memory_reset();
}

/* ThreadSanitizer's own: libc's functions on the model's data are no race. */
void AnnotateIgnoreReadsBegin(const char *file, int line)
    __attribute__((weak));
void AnnotateIgnoreReadsEnd(const char *file, int line) __attribute__((weak));
void AnnotateIgnoreWritesBegin(const char *file, int line)
    __attribute__((weak));
void AnnotateIgnoreWritesEnd(const char *file, int line) __attribute__((weak));

void host_enter(void)
{
    if ( depth++ != 0 )
        return;
    while ( __atomic_exchange_n(&world_lock, 1, __ATOMIC_ACQUIRE) )
        sched_yield();
    if ( AnnotateIgnoreReadsBegin )
    {
        AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
        AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    }
}

void host_leave(void)
{
    if ( --depth == 0 )
    {
        static __thread unsigned int turns;

        if ( AnnotateIgnoreReadsBegin )
        {
            AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
            AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
        }
        __atomic_store_n(&world_lock, 0, __ATOMIC_RELEASE);
        if ( host_threads && ++turns % 32 == 0 )
            sched_yield();
    }
}

bool host_entered(void)
{
    return depth;
}

uint64_t host_random(void)
{
    uint64_t x = random_state;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    random_state = x;

    return (x * 0x2545f4914f6cdd1dULL) >> 16;
}

void host_complain(const char *fmt, ...)
{
    char text[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    host_enter();
    if ( host_complaints++ == 0 )
        snprintf(host_first_complaint, sizeof(host_first_complaint), "%s",
                 text);
    if ( !host_quiet && host_complaints <= 5 )
        printf("# RULE BROKEN: %s\n", text);
    host_leave();
}

/* -- log ------------------------------------------------------------------ */

void smmu_log(enum smmu_level level, const char *fmt, ...)
{
    va_list ap;
    char *line;

    host_enter();
    line = lines[nr_lines++ % HOST_LOG_LINES];
    va_start(ap, fmt);
    vsnprintf(line, sizeof(lines[0]), fmt, ap);
    va_end(ap);
    host_counts.lines[level]++;
    if ( getenv("VERBOSE") )
        printf("# log%d: %s\n", level, line);
    host_leave();
}

void host_log_clear(void)
{
    nr_lines = 0;
}

const char *host_log_find(const char *part)
{
    unsigned int i;

    for ( i = nr_lines; i > 0 && nr_lines - i < HOST_LOG_LINES; i-- )
        if ( strstr(lines[(i - 1) % HOST_LOG_LINES], part) )
            return lines[(i - 1) % HOST_LOG_LINES];

    return NULL;
}

unsigned int host_log_count(const char *part)
{
    unsigned int i, n = 0;

    for ( i = nr_lines; i > 0 && nr_lines - i < HOST_LOG_LINES; i-- )
        n += strstr(lines[(i - 1) % HOST_LOG_LINES], part) != NULL;

    return n;
}

/* -- memory --------------------------------------------------------------- */

void host_fail_alloc(uint64_t n)
{
    fail_at = n ? host_counts.allocs + n : 0;
}

bool host_alloc_has_failed(void)
{
    return host_counts.allocs >= fail_at;
}

static bool may_alloc(void)
{
    if ( host_irqs_off() )
        host_complain("memory is allocated under a short lock");

    return ++host_counts.allocs != fail_at;
}

/* Blocks are chained, so that the next test starts with none. */
struct block {
    struct block *next, **link;
    uint64_t pad[2];
    char data[];
};
static struct block *blocks;

static void drop(struct block *b)
{
    *b->link = b->next;
    if ( b->next )
        b->next->link = b->link;
    free(b);
}

static void host_free_blocks(void)
{
    while ( blocks )
        drop(blocks);
}

void *smmu_zalloc(size_t bytes)
{
    struct block *b = NULL;

    host_enter();
    if ( may_alloc() )
        b = calloc(1, sizeof(*b) + bytes);
    if ( b )
    {
        b->next = blocks;
        b->link = &blocks;
        if ( blocks )
            blocks->link = &b->next;
        blocks = b;
        host_counts.live++;
    }
    host_leave();

    return b ? b->data : NULL;
}

void smmu_free(void *p)
{
    if ( !p )
        return;
    host_enter();
    host_counts.live--;
    drop(container_of(p, struct block, data));
    host_leave();
}

void *smmu_dma_alloc(size_t bytes, uint64_t *phys)
{
    void *p = NULL;

    host_enter();
    if ( may_alloc() )
        *phys = host_pages_alloc(FRAME_DRIVER, 0,
                                 (bytes + HOST_PAGE - 1) / HOST_PAGE);
    else
        *phys = 0;
    if ( *phys )
        p = host_dma_pointer(*phys);
    host_counts.live += p != NULL;
    host_leave();

    return p;
}

void smmu_page_release(void *page, bool flushed)
{
    host_enter();
    if ( flushed )
        host_page_free((uintptr_t)page);
    else
        host_kept++;
    host_leave();
}

void smmu_dma_free(void *p, size_t bytes)
{
    uint64_t phys, end;

    if ( !p )
        return;
    phys = host_phys(p);
    host_enter();
    host_counts.live--;
    for ( end = phys + bytes; phys < end; phys += HOST_PAGE )
        host_page_free(phys);
    host_leave();
}

/* -- registers, barriers, time -------------------------------------------- */

static bool in_shmem(const void *regs, uint32_t offset, unsigned int bytes)
{
    if ( regs != host_shmem )
        return false;
    if ( offset % 4 || offset >= sizeof(host_shmem) || bytes != 4 )
        host_complain("shared memory is accessed at %#x, %u bytes", offset,
                      bytes);
    if ( host_irqs_off() )
        host_complain("shared memory is used under a short lock");

    return true;
}

/* The other CPU's own accesses come one after the other. */
static __thread unsigned int turns;

unsigned int host_cpu(void)
{
    return turns;
}

void host_turn(void)
{
    void (*turn)(void) = host_before_access;

    if ( !turn || host_irqs_off() || host_in_irq() )
        return;
    host_before_access = NULL;
    turns++;
    turn();
    turns--;
    host_before_access = turn;
}

uint32_t smmu_index(uint32_t index, uint32_t n)
{
    if ( index >= n )
        host_complain("index %u of %u", index, n);

    return index;
}

uint32_t smmu_read32(void *regs, uint32_t offset)
{
    uint32_t v;

    if ( in_shmem(regs, offset, 4) )
    {
        if ( host_shmem_access )
            host_shmem_access(offset, false);
        return host_shmem[offset / 4 % HOST_SHMEM_WORDS];
    }
    host_turn();
    host_enter();
    host_counts.reads++;
    if ( host_irqs_off() )
    {
        host_counts.reads_locked++;
        host_complain("register %#x is read under a short lock", offset);
    }
    v = sim_mmio_read(regs, offset);
    host_leave();
    sim_interrupts();

    return v;
}

static void write_register(void *regs, uint32_t offset, uint64_t value,
                           unsigned int bytes)
{
    if ( in_shmem(regs, offset, bytes) )
    {
        host_shmem[offset / 4 % HOST_SHMEM_WORDS] = value;
        if ( host_shmem_access )
            host_shmem_access(offset, true);
        return;
    }
    host_turn();
    host_enter();
    host_counts.writes++;
    sim_mmio_write(regs, offset, value, bytes);
    host_leave();
    sim_interrupts();
}

void smmu_write32(void *regs, uint32_t offset, uint32_t value)
{
    write_register(regs, offset, value, 4);
}

void smmu_write64(void *regs, uint32_t offset, uint64_t value)
{
    write_register(regs, offset, value, 8);
}

void smmu_wmb(void)
{
    host_enter();
    host_counts.wmb++;
    host_memory_wmb();
    host_leave();
}

void smmu_rmb(void)
{
    host_enter();
    host_counts.rmb++;
    host_memory_rmb();
    host_leave();
}

uint64_t smmu_now(void)
{
    uint64_t now;

    host_enter();
    now = host_time_ns++;
    host_leave();

    return now;
}

void smmu_relax(void)
{
    if ( host_irqs_off() )
        host_complain("the driver polls under a short lock");
    host_enter();
    host_counts.relaxes++;
    host_leave();
    sim_relax();
    sim_interrupts();
    if ( host_other_cpu && !host_irqs_off() && !host_in_irq() )
    {
        turns++;
        host_other_cpu();
        turns--;
    }
}

/* -- deferred work -------------------------------------------------------- */

void smmu_work_init(struct smmu_work *work, void (*fn)(void *arg), void *arg)
{
    memset(work, 0, sizeof(*work));
    work->fn = fn;
    work->arg = arg;
}

void smmu_work_schedule(struct smmu_work *work)
{
    smmu_add(&work->order, 1);
    host_enter();
    if ( !work->queued )
    {
        work->queued = true;
        work->next = works;
        works = work;
    }
    host_leave();
}

static void unschedule(struct smmu_work *work)
{
    struct smmu_work **p;

    for ( p = &works; work->queued && *p; p = &(*p)->next )
        if ( *p == work )
        {
            *p = work->next;
            work->queued = false;
            return;
        }
}

/* Afterwards it does not run, unless it is scheduled again. */
void smmu_work_kill(struct smmu_work *work)
{
    bool mine;

    if ( !host_at_rest() )
        host_complain("deferred work is killed with a lock held: it may want that lock");
    host_enter();
    unschedule(work);
    mine = running == work && pthread_equal(runner, pthread_self());
    host_leave();
    if ( mine )
    {
        host_complain("deferred work kills itself");
        return;
    }
    if ( host_threads )
    {
        /* Whoever runs one has this. */
        pthread_mutex_lock(&working);
        pthread_mutex_unlock(&working);
    }
}

void smmu_timer_init(struct smmu_timer *timer, void (*fn)(void *arg),
                     void *arg)
{
    memset(timer, 0, sizeof(*timer));
    smmu_work_init(&timer->work, fn, arg);
}

static void disarm(struct smmu_timer *timer)
{
    struct smmu_timer **p;

    for ( p = &timers; timer->armed && *p; p = &(*p)->next )
        if ( *p == timer )
        {
            *p = timer->next;
            timer->armed = false;
            return;
        }
}

void smmu_timer_set(struct smmu_timer *timer, uint64_t deadline)
{
    struct smmu_timer **p = &timers;

    smmu_add(&timer->work.order, 1);
    host_enter();
    if ( !timer->work.fn )
        host_complain("a timer is set that was never initialised");
    disarm(timer);
    timer->deadline = deadline;
    timer->armed = true;
    while ( *p && (*p)->deadline <= deadline )
        p = &(*p)->next;
    timer->next = *p;
    *p = timer;
    host_leave();
}

void smmu_timer_stop(struct smmu_timer *timer)
{
    host_enter();
    disarm(timer);
    unschedule(&timer->work);
    host_leave();
}

void smmu_timer_kill(struct smmu_timer *timer)
{
    smmu_timer_stop(timer);
    smmu_work_kill(&timer->work);
}

unsigned int host_timers_armed(void)
{
    struct smmu_timer *t;
    unsigned int n = 0;

    host_enter();
    for ( t = timers; t; t = t->next )
        n++;
    host_leave();

    return n;
}

unsigned int host_works_queued(void)
{
    struct smmu_work *w;
    unsigned int n = 0;

    host_enter();
    for ( w = works; w; w = w->next )
        n++;
    host_leave();

    return n;
}

static void fire_timers(void)
{
    struct smmu_timer *t;

    while ( (t = timers) && t->deadline <= host_time_ns )
    {
        disarm(t);
        smmu_work_schedule(&t->work);
    }
}

void host_run_work(void)
{
    struct smmu_work *w;
    unsigned int n;

    if ( !host_at_rest() )
        return;
    /* A quick look: most of the time nothing is due. */
    host_enter();
    fire_timers();
    n = works != NULL;
    host_leave();
    if ( !n )
        return;
    pthread_mutex_lock(&working);
    for ( n = 0; ; n++ )
    {
        if ( n == 1000 )
        {
            /* Beside others there may always be more to do. */
            if ( !host_threads )
                host_complain("deferred work schedules itself for ever");
            break;
        }
        host_enter();
        fire_timers();
        w = works;
        if ( w )
        {
            works = w->next;
            w->queued = false;
        }
        running = w;
        host_leave();
        if ( !w )
            break;
        runner = pthread_self();
        smmu_load(&w->order);
        w->fn(w->arg);
    }
    pthread_mutex_unlock(&working);
}
