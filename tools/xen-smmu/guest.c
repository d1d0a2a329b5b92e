/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest for check: its configuration, its partial tree, and how they fit. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

#define PAGE_SHIFT  12
/* More than any machine has; keep a hostile tree from costing hours. */
#define MAX_DEVICES 4096
#define MAX_NODES   4096        /* of a partial tree */

/* As xl reads one: hexadecimal "start,number[@gfn]", in pages. */
static bool parse_iomem(const char *text, struct range *host, uint64_t *to)
{
    uint64_t start, number, gfn;
    int used = 0, got;

    got = sscanf(text, "%" SCNx64 ",%" SCNx64 "%n@%" SCNx64 "%n", &start,
                 &number, &used, &gfn, &used);
    if (got < 2 || text[used] || !number || (start | number) >> 40 ||
        (got > 2 && gfn >> 40))
        return false;
    host->start = start << PAGE_SHIFT;
    host->size = number << PAGE_SHIFT;
    *to = (got > 2 ? gfn : start) << PAGE_SHIFT;
    return true;
}

static void read_iomem(struct guest *guest)
{
    const struct setting *iomem = config_find(&guest->config, "iomem");
    int i;

    if (!iomem)
        return;
    guest->iomem = alloc(iomem->count, sizeof(*guest->iomem));
    guest->iomem_to = alloc(iomem->count, sizeof(*guest->iomem_to));
    /* Those that are none are what a rule is for. */
    for (i = 0; i < iomem->count && iomem->list; i++)
        guest->nr_iomem += parse_iomem(iomem->items[i],
                                       &guest->iomem[guest->nr_iomem],
                                       &guest->iomem_to[guest->nr_iomem]);
}

/* xl takes it from where it runs; here it may lie beside the config. */
static char *find_tree(const struct guest *guest)
{
    const struct setting *tree = config_find(&guest->config, "device_tree");
    const char *file, *slash = strrchr(guest->config.file, '/');
    char *beside;

    if (!tree || tree->list || !tree->count)
        return NULL;
    file = tree->items[0];
    if (!access(file, R_OK))
        return format_text("%s", file);
    if (strrchr(file, '/'))
        file = strrchr(file, '/') + 1;
    beside = format_text("%.*s%s", slash ? (int)(slash + 1 -
                         guest->config.file) : 0, guest->config.file, file);
    if (!access(beside, R_OK))
        return beside;
    free(beside);
    return NULL;
}

int check_guest_load(struct guest *guest, const char *config,
                     const char *tree)
{
    int rc = RC_OK;

    *guest = (struct guest){ .top = -1, .file = config ? config : tree };
    if (config) {
        rc = config_load(&guest->config, config);
        if (rc)
            return rc;
        read_iomem(guest);
        if (!tree)
            tree = guest->tree_file = find_tree(guest);
    }
    if (tree)
        rc = tree_load(&guest->tree, tree, "guest device tree");
    if (!rc && tree && guest->tree.count > MAX_NODES)
        rc = fail(RC_FAILED, "Give a partial tree: what the guest gets is "
                  "below /passthrough.", "guest device tree %s has %d nodes; "
                  "no partial tree has more than %d", tree,
                  guest->tree.count, MAX_NODES);
    if (!rc && tree)
        guest->top = tree_child(&guest->tree, 0, "passthrough");
    return rc;
}

/* xen,reg: <host size guest>, in the cells of the parent. */
static bool through_xen_reg(const struct guest *guest, int node,
                            struct range *what)
{
    const struct tree *tree = &guest->tree;
    uint32_t address = 2, size = 1;
    int parent = tree->nodes[node].parent, length, at;
    const void *cells = tree_prop(tree, node, "xen,reg", &length);

    if (!cells || parent < 0)
        return false;
    tree_u32(tree, parent, "#address-cells", &address);
    tree_u32(tree, parent, "#size-cells", &size);
    if (address < 1 || address > 2 || size < 1 || size > 2)
        return false;
    for (at = 0; at + (int)(2 * address + size) <= length / 4;
         at += 2 * address + size) {
        uint64_t number[3] = { 0 };
        uint32_t part, i, from = at;

        for (part = 0; part < 3; part++)
            for (i = 0; i < (part == 1 ? size : address); i++)
                number[part] = number[part] << 32 | tree_cell(cells, from++);
        if (what->start >= number[2] && what->start - number[2] < number[1] &&
            what->size <= number[1] - (what->start - number[2])) {
            what->start = what->start - number[2] + number[0];
            return true;
        }
    }
    return false;
}

bool guest_to_host(const struct guest *guest, int node, struct range *what)
{
    int i;

    if (through_xen_reg(guest, node, what))
        return true;
    for (i = 0; i < guest->nr_iomem; i++) {
        uint64_t size = guest->iomem[i].size, to = guest->iomem_to[i];

        if (what->start >= to && what->start - to < size &&
            what->size <= size - (what->start - to)) {
            what->start = what->start - to + guest->iomem[i].start;
            return true;
        }
    }
    return false;
}

static bool stands_for(const struct guest *guest, int node,
                       const struct regs *host)
{
    struct regs regs;
    bool match = false;
    int i, j;

    tree_regs(&guest->tree, node, &regs);
    for (i = 0; i < regs.count && !match; i++) {
        if (!guest_to_host(guest, node, &regs.list[i]))
            continue;
        for (j = 0; j < host->count && !match; j++)
            match = range_overlaps(&regs.list[i], &host->list[j]);
    }
    free(regs.list);
    return match;
}

/* The guest's node that stands for the device, -1: none. */
static int guest_node(const struct guest *guest, const struct tree *host,
                      const struct device *device)
{
    const struct tree *tree = &guest->tree;
    int i, end, match = -1;
    struct regs regs;

    if (guest->top < 0)
        return -1;
    end = tree->nodes[guest->top].end;
    for (i = guest->top + 1; i < end; i++) {
        const char *path = tree_string(tree, i, "xen,path");

        if (path && !strcmp(path, device->path))
            return i;
    }
    if (!host || device->node < 0)
        return -1;
    tree_regs(host, device->node, &regs);
    for (i = guest->top + 1; i < end && match < 0; i++)
        if (!tree_has(tree, i, "xen,path") && stands_for(guest, i, &regs))
            match = i;
    free(regs.list);
    return match;
}

static void add_device(struct check *check, const struct guest *guest,
                       const char *path, int order)
{
    struct device *device = &check->devices[check->nr_devices];
    const struct tree *host = check->host ? &check->host->tree : NULL;

    if (check->nr_devices++ >= MAX_DEVICES)
        return;
    *device = (struct device){
        .node = host ? tree_by_path(host, path) : -1,
        .path = path, .guest = guest, .order = order,
    };
    device->guest_node = guest_node(guest, host, device);
}

/* dtdev in an xl.cfg; for a guest without one, what its tree names. */
static void add_guests_devices(struct check *check, const struct guest *guest)
{
    const struct setting *dtdev = config_find(&guest->config, "dtdev");
    int i, order = 0;

    for (i = 0; dtdev && dtdev->list && i < dtdev->count; i++)
        add_device(check, guest, dtdev->items[i], i);
    if (guest->config.file || guest->top < 0)
        return;
    for (i = guest->top; i < guest->tree.nodes[guest->top].end; i++) {
        const char *path = tree_string(&guest->tree, i, "xen,path");

        if (path)
            add_device(check, guest, path, order++);
    }
}

/* Those that are only reserved in the host's tree count, too. */
static void add_reserved(struct check *check)
{
    const struct tree *tree = &check->host->tree;
    int i, j, known = check->nr_devices;
    bool *is_known = alloc(tree->count, sizeof(*is_known));

    for (j = 0; j < known; j++)
        if (check->devices[j].node >= 0)
            is_known[check->devices[j].node] = true;
    for (i = 0; i < tree->count; i++) {
        struct device *device = &check->devices[check->nr_devices];

        if (is_known[i] || !tree_has(tree, i, "xen,passthrough") ||
            !tree_has(tree, i, "iommus") ||
            check->nr_devices++ >= MAX_DEVICES)
            continue;
        *device = (struct device){ .node = i, .guest_node = -1 };
        device->path = device->own_path = tree_path(tree, i);
    }
    free(is_known);
}

int check_devices(struct check *check)
{
    int i;

    check->devices = alloc(MAX_DEVICES, sizeof(*check->devices));
    for (i = 0; i < check->nr_guests; i++)
        add_guests_devices(check, &check->guests[i]);
    if (check->host)
        add_reserved(check);
    if (check->nr_devices <= MAX_DEVICES)
        return RC_OK;
    i = check->nr_devices;
    check->nr_devices = MAX_DEVICES;
    return fail(RC_FAILED, "Give the trees of a real machine.", "%d devices "
                "are to be passed through; no machine has more than %d", i,
                MAX_DEVICES);
}

void check_free(struct check *check)
{
    int i;

    check_free_findings(check);
    for (i = 0; i < check->nr_devices; i++)
        free(check->devices[i].own_path);
    free(check->devices);
    for (i = 0; i < check->nr_guests; i++) {
        config_free(&check->guests[i].config);
        tree_free(&check->guests[i].tree);
        free(check->guests[i].iomem);
        free(check->guests[i].iomem_to);
        free(check->guests[i].tree_file);
    }
    free(check->guests);
}
