/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command queue (IHI0070 3.5, 4).
 *
 * Producers take the lock to write entries and PROD, and for their turn where
 * the queue is full.  Who waits reads CONS without it.  Both indices are
 * counted in 64 bits, so that no completion is taken for another one a lap
 * later; a register value is only believed where it can be told which lap it
 * belongs to.
 *
 * CONS moves in order: the last sync waited for covers all before it.
 */
#include "smmu-v3-priv.h"

#define CMD_DWORDS      2

struct cmd {
    uint64_t d[CMD_DWORDS];
};

static size_t ring_bytes(const struct smmu_v3_cmdq *q)
{
    return sizeof(struct cmd) << q->log2;
}

int smmu_v3_cmdq_init(struct smmu_unit *unit)
{
    struct smmu_v3 *v3 = to_v3(unit);
    struct smmu_v3_cmdq *q = &v3->cmdq;
    uint64_t phys;

    smmu_lock_init(&q->lock);
    q->log2 = v3->caps.cmdq_log2 < SMMU_V3_CMDQ_LOG2 ? v3->caps.cmdq_log2
                                                     : SMMU_V3_CMDQ_LOG2;
    q->ring = smmu_dma_alloc(ring_bytes(q), &phys);
    if ( !q->ring )
        return -ENOMEM;
    q->base = phys | V3_BASE_ALLOC | q->log2;
    unit->queue_bytes += ring_bytes(q);

    return 0;
}

void smmu_v3_cmdq_free(struct smmu_unit *unit)
{
    struct smmu_v3_cmdq *q = &to_v3(unit)->cmdq;

    if ( q->ring )
        smmu_dma_free(q->ring, ring_bytes(q));
}

/* An index as PROD and CONS have it: the wrap bit on top. */
static uint32_t index_of(const struct smmu_v3_cmdq *q, uint64_t count)
{
    return count & ((2U << q->log2) - 1);
}

void smmu_v3_cmdq_reset(struct smmu_unit *unit)
{
    struct smmu_v3_cmdq *q = &to_v3(unit)->cmdq;

    smmu_v3_write64(unit, V3_CMDQ_BASE, q->base);
    smmu_v3_write(unit, V3_CMDQ_PROD, index_of(q, q->prod));
    smmu_v3_write(unit, V3_CMDQ_CONS, index_of(q, q->prod));
    smmu_store(&q->cons, q->prod);
}

/* Has the queue stopped at a command?  ERR says so only while GERROR does. */
static bool stopped(struct smmu_unit *unit, uint32_t cons)
{
    return V3_CMDQ_CONS_ERR(cons) &&
           ((smmu_v3_poll(unit, V3_GERROR) ^
             smmu_v3_poll(unit, V3_GERRORN)) & V3_GERROR_CMDQ);
}

/*
 * Is there an SMMU that answers, with its queue on?  One without power may
 * read as ones, one that was reset behind our back has CONS=0.
 */
static bool credible(struct smmu_unit *unit, uint32_t cons)
{
    const struct smmu_v3_cmdq *q = &to_v3(unit)->cmdq;
    uint32_t fields = V3_CMDQ_CONS_ERR_MASK | index_of(q, ~0ULL);

    return !(cons & ~fields) &&
           (index_of(q, cons) ||
            (smmu_v3_poll(unit, V3_CR0ACK) & V3_CR0_CMDQEN));
}

/* One look at CONS.  0, or -EIO: the queue has stopped. */
static int look(struct smmu_unit *unit)
{
    struct smmu_v3_cmdq *q = &to_v3(unit)->cmdq;
    uint64_t seen = smmu_load(&q->cons), cons;
    uint32_t reg = smmu_v3_poll(unit, V3_CMDQ_CONS);

    if ( !credible(unit, reg) )
        return -EIO;

    /*
     * At most 2^log2 commands were outstanding when `seen` was true.  If
     * another CPU has moved q->cons since, the lap of `reg` is not known.
     */
    cons = seen + index_of(q, reg - seen);
    if ( cons - seen <= (1UL << q->log2) && cons <= smmu_load(&q->prod) )
        smmu_cmpxchg(&q->cons, seen, cons);

    return stopped(unit, reg) ? -EIO : 0;
}

/* A wait for the SMMU, and how it goes.  Starts as zeroes. */
struct wait {
    uint64_t deadline;
    bool late;
    int rc;
};

/*
 * Called as long as there was no progress: looks once more.  Not 0: there will
 * be none.  What has completed has, whatever came after: so it is looked at
 * once more before it is late, or an error.
 */
static int once_more(struct smmu_unit *unit, struct wait *w)
{
    if ( w->rc )
        return w->rc;
    if ( w->late )
        return -ETIMEDOUT;
    if ( smmu_unit_failed(unit) )
        return -EIO;

    if ( !w->deadline )
        w->deadline = smmu_now() + SMMU_V3_TIMEOUT_NS;
    w->late = smmu_now() > w->deadline;
    w->rc = look(unit);
    smmu_relax();

    return 0;
}

/* Waits until `done` commands were consumed. */
static int wait_for(struct smmu_unit *unit, uint64_t done)
{
    struct smmu_v3_cmdq *q = &to_v3(unit)->cmdq;
    struct wait w = { .rc = 0 };
    int rc = 0;

    while ( !rc && smmu_load(&q->cons) < done )
        rc = once_more(unit, &w);

    return rc;
}

/* There is room; q->lock held. */
static void append(struct smmu_unit *unit, const struct cmd *cmds,
                   unsigned int n)
{
    struct smmu_v3_cmdq *q = &to_v3(unit)->cmdq;
    uint64_t size = 1UL << q->log2, prod = q->prod;
    unsigned int i;

    for ( i = 0; i < n; i++ )
    {
        uint64_t *slot = &q->ring[((prod + i) & (size - 1)) * CMD_DWORDS];

        smmu_dma_store(&slot[0], cmds[i].d[0]);
        smmu_dma_store(&slot[1], cmds[i].d[1]);
        if ( !unit->coherent )
            smmu_dma_clean(slot, sizeof(*cmds));
    }
    smmu_store(&q->prod, prod + n);
    smmu_wmb();
    smmu_v3_write(unit, V3_CMDQ_PROD, index_of(q, prod + n));
}

/* Where `me` is in line, or would be. */
static struct smmu_v3_waiter **place(struct smmu_v3_cmdq *q,
                                     const struct smmu_v3_waiter *me)
{
    struct smmu_v3_waiter **p = &q->line;

    while ( *p && *p != me )
        p = &(*p)->next;

    return p;
}

/*
 * Writes n commands, if there is room and nobody has waited for longer; else
 * `me` stands in line.  Who comes later cannot take the room away, however
 * many there are.
 */
static bool in_turn(struct smmu_unit *unit, const struct cmd *cmds,
                    unsigned int n, struct smmu_v3_waiter *me,
                    uint64_t *ticket)
{
    struct smmu_v3_cmdq *q = &to_v3(unit)->cmdq;
    unsigned long flags = smmu_lock(&q->lock);
    struct smmu_v3_waiter **p = place(q, me);
    bool fits = p == &q->line &&
                q->prod + n - smmu_load(&q->cons) <= 1UL << q->log2;

    if ( fits )
    {
        append(unit, cmds, n);
        *ticket = q->prod;
    }
    *p = fits ? me->next : me;
    smmu_unlock(&q->lock, flags);

    return fits;
}

static void leave(struct smmu_unit *unit, const struct smmu_v3_waiter *me)
{
    struct smmu_v3_cmdq *q = &to_v3(unit)->cmdq;
    unsigned long flags = smmu_lock(&q->lock);

    *place(q, me) = me->next;
    smmu_unlock(&q->lock, flags);
}

/* Queues n commands in one piece; n is at most half the queue. */
static int put(struct smmu_unit *unit, const struct cmd *cmds, unsigned int n,
               uint64_t *ticket)
{
    struct smmu_v3_waiter me = { .next = NULL };
    struct wait w = { .rc = 0 };
    int rc;

    while ( !in_turn(unit, cmds, n, &me, ticket) )
    {
        rc = once_more(unit, &w);
        if ( rc )
        {
            leave(unit, &me);
            return rc;
        }
    }
    smmu_add(&unit->nr_commands, n);

    return 0;
}

unsigned int smmu_v3_range_cost(const struct smmu_unit *unit, uint64_t pages)
{
    /* The largest SCALE is 31; nobody owes that much. */
    return pages == 1 || (to_v3(unit)->caps.range_inv && pages <= 1ULL << 36);
}

/*
 * One range, rounded up to what NUM and SCALE can say.  A single page takes
 * the plain form: with TG set, NUM=SCALE=0 is not for use.
 */
static struct cmd s2_ipa(const struct smmu_inv *inv)
{
    struct cmd cmd = { { V3_CMD_TLBI_S2_IPA | V3_CMD_TLBI_VMID(inv->vmid),
                         inv->first << 12 } };
    uint64_t num = inv->pages;
    unsigned int scale = 0;

    if ( num == 1 )
        return cmd;
    for ( ; num > V3_CMD_TLBI_NUM_MAX + 1; scale++ )
        num = (num + 1) / 2;
    cmd.d[0] |= V3_CMD_TLBI_NUM(num - 1) | V3_CMD_TLBI_SCALE(scale);
    cmd.d[1] |= V3_CMD_TLBI_TG_4K;

    return cmd;
}

/* Appends what one invalidation takes; returns how many commands. */
static unsigned int encode(const struct smmu_v3 *v3,
                           const struct smmu_inv *inv, struct cmd *cmd)
{
    static const struct cmd cfgi_all = {
        { V3_CMD_CFGI_ALL, V3_CMD_CFGI_ALL_RANGE }
    };
    unsigned int n = 0;

    switch ( inv->kind )
    {
    case SMMU_INV_ALL:
        cmd[n++] = cfgi_all;
        cmd[n++] = (struct cmd){ { V3_CMD_TLBI_NSNH_ALL, 0 } };
        if ( v3->caps.hyp )
            cmd[n++] = (struct cmd){ { V3_CMD_TLBI_EL2_ALL, 0 } };
        break;

    case SMMU_INV_VMID:
        cmd[n++] = (struct cmd){ { V3_CMD_TLBI_S12_VMALL |
                                   V3_CMD_TLBI_VMID(inv->vmid), 0 } };
        break;

    case SMMU_INV_RANGE:
        cmd[n++] = s2_ipa(inv);
        break;

    case SMMU_INV_STREAMS:
        /* Leaf=0: the level 1 descriptor may be new, too (4.3.1). */
        if ( inv->sids.count == 1 )
            cmd[n++] = (struct cmd){ {
                V3_CMD_CFGI_STE | V3_CMD_CFGI_STE_SID(inv->sids.first), 0 } };
        else
            cmd[n++] = cfgi_all;
        break;
    }

    return n;
}

int smmu_v3_issue(struct smmu_unit *unit, const struct smmu_inv *inv,
                  unsigned int nr, uint64_t *ticket)
{
    const struct smmu_v3 *v3 = to_v3(unit);
    struct cmd cmds[SMMU_V3_BATCH];
    unsigned int i = 0, n;
    int rc;

    do {
        for ( n = 0; i < nr && n + 3 < v3->caps.batch; i++ )
            n += encode(v3, &inv[i], &cmds[n]);
        cmds[n++] = (struct cmd){ { V3_CMD_SYNC, 0 } };
        rc = put(unit, cmds, n, ticket);
        if ( rc )
            return rc;
        smmu_add(&unit->nr_syncs, 1);
    } while ( i < nr );

    return 0;
}

int smmu_v3_wait(struct smmu_unit *unit, uint64_t ticket)
{
    return wait_for(unit, ticket);
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
