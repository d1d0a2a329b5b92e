/* SPDX-License-Identifier: GPL-2.0-only */
/* How fields read to a human where their plain values do not do. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "texts.h"

#define NS_PER_S UINT64_C(1000000000)

/* Domains that are named in one cell. */
#define MAX_SHOWN 3

/* How long ago, with as much detail as anyone wants. */
char *ago_text(uint64_t ns)
{
    uint64_t s = ns / NS_PER_S;

    if (ns == UINT64_MAX)
        return format_text("never");
    if (s < 60)
        return format_text("%" PRIu64 ".%" PRIu64 " s ago", s,
                           ns % NS_PER_S / (NS_PER_S / 10));
    if (s < 3600)
        return format_text("%" PRIu64 "m %" PRIu64 "s ago", s / 60, s % 60);
    if (s < 86400)
        return format_text("%" PRIu64 "h %" PRIu64 "m ago", s / 3600,
                           s / 60 % 60);
    return format_text("%" PRIu64 "d %" PRIu64 "h ago", s / 86400,
                       s / 3600 % 24);
}

/* For how long: a clock; after a day nobody counts seconds. */
static char *clock_text(uint64_t ns)
{
    uint64_t s = ns / NS_PER_S;

    if (s < 86400)
        return format_text("%02u:%02u:%02u", (unsigned int)(s / 3600),
                           (unsigned int)(s / 60 % 60),
                           (unsigned int)(s % 60));
    return format_text("%" PRIu64 "d%02uh", s / 86400,
                       (unsigned int)(s / 3600 % 24));
}

/* Exact, in the largest unit that has no fraction. */
char *duration_text(uint64_t ns)
{
    static const struct { uint64_t ns; const char *unit; } units[] = {
        { NS_PER_S, "s" }, { 1000000, "ms" }, { 1000, "us" }, { 1, "ns" },
    };
    size_t i;

    if (!ns)
        return format_text("0");
    for (i = 0; ns % units[i].ns; i++)
        ;
    return format_text("%" PRIu64 "%s", ns / units[i].ns, units[i].unit);
}

/* Exact as long as it fits into its column; JSON has all digits. */
char *count_text(uint64_t count)
{
    static const char units[] = { 0, 'k', 'M', 'G', 'T', 'P' };
    size_t unit = 0;

    if (count < 10000000)
        return format_text("%" PRIu64, count);
    while (count >= 100000) {
        count /= 1000;
        unit++;
    }
    return format_text("%" PRIu64 "%c", count, units[unit]);
}

char *pages_text(uint64_t pages)
{
    return pages == UINT64_MAX ? format_text("all") : count_text(pages);
}

/* Add `more` to the list in `text`, which is released. */
static char *joined(char *text, const char *more)
{
    char *longer = format_text("%s%s%s", text, *text ? "," : "", more);

    free(text);
    return longer;
}

/* NULL instead of an empty list. */
static char *or_none(char *text)
{
    if (*text)
        return text;
    free(text);
    return NULL;
}

static bool knows(const struct state *state, enum kind kind, const char *key)
{
    return field_known(field_find(kind, key), state, kind);
}

/* The time in a state matters where the state is not the normal one. */
char *unit_power(const struct state *state, const void *record)
{
    const struct field *field = field_find(UNITS, "state");
    const struct xen_smmu_unit *unit = record;
    const struct word *word = field_word(field, unit);
    char *clock, *text;

    (void)state;
    if (!word)
        return format_text("%" PRIu32, unit->state);
    if (unit->state == XEN_SMMU_UNIT_ON)
        return format_text("%s", word->text);
    clock = clock_text(unit->since);
    text = format_text("%s %s", word->text, clock);
    free(clock);
    return text;
}

char *unit_since(const struct state *state, const void *record)
{
    (void)state;
    return clock_text(((const struct xen_smmu_unit *)record)->since);
}

char *unit_caps(const struct state *state, const void *record)
{
    static const char *const keys[] = {
        "masters_held", "registers_kept", "caches_lost"
    };
    const struct xen_smmu_unit *unit = record;
    char *text = format_text("%s", "");
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (unit->power_caps & field_find(UNITS, keys[i])->mask)
            text = joined(text, keys[i]);
    for (i = 0; text[i]; i++)
        if (text[i] == '_')
            text[i] = '-';
    return or_none(text);
}

static bool owes(const struct xen_smmu_link *link)
{
    return link->flags & XEN_SMMU_LINK_debt_all || link->debt_ranges;
}

/* Who owes, and how many pages: the first few of them. */
char *unit_pending(const struct state *state, const void *record)
{
    const struct xen_smmu_unit *unit = record;
    char *text = format_text("%s", ""), *amount, *more;
    unsigned int shown = 0;
    uint32_t i;

    for (i = 0; i < state->lists[LINKS].count && shown <= MAX_SHOWN; i++) {
        const struct xen_smmu_link *link = list_at(state, LINKS, i);

        if (link->unit != unit->index || !owes(link))
            continue;
        amount = pages_text(link->flags & XEN_SMMU_LINK_debt_all ?
                            UINT64_MAX : link->debt_pages);
        more = shown == MAX_SHOWN ? format_text("...")
                                  : format_text("%s(d%u)", amount,
                                                link->domid);
        text = joined(text, more);
        free(more);
        free(amount);
        shown++;
    }
    if (shown)
        return text;
    free(text);
    return format_text("%" PRIu32, unit->links_debt);
}

static bool keeps_awake(const struct xen_smmu_link *link)
{
    return link->force == XEN_SMMU_FORCE_RESUME ||
           (link->force == XEN_SMMU_FORCE_AUTO && link->votes);
}

/* Who keeps it from being parked. */
char *unit_awake(const struct state *state, const void *record)
{
    const struct xen_smmu_unit *unit = record;
    char *text;
    uint32_t i;

    if (!knows(state, LINKS, "votes"))
        return NULL;
    text = format_text("%s", "");
    for (i = 0; i < state->lists[LINKS].count; i++) {
        const struct xen_smmu_link *link = list_at(state, LINKS, i);
        char *who;

        if (link->unit != unit->index || !keeps_awake(link))
            continue;
        who = format_text("d%u", link->domid);
        text = joined(text, who);
        free(who);
    }
    return or_none(text);
}

uint64_t unit_dormant(const struct state *state, const void *record)
{
    const struct xen_smmu_unit *unit = record;
    uint64_t dormant = 0;
    uint32_t i;

    for (i = 0; i < state->lists[LINKS].count; i++) {
        const struct xen_smmu_link *link = list_at(state, LINKS, i);

        dormant += link->unit == unit->index &&
                   link->state == XEN_SMMU_LINK_DORMANT;
    }
    return dormant;
}

static char *unit_of(const struct state *state, uint32_t index)
{
    const struct xen_smmu_unit *unit = state_unit(state, index);

    return unit ? format_text("%s", unit->name) : NULL;
}

char *link_unit(const struct state *state, const void *record)
{
    return unit_of(state, ((const struct xen_smmu_link *)record)->unit);
}

char *device_unit(const struct state *state, const void *record)
{
    return unit_of(state, ((const struct xen_smmu_device *)record)->unit);
}

static char *name_of(const struct state *state, uint16_t domid)
{
    const char *name = state_domain_name(state, domid);

    return name ? format_text("%s", name) : NULL;
}

char *link_name(const struct state *state, const void *record)
{
    return name_of(state, ((const struct xen_smmu_link *)record)->domid);
}

char *device_name(const struct state *state, const void *record)
{
    return name_of(state, ((const struct xen_smmu_device *)record)->domid);
}

char *link_state(const struct state *state, const void *record)
{
    const struct xen_smmu_link *link = record;
    const struct word *word = field_word(field_find(LINKS, "state"), link);

    (void)state;
    if (!word)
        return format_text("%" PRIu32, link->state);
    return format_text("%s%s%s", word->text,
                       link->flags & XEN_SMMU_LINK_quarantined ?
                       ",quarantined" : "",
                       link->flags & XEN_SMMU_LINK_dying ? ",dying" : "");
}

char *link_debt(const struct state *state, const void *record)
{
    const struct xen_smmu_link *link = record;

    if (link->flags & XEN_SMMU_LINK_debt_all)
        return format_text("all");
    if (!knows(state, LINKS, "debt_pages") || !link->debt_pages)
        return NULL;
    return pages_text(link->debt_pages);
}

/* Waking on an SMMU that was off invalidates all of it. */
char *link_wake_flush(const struct state *state, const void *record)
{
    const struct xen_smmu_link *link = record;
    const struct xen_smmu_unit *unit = state_unit(state, link->unit);

    if (link->state == XEN_SMMU_LINK_FAILED ||
        link->flags & XEN_SMMU_LINK_quarantined ||
        (unit && unit->state == XEN_SMMU_UNIT_FAILED))
        return format_text("never wakes");
    if (link->state == XEN_SMMU_LINK_LIVE && !owes(link))
        return NULL;
    if (unit && unit->state == XEN_SMMU_UNIT_OFF)
        return format_text("the SMMU");
    if (link->flags & XEN_SMMU_LINK_debt_all)
        return format_text("its VMID");
    if (!knows(state, LINKS, "debt_ranges"))
        return NULL;
    if (!link->debt_ranges)
        return format_text("nothing");
    return format_text("%" PRIu32 " range%s", link->debt_ranges,
                       link->debt_ranges == 1 ? "" : "s");
}

char *link_delay(const struct state *state, const void *record)
{
    (void)state;
    return duration_text(((const struct xen_smmu_link *)record)->delay);
}

char *device_vote(const struct state *state, const void *record)
{
    const struct xen_smmu_device *device = record;

    (void)state;
    if (device->domid == XEN_SMMU_DOMID_ANY)
        return NULL;
    return format_text(device->flags & XEN_SMMU_DEVICE_awake ? "awake"
                                                             : "asleep");
}

uint64_t device_wakes(const struct state *state, const void *record)
{
    const struct xen_smmu_device *device = record;
    uint32_t i;

    for (i = 0; i < state->lists[LINKS].count; i++) {
        const struct xen_smmu_link *link = list_at(state, LINKS, i);

        if (link->unit == device->unit && link->domid == device->domid)
            return link->wakes;
    }
    return UINT64_MAX;
}

/* Of the domain's devices on that SMMU. */
uint64_t link_faults(const struct state *state, const void *record)
{
    const struct xen_smmu_link *link = record;
    uint64_t faults = 0;
    uint32_t i;

    for (i = 0; i < state->lists[DEVICES].count; i++) {
        const struct xen_smmu_device *device = list_at(state, DEVICES, i);

        if (link->unit == device->unit && link->domid == device->domid)
            faults += device->faults;
    }
    return faults;
}

char *policy_who(const struct state *state, const void *record)
{
    const struct policy *policy = record;

    (void)state;
    return policy->domid == XEN_SMMU_DOMID_ANY ?
           format_text("global") : format_text("%u", policy->domid);
}

char *policy_name(const struct state *state, const void *record)
{
    return name_of(state, ((const struct policy *)record)->domid);
}

char *policy_delay(const struct state *state, const void *record)
{
    const struct policy *policy = record;

    (void)state;
    return policy->delay == XEN_SMMU_DELAY_GLOBAL ?
           format_text("global") : duration_text(policy->delay);
}

char *policy_effective(const struct state *state, const void *record)
{
    (void)state;
    return duration_text(((const struct policy *)record)->effective);
}

char *link_since(const struct state *state, const void *record)
{
    (void)state;
    return clock_text(((const struct xen_smmu_link *)record)->since);
}
