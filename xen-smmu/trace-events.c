/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes an event of the ring, and how often (trace.h). */
#include "backend.h"

/*
 * A guest may flush, and vote, as often as it likes: it must not wash out what
 * others did.  Flushes of a link in so many ns are one event, with their
 * number; of a device so many votes a second are events, and the last one
 * before its link moves.
 */
#define FLUSH_NS    10000000ULL
#define VOTES       100

static struct xen_smmu_event of_unit(const struct smmu_unit *unit,
                                     unsigned int kind)
{
    return (struct xen_smmu_event){ .kind = kind, .unit = unit->index,
                                    .domid = XEN_SMMU_DOMID_ANY };
}

static struct xen_smmu_event of_link(const struct smmu_link *link,
                                     unsigned int kind)
{
    struct xen_smmu_event event = of_unit(link->unit, kind);

    event.domid = link->domain->id;

    return event;
}

/* A device is known by its first stream ID. */
static struct xen_smmu_event of_device(const struct smmu_device *dev,
                                       unsigned int kind)
{
    struct xen_smmu_event event = dev->link ? of_link(dev->link, kind)
                                            : of_unit(dev->unit, kind);

    event.sid = dev->nr ? dev->sids[0].first : 0;

    return event;
}

void smmu_trace_unit(const struct smmu_unit *unit, unsigned int before,
                     unsigned int state, enum xen_smmu_reason reason)
{
    struct xen_smmu_event event = of_unit(unit, XEN_SMMU_EVENT_unit);

    event.before = before;
    event.state = state;
    event.reason = reason;
    smmu_trace(event);
}

void smmu_trace_power(const struct smmu_unit *unit, bool on, int rc)
{
    struct xen_smmu_event event = of_unit(unit, XEN_SMMU_EVENT_power);

    if ( !unit->source )
        return;
    event.state = on;
    event.code = -rc;
    smmu_trace(event);
}

/* Why its streams are closed; NONE: it has no vote left. */
static enum xen_smmu_reason why_asleep(const struct smmu_link *link)
{
    if ( link->reason != XEN_SMMU_REASON_NONE )
        return link->reason;
    if ( smmu_load(&link->domain->stopped) )
        return XEN_SMMU_REASON_DYING;
    if ( link->unit->suspended )
        return XEN_SMMU_REASON_HOST_SUSPENDED;

    return smmu_load(&link->domain->force) == XEN_SMMU_FORCE_SUSPEND
           ? XEN_SMMU_REASON_FORCED_ASLEEP : XEN_SMMU_REASON_NONE;
}

static void held_flushes(struct smmu_link *link)
{
    struct xen_smmu_event event = of_link(link, XEN_SMMU_EVENT_flush);

    event.state = XEN_SMMU_FLUSH_MORE;
    event.count = smmu_load(&link->trace.held);
    if ( event.count &&
         smmu_cmpxchg(&link->trace.held, event.count, 0) == event.count )
        smmu_trace(event);
}

static void tell_vote(struct smmu_device *dev, uint64_t dropped)
{
    struct xen_smmu_event event = of_device(dev, XEN_SMMU_EVENT_vote);

    event.state = dev->awake;
    event.before = dev->told;
    event.count = dropped;
    dev->told = dev->awake;
    smmu_trace(event);
}

void smmu_trace_vote(struct smmu_device *dev)
{
    uint64_t dropped;

    if ( smmu_limit_burst(&dev->votes, smmu_now(), VOTES, &dropped) )
        tell_vote(dev, dropped);
}

static void untold_votes(const struct smmu_link *link)
{
    struct smmu_device *dev;

    for ( dev = link->unit->devices; dev; dev = dev->next )
        if ( dev->link == link && dev->told != dev->awake )
            tell_vote(dev, 0);
}

void smmu_trace_link(struct smmu_link *link, unsigned int before)
{
    struct xen_smmu_event event = of_link(link, XEN_SMMU_EVENT_link);

    if ( link->state == XEN_SMMU_LINK_WAKING ||
         link->state == XEN_SMMU_LINK_QUIESCING )
        untold_votes(link);
    if ( before == XEN_SMMU_LINK_LIVE )
        held_flushes(link);
    event.before = before;
    event.state = link->state;
    event.reason = link->state == XEN_SMMU_LINK_QUIESCING ||
                   link->state == XEN_SMMU_LINK_DORMANT ? why_asleep(link)
                                                        : link->reason;
    smmu_trace(event);
    if ( link->state == XEN_SMMU_LINK_DORMANT )
    {
        link->trace.since = link->stats.elided;
        link->trace.at = link->stats.elided + 1;
    }
}

void smmu_trace_gone(const struct smmu_link *link)
{
    smmu_trace(of_link(link, XEN_SMMU_EVENT_gone));
}

void smmu_trace_device(struct smmu_device *dev, bool came)
{
    struct xen_smmu_event event = of_device(dev, XEN_SMMU_EVENT_device);

    event.state = came;
    event.before = !came;
    dev->told = came;
    smmu_trace(event);
}

void smmu_trace_force(const struct smmu_domain *domain, unsigned int before,
                      unsigned int force)
{
    smmu_trace((struct xen_smmu_event){
        .kind = XEN_SMMU_EVENT_force, .unit = XEN_SMMU_UNIT_NONE,
        .domid = domain->id, .state = force, .before = before,
    });
}

void smmu_trace_debt(struct smmu_link *link)
{
    struct xen_smmu_event event = of_link(link, XEN_SMMU_EVENT_debt);
    uint64_t unmaps;

    if ( smmu_debt_none(&link->debt) )
        link->trace.since = link->stats.elided;
    unmaps = link->stats.elided - link->trace.since;
    event.pages = smmu_debt_pages(&link->debt);
    event.count = link->debt.nr;
    smmu_trace(event);
    /* At its next power of two; what is all cannot grow. */
    link->trace.at = link->debt.all ? ~0ULL
                     : link->trace.since + (unmaps ? 2 * unmaps : 1);
}

void smmu_trace_flush(struct smmu_link *link, const struct smmu_inv *inv)
{
    struct xen_smmu_event event = of_link(link, XEN_SMMU_EVENT_flush);
    uint64_t now = smmu_now(), next = smmu_load(&link->trace.next);

    if ( now < next ||
         smmu_cmpxchg(&link->trace.next, next, now + FLUSH_NS) != next )
    {
        smmu_add(&link->trace.held, 1);
        return;
    }
    held_flushes(link);
    event.state = XEN_SMMU_FLUSH_VMID;
    event.pages = ~0ULL;
    event.count = 1;
    if ( inv->kind == SMMU_INV_RANGE )
    {
        event.state = XEN_SMMU_FLUSH_RANGE;
        event.address = inv->first << 12;
        event.pages = inv->pages;
    }
    smmu_trace(event);
}

void smmu_trace_flush_all(const struct smmu_unit *unit)
{
    struct xen_smmu_event event = of_unit(unit, XEN_SMMU_EVENT_flush);

    event.state = XEN_SMMU_FLUSH_ALL;
    event.pages = ~0ULL;
    event.count = 1;
    smmu_trace(event);
}

void smmu_trace_fault(const struct smmu_unit *unit,
                      const struct smmu_device *dev,
                      const struct smmu_fault *fault, uint64_t dropped)
{
    static const uint32_t access[] = {
        [SMMU_READ] = XEN_SMMU_ACCESS_READ,
        [SMMU_WRITE] = XEN_SMMU_ACCESS_WRITE,
        [SMMU_EXEC] = XEN_SMMU_ACCESS_EXEC,
    };
    struct xen_smmu_event event = dev && dev->link
        ? of_link(dev->link, XEN_SMMU_EVENT_fault)
        : of_unit(unit, XEN_SMMU_EVENT_fault);

    event.sid = fault->sid;
    event.code = fault->code;
    if ( fault->has_address )
    {
        event.state = access[fault->access];
        event.address = fault->address;
    }
    event.count = dropped;
    smmu_trace(event);
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
