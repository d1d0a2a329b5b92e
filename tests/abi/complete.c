/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is the table of released fields complete, and are the reasons sound?
 * Prints what is wrong; the exit code says whether anything was.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <public/xen-smmu.h>

#include "layout.h"

static int wrong;

/*
 * Fields lie without a gap and fill their struct: one that is missing in the
 * table, and padding that the compiler put in, both leave a hole.
 */
static void check_layout(void)
{
    static const struct {
        const char *of, *field;
        size_t at, bytes;
    } lines[] = {
#define STRUCT(s, bytes) { #s, NULL, 0, bytes },
#define FIELD(s, f, at, bytes) { #s, #f, at, bytes },
        LAYOUT(STRUCT, FIELD)
        { "", NULL, 0, 0 }
    };
    size_t i, size = 0, at = 0;

    for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (!lines[i].field) {
            if (at != size) {
                printf("%s: its fields end at %zu, the struct at %zu\n",
                       lines[i - 1].of, at, size);
                wrong = 1;
            }
            size = lines[i].bytes;
            at = 0;
        } else if (lines[i].at != at) {
            printf("%s.%s is at %zu, the one before it ends at %zu\n",
                   lines[i].of, lines[i].field, lines[i].at, at);
            wrong = 1;
        }
        at += lines[i].field ? lines[i].bytes : 0;
    }
}

static const struct reason {
    uint32_t code;
    const char *token, *what, *next;
} reasons[] = {
#define X(code, token, what, next) { (code), #token, (what), (next) },
    XEN_SMMU_REASONS(X)
#undef X
};

#define NR_REASONS (sizeof(reasons) / sizeof(reasons[0]))

/* Sentences are shown to users: they begin and end as sentences do. */
static int is_sentence(const char *text)
{
    size_t length = strlen(text);

    return length > 10 && isupper((unsigned char)text[0]) &&
           text[length - 1] == '.' && !strpbrk(text, "\n\t%");
}

static void check_reasons(void)
{
    /* Each has its number in the table, or it could change unnoticed. */
    static const char *const released[] = {
#define NUMBER(name, value) #name,
        NUMBERS(NUMBER)
    };
    const size_t prefix = strlen("XEN_SMMU_REASON_");
    size_t i, j;

    for (i = 0; i < NR_REASONS; i++) {
        const struct reason *reason = &reasons[i];
        int found = 0;

        if (!is_sentence(reason->what) || !is_sentence(reason->next)) {
            printf("%s: needs a sentence and a next step\n", reason->token);
            wrong = 1;
        }
        for (j = 0; j < i; j++) {
            if (reasons[j].code == reason->code ||
                !strcmp(reasons[j].token, reason->token)) {
                printf("%s: its code or token is %s's\n", reason->token,
                       reasons[j].token);
                wrong = 1;
            }
        }
        for (j = 0; j < sizeof(released) / sizeof(released[0]); j++)
            found |= strlen(released[j]) > prefix &&
                     !strncmp(released[j], "XEN_SMMU_REASON_", prefix) &&
                     !strcmp(released[j] + prefix, reason->token);
        if (!found) {
            printf("%s: add it to tests/abi/layout.h\n", reason->token);
            wrong = 1;
        }
    }
}

int main(void)
{
    check_layout();
    check_reasons();
    return wrong;
}
