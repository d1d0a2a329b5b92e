/* SPDX-License-Identifier: GPL-2.0-only */
/* A domain without memory: enough to own devices. */
#ifndef EMPTY_DOMAIN_H
#define EMPTY_DOMAIN_H

#include <xenctrl.h>

static inline int empty_domain(xc_interface *xch, uint32_t *domid)
{
    struct xen_domctl_createdomain config = {
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap |
                 XEN_DOMCTL_CDF_iommu,
        .max_vcpus = 1,
        .max_evtchn_port = 1023,
        .max_grant_frames = 1,
        .max_maptrack_frames = 1,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
        .arch.gic_version = XEN_DOMCTL_CONFIG_GIC_NATIVE,
    };

    *domid = 0;
    return xc_domain_create(xch, domid, &config);
}

#endif
