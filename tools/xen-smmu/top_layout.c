/* SPDX-License-Identifier: GPL-2.0-only */
/* top's tables as text: which columns fit, and how wide they are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"

/* Names are cut to that, where there is no room. */
#define LEAST 12

static int total_width(const struct top_text *text)
{
    int c, width = 0;

    for (c = 0; c < text->count; c++)
        width += text->widths[c] + (c ? 1 : 0);
    return width;
}

/* Columns and their natural widths, spare ones included. */
static void choose_columns(const struct top_table_info *table,
                           struct top_text *text, bool spare)
{
    const struct top_column *column;

    text->count = 0;
    for (column = table->columns; column->key; column++)
        if (spare || !column->spare)
            text->columns[text->count++] = column;
}

static void measure(const struct top *top, enum kind kind,
                    struct top_text *text)
{
    uint32_t i;
    int c;

    for (c = 0; c < text->count; c++)
        text->widths[c] = strlen(top_title(kind, text->columns[c]));
    for (i = 0; i < top->now.lists[kind].count; i++)
        for (c = 0; c < text->count; c++) {
            char *cell = top_cell(top, kind, text->columns[c],
                                  list_at(&top->now, kind, i));

            if ((int)strlen(cell) > text->widths[c])
                text->widths[c] = strlen(cell);
            free(cell);
        }
}

/* The widest of the flexible ones gives way first. */
static void squeeze(struct top_text *text, int width)
{
    int c, widest, over;

    while ((over = total_width(text) - width) > 0) {
        widest = -1;
        for (c = 0; c < text->count; c++)
            if (text->columns[c]->flexible && text->widths[c] > LEAST &&
                (widest < 0 || text->widths[c] > text->widths[widest]))
                widest = c;
        if (widest < 0)
            break;
        text->widths[widest]--;
    }
    while (text->count > 1 && total_width(text) > width)
        text->count--;
    if (text->widths[0] > width)
        text->widths[0] = width > 0 ? width : 0;
}

void top_layout(const struct top *top, const struct top_order *order,
                int width, struct top_text *text)
{
    const struct top_table_info *table = &top_tables[order->table];
    uint32_t *places = top_sorted(top, order);
    int i, c;

    memset(text, 0, sizeof(*text));
    choose_columns(table, text, true);
    measure(top, table->kind, text);
    if (total_width(text) > width) {
        choose_columns(table, text, false);
        measure(top, table->kind, text);
        squeeze(text, width);
    }
    text->rows = top->now.lists[table->kind].count;
    text->cells = alloc((size_t)text->rows * text->count, sizeof(char *));
    text->records = alloc(text->rows, sizeof(*text->records));
    for (i = 0; i < text->rows; i++) {
        text->records[i] = list_at(&top->now, table->kind, places[i]);
        for (c = 0; c < text->count; c++)
            text->cells[i * text->count + c] =
                top_cell(top, table->kind, text->columns[c],
                         text->records[i]);
    }
    free(places);
}

void top_layout_free(struct top_text *text)
{
    int i;

    for (i = 0; i < text->rows * text->count; i++)
        free(text->cells[i]);
    free(text->cells);
    free(text->records);
    memset(text, 0, sizeof(*text));
}

void top_pad(const struct top_text *text, enum kind kind, int column,
             const char *cell, char *to, size_t room)
{
    int width = text->widths[column], length = strlen(cell);
    const struct top_column *of = text->columns[column];
    bool right = of->rate || field_find(kind, of->key)->right ||
                 (!of->text && !of->flexible);

    if (length <= width)
        snprintf(to, room, right ? "%*s" : "%-*s", width, cell);
    else if (of->flexible && width > 4)
        /* The end of a name tells more than its beginning. */
        snprintf(to, room, "..%s", cell + length - width + 2);
    else
        snprintf(to, room, "%.*s", width, cell);
}
