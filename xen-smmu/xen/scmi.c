/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a guest reaches its SCMI server: shared memory by trapping, calls by HVC
 * or SMC (Linux: "arm,scmi-smc").
 *
 * Address and id are where guests of later Xen find a server, too
 * (GUEST_SCI_SHMEM_BASE); in every guest's own, they collide with nothing.
 */
#include "glue.h"

#include <xen/device_tree.h>
#include <xen/iommu.h>
#include <xen/sched.h>
#include <xen/xen-smmu.h>

#include <asm/mmio.h>
#include <asm/regs.h>

#include "../scmi.h"

#define SCMI_BASE       0x22001000ULL
#define SCMI_CALL       0x82000010U         /* SMC32, fast, SiP */

/*
 * A server that is off: the memory reads as ones and drops writes.  An abort
 * would be the end of a Linux whose device tree names the server; so it sees a
 * free channel, its call is nobody's, and its probe fails.
 */
static bool scmi_is_off(const struct smmu_agent *agent)
{
    return !smmu_scmi_enabled(agent->domain);
}

static int scmi_read(struct vcpu *v, mmio_info_t *info, register_t *r,
                     void *priv)
{
    unsigned int bytes = 1U << info->dabt.size;
    uint64_t value = 0;

    if ( scmi_is_off(priv) ||
         !smmu_scmi_access(priv, info->gpa - SCMI_BASE, bytes, false,
                           &value) )
    {
        if ( !scmi_is_off(priv) )
            return 0;
        value = ~0ULL >> (64 - 8 * bytes);
    }
    *r = value;

    return 1;
}

static int scmi_write(struct vcpu *v, mmio_info_t *info, register_t r,
                      void *priv)
{
    uint64_t value = r;

    return scmi_is_off(priv) ||
           smmu_scmi_access(priv, info->gpa - SCMI_BASE,
                            1U << info->dabt.size, true, &value) ||
           scmi_is_off(priv);
}

static const struct mmio_handler_ops scmi_ops = {
    .read = scmi_read,
    .write = scmi_write,
};

void xen_smmu_agent(struct domain *d, struct smmu_domain *domain)
{
    struct smmu_agent *agent;

    if ( domain->agent || is_hardware_domain(d) )
        return;
    if ( is_domain_direct_mapped(d) )
    {
        smmu_log(SMMU_INFO, "d%u is direct-mapped, %#llx may be memory of the host's: it gets no SCMI server, its devices stay awake; 'xl smmu suspend' puts them to sleep",
                 d->domain_id, SCMI_BASE);
        return;
    }
    if ( d->arch.vmmio.num_entries >= d->arch.vmmio.max_num_entries )
    {
        smmu_log(SMMU_WARN, "d%u traps too many regions already (%u): it gets no SCMI server, its devices stay awake; 'xl smmu suspend' puts them to sleep",
                 d->domain_id, d->arch.vmmio.num_entries);
        return;
    }
    agent = smmu_agent_create(domain);
    if ( !agent )
    {
        smmu_log(SMMU_WARN, "d%u: no memory for an SCMI server, its devices stay awake; free some and start it again",
                 d->domain_id);
        return;
    }

    /* Registering sorts a table that its vCPUs use unlocked. */
    domain_pause(d);
    register_mmio_handler(d, &scmi_ops, SCMI_BASE, SMMU_SCMI_BYTES, agent);
    /* The toolstack reads it without a lock: made first, then seen. */
    smp_wmb();
    domain->agent = agent;
    domain_unpause(d);
}

bool xen_smmu_call(struct cpu_user_regs *regs)
{
    struct smmu_domain *domain;

    if ( (uint32_t)get_user_reg(regs, 0) != SCMI_CALL )
        return false;
    domain = xen_smmu_of(current->domain);
    if ( !domain || !domain->agent || !smmu_scmi_enabled(domain) )
        return false;

    smmu_scmi_call(domain->agent);
    set_user_reg(regs, 0, 0);

    return true;
}

void __init xen_smmu_boot_domain(struct domain *d,
                                 const struct dt_device_node *node)
{
    struct smmu_domain *domain;
    const char *type;

    if ( dt_property_read_string(node, "xen,sci_type", &type) ||
         strcmp(type, "none") || !is_iommu_enabled(d) )
        return;
    domain = xen_smmu_domain(d);
    if ( !domain )
        panic("smmu: %s: no memory to turn its SCMI server off\n",
              dt_node_full_name(node));
    smmu_scmi_switch(domain, false);
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
