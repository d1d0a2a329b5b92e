/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks of operations that unmap many pages: one gather for each CPU.
 *
 * A hypercall is not interrupted by another on its CPU; where it is preempted,
 * it ends its operation first.
 */
#include "glue.h"
#include "../gather.h"

#include <xen/iommu.h>
#include <xen/mm.h>
#include <xen/percpu.h>
#include <xen/sched.h>
#include <xen/xen-smmu.h>

#include <asm/p2m.h>

static DEFINE_PER_CPU(struct smmu_gather, gather);

/* This CPU's, if it is open for the domain. */
static struct smmu_gather *open_gather(const struct smmu_domain *domain)
{
    struct smmu_gather *gather = &this_cpu(gather);

    return domain && gather->domain == domain ? gather : NULL;
}

/* As iommu_iotlb_flush() does it for what is flushed at once. */
static int report(struct domain *d, int rc)
{
    if ( !rc )
        return 0;
    if ( !d->is_shutting_down )
        smmu_log(SMMU_ERR, "d%u: what it unmapped could not be flushed (%d): its pages stay out of use",
                 d->domain_id, rc);
    if ( !is_hardware_domain(d) )
        domain_crash(d);

    return rc;
}

void xen_smmu_gather(struct domain *d)
{
    struct smmu_domain *domain = xen_smmu_of(d);

    if ( domain )
        smmu_gather_open(&this_cpu(gather), domain);
}

int xen_smmu_drain(struct domain *d, enum xen_smmu_end why)
{
    static const enum smmu_drain causes[] = {
        [XEN_SMMU_DONE] = SMMU_DRAIN_END,
        [XEN_SMMU_PREEMPTED] = SMMU_DRAIN_PREEMPTED,
        [XEN_SMMU_GRANTS] = SMMU_DRAIN_GRANTS,
    };
    struct smmu_gather *gather = open_gather(xen_smmu_of(d));

    if ( !gather )
        return 0;
    gather->why = causes[why];

    return report(d, smmu_gather_close(gather));
}

bool xen_smmu_gather_add(struct smmu_domain *domain, uint64_t page)
{
    struct smmu_gather *gather = open_gather(domain);

    if ( gather )
        smmu_gather_add(gather, page);

    return gather;
}

bool xen_smmu_preemptible(const struct domain *d)
{
    const struct smmu_gather *gather = open_gather(xen_smmu_of(d));

    return !gather || smmu_gather_ripe(gather);
}

bool xen_smmu_keep(struct domain *d, struct page_info *page)
{
    struct smmu_gather *gather = open_gather(xen_smmu_of(d));

    if ( !gather || xen_smmu_test_no_keep() )
        return false;
    smmu_gather_keep(gather, page);

    return true;
}

void smmu_page_release(void *page, bool flushed)
{
    if ( flushed )
        put_page_alloc_ref(page);
    put_page(page);
}

int xen_smmu_break(struct domain *d, unsigned long gfn, unsigned int order,
                   bool replaced)
{
    struct smmu_domain *domain = xen_smmu_of(d);

    if ( !domain || xen_smmu_test_no_break() )
        return 0;

    return report(d, smmu_break(domain, gfn & ~((1UL << order) - 1),
                                1UL << order, replaced));
}

int xen_smmu_unmap_grant(struct domain *d, unsigned long gfn,
                         unsigned long mfn, bool readonly)
{
    const p2m_type_t want = readonly ? p2m_grant_map_ro : p2m_grant_map_rw;
    struct p2m_domain *p2m = p2m_get_hostp2m(d);
    p2m_type_t t;
    int rc = -EILSEQ;

    if ( xen_smmu_test_any_unmap() )
        return guest_physmap_remove_page(d, _gfn(gfn), _mfn(mfn), 0);

    /*
     * Looked at and removed at once: another CPU may unmap there, too.  With
     * these rights: else the right to write would outlive its grant, where the
     * page is mapped to read only as well.
     */
    p2m_write_lock(p2m);
    if ( mfn_eq(p2m_get_entry(p2m, _gfn(gfn), &t, NULL, NULL, NULL),
                _mfn(mfn)) && t == want )
        rc = p2m_set_entry(p2m, _gfn(gfn), 1, INVALID_MFN, p2m_invalid,
                           p2m_access_rwx);
    p2m_write_unlock(p2m);

    return rc;
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
