/* SPDX-License-Identifier: GPL-2.0-only */
/* The event queue and global errors (IHI0070 3.5, 7.2, 7.3, 7.5). */
#include "smmu-v3-priv.h"

static size_t ring_bytes(const struct smmu_v3_evtq *q)
{
    return (V3_EVT_DWORDS * sizeof(uint64_t)) << q->log2;
}

int smmu_v3_evtq_init(struct smmu_unit *unit)
{
    struct smmu_v3 *v3 = to_v3(unit);
    struct smmu_v3_evtq *q = &v3->evtq;
    uint64_t phys;

    q->log2 = v3->caps.evtq_log2 < SMMU_V3_EVTQ_LOG2 ? v3->caps.evtq_log2
                                                     : SMMU_V3_EVTQ_LOG2;
    q->ring = smmu_dma_alloc(ring_bytes(q), &phys);
    if ( !q->ring )
        return -ENOMEM;
    if ( !unit->coherent )
        smmu_dma_clean(q->ring, ring_bytes(q));
    q->base = phys | V3_BASE_ALLOC | q->log2;
    unit->queue_bytes += ring_bytes(q);

    return 0;
}

void smmu_v3_evtq_free(struct smmu_unit *unit)
{
    struct smmu_v3_evtq *q = &to_v3(unit)->evtq;

    if ( q->ring )
        smmu_dma_free(q->ring, ring_bytes(q));
}

/* 7.3: what the event types mean; `address`: with RnW, InD and InputAddr. */
static const struct {
    uint8_t type;
    bool address;
    const char *what;
} types[] = {
#define X(type, address, what, means, next) { type, address, what },
    XEN_SMMU_V3_EVENTS(X)
#undef X
};

static struct smmu_fault decode(const uint64_t *record)
{
    unsigned int type = V3_EVT0_TYPE(record[0]), i;
    struct smmu_fault fault = {
        .sid = V3_EVT0_SID(record[0]),
        .what = "unknown event",
        .code = type,
        .address = record[2],
        .access = !(record[1] & V3_EVT1_RNW) ? SMMU_WRITE :
                  (record[1] & V3_EVT1_IND) ? SMMU_EXEC : SMMU_READ,
    };

    for ( i = 0; i < ARRAY_SIZE(types); i++ )
        if ( types[i].type == type )
        {
            fault.what = types[i].what;
            fault.has_address = types[i].address;
            break;
        }

    return fault;
}

/* Acknowledges global errors; those that DESIGN 5 names end the unit. */
static void global_errors(struct smmu_unit *unit)
{
    struct smmu_v3 *v3 = to_v3(unit);
    uint32_t gerror = smmu_v3_read(unit, V3_GERROR);
    uint32_t active = (gerror ^ smmu_v3_read(unit, V3_GERRORN)) &
                      V3_GERROR_ALL;
    uint32_t cons;

    if ( !active )
        return;

    smmu_log(SMMU_ERR, "%s: GERROR %#x:%s%s%s", unit->name, active,
             (active & V3_GERROR_CMDQ) ? " command queue" : "",
             (active & V3_GERROR_EVENTQ_ABT) ? " event queue abort" : "",
             (active & V3_GERROR_SFM) ? " service failure mode" : "");

    if ( active & V3_GERROR_CMDQ )
    {
        /* Not acknowledged: the queue must not go on behind our back. */
        cons = smmu_v3_read(unit, V3_CMDQ_CONS);
        smmu_log(SMMU_ERR, "%s: stopped at command %#x, CERROR %u (1 illegal, 2 abort, 3 ATC)",
                 unit->name, cons & ((1U << v3->cmdq.log2) - 1),
                 V3_CMDQ_CONS_ERR(cons));
    }
    smmu_v3_write(unit, V3_GERRORN, gerror ^ (active & V3_GERROR_CMDQ));

    if ( active & V3_GERROR_CMDQ )
        smmu_unit_fail(unit, XEN_SMMU_REASON_CMDQ_ERROR);
    else if ( active & (V3_GERROR_EVENTQ_ABT | V3_GERROR_SFM) )
        smmu_unit_fail(unit, XEN_SMMU_REASON_SERVICE_FAILURE);
}

/* As many records as there is room for; false: there was none. */
static bool drain(struct smmu_unit *unit, struct smmu_faults *faults)
{
    struct smmu_v3_evtq *q = &to_v3(unit)->evtq;
    uint32_t wrap = 1U << q->log2, mask = 2 * wrap - 1;
    uint32_t prod = smmu_v3_read(unit, V3_EVENTQ_PROD);
    uint32_t cons = q->cons;
    uint64_t record[V3_EVT_DWORDS];
    unsigned int i, n = (prod - cons) & mask;

    /* 7.4: PROD's top bit toggles at an overflow, CONS's acknowledges. */
    if ( (prod ^ cons) & V3_EVENTQ_OVERFLOW )
        smmu_add(&unit->nr_lost, 1);
    else if ( !n )
        return false;

    if ( n > wrap )
    {
        smmu_log(SMMU_ERR, "%s: EVENTQ_PROD=%#x makes no sense beside CONS=%#x",
                 unit->name, prod, cons);
        return false;
    }

    smmu_rmb();
    for ( ; n && faults->nr < SMMU_FAULTS; n-- )
    {
        uint64_t *slot = &q->ring[(cons & (wrap - 1)) * V3_EVT_DWORDS];

        if ( !unit->coherent )
            smmu_dma_discard(slot, sizeof(record));
        for ( i = 0; i < V3_EVT_DWORDS; i++ )
            record[i] = smmu_dma_load(&slot[i]);
        faults->fault[faults->nr++] = decode(record);
        cons = (cons + 1) & mask;
    }

    /* Read before they may be written again. */
    smmu_rmb();
    smmu_add(&unit->nr_events, faults->nr);
    q->cons = (cons & mask) | (prod & V3_EVENTQ_OVERFLOW);
    smmu_v3_write(unit, V3_EVENTQ_CONS, q->cons);

    return true;
}

bool smmu_v3_events(struct smmu_unit *unit, struct smmu_faults *faults)
{
    struct smmu_v3_evtq *q = &to_v3(unit)->evtq;
    bool any;

    if ( smmu_cmpxchg(&q->busy, 0, 1) )
        return true;

    global_errors(unit);
    any = drain(unit, faults);
    smmu_store(&q->busy, 0);

    return any;
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
