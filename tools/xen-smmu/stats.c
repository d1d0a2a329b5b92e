/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu stats: counters of SMMUs, and of the domains on them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

/* Everything there is to know, as wide as it gets. */
static const char *const unit_all[] = {
    "name", "power", "since_ns", "commands", "syncs", "parks", "offs",
    "wakes", "accesses", "polls", NULL
};
static const char *const link_all[] = {
    "smmu", "domid", "state", "since_ns", "wakes", "elided", "merged",
    "failures", "flushes", "overflows", "wake_none", "wake_ranges",
    "wake_vmid", "wake_all", "worst_wake", "worst_accesses", "scmi",
    "scmi_exits", "scmi_calls", "scmi_transitions", "scmi_denied",
    "scmi_errors", "drains", "drained", "drains_full", "drains_preempted",
    "drains_end", "drains_grants", "flushes_added", NULL
};

/* For people the links' in several tables, each within 80 columns. */
static const char *const unit_work[] = {
    "name", "power", "since_ns", "commands", "syncs", "parks", "offs",
    "wakes", "accesses", NULL
};
static const char *const link_work[] = {
    "smmu", "domid", "state", "since_ns", "wakes", "elided", "merged",
    "failures", NULL
};
static const char *const link_flushes[] = {
    "smmu", "domid", "flushes", "overflows", "wake_none", "wake_ranges",
    "wake_vmid", "wake_all", "worst_wake", "worst_accesses", NULL
};

static const char *const link_drains[] = {
    "smmu", "domid", "drains", "drained", "drains_full", "drains_preempted",
    "drains_end", "drains_grants", "flushes_added", NULL
};
static const char drain_words[] =
    "DRAINS: flushes of many pages at once, and their PAGES; FULL, PREEMPTED, "
    "END, GRANTS: why then; ADDED: flushes of one page that was mapped anew "
    "before.";

static const char *const link_scmi[] = {
    "smmu", "domid", "scmi", "scmi_exits", "scmi_calls", "scmi_transitions",
    "scmi_denied", "scmi_errors", NULL
};
static const char scmi_words[] =
    "EXITS: of the guest into the hypervisor, for its CALLS and its shared "
    "memory; TRANSITIONS: votes that changed; all of the domain, on each SMMU.";

/* Whose counters they are: in every line, in every JSON object. */
static const char *const line_ids[][4] = {
    [UNITS] = { "name" }, [LINKS] = { "smmu", "domid" }
};
static const char *const object_ids[][5] = {
    [UNITS] = { "name", "index" },
    [LINKS] = { "unit", "smmu", "domid", "name" }
};

static bool selectable(const struct field *field)
{
    return field && !field->table_only;
}

/* "known: a, b, ...", each once. */
static char *known_fields(void)
{
    static const enum kind owners[] = { UNITS, LINKS };
    char *names = NULL;
    size_t k;

    for (k = 0; k < sizeof(owners) / sizeof(owners[0]); k++) {
        const struct field *field;

        for (field = kinds[owners[k]].fields; field->key; field++) {
            char *longer;

            if (!selectable(field) ||
                (owners[k] == LINKS && field_find(UNITS, field->key)))
                continue;
            longer = format_text("%s%s", names ? names : "Choose from: ",
                                 names ? ", " : "");
            free(names);
            names = format_text("%s%s", longer, field->key);
            free(longer);
        }
    }
    return names;
}

/* Each is a field of one of the two at least. */
static int split(char *text, const char **keys)
{
    char *key, *known;
    size_t count = 0;
    int rc;

    while ((key = strsep(&text, ","))) {
        if (selectable(field_find(UNITS, key)) ||
            selectable(field_find(LINKS, key))) {
            keys[count++] = key;
            continue;
        }
        known = known_fields();
        rc = fail(RC_USAGE, known, "'stats' has no field '%s'", key);
        free(known);
        return rc;
    }
    keys[count] = NULL;
    return RC_OK;
}

/* `ids`, and the keys that this kind has; false if it has none of them. */
static bool choose(enum kind kind, const char **keys, const char *const *ids,
                   const char **chosen)
{
    size_t i, k, count = 0;
    bool any = false;

    for (i = 0; ids[i]; i++)
        chosen[count++] = ids[i];
    for (k = 0; keys[k]; k++) {
        if (!selectable(field_find(kind, keys[k])))
            continue;
        any = true;
        for (i = 0; ids[i] && strcmp(ids[i], keys[k]); i++)
            ;
        if (!ids[i])
            chosen[count++] = keys[k];
    }
    chosen[count] = NULL;
    return any;
}

static int print_chosen(const struct state *state, const char **keys,
                        const char **chosen, const struct options *options)
{
    struct json_object *document = NULL;
    enum kind kind;
    bool first = true;
    int rc;

    if (options->json)
        document = json_document(state->abi);
    for (kind = UNITS; kind <= LINKS; kind++) {
        if (options->json) {
            if (choose(kind, keys, object_ids[kind], chosen))
                json_add_keys(document, state, kind, chosen);
            continue;
        }
        if (!choose(kind, keys, line_ids[kind], chosen))
            continue;
        if (!first && !options->no_header)
            putchar('\n');
        first = false;
        rc = table_print(state, kind, chosen, options);
        if (rc)
            return rc;
    }
    return options->json ? json_print(document) : RC_OK;
}

static int print_json(const struct state *state)
{
    struct json_object *document = json_document(state->abi);

    json_add_list(document, state, UNITS);
    json_add_list(document, state, LINKS);
    return json_print(document);
}

static bool any_drains(const struct state *state)
{
    uint32_t i;

    for (i = 0; i < state->lists[LINKS].count; i++) {
        const struct xen_smmu_link *link = list_at(state, LINKS, i);

        if (link->drains || link->flushes_added)
            return true;
    }
    return false;
}

/* A further table of the links, with what its words mean. */
static int print_more(const struct state *state,
                      const char *const *columns, const char *words,
                      const struct options *options)
{
    int rc;

    putchar('\n');
    rc = table_print(state, LINKS, columns, options);
    if (!rc && !options->quiet) {
        putchar('\n');
        note_paragraph("", words);
    }
    return rc;
}

static bool any_scmi(const struct state *state)
{
    uint32_t i;

    for (i = 0; i < state->lists[LINKS].count; i++) {
        const struct xen_smmu_link *link = list_at(state, LINKS, i);

        if (link->scmi != XEN_SMMU_SCMI_NONE)
            return true;
    }
    return false;
}

static int print_tables(const struct state *state,
                        const struct options *options)
{
    int rc;

    rc = table_print(state, UNITS, options->no_header ? unit_all : unit_work,
                     options);
    if (rc || !state->lists[LINKS].count)
        return rc;
    if (options->no_header)
        return table_print(state, LINKS, link_all, options);
    putchar('\n');
    rc = table_print(state, LINKS, link_work, options);
    if (rc)
        return rc;
    putchar('\n');
    rc = table_print(state, LINKS, link_flushes, options);
    if (!rc && !options->quiet) {
        putchar('\n');
        note_paragraph("", "NONE, RANGES, VMID, ALL: wakes by what they "
                       "flushed; WORST: most commands of one wake; MMIO: "
                       "register accesses, of an SMMU, and most of one wake, "
                       "polls not counted.");
    }
    if (!rc && any_drains(state))
        rc = print_more(state, link_drains, drain_words, options);
    return rc || !any_scmi(state) ? rc :
           print_more(state, link_scmi, scmi_words, options);
}

int verb_stats(const struct options *options, char **arguments)
{
    const char **keys = NULL, **chosen = NULL;
    char *text = NULL;
    struct state state = { 0 };
    size_t room;
    int rc;

    (void)arguments;
    if (options->output) {
        text = format_text("%s", options->output);
        /* At most so many keys, the ids before them, the NULL behind. */
        room = strlen(text) + 1 + 4 + 1;
        keys = alloc(room, sizeof(*keys));
        chosen = alloc(room, sizeof(*chosen));
        rc = split(text, keys);
        if (rc)
            goto out;
    }
    rc = state_load(&state, options);
    if (rc)
        goto out;
    if (options->output)
        rc = print_chosen(&state, keys, chosen, options);
    else
        rc = options->json ? print_json(&state)
                           : print_tables(&state, options);

 out:
    free(chosen);
    free(keys);
    free(text);
    state_free(&state);
    return rc;
}
