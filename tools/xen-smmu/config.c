/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xl.cfg: key = value, key += value; a value is a string in quotes, a number,
 * or a list of them.  Not libxlutil's parser: its library changes its name
 * with every Xen, this tool is to work beside any.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

/* More than any real one; bounds what "+=" can make of it. */
#define MAX_BYTES   (64U << 10)
#define MAX_ITEMS   256

#define SMALL "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

struct reader {
    struct config *config;
    const char *at;
    int line;
};

static int wrong(const struct reader *reader, const char *what)
{
    return fail(RC_FAILED, "See xl.cfg(5); xl would refuse it, too.",
                "configuration %s, line %d: %s", reader->config->file,
                reader->line, what);
}

/* Blanks; with `lines` also line ends and comments. */
static void skip(struct reader *reader, bool lines)
{
    for (;;) {
        reader->at += strspn(reader->at, " \t\r");
        if (*reader->at == '#')
            reader->at += strcspn(reader->at, "\n");
        if (!lines || *reader->at != '\n')
            return;
        reader->line++;
        reader->at++;
    }
}

static char *take(struct reader *reader, size_t length)
{
    char *text = alloc(length + 1, 1);

    memcpy(text, reader->at, length);
    reader->at += length;
    return text;
}

static int octal(const char **at)
{
    int value = 0, i;

    for (i = 0; i < 3 && **at >= '0' && **at <= '7'; i++)
        value = value * 8 + *(*at)++ - '0';
    return value;
}

static int hexadecimal(const char **at)
{
    int value = 0, i;

    for (i = 0; i < 2 && strspn(*at, DIGITS "abcdefABCDEF"); i++) {
        char c = *(*at)++;

        value = value * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

static char unescape(const char **at)
{
    static const char from[] = "abfnrtv", to[] = "\a\b\f\n\r\t\v";
    const char *known;
    char c = **at;

    if (c >= '0' && c <= '7')
        return octal(at);
    ++*at;
    if (c == 'x')
        return hexadecimal(at);
    known = strchr(from, c);
    return known ? to[known - from] : c;
}

static char *string(struct reader *reader)
{
    char quote = *reader->at++, *text, *to;

    to = text = alloc(strcspn(reader->at, "\n") + 1, 1);
    while (*reader->at != quote) {
        if (!*reader->at || *reader->at == '\n' ||
            (*reader->at == '\\' &&
             (!reader->at[1] || reader->at[1] == '\n'))) {
            free(text);
            return NULL;
        }
        if (*reader->at == '\\') {
            reader->at++;
            *to++ = unescape(&reader->at);
        } else {
            *to++ = *reader->at++;
        }
    }
    reader->at++;
    return text;
}

static int item(struct reader *reader, struct setting *setting)
{
    char *text;

    if (setting->count == MAX_ITEMS)
        return wrong(reader, "the list has no end");
    if (*reader->at == '"' || *reader->at == '\'') {
        text = string(reader);
        if (!text)
            return wrong(reader, "the string has no end");
    } else if (strspn(reader->at, DIGITS)) {
        text = take(reader, strspn(reader->at, DIGITS "abcdefx"));
    } else {
        return wrong(reader, "neither a number, a \"string\" nor a [ list ]");
    }
    setting->items[setting->count++] = text;
    return RC_OK;
}

static int list(struct reader *reader, struct setting *setting)
{
    int rc;

    setting->list = true;
    reader->at++;
    skip(reader, true);
    while (*reader->at != ']') {
        rc = item(reader, setting);
        if (rc)
            return rc;
        skip(reader, true);
        if (*reader->at == ',') {
            reader->at++;
            skip(reader, true);
        } else if (*reader->at != ']') {
            return wrong(reader, "a ',' or a ']' should stand here");
        }
    }
    reader->at++;
    return RC_OK;
}

static struct setting *add(struct config *config, char *key, int line)
{
    struct setting *all = config->settings, *one;

    /* Grown by powers of two. */
    if (!(config->count & (config->count - 1))) {
        all = alloc(config->count ? config->count * 2 : 1, sizeof(*all));
        if (config->count)
            memcpy(all, config->settings, config->count * sizeof(*all));
        free(config->settings);
        config->settings = all;
    }
    one = &all[config->count++];
    *one = (struct setting){ .key = key, .line = line };
    one->items = alloc(MAX_ITEMS, sizeof(*one->items));
    return one;
}

/* key += value: what there was comes first. */
static int prepend(struct reader *reader, struct setting *now)
{
    struct setting *before = NULL;
    int i;

    for (i = 0; i < reader->config->count - 1; i++)
        if (!strcmp(reader->config->settings[i].key, now->key))
            before = &reader->config->settings[i];
    if (!before)
        return RC_OK;
    if (before->list != now->list)
        return wrong(reader, "'+=' adds a list to a list, a string to a "
                     "string");
    if (!now->list) {
        char *both = format_text("%s%s", before->items[0], now->items[0]);

        free(now->items[0]);
        now->items[0] = both;
        return RC_OK;
    }
    if (before->count + now->count > MAX_ITEMS)
        return wrong(reader, "the list has no end");
    memmove(now->items + before->count, now->items,
            now->count * sizeof(*now->items));
    for (i = 0; i < before->count; i++)
        now->items[i] = format_text("%s", before->items[i]);
    now->count += before->count;
    return RC_OK;
}

static int statement(struct reader *reader)
{
    size_t length = strspn(reader->at, SMALL DIGITS "._");
    struct setting *setting;
    bool more;
    int rc;

    if (!length || !strspn(reader->at, SMALL))
        return wrong(reader, "no 'key = value' begins here");
    setting = add(reader->config, take(reader, length), reader->line);
    skip(reader, false);
    more = !strncmp(reader->at, "+=", 2);
    if (!more && *reader->at != '=')
        return wrong(reader, "a '=' should follow the key");
    reader->at += more ? 2 : 1;
    skip(reader, false);
    rc = *reader->at == '[' ? list(reader, setting) : item(reader, setting);
    if (!rc && more)
        rc = prepend(reader, setting);
    if (rc)
        return rc;
    setting->items = realloc(setting->items, (setting->count + 1) *
                             sizeof(*setting->items)) ?: setting->items;
    skip(reader, false);
    if (*reader->at && *reader->at != '\n' && *reader->at != ';')
        return wrong(reader, "something follows the value");
    return RC_OK;
}

static int read_text(const char *file, char *text)
{
    FILE *stream = fopen(file, "re");
    size_t length;
    int error;

    if (!stream)
        return fail(RC_FAILED, "Give a file that can be read.",
                    "cannot open configuration %s: %s", file,
                    strerror(errno));
    errno = 0;
    length = fread(text, 1, MAX_BYTES, stream);
    error = ferror(stream) ? errno : 0;
    fclose(stream);
    if (error)
        return fail(RC_FAILED, "Give a file that can be read.",
                    "cannot read configuration %s: %s", file,
                    strerror(error));
    if (length == MAX_BYTES || strlen(text) != length)
        return fail(RC_FAILED, "Give a guest's xl.cfg.", "configuration %s: "
                    "it is no text, or longer than any configuration", file);
    return RC_OK;
}

int config_load(struct config *config, const char *file)
{
    char *text = alloc(MAX_BYTES + 1, 1);
    struct reader reader = { .config = config, .at = text, .line = 1 };
    int rc;

    *config = (struct config){ .file = file };
    rc = read_text(file, text);
    while (!rc) {
        skip(&reader, true);
        if (*reader.at == ';') {
            reader.at++;
            continue;
        }
        if (!*reader.at)
            break;
        rc = statement(&reader);
    }
    free(text);
    return rc;
}

void config_free(struct config *config)
{
    int i, j;

    for (i = 0; i < config->count; i++) {
        for (j = 0; j < config->settings[i].count; j++)
            free(config->settings[i].items[j]);
        free(config->settings[i].items);
        free(config->settings[i].key);
    }
    free(config->settings);
    *config = (struct config){ 0 };
}

const struct setting *config_find(const struct config *config,
                                  const char *key)
{
    int i;

    for (i = config->count - 1; i >= 0; i--)
        if (!strcmp(config->settings[i].key, key))
            return &config->settings[i];
    return NULL;
}
