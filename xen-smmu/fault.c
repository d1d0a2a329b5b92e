/* SPDX-License-Identifier: GPL-2.0-only */
/* One line for a fault, and not too many of them. */
#include "smmu.h"

#define SECOND  1000000000ULL

bool smmu_limit_burst(struct smmu_limit *limit, uint64_t now,
                      unsigned int burst, uint64_t *dropped)
{
    *dropped = 0;

    if ( now - limit->window >= SECOND )
    {
        limit->window = now;
        limit->lines = 0;
    }
    if ( limit->lines >= burst )
    {
        limit->dropped++;
        return false;
    }

    limit->lines++;
    *dropped = limit->dropped;
    limit->dropped = 0;

    return true;
}

bool smmu_limit_pass(struct smmu_limit *limit, uint64_t now,
                     uint64_t *dropped)
{
    return smmu_limit_burst(limit, now, SMMU_LIMIT_BURST, dropped);
}

bool smmu_unit_may_log(struct smmu_unit *unit)
{
    uint64_t dropped;
    bool pass = smmu_limit_pass(&unit->trouble, smmu_now(), &dropped);

    if ( dropped )
        smmu_log(SMMU_WARN, "%s: %llu more of its errors not shown",
                 unit->name, (unsigned long long)dropped);

    return pass;
}

static void describe(char *buf, size_t len, const struct smmu_fault *fault)
{
    static const char *const access[] = {
        [SMMU_READ] = "READ", [SMMU_WRITE] = "WRITE", [SMMU_EXEC] = "EXEC",
    };

    if ( fault->has_address )
        snprintf(buf, len, "sid %#x %s ipa %#llx: %s", fault->sid,
                 access[fault->access], (unsigned long long)fault->address,
                 fault->what);
    else
        snprintf(buf, len, "sid %#x: %s", fault->sid, fault->what);
}

void smmu_fault_report(struct smmu_unit *unit, const struct smmu_fault *fault)
{
    struct smmu_limit *limit = &unit->limit;
    uint64_t dropped;
    struct smmu_device *dev;
    char text[96], owner[8] = "-";
    bool pass;

    smmu_mutex_lock(&unit->config);
    dev = smmu_stream_owner(unit, fault->sid);
    if ( dev )
    {
        limit = &dev->limit;
        dev->faults++;
        if ( dev->link )
            snprintf(owner, sizeof(owner), "d%u", dev->link->domain->id);
    }
    pass = smmu_limit_pass(limit, smmu_now(), &dropped);
    if ( !pass )
    {
        smmu_add(&unit->nr_dropped, 1);
        if ( dev )
            dev->dropped++;
    }

    if ( pass )
    {
        smmu_trace_fault(unit, dev, fault, dropped);
        describe(text, sizeof(text), fault);
        if ( dropped )
            smmu_log(SMMU_WARN, "%s: %llu more faults not shown", unit->name,
                     (unsigned long long)dropped);
        smmu_log(SMMU_WARN, "%s: %s %s %s (event %#x)", unit->name, owner,
                 dev ? dev->path : "(unknown device)", text, fault->code);
    }
    smmu_mutex_unlock(&unit->config);
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
