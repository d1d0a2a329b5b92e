/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a guest's devices may lie in its address space. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"
#include "layout.h"

/* MiB, as xl has them; 0: not known. */
static uint64_t memory_of(const struct guest *guest)
{
    const struct setting *memory = config_find(&guest->config, "maxmem");
    uint64_t bytes;

    if (!memory)
        memory = config_find(&guest->config, "memory");
    if (!memory || memory->list || !memory->count)
        return 0;
    bytes = strtoull(memory->items[0], NULL, 0);
    return bytes >> 40 ? ~0ULL : bytes << 20;
}

typedef void address_fn(struct check *check, const struct rule *rule,
                        const struct guest *guest, char *path,
                        const char *property, const struct range *at);

static void each_address(struct check *check, const struct rule *rule,
                         const struct guest *guest, address_fn *fn)
{
    const struct tree *tree = &guest->tree;
    struct regs regs;
    int i, j;

    /* The tree says the same, and where. */
    for (i = 0; guest->top < 0 && i < guest->nr_iomem; i++) {
        struct range at = {
            .start = guest->iomem_to[i], .size = guest->iomem[i].size,
        };

        fn(check, rule, guest, NULL, "iomem", &at);
    }
    if (guest->top < 0)
        return;
    for (i = guest->top + 1; i < tree->nodes[guest->top].end; i++) {
        if (tree_compatible(tree, i, "arm,scmi-shmem"))
            continue;
        tree_regs(tree, i, &regs);
        for (j = 0; j < regs.count; j++)
            fn(check, rule, guest, tree_path(tree, i), "reg", &regs.list[j]);
        free(regs.list);
    }
}

static void taken(struct check *check, const struct rule *rule,
                  const struct guest *guest, char *path, const char *property,
                  const struct range *at)
{
    uint64_t memory = memory_of(guest);
    const struct area *area = layout_find(at, memory);
    const char *file = path ? guest->tree.file : guest->file;

    if (area)
        found(check, rule, file, path, property, "puts 0x%" PRIx64 " bytes "
              "at the guest's 0x%" PRIx64 ", where Xen has its %s (0x%" PRIx64
              " to 0x%" PRIx64 ").", at->size, at->start, area->name,
              area->start, area->start + area->size - 1);
    else
        free(path);
}

void rule_address_taken(struct check *check, const struct rule *rule,
                        const struct guest *guest)
{
    each_address(check, rule, guest, taken);
}

static void extended(struct check *check, const struct rule *rule,
                     const struct guest *guest, char *path,
                     const char *property, const struct range *at)
{
    uint64_t memory = memory_of(guest);

    /* Xen itself keeps clear of devices when it builds a guest. */
    if (guest->config.file && !layout_find(at, memory) && layout_in_bank(at))
        found(check, rule, path ? guest->tree.file : guest->file, path,
              property, "puts 0x%" PRIx64 " bytes at the guest's 0x%" PRIx64
              ", which xl tells the guest's kernel is free to map others' "
              "pages.", at->size, at->start);
    else
        free(path);
}

void rule_address_extended(struct check *check, const struct rule *rule,
                           const struct guest *guest)
{
    each_address(check, rule, guest, extended);
}
