/* SPDX-License-Identifier: GPL-2.0-only */
/* One operation of the control interface, and why it was refused. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hypercall.h"

_Static_assert(sizeof(struct xen_smmu_op) <=
               sizeof(((struct xen_sysctl *)0)->u),
               "the operation has to fit into the sysctl");

void hypercall_close(struct hypercall *call)
{
    if (call->page)
        xencall_free_buffer(call->xcall, call->page);
    if (call->sysctl)
        xencall_free_buffer(call->xcall, call->sysctl);
    if (call->xcall)
        xencall_close(call->xcall);
    if (call->logger)
        xtl_logger_destroy((xentoollog_logger *)call->logger);
}

int hypercall_open(struct hypercall *call)
{
    const char *next;

    memset(call, 0, sizeof(*call));
    /* libxencall would print its own words; ours say what to do. */
    call->logger = xtl_createlogger_stdiostream(stderr, XTL_NUM_LEVELS, 0);
    if (!call->logger)
        return fail(RC_FAILED, "Free memory, try again.", "out of memory");
    call->xcall = xencall_open((xentoollog_logger *)call->logger, 0);
    if (!call->xcall) {
        next = errno == EACCES || errno == EPERM ?
               "Run it as root." :
               "Run it in dom0 (is the module xen-privcmd loaded?), or read a "
               "snapshot with --from FILE.";
        return fail(RC_FAILED, next, "cannot reach the hypervisor through "
                    "/dev/xen/privcmd: %s", strerror(errno));
    }
    call->sysctl = xencall_alloc_buffer(call->xcall, sizeof(*call->sysctl));
    call->page = xencall_alloc_buffer(call->xcall, HYPERCALL_ROOM);
    if (!call->sysctl || !call->page)
        return fail(RC_FAILED, "Free memory in dom0, try again.", "cannot "
                    "allocate memory for hypercalls: %s", strerror(errno));
    return RC_OK;
}

/* The driver gave a reason of its own. */
static int refused_by_driver(const char *what, uint32_t reason)
{
    const char *token = reason_token(reason);
    int rc = reason == XEN_SMMU_REASON_DYING ||
             reason == XEN_SMMU_REASON_HOST_SUSPENDED ? RC_RETRY : RC_FAILED;

    if (token)
        return fail(rc, reason_next(reason), "cannot %s: %s: %s", what, token,
                    reason_what(reason));
    return fail(rc, reason_next(reason), "cannot %s: reason %" PRIu32 ": %s",
                what, reason, reason_what(reason));
}

/* Somebody before the driver, who knows errno only. */
static int refused_before(const char *what, int error)
{
    switch (error) {
    case ENOSYS:
    case EOPNOTSUPP:
        return fail(RC_FAILED, "Boot a Xen that was built with xen-smmu and "
                    "without 'smmu=off'; 'xl dmesg' shows which one runs.",
                    "cannot %s: this hypervisor has no xen-smmu driver, or "
                    "it is switched off", what);
    case EPERM:
        return fail(RC_FAILED, "Run it in dom0.", "cannot %s: the hypervisor "
                    "answers privileged domains only (%s)", what,
                    strerror(error));
    case EACCES:
        return fail(RC_FAILED, "Install the xen-smmu tool that was built for "
                    "this Xen; where FLASK is enforcing, allow this domain "
                    "xen:pm_op.", "cannot %s: the hypervisor does not take "
                    "this tool's sysctl version, or its security policy "
                    "forbids the call (%s)", what, strerror(error));
    case EAGAIN:
    case EBUSY:
    case EINTR:
        return fail(RC_RETRY, "Try again.", "cannot %s: the hypervisor is "
                    "busy (%s)", what, strerror(error));
    }
    return fail(RC_FAILED, "See 'xl dmesg' for what the hypervisor says.",
                "cannot %s: %s", what, strerror(error));
}

/*
 * Xen steps the version of the sysctl interface with each release that
 * changes any sysctl; ours does not change with it, so a tool built for one
 * release serves the others too.
 */
int hypercall_try(struct hypercall *call, struct xen_smmu_op *op)
{
    static const uint32_t versions[] = { XEN_SYSCTL_INTERFACE_VERSION, 0x15,
                                         0x16 };
    struct xen_smmu_op request = *op;
    int rc, error;
    size_t i;

    request.abi = XEN_SMMU_ABI_VERSION;
    for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        memset(call->sysctl, 0, sizeof(*call->sysctl));
        call->sysctl->cmd = XEN_SYSCTL_smmu;
        call->sysctl->interface_version = versions[i];
        memcpy(&call->sysctl->u, &request, sizeof(request));
        rc = xencall1(call->xcall, __HYPERVISOR_sysctl,
                      (uintptr_t)call->sysctl);
        error = rc < 0 ? errno : 0;
        memcpy(op, &call->sysctl->u, sizeof(*op));
        /* With a reason it is the driver's answer, not the version's. */
        if (error != EACCES || op->reason != XEN_SMMU_REASON_NONE)
            break;
    }
    return !error && op->reason != XEN_SMMU_REASON_NONE ? EIO : error;
}

int hypercall_refused(const char *what, int error, uint32_t reason)
{
    return reason == XEN_SMMU_REASON_NONE ? refused_before(what, error)
                                          : refused_by_driver(what, reason);
}

int hypercall_op(struct hypercall *call, struct xen_smmu_op *op,
                 const char *what)
{
    int error = hypercall_try(call, op);

    return error ? hypercall_refused(what, error, op->reason) : RC_OK;
}

int hypercall_version(struct hypercall *call, uint32_t *abi)
{
    struct xen_smmu_op op = { .op = XEN_SMMU_get_version };
    int rc;

    rc = hypercall_op(call, &op, "ask for the hypervisor's version");
    if (rc)
        return rc;
    *abi = op.u.version.abi;
    if (*abi >> 16 != XEN_SMMU_ABI_VERSION >> 16)
        return fail(RC_FAILED, reason_next(XEN_SMMU_REASON_BAD_VERSION),
                    "cannot talk to the hypervisor: it speaks interface "
                    "%" PRIu32 ".%" PRIu32 ", this tool %u.%u", *abi >> 16,
                    *abi & 0xffff, XEN_SMMU_ABI_VERSION >> 16,
                    XEN_SMMU_ABI_VERSION & 0xffff);
    return RC_OK;
}

int hypercall_need(uint32_t abi, uint32_t minor, const char *what)
{
    if ((abi & 0xffff) >= minor)
        return RC_OK;
    return fail(RC_FAILED, reason_next(XEN_SMMU_REASON_BAD_OP),
                "cannot %s: the hypervisor speaks interface %" PRIu32 ".%"
                PRIu32 ", this needs %" PRIu32 ".%" PRIu32, what, abi >> 16,
                abi & 0xffff, abi >> 16, minor);
}
