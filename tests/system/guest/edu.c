/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * edu: user-space driver for QEMU's "edu" DMA engine, the adversary of the
 * system tests.  Runs in a guest with an unmodified kernel.
 *
 *   edu BAR STEP...       steps run in order; each prints one line.  BAR '-':
 *                         only steps that do not touch the device
 *
 *   fill,IPA,SEED         the CPU writes a page of SEED, SEED+1, ...
 *   look,IPA,SEED         the CPU compares a page with that pattern
 *   load,IPA,LEN          DMA: memory to device
 *   store,IPA,LEN         DMA: device to memory
 *   start,IPA,LEN         the same, but do not wait for it
 *   churn,IPA,SECONDS     keep starting stores for so long
 *   give,IPA[,COUNT]      give pages back to Xen (decrease_reservation)
 *   take,IPA[,COUNT]      ask for pages there again (populate_physmap)
 *   swap,IPA,COUNT        COUNT times: give the page back, ask for another
 *   balloon,IPA,COUNT,N   give COUNT pages back, N a hypercall, and ask for
 *                         them again
 *   race,IPA,COUNT,TIMES,US  one CPU gives COUNT pages back in one hypercall, US
 *                         microseconds (0: any) before a store into the last
 *                         of them is due; the other takes pages from IPA +
 *                         1 MiB on and fills them meanwhile.  Those are looked
 *                         at; they must not be there at first.
 *                         US given: 64 pages, and once only
 *   map,IPA,DOM,REF[,N]   map a page that DOM granted, at IPA; N times
 *   mapro,IPA,DOM,REF     map it to read only
 *   unmap,IPA,HANDLE      and unmap it
 *   replace,IPA,HANDLE,NEW  the same with GNTTABOP_unmap_and_replace
 *   twice,IPA             two CPUs give the same page back
 *   unmapall              what was mapped, in one hypercall
 *   flood,IPA,COUNT       COUNT loads of 8 bytes, as fast as the device goes
 *   hammer,IPA,COUNT      COUNT stores of 8 bytes, the same way
 *   shutdown,REASON       the guest ends, for SHUTDOWN_suspend (2) or
 *                         SHUTDOWN_crash (3)
 *
 * Memory is named by guest physical address (IPA) and reached through
 * /dev/mem: guests run with mem= below what they own, so that the rest is
 * known to nobody but this program, at the same IPAs in every guest.
 *
 * The device takes at most 4096 bytes a command and 100 ms for it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096u
#define WORDS (PAGE / 4)

/* The device's registers and its buffer. */
#define REG_ID 0x00
#define REG_ALIVE 0x04              /* reads as what was written, inverted */
#define REG_DMA_SRC 0x80
#define REG_DMA_DST 0x88
#define REG_DMA_COUNT 0x90
#define REG_DMA_CMD 0x98
#define CMD_RUN 1u
#define CMD_TO_MEMORY 2u
#define DEVICE_BUFFER 0x40000u
#define EDU_ID 0x010000edu

static volatile uint8_t *bar;

static void die(const char *what)
{
    printf("edu: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void *physical(uint64_t address, size_t size)
{
    static int fd = -1;
    void *p;

    if (fd < 0 && (fd = open("/dev/mem", O_RDWR | O_SYNC)) < 0)
        die("/dev/mem");
    p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, address);
    if (p == MAP_FAILED)
        die("mmap of physical memory");
    return p;
}

static void put64(unsigned int reg, uint64_t v)
{
    *(volatile uint64_t *)(bar + reg) = v;
}

static int busy(void)
{
    return *(volatile uint64_t *)(bar + REG_DMA_CMD) & CMD_RUN;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static const char *wait_idle(void)
{
    double t = now();

    while (busy()) {
        if (now() - t > 20)
            return "TIMEOUT";
        usleep(500);
    }
    return "done";
}

static void dma(uint64_t ipa, unsigned int len, int to_memory)
{
    put64(REG_DMA_SRC, to_memory ? DEVICE_BUFFER : ipa);
    put64(REG_DMA_DST, to_memory ? ipa : DEVICE_BUFFER);
    put64(REG_DMA_COUNT, len);
    put64(REG_DMA_CMD, CMD_RUN | (to_memory ? CMD_TO_MEMORY : 0));
}

static void fill(uint64_t ipa, uint32_t seed)
{
    volatile uint32_t *p = physical(ipa, PAGE);
    unsigned int i;

    for (i = 0; i < WORDS; i++)
        p[i] = seed + i;
    munmap((void *)p, PAGE);
    printf("fill %#" PRIx64 " %#x: done\n", ipa, seed);
}

static void look(uint64_t ipa, uint32_t seed)
{
    volatile uint32_t *p = physical(ipa, PAGE);
    unsigned int i, differ = 0;

    for (i = 0; i < WORDS; i++)
        differ += p[i] != seed + i;
    printf("look %#" PRIx64 " %#x: %s differ=%u words=%08x,%08x,%08x,%08x\n",
           ipa, seed, differ ? "DIFFERENT" : "same", differ,
           p[0], p[1], p[2], p[3]);
    munmap((void *)p, PAGE);
}

/* Hypercalls: privcmd passes user addresses, which Xen on Arm walks. */
#define HYPERCALL_memory_op 12
#define XENMEM_decrease_reservation 1
#define XENMEM_populate_physmap 6
#define HYPERCALL_sched_op 29
#define SCHEDOP_shutdown 2
#define HYPERCALL_grant_table_op 20
#define GNTTABOP_map_grant_ref 0
#define GNTTABOP_unmap_grant_ref 1
#define GNTTABOP_unmap_and_replace 7
#define GNTMAP_host_map 2
#define GNTMAP_readonly 4
#define DOMID_SELF 0x7ff0
#define MAX_PAGES 12288

static long hypercall(uint64_t op, uint64_t a, uint64_t b, uint64_t c)
{
    struct { uint64_t op, arg[5]; } call = { op, { a, b, c } };
    static int fd = -1;
    long rc;

    if (fd < 0 && (fd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC)) < 0)
        die("/dev/xen/privcmd");
    rc = ioctl(fd, _IOC(_IOC_NONE, 'P', 0, sizeof(call)), &call);
    return rc < 0 ? -errno : rc;
}

/* In one hypercall; returns how many extents were done, or an error. */
static long reservation(int op, uint64_t ipa, unsigned int count)
{
    static uint64_t frame[MAX_PAGES];
    static struct {
        uint64_t frames, nr;
        uint32_t order, flags;
        uint16_t domid;
    } r;
    unsigned int i;

    if (count > MAX_PAGES)
        return -E2BIG;
    for (i = 0; i < count; i++)
        frame[i] = ipa / PAGE + i;
    r.frames = (uintptr_t)frame;
    r.nr = count;
    r.domid = DOMID_SELF;
    return hypercall(HYPERCALL_memory_op, op, (uintptr_t)&r, 0);
}

static void swap(uint64_t ipa, unsigned int count)
{
    unsigned int i;

    for (i = 0; i < count; i++)
        if (reservation(XENMEM_decrease_reservation, ipa, 1) != 1 ||
            reservation(XENMEM_populate_physmap, ipa, 1) != 1)
            break;
    printf("swap %#" PRIx64 ": %u of %u\n", ipa, i, count);
}

static void balloon(uint64_t ipa, unsigned int count, unsigned int batch)
{
    static const int ops[] = { XENMEM_decrease_reservation,
                               XENMEM_populate_physmap };
    unsigned int op, i, n, calls = 0;

    for (op = 0; op < 2; op++)
        for (i = 0; i < count; i += n, calls++) {
            n = count - i < batch ? count - i : batch;
            if (reservation(ops[op], ipa + (uint64_t)i * PAGE, n) != n) {
                printf("balloon: FAILED at page %u\n", i);
                return;
            }
        }
    printf("balloon %#" PRIx64 ": %u pages, %u hypercalls\n", ipa, count,
           calls);
}

/* A race: see above.  Each CPU has its own thread. */
#define RACE_TAKEN 64
#define RACE_APART 0x100000
static struct {
    uint64_t to;
    unsigned int count;
    uint32_t seed;
    unsigned int delay;             /* us, before the first is taken */
    volatile int ready;             /* the other thread is on its CPU */
    volatile int taking;            /* pages taken and filled so far, or -1 */
} race_other;

static void on_cpu(unsigned int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof(set), &set))
        die("sched_setaffinity");
}

static long take_one(uint64_t ipa)
{
    uint64_t frame = ipa / PAGE;
    struct {
        uint64_t frames, nr;
        uint32_t order, flags;
        uint16_t domid;
    } r = { (uintptr_t)&frame, 1, 0, 0, DOMID_SELF };

    return hypercall(HYPERCALL_memory_op, XENMEM_populate_physmap,
                     (uintptr_t)&r, 0);
}

static void *race_taker(void *arg)
{
    volatile uint32_t *p;
    unsigned int i, k;
    double t;

    on_cpu(1);
    race_other.ready = 1;
    while (race_other.taking < 0)
        ;
    /* Awake: the CPU that would wake it may be the one that is held. */
    for (t = now() + race_other.delay / 1e6; now() < t; )
        ;
    for (i = 0; i < race_other.count; i++) {
        if (take_one(race_other.to + (uint64_t)i * PAGE) != 1)
            die("a page was not given");
        p = physical(race_other.to + (uint64_t)i * PAGE, PAGE);
        for (k = 0; k < WORDS; k++)
            p[k] = race_other.seed + k;
        munmap((void *)p, PAGE);
        race_other.taking = i + 1;
    }
    /* For who looks from outside the guest. */
    *(volatile uint32_t *)(bar + REG_ALIVE) = race_other.count;
    return arg;
}

static unsigned int race_damage(uint64_t ipa, unsigned int count,
                                uint32_t seed)
{
    unsigned int i, k, bad = 0;
    volatile uint32_t *p;

    for (i = 0; i < count; i++) {
        p = physical(ipa + (uint64_t)i * PAGE, PAGE);
        for (k = 0; k < WORDS && p[k] == seed + k; k++)
            ;
        bad += k < WORDS;
        munmap((void *)p, PAGE);
    }
    return bad;
}

static void race(uint64_t ipa, unsigned int count, unsigned int times,
                 unsigned int us)
{
    uint64_t from = ipa, to = ipa + RACE_APART, other, target;
    unsigned int i, bad = 0, during = 0;
    double t, began, took = 0.002;
    pthread_t taker;

    on_cpu(0);
    hypercall(HYPERCALL_memory_op, ~0u, 0, 0);      /* opens privcmd */
    for (i = 0; i < times && !bad; i++) {
        target = from + (count - 1) * (uint64_t)PAGE;
        dma(target, 8, 0);                          /* warms the entry */
        wait_idle();
        race_other.to = to;
        race_other.count = us ? RACE_TAKEN : count;
        race_other.delay = us / 8;      /* so that all are let go by then */
        race_other.seed = 0x50000000 + (i << 12);
        race_other.taking = -1;
        race_other.ready = 0;
        *(volatile uint32_t *)(bar + REG_ALIVE) = 0;
        if (pthread_create(&taker, NULL, race_taker, NULL))
            die("pthread_create");
        while (!race_other.ready)       /* it starts on this CPU */
            sched_yield();
        t = now() + 0.1 - (us ? us / 1e6 : took * 1.5 * rand() / RAND_MAX);
        dma(target, 8, 1);
        while (now() < t)
            ;
        began = now();
        race_other.taking = 0;
        if (reservation(XENMEM_decrease_reservation, from, count) != count)
            die("pages were not taken back");
        during += race_other.taking > 0;
        took = us ? took : now() - began;
        pthread_join(taker, NULL);
        wait_idle();
        bad += race_damage(to, race_other.count, race_other.seed);
        other = from;
        from = to;
        to = other;
    }
    printf("race %#" PRIx64 ": %u rounds, in %u pages were taken meanwhile, %u overwritten\n",
           ipa, i, during, bad);
}

#define MAX_GRANTS 64
struct unmap {
    uint64_t host, bus;
    uint32_t handle;
    int16_t status;
};
static struct unmap mapped[MAX_GRANTS];
static unsigned int nr_mapped;

static void grant_unmap_all(void)
{
    unsigned int i, bad = 0;
    long rc;

    rc = hypercall(HYPERCALL_grant_table_op, GNTTABOP_unmap_grant_ref,
                   (uintptr_t)mapped, nr_mapped);
    for (i = 0; i < nr_mapped; i++)
        bad += mapped[i].status != 0;
    printf("unmapall: rc=%ld, %u unmapped, %u failed\n", rc, nr_mapped, bad);
    nr_mapped = 0;
}

static void grant_map(uint64_t ipa, unsigned int dom, unsigned int ref,
                      uint32_t rights)
{
    static struct {
        uint64_t host;
        uint32_t flags, ref;
        uint16_t dom;
        int16_t status;
        uint32_t handle;
        uint64_t bus;
    } m;
    long rc;

    m.host = ipa;
    m.flags = GNTMAP_host_map | rights;
    m.ref = ref;
    m.dom = dom;
    rc = hypercall(HYPERCALL_grant_table_op, GNTTABOP_map_grant_ref,
                   (uintptr_t)&m, 1);
    printf("map %#" PRIx64 ": rc=%ld status=%d handle=%u\n", ipa, rc,
           m.status, m.handle);
    if (!rc && !m.status && nr_mapped < MAX_GRANTS)
        mapped[nr_mapped++] = (struct unmap){ ipa, 0, m.handle, 0 };
}

/* The two calls differ in what is second: a bus address, or a new one. */
static void grant_unmap(unsigned int op, uint64_t ipa, unsigned int handle,
                        uint64_t to)
{
    static struct unmap u;
    long rc;

    u.host = ipa;
    u.bus = to;
    u.handle = handle;
    rc = hypercall(HYPERCALL_grant_table_op, op, (uintptr_t)&u, 1);
    printf("unmap %#" PRIx64 ": rc=%ld status=%d\n", ipa, rc, u.status);
}

static uint64_t twice_ipa;
static volatile int twice_ready;

static void *give_once(void *arg)
{
    double t;
    uint64_t frame = twice_ipa / PAGE;
    struct {
        uint64_t frames, nr;
        uint32_t order, flags;
        uint16_t domid;
    } r = { (uintptr_t)&frame, 1, 0, 0, DOMID_SELF };

    on_cpu((uintptr_t)arg);
    __atomic_add_fetch(&twice_ready, 1, __ATOMIC_SEQ_CST);
    while (twice_ready < 2)
        ;
    /* Busy both, so that each has a CPU of the machine's for itself. */
    for (t = now() + 0.2; now() < t; )
        ;
    return (void *)hypercall(HYPERCALL_memory_op, XENMEM_decrease_reservation,
                             (uintptr_t)&r, 0);
}

static void twice(uint64_t ipa)
{
    pthread_t thread[2];
    void *rc[2];
    uintptr_t i;

    hypercall(HYPERCALL_memory_op, ~0u, 0, 0);      /* opens privcmd */
    twice_ipa = ipa;
    twice_ready = 0;
    for (i = 0; i < 2; i++)
        if (pthread_create(&thread[i], NULL, give_once, (void *)i))
            die("pthread_create");
    for (i = 0; i < 2; i++)
        pthread_join(thread[i], &rc[i]);
    printf("twice %#" PRIx64 ": rc=%ld,%ld\n", ipa, (long)rc[0], (long)rc[1]);
}

static void churn(uint64_t ipa, unsigned int seconds)
{
    double end = now() + seconds;
    unsigned int n = 0;

    while (now() < end) {
        dma(ipa, PAGE, 1);
        n++;
        while (busy())
            ;
    }
    printf("churn %#" PRIx64 ": %u stores\n", ipa, n);
}

static void step(char *s)
{
    char *op = strtok(s, ","), *f[4];
    uint64_t a[4] = { 0 };
    unsigned int i, n;

    for (n = 0; n < 4 && (f[n] = strtok(NULL, ",")); n++)
        a[n] = strtoull(f[n], NULL, 0);
    if (!strcmp(op, "fill") && n == 2)
        fill(a[0], a[1]);
    else if (!strcmp(op, "look") && n == 2)
        look(a[0], a[1]);
    else if ((!strcmp(op, "load") || !strcmp(op, "store")) && n == 2) {
        dma(a[0], a[1], *op == 's');
        printf("%s %#" PRIx64 " %" PRIu64 ": %s\n", op, a[0], a[1], wait_idle());
    } else if (!strcmp(op, "start") && n == 2) {
        dma(a[0], a[1], 1);
        printf("start %#" PRIx64 " %" PRIu64 ": running\n", a[0], a[1]);
    } else if (!strcmp(op, "churn") && n == 2)
        churn(a[0], a[1]);
    else if ((!strcmp(op, "give") || !strcmp(op, "take")) && n && n < 3)
        printf("%s %#" PRIx64 ": rc=%ld\n", op, a[0],
               reservation(*op == 'g' ? XENMEM_decrease_reservation :
                           XENMEM_populate_physmap, a[0], n > 1 ? a[1] : 1));
    else if (!strcmp(op, "swap") && n == 2)
        swap(a[0], a[1]);
    else if (!strcmp(op, "balloon") && n == 3)
        balloon(a[0], a[1], a[2]);
    else if (!strcmp(op, "race") && n == 4)
        race(a[0], a[1], a[2], a[3]);
    else if (!strcmp(op, "map") && n >= 3)
        for (i = 0; i < (n > 3 ? a[3] : 1); i++)
            grant_map(a[0] + i * PAGE, a[1], a[2], 0);
    else if (!strcmp(op, "mapro") && n == 3)
        grant_map(a[0], a[1], a[2], GNTMAP_readonly);
    else if (!strcmp(op, "unmapall") && !n)
        grant_unmap_all();
    else if (!strcmp(op, "unmap") && n == 2)
        grant_unmap(GNTTABOP_unmap_grant_ref, a[0], a[1], 0);
    else if (!strcmp(op, "replace") && n == 3)
        grant_unmap(GNTTABOP_unmap_and_replace, a[0], a[1], a[2]);
    else if (!strcmp(op, "twice") && n == 1)
        twice(a[0]);
    else if ((!strcmp(op, "flood") || !strcmp(op, "hammer")) && n == 2) {
        for (i = 0; i < a[1]; i++) {
            dma(a[0], 8, *op == 'h');
            wait_idle();
        }
        printf("%s %#" PRIx64 ": %u times\n", op, a[0], i);
    } else if (!strcmp(op, "shutdown") && n == 1) {
        static uint32_t reason;

        reason = a[0];
        printf("shutdown: rc=%ld\n", hypercall(HYPERCALL_sched_op,
               SCHEDOP_shutdown, (uintptr_t)&reason, 0));
    } else {
        printf("edu: no such step: %s with %u numbers\n", op, n);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    int i;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 3) {
        printf("usage: edu BAR STEP...\n");
        return 1;
    }
    if (strcmp(argv[1], "-"))
        bar = physical(strtoull(argv[1], NULL, 0), 0x1000);
    if (bar && *(volatile uint32_t *)(bar + REG_ID) != EDU_ID) {
        printf("edu: no edu device at %s: id %#x\n", argv[1],
               *(volatile uint32_t *)(bar + REG_ID));
        return 2;
    }
    if (bar && busy())
        wait_idle();
    for (i = 2; i < argc; i++)
        step(argv[i]);
    return 0;
}
