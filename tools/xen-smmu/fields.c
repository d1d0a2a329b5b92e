/* SPDX-License-Identifier: GPL-2.0-only */
/* The field tables, and how a field reads to a human. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"

#define NS_PER_S UINT64_C(1000000000)

/* Where a list of stream IDs stops in a table; JSON has the rest. */
#define SIDS_WIDTH 16

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

static const struct word device_states[] = {
    { XEN_SMMU_DEVICE_UNASSIGNED, "unassigned", false },
    { XEN_SMMU_DEVICE_ABORTED, "aborted", true },
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

static const struct field *field_of(enum kind kind, const char *key);

/* The time in a state matters where the state is not the normal one. */
static char *unit_power(const struct state *state, const void *record)
{
    const struct field *field = field_of(UNITS, "state");
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

/* How many links owe an invalidation, and the first few of them. */
static char *unit_pending(const struct state *state, const void *record)
{
    const struct xen_smmu_unit *unit = record;
    char *text = format_text("%" PRIu32, unit->links_debt);
    unsigned int shown = 0;
    uint32_t i;

    for (i = 0; i < state->lists[LINKS].count; i++) {
        const struct xen_smmu_link *link = list_at(state, LINKS, i);
        char *longer;

        if (link->unit != unit->index ||
            !(link->flags & XEN_SMMU_LINK_debt_all))
            continue;
        if (shown == 2)
            longer = format_text("%s,...", text);
        else
            longer = format_text("%s%cd%u", text, shown ? ',' : ' ',
                                 link->domid);
        free(text);
        text = longer;
        if (shown++ == 2)
            break;
    }
    return text;
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
    const struct word *word = field_word(field_of(LINKS, "state"), link);

    (void)state;
    if (!word)
        return format_text("%" PRIu32, link->state);
    return format_text("%s%s%s", word->text,
                       link->flags & XEN_SMMU_LINK_quarantined ?
                       " quarantined" : "",
                       link->flags & XEN_SMMU_LINK_dying ? " dying" : "");
}

static char *link_debt(const struct state *state, const void *record)
{
    const struct xen_smmu_link *link = record;

    (void)state;
    return format_text(link->flags & XEN_SMMU_LINK_debt_all ? "all" : "-");
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
    { .key = "since_ns", .type = F_NS, UNIT(since) },
    { .key = "reason", .title = "REASON", F_WORD, UNIT(reason),
      .words = reason_words },
    { .key = "sid_bits", .type = F_COUNT, UNIT(sid_bits) },
    { .key = "vmid_bits", .type = F_COUNT, UNIT(vmid_bits) },
    { .key = "oas_bits", .type = F_COUNT, UNIT(oas_bits) },
    { .key = "devices", .title = "DEVICES", F_COUNT, UNIT(devices),
      .right = true },
    { .key = "links", .title = "DOMS", F_COUNT, UNIT(links), .right = true },
    { .key = "links_live", .type = F_COUNT, UNIT(links_live) },
    { .key = "links_debt", .title = "PENDING", F_COUNT, UNIT(links_debt),
      .right = true, .text = unit_pending },
    { .key = "quarantined", .title = "QUARANTINED", F_COUNT,
      UNIT(quarantined), .right = true, .alarming = true },
    { .key = "queue_bytes", .type = F_COUNT, UNIT(queue_bytes) },
    { .key = "commands", .type = F_COUNT, UNIT(commands) },
    { .key = "syncs", .type = F_COUNT, UNIT(syncs) },
    { .key = "events", .type = F_COUNT, UNIT(events) },
    { .key = "events_dropped", .type = F_COUNT, UNIT(events_dropped) },
    { .key = "events_lost", .type = F_COUNT, UNIT(events_lost) },
    { .key = "last_flush_ns", .title = "LAST-FLUSH", F_NS,
      UNIT(last_flush) },
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
      .words = link_states, .text = link_state },
    { .key = "since_ns", .title = "FOR", .type = F_NS, LINK(since),
      .text = link_since },
    { .key = "debt_all", .title = "DEBT", .type = F_FLAG, LINK(flags),
      .mask = XEN_SMMU_LINK_debt_all, .text = link_debt },
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
    { .key = "wakes", .type = F_COUNT, LINK(wakes) },
    { .key = "failures", .title = "FAILED", .type = F_COUNT, LINK(failures),
      .right = true, .alarming = true },
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
    { .key = "sids", .title = "SIDS", .type = F_SIDS, DEVICE(sids) },
    { .key = "state", .title = "STATE", .type = F_WORD, DEVICE(state),
      .words = device_states },
    { .key = "bridge", .type = F_FLAG, DEVICE(flags),
      .mask = XEN_SMMU_DEVICE_bridge },
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

const struct kind_table kinds[NR_KINDS] = {
    [UNITS] = { "units", sizeof(struct xen_smmu_unit), unit_fields },
    [LINKS] = { "links", sizeof(struct xen_smmu_link), link_fields },
    [DEVICES] = { "devices", sizeof(struct xen_smmu_device), device_fields },
    [DOMAINS] = { "domains", sizeof(struct domain), domain_fields },
};

static const struct field *field_of(enum kind kind, const char *key)
{
    const struct field *field = kinds[kind].fields;

    while (strcmp(field->key, key))
        field++;
    return field;
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

char *field_text(const struct field *field, const struct state *state,
                 const void *record)
{
    const struct word *word;
    char *text = NULL;

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
        break;
    }
    abort();            /* a field table without a text() */
}
