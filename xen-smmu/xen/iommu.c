/* SPDX-License-Identifier: GPL-2.0-only */
/* Xen's iommu_ops in terms of the core. */
#include "glue.h"

#include <xen/device_tree.h>
#include <xen/iommu.h>
#include <xen/mm.h>
#include <xen/sched.h>
#include <xen/xen-smmu.h>

#include <public/sched.h>

#include <asm/device.h>
#include <asm/iommu_fwspec.h>
#include <asm/p2m.h>

struct smmu_domain *xen_smmu_of(const struct domain *d)
{
    return is_iommu_enabled(d) ? dom_iommu(d)->arch.priv : NULL;
}

struct smmu_domain *xen_smmu_domain(struct domain *d)
{
    struct smmu_domain *domain = xen_smmu_of(d), *other;
    struct smmu_stage2 stage2;

    if ( domain )
        return domain;

    /* The P2M is shared: what the CPU walks, the SMMU walks. */
    stage2.ttb = page_to_maddr(p2m_get_hostp2m(d)->root);
    stage2.ipa_bits = p2m_ipa_bits;
    stage2.root_level = P2M_ROOT_LEVEL;
    domain = smmu_domain_create(d->domain_id, &stage2);
    if ( !domain )
        return NULL;
    /* A device's assignment and the toolstack's word may come together. */
    other = cmpxchg((struct smmu_domain **)&dom_iommu(d)->arch.priv, NULL,
                    domain);
    if ( other )
        smmu_domain_destroy(domain);

    return other ?: domain;
}

struct smmu_unit *xen_smmu_unit(const void *node)
{
    struct smmu_unit *unit;

    for ( unit = smmu_unit_first(); unit; unit = unit->next )
        if ( unit->node == node )
            return unit;

    return NULL;
}

static int domain_init(struct domain *d)
{
    struct smmu_unit *unit;

    /* Read once, at p2m_init(): is there one whose walks do not snoop? */
    for ( unit = smmu_unit_first(); unit; unit = unit->next )
        if ( !unit->coherent )
            return 0;
    iommu_set_feature(d, IOMMU_FEAT_COHERENT_WALK);

    return 0;
}

static void hwdom_init(struct domain *d)
{
    arch_iommu_hwdom_init(d);
    xen_smmu_bridges(d);
}

static void teardown(struct domain *d)
{
    struct smmu_domain *domain = xen_smmu_of(d);

    if ( !domain )
        return;
    dom_iommu(d)->arch.priv = NULL;
    smmu_domain_destroy(domain);
}

static int iotlb_flush(struct domain *d, dfn_t dfn, unsigned long page_count,
                       unsigned int flush_flags)
{
    struct smmu_domain *domain = xen_smmu_of(d);

    if ( !domain )
        return 0;
    if ( flush_flags & IOMMU_FLUSHF_all )
        return smmu_flush(domain, 0, ~0ULL, true);
    /* What it replaces was flushed before: xen_smmu_break(). */
    if ( flush_flags & IOMMU_FLUSHF_added )
        return 0;
    /* With more than a page, a table may go: not before its flush. */
    if ( page_count == 1 && xen_smmu_gather_add(domain, dfn_x(dfn)) )
        return 0;

    return smmu_flush(domain, dfn_x(dfn), page_count, true);
}

static struct smmu_device *to_smmu_device(struct device *dev)
{
    struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);

    return fwspec ? fwspec->iommu_priv : NULL;
}

/* At boot an error would keep dom0 from being built for one bad node. */
static int unless_boot(int rc)
{
    return rc && system_state < SYS_STATE_active ? 1 : rc;
}

/* Called for every IOMMU that an 'iommus' names, whoever drives it. */
static int dt_xlate(struct device *dev, const struct dt_phandle_args *args)
{
    const char *path = dt_node_full_name(dev_to_dt(dev));
    struct smmu_unit *unit = xen_smmu_unit(args->np);
    uint32_t id;
    int rc;

    if ( !unit )
    {
        smmu_log(SMMU_WARN, "%s: %s: it is behind %s: unprotected, it cannot be assigned",
                 path, smmu_reason_token(XEN_SMMU_REASON_NO_IOMMU),
                 dt_node_full_name(args->np));
        return 1;
    }
    rc = xen_smmu_specifier(unit, path, args, &id);

    return rc ? unless_boot(rc) : iommu_fwspec_add_ids(dev, &id, 1);
}

int xen_smmu_add_device(struct device *dev)
{
    struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
    const char *path = dt_node_full_name(dev_to_dt(dev));
    struct smmu_range *sids;
    struct smmu_device *out;
    struct smmu_unit *unit;
    unsigned int i;
    int rc;

    unit = xen_smmu_unit(dev_to_dt(fwspec->iommu_dev));
    sids = smmu_zalloc(fwspec->num_ids * sizeof(*sids));
    if ( !sids )
        return -ENOMEM;
    for ( i = 0; i < fwspec->num_ids; i++ )
        sids[i] = xen_smmu_range(unit, fwspec->ids[i]);
    rc = smmu_device_add(unit, path, false, sids, fwspec->num_ids, &out);
    smmu_free(sids);
    if ( !rc )
    {
        fwspec->iommu_priv = out;
        dt_device_set_protected(dev_to_dt(dev));
    }

    return rc;
}

static int add_device(u8 devfn, struct device *dev)
{
    return unless_boot(xen_smmu_add_device(dev));
}

static int remove_device(u8 devfn, struct device *dev)
{
    struct smmu_device *sdev = to_smmu_device(dev);
    int rc;

    if ( !sdev )
        return -ENODEV;
    rc = smmu_device_remove(sdev);
    if ( !rc )
    {
        dev_iommu_fwspec_get(dev)->iommu_priv = NULL;
        dev_to_dt(dev)->is_protected = false;
    }

    return rc;
}

static int assign_device(struct domain *d, u8 devfn, struct device *dev,
                         u32 flag)
{
    struct smmu_device *sdev = to_smmu_device(dev);
    struct smmu_domain *domain;
    int rc;

    if ( !sdev )
        return -ENODEV;
    domain = xen_smmu_domain(d);
    if ( !domain )
        return -ENOMEM;
    /*
     * Seen from here on: a shutdown stops it, or is seen.  What has crashed
     * gets no device, what is suspended gets one that sleeps.
     */
    smp_mb();
    if ( d->is_shutting_down )
    {
        if ( d->shutdown_code != SHUTDOWN_suspend )
            return -ENXIO;
        smmu_domain_suspend(domain, true);
    }
    xen_smmu_agent(d, domain);
    rc = smmu_attach(domain, sdev);
    if ( rc )
        smmu_log(SMMU_ERR, "%s: %s: cannot be assigned to d%u (%d)",
                 sdev->unit->name, sdev->path, d->domain_id, rc);

    return rc;
}

static int reassign_device(struct domain *s, struct domain *t, u8 devfn,
                           struct device *dev)
{
    struct smmu_domain *domain = xen_smmu_of(s);
    struct smmu_device *sdev = to_smmu_device(dev);
    int rc;

    if ( !domain || !sdev )
        return -ENODEV;
    rc = smmu_detach(domain, sdev);

    return rc || !t ? rc : assign_device(t, devfn, dev, 0);
}

static const struct iommu_ops xen_smmu_ops = {
    .page_sizes = PAGE_SIZE_4K,
    .init = domain_init,
    .hwdom_init = hwdom_init,
    .teardown = teardown,
    .iotlb_flush = iotlb_flush,
    .assign_device = assign_device,
    .reassign_device = reassign_device,
    .map_page = arm_iommu_map_page,
    .unmap_page = arm_iommu_unmap_page,
    .dt_xlate = dt_xlate,
    .add_device = add_device,
    .remove_device = remove_device,
    .suspend = smmu_suspend,
    .resume = smmu_resume,
};

void __init xen_smmu_ops_register(void)
{
    iommu_set_ops(&xen_smmu_ops);
}

/* Torn down by RCU: the lock keeps it. */
static struct smmu_domain *hold(uint16_t id, bool make,
                                enum xen_smmu_reason *why)
{
    struct domain *d = rcu_lock_domain_by_id(id);
    struct smmu_domain *domain;

    *why = XEN_SMMU_REASON_NO_DOMAIN;
    if ( !d )
        return NULL;

    /* The lock is not taken for the caller's own: no word on itself. */
    domain = is_hardware_domain(d) || d == current->domain
             ? NULL : xen_smmu_of(d);
    make = make && !domain && !is_hardware_domain(d) &&
           d != current->domain && is_iommu_enabled(d);
    if ( make )
        domain = xen_smmu_domain(d);
    if ( domain )
        return domain;

    *why = make ? XEN_SMMU_REASON_NO_MEMORY :
           is_hardware_domain(d) ? XEN_SMMU_REASON_DOM0
                                 : XEN_SMMU_REASON_NO_DEVICES;
    rcu_unlock_domain(d);

    return NULL;
}

struct smmu_domain *smmu_domain_hold(uint16_t id, enum xen_smmu_reason *why)
{
    return hold(id, false, why);
}

struct smmu_domain *smmu_domain_hold_new(uint16_t id,
                                         enum xen_smmu_reason *why)
{
    return hold(id, true, why);
}

void smmu_domain_release(struct smmu_domain *domain)
{
    rcu_read_unlock(&domlist_read_lock);
}

int xen_smmu_stop(struct domain *d)
{
    struct smmu_domain *domain = xen_smmu_of(d);

    return domain && !xen_smmu_test_no_quiesce() ? smmu_domain_stop(domain)
                                                 : 0;
}

void xen_smmu_shutdown(struct domain *d)
{
    struct smmu_domain *domain = xen_smmu_of(d);

    if ( d->shutdown_code != SHUTDOWN_suspend )
        xen_smmu_stop(d);
    else if ( domain && !is_hardware_domain(d) )
        smmu_domain_suspend(domain, true);
}

void xen_smmu_resume(struct domain *d)
{
    struct smmu_domain *domain = xen_smmu_of(d);
    int rc;

    if ( !domain || !smmu_load(&domain->suspended) )
        return;
    rc = smmu_domain_suspend(domain, false);
    if ( rc )
        smmu_log(SMMU_ERR, "d%u resumes, but not all of its devices wake (%d): their DMA aborts; see 'xl smmu show %u', 'xl smmu resume %u' tries again",
                 d->domain_id, rc, d->domain_id, d->domain_id);
}

bool xen_smmu_quarantined(const struct domain *d)
{
    const struct smmu_domain *domain = xen_smmu_of(d);

    return domain && smmu_domain_quarantined(domain);
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
