/* SPDX-License-Identifier: GPL-2.0-only */
/* The state: loading it, and finding things in it. */
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "state.h"

void list_init(struct list *list, enum kind kind)
{
    memset(list, 0, sizeof(*list));
    list->known = kinds[kind].size;
    list->minor = UINT32_MAX;
}

static void state_init(struct state *state)
{
    enum kind kind;

    memset(state, 0, sizeof(*state));
    for (kind = 0; kind < NR_KINDS; kind++)
        list_init(&state->lists[kind], kind);
}

void state_names(struct state *state)
{
    state_init(state);
    names_load(&state->lists[DOMAINS]);
}

int state_load(struct state *state, const struct options *options)
{
    state_init(state);
    return options->from ? replay_load(state, options->from)
                         : live_load(state);
}

void state_free(struct state *state)
{
    unsigned int kind;

    for (kind = 0; kind < NR_KINDS; kind++)
        free(state->lists[kind].records);
    memset(state, 0, sizeof(*state));
}

void *list_at(const struct state *state, enum kind kind, uint32_t i)
{
    return (char *)state->lists[kind].records + i * kinds[kind].size;
}

const struct xen_smmu_unit *state_unit(const struct state *state,
                                       uint32_t index)
{
    uint32_t i;

    for (i = 0; i < state->lists[UNITS].count; i++) {
        const struct xen_smmu_unit *unit = list_at(state, UNITS, i);

        if (unit->index == index)
            return unit;
    }
    return NULL;
}

const char *state_domain_name(const struct state *state, uint16_t domid)
{
    uint32_t i;

    for (i = 0; i < state->lists[DOMAINS].count; i++) {
        const struct domain *domain = list_at(state, DOMAINS, i);

        if (domain->domid == domid)
            return domain->name;
    }
    return NULL;
}

/* As xl: what is all digits is a number, anything else a name. */
int state_find_domain(const struct state *state, const char *text,
                      const char *doing, uint16_t *domid)
{
    const struct domain *domain;
    unsigned long number;
    uint32_t i;

    if (*text && !text[strspn(text, "0123456789")]) {
        number = strlen(text) > 5 ? XEN_SMMU_DOMID_ANY
                                  : strtoul(text, NULL, 10);
        if (number < XEN_SMMU_DOMID_ANY) {
            *domid = number;
            return RC_OK;
        }
        return fail(RC_FAILED, reason_next(XEN_SMMU_REASON_NO_DOMAIN),
                    "cannot %s domain %s: no domain has so large a number",
                    doing, text);
    }
    for (i = 0; i < state->lists[DOMAINS].count; i++) {
        domain = list_at(state, DOMAINS, i);
        if (!strcmp(domain->name, text)) {
            *domid = domain->domid;
            return RC_OK;
        }
    }
    return fail(RC_FAILED, reason_next(XEN_SMMU_REASON_NO_DOMAIN),
                "cannot %s domain '%s': xenstore knows no domain of that "
                "name", doing, text);
}

char *state_domain_text(const struct state *state, uint16_t domid)
{
    const char *name = state_domain_name(state, domid);

    return name ? format_text("d%u (%s)", domid, name)
                : format_text("d%u", domid);
}

void state_keep_links(struct state *state,
                      bool (*keep)(const struct xen_smmu_link *link))
{
    struct list *links = &state->lists[LINKS];
    uint32_t i, kept = 0;

    for (i = 0; i < links->count; i++) {
        const struct xen_smmu_link *link = list_at(state, LINKS, i);

        if (keep(link))
            memmove(list_at(state, LINKS, kept++), link, sizeof(*link));
    }
    links->count = kept;
}

static uint16_t record_domid(enum kind kind, const void *record)
{
    switch (kind) {
    case LINKS:
        return ((const struct xen_smmu_link *)record)->domid;
    case DEVICES:
        return ((const struct xen_smmu_device *)record)->domid;
    case DOMAINS:
        return ((const struct domain *)record)->domid;
    default:
        return XEN_SMMU_DOMID_ANY;
    }
}

uint32_t state_keep_domain(struct state *state, uint16_t domid)
{
    static const enum kind owned[] = { LINKS, DEVICES, DOMAINS };
    uint32_t left = 0;
    size_t k;

    for (k = 0; k < sizeof(owned) / sizeof(owned[0]); k++) {
        enum kind kind = owned[k];
        uint32_t i, kept = 0;

        for (i = 0; i < state->lists[kind].count; i++) {
            void *record = list_at(state, kind, i);

            if (record_domid(kind, record) == domid)
                memmove(list_at(state, kind, kept++), record,
                        kinds[kind].size);
        }
        state->lists[kind].count = kept;
        if (kind != DOMAINS)
            left += kept;
    }
    return left;
}
