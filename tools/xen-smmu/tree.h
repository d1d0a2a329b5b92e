/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device trees, read offline.  A tree comes from anywhere and is believed in
 * nothing: it is copied, bounded, checked in full, and indexed once, so that
 * no rule walks it twice.  Nodes are numbers, in the tree's order; -1 is none.
 */
#ifndef XEN_SMMU_TREE_H
#define XEN_SMMU_TREE_H

#include "tool.h"

struct tree_node {
    int offset;                 /* libfdt's */
    int parent;
    int end;                    /* the first node that is not below it */
    const char *name;
    uint32_t phandle;           /* 0: none */
};

struct tree {
    const char *file;
    void *fdt;
    struct tree_node *nodes;
    int count;
    struct {
        uint32_t phandle;
        int node;
    } *phandles;                /* sorted */
    int nr_phandles;
};

/* `what` it is, for the messages: "host device tree". */
int tree_load(struct tree *tree, const char *file, const char *what);
void tree_free(struct tree *tree);

const void *tree_prop(const struct tree *tree, int node, const char *name,
                      int *length);
bool tree_has(const struct tree *tree, int node, const char *name);
/* NULL unless it is one string or more; the first. */
const char *tree_string(const struct tree *tree, int node, const char *name);
bool tree_u32(const struct tree *tree, int node, const char *name,
              uint32_t *value);
bool tree_compatible(const struct tree *tree, int node, const char *with);
bool tree_available(const struct tree *tree, int node);
bool tree_is_below(const struct tree *tree, int node, int top);
int tree_child(const struct tree *tree, int node, const char *name);
/* Exact names only, as in Xen: no alias, no unit address left out. */
int tree_by_path(const struct tree *tree, const char *path);
int tree_by_phandle(const struct tree *tree, uint32_t phandle);
/* Printable, and cut where it is longer than any message should be. */
char *tree_path(const struct tree *tree, int node);
uint32_t tree_cell(const void *cells, int i);

/* refs.c: properties that name other nodes */

#define REF_ARGS 4

enum ref_trouble {
    REF_FINE,
    REF_ABSENT,                 /* no such property */
    REF_DANGLING,               /* the phandle is no node's */
    REF_NO_CELLS,               /* the node does not say how many follow */
    REF_LENGTH,                 /* it ends in the middle */
};

struct ref {
    int node;
    uint32_t phandle;
    unsigned int nr;
    uint32_t args[REF_ARGS];
};

struct refs {
    struct ref *list;
    int count;                  /* of the good ones before any trouble */
    enum ref_trouble trouble;
    uint32_t phandle;           /* where the trouble is */
};

/* <&provider args>... ; NULL for `cells`: no argument. */
void tree_refs(const struct tree *tree, int node, const char *property,
               const char *cells, struct refs *refs);
/* "names phandle 0x7, which is no node's", or so. */
char *ref_text(const struct refs *refs);

/* address.c: addresses as the CPU sees them */

struct range {
    uint64_t start, size;
};

enum reg_trouble {
    REG_FINE,
    REG_ABSENT,
    REG_CELLS,                  /* #address-cells, #size-cells not 1 or 2 */
    REG_LENGTH,
    REG_BUS,                    /* no way through the `ranges` above it */
};

struct regs {
    struct range *list;
    int count;
    enum reg_trouble trouble;
};

void tree_regs(const struct tree *tree, int node, struct regs *regs);
const char *reg_text(enum reg_trouble trouble);
bool range_overlaps(const struct range *a, const struct range *b);

/* interrupt.c */

enum irq_trouble {
    IRQ_FINE,
    IRQ_ABSENT,
    IRQ_PARENT,                 /* no interrupt parent that is there */
    IRQ_NOT_GIC,                /* it goes to another controller */
    IRQ_LENGTH,
};

struct irq {
    uint32_t number;            /* the GIC's INTID */
    uint32_t cells[3];
};

struct irqs {
    struct irq *list;
    int count;
    enum irq_trouble trouble;
};

/* `gic`: a phandle that is a GIC's without a node in the tree, or 0. */
void tree_irqs(const struct tree *tree, int node, uint32_t gic,
               struct irqs *irqs);
const char *irq_text(enum irq_trouble trouble);

#endif
