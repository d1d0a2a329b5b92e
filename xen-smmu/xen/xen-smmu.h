/* SPDX-License-Identifier: GPL-2.0-only */
/* What Xen's own files call: the hooks.  Lies in xen/include/xen/. */
#ifndef __XEN_XEN_SMMU_H__
#define __XEN_XEN_SMMU_H__

#include <xen/errno.h>
#include <xen/types.h>

struct domain;
struct xen_sysctl;

#ifdef CONFIG_XEN_SMMU

/*
 * Blocks the domain's streams for good.  0, or an error: then nothing of it,
 * nor of what it had mapped, may be released.
 */
int xen_smmu_stop(struct domain *d);
/* The same at shutdown and crash, but not for a suspend. */
void xen_smmu_shutdown(struct domain *d);
/* An invalidation for it never completed: free none of its table pages. */
bool xen_smmu_quarantined(const struct domain *d);
long xen_smmu_sysctl(struct xen_sysctl *op);

#else

static inline int xen_smmu_stop(struct domain *d) { return 0; }
static inline void xen_smmu_shutdown(struct domain *d) {}
static inline bool xen_smmu_quarantined(const struct domain *d)
{
    return false;
}
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
