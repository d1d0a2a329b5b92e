/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's SMMUs, and what dom0 would lose once they are driven. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"

/* Each SMMU that the hypervisor will drive. */
static const struct iommu *next_driven(const struct host *host, int *i)
{
    while (*i < host->nr_iommus) {
        const struct iommu *iommu = &host->iommus[(*i)++];

        if (host_drives(iommu) && iommu->available &&
            !tree_has(&host->tree, iommu->node, "xen,passthrough"))
            return iommu;
    }
    return NULL;
}

void rule_smmu_regs(struct check *check, const struct rule *rule)
{
    const struct tree *tree = &check->host->tree;
    const struct iommu *iommu;
    struct regs regs;
    int i = 0;

    while ((iommu = next_driven(check->host, &i))) {
        tree_regs(tree, iommu->node, &regs);
        if (regs.trouble || (iommu->kind == IOMMU_V3 &&
                             regs.list[0].size < V3_REGS_BYTES))
            found(check, rule, tree->file, tree_path(tree, iommu->node),
                  "reg", "%s.", regs.trouble ? reg_text(regs.trouble)
                  : "is smaller than the two pages of 64 KiB that an SMMUv3 "
                  "has");
        free(regs.list);
    }
}

void rule_smmu_irqs(struct check *check, const struct rule *rule)
{
    const struct tree *tree = &check->host->tree;
    const struct iommu *iommu;
    struct irqs irqs;
    int i = 0;

    while ((iommu = next_driven(check->host, &i))) {
        tree_irqs(tree, iommu->node, 0, &irqs);
        if (irqs.trouble)
            found(check, rule, tree->file, tree_path(tree, iommu->node),
                  "interrupts", "%s.", irq_text(irqs.trouble));
        free(irqs.list);
    }
}

/* dom0's kernel is told so in one of several places. */
static bool dom0_is_told(const struct tree *tree, const char *word)
{
    static const char *const names[] = {
        "xen,dom0-bootargs", "bootargs",
    };
    int chosen = tree_child(tree, 0, "chosen"), node;
    size_t i;

    if (chosen < 0)
        return false;
    for (node = chosen; node < tree->nodes[chosen].end; node++)
        for (i = 0; i < 2; i++) {
            const char *text = tree_string(tree, node, names[i]);

            if (text && strstr(text, word))
                return true;
        }
    return false;
}

/* One that nobody can switch off. */
static bool is_fixed(const struct tree *tree, int node)
{
    return tree_compatible(tree, node, "fixed-clock");
}

/* What makes it worse. */
static const char *after_reset(const struct iommu *iommu)
{
    return iommu->kind == IOMMU_V2 ? " When it has power again, all DMA "
           "passes untranslated until Xen notices." : "";
}

void rule_smmu_clocks(struct check *check, const struct rule *rule)
{
    const struct tree *tree = &check->host->tree;
    const struct iommu *iommu;
    struct refs refs;
    int i = 0, j;

    if (dom0_is_told(tree, "clk_ignore_unused"))
        return;
    while ((iommu = next_driven(check->host, &i))) {
        tree_refs(tree, iommu->node, "clocks", "#clock-cells", &refs);
        for (j = 0; j < refs.count; j++)
            if (!is_fixed(tree, refs.list[j].node))
                break;
        if (j < refs.count)
            found(check, rule, tree->file, tree_path(tree, iommu->node),
                  "clocks", "may be switched off by dom0, which does not see "
                  "the SMMU and takes its clocks for unused.%s",
                  after_reset(iommu));
        free(refs.list);
    }
}

/* As xen-smmu/xen/power.c asks for it. */
static bool is_xens_channel(const struct tree *tree, const struct ref *ref)
{
    int scmi = tree->nodes[ref->node].parent;
    uint32_t protocol;

    return scmi >= 0 && ref->nr == 1 &&
           tree_compatible(tree, scmi, "arm,scmi-smc") &&
           tree_u32(tree, ref->node, "reg", &protocol) && protocol == 0x11 &&
           tree_has(tree, scmi, "xen,smmu-channel");
}

void rule_smmu_power(struct check *check, const struct rule *rule)
{
    const struct tree *tree = &check->host->tree;
    const struct iommu *iommu;
    struct refs refs;
    int i = 0;

    if (dom0_is_told(tree, "pd_ignore_unused"))
        return;
    while ((iommu = next_driven(check->host, &i))) {
        tree_refs(tree, iommu->node, "power-domains", "#power-domain-cells",
                  &refs);
        if (refs.count && !is_xens_channel(tree, &refs.list[0]))
            found(check, rule, tree->file, tree_path(tree, iommu->node),
                  "power-domains", "may be switched off by dom0, which does "
                  "not see the SMMU and takes its domain for unused.%s",
                  after_reset(iommu));
        free(refs.list);
    }
}

static bool any_driven(const struct host *host)
{
    int i = 0;

    return next_driven(host, &i);
}

static void check_taken(struct check *check, const struct rule *rule,
                        int bridge)
{
    const struct host *host = check->host;
    int taken = host->taken[bridge];
    char *path;

    if (taken < 0)
        return;
    path = tree_path(&host->tree, host->streams[taken].owner);
    found(check, rule, host->tree.file, tree_path(&host->tree, bridge),
          "iommu-map", "has stream ID 0x%" PRIx64 ", which goes to %s: the "
          "DMA of its device with this ID aborts.", host->streams[taken].first,
          path);
    free(path);
}

void rule_bridge(struct check *check, const struct rule *rule)
{
    const struct host *host = check->host;
    struct map map;
    int i;

    if (!any_driven(host))
        return;
    for (i = 0; i < host->tree.count; i++) {
        if (!host_is_dom0s(host, i))
            continue;
        check_taken(check, rule, i);
        host_map(host, i, &map);
        if (map.trouble == REF_DANGLING)
            found(check, rule, host->tree.file, tree_path(&host->tree, i),
                  "iommu-map", "names phandle 0x%" PRIx32 ", which no node "
                  "has: the DMA of its devices aborts.", map.phandle);
        else if (map.trouble == REF_LENGTH)
            found(check, rule, host->tree.file, tree_path(&host->tree, i),
                  "iommu-map", "is no whole number of entries of four cells: "
                  "the DMA of devices in its last one aborts.");
        else if (map.count && host->shares[i] >= 0 && host->shares[i] < i)
            found(check, rule, host->tree.file, tree_path(&host->tree, i),
                  "iommu-map", "has stream IDs that another bridge has: "
                  "the DMA of its devices aborts.");
        free(map.list);
    }
}

/* Why dom0 loses it, or NULL. */
static char *loss(const struct host *host, int node, const struct refs *refs)
{
    int i, other = host->shares[node], driven = 0;
    char *path, *text;

    for (i = 0; i < refs->count; i++) {
        const struct iommu *iommu = host_iommu(host, refs->list[i].node);
        bool ours = iommu && host_drives(iommu) && iommu->available;

        if (ours && (refs->list[i].nr < 1 ||
                     refs->list[i].nr > host_most_cells(iommu)))
            return format_text("has %u cells for an %s, which takes %s",
                               refs->list[i].nr, iommu_kind_text(iommu->kind),
                               host_most_cells(iommu) > 1 ? "1 or 2" : "1");
        driven += ours;
    }
    if (!driven)
        return NULL;
    for (i = 1; i < refs->count; i++)
        if (refs->list[i].node != refs->list[0].node)
            return format_text("names two IOMMUs");
    if (refs->trouble)
        return ref_text(refs);
    /* One that two of dom0's devices share is dom0's for both. */
    if (other < 0 || !host_reserved(host, other))
        return NULL;
    path = tree_path(&host->tree, other);
    text = format_text("has a stream ID that goes to %s", path);
    free(path);
    return text;
}

void rule_dom0(struct check *check, const struct rule *rule)
{
    const struct host *host = check->host;
    struct refs refs;
    char *why;
    int i;

    for (i = 0; i < host->tree.count; i++) {
        if (!host_is_dom0s(host, i))
            continue;
        host_refs(host, i, &refs);
        if (refs.trouble == REF_ABSENT)
            continue;
        why = loss(host, i, &refs);
        if (why)
            found(check, rule, host->tree.file, tree_path(&host->tree, i),
                  "iommus", "%s: its DMA in dom0 aborts.", why);
        free(why);
        free(refs.list);
    }
}

void rule_unprotected(struct check *check, const struct rule *rule)
{
    const struct host *host = check->host;
    const struct tree *tree = &host->tree;
    int i, j;

    for (i = 0; i < tree->count; i++) {
        if (!tree_has(tree, i, "xen,passthrough") || host_is_master(host, i) ||
            host_iommu(host, i) || !tree_has(tree, i, "reg"))
            continue;
        /* A guest's own list says more. */
        for (j = 0; j < check->nr_devices; j++)
            if (check->devices[j].node == i)
                break;
        if (j == check->nr_devices)
            found(check, rule, tree->file, tree_path(tree, i), "iommus",
                  "is absent: a guest may have the device's registers, but "
                  "the device is not to do DMA.");
    }
}
