/* SPDX-License-Identifier: GPL-2.0-only */
/* The state: loading it, and finding things in it. */
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "state.h"

int state_load(struct state *state, const struct options *options)
{
    memset(state, 0, sizeof(*state));
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
