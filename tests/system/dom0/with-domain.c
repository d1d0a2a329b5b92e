/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * with-domain: create a domain without memory, go through the steps, destroy
 * it.  A step is the device tree path of a device, which is assigned to the
 * domain, or a shell command, which finds the domain's number in $DOM.  The
 * first step that fails is the last.
 *
 *   with-domain STEP...
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "empty-domain.h"

static int step(xc_interface *xch, uint32_t domid, char *what)
{
    int rc;

    if (*what == '/') {
        rc = xc_assign_dt_device(xch, domid, what);
        if (rc)
            fprintf(stderr, "with-domain: assigning %s: %s\n", what,
                    strerror(errno));
    } else {
        rc = system(what);
        if (rc)
            fprintf(stderr, "with-domain: '%s' failed\n", what);
    }
    fflush(stdout);
    return rc;
}

int main(int argc, char **argv)
{
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    uint32_t domid;
    char text[16];
    int i, rc;

    if (!xch || argc < 2)
        return 1;
    if (empty_domain(xch, &domid)) {
        perror("with-domain: creating a domain");
        return 1;
    }
    snprintf(text, sizeof(text), "%u", domid);
    setenv("DOM", text, 1);
    for (i = 1, rc = 0; !rc && i < argc; i++)
        rc = step(xch, domid, argv[i]);
    if (xc_domain_destroy(xch, domid)) {
        perror("with-domain: destroying the domain");
        rc = 1;
    }
    xc_interface_close(xch);
    return rc ? 1 : 0;
}
