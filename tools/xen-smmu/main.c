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
    { "list", NULL, "the SMMUs (this is what a bare '" PROGRAM "' does)",
      verb_list },
    { "show", "DOM", "a domain, by id or name: its links, devices, trouble",
      verb_show },
    { "devices", NULL, "the devices behind SMMUs, and whose they are",
      verb_devices },
    { "snapshot", "FILE", "record the state in FILE ('-': standard output)",
      verb_snapshot },
    { "version", NULL, "versions of this tool and of the hypervisor's side",
      verb_version },
};

#define NR_VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void print_help(void)
{
    size_t i;

    puts("Usage: " PROGRAM " [OPTION]... [COMMAND [ARGUMENT]]\n"
         "Show what Xen's SMMU driver does.\n"
         "\n"
         "Commands:");
    for (i = 0; i < NR_VERBS; i++)
        printf("  %-8s %-4s  %s\n", verbs[i].name,
               verbs[i].argument ? verbs[i].argument : "", verbs[i].help);
    puts("\n"
         "Options:\n"
         "  -l, --json           JSON for programs instead of a table\n"
         "      --no-header      bare lines: one line a record, never wrapped\n"
         "  -q, --quiet          only the table, no notes\n"
         "      --from SNAPSHOT  read a recorded state ('-': standard input)\n"
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
    int wanted;

    if (!verb)
        return fail(RC_USAGE, SEE_HELP, "there is no command '%s'", name);
    wanted = verb->argument ? 2 : 1;
    if (argc > wanted)
        return fail(RC_USAGE, SEE_HELP, "'%s' takes no argument '%s'", name,
                    argv[wanted]);
    if (verb->argument && argc < wanted)
        return fail(RC_USAGE, SEE_HELP, "'%s' needs an argument: %s %s %s",
                    name, PROGRAM, name, verb->argument);
    return verb->run(options, verb->argument ? argv[1] : NULL);
}

int main(int argc, char **argv)
{
    enum { NO_HEADER = 256, FROM };
    static const struct option longs[] = {
        { "json", no_argument, NULL, 'l' },
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
    while ((option = getopt_long(argc, argv, ":lqhV", longs, NULL)) != -1) {
        switch (option) {
        case 'l':
            options.json = true;
            break;
        case 'q':
            options.quiet = true;
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
