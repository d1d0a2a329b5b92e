/* SPDX-License-Identifier: GPL-2.0-only */
/* The transport that asks the hypervisor. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xencall.h>
#include <xentoollog.h>

#define __XEN_TOOLS__ 1
#include <xen/sysctl.h>

#include "fields.h"
#include "state.h"

#define PAGE_ROOM (64U << 10)

/* More than any machine has: beyond, the hypervisor does not make sense. */
#define MAX_RECORDS 65536U

/* How often a list that changes under our hands is read from its start. */
#define MAX_RESTARTS 8U

struct live {
    xentoollog_logger_stdiostream *logger;
    xencall_handle *xcall;
    struct xen_sysctl *sysctl;  /* both in memory the hypervisor may access */
    void *page;
};

_Static_assert(sizeof(struct xen_smmu_op) <=
               sizeof(((struct xen_sysctl *)0)->u),
               "the operation has to fit into the sysctl");

static void live_close(struct live *live)
{
    if (live->page)
        xencall_free_buffer(live->xcall, live->page);
    if (live->sysctl)
        xencall_free_buffer(live->xcall, live->sysctl);
    if (live->xcall)
        xencall_close(live->xcall);
    if (live->logger)
        xtl_logger_destroy((xentoollog_logger *)live->logger);
}

static int live_open(struct live *live)
{
    const char *next;

    memset(live, 0, sizeof(*live));
    /* libxencall would print its own words; ours say what to do. */
    live->logger = xtl_createlogger_stdiostream(stderr, XTL_NUM_LEVELS, 0);
    if (!live->logger)
        return fail(RC_FAILED, "Free memory, try again.", "out of memory");
    live->xcall = xencall_open((xentoollog_logger *)live->logger, 0);
    if (!live->xcall) {
        next = errno == EACCES || errno == EPERM ?
               "Run it as root." :
               "Run it in dom0 (is the module xen-privcmd loaded?), or read a "
               "snapshot with --from FILE.";
        return fail(RC_FAILED, next, "cannot reach the hypervisor through "
                    "/dev/xen/privcmd: %s", strerror(errno));
    }
    live->sysctl = xencall_alloc_buffer(live->xcall, sizeof(*live->sysctl));
    live->page = xencall_alloc_buffer(live->xcall, PAGE_ROOM);
    if (!live->sysctl || !live->page)
        return fail(RC_FAILED, "Free memory in dom0, try again.", "cannot "
                    "allocate memory for hypercalls: %s", strerror(errno));
    return RC_OK;
}

static int refused(const char *what, int error, uint32_t reason)
{
    const char *token;

    /* Xen without the driver writes nothing back, so look at errno first. */
    switch (error) {
    case ENOSYS:
    case EOPNOTSUPP:
        if (reason != XEN_SMMU_REASON_NONE)
            break;
        return fail(RC_FAILED, "Boot a Xen that was built with xen-smmu and "
                    "without 'smmu=off'; 'xl dmesg' shows which one runs.",
                    "cannot %s: this hypervisor has no xen-smmu driver, or "
                    "it is switched off", what);
    case EPERM:
        return fail(RC_FAILED, "Run it in dom0.", "cannot %s: the hypervisor "
                    "answers privileged domains only (%s)", what,
                    strerror(error));
    case EACCES:
        return fail(RC_FAILED, "Install the xen-smmu tool that was built for "
                    "this Xen; where FLASK is enforcing, allow this domain "
                    "xen:pm_op.", "cannot %s: the hypervisor does not take "
                    "this tool's sysctl version, or its security policy "
                    "forbids the call (%s)", what, strerror(error));
    case EAGAIN:
    case EBUSY:
    case EINTR:
        return fail(RC_RETRY, "Try again.", "cannot %s: the hypervisor is "
                    "busy (%s)", what, strerror(error));
    }
    if (reason == XEN_SMMU_REASON_NONE)
        return fail(RC_FAILED, "See 'xl dmesg' for what the hypervisor says.",
                    "cannot %s: %s", what, strerror(error));
    token = reason_token(reason);
    if (token)
        return fail(RC_FAILED, reason_next(reason), "cannot %s: %s: %s", what,
                    token, reason_what(reason));
    return fail(RC_FAILED, reason_next(reason), "cannot %s: reason %" PRIu32
                ": %s", what, reason, reason_what(reason));
}

/*
 * Issue one operation.  `what` completes "cannot ...".
 *
 * Xen steps the version of the sysctl interface with each release that
 * changes any sysctl; ours does not change with it, so a tool built for one
 * release serves the others too.
 */
static int live_op(struct live *live, struct xen_smmu_op *op,
                   const char *what)
{
    static const uint32_t versions[] = { XEN_SYSCTL_INTERFACE_VERSION, 0x15,
                                         0x16 };
    int rc = -1, error = EACCES;
    size_t i;

    op->abi = XEN_SMMU_ABI_VERSION;
    for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        memset(live->sysctl, 0, sizeof(*live->sysctl));
        live->sysctl->cmd = XEN_SYSCTL_smmu;
        live->sysctl->interface_version = versions[i];
        memcpy(&live->sysctl->u, op, sizeof(*op));
        rc = xencall1(live->xcall, __HYPERVISOR_sysctl,
                      (uintptr_t)live->sysctl);
        error = errno;
        if (rc >= 0 || error != EACCES)
            break;
    }
    memcpy(op, &live->sysctl->u, sizeof(*op));
    if (rc < 0)
        return refused(what, error, op->reason);
    if (op->reason != XEN_SMMU_REASON_NONE)
        return refused(what, EIO, op->reason);
    return RC_OK;
}

static int get_version(struct live *live, uint32_t *abi)
{
    struct xen_smmu_op op = { .op = XEN_SMMU_get_version };
    int rc;

    rc = live_op(live, &op, "ask for the hypervisor's version");
    if (rc)
        return rc;
    *abi = op.u.version.abi;
    if (*abi >> 16 != XEN_SMMU_ABI_VERSION >> 16)
        return fail(RC_FAILED, reason_next(XEN_SMMU_REASON_BAD_VERSION),
                    "cannot talk to the hypervisor: it speaks interface "
                    "%" PRIu32 ".%" PRIu32 ", this tool %u.%u", *abi >> 16,
                    *abi & 0xffff, XEN_SMMU_ABI_VERSION >> 16,
                    XEN_SMMU_ABI_VERSION & 0xffff);
    return RC_OK;
}

/* Names end within their field and can be shown, whatever was written. */
static void clean_strings(enum kind kind, char *record)
{
    const struct field *field;

    for (field = kinds[kind].fields; field->key; field++) {
        if (field->type != F_STRING)
            continue;
        record[field->offset + field->size - 1] = '\0';
        make_printable(record + field->offset);
    }
}

static int nonsense(const char *what)
{
    return fail(RC_FAILED, "Report this as a bug of xen-smmu, with the output "
                "of 'xl dmesg'.", "cannot %s: the hypervisor's answer makes "
                "no sense", what);
}

/* Read a list once; *changed says that it was another one half-way. */
static int read_pages(struct live *live, enum kind kind, uint32_t number,
                      const char *what, struct list *list, bool *changed)
{
    const size_t size = kinds[kind].size;
    const uint32_t room = PAGE_ROOM / size;
    uint32_t i, total = 0;
    int rc;

    *changed = false;
    do {
        struct xen_smmu_op op = { .op = number };
        struct xen_smmu_list *page = &op.u.list;

        page->first = list->count;
        page->count = room;
        page->record_size = size;
        page->domid = XEN_SMMU_DOMID_ANY;
        page->buffer = (uintptr_t)live->page;
        rc = live_op(live, &op, what);
        if (rc)
            return rc;
        if (page->count > room || page->total > MAX_RECORDS)
            return nonsense(what);

        if (!list->records) {
            total = page->total;
            list->records = alloc(total, size);
        }
        /* An empty page before the end would have us ask for ever. */
        if (page->total != total || page->count > total - list->count ||
            (!page->count && list->count < total)) {
            *changed = true;
            return RC_OK;
        }
        memcpy((char *)list->records + list->count * size, live->page,
               page->count * size);
        list->count += page->count;
    } while (list->count < total);

    for (i = 0; i < list->count; i++)
        clean_strings(kind, (char *)list->records + i * size);
    return RC_OK;
}

static int read_list(struct live *live, enum kind kind, uint32_t number,
                     struct list *list)
{
    char *what = format_text("list the %s", kinds[kind].key);
    unsigned int tries;
    bool changed;
    int rc;

    for (tries = 0; tries < MAX_RESTARTS; tries++) {
        free(list->records);
        memset(list, 0, sizeof(*list));
        rc = read_pages(live, kind, number, what, list, &changed);
        if (rc || !changed)
            goto out;
    }
    rc = fail(RC_RETRY, "Try again when no domains come and go.",
              "cannot %s: the list changed %u times while it was read", what,
              MAX_RESTARTS);

 out:
    free(what);
    return rc;
}

int live_load(struct state *state)
{
    struct live live;
    int rc;

    rc = live_open(&live);
    if (rc)
        goto out;
    rc = get_version(&live, &state->abi);
    if (rc)
        goto out;
    rc = read_list(&live, UNITS, XEN_SMMU_list_units, &state->lists[UNITS]);
    if (rc)
        goto out;
    rc = read_list(&live, LINKS, XEN_SMMU_list_links, &state->lists[LINKS]);
    if (rc)
        goto out;
    rc = read_list(&live, DEVICES, XEN_SMMU_list_devices,
                   &state->lists[DEVICES]);
    if (rc)
        goto out;
    names_load(&state->lists[DOMAINS]);

 out:
    live_close(&live);
    return rc;
}

int live_version(uint32_t *abi)
{
    struct live live;
    int rc;

    rc = live_open(&live);
    if (!rc)
        rc = get_version(&live, abi);
    live_close(&live);
    return rc;
}
