/* SPDX-License-Identifier: GPL-2.0-only */
/* Events out of the hypervisor's ring, again and again. */
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "hypercall.h"

#define ROOM (HYPERCALL_ROOM / sizeof(struct xen_smmu_event))

/* More than any ring keeps: beyond, the hypervisor does not make sense. */
#define MAX_KEPT 65536U

struct event_source {
    struct hypercall call;
    const char *what;
    uint64_t next;
    bool begun;                 /* what was lost before is no loss */
};

int event_source_open(struct event_source **source, const char *what)
{
    struct event_source *s = alloc(1, sizeof(*s));
    uint32_t abi;
    int rc;

    *source = s;
    s->what = what;
    rc = hypercall_open(&s->call);
    if (!rc)
        rc = hypercall_version(&s->call, &abi);
    if (!rc)
        rc = hypercall_need(abi, 3, what);
    return rc;
}

void event_source_close(struct event_source *source)
{
    if (!source)
        return;
    hypercall_close(&source->call);
    free(source);
}

/* One page; what comes back is checked. */
static int read_page(struct event_source *source, uint32_t room,
                     struct xen_smmu_trace *page)
{
    struct xen_smmu_op op = { .op = XEN_SMMU_read_trace };
    int rc;

    op.u.trace.next = source->next;
    op.u.trace.count = room;
    if (room) {
        op.u.trace.record_size = sizeof(struct xen_smmu_event);
        op.u.trace.buffer = (uintptr_t)source->call.page;
    }
    rc = hypercall_op(&source->call, &op, source->what);
    if (rc)
        return rc;
    *page = op.u.trace;
    if (page->count > room || page->kept > MAX_KEPT || !page->kept ||
        page->next > page->head || !page->record_size)
        return fail(RC_FAILED, "Report this as a bug of xen-smmu, with the "
                    "output of 'xl dmesg'.", "cannot %s: the hypervisor's "
                    "answer makes no sense", source->what);
    return RC_OK;
}

int event_source_skip(struct event_source *source, uint64_t *now)
{
    struct xen_smmu_trace page;
    int rc;

    rc = read_page(source, 0, &page);
    if (rc)
        return rc;
    source->next = page.head;
    source->begun = true;
    *now = page.now;
    return RC_OK;
}

int event_source_read(struct event_source *source, struct state *state)
{
    struct xen_smmu_trace page;
    uint32_t i, got = 0;
    int rc;

    do {
        const struct xen_smmu_event *events = source->call.page;

        rc = read_page(source, ROOM, &page);
        if (rc)
            return rc;
        for (i = 0; i < page.count; i++)
            *events_append(state) = events[i];
        got += page.count;
        if (source->begun)
            state->lost += page.lost;
        source->begun = true;
        source->next = page.next;
        state->now = page.now;
        /* Who writes faster than we read goes on at the next call. */
    } while (page.count && page.next < page.head && got < page.kept);
    return RC_OK;
}
