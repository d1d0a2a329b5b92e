/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers, interrupts and MSIs of a device that a guest is to get. */
#include <inttypes.h>
#include <stdlib.h>

#include "rules.h"

#define PAGE 4096ULL

void rule_host_reg(struct check *check, const struct rule *rule,
                   const struct device *device)
{
    const struct tree *tree = check->host ? &check->host->tree : NULL;
    struct regs regs;

    if (device->node < 0)
        return;
    tree_regs(tree, device->node, &regs);
    if (regs.trouble && regs.trouble != REG_ABSENT)
        found(check, rule, tree->file, tree_path(tree, device->node), "reg",
              "%s.", reg_text(regs.trouble));
    free(regs.list);
}

void rule_host_irq(struct check *check, const struct rule *rule,
                   const struct device *device)
{
    const struct tree *tree = &check->host->tree;
    struct irqs irqs;

    if (device->node < 0)
        return;
    tree_irqs(tree, device->node, 0, &irqs);
    if (irqs.trouble && irqs.trouble != IRQ_ABSENT)
        found(check, rule, tree->file, tree_path(tree, device->node),
              tree_has(tree, device->node, "interrupts-extended")
              ? "interrupts-extended" : "interrupts", "%s.",
              irq_text(irqs.trouble));
    free(irqs.list);
}

/* Pages are what a guest is given. */
static struct range whole_pages(const struct range *range)
{
    uint64_t start = range->start & ~(PAGE - 1), last;

    if (!range->size)
        return (struct range){ .start = start };
    last = (range->start + (range->size - 1)) | (PAGE - 1);
    return (struct range){ .start = start, .size = last - start + 1 };
}

/* Its bus, and what is within the device itself, share by nature. */
static bool related(const struct tree *tree, int a, int b)
{
    return tree_is_below(tree, a, b) || tree_is_below(tree, b, a);
}

static bool also_assigned(const struct check *check,
                          const struct device *device, int node)
{
    int i;

    for (i = 0; i < check->nr_devices; i++)
        if (check->devices[i].guest == device->guest &&
            check->devices[i].node == node)
            return true;
    return false;
}

/* Another node's registers on a page of this device's; -1: none. */
static int neighbour(const struct check *check, const struct device *device,
                     const struct regs *regs, struct range *where)
{
    const struct host *host = check->host;
    int i, j;

    for (i = 0; i < regs->count; i++) {
        struct range mine = whole_pages(&regs->list[i]);

        for (j = 0; j < host->nr_regs; j++) {
            int node = host->regs[j].node;

            if (!range_overlaps(&mine, &host->regs[j].range) ||
                range_overlaps(&regs->list[i], &host->regs[j].range) ||
                !tree_available(&host->tree, node) ||
                related(&host->tree, node, device->node) ||
                also_assigned(check, device, node))
                continue;
            *where = host->regs[j].range;
            return node;
        }
    }
    return -1;
}

void rule_page_shared(struct check *check, const struct rule *rule,
                      const struct device *device)
{
    const struct tree *tree = &check->host->tree;
    struct range where = { 0 };
    struct regs regs;
    char *path;
    int other;

    if (device->node < 0 || !device->guest)
        return;
    tree_regs(tree, device->node, &regs);
    other = neighbour(check, device, &regs, &where);
    if (other >= 0) {
        path = tree_path(tree, other);
        found(check, rule, tree->file, tree_path(tree, device->node), "reg",
              "lies on a page with registers of %s (0x%" PRIx64 "), which "
              "the guest reaches then.", path, where.start);
        free(path);
    }
    free(regs.list);
}

void rule_msi(struct check *check, const struct rule *rule,
              const struct device *device)
{
    static const char *const names[] = { "msi-parent", "msi-map" };
    const struct tree *tree = &check->host->tree;
    unsigned int i;

    if (device->node < 0 || !tree_has(tree, device->node, "iommus"))
        return;
    for (i = 0; i < 2; i++)
        if (tree_has(tree, device->node, names[i])) {
            found(check, rule, tree->file, tree_path(tree, device->node),
                  names[i], "says that it signals by MSIs, and these go "
                  "through the SMMU, where the guest maps no doorbell.");
            return;
        }
}
