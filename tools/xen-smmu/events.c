/* SPDX-License-Identifier: GPL-2.0-only */
/* What events say: the field tables, and the words behind them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "layout.h"

static const struct word event_kinds[] = {
    { XEN_SMMU_EVENT_unit, "unit", false },
    { XEN_SMMU_EVENT_power, "power", false },
    { XEN_SMMU_EVENT_link, "link", false },
    { XEN_SMMU_EVENT_gone, "gone", false },
    { XEN_SMMU_EVENT_device, "device", false },
    { XEN_SMMU_EVENT_vote, "vote", false },
    { XEN_SMMU_EVENT_force, "force", false },
    { XEN_SMMU_EVENT_debt, "debt", false },
    { XEN_SMMU_EVENT_flush, "flush", false },
    { XEN_SMMU_EVENT_fault, "fault", true },
    { 0, NULL, false }
};

static const struct word accesses[] = {
    { XEN_SMMU_ACCESS_NONE, "none", false },
    { XEN_SMMU_ACCESS_READ, "READ", false },
    { XEN_SMMU_ACCESS_WRITE, "WRITE", false },
    { XEN_SMMU_ACCESS_EXEC, "EXEC", false },
    { 0, NULL, false }
};

static const struct {
    uint32_t code;
    const char *name, *what, *next;
} faults[] = {
#define X(code, address, name, what, next) { code, name, what, next },
    XEN_SMMU_V3_EVENTS(X)
#undef X
};

#define NR_FAULTS (sizeof(faults) / sizeof(faults[0]))

bool fault_at(size_t n, uint32_t *code, const char **name, const char **what,
              const char **next)
{
    if (n >= NR_FAULTS)
        return false;
    *code = faults[n].code;
    *name = faults[n].name;
    *what = faults[n].what;
    *next = faults[n].next;
    return true;
}

const char *fault_name(uint32_t code)
{
    size_t i;

    for (i = 0; i < NR_FAULTS; i++)
        if (faults[i].code == code)
            return faults[i].name;
    return "unknown event";
}

const char *access_word(const struct xen_smmu_event *event)
{
    const struct word *word;

    if (event->state != XEN_SMMU_ACCESS_NONE)
        for (word = accesses; word->text; word++)
            if (word->code == event->state)
                return word->text;
    return NULL;
}

const struct xen_smmu_device *event_device(const struct state *state,
                                           uint32_t unit, uint32_t sid)
{
    const struct xen_smmu_device *bridge = NULL;
    uint32_t i, k;

    for (i = 0; i < state->lists[DEVICES].count; i++) {
        const struct xen_smmu_device *device = list_at(state, DEVICES, i);

        if (device->unit != unit)
            continue;
        for (k = 0; k < device->nr_ranges && k < XEN_SMMU_NR_SIDS; k++) {
            if (sid - device->sids[k].first >= device->sids[k].count)
                continue;
            /* A bridge yields what some node names. */
            if (!(device->flags & XEN_SMMU_DEVICE_bridge))
                return device;
            bridge = device;
        }
    }
    return bridge;
}

char *stamp_text(uint64_t ns)
{
    return format_text("[%5" PRIu64 ".%06" PRIu64 "]", ns / 1000000000,
                       ns / 1000 % 1000000);
}

static char *event_smmu(const struct state *state, const void *record)
{
    const struct xen_smmu_event *event = record;
    const struct xen_smmu_unit *unit = state_unit(state, event->unit);

    return unit ? format_text("%s", unit->name) : NULL;
}

static char *event_name(const struct state *state, const void *record)
{
    const struct xen_smmu_event *event = record;
    const char *name = state_domain_name(state, event->domid);

    return name ? format_text("%s", name) : NULL;
}

static char *event_path(const struct state *state, const void *record)
{
    const struct xen_smmu_event *event = record;
    const struct xen_smmu_device *device = event_device(state, event->unit,
                                                        event->sid);

    return device ? format_text("%s", device->path) : NULL;
}

static char *fault_access(const struct state *state, const void *record)
{
    const char *word = access_word(record);

    (void)state;
    return word ? format_text("%s", word) : NULL;
}

static char *fault_ipa(const struct state *state, const void *record)
{
    const struct xen_smmu_event *event = record;

    (void)state;
    return access_word(event) ? format_text("0x%" PRIx64, event->address)
                              : NULL;
}

static char *fault_what(const struct state *state, const void *record)
{
    (void)state;
    return format_text("%s",
                       fault_name(((const struct xen_smmu_event *)record)->code));
}

/* Guests have Xen's layout; dom0 has the host's. */
static char *fault_region(const struct state *state, const void *record)
{
    const struct xen_smmu_event *event = record;

    (void)state;
    if (!access_word(event) || !event->domid ||
        event->domid == XEN_SMMU_DOMID_ANY)
        return NULL;
    return layout_near(event->address);
}

static char *event_stamp(const struct state *state, const void *record)
{
    (void)state;
    return stamp_text(((const struct xen_smmu_event *)record)->time);
}

#define EVENT(member) \
    .offset = offsetof(struct xen_smmu_event, member), \
    .size = sizeof(((struct xen_smmu_event *)0)->member)

const struct field event_fields[] = {
    { .key = "seq", .title = "SEQ", .type = F_COUNT, EVENT(seq),
      .right = true },
    { .key = "time_ns", .title = "TIME", .type = F_NS, EVENT(time),
      .text = event_stamp, .right = true },
    { .key = "kind", .title = "KIND", .type = F_WORD, EVENT(kind),
      .words = event_kinds },
    { .key = "unit", .type = F_DOMID, EVENT(unit) },
    { .key = "domid", .title = "DOM", .type = F_DOMID, EVENT(domid),
      .right = true },
    { .key = "reason", .title = "REASON", .type = F_WORD, EVENT(reason),
      .words = reason_words },
    { .key = "state", .type = F_COUNT, EVENT(state) },
    { .key = "before", .type = F_COUNT, EVENT(before) },
    { .key = "sid", .type = F_HEX, EVENT(sid) },
    { .key = "code", .type = F_HEX, EVENT(code) },
    { .key = "address", .type = F_HEX, EVENT(address) },
    { .key = "pages", .type = F_PAGES, EVENT(pages) },
    { .key = "count", .type = F_COUNT, EVENT(count) },
    { .key = NULL }
};

const struct field fault_fields[] = {
    { .key = "seq", .type = F_COUNT, EVENT(seq) },
    { .key = "time_ns", .title = "TIME", .type = F_NS, EVENT(time),
      .text = event_stamp },
    { .key = "domid", .type = F_DOMID, EVENT(domid) },
    { .key = "name", .type = F_DERIVED, .text = event_name },
    { .key = "smmu", .type = F_DERIVED, .text = event_smmu },
    { .key = "device", .type = F_DERIVED, .text = event_path },
    { .key = "sid", .type = F_HEX, EVENT(sid) },
    { .key = "access", .type = F_DERIVED, .text = fault_access },
    { .key = "ipa", .type = F_DERIVED, .text = fault_ipa },
    { .key = "code", .type = F_HEX, EVENT(code) },
    { .key = "what", .type = F_DERIVED, .text = fault_what },
    { .key = "region", .type = F_DERIVED, .text = fault_region },
    { .key = "dropped", .type = F_COUNT, EVENT(count) },
    { .key = NULL }
};

void *list_append(struct state *state, enum kind kind)
{
    struct list *list = &state->lists[kind];
    const size_t size = kinds[kind].size;
    void *more;

    /* Doubled at each power of two, of which a list may begin anywhere. */
    if (!(list->count & (list->count - 1)) || !list->growing) {
        more = alloc(2 * (size_t)list->count + 1, size);
        if (list->count)
            memcpy(more, list->records, list->count * size);
        free(list->records);
        list->records = more;
        list->growing = true;
    }
    return list_at(state, kind, list->count++);
}

struct xen_smmu_event *events_append(struct state *state)
{
    return list_append(state, EVENTS);
}

void events_to_faults(struct state *state)
{
    struct list *events = &state->lists[EVENTS];
    struct list *list = &state->lists[FAULTS];
    uint32_t i, kept = 0;

    for (i = 0; i < events->count; i++) {
        struct xen_smmu_event *event = list_at(state, EVENTS, i);

        if (event->kind == XEN_SMMU_EVENT_fault)
            memmove(list_at(state, EVENTS, kept++), event, sizeof(*event));
    }
    free(list->records);
    list->records = events->records;
    list->count = kept;
    events->records = NULL;
    events->count = 0;
    events->growing = list->growing = false;
}
