/* SPDX-License-Identifier: GPL-2.0-only */
/* The IOMMUs of a host, the streams behind them, and who shares one. */
#include <stdlib.h>
#include <string.h>

#include "host.h"

static const char *const v2_names[] = {
    "arm,smmu-v1", "arm,smmu-v2", "arm,mmu-400", "arm,mmu-401", "arm,mmu-500",
    "cavium,smmu-v2", "qcom,smmu-v2", "qcom,smmu-500", "nvidia,smmu-500",
    "qcom,adreno-smmu",
};

const char *iommu_kind_text(enum iommu_kind kind)
{
    return kind == IOMMU_V3 ? "SMMUv3" : kind == IOMMU_V2 ? "SMMUv2" :
           "other IOMMU";
}

static enum iommu_kind kind_of(const struct tree *tree, int node)
{
    size_t i;

    if (tree_compatible(tree, node, "arm,smmu-v3"))
        return IOMMU_V3;
    for (i = 0; i < sizeof(v2_names) / sizeof(v2_names[0]); i++)
        if (tree_compatible(tree, node, v2_names[i]))
            return IOMMU_V2;
    return IOMMU_OTHER;
}

static int by_node(const void *a, const void *b)
{
    const struct iommu *x = a, *y = b;

    return (x->node > y->node) - (x->node < y->node);
}

const struct iommu *host_iommu(const struct host *host, int node)
{
    struct iommu key = { .node = node };

    if (!host->nr_iommus)
        return NULL;
    return bsearch(&key, host->iommus, host->nr_iommus, sizeof(key), by_node);
}

bool host_reserved(const struct host *host, int node)
{
    /* Xen hides such a node with all that is below it. */
    for (; node >= 0; node = host->tree.nodes[node].parent)
        if (tree_has(&host->tree, node, "xen,passthrough"))
            return true;
    return false;
}

bool host_is_dom0s(const struct host *host, int node)
{
    if (host_reserved(host, node))
        return false;
    for (; node >= 0; node = host->tree.nodes[node].parent)
        if (!tree_available(&host->tree, node))
            return false;
    return true;
}

bool host_is_master(const struct host *host, int node)
{
    return tree_has(&host->tree, node, "iommus") ||
           tree_has(&host->tree, node, "iommu-map");
}

void host_map(const struct host *host, int node, struct map *map)
{
    int length, at;
    const void *cells = tree_prop(&host->tree, node, "iommu-map", &length);

    *map = (struct map){ .trouble = REF_ABSENT };
    if (!cells)
        return;
    map->trouble = length % 16 ? REF_LENGTH : REF_FINE;
    map->list = alloc(length / 16, sizeof(*map->list));
    for (at = 0; at + 4 <= length / 4; at += 4) {
        uint32_t phandle = tree_cell(cells, at + 1);
        int unit = tree_by_phandle(&host->tree, phandle);
        const struct iommu *iommu = unit < 0 ? NULL : host_iommu(host, unit);

        if (unit < 0) {
            map->trouble = REF_DANGLING;
            map->phandle = phandle;
            continue;
        }
        map->list[map->count++] = (struct map_entry){
            .rid = tree_cell(cells, at), .sid = tree_cell(cells, at + 2),
            .length = tree_cell(cells, at + 3),
            .unit = iommu && iommu->kind == IOMMU_V3 ? unit : -1,
        };
    }
}

static void find_iommus(struct host *host)
{
    int i;

    host->iommus = alloc(host->tree.count, sizeof(*host->iommus));
    for (i = 0; i < host->tree.count; i++)
        if (tree_has(&host->tree, i, "#iommu-cells"))
            host->iommus[host->nr_iommus++] = (struct iommu){
                .node = i, .kind = kind_of(&host->tree, i),
                .available = tree_available(&host->tree, i),
            };
}

/* Once for each node that names it, however often that does. */
static void count_master(struct host *host, int node, int unit, int *last)
{
    struct iommu *iommu = (struct iommu *)host_iommu(host, unit);

    if (!iommu || last[iommu - host->iommus] == node + 1)
        return;
    last[iommu - host->iommus] = node + 1;
    iommu->masters++;
}

static void add_stream(struct host *host, int unit, int owner, uint32_t first,
                       uint32_t count, bool map)
{
    host->streams[host->nr_streams++] = (struct stream){
        .unit = unit, .owner = owner, .first = first,
        .end = (uint64_t)first + count, .map = map,
    };
}

static void add_master(struct host *host, int node, int *last)
{
    bool there = tree_available(&host->tree, node);
    const struct iommu *iommu;
    struct refs refs;
    struct map map;
    int i;

    tree_refs(&host->tree, node, "iommus", "#iommu-cells", &refs);
    for (i = 0; i < refs.count; i++) {
        count_master(host, node, refs.list[i].node, last);
        iommu = host_iommu(host, refs.list[i].node);
        if (there && iommu && iommu->kind == IOMMU_V3 &&
            refs.list[i].nr == 1)
            add_stream(host, refs.list[i].node, node, refs.list[i].args[0], 1,
                       false);
    }
    host_map(host, node, &map);
    for (i = 0; i < map.count; i++)
        if (there && map.list[i].unit >= 0 && map.list[i].length)
            add_stream(host, map.list[i].unit, node, map.list[i].sid,
                       map.list[i].length, true);
    if (map.trouble != REF_ABSENT) {
        int length;
        const void *cells = tree_prop(&host->tree, node, "iommu-map",
                                      &length);

        for (i = 0; i + 4 <= length / 4; i += 4)
            count_master(host, node,
                         tree_by_phandle(&host->tree,
                                         tree_cell(cells, i + 1)), last);
    }
    free(map.list);
    free(refs.list);
}

static int by_stream(const void *a, const void *b)
{
    const struct stream *x = a, *y = b;

    if (x->unit != y->unit)
        return x->unit < y->unit ? -1 : 1;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    if (x->map != y->map)
        return x->map ? -1 : 1;         /* what contains, then what is in it */
    return (x->owner > y->owner) - (x->owner < y->owner);
}

/*
 * A bridge's range is a default, a device that names one of its streams takes
 * it; so devices are compared with devices, and bridges with bridges.
 */
static void find_shared(struct host *host, bool map)
{
    const struct stream *widest = NULL;
    int i;

    for (i = 0; i < host->nr_streams; i++) {
        const struct stream *one = &host->streams[i];

        if (one->map != map)
            continue;
        if (widest && widest->unit == one->unit && widest->end > one->first &&
            widest->owner != one->owner) {
            host->shares[one->owner] = widest->owner;
            host->shares[widest->owner] = one->owner;
        }
        if (!widest || widest->unit != one->unit || one->end > widest->end)
            widest = one;
    }
}

/* By a device that is not dom0's: within dom0 a stream may have two owners. */
static void find_taken(struct host *host)
{
    const struct stream *widest = NULL;
    int i;

    for (i = 0; i < host->nr_streams; i++) {
        const struct stream *one = &host->streams[i];

        if (one->map) {
            if (!widest || widest->unit != one->unit ||
                one->end > widest->end)
                widest = one;
        } else if (widest && widest->unit == one->unit &&
                   widest->end > one->first &&
                   host_reserved(host, one->owner)) {
            host->taken[widest->owner] = i;
        }
    }
}

static void find_registers(struct host *host)
{
    struct regs regs;
    int i, j;

    /* An entry of `reg` takes 8 bytes at least. */
    host->regs = alloc((2U << 20) / 8, sizeof(*host->regs));
    for (i = 0; i < host->tree.count; i++) {
        const char *type = tree_string(&host->tree, i, "device_type");

        if (type && !strcmp(type, "memory"))
            continue;
        tree_regs(&host->tree, i, &regs);
        for (j = 0; j < regs.count; j++)
            host->regs[host->nr_regs++] = (struct registers){
                .node = i, .range = regs.list[j],
            };
        free(regs.list);
    }
}

int host_load(struct host *host, const char *file)
{
    int i, rc, *last;

    *host = (struct host){ 0 };
    rc = tree_load(&host->tree, file, "host device tree");
    if (rc)
        return rc;
    find_iommus(host);
    last = alloc(host->nr_iommus, sizeof(*last));
    /* A stream takes 8 bytes of a property at least. */
    host->streams = alloc((2U << 20) / 8, sizeof(*host->streams));
    host->shares = alloc(host->tree.count, sizeof(*host->shares));
    host->taken = alloc(host->tree.count, sizeof(*host->taken));
    for (i = 0; i < host->tree.count; i++) {
        host->shares[i] = host->taken[i] = -1;
        add_master(host, i, last);
    }
    free(last);
    find_registers(host);
    qsort(host->streams, host->nr_streams, sizeof(*host->streams), by_stream);
    find_shared(host, false);
    find_shared(host, true);
    find_taken(host);
    return RC_OK;
}

void host_free(struct host *host)
{
    free(host->shares);
    free(host->taken);
    free(host->regs);
    free(host->streams);
    free(host->iommus);
    tree_free(&host->tree);
}
