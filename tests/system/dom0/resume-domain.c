/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * resume-domain: let a domain go on that has suspended itself
 * (SHUTDOWN_suspend), as a toolstack does after a failed migration.
 *
 *   resume-domain DOMID
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xenctrl.h>

int main(int argc, char **argv)
{
    struct xen_domctl call = { .cmd = XEN_DOMCTL_resumedomain };
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);

    if (argc != 2 || !xch) {
        fprintf(stderr, "usage: resume-domain DOMID, in dom0\n");
        return 1;
    }
    call.domain = atoi(argv[1]);
    if (xc_domctl(xch, &call)) {
        fprintf(stderr, "resume-domain: d%u: %s\n", call.domain,
                strerror(errno));
        return 1;
    }
    return 0;
}
