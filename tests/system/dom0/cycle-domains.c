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

#include "empty-domain.h"

static int cycle(xc_interface *xch, char *path)
{
    const char *what = "creating a domain";
    uint32_t domid;
    int rc, err;

    rc = empty_domain(xch, &domid);
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
