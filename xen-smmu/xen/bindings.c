/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What device trees say of masters' stream IDs.
 *
 * SMMUv3: one cell, a stream ID.  SMMUv1 and v2: one cell and the SMMU's
 * `stream-match-mask`; or two, the second one a mask.  Their old binding is
 * the other way round: the SMMU's `mmu-masters` names masters and stream IDs.
 *
 * An ID is kept in 32 bits from xlate to add, SMMUv2's with its mask on top.
 */
#include "glue.h"
#include "../backend.h"

#include <xen/device_tree.h>
#include <xen/init.h>
#include <xen/iommu.h>

#include <asm/device.h>
#include <asm/iommu_fwspec.h>

static bool has_masks(const struct smmu_unit *unit)
{
    return unit->backend->type != XEN_SMMU_TYPE_V3;
}

uint32_t xen_smmu_mask(const struct smmu_unit *unit)
{
    uint32_t mask = 0;

    /* Without SMRs there is nothing that it could mean. */
    if ( unit->mask_bits )
        dt_property_read_u32(unit->node, "stream-match-mask", &mask);

    return mask;
}

int xen_smmu_specifier(const struct smmu_unit *unit, const char *path,
                       const struct dt_phandle_args *args, uint32_t *id)
{
    unsigned int most = has_masks(unit) ? 2 : 1;
    uint32_t mask = 0;

    if ( args->args_count < 1 || args->args_count > most )
    {
        smmu_log(SMMU_ERR, "%s: %d cells in 'iommus', %s takes %s: it cannot be assigned",
                 path, args->args_count, unit->name,
                 most > 1 ? "1 or 2" : "1");
        return -EINVAL;
    }
    *id = args->args[0];
    if ( !has_masks(unit) )
        return 0;

    mask = args->args_count > 1 ? args->args[1] : xen_smmu_mask(unit);
    if ( *id > 0xffff || mask > 0xffff )
    {
        smmu_log(SMMU_ERR, "%s: stream ID %#x, mask %#x: more than 16 bits: it cannot be assigned",
                 path, *id, mask);
        return -EINVAL;
    }
    *id |= mask << 16;

    return 0;
}

struct smmu_range xen_smmu_range(const struct smmu_unit *unit, uint32_t id)
{
    struct smmu_range range = { .first = id, .count = 1 };

    if ( has_masks(unit) )
    {
        range.mask = id >> 16;
        range.first = id & 0xffff & ~range.mask;
    }

    return range;
}

static int __init add_master(struct smmu_unit *unit,
                             struct dt_device_node *smmu,
                             const struct dt_phandle_args *master)
{
    struct device *dev = dt_to_dev(master->np);
    uint32_t mask = xen_smmu_mask(unit), ids[MAX_PHANDLE_ARGS];
    int i, rc;

    /* Named before, by this SMMU or another: so it stays. */
    if ( dev_iommu_fwspec_get(dev) )
        return -EBUSY;
    for ( i = 0; i < master->args_count; i++ )
    {
        if ( master->args[i] > 0xffff || mask > 0xffff )
            return -EINVAL;
        ids[i] = master->args[i] | mask << 16;
    }
    rc = iommu_fwspec_init(dev, dt_to_dev(smmu)) ?:
         iommu_fwspec_add_ids(dev, ids, master->args_count) ?:
         xen_smmu_add_device(dev);
    /* Then it is unprotected, as if it had not been named. */
    if ( rc )
        iommu_fwspec_free(dev);

    return rc;
}

void __init xen_smmu_legacy_masters(struct smmu_unit *unit,
                                    struct dt_device_node *smmu)
{
    struct dt_phandle_args master;
    int i, rc;

    for ( i = 0; !dt_parse_phandle_with_args(smmu, "mmu-masters",
                                             "#stream-id-cells", i, &master);
          i++ )
    {
        /* Its own word counts, as it does for Linux. */
        if ( dt_get_property(master.np, "iommus", NULL) )
            continue;
        /* A host bridge: its devices' IDs are not said. */
        rc = master.args_count ? add_master(unit, smmu, &master) : -ENOENT;
        if ( rc )
            smmu_log(SMMU_ERR, "%s: %s, of its 'mmu-masters', cannot be assigned (%d), and its DMA aborts",
                     unit->name, dt_node_full_name(master.np), rc);
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
