/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain on a unit: its states, how it is blocked, and what becomes of it
 * when the hardware does not answer (DESIGN 4, 5).  wake.c opens it.
 *
 *   DORMANT -> WAKING -> LIVE -> QUIESCING -> DORMANT     and FAILED
 *
 * Invariant: while DORMANT, every stream of the link aborts, acknowledged by a
 * completed sync; what is unmapped then becomes debt.
 */
#include "backend.h"

bool smmu_link_event_why(struct smmu_link *link, enum smmu_link_event what,
                         enum xen_smmu_reason why)
{
    unsigned int before = link->state;
    int state = smmu_power_link(before, what);

    if ( state < 0 )
        return false;
    link->state = state;
    link->since = smmu_now();
    link->reason = why;
    smmu_trace_link(link, before);

    return true;
}

bool smmu_link_event(struct smmu_link *link, enum smmu_link_event what)
{
    return smmu_link_event_why(link, what, link->reason);
}

unsigned int smmu_link_state(struct smmu_link *link)
{
    unsigned long flags = smmu_lock(&link->lock);
    unsigned int state = link->state;

    smmu_unlock(&link->lock, flags);

    /* Blocked before the unit failed is blocked; else nothing is known. */
    return state != XEN_SMMU_LINK_DORMANT && smmu_unit_failed(link->unit)
           ? XEN_SMMU_LINK_FAILED : state;
}

/* Awake for so long, a failure is a new one, with all its tries. */
#define FORGET_NS   10000000000ULL

/* No confirmation will ever come: DESIGN 5's last resort. */
static void give_up(struct smmu_link *link, enum xen_smmu_reason reason)
{
    unsigned long flags = smmu_lock(&link->lock);
    bool first = smmu_link_event_why(link, SMMU_LINK_LOST, reason);

    if ( first )
        smmu_store(&link->domain->quarantined, 1);
    smmu_unlock(&link->lock, flags);

    if ( first )
        smmu_log(SMMU_ERR, "%s: d%u is quarantined: an invalidation never completed, its memory stays out of use (%s). Next: %s",
                 link->unit->name, link->domain->id, smmu_reason_token(reason),
                 smmu_reason_next(XEN_SMMU_REASON_QUARANTINED));
}

bool smmu_link_lost(struct smmu_link *link)
{
    if ( smmu_link_state(link) != XEN_SMMU_LINK_FAILED )
        return false;
    give_up(link, XEN_SMMU_REASON_UNIT_FAILED);

    return true;
}

int smmu_link_block(struct smmu_link *link, enum xen_smmu_reason reason)
{
    struct smmu_unit *unit = link->unit;
    struct smmu_inv_list list = { .unit = unit };
    struct smmu_device *dev;
    unsigned long flags;
    bool blocked;

    if ( smmu_link_state(link) == XEN_SMMU_LINK_DORMANT )
        return 0;
    if ( !smmu_unit_get(unit) )
        return smmu_link_lost(link) ? -EIO : 0;

    flags = smmu_lock(&link->lock);
    smmu_link_event(link, SMMU_LINK_SLEEP);
    smmu_unlock(&link->lock, flags);

    for ( dev = unit->devices; dev; dev = dev->next )
        if ( dev->link == link && dev->open )
        {
            unit->backend->abort(unit, dev);
            smmu_inv_add_streams(&list, dev);
        }

    if ( smmu_inv_sync(&list) )
    {
        smmu_unit_fail(unit, reason);
        give_up(link, reason);
        smmu_unit_put(unit);
        return -EIO;
    }

    for ( dev = unit->devices; dev; dev = dev->next )
        if ( dev->link == link )
            dev->open = false;

    flags = smmu_lock(&link->lock);
    link->epoch = unit->epoch;
    /* No: the unit failed meanwhile, and a flush found out. */
    blocked = smmu_link_event(link, SMMU_LINK_BLOCKED);
    smmu_unlock(&link->lock, flags);
    smmu_unit_put(unit);

    return blocked ? 0 : -EIO;
}

void smmu_link_fail_locked(struct smmu_link *link, enum xen_smmu_reason reason)
{
    unsigned long flags;

    if ( smmu_unit_may_log(link->unit) )
        smmu_log(SMMU_ERR, "%s: d%u: invalidation failed (%s): its streams are cut off",
                 link->unit->name, link->domain->id,
                 smmu_reason_token(reason));

    flags = smmu_lock(&link->lock);
    if ( link->state == XEN_SMMU_LINK_LIVE &&
         smmu_now() - link->since > FORGET_NS )
        link->tries = 0;
    if ( link->state != XEN_SMMU_LINK_FAILED )
        link->reason = reason;
    smmu_unlock(&link->lock, flags);

    if ( !smmu_link_block(link, reason) )
    {
        /* Blocked after all; what was not flushed is owed. */
        flags = smmu_lock(&link->lock);
        smmu_debt_add_all(&link->debt);
        smmu_trace_debt(link);
        smmu_unlock(&link->lock, flags);
        smmu_settle_later(link);
    }
    flags = smmu_lock(&link->lock);
    link->stats.failures++;
    smmu_unlock(&link->lock, flags);
}

void smmu_link_fail(struct smmu_link *link, enum xen_smmu_reason reason)
{
    smmu_mutex_lock(&link->unit->config);
    smmu_link_fail_locked(link, reason);
    smmu_mutex_unlock(&link->unit->config);
}

int smmu_link_find(struct smmu_domain *domain, struct smmu_unit *unit,
                   struct smmu_link **out)
{
    struct smmu_link *link;
    uint64_t head, seen;
    bool dirty;

    for ( link = smmu_domain_links(domain); link; link = link->next )
        if ( link->unit == unit )
            goto found;

    link = smmu_zalloc(sizeof(*link));
    if ( !link )
        return -ENOMEM;
    link->unit = unit;
    link->domain = domain;
    link->vmid = smmu_vmid_alloc(&unit->vmids, &dirty);
    if ( !link->vmid )
    {
        smmu_log(SMMU_ERR, "%s: no VMID left for d%u: %s", unit->name,
                 domain->id, smmu_reason_token(XEN_SMMU_REASON_NO_VMID));
        smmu_free(link);
        return -ENOSPC;
    }
    smmu_lock_init(&link->lock);
    link->state = XEN_SMMU_LINK_DORMANT;
    link->since = smmu_now();
    if ( dirty )
    {
        smmu_debt_add_all(&link->debt);
        smmu_trace_debt(link);
    }
    link->epoch = unit->epoch;
    smmu_settle_init(link);

    link->unit_next = unit->links;
    unit->links = link;
    head = smmu_load(&domain->links);
    do {
        link->next = (struct smmu_link *)(uintptr_t)head;
        seen = head;
        head = smmu_cmpxchg(&domain->links, seen, (uintptr_t)link);
    } while ( head != seen );

 found:
    *out = link;

    return 0;
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
