/* SPDX-License-Identifier: GPL-2.0-only */
/* What check has to say: findings, and what the host's tree has to offer. */
#include <stdio.h>
#include <stdlib.h>

#include "findings.h"

const char *level_text(const struct rule *rule)
{
    static const char *const texts[NR_LEVELS] = {
        [LEVEL_FAULT] = "fault", [LEVEL_WARNING] = "warning",
        [LEVEL_NOTE] = "note",
    };

    return texts[rule->level];
}

static void print_finding(const struct finding *finding)
{
    const char *property = finding->property;
    char *what, *next;

    what = format_text("%s%s%s: %s %s: %s%s%s%s", finding->file,
                       finding->path ? ": " : "",
                       finding->path ? finding->path : "",
                       level_text(finding->rule), finding->rule->token,
                       property ? "'" : "", property ? property : "",
                       property ? "' " : "", finding->text);
    next = format_text("Next: %s", finding->rule->next);
    note_paragraph("", what);
    note_paragraph("  ", next);
    free(next);
    free(what);
}

const char *plural(int number)
{
    return number == 1 ? "" : "s";
}

/* Masters behind units that are driven, and how many could be given away. */
static void count_masters(struct check *check, int *all, int *good)
{
    int i;

    *all = *good = 0;
    for (i = 0; i < check->host->tree.count; i++)
        if (host_is_master(check->host, i)) {
            ++*all;
            *good += !check_master(check, i);
        }
}

void findings_print(const struct check *check, const struct options *options)
{
    int i;

    for (i = 0; i < check->nr_findings; i++) {
        if (i)
            putchar('\n');
        print_finding(&check->findings[i]);
    }
    if (check->nr_findings && !options->quiet)
        putchar('\n');
    if (check->dropped)
        printf("%d more findings are not shown.\n", check->dropped);
}

static void print_summary(struct check *check)
{
    int driven = 0, masters, good, i;
    char *text;

    if (check->host) {
        for (i = 0; i < check->host->nr_iommus; i++)
            driven += host_drives(&check->host->iommus[i]) &&
                      check->host->iommus[i].available;
        count_masters(check, &masters, &good);
        text = format_text("%s: %d SMMU%s that xen-smmu drives, of %d "
                           "IOMMU%s; %d device%s behind IOMMUs, %d of them "
                           "could be given away.", check->host->tree.file,
                           driven, plural(driven), check->host->nr_iommus,
                           plural(check->host->nr_iommus), masters,
                           plural(masters), good);
        note_paragraph("", text);
        free(text);
    }
    text = format_text("%d device%s to be given away, %d fault%s, %d "
                       "warning%s.", check->nr_devices,
                       plural(check->nr_devices), check->count[LEVEL_FAULT],
                       plural(check->count[LEVEL_FAULT]),
                       check->count[LEVEL_WARNING],
                       plural(check->count[LEVEL_WARNING]));
    note_paragraph("", text);
    free(text);
}

void json_append(struct json_object *array, struct json_object *object)
{
    if (json_object_array_add(array, object)) {
        fail(RC_FAILED, "Free memory, try again.", "out of memory");
        exit(RC_FAILED);
    }
}

struct json_object *findings_json(const struct check *check)
{
    struct json_object *array = json_object_new_array();
    int i;

    for (i = 0; i < check->nr_findings; i++) {
        const struct finding *finding = &check->findings[i];
        struct json_object *object = json_object_new_object();

        json_add(object, "reason", json_string(finding->rule->token));
        json_add(object, "level", json_string(level_text(finding->rule)));
        json_add(object, "file", json_string(finding->file));
        json_add(object, "path", json_string(finding->path));
        json_add(object, "property", json_string(finding->property));
        json_add(object, "text", json_string(finding->text));
        json_add(object, "what", json_string(finding->rule->what));
        json_add(object, "next", json_string(finding->rule->next));
        json_append(array, object);
    }
    return array;
}

static struct json_object *iommus_json(const struct host *host)
{
    struct json_object *array = json_object_new_array();
    int i;

    for (i = 0; i < host->nr_iommus; i++) {
        const struct iommu *iommu = &host->iommus[i];
        struct json_object *object = json_object_new_object();
        const char *compatible = tree_string(&host->tree, iommu->node,
                                             "compatible");
        char *path = tree_path(&host->tree, iommu->node);
        char *name = compatible ? format_text("%s", compatible) : NULL;

        if (name)
            make_printable(name);
        json_add(object, "path", json_string(path));
        json_add(object, "kind", json_string(iommu_kind_text(iommu->kind)));
        json_add(object, "compatible", json_string(name));
        json_add(object, "available",
                 json_object_new_boolean(iommu->available));
        json_add(object, "masters", json_uint(iommu->masters));
        json_append(array, object);
        free(name);
        free(path);
    }
    return array;
}

static struct json_object *masters_json(struct check *check)
{
    struct json_object *array = json_object_new_array();
    int i;

    for (i = 0; i < check->host->tree.count; i++) {
        struct json_object *object;
        const struct rule *rule;
        char *path;

        if (!host_is_master(check->host, i))
            continue;
        rule = check_master(check, i);
        path = tree_path(&check->host->tree, i);
        object = json_object_new_object();
        json_add(object, "path", json_string(path));
        json_add(object, "available", json_object_new_boolean(
                     tree_available(&check->host->tree, i)));
        json_add(object, "reason", json_string(rule ? rule->token : NULL));
        json_append(array, object);
        free(path);
    }
    return array;
}

static struct json_object *devices_json(const struct check *check)
{
    struct json_object *array = json_object_new_array();
    int i;

    for (i = 0; i < check->nr_devices; i++) {
        const struct device *device = &check->devices[i];
        struct json_object *object = json_object_new_object();
        char *path = format_text("%s", device->path);

        make_printable(path);
        json_add(object, "path", json_string(path));
        json_add(object, "guest", json_string(device->guest ?
                                              device->guest->file : NULL));
        json_append(array, object);
        free(path);
    }
    return array;
}

/* The board, and (the last of its names) the chip. */
static struct json_object *host_json(const struct host *host)
{
    struct json_object *object = json_object_new_object();
    const char *all = tree_string(&host->tree, 0, "compatible"),
               *model = tree_string(&host->tree, 0, "model");
    int length = 0, last;
    char *text;

    json_add(object, "file", json_string(host->tree.file));
    text = model ? format_text("%s", model) : NULL;
    if (text)
        make_printable(text);
    json_add(object, "model", json_string(text));
    free(text);
    tree_prop(&host->tree, 0, "compatible", &length);
    for (last = length - 1; all && last > 0 && all[last - 1]; last--)
        ;
    text = all ? format_text("%s", all + last) : NULL;
    if (text)
        make_printable(text);
    json_add(object, "chip", json_string(text));
    free(text);
    return object;
}

static int print_json(struct check *check)
{
    struct json_object *document = json_document(XEN_SMMU_ABI_VERSION);

    json_add(document, "host", check->host ? host_json(check->host) : NULL);
    json_add(document, "faults", json_uint(check->count[LEVEL_FAULT]));
    json_add(document, "warnings", json_uint(check->count[LEVEL_WARNING]));
    json_add(document, "findings", findings_json(check));
    json_add(document, "devices", devices_json(check));
    json_add(document, "iommus", check->host ? iommus_json(check->host)
                                             : NULL);
    json_add(document, "masters", check->host ? masters_json(check) : NULL);
    return json_print(document);
}

int check_print(struct check *check, const struct options *options)
{
    if (options->json)
        return print_json(check);
    findings_print(check, options);
    if (!options->quiet)
        print_summary(check);
    return RC_OK;
}
