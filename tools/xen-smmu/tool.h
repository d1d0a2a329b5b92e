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
#define SEE_HELP "See '" PROGRAM " --help'."

/* Exit codes; part of the tool's interface, see xen-smmu(8). */
enum {
    RC_OK = 0,
    RC_FAILED = 1,
    RC_RETRY = 2,       /* nothing is wrong, but not now */
    RC_FAULTS = 3,      /* check or doctor found something */
    RC_USAGE = 64,
};

/* Files or devices that an option may name, at most. */
#define MAX_NAMED 64

/* What a verb takes beyond --json and the like; main.c has their names. */
enum {
    TAKES_OUTPUT = 1 << 0,
    TAKES_HOST_DTB = 1 << 1,
    TAKES_GUEST_DTB = 1 << 2,
    TAKES_CONFIG = 1 << 3,
    TAKES_DEVICE = 1 << 4,
    TAKES_NAME = 1 << 5,
    TAKES_FORCE = 1 << 6,
    TAKES_ROOT = 1 << 7,
    TAKES_DELAY = 1 << 8,
    TAKES_BATCH = 1 << 9,
    TAKES_COUNT = 1 << 10,
    TAKES_NO_SCMI = 1 << 11,
    TAKES_FOLLOW = 1 << 12,
    TAKES_FORMAT = 1 << 13,
};

struct options {
    bool json;
    bool json_lines;    /* a record a line; json is set, too */
    bool no_header;     /* one line a record, for scripts */
    bool quiet;         /* no notes below the table */
    const char *from;   /* snapshot to read instead of the hypervisor */
    const char *output; /* -o: fields, separated by commas; or where to write */
    /* Offline. */
    const char *host_dtb, *name;
    const char *guest_dtbs[MAX_NAMED], *configs[MAX_NAMED],
               *devices[MAX_NAMED];
    int nr_guest_dtbs, nr_configs, nr_devices;
    bool force, no_scmi;
    const char *root;           /* of the machine's files; NULL: / */
    /* A view that goes on. */
    const char *delay, *count;
    bool batch;
    unsigned int given;         /* TAKES_* */
    /* Events. */
    bool follow;
    const char *format;
    bool help, version;
};

struct option_row {
    const char *name;
    char letter;                /* 0: none */
    const char *argument;       /* NULL: none */
    unsigned int takes;         /* 0: every verb's */
    const char *help;
};

extern const struct option_row option_rows[];   /* ends with a NULL name */

int options_parse(int argc, char **argv, struct options *options);
/* As if the option that takes this had been given. */
int options_take(struct options *options, unsigned int takes,
                 const char *value);
void options_help(void);
const char *option_name(unsigned int takes);

struct verb {
    const char *name;
    const char *usage;          /* of its arguments */
    int least, most;            /* how many it takes */
    const char *help;
    /* The arguments end with a NULL. */
    int (*run)(const struct options *options, char **arguments);
    bool acts;                  /* on the hypervisor: not with --from */
    bool offline;               /* neither hypervisor nor snapshot */
    unsigned int takes;         /* TAKES_* */
};

extern const struct verb verbs[];
extern const int nr_verbs;

int verb_list(const struct options *options, char **arguments);
int verb_show(const struct options *options, char **arguments);
int verb_devices(const struct options *options, char **arguments);
int verb_power(const struct options *options, char **arguments);
int verb_pending(const struct options *options, char **arguments);
int verb_stats(const struct options *options, char **arguments);
int verb_top(const struct options *options, char **arguments);
int verb_suspend(const struct options *options, char **arguments);
int verb_resume(const struct options *options, char **arguments);
int verb_auto(const struct options *options, char **arguments);
int verb_policy(const struct options *options, char **arguments);
int verb_scmi(const struct options *options, char **arguments);
int verb_faults(const struct options *options, char **arguments);
int verb_trace(const struct options *options, char **arguments);
int verb_snapshot(const struct options *options, char **arguments);
int verb_check(const struct options *options, char **arguments);
int verb_gen(const struct options *options, char **arguments);
int verb_doctor(const struct options *options, char **arguments);
int verb_explain(const struct options *options, char **arguments);
int verb_completion(const struct options *options, char **arguments);
int verb_version(const struct options *options, char **arguments);

/* error.c */

/* Print "xen-smmu: what went wrong", "Next: what to do", and return rc. */
int fail(int rc, const char *next, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Who has the terminal is asked first; true: it has taken care of it. */
typedef bool fail_hook_fn(int rc, const char *text);
void fail_hook(fail_hook_fn *hook);

/* The sentence and the next step of a reason of the ABI. */
const char *reason_token(uint32_t code);        /* NULL: not known here */
const char *reason_what(uint32_t code);
const char *reason_next(uint32_t code);
/* Every one, by place: false after the last. */
bool reason_at(size_t place, uint32_t *code);

/* Anything but printable ASCII becomes '?': names may come from anywhere. */
void make_printable(char *text);

/* Allocate, or say so and exit: a tool this small cannot go on without. */
void *alloc(size_t count, size_t size);
char *format_text(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
