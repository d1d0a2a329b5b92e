/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Invalidations and the sync behind them.
 *
 * A sync completes the invalidations that were accepted before it, of the
 * global space and of all context banks, and what used what they took out.
 * It is not said to wait for anything else: so a change of an S2CR is followed
 * by an invalidation of the VMID that its stream had, too; and a bank that no
 * stream leads to has an empty root (smmu-v2-bank.c).
 *
 * TLBGSTATUS has one bit for all CPUs.  So only one sync runs at a time, and
 * each has a number.  It is claimed under the lock, for all that have asked up
 * to that number, whose invalidations have arrived; `running` is set to it
 * when it has arrived itself.  Who sees ACTIVE=0 after it has seen `running`
 * thus knows that this one has completed: if a later one was started in
 * between, so had it.  Whoever finds that starts the next one, if some was
 * asked for meanwhile.  A waiter's success thus means a sync that was started
 * after its own invalidations; it waits for two at most.
 *
 * Who starts it may be another CPU than the one whose writes it is to cover:
 * so a CPU reads a register after its invalidations, and asks for a sync then.
 * That read says as well whether there still is an SMMU that they went to.
 */
#include "smmu-v2-priv.h"

void smmu_v2_tlb_init(struct smmu_unit *unit)
{
    smmu_lock_init(&to_v2(unit)->tlb.lock);
}

/* tlb->lock is held.  The next sync, if this CPU is to start it; or 0. */
static uint64_t claim(struct smmu_v2_tlb *tlb)
{
    if ( tlb->starting || tlb->running != tlb->done ||
         tlb->wanted == tlb->done )
        return 0;
    tlb->starting = true;

    return tlb->wanted;
}

/*
 * Starts what was claimed.  The read pushes it there: before it has arrived
 * nobody is to take it for one that has completed.
 */
static void start_sync(struct smmu_unit *unit, uint64_t which)
{
    struct smmu_v2_tlb *tlb = &to_v2(unit)->tlb;
    unsigned long flags;

    if ( !which )
        return;
    smmu_v2_write(unit, V2_TLBGSYNC, 0);
    smmu_v2_poll(unit, V2_TLBGSTATUS);
    smmu_add(&unit->nr_syncs, 1);

    flags = smmu_lock(&tlb->lock);
    tlb->running = which;
    tlb->starting = false;
    smmu_unlock(&tlb->lock, flags);
}

/* If it is not, that is its end. */
static bool believed(struct smmu_unit *unit)
{
    if ( smmu_v2_credible(unit) )
        return true;
    smmu_unit_fail(unit, XEN_SMMU_REASON_REGISTER_TIMEOUT);

    return false;
}

/* Writes what one invalidation takes; returns how many commands. */
static unsigned int invalidate(struct smmu_unit *unit,
                               const struct smmu_inv *inv)
{
    switch ( inv->kind )
    {
    case SMMU_INV_RANGE:
        /* By the bank, which has to know its VMID; a page of 48 bits. */
        if ( smmu_v2_bank_on(unit, smmu_v2_bank_of(inv->vmid)) &&
             inv->first <= V2_TLBIIPAS2_LAST )
        {
            smmu_v2_write64(unit,
                            smmu_v2_cb(unit, smmu_v2_bank_of(inv->vmid),
                                       V2_TLBIIPAS2), inv->first);
            return 1;
        }
        /* fall through */
    case SMMU_INV_VMID:
    case SMMU_INV_STREAMS:
        /* Streams of no domain have no VMID to name. */
        if ( inv->vmid )
            smmu_v2_write(unit, V2_TLBIVMID, inv->vmid);
        else
            smmu_v2_write(unit, V2_TLBIALLNSNH, 0);
        return 1;

    case SMMU_INV_ALL:
        break;
    }
    smmu_v2_write(unit, V2_TLBIALLNSNH, 0);
    smmu_v2_write(unit, V2_TLBIALLH, 0);

    return 2;
}

/* Whether an earlier one of the list has done it. */
static bool covered(const struct smmu_inv *inv, unsigned int i)
{
    unsigned int k;

    for ( k = 0; k < i; k++ )
        if ( inv[k].kind == SMMU_INV_ALL ||
             (inv[k].kind != SMMU_INV_RANGE &&
              inv[i].kind != SMMU_INV_ALL &&
              (inv[k].vmid == inv[i].vmid || !inv[k].vmid)) )
            return true;

    return false;
}

int smmu_v2_issue(struct smmu_unit *unit, const struct smmu_inv *inv,
                  unsigned int nr, uint64_t *ticket)
{
    struct smmu_v2_tlb *tlb = &to_v2(unit)->tlb;
    unsigned int i, n = 1;
    unsigned long flags;
    uint64_t next;

    /* The entries that were cleared, before the walker is told. */
    smmu_wmb();
    for ( i = 0; i < nr; i++ )
        if ( !covered(inv, i) )
            n += invalidate(unit, &inv[i]);
    smmu_add(&unit->nr_commands, n);
    if ( !believed(unit) )
        return -EIO;

    flags = smmu_lock(&tlb->lock);
    *ticket = ++tlb->wanted;
    next = claim(tlb);
    smmu_unlock(&tlb->lock, flags);
    start_sync(unit, next);

    return 0;
}

/* TLBIIPAS2: a page at a time.  v1 has none. */
unsigned int smmu_v2_range_cost(const struct smmu_unit *unit, uint64_t pages)
{
    return pages == 1 && to_v2(unit)->caps.va64;
}

static uint64_t which_runs(struct smmu_v2_tlb *tlb)
{
    unsigned long flags = smmu_lock(&tlb->lock);
    uint64_t running = tlb->running;

    smmu_unlock(&tlb->lock, flags);

    return running;
}

/* Sync `which` was seen to have completed. */
static void completed(struct smmu_unit *unit, uint64_t which)
{
    struct smmu_v2_tlb *tlb = &to_v2(unit)->tlb;
    unsigned long flags = smmu_lock(&tlb->lock);
    uint64_t next = 0;

    /* No: another CPU saw it, too, and may have started the next one. */
    if ( tlb->running == which && tlb->done != which )
    {
        smmu_store(&tlb->done, which);
        next = claim(tlb);
    }
    smmu_unlock(&tlb->lock, flags);
    start_sync(unit, next);
}

int smmu_v2_wait(struct smmu_unit *unit, uint64_t ticket)
{
    struct smmu_v2_tlb *tlb = &to_v2(unit)->tlb;
    uint64_t deadline = smmu_now() + SMMU_V2_TIMEOUT_NS;
    uint64_t first = which_runs(tlb), which = first;
    bool late = false;

    for ( ; ; )
    {
        if ( smmu_load(&tlb->done) >= ticket )
            return 0;
        if ( late )
            return -ETIMEDOUT;
        if ( smmu_unit_failed(unit) )
            return -EIO;

        late = smmu_now() > deadline;
        which = which_runs(tlb);
        if ( which != first )
        {
            /* The one before ours is through: now ours has its time. */
            first = which;
            deadline = smmu_now() + SMMU_V2_TIMEOUT_NS;
            late = false;
        }
        /* Which it is, before whether it is active. */
        smmu_rmb();
        if ( !(smmu_v2_poll(unit, V2_TLBGSTATUS) & V2_TLBGSTATUS_ACTIVE) )
        {
            /* After a reset it is 0, too. */
            if ( !believed(unit) )
                return -EIO;
            completed(unit, which);
        }
        smmu_relax();
    }
}

static int poll_idle(struct smmu_unit *unit)
{
    uint64_t deadline = smmu_now() + SMMU_V2_TIMEOUT_NS;
    bool late = false;

    for ( ; ; )
    {
        if ( !(smmu_v2_poll(unit, V2_TLBGSTATUS) & V2_TLBGSTATUS_ACTIVE) )
            return 0;
        if ( late )
            break;
        late = smmu_now() > deadline;
        smmu_relax();
    }
    smmu_log(SMMU_ERR, "%s: a TLB sync does not complete", unit->name);

    return -ETIMEDOUT;
}

int smmu_v2_tlb_reset(struct smmu_unit *unit)
{
    struct smmu_v2_tlb *tlb = &to_v2(unit)->tlb;
    unsigned long flags;
    int rc = poll_idle(unit);

    if ( rc )
        return rc;

    flags = smmu_lock(&tlb->lock);
    tlb->running = ++tlb->wanted;
    smmu_store(&tlb->done, tlb->wanted);
    smmu_v2_write(unit, V2_TLBIALLNSNH, 0);
    smmu_v2_write(unit, V2_TLBIALLH, 0);
    smmu_v2_write(unit, V2_TLBGSYNC, 0);
    smmu_unlock(&tlb->lock, flags);
    smmu_add(&unit->nr_commands, 3);
    smmu_add(&unit->nr_syncs, 1);

    return poll_idle(unit);
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
