/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables for humans: as wide as the terminal at most, else 80 columns. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <libsmartcols.h>

#include "output.h"

#define DEFAULT_WIDTH 80

/* As ls, grep and others: a terminal that can, a user who did not say no. */
bool colours(void)
{
    const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) && !(no && *no) && term &&
           strcmp(term, "dumb");
}

static size_t width(void)
{
    struct winsize size;
    int rc;

    rc = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    return !rc && size.ws_col ? size.ws_col : DEFAULT_WIDTH;
}

bool is_bad(const struct field *field, const void *record)
{
    const struct word *word;

    if (field->type == F_WORD) {
        word = field_word(field, record);
        return word && word->bad;
    }
    return field->alarming && field_number(field, record);
}

static const struct field *find(enum kind kind, const char *key)
{
    const struct field *field = field_find(kind, key);

    if (!field)
        abort();        /* a view with a key that is in no field table */
    return field;
}

static int add_column(struct libscols_table *table, const struct field *field,
                      const struct options *options)
{
    const char *title = field->title ? field->title : field->key;
    int flags = field->right ? SCOLS_FL_RIGHT : 0;
    struct libscols_column *column;

    if ((field->wrap || field->lines) && !options->no_header)
        flags |= SCOLS_FL_WRAP;
    column = scols_table_new_column(table, title, 0, flags);
    if (!column)
        return -1;
    if (!field->lines || options->no_header)
        return 0;
    if (scols_column_set_safechars(column, "\n"))
        return -1;
    return scols_column_set_wrapfunc(column, scols_wrapnl_chunksize,
                                     scols_wrapnl_nextchunk, NULL);
}

static void break_lines(char *text)
{
    for (; *text; text++)
        if (*text == ',')
            *text = '\n';
}

static int add_line(struct libscols_table *table, const struct state *state,
                    enum kind kind, const void *record,
                    const char *const *columns, const struct options *options)
{
    struct libscols_line *line = scols_table_new_line(table, NULL);
    size_t c;
    int rc;

    if (!line)
        return -1;
    for (c = 0; columns[c]; c++) {
        const struct field *field = find(kind, columns[c]);
        char *text = field_text(field, state, kind, record);

        if (field->cut && !options->no_header && strlen(text) > field->cut)
            memcpy(text + field->cut - 2, "..", 3);
        if (field->lines && !options->no_header)
            break_lines(text);
        /* The line owns the text from here. */
        rc = scols_line_refer_data(line, c, text);
        if (rc) {
            free(text);
            return rc;
        }
        if (is_bad(field, record)) {
            rc = scols_cell_set_color(scols_line_get_cell(line, c), "red");
            if (rc)
                return rc;
        }
    }
    return 0;
}

int table_print(const struct state *state, enum kind kind,
                const char *const *columns, const struct options *options)
{
    struct libscols_table *table;
    uint32_t i;
    size_t c;
    int rc = -1;

    table = scols_new_table();
    if (!table)
        goto out;
    scols_table_enable_colors(table, colours());
    scols_table_enable_noheadings(table, options->no_header);
    scols_table_set_column_separator(table, "  ");
    scols_table_set_termwidth(table, width());
    /* Only columns that may wrap give way to the width. */
    scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
    for (c = 0; columns[c]; c++) {
        rc = add_column(table, find(kind, columns[c]), options);
        if (rc)
            goto out;
    }
    for (i = 0; i < state->lists[kind].count; i++) {
        rc = add_line(table, state, kind, list_at(state, kind, i), columns,
                      options);
        if (rc)
            goto out;
    }
    rc = scols_print_table(table);

 out:
    scols_unref_table(table);
    if (rc)
        return fail(RC_FAILED, "Free memory, try again.",
                    "cannot print the table of %s", kinds[kind].key);
    return RC_OK;
}
