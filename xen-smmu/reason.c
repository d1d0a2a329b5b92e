/* SPDX-License-Identifier: GPL-2.0-only */
/* The ABI's reasons as strings: one list for the log and for the tools. */
#include "smmu.h"

static const struct {
    const char *token;
    const char *next;
} reasons[] = {
#define X(code, token, what, next) [code] = { #token, next },
    XEN_SMMU_REASONS(X)
#undef X
};

const char *smmu_reason_token(unsigned int reason)
{
    return reason < ARRAY_SIZE(reasons) ? reasons[reason].token : "?";
}

const char *smmu_reason_next(unsigned int reason)
{
    return reason < ARRAY_SIZE(reasons) ? reasons[reason].next : "?";
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
