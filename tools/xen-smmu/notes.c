/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong, in words: reasons with their next steps. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

#define NOTE_WIDTH 80

void note_paragraph(const char *indent, const char *text)
{
    size_t column = 0;

    while (*text) {
        size_t i, length = strcspn(text, " ");

        /* A word that is longer than a line is broken. */
        if (length > NOTE_WIDTH - strlen(indent))
            length = NOTE_WIDTH - strlen(indent);
        if (column && column + 1 + length > NOTE_WIDTH) {
            putchar('\n');
            column = 0;
        }
        if (column) {
            putchar(' ');
            column++;
        } else {
            fputs(indent, stdout);
            column = strlen(indent);
        }
        /* Names may come from anywhere: no control character gets out. */
        for (i = 0; i < length; i++)
            putchar(text[i] < ' ' || text[i] > '~' ? '?' : text[i]);
        column += length;
        text += length;
        text += strspn(text, " ");
    }
    putchar('\n');
}

/* One note: who it is about, and why. */
typedef void note_fn(void *arg, const char *who, uint32_t reason);

static void each_note(const struct state *state, note_fn *fn, void *arg)
{
    uint32_t i;

    for (i = 0; i < state->lists[UNITS].count; i++) {
        const struct xen_smmu_unit *unit = list_at(state, UNITS, i);

        if (unit->reason != XEN_SMMU_REASON_NONE)
            fn(arg, unit->name, unit->reason);
        else if (unit->state == XEN_SMMU_UNIT_FAILED)
            fn(arg, unit->name, XEN_SMMU_REASON_UNIT_FAILED);
    }
    for (i = 0; i < state->lists[LINKS].count; i++) {
        const struct xen_smmu_link *link = list_at(state, LINKS, i);
        const struct xen_smmu_unit *unit = state_unit(state, link->unit);
        const char *name = state_domain_name(state, link->domid);
        char *who = format_text("d%u%s%s%s on %s", link->domid,
                                name ? " (" : "", name ? name : "",
                                name ? ")" : "", unit ? unit->name : "-");

        if (link->reason != XEN_SMMU_REASON_NONE &&
            link->reason != XEN_SMMU_REASON_QUARANTINED)
            fn(arg, who, link->reason);
        if (link->flags & XEN_SMMU_LINK_quarantined ||
            link->reason == XEN_SMMU_REASON_QUARANTINED)
            fn(arg, who, XEN_SMMU_REASON_QUARANTINED);
        if (link->force == XEN_SMMU_FORCE_SUSPEND &&
            link->reason != XEN_SMMU_REASON_FORCED_ASLEEP)
            fn(arg, who, XEN_SMMU_REASON_FORCED_ASLEEP);
        free(who);
    }
}

static char *token_text(uint32_t reason)
{
    const char *token = reason_token(reason);

    return token ? format_text("%s", token)
                 : format_text("reason %" PRIu32, reason);
}

static void print_note(void *arg, const char *who, uint32_t reason)
{
    char *token = token_text(reason);
    char *what = format_text("%s: %s: %s", who, token, reason_what(reason));
    char *next = format_text("Next: %s", reason_next(reason));

    (void)arg;
    putchar('\n');
    note_paragraph("", what);
    note_paragraph("  ", next);
    free(next);
    free(what);
    free(token);
}

void notes_print(const struct state *state, const struct options *options)
{
    if (!options->quiet && !options->no_header)
        each_note(state, print_note, NULL);
}

static void add_note(void *arg, const char *who, uint32_t reason)
{
    struct json_object *note = json_object_new_object();
    char *token = token_text(reason);

    json_add(note, "who", json_object_new_string(who));
    json_add(note, "reason", json_object_new_string(token));
    json_add(note, "what", json_object_new_string(reason_what(reason)));
    json_add(note, "next", json_object_new_string(reason_next(reason)));
    json_object_array_add(arg, note);
    free(token);
}

struct json_object *notes_json(const struct state *state)
{
    struct json_object *array = json_object_new_array();

    each_note(state, add_note, array);
    return array;
}
