/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ring of events with real threads, for ThreadSanitizer: CPUs that write
 * as fast as they can, and readers that race them.  No event is torn, none is
 * read twice, and what is not read is counted.
 *
 * usage: tracers [events a writer]
 */
#include <stdlib.h>

#include "world.h"

#define WRITERS     3
#define READERS     2
#define NUMBER(e)   ((e)->count)

static uint64_t events, going, started;
static uint64_t nr_read, nr_lost;

static void *writer(void *arg)
{
    uint64_t i, k, me = (uintptr_t)arg;

    for ( i = 0; i < events; i++ )
    {
        k = (me * events + i + 1) * 0x9e3779b97f4a7c15ULL;
        smmu_trace((struct xen_smmu_event){
            .kind = k, .unit = k, .domid = k, .reason = k, .state = k,
            .before = k, .sid = k, .code = k, .address = k, .pages = k,
            .count = k,
        });
    }

    return NULL;
}

static bool is_whole(const struct xen_smmu_event *e)
{
    uint64_t k = NUMBER(e);

    return e->kind == (uint16_t)k && e->unit == (uint16_t)k &&
           e->domid == (uint16_t)k && e->reason == (uint16_t)k &&
           e->state == (uint32_t)k && e->before == (uint32_t)k &&
           e->sid == (uint32_t)k && e->code == (uint32_t)k &&
           e->address == k && e->pages == k;
}

static void *reader(void *arg)
{
    uint64_t from = smmu_trace_head(), next = from, lost = 0, n = 0, last;
    struct xen_smmu_event e;
    bool end;

    smmu_add(&started, 1);
    do {
        end = !smmu_load(&going);
        while ( last = next, smmu_trace_read(&next, &lost, &e) )
        {
            n++;
            if ( !is_whole(&e) )
                host_complain("event %lu is torn", (unsigned long)e.seq);
            if ( e.seq < last || e.seq + 1 != next )
                host_complain("event %lu comes after %lu",
                              (unsigned long)e.seq, (unsigned long)last);
            if ( n + lost != next - from )
                host_complain("%lu events read and %lu lost, of %lu",
                              (unsigned long)n, (unsigned long)lost,
                              (unsigned long)(next - from));
        }
    } while ( !end );
    if ( next != smmu_trace_head() )
        host_complain("a reader stops at %lu of %lu", (unsigned long)next,
                      (unsigned long)smmu_trace_head());
    smmu_add(&nr_read, n);
    smmu_add(&nr_lost, lost);

    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t w[WRITERS], r[READERS];
    unsigned int i;
    bool bad;

    setvbuf(stdout, NULL, _IOLBF, 0);
    events = argc > 1 ? strtoull(argv[1], NULL, 0) : 20000;
    host_reset(1, true);
    smmu_store(&going, 1);
    for ( i = 0; i < READERS; i++ )
        pthread_create(&r[i], NULL, reader, NULL);
    while ( smmu_load(&started) < READERS )
        ;
    for ( i = 0; i < WRITERS; i++ )
        pthread_create(&w[i], NULL, writer, (void *)(uintptr_t)i);
    for ( i = 0; i < WRITERS; i++ )
        pthread_join(w[i], NULL);
    smmu_store(&going, 0);
    for ( i = 0; i < READERS; i++ )
        pthread_join(r[i], NULL);

    bad = host_complaints;
    printf("%sok 1 - no event is torn, each is read or counted\n",
           bad ? "not " : "");
    printf("%sok 2 - all were written, some were read\n",
           nr_read && nr_read + nr_lost == READERS * WRITERS * events
           ? "" : "not ");
    bad |= !nr_read || nr_read + nr_lost != READERS * WRITERS * events;
    printf("# %lu events of %u writers; %u readers read %lu and lost %lu\n1..2\n",
           (unsigned long)(WRITERS * events), WRITERS, READERS,
           (unsigned long)nr_read, (unsigned long)nr_lost);

    return bad;
}
