/* SPDX-License-Identifier: GPL-2.0-only */
/* The field tables, and what is in a field. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "texts.h"

/* Where a list of stream IDs stops in a table; JSON has the rest. */
#define SIDS_WIDTH 16

static const struct word unit_types[] = {
    { XEN_SMMU_TYPE_V1, "v1", false },
    { XEN_SMMU_TYPE_V2, "v2", false },
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

static const struct word scmi_words[] = {
    { XEN_SMMU_SCMI_NONE, "none", false },
    { XEN_SMMU_SCMI_OFF, "off", false },
    { XEN_SMMU_SCMI_ON, "on", false },
    { 0, NULL, false }
};

/* Aborting is what the streams of a sleeping device have to do. */
static const struct word device_states[] = {
    { XEN_SMMU_DEVICE_UNASSIGNED, "unassigned", false },
    { XEN_SMMU_DEVICE_ABORTED, "aborted", false },
    { XEN_SMMU_DEVICE_OPEN, "open", false },
    { 0, NULL, false }
};

const struct word reason_words[] = {
#define X(code, token, what, next) { (code), #token, (code) != 0 },
    XEN_SMMU_REASONS(X)
#undef X
    { 0, NULL, false }
};

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
    { .key = "accesses", .title = "MMIO", F_COUNT, UNIT(accesses),
      .right = true, .since = 2 },
    { .key = "polls", .title = "POLLS", F_COUNT, UNIT(polls),
      .right = true, .since = 2 },
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
    { .key = "worst_accesses", .title = "MMIO", .type = F_COUNT,
      LINK(worst_accesses), .right = true, .since = 2 },
    { .key = "scmi", .title = "SCMI", .type = F_WORD, LINK(scmi),
      .words = scmi_words, .since = 2 },
    { .key = "scmi_exits", .title = "EXITS", .type = F_COUNT,
      LINK(scmi_exits), .right = true, .since = 2 },
    { .key = "scmi_calls", .title = "CALLS", .type = F_COUNT,
      LINK(scmi_calls), .right = true, .since = 2 },
    { .key = "scmi_transitions", .title = "TRANSITIONS", .type = F_COUNT,
      LINK(scmi_transitions), .right = true, .since = 2 },
    { .key = "scmi_denied", .title = "DENIED", .type = F_COUNT,
      LINK(scmi_denied), .right = true, .since = 2 },
    { .key = "scmi_errors", .title = "ERRORS", .type = F_COUNT,
      LINK(scmi_errors), .right = true, .since = 2 },
    { .key = "drains", .title = "DRAINS", .type = F_COUNT, LINK(drains),
      .right = true, .since = 2 },
    { .key = "drained", .title = "PAGES", .type = F_COUNT, LINK(drained),
      .right = true, .since = 2 },
    { .key = "drains_full", .title = "FULL", .type = F_COUNT, LINK(drains_full),
      .right = true, .since = 2 },
    { .key = "drains_preempted", .title = "PREEMPTED", .type = F_COUNT, LINK(drains_preempted),
      .right = true, .since = 2 },
    { .key = "drains_end", .title = "END", .type = F_COUNT, LINK(drains_end),
      .right = true, .since = 2 },
    { .key = "drains_grants", .title = "GRANTS", .type = F_COUNT, LINK(drains_grants),
      .right = true, .since = 2 },
    { .key = "flushes_added", .title = "ADDED", .type = F_COUNT, LINK(flushes_added),
      .right = true, .since = 2 },
    { .key = "faults", .title = "FAULTS", .type = F_DERIVED,
      .number = link_faults, .right = true },
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
    { .key = "scmi_domain", .type = F_DOMID, DEVICE(scmi_domain),
      .since = 2 },
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
    [EVENTS] = { "events", sizeof(struct xen_smmu_event), event_fields },
    [FAULTS] = { "faults", sizeof(struct xen_smmu_event), fault_fields },
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

/* "0x8-0xf,0x40,0x1/0x7c00" (a mask); where there are many, the first ones and how many more. */
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
        if (device->masks[i]) {
            longer = format_text("%s/0x%" PRIx32, text, device->masks[i]);
            free(text);
            text = longer;
        }
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
