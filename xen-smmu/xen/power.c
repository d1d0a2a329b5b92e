/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who gives an SMMU its power, from the host's device tree.
 *
 * `power-domains` of the SMMU's node must lead to the power domain protocol
 * (reg 0x11) of an `arm,scmi-smc` node that is marked `xen,smmu-channel`: the
 * firmware keeps that channel for Xen, and dom0 never sees it.  Anything else
 * is "always powered", and the unit is parked at most.
 *
 * What the power source promises (DESIGN 2.6) stands in the SMMU's node, as
 * `xen,power-masters-held`, `xen,power-registers-kept`,
 * `xen,power-caches-lost`.
 */
#include "glue.h"
#include "../power-scmi.h"

#include <xen/device_tree.h>
#include <xen/init.h>
#include <xen/mm.h>
#include <xen/vmap.h>

#include <asm/smccc.h>

#define SCMI_POWER_PROTOCOL 0x11
#define SHMEM_MIN_BYTES     0x80

uint64_t smmu_smc(uint32_t id)
{
    struct arm_smccc_res res;

    arm_smccc_smc(id, 0, 0, 0, 0, 0, 0, 0, &res);

    return res.a0;
}

/* One channel is enough: Xen's. */
static struct smmu_scmi_channel *channel;
static const struct dt_device_node *channel_node;

static int __init open_channel(struct dt_device_node *scmi)
{
    struct dt_device_node *shmem = dt_parse_phandle(scmi, "shmem", 0);
    uint64_t base, size;
    uint32_t smc_id;

    if ( channel )
        return channel_node == scmi ? 0 : -EBUSY;
    if ( !shmem || dt_device_get_address(shmem, 0, &base, &size) ||
         size < SHMEM_MIN_BYTES ||
         !dt_property_read_u32(scmi, "arm,smc-id", &smc_id) )
        return -EINVAL;

    channel = smmu_zalloc(sizeof(*channel));
    if ( !channel )
        return -ENOMEM;
    channel->shmem = ioremap_nocache(base, size);
    if ( !channel->shmem )
    {
        smmu_free(channel);
        channel = NULL;
        return -ENOMEM;
    }
    channel->smc_id = smc_id;
    smmu_mutex_init(&channel->mutex);
    channel_node = scmi;
    dt_device_set_used_by(scmi, DOMID_XEN);
    dt_device_set_used_by(shmem, DOMID_XEN);

    return 0;
}

/* The provider, if it is one that Xen may talk to. */
static struct dt_device_node *__init find_scmi(
    const struct dt_phandle_args *args)
{
    struct dt_device_node *scmi = args->np->parent;
    uint32_t protocol;

    if ( !scmi || args->args_count != 1 ||
         !dt_device_is_compatible(scmi, "arm,scmi-smc") ||
         !dt_property_read_u32(args->np, "reg", &protocol) ||
         protocol != SCMI_POWER_PROTOCOL ||
         !dt_property_read_bool(scmi, "xen,smmu-channel") )
        return NULL;

    return scmi;
}

static void __init scmi_source(struct smmu_unit *unit,
                               struct dt_device_node *node)
{
    struct smmu_scmi_power *power;
    struct dt_device_node *scmi;
    struct dt_phandle_args args;
    int rc;

    if ( dt_parse_phandle_with_args(node, "power-domains",
                                    "#power-domain-cells", 0, &args) )
        return;
    scmi = find_scmi(&args);
    rc = scmi ? open_channel(scmi) : -ENODEV;
    if ( rc )
    {
        smmu_log(SMMU_INFO, "%s: its power domain is not on an SCMI channel of Xen's own (%d): it is parked at most",
                 unit->name, rc);
        return;
    }

    power = smmu_zalloc(sizeof(*power));
    if ( !power )
        return;
    power->channel = channel;
    power->domain = args.args[0];
    power->source.caps.masters_held =
        dt_property_read_bool(node, "xen,power-masters-held");
    power->source.caps.registers_kept =
        dt_property_read_bool(node, "xen,power-registers-kept");
    power->source.caps.caches_lost =
        dt_property_read_bool(node, "xen,power-caches-lost");
    if ( smmu_scmi_power_init(power, unit->name) )
    {
        smmu_free(power);
        return;
    }
    unit->source = &power->source;
    unit->source_private = power;
}

void __init xen_smmu_power_source(struct smmu_unit *unit,
                                  struct dt_device_node *node)
{
    scmi_source(unit, node);
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
