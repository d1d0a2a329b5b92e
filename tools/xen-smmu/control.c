/* SPDX-License-Identifier: GPL-2.0-only */
/* The operations that change something: force, policy and scmi. */
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "hypercall.h"

/* The minor version of the ABI that has them. */
#define SINCE 1
#define SCMI_SINCE 2

static int open_for(struct hypercall *call, struct state *state,
                    uint32_t minor, const char *what)
{
    int rc;

    rc = hypercall_open(call);
    if (!rc)
        rc = hypercall_version(call, &state->abi);
    return rc ? rc : hypercall_need(state->abi, minor, what);
}

int live_force(struct state *state, const char *what,
               struct xen_smmu_force *force)
{
    struct xen_smmu_op op = { .op = XEN_SMMU_force, .u.force = *force };
    struct hypercall call;
    int rc;

    rc = open_for(&call, state, SINCE, what);
    if (!rc)
        rc = hypercall_op(&call, &op, what);
    hypercall_close(&call);
    *force = op.u.force;
    return rc;
}

int live_scmi(struct state *state, const char *what,
              struct xen_smmu_scmi *scmi)
{
    struct xen_smmu_op op = { .op = XEN_SMMU_set_scmi, .u.scmi = *scmi };
    struct hypercall call;
    int rc;

    rc = open_for(&call, state, SCMI_SINCE, what);
    if (!rc)
        rc = hypercall_op(&call, &op, what);
    hypercall_close(&call);
    *scmi = op.u.scmi;
    return rc;
}

static bool is_gone(uint32_t reason)
{
    return reason == XEN_SMMU_REASON_NO_DOMAIN ||
           reason == XEN_SMMU_REASON_NO_DEVICES ||
           reason == XEN_SMMU_REASON_DYING ||
           reason == XEN_SMMU_REASON_DOM0;      /* it has none */
}

int live_policy(struct state *state, const char *what,
                const struct xen_smmu_op *request, const uint16_t *domids,
                uint32_t count, bool may_be_gone)
{
    struct list *list = &state->lists[POLICIES];
    struct hypercall call;
    uint32_t i;
    int rc;

    rc = open_for(&call, state, SINCE, what);
    if (rc)
        goto out;
    list->records = alloc(count, sizeof(struct policy));
    for (i = 0; i < count; i++) {
        struct xen_smmu_op op = *request;
        struct policy *policy = list_at(state, POLICIES, list->count);
        int error;

        op.u.policy.domid = domids[i];
        error = hypercall_try(&call, &op);
        if (error && may_be_gone && is_gone(op.reason))
            continue;
        if (error) {
            rc = hypercall_refused(what, error, op.reason);
            goto out;
        }
        policy->domid = domids[i];
        policy->delay = op.u.policy.delay;
        policy->effective = op.u.policy.effective;
        list->count++;
    }

 out:
    hypercall_close(&call);
    return rc;
}
