/* SPDX-License-Identifier: GPL-2.0-only */
/* The IOMMUs of a host, the streams behind them, and who shares one. */
#include <stdlib.h>
#include <string.h>

#include "host.h"

/* As xen-smmu/smmu-v2-model.c has them: the first that the node has. */
static const struct {
    const char *compatible;
    enum iommu_kind kind;
} kinds[] = {
    { "arm,smmu-v3", IOMMU_V3 },
    { "cavium,smmu-v2", IOMMU_V2_OTHER },
    { "qcom,smmu-v2", IOMMU_V2_OTHER },
    { "qcom,smmu-500", IOMMU_V2_OTHER },
    { "qcom,adreno-smmu", IOMMU_V2_OTHER },
    { "nvidia,tegra194-smmu", IOMMU_V2_OTHER },
    { "nvidia,tegra234-smmu", IOMMU_V2_OTHER },
    { "nvidia,tegra186-smmu", IOMMU_V2 },
    { "nvidia,smmu-500", IOMMU_V2_OTHER },
    { "arm,mmu-500", IOMMU_V2 },
    { "arm,smmu-v2", IOMMU_V2 },
    { "arm,mmu-401", IOMMU_V2 },
    { "arm,mmu-400", IOMMU_V2 },
    { "arm,smmu-v1", IOMMU_V2 },
};

const char *iommu_kind_text(enum iommu_kind kind)
{
    return kind == IOMMU_V3 ? "SMMUv3" : kind == IOMMU_V2 ? "SMMUv2" :
           kind == IOMMU_V2_OTHER ? "other SMMUv2" : "other IOMMU";
}

bool host_drives(const struct iommu *iommu)
{
    return iommu->kind == IOMMU_V3 || iommu->kind == IOMMU_V2;
}

unsigned int host_most_cells(const struct iommu *iommu)
{
    return iommu->kind == IOMMU_V2 ? 2 : 1;
}

/* More than one register bank, or a part that its vendor keeps to itself. */
static bool is_special(const struct tree *tree, int node)
{
    const char *list;
    struct regs regs;
    int length, at, count;

    tree_regs(tree, node, &regs);
    count = regs.count;
    free(regs.list);
    list = tree_prop(tree, node, "compatible", &length);
    for (at = 0; list && at < length; at += strnlen(list + at, length - at) + 1)
        if (length - at >= 5 && !memcmp(list + at, "qcom,", 5))
            return true;
    return count > 1 ||
           tree_has(tree, node, "calxeda,smmu-secure-config-access");
}

static enum iommu_kind kind_of(const struct tree *tree, int node)
{
    size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (tree_compatible(tree, node, kinds[i].compatible))
            return kinds[i].kind == IOMMU_V2 && is_special(tree, node)
                   ? IOMMU_V2_OTHER : kinds[i].kind;
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
           tree_has(&host->tree, node, "iommu-map") ||
           host->legacy[node] >= 0;
}

/* Of `list`, what names `node`, turned round: each ID an entry of its own. */
static void turn_round(const struct ref *entry, int unit, struct refs *refs)
{
    unsigned int i;

    refs->trouble = REF_FINE;
    refs->list = alloc(REF_ARGS, sizeof(*refs->list));
    for (i = 0; i < entry->nr && i < REF_ARGS; i++)
        refs->list[refs->count++] = (struct ref){
            .node = unit, .nr = 1, .args = { entry->args[i] },
        };
}

void host_refs(const struct host *host, int node, struct refs *refs)
{
    struct refs masters;
    int i;

    tree_refs(&host->tree, node, "iommus", "#iommu-cells", refs);
    if (refs->trouble != REF_ABSENT || host->legacy[node] < 0)
        return;
    tree_refs(&host->tree, host->legacy[node], "mmu-masters",
              "#stream-id-cells", &masters);
    for (i = 0; i < masters.count; i++)
        if (masters.list[i].node == node) {
            turn_round(&masters.list[i], host->legacy[node], refs);
            break;
        }
    free(masters.list);
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
            .unit = iommu && host_drives(iommu) ? unit : -1,
        };
    }
}

static void find_iommus(struct host *host)
{
    int i;

    host->iommus = alloc(host->tree.count, sizeof(*host->iommus));
    for (i = 0; i < host->tree.count; i++)
        if (tree_has(&host->tree, i, "#iommu-cells") ||
            (tree_has(&host->tree, i, "mmu-masters") &&
             kind_of(&host->tree, i) == IOMMU_V2))
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

static void find_legacy(struct host *host)
{
    struct refs refs;
    int i, j;

    host->legacy = alloc(host->tree.count, sizeof(*host->legacy));
    for (i = 0; i < host->tree.count; i++)
        host->legacy[i] = -1;
    for (i = 0; i < host->nr_iommus; i++) {
        if (host->iommus[i].kind != IOMMU_V2)
            continue;
        tree_refs(&host->tree, host->iommus[i].node, "mmu-masters",
                  "#stream-id-cells", &refs);
        for (j = 0; j < refs.count; j++)
            if (!tree_has(&host->tree, refs.list[j].node, "iommus"))
                host->legacy[refs.list[j].node] = host->iommus[i].node;
        free(refs.list);
    }
}

/* A mask's lowest bits are a range; what is above them is kept. */
static void add_stream(struct host *host, int unit, int owner, uint32_t first,
                       uint32_t count, uint32_t mask, bool map)
{
    uint32_t low = mask & ~(mask + 1);

    if (count == 1) {
        first &= ~mask;
        count += low;
        mask &= ~low;
    }
    host->streams[host->nr_streams++] = (struct stream){
        .unit = unit, .owner = owner, .first = first,
        .end = (uint64_t)first + count, .mask = mask, .map = map,
    };
}

/* The second cell, or what the SMMU says for all. */
static uint32_t mask_of(const struct host *host, const struct iommu *iommu,
                        const struct ref *ref)
{
    uint32_t mask = 0;

    if (iommu->kind != IOMMU_V2)
        return 0;
    if (ref && ref->nr == 2)
        return ref->args[1];
    tree_u32(&host->tree, iommu->node, "stream-match-mask", &mask);
    return mask;
}

static void add_master(struct host *host, int node, int *last)
{
    bool there = tree_available(&host->tree, node);
    const struct iommu *iommu;
    struct refs refs;
    struct map map;
    int i;

    host_refs(host, node, &refs);
    for (i = 0; i < refs.count; i++) {
        count_master(host, node, refs.list[i].node, last);
        iommu = host_iommu(host, refs.list[i].node);
        if (there && iommu && host_drives(iommu) && refs.list[i].nr >= 1 &&
            refs.list[i].nr <= host_most_cells(iommu))
            add_stream(host, refs.list[i].node, node, refs.list[i].args[0], 1,
                       mask_of(host, iommu, &refs.list[i]), false);
    }
    host_map(host, node, &map);
    for (i = 0; i < map.count; i++)
        if (there && map.list[i].unit >= 0 && map.list[i].length)
            add_stream(host, map.list[i].unit, node, map.list[i].sid,
                       map.list[i].length,
                       mask_of(host, host_iommu(host, map.list[i].unit), NULL),
                       true);
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
static void find_shared_plain(struct host *host, bool map)
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

/* Whether some ID is in both, whatever bits it has in their masks. */
static bool meet(const struct stream *a, const struct stream *b)
{
    uint64_t counts = ~(uint64_t)(a->mask | b->mask);

    return a->unit == b->unit &&
           (a->first & counts) <= ((b->end - 1) & counts) &&
           (b->first & counts) <= ((a->end - 1) & counts);
}

/* Those with masks, with all others of their unit. */
static void find_shared(struct host *host, bool map)
{
    const struct stream *a = host->streams, *b;
    const struct stream *end = a + host->nr_streams;

    find_shared_plain(host, map);
    for (; a < end; a++)
        for (b = host->streams; a->mask && a->map == map && b < end; b++)
            if (b->map == map && a->owner != b->owner && meet(a, b)) {
                host->shares[a->owner] = b->owner;
                host->shares[b->owner] = a->owner;
            }
}

/* By a device that is not dom0's: within dom0 a stream may have two owners. */
static void find_taken_plain(struct host *host)
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

static void find_taken(struct host *host)
{
    int i, j;

    find_taken_plain(host);
    for (i = 0; i < host->nr_streams; i++)
        for (j = 0; host->streams[i].map && j < host->nr_streams; j++)
            if ((host->streams[i].mask || host->streams[j].mask) &&
                !host->streams[j].map &&
                host_reserved(host, host->streams[j].owner) &&
                meet(&host->streams[i], &host->streams[j]))
                host->taken[host->streams[i].owner] = j;
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
    find_legacy(host);
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
    free(host->legacy);
    free(host->regs);
    free(host->streams);
    free(host->iommus);
    tree_free(&host->tree);
}
