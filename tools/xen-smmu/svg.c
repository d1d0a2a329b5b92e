/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A timeline as a picture: one file, no script, no font, light and dark.
 *
 * All places are computed from times by x_of(), in tenths of a pixel, so that
 * the same events make the same bytes.  What lies closer than a pixel is drawn
 * once: a picture has a size of its own, whatever the recording's is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"

#define WIDTH       960
#define LEFT        150         /* of the plot */
#define RIGHT       20
#define PLOT        (WIDTH - LEFT - RIGHT)
#define TOP         58
#define UNIT_H      22          /* bars */
#define STATE_H     16
#define VOTES_H     7
#define DEBT_H      26
#define TICKS_H     9
#define GAP         4
#define LANE_H      (VOTES_H + 2 + STATE_H + 3 + DEBT_H + 3 + TICKS_H)
#define LEAST       15          /* width of a short span, in tenths */

static const struct {
    const char *unit, *domain;  /* in the bars, and the legend */
    const char *class;
} looks[NR_LOOKS] = {
    [LOOK_ON] = { "ON", "live", "on" },
    [LOOK_WAKING] = { "WAKING", "waking", "wk" },
    [LOOK_PARKED] = { "PARKED", "dormant", "pk" },
    [LOOK_QUIESCING] = { "", "quiescing", "qu" },
    [LOOK_OFF] = { "OFF", "", "of" },
    [LOOK_FAILED] = { "FAILED", "failed", "fl" },
};

static const char style[] =
    "text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,"
    "Arial,sans-serif;fill:#24292f}"
    ".h{font-size:15px;font-weight:600}.b{font-weight:600}"
    ".s{font-size:11px;fill:#57606a}.e{text-anchor:end}.m{text-anchor:middle}"
    ".bg{fill:#fff}.g{stroke:#d8dee4;fill:none}.z{fill:#f6f8fa}"
    ".on{fill:#2da44e}.wk{fill:#e3a008}.pk{fill:#a8c7fa}.qu{fill:#8250df}"
    ".of{fill:#d0d7de}.fl{fill:#cf222e}"
    ".vo{fill:#0969da}.de{fill:#bc6c25}.al{fill:url(#hatch)}.hl{stroke:#bc6c25}"
    ".ti{stroke:#0550ae;fill:none}.fa{fill:#cf222e}.fo{stroke:#cf222e;"
    "stroke-opacity:.35;fill:none}"
    ".fs{fill:#6e7781}.fr{fill:#0d8a8a}"
    ".w{fill:#fff;font-size:11px;font-weight:600}"
    ".k{fill:#24292f;font-size:11px;font-weight:600}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.s{fill:#9198a1}"
    ".bg{fill:#0d1117}.g{stroke:#30363d}.z{fill:#151b23}"
    ".on{fill:#238636}.wk{fill:#d29922}.pk{fill:#1f4a80}.qu{fill:#8957e5}"
    ".of{fill:#30363d}.fl{fill:#da3633}"
    ".vo{fill:#4493f8}.de{fill:#db8e3c}.hl{stroke:#db8e3c}"
    ".ti{stroke:#79c0ff}.fa{fill:#f85149}.fo{stroke:#f85149}"
    ".fs{fill:#8b949e}.fr{fill:#2bb3b3}.k{fill:#e6edf3}}";

static void escaped(FILE *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc(*text < ' ' || *text > '~' ? '?' : *text, out);
        }
}

static void print_text(FILE *out, const char *class, unsigned int x,
                       unsigned int y, const char *text)
{
    fprintf(out, "<text x=\"%u\" y=\"%u\"%s%s%s>", x, y,
            *class ? " class=\"" : "", class, *class ? "\"" : "");
    escaped(out, text);
    fputs("</text>\n", out);
}

/* At most so many characters, the last ones cut. */
static void print_cut(FILE *out, const char *class, unsigned int x,
                      unsigned int y, const char *text, size_t most)
{
    char *copy = format_text("%s", text);

    if (strlen(copy) > most)
        memcpy(copy + most - 2, "..", 3);
    print_text(out, class, x, y, copy);
    free(copy);
}

/* Where it goes, and how many ns the plot is long. */
struct place {
    uint64_t length;
    FILE *out;
};

unsigned int picture_x(uint64_t at, uint64_t length)
{
    const uint64_t plot = 10 * PLOT;

    /* Without an overflow, whatever the times are. */
    while (length >> 40) {
        length >>= 1;
        at >>= 1;
    }
    return 10 * LEFT + (at >= length ? plot : at * plot / length);
}

static unsigned int x_of(const struct place *place, uint64_t at)
{
    return picture_x(at, place->length);
}

static void print_tenths(FILE *out, unsigned int n)
{
    if (n % 10)
        fprintf(out, "%u.%u", n / 10, n % 10);
    else
        fprintf(out, "%u", n / 10);
}

static void print_rect(FILE *out, unsigned int from, unsigned int to,
                       unsigned int y, unsigned int height)
{
    fputc('M', out);
    print_tenths(out, from);
    fprintf(out, " %uh", y);
    print_tenths(out, to - from);
    fprintf(out, "v%uh-", height);
    print_tenths(out, to - from);
    fputc('z', out);
}

/* Rectangles of one class, in one path; tenths of a pixel. */
struct run {
    const struct place *place;
    const char *class;
    unsigned int y, height, from, to;   /* the last one, not yet printed */
};

static void flush_run(struct run *run)
{
    if (run->to)
        print_rect(run->place->out, run->from, run->to, run->y, run->height);
}

/* One that is short is as wide as can be seen; those that meet are one. */
static void add_run(struct run *run, unsigned int from, unsigned int to)
{
    if (to - from < LEAST)
        to = from + LEAST;
    if (to > 10 * (LEFT + PLOT)) {
        to = 10 * (LEFT + PLOT);
        from = from < to - LEAST ? from : to - LEAST;
    }
    if (run->to && from <= run->to) {
        run->to = to > run->to ? to : run->to;
        return;
    }
    if (run->to)
        flush_run(run);
    else
        fprintf(run->place->out, "<path class=\"%s\" d=\"", run->class);
    run->from = from;
    run->to = to;
}

static void end_run(struct run *run)
{
    flush_run(run);
    if (run->to)
        fputs("\"/>\n", run->place->out);
}

/*
 * A bar's parts.  Spans of less than a pixel that follow each other are taken
 * together until they are one: it shows what the lane was most of the time.
 */
struct part {
    unsigned int from, to;
    enum look look;
};

#define PIXEL       10
#define MAX_PARTS   (2 * PLOT + 4)

struct heap {
    unsigned int from, to;
    uint64_t shares[NR_LOOKS];
    bool any;
};

static void close_heap(struct heap *heap, struct part *parts, size_t *nr)
{
    enum look look, most = LOOK_NONE;

    if (!heap->any)
        return;
    for (look = 0; look < NR_LOOKS; look++)
        if (heap->shares[look] > heap->shares[most])
            most = look;
    if (*nr < MAX_PARTS)
        parts[(*nr)++] = (struct part){ heap->from, heap->to, most };
    memset(heap, 0, sizeof(*heap));
}

static size_t find_parts(const struct place *place, const struct lane *lane,
                         struct part *parts)
{
    struct heap heap = { 0 };
    size_t i, nr = 0;

    for (i = 0; i < lane->spans.count; i++) {
        const struct span *span = SPANS(lane->spans, i);
        struct part part = { x_of(place, span->from), x_of(place, span->to),
                             span->look };

        if (part.to - part.from >= PIXEL) {
            close_heap(&heap, parts, &nr);
            if (nr < MAX_PARTS)
                parts[nr++] = part;
            continue;
        }
        if (!heap.any)
            heap.from = part.from;
        heap.any = true;
        heap.to = part.to;
        heap.shares[span->look] += span->to - span->from + 1;
        if (heap.to - heap.from >= PIXEL)
            close_heap(&heap, parts, &nr);
    }
    close_heap(&heap, parts, &nr);
    return nr;
}

static void print_parts(const struct place *place, const struct part *parts,
                        size_t nr, enum look look, unsigned int y,
                        unsigned int height)
{
    struct run run = { place, looks[look].class, y, height, 0, 0 };
    size_t i;

    for (i = 0; i < nr; i++)
        if (parts[i].look == look && parts[i].to - parts[i].from >= PIXEL)
            add_run(&run, parts[i].from, parts[i].to);
    end_run(&run);
    /* Short ones among long ones lie on them. */
    run.to = 0;
    for (i = 0; i < nr; i++)
        if (parts[i].look == look && parts[i].to - parts[i].from < PIXEL)
            add_run(&run, parts[i].from, parts[i].to);
    end_run(&run);
}

/* In a bar that has the room. */
static void print_words(const struct place *place, const struct lane *lane,
                        unsigned int y)
{
    size_t i;

    for (i = 0; i < lane->spans.count; i++) {
        const struct span *span = SPANS(lane->spans, i);
        const char *word = lane->is_unit ? looks[span->look].unit
                                         : looks[span->look].domain;
        unsigned int from = x_of(place, span->from);
        unsigned int to = x_of(place, span->to);

        if (!word || !*word || to - from < 80 * strlen(word) + 60)
            continue;
        print_text(place->out, span->look == LOOK_PARKED ||
                   span->look == LOOK_OFF ? "m k" : "m w", (from + to) / 20, y,
                   word);
    }
}

static void print_bar(const struct place *place, const struct lane *lane,
                      unsigned int y, unsigned int height)
{
    static const enum look order[] = {
        LOOK_OFF, LOOK_PARKED, LOOK_ON, LOOK_QUIESCING, LOOK_WAKING,
        LOOK_FAILED,
    };
    static struct part parts[MAX_PARTS];
    size_t i, nr = find_parts(place, lane, parts);

    for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        print_parts(place, parts, nr, order[i], y, height);
}

/* How many of so many, as a height: some are one at least. */
static unsigned int height_of(uint64_t value, uint64_t most, unsigned int full)
{
    while (most >> 48) {
        most >>= 1;
        value >>= 1;
    }
    if (!value || !most)
        return 0;
    return value >= most ? full : 1 + value * (full - 1) / most;
}

/* Where a series has this value. */
static void print_levels(const struct place *place,
                         const struct series *series, const char *class,
                         uint64_t only, unsigned int y, unsigned int height)
{
    struct run run = { place, class, y, height, 0, 0 };
    size_t i;

    for (i = 0; i < series->count; i++) {
        const struct level *level = LEVELS(*series, i);

        if (level->value == only)
            add_run(&run, x_of(place, level->at), x_of(place,
                    i + 1 < series->count ? level[1].at : place->length));
    }
    end_run(&run);
}

/* Votes: as high as they are many. */
static void print_votes(const struct place *place, const struct lane *lane,
                        unsigned int y)
{
    unsigned int height;
    size_t i;

    for (height = 1; height <= VOTES_H; height++) {
        struct run run = { place, "vo", y + VOTES_H - height, height, 0, 0 };

        for (i = 0; i < lane->votes.count; i++) {
            const struct level *level = LEVELS(lane->votes, i);

            if (height_of(level->value, lane->devices, VOTES_H) == height)
                add_run(&run, x_of(place, level->at), x_of(place, i + 1 <
                        lane->votes.count ? level[1].at : place->length));
        }
        end_run(&run);
    }
}

/* 16 times the logarithm to base 2, straight in between; of 0 it is 0. */
static unsigned int log2_of(uint64_t n)
{
    unsigned int bits = 0;

    if (!n)
        return 0;
    while (n >> (bits + 1))
        bits++;
    return 16 * bits + ((bits < 4 ? n << (4 - bits) : n >> (bits - 4)) & 15);
}

/* One page is to be seen beside thousands.  All is drawn by itself. */
static unsigned int debt_height(uint64_t pages, uint64_t most)
{
    if (!pages || pages == UINT64_MAX)
        return 0;
    return 2 + log2_of(pages) * (DEBT_H - 2) / (log2_of(most) ? log2_of(most)
                                                              : 1);
}

/* A step area: along the tops, and back along the ground. */
static void print_debt(const struct place *place, const struct lane *lane,
                       unsigned int y)
{
    unsigned int ground = y + DEBT_H, x, high, most, last = 0;
    bool any = false;
    size_t i = 0;

    while (i < lane->debt.count) {
        /* Of all that falls on one place the most, then the last. */
        x = x_of(place, LEVELS(lane->debt, i)->at);
        most = 0;
        do {
            high = debt_height(LEVELS(lane->debt, i)->value, lane->most_debt);
            most = high > most ? high : most;
            i++;
        } while (i < lane->debt.count &&
                 x_of(place, LEVELS(lane->debt, i)->at) < x + 10);
        if (most == last && high == last)
            continue;
        fputs(any ? "H" : "<path class=\"de\" d=\"M", place->out);
        print_tenths(place->out, x);
        if (!any)
            fprintf(place->out, " %u", ground);
        any = true;
        if (most != high) {
            /* So short that it would not be seen. */
            fprintf(place->out, "V%uH", ground - most);
            print_tenths(place->out, x + 10);
        }
        fprintf(place->out, "V%u", ground - high);
        last = high;
    }
    if (any)
        fprintf(place->out, "H%uV%uz\"/>\n", LEFT + PLOT, ground);
    print_levels(place, &lane->debt, "al", UINT64_MAX, y, DEBT_H);
}

/* One a pixel. */
static void print_flushes(const struct place *place, const struct lane *lane,
                          unsigned int y)
{
    unsigned int x, last = 0;
    size_t i;

    if (!lane->flushes.count)
        return;
    fputs("<path class=\"ti\" d=\"", place->out);
    for (i = 0; i < lane->flushes.count; i++) {
        x = x_of(place, TICKS(lane->flushes, i)->at) / 10;
        if (x == last)
            continue;
        fprintf(place->out, "M%u.5 %uv%u", x, y, TICKS_H);
        last = x;
    }
    fputs("\"/>\n", place->out);
}

/* A line through the lane, and a head that is seen. */
static void print_faults(const struct place *place, const struct lane *lane,
                         unsigned int y, unsigned int height)
{
    unsigned int x, last = 0;
    size_t i;
    int pass;

    for (pass = 0; lane->faults.count && pass < 2; pass++) {
        fprintf(place->out, "<path class=\"%s\" d=\"", pass ? "fa" : "fo");
        for (i = 0; i < lane->faults.count; i++) {
            x = x_of(place, TICKS(lane->faults, i)->at) / 10;
            if (i && x < last + 2)
                continue;
            if (pass)
                fprintf(place->out, "M%u %ul4 7h-8z", x, y + height - 7);
            else
                fprintf(place->out, "M%u %uv%u", x, y, height - 7);
            last = x;
        }
        fputs("\"/>\n", place->out);
    }
}

static void print_unit(const struct place *place, const struct lane *lane,
                       unsigned int y)
{
    print_cut(place->out, "b", 8, y + 15, lane->title, 20);
    fprintf(place->out, "<path class=\"z\" d=\"M%u %uh%uv%uh-%uz\"/>\n", LEFT,
            y, PLOT, UNIT_H, PLOT);
    print_bar(place, lane, y, UNIT_H);
    print_flushes(place, lane, y + UNIT_H + 1);
    print_faults(place, lane, y, UNIT_H + TICKS_H);
    print_words(place, lane, y + UNIT_H / 2 + 4);
}

static void print_domain(const struct place *place, const struct lane *lane,
                         unsigned int y)
{
    unsigned int state = y + VOTES_H + 2, debt = state + STATE_H + 3;
    unsigned int ticks = debt + DEBT_H + 3;
    char *text;

    print_cut(place->out, "b", 16, state + 12, lane->title, 6);
    if (lane->name)
        print_cut(place->out, "", 64, state + 12, lane->name, 12);
    print_text(place->out, "s e", LEFT - 6, y + 7, "votes");
    text = picture_debt_text(lane);
    print_text(place->out, "s e", LEFT - 6, debt + 9, "debt");
    print_text(place->out, "s e", LEFT - 6, debt + 23, text);
    free(text);

    fprintf(place->out, "<path class=\"g\" d=\"M%u %u.5h%u\"/>\n", LEFT,
            debt + DEBT_H, PLOT);
    print_votes(place, lane, y);
    print_levels(place, &lane->force, "fs", XEN_SMMU_FORCE_SUSPEND, y,
                 VOTES_H);
    print_levels(place, &lane->force, "fr", XEN_SMMU_FORCE_RESUME, y,
                 VOTES_H);
    print_bar(place, lane, state, STATE_H);
    print_debt(place, lane, debt);
    print_flushes(place, lane, ticks);
    print_faults(place, lane, state, ticks + TICKS_H - state);
    print_words(place, lane, state + STATE_H / 2 + 4);
}

static unsigned int lane_height(const struct lane *lane)
{
    return lane->is_unit ? UNIT_H + TICKS_H + GAP : LANE_H + 3 * GAP;
}

/* Lines and times: as many as have room for their words. */
static void print_axis(const struct place *place, unsigned int bottom)
{
    uint64_t step = picture_step(place->length, PLOT / 80), at;
    char *text;

    fprintf(place->out, "<path class=\"g\" d=\"");
    for (at = 0; at <= place->length; at += step) {
        fprintf(place->out, "M%u.5 %uV%u", x_of(place, at) / 10, TOP - 4,
                bottom);
        if (at > UINT64_MAX - step)
            break;
    }
    fputs("\"/>\n", place->out);
    for (at = 0; at <= place->length; at += step) {
        text = picture_time_text(at, step);
        print_text(place->out, at ? "s m" : "s", x_of(place, at) / 10,
                   bottom + 14, text);
        free(text);
        if (at > UINT64_MAX - step)
            break;
    }
}

static void print_legend(FILE *out, unsigned int y)
{
    static const struct { const char *class, *text; } words[] = {
        { "on", "on, live" }, { "wk", "waking" }, { "pk", "parked, dormant" },
        { "qu", "quiescing" }, { "of", "off" }, { "fl", "failed" },
        { "vo", "votes" }, { "fs", "forced asleep" },
        { "fr", "forced awake" }, { "de", "debt (log)" },
        { "al", "debt: the whole VMID" },
    };
    unsigned int x = LEFT;
    size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (x + 16 + picture_text_width(words[i].text) > WIDTH - RIGHT) {
            x = LEFT;
            y += 16;
        }
        fprintf(out, "<path class=\"%s\" d=\"M%u %uh10v10h-10z\"/>\n",
                words[i].class, x, y);
        print_text(out, "s", x + 14, y + 9, words[i].text);
        x += 14 + picture_text_width(words[i].text) + 14;
    }
    fprintf(out, "<path class=\"ti\" d=\"M%u.5 %uv10\"/>\n", x + 3, y);
    print_text(out, "s", x + 10, y + 9, "flush");
    fprintf(out, "<path class=\"fa\" d=\"M%u %ul4 7h-8z\"/>\n", x + 60, y + 2);
    print_text(out, "s", x + 68, y + 9, "fault");
}

int picture_svg(FILE *out, const struct timeline *timeline)
{
    struct place place = { timeline->end - timeline->begin, out };
    unsigned int bottom = TOP, y, height;
    char *text = picture_summary(timeline);
    size_t i;

    for (i = 0; i < timeline->nr_lanes; i++)
        bottom += lane_height(&timeline->lanes[i]);
    height = bottom + 66;
    fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u "
            "%u\" width=\"100%%\" role=\"img\">\n<title>Xen's SMMUs</title>\n"
            "<desc>", WIDTH, height);
    escaped(out, text);
    fprintf(out, "</desc>\n<style>%s</style>\n<defs><pattern id=\"hatch\" "
            "width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" "
            "patternTransform=\"rotate(45)\"><path class=\"hl\" d=\"M1 0v5\" "
            "stroke-width=\"2\"/></pattern></defs>\n<rect class=\"bg\" "
            "width=\"%u\" height=\"%u\"/>\n", style, WIDTH, height);
    print_text(out, "h", 8, 24, "SMMUs, and the domains on them");
    print_text(out, "s", 8, 42, text);
    free(text);

    print_axis(&place, bottom);
    for (i = 0, y = TOP; i < timeline->nr_lanes; i++) {
        const struct lane *lane = &timeline->lanes[i];

        if (lane->is_unit)
            print_unit(&place, lane, y);
        else
            print_domain(&place, lane, y);
        y += lane_height(lane);
    }
    print_legend(out, bottom + 28);
    fputs("</svg>\n", out);
    return RC_OK;
}
