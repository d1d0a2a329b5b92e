/* SPDX-License-Identifier: GPL-2.0-only */
/* What a host's device tree says about IOMMUs, and who is behind them. */
#ifndef XEN_SMMU_HOST_H
#define XEN_SMMU_HOST_H

#include "tree.h"

/* Both register pages of an SMMUv3, as the hypervisor maps them. */
#define V3_REGS_BYTES 0x20000

enum iommu_kind {
    IOMMU_V3,
    IOMMU_V2,                   /* SMMUv1 and v2, MMU-400, 401, 500 */
    IOMMU_V2_OTHER,             /* one that wants a driver of its own */
    IOMMU_OTHER,
};

struct iommu {
    int node;
    enum iommu_kind kind;
    bool available;
    int masters;                /* nodes that name it */
};

struct stream {
    int unit;                   /* its node */
    int owner;
    uint64_t first, end;
    uint32_t mask;              /* bits, above these, that do not count */
    bool map;                   /* of an iommu-map */
};

struct registers {
    int node;
    struct range range;
};

struct host {
    struct tree tree;
    struct iommu *iommus;
    int nr_iommus;
    struct stream *streams;     /* of driven SMMUs, by unit and first */
    int nr_streams;
    struct registers *regs;     /* of all nodes that the CPU can reach */
    int nr_regs;
    /* For each node: another with one of its streams, -1: none. */
    int *shares;
    /* For each bridge: a stream of its map that a guest's device takes, -1. */
    int *taken;
    /* For each node: the SMMU whose 'mmu-masters' names it, -1. */
    int *legacy;
};

int host_load(struct host *host, const char *file);
void host_free(struct host *host);
const struct iommu *host_iommu(const struct host *host, int node);
const char *iommu_kind_text(enum iommu_kind kind);
/* Xen drives it, if it is there. */
bool host_drives(const struct iommu *iommu);
/* Cells that 'iommus' may have for one that Xen drives: 1 to this. */
unsigned int host_most_cells(const struct iommu *iommu);
/* A master's SMMUs: 'iommus', or what the SMMU's 'mmu-masters' says of it. */
void host_refs(const struct host *host, int node, struct refs *refs);

/* For another domain than dom0? */
bool host_reserved(const struct host *host, int node);
/* Does dom0 get it, as far as the tree tells? */
bool host_is_dom0s(const struct host *host, int node);
/* iommus, or iommu-map, or named by an SMMU's mmu-masters. */
bool host_is_master(const struct host *host, int node);

/* An iommu-map: trouble as in refs; entries that lead to no driven SMMU have -1. */
struct map_entry {
    uint32_t rid, sid, length;
    int unit;
};

struct map {
    struct map_entry *list;
    int count;
    enum ref_trouble trouble;
    uint32_t phandle;
};

void host_map(const struct host *host, int node, struct map *map);

#endif
