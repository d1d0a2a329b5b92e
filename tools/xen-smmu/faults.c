/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu faults: what devices did that they may not, a line each. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "events.h"
#include "output.h"

static const struct timespec PAUSE = { .tv_nsec = 200000000 };

static char *text_of(const struct state *state, const char *key,
                     const struct xen_smmu_event *fault)
{
    return field_text(field_find(FAULTS, key), state, FAULTS, fault);
}

/* As the hypervisor's own line, and where that is. */
static void print_line(const struct state *state,
                       const struct xen_smmu_event *fault)
{
    char *stamp = stamp_text(fault->time), *ipa = text_of(state, "ipa", fault);
    const struct field *region = field_find(FAULTS, "region");
    char *where = region->text(state, fault), *who, *path;
    const char *access = access_word(fault);

    who = fault->domid == XEN_SMMU_DOMID_ANY ? format_text("-")
                                             : format_text("d%u", fault->domid);
    path = field_find(FAULTS, "device")->text(state, fault);
    if (path)
        make_printable(path);
    printf("%s %s %s sid 0x%" PRIx32 "%s%s%s%s: %s", stamp, who,
           path ? path : "(unknown device)", fault->sid, access ? " " : "",
           access ? access : "", access ? " ipa " : "", access ? ipa : "",
           fault_name(fault->code));
    if (where)
        printf("; %s", where);
    if (fault->count)
        printf(" (%" PRIu64 " more before it not shown)", fault->count);
    putchar('\n');
    free(stamp);
    free(ipa);
    free(where);
    free(who);
    free(path);
}

static void print_json_line(const struct state *state, uint32_t i)
{
    struct json_object *object = json_record(state, FAULTS, i, NULL);

    json_print_record(kinds[FAULTS].key, object);
    json_object_put(object);
}

static void print_all(const struct state *state, const struct options *options)
{
    uint32_t i;

    for (i = 0; i < state->lists[FAULTS].count; i++)
        if (options->json_lines)
            print_json_line(state, i);
        else
            print_line(state, list_at(state, FAULTS, i));
}

/* What no line says: what was only counted, and what is gone. */
static void print_notes(const struct state *state,
                        const struct options *options)
{
    uint32_t i, bad = 0;

    if (options->quiet || options->no_header || options->json_lines)
        return;
    for (i = 0; i < state->lists[DEVICES].count; i++) {
        const struct xen_smmu_device *device = list_at(state, DEVICES, i);
        char *text;

        if (!device->faults)
            continue;
        text = format_text("%s: %" PRIu64 " faults so far, %" PRIu64 " of "
                           "them only counted: five a second are recorded.",
                           device->path, device->faults,
                           device->faults_dropped);
        if (!bad++ && state->lists[FAULTS].count)
            putchar('\n');
        note_paragraph("", text);
        free(text);
    }
    if (bad && !state->lists[FAULTS].count)
        note_paragraph("", "None of them is among the latest events.");
    if (!bad && !state->lists[FAULTS].count)
        note_paragraph("", "No device has faulted.");
    if (bad)
        note_paragraph("  ", "Next: 'xen-smmu explain translation' says what "
                       "a fault of that name means.");
}

static int print_json(const struct state *state)
{
    struct json_object *document = json_document(state->abi);

    json_add(document, "now_ns", state->now ? json_uint(state->now) : NULL);
    json_add(document, "lost", json_uint(state->lost));
    json_add_list(document, state, FAULTS);
    return json_print(document);
}

/* Until it is interrupted, or nobody reads it any more. */
static int follow(struct event_source *source, struct state *state,
                  const struct options *options)
{
    uint64_t lost;
    int rc;

    for (;;) {
        events_to_faults(state);
        print_all(state, options);
        if (fflush(stdout) || ferror(stdout))
            return RC_FAILED;   /* main() says so */
        nanosleep(&PAUSE, NULL);
        lost = state->lost;
        rc = event_source_read(source, state);
        if (rc)
            return rc;
        if (state->lost != lost && !options->quiet)
            fprintf(stderr, PROGRAM ": %" PRIu64 " events were lost: there "
                    "were more than the hypervisor keeps\n",
                    state->lost - lost);
    }
}

static int live(struct state *state, const struct options *options)
{
    struct event_source *source = NULL;
    int rc;

    rc = event_source_open(&source, "show faults");
    if (!rc)
        rc = event_source_read(source, state);
    if (!rc && options->follow)
        rc = follow(source, state, options);
    event_source_close(source);
    return rc;
}

int verb_faults(const struct options *options, char **arguments)
{
    struct state state;
    int rc;

    (void)arguments;
    if (options->follow && options->from)
        return fail(RC_USAGE, "Leave one of them away.", "a snapshot does not "
                    "go on: --from and --follow exclude each other");
    if (options->follow && options->json && !options->json_lines)
        return fail(RC_USAGE, "Use --json-lines.", "a document would never "
                    "end: --json and --follow exclude each other");
    rc = state_load(&state, options);
    if (!rc && options->from && !state.has_events)
        rc = fail(RC_FAILED, "Record it with a tool and a hypervisor that "
                  "know events (interface 1.3).", "cannot show faults: "
                  "snapshot %s has no events", options->from);
    if (!rc && !options->from)
        rc = live(&state, options);
    if (rc)
        goto out;
    events_to_faults(&state);
    if (options->json && !options->follow) {
        rc = print_json(&state);
        goto out;
    }
    print_all(&state, options);
    print_notes(&state, options);

 out:
    state_free(&state);
    return rc;
}
