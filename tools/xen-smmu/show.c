/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu show DOM: a domain's links, its devices, and what is wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

/* The SMMUs this domain has nothing to do with say nothing about it. */
static void keep_units(struct state *state)
{
    struct list *units = &state->lists[UNITS];
    uint32_t i, j, kept = 0;

    for (i = 0; i < units->count; i++) {
        const struct xen_smmu_unit *unit = list_at(state, UNITS, i);

        for (j = 0; j < state->lists[LINKS].count; j++) {
            const struct xen_smmu_link *link = list_at(state, LINKS, j);

            if (link->unit == unit->index) {
                memmove(list_at(state, UNITS, kept++), unit, sizeof(*unit));
                break;
            }
        }
    }
    units->count = kept;
}

static int show_json(const struct state *state)
{
    struct json_object *document = json_document(state->abi);

    json_add_list(document, state, DOMAINS);
    json_add_list(document, state, LINKS);
    json_add_list(document, state, DEVICES);
    json_add(document, "notes", notes_json(state));
    return json_print(document);
}

static int show_text(const struct state *state, uint16_t domid,
                     const struct options *options)
{
    static const char *const link_columns[] = {
        "smmu", "vmid", "state", "since_ns", "debt_all", "votes", "wakes",
        "elided", "failures", NULL
    };
    static const char *const device_columns[] = {
        "path", "sids", "state", "awake", "faults", NULL
    };
    const char *name = state_domain_name(state, domid);
    char *title;
    int rc;

    if (!options->no_header) {
        title = format_text("Domain %u (%s)", domid, name ? name : "no name");
        note_paragraph("", title);
        free(title);
        putchar('\n');
    }
    rc = table_print(state, LINKS, link_columns, options);
    if (rc)
        return rc;
    putchar('\n');
    rc = table_print(state, DEVICES, device_columns, options);
    if (rc)
        return rc;
    notes_print(state, options);
    return RC_OK;
}

int verb_show(const struct options *options, char **arguments)
{
    struct state state;
    const char *name;
    uint16_t domid = XEN_SMMU_DOMID_ANY;
    int rc;

    rc = state_load(&state, options);
    if (rc)
        goto out;
    rc = state_find_domain(&state, arguments[0], "show", &domid);
    if (rc)
        goto out;
    if (!state_keep_domain(&state, domid)) {
        name = state_domain_name(&state, domid);
        rc = fail(RC_FAILED, reason_next(XEN_SMMU_REASON_NO_DOMAIN),
                  name ? "cannot show domain %u (%s): it has no device behind "
                  "an SMMU" : "cannot show domain %u: %s", domid,
                  name ? name : reason_what(XEN_SMMU_REASON_NO_DOMAIN));
        goto out;
    }
    keep_units(&state);
    rc = options->json ? show_json(&state)
                       : show_text(&state, domid, options);

 out:
    state_free(&state);
    return rc;
}
