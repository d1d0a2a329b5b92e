/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu top: what is going on, again and again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "top.h"

#define NS_PER_S 1000000000
#define DELAY_DEFAULT 2.0
#define DELAY_LEAST 0.1
#define DELAY_MOST 3600.0
#define LOOKS_MOST 1000000000UL

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * NS_PER_S + time.tv_nsec;
}

int top_look(struct top *top, const struct options *options)
{
    static uint64_t last;
    struct state state;
    uint64_t time = now();
    int rc;

    /* A snapshot stays as it is: it has no rates. */
    if (options->from && top->now.abi)
        return RC_OK;
    rc = state_load(&state, options);
    if (rc) {
        state_free(&state);
        return rc;
    }
    top_add(top, &state, time - last);
    last = time;
    return RC_OK;
}

static int parse_delay(const char *text, uint64_t *delay)
{
    double seconds = DELAY_DEFAULT;
    char *end;

    if (text) {
        /* No sign, no exponent, no "inf". */
        if (!*text || text[strspn(text, "0123456789.")])
            seconds = -1;
        else
            seconds = strtod(text, &end);
        if (seconds < DELAY_LEAST || seconds > DELAY_MOST || *end)
            return fail(RC_USAGE, "Give seconds, from 0.1 to 3600.",
                        "'%s' is no time between two looks", text);
    }
    *delay = (uint64_t)(seconds * NS_PER_S);
    return RC_OK;
}

static int parse_count(const char *text, uint64_t *count)
{
    *count = 0;
    if (!text)
        return RC_OK;
    if (*text && !text[strspn(text, "0123456789")] && strlen(text) < 10)
        *count = strtoul(text, NULL, 10);
    if (!*count || *count > LOOKS_MOST)
        return fail(RC_USAGE, "Give a number from 1 on.",
                    "'%s' is no number of looks", text);
    return RC_OK;
}

int verb_top(const struct options *options, char **arguments)
{
    uint64_t delay = 0, looks = 0;
    int rc;

    (void)arguments;
    if (options->json)
        return fail(RC_USAGE, "'stats --json' has the counters; their "
                    "difference over a time is a rate.",
                    "'top' has no JSON");
    rc = parse_delay(options->delay, &delay);
    if (!rc)
        rc = parse_count(options->count, &looks);
    if (rc)
        return rc;
    if (options->batch)
        return top_batch(options, delay, options->from && !looks ? 1 : looks);
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return fail(RC_USAGE, "'top -b' writes plain text, 'top -b -n 2' "
                    "one look with rates.", "'top' needs a terminal");
    return top_view(options, delay, looks);
}
