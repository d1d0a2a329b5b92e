/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A day of two guests, in virtual time: how much of it the SMMU sleeps.
 *
 * A guest says "on" before its I/O and "off" after it, as genpd does for an
 * unmodified Linux.  What the SMMU is, its registers say, not the driver.
 */
#include "bench.h"
#include "test.h"

#define MS      1000000ULL
#define SECOND  1000ULL                 /* in ms, as all times below */
#define MINUTE  (60 * SECOND)
#define HOUR    (60 * MINUTE)
#define DAY     (24 * HOUR)

struct test_cost test_base;

/* -- the script ------------------------------------------------------------- */

/* Until `end`, every `period` there is I/O for `busy`. */
struct stretch { uint64_t end, period, busy; const char *what; };

static const struct stretch disk[] = {
    { 20 * SECOND,          20 * SECOND,    20 * SECOND,    "boot" },
    { 7 * HOUR,             MINUTE,         30,             "journal" },
    { 9 * HOUR,             5 * SECOND,     120,            "light use" },
    { 9 * HOUR + 20 * MINUTE, 20 * MINUTE,  20 * MINUTE,    "copy" },
    { 12 * HOUR,            2 * SECOND,     150,            "work" },
    { 13 * HOUR,            MINUTE,         30,             "lunch" },
    { 18 * HOUR,            2 * SECOND,     150,            "work" },
    { DAY,                  30 * SECOND,    50,             "evening" },
};
static const struct stretch usb[] = {
    { 30 * SECOND,          30 * SECOND,    0,              "not yet there" },
    { 50 * SECOND,          20 * SECOND,    20 * SECOND,    "boot" },
    { 8 * HOUR,             5 * MINUTE,     100,            "looked at" },
    { 17 * HOUR,            10 * SECOND,    400,            "use" },
    { 19 * HOUR,            SECOND,         300,            "stream" },
    { DAY,                  2 * MINUTE,     100,            "looked at" },
};

static struct guest {
    const struct stretch *at;
    struct world_dom *dom;
    struct world_dev *dev;
    uint64_t begins, ends;              /* ms: this I/O, or the next */
    bool busy;
} guests[2];

/* The I/O of the period that begins at `from`, a little earlier or later. */
static void plan(struct guest *g, uint64_t from)
{
    uint64_t slack;

    while ( from >= g->at->end && from < DAY )
        g->at++;
    slack = g->at->period - g->at->busy;
    g->begins = from + (slack ? host_pick(slack / 8 + 1) : 0);
    g->ends = g->begins + g->at->busy;
}

/* -- the day ---------------------------------------------------------------- */

static struct sim *s;
static uint64_t idle, asleep_idle, off_idle, asleep, bursts, denied;

/* Nothing happens but what the driver's timers bring: `ms` go by. */
static void pass(uint64_t ms)
{
    bool quiet = !guests[0].busy && !guests[1].busy;
    bool sleeps = s->off || !(s->cr0ack & 1);

    idle += quiet ? ms : 0;
    asleep += sleeps ? ms : 0;
    asleep_idle += quiet && sleeps ? ms : 0;
    off_idle += quiet && s->off ? ms : 0;
    world_wait(ms * MS);
}

/* Its device works while it is on, and only then: else nothing is shown. */
static void io(struct guest *g, bool on)
{
    if ( world_vote(g->dev, on) )
        denied++;
    else if ( on && !test_reaches(s, g->dev->sids[0].first, g->dom, 0, 1) )
        host_complain("no DMA although the guest's device is on");
    g->busy = on;
}

static void change(struct guest *g, uint64_t now)
{
    if ( !g->busy && now == g->begins && g->at->busy )
    {
        io(g, true);
        bursts++;
    }
    if ( now < g->ends )
        return;
    if ( g->busy )
        io(g, false);
    plan(g, g->begins - g->begins % g->at->period + g->at->period);
}

static uint64_t next_of(const struct guest *g, uint64_t now)
{
    return g->busy || now >= g->begins ? g->ends : g->begins;
}

static void live_through(void)
{
    uint64_t now = 0, next, other, until;

    while ( now < DAY )
    {
        change(&guests[0], now);
        change(&guests[1], now);
        next = next_of(&guests[0], now);
        other = next_of(&guests[1], now);
        until = next < other ? next : other;
        until = until <= now ? now + 1 : until > DAY ? DAY : until;
        /* By the millisecond while something is due. */
        for ( ; now < until && host_timers_armed(); now++ )
            pass(1);
        if ( now < until )
            pass(until - now);
        now = until;
    }
}

/* The power source holds the masters, or there is none: then it is parked. */
static void day(const char *name, bool source)
{
    static const struct stretch *const scripts[] = { disk, usb };
    struct sim_id id = bench_id();
    char figure[32];
    unsigned int i;
    struct guest *g;

    world_reset(1, false);
    if ( source ? world_powered(&id, 0, true, true, false, SIM_CACHES_LOST)
                : world_unit(&id, 0, true) )
        host_complain("a good unit was refused");
    s = world.sim[0];
    idle = asleep_idle = off_idle = asleep = bursts = denied = 0;
    for ( i = 0; i < 2; i++ )
    {
        g = &guests[i];
        memset(g, 0, sizeof(*g));
        g->dom = world_create(i, 1);
        world_map(g->dom, 0, 1);
        g->dev = world_dev(0, 8 + 8 * i);
        if ( world_attach(g->dom, g->dev) || world_vote(g->dev, false) )
            host_complain("a device was refused");
        g->at = scripts[i];
        plan(g, 0);
    }
    live_through();

#define FIGURE(what, value) \
    (snprintf(figure, sizeof(figure), "%s." what, name), \
     bench_figure(figure, value))
    FIGURE("ms", DAY);
    FIGURE("idle.ms", idle);
    FIGURE("asleep.ms", asleep);
    FIGURE("asleep.idle.ms", asleep_idle);
    FIGURE("off.idle.ms", off_idle);
    FIGURE("bursts", bursts);
    FIGURE("denied", denied);
    FIGURE("sleeps", world.unit[0].nr_parks + world.unit[0].nr_offs);
    FIGURE("wakes", world.unit[0].nr_wakes);
}

int main(void)
{
    day("parked", false);
    day("off", true);

    return bench_end();
}
