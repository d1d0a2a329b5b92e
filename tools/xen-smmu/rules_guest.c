/* SPDX-License-Identifier: GPL-2.0-only */
/* The partial tree: what of it reaches the guest, and where that lands. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"

static char *path_of(const struct guest *guest, int node)
{
    return tree_path(&guest->tree, node);
}

void rule_no_passthrough(struct check *check, const struct rule *rule,
                         const struct guest *guest)
{
    if (guest->tree.fdt && guest->top < 0)
        found(check, rule, guest->tree.file, format_text("/passthrough"),
              NULL, "The partial device tree has no such node.");
}

/* What the CPU reaches by address: below a bus, not below an i2c. */
static bool on_bus(const struct guest *guest, int node)
{
    const struct tree *tree = &guest->tree;
    int up = tree->nodes[node].parent;

    for (; up > guest->top; up = tree->nodes[up].parent)
        if (!tree_has(tree, up, "ranges"))
            return false;
    return true;
}

static int next_on_bus(const struct guest *guest, int *i)
{
    if (guest->top < 0)
        return -1;
    while (++*i < guest->tree.nodes[guest->top].end)
        if (tree_has(&guest->tree, *i, "reg") && on_bus(guest, *i))
            return *i;
    return -1;
}

/* libxl's tree around it has two cells of each. */
static void check_root(struct check *check, const struct rule *rule,
                       const struct guest *guest)
{
    const struct tree *tree = &guest->tree;
    uint32_t address = 2, size = 1;
    int length;
    const void *ranges = tree_prop(tree, guest->top, "ranges", &length);

    tree_u32(tree, 0, "#address-cells", &address);
    tree_u32(tree, 0, "#size-cells", &size);
    if (ranges && length && address != 2)
        found(check, rule, tree->file, path_of(guest, guest->top), "ranges",
              "is written for %" PRIu32 " address cells above it; in the "
              "guest these are 2.", address);
}

void rule_guest_cells(struct check *check, const struct rule *rule,
                      const struct guest *guest)
{
    static const char *const needed[] = {
        "#address-cells", "#size-cells", "ranges",
    };
    int node, i;
    size_t j;

    if (guest->top < 0)
        return;
    for (j = 0; j < 3; j++)
        if (!tree_has(&guest->tree, guest->top, needed[j]))
            found(check, rule, guest->tree.file, path_of(guest, guest->top),
                  needed[j], "is absent, so addresses below cannot be read.");
    check_root(check, rule, guest);
    for (i = guest->top; (node = next_on_bus(guest, &i)) >= 0; ) {
        struct regs regs;

        tree_regs(&guest->tree, node, &regs);
        if (regs.trouble)
            found(check, rule, guest->tree.file, path_of(guest, node), "reg",
                  "%s.", reg_text(regs.trouble));
        free(regs.list);
    }
}

void rule_phandle_taken(struct check *check, const struct rule *rule,
                        const struct guest *guest)
{
    int i;

    if (guest->top < 0)
        return;
    /* Outside of /passthrough it stays behind: a stand-in for the GIC. */
    for (i = guest->top; i < guest->tree.nodes[guest->top].end; i++) {
        uint32_t phandle = guest->tree.nodes[i].phandle;

        if (phandle == GUEST_GIC || phandle == GUEST_IOMMU)
            found(check, rule, guest->tree.file, path_of(guest, i), "phandle",
                  "is %" PRIu32 ", which the toolstack gives to the guest's "
                  "%s.", phandle,
                  phandle == GUEST_GIC ? "interrupt controller" : "IOMMU");
    }
}

/* Properties whose phandles matter to a driver, and how many cells follow. */
static const struct {
    const char *property, *cells;
} links[] = {
    { "interrupt-parent", NULL }, { "iommus", "#iommu-cells" },
    { "clocks", "#clock-cells" }, { "resets", "#reset-cells" },
    { "power-domains", "#power-domain-cells" }, { "shmem", NULL },
    { "phys", "#phy-cells" }, { "dmas", "#dma-cells" },
    { "memory-region", NULL }, { "phy-handle", NULL },
};

static bool is_taken(uint32_t phandle)
{
    return phandle == GUEST_GIC;
}

void rule_dangling(struct check *check, const struct rule *rule,
                   const struct guest *guest)
{
    const struct tree *tree = &guest->tree;
    struct refs refs;
    char *what;
    size_t j;
    int i;

    if (guest->top < 0)
        return;
    for (i = guest->top; i < tree->nodes[guest->top].end; i++)
        for (j = 0; j < sizeof(links) / sizeof(links[0]); j++) {
            bool inside = true;

            tree_refs(tree, i, links[j].property, links[j].cells, &refs);
            if (refs.count && !refs.trouble)
                inside = tree_is_below(tree, refs.list[0].node, guest->top) ||
                         is_taken(refs.phandle) ||
                         !strcmp(tree->nodes[refs.list[0].node].name, "gic");
            what = inside ? ref_text(&refs)
                          : format_text("names a node outside of "
                                        "/passthrough, which the guest does "
                                        "not get");
            if (!inside || (refs.trouble && refs.trouble != REF_ABSENT &&
                            !is_taken(refs.phandle)))
                found(check, rule, tree->file, path_of(guest, i),
                      links[j].property, "%s.", what);
            free(what);
            free(refs.list);
        }
}

void rule_forced(struct check *check, const struct rule *rule,
                 const struct guest *guest)
{
    static const char name[] = "xen,force-assign-without-iommu";
    int i;

    if (guest->top < 0)
        return;
    for (i = guest->top; i < guest->tree.nodes[guest->top].end; i++)
        if (tree_has(&guest->tree, i, name))
            found(check, rule, guest->tree.file, path_of(guest, i), name,
                  "gives the device away without protection: by its DMA the "
                  "guest reaches all of the host's memory.");
}

void rule_guest_node(struct check *check, const struct rule *rule,
                     const struct device *device)
{
    if (device->guest && device->guest->top >= 0 && device->node >= 0 &&
        device->guest_node < 0)
        found(check, rule, device->guest->tree.file,
              format_text("%s", device->path), NULL,
              "The guest gets the device, but no node of its tree has the "
              "device's registers.");
}

/*
 * The SCMI power domain of a node, its own or that of a bus above it: the node
 * that has it, -1: none.
 */
static int scmi_domain(const struct guest *guest, int node, uint32_t *number)
{
    const struct tree *tree = &guest->tree;
    struct refs refs;
    bool scmi;

    while (node > guest->top && !tree_has(tree, node, "power-domains"))
        node = tree->nodes[node].parent;
    if (node <= guest->top)
        return -1;
    tree_refs(tree, node, "power-domains", "#power-domain-cells", &refs);
    scmi = refs.count && refs.list[0].nr == 1 && refs.list[0].node > 0 &&
           tree_compatible(tree, tree->nodes[refs.list[0].node].parent,
                           "arm,scmi-smc");
    *number = scmi ? refs.list[0].args[0] : 0;
    free(refs.list);
    return scmi ? node : -1;
}

/* The guest's server counts devices as they are assigned. */
void rule_power_number(struct check *check, const struct rule *rule,
                       const struct device *device)
{
    uint32_t number;
    int node;

    if (device->guest_node < 0)
        return;
    node = scmi_domain(device->guest, device->guest_node, &number);
    if (node >= 0 && number != (uint32_t)device->order)
        found(check, rule, device->guest->tree.file,
              path_of(device->guest, node), "power-domains",
              "is %" PRIu32 ", but the device is number %d of the guest's: "
              "its power would go to another one.", number, device->order);
}

void rule_scmi_off(struct check *check, const struct rule *rule,
                   const struct device *device)
{
    const struct setting *sci;
    uint32_t number;
    int node;

    if (device->guest_node < 0)
        return;
    sci = config_find(&device->guest->config, "arm_sci");
    node = scmi_domain(device->guest, device->guest_node, &number);
    if (node >= 0 && sci && !sci->list && strstr(sci->items[0], "type=none"))
        found(check, rule, device->guest->tree.file,
              path_of(device->guest, node), "power-domains", "leads to a "
              "server that line %d of %s turns off.", sci->line,
              device->guest->file);
}

void rule_coherency(struct check *check, const struct rule *rule,
                    const struct device *device)
{
    bool here, there;

    if (device->guest_node < 0 || device->node < 0)
        return;
    here = tree_has(&check->host->tree, device->node, "dma-coherent");
    there = tree_has(&device->guest->tree, device->guest_node,
                     "dma-coherent");
    if (here != there)
        found(check, rule, device->guest->tree.file,
              path_of(device->guest, device->guest_node), "dma-coherent",
              "is %s, and the host's tree has it otherwise: the guest would "
              "%s.", there ? "there" : "absent",
              there ? "read stale data" : "clean caches for nothing");
}
