/* SPDX-License-Identifier: GPL-2.0-only */
/* What happened between two looks: rates, totals, the order of lines. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"
#include "texts.h"

static const struct top_column unit_columns[] = {
    { .key = "name", .text = true, .flexible = true },
    { .key = "power", .text = true },
    { .key = "links", },
    { .key = "links_live" },
    { .key = "commands", .title = "CMD/s", .rate = true },
    { .key = "syncs", .title = "SYNC/s", .rate = true },
    { .key = "accesses", .title = "MMIO/s", .rate = true },
    { .key = "wakes", .title = "WAKE/s", .rate = true },
    { .key = "debt_pages", .title = "DEBT" },
    { .key = "events", .title = "FAULTS" },
    { .key = "since_ns", .spare = true },
    { .key = "last_flush_ns", .spare = true },
    { .key = NULL }
};

static const struct top_column link_columns[] = {
    { .key = "domid", .ascending = true },
    { .key = "name", .text = true, .flexible = true },
    { .key = "smmu", .text = true, .flexible = true },
    { .key = "state", .text = true },
    { .key = "votes" },
    { .key = "flushes", .title = "FLUSH/s", .rate = true },
    { .key = "elided", .title = "ELIDED/s", .rate = true },
    { .key = "wakes", .title = "WAKE/s", .rate = true },
    { .key = "debt_pages", .title = "DEBT" },
    { .key = "faults" },
    { .key = "since_ns", .spare = true },
    { .key = "scmi_transitions", .title = "VOTE/s", .rate = true,
      .spare = true },
    { .key = NULL }
};

static const struct top_column device_columns[] = {
    { .key = "domid", .ascending = true },
    { .key = "name", .text = true, .flexible = true },
    { .key = "path", .text = true, .flexible = true },
    { .key = "state", .text = true },
    { .key = "awake", .text = true },
    { .key = "faults", .title = "FAULT/s", .rate = true },
    { .key = "faults" },
    { .key = "faults_dropped", .title = "UNLOGGED" },
    { .key = "smmu", .text = true, .spare = true },
    { .key = NULL }
};

const struct top_table_info top_tables[NR_TOP_TABLES] = {
    [TOP_UNITS] = { "SMMUs", UNITS, unit_columns },
    [TOP_LINKS] = { "Domains", LINKS, link_columns },
    [TOP_DEVICES] = { "Devices", DEVICES, device_columns },
};

void top_add(struct top *top, const struct state *state, uint64_t ns)
{
    if (top->now.abi) {
        state_free(&top->before);
        top->before = top->now;
        top->two = true;
    }
    top->now = *state;
    top->ns = ns;
}

void top_free(struct top *top)
{
    state_free(&top->before);
    state_free(&top->now);
    top->two = false;
}

static bool is_same(enum kind kind, const void *a, const void *b)
{
    const struct xen_smmu_unit *unit = a, *other_unit = b;
    const struct xen_smmu_link *link = a, *other_link = b;
    const struct xen_smmu_device *device = a, *other_device = b;

    switch (kind) {
    case UNITS:
        return unit->index == other_unit->index;
    case LINKS:
        return link->unit == other_link->unit &&
               link->domid == other_link->domid;
    default:
        return device->unit == other_device->unit &&
               !strcmp(device->path, other_device->path);
    }
}

/* Lists hardly change: it is where it was, or is looked for. */
static const void *find_before(const struct top *top, enum kind kind,
                               const void *record)
{
    uint32_t count = top->before.lists[kind].count, i;
    size_t place = ((const char *)record -
                    (const char *)top->now.lists[kind].records) /
                   kinds[kind].size;

    if (place < count &&
        is_same(kind, record, list_at(&top->before, kind, place)))
        return list_at(&top->before, kind, place);
    for (i = 0; i < count; i++)
        if (is_same(kind, record, list_at(&top->before, kind, i)))
            return list_at(&top->before, kind, i);
    return NULL;
}

static uint64_t number_of(const struct field *field, const struct state *state,
                          const void *record)
{
    return field->number ? field->number(state, record)
                         : field_number(field, record);
}

double top_rate(const struct top *top, enum kind kind, const char *key,
                const void *record)
{
    const struct field *field = field_find(kind, key);
    const void *old = top->two ? find_before(top, kind, record) : NULL;
    uint64_t is, was;

    if (!old || !top->ns || !field_known(field, &top->now, kind) ||
        !field_known(field, &top->before, kind))
        return -1;
    is = number_of(field, &top->now, record);
    was = number_of(field, &top->before, old);
    /* It runs backwards for a new domain with an old number. */
    return is < was ? -1 : (double)(is - was) * 1e9 / (double)top->ns;
}

double top_total(const struct top *top, enum kind kind, const char *key)
{
    double total = -1, rate;
    uint32_t i;

    for (i = 0; i < top->now.lists[kind].count; i++) {
        rate = top_rate(top, kind, key, list_at(&top->now, kind, i));
        if (rate >= 0)
            total = (total < 0 ? 0 : total) + rate;
    }
    return total;
}

static char *rate_text(double rate)
{
    if (rate < 0)
        return format_text("-");
    return rate < 9999.95 ? format_text("%.1f", rate)
                          : count_text((uint64_t)(rate + 0.5));
}

char *top_cell(const struct top *top, enum kind kind,
               const struct top_column *column, const void *record)
{
    if (column->rate)
        return rate_text(top_rate(top, kind, column->key, record));
    return field_text(field_find(kind, column->key), &top->now, kind, record);
}

const char *top_title(enum kind kind, const struct top_column *column)
{
    return column->title ? column->title : field_find(kind,
                                                      column->key)->title;
}

/* What a line is sorted by. */
struct key {
    uint32_t place;
    double number;
    char *text;                 /* NULL: by number */
    bool reverse;
};

static int by_key(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    int order;

    if (x->text)
        order = strcmp(x->text, y->text);
    else
        order = (x->number < y->number) - (x->number > y->number);
    if (x->reverse)
        order = -order;
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

/* Numbers begin with the largest: what is busy, or in trouble, is on top. */
static void make_key(const struct top *top, enum kind kind,
                     const struct top_column *column, const void *record,
                     struct key *key)
{
    const struct field *field = field_find(kind, column->key);

    if (column->rate)
        key->number = top_rate(top, kind, column->key, record);
    else if (column->text)
        key->text = top_cell(top, kind, column, record);
    else
        key->number = field_known(field, &top->now, kind)
                      ? (double)number_of(field, &top->now, record) : -1;
    if (column->ascending)
        key->number = -key->number;
}

uint32_t *top_sorted(const struct top *top, const struct top_order *order)
{
    const struct top_table_info *table = &top_tables[order->table];
    uint32_t count = top->now.lists[table->kind].count, i;
    uint32_t *places = alloc(count, sizeof(*places));
    struct key *keys = alloc(count, sizeof(*keys));

    for (i = 0; i < count; i++) {
        keys[i].place = i;
        keys[i].reverse = order->reverse;
        if (order->column >= 0)
            make_key(top, table->kind, &table->columns[order->column],
                     list_at(&top->now, table->kind, i), &keys[i]);
    }
    if (order->column >= 0)
        qsort(keys, count, sizeof(*keys), by_key);
    for (i = 0; i < count; i++) {
        places[i] = keys[i].place;
        free(keys[i].text);
    }
    free(keys);
    return places;
}

/* How many records have this in one of their fields. */
static uint32_t count_of(const struct state *state, enum kind kind,
                         const char *key, uint32_t value)
{
    const struct field *field = field_find(kind, key);
    uint32_t i, count = 0;

    for (i = 0; i < state->lists[kind].count; i++)
        count += field_number(field, list_at(state, kind, i)) == value;
    return count;
}

static char *summary_states(const struct state *state)
{
    return format_text("SMMUs %" PRIu32 ": %" PRIu32 " on, %" PRIu32
                       " parked, %" PRIu32 " off, %" PRIu32 " failed; links %"
                       PRIu32 ": %" PRIu32 " live, %" PRIu32 " dormant",
                       state->lists[UNITS].count,
                       count_of(state, UNITS, "state", XEN_SMMU_UNIT_ON),
                       count_of(state, UNITS, "state", XEN_SMMU_UNIT_PARKED),
                       count_of(state, UNITS, "state", XEN_SMMU_UNIT_OFF),
                       count_of(state, UNITS, "state", XEN_SMMU_UNIT_FAILED),
                       state->lists[LINKS].count,
                       count_of(state, LINKS, "state", XEN_SMMU_LINK_LIVE),
                       count_of(state, LINKS, "state",
                                XEN_SMMU_LINK_DORMANT));
}

char *top_summary(const struct top *top, int line)
{
    static const struct {
        enum kind kind;
        const char *key, *text;
    } rates[] = {
        { UNITS, "commands", "commands" }, { UNITS, "syncs", "syncs" },
        { LINKS, "elided", "elided" }, { UNITS, "wakes", "wakes" },
        { UNITS, "events", "faults" },
    };
    char *all, *longer, *rate;
    size_t i;

    if (line == 0)
        return summary_states(&top->now);
    if (line > 1)
        return NULL;
    all = format_text("per second:");
    for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        rate = rate_text(top_total(top, rates[i].kind, rates[i].key));
        longer = format_text("%s%s %s %s", all, i ? "," : "",
                             rates[i].text, rate);
        free(rate);
        free(all);
        all = longer;
    }
    return all;
}
