/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arm_sci = "type=none" in an xl.cfg: the guest gets no SCMI server.  The
 * hypervisor is told before the guest first runs; if that fails it does not
 * run.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xenctrl.h>
#include <libxlutil.h>

#include <public/xen-smmu.h>

#include "xl_scmi.h"

/* Of the one domain that this xl creates, and creates again at a reboot. */
static bool off;

void scmi_parse(const XLU_Config *config)
{
    const char *value;

    off = false;
    if (xlu_cfg_get_string(config, "arm_sci", &value, 0))
        return;
    if (strcmp(value, "type=none")) {
        fprintf(stderr, "xl: arm_sci=\"%s\" is not known.\n"
                "Next: Say arm_sci=\"type=none\" for a guest without SCMI "
                "server, or leave the line away.\n", value);
        exit(EXIT_FAILURE);
    }
    off = true;
}

static void print_reason(uint32_t code, int error)
{
    static const struct { uint32_t code; const char *what, *next; } all[] = {
#define X(code, token, what, next) { (code), (what), (next) },
        XEN_SMMU_REASONS(X)
#undef X
    };
    size_t i;

    for (i = 1; i < sizeof(all) / sizeof(all[0]); i++)
        if (all[i].code == code) {
            fprintf(stderr, "%s\nNext: %s\n", all[i].what, all[i].next);
            return;
        }
    fprintf(stderr, "%s.\nNext: See 'xl dmesg' for what the hypervisor "
            "says.\n", strerror(error));
}

int scmi_before_start(uint32_t domid)
{
    struct xen_smmu_op op = {
        .op = XEN_SMMU_set_scmi,
        .abi = XEN_SMMU_ABI_VERSION,
        .u.scmi = { .domid = domid, .scmi = XEN_SMMU_SCMI_OFF },
    };
    struct xen_sysctl sysctl = { .cmd = XEN_SYSCTL_smmu };
    xc_interface *xch;
    int error = 0;

    if (!off)
        return 0;
    memcpy(&sysctl.u, &op, sizeof(op));
    xch = xc_interface_open(NULL, NULL, 0);
    if (!xch || xc_sysctl(xch, &sysctl))
        error = errno;
    if (xch)
        xc_interface_close(xch);
    memcpy(&op, &sysctl.u, sizeof(op));
    /* A hypervisor that does not know the operation has no server either. */
    if (!error || error == ENOSYS || error == EOPNOTSUPP)
        return 0;
    fprintf(stderr, "xl: cannot turn the SCMI server of domain %u off "
            "(arm_sci=\"type=none\"), so it is not started: ", domid);
    print_reason(op.reason, error);
    return -1;
}
