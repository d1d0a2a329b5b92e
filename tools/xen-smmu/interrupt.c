/* SPDX-License-Identifier: GPL-2.0-only */
/* A node's interrupts, as the GIC's numbers. */
#include <stdlib.h>

#include "tree.h"

#define SPI         0
#define PPI         1
#define FIRST_SPI   32
#define FIRST_PPI   16

static bool is_gic(const struct tree *tree, int node)
{
    static const char *const gics[] = {
        "arm,gic-v3", "arm,gic-400", "arm,cortex-a15-gic", "arm,gic-v2",
        "arm,cortex-a9-gic", "arm,cortex-a7-gic", "qcom,msm-qgic2",
    };
    size_t i;

    for (i = 0; i < sizeof(gics) / sizeof(gics[0]); i++)
        if (tree_compatible(tree, node, gics[i]))
            return true;
    return false;
}

/* The cells of one interrupt at `parent`; 0: it is no GIC. */
static enum irq_trouble gic_cells(const struct tree *tree, uint32_t parent,
                                  uint32_t gic, uint32_t *cells)
{
    int node;

    *cells = 3;
    if (gic && parent == gic)
        return IRQ_FINE;
    node = tree_by_phandle(tree, parent);
    if (node < 0)
        return IRQ_PARENT;
    if (!tree_u32(tree, node, "#interrupt-cells", cells) || *cells > 16)
        return IRQ_PARENT;
    return is_gic(tree, node) && *cells >= 3 ? IRQ_FINE : IRQ_NOT_GIC;
}

static bool find_parent(const struct tree *tree, int node, uint32_t *parent)
{
    for (; node >= 0; node = tree->nodes[node].parent)
        if (tree_u32(tree, node, "interrupt-parent", parent))
            return true;
    return false;
}

static void add(struct irqs *irqs, const void *cells, int at)
{
    struct irq *irq = &irqs->list[irqs->count];
    int i;

    for (i = 0; i < 3; i++)
        irq->cells[i] = tree_cell(cells, at + i);
    if (irq->cells[0] > PPI || irq->cells[1] > 987) {
        irqs->trouble = IRQ_NOT_GIC;    /* extended ones: not in Xen */
        return;
    }
    irq->number = irq->cells[1] + (irq->cells[0] == SPI ? FIRST_SPI
                                                        : FIRST_PPI);
    irqs->count++;
}

static void read_plain(const struct tree *tree, int node, uint32_t gic,
                       const void *cells, int nr, struct irqs *irqs)
{
    uint32_t parent, each;
    int at;

    /* In a guest's partial tree the toolstack names its GIC at the root. */
    if (!find_parent(tree, node, &parent))
        parent = gic;
    irqs->trouble = gic_cells(tree, parent, gic, &each);
    if (!irqs->trouble && nr % (int)each)
        irqs->trouble = IRQ_LENGTH;
    for (at = 0; at < nr && !irqs->trouble; at += each)
        add(irqs, cells, at);
}

static void read_extended(const struct tree *tree, uint32_t gic,
                          const void *cells, int nr, struct irqs *irqs)
{
    int at = 0;

    while (at < nr) {
        uint32_t each, parent = tree_cell(cells, at++);
        enum irq_trouble trouble = gic_cells(tree, parent, gic, &each);

        if (trouble == IRQ_PARENT || (int)each > nr - at) {
            irqs->trouble = trouble ? trouble : IRQ_LENGTH;
            return;
        }
        if (trouble)
            irqs->trouble = trouble;
        else
            add(irqs, cells, at);
        at += each;
    }
}

void tree_irqs(const struct tree *tree, int node, uint32_t gic,
               struct irqs *irqs)
{
    bool extended = tree_has(tree, node, "interrupts-extended");
    int length;
    const void *cells = tree_prop(tree, node, extended ? "interrupts-extended"
                                                       : "interrupts",
                                  &length);

    *irqs = (struct irqs){ .trouble = IRQ_ABSENT };
    if (!cells)
        return;
    irqs->trouble = length % 4 ? IRQ_LENGTH : IRQ_FINE;
    irqs->list = alloc(length / 4, sizeof(*irqs->list));
    if (irqs->trouble)
        return;
    if (extended)
        read_extended(tree, gic, cells, length / 4, irqs);
    else
        read_plain(tree, node, gic, cells, length / 4, irqs);
}

const char *irq_text(enum irq_trouble trouble)
{
    switch (trouble) {
    case IRQ_ABSENT:
        return "is absent";
    case IRQ_PARENT:
        return "has no interrupt parent, or one without '#interrupt-cells'";
    case IRQ_NOT_GIC:
        return "leads to another interrupt controller than the GIC";
    case IRQ_LENGTH:
        return "is no whole number of entries of its parent's "
               "#interrupt-cells";
    default:
        return "is fine";
    }
}
