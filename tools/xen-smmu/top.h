/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * top: what two looks at the state differ in.  The model knows no terminal;
 * the view, and the batch mode, only show what it says.
 */
#ifndef XEN_SMMU_TOP_H
#define XEN_SMMU_TOP_H

#include "fields.h"

enum top_table { TOP_UNITS, TOP_LINKS, TOP_DEVICES, NR_TOP_TABLES };

struct top_column {
    const char *key;            /* of the kind's field table */
    const char *title;          /* NULL: the field's */
    bool rate;                  /* what it grows by in a second */
    bool text;                  /* sorted from a to z, else from the largest */
    bool ascending;             /* a number, sorted from the smallest */
    bool flexible;              /* is cut where there is no room */
    bool spare;                 /* goes first where there is no room */
};

struct top_table_info {
    const char *name;
    enum kind kind;
    const struct top_column *columns;   /* the last one has no key */
};

extern const struct top_table_info top_tables[NR_TOP_TABLES];

#define MAX_TOP_COLUMNS 16

struct top {
    struct state now, before;
    bool two;                   /* there was a look before */
    uint64_t ns;                /* between the two */
};

struct top_order {
    enum top_table table;
    int column;                 /* -1: as the hypervisor has them */
    bool reverse;
};

/* A new look: `now` becomes `before`; the top owns the state from here. */
void top_add(struct top *top, const struct state *state, uint64_t ns);
void top_free(struct top *top);

/* In a second; negative: not known. */
double top_rate(const struct top *top, enum kind kind, const char *key,
                const void *record);
/* Of all records of this kind for which it is known. */
double top_total(const struct top *top, enum kind kind, const char *key);

/* The records' places, sorted; so many as there are records. */
uint32_t *top_sorted(const struct top *top, const struct top_order *order);
char *top_cell(const struct top *top, enum kind kind,
               const struct top_column *column, const void *record);
const char *top_title(enum kind kind, const struct top_column *column);

/* A line of the summary; NULL after the last. */
char *top_summary(const struct top *top, int line);

/* The table as text that fits into so many columns. */
struct top_text {
    const struct top_column *columns[MAX_TOP_COLUMNS];
    int widths[MAX_TOP_COLUMNS];        /* of those shown */
    int count;
    int rows;
    char **cells;               /* rows * count, row by row */
    const void **records;
};

void top_layout(const struct top *top, const struct top_order *order,
                int width, struct top_text *text);
void top_layout_free(struct top_text *text);
/* A cell, padded and cut to its column. */
void top_pad(const struct top_text *text, enum kind kind, int column,
             const char *cell, char *to, size_t room);

/* top_view.c: until it is left.  An exit code. */
int top_view(const struct options *options, uint64_t delay, uint64_t looks);
/* top_batch.c */
int top_batch(const struct options *options, uint64_t delay, uint64_t looks);

/* top.c: load the state once more. */
int top_look(struct top *top, const struct options *options);

#endif
