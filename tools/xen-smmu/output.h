/* SPDX-License-Identifier: GPL-2.0-only */
/* The outputs: tables for humans, JSON for programs, notes for trouble. */
#ifndef XEN_SMMU_OUTPUT_H
#define XEN_SMMU_OUTPUT_H

#include <stdio.h>

#include <json-c/json.h>

#include "fields.h"

#define SCHEMA "xen-smmu/1"

/* table.c: the columns are keys of the kind's field table, NULL-terminated. */
int table_print(const struct state *state, enum kind kind,
                const char *const *columns, const struct options *options);

/* Does the user want colours here?  Is this field to be seen at once? */
bool colours(void);
bool is_bad(const struct field *field, const void *record);

/* notes.c */
void note_paragraph(const char *indent, const char *text);

/*
 * What is wrong, and what to do next: in words below a table, and as an
 * array of {token, what, next} in JSON.
 */
void notes_print(const struct state *state, const struct options *options);
struct json_object *notes_json(const struct state *state);

/* json.c */

/* A document with its schema in it; lists are added to it. */
struct json_object *json_document(uint32_t abi);
void json_add_list(struct json_object *document, const struct state *state,
                   enum kind kind);
/* Only these of its fields, in the field table's order; NULL: all. */
void json_add_keys(struct json_object *document, const struct state *state,
                   enum kind kind, const char *const *keys);
/* One record; keys as above. */
struct json_object *json_record(const struct state *state, enum kind kind,
                                uint32_t i, const char *const *keys);
struct json_object *json_value(const struct field *field,
                               const struct state *state,
                               const void *record);
struct json_object *json_string(const char *text);      /* NULL: null */
struct json_object *json_uint(uint64_t number);
void json_add(struct json_object *object, const char *key,
              struct json_object *value);
char *abi_text(uint32_t abi);

/* On one line. */
void json_print_line(FILE *stream, struct json_object *object);
/* The same, with the schema and the list that it is of. */
void json_print_record(const char *list, struct json_object *record);
/* Print it, and release it; after json_lines(true) a record a line. */
int json_print(struct json_object *document);
void json_lines(bool on);

/* Read a record, or a list, back; what is wrong with it is reported, naming the file. */
int json_read_record(struct json_object *object, const char *file,
                     struct state *state, enum kind kind, size_t i);
int json_read_list(struct json_object *document, const char *file,
                   struct state *state, enum kind kind);

#endif
