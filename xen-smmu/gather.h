/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The unmaps of one operation, flushed together (DESIGN 6): see gather.c.
 *
 * Invariant: what was gathered is neither reused nor mapped anew before the
 * drain that covers it has completed.
 *
 * Lock order: the P2M's -> domain->lock, innermost.
 */
#ifndef __XEN_SMMU_GATHER_H__
#define __XEN_SMMU_GATHER_H__

#include "smmu.h"

/*
 * The unmaps of one operation of a domain that are not flushed yet, and the
 * pages that wait for it: see gather.c.
 */
#define SMMU_GATHER_PAGES   512
struct smmu_gather {
    struct smmu_gather *next;       /* of its domain's; domain->lock */
    struct smmu_domain *domain;     /* NULL: not open */
    unsigned int depth;             /* how often it was opened */
    struct smmu_debt owed;          /* changed by its owner only, under
                                       domain->lock; others look */
    uint64_t run;                   /* what was unmapped last, page by page: */
    uint64_t run_end;               /* run .. run_end - 1, not yet in `owed`.
                                       As that, but it grows without a lock */
    uint64_t unmaps;                /* but for those of the run */
    enum smmu_drain why;            /* of the next drain: for statistics */
    int rc;                         /* the first drain that failed */
    unsigned int nr;
    void *pages[SMMU_GATHER_PAGES]; /* may not be reused yet */
};

/*
 * One operation of the domain begins, on this CPU: what it unmaps may be
 * gathered, to be flushed once.  Its pages must not be reused, nor their
 * references dropped, before that.  Nests.  False: `gather` is open for
 * another domain; then each unmap is for smmu_flush().
 */
bool smmu_gather_open(struct smmu_gather *gather, struct smmu_domain *domain);
/*
 * In place of smmu_flush(), for one page: a leaf, never a table, was removed.
 */
void smmu_gather_add(struct smmu_gather *gather, uint64_t page);
/*
 * Takes over a page that was unmapped: smmu_page_release() when that is
 * flushed.  Drains when it is full.
 */
void smmu_gather_keep(struct smmu_gather *gather, void *page);
/*
 * All that was gathered is flushed: as smmu_flush().  An error also if a drain
 * since it was opened had failed: then no page of that one was released.
 */
int smmu_gather_drain(struct smmu_gather *gather);
/* The same, and the operation ends. */
int smmu_gather_close(struct smmu_gather *gather);
/*
 * Whether to end now would flush a batch of SMMU_GATHER_PAGES, or nothing: the
 * moments for an operation to be preempted.
 */
bool smmu_gather_ripe(const struct smmu_gather *gather);
/*
 * Before an entry is written for these pages; `replaced`: there was a valid
 * one, cleared by now.  0: no SMMU holds an old translation of them, gathered
 * ones included.  Else as smmu_flush(), and the entry must not be written.
 */
int smmu_break(struct smmu_domain *domain, uint64_t first, uint64_t pages,
               bool replaced);

#endif /* __XEN_SMMU_GATHER_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
