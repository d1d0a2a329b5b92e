/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of the hypervisor's SMMUs, as lists of the ABI's own records.
 * A transport fills it; everything else only reads it.
 */
#ifndef XEN_SMMU_STATE_H
#define XEN_SMMU_STATE_H

#include <public/xen-smmu.h>

#include "tool.h"

enum kind { UNITS, LINKS, DEVICES, DOMAINS, NR_KINDS };

/* A domain as xenstore knows it; the hypervisor knows no names. */
struct domain {
    char name[128];
    uint16_t domid;
};

struct list {
    void *records;
    uint32_t count;
};

struct state {
    uint32_t abi;               /* of the hypervisor */
    struct list lists[NR_KINDS];
};

/* From the snapshot if the options name one, else from the hypervisor. */
int state_load(struct state *state, const struct options *options);
void state_free(struct state *state);

/* The two transports, and the names that go with the live one. */
int live_version(uint32_t *abi);
int live_load(struct state *state);
int replay_load(struct state *state, const char *file);
void names_load(struct list *domains);

void *list_at(const struct state *state, enum kind kind, uint32_t i);
const struct xen_smmu_unit *state_unit(const struct state *state,
                                       uint32_t index);
/* NULL where xenstore has no name: dom0less domains, zombies. */
const char *state_domain_name(const struct state *state, uint16_t domid);

/* Keep what belongs to one domain; return how many records are left of it. */
uint32_t state_keep_domain(struct state *state, uint16_t domid);

#endif
