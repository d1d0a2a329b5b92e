/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu doctor: what is wrong with a running system, and what to do. */
#include <stdio.h>
#include <stdlib.h>

#include "doctor.h"
#include "findings.h"

static int print_json(const struct check *check)
{
    const struct system *system = check->system;
    struct json_object *document = json_document(system->state.abi);
    struct json_object *unseen = json_object_new_array();
    int i;

    json_add(document, "faults", json_uint(check->count[LEVEL_FAULT]));
    json_add(document, "warnings", json_uint(check->count[LEVEL_WARNING]));
    json_add(document, "notes", json_uint(check->count[LEVEL_NOTE]));
    json_add(document, "findings", findings_json(check));
    for (i = 0; i < system->nr_unseen; i++) {
        struct json_object *object = json_object_new_object();

        json_add(object, "file", json_string(system->unseen[i].file));
        json_add(object, "why", json_string(system->unseen[i].why));
        json_append(unseen, object);
    }
    json_add(document, "unseen", unseen);
    return json_print(document);
}

static void print_summary(const struct check *check)
{
    const struct system *system = check->system;
    const int *count = check->count;
    char *text;
    int i;

    text = format_text("%d fault%s, %d warning%s, %d note%s.",
                       count[LEVEL_FAULT], plural(count[LEVEL_FAULT]),
                       count[LEVEL_WARNING], plural(count[LEVEL_WARNING]),
                       count[LEVEL_NOTE], plural(count[LEVEL_NOTE]));
    note_paragraph("", text);
    free(text);
    for (i = 0; i < system->nr_unseen; i++) {
        text = format_text("Not looked at: %s: %s.", system->unseen[i].file,
                           system->unseen[i].why);
        note_paragraph("", text);
        free(text);
    }
}

int verb_doctor(const struct options *options, char **arguments)
{
    struct system system = { .nr_given = 0 };
    struct check check = { .system = &system };
    int i, rc;

    (void)arguments;
    rc = state_load(&system.state, options);
    if (!rc)
        rc = machine_load(&system, options->root || options->from ?
                          options->root : "/");
    if (rc)
        goto out;
    for (i = 0; i < nr_symptoms; i++)
        symptoms[i].tree(&check, &symptoms[i]);
    if (options->json) {
        rc = print_json(&check);
    } else {
        findings_print(&check, options);
        if (!options->quiet)
            print_summary(&check);
    }
    if (!rc && (check.count[LEVEL_FAULT] || check.count[LEVEL_WARNING]))
        rc = RC_FAULTS;

 out:
    check_free_findings(&check);
    machine_free(&system);
    state_free(&system.state);
    return rc;
}
