/* SPDX-License-Identifier: GPL-2.0-only */
/* SMMUv3's event queue (IHI0070 3.5, 7.2 to 7.4). */
#include "sim.h"

#define EVENTQEN        (1U << 2)
#define OVERFLOW        (1U << 31)

static bool has_access(unsigned int type)
{
    return type == 0x01 || type == 0x05 || type == 0x07 || type == 0x0b ||
           (type >= 0x10 && type <= 0x13);
}

void sim_event(struct sim *s, const struct sim_txn *t, unsigned int type,
               uint64_t address)
{
    unsigned int log2 = s->evtq_base & 0x1f, i;
    uint32_t mask = (2U << log2) - 1, size = 1U << log2;
    uint64_t d[4] = { type | (uint64_t)t->sid << 32, 0, 0, 0 }, at;

    if ( !(s->cr0ack & EVENTQEN) )
        return;
    if ( log2 > (s->id.idr1 >> 16 & 0x1f) )
        host_complain("EVENTQ_BASE.LOG2SIZE is above IDR1.EVENTQS");
    if ( ((s->evtq_prod - s->evtq_cons) & mask) >= size )
    {
        s->nr_overflows++;
        if ( !((s->evtq_prod ^ s->evtq_cons) & OVERFLOW) )
            s->evtq_prod ^= OVERFLOW;
        return;
    }

    if ( has_access(type) )
    {
        d[1] = (uint64_t)!t->write << 35;
        d[2] = address;
    }
    if ( type >= 0x10 && type <= 0x13 )
    {
        d[1] |= 1ULL << 39 | 2ULL << 40;    /* stage 2, the input address */
        d[3] = address & 0x000ffffffffff000ULL;
    }
    if ( type == 0x03 )
        d[3] = address;

    at = (s->evtq_base & 0x00ffffffffffffe0ULL & ~((32ULL << log2) - 1)) +
         (s->evtq_prod & (size - 1)) * 32ULL;
    if ( host_page_kind(at) != FRAME_DRIVER )
    {
        host_complain("the event queue lies at %#lx, which is not the driver's",
                      (unsigned long)at);
        sim_gerror(s, 1U << 2);
        return;
    }
    for ( i = 0; i < 4; i++ )
        host_device_store(at + 8 * i, s->snoops, d[i]);

    s->nr_events++;
    /* Only a queue that was empty interrupts. */
    if ( !((s->evtq_prod ^ s->evtq_cons) & mask) && (s->irq_ctrlack & 4) )
        s->irq = true;
    s->evtq_prod = (s->evtq_prod & OVERFLOW) | ((s->evtq_prod + 1) & mask);
}

void sim_evtq_update(struct sim *s)
{
    unsigned int log2 = s->evtq_base & 0x1f;
    uint32_t mask = (2U << log2) - 1;

    if ( (s->cr0ack & EVENTQEN) &&
         ((s->evtq_prod - s->evtq_cons) & mask) > 1U << log2 )
        host_complain("EVENTQ_CONS %#x is beyond PROD %#x", s->evtq_cons,
                      s->evtq_prod);
}
