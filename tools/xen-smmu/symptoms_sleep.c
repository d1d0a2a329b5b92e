/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Symptoms of domains that do not sleep, or may not wake.  One that was given
 * its devices a moment ago has had no time to: it is left alone.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

/* ns: as long, and as long as its own delay twice, anyone may be awake. */
#define MOMENT  UINT64_C(10000000000)
#define USUAL_ERRORS 4
/* Devices that are named. */
#define MAX_NAMES 3

typedef bool symptom_fn(const struct xen_smmu_link *link);

static bool known(const struct check *check, const char *key)
{
    return field_known(field_find(LINKS, key), &check->system->state, LINKS);
}

/* It woke when it got its devices, and never again. */
static bool never_slept(const struct xen_smmu_link *link)
{
    return link->domid && link->state == XEN_SMMU_LINK_LIVE &&
           link->wakes <= 1 && link->since >= MOMENT &&
           link->since / 2 >= link->delay &&
           link->force != XEN_SMMU_FORCE_RESUME;
}

static bool is_held_asleep(const struct xen_smmu_link *link)
{
    return link->force == XEN_SMMU_FORCE_SUSPEND && link->votes;
}

static bool is_held_awake(const struct xen_smmu_link *link)
{
    return link->force == XEN_SMMU_FORCE_RESUME;
}

static bool has_no_scmi(const struct xen_smmu_link *link)
{
    return never_slept(link) && link->scmi != XEN_SMMU_SCMI_ON;
}

static bool is_silent(const struct xen_smmu_link *link)
{
    return never_slept(link) && link->scmi == XEN_SMMU_SCMI_ON &&
           !link->scmi_calls;
}

static bool votes_held(const struct xen_smmu_link *link)
{
    return never_slept(link) && link->scmi == XEN_SMMU_SCMI_ON &&
           link->scmi_calls && link->votes;
}

static bool is_dom0s(const struct xen_smmu_link *link)
{
    return !link->domid && link->state == XEN_SMMU_LINK_LIVE;
}

/* "/a, /b and 2 more": those that vote for awake, or all. */
static char *device_names(const struct state *state,
                          const struct xen_smmu_link *link, bool awake)
{
    char *names = format_text("%s", ""), *longer;
    uint32_t i, count = 0;

    for (i = 0; i < state->lists[DEVICES].count; i++) {
        const struct xen_smmu_device *device = list_at(state, DEVICES, i);

        if (device->domid != link->domid || device->unit != link->unit ||
            (awake && !(device->flags & XEN_SMMU_DEVICE_awake)) ||
            count++ >= MAX_NAMES)
            continue;
        longer = format_text("%s%s%s", names, *names ? ", " : "",
                             device->path);
        free(names);
        names = longer;
    }
    if (count > MAX_NAMES) {
        longer = format_text("%s and %" PRIu32 " more", names,
                             count - MAX_NAMES);
        free(names);
        names = longer;
    }
    return names;
}

/* Each link that has it; the text is made by text(), and released here. */
static void each(struct check *check, const struct rule *rule,
                 symptom_fn *has,
                 char *(*text)(const struct state *state,
                               const struct xen_smmu_link *link))
{
    const struct state *state = &check->system->state;
    uint32_t i;

    for (i = 0; i < state->lists[LINKS].count; i++) {
        const struct xen_smmu_link *link = list_at(state, LINKS, i);
        const struct xen_smmu_unit *unit = state_unit(state, link->unit);
        char *said;

        if (link->flags & XEN_SMMU_LINK_dying || !has(link))
            continue;
        said = text(state, link);
        found(check, rule, unit ? unit->name : "-",
              state_domain_text(state, link->domid), NULL, "%s", said);
        free(said);
    }
}

static char *text_asleep(const struct state *state,
                         const struct xen_smmu_link *link)
{
    char *names = device_names(state, link, true), *text;

    text = format_text("It is suspended by force, and %" PRIu32 " of its "
                       "devices want%s to be awake: %s.", link->votes,
                       link->votes == 1 ? "s" : "", names);
    free(names);
    return text;
}

static char *text_awake(const struct state *state,
                        const struct xen_smmu_link *link)
{
    (void)state;
    return format_text("It is resumed by force; %" PRIu32 " of its %" PRIu32
                       " device%s vote%s for awake.", link->votes,
                       link->devices, link->devices == 1 ? "" : "s",
                       link->votes == 1 ? "s" : "");
}

static char *text_no_scmi(const struct state *state,
                          const struct xen_smmu_link *link)
{
    char *names = device_names(state, link, false), *text;

    text = format_text("It has never slept: its SCMI server is %s, so its "
                       "devices count as awake: %s.",
                       link->scmi == XEN_SMMU_SCMI_OFF ? "turned off"
                       : "not there", names);
    free(names);
    return text;
}

static char *text_silent(const struct state *state,
                         const struct xen_smmu_link *link)
{
    (void)state;
    (void)link;
    return format_text("It has never slept: its guest has not made one call "
                       "to its SCMI server, so its devices count as awake.");
}

static char *text_vote(const struct state *state,
                       const struct xen_smmu_link *link)
{
    char *names = device_names(state, link, true), *text;

    text = format_text("It has never slept: its guest has always voted for "
                       "awake for %s.", names);
    free(names);
    return text;
}

static char *text_dom0(const struct state *state,
                       const struct xen_smmu_link *link)
{
    char *names = device_names(state, link, false), *text;

    text = format_text("It keeps the SMMU awake: %s.", names);
    free(names);
    return text;
}

void symptom_held_asleep(struct check *check, const struct rule *rule)
{
    if (known(check, "force"))
        each(check, rule, is_held_asleep, text_asleep);
}

void symptom_held_awake(struct check *check, const struct rule *rule)
{
    if (known(check, "force"))
        each(check, rule, is_held_awake, text_awake);
}

void symptom_no_scmi(struct check *check, const struct rule *rule)
{
    if (known(check, "scmi"))
        each(check, rule, has_no_scmi, text_no_scmi);
}

void symptom_silent(struct check *check, const struct rule *rule)
{
    if (known(check, "scmi_calls"))
        each(check, rule, is_silent, text_silent);
}

void symptom_vote(struct check *check, const struct rule *rule)
{
    if (known(check, "scmi_calls"))
        each(check, rule, votes_held, text_vote);
}

/*
 * A kernel that starts asks for what the server does not have, once: more than
 * a few, and more than one call in four, is something else.
 */
static bool is_refused(const struct xen_smmu_link *link)
{
    return link->scmi_errors > USUAL_ERRORS &&
           link->scmi_errors > link->scmi_calls / 4;
}

void symptom_refused(struct check *check, const struct rule *rule)
{
    const struct state *state = &check->system->state;
    uint32_t i, j;

    /* The counters are the domain's, the same on each of its links. */
    for (i = 0; known(check, "scmi_errors") && i < state->lists[LINKS].count;
         i++) {
        const struct xen_smmu_link *link = list_at(state, LINKS, i), *other;

        for (j = 0; other = list_at(state, LINKS, j),
             j < i && other->domid != link->domid; j++)
            ;
        if (j == i && is_refused(link))
            found(check, rule, "SCMI",
                  state_domain_text(state, link->domid), NULL,
                  "%" PRIu64 " of its guest's %" PRIu64 " calls got an "
                  "error.", link->scmi_errors, link->scmi_calls);
    }
}

void symptom_dom0(struct check *check, const struct rule *rule)
{
    each(check, rule, is_dom0s, text_dom0);
}
