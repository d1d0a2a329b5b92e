/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Physical memory with three views of every word:
 *   cpu    in program order: what the driver itself reads back
 *   snoop  after the store buffer: what an SMMU that snoops sees
 *   ram    after a cache clean: what one that does not snoop sees
 *
 * A store goes to `cpu`, and to `snoop` at the next wmb or at random before,
 * in any order.  It goes to `ram` when cleaned, or at random.  What a device
 * writes is seen by the CPU after rmb (snooping) or discard (not), or at
 * random before.  Fresh memory of the driver is zero for the CPU, junk in RAM.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "host.h"

#define WORDS_A_PAGE    (HOST_PAGE / 8)
#define WORDS           (HOST_FRAMES * WORDS_A_PAGE)
#define SINGLES         (HOST_FRAMES / 2)   /* frames from here on: one by one */
#define JUNK            0x9ULL  /* as an STE: valid and bypass; no command */

enum { BUFFERED = 1, DIRTY = 2, LATE_SNOOP = 4, LATE_RAM = 8 };

static struct frame {
    uint8_t kind;
    uint32_t owner;
} frames[HOST_FRAMES];

static uint64_t *cpu, *snoop, *ram;
static uint8_t *flags;
static char *window;                    /* DMA pointers: mapped to nothing */
static uint32_t stack[HOST_FRAMES];     /* free single frames, latest first */
static unsigned int stacked;
static unsigned int used_below;         /* multi-frame area: high-water mark */
static uint32_t buffer[4096], inbound[4096];
static unsigned int nr_buffer, nr_inbound;

bool host_store_buffer;

static void *reserve(size_t bytes, int prot)
{
    void *p = mmap(NULL, bytes, prot,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if ( p == MAP_FAILED )
    {
        perror("host: cannot reserve memory for the simulated RAM");
        exit(2);
    }

    return p;
}

void host_memory_reset(void)
{
    unsigned int i;

    if ( !cpu )
    {
        cpu = reserve(WORDS * 8UL, PROT_READ | PROT_WRITE);
        snoop = reserve(WORDS * 8UL, PROT_READ | PROT_WRITE);
        ram = reserve(WORDS * 8UL, PROT_READ | PROT_WRITE);
        flags = reserve(WORDS, PROT_READ | PROT_WRITE);
        window = reserve(HOST_FRAMES * (size_t)HOST_PAGE, PROT_NONE);
    }

    memset(frames, 0, sizeof(frames));
    nr_buffer = nr_inbound = used_below = stacked = 0;
    for ( i = HOST_FRAMES; i > SINGLES; i-- )
        stack[stacked++] = i - 1;
}

static bool is_ram(uint64_t phys)
{
    return phys >= HOST_PHYS_BASE &&
           phys < HOST_PHYS_BASE + HOST_FRAMES * (uint64_t)HOST_PAGE;
}

static uint32_t frame_of(uint64_t phys)
{
    return (phys - HOST_PHYS_BASE) / HOST_PAGE;
}

static uint32_t word_of(uint64_t phys)
{
    return (phys - HOST_PHYS_BASE) / 8;
}

uint64_t host_phys(const void *p)
{
    uint64_t off = (uint64_t)((const char *)p - window);

    if ( off >= HOST_FRAMES * (uint64_t)HOST_PAGE )
    {
        host_complain("%p is not a pointer to DMA memory", p);
        return 0;
    }

    return HOST_PHYS_BASE + off;
}

/* -- what the CPU stored travels outward ---------------------------------- */

static void reach_snoop(uint32_t w)
{
    if ( !(flags[w] & BUFFERED) )
        return;

    flags[w] &= ~BUFFERED;
    snoop[w] = cpu[w];
    if ( frames[w / WORDS_A_PAGE].kind == FRAME_TABLE )
        ram[w] = cpu[w];
    else
    {
        flags[w] |= DIRTY;
        if ( host_random() % 4 == 0 )   /* the line is evicted */
        {
            flags[w] &= ~DIRTY;
            ram[w] = snoop[w];
        }
    }
}

static void reach_ram(uint32_t w)
{
    reach_snoop(w);
    if ( flags[w] & DIRTY )
        ram[w] = snoop[w];
    flags[w] &= ~DIRTY;
}

static void reach_cpu(uint32_t w, unsigned int which)
{
    if ( !(flags[w] & which) )
        return;
    cpu[w] = (flags[w] & LATE_SNOOP) ? snoop[w] : (snoop[w] = ram[w]);
    flags[w] &= ~(LATE_SNOOP | LATE_RAM);
}

void host_memory_wmb(void)
{
    while ( nr_buffer )
        reach_snoop(buffer[--nr_buffer]);
}

void host_memory_rmb(void)
{
    unsigned int i, kept = 0;

    for ( i = 0; i < nr_inbound; i++ )
    {
        reach_cpu(inbound[i], LATE_SNOOP);
        if ( flags[inbound[i]] & LATE_RAM )
            inbound[kept++] = inbound[i];
    }
    nr_inbound = kept;
}

void host_memory_step(void)
{
    unsigned int i;

    if ( nr_buffer )
    {
        i = host_pick(nr_buffer);
        reach_snoop(buffer[i]);
        buffer[i] = buffer[--nr_buffer];
    }
    if ( nr_inbound && host_chance(8) )
    {
        i = host_pick(nr_inbound);
        reach_cpu(inbound[i], LATE_SNOOP | LATE_RAM);
        inbound[i] = inbound[--nr_inbound];
    }
}

static void cpu_store(uint64_t phys, uint64_t value)
{
    uint32_t w = word_of(phys);

    cpu[w] = value;
    if ( flags[w] & BUFFERED )
        return;
    flags[w] |= BUFFERED;
    if ( !host_store_buffer )
    {
        reach_snoop(w);
        return;
    }
    if ( nr_buffer == ARRAY_SIZE(buffer) )
        host_memory_step();
    buffer[nr_buffer++] = w;
}

/* -- frames --------------------------------------------------------------- */

static void fill(uint32_t f, enum host_kind kind, uint32_t owner)
{
    uint32_t w = f * WORDS_A_PAGE;
    unsigned int i;

    frames[f].kind = kind;
    frames[f].owner = owner;
    if ( kind == FRAME_DATA )
        return;                         /* nobody reads what is in it */
    memset(&cpu[w], 0, HOST_PAGE);
    memset(&snoop[w], 0, HOST_PAGE);
    memset(&ram[w], 0, HOST_PAGE);
    memset(&flags[w], 0, WORDS_A_PAGE);
    if ( kind == FRAME_DRIVER )
        for ( i = 0; i < WORDS_A_PAGE; i++ )
        {
            ram[w + i] = JUNK;
            flags[w + i] = DIRTY;
        }
}

uint64_t host_pages_alloc(enum host_kind kind, uint32_t owner,
                          unsigned int nr)
{
    unsigned int align = 1, f, i;

    if ( nr == 1 && kind != FRAME_DRIVER )
    {
        if ( !stacked )
            return 0;
        f = stack[--stacked];
        fill(f, kind, owner);
        return HOST_PHYS_BASE + f * (uint64_t)HOST_PAGE;
    }

    while ( align < nr )
        align *= 2;
    for ( f = 0; f + nr <= SINGLES; f += align )
    {
        for ( i = 0; i < nr && frames[f + i].kind == FRAME_FREE; i++ )
            continue;
        if ( i < nr )
            continue;
        for ( i = 0; i < nr; i++ )
            fill(f + i, kind, owner);
        return HOST_PHYS_BASE + f * (uint64_t)HOST_PAGE;
    }

    return 0;
}

uint64_t host_page_alloc(enum host_kind kind, uint32_t owner)
{
    return host_pages_alloc(kind, owner, 1);
}

void host_page_free(uint64_t phys)
{
    uint32_t f = frame_of(phys);

    if ( !is_ram(phys) || frames[f].kind == FRAME_FREE )
    {
        host_complain("page %#lx freed twice", (unsigned long)phys);
        return;
    }
    frames[f].kind = FRAME_FREE;
    if ( f >= SINGLES )
        stack[stacked++] = f;
}

enum host_kind host_page_kind(uint64_t phys)
{
    return is_ram(phys) ? frames[frame_of(phys)].kind : FRAME_FREE;
}

uint32_t host_page_owner(uint64_t phys)
{
    return is_ram(phys) ? frames[frame_of(phys)].owner : 0;
}

unsigned int host_pages_used(enum host_kind kind)
{
    unsigned int i, n = 0;

    for ( i = 0; i < HOST_FRAMES; i++ )
        n += frames[i].kind == kind;

    return n;
}

void host_pte_store(uint64_t phys, uint64_t value)
{
    host_enter();
    cpu_store(phys, value);
    host_leave();
}

uint64_t host_pte_load(uint64_t phys)
{
    uint64_t v;

    host_enter();
    v = cpu[word_of(phys)];
    host_leave();

    return v;
}

bool host_device_load(uint64_t phys, bool snoops, uint64_t *value)
{
    if ( !is_ram(phys) )
        return false;
    *value = (snoops ? snoop : ram)[word_of(phys)];

    return true;
}

bool host_device_store(uint64_t phys, bool snoops, uint64_t value)
{
    uint32_t w = word_of(phys);
    unsigned int how = snoops ? LATE_SNOOP : LATE_RAM;

    if ( !is_ram(phys) )
        return false;
    ram[w] = value;
    if ( snoops )
        snoop[w] = value;
    if ( host_store_buffer && nr_inbound < ARRAY_SIZE(inbound) )
    {
        if ( !(flags[w] & (LATE_SNOOP | LATE_RAM)) )
            inbound[nr_inbound++] = w;
        flags[w] |= how;
    }
    else
        cpu[w] = snoop[w] = value;

    return true;
}

/* -- the seam ------------------------------------------------------------- */

uint64_t smmu_dma_load(const uint64_t *p)
{
    uint64_t phys = host_phys(p), v = 0;

    host_enter();
    if ( host_page_kind(phys) != FRAME_DRIVER )
        host_complain("the driver loads from DMA memory it does not own");
    else
        v = cpu[word_of(phys)];
    host_leave();

    return v;
}

void smmu_dma_store(uint64_t *p, uint64_t value)
{
    uint64_t phys = host_phys(p);

    host_enter();
    host_counts.stores++;
    if ( host_page_kind(phys) != FRAME_DRIVER )
        host_complain("the driver stores to DMA memory it does not own");
    else
        cpu_store(phys, value);
    sim_nudge();
    host_leave();
}

void smmu_dma_clean(const void *p, size_t bytes)
{
    uint64_t first = host_phys(p);
    uint32_t w;

    host_enter();
    host_counts.cleans++;
    for ( w = word_of(first & ~63ULL);
          w < word_of((first + bytes + 63) & ~63ULL); w++ )
        reach_ram(w);
    host_leave();
}

void smmu_dma_discard(const void *p, size_t bytes)
{
    uint64_t first = host_phys(p);
    uint32_t w;

    host_enter();
    for ( w = word_of(first & ~63ULL);
          w < word_of((first + bytes + 63) & ~63ULL); w++ )
        reach_cpu(w, LATE_RAM);
    host_leave();
}

void *host_dma_pointer(uint64_t phys)
{
    return window + (phys - HOST_PHYS_BASE);
}
