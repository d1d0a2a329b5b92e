/* SPDX-License-Identifier: GPL-2.0-only */
/* Several invalidations, one sync. */
#include "backend.h"

/* An IPA has 52 bits at most. */
#define PAGE_NUMBERS    (1ULL << 40)

struct smmu_inv smmu_inv_debt(const struct smmu_link *link,
                              const struct smmu_debt *debt)
{
    struct smmu_inv inv = { .kind = SMMU_INV_VMID, .vmid = link->vmid };
    const struct smmu_unit *unit = link->unit;
    uint64_t pages;

    if ( debt->all || debt->nr != 1 || debt->r[0].last >= PAGE_NUMBERS )
        return inv;

    pages = debt->r[0].last - debt->r[0].first + 1;
    if ( unit->backend->range_cost(unit, pages) == 1 )
    {
        inv.kind = SMMU_INV_RANGE;
        inv.first = debt->r[0].first;
        inv.pages = pages;
    }

    return inv;
}

static void issue(struct smmu_inv_list *list)
{
    if ( !list->rc )
        list->rc = list->unit->backend->issue(list->unit, list->inv,
                                              list->nr, &list->ticket);
    list->issued = true;
    list->nr = 0;
}

void smmu_inv_add(struct smmu_inv_list *list, struct smmu_inv inv)
{
    if ( list->nr == ARRAY_SIZE(list->inv) )
        issue(list);
    list->inv[list->nr++] = inv;
}

void smmu_inv_add_streams(struct smmu_inv_list *list,
                          const struct smmu_device *dev)
{
    unsigned int i;

    for ( i = 0; i < dev->nr; i++ )
        smmu_inv_add(list, (struct smmu_inv){
            .kind = SMMU_INV_STREAMS,
            .vmid = dev->link ? dev->link->vmid : 0,
            .sids = dev->sids[i],
        });
}

int smmu_inv_sync(struct smmu_inv_list *list)
{
    if ( list->nr )
        issue(list);
    if ( list->rc || !list->issued )
        return list->rc;

    return list->unit->backend->wait(list->unit, list->ticket);
}

int smmu_sync_streams(struct smmu_device *dev)
{
    struct smmu_inv_list list = { .unit = dev->unit };

    smmu_inv_add_streams(&list, dev);

    return smmu_inv_sync(&list);
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
