/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0's PCIe host bridges.  Xen up to 4.20 reads no 'iommu-map': without this
 * file all DMA of dom0's PCIe devices behind an SMMU would abort.
 *
 * Every requester ID that the map sends to a unit of ours becomes dom0's,
 * before dom0 runs, but for the streams that a node of the device tree names
 * as its own.  Nodes for passthrough come first: their streams abort until
 * they are assigned.
 */
#include "glue.h"

#include <xen/device_tree.h>
#include <xen/init.h>
#include <xen/iommu.h>
#include <xen/sched.h>

/* Cells of an entry: requester ID base, SMMU, stream ID base, length. */
#define MAP_CELLS   4

static void __init lost(const char *path, const char *why)
{
    smmu_log(SMMU_ERR, "%s: %s: the DMA of its devices will abort", path, why);
}

/*
 * Whether the IDs from the mask's first bit on differ from those before it by
 * bits of the mask alone: then those before it are all there are.
 */
static bool __init repeats(uint32_t first, uint32_t count, uint32_t mask)
{
    const uint32_t low = mask & -mask, block = mask + low;
    const uint64_t last = (uint64_t)first + count - 1;

    return mask && !(mask & block) && !(first & (low - 1)) &&
           !((first ^ last) & ~(uint64_t)(block - 1));
}

/* The map's entries that lead to `unit`. */
static unsigned int __init collect(const struct dt_device_node *node,
                                   const __be32 *map, unsigned int entries,
                                   const struct smmu_unit *unit,
                                   struct smmu_range *sids)
{
    const uint32_t mask = xen_smmu_mask(unit), low = mask & -mask;
    const struct dt_device_node *smmu;
    uint64_t limit;
    unsigned int i, nr = 0;
    uint32_t first, count;

    for ( i = 0; i < entries; i++, map += MAP_CELLS )
    {
        smmu = dt_find_node_by_phandle(be32_to_cpup(map + 1));
        first = be32_to_cpup(map + 2);
        count = be32_to_cpup(map + 3);
        if ( smmu != unit->node || !count )
            continue;
        /* With bits that do not count a range repeats itself from there on. */
        first &= ~mask;
        limit = 1ULL << unit->sid_bits;
        if ( mask && (first & -low) + low < limit )
            limit = (first & -low) + low;
        if ( first >= limit )
        {
            lost(dt_node_full_name(node), "stream IDs beyond the SMMU's");
            continue;
        }
        if ( count > limit - first )
        {
            if ( !repeats(be32_to_cpup(map + 2), count, mask) )
                smmu_log(SMMU_WARN, "%s: stream IDs from %#llx on are beyond %s's: the DMA of devices there will abort",
                         dt_node_full_name(node), (unsigned long long)limit,
                         unit->name);
            count = limit - first;
        }
        sids[nr++] = (struct smmu_range){ .first = first, .count = count,
                                          .mask = mask };
    }

    return nr;
}

static void __init attach(struct domain *d, const struct dt_device_node *node,
                          struct smmu_unit *unit,
                          const struct smmu_range *sids, unsigned int nr)
{
    struct smmu_domain *domain = xen_smmu_domain(d);
    struct smmu_device *dev;
    int rc = -ENOMEM;

    if ( domain )
        rc = smmu_device_add(unit, dt_node_full_name(node), true, sids, nr,
                             &dev) ?: smmu_attach(domain, dev);
    if ( rc )
        lost(dt_node_full_name(node), "its streams could not be opened");
    else
        smmu_log(SMMU_INFO, "%s: streams of PCIe host bridge %s are d%u's",
                 unit->name, dt_node_full_name(node), d->domain_id);
}

/* Xen itself adds such a device when it is assigned. */
static void __init add_passthrough(void)
{
    struct dt_device_node *node;

    dt_for_each_device_node ( dt_host, node )
        if ( dt_device_for_passthrough(node) && dt_device_is_available(node) &&
             dt_get_property(node, "iommus", NULL) )
            iommu_add_dt_device(node);
}

void __init xen_smmu_bridges(struct domain *d)
{
    const struct dt_device_node *node;
    struct smmu_range *sids;
    struct smmu_unit *unit;
    unsigned int entries, nr;
    const __be32 *map;
    uint32_t bytes;

    add_passthrough();

    dt_for_each_device_node ( dt_host, node )
    {
        map = dt_get_property(node, "iommu-map", &bytes);
        entries = map ? bytes / (MAP_CELLS * sizeof(*map)) : 0;
        if ( !entries || !dt_device_is_available(node) ||
             dt_device_for_passthrough(node) )
            continue;

        sids = smmu_zalloc(entries * sizeof(*sids));
        if ( !sids )
        {
            lost(dt_node_full_name(node), "no memory");
            continue;
        }
        for ( unit = smmu_unit_first(); unit; unit = unit->next )
        {
            nr = collect(node, map, entries, unit, sids);
            if ( nr )
                attach(d, node, unit, sids, nr);
        }
        smmu_free(sids);
    }
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
