/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ring of events: many writers, many readers, no lock.
 *
 * A writer draws a number, which gives its slot.  It claims the slot by one
 * compare-and-exchange of the slot's state, from what an older event has left
 * there; if that fails, another writer is in it, a whole lap apart, and the
 * event is dropped.  The state is odd while the slot is written, and names the
 * event: a reader that finds the same one before and after has read that event
 * whole.  All is done by the seam's shared words, so that neither side sees
 * the other's stores out of order.
 */
#include "trace.h"

#define WORDS       (sizeof(struct xen_smmu_event) / sizeof(uint64_t))
#define WRITING(n)  (2 * (n) + 1)
#define WRITTEN(n)  (2 * (n) + 2)

struct slot {
    uint64_t state;                 /* 0: never used */
    uint64_t dropped;               /* latest event that found it taken, + 1 */
    uint64_t word[WORDS];
};

static struct slot ring[SMMU_TRACE_EVENTS];
static uint64_t head;               /* the next event's number */

uint64_t smmu_trace_head(void)
{
    return smmu_load(&head);
}

/* Two may drop at once: the later one's number stays. */
static void drop(struct slot *slot, uint64_t n)
{
    uint64_t latest = smmu_load(&slot->dropped), seen;

    for ( ; latest < n + 1; latest = seen )
    {
        seen = smmu_cmpxchg(&slot->dropped, latest, n + 1);
        if ( seen == latest )
            break;
    }
}

void smmu_trace(struct xen_smmu_event event)
{
    uint64_t n = smmu_add(&head, 1), word[WORDS], state;
    struct slot *slot = &ring[n % SMMU_TRACE_EVENTS];
    unsigned int i;

    event.seq = n;
    event.time = smmu_now();
    memcpy(word, &event, sizeof(word));

    state = smmu_load(&slot->state);
    if ( (state & 1) || state > WRITTEN(n) ||
         smmu_cmpxchg(&slot->state, state, WRITING(n)) != state )
    {
        drop(slot, n);
        return;
    }
    for ( i = 0; i < WORDS; i++ )
        smmu_store(&slot->word[i], word[i]);
    smmu_store(&slot->state, WRITTEN(n));
}

enum found { WHOLE, LOST, LATER };

static enum found read_slot(const struct slot *slot, uint64_t n,
                            struct xen_smmu_event *event)
{
    uint64_t state = smmu_load(&slot->state), word[WORDS];
    unsigned int i;

    if ( state != WRITTEN(n) )
        return state > WRITTEN(n) || smmu_load(&slot->dropped) == n + 1
               ? LOST : LATER;

    for ( i = 0; i < WORDS; i++ )
        word[i] = smmu_load(&slot->word[i]);
    /* Written again meanwhile: these may be words of two events. */
    if ( smmu_load(&slot->state) != state )
        return LOST;
    memcpy(event, word, sizeof(word));

    return WHOLE;
}

bool smmu_trace_read(uint64_t *next, uint64_t *lost,
                     struct xen_smmu_event *event)
{
    uint64_t end, skip;
    unsigned int i;

    /* Each turn takes one event at least; who writes faster ends it. */
    for ( i = 0; i < SMMU_TRACE_EVENTS; i++ )
    {
        end = smmu_load(&head);
        if ( *next >= end )
        {
            *next = end;
            return false;
        }
        if ( end - *next > SMMU_TRACE_EVENTS )
        {
            skip = end - SMMU_TRACE_EVENTS - *next;
            *next += skip;
            *lost += skip;
        }
        switch ( read_slot(&ring[*next % SMMU_TRACE_EVENTS], *next, event) )
        {
        case WHOLE:
            ++*next;
            return true;

        case LOST:
            ++*next;
            ++*lost;
            break;

        case LATER:
            return false;
        }
    }

    return false;
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
