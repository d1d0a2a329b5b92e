/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The field tables: one per kind of record, behind every output and behind
 * the reading of snapshots.  A field that is added to the ABI is added here
 * once; a view is a list of keys out of a table.
 */
#ifndef XEN_SMMU_FIELDS_H
#define XEN_SMMU_FIELDS_H

#include "state.h"

enum field_type {
    F_STRING,   /* char[], JSON string */
    F_COUNT,    /* number */
    F_HEX,      /* JSON hex string */
    F_NS,       /* nanoseconds; all ones: never, JSON null */
    F_WORD,     /* one out of a list of words; JSON number where unknown */
    F_PAGES,    /* number; all ones: "all", for the whole VMID */
    F_FLAG,     /* one bit, JSON boolean */
    F_DOMID,    /* number; DOMID_ANY: JSON null */
    F_SIDS,     /* ranges of stream IDs, JSON array of {first, count} */
    F_DERIVED,  /* not stored: out of text() or number(), for output only */
};

/* The last word has no text. */
struct word {
    uint32_t code;
    const char *text;
    bool bad;           /* shown in red on a terminal */
};

struct field {
    const char *key;            /* in JSON, and in a view's list */
    const char *title;          /* heading of its column; NULL: JSON only */
    enum field_type type;
    size_t offset, size;
    uint32_t mask;              /* F_FLAG */
    const struct word *words;   /* F_WORD */
    bool right;                 /* numbers are aligned to the right */
    bool wrap;                  /* the cell may take several lines */
    unsigned int cut;           /* the cell shows so many characters */
    bool alarming;              /* in red unless zero */
    bool lines;                 /* its commas are line breaks in a cell */
    bool table_only;            /* JSON has it in other fields */
    unsigned int since;         /* minor version of the ABI that has it */
    /* Human text where the plain one does not do; NULL result: none. */
    char *(*text)(const struct state *state, const void *record);
    /* F_DERIVED that is a number; all ones: none. */
    uint64_t (*number)(const struct state *state, const void *record);
};

struct kind_table {
    const char *key;            /* of the list in JSON */
    size_t size;                /* of a record */
    const struct field *fields; /* the last one has no key */
};

extern const struct kind_table kinds[NR_KINDS];
extern const struct word reason_words[];        /* of XEN_SMMU_REASONS */

uint64_t field_number(const struct field *field, const void *record);
const struct word *field_word(const struct field *field, const void *record);

/* NULL where this kind has no such field. */
const struct field *field_find(enum kind kind, const char *key);

/* Did whoever filled in the records know this field? */
bool field_known(const struct field *field, const struct state *state,
                 enum kind kind);

/* For humans, "-" for what is not known; never NULL. */
char *field_text(const struct field *field, const struct state *state,
                 enum kind kind, const void *record);

/* "20ms", as `policy` takes it. */
char *duration_text(uint64_t ns);

#endif
