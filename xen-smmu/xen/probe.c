/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the SMMUs in the host's device tree, and starts them. */
#include "glue.h"
#include "../smmu-v2.h"
#include "../smmu-v3.h"

#include <xen/device_tree.h>
#include <xen/init.h>
#include <xen/iommu.h>
#include <xen/mm.h>
#include <xen/param.h>
#include <xen/sched.h>
#include <xen/vmap.h>

#include <asm/device.h>
#include <asm/p2m.h>

/* Both register pages, 64 KiB each (IHI0070 6.1). */
#define V3_REGS_BYTES   0x20000

/* SMMUv2: as much as there can be, 512 pages of 64 KiB. */
#define V2_REGS_MOST    0x2000000

/* smmu=off on Xen's command line: as if the host had no SMMU. */
static bool __initdata opt_smmu = true;
boolean_param("smmu", opt_smmu);

static const char *__init name_of(const struct dt_device_node *node)
{
    return strrchr(dt_node_full_name(node), '/') + 1;
}

static int __init refuse(const struct dt_device_node *node, const char *why)
{
    smmu_log(SMMU_ERR, "%s: refused: %s", name_of(node), why);

    return -ENODEV;
}

/* Its registers are mapped, and its power source is known.  NULL: refused. */
static struct smmu_unit *__init make_unit(struct dt_device_node *node,
                                          uint64_t least, uint64_t most,
                                          const char *too_small, void **regs,
                                          uint64_t *bytes)
{
    struct smmu_unit *unit;
    uint64_t base;

    if ( dt_device_get_address(node, 0, &base, bytes) || *bytes < least )
    {
        refuse(node, too_small);
        return NULL;
    }
    if ( *bytes > most )
        *bytes = most;

    unit = smmu_zalloc(sizeof(*unit));
    if ( !unit )
    {
        refuse(node, "no memory");
        return NULL;
    }
    *regs = ioremap_nocache(base, *bytes);
    if ( !*regs )
    {
        smmu_free(unit);
        refuse(node, "its registers cannot be mapped");
        return NULL;
    }

    unit->name = name_of(node);
    unit->node = node;
    unit->address = base;
    xen_smmu_power_source(unit, node);

    return unit;
}

/* That was logged.  Xen goes on without this unit. */
static int __init lost(struct smmu_unit *unit, void *regs)
{
    if ( !unit->private )
    {
        iounmap(regs);
        smmu_free(unit);
    }

    return -ENODEV;
}

static void __init found(struct smmu_unit *unit, struct dt_device_node *node)
{
    /* What came before its interrupts were heard went unheard. */
    smmu_unit_interrupt(unit);
    p2m_restrict_ipa_bits(unit->ipa_bits);
    dt_device_set_used_by(node, DOMID_XEN);
    xen_smmu_ops_register();
}

static unsigned int __init ram_bits(void)
{
    return flsl(pfn_to_paddr(max_page) - 1);
}

static int __init smmu_v3_dt_probe(struct dt_device_node *node,
                                   const void *data)
{
    struct smmu_unit *unit;
    uint64_t bytes;
    void *regs;

    if ( !opt_smmu )
        return -ENODEV;
    unit = make_unit(node, V3_REGS_BYTES, V3_REGS_BYTES,
                     "no 'reg' of at least 128 KiB in its node", &regs,
                     &bytes);
    if ( !unit )
        return -ENODEV;
    xen_smmu_test_source(unit);
    if ( smmu_v3_probe(unit, regs, dt_property_read_bool(node, "dma-coherent"),
                       ram_bits()) )
        return lost(unit, regs);

    xen_smmu_test_unit(unit);
    xen_smmu_v3_irqs(unit, node);
    found(unit, node);

    return 0;
}

/* MMU-500's prefetcher, where it cannot be turned off, errata or not. */
static bool __initdata opt_prefetch;
boolean_param("smmu-prefetch", opt_prefetch);

/* dom0 does not see who uses them, and turns off what nobody does. */
static void __init warn_clocks(const struct dt_device_node *node)
{
    struct dt_phandle_args args;
    unsigned int i;

    for ( i = 0; !dt_parse_phandle_with_args(node, "clocks", "#clock-cells", i,
                                             &args); i++ )
        if ( !dt_device_is_compatible(args.np, "fixed-clock") )
        {
            smmu_log(SMMU_WARN, "%s: its clocks are dom0's, which turns them off unless told 'clk_ignore_unused'",
                     name_of(node));
            break;
        }
}

static int __init smmu_v2_dt_probe(struct dt_device_node *node,
                                   const void *data)
{
    struct smmu_v2_firmware firmware = {
        .dma_coherent = dt_property_read_bool(node, "dma-coherent"),
        .ram_bits = ram_bits(),
        .context_irqs = xen_smmu_context_irqs(node),
        .allow_prefetch = opt_prefetch,
    };
    struct smmu_unit *unit;
    const char *list, *why;
    uint32_t bytes;
    void *regs;

    list = dt_get_property(node, "compatible", &bytes);
    if ( !opt_smmu ||
         !smmu_v2_model(list, bytes, dt_number_of_address(node), &firmware,
                        &why) )
        return -ENODEV;
    if ( dt_property_read_bool(node, "calxeda,smmu-secure-config-access") )
        why = "its registers are those of the secure side";
    if ( why )
        return refuse(node, why);
    unit = make_unit(node, PAGE_SIZE, V2_REGS_MOST,
                     "no 'reg' of a page or more in its node", &regs,
                     &firmware.bytes);
    if ( !unit )
        return -ENODEV;
    if ( smmu_v2_probe(unit, regs, &firmware) )
        return lost(unit, regs);

    warn_clocks(node);
    xen_smmu_v2_irqs(unit, node);
    found(unit, node);
    xen_smmu_legacy_masters(unit, node);

    return 0;
}

static const struct dt_device_match __initconstrel smmu_v3_match[] = {
    DT_MATCH_COMPATIBLE("arm,smmu-v3"),
    { /* sentinel */ },
};

DT_DEVICE_START(xen_smmu_v3, "Arm SMMUv3", DEVICE_IOMMU)
    .dt_match = smmu_v3_match,
    .init = smmu_v3_dt_probe,
DT_DEVICE_END

/*
 * What is in this list is hidden from dom0, driven or not.  Others that
 * smmu_v2_model() refuses stay dom0's.
 */
static const struct dt_device_match __initconstrel smmu_v2_match[] = {
    DT_MATCH_COMPATIBLE("arm,smmu-v1"),
    DT_MATCH_COMPATIBLE("arm,smmu-v2"),
    DT_MATCH_COMPATIBLE("arm,mmu-400"),
    DT_MATCH_COMPATIBLE("arm,mmu-401"),
    DT_MATCH_COMPATIBLE("arm,mmu-500"),
    DT_MATCH_COMPATIBLE("nvidia,tegra186-smmu"),
    { /* sentinel */ },
};

DT_DEVICE_START(xen_smmu_v2, "Arm SMMUv2", DEVICE_IOMMU)
    .dt_match = smmu_v2_match,
    .init = smmu_v2_dt_probe,
DT_DEVICE_END

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
