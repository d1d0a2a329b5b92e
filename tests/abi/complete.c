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

/* Every line of the tables; those of a part come before its fields. */
static const struct line {
    const char *of, *field;
    size_t at, bytes;
} lines[] = {
#define PART(s, begin, end) { #s, NULL, begin, (end) - (begin) },
#define FIELD(s, f, at, bytes) { #s, #f, at, bytes },
    LAYOUT_1_0(PART, FIELD)
    LAYOUT_1_1(PART, FIELD)
    LAYOUT_1_2(PART, FIELD)
    LAYOUT_1_3(PART, FIELD)
};

#define NR_LINES (sizeof(lines) / sizeof(lines[0]))

/*
 * Fields lie without a gap and fill their part: one that is missing in the
 * table, and padding that the compiler put in, both leave a hole.
 */
static void check_fields(void)
{
    size_t i, at = 0, end = 0;

    for (i = 0; i <= NR_LINES; i++) {
        if (i < NR_LINES && lines[i].field) {
            if (lines[i].at != at) {
                printf("%s.%s is at %zu, the one before it ends at %zu\n",
                       lines[i].of, lines[i].field, lines[i].at, at);
                wrong = 1;
            }
            at += lines[i].bytes;
            continue;
        }
        if (at != end) {
            printf("%s: its fields end at %zu, the part at %zu\n",
                   lines[i - 1].of, at, end);
            wrong = 1;
        }
        if (i < NR_LINES) {
            at = lines[i].at;
            end = at + lines[i].bytes;
        }
    }
}

/* What a version adds begins where the one before it ended. */
static void check_parts(void)
{
    static const struct { const char *of; size_t bytes; } sizes[] = {
#define SIZE(s, bytes) { #s, bytes },
        SIZES(SIZE)
    };
    size_t i, j;

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        size_t end = 0;

        for (j = 0; j < NR_LINES; j++) {
            if (lines[j].field || strcmp(lines[j].of, sizes[i].of))
                continue;
            if (lines[j].at != end) {
                printf("%s: a version begins at %zu, not at %zu\n",
                       sizes[i].of, lines[j].at, end);
                wrong = 1;
            }
            end += lines[j].bytes;
        }
        if (end != sizes[i].bytes) {
            printf("%s: its versions end at %zu, the struct at %zu\n",
                   sizes[i].of, end, sizes[i].bytes);
            wrong = 1;
        }
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

/*
 * Sentences are shown to users: they begin and end as sentences do; at the
 * beginning may be a command, or the name that everybody writes small.
 */
static int is_sentence(const char *text)
{
    size_t length = strlen(text);

    return length > 10 &&
           (isupper((unsigned char)text[0]) || text[0] == '\'' ||
            !strncmp(text, "dom0", 4)) &&
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
    check_fields();
    check_parts();
    check_reasons();
    return wrong;
}
