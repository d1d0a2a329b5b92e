/* SPDX-License-Identifier: GPL-2.0-only */
/* The debug key: what there is, in the console's log. */
#include "backend.h"

static const char *const unit_states[] = {
    [XEN_SMMU_UNIT_ON] = "on", [XEN_SMMU_UNIT_PARKED] = "parked",
    [XEN_SMMU_UNIT_OFF] = "off", [XEN_SMMU_UNIT_FAILED] = "FAILED",
};
static const char *const link_states[] = {
    [XEN_SMMU_LINK_DORMANT] = "dormant", [XEN_SMMU_LINK_WAKING] = "waking",
    [XEN_SMMU_LINK_LIVE] = "live", [XEN_SMMU_LINK_QUIESCING] = "quiescing",
    [XEN_SMMU_LINK_FAILED] = "FAILED",
};

static void dump_link(struct smmu_link *link)
{
    smmu_log(SMMU_INFO, "  d%u vmid %u %s%s%s: %llu flushes, %llu elided, %llu wakes, %llu failures",
             link->domain->id, link->vmid,
             link_states[smmu_link_state(link)],
             link->debt_all ? ", owes the whole VMID" : "",
             smmu_domain_quarantined(link->domain) ? ", QUARANTINED" : "",
             (unsigned long long)link->flushes,
             (unsigned long long)link->elided,
             (unsigned long long)link->wakes,
             (unsigned long long)link->failures);
}

static void dump_device(const struct smmu_device *dev)
{
    char owner[8] = "-";

    if ( dev->link )
        snprintf(owner, sizeof(owner), "d%u", dev->link->domain->id);
    smmu_log(SMMU_INFO, "  %s %s sid %#x (+%#x, %u ranges) %s: %llu faults",
             owner, dev->path, dev->sids[0].first, dev->sids[0].count,
             dev->nr, dev->open ? "open" : "aborts",
             (unsigned long long)dev->faults);
}

void smmu_dump(void)
{
    struct smmu_unit *unit;
    struct smmu_link *link;
    struct smmu_device *dev;

    if ( !smmu_unit_first() )
        smmu_log(SMMU_INFO, "no SMMU");

    for ( unit = smmu_unit_first(); unit; unit = unit->next )
    {
        smmu_log(SMMU_INFO, "%s: %s (%s), %llu commands, %llu syncs, %llu events (%llu not shown, %llu overflows)",
                 unit->name, unit_states[smmu_load(&unit->state)],
                 smmu_reason_token(smmu_load(&unit->reason)),
                 (unsigned long long)smmu_load(&unit->nr_commands),
                 (unsigned long long)smmu_load(&unit->nr_syncs),
                 (unsigned long long)smmu_load(&unit->nr_events),
                 (unsigned long long)smmu_load(&unit->nr_dropped),
                 (unsigned long long)smmu_load(&unit->nr_lost));
        if ( smmu_unit_get(unit) )
        {
            unit->backend->dump(unit);
            smmu_unit_put(unit);
        }
        smmu_mutex_lock(&unit->config);
        for ( link = unit->links; link; link = link->unit_next )
            dump_link(link);
        for ( dev = unit->devices; dev; dev = dev->next )
            dump_device(dev);
        smmu_mutex_unlock(&unit->config);
    }
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
