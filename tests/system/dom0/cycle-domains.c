/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cycle-domains: create a domain without memory, give it a device, destroy
 * it; as often as it takes to use up VMIDs.
 *
 *   cycle-domains COUNT DEVICE-TREE-PATH
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>

static int cycle(xc_interface *xch, char *path)
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
    const char *what = "creating a domain";
    uint32_t domid = 0;
    int rc, err;

    rc = xc_domain_create(xch, &domid, &config);
    if (rc)
        goto out;
    what = "assigning the device";
    rc = xc_assign_dt_device(xch, domid, path);
    err = errno;
    if (xc_domain_destroy(xch, domid) && !rc) {
        what = "destroying the domain";
        rc = -1;
    } else {
        errno = err;
    }

 out:
    if (rc)
        fprintf(stderr, "cycle-domains: %s: %s\n", what, strerror(errno));
    return rc;
}

int main(int argc, char **argv)
{
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    int i, n = argc == 3 ? atoi(argv[1]) : 0;

    if (!xch || n <= 0)
        return 1;
    for (i = 0; i < n; i++) {
        int rc = cycle(xch, argv[2]);

        if (rc)
            return 1;
    }
    printf("%d domains\n", n);
    xc_interface_close(xch);
    return 0;
}
