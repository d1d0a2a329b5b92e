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
    struct xen_smmu_link r = { .unit = 0 };

    smmu_record_link(link, &r);
    smmu_log(SMMU_INFO, "  d%u vmid %u %s%s%s: %u devices, %llu flushes, %llu elided, %llu wakes, %llu failures",
             r.domid, r.vmid, link_states[r.state],
             (r.flags & XEN_SMMU_LINK_debt_all) ? ", owes the whole VMID" : "",
             (r.flags & XEN_SMMU_LINK_quarantined) ? ", QUARANTINED" : "",
             r.devices, (unsigned long long)r.flushes,
             (unsigned long long)r.elided, (unsigned long long)r.wakes,
             (unsigned long long)r.failures);
}

static void dump_device(const struct smmu_device *dev)
{
    char owner[8] = "-";
    unsigned int i;

    if ( dev->link )
        snprintf(owner, sizeof(owner), "d%u", dev->link->domain->id);
    for ( i = 0; i < dev->nr; i++ )
        smmu_log(SMMU_INFO, "  %s %s sid %#x (+%#x, mask %#x) %s: %llu faults",
                 owner, dev->path, dev->sids[i].first,
                 dev->sids[i].count - 1, dev->sids[i].mask, dev->open ? "open" : "aborts",
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
