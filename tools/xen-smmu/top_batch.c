/* SPDX-License-Identifier: GPL-2.0-only */
/* top -b: every look as plain text, for files and pipes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output.h"
#include "top.h"

#define WIDTH 80

static void print_row(const struct top_text *text, enum kind kind,
                      const char *const *cells)
{
    char line[WIDTH + 2] = "", cell[WIDTH + 1];
    size_t length;
    int c;

    for (c = 0; c < text->count; c++) {
        top_pad(text, kind, c, cells[c], cell, sizeof(cell));
        if (c)
            strncat(line, " ", sizeof(line) - strlen(line) - 1);
        strncat(line, cell, sizeof(line) - strlen(line) - 1);
    }
    for (length = strlen(line); length && line[length - 1] == ' '; length--)
        ;
    printf("%.*s\n", (int)length, line);
}

static void print_table(const struct top *top, enum top_table table,
                        const struct options *options)
{
    const struct top_order order = { .table = table, .column = -1 };
    enum kind kind = top_tables[table].kind;
    const char *titles[MAX_TOP_COLUMNS];
    struct top_text text;
    int i;

    top_layout(top, &order, WIDTH, &text);
    for (i = 0; i < text.count; i++)
        titles[i] = top_title(kind, text.columns[i]);
    if (!options->no_header)
        print_row(&text, kind, titles);
    for (i = 0; i < text.rows; i++)
        print_row(&text, kind,
                  (const char *const *)&text.cells[i * text.count]);
    top_layout_free(&text);
}

static void print_look(const struct top *top, const struct options *options)
{
    enum top_table table;
    char *text;
    int line;

    for (line = 0; !options->quiet && !options->no_header &&
         (text = top_summary(top, line)); line++) {
        note_paragraph("", text);
        free(text);
    }
    for (table = 0; table < NR_TOP_TABLES; table++) {
        if (!options->no_header)
            putchar('\n');
        print_table(top, table, options);
    }
}

int top_batch(const struct options *options, uint64_t delay, uint64_t looks)
{
    const struct timespec pause = { .tv_sec = delay / 1000000000,
                                    .tv_nsec = delay % 1000000000 };
    struct top top = { .two = false };
    uint64_t n;
    int rc = RC_OK;

    for (n = 0; !rc && (!looks || n < looks); n++) {
        if (n)
            nanosleep(&pause, NULL);
        rc = top_look(&top, options);
        if (rc)
            break;
        if (n)
            putchar('\n');
        print_look(&top, options);
        /* Nobody waits for what cannot be written; main() says so. */
        if (fflush(stdout) || ferror(stdout))
            break;
    }
    top_free(&top);
    return rc;
}
