/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the P2M to the hardware: what becomes of changed mappings.
 *
 * A blocked link's unmap is debt: no register, no barrier, no wake-up.  Any
 * other is invalidated now, on all units first, then all are awaited: each
 * gets one TLBI and one sync, however much is flushed.
 */
#include "backend.h"

/* Units awaited at a time. */
#define BATCH   8

/* An invalidation on its way; a use count of its unit is held. */
struct pending {
    struct smmu_link *link;
    struct smmu_inv inv;
    uint64_t ticket;
    int rc;
};

static struct pending begin(struct smmu_link *link,
                            const struct smmu_debt *what)
{
    struct smmu_inv inv = smmu_inv_debt(link, what);
    struct pending p = { .link = link, .inv = inv };

    p.rc = link->unit->backend->issue(link->unit, &inv, 1, &p.ticket);

    return p;
}

static int finish(struct pending *p, unsigned int n)
{
    struct smmu_unit *unit;
    int rc = 0, err;

    for ( ; n; n--, p++ )
    {
        unit = p->link->unit;
        err = p->rc ?: unit->backend->wait(unit, p->ticket);
        if ( !err )
        {
            smmu_store(&unit->last_flush, smmu_now());
            smmu_trace_flush(p->link, &p->inv);
        }
        /* Before unit->config: who holds that may wait for our count. */
        smmu_unit_put(unit);
        if ( err )
            smmu_link_fail(p->link, err == -ETIMEDOUT
                                    ? XEN_SMMU_REASON_SYNC_TIMEOUT
                                    : XEN_SMMU_REASON_CMDQ_ERROR);
        rc = rc ?: err;
    }

    return rc;
}

static void owe(struct smmu_link *link, const struct smmu_debt *what,
                uint64_t unmaps)
{
    unsigned int i;

    if ( what->all && !link->debt.all )
    {
        smmu_debt_add_all(&link->debt);
        link->trace.at = 0;
    }
    for ( i = 0; i < what->nr; i++ )
        switch ( smmu_debt_add(&link->debt, what->r[i].first,
                               what->r[i].last - what->r[i].first + 1) )
        {
        case SMMU_DEBT_COVERED:
        case SMMU_DEBT_ADDED:
            break;
        case SMMU_DEBT_MERGED:
            link->stats.merged++;
            break;
        case SMMU_DEBT_OVERFLOWED:
            link->stats.overflows++;
            link->trace.at = 0;
            break;
        }
    link->stats.elided += unmaps;
    smmu_trace_unmap(link);
}

/*
 * Whether `link` needs an invalidation by hardware; then a use count is held.
 * *lost: it does, and none can be had.
 */
static bool must_flush(struct smmu_link *link, const struct smmu_debt *what,
                       uint64_t unmaps, enum smmu_drain why, bool *lost)
{
    unsigned long flags = smmu_lock(&link->lock);
    bool flush = false;

    if ( link->state == XEN_SMMU_LINK_DORMANT )
    {
        owe(link, what, unmaps);
    }
    else if ( link->state == XEN_SMMU_LINK_FAILED ||
              !smmu_unit_get(link->unit) )
        *lost = true;
    else
    {
        link->stats.flushes++;
        link->stats.drains[why]++;
        if ( why != SMMU_DRAIN_NONE && why != SMMU_DRAIN_ADDED )
            link->stats.drained += unmaps;
        flush = true;
    }

    smmu_unlock(&link->lock, flags);

    return flush;
}

int smmu_flush_debt(struct smmu_domain *domain, const struct smmu_debt *what,
                    uint64_t unmaps, enum smmu_drain why)
{
    struct pending pending[BATCH];
    struct smmu_link *link;
    unsigned int n = 0;
    bool lost, flush;
    int rc = 0, err;

    for ( link = smmu_domain_links(domain); link; link = link->next )
    {
        /* If the unit went as the link got blocked, it is debt after all. */
        do {
            lost = false;
            flush = must_flush(link, what, unmaps, why, &lost);
        } while ( lost && !smmu_link_lost(link) );

        if ( lost )
            rc = -EIO;
        else if ( flush )
            pending[n++] = begin(link, what);

        if ( n == BATCH )
        {
            err = finish(pending, n);
            rc = rc ?: err;
            n = 0;
        }
    }

    err = finish(pending, n);

    return rc ?: err;
}

int smmu_flush(struct smmu_domain *domain, uint64_t first, uint64_t pages,
               bool removed)
{
    struct smmu_debt what;

    /* What was invalid is not in any TLB (IHI0070 3.21.1). */
    if ( !removed || !pages )
        return 0;

    smmu_debt_clear(&what);
    if ( pages == ~0ULL )
        smmu_debt_add_all(&what);
    else
        smmu_debt_add(&what, first, pages);

    return smmu_flush_debt(domain, &what, 1, SMMU_DRAIN_NONE);
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
