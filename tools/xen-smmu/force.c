/* SPDX-License-Identifier: GPL-2.0-only */
/* What suspend, resume and auto share: the toolstack's word for a domain. */
#include <stdio.h>
#include <stdlib.h>

#include "force.h"

static int force_json(const struct state *state,
                      const struct xen_smmu_force *force, uint32_t wanted)
{
    const struct field *field = field_find(LINKS, "force");
    struct json_object *document = json_document(state->abi);
    struct xen_smmu_link link = { .force = wanted };

    json_add(document, "domid", json_uint(force->domid));
    json_add(document, "name",
             json_string(state_domain_name(state, force->domid)));
    json_add(document, "force", json_value(field, state, &link));
    link.force = force->force;
    json_add(document, "before", json_value(field, state, &link));
    json_add(document, "votes", json_uint(force->votes));
    return json_print(document);
}

int force_domain(const struct options *options, const char *domain,
                 const char *doing, uint32_t wanted, force_say_fn *say)
{
    struct xen_smmu_force force = { .force = wanted };
    char *who = NULL, *what = NULL;
    struct state state;
    int rc;

    state_names(&state);
    rc = state_find_domain(&state, domain, doing, &force.domid);
    if (rc)
        goto out;
    who = state_domain_text(&state, force.domid);
    what = format_text("%s %s", doing, who);
    rc = live_force(&state, what, &force);
    if (rc)
        goto out;
    if (options->json)
        rc = force_json(&state, &force, wanted);
    else if (!options->quiet)
        say(who, &force);

 out:
    free(what);
    free(who);
    state_free(&state);
    return rc;
}
