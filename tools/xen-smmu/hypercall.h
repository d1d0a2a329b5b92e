/* SPDX-License-Identifier: GPL-2.0-only */
/* The way to the hypervisor: one operation of the control interface. */
#ifndef XEN_SMMU_HYPERCALL_H
#define XEN_SMMU_HYPERCALL_H

#include <xencall.h>
#include <xentoollog.h>

#define __XEN_TOOLS__ 1
#include <xen/sysctl.h>

#include "state.h"

/* For a page of a list. */
#define HYPERCALL_ROOM (64U << 10)

struct hypercall {
    xentoollog_logger_stdiostream *logger;
    xencall_handle *xcall;
    struct xen_sysctl *sysctl;  /* both in memory the hypervisor may access */
    void *page;
};

/* Closing takes what a failed opening left, too. */
int hypercall_open(struct hypercall *call);
void hypercall_close(struct hypercall *call);

/* Issue one operation: 0, or an errno; op->reason may say more. */
int hypercall_try(struct hypercall *call, struct xen_smmu_op *op);

/* Say why it was refused: `what` completes "cannot ...".  An exit code. */
int hypercall_refused(const char *what, int error, uint32_t reason);

/* Both at once. */
int hypercall_op(struct hypercall *call, struct xen_smmu_op *op,
                 const char *what);

/* Always first: another major version is refused. */
int hypercall_version(struct hypercall *call, uint32_t *abi);

/* Refuse what an older hypervisor does not know yet. */
int hypercall_need(uint32_t abi, uint32_t minor, const char *what);

#endif
