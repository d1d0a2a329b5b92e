/* SPDX-License-Identifier: GPL-2.0-only */
/* Files without an option before them: what each is, its contents tell. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#include "check.h"

static int read_magic(const char *file, bool *is_tree)
{
    unsigned char magic[4];
    FILE *stream = fopen(file, "re");
    size_t got = 0;
    int error = errno;

    if (stream) {
        got = fread(magic, 1, sizeof(magic), stream);
        error = ferror(stream) ? errno : 0;
        fclose(stream);
    }
    if (error)
        return fail(RC_FAILED, "Give a device tree blob or an xl.cfg.",
                    "cannot read %s: %s", file, strerror(error));
    *is_tree = got == sizeof(magic) && fdt32_ld((void *)magic) == FDT_MAGIC;
    return RC_OK;
}

/* A partial tree is what a guest gets of /passthrough; a host has CPUs. */
static int which_tree(const char *file, unsigned int *takes)
{
    struct tree tree;
    int rc;

    rc = tree_load(&tree, file, "device tree");
    if (!rc)
        *takes = tree_child(&tree, 0, "passthrough") >= 0 &&
                 tree_child(&tree, 0, "cpus") < 0 ? TAKES_GUEST_DTB
                                                  : TAKES_HOST_DTB;
    tree_free(&tree);
    return rc;
}

int inputs_take(struct options *options, char **files)
{
    int rc = RC_OK;

    for (; *files && !rc; files++) {
        unsigned int takes = TAKES_CONFIG;
        bool is_tree = false;

        rc = read_magic(*files, &is_tree);
        if (!rc && is_tree)
            rc = which_tree(*files, &takes);
        if (!rc)
            rc = options_take(options, takes, *files);
    }
    return rc;
}
