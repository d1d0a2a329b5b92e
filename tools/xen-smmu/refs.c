/* SPDX-License-Identifier: GPL-2.0-only */
/* Properties that name other nodes: <&provider argument...>. */
#include <inttypes.h>
#include <stdlib.h>

#include "tree.h"

static enum ref_trouble parse(const struct tree *tree, const void *cells,
                              int nr, int *at, const char *cells_name,
                              struct ref *ref)
{
    uint32_t i, args = 0;

    *ref = (struct ref){ .phandle = tree_cell(cells, (*at)++) };
    ref->node = tree_by_phandle(tree, ref->phandle);
    if (ref->node < 0)
        return REF_DANGLING;
    if (cells_name && !tree_u32(tree, ref->node, cells_name, &args))
        return REF_NO_CELLS;
    if (args > (uint32_t)(nr - *at))
        return REF_LENGTH;
    ref->nr = args;
    for (i = 0; i < args && i < REF_ARGS; i++)
        ref->args[i] = tree_cell(cells, *at + i);
    *at += args;
    return REF_FINE;
}

void tree_refs(const struct tree *tree, int node, const char *property,
               const char *cells_name, struct refs *refs)
{
    int length, nr, at = 0;
    const void *cells = tree_prop(tree, node, property, &length);

    *refs = (struct refs){ .trouble = REF_ABSENT };
    if (!cells)
        return;
    nr = length / 4;
    refs->trouble = length % 4 ? REF_LENGTH : REF_FINE;
    refs->list = alloc(nr, sizeof(*refs->list));
    while (at < nr && !refs->trouble) {
        struct ref *ref = &refs->list[refs->count];

        refs->trouble = parse(tree, cells, nr, &at, cells_name, ref);
        refs->phandle = ref->phandle;
        refs->count += !refs->trouble;
    }
}

char *ref_text(const struct refs *refs)
{
    switch (refs->trouble) {
    case REF_ABSENT:
        return format_text("is absent");
    case REF_DANGLING:
        return format_text("names phandle 0x%" PRIx32 ", which no node has",
                           refs->phandle);
    case REF_NO_CELLS:
        return format_text("names a node (phandle 0x%" PRIx32 ") that does "
                           "not say how many cells follow", refs->phandle);
    case REF_LENGTH:
        return format_text("ends in the middle of an entry");
    default:
        return format_text("is fine");
    }
}
