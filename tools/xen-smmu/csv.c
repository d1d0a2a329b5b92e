/* SPDX-License-Identifier: GPL-2.0-only */
/* Events for a spreadsheet: a line each, states and kinds in words. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "picture.h"

/* Quoted where it has to be; a name is never taken for a formula. */
static void put(FILE *out, const char *text)
{
    bool quoted = text[strcspn(text, ",\"\r\n")];

    if (quoted)
        fputc('"', out);
    if (*text && strchr("=+-@", *text) && text[1])
        fputc('\'', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text < ' ' || *text > '~' ? '?' : *text, out);
    }
    if (quoted)
        fputc('"', out);
}

/* What `state` and `before` of this kind are. */
static char *word_of(const struct xen_smmu_event *event, uint32_t code)
{
    static const char *const flushes[] = { "range", "VMID", "all", "more" };
    const struct word *words = NULL;

    switch (event->kind) {
    case XEN_SMMU_EVENT_unit:
        words = field_find(UNITS, "state")->words;
        break;
    case XEN_SMMU_EVENT_link:
        words = field_find(LINKS, "state")->words;
        break;
    case XEN_SMMU_EVENT_force:
        words = field_find(LINKS, "force")->words;
        break;
    case XEN_SMMU_EVENT_power:
        return format_text(code ? "on" : "off");
    case XEN_SMMU_EVENT_device:
        return format_text(code ? "came" : "left");
    case XEN_SMMU_EVENT_vote:
        return format_text(code ? "awake" : "asleep");
    case XEN_SMMU_EVENT_flush:
        if (code < sizeof(flushes) / sizeof(flushes[0]))
            return format_text("%s", flushes[code]);
        break;
    case XEN_SMMU_EVENT_fault:
        return format_text("%s", access_word(event) ? access_word(event)
                                                    : "none");
    case XEN_SMMU_EVENT_debt:
    case XEN_SMMU_EVENT_gone:
        return format_text("%s", "");
    }
    for (; words && words->text; words++)
        if (words->code == code)
            return format_text("%s", words->text);
    return format_text("%" PRIu32, code);
}

static bool has_before(const struct xen_smmu_event *event)
{
    return event->kind == XEN_SMMU_EVENT_unit ||
           event->kind == XEN_SMMU_EVENT_link ||
           event->kind == XEN_SMMU_EVENT_vote ||
           event->kind == XEN_SMMU_EVENT_force;
}

static bool has_sid(const struct xen_smmu_event *event)
{
    return event->kind == XEN_SMMU_EVENT_device ||
           event->kind == XEN_SMMU_EVENT_vote ||
           event->kind == XEN_SMMU_EVENT_fault;
}

/* One field of the table, "" for none. */
static void put_field(FILE *out, const struct state *state, const char *key,
                      const struct xen_smmu_event *event)
{
    char *text = field_text(field_find(EVENTS, key), state, EVENTS, event);

    fputc(',', out);
    put(out, strcmp(text, "-") ? text : "");
    free(text);
}

static void put_text(FILE *out, char *text)
{
    fputc(',', out);
    if (text)
        put(out, text);
    free(text);
}

static void put_number(FILE *out, bool has, uint64_t n)
{
    fputc(',', out);
    if (has)
        fprintf(out, "%" PRIu64, n);
}

static void put_hex(FILE *out, bool has, uint64_t n)
{
    fputc(',', out);
    if (has)
        fprintf(out, "0x%" PRIx64, n);
}

static void put_event(FILE *out, const struct state *state,
                      const struct xen_smmu_event *event)
{
    const struct field *device = field_find(FAULTS, "device");
    bool fault = event->kind == XEN_SMMU_EVENT_fault;
    bool flush = event->kind == XEN_SMMU_EVENT_flush;
    bool debt = event->kind == XEN_SMMU_EVENT_debt;

    fprintf(out, "%" PRIu64 ",%" PRIu64, event->seq, event->time);
    put_field(out, state, "kind", event);
    put_text(out, field_find(FAULTS, "smmu")->text(state, event));
    put_field(out, state, "domid", event);
    put_text(out, field_find(FAULTS, "name")->text(state, event));
    put_text(out, has_sid(event) ? device->text(state, event) : NULL);
    put_hex(out, has_sid(event), event->sid);
    put_text(out, has_before(event) ? word_of(event, event->before) : NULL);
    put_text(out, word_of(event, event->state));
    put_field(out, state, "reason", event);
    put_text(out, fault ? format_text("%s", fault_name(event->code)) : NULL);
    put_hex(out, (fault && access_word(event)) ||
            (flush && event->state == XEN_SMMU_FLUSH_RANGE), event->address);
    if ((debt || flush) && event->pages == UINT64_MAX)
        put_text(out, format_text("all"));
    else
        put_number(out, debt || (flush && event->pages), event->pages);
    put_number(out, debt || flush || fault, event->count);
    fputs("\r\n", out);
}

int picture_csv(FILE *out, const struct state *state)
{
    uint32_t i;

    fputs("seq,time_ns,kind,smmu,domid,name,device,sid,before,state,reason,"
          "fault,address,pages,count\r\n", out);
    for (i = 0; i < state->lists[EVENTS].count; i++)
        put_event(out, state, list_at(state, EVENTS, i));
    return RC_OK;
}
