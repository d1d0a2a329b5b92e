/* SPDX-License-Identifier: GPL-2.0-only */
/* top's model by itself: two states in, numbers and lines out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"

#define NS_PER_S UINT64_C(1000000000)

static int failures;

#define EXPECT(ok) do {                                             \
        if (!(ok)) {                                                \
            printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #ok); \
            failures++;                                             \
        }                                                           \
    } while (0)

static void *fill(struct state *state, enum kind kind, uint32_t count)
{
    list_init(&state->lists[kind], kind);
    state->lists[kind].count = count;
    state->lists[kind].records = alloc(count, kinds[kind].size);
    return state->lists[kind].records;
}

/* Two SMMUs, three links, three devices; all counters are `n` times theirs. */
static struct state make(uint64_t n)
{
    struct state state;
    struct xen_smmu_unit *units;
    struct xen_smmu_link *links;
    struct xen_smmu_device *devices;
    uint32_t i;

    memset(&state, 0, sizeof(state));
    state.abi = XEN_SMMU_ABI_VERSION;
    units = fill(&state, UNITS, 2);
    links = fill(&state, LINKS, 3);
    devices = fill(&state, DEVICES, 3);
    fill(&state, DOMAINS, 0);
    fill(&state, POLICIES, 0);
    for (i = 0; i < 2; i++) {
        snprintf(units[i].name, sizeof(units[i].name), "smmu@%u", i);
        units[i].index = i;
        units[i].commands = n * 100 * (i + 1);
    }
    for (i = 0; i < 3; i++) {
        links[i].unit = i % 2;
        links[i].domid = 10 + i;
        links[i].elided = n * 10 * (3 - i);
        links[i].debt_pages = i == 1 ? ~UINT64_C(0) : i;
        snprintf(devices[i].path, sizeof(devices[i].path), "/d@%c", 'c' - i);
        devices[i].unit = i % 2;
        devices[i].domid = 10 + i;
        devices[i].faults = n * i;
    }
    return state;
}

static void *at(struct top *top, enum kind kind, uint32_t i)
{
    return list_at(&top->now, kind, i);
}

static void add(struct top *top, struct state state, uint64_t ns)
{
    top_add(top, &state, ns);
}

static void rates(void)
{
    struct top top = { .two = false };

    add(&top, make(1), NS_PER_S);
    EXPECT(top_rate(&top, UNITS, "commands", at(&top, UNITS, 0)) < 0);
    EXPECT(top_total(&top, UNITS, "commands") < 0);
    /* Half a second: twice as many in a second. */
    add(&top, make(3), NS_PER_S / 2);
    EXPECT(top_rate(&top, UNITS, "commands", at(&top, UNITS, 0)) == 400);
    EXPECT(top_rate(&top, UNITS, "commands", at(&top, UNITS, 1)) == 800);
    EXPECT(top_total(&top, UNITS, "commands") == 1200);
    EXPECT(top_rate(&top, LINKS, "elided", at(&top, LINKS, 0)) == 120);
    EXPECT(top_rate(&top, LINKS, "flushes", at(&top, LINKS, 0)) == 0);
    EXPECT(top_rate(&top, DEVICES, "faults", at(&top, DEVICES, 2)) == 8);
    /* Derived: the faults of a link's devices. */
    EXPECT(top_rate(&top, LINKS, "faults", at(&top, LINKS, 2)) == 8);
    /* Only the last two looks count. */
    add(&top, make(3), NS_PER_S);
    EXPECT(top_total(&top, UNITS, "commands") == 0);
    /* No time has passed. */
    add(&top, make(4), 0);
    EXPECT(top_total(&top, UNITS, "commands") < 0);
    top_free(&top);
}

/* Domains come, go, and come again with an old number. */
static void changes(void)
{
    struct top top = { .two = false };
    struct state state = make(1);
    struct xen_smmu_link *link;

    /* The first one goes: the others are found in other places. */
    link = list_at(&state, LINKS, 0);
    add(&top, make(0), NS_PER_S);
    memmove(link, link + 1, 2 * sizeof(*link));
    state.lists[LINKS].count = 2;
    add(&top, state, NS_PER_S);
    EXPECT(top_rate(&top, LINKS, "elided", at(&top, LINKS, 0)) == 20);
    EXPECT(top_rate(&top, LINKS, "elided", at(&top, LINKS, 1)) == 10);
    /* It comes back: what it was before was another. */
    add(&top, make(2), NS_PER_S);
    EXPECT(top_rate(&top, LINKS, "elided", at(&top, LINKS, 0)) < 0);
    EXPECT(top_rate(&top, LINKS, "elided", at(&top, LINKS, 1)) == 20);
    EXPECT(top_total(&top, LINKS, "elided") == 30);
    /* Its counters run backwards. */
    add(&top, make(1), NS_PER_S);
    EXPECT(top_rate(&top, LINKS, "elided", at(&top, LINKS, 0)) < 0);
    EXPECT(top_total(&top, LINKS, "elided") < 0);
    top_free(&top);
}

/* What an older hypervisor does not tell is no zero. */
static void unknown(void)
{
    struct top top = { .two = false };
    struct state old[2] = { make(1), make(2) };
    int i;

    for (i = 0; i < 2; i++) {
        old[i].abi = 0x10000;
        add(&top, old[i], NS_PER_S);
    }
    EXPECT(top_rate(&top, UNITS, "commands", at(&top, UNITS, 0)) == 100);
    EXPECT(top_rate(&top, UNITS, "accesses", at(&top, UNITS, 0)) < 0);
    top_free(&top);
}

static int column(enum top_table table, const char *title)
{
    const struct top_column *columns = top_tables[table].columns;
    int c;

    for (c = 0; columns[c].key; c++)
        if (!strcmp(top_title(top_tables[table].kind, &columns[c]), title))
            return c;
    return -2;
}

/* "012": the places in their order. */
static bool order_is(const struct top *top, enum top_table table,
                     const char *title, bool reverse, const char *wanted)
{
    struct top_order order = { .table = table, .reverse = reverse,
                               .column = title ? column(table, title) : -1 };
    uint32_t *places = top_sorted(top, &order), i;
    bool is = true;

    for (i = 0; wanted[i]; i++)
        is = is && places[i] == (uint32_t)(wanted[i] - '0');
    free(places);
    return is;
}

static void orders(void)
{
    struct top top = { .two = false };

    add(&top, make(1), NS_PER_S);
    add(&top, make(2), NS_PER_S);
    EXPECT(order_is(&top, TOP_LINKS, NULL, false, "012"));
    /* Names from a to z, numbers from the largest, domains from the first. */
    EXPECT(order_is(&top, TOP_DEVICES, "DEVICE", false, "210"));
    EXPECT(order_is(&top, TOP_DEVICES, "DEVICE", true, "012"));
    EXPECT(order_is(&top, TOP_DEVICES, "FAULTS", false, "210"));
    EXPECT(order_is(&top, TOP_DEVICES, "FAULT/s", false, "210"));
    EXPECT(order_is(&top, TOP_LINKS, "ELIDED/s", false, "012"));
    EXPECT(order_is(&top, TOP_LINKS, "DOM", false, "012"));
    EXPECT(order_is(&top, TOP_LINKS, "DOM", true, "210"));
    /* "all" is more than any number; what is equal stays as it was. */
    EXPECT(order_is(&top, TOP_LINKS, "DEBT", false, "120"));
    EXPECT(order_is(&top, TOP_LINKS, "VOTES", false, "012"));
    EXPECT(order_is(&top, TOP_LINKS, "VOTES", true, "012"));
    top_free(&top);
}

/* Whatever the width: no line is wider, and the first column is there. */
static void widths(void)
{
    struct top top = { .two = false };
    struct state state = make(1);
    struct xen_smmu_device *device = list_at(&state, DEVICES, 0);
    int width, table, c, sum, most = 0;

    memset(device->path, 'x', sizeof(device->path) - 1);
    add(&top, make(1), NS_PER_S);
    add(&top, state, NS_PER_S);
    for (table = 0; table < NR_TOP_TABLES; table++)
        for (width = 1; width < 300; width++) {
            struct top_order order = { .table = table, .column = -1 };
            struct top_text text;
            char cell[512];

            top_layout(&top, &order, width, &text);
            EXPECT(text.count >= 1 && text.count <= MAX_TOP_COLUMNS);
            for (c = 0, sum = text.count - 1; c < text.count; c++) {
                sum += text.widths[c];
                top_pad(&text, top_tables[table].kind, c, text.cells[c],
                        cell, sizeof(cell));
                EXPECT((int)strlen(cell) == text.widths[c]);
            }
            EXPECT(sum <= width);
            if (text.count > most)
                most = text.count;
            top_layout_free(&text);
        }
    /* Where there is room, all of them are shown. */
    EXPECT(most >= 12);
    top_free(&top);
}

int main(void)
{
    rates();
    changes();
    unknown();
    orders();
    widths();
    return failures != 0;
}
