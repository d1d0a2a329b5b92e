/* SPDX-License-Identifier: GPL-2.0-only */
/* Events in files, and back.  Reading believes nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "recording.h"

#define RECORD_AGAIN "Record it again with 'xen-smmu trace record -o FILE'."

struct json_object *recording_document(const struct state *state,
                                       bool recording)
{
    struct json_object *document = json_document(state->abi);
    enum kind kind;

    if (recording)
        json_add(document, "recording", json_uint(1));
    if (state->now)
        json_add(document, "now_ns", json_uint(state->now));
    for (kind = 0; kind < NR_RECORDED; kind++)
        json_add_list(document, state, kind);
    if (!recording && state->has_events) {
        json_add(document, "lost", json_uint(state->lost));
        json_add_list(document, state, EVENTS);
    }
    return document;
}

static void write_record(FILE *stream, const struct state *state,
                         enum kind kind, uint32_t i)
{
    struct json_object *object = json_record(state, kind, i, NULL);

    json_print_line(stream, object);
    json_object_put(object);
}

void recording_write_event(FILE *stream, const struct state *state,
                           uint32_t i)
{
    write_record(stream, state, EVENTS, i);
}

void recording_write_domain(FILE *stream, const struct state *state,
                            uint32_t i)
{
    write_record(stream, state, DOMAINS, i);
}

void recording_write_end(FILE *stream, const struct state *state)
{
    fprintf(stream, "{\"end_ns\":%" PRIu64 ",\"lost\":%" PRIu64 "}\n",
            state->end, state->lost);
}

bool recording_is(struct json_object *document)
{
    return json_object_object_get_ex(document, "recording", NULL);
}

/* Missing is 0; false: it is no number. */
static bool get_number(struct json_object *object, const char *key,
                       uint64_t *number)
{
    struct json_object *value;

    if (!json_object_object_get_ex(object, key, &value))
        return true;
    if (!json_object_is_type(value, json_type_int) ||
        json_object_get_int64(value) < 0)
        return false;
    *number = json_object_get_uint64(value);
    return *number <= INT64_MAX;
}

static int bad_line(const char *file, size_t line, const char *what)
{
    return fail(RC_FAILED, RECORD_AGAIN, "cannot read recording %s: line "
                "%zu %s", file, line, what);
}

static int read_end(struct json_object *object, const char *file, size_t line,
                    struct state *state)
{
    if (!get_number(object, "end_ns", &state->end) ||
        !get_number(object, "lost", &state->lost))
        return bad_line(file, line, "has an end that is no number");
    state->is_cut = false;
    return RC_OK;
}

static int read_line(struct json_object *object, const char *file,
                     size_t line, struct state *state)
{
    bool is_object = json_object_is_type(object, json_type_object);
    enum kind kind = EVENTS;

    if (is_object && json_object_object_get_ex(object, "end_ns", NULL))
        return read_end(object, file, line, state);
    if (is_object && json_object_object_get_ex(object, "name", NULL))
        kind = DOMAINS;
    list_append(state, kind);
    return json_read_record(object, file, state, kind,
                            state->lists[kind].count - 1);
}

static int read_lines(const char *file, const char *rest, struct state *state)
{
    struct json_tokener *tokener = json_tokener_new_ex(4);
    struct json_object *object;
    int rc = RC_OK;
    size_t line;

    if (!tokener)
        return fail(RC_FAILED, "Free memory, try again.", "out of memory");
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
                           JSON_TOKENER_VALIDATE_UTF8);
    /* Until its end is seen. */
    state->is_cut = true;
    for (line = 2; !rc && *rest; line++) {
        const char *end = strchr(rest, '\n');

        if (!end)
            break;              /* it was being written */
        if (!state->is_cut) {
            rc = bad_line(file, line, "comes after the end");
            break;
        }
        json_tokener_reset(tokener);
        object = json_tokener_parse_ex(tokener, rest, end + 1 - rest);
        if (json_tokener_get_error(tokener) != json_tokener_success)
            rc = bad_line(file, line, "is no JSON");
        else
            rc = read_line(object, file, line, state);
        json_object_put(object);
        rest = end + 1;
    }
    json_tokener_free(tokener);
    return rc;
}

int recording_read(struct json_object *document, const char *file,
                   const char *rest, struct state *state)
{
    if (!get_number(document, "now_ns", &state->now) ||
        !get_number(document, "lost", &state->lost))
        return fail(RC_FAILED, RECORD_AGAIN, "cannot read snapshot %s: "
                    "'now_ns' or 'lost' is no number", file);
    state->end = state->now;
    if (state->is_recording) {
        state->has_events = true;
        return read_lines(file, rest + strspn(rest, " \t\r\n"), state);
    }
    if (!json_object_object_get_ex(document, "events", NULL))
        return RC_OK;
    state->has_events = true;
    return json_read_list(document, file, state, EVENTS);
}
