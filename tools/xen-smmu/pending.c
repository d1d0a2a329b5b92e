/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu pending: what is put off until a domain wakes. */
#include "output.h"

/* Whoever is not live sleeps, or will never wake: both are of interest. */
static bool is_pending(const struct xen_smmu_link *link)
{
    return link->state != XEN_SMMU_LINK_LIVE || link->debt_ranges ||
           link->flags & XEN_SMMU_LINK_debt_all;
}

int verb_pending(const struct options *options, char **arguments)
{
    static const char *const columns[] = {
        "smmu", "domid", "name", "state", "since_ns", "debt_ranges",
        "debt_pages", "wake_flush", NULL
    };
    struct json_object *document;
    struct state state;
    int rc;

    (void)arguments;
    rc = state_load(&state, options);
    if (rc)
        goto out;
    state_keep_links(&state, is_pending);
    if (options->json) {
        document = json_document(state.abi);
        json_add_list(document, &state, LINKS);
        rc = json_print(document);
        goto out;
    }
    if (!state.lists[LINKS].count) {
        if (!options->quiet && !options->no_header)
            note_paragraph("", "Nothing is pending: no domain sleeps.");
        goto out;
    }
    rc = table_print(&state, LINKS, columns, options);

 out:
    state_free(&state);
    return rc;
}
