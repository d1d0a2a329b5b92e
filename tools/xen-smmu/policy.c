/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen-smmu policy [get|set K=V] [DOM]: when domains may sleep.  There is one
 * key: autosuspend, how long a domain stays awake after its last vote.
 */
#include <stdlib.h>
#include <string.h>

#include "output.h"

#define KEY "autosuspend"
#define EXAMPLE "Say for example '" PROGRAM " policy set " KEY "=20ms'."

/* "20ms", "1s", "0". */
static int parse_delay(const char *text, uint64_t *delay)
{
    static const struct { const char *unit; uint64_t ns; } units[] = {
        { "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 },
    };
    size_t i, digits = strspn(text, "0123456789");
    unsigned long long number;
    uint64_t ns = 0;

    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (!strcmp(text + digits, units[i].unit))
            ns = units[i].ns;
    if (!strcmp(text, "0"))
        ns = 1;
    if (!digits || !ns)
        return fail(RC_USAGE, "Give a number with its unit: 500us, 20ms, 1s; "
                    "0: at once; for a domain also 'global'.",
                    "'%s' is no time for " KEY, text);
    number = strtoull(text, NULL, 10);
    if (digits > 19 || number > XEN_SMMU_DELAY_MAX / ns)
        return fail(RC_USAGE, "Give at most 3600s; 'xen-smmu resume DOM' keeps "
                    "a domain awake for good.", "'%s' is too long for " KEY,
                    text);
    *delay = number * ns;
    return RC_OK;
}

static int parse_setting(const char *text, bool global, uint64_t *delay)
{
    const size_t length = strlen(KEY "=");

    if (strncmp(text, KEY "=", length))
        return fail(RC_USAGE, "There is one setting: " KEY ". " EXAMPLE,
                    "'%s' is no setting of a policy", text);
    text += length;
    if (strcmp(text, "global"))
        return parse_delay(text, delay);
    if (global)
        return fail(RC_USAGE, "Give a time, or a domain after it.",
                    "'global' is for a domain: the global " KEY " cannot "
                    "follow itself");
    *delay = XEN_SMMU_DELAY_GLOBAL;
    return RC_OK;
}

static int print_policies(const struct state *state,
                          const struct options *options)
{
    static const char *const columns[] = {
        "domid", "name", "autosuspend_ns", "effective_ns", NULL
    };
    struct json_object *document;

    if (!options->json)
        return table_print(state, POLICIES, columns, options);
    document = json_document(state->abi);
    json_add_list(document, state, POLICIES);
    return json_print(document);
}

/* The global one, and those of all domains with devices. */
static int get_all(struct state *state, const struct options *options)
{
    const struct xen_smmu_op request = { .op = XEN_SMMU_get_policy };
    uint32_t i, j, count = 1;
    uint16_t *domids;
    int rc;

    rc = state_load(state, options);
    if (rc)
        return rc;
    domids = alloc(1 + state->lists[LINKS].count, sizeof(*domids));
    domids[0] = XEN_SMMU_DOMID_ANY;
    for (i = 0; i < state->lists[LINKS].count; i++) {
        const struct xen_smmu_link *link = list_at(state, LINKS, i);

        for (j = 0; j < count && domids[j] != link->domid; j++)
            ;
        if (j == count)
            domids[count++] = link->domid;
    }
    rc = live_policy(state, "get the policies", &request, domids, count,
                     true);
    free(domids);
    return rc ? rc : print_policies(state, options);
}

/* Of one domain, or the global one where `domain` is NULL. */
static int do_one(struct state *state, struct xen_smmu_op *request,
                  const char *domain, const struct options *options)
{
    bool set = request->op == XEN_SMMU_set_policy;
    const char *doing = set ? "set the policy of" : "get the policy of";
    uint16_t domid = XEN_SMMU_DOMID_ANY;
    char *who, *what;
    int rc;

    state_names(state);
    if (domain) {
        rc = state_find_domain(state, domain, doing, &domid);
        if (rc)
            return rc;
        who = state_domain_text(state, domid);
    } else {
        who = format_text("all domains");
    }
    what = format_text("%s %s", doing, who);
    rc = live_policy(state, what, request, &domid, 1, false);
    free(what);
    free(who);
    if (rc || (set && options->quiet && !options->json))
        return rc;
    return print_policies(state, options);
}

int verb_policy(const struct options *options, char **arguments)
{
    struct xen_smmu_op request = { .op = XEN_SMMU_get_policy };
    struct state state = { 0 };
    int rc;

    if (arguments[0] && !strcmp(arguments[0], "set")) {
        arguments++;
        request.op = XEN_SMMU_set_policy;
        if (!arguments[0])
            return fail(RC_USAGE, EXAMPLE, "'policy set' needs a setting");
        rc = parse_setting(arguments[0], !arguments[1],
                           &request.u.policy.delay);
        if (rc)
            return rc;
        arguments++;
    } else if (arguments[0] && !strcmp(arguments[0], "get")) {
        arguments++;
    } else if (arguments[0] && strchr(arguments[0], '=')) {
        return fail(RC_USAGE, "Say 'policy set' to set it.",
                    "'policy' alone does not take '%s'", arguments[0]);
    }
    if (arguments[0] && arguments[1])
        return fail(RC_USAGE, "See '" PROGRAM " --help'.",
                    "'policy' takes no argument '%s'", arguments[1]);

    if (arguments[0] || request.op == XEN_SMMU_set_policy)
        rc = do_one(&state, &request, arguments[0], options);
    else
        rc = get_all(&state, options);
    state_free(&state);
    return rc;
}
