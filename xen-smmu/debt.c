/* SPDX-License-Identifier: GPL-2.0-only */
/* What a blocked link owes: see debt.h. */
#include "debt.h"

bool smmu_debt_none(const struct smmu_debt *debt)
{
    return !debt->all && !debt->nr;
}

void smmu_debt_clear(struct smmu_debt *debt)
{
    debt->all = false;
    debt->nr = 0;
}

void smmu_debt_add_all(struct smmu_debt *debt)
{
    debt->all = true;
    debt->nr = 0;
}

uint64_t smmu_debt_pages(const struct smmu_debt *debt)
{
    uint64_t pages = 0;
    unsigned int i;

    if ( debt->all )
        return ~0ULL;
    for ( i = 0; i < debt->nr; i++ )
        pages += debt->r[i].last - debt->r[i].first + 1;

    return pages;
}

/* The first range that does not end before `first`, touching included. */
static unsigned int find(const struct smmu_debt *debt, uint64_t first)
{
    unsigned int low = 0, high = debt->nr, mid;

    while ( low < high )
    {
        mid = (low + high) / 2;
        /* No overflow: a range that ends at the top ends before nothing. */
        if ( debt->r[mid].last < first && first - debt->r[mid].last > 1 )
            low = mid + 1;
        else
            high = mid;
    }

    return low;
}

bool smmu_debt_meets(const struct smmu_debt *debt, uint64_t first,
                     uint64_t pages)
{
    uint64_t last = first + pages - 1;
    unsigned int i;

    if ( last < first )
        last = ~0ULL;
    for ( i = 0; i < debt->nr; i++ )
        if ( debt->r[i].first <= last && debt->r[i].last >= first )
            return true;

    return debt->all;
}

/* Range i may have grown into its successors: takes them in. */
static void absorb(struct smmu_debt *debt, unsigned int i)
{
    struct smmu_debt_range *r = &debt->r[i];
    unsigned int n = 0;

    while ( i + 1 + n < debt->nr &&
            (r[1 + n].first <= r->last || r[1 + n].first - r->last == 1) )
    {
        if ( r[1 + n].last > r->last )
            r->last = r[1 + n].last;
        n++;
    }
    if ( n )
    {
        debt->nr -= n;
        memmove(&r[1], &r[1 + n], (debt->nr - i - 1) * sizeof(*r));
    }
}

enum smmu_debt_change smmu_debt_add(struct smmu_debt *debt, uint64_t first,
                                    uint64_t pages)
{
    uint64_t last = first + pages - 1;
    struct smmu_debt_range *r;
    unsigned int i;

    if ( debt->all )
        return SMMU_DEBT_COVERED;
    if ( last < first )
        last = ~0ULL;

    i = find(debt, first);
    r = &debt->r[i];

    /* Apart from its successor: a new range. */
    if ( i == debt->nr || (r->first > last && r->first - last > 1) )
    {
        if ( debt->nr == SMMU_DEBT_RANGES )
        {
            smmu_debt_add_all(debt);
            return SMMU_DEBT_OVERFLOWED;
        }
        memmove(&r[1], r, (debt->nr - i) * sizeof(*r));
        *r = (struct smmu_debt_range){ .first = first, .last = last };
        debt->nr++;
        return SMMU_DEBT_ADDED;
    }

    if ( r->first <= first && r->last >= last )
        return SMMU_DEBT_COVERED;
    if ( first < r->first )
        r->first = first;
    if ( last > r->last )
        r->last = last;
    absorb(debt, i);

    return SMMU_DEBT_MERGED;
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
