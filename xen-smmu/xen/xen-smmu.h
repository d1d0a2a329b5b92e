/* SPDX-License-Identifier: GPL-2.0-only */
/* What Xen's own files call: the hooks.  Lies in xen/include/xen/. */
#ifndef __XEN_XEN_SMMU_H__
#define __XEN_XEN_SMMU_H__

#include <xen/errno.h>
#include <xen/types.h>

struct cpu_user_regs;
struct domain;
struct dt_device_node;
struct page_info;
struct xen_sysctl;

/* Why an operation ends: for statistics. */
enum xen_smmu_end { XEN_SMMU_DONE, XEN_SMMU_PREEMPTED, XEN_SMMU_GRANTS };

#ifdef CONFIG_XEN_SMMU

/*
 * Blocks the domain's streams for good.  0, or an error: then nothing of it,
 * nor of what it had mapped, may be released.
 */
int xen_smmu_stop(struct domain *d);
/* The same at shutdown and crash; for a suspend until it resumes. */
void xen_smmu_shutdown(struct domain *d);
void xen_smmu_resume(struct domain *d);
/* The current guest's call: true, if it is for its SCMI server. */
bool xen_smmu_call(struct cpu_user_regs *regs);
/* Xen builds the domain itself, from this node. */
void xen_smmu_boot_domain(struct domain *d,
                          const struct dt_device_node *node);
/* An invalidation for it never completed: free none of its table pages. */
bool xen_smmu_quarantined(const struct domain *d);
/*
 * An operation on the domain begins on this CPU: single pages that it unmaps
 * are flushed together, at its end.  Nothing that they name may be given away
 * in between.
 */
void xen_smmu_gather(struct domain *d);
/* It ends.  Not 0: what it unmapped may still be reached. */
int xen_smmu_drain(struct domain *d, enum xen_smmu_end why);
/* Whether to be preempted now would not make one flush two. */
bool xen_smmu_preemptible(const struct domain *d);
/*
 * A page of the domain's that was unmapped, with a reference of the caller's:
 * true: that, and the allocation's, will be dropped when it is flushed.
 */
bool xen_smmu_keep(struct domain *d, struct page_info *page);
/*
 * Before an entry is written where none is valid, or no more: break before
 * make.  Not 0: it must not be written.
 */
int xen_smmu_break(struct domain *d, unsigned long gfn, unsigned int order,
                   bool replaced);
/*
 * Unmaps what a grant has mapped, `readonly` or not.  Not 0: that is not at
 * `gfn`, or could not be flushed: it stays pinned.
 */
int xen_smmu_unmap_grant(struct domain *d, unsigned long gfn,
                         unsigned long mfn, bool readonly);
long xen_smmu_sysctl(struct xen_sysctl *op);

#else

static inline int xen_smmu_stop(struct domain *d) { return 0; }
static inline void xen_smmu_shutdown(struct domain *d) {}
static inline void xen_smmu_resume(struct domain *d) {}
static inline bool xen_smmu_call(struct cpu_user_regs *regs)
{
    return false;
}
static inline void xen_smmu_boot_domain(struct domain *d,
                                        const struct dt_device_node *node)
{
}
static inline bool xen_smmu_quarantined(const struct domain *d)
{
    return false;
}
static inline void xen_smmu_gather(struct domain *d) {}
static inline int xen_smmu_drain(struct domain *d, enum xen_smmu_end why)
{
    return 0;
}
static inline bool xen_smmu_preemptible(const struct domain *d)
{
    return true;
}
static inline bool xen_smmu_keep(struct domain *d, struct page_info *page)
{
    return false;
}
static inline int xen_smmu_break(struct domain *d, unsigned long gfn,
                                 unsigned int order, bool replaced)
{
    return 0;
}
/* Stock's, which takes nothing there for done. */
#define xen_smmu_unmap_grant(d, gfn, mfn, readonly) \
    guest_physmap_remove_page(d, _gfn(gfn), _mfn(mfn), 0)
static inline long xen_smmu_sysctl(struct xen_sysctl *op)
{
    return -EOPNOTSUPP;
}

#endif

#endif /* __XEN_XEN_SMMU_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
