/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording: a snapshot on one line, events and the names of new domains on a
 * line each, and the end.  A plain snapshot holds its events in a list.
 */
#ifndef XEN_SMMU_RECORDING_H
#define XEN_SMMU_RECORDING_H

#include "output.h"

/* What begins it, and every snapshot: the lists; events if there are any. */
struct json_object *recording_document(const struct state *state,
                                       bool recording);
void recording_write_event(FILE *stream, const struct state *state,
                           uint32_t i);
void recording_write_domain(FILE *stream, const struct state *state,
                            uint32_t i);
void recording_write_end(FILE *stream, const struct state *state);

bool recording_is(struct json_object *document);
/*
 * What the document and the lines `rest` behind it tell of events.  A last
 * line that is not whole is left out: state->is_cut.
 */
int recording_read(struct json_object *document, const char *file,
                   const char *rest, struct state *state);

#endif
