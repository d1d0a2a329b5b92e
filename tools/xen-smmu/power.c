/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu power: a line an SMMU, and what keeps it from sleeping deeper. */
#include <stdlib.h>

#include "output.h"

/* Nothing is said about what an older hypervisor does not tell. */
static void explain(const struct state *state)
{
    const struct field *source = field_find(UNITS, "power_source");
    const struct field *caps = field_find(UNITS, "power_caps");
    uint32_t i;

    if (!state->lists[UNITS].count || !field_known(caps, state, UNITS))
        return;
    note_paragraph("", "");
    for (i = 0; i < state->lists[UNITS].count; i++) {
        const struct xen_smmu_unit *unit = list_at(state, UNITS, i);
        char *promises = field_text(caps, state, UNITS, unit);
        char *name = field_text(source, state, UNITS, unit);
        char *text;

        if (unit->power_caps & XEN_SMMU_POWER_masters_held)
            text = format_text("%s: may be switched off; its power source "
                               "'%s' promises %s.", unit->name, name,
                               promises);
        else
            text = format_text("%s: is parked, never switched off: its power "
                               "source '%s' does not promise masters-held.",
                               unit->name, name);
        note_paragraph("", text);
        free(text);
        free(name);
        free(promises);
    }
}

int verb_power(const struct options *options, char **arguments)
{
    /* For scripts all in one line, for people what fits into 80 columns. */
    static const char *const narrow[] = {
        "name", "power", "since_ns", "power_source", "parks", "offs", "wakes",
        "links_live", "links_dormant", "awake", NULL
    };
    static const char *const wide[] = {
        "name", "power", "since_ns", "power_source", "parks", "offs", "wakes",
        "links_live", "links_dormant", "awake", "power_caps", NULL
    };
    struct json_object *document;
    struct state state;
    int rc;

    (void)arguments;
    rc = state_load(&state, options);
    if (rc)
        goto out;
    if (options->json) {
        document = json_document(state.abi);
        json_add_list(document, &state, UNITS);
        json_add_list(document, &state, LINKS);
        json_add(document, "notes", notes_json(&state));
        rc = json_print(document);
        goto out;
    }
    rc = table_print(&state, UNITS, options->no_header ? wide : narrow,
                     options);
    if (rc)
        goto out;
    if (!options->quiet && !options->no_header)
        explain(&state);
    notes_print(&state, options);

 out:
    state_free(&state);
    return rc;
}
