/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu completion: for bash, out of the tables of verbs and options. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <public/xen-smmu.h>

#include "check.h"
#include "state.h"

#define SPECIAL " \t\n'\"\\$`*?[]()&;|<>"

/* One a line, for the function below to ask for. */
static int print_domains(void)
{
    struct state state;
    uint32_t i;

    state_names(&state);
    for (i = 0; i < state.lists[DOMAINS].count; i++) {
        const struct domain *domain = list_at(&state, DOMAINS, i);

        /* What a shell would take apart is typed by hand. */
        if (domain->name[strcspn(domain->name, SPECIAL)])
            continue;
        puts(domain->name);
    }
    state_free(&state);
    return RC_OK;
}

/* Those of a host that could be given away. */
static int print_devices(const char *file)
{
    struct host host;
    struct check check = { .host = &host };
    int i, rc;

    rc = host_load(&host, file);
    for (i = 0; !rc && i < host.tree.count; i++) {
        char *path = tree_path(&host.tree, i);

        if (host_is_master(&host, i) && !check_master(&check, i) &&
            !path[strcspn(path, SPECIAL)])
            puts(path);
        free(path);
    }
    host_free(&host);
    return rc;
}

static int print_reasons(void)
{
    uint32_t code;
    size_t i;
    int j;

    for (i = 0; reason_at(i, &code); i++)
        puts(reason_token(code));
    for (j = 0; j < nr_rules; j++)
        puts(rules[j].token);
    for (j = 0; j < nr_symptoms; j++)
        puts(symptoms[j].token);
    return RC_OK;
}

static bool names(const struct verb *verb, const char *what)
{
    return verb->usage && strstr(verb->usage, what);
}

/* case LIST in each verb by what its usage says it takes. */
static void print_arguments(void)
{
    int i;

    for (i = 0; i < nr_verbs; i++) {
        const char *also = names(&verbs[i], "on|off") ? " on off" :
                           names(&verbs[i], "get|set") ? " get set" : "";

        if (names(&verbs[i], "DOM"))
            printf("    %s) words=\"$words%s $(" PROGRAM " completion domains "
                   "2>/dev/null)\" ;;\n", verbs[i].name, also);
        else if (names(&verbs[i], "TOKEN"))
            printf("    %s) words=\"$words $(" PROGRAM " completion "
                   "reasons)\" ;;\n", verbs[i].name);
        else if (names(&verbs[i], "WHAT"))
            printf("    %s) words=\"$words domains reasons devices\" "
                   "files=1 ;;\n", verbs[i].name);
        else if (names(&verbs[i], "record|export"))
            printf("    %s) words=\"$words record export\" files=1 ;;\n",
                   verbs[i].name);
        else if (names(&verbs[i], "DEVICE-PATH"))
            printf("    %s) words=\"$words $devices\" ;;\n",
                   verbs[i].name);
        else if (names(&verbs[i], "FILE") && verbs[i].most)
            printf("    %s) files=1 ;;\n", verbs[i].name);
    }
}

static void print_options(void)
{
    const struct option_row *row;
    int i;

    fputs("    local common=\"", stdout);
    for (row = option_rows; row->name; row++)
        if (!row->takes)
            printf(" --%s", row->name);
    puts("\"\n    case \"$verb\" in");
    for (i = 0; i < nr_verbs; i++) {
        printf("    %s) words=\"$common", verbs[i].name);
        for (row = option_rows; row->name; row++)
            if (row->takes & verbs[i].takes)
                printf(" --%s", row->name);
        puts("\" ;;");
    }
    puts("    *) words=\"$common\" ;;\n    esac");
}

static void print_values(void)
{
    const struct option_row *row;

    puts("    case \"$before\" in");
    for (row = option_rows; row->name; row++)
        if (row->argument && row->takes == TAKES_DEVICE)
            printf("    --%s) value=1; values=$devices ;;\n", row->name);
        else if (row->argument && row->takes == TAKES_FORMAT)
            printf("    --%s) value=1; values='svg csv perfetto' ;;\n",
                   row->name);
        else if (row->argument)
            printf("    --%s) files=%d; value=1 ;;\n", row->name,
                   !strcmp(row->argument, "FILE") ||
                   !strcmp(row->argument, "SNAPSHOT") ||
                   !strcmp(row->argument, "DIR"));
    puts("    esac");
}

/*
 * `xl smmu ...` is ours, all else xl's own completion's, which is loaded when
 * it is needed, as bash would have done.  That one wants no space after a
 * word; ours does.
 */
static const char beside_xl[] =
"_xen_smmu_xl() {\n"
"    local file\n"
"    if [ \"${COMP_WORDS[1]}\" = smmu ] && [ \"$COMP_CWORD\" -gt 1 ]; then\n"
"        local COMP_WORDS=(" PROGRAM " \"${COMP_WORDS[@]:2}\")\n"
"        local COMP_CWORD=$((COMP_CWORD - 1))\n"
"        compopt +o nospace -o filenames 2>/dev/null\n"
"        _xen_smmu\n"
"        return\n"
"    fi\n"
"    if ! declare -F _xl >/dev/null; then\n"
"        for file in \"${BASH_COMPLETION_USER_DIR:-$HOME/.local/share/bash-completion}\" \\\n"
"            /usr/local/share/bash-completion /usr/share/bash-completion; do\n"
"            [ -r \"$file/completions/xl\" ] && . \"$file/completions/xl\" &&\n"
"                break\n"
"        done\n"
"        complete -F _xen_smmu_xl -o nospace -o default xl\n"
"    fi\n"
"    declare -F _xl >/dev/null && _xl \"$@\"\n"
"}\n"
"complete -F _xen_smmu_xl -o nospace -o default xl";

static int print_script(void)
{
    int i;

    puts("# bash completion for " PROGRAM "; generated.\n"
         "_xen_smmu() {\n"
         "    local word=${COMP_WORDS[COMP_CWORD]} before='' verb='' i\n"
         "    local words='' files=0 value=0 values='' host='' devices=''\n"
         "    before=${COMP_WORDS[COMP_CWORD-1]}\n"
         "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "        case \"${COMP_WORDS[i]}\" in");
    for (i = 0; i < nr_verbs; i++)
        printf("%s%s", i ? "|" : "        ", verbs[i].name);
    puts(") : ${verb:=${COMP_WORDS[i]}} ;;\n"
         "        --host-dtb) host=${COMP_WORDS[i+1]} ;;\n"
         "        esac\n"
         "    done\n"
         "    [ -z \"$host\" ] ||\n"
         "        devices=$(" PROGRAM " completion devices \"$host\" "
         "2>/dev/null)");
    print_options();
    print_values();
    puts("    if [ $value = 0 ]; then case \"$verb\" in");
    print_arguments();
    fputs("    \"\") words=\"$words", stdout);
    for (i = 0; i < nr_verbs; i++)
        printf(" %s", verbs[i].name);
    puts("\" ;;\n"
         "    esac; else words=$values; fi\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\"\n"
         "        [ $files = 0 ] || compgen -f -- \"$word\")\n"
         "}\n"
         "complete -F _xen_smmu -o filenames " PROGRAM);
    puts(beside_xl);
    return RC_OK;
}

int verb_completion(const struct options *options, char **arguments)
{
    const char *what = arguments[0];

    (void)options;
    if (!what)
        return print_script();
    if (!strcmp(what, "devices")) {
        if (!arguments[1])
            return fail(RC_USAGE, "Name the host's device tree, too.",
                        "'completion devices' needs a file");
        return print_devices(arguments[1]);
    }
    if (arguments[1])
        return fail(RC_USAGE, SEE_HELP, "'completion %s' takes no argument "
                    "'%s'", what, arguments[1]);
    if (!strcmp(what, "domains"))
        return print_domains();
    if (!strcmp(what, "reasons"))
        return print_reasons();
    return fail(RC_USAGE, SEE_HELP, "'completion' knows no '%s'", what);
}
