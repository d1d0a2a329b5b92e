/* SPDX-License-Identifier: GPL-2.0-only */
/* Events as lanes: see timeline.h. */
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "timeline.h"

/* A lane as the events so far leave it. */
struct now {
    uint32_t state;             /* of the unit, or of the link */
    bool gone, waking;
    uint32_t votes, devices;    /* that are awake, that there are */
    bool *awake;                /* by place in state->lists[DEVICES] */
    bool *here;
};

static void append(struct series *series, size_t size, const void *item)
{
    if (series->count == series->room) {
        size_t room = series->room ? 2 * series->room : 8;
        void *items = alloc(room, size);

        if (series->count)
            memcpy(items, series->items, series->count * size);
        free(series->items);
        series->items = items;
        series->room = room;
    }
    memcpy((char *)series->items + series->count++ * size, item, size);
}

/* Ends the span before, if it is another one. */
static void enter(struct lane *lane, uint64_t at, enum look look)
{
    struct span *spans = lane->spans.items, *last;
    struct span next = { .from = at, .to = at, .look = look };

    if (lane->spans.count) {
        last = &spans[lane->spans.count - 1];
        if (last->look == look)
            return;
        last->to = at;
        /* What it was for no time at all it was not. */
        if (last->from == at) {
            last->look = look;
            return;
        }
    }
    append(&lane->spans, sizeof(next), &next);
}

static void set_level(struct series *series, uint64_t at, uint64_t value)
{
    struct level *levels = series->items, next = { at, value };
    struct level *last = series->count ? &levels[series->count - 1] : NULL;

    if (last && last->value == value)
        return;
    if (last && last->at == at)
        last->value = value;
    else
        append(series, sizeof(next), &next);
}

static void tick(struct series *series, uint64_t at, uint64_t count, bool all)
{
    struct tick next = { at, count, all };

    append(series, sizeof(next), &next);
}

static enum look unit_look(const struct now *now)
{
    if (now->waking)
        return LOOK_WAKING;
    switch (now->state) {
    case XEN_SMMU_UNIT_ON:
        return LOOK_ON;
    case XEN_SMMU_UNIT_PARKED:
        return LOOK_PARKED;
    case XEN_SMMU_UNIT_OFF:
        return LOOK_OFF;
    case XEN_SMMU_UNIT_FAILED:
        return LOOK_FAILED;
    }
    return LOOK_NONE;
}

static enum look link_look(const struct now *now)
{
    if (now->gone)
        return LOOK_NONE;
    switch (now->state) {
    case XEN_SMMU_LINK_LIVE:
        return LOOK_LIVE;
    case XEN_SMMU_LINK_WAKING:
        return LOOK_WAKING;
    case XEN_SMMU_LINK_QUIESCING:
        return LOOK_QUIESCING;
    case XEN_SMMU_LINK_DORMANT:
        return LOOK_DORMANT;
    case XEN_SMMU_LINK_FAILED:
        return LOOK_FAILED;
    }
    return LOOK_NONE;
}

/* Whose lanes there are ---------------------------------------------------- */

static struct lane *find(const struct timeline *timeline, bool is_unit,
                         uint32_t unit, uint16_t domid)
{
    size_t i;

    for (i = 0; i < timeline->nr_lanes; i++) {
        struct lane *lane = &timeline->lanes[i];

        if (lane->is_unit == is_unit && lane->unit == unit &&
            (is_unit || lane->domid == domid))
            return lane;
    }
    return NULL;
}

/* More than any picture can show; hostile recordings have them. */
#define MAX_LANES 128

static void want(struct timeline *timeline, const struct state *state,
                 bool is_unit, uint32_t unit, uint16_t domid)
{
    const struct xen_smmu_unit *known = state_unit(state, unit);
    const char *name = state_domain_name(state, domid);
    struct lane *lane;

    if (find(timeline, is_unit, unit, domid) ||
        timeline->nr_lanes == MAX_LANES)
        return;
    lane = &timeline->lanes[timeline->nr_lanes++];
    lane->is_unit = is_unit;
    lane->unit = unit;
    lane->domid = is_unit ? XEN_SMMU_DOMID_ANY : domid;
    lane->title = !is_unit ? format_text("d%u", domid) :
                  known ? format_text("%s", known->name)
                        : format_text("SMMU %u", unit);
    if (!is_unit && name)
        lane->name = format_text("%s", name);
}

static int by_unit(const void *one, const void *two)
{
    const struct lane *a = one, *b = two;

    if (a->unit != b->unit)
        return a->unit < b->unit ? -1 : 1;
    if (a->is_unit != b->is_unit)
        return a->is_unit ? -1 : 1;
    return (a->domid > b->domid) - (a->domid < b->domid);
}

static void find_lanes(struct timeline *timeline, const struct state *state)
{
    uint32_t i;

    timeline->lanes = alloc(MAX_LANES, sizeof(*timeline->lanes));
    for (i = 0; i < state->lists[UNITS].count; i++) {
        const struct xen_smmu_unit *unit = list_at(state, UNITS, i);

        want(timeline, state, true, unit->index, 0);
    }
    for (i = 0; i < state->lists[LINKS].count; i++) {
        const struct xen_smmu_link *link = list_at(state, LINKS, i);

        want(timeline, state, true, link->unit, 0);
        want(timeline, state, false, link->unit, link->domid);
    }
    for (i = 0; i < state->lists[EVENTS].count; i++) {
        const struct xen_smmu_event *event = list_at(state, EVENTS, i);

        if (event->unit == XEN_SMMU_UNIT_NONE)
            continue;
        want(timeline, state, true, event->unit, 0);
        if (event->domid != XEN_SMMU_DOMID_ANY)
            want(timeline, state, false, event->unit, event->domid);
    }
    qsort(timeline->lanes, timeline->nr_lanes, sizeof(*timeline->lanes),
          by_unit);
}

/* Devices by the stream ID that events name them by ------------------------ */

static int compare_sids(const void *one, const void *two)
{
    const struct by_sid *a = one, *b = two;

    if (a->unit != b->unit)
        return a->unit < b->unit ? -1 : 1;
    return (a->sid > b->sid) - (a->sid < b->sid);
}

static void sort_devices(struct timeline *timeline, const struct state *state)
{
    uint32_t i, nr = state->lists[DEVICES].count;

    timeline->nr_devices = nr;
    timeline->by_sid = alloc(nr, sizeof(*timeline->by_sid));
    for (i = 0; i < nr; i++) {
        const struct xen_smmu_device *device = list_at(state, DEVICES, i);

        if (device->nr_ranges)
            timeline->by_sid[timeline->nr_by_sid++] = (struct by_sid){
                device->unit, device->sids[0].first, i
            };
    }
    qsort(timeline->by_sid, timeline->nr_by_sid, sizeof(*timeline->by_sid),
          compare_sids);
}

/* How it begins ------------------------------------------------------------ */

/* The first event of a kind that is about this lane, or NULL. */
static const struct xen_smmu_event *first_of(const struct state *state,
                                             const struct lane *lane,
                                             unsigned int kind)
{
    uint32_t i;

    for (i = 0; i < state->lists[EVENTS].count; i++) {
        const struct xen_smmu_event *event = list_at(state, EVENTS, i);

        if (event->kind == kind &&
            (event->unit == lane->unit ||
             event->unit == XEN_SMMU_UNIT_NONE) &&
            event->domid == lane->domid)
            return event;
    }
    return NULL;
}

static const struct xen_smmu_link *link_of(const struct state *state,
                                           const struct lane *lane)
{
    uint32_t i;

    for (i = 0; i < state->lists[LINKS].count; i++) {
        const struct xen_smmu_link *link = list_at(state, LINKS, i);

        if (link->unit == lane->unit && link->domid == lane->domid)
            return link;
    }
    return NULL;
}

/* As the first event says that it was; else as the lists do. */
static void begin_unit(struct lane *lane, struct now *now,
                       const struct state *state)
{
    const struct xen_smmu_event *event = first_of(state, lane,
                                                  XEN_SMMU_EVENT_unit);
    const struct xen_smmu_unit *unit = state_unit(state, lane->unit);

    now->state = event ? event->before : unit ? unit->state : UINT32_MAX;
    enter(lane, 0, unit_look(now));
}

/* The place of the device that events name by this stream ID, or nr. */
static uint32_t place_of(const struct timeline *timeline,
                         const struct xen_smmu_event *event)
{
    struct by_sid key = { event->unit, event->sid, 0 }, *found;

    found = bsearch(&key, timeline->by_sid, timeline->nr_by_sid, sizeof(key),
                    compare_sids);
    return found ? found->place : UINT32_MAX;
}

static void set_device(struct lane *lane, struct now *now, uint32_t place,
                       bool here, bool awake)
{
    now->votes -= now->here[place] && now->awake[place];
    now->devices -= now->here[place];
    now->here[place] = here;
    now->awake[place] = awake;
    now->votes += here && awake;
    now->devices += here;
    if (now->devices > lane->devices)
        lane->devices = now->devices;
}

/* What is told later: nobody's before it came, its domain's before it left. */
static void begin_votes(const struct timeline *timeline, struct lane *lane,
                        struct now *now, const struct state *state)
{
    uint32_t i, place, nr = state->lists[DEVICES].count;
    bool *told = alloc(nr, sizeof(*told));

    now->awake = alloc(nr, sizeof(*now->awake));
    now->here = alloc(nr, sizeof(*now->here));
    for (i = 0; i < state->lists[EVENTS].count; i++) {
        const struct xen_smmu_event *event = list_at(state, EVENTS, i);

        if (event->unit != lane->unit || (event->kind != XEN_SMMU_EVENT_vote &&
            event->kind != XEN_SMMU_EVENT_device))
            continue;
        place = place_of(timeline, event);
        if (place == UINT32_MAX || told[place])
            continue;
        told[place] = true;
        if (event->kind == XEN_SMMU_EVENT_vote)
            set_device(lane, now, place, event->domid == lane->domid,
                       event->before);
        else
            set_device(lane, now, place, !event->state &&
                       event->domid == lane->domid, true);
    }
    for (i = 0; i < nr; i++) {
        const struct xen_smmu_device *device = list_at(state, DEVICES, i);

        if (!told[i] && device->unit == lane->unit)
            set_device(lane, now, i, device->domid == lane->domid,
                       device->flags & XEN_SMMU_DEVICE_awake);
    }
    free(told);
    set_level(&lane->votes, 0, now->votes);
}

static void begin_link(const struct timeline *timeline, struct lane *lane,
                       struct now *now, const struct state *state)
{
    const struct xen_smmu_event *event = first_of(state, lane,
                                                  XEN_SMMU_EVENT_link);
    const struct xen_smmu_event *force = first_of(state, lane,
                                                  XEN_SMMU_EVENT_force);
    const struct xen_smmu_event *debt = first_of(state, lane,
                                                 XEN_SMMU_EVENT_debt);
    const struct xen_smmu_link *link = link_of(state, lane);
    bool known = link && field_known(field_find(LINKS, "debt_pages"), state,
                                     LINKS);

    now->state = event ? event->before : link ? link->state
                                              : XEN_SMMU_LINK_DORMANT;
    /* It came with its first device, if it was not there before. */
    now->gone = state->is_recording ? !link : false;
    if (!state->is_recording && event &&
        event->before == XEN_SMMU_LINK_DORMANT)
        now->gone = first_of(state, lane, XEN_SMMU_EVENT_device) &&
                    first_of(state, lane, XEN_SMMU_EVENT_device)->state;
    enter(lane, 0, link_look(now));
    begin_votes(timeline, lane, now, state);
    set_level(&lane->force, 0, force ? force->before :
              link && known ? link->force : XEN_SMMU_FORCE_AUTO);
    /* In a snapshot what is owed now was owed since the last event of it. */
    set_level(&lane->debt, 0, known && (state->is_recording || !debt)
              ? link->debt_pages : 0);
}

/* How it goes on ----------------------------------------------------------- */

static void on_vote(const struct timeline *timeline, struct lane *lane,
                    struct now *now, const struct xen_smmu_event *event,
                    uint64_t at)
{
    uint32_t place = place_of(timeline, event);

    if (place == UINT32_MAX)
        return;
    set_device(lane, now, place, event->kind == XEN_SMMU_EVENT_vote ||
               event->state, event->state);
    set_level(&lane->votes, at, now->votes);
}

static void on_link_lane(const struct timeline *timeline, struct lane *lane,
                         struct now *now, const struct xen_smmu_event *event, uint64_t at)
{
    switch (event->kind) {
    case XEN_SMMU_EVENT_link:
        now->state = event->state;
        now->gone = false;
        enter(lane, at, link_look(now));
        break;
    case XEN_SMMU_EVENT_gone:
        now->gone = true;
        enter(lane, at, LOOK_NONE);
        set_level(&lane->debt, at, 0);
        memset(now->here, 0, timeline->nr_devices * sizeof(*now->here));
        now->votes = now->devices = 0;
        set_level(&lane->votes, at, 0);
        break;
    case XEN_SMMU_EVENT_device:
        if (event->state && now->gone) {
            now->gone = false;
            now->state = XEN_SMMU_LINK_DORMANT;
            enter(lane, at, link_look(now));
        }
        on_vote(timeline, lane, now, event, at);
        break;
    case XEN_SMMU_EVENT_vote:
        on_vote(timeline, lane, now, event, at);
        break;
    case XEN_SMMU_EVENT_force:
        set_level(&lane->force, at, event->state);
        break;
    case XEN_SMMU_EVENT_debt:
        set_level(&lane->debt, at, event->pages);
        break;
    case XEN_SMMU_EVENT_flush:
        tick(&lane->flushes, at, event->count, event->pages == UINT64_MAX);
        break;
    case XEN_SMMU_EVENT_fault:
        tick(&lane->faults, at, event->count + 1, false);
        break;
    }
}

static void on_unit_lane(struct lane *lane, struct now *now,
                         const struct xen_smmu_event *event, uint64_t at)
{
    switch (event->kind) {
    case XEN_SMMU_EVENT_unit:
        now->state = event->state;
        now->waking = false;
        break;
    case XEN_SMMU_EVENT_power:
        now->waking = event->state && !event->code;
        break;
    case XEN_SMMU_EVENT_link:
        /* Its registers follow when the link is on its way. */
        if (event->state == XEN_SMMU_LINK_WAKING)
            now->waking = now->state != XEN_SMMU_UNIT_ON &&
                          now->state != XEN_SMMU_UNIT_FAILED;
        else if (event->state == XEN_SMMU_LINK_DORMANT &&
                 event->before == XEN_SMMU_LINK_WAKING)
            now->waking = false;
        break;
    case XEN_SMMU_EVENT_flush:
        if (event->domid == XEN_SMMU_DOMID_ANY)
            tick(&lane->flushes, at, event->count, true);
        return;
    case XEN_SMMU_EVENT_fault:
        if (event->domid == XEN_SMMU_DOMID_ANY)
            tick(&lane->faults, at, event->count + 1, false);
        return;
    }
    enter(lane, at, unit_look(now));
}

static bool concerns(const struct lane *lane,
                     const struct xen_smmu_event *event)
{
    if (event->unit == XEN_SMMU_UNIT_NONE)
        return !lane->is_unit && event->domid == lane->domid;
    return event->unit == lane->unit &&
           (lane->is_unit || event->domid == lane->domid);
}

static void run_lane(struct timeline *timeline, struct lane *lane,
                     const struct state *state)
{
    const uint64_t length = timeline->end - timeline->begin;
    struct now now = { 0 };
    struct span *spans;
    uint64_t at = 0, then;
    uint32_t i;
    size_t k;

    if (lane->is_unit)
        begin_unit(lane, &now, state);
    else
        begin_link(timeline, lane, &now, state);
    for (i = 0; i < state->lists[EVENTS].count; i++) {
        const struct xen_smmu_event *event = list_at(state, EVENTS, i);

        if (!concerns(lane, event))
            continue;
        /* CPUs that write side by side: their order is that of numbers. */
        then = event->time > timeline->begin ? event->time - timeline->begin
                                             : 0;
        at = then > length ? length : then > at ? then : at;
        if (lane->is_unit)
            on_unit_lane(lane, &now, event, at);
        else
            on_link_lane(timeline, lane, &now, event, at);
    }
    spans = lane->spans.items;
    spans[lane->spans.count - 1].to = length;
    for (k = 0; k < lane->debt.count; k++) {
        uint64_t pages = LEVELS(lane->debt, k)->value;

        if (pages == UINT64_MAX)
            lane->owed_all = true;
        else if (pages > lane->most_debt)
            lane->most_debt = pages;
    }
    timeline->nr_faults += lane->faults.count;
    timeline->nr_flushes += lane->flushes.count;
    free(now.awake);
    free(now.here);
}

/* From its snapshot to its end; or from the first event to the snapshot. */
static void find_times(struct timeline *timeline, const struct state *state)
{
    uint32_t i, nr = state->lists[EVENTS].count;
    uint64_t first = UINT64_MAX, last = 0;

    for (i = 0; i < nr; i++) {
        const struct xen_smmu_event *event = list_at(state, EVENTS, i);

        if (event->time < first)
            first = event->time;
        if (event->time > last && event->time != UINT64_MAX)
            last = event->time;
    }
    timeline->begin = state->is_recording || first == UINT64_MAX ? state->now
                                                                 : first;
    timeline->end = state->end > last ? state->end : last;
    if (timeline->end <= timeline->begin)
        timeline->end = timeline->begin + 1;
}

void timeline_make(struct timeline *timeline, const struct state *state)
{
    size_t i;

    memset(timeline, 0, sizeof(*timeline));
    timeline->lost = state->lost;
    timeline->is_cut = state->is_cut;
    timeline->nr_events = state->lists[EVENTS].count;
    find_times(timeline, state);
    find_lanes(timeline, state);
    sort_devices(timeline, state);
    for (i = 0; i < timeline->nr_lanes; i++)
        run_lane(timeline, &timeline->lanes[i], state);
}

void timeline_free(struct timeline *timeline)
{
    size_t i;

    for (i = 0; i < timeline->nr_lanes; i++) {
        struct lane *lane = &timeline->lanes[i];

        free(lane->title);
        free(lane->name);
        free(lane->spans.items);
        free(lane->debt.items);
        free(lane->votes.items);
        free(lane->force.items);
        free(lane->flushes.items);
        free(lane->faults.items);
    }
    free(timeline->lanes);
    free(timeline->by_sid);
    memset(timeline, 0, sizeof(*timeline));
}
