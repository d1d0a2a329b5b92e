/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doctor: symptoms of a running system, as rules over what the hypervisor
 * tells, and what dom0's own files do.  A file that cannot be read is no
 * symptom, but is named: nobody shall take it for a good one.
 */
#ifndef XEN_SMMU_DOCTOR_H
#define XEN_SMMU_DOCTOR_H

#include "check.h"
#include "fields.h"

/* What xl has given to a guest. */
struct given {
    uint16_t domid;
    char *file;
    int iomem;                  /* entries */
    int dtdevs;
};

struct system {
    struct state state;
    char *cmdline_file, *cmdline;       /* NULL: not seen */
    char *tree_file;
    struct host tree;           /* dom0's, its fdt is NULL: not seen */
    struct given *given;
    int nr_given;
    struct unseen {
        char *file, *why;
    } unseen[3];
    int nr_unseen;
};

/* machine.c: dom0's files, below a directory; NULL: none is looked at. */
int machine_load(struct system *system, const char *root);
void machine_free(struct system *system);

/* symptoms_smmu.c */
tree_rule_fn symptom_failed, symptom_quarantined, symptom_domain_failed,
    symptom_flushes_failed, symptom_no_smmu, symptom_parked_only,
    symptom_events_lost, symptom_flood, symptom_faults, symptom_old;
/* symptoms_sleep.c: who never sleeps, and why; who may not wake */
tree_rule_fn symptom_held_asleep, symptom_held_awake, symptom_no_scmi,
    symptom_silent, symptom_vote, symptom_refused, symptom_dom0;
/* symptoms_machine.c */
tree_rule_fn symptom_clocks, symptom_domains, symptom_undriven,
    symptom_foreign, symptom_unprotected, symptom_guest_unprotected;

#endif
