/* SPDX-License-Identifier: GPL-2.0-only */
/* The transport that reads a snapshot. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recording.h"

/* 65536 devices take less; keeps a hostile file from eating the memory. */
#define MAX_SNAPSHOT (64U << 20)

#define RECORD_AGAIN "Record it again with 'xen-smmu snapshot FILE'."

/* The whole file, NUL-terminated. */
static int read_file(const char *file, char **text, size_t *length)
{
    FILE *stream = strcmp(file, "-") ? fopen(file, "re") : stdin;
    size_t room = 0, n;
    int rc;

    *text = NULL;
    *length = 0;
    if (!stream)
        return fail(RC_FAILED, "Give --from a file that 'xen-smmu snapshot' "
                    "wrote.", "cannot open snapshot %s: %s", file,
                    strerror(errno));
    do {
        if (room - *length < 2) {
            char *more;

            room = room ? 2 * room : 64 << 10;
            more = realloc(*text, room);
            if (!more) {
                rc = fail(RC_FAILED, "Free memory, try again.",
                          "out of memory");
                goto out;
            }
            *text = more;
        }
        n = fread(*text + *length, 1, room - *length - 1, stream);
        *length += n;
        if (*length > MAX_SNAPSHOT) {
            rc = fail(RC_FAILED, RECORD_AGAIN, "cannot read snapshot %s: it "
                      "is larger than any snapshot", file);
            goto out;
        }
    } while (n);
    if (ferror(stream)) {
        rc = fail(RC_FAILED, "Check the disk that holds it.",
                  "cannot read snapshot %s: %s", file, strerror(errno));
        goto out;
    }
    (*text)[*length] = '\0';
    rc = RC_OK;

 out:
    if (stream != stdin)
        fclose(stream);
    return rc;
}

/* A document, and where it ends: for a recording more follows. */
static int parse(const char *file, const char *text, size_t length,
                 struct json_object **document, size_t *end)
{
    struct json_tokener *tokener = json_tokener_new_ex(8);
    enum json_tokener_error error;
    int rc;

    *document = NULL;
    if (!tokener)
        return fail(RC_FAILED, "Free memory, try again.", "out of memory");
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
                           JSON_TOKENER_ALLOW_TRAILING_CHARS |
                           JSON_TOKENER_VALIDATE_UTF8);
    *document = json_tokener_parse_ex(tokener, text, length);
    error = json_tokener_get_error(tokener);
    *end = json_tokener_get_parse_end(tokener);
    if (error == json_tokener_continue)
        rc = fail(RC_FAILED, RECORD_AGAIN,
                  "cannot read snapshot %s: it is empty or ends in the middle",
                  file);
    else if (error != json_tokener_success)
        rc = fail(RC_FAILED, RECORD_AGAIN,
                  "cannot read snapshot %s: it is no JSON: %s at byte %zu",
                  file, json_tokener_error_desc(error), *end);
    else
        rc = RC_OK;
    json_tokener_free(tokener);
    return rc;
}

/* White space to the end of the file? */
static int need_end(const char *file, const char *text, size_t length,
                    size_t end)
{
    if (end + strspn(text + end, " \t\r\n") == length)
        return RC_OK;
    return fail(RC_FAILED, RECORD_AGAIN, "cannot read snapshot %s: it is no "
                "JSON: more follows its end at byte %zu", file, end);
}

static const char *string_of(struct json_object *document, const char *key)
{
    struct json_object *value;

    if (!json_object_object_get_ex(document, key, &value) ||
        !json_object_is_type(value, json_type_string))
        return "";
    return json_object_get_string(value);
}

static int read_header(struct json_object *document, const char *file,
                       uint32_t *abi)
{
    const char *schema, *text;
    unsigned int major, minor;
    int end = 0;

    if (!json_object_is_type(document, json_type_object))
        return fail(RC_FAILED, RECORD_AGAIN,
                    "cannot read snapshot %s: it is no JSON object", file);
    schema = string_of(document, "schema");
    if (strcmp(schema, SCHEMA))
        return fail(RC_FAILED, "Use the xen-smmu tool that recorded it.",
                    "cannot read snapshot %s: its schema is '%s', and this "
                    "tool reads " SCHEMA, file, schema);
    text = string_of(document, "abi");
    if (sscanf(text, "%5u.%5u%n", &major, &minor, &end) != 2 || text[end] ||
        major > 0xffff || minor > 0xffff)
        return fail(RC_FAILED, RECORD_AGAIN, "cannot read snapshot %s: its "
                    "'abi' is '%s', not a version like 1.0", file, text);
    *abi = major << 16 | minor;
    return RC_OK;
}

int replay_load(struct state *state, const char *file)
{
    struct json_object *document = NULL;
    char *text = NULL;
    enum kind kind;
    size_t length, end = 0;
    int rc;

    rc = read_file(file, &text, &length);
    if (rc)
        goto out;
    rc = parse(file, text, length, &document, &end);
    if (rc)
        goto out;
    rc = read_header(document, file, &state->abi);
    if (rc)
        goto out;
    state->is_recording = recording_is(document);
    rc = state->is_recording ? RC_OK : need_end(file, text, length, end);
    if (rc)
        goto out;
    for (kind = 0; kind < NR_RECORDED; kind++) {
        rc = json_read_list(document, file, state, kind);
        if (rc)
            goto out;
    }
    rc = recording_read(document, file, text + end, state);

 out:
    json_object_put(document);
    free(text);
    return rc;
}
