/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of the hypervisor's ring: reading them, and what they say.
 *
 * state->lists[EVENTS] holds them in their order; it may grow.
 */
#ifndef XEN_SMMU_EVENTS_H
#define XEN_SMMU_EVENTS_H

#include "fields.h"

extern const struct field event_fields[], fault_fields[];

/* A transport that stays open: live_events.c. */
struct event_source;

/* `what` completes "cannot ..."; needs a hypervisor of ABI 1.3. */
int event_source_open(struct event_source **source, const char *what);
void event_source_close(struct event_source *source);
/* From now on; or from the oldest that there is, which is the default. */
int event_source_skip(struct event_source *source, uint64_t *now);
/*
 * Appends to state->lists[EVENTS] what there is by now; state->now, and
 * state->lost, by which it has grown, follow.
 */
int event_source_read(struct event_source *source, struct state *state);

/* Room for one more at a list's end, zeroed and counted. */
void *list_append(struct state *state, enum kind kind);
struct xen_smmu_event *events_append(struct state *state);
/* Only those that are not faults go; the others stay, as FAULTS. */
void events_to_faults(struct state *state);

/* "WRITE" and the like; NULL: the event has no address. */
const char *access_word(const struct xen_smmu_event *event);
/* The fault's name; of one that is not known, too. */
const char *fault_name(uint32_t code);
/* The n-th of them all; false after the last. */
bool fault_at(size_t n, uint32_t *code, const char **name, const char **what,
              const char **next);
/* Whose stream it is; NULL: nobody's. */
const struct xen_smmu_device *event_device(const struct state *state,
                                           uint32_t unit, uint32_t sid);
/* "[   12.345678]" */
char *stamp_text(uint64_t ns);

#endif
