/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors: what, why, where, next; and the reasons of the ABI in words. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <public/xen-smmu.h>

#include "tool.h"

static const struct {
    uint32_t code;
    const char *token, *what, *next;
} reasons[] = {
#define X(code, token, what, next) { (code), #token, (what), (next) },
    XEN_SMMU_REASONS(X)
#undef X
};

#define NR_REASONS (sizeof(reasons) / sizeof(reasons[0]))

const char *reason_token(uint32_t code)
{
    size_t i;

    for (i = 0; i < NR_REASONS; i++)
        if (reasons[i].code == code)
            return reasons[i].token;
    return NULL;
}

const char *reason_what(uint32_t code)
{
    size_t i;

    for (i = 0; i < NR_REASONS; i++)
        if (reasons[i].code == code)
            return reasons[i].what;
    return "The hypervisor gives a reason that this tool does not know.";
}

const char *reason_next(uint32_t code)
{
    size_t i;

    for (i = 0; i < NR_REASONS; i++)
        if (reasons[i].code == code)
            return reasons[i].next;
    return "Install a xen-smmu tool as new as the hypervisor.";
}

bool reason_at(size_t place, uint32_t *code)
{
    if (place >= NR_REASONS)
        return false;
    *code = reasons[place].code;
    return true;
}

static char *vformat_text(const char *format, va_list args)
{
    char *text;
    int rc;

    rc = vasprintf(&text, format, args);
    if (rc < 0) {
        fputs(PROGRAM ": out of memory.\nNext: free memory, try again.\n",
              stderr);
        exit(RC_FAILED);
    }
    return text;
}

char *format_text(const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = vformat_text(format, args);
    va_end(args);
    return text;
}

void *alloc(size_t count, size_t size)
{
    /* calloc(0) may be NULL without being a failure. */
    void *p = calloc(count ? count : 1, size);

    if (!p) {
        fputs(PROGRAM ": out of memory.\nNext: free memory, try again.\n",
              stderr);
        exit(RC_FAILED);
    }
    return p;
}

void make_printable(char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            *text = '?';
}

static fail_hook_fn *hooked;

void fail_hook(fail_hook_fn *hook)
{
    hooked = hook;
}

int fail(int rc, const char *next, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = vformat_text(format, args);
    va_end(args);

    make_printable(text);
    if (hooked && hooked(rc, text)) {
        free(text);
        return rc;
    }
    /* What was printed so far comes first, also where both go to one file. */
    fflush(stdout);
    fprintf(stderr, PROGRAM ": %s\nNext: %s\n", text, next);
    free(text);
    return rc;
}
