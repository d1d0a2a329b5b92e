/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu scmi DOM on|off: whether a domain's guest may vote. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

static int scmi_json(const struct state *state,
                     const struct xen_smmu_scmi *scmi, uint32_t wanted)
{
    const struct field *field = field_find(LINKS, "scmi");
    struct json_object *document = json_document(state->abi);
    struct xen_smmu_link link = { .scmi = wanted };

    json_add(document, "domid", json_uint(scmi->domid));
    json_add(document, "name",
             json_string(state_domain_name(state, scmi->domid)));
    json_add(document, "scmi", json_value(field, state, &link));
    link.scmi = scmi->scmi;
    json_add(document, "before", json_value(field, state, &link));
    json_add(document, "power_domains", json_uint(scmi->devices));
    return json_print(document);
}

int verb_scmi(const struct options *options, char **arguments)
{
    bool on = !strcmp(arguments[1], "on");
    struct xen_smmu_scmi scmi = {
        .scmi = on ? XEN_SMMU_SCMI_ON : XEN_SMMU_SCMI_OFF
    };
    const uint32_t wanted = scmi.scmi;
    char *who = NULL, *what = NULL;
    struct state state;
    int rc;

    if (!on && strcmp(arguments[1], "off"))
        return fail(RC_USAGE, "Say '" PROGRAM " scmi DOM on' or '" PROGRAM
                    " scmi DOM off'.", "'scmi' does not take '%s'",
                    arguments[1]);
    state_names(&state);
    rc = state_find_domain(&state, arguments[0], "set the SCMI server of",
                           &scmi.domid);
    if (rc)
        goto out;
    who = state_domain_text(&state, scmi.domid);
    what = format_text("turn %s the SCMI server of %s", arguments[1], who);
    rc = live_scmi(&state, what, &scmi);
    if (rc)
        goto out;
    if (options->json)
        rc = scmi_json(&state, &scmi, wanted);
    else if (!options->quiet)
        printf("%s: its SCMI server %s %s; %" PRIu32 " power domain%s\n", who,
               scmi.scmi == wanted ? "was already" : "is", arguments[1],
               scmi.devices, scmi.devices == 1 ? "" : "s");

 out:
    free(what);
    free(who);
    state_free(&state);
    return rc;
}
