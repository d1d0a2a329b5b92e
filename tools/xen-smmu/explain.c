/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu explain: a reason, of the hypervisor's or check's, or a fault. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <public/xen-smmu.h>

#include "check.h"
#include "events.h"
#include "output.h"

struct reason {
    const char *token, *what, *next, *from;
    uint32_t code;              /* the hypervisor's, or an SMMU's event */
    bool coded, event;
};

static bool of_rule(struct reason *reason, const struct rule *rule,
                    const char *fault, const char *other)
{
    *reason = (struct reason){
        .token = rule->token, .what = rule->what, .next = rule->next,
        .from = rule->level == LEVEL_FAULT ? fault : other,
    };
    return true;
}

static bool fault_nth(size_t n, struct reason *reason)
{
    memset(reason, 0, sizeof(*reason));
    reason->event = true;
    reason->from = "an SMMU's event";
    return fault_at(n, &reason->code, &reason->token, &reason->what,
                    &reason->next);
}

/* The hypervisor's, then check's, doctor's, and faults. */
static bool reason_nth(size_t n, struct reason *reason)
{
    uint32_t code;
    size_t i;

    if (reason_at(n, &code)) {
        *reason = (struct reason){
            .token = reason_token(code), .what = reason_what(code),
            .next = reason_next(code), .from = "hypervisor", .code = code,
            .coded = true,
        };
        return true;
    }
    for (i = 0; reason_at(i, &code); i++)
        ;
    n -= i;
    if (n < (size_t)nr_rules)
        return of_rule(reason, &rules[n], "check, a fault",
                       "check, a warning");
    n -= nr_rules;
    if (n >= (size_t)nr_symptoms)
        return fault_nth(n - nr_symptoms, reason);
    return of_rule(reason, &symptoms[n], "doctor, a fault",
                   symptoms[n].level == LEVEL_NOTE ? "doctor, a note"
                                                   : "doctor, a warning");
}

static bool means(const struct reason *reason, const char *text)
{
    char *end;
    unsigned long code = strtoul(text, &end, 10);

    if (reason->event && !strncmp(text, "0x", 2) && text[2])
        return strtoul(text, &end, 16) == reason->code && !*end;
    if (*text >= '0' && *text <= '9' && !*end)
        return reason->coded && reason->code == code;
    return !strcasecmp(reason->token, text);
}

static struct json_object *to_json(const struct reason *reason)
{
    struct json_object *object = json_object_new_object();

    json_add(object, "reason", json_string(reason->token));
    json_add(object, "code", reason->coded ? json_uint(reason->code) : NULL);
    json_add(object, "from", json_string(reason->from));
    json_add(object, "what", json_string(reason->what));
    json_add(object, "next", json_string(reason->next));
    return object;
}

static void print_one(const struct reason *reason)
{
    char *next = format_text("Next: %s", reason->next), *code = NULL;

    if (reason->coded)
        code = format_text(" %" PRIu32, reason->code);
    else if (reason->event)
        code = format_text(" 0x%02" PRIx32, reason->code);
    printf("%s (%s%s)\n", reason->token, reason->from, code ? code : "");
    note_paragraph("  ", reason->what);
    note_paragraph("  ", next);
    free(code);
    free(next);
}

/* All of them, a line each: token and sentence. */
static int explain_all(const struct options *options)
{
    struct json_object *document, *array;
    struct reason reason;
    size_t i;

    if (!options->json) {
        for (i = 0; reason_nth(i, &reason); i++)
            print_one(&reason);
        return RC_OK;
    }
    document = json_document(XEN_SMMU_ABI_VERSION);
    array = json_object_new_array();
    for (i = 0; reason_nth(i, &reason); i++)
        json_object_array_add(array, to_json(&reason));
    json_add(document, "reasons", array);
    return json_print(document);
}

int verb_explain(const struct options *options, char **arguments)
{
    struct json_object *document, *array;
    struct reason reason;
    size_t i;

    if (!arguments[0])
        return explain_all(options);
    for (i = 0; reason_nth(i, &reason); i++)
        if (means(&reason, arguments[0]))
            break;
    if (!reason_nth(i, &reason))
        return fail(RC_USAGE, "'" PROGRAM " explain' alone lists them all.",
                    "there is no reason '%s'", arguments[0]);
    if (!options->json) {
        print_one(&reason);
        return RC_OK;
    }
    document = json_document(XEN_SMMU_ABI_VERSION);
    array = json_object_new_array();
    json_object_array_add(array, to_json(&reason));
    json_add(document, "reasons", array);
    return json_print(document);
}
