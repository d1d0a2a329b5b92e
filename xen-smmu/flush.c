/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the P2M to the hardware: what becomes of a changed mapping.
 *
 * A blocked link's unmap is debt: no register, no barrier, no wake-up.  Any
 * other is invalidated now, on all units first, then all are awaited.
 */
#include "backend.h"

/* Units awaited at a time. */
#define BATCH   8

static int finish(struct smmu_link *const *links, const uint64_t *tickets,
                  const int *issued, unsigned int n)
{
    struct smmu_unit *unit;
    unsigned int i;
    int rc = 0, err;

    for ( i = 0; i < n; i++ )
    {
        unit = links[i]->unit;
        err = issued[i] ?: unit->backend->wait(unit, tickets[i]);
        if ( err )
            smmu_link_fail(links[i], err == -ETIMEDOUT
                                     ? XEN_SMMU_REASON_SYNC_TIMEOUT
                                     : XEN_SMMU_REASON_CMDQ_ERROR);
        else
            smmu_store(&unit->last_flush, smmu_now());
        smmu_unit_put(unit);
        rc = rc ?: err;
    }

    return rc;
}

/*
 * Whether `link` needs an invalidation by hardware; then a use count is held.
 * *lost: it does, and none can be had.
 */
static bool must_flush(struct smmu_link *link, bool *lost)
{
    unsigned long flags = smmu_lock(&link->lock);
    bool flush = false;

    if ( link->state == XEN_SMMU_LINK_DORMANT )
    {
        link->debt_all = true;
        link->elided++;
    }
    else if ( link->state == XEN_SMMU_LINK_FAILED ||
              !smmu_unit_get(link->unit) )
        *lost = true;
    else
    {
        link->flushes++;
        flush = true;
    }

    smmu_unlock(&link->lock, flags);

    return flush;
}

int smmu_flush(struct smmu_domain *domain, bool removed)
{
    struct smmu_link *link, *links[BATCH];
    uint64_t tickets[BATCH];
    int issued[BATCH], rc = 0, err;
    unsigned int n = 0;
    bool lost;

    /* What was invalid is not in any TLB (IHI0070 3.21.1). */
    if ( !removed )
        return 0;

    for ( link = smmu_domain_links(domain); link; link = link->next )
    {
        struct smmu_inv inv = { .kind = SMMU_INV_VMID, .vmid = link->vmid };

        lost = false;
        if ( must_flush(link, &lost) )
        {
            links[n] = link;
            issued[n] = link->unit->backend->issue(link->unit, &inv, 1,
                                                   &tickets[n]);
            n++;
        }
        else if ( lost )
        {
            smmu_link_lost(link);
            rc = -EIO;
        }

        if ( n == BATCH )
        {
            err = finish(links, tickets, issued, n);
            rc = rc ?: err;
            n = 0;
        }
    }

    err = finish(links, tickets, issued, n);

    return rc ?: err;
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
