/* SPDX-License-Identifier: GPL-2.0-only */
/* The options: one table for parsing, --help and completion. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

const struct option_row option_rows[] = {
    { "json", 'l', NULL, 0, "JSON for programs instead of a table" },
    { "json-lines", 0, NULL, 0, "JSON, a line a record" },
    { "no-header", 0, NULL, 0,
      "bare lines: one line a record, never wrapped" },
    { "quiet", 'q', NULL, 0, "only the table, no notes" },
    { "from", 0, "SNAPSHOT", 0,
      "read a recorded state ('-': standard input)" },
    { "output", 'o', "WHAT", TAKES_OUTPUT,
      "stats: FIELD,...; gen: a directory; trace: a file" },
    { "follow", 'f', NULL, TAKES_FOLLOW, "with faults: go on with new ones" },
    { "format", 0, "FORMAT", TAKES_FORMAT,
      "with trace export: svg, csv or perfetto" },
    { "host-dtb", 0, "FILE", TAKES_HOST_DTB, "the host's device tree" },
    { "guest-dtb", 0, "FILE", TAKES_GUEST_DTB, "a guest's partial tree" },
    { "config", 0, "FILE", TAKES_CONFIG, "a guest's xl.cfg" },
    { "device", 0, "PATH", TAKES_DEVICE, "with gen: a node of the host's" },
    { "name", 0, "NAME", TAKES_NAME, "with gen: of the guest" },
    { "force", 0, NULL, TAKES_FORCE, "with gen: overwrite files" },
    { "no-scmi", 0, NULL, TAKES_NO_SCMI, "with gen: devices always awake" },
    { "root", 0, "DIR", TAKES_ROOT, "with doctor: another /proc, /sys, /var" },
    { "delay", 'd', "SEC", TAKES_DELAY, "with top: between two looks (2)" },
    { "batch", 'b', NULL, TAKES_BATCH, "with top: plain text, no terminal" },
    { "count", 'n', "N", TAKES_COUNT, "with top: look N times" },
    { "help", 'h', NULL, 0, "this help" },
    { "version", 'V', NULL, 0, "this tool's version" },
    { NULL, 0, NULL, 0, NULL }
};

#define NR_ROWS (sizeof(option_rows) / sizeof(option_rows[0]) - 1)
#define FIRST   256             /* getopt's value of the first row */

void options_help(void)
{
    const struct option_row *row;
    char left[32];

    for (row = option_rows; row->name; row++) {
        snprintf(left, sizeof(left), "--%s%s%s", row->name,
                 row->argument ? " " : "", row->argument ? row->argument : "");
        if (row->letter)
            printf("  -%c, %-17s  %s\n", row->letter, left, row->help);
        else
            printf("      %-17s  %s\n", left, row->help);
    }
}

const char *option_name(unsigned int takes)
{
    static char name[32];
    const struct option_row *row;

    for (row = option_rows; row->name; row++)
        if (row->takes & takes)
            break;
    if (row->letter)
        snprintf(name, sizeof(name), "-%c", row->letter);
    else
        snprintf(name, sizeof(name), "--%s", row->name ? row->name : "");
    return name;
}

static int append(const char **list, int *count, const char *value)
{
    if (*count == MAX_NAMED)
        return fail(RC_USAGE, "Use several commands.", "more than %d of one "
                    "option", MAX_NAMED);
    list[(*count)++] = value;
    return RC_OK;
}

int options_take(struct options *options, unsigned int takes,
                 const char *value)
{
    switch (takes) {
    case TAKES_OUTPUT:
        options->output = value;
        return RC_OK;
    case TAKES_FOLLOW:
        options->follow = true;
        return RC_OK;
    case TAKES_FORMAT:
        options->format = value;
        return RC_OK;
    case TAKES_HOST_DTB:
        if (options->host_dtb)
            return fail(RC_USAGE, "Give one; guests may be several.",
                        "there is one host, but two --host-dtb");
        options->host_dtb = value;
        return RC_OK;
    case TAKES_NAME:
        options->name = value;
        return RC_OK;
    case TAKES_FORCE:
        options->force = true;
        return RC_OK;
    case TAKES_NO_SCMI:
        options->no_scmi = true;
        return RC_OK;
    case TAKES_ROOT:
        options->root = value;
        return RC_OK;
    case TAKES_DELAY:
        options->delay = value;
        return RC_OK;
    case TAKES_BATCH:
        options->batch = true;
        return RC_OK;
    case TAKES_COUNT:
        options->count = value;
        return RC_OK;
    case TAKES_GUEST_DTB:
        return append(options->guest_dtbs, &options->nr_guest_dtbs, value);
    case TAKES_CONFIG:
        return append(options->configs, &options->nr_configs, value);
    default:
        return append(options->devices, &options->nr_devices, value);
    }
}

static int common(struct options *options, const char *name,
                  const char *value)
{
    if (!strcmp(name, "json"))
        options->json = true;
    else if (!strcmp(name, "json-lines"))
        options->json = options->json_lines = true;
    else if (!strcmp(name, "no-header"))
        options->no_header = true;
    else if (!strcmp(name, "quiet"))
        options->quiet = true;
    else if (!strcmp(name, "from"))
        options->from = value;
    else if (!strcmp(name, "help"))
        options->help = true;
    else
        options->version = true;
    return RC_OK;
}

static const struct option_row *find_row(int option)
{
    const struct option_row *row;

    if (option >= FIRST)
        return &option_rows[option - FIRST];
    for (row = option_rows; row->name; row++)
        if (row->letter == option)
            return row;
    return NULL;
}

int options_parse(int argc, char **argv, struct options *options)
{
    struct option longs[NR_ROWS + 1] = { { 0 } };
    const struct option_row *row;
    int option, rc = RC_OK;
    size_t i;

    for (i = 0; i < NR_ROWS; i++)
        longs[i] = (struct option){
            .name = option_rows[i].name, .val = FIRST + i,
            .has_arg = option_rows[i].argument ? required_argument
                                               : no_argument,
        };
    opterr = 0;
    /* Options may come after the command too, as users type them. */
    while (!rc && !options->help && !options->version &&
           (option = getopt_long(argc, argv, ":lqfo:d:bn:hV", longs,
                                 NULL)) != -1) {
        if (option == ':')
            return fail(RC_USAGE, SEE_HELP, "option '%s' needs an argument",
                        argv[optind - 1]);
        row = option == '?' ? NULL : find_row(option);
        if (!row)
            return fail(RC_USAGE, SEE_HELP, "there is no option '%s'",
                        argv[optind - 1]);
        options->given |= row->takes;
        rc = row->takes ? options_take(options, row->takes, optarg)
                        : common(options, row->name, optarg);
    }
    return rc;
}
