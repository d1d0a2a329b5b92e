/* SPDX-License-Identifier: GPL-2.0-only */
/* Device trees: read, checked, indexed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libfdt.h>

#include "tree.h"

/* Xen on arm64 maps no more of a device tree than that. */
#define MAX_BYTES   (2U << 20)
/* Linux reads no deeper either. */
#define MAX_DEPTH   64
/* Of a path in a message. */
#define MAX_PATH    512

#define NEXT_DTB "Give a device tree blob as dtc or the firmware makes it."

static int read_file(const char *file, const char *what, char *data,
                     size_t *length)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC), error;
    ssize_t got = -1;

    *length = 0;
    if (fd < 0)
        return fail(RC_FAILED, "Give a file that can be read.",
                    "cannot open %s %s: %s", what, file, strerror(errno));
    while (*length < MAX_BYTES &&
           (got = read(fd, data + *length, MAX_BYTES - *length)) > 0)
        *length += got;
    error = errno;
    close(fd);
    if (got < 0)
        return fail(RC_FAILED, "Give a file that can be read.",
                    "cannot read %s %s: %s", what, file, strerror(error));
    return RC_OK;
}

/* The copy that is kept is exactly as long as the tree. */
static int copy_checked(struct tree *tree, const char *what, const char *data,
                        size_t length)
{
    uint32_t size;
    int rc;

    if (length < FDT_V1_SIZE || fdt_magic(data) != FDT_MAGIC)
        return fail(RC_FAILED, NEXT_DTB, "%s %s: it is no device tree blob",
                    what, tree->file);
    size = fdt_totalsize(data);
    if (size > MAX_BYTES)
        return fail(RC_FAILED, "Leave out what Xen and dom0 do not need "
                    "('dtc -@' makes trees larger).", "%s %s: it says it has "
                    "%u bytes; Xen reads trees of 2 MiB at most", what,
                    tree->file, size);
    if (size > length)
        return fail(RC_FAILED, "Copy the file again.", "%s %s: it is cut "
                    "short: %u bytes according to its header, %zu in the "
                    "file", what, tree->file, size, length);
    tree->fdt = alloc(size, 1);
    memcpy(tree->fdt, data, size);
    rc = fdt_check_full(tree->fdt, size);
    if (rc)
        return fail(RC_FAILED, NEXT_DTB, "%s %s: it is damaged: %s", what,
                    tree->file, fdt_strerror(rc));
    return RC_OK;
}

static void add_node(struct tree *tree, int offset, const int *open,
                     int depth)
{
    struct tree_node *node = &tree->nodes[tree->count];
    const char *name = fdt_get_name(tree->fdt, offset, NULL);

    node->offset = offset;
    node->parent = depth ? open[depth - 1] : -1;
    node->name = name ? name : "";
    node->phandle = fdt_get_phandle(tree->fdt, offset);
    tree->count++;
}

static int index_nodes(struct tree *tree)
{
    int open[MAX_DEPTH], depth = 0, offset, i;

    for (offset = 0; offset >= 0 && depth >= 0;
         offset = fdt_next_node(tree->fdt, offset, &depth)) {
        if (depth >= MAX_DEPTH)
            return -1;
        open[depth] = tree->count;
        add_node(tree, offset, open, depth);
    }
    /* Children come after their parent, so its end is its last child's. */
    for (i = tree->count - 1; i >= 0; i--) {
        struct tree_node *node = &tree->nodes[i];

        if (!node->end)
            node->end = i + 1;
        if (node->parent >= 0 && !tree->nodes[node->parent].end)
            tree->nodes[node->parent].end = node->end;
    }
    return 0;
}

static int by_phandle(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void index_phandles(struct tree *tree)
{
    int i;

    tree->phandles = alloc(tree->count, sizeof(*tree->phandles));
    for (i = 0; i < tree->count; i++) {
        uint32_t phandle = tree->nodes[i].phandle;

        if (!phandle || phandle == ~0U)
            continue;
        tree->phandles[tree->nr_phandles].phandle = phandle;
        tree->phandles[tree->nr_phandles++].node = i;
    }
    qsort(tree->phandles, tree->nr_phandles, sizeof(*tree->phandles),
          by_phandle);
}

static bool is_overlay(const struct tree *tree)
{
    int i;

    for (i = 1; i < tree->nodes[0].end; i = tree->nodes[i].end)
        if (tree_child(tree, i, "__overlay__") >= 0)
            return true;
    return false;
}

int tree_load(struct tree *tree, const char *file, const char *what)
{
    char *data = alloc(MAX_BYTES, 1);
    size_t length;
    int rc;

    *tree = (struct tree){ .file = file };
    rc = read_file(file, what, data, &length);
    if (!rc)
        rc = copy_checked(tree, what, data, length);
    free(data);
    if (rc)
        return rc;
    /* A node takes 12 bytes of the structure at least. */
    tree->nodes = alloc(fdt_totalsize(tree->fdt) / 12 + 1,
                        sizeof(*tree->nodes));
    if (index_nodes(tree))
        return fail(RC_FAILED, NEXT_DTB, "%s %s: its nodes are nested more "
                    "than %d deep", what, file, MAX_DEPTH);
    index_phandles(tree);
    if (is_overlay(tree))
        return fail(RC_FAILED, "Apply it first: fdtoverlay -i BASE.dtb -o "
                    "WHOLE.dtb OVERLAY.dtbo.", "%s %s: it is an overlay, not "
                    "a whole tree", what, file);
    return RC_OK;
}

void tree_free(struct tree *tree)
{
    free(tree->phandles);
    free(tree->nodes);
    free(tree->fdt);
    *tree = (struct tree){ 0 };
}

uint32_t tree_cell(const void *cells, int i)
{
    fdt32_t cell;

    memcpy(&cell, (const char *)cells + i * sizeof(cell), sizeof(cell));
    return fdt32_to_cpu(cell);
}

const void *tree_prop(const struct tree *tree, int node, const char *name,
                      int *length)
{
    return fdt_getprop(tree->fdt, tree->nodes[node].offset, name, length);
}

bool tree_has(const struct tree *tree, int node, const char *name)
{
    return tree_prop(tree, node, name, NULL);
}

const char *tree_string(const struct tree *tree, int node, const char *name)
{
    int length;
    const char *text = tree_prop(tree, node, name, &length);

    return text && length > 0 && !text[length - 1] ? text : NULL;
}

bool tree_u32(const struct tree *tree, int node, const char *name,
              uint32_t *value)
{
    int length;
    const void *cells = tree_prop(tree, node, name, &length);

    if (!cells || length != sizeof(*value))
        return false;
    *value = tree_cell(cells, 0);
    return true;
}

bool tree_compatible(const struct tree *tree, int node, const char *with)
{
    int length;
    const char *list = tree_prop(tree, node, "compatible", &length);

    return list && fdt_stringlist_contains(list, length, with);
}

bool tree_available(const struct tree *tree, int node)
{
    const char *status = tree_string(tree, node, "status");

    return !tree_has(tree, node, "status") ||
           (status && (!strcmp(status, "okay") || !strcmp(status, "ok")));
}

bool tree_is_below(const struct tree *tree, int node, int top)
{
    return node >= top && node < tree->nodes[top].end;
}

static int find_child(const struct tree *tree, int node, const char *name,
                      size_t length)
{
    int i;

    for (i = node + 1; i < tree->nodes[node].end; i = tree->nodes[i].end)
        if (!strncmp(tree->nodes[i].name, name, length) &&
            !tree->nodes[i].name[length])
            return i;
    return -1;
}

int tree_child(const struct tree *tree, int node, const char *name)
{
    return find_child(tree, node, name, strlen(name));
}

int tree_by_path(const struct tree *tree, const char *path)
{
    int node = 0;

    if (*path != '/')
        return -1;
    for (path++; *path && node >= 0; path += *path == '/') {
        size_t length = strcspn(path, "/");

        node = find_child(tree, node, path, length);
        path += length;
    }
    return node;
}

int tree_by_phandle(const struct tree *tree, uint32_t phandle)
{
    const uint32_t *found = NULL;

    if (tree->nr_phandles)
        found = bsearch(&phandle, tree->phandles, tree->nr_phandles,
                        sizeof(*tree->phandles), by_phandle);
    return found ? ((const int *)found)[1] : -1;
}

char *tree_path(const struct tree *tree, int node)
{
    char text[MAX_PATH + 4], *at = &text[sizeof(text) - 1];
    int i;

    *at = '\0';
    for (i = node; i > 0; i = tree->nodes[i].parent) {
        size_t length = strlen(tree->nodes[i].name), room = at - text;

        if (length + 5 > room) {        /* the end says most */
            at -= 3;
            memcpy(at, "...", 3);
            break;
        }
        at -= length;
        memcpy(at, tree->nodes[i].name, length);
        *--at = '/';
    }
    if (!*at)
        *--at = '/';
    make_printable(at);
    return format_text("%s", at);
}
