/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records to JSON and back, both by the field tables.  Reading believes
 * nothing: snapshots come from bug reports.  Keys are only ever added, so a
 * key that is not known here is left alone, and one that is missing is an
 * error that names it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

/* More than any machine has; keeps a hostile snapshot from eating memory. */
#define MAX_RECORDS 65536U

static struct json_object *need(struct json_object *object)
{
    if (!object) {
        fail(RC_FAILED, "Free memory, try again.", "out of memory");
        exit(RC_FAILED);
    }
    return object;
}

void json_add(struct json_object *object, const char *key,
              struct json_object *value)
{
    /* NULL is JSON's null here, so callers check their values themselves. */
    int rc = json_object_object_add(object, key, value);

    if (rc)
        need(NULL);
}

static struct json_object *new_hex(uint64_t value)
{
    char text[2 + 16 + 1];

    snprintf(text, sizeof(text), "0x%" PRIx64, value);
    return need(json_object_new_string(text));
}

static struct json_object *new_uint(uint64_t value)
{
    return need(json_object_new_uint64(value));
}

static struct json_object *new_sids(const struct xen_smmu_device *device)
{
    struct json_object *array = need(json_object_new_array());
    uint32_t i;

    for (i = 0; i < device->nr_ranges && i < XEN_SMMU_NR_SIDS; i++) {
        struct json_object *range = need(json_object_new_object());
        int rc;

        json_add(range, "first", new_hex(device->sids[i].first));
        json_add(range, "count", new_uint(device->sids[i].count));
        if (device->masks[i])
            json_add(range, "mask", new_hex(device->masks[i]));
        rc = json_object_array_add(array, range);
        if (rc)
            need(NULL);
    }
    return array;
}

static struct json_object *new_derived(const struct field *field,
                                    const struct state *state,
                                    const void *record)
{
    struct json_object *value = NULL;
    char *text;

    if (field->number) {
        uint64_t number = field->number(state, record);

        return number == UINT64_MAX ? NULL : new_uint(number);
    }
    text = field->text(state, record);
    if (text)
        value = need(json_object_new_string(text));
    free(text);
    return value;
}

struct json_object *json_value(const struct field *field,
                               const struct state *state,
                               const void *record)
{
    const struct word *word;
    uint64_t number;

    switch (field->type) {
    case F_STRING:
        return need(json_object_new_string((const char *)record +
                                           field->offset));
    case F_SIDS:
        return new_sids(record);
    case F_DERIVED:
        return new_derived(field, state, record);
    default:
        break;
    }

    number = field_number(field, record);
    switch (field->type) {
    case F_HEX:
        return new_hex(number);
    case F_NS:
        return number == UINT64_MAX ? NULL : new_uint(number);
    case F_PAGES:
        return number == UINT64_MAX ? need(json_object_new_string("all"))
                                    : new_uint(number);
    case F_DOMID:
        return number == XEN_SMMU_DOMID_ANY ? NULL : new_uint(number);
    case F_WORD:
        word = field_word(field, record);
        return word ? need(json_object_new_string(word->text))
                    : new_uint(number);
    case F_FLAG:
        return need(json_object_new_boolean(!!(number & field->mask)));
    default:
        return new_uint(number);
    }
}

char *abi_text(uint32_t abi)
{
    return format_text("%" PRIu32 ".%" PRIu32, abi >> 16, abi & 0xffff);
}

struct json_object *json_document(uint32_t abi)
{
    struct json_object *document = need(json_object_new_object());
    char *text = abi_text(abi);

    json_add(document, "schema", need(json_object_new_string(SCHEMA)));
    json_add(document, "tool", need(json_object_new_string(TOOL_VERSION)));
    json_add(document, "abi", need(json_object_new_string(text)));
    free(text);
    return document;
}

static bool is_among(const char *key, const char *const *keys)
{
    for (; *keys; keys++)
        if (!strcmp(*keys, key))
            return true;
    return false;
}

struct json_object *json_record(const struct state *state, enum kind kind,
                                uint32_t i, const char *const *keys)
{
    struct json_object *object = need(json_object_new_object());
    const void *record = list_at(state, kind, i);
    const struct field *field;

    for (field = kinds[kind].fields; field->key; field++)
        if (!field->table_only && (!keys || is_among(field->key, keys)))
            json_add(object, field->key, field_known(field, state, kind) ?
                     json_value(field, state, record) : NULL);
    return object;
}

void json_print_line(FILE *stream, struct json_object *object)
{
    const char *text;

    text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
                                          JSON_C_TO_STRING_NOSLASHESCAPE);
    if (!text)
        need(NULL);
    fprintf(stream, "%s\n", text);
}

void json_add_list(struct json_object *document, const struct state *state,
                   enum kind kind)
{
    json_add_keys(document, state, kind, NULL);
}

void json_add_keys(struct json_object *document, const struct state *state,
                   enum kind kind, const char *const *keys)
{
    struct json_object *array = need(json_object_new_array());
    uint32_t i;
    int rc;

    for (i = 0; i < state->lists[kind].count; i++) {
        rc = json_object_array_add(array, json_record(state, kind, i, keys));
        if (rc)
            need(NULL);
    }
    json_add(document, kinds[kind].key, array);
}

static bool lines;

void json_lines(bool on)
{
    lines = on;
}

static void print_object(struct json_object *object, int style)
{
    const char *text;

    text = json_object_to_json_string_ext(object, style |
                                          JSON_C_TO_STRING_SPACED |
                                          JSON_C_TO_STRING_NOSLASHESCAPE);
    if (!text)
        need(NULL);
    puts(text);
}

static struct json_object *new_line(const char *list)
{
    struct json_object *line = need(json_object_new_object());

    json_add(line, "schema", json_string(SCHEMA));
    json_add(line, "list", json_string(list));
    return line;
}

/* A line of its own says what it is, wherever it ends up. */
void json_print_record(const char *list, struct json_object *record)
{
    struct json_object *line = new_line(list);

    if (json_object_is_type(record, json_type_object)) {
        json_object_object_foreach(record, key, value)
            json_add(line, key, json_object_get(value));
    } else {
        json_add(line, "value", json_object_get(record));
    }
    print_object(line, 0);
    json_object_put(line);
}

/* A line a record of each list, then one with all that is in no list. */
static void print_lines(struct json_object *document)
{
    struct json_object *rest = new_line(NULL);
    size_t i;

    json_object_object_foreach(document, key, value) {
        if (json_object_is_type(value, json_type_array))
            for (i = 0; i < json_object_array_length(value); i++)
                json_print_record(key, json_object_array_get_idx(value, i));
        else if (strcmp(key, "schema"))
            json_add(rest, key, json_object_get(value));
    }
    print_object(rest, 0);
    json_object_put(rest);
}

int json_print(struct json_object *document)
{
    if (lines)
        print_lines(document);
    else
        print_object(document, JSON_C_TO_STRING_PRETTY);
    json_object_put(document);
    return RC_OK;       /* main() checks that it was written */
}

struct json_object *json_string(const char *text)
{
    return text ? need(json_object_new_string(text)) : NULL;
}

struct json_object *json_uint(uint64_t number)
{
    return new_uint(number);
}

/* Reading.  Every reader returns NULL, or what it expected instead. */

static const char *read_uint(struct json_object *value, uint64_t max,
                             uint64_t *number)
{
    if (!json_object_is_type(value, json_type_int) ||
        json_object_get_int64(value) < 0)
        return "a number that is not negative";
    *number = json_object_get_uint64(value);
    /* json-c makes all ones of what is larger than 64 bits. */
    if (*number > max || *number == UINT64_MAX)
        return "a smaller number";
    return NULL;
}

static const char *read_hex(struct json_object *value, uint64_t max,
                            uint64_t *number)
{
    static const char expected[] = "a hexadecimal string like \"0x1f\"";
    const char *text;
    size_t length;
    char *end;

    if (!json_object_is_type(value, json_type_string))
        return expected;
    text = json_object_get_string(value);
    length = json_object_get_string_len(value);
    /* The length also keeps strtoull() from overflowing. */
    if (length < 3 || length > 2 + 16 || text[0] != '0' || text[1] != 'x' ||
        strspn(text + 2, "0123456789abcdef") != length - 2)
        return expected;
    *number = strtoull(text, &end, 16);
    return *number <= max ? NULL : "a smaller number";
}

static const char *read_word(const struct field *field,
                             struct json_object *value, uint64_t max,
                             uint64_t *number)
{
    const struct word *word;
    const char *text;

    /* What the tool that recorded it did not know is a number. */
    if (json_object_is_type(value, json_type_int))
        return read_uint(value, max, number);
    if (!json_object_is_type(value, json_type_string))
        return "a word";
    text = json_object_get_string(value);
    for (word = field->words; word->text; word++) {
        if (!strcmp(word->text, text)) {
            *number = word->code;
            return NULL;
        }
    }
    return "a word that this tool knows";
}

static const char *read_string(const struct field *field,
                               struct json_object *value, void *record)
{
    const char *text;
    size_t length;

    if (!json_object_is_type(value, json_type_string))
        return "a string";
    text = json_object_get_string(value);
    length = json_object_get_string_len(value);
    if (strlen(text) != length)
        return "a string without a NUL in it";
    if (length >= field->size)
        return "a shorter string";
    memcpy((char *)record + field->offset, text, length + 1);
    return NULL;
}

static const char *read_sids(struct json_object *value,
                             struct xen_smmu_device *device)
{
    size_t i, length, wanted;

    /* nr_ranges comes before the ranges in the field table. */
    wanted = device->nr_ranges < XEN_SMMU_NR_SIDS ? device->nr_ranges
                                                  : XEN_SMMU_NR_SIDS;
    if (!json_object_is_type(value, json_type_array))
        return "an array";
    length = json_object_array_length(value);
    if (length != wanted)
        return "an array with the first 16 of nr_ranges ranges";
    for (i = 0; i < length; i++) {
        struct json_object *range = json_object_array_get_idx(value, i);
        struct json_object *first, *count, *mask;
        const char *expected;
        uint64_t number;

        if (!json_object_is_type(range, json_type_object) ||
            !json_object_object_get_ex(range, "first", &first) ||
            !json_object_object_get_ex(range, "count", &count))
            return "ranges with a 'first' and a 'count'";
        expected = read_hex(first, UINT32_MAX, &number);
        if (expected)
            return expected;
        device->sids[i].first = number;
        expected = read_uint(count, UINT32_MAX, &number);
        if (expected)
            return expected;
        device->sids[i].count = number;
        if (!json_object_object_get_ex(range, "mask", &mask))
            continue;
        expected = read_hex(mask, UINT32_MAX, &number);
        if (expected)
            return expected;
        device->masks[i] = number;
    }
    return NULL;
}

static void store(const struct field *field, void *record, uint64_t number)
{
    void *at = (char *)record + field->offset;
    uint32_t u32 = number;
    uint16_t u16 = number;

    switch (field->size) {
    case sizeof(u16):
        memcpy(at, &u16, sizeof(u16));
        break;
    case sizeof(u32):
        memcpy(at, &u32, sizeof(u32));
        break;
    case sizeof(number):
        memcpy(at, &number, sizeof(number));
        break;
    default:
        abort();        /* a field table with a wrong type */
    }
}

static const char *read_value(const struct field *field,
                              struct json_object *value, void *record)
{
    uint64_t max = field->size >= sizeof(max) ? UINT64_MAX :
                   (1ULL << (8 * field->size)) - 1;
    const char *expected = NULL;
    uint64_t number = 0;

    switch (field->type) {
    case F_STRING:
        return read_string(field, value, record);
    case F_SIDS:
        return read_sids(value, record);
    case F_DERIVED:
        return NULL;
    case F_PAGES:
        if (json_object_is_type(value, json_type_string) &&
            !strcmp(json_object_get_string(value), "all"))
            number = max;
        else
            expected = read_uint(value, max, &number);
        break;
    case F_HEX:
        expected = read_hex(value, max, &number);
        break;
    case F_WORD:
        expected = read_word(field, value, max, &number);
        break;
    case F_FLAG:
        if (!json_object_is_type(value, json_type_boolean))
            return "true or false";
        number = field_number(field, record);
        if (json_object_get_boolean(value))
            number |= field->mask;
        break;
    case F_NS:
    case F_DOMID:
        if (!value) {
            number = max;       /* never; no domain */
            break;
        }
        /* fall through */
    case F_COUNT:
        expected = read_uint(value, max, &number);
        break;
    }
    if (!expected)
        store(field, record, number);
    return expected;
}

static int bad_snapshot(const char *file, const char *what)
{
    return fail(RC_FAILED, "Record it again with 'xen-smmu snapshot FILE'.",
                "cannot read snapshot %s: %s", file, what);
}

/*
 * What was recorded without this field, by an older tool or of an older
 * hypervisor, ends before it: records only grow at their end.  Bits may be
 * in a field that was there before: they go by the version.
 */
static void forget(const struct field *field, struct list *list)
{
    if (field->type == F_FLAG) {
        if (list->minor >= field->since)
            list->minor = field->since - 1;
    } else if (list->known > field->offset) {
        list->known = field->offset;
    }
}

int json_read_record(struct json_object *object, const char *file,
                     struct state *state, enum kind kind, size_t i)
{
    void *record = list_at(state, kind, i);
    const struct kind_table *table = &kinds[kind];
    const struct field *field;
    char *what;
    int rc;

    if (!json_object_is_type(object, json_type_object)) {
        what = format_text("%s[%zu] is no object", table->key, i);
        goto bad;
    }
    for (field = table->fields; field->key; field++) {
        struct json_object *value;
        const char *expected;

        if (field->type == F_DERIVED || field->table_only)
            continue;           /* is derived again */
        if (!json_object_object_get_ex(object, field->key, &value))
            value = NULL;
        if (!value && field->since) {
            forget(field, &state->lists[kind]);
            continue;
        }
        if (!value && !json_object_object_get_ex(object, field->key, NULL)) {
            what = format_text("%s[%zu] has no '%s'", table->key, i,
                               field->key);
            goto bad;
        }
        expected = read_value(field, value, record);
        if (expected) {
            what = format_text("%s[%zu].%s should be %s", table->key, i,
                               field->key, expected);
            goto bad;
        }
    }
    return RC_OK;

 bad:
    rc = bad_snapshot(file, what);
    free(what);
    return rc;
}

int json_read_list(struct json_object *document, const char *file,
                   struct state *state, enum kind kind)
{
    const struct kind_table *table = &kinds[kind];
    struct list *list = &state->lists[kind];
    struct json_object *array;
    size_t i, length;
    char *what;
    int rc;

    if (!json_object_object_get_ex(document, table->key, &array) ||
        !json_object_is_type(array, json_type_array)) {
        what = format_text("it has no list of %s", table->key);
        rc = bad_snapshot(file, what);
        free(what);
        return rc;
    }
    length = json_object_array_length(array);
    if (length > MAX_RECORDS) {
        what = format_text("%zu %s are more than any machine has", length,
                           table->key);
        rc = bad_snapshot(file, what);
        free(what);
        return rc;
    }

    list->records = alloc(length, table->size);
    list->count = length;
    for (i = 0; i < length; i++) {
        rc = json_read_record(json_object_array_get_idx(array, i), file, state,
                              kind, i);
        if (rc)
            return rc;
    }
    return RC_OK;
}
