/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu: a table of verbs, and a loop that finds the one that is meant. */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include <public/xen-smmu.h>

#include "tool.h"

#define SEE_HELP "See '" PROGRAM " --help'."

static const struct verb verbs[] = {
    { .name = "list", .run = verb_list,
      .help = "the SMMUs (what a bare '" PROGRAM "' does)" },
    { .name = "show", .usage = "DOM", 1, 1, .run = verb_show,
      .help = "a domain: its links, devices, trouble" },
    { .name = "devices", .run = verb_devices,
      .help = "the devices behind SMMUs, and whose they are" },
    { .name = "power", .run = verb_power,
      .help = "the SMMUs' power, and who keeps them awake" },
    { .name = "pending", .run = verb_pending,
      .help = "what is put off until a domain wakes" },
    { .name = "stats", .usage = "[-o FIELD,...]", .run = verb_stats,
      .fields = true, .help = "counters of SMMUs and domains" },
    { .name = "suspend", .usage = "DOM", 1, 1, .run = verb_suspend,
      .acts = true, .help = "put a domain's devices to sleep: DMA aborts" },
    { .name = "resume", .usage = "DOM", 1, 1, .run = verb_resume,
      .acts = true, .help = "wake them, and keep them awake" },
    { .name = "auto", .usage = "DOM", 1, 1, .run = verb_auto,
      .acts = true, .help = "leave it to the domain again" },
    { .name = "policy", .usage = "[get|set K=V] [DOM]", 0, 3,
      .run = verb_policy, .acts = true,
      .help = "when domains may sleep (autosuspend=20ms)" },
    { .name = "scmi", .usage = "DOM on|off", 2, 2, .run = verb_scmi,
      .acts = true, .help = "whether the domain's guest may vote by SCMI" },
    { .name = "snapshot", .usage = "FILE", 1, 1, .run = verb_snapshot,
      .help = "record the state in FILE ('-': stdout)" },
    { .name = "version", .run = verb_version,
      .help = "versions of the tool and of the hypervisor" },
};

#define NR_VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void print_help(void)
{
    size_t i;

    puts("Usage: " PROGRAM " [OPTION]... [COMMAND [ARGUMENT]]\n"
         "Show and control Xen's SMMU driver. DOM is an id or a name.\n"
         "\n"
         "Commands:");
    for (i = 0; i < NR_VERBS; i++)
        printf("  %-8s %-19s  %s\n", verbs[i].name,
               verbs[i].usage ? verbs[i].usage : "", verbs[i].help);
    puts("\n"
         "Options:\n"
         "  -l, --json           JSON for programs instead of a table\n"
         "      --no-header      bare lines: one line a record, never wrapped\n"
         "  -q, --quiet          only the table, no notes\n"
         "      --from SNAPSHOT  read a recorded state ('-': standard input)\n"
         "  -o, --output FIELDS  with stats: these fields, joined by commas\n"
         "  -h, --help           this help\n"
         "  -V, --version        this tool's version\n"
         "\n"
         "Exit codes: 0 all is well, 1 failed, 2 try again, 64 wrong usage.");
}

static const struct verb *find_verb(const char *name)
{
    size_t i;

    for (i = 0; i < NR_VERBS; i++)
        if (!strcmp(verbs[i].name, name))
            return &verbs[i];
    return NULL;
}

static int run_verb(const struct options *options, int argc, char **argv)
{
    const char *name = argc ? argv[0] : "list";
    const struct verb *verb = find_verb(name);
    char **arguments = argc ? argv + 1 : argv;

    if (!verb)
        return fail(RC_USAGE, SEE_HELP, "there is no command '%s'", name);
    argc -= argc ? 1 : 0;
    if (argc > verb->most)
        return fail(RC_USAGE, SEE_HELP, "'%s' takes no argument '%s'", name,
                    argv[1 + verb->most]);
    if (argc < verb->least)
        return fail(RC_USAGE, SEE_HELP, "'%s' needs an argument: %s %s %s",
                    name, PROGRAM, name, verb->usage);
    if (verb->acts && options->from)
        return fail(RC_USAGE, "Leave --from away; 'show' and 'stats' can read "
                    "snapshots.", "'%s' needs the hypervisor, a snapshot does "
                    "not do", name);
    if (!verb->fields && options->fields)
        return fail(RC_USAGE, SEE_HELP, "'%s' takes no option '-o'", name);
    return verb->run(options, arguments);
}

int main(int argc, char **argv)
{
    enum { NO_HEADER = 256, FROM };
    static const struct option longs[] = {
        { "json", no_argument, NULL, 'l' },
        { "output", required_argument, NULL, 'o' },
        { "no-header", no_argument, NULL, NO_HEADER },
        { "quiet", no_argument, NULL, 'q' },
        { "from", required_argument, NULL, FROM },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'V' },
        { NULL, 0, NULL, 0 }
    };
    struct options options = { 0 };
    int option, rc;

    setlocale(LC_CTYPE, "");
    opterr = 0;
    /* Options may come after the command too, as users type them. */
    while ((option = getopt_long(argc, argv, ":lqo:hV", longs, NULL)) != -1) {
        switch (option) {
        case 'l':
            options.json = true;
            break;
        case 'q':
            options.quiet = true;
            break;
        case 'o':
            options.fields = optarg;
            break;
        case NO_HEADER:
            options.no_header = true;
            break;
        case FROM:
            options.from = optarg;
            break;
        case 'h':
            print_help();
            rc = RC_OK;
            goto out;
        case 'V':
            puts(PROGRAM " " TOOL_VERSION);
            rc = RC_OK;
            goto out;
        case ':':
            return fail(RC_USAGE, SEE_HELP, "option '%s' needs an argument",
                        argv[optind - 1]);
        default:
            return fail(RC_USAGE, SEE_HELP, "there is no option '%s'",
                        argv[optind - 1]);
        }
    }
    rc = run_verb(&options, argc - optind, argv + optind);

 out:
    /* What cannot be written must not look as if it had been. */
    if (fflush(stdout) || ferror(stdout))
        rc = fail(RC_FAILED, "Check where standard output goes.",
                  "cannot write the output: %s", strerror(errno));
    return rc;
}
