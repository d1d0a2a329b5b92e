/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu: a table of verbs, and a loop that finds the one that is meant. */
#include <errno.h>
#include <getopt.h>             /* optind */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include <public/xen-smmu.h>

#include "output.h"

const struct verb verbs[] = {
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
      .takes = TAKES_OUTPUT, .help = "counters of SMMUs and domains" },
    { .name = "top", .usage = "[-d SEC]", .run = verb_top,
      .takes = TAKES_DELAY | TAKES_BATCH | TAKES_COUNT,
      .help = "all that is going on, live; ? helps" },
    { .name = "faults", .usage = "[-f]", .run = verb_faults,
      .takes = TAKES_FOLLOW,
      .help = "what devices did that they may not" },
    { .name = "trace", .usage = "record|export", 1, 2, .run = verb_trace,
      .takes = TAKES_OUTPUT | TAKES_FORMAT,
      .help = "what happens over time, as a picture" },
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
    { .name = "check", .usage = "[FILE...]", 0, MAX_NAMED, .run = verb_check,
      .offline = true,
      .takes = TAKES_HOST_DTB | TAKES_GUEST_DTB | TAKES_CONFIG,
      .help = "device trees and xl.cfg: what will not work" },
    { .name = "gen", .usage = "[DEVICE-PATH...]", 0, MAX_NAMED, .run = verb_gen,
      .offline = true,
      .takes = TAKES_HOST_DTB | TAKES_DEVICE | TAKES_NAME | TAKES_OUTPUT |
               TAKES_FORCE | TAKES_NO_SCMI,
      .help = "trees and xl.cfg lines for devices of a host" },
    { .name = "doctor", .run = verb_doctor, .takes = TAKES_ROOT,
      .help = "what is wrong with this machine; what next" },
    { .name = "explain", .usage = "[CODE|TOKEN]", 0, 1, .run = verb_explain,
      .offline = true, .help = "what a reason means, and what to do" },
    { .name = "completion", .usage = "[WHAT [FILE]]", 0, 2,
      .run = verb_completion, .offline = true,
      .help = "bash completion: . <(xen-smmu completion)" },
    { .name = "version", .run = verb_version,
      .help = "versions of the tool and of the hypervisor" },
};

const int nr_verbs = sizeof(verbs) / sizeof(verbs[0]);

static void print_help(void)
{
    int i;

    puts("Usage: " PROGRAM " [OPTION]... [COMMAND [ARGUMENT]]\n"
         "Show and control Xen's SMMU driver. DOM is an id or a name.\n"
         "\n"
         "Commands:");
    for (i = 0; i < nr_verbs; i++)
        printf("  %-10s %-19s  %s\n", verbs[i].name,
               verbs[i].usage ? verbs[i].usage : "", verbs[i].help);
    puts("\nOptions:");
    options_help();
    puts("\n"
         "Exit codes: 0 all is well, 1 failed, 2 try again, 3 check or "
         "doctor found\n  something, 64 wrong usage.");
}

static const struct verb *find_verb(const char *name)
{
    int i;

    for (i = 0; i < nr_verbs; i++)
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
    if (verb->offline && options->from)
        return fail(RC_USAGE, "Leave --from away.", "'%s' looks at no "
                    "state, a snapshot is of no use", name);
    if (options->given & ~verb->takes)
        return fail(RC_USAGE, SEE_HELP, "'%s' takes no option '%s'", name,
                    option_name(options->given & ~verb->takes));
    return verb->run(options, arguments);
}

int main(int argc, char **argv)
{
    struct options options = { 0 };
    int rc;

    setlocale(LC_CTYPE, "");
    rc = options_parse(argc, argv, &options);
    if (rc)
        return rc;
    json_lines(options.json_lines);
    if (options.help)
        print_help();
    else if (options.version)
        puts(PROGRAM " " TOOL_VERSION);
    else
        rc = run_verb(&options, argc - optind, argv + optind);

    /* What cannot be written must not look as if it had been. */
    if (fflush(stdout) || ferror(stdout))
        rc = fail(RC_FAILED, "Check where standard output goes.",
                  "cannot write the output: %s", strerror(errno));
    return rc;
}
