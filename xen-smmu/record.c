/* SPDX-License-Identifier: GPL-2.0-only */
/* What the ABI shows of each object. */
#include "backend.h"

void smmu_record_link(struct smmu_link *link, struct xen_smmu_link *r)
{
    unsigned long flags;
    struct smmu_device *dev;

    r->unit = link->unit->index;
    r->domid = link->domain->id;
    r->vmid = link->vmid;
    r->state = smmu_link_state(link);
    for ( dev = link->unit->devices; dev; dev = dev->next )
        if ( dev->link == link )
        {
            r->devices++;
            r->votes += dev->awake;
        }

    flags = smmu_lock(&link->lock);
    r->flags = (link->debt.all ? XEN_SMMU_LINK_debt_all : 0) |
               (smmu_domain_quarantined(link->domain)
                ? XEN_SMMU_LINK_quarantined : 0) |
               (smmu_load(&link->domain->stopped) ? XEN_SMMU_LINK_dying : 0);
    r->reason = link->reason;
    r->since = smmu_now() - link->since;
    r->flushes = link->stats.flushes;
    r->elided = link->stats.elided;
    r->wakes = link->stats.wakes;
    r->failures = link->stats.failures;
    r->force = smmu_load(&link->domain->force);
    r->debt_ranges = link->debt.nr;
    r->debt_pages = smmu_debt_pages(&link->debt);
    r->delay = smmu_domain_delay(link->domain);
    r->merged = link->stats.merged;
    r->overflows = link->stats.overflows;
    r->wake_none = link->stats.wake_none;
    r->wake_ranges = link->stats.wake_ranges;
    r->wake_vmid = link->stats.wake_vmid;
    r->wake_all = link->stats.wake_all;
    r->worst_wake = link->stats.worst_wake;
    r->worst_accesses = link->stats.worst_accesses;
    r->drains_full = link->stats.drains[SMMU_DRAIN_FULL];
    r->drains_preempted = link->stats.drains[SMMU_DRAIN_PREEMPTED];
    r->drains_end = link->stats.drains[SMMU_DRAIN_END];
    r->drains_grants = link->stats.drains[SMMU_DRAIN_GRANTS];
    r->drains = r->drains_full + r->drains_preempted + r->drains_end +
                r->drains_grants;
    r->drained = link->stats.drained;
    r->flushes_added = link->stats.drains[SMMU_DRAIN_ADDED];
    smmu_unlock(&link->lock, flags);
    if ( link->domain->agent )
        smmu_record_agent(link->domain->agent, r);
}

void smmu_record_device(struct smmu_device *dev, struct xen_smmu_device *r)
{
    unsigned int i;

    snprintf(r->path, sizeof(r->path), "%s", dev->path);
    r->unit = dev->unit->index;
    r->domid = dev->link ? dev->link->domain->id : XEN_SMMU_DOMID_ANY;
    r->state = !dev->link ? XEN_SMMU_DEVICE_UNASSIGNED :
               dev->open && !smmu_unit_failed(dev->unit)
               ? XEN_SMMU_DEVICE_OPEN : XEN_SMMU_DEVICE_ABORTED;
    r->flags = (dev->bridge ? XEN_SMMU_DEVICE_bridge : 0) |
               (dev->link && dev->awake ? XEN_SMMU_DEVICE_awake : 0);
    r->faults = dev->faults;
    r->faults_dropped = dev->dropped;
    r->scmi_domain = smmu_load(&dev->scmi) - 1;
    r->nr_ranges = dev->nr;
    for ( i = 0; i < dev->nr && i < XEN_SMMU_NR_SIDS; i++ )
    {
        r->sids[i].first = dev->sids[i].first;
        r->sids[i].count = dev->sids[i].count;
        r->masks[i] = dev->sids[i].mask;
    }
}

static void record_power(const struct smmu_unit *unit, struct xen_smmu_unit *r)
{
    static const struct smmu_power_source none = { .name = "none" };
    const struct smmu_power_source *source = unit->source ?: &none;

    snprintf(r->power_source, sizeof(r->power_source), "%s", source->name);
    if ( source->caps.masters_held )
        r->power_caps |= XEN_SMMU_POWER_masters_held;
    if ( source->caps.registers_kept )
        r->power_caps |= XEN_SMMU_POWER_registers_kept;
    if ( source->caps.caches_lost )
        r->power_caps |= XEN_SMMU_POWER_caches_lost;
    r->parks = unit->nr_parks;
    r->offs = unit->nr_offs;
    r->wakes = unit->nr_wakes;
}

void smmu_record_unit(struct smmu_unit *unit, struct xen_smmu_unit *r)
{
    uint64_t now = smmu_now(), last = smmu_load(&unit->last_flush);
    struct smmu_device *dev;
    struct smmu_link *link;

    snprintf(r->name, sizeof(r->name), "%s", unit->name);
    r->address = unit->address;
    r->index = unit->index;
    r->type = unit->backend->type;
    r->state = smmu_load(&unit->state);
    r->reason = smmu_load(&unit->unsure) ? XEN_SMMU_REASON_UNCONFIRMED
                                         : smmu_load(&unit->reason);
    r->sid_bits = unit->sid_bits;
    r->vmid_bits = unit->vmid_bits;
    r->oas_bits = unit->oas_bits;
    for ( dev = unit->devices; dev; dev = dev->next )
        r->devices++;
    for ( link = unit->links; link; link = link->unit_next )
    {
        struct xen_smmu_link l = { .unit = 0 };

        smmu_record_link(link, &l);
        r->links++;
        r->links_live += l.state == XEN_SMMU_LINK_LIVE;
        r->links_debt += l.debt_pages != 0;
        r->quarantined += l.state == XEN_SMMU_LINK_FAILED;
        r->debt_pages = l.debt_pages == ~0ULL || r->debt_pages == ~0ULL
                        ? ~0ULL : r->debt_pages + l.debt_pages;
    }
    r->queue_bytes = unit->queue_bytes;
    r->since = now - smmu_load(&unit->since);
    r->commands = smmu_load(&unit->nr_commands);
    r->syncs = smmu_load(&unit->nr_syncs);
    r->accesses = smmu_load(&unit->nr_accesses);
    r->polls = smmu_load(&unit->nr_polls);
    r->events = smmu_load(&unit->nr_events);
    r->events_dropped = smmu_load(&unit->nr_dropped);
    r->events_lost = smmu_load(&unit->nr_lost);
    r->last_flush = last == ~0ULL ? last : now - last;
    record_power(unit, r);
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
