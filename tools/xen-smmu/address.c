/* SPDX-License-Identifier: GPL-2.0-only */
/* `reg`, through the `ranges` of every bus above, to what the CPU sees. */
#include <stdlib.h>

#include "tree.h"

struct cells {
    uint32_t address, size;
};

/* What a node gives its children. */
static bool get_cells(const struct tree *tree, int node, struct cells *cells)
{
    *cells = (struct cells){ .address = 2, .size = 1 };
    if (tree_has(tree, node, "#address-cells") &&
        !tree_u32(tree, node, "#address-cells", &cells->address))
        return false;
    if (tree_has(tree, node, "#size-cells") &&
        !tree_u32(tree, node, "#size-cells", &cells->size))
        return false;
    return true;
}

static uint64_t number(const void *property, int at, uint32_t nr)
{
    uint64_t high = nr > 1 ? tree_cell(property, at) : 0;

    return high << 32 | tree_cell(property, at + nr - 1);
}

static bool through(const struct range *from, uint64_t to, struct range *what)
{
    if (what->start < from->start || what->size > from->size ||
        what->start - from->start > from->size - what->size)
        return false;
    what->start = what->start - from->start + to;
    return true;
}

/* One bus up: `bus` has `ranges`, its parent's cells are `up`. */
static bool translate(const struct tree *tree, int bus, struct range *what)
{
    int length, at, step;
    const void *map = tree_prop(tree, bus, "ranges", &length);
    struct cells down, up;

    if (!map || !get_cells(tree, bus, &down) ||
        !get_cells(tree, tree->nodes[bus].parent, &up))
        return false;
    if (!length)
        return true;            /* one to one */
    /* More than two cells: PCI, whose devices have no `reg` of this kind. */
    if (down.address < 1 || down.address > 2 || up.address < 1 ||
        up.address > 2 || down.size < 1 || down.size > 2)
        return false;
    step = down.address + up.address + down.size;
    for (at = 0; at + step <= length / 4; at += step) {
        struct range from = {
            .start = number(map, at, down.address),
            .size = number(map, at + down.address + up.address, down.size),
        };

        if (through(&from, number(map, at + down.address, up.address), what))
            return true;
    }
    return false;
}

void tree_regs(const struct tree *tree, int node, struct regs *regs)
{
    int length, at, bus = tree->nodes[node].parent;
    const void *cells = tree_prop(tree, node, "reg", &length);
    struct cells of;

    *regs = (struct regs){ .trouble = REG_ABSENT };
    if (!cells || bus < 0)
        return;
    regs->trouble = REG_CELLS;
    if (!get_cells(tree, bus, &of) || of.address < 1 || of.address > 2 ||
        of.size < 1 || of.size > 2)
        return;
    regs->trouble = REG_LENGTH;
    if (length <= 0 || length % (4 * (of.address + of.size)))
        return;
    regs->trouble = REG_FINE;
    regs->list = alloc(length / 4, sizeof(*regs->list));
    for (at = 0; at < length / 4; at += of.address + of.size) {
        struct range what = {
            .start = number(cells, at, of.address),
            .size = number(cells, at + of.address, of.size),
        };
        int up;

        for (up = bus; up > 0; up = tree->nodes[up].parent)
            if (!translate(tree, up, &what))
                break;
        if (up > 0)
            regs->trouble = REG_BUS;
        else
            regs->list[regs->count++] = what;
    }
}

const char *reg_text(enum reg_trouble trouble)
{
    switch (trouble) {
    case REG_ABSENT:
        return "is absent";
    case REG_CELLS:
        return "cannot be read: #address-cells and #size-cells of its parent "
               "must be 1 or 2";
    case REG_LENGTH:
        return "is no whole number of entries of its parent's #address-cells "
               "and #size-cells";
    case REG_BUS:
        return "does not get through the 'ranges' of the buses above it";
    default:
        return "is fine";
    }
}

bool range_overlaps(const struct range *a, const struct range *b)
{
    if (!a->size || !b->size)
        return false;
    return a->start < b->start ? b->start - a->start < a->size
                               : a->start - b->start < b->size;
}
