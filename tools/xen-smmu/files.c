/* SPDX-License-Identifier: GPL-2.0-only */
/* Several files at once: all of them, whole, or none. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen.h"

#define NEXT_DIR "Give a directory that can be written, on a disk with room."

static char *in_dir(const char *dir, const char *name)
{
    return format_text("%s/%s", dir, name);
}

/* Beside its place, so that the rename cannot fail for a file system. */
static int write_beside(const char *dir, const struct file *file, char **path)
{
    int fd, error = 0;
    size_t done = 0;

    *path = format_text("%s/.%s.XXXXXX", dir, file->name);
    fd = mkstemp(*path);
    if (fd < 0) {
        error = errno;
        free(*path);
        *path = NULL;
        return error;
    }
    while (!error && done < file->length) {
        ssize_t got = write(fd, file->text + done, file->length - done);

        if (got < 0)
            error = errno;
        else
            done += got;
    }
    if (!error && (fchmod(fd, 0644) || fsync(fd)))
        error = errno;
    if (close(fd) && !error)
        error = errno;
    return error;
}

/* A link fails where there is something already, a rename does not. */
static int put(const char *from, const char *to, bool force)
{
    if (force)
        return rename(from, to) ? errno : 0;
    if (link(from, to))
        return errno;
    unlink(from);
    return 0;
}

static int refuse(const char *dir, const struct file *file, int error)
{
    if (error == EEXIST)
        return fail(RC_FAILED, "Give another --name or --out, or --force to "
                    "overwrite; nothing was written.", "%s/%s is there "
                    "already", dir, file->name);
    return fail(RC_FAILED, NEXT_DIR, "cannot write %s/%s: %s", dir,
                file->name, strerror(error));
}

/* Whatever was there stays, unless all of ours is on the disk. */
static int put_all(const char *dir, struct file *files, char **beside,
                   int count, bool force)
{
    int i, done, error = 0;

    for (done = 0; done < count; done++) {
        char *to = in_dir(dir, files[done].name);

        error = put(beside[done], to, force);
        free(to);
        if (error)
            break;
    }
    if (!error)
        return RC_OK;
    for (i = 0; i < done && !force; i++) {
        char *to = in_dir(dir, files[i].name);

        unlink(to);
        free(to);
    }
    return refuse(dir, &files[done], error);
}

int files_write(const char *dir, struct file *files, int count, bool force)
{
    char **beside = alloc(count, sizeof(*beside));
    int i, rc = RC_OK, error = 0;

    if (mkdir(dir, 0777) && errno != EEXIST)
        rc = fail(RC_FAILED, NEXT_DIR, "cannot make directory %s: %s", dir,
                  strerror(errno));
    for (i = 0; i < count && !rc && !error; i++) {
        error = write_beside(dir, &files[i], &beside[i]);
        if (error)
            rc = refuse(dir, &files[i], error);
    }
    if (!rc)
        rc = put_all(dir, files, beside, count, force);
    for (i = 0; i < count && beside[i]; i++) {
        if (rc)
            unlink(beside[i]);
        free(beside[i]);
    }
    free(beside);
    return rc;
}
