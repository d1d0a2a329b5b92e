/* SPDX-License-Identifier: GPL-2.0-only */
/* Steps, words and widths of a picture: pure functions. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"

#define NS_PER_S UINT64_C(1000000000)

uint64_t picture_step(uint64_t length, unsigned int most)
{
    static const unsigned int factors[] = { 1, 2, 5 };
    uint64_t ten = 1;
    size_t i;

    for (;; ten *= 10)
        for (i = 0; i < 3; i++)
            if (length / (factors[i] * ten) <= most ||
                ten > UINT64_MAX / 100)
                return factors[i] * ten;
}

char *picture_time_text(uint64_t at, uint64_t step)
{
    static const struct { uint64_t ns; const char *name; } units[] = {
        { NS_PER_S, "s" }, { 1000000, "ms" }, { 1000, "us" }, { 1, "ns" },
    };
    size_t i = 0;

    /* The largest of which a step is a tenth at least. */
    while (step * 10 < units[i].ns)
        i++;
    if (step % units[i].ns)
        return format_text("%" PRIu64 ".%" PRIu64 " %s", at / units[i].ns,
                           at % units[i].ns / (units[i].ns / 10),
                           units[i].name);
    return format_text("%" PRIu64 " %s", at / units[i].ns, units[i].name);
}

unsigned int picture_text_width(const char *text)
{
    return strlen(text) * 13 / 2;
}

char *picture_debt_text(const struct lane *lane)
{
    if (lane->most_debt)
        return format_text("%" PRIu64 "%s", lane->most_debt,
                           lane->owed_all ? ", all" :
                           lane->most_debt == 1 ? " page" : " pages");
    return format_text(lane->owed_all ? "all" : "none");
}

char *picture_summary(const struct timeline *timeline)
{
    uint64_t ms = (timeline->end - timeline->begin) / 1000000;

    return format_text("%" PRIu64 ".%03" PRIu64 " s from %" PRIu64 ".%03"
                       PRIu64 " s after Xen's boot: %zu events, %" PRIu64
                       " of them faults; %" PRIu64 " lost%s", ms / 1000,
                       ms % 1000, timeline->begin / NS_PER_S,
                       timeline->begin / 1000000 % 1000, timeline->nr_events,
                       timeline->nr_faults, timeline->lost,
                       timeline->is_cut ? "; the recording ends in the middle"
                                        : "");
}
