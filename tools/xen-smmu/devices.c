/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu devices: one line a device behind an SMMU. */
#include "output.h"

int verb_devices(const struct options *options, char **arguments)
{
    static const char *const columns[] = {
        "domid", "name", "path", "sids", "state", "awake", "wakes", NULL
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
        json_add_list(document, &state, DEVICES);
        rc = json_print(document);
        goto out;
    }
    rc = table_print(&state, DEVICES, columns, options);
    if (rc)
        goto out;
    if (!state.lists[DEVICES].count && !options->quiet &&
        !options->no_header) {
        note_paragraph("", "No device is behind an SMMU that Xen drives.");
        note_paragraph("  ", "Next: 'iommus' in the host device tree says "
                       "which SMMU a device is behind; 'xen-smmu list' shows "
                       "the SMMUs.");
    }

 out:
    state_free(&state);
    return rc;
}
