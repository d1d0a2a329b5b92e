/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu trace export: a recording, or what there is now, as a picture. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "events.h"
#include "picture.h"
#include "tracing.h"

enum format { SVG, CSV, PERFETTO, NR_FORMATS };

static const char *const formats[NR_FORMATS] = { "svg", "csv", "perfetto" };

static int find_format(const char *name, enum format *format)
{
    for (*format = 0; name && *format < NR_FORMATS; ++*format)
        if (!strcmp(formats[*format], name))
            return RC_OK;
    if (!name)
        return fail(RC_USAGE, "Give --format svg, csv or perfetto.",
                    "'trace export' needs a format");
    return fail(RC_USAGE, "Give --format svg, csv or perfetto.",
                "there is no format '%s'", name);
}

static int load(struct state *state, const struct options *options)
{
    struct event_source *source = NULL;
    int rc;

    rc = state_load(state, options);
    if (rc)
        return rc;
    if (options->from && !state->has_events)
        return fail(RC_FAILED, "Record it with 'xen-smmu trace record -o "
                    "FILE'.", "cannot export %s: it has no events",
                    options->from);
    if (options->from)
        return RC_OK;
    rc = event_source_open(&source, "read events");
    if (!rc)
        rc = event_source_read(source, state);
    event_source_close(source);
    state->end = state->now;
    return rc;
}

static int write_to(FILE *out, const struct state *state, enum format format)
{
    struct timeline timeline;
    int rc;

    if (format == CSV)
        return picture_csv(out, state);
    timeline_make(&timeline, state);
    rc = format == SVG ? picture_svg(out, &timeline)
                       : picture_perfetto(out, &timeline);
    timeline_free(&timeline);
    return rc;
}

/* Whole, or not at all. */
static int write_file(const char *file, const struct state *state,
                      enum format format)
{
    FILE *out = fopen(file, "we");
    struct stat about;
    bool regular;
    int error = 0;

    if (!out) {
        error = errno;
    } else {
        write_to(out, state, format);
        if (fflush(out) || ferror(out))
            error = errno;
        regular = !fstat(fileno(out), &about) && S_ISREG(about.st_mode);
        if (fclose(out) && !error)
            error = errno;
        if (error && regular)
            remove(file);
    }
    if (!error)
        return RC_OK;
    return fail(RC_FAILED, "Give a file that can be written, on a disk with "
                "room.", "cannot write %s: %s", file, strerror(error));
}

int trace_export(const struct options *options, const char *file)
{
    struct options from = *options;
    enum format format;
    struct state state;
    int rc;

    rc = find_format(options->format, &format);
    if (rc)
        return rc;
    if (file && options->from)
        return fail(RC_USAGE, "Name one recording.", "'%s' and --from %s: "
                    "which one is meant?", file, options->from);
    if (file)
        from.from = file;
    rc = load(&state, &from);
    if (rc)
        goto out;
    if (state.is_cut && !options->quiet)
        fprintf(stderr, PROGRAM ": the recording ends in the middle: what "
                "was to be read of it is shown\n");
    rc = options->output && strcmp(options->output, "-")
         ? write_file(options->output, &state, format)
         : write_to(stdout, &state, format);

 out:
    state_free(&state);
    return rc;
}
