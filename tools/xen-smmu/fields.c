/* SPDX-License-Identifier: GPL-2.0-only */
/* The field tables, and how a field reads to a human. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"

#define NS_PER_S UINT64_C(1000000000)

/* Where a list of stream IDs stops in a table; JSON has the rest. */
#define SIDS_WIDTH 16

/* Domains that are named in one cell. */
#define MAX_SHOWN 3

static const struct word unit_types[] = {
    { XEN_SMMU_TYPE_V3, "v3", false },
    { 0, NULL, false }
};

static const struct word unit_states[] = {
    { XEN_SMMU_UNIT_ON, "on", false },
    { XEN_SMMU_UNIT_PARKED, "parked", false },
    { XEN_SMMU_UNIT_OFF, "off", false },
    { XEN_SMMU_UNIT_FAILED, "failed", true },
    { 0, NULL, false }
};

static const struct word link_states[] = {
    { XEN_SMMU_LINK_DORMANT, "dormant", false },
    { XEN_SMMU_LINK_WAKING, "waking", false },
    { XEN_SMMU_LINK_LIVE, "live", false },
    { XEN_SMMU_LINK_QUIESCING, "quiescing", false },
    { XEN_SMMU_LINK_FAILED, "failed", true },
    { 0, NULL, false }
};

static const struct word forces[] = {
    { XEN_SMMU_FORCE_AUTO, "auto", false },
    { XEN_SMMU_FORCE_SUSPEND, "suspend", false },
    { XEN_SMMU_FORCE_RESUME, "resume", false },
    { 0, NULL, false }
};

/* Aborting is what the streams of a sleeping device have to do. */
static const struct word device_states[] = {
    { XEN_SMMU_DEVICE_UNASSIGNED, "unassigned", false },
    { XEN_SMMU_DEVICE_ABORTED, "aborted", false },
    { XEN_SMMU_DEVICE_OPEN, "open", false },
    { 0, NULL, false }
};

static const struct word reason_words[] = {
#define X(code, token, what, next) { (code), #token, (code) != 0 },
    XEN_SMMU_REASONS(X)
#undef X
    { 0, NULL, false }
};

/* How long ago, with as much detail as anyone wants. */
static char *ago_text(uint64_t ns)
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
static char *count_text(uint64_t count)
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

static char *pages_text(uint64_t pages)
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
static char *unit_power(const struct state *state, const void *record)
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

static char *unit_since(const struct state *state, const void *record)
{
    (void)state;
    return clock_text(((const struct xen_smmu_unit *)record)->since);
}

static char *unit_caps(const struct state *state, const void *record)
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
static char *unit_pending(const struct state *state, const void *record)
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
static char *unit_awake(const struct state *state, const void *record)
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

static uint64_t unit_dormant(const struct state *state, const void *record)
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

static char *link_unit(const struct state *state, const void *record)
{
    return unit_of(state, ((const struct xen_smmu_link *)record)->unit);
}

static char *device_unit(const struct state *state, const void *record)
{
    return unit_of(state, ((const struct xen_smmu_device *)record)->unit);
}

static char *name_of(const struct state *state, uint16_t domid)
{
    const char *name = state_domain_name(state, domid);

    return name ? format_text("%s", name) : NULL;
}

static char *link_name(const struct state *state, const void *record)
{
    return name_of(state, ((const struct xen_smmu_link *)record)->domid);
}

static char *device_name(const struct state *state, const void *record)
{
    return name_of(state, ((const struct xen_smmu_device *)record)->domid);
}

static char *link_state(const struct state *state, const void *record)
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

static char *link_debt(const struct state *state, const void *record)
{
    const struct xen_smmu_link *link = record;

    if (link->flags & XEN_SMMU_LINK_debt_all)
        return format_text("all");
    if (!knows(state, LINKS, "debt_pages") || !link->debt_pages)
        return NULL;
    return pages_text(link->debt_pages);
}

/* Waking on an SMMU that was off invalidates all of it. */
static char *link_wake_flush(const struct state *state, const void *record)
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

static char *link_delay(const struct state *state, const void *record)
{
    (void)state;
    return duration_text(((const struct xen_smmu_link *)record)->delay);
}

static char *device_vote(const struct state *state, const void *record)
{
    const struct xen_smmu_device *device = record;

    (void)state;
    if (device->domid == XEN_SMMU_DOMID_ANY)
        return NULL;
    return format_text(device->flags & XEN_SMMU_DEVICE_awake ? "awake"
                                                             : "asleep");
}

static uint64_t device_wakes(const struct state *state, const void *record)
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

static char *policy_who(const struct state *state, const void *record)
{
    const struct policy *policy = record;

    (void)state;
    return policy->domid == XEN_SMMU_DOMID_ANY ?
           format_text("global") : format_text("%u", policy->domid);
}

static char *policy_name(const struct state *state, const void *record)
{
    return name_of(state, ((const struct policy *)record)->domid);
}

static char *policy_delay(const struct state *state, const void *record)
{
    const struct policy *policy = record;

    (void)state;
    return policy->delay == XEN_SMMU_DELAY_GLOBAL ?
           format_text("global") : duration_text(policy->delay);
}

static char *policy_effective(const struct state *state, const void *record)
{
    (void)state;
    return duration_text(((const struct policy *)record)->effective);
}

static char *link_since(const struct state *state, const void *record)
{
    (void)state;
    return clock_text(((const struct xen_smmu_link *)record)->since);
}

#define AT(record, member) \
    .offset = offsetof(struct record, member), \
    .size = sizeof(((struct record *)0)->member)

#define UNIT(member) AT(xen_smmu_unit, member)
static const struct field unit_fields[] = {
    { .key = "name", .title = "SMMU", F_STRING, UNIT(name), .wrap = true },
    { .key = "index", .type = F_COUNT, UNIT(index) },
    { .key = "address", .type = F_HEX, UNIT(address) },
    { .key = "type", .title = "TYPE", F_WORD, UNIT(type),
      .words = unit_types },
    { .key = "state", .title = "POWER", F_WORD, UNIT(state),
      .words = unit_states, .text = unit_power },
    { .key = "power", .title = "POWER", F_WORD, UNIT(state),
      .words = unit_states, .table_only = true },
    { .key = "since_ns", .title = "FOR", .type = F_NS, UNIT(since),
      .text = unit_since },
    { .key = "reason", .title = "REASON", F_WORD, UNIT(reason),
      .words = reason_words },
    { .key = "sid_bits", .type = F_COUNT, UNIT(sid_bits) },
    { .key = "vmid_bits", .type = F_COUNT, UNIT(vmid_bits) },
    { .key = "oas_bits", .type = F_COUNT, UNIT(oas_bits) },
    { .key = "devices", .title = "DEVICES", F_COUNT, UNIT(devices),
      .right = true },
    { .key = "links", .title = "DOMS", F_COUNT, UNIT(links), .right = true },
    { .key = "links_live", .title = "LIVE", F_COUNT, UNIT(links_live),
      .right = true },
    { .key = "links_dormant", .title = "DORM", F_DERIVED, .right = true,
      .number = unit_dormant },
    { .key = "links_debt", .title = "PENDING", F_COUNT, UNIT(links_debt),
      .right = true, .text = unit_pending, .lines = true },
    { .key = "quarantined", .title = "QUARANTINED", F_COUNT,
      UNIT(quarantined), .right = true, .alarming = true },
    { .key = "queue_bytes", .type = F_COUNT, UNIT(queue_bytes) },
    { .key = "commands", .title = "COMMANDS", F_COUNT, UNIT(commands),
      .right = true },
    { .key = "syncs", .title = "SYNCS", F_COUNT, UNIT(syncs),
      .right = true },
    { .key = "events", .type = F_COUNT, UNIT(events) },
    { .key = "events_dropped", .type = F_COUNT, UNIT(events_dropped) },
    { .key = "events_lost", .type = F_COUNT, UNIT(events_lost) },
    { .key = "last_flush_ns", .title = "LAST-FLUSH", F_NS,
      UNIT(last_flush) },
    { .key = "power_source", .title = "SOURCE", F_STRING,
      UNIT(power_source), .since = 1 },
    { .key = "power_caps", .title = "PROMISES", F_DERIVED, UNIT(power_caps),
      .text = unit_caps, .lines = true, .table_only = true, .since = 1 },
    { .key = "masters_held", .type = F_FLAG, UNIT(power_caps),
      .mask = XEN_SMMU_POWER_masters_held, .since = 1 },
    { .key = "registers_kept", .type = F_FLAG, UNIT(power_caps),
      .mask = XEN_SMMU_POWER_registers_kept, .since = 1 },
    { .key = "caches_lost", .type = F_FLAG, UNIT(power_caps),
      .mask = XEN_SMMU_POWER_caches_lost, .since = 1 },
    { .key = "parks", .title = "PARKS", F_COUNT, UNIT(parks),
      .right = true, .since = 1 },
    { .key = "offs", .title = "OFFS", F_COUNT, UNIT(offs), .right = true,
      .since = 1 },
    { .key = "wakes", .title = "WAKES", F_COUNT, UNIT(wakes),
      .right = true, .since = 1 },
    { .key = "debt_pages", .title = "PAGES", F_PAGES, UNIT(debt_pages),
      .right = true, .since = 1 },
    { .key = "awake", .title = "AWAKE", F_DERIVED, .text = unit_awake,
      .lines = true, .since = 1 },
    { .key = NULL }
};

#define LINK(member) AT(xen_smmu_link, member)
static const struct field link_fields[] = {
    { .key = "unit", .type = F_COUNT, LINK(unit) },
    { .key = "smmu", .title = "SMMU", .type = F_DERIVED, .text = link_unit,
      .wrap = true },
    { .key = "domid", .title = "DOM", .type = F_DOMID, LINK(domid),
      .right = true },
    { .key = "name", .title = "NAME", .type = F_DERIVED, .text = link_name,
      .cut = 16 },
    { .key = "vmid", .title = "VMID", .type = F_COUNT, LINK(vmid),
      .right = true },
    { .key = "state", .title = "STATE", .type = F_WORD, LINK(state),
      .words = link_states, .text = link_state, .lines = true },
    { .key = "since_ns", .title = "FOR", .type = F_NS, LINK(since),
      .text = link_since },
    { .key = "debt_all", .title = "DEBT", .type = F_FLAG, LINK(flags),
      .mask = XEN_SMMU_LINK_debt_all, .text = link_debt, .right = true },
    { .key = "quarantined", .type = F_FLAG, LINK(flags),
      .mask = XEN_SMMU_LINK_quarantined },
    { .key = "dying", .type = F_FLAG, LINK(flags),
      .mask = XEN_SMMU_LINK_dying },
    { .key = "reason", .title = "REASON", .type = F_WORD, LINK(reason),
      .words = reason_words },
    { .key = "devices", .title = "DEVS", .type = F_COUNT, LINK(devices),
      .right = true },
    { .key = "flushes", .title = "FLUSHES", .type = F_COUNT, LINK(flushes),
      .right = true },
    { .key = "elided", .title = "ELIDED", .type = F_COUNT, LINK(elided),
      .right = true },
    { .key = "wakes", .title = "WAKEUPS", .type = F_COUNT, LINK(wakes),
      .right = true },
    { .key = "failures", .title = "FAILED", .type = F_COUNT, LINK(failures),
      .right = true, .alarming = true },
    { .key = "force", .title = "FORCE", .type = F_WORD, LINK(force),
      .words = forces, .since = 1 },
    { .key = "votes", .title = "VOTES", .type = F_COUNT, LINK(votes),
      .right = true, .since = 1 },
    { .key = "debt_ranges", .title = "RANGES", .type = F_COUNT,
      LINK(debt_ranges), .right = true, .since = 1 },
    { .key = "debt_pages", .title = "PAGES", .type = F_PAGES,
      LINK(debt_pages), .right = true, .since = 1 },
    { .key = "delay_ns", .title = "AUTOSUSPEND", .type = F_NS, LINK(delay),
      .text = link_delay, .since = 1 },
    { .key = "merged", .title = "MERGED", .type = F_COUNT, LINK(merged),
      .right = true, .since = 1 },
    { .key = "overflows", .title = "OVERFLOWS", .type = F_COUNT,
      LINK(overflows), .right = true, .since = 1 },
    { .key = "wake_none", .title = "NONE", .type = F_COUNT, LINK(wake_none),
      .right = true, .since = 1 },
    { .key = "wake_ranges", .title = "RANGES", .type = F_COUNT,
      LINK(wake_ranges), .right = true, .since = 1 },
    { .key = "wake_vmid", .title = "VMID", .type = F_COUNT, LINK(wake_vmid),
      .right = true, .since = 1 },
    { .key = "wake_all", .title = "ALL", .type = F_COUNT, LINK(wake_all),
      .right = true, .since = 1 },
    { .key = "worst_wake", .title = "WORST", .type = F_COUNT,
      LINK(worst_wake), .right = true, .since = 1 },
    { .key = "wake_flush", .title = "WAKE-FLUSHES", .type = F_DERIVED,
      .text = link_wake_flush },
    { .key = NULL }
};

#define DEVICE(member) AT(xen_smmu_device, member)
static const struct field device_fields[] = {
    { .key = "domid", .title = "DOM", .type = F_DOMID, DEVICE(domid),
      .right = true },
    { .key = "name", .title = "NAME", .type = F_DERIVED, .text = device_name,
      .cut = 16 },
    { .key = "path", .title = "DEVICE", .type = F_STRING, DEVICE(path),
      .wrap = true },
    { .key = "unit", .type = F_COUNT, DEVICE(unit) },
    { .key = "smmu", .title = "SMMU", .type = F_DERIVED, .text = device_unit,
      .wrap = true },
    { .key = "nr_ranges", .type = F_COUNT, DEVICE(nr_ranges) },
    { .key = "sids", .title = "SIDS", .type = F_SIDS, DEVICE(sids),
      .lines = true },
    { .key = "state", .title = "STATE", .type = F_WORD, DEVICE(state),
      .words = device_states },
    { .key = "bridge", .type = F_FLAG, DEVICE(flags),
      .mask = XEN_SMMU_DEVICE_bridge },
    { .key = "awake", .title = "VOTES", .type = F_FLAG, DEVICE(flags),
      .mask = XEN_SMMU_DEVICE_awake, .text = device_vote, .since = 1 },
    { .key = "wakes", .title = "WAKEUPS", .type = F_DERIVED,
      .number = device_wakes, .right = true },
    { .key = "faults", .title = "FAULTS", .type = F_COUNT, DEVICE(faults),
      .right = true, .alarming = true },
    { .key = "faults_dropped", .type = F_COUNT, DEVICE(faults_dropped) },
    { .key = NULL }
};

static const struct field domain_fields[] = {
    { .key = "domid", .type = F_DOMID, AT(domain, domid) },
    { .key = "name", .type = F_STRING, AT(domain, name) },
    { .key = NULL }
};

static const struct field policy_fields[] = {
    { .key = "domid", .title = "DOM", .type = F_DOMID, AT(policy, domid),
      .text = policy_who, .right = true },
    { .key = "name", .title = "NAME", .type = F_DERIVED, .text = policy_name,
      .cut = 16 },
    { .key = "autosuspend_ns", .title = "AUTOSUSPEND", .type = F_NS,
      AT(policy, delay), .text = policy_delay, .right = true },
    { .key = "effective_ns", .title = "IN-FORCE", .type = F_NS,
      AT(policy, effective), .text = policy_effective, .right = true },
    { .key = NULL }
};

const struct kind_table kinds[NR_KINDS] = {
    [UNITS] = { "units", sizeof(struct xen_smmu_unit), unit_fields },
    [LINKS] = { "links", sizeof(struct xen_smmu_link), link_fields },
    [DEVICES] = { "devices", sizeof(struct xen_smmu_device), device_fields },
    [DOMAINS] = { "domains", sizeof(struct domain), domain_fields },
    [POLICIES] = { "policies", sizeof(struct policy), policy_fields },
};

const struct field *field_find(enum kind kind, const char *key)
{
    const struct field *field;

    for (field = kinds[kind].fields; field->key; field++)
        if (!strcmp(field->key, key))
            return field;
    return NULL;
}

bool field_known(const struct field *field, const struct state *state,
                 enum kind kind)
{
    const struct list *list = &state->lists[kind];

    return field->since <= (state->abi & 0xffff) &&
           field->since <= list->minor &&
           field->offset + field->size <= list->known;
}

uint64_t field_number(const struct field *field, const void *record)
{
    const void *at = (const char *)record + field->offset;
    uint64_t u64;
    uint32_t u32;
    uint16_t u16;

    switch (field->size) {
    case sizeof(u16):
        memcpy(&u16, at, sizeof(u16));
        return u16;
    case sizeof(u32):
        memcpy(&u32, at, sizeof(u32));
        return u32;
    case sizeof(u64):
        memcpy(&u64, at, sizeof(u64));
        return u64;
    default:
        abort();        /* a field table with a wrong type */
    }
}

const struct word *field_word(const struct field *field, const void *record)
{
    uint32_t code = field_number(field, record);
    const struct word *word;

    for (word = field->words; word->text; word++)
        if (word->code == code)
            return word;
    return NULL;
}

/* "0x8-0xf,0x40"; where there are many, the first ones and how many more. */
static char *sids_text(const struct xen_smmu_device *device)
{
    char *text = format_text("%s", "");
    uint32_t i, nr = device->nr_ranges;

    for (i = 0; i < nr && i < XEN_SMMU_NR_SIDS; i++) {
        uint32_t first = device->sids[i].first;
        uint32_t count = device->sids[i].count;
        const char *comma = i ? "," : "";
        char *longer;

        if (strlen(text) >= SIDS_WIDTH)
            break;
        if (count > 1)
            longer = format_text("%s%s0x%" PRIx32 "-0x%" PRIx64, text, comma,
                                 first, (uint64_t)first + count - 1);
        else
            longer = format_text("%s%s0x%" PRIx32, text, comma, first);
        free(text);
        text = longer;
    }
    if (i < nr) {
        char *longer = format_text("%s,+%" PRIu32, text, nr - i);

        free(text);
        text = longer;
    }
    if (!*text) {
        free(text);
        text = format_text("-");
    }
    return text;
}

char *field_text(const struct field *field, const struct state *state,
                 enum kind kind, const void *record)
{
    const struct word *word;
    uint64_t number;
    char *text = NULL;

    if (!field_known(field, state, kind))
        return format_text("-");
    if (field->text) {
        text = field->text(state, record);
        return text ? text : format_text("-");
    }
    switch (field->type) {
    case F_STRING:
        return format_text("%s", (const char *)record + field->offset);
    case F_COUNT:
        return count_text(field_number(field, record));
    case F_HEX:
        return format_text("0x%" PRIx64, field_number(field, record));
    case F_NS:
        return ago_text(field_number(field, record));
    case F_PAGES:
        return pages_text(field_number(field, record));
    case F_WORD:
        word = field_word(field, record);
        if (word)
            return format_text("%s", word->text);
        return format_text("%" PRIu64, field_number(field, record));
    case F_FLAG:
        return format_text(field_number(field, record) & field->mask ?
                           "yes" : "no");
    case F_DOMID:
        if (field_number(field, record) == XEN_SMMU_DOMID_ANY)
            return format_text("-");
        return format_text("%" PRIu64, field_number(field, record));
    case F_SIDS:
        return sids_text(record);
    case F_DERIVED:
        number = field->number(state, record);
        return number == UINT64_MAX ? format_text("-") : count_text(number);
    }
    abort();            /* a field of no type */
}
