/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of the hypervisor's SMMUs, as lists of the ABI's own records.
 * A transport fills it; everything else only reads it.
 */
#ifndef XEN_SMMU_STATE_H
#define XEN_SMMU_STATE_H

#include <public/xen-smmu.h>

#include "tool.h"

enum kind {
    UNITS, LINKS, DEVICES, DOMAINS,
    NR_RECORDED,                /* the ones above make a snapshot */
    POLICIES = NR_RECORDED,
    EVENTS,                     /* recorded as well, if there are any */
    FAULTS,                     /* those events that are */
    NR_KINDS
};

/* A domain as xenstore knows it; the hypervisor knows no names. */
struct domain {
    char name[128];
    uint16_t domid;
};

/* An autosuspend delay: the global one, or a domain's. */
struct policy {
    uint64_t delay;
    uint64_t effective;
    uint16_t domid;             /* DOMID_ANY: the global one */
};

struct list {
    void *records;
    uint32_t count;
    bool growing;               /* by list_append() */
    uint32_t known;             /* so many bytes of each were filled in */
    uint32_t minor;             /* of the ABI, that whoever did so knew */
};

struct state {
    uint32_t abi;               /* of the hypervisor */
    bool has_events;            /* of a snapshot: whether it tells any */
    bool is_recording, is_cut;  /* the lists come before the events */
    uint64_t now, end;          /* ns since Xen booted: of the lists, of the
                                   last event read; 0: not known */
    uint64_t lost;              /* events that could not be read */
    struct list lists[NR_KINDS];
};

/* Empty, its records as this tool knows them. */
void list_init(struct list *list, enum kind kind);

/* An empty state with the domains' names, for those who only need them. */
void state_names(struct state *state);

/* From the snapshot if the options name one, else from the hypervisor. */
int state_load(struct state *state, const struct options *options);
void state_free(struct state *state);

/* The two transports, and the names that go with the live one. */
int live_version(uint32_t *abi);
int live_load(struct state *state);
int replay_load(struct state *state, const char *file);
void names_load(struct list *domains);

/*
 * Operations, since ABI 1.1, scmi since 1.2: control.c.  `what` completes "cannot ...".  An
 * answer about policies is a list of POLICIES, one for each domain; those
 * that are gone are left out if `may_be_gone`.
 */
int live_force(struct state *state, const char *what,
               struct xen_smmu_force *force);
int live_scmi(struct state *state, const char *what,
              struct xen_smmu_scmi *scmi);
int live_policy(struct state *state, const char *what,
                const struct xen_smmu_op *request, const uint16_t *domids,
                uint32_t count, bool may_be_gone);

void *list_at(const struct state *state, enum kind kind, uint32_t i);
const struct xen_smmu_unit *state_unit(const struct state *state,
                                       uint32_t index);
/* NULL where xenstore has no name: dom0less domains, zombies. */
const char *state_domain_name(const struct state *state, uint16_t domid);

/* A domain by its number or name; `doing` completes "cannot ... domain". */
int state_find_domain(const struct state *state, const char *text,
                      const char *doing, uint16_t *domid);
/* "d3 (domA)", or "d3". */
char *state_domain_text(const struct state *state, uint16_t domid);

/* Keep the links for which keep() holds. */
void state_keep_links(struct state *state,
                      bool (*keep)(const struct xen_smmu_link *link));

/* Keep what belongs to one domain; return how many records are left of it. */
uint32_t state_keep_domain(struct state *state, uint16_t domid);

#endif
