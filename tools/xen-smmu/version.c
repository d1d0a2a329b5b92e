/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu version: this tool's, and the hypervisor's. */
#include <stdio.h>
#include <stdlib.h>

#include "output.h"

int verb_version(const struct options *options, char **arguments)
{
    struct json_object *document;
    char *ours, *theirs = NULL;
    struct state state = { 0 };
    int rc;

    (void)arguments;
    ours = abi_text(XEN_SMMU_ABI_VERSION);
    /* Ours needs no hypervisor: say it before anything can fail. */
    if (!options->json)
        printf(PROGRAM " " TOOL_VERSION ", interface %s\n", ours);
    rc = options->from ? state_load(&state, options)
                       : live_version(&state.abi);
    if (rc)
        goto out;
    if (options->json) {
        document = json_document(state.abi);
        json_add(document, "tool_abi", json_object_new_string(ours));
        rc = json_print(document);
        goto out;
    }
    theirs = abi_text(state.abi);
    printf("hypervisor: interface %s\n", theirs);

 out:
    free(theirs);
    free(ours);
    state_free(&state);
    return rc;
}
