/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu trace record: events into a file, until there are enough. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "events.h"
#include "recording.h"
#include "tracing.h"

#define NS_PER_S UINT64_C(1000000000)

/* A recording of years is a mistake. */
#define MAX_SECONDS 31536000.0

/* Between two readings; after one that brought many it is short. */
#define PAUSE_NS 100000000
#define SHORT_NS 5000000
#define MANY 64

static volatile sig_atomic_t ended;

static void end(int number)
{
    (void)number;
    ended = 1;
}

static int parse_seconds(const char *text, uint64_t *ns)
{
    char *rest;
    double seconds;

    *ns = UINT64_MAX;
    if (!text)
        return RC_OK;
    seconds = strtod(text, &rest);
    if (!*text || *rest || text[strspn(text, "0123456789.")] ||
        seconds > MAX_SECONDS)
        return fail(RC_USAGE, "Give seconds, like 10 or 0.5; without any it "
                    "goes on until it is interrupted.", "'%s' is no time to "
                    "record", text);
    *ns = seconds * NS_PER_S;
    return RC_OK;
}

static int cannot_write(const char *file, int error)
{
    return fail(RC_FAILED, "Give a file that can be written, on a disk with "
                "room.", "cannot write recording %s: %s", file,
                strerror(error));
}

/* Each line is written as soon as it is known: what is cut off is a tail. */
static int write_events(FILE *out, const char *file, struct state *state)
{
    uint32_t i;

    for (i = 0; i < state->lists[EVENTS].count; i++)
        recording_write_event(out, state, i);
    free(state->lists[EVENTS].records);
    list_init(&state->lists[EVENTS], EVENTS);
    if (fflush(out) || ferror(out))
        return cannot_write(file, errno);
    return RC_OK;
}

/* A domain that is new has a name that the snapshot has not. */
static void write_names(FILE *out, struct state *state)
{
    static bool asked[XEN_SMMU_DOMID_ANY + 1];
    struct state fresh;
    bool any = false;
    uint32_t i;

    for (i = 0; i < state->lists[EVENTS].count; i++) {
        const struct xen_smmu_event *event = list_at(state, EVENTS, i);

        if (event->domid != XEN_SMMU_DOMID_ANY && !asked[event->domid])
            any = asked[event->domid] = true;
    }
    if (!any)
        return;
    state_names(&fresh);
    for (i = 0; i < fresh.lists[DOMAINS].count; i++) {
        const struct domain *domain = list_at(&fresh, DOMAINS, i);

        if (state_domain_name(state, domain->domid))
            continue;
        memcpy(list_append(state, DOMAINS), domain, sizeof(*domain));
        recording_write_domain(out, &fresh, i);
    }
    state_free(&fresh);
}

static int record(struct event_source *source, struct state *state,
                  FILE *out, const char *file, uint64_t ns, uint64_t *events)
{
    uint64_t begin = state->now;
    struct timespec pause = { 0 };
    uint32_t got;
    bool last;
    int rc;

    do {
        /* One more reading after it was told to end. */
        last = ended;
        rc = event_source_read(source, state);
        if (rc)
            return rc;
        got = state->lists[EVENTS].count;
        *events += got;
        write_names(out, state);
        rc = write_events(out, file, state);
        if (rc)
            return rc;
        last |= state->now - begin >= ns;
        pause.tv_nsec = got > MANY ? SHORT_NS : PAUSE_NS;
        if (!last && !ended)
            nanosleep(&pause, NULL);
    } while (!last);
    state->end = state->now;
    state->now = begin;
    recording_write_end(out, state);
    return fflush(out) ? cannot_write(file, errno) : RC_OK;
}

static int begin(struct event_source **source, struct state *state,
                 const struct options *options, FILE *out)
{
    struct json_object *document;
    uint64_t now;
    int rc;

    rc = event_source_open(source, "record events");
    if (rc)
        return rc;
    /* From before the lists: what happens meanwhile is an event, too. */
    rc = event_source_skip(*source, &now);
    if (rc)
        return rc;
    rc = state_load(state, options);
    if (rc)
        return rc;
    state->now = now;
    document = recording_document(state, true);
    json_print_line(out, document);
    json_object_put(document);
    return RC_OK;
}

int trace_record(const struct options *options, const char *seconds)
{
    const char *file = options->output ? options->output : "-";
    struct sigaction action = { .sa_handler = end };
    struct event_source *source = NULL;
    struct state state = { 0 };
    uint64_t ns, events = 0;
    FILE *out = stdout;
    int rc;

    if (options->from)
        return fail(RC_USAGE, "Leave --from away; 'trace export' reads "
                    "recordings.", "'trace record' needs the hypervisor");
    if (options->format)
        return fail(RC_USAGE, "Leave --format away; 'trace export' takes it.",
                    "'trace record' has one format only");
    rc = parse_seconds(seconds, &ns);
    if (rc)
        return rc;
    if (!strcmp(file, "-") && isatty(STDOUT_FILENO))
        return fail(RC_USAGE, "Give -o FILE.", "a recording is not for a "
                    "terminal");
    if (strcmp(file, "-"))
        out = fopen(file, "we");
    if (!out)
        return cannot_write(file, errno);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    rc = begin(&source, &state, options, out);
    if (!rc)
        rc = record(source, &state, out, file, ns, &events);
    event_source_close(source);
    if (out != stdout && fclose(out) && !rc)
        rc = cannot_write(file, errno);
    if (!rc && !options->quiet)
        fprintf(stderr, PROGRAM ": %" PRIu64 " events in %" PRIu64 ".%" PRIu64
                " s, %" PRIu64 " lost\n", events,
                (state.end - state.now) / NS_PER_S,
                (state.end - state.now) / (NS_PER_S / 10) % 10, state.lost);
    state_free(&state);
    return rc;
}
