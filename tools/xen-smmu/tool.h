/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen-smmu: what every file of the tool shares.
 *
 * A verb loads the state (from the hypervisor, or from a snapshot), and hands
 * lists of records to an output.  Verbs know no hypercall, transports know no
 * output, outputs know only the field tables.
 */
#ifndef XEN_SMMU_TOOL_H
#define XEN_SMMU_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRAM "xen-smmu"

/* Exit codes; part of the tool's interface, see xen-smmu(8). */
enum {
    RC_OK = 0,
    RC_FAILED = 1,
    RC_RETRY = 2,       /* nothing is wrong, but not now */
    RC_USAGE = 64,
};

struct options {
    bool json;
    bool no_header;     /* one line a record, for scripts */
    bool quiet;         /* no notes below the table */
    const char *from;   /* snapshot to read instead of the hypervisor */
    const char *fields; /* -o: the ones wanted, separated by commas */
};

struct verb {
    const char *name;
    const char *usage;          /* of its arguments */
    int least, most;            /* how many it takes */
    const char *help;
    /* The arguments end with a NULL. */
    int (*run)(const struct options *options, char **arguments);
    bool acts;                  /* on the hypervisor: not with --from */
    bool fields;                /* takes -o */
};

int verb_list(const struct options *options, char **arguments);
int verb_show(const struct options *options, char **arguments);
int verb_devices(const struct options *options, char **arguments);
int verb_power(const struct options *options, char **arguments);
int verb_pending(const struct options *options, char **arguments);
int verb_stats(const struct options *options, char **arguments);
int verb_suspend(const struct options *options, char **arguments);
int verb_resume(const struct options *options, char **arguments);
int verb_auto(const struct options *options, char **arguments);
int verb_policy(const struct options *options, char **arguments);
int verb_scmi(const struct options *options, char **arguments);
int verb_snapshot(const struct options *options, char **arguments);
int verb_version(const struct options *options, char **arguments);

/* error.c */

/* Print "xen-smmu: what went wrong", "Next: what to do", and return rc. */
int fail(int rc, const char *next, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The sentence and the next step of a reason of the ABI. */
const char *reason_token(uint32_t code);        /* NULL: not known here */
const char *reason_what(uint32_t code);
const char *reason_next(uint32_t code);

/* Anything but printable ASCII becomes '?': names may come from anywhere. */
void make_printable(char *text);

/* Allocate, or say so and exit: a tool this small cannot go on without. */
void *alloc(size_t count, size_t size);
char *format_text(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
