/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Symptoms in dom0's own files.  Of its device tree Xen has left out the
 * SMMUs that it drives, and 'iommus' that lead to them; a device that is for
 * a guest is disabled there.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

/* Devices that are named. */
#define MAX_NAMES 4

/* A word of its own. */
static bool has_word(const char *line, const char *word)
{
    size_t length = strlen(word);

    while (line && (line += strspn(line, " \t\n"), *line)) {
        size_t end = strcspn(line, " \t\n");

        if (end == length && !strncmp(line, word, end))
            return true;
        line += end;
    }
    return false;
}

static void kernel_word(struct check *check, const struct rule *rule,
                        const char *word)
{
    const struct system *system = check->system;

    if (has_word(system->cmdline, word))
        found(check, rule, system->cmdline_file, NULL, NULL, "dom0's kernel "
              "was started with %s.", word);
}

void symptom_clocks(struct check *check, const struct rule *rule)
{
    kernel_word(check, rule, "clk_ignore_unused");
}

void symptom_domains(struct check *check, const struct rule *rule)
{
    kernel_word(check, rule, "pd_ignore_unused");
}

static void visible_iommus(struct check *check, const struct rule *rule,
                           bool v3)
{
    const struct system *system = check->system;
    const struct tree *tree = &system->tree.tree;
    int i;

    for (i = 0; i < system->tree.nr_iommus; i++) {
        const struct iommu *iommu = &system->tree.iommus[i];
        const char *name = tree_string(tree, iommu->node, "compatible");

        if (iommu->available && (iommu->kind == IOMMU_V3) == v3)
            found(check, rule, tree->file, tree_path(tree, iommu->node), NULL,
                  v3 ? "The SMMU ('%s') is dom0's, not Xen's; %d of dom0's "
                  "devices name it." : "The IOMMU ('%s') is dom0's, not "
                  "Xen's; %d of dom0's devices name it.", name ? name : "-",
                  iommu->masters);
    }
}

void symptom_undriven(struct check *check, const struct rule *rule)
{
    visible_iommus(check, rule, true);
}

void symptom_foreign(struct check *check, const struct rule *rule)
{
    visible_iommus(check, rule, false);
}

/* Does Xen have it behind an SMMU that it drives? */
static bool is_protected(const struct state *state, const char *path)
{
    uint32_t i;

    for (i = 0; i < state->lists[DEVICES].count; i++) {
        const struct xen_smmu_device *device = list_at(state, DEVICES, i);

        if (!strcmp(device->path, path))
            return true;
    }
    return false;
}

/* As far as a tree tells: what the DMA of a node that does none is like, nobody writes down. */
static bool does_dma(const struct host *tree, int node)
{
    const char *type = tree_string(&tree->tree, node, "device_type");

    return tree_has(&tree->tree, node, "dma-coherent") ||
           tree_has(&tree->tree, node, "dma-noncoherent") ||
           host_is_master(tree, node) || (type && !strcmp(type, "pci"));
}

void symptom_unprotected(struct check *check, const struct rule *rule)
{
    const struct system *system = check->system;
    const struct host *host = &system->tree;
    char *names = format_text("%s", "");
    int i, count = 0;

    for (i = 1; i < host->tree.count; i++) {
        char *path, *longer;

        if (!does_dma(host, i) || !host_is_dom0s(host, i) ||
            !tree_has(&host->tree, i, "reg"))
            continue;
        path = tree_path(&host->tree, i);
        if (!is_protected(&system->state, path) && ++count <= MAX_NAMES) {
            longer = format_text("%s%s%s", names, *names ? ", " : "", path);
            free(names);
            names = longer;
        }
        free(path);
    }
    if (count > MAX_NAMES)
        found(check, rule, host->tree.file, NULL, NULL, "%d devices of dom0's "
              "are behind no SMMU of Xen's: %s and %d more.", count, names,
              count - MAX_NAMES);
    else if (count)
        found(check, rule, host->tree.file, NULL, NULL, "%d device%s of "
              "dom0's %s behind no SMMU of Xen's: %s.", count,
              count == 1 ? "" : "s", count == 1 ? "is" : "are", names);
    free(names);
}

static bool has_device(const struct state *state, uint16_t domid)
{
    uint32_t i;

    for (i = 0; i < state->lists[LINKS].count; i++) {
        const struct xen_smmu_link *link = list_at(state, LINKS, i);

        if (link->domid == domid)
            return true;
    }
    return false;
}

void symptom_guest_unprotected(struct check *check, const struct rule *rule)
{
    const struct system *system = check->system;
    int i;

    for (i = 0; i < system->nr_given; i++) {
        const struct given *given = &system->given[i];

        if (given->iomem && !has_device(&system->state, given->domid))
            found(check, rule, given->file,
                  state_domain_text(&system->state, given->domid), NULL,
                  "It has %d range%s of the machine's registers, %d device%s "
                  "in 'dtdev', and none behind an SMMU.", given->iomem,
                  given->iomem == 1 ? "" : "s", given->dtdevs,
                  given->dtdevs == 1 ? "" : "s");
    }
}
