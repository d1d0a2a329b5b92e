/* SPDX-License-Identifier: GPL-2.0-only */
/* A device's node in the guest's tree, from the one in the host's. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "gen.h"

#define PAGE 4096ULL

static const struct tree *tree_of(const struct plan *plan)
{
    return &plan->host->tree;
}

static void print_cells(FILE *out, uint64_t value)
{
    fprintf(out, "0x%" PRIx64 " 0x%" PRIx64, value >> 32,
            value & 0xffffffff);
}

/* reg, and for ImageBuilder's guests xen,reg: <host size guest>, in pages. */
static void print_regs(FILE *out, const struct plan *plan,
                       const struct regs *regs)
{
    int i, used = 0;

    for (i = 0; i < regs->count; i++) {
        const struct mapping *mapping = plan_find(plan, &regs->list[i]);

        if (!mapping)
            continue;
        fputs(used++ ? ",\n\t\t\t      <" : "\t\t\treg = <", out);
        print_cells(out, regs->list[i].start - mapping->host.start +
                    mapping->guest);
        fputc(' ', out);
        print_cells(out, regs->list[i].size);
        fputc('>', out);
    }
    fputs(used ? ";\n" : "", out);
    for (i = used = 0; i < plan->nr_mappings; i++) {
        int j;

        for (j = 0; j < regs->count; j++)
            if (plan_find(plan, &regs->list[j]) == &plan->mappings[i])
                break;
        if (j == regs->count)
            continue;
        fputs(used++ ? ",\n\t\t\t\t  <" : "\t\t\txen,reg = <", out);
        print_cells(out, plan->mappings[i].host.start);
        fputc(' ', out);
        print_cells(out, plan->mappings[i].host.size);
        fputc(' ', out);
        print_cells(out, plan->mappings[i].guest);
        fputc('>', out);
    }
    fputs(used ? ";\n" : "", out);
}

/* All of them, or names would no longer fit. */
static bool print_irqs(FILE *out, const struct irqs *irqs)
{
    int i;

    if (irqs->trouble && irqs->trouble != IRQ_ABSENT)
        fprintf(out, "\t\t\t/* Its 'interrupts' %s. */\n",
                irq_text(irqs->trouble));
    for (i = 0; i < irqs->count; i++)
        if (irqs->list[i].number < 32) {
            fputs("\t\t\t/* Interrupts of single CPUs stay the host's. */\n",
                  out);
            return false;
        }
    if (irqs->trouble)
        return false;
    fputs("\t\t\tinterrupt-parent = <&gic>;\n", out);
    for (i = 0; i < irqs->count; i++)
        fprintf(out, "%s<%" PRIu32 " %" PRIu32 " %" PRIu32 ">",
                i ? ", " : "\t\t\tinterrupts = ", irqs->list[i].cells[0],
                irqs->list[i].cells[1], irqs->list[i].cells[2]);
    fputs(";\n", out);
    return true;
}

/* Written above, or not for a guest at all. */
static bool is_ours(const char *name)
{
    static const char *const names[] = {
        "compatible", "reg", "interrupts", "interrupts-extended",
        "interrupt-parent", "interrupt-names", "iommus", "iommu-map",
        "iommu-map-mask", "status", "phandle", "linux,phandle",
        "power-domains", "power-domain-names",
        "msi-parent", "msi-map", "ranges", "dma-ranges", "xen,passthrough",
        "assigned-clocks", "assigned-clock-rates", "assigned-clock-parents",
    };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!strcmp(name, names[i]))
            return true;
    return !strncmp(name, "xen,", 4);
}

/* Names that go with a property that is not taken over. */
static bool is_names(const char *name)
{
    size_t length = strlen(name);

    return (length > 6 && !strcmp(name + length - 6, "-names") &&
            strcmp(name, "reg-names")) || !strncmp(name, "pinctrl", 7);
}

static bool is_text(const char *value, int length)
{
    int i, start = 0;

    if (length < 2 || value[length - 1])
        return false;
    for (i = 0; i < length; i++)
        if (!value[i]) {
            if (i == start)
                return false;
            start = i + 1;
        } else if (value[i] < ' ' || value[i] > '~' ||
                   strchr("\"\\", value[i])) {
            return false;
        }
    return true;
}

static void print_strings(FILE *out, const char *name, const char *value,
                          int length)
{
    int at;

    fprintf(out, "\t\t\t%s = ", name);
    for (at = 0; at < length; at += strlen(value + at) + 1)
        fprintf(out, "%s\"%s\"", at ? ", " : "", value + at);
    fputs(";\n", out);
}

/* Cells may name nodes that the guest does not have: for a human to see. */
static void print_left_out(FILE *out, const char *name, const void *value,
                           int length)
{
    int i;

    fprintf(out, "\t\t\t/* the host's: %s = <", name);
    for (i = 0; i < length / 4 && i < 8; i++)
        fprintf(out, "%s0x%" PRIx32, i ? " " : "", tree_cell(value, i));
    fprintf(out, "%s> */\n", length > 32 || length % 4 ? " ..." : "");
}

static void print_others(FILE *out, const struct plan *plan, int node,
                         bool irqs)
{
    const struct tree *tree = tree_of(plan);
    const char *name;
    int offset;

    fdt_for_each_property_offset(offset, tree->fdt, tree->nodes[node].offset) {
        int length;
        const char *value = fdt_getprop_by_offset(tree->fdt, offset, &name,
                                                  &length);

        if (!value || !is_name(name, ",._+?#-"))
            continue;
        if (irqs && !strcmp(name, "interrupt-names") &&
            is_text(value, length))
            print_strings(out, name, value, length);
        else if (is_ours(name) || is_names(name))
            continue;
        else if (!length)
            fprintf(out, "\t\t\t%s;\n", name);
        else if (is_text(value, length))
            print_strings(out, name, value, length);
        else
            print_left_out(out, name, value, length);
    }
}

static void print_head(FILE *out, const struct plan *plan, int node,
                       const struct regs *regs)
{
    const char *name = tree_of(plan)->nodes[node].name;
    int length = strcspn(name, "@");
    const struct mapping *mapping = plan_find(plan, &regs->list[0]);

    fprintf(out, "\t\t%.*s@%" PRIx64 " {\n", length, name,
            regs->list[0].start - mapping->host.start + mapping->guest);
}

void gen_node(FILE *out, const struct plan *plan, int order)
{
    int node = plan->nodes[order];
    char *path = tree_path(tree_of(plan), node);
    struct irqs irqs;
    struct regs regs;
    const char *compatible;
    int length;
    bool all;

    tree_regs(tree_of(plan), node, &regs);
    tree_irqs(tree_of(plan), node, 0, &irqs);
    print_head(out, plan, node, &regs);
    compatible = tree_prop(tree_of(plan), node, "compatible", &length);
    if (compatible && is_text(compatible, length))
        print_strings(out, "compatible", compatible, length);
    fprintf(out, "\t\t\txen,path = \"%s\";\n", path);
    print_regs(out, plan, &regs);
    all = print_irqs(out, &irqs);
    if (!plan->no_scmi)
        fprintf(out, "\t\t\tpower-domains = <&power %d>;\n", order);
    print_others(out, plan, node, all);
    if (tree_of(plan)->nodes[node].end > node + 1)
        fputs("\t\t\t/* The host's node has nodes below it: see which the "
              "driver needs. */\n", out);
    fputs("\t\t};\n", out);
    free(irqs.list);
    free(regs.list);
    free(path);
}
