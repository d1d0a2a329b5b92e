/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu list: one line an SMMU. */
#include "output.h"

int verb_list(const struct options *options, char **arguments)
{
    static const char *const columns[] = {
        "name", "type", "state", "links", "links_debt", "quarantined",
        "last_flush_ns", NULL
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
        json_add(document, "notes", notes_json(&state));
        rc = json_print(document);
        goto out;
    }
    rc = table_print(&state, UNITS, columns, options);
    if (rc)
        goto out;
    if (!state.lists[UNITS].count && !options->quiet && !options->no_header) {
        note_paragraph("", "Xen drives no SMMU.");
        note_paragraph("  ", "Next: see 'xl dmesg | grep -i smmu' for whether "
                       "Xen runs with 'smmu=off', or why an SMMU of the "
                       "device tree was refused.");
    }
    notes_print(&state, options);

 out:
    state_free(&state);
    return rc;
}
