/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu check: every rule over what was given; the findings. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* Nobody reads more. */
#define MAX_FINDINGS 1000

void found(struct check *check, const struct rule *rule, const char *file,
           char *path, const char *property, const char *format, ...)
{
    struct finding *finding;
    va_list args;
    int rc;

    check->count[rule->level]++;
    if (check->nr_findings == MAX_FINDINGS) {
        check->dropped++;
        free(path);
        return;
    }
    if (!check->findings)
        check->findings = alloc(MAX_FINDINGS, sizeof(*check->findings));
    finding = &check->findings[check->nr_findings++];
    *finding = (struct finding){ .rule = rule, .file = file, .path = path };
    if (property)
        finding->property = format_text("%s", property);
    va_start(args, format);
    rc = vasprintf(&finding->text, format, args);
    va_end(args);
    if (rc < 0)
        finding->text = format_text("%s", rule->what);
    make_printable(finding->text);
    if (path)
        make_printable(path);
}

void check_free_findings(struct check *check)
{
    int i;

    for (i = 0; i < check->nr_findings; i++) {
        free(check->findings[i].path);
        free(check->findings[i].property);
        free(check->findings[i].text);
    }
    free(check->findings);
    check->findings = NULL;
    check->nr_findings = 0;
    memset(check->count, 0, sizeof(check->count));
}

void check_run(struct check *check)
{
    int i, j;

    for (i = 0; i < nr_rules; i++) {
        const struct rule *rule = &rules[i];

        if (rule->tree && check->host)
            rule->tree(check, rule);
        for (j = 0; rule->device && check->host && j < check->nr_devices; j++)
            rule->device(check, rule, &check->devices[j]);
        for (j = 0; rule->guest && j < check->nr_guests; j++)
            rule->guest(check, rule, &check->guests[j]);
    }
}

const struct rule *check_master(struct check *check, int node)
{
    struct check one = { .host = check->host };
    struct device device = { .node = node, .guest_node = -1, .path = "" };
    const struct rule *fault = NULL;
    int i;

    for (i = 0; i < nr_rules && !fault; i++) {
        if (!rules[i].device || rules[i].level != LEVEL_FAULT)
            continue;
        rules[i].device(&one, &rules[i], &device);
        if (one.nr_findings)
            fault = &rules[i];
        check_free_findings(&one);
    }
    return fault;
}

/* The n-th tree belongs to the n-th configuration. */
static int load_guests(struct check *check, const struct options *options)
{
    int i, rc = RC_OK, configs = options->nr_configs,
        trees = options->nr_guest_dtbs;

    check->nr_guests = configs > trees ? configs : trees;
    check->guests = alloc(check->nr_guests, sizeof(*check->guests));
    for (i = 0; i < check->nr_guests && !rc; i++)
        rc = check_guest_load(&check->guests[i],
                              i < configs ? options->configs[i] : NULL,
                              i < trees ? options->guest_dtbs[i] : NULL);
    return rc;
}

int verb_check(const struct options *options, char **arguments)
{
    struct options with = *options;
    struct check check = { 0 };
    struct host host = { 0 };
    int rc;

    rc = inputs_take(&with, arguments);
    if (rc)
        return rc;
    options = &with;
    if (!options->host_dtb && !options->nr_configs && !options->nr_guest_dtbs)
        return fail(RC_USAGE, "Name what to check: the host's device "
                    "tree, partial trees, xl.cfg files.",
                    "'check' has nothing to check");
    if (options->host_dtb) {
        rc = host_load(&host, options->host_dtb);
        check.host = &host;
    }
    if (!rc)
        rc = load_guests(&check, options);
    if (!rc)
        rc = check_devices(&check);
    if (!rc) {
        check_run(&check);
        rc = check_print(&check, options);
    }
    if (!rc && check.count[LEVEL_FAULT])
        rc = RC_FAULTS;
    check_free(&check);
    host_free(&host);
    return rc;
}
