/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the SMMUs in the host's device tree, and starts them. */
#include "glue.h"
#include "../smmu-v3.h"

#include <xen/compile.h>
#include <xen/device_tree.h>
#include <xen/init.h>
#include <xen/iommu.h>
#include <xen/irq.h>
#include <xen/mm.h>
#include <xen/param.h>
#include <xen/sched.h>
#include <xen/vmap.h>

#include <asm/device.h>
#include <asm/p2m.h>

/* Both register pages, 64 KiB each (IHI0070 6.1). */
#define V3_REGS_BYTES   0x20000

/* smmu=off on Xen's command line: as if the host had no SMMU. */
static bool __initdata opt_smmu = true;
boolean_param("smmu", opt_smmu);

/* Before 4.19 an interrupt's handler was given the registers, too. */
#if XEN_SUBVERSION < 19
#define HANDLER_ARGS    int irq, void *arg, struct cpu_user_regs *regs
#else
#define HANDLER_ARGS    int irq, void *arg
#endif

static void interrupt(HANDLER_ARGS)
{
    smmu_unit_interrupt(arg);
}

static void __init request_irqs(struct smmu_unit *unit,
                                struct dt_device_node *node)
{
    static const char *const names[] = { "combined", "eventq", "gerror" };
    bool named = dt_get_property(node, "interrupt-names", NULL);
    unsigned int i, done = 0, nr = named ? ARRAY_SIZE(names)
                                         : dt_number_of_irq(node);
    int index, irq;

    for ( i = 0; i < nr; i++ )
    {
        index = named ? dt_property_match_string(node, "interrupt-names",
                                                 names[i]) : i;
        irq = index < 0 ? -1 : platform_get_irq(node, index);
        if ( irq < 0 )
            continue;
        if ( request_irq(irq, 0, interrupt, unit->name, unit) )
            smmu_log(SMMU_WARN, "%s: cannot have interrupt %d", unit->name,
                     irq);
        else
            done++;
    }

    if ( !done )
        smmu_log(SMMU_WARN, "%s: no interrupt in its device tree node: faults and global errors will not be reported",
                 unit->name);
}

static int __init refuse(const char *name, const char *why)
{
    smmu_log(SMMU_ERR, "%s: refused: %s", name, why);

    return -ENODEV;
}

static int __init smmu_v3_dt_probe(struct dt_device_node *node,
                                   const void *data)
{
    const char *name = strrchr(dt_node_full_name(node), '/') + 1;
    struct smmu_unit *unit;
    uint64_t base, size;
    void *regs;

    if ( !opt_smmu )
        return -ENODEV;
    if ( dt_device_get_address(node, 0, &base, &size) ||
         size < V3_REGS_BYTES )
        return refuse(name, "no 'reg' of at least 128 KiB in its node");

    unit = smmu_zalloc(sizeof(*unit));
    if ( !unit )
        return refuse(name, "no memory");
    regs = ioremap_nocache(base, V3_REGS_BYTES);
    if ( !regs )
    {
        smmu_free(unit);
        return refuse(name, "its registers cannot be mapped");
    }

    unit->name = name;
    unit->node = node;
    unit->address = base;
    xen_smmu_power_source(unit, node);
    if ( smmu_v3_probe(unit, regs, dt_property_read_bool(node, "dma-coherent"),
                       flsl(pfn_to_paddr(max_page) - 1)) )
    {
        /* That was logged.  Xen goes on without this unit. */
        if ( !unit->private )
        {
            iounmap(regs);
            smmu_free(unit);
        }
        return -ENODEV;
    }

    xen_smmu_test_unit(unit);
    request_irqs(unit, node);
    /* An interrupt is a pulse: what came before now went unheard. */
    smmu_unit_interrupt(unit);
    p2m_restrict_ipa_bits(unit->oas_bits);
    dt_device_set_used_by(node, DOMID_XEN);
    xen_smmu_ops_register();

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
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
