/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The unmaps of one operation, flushed together (DESIGN 6).
 *
 * Invariant: from the moment an entry is cleared until the drain that covers
 * it has completed, its page is kept: by the gather, or by who opened it.
 * What a link is, blocked or live, is asked at the drain: a link that fell
 * asleep meanwhile takes the ranges as debt, one that woke is flushed.
 *
 * A gather belongs to one CPU, which alone adds to it.  Another that is about
 * to map the same IPA sees it through domain->lock, and flushes that IPA by
 * itself (smmu_break()), so that old and new translation do not meet.  It
 * takes nothing over: the owner's drain covers the pages of the owner.
 */
#include "gather.h"

static struct smmu_gather *first_of(const struct smmu_domain *domain)
{
    return (struct smmu_gather *)(uintptr_t)smmu_load(&domain->gathers);
}

/*
 * Neither run nor run_end of a run is this, and no page goes on from it, up or
 * down: an IPA has 52 bits at most.
 */
#define NO_RUN      (1ULL << 63)

/* A page of the run is an unmap, counted when the run ends. */
static uint64_t unmaps(const struct smmu_gather *gather)
{
    return gather->unmaps + (gather->run_end - gather->run);
}

bool smmu_gather_open(struct smmu_gather *gather, struct smmu_domain *domain)
{
    unsigned long flags;

    if ( gather->domain )
    {
        if ( gather->domain != domain )
            return false;
        gather->depth++;
        return true;
    }

    gather->domain = domain;
    gather->depth = 1;
    gather->unmaps = 0;
    gather->why = SMMU_DRAIN_END;
    gather->rc = 0;
    gather->nr = 0;
    gather->run = gather->run_end = NO_RUN;
    smmu_debt_clear(&gather->owed);
    flags = smmu_lock(&domain->lock);
    gather->next = first_of(domain);
    smmu_store(&domain->gathers, (uintptr_t)gather);
    smmu_unlock(&domain->lock, flags);

    return true;
}

/* No IPA has such a page number: a run below it never wraps. */
#define RUN_LIMIT   (1ULL << 52)

/* What was unmapped page by page is owed as one range.  domain->lock held. */
static void end_run(struct smmu_gather *gather)
{
    if ( gather->run == gather->run_end )
        return;
    smmu_debt_add(&gather->owed, gather->run,
                  gather->run_end - gather->run);
    gather->unmaps = unmaps(gather);
    smmu_store(&gather->run, NO_RUN);
    smmu_store(&gather->run_end, NO_RUN);
}

/* What does not go on where the last one ended; not inlined into what does. */
static __attribute__((__noinline__))
void add(struct smmu_gather *gather, uint64_t page)
{
    unsigned long flags = smmu_lock(&gather->domain->lock);

    end_run(gather);
    if ( page && page < RUN_LIMIT )
    {
        smmu_store(&gather->run, page);
        smmu_store(&gather->run_end, page + 1);
    }
    else
    {
        smmu_debt_add(&gather->owed, page, 1);
        gather->unmaps++;
    }
    smmu_unlock(&gather->domain->lock, flags);
}

void smmu_gather_add(struct smmu_gather *gather, uint64_t page)
{
    if ( gather->owed.all )
        gather->unmaps++;
    else if ( page == gather->run_end )
        smmu_store(&gather->run_end, page + 1);
    /* To page 0 a run does not go on: nor from it to the last one. */
    else if ( page && page + 1 == gather->run )
        smmu_store(&gather->run, page);
    else
        add(gather, page);
}

void smmu_gather_keep(struct smmu_gather *gather, void *page)
{
    gather->pages[gather->nr++] = page;
    if ( gather->nr < SMMU_GATHER_PAGES )
        return;
    gather->why = SMMU_DRAIN_FULL;
    smmu_gather_drain(gather);
    gather->why = SMMU_DRAIN_END;
}

int smmu_gather_drain(struct smmu_gather *gather)
{
    unsigned long flags;
    void **page, **end;
    int rc = 0;

    if ( gather->run != gather->run_end )
    {
        flags = smmu_lock(&gather->domain->lock);
        end_run(gather);
        smmu_unlock(&gather->domain->lock, flags);
    }
    if ( !smmu_debt_none(&gather->owed) )
    {
        rc = smmu_flush_debt(gather->domain, &gather->owed, gather->unmaps,
                             gather->why);
        /* Only now: until here they are old translations to who maps. */
        flags = smmu_lock(&gather->domain->lock);
        smmu_debt_clear(&gather->owed);
        smmu_unlock(&gather->domain->lock, flags);
        gather->unmaps = 0;
    }
    /*
     * In a quarantine not even the reference: another CPU that removed the
     * same page may have dropped the allocation's.
     */
    end = &gather->pages[gather->nr];
    if ( !rc || !smmu_domain_quarantined(gather->domain) )
        for ( page = gather->pages; page < end; page++ )
            smmu_page_release(*page, !rc);
    gather->nr = 0;
    gather->rc = gather->rc ?: rc;

    return gather->rc;
}

bool smmu_gather_ripe(const struct smmu_gather *gather)
{
    return !unmaps(gather) || unmaps(gather) >= SMMU_GATHER_PAGES;
}

int smmu_gather_close(struct smmu_gather *gather)
{
    struct smmu_domain *domain = gather->domain;
    int rc = smmu_gather_drain(gather);
    struct smmu_gather *g;
    unsigned long flags;

    if ( --gather->depth )
        return rc;

    flags = smmu_lock(&domain->lock);
    g = first_of(domain);
    if ( g == gather )
        smmu_store(&domain->gathers, (uintptr_t)gather->next);
    else
    {
        while ( g->next != gather )
            g = g->next;
        g->next = gather->next;
    }
    smmu_unlock(&domain->lock, flags);
    gather->domain = NULL;

    return rc;
}

/* It may grow meanwhile, by pages that who looks does not hold. */
static bool in_run(const struct smmu_gather *gather, uint64_t first,
                   uint64_t pages)
{
    uint64_t run = smmu_load(&gather->run), end = smmu_load(&gather->run_end);
    uint64_t last = first + pages - 1;

    if ( last < first )
        last = ~0ULL;

    return run != end && run <= last && end - 1 >= first;
}

/* Was one of these pages unmapped, and is not flushed? */
static bool gathered(struct smmu_domain *domain, uint64_t first,
                     uint64_t pages)
{
    const struct smmu_gather *g;
    unsigned long flags;
    bool found = false;

    /* Who clears an entry gathers it before the P2M's lock is released. */
    if ( !first_of(domain) )
        return false;

    flags = smmu_lock(&domain->lock);
    for ( g = first_of(domain); g && !found; g = g->next )
        found = smmu_debt_meets(&g->owed, first, pages) ||
                in_run(g, first, pages);
    smmu_unlock(&domain->lock, flags);

    return found;
}

int smmu_break(struct smmu_domain *domain, uint64_t first, uint64_t pages,
               bool replaced)
{
    struct smmu_debt what;

    if ( replaced )
        return smmu_flush(domain, first, pages, true);
    if ( !gathered(domain, first, pages) )
        return 0;
    smmu_debt_clear(&what);
    smmu_debt_add(&what, first, pages);

    return smmu_flush_debt(domain, &what, 1, SMMU_DRAIN_ADDED);
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
