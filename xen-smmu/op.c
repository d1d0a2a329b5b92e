/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control interface: answers one request of include/public/xen-smmu.h.
 *
 * A record is filled in under unit->config and copied out after it was let go:
 * copying may take the caller's P2M lock.
 */
#include "backend.h"
#include "scmi.h"

#define RECORD_MAX  1024

static bool wanted(const struct smmu_link *link, unsigned int domid)
{
    return domid == XEN_SMMU_DOMID_ANY || (link && link->domain->id == domid);
}

/*
 * Fills in the records of one unit that have the index `want` in the whole
 * list; `*index` counts them.  True: it was one of this unit's.
 */
static bool unit_record(struct smmu_unit *unit, uint32_t op,
                        unsigned int domid, uint32_t want, uint32_t *index,
                        void *record)
{
    struct smmu_device *dev;
    struct smmu_link *link;
    bool found = false;

    smmu_mutex_lock(&unit->config);
    if ( op == XEN_SMMU_list_units && (*index)++ == want )
    {
        smmu_record_unit(unit, record);
        found = true;
    }
    for ( link = unit->links; op == XEN_SMMU_list_links && link;
          link = link->unit_next )
        if ( wanted(link, domid) && (*index)++ == want )
        {
            smmu_record_link(link, record);
            found = true;
        }
    for ( dev = unit->devices; op == XEN_SMMU_list_devices && dev;
          dev = dev->next )
        if ( wanted(dev->link, domid) && (*index)++ == want )
        {
            smmu_record_device(dev, record);
            found = true;
        }
    smmu_mutex_unlock(&unit->config);

    return found;
}

/* Returns how many records there are; fills in number `want`. */
static uint32_t find_record(uint32_t op, unsigned int domid, uint32_t want,
                            void *record, bool *found)
{
    struct smmu_unit *unit;
    uint32_t index = 0;

    *found = false;
    for ( unit = smmu_unit_first(); unit; unit = unit->next )
        *found |= unit_record(unit, op, domid, want, &index, record);

    return index;
}

static int fail(struct xen_smmu_op *op, enum xen_smmu_reason reason, int rc)
{
    op->reason = reason;

    return rc;
}

static int list(struct xen_smmu_op *op, uint32_t ours,
                int (*copy)(uint64_t buffer, uint64_t offset,
                            const void *from, size_t bytes))
{
    struct xen_smmu_list *l = &op->u.list;
    uint32_t room = l->count, i;
    uint64_t record[RECORD_MAX / sizeof(uint64_t)];
    bool found;

    if ( l->pad[0] || l->pad[1] || l->pad[2] || !l->record_size ||
         l->record_size > RECORD_MAX )
        return fail(op, XEN_SMMU_REASON_BAD_ARGUMENT, -EINVAL);

    for ( i = 0; ; i++ )
    {
        memset(record, 0, sizeof(record));
        l->total = find_record(op->op, l->domid, l->first + i, record,
                               &found);
        if ( !found || i == room )
            break;
        if ( copy(l->buffer, (uint64_t)i * l->record_size, record,
                  l->record_size) )
            return fail(op, XEN_SMMU_REASON_BAD_BUFFER, -EFAULT);
    }

    l->count = i;
    l->record_size = ours;
    if ( !l->total && l->domid != XEN_SMMU_DOMID_ANY )
        return fail(op, XEN_SMMU_REASON_NO_DOMAIN, -ESRCH);

    return 0;
}

static unsigned int count_votes(struct smmu_domain *domain)
{
    struct smmu_link *link;
    unsigned int votes = 0;

    for ( link = smmu_domain_links(domain); link; link = link->next )
    {
        struct xen_smmu_link r = { .unit = 0 };

        smmu_mutex_lock(&link->unit->config);
        smmu_record_link(link, &r);
        smmu_mutex_unlock(&link->unit->config);
        votes += r.votes;
    }

    return votes;
}

static int op_force(struct xen_smmu_op *op)
{
    struct xen_smmu_force *f = &op->u.force;
    enum xen_smmu_reason why = XEN_SMMU_REASON_NONE;
    struct smmu_domain *domain;
    uint32_t before;
    int rc;

    if ( f->pad || f->pad2 || f->votes || f->force > XEN_SMMU_FORCE_RESUME )
        return fail(op, XEN_SMMU_REASON_BAD_ARGUMENT, -EINVAL);
    domain = smmu_domain_hold(f->domid, &why);
    if ( !domain )
        return fail(op, why, why == XEN_SMMU_REASON_DOM0 ? -EPERM : -ESRCH);

    before = smmu_load(&domain->force);
    if ( smmu_domain_quarantined(domain) )
        rc = fail(op, XEN_SMMU_REASON_QUARANTINED, -EIO);
    else if ( smmu_load(&domain->stopped) )
        rc = fail(op, XEN_SMMU_REASON_DYING, -EBUSY);
    else
    {
        rc = smmu_force(domain, f->force);
        if ( rc )
            op->reason = rc == -EACCES ? XEN_SMMU_REASON_HOST_SUSPENDED :
                         rc == -ETIMEDOUT ? XEN_SMMU_REASON_SYNC_TIMEOUT
                                          : XEN_SMMU_REASON_UNIT_FAILED;
    }
    f->force = before;
    f->votes = count_votes(domain);
    smmu_domain_release(domain);

    return rc;
}

static int op_policy(struct xen_smmu_op *op)
{
    struct xen_smmu_policy *p = &op->u.policy;
    enum xen_smmu_reason why = XEN_SMMU_REASON_NONE;
    bool set = op->op == XEN_SMMU_set_policy;
    bool global = p->domid == XEN_SMMU_DOMID_ANY;
    struct smmu_domain *domain = NULL;

    if ( p->pad[0] || p->pad[1] || p->pad[2] ||
         (set && p->delay > XEN_SMMU_DELAY_MAX &&
          (global || p->delay != XEN_SMMU_DELAY_GLOBAL)) )
        return fail(op, XEN_SMMU_REASON_BAD_ARGUMENT, -EINVAL);
    if ( !global )
    {
        domain = smmu_domain_hold(p->domid, &why);
        if ( !domain )
            return fail(op, why, why == XEN_SMMU_REASON_DOM0 ? -EPERM
                                                             : -ESRCH);
    }

    if ( set )
        smmu_store(domain ? &domain->delay : &smmu_delay, p->delay);
    p->delay = smmu_load(domain ? &domain->delay : &smmu_delay);
    p->effective = domain ? smmu_domain_delay(domain) : p->delay;
    if ( domain )
        smmu_domain_release(domain);

    return 0;
}

static int op_scmi(struct xen_smmu_op *op)
{
    struct xen_smmu_scmi *s = &op->u.scmi;
    enum xen_smmu_reason why = XEN_SMMU_REASON_NONE;
    struct smmu_domain *domain;
    uint32_t before;
    int rc;

    if ( s->pad || s->pad2 || s->devices ||
         (s->scmi != XEN_SMMU_SCMI_OFF && s->scmi != XEN_SMMU_SCMI_ON) )
        return fail(op, XEN_SMMU_REASON_BAD_ARGUMENT, -EINVAL);
    domain = smmu_domain_hold_new(s->domid, &why);
    /* What can have no device has no server to turn off. */
    if ( !domain && why == XEN_SMMU_REASON_NO_DEVICES &&
         s->scmi == XEN_SMMU_SCMI_OFF )
    {
        s->scmi = XEN_SMMU_SCMI_NONE;
        return 0;
    }
    if ( !domain )
        return fail(op, why, why == XEN_SMMU_REASON_DOM0 ? -EPERM : -ESRCH);

    before = smmu_scmi_enabled(domain) ? XEN_SMMU_SCMI_ON : XEN_SMMU_SCMI_OFF;
    rc = smmu_scmi_switch(domain, s->scmi == XEN_SMMU_SCMI_ON);
    if ( rc )
        op->reason = rc == -ETIMEDOUT ? XEN_SMMU_REASON_SYNC_TIMEOUT
                                      : XEN_SMMU_REASON_UNIT_FAILED;
    s->scmi = before;
    s->devices = domain->agent ? smmu_agent_domains(domain->agent) : 0;
    smmu_domain_release(domain);

    return rc;
}

static int op_trace(struct xen_smmu_op *op,
                    int (*copy)(uint64_t buffer, uint64_t offset,
                                const void *from, size_t bytes))
{
    struct xen_smmu_trace *t = &op->u.trace;
    uint32_t room = t->count, i;
    uint64_t record[RECORD_MAX / sizeof(uint64_t)] = { 0 };

    if ( t->lost || t->head || t->now || t->kept || t->pad ||
         (room && (!t->record_size || t->record_size > RECORD_MAX)) )
        return fail(op, XEN_SMMU_REASON_BAD_ARGUMENT, -EINVAL);

    /* One call reads no more than there ever are. */
    if ( room > SMMU_TRACE_EVENTS )
        room = SMMU_TRACE_EVENTS;
    for ( i = 0; i < room; i++ )
    {
        if ( !smmu_trace_read(&t->next, &t->lost, (void *)record) )
            break;
        if ( copy(t->buffer, (uint64_t)i * t->record_size, record,
                  t->record_size) )
            return fail(op, XEN_SMMU_REASON_BAD_BUFFER, -EFAULT);
    }
    t->count = i;
    t->record_size = sizeof(struct xen_smmu_event);
    t->kept = SMMU_TRACE_EVENTS;
    t->head = smmu_trace_head();
    t->now = smmu_now();

    return 0;
}

int smmu_op(struct xen_smmu_op *op,
            int (*copy)(uint64_t buffer, uint64_t offset, const void *from,
                        size_t bytes))
{
    op->reason = XEN_SMMU_REASON_NONE;

    if ( op->op != XEN_SMMU_get_version &&
         (op->abi >> 16) != (XEN_SMMU_ABI_VERSION >> 16) )
        return fail(op, XEN_SMMU_REASON_BAD_VERSION, -EINVAL);
    if ( op->pad )
        return fail(op, XEN_SMMU_REASON_BAD_ARGUMENT, -EINVAL);

    switch ( op->op )
    {
    case XEN_SMMU_get_version:
        op->u.version = (struct xen_smmu_version){
            .abi = XEN_SMMU_ABI_VERSION,
            .unit_size = sizeof(struct xen_smmu_unit),
            .link_size = sizeof(struct xen_smmu_link),
            .device_size = sizeof(struct xen_smmu_device),
        };
        return 0;

    case XEN_SMMU_list_units:
        return list(op, sizeof(struct xen_smmu_unit), copy);

    case XEN_SMMU_list_links:
        return list(op, sizeof(struct xen_smmu_link), copy);

    case XEN_SMMU_list_devices:
        return list(op, sizeof(struct xen_smmu_device), copy);

    case XEN_SMMU_force:
        return op_force(op);

    case XEN_SMMU_get_policy:
    case XEN_SMMU_set_policy:
        return op_policy(op);

    case XEN_SMMU_set_scmi:
        return op_scmi(op);

    case XEN_SMMU_read_trace:
        return op_trace(op, copy);
    }

    return fail(op, XEN_SMMU_REASON_BAD_OP, -ENOSYS);
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
