/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's address space: xen/include/public/arch-arm.h, which the tools
 * of other architectures cannot include.  The window for virtual PCI counts
 * as free: Xen's own documentation puts devices there.
 */
#include <inttypes.h>
#include <stddef.h>

#include "layout.h"

#define RAM0        0x40000000ULL
#define RAM0_SIZE   0xc0000000ULL
#define RAM1        0x200000000ULL
#define RAM1_SIZE   0xfe00000000ULL

/* Where devices go whose own address is taken. */
#define WINDOW      0x10000000ULL
#define WINDOW_END  0x20000000ULL
#define PAGE        0x1000ULL
#define BLOCK       0x200000ULL

static const struct area areas[] = {
    { "virtio devices", 0x02000000, 0x00100000 },
    { "interrupt distributor", 0x03001000, 0x00010000 },
    { "interrupt redistributors", 0x03020000, 0x01000000 },
    { "ACPI tables", 0x20000000, 0x02000000 },
    { "console UART", 0x22000000, 0x00001000 },
    { "SCMI server's memory", SCMI_SHMEM, SCMI_SHMEM_SIZE },
    { "grant table", 0x38000000, 0x01000000 },
    { "console and store pages", 0x39000000, 0x01000000 },
};

static bool overlaps(const struct range *at, uint64_t start, uint64_t size)
{
    struct range area = { .start = start, .size = size };

    return range_overlaps(at, &area);
}

const struct area *layout_find(const struct range *at, uint64_t memory)
{
    static const struct area ram = { "memory", RAM0, RAM0_SIZE },
                             more = { "memory", RAM1, RAM1_SIZE };
    size_t i;

    for (i = 0; i < sizeof(areas) / sizeof(areas[0]); i++)
        if (overlaps(at, areas[i].start, areas[i].size))
            return &areas[i];
    if (overlaps(at, RAM0, memory < RAM0_SIZE ? memory : RAM0_SIZE))
        return &ram;
    if (memory > RAM0_SIZE && overlaps(at, RAM1, memory - RAM0_SIZE))
        return &more;
    return NULL;
}

/* The banks of memory first: there is where drivers mean to go. */
char *layout_near(uint64_t address)
{
    static const struct area banks[] = {
        { "memory", RAM0, RAM0_SIZE }, { "memory", RAM1, RAM1_SIZE },
    };
    const size_t nr_areas = sizeof(areas) / sizeof(areas[0]);
    const struct area *area, *best = NULL;
    uint64_t least = UINT64_MAX, away;
    size_t i;

    for (i = 0; i < nr_areas + 2; i++) {
        area = i < 2 ? &banks[i] : &areas[i - 2];
        away = address < area->start ? area->start - address :
               address - area->start < area->size ? 0 :
               address - (area->start + area->size - 1);
        if (away < least) {
            least = away;
            best = area;
        }
    }
    return format_text("%s %s (0x%" PRIx64 "-0x%" PRIx64 ")",
                       least ? "nearest region:" : "region:", best->name,
                       best->start, best->start + best->size - 1);
}

bool layout_in_bank(const struct range *at)
{
    return overlaps(at, RAM0, RAM0_SIZE) || overlaps(at, RAM1, RAM1_SIZE);
}

/* Large blocks are mapped by fewer entries if they are aligned. */
static uint64_t aligned(uint64_t at, uint64_t size)
{
    uint64_t align = PAGE;

    while (align < size && align < BLOCK)
        align <<= 1;
    return (at + align - 1) & ~(align - 1);
}

uint64_t layout_place(const struct range *host, uint64_t *next)
{
    struct range window = { .start = WINDOW, .size = WINDOW_END - WINDOW };
    uint64_t at;

    if (!layout_find(host, 0) && !layout_in_bank(host) &&
        !range_overlaps(host, &window))
        return host->start;
    if (*next < WINDOW)
        *next = WINDOW;
    at = aligned(*next, host->size);
    /* Its own place, if nothing else got it. */
    if (host->start >= *next && host->start < WINDOW_END)
        at = host->start;
    if (at > WINDOW_END || host->size > WINDOW_END - at)
        return 0;
    *next = at + host->size;
    return at;
}
