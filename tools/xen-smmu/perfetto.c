/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A timeline for ui.perfetto.dev and chrome://tracing: JSON of the "Trace
 * Event Format".  An SMMU is a process, a domain on it a thread; times are
 * microseconds.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "picture.h"

static const char *const unit_words[NR_LOOKS] = {
    [LOOK_ON] = "on", [LOOK_WAKING] = "waking", [LOOK_PARKED] = "parked",
    [LOOK_OFF] = "off", [LOOK_FAILED] = "failed",
};
static const char *const link_words[NR_LOOKS] = {
    [LOOK_LIVE] = "live", [LOOK_WAKING] = "waking",
    [LOOK_DORMANT] = "dormant", [LOOK_QUIESCING] = "quiescing",
    [LOOK_FAILED] = "failed",
};

struct writer {
    FILE *out;
    bool any;
};

/* What every record begins with; the rest and "}" follow. */
static void begin(struct writer *w, const struct lane *lane, const char *phase,
                  const char *name)
{
    struct json_object *quoted = json_string(name);

    fprintf(w->out, "%s\n{\"ph\":\"%s\",\"pid\":%" PRIu64 ",\"tid\":%u,"
            "\"name\":%s", w->any ? "," : "", phase,
            (uint64_t)lane->unit + 1, lane->is_unit ? 0 : lane->domid + 1U,
            json_object_to_json_string_ext(quoted, JSON_C_TO_STRING_PLAIN));
    json_object_put(quoted);
    w->any = true;
}

static void time_of(struct writer *w, const char *key, uint64_t ns)
{
    fprintf(w->out, ",\"%s\":%" PRIu64 ".%03u", key, ns / 1000,
            (unsigned int)(ns % 1000));
}

static void write_name(struct writer *w, const struct lane *lane)
{
    char *name = lane->name ? format_text("%s (%s)", lane->title, lane->name)
                            : format_text("%s", lane->title);
    struct json_object *quoted = json_string(name);
    const char *text = json_object_to_json_string_ext(quoted,
                                                      JSON_C_TO_STRING_PLAIN);

    if (lane->is_unit) {
        begin(w, lane, "M", "process_name");
        fprintf(w->out, ",\"args\":{\"name\":%s}}", text);
    }
    begin(w, lane, "M", "thread_name");
    fprintf(w->out, ",\"args\":{\"name\":%s}}", lane->is_unit ? "\"SMMU\""
                                                              : text);
    json_object_put(quoted);
    free(name);
}

static void write_levels(struct writer *w, const struct lane *lane,
                         const struct series *series, const char *what)
{
    char *name = format_text("%s of %s", what, lane->title);
    size_t i;

    for (i = 0; i < series->count; i++) {
        const struct level *level = LEVELS(*series, i);
        /* All is as much as the most of the others, and one. */
        uint64_t value = level->value == UINT64_MAX ? lane->most_debt + 1
                                                    : level->value;

        begin(w, lane, "C", name);
        time_of(w, "ts", level->at);
        fprintf(w->out, ",\"args\":{\"value\":%" PRIu64 "}}", value);
    }
    free(name);
}

static void write_ticks(struct writer *w, const struct lane *lane,
                        const struct series *series, const char *what)
{
    size_t i;

    for (i = 0; i < series->count; i++) {
        const struct tick *tick = TICKS(*series, i);

        begin(w, lane, "i", what);
        time_of(w, "ts", tick->at);
        fprintf(w->out, ",\"s\":\"t\",\"args\":{\"count\":%" PRIu64 "}}",
                tick->count);
    }
}

static void write_lane(struct writer *w, const struct lane *lane)
{
    size_t i;

    write_name(w, lane);
    for (i = 0; i < lane->spans.count; i++) {
        const struct span *span = SPANS(lane->spans, i);
        const char *word = (lane->is_unit ? unit_words
                                          : link_words)[span->look];

        if (!word)
            continue;
        begin(w, lane, "X", word);
        time_of(w, "ts", span->from);
        time_of(w, "dur", span->to - span->from);
        fputc('}', w->out);
    }
    if (!lane->is_unit) {
        write_levels(w, lane, &lane->debt, "debt");
        write_levels(w, lane, &lane->votes, "votes");
    }
    write_ticks(w, lane, &lane->flushes, "flush");
    write_ticks(w, lane, &lane->faults, "fault");
}

int picture_perfetto(FILE *out, const struct timeline *timeline)
{
    struct writer w = { .out = out };
    size_t i;

    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", out);
    for (i = 0; i < timeline->nr_lanes; i++)
        write_lane(&w, &timeline->lanes[i]);
    fputs("\n]}\n", out);
    return RC_OK;
}
