/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cycle-power: force a domain's devices to sleep, and to wake again, COUNT
 * times, USEC microseconds apart, without starting a program each time.
 *
 *   cycle-power COUNT DOMID USEC
 */
#define __XEN_TOOLS__ 1
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xencall.h>
#include <xen/xen.h>
#include <xen/sysctl.h>

#include <public/xen-smmu.h>

static int force(xencall_handle *xcall, struct xen_sysctl *call,
                 unsigned int domid, unsigned int word)
{
    struct xen_smmu_op op = {
        .op = XEN_SMMU_force,
        .abi = XEN_SMMU_ABI_VERSION,
        .u.force = { .domid = domid, .force = word },
    };
    int rc;

    memset(call, 0, sizeof(*call));
    call->cmd = XEN_SYSCTL_smmu;
    call->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    memcpy(&call->u, &op, sizeof(op));
    rc = xencall1(xcall, __HYPERVISOR_sysctl, (uintptr_t)call);
    memcpy(&op, &call->u, sizeof(op));
    if (rc)
        fprintf(stderr, "cycle-power: d%u: force %u: %s, reason %u\n", domid,
                word, strerror(errno), op.reason);
    return rc;
}

int main(int argc, char **argv)
{
    xencall_handle *xcall = xencall_open(NULL, 0);
    struct xen_sysctl *call;
    int i, n, domid, usec;

    if (argc != 4 || !xcall ||
        !(call = xencall_alloc_buffer(xcall, sizeof(*call)))) {
        fprintf(stderr, "usage: cycle-power COUNT DOMID USEC, in dom0\n");
        return 1;
    }
    n = atoi(argv[1]);
    domid = atoi(argv[2]);
    usec = atoi(argv[3]);
    for (i = 0; i < n; i++) {
        if (force(xcall, call, domid, XEN_SMMU_FORCE_SUSPEND))
            return 1;
        usleep(usec);
        if (force(xcall, call, domid, XEN_SMMU_FORCE_RESUME))
            return 1;
        usleep(usec);
    }
    if (force(xcall, call, domid, XEN_SMMU_FORCE_AUTO))
        return 1;
    printf("%d cycles\n", i);
    return 0;
}
