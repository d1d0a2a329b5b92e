/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gen: from nodes of a host's tree to all that passing them through needs.
 * A plan says what goes where; each text is written from it alone, so the
 * four files agree.
 */
#ifndef XEN_SMMU_GEN_H
#define XEN_SMMU_GEN_H

#include <stdio.h>

#include "check.h"

/* Whole pages, and where the guest gets them. */
struct mapping {
    struct range host;
    uint64_t guest;
};

struct plan {
    const struct host *host;
    const char *name;
    int nodes[MAX_NAMED];
    int nr_nodes;
    struct mapping *mappings;   /* sorted, apart from each other */
    int nr_mappings;
    bool no_scmi;               /* the guest has no say in their power */
};

int plan_make(struct plan *plan, const struct options *options);
void plan_free(struct plan *plan);
/* The mapping that these registers lie in. */
const struct mapping *plan_find(const struct plan *plan,
                                const struct range *range);

/* What can stand in a source as it is. */
bool is_name(const char *text, const char *also);

typedef void gen_text_fn(FILE *out, const struct plan *plan);
gen_text_fn gen_overlay, gen_guest, gen_config, gen_imagebuilder;
/* gen_node.c: a device, as its guest is to see it. */
void gen_node(FILE *out, const struct plan *plan, int order);

/* files.c: all of them or none; names are within dir. */
struct file {
    char *name;
    char *text;
    size_t length;
};

int files_write(const char *dir, struct file *files, int count, bool force);

#endif
