/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a blocked link owes: IPA ranges that were unmapped and not invalidated.
 *
 * Invariant: ranges are sorted, apart, at most SMMU_DEBT_RANGES; every page
 * added since the last clear is in one of them, or `all` is set, which covers
 * the whole VMID.  Never allocates.
 */
#ifndef __XEN_SMMU_DEBT_H__
#define __XEN_SMMU_DEBT_H__

#include "plat.h"

#define SMMU_DEBT_RANGES    16

struct smmu_debt_range {
    uint64_t first;                 /* page numbers, 4 KiB, inclusive */
    uint64_t last;
};

struct smmu_debt {
    bool all;
    unsigned int nr;
    struct smmu_debt_range r[SMMU_DEBT_RANGES];
};

enum smmu_debt_change {
    SMMU_DEBT_COVERED,              /* was owed already */
    SMMU_DEBT_MERGED,               /* an existing range grew */
    SMMU_DEBT_ADDED,                /* a new range */
    SMMU_DEBT_OVERFLOWED,           /* no room: the whole VMID from now on */
};

/*
 * Adds `pages` >= 1 pages from page number `first`; a range that would reach
 * beyond the last page number ends there.  O(log n) to find the place, n
 * fixed.
 */
enum smmu_debt_change smmu_debt_add(struct smmu_debt *debt, uint64_t first,
                                    uint64_t pages);
/* The whole VMID. */
void smmu_debt_add_all(struct smmu_debt *debt);
void smmu_debt_clear(struct smmu_debt *debt);
bool smmu_debt_none(const struct smmu_debt *debt);
/* Whether one of these pages is owed. */
bool smmu_debt_meets(const struct smmu_debt *debt, uint64_t first,
                     uint64_t pages);
/* Pages owed; ~0: the whole VMID. */
uint64_t smmu_debt_pages(const struct smmu_debt *debt);

#endif /* __XEN_SMMU_DEBT_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
