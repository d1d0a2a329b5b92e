/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The domains' names, out of xenstore.  They are a courtesy: where there is
 * no xenstore (dom0less) or it does not answer, domains have numbers only.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <xenstore.h>

#include "state.h"

/*
 * xs_open() falls back to the kernel's xenbus, and a request there waits for
 * ever when no daemon runs.  A tool for finding faults must not hang, so ask
 * the daemon's socket first.
 */
static bool daemon_listens(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const char *path = xs_daemon_socket();
    bool listens = false;
    int fd;

    if (!path || strlen(path) >= sizeof(address.sun_path))
        return false;
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    listens = !connect(fd, (struct sockaddr *)&address, sizeof(address));
    close(fd);
    return listens;
}

static bool read_name(struct xs_handle *xs, const char *id,
                      struct domain *domain)
{
    unsigned int domid, length;
    char path[64], *name;
    int end = 0;

    if (sscanf(id, "%5u%n", &domid, &end) != 1 || id[end] ||
        domid >= XEN_SMMU_DOMID_ANY)
        return false;
    snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
    name = xs_read(xs, XBT_NULL, path, &length);
    if (!name)
        return false;           /* it has just gone */
    domain->domid = domid;
    snprintf(domain->name, sizeof(domain->name), "%s", name);
    make_printable(domain->name);
    free(name);
    return true;
}

void names_load(struct list *domains)
{
    struct domain *records = NULL;
    struct xs_handle *xs = NULL;
    unsigned int i, count;
    char **ids = NULL;

    if (!daemon_listens())
        return;
    xs = xs_open(0);
    if (!xs)
        return;
    ids = xs_directory(xs, XBT_NULL, "/local/domain", &count);
    if (!ids)
        goto out;
    records = alloc(count, sizeof(*records));
    for (i = 0; i < count; i++)
        if (read_name(xs, ids[i], &records[domains->count]))
            domains->count++;
    domains->records = records;

 out:
    free(ids);
    xs_close(xs);
}
