/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check: rules over a host's device tree, and the configurations and partial
 * trees of guests.  A rule is a row of the table in rules.c; what it finds
 * names a file, a node and a property.  A fault keeps a device from working,
 * or from being safe; a warning is to be looked at.
 */
#ifndef XEN_SMMU_CHECK_H
#define XEN_SMMU_CHECK_H

#include "config.h"
#include "host.h"

/* In a partial tree: the guest's GIC, and its SMMU if it were to have one. */
#define GUEST_GIC       65000
#define GUEST_IOMMU     65001

struct check;
struct rule;
struct system;                  /* doctor.h */

/* A note is nothing wrong, and worth to be known. */
enum level { LEVEL_FAULT, LEVEL_WARNING, LEVEL_NOTE, NR_LEVELS };

struct guest {
    struct config config;       /* its file is NULL: none */
    struct tree tree;           /* its fdt is NULL: none */
    int top;                    /* of the tree: /passthrough, -1: none */
    const char *file;           /* the one to name for the guest as a whole */
    struct range *iomem;        /* host side, bytes */
    uint64_t *iomem_to;         /* guest side */
    int nr_iomem;
    char *tree_file;            /* allocated, if it stands in the config */
};

/* One that a guest is to get. */
struct device {
    int node;                   /* in the host's tree, -1: not there */
    const char *path;           /* as it is asked for */
    char *own_path;             /* allocated, or NULL */
    const struct guest *guest;  /* NULL: reserved only */
    int order;                  /* among the guest's */
    int guest_node;             /* what stands for it there, -1: nothing */
};

struct finding {
    const struct rule *rule;
    const char *file;
    char *path, *property;      /* NULL: none */
    char *text;
};

struct check {
    struct host *host;          /* NULL: none was given */
    const struct system *system; /* of doctor; NULL: none */
    struct guest *guests;
    int nr_guests;
    struct device *devices;
    int nr_devices;
    struct finding *findings;
    int nr_findings, room;
    int count[NR_LEVELS];
    int dropped;                /* more than anybody reads */
};

struct rule {
    const char *token;
    enum level level;
    const char *what, *next;
    /* Whichever the rule is about; the others are NULL. */
    void (*tree)(struct check *check, const struct rule *rule);
    void (*device)(struct check *check, const struct rule *rule,
                   const struct device *device);
    void (*guest)(struct check *check, const struct rule *rule,
                  const struct guest *guest);
};

extern const struct rule rules[];       /* check's */
extern const int nr_rules;
extern const struct rule symptoms[];    /* doctor's; all are about a `tree` */
extern const int nr_symptoms;

typedef void tree_rule_fn(struct check *check, const struct rule *rule);
typedef void device_rule_fn(struct check *check, const struct rule *rule,
                            const struct device *device);
typedef void guest_rule_fn(struct check *check, const struct rule *rule,
                           const struct guest *guest);

/* The sentence begins with the property if one is given, else with "It". */
void found(struct check *check, const struct rule *rule, const char *file,
           char *path, const char *property, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

void check_run(struct check *check);
/* Could this node of the host be given to a guest?  NULL: yes. */
const struct rule *check_master(struct check *check, int node);
void check_free_findings(struct check *check);
int check_guest_load(struct guest *guest, const char *config,
                     const char *tree);
int check_devices(struct check *check);
void check_free(struct check *check);

/* Where a guest address lies in the host: through iomem, or xen,reg. */
bool guest_to_host(const struct guest *guest, int node, struct range *range);

/* inputs.c: an option for each file, by what is in it. */
int inputs_take(struct options *options, char **files);

/* check_out.c */
int check_print(struct check *check, const struct options *options);

#endif
