/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events as lanes: what each SMMU, and each domain on it, was, when.  Knows
 * no picture; a writer of one knows no event.
 *
 * Times are ns since `begin`.  Spans follow each other without a gap, from the
 * lane's beginning to its end; steps and ticks are in the order of time.
 */
#ifndef XEN_SMMU_TIMELINE_H
#define XEN_SMMU_TIMELINE_H

#include "state.h"

/* What a lane is in a span: words, colours and legend go by this. */
enum look {
    LOOK_NONE,                  /* it is not there */
    LOOK_ON, LOOK_LIVE = LOOK_ON,
    LOOK_WAKING,
    LOOK_PARKED, LOOK_DORMANT = LOOK_PARKED,
    LOOK_QUIESCING,
    LOOK_OFF,
    LOOK_FAILED,
    NR_LOOKS
};

struct span {
    uint64_t from, to;
    enum look look;
};

/* From `at` to the next one. */
struct level {
    uint64_t at, value;         /* of a debt ~0: all */
};

struct tick {
    uint64_t at, count;
    bool all;                   /* a flush: of everything */
};

struct series {
    void *items;
    size_t count, room;
};

struct lane {
    bool is_unit;               /* or a domain on it */
    uint32_t unit;
    uint16_t domid;
    char *title, *name;         /* name: of the domain; may be NULL */
    struct series spans;        /* struct span */
    struct series debt, votes, force;   /* struct level */
    struct series flushes, faults;      /* struct tick */
    uint64_t most_debt;         /* pages, but for all */
    bool owed_all;
    uint32_t devices;           /* most that had a vote */
};

struct timeline {
    uint64_t begin, end;        /* ns since Xen booted; end > begin */
    uint64_t lost;
    size_t nr_events;
    bool is_cut;
    struct lane *lanes;         /* each unit's, then its domains' */
    size_t nr_lanes;
    uint64_t nr_faults, nr_flushes;
    struct by_sid {
        uint32_t unit, sid, place;  /* in the list of devices */
    } *by_sid;
    size_t nr_by_sid, nr_devices;
};

/* Allocates; whatever the events say, it ends well. */
void timeline_make(struct timeline *timeline, const struct state *state);
void timeline_free(struct timeline *timeline);

#define SPANS(s, i) (&((const struct span *)(s).items)[i])
#define LEVELS(s, i) (&((const struct level *)(s).items)[i])
#define TICKS(s, i) (&((const struct tick *)(s).items)[i])

#endif
