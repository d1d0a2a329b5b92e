/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu snapshot FILE: record the state, for --from and for bug reports. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "events.h"
#include "recording.h"

static int write_file(struct json_object *document, const char *file)
{
    int fd, rc, error;

    fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        error = errno;
        goto failed;
    }
    rc = json_object_to_fd(fd, document, JSON_C_TO_STRING_PRETTY |
                           JSON_C_TO_STRING_SPACED |
                           JSON_C_TO_STRING_NOSLASHESCAPE);
    error = errno;
    if (!rc && write(fd, "\n", 1) != 1) {
        error = errno;
        rc = -1;
    }
    if (close(fd) && !rc) {
        error = errno;
        rc = -1;
    }
    if (!rc)
        return RC_OK;

 failed:
    return fail(RC_FAILED, "Give a file that can be written, on a disk with "
                "room.", "cannot write snapshot %s: %s", file,
                strerror(error));
}

/* What there is; an older hypervisor has none. */
static int add_events(struct state *state)
{
    struct event_source *source = NULL;
    int rc;

    if ((state->abi & 0xffff) < 3)
        return RC_OK;
    rc = event_source_open(&source, "record the latest events");
    if (!rc)
        rc = event_source_read(source, state);
    event_source_close(source);
    state->has_events = !rc;
    return rc;
}

int verb_snapshot(const struct options *options, char **arguments)
{
    struct json_object *document;
    struct state state;
    int rc;

    rc = state_load(&state, options);
    if (rc)
        goto out;
    if (!options->from)
        rc = add_events(&state);
    if (rc)
        goto out;
    document = recording_document(&state, false);
    if (!strcmp(arguments[0], "-")) {
        json_lines(false);      /* it is one document, to be read again */
        rc = json_print(document);
        goto out;
    }
    rc = write_file(document, arguments[0]);
    json_object_put(document);
    if (!rc && !options->quiet)
        fprintf(stderr, PROGRAM ": wrote %s; any view can be shown from it "
                "with --from\n", arguments[0]);

 out:
    state_free(&state);
    return rc;
}
