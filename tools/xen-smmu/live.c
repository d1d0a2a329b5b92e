/* SPDX-License-Identifier: GPL-2.0-only */
/* The transport that asks the hypervisor. */
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "hypercall.h"

/* More than any machine has: beyond, the hypervisor does not make sense. */
#define MAX_RECORDS 65536U

/* How often a list that changes under our hands is read from its start. */
#define MAX_RESTARTS 8U

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
static int read_pages(struct hypercall *call, enum kind kind, uint32_t number,
                      const char *what, struct list *list, bool *changed)
{
    const size_t size = kinds[kind].size;
    const uint32_t room = HYPERCALL_ROOM / size;
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
        page->buffer = (uintptr_t)call->page;
        rc = hypercall_op(call, &op, what);
        if (rc)
            return rc;
        if (page->count > room || page->total > MAX_RECORDS ||
            !page->record_size)
            return nonsense(what);
        /* An older hypervisor's records end earlier: the rest is zero. */
        if (page->record_size < list->known)
            list->known = page->record_size;

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
        memcpy((char *)list->records + list->count * size, call->page,
               page->count * size);
        list->count += page->count;
    } while (list->count < total);

    for (i = 0; i < list->count; i++)
        clean_strings(kind, (char *)list->records + i * size);
    return RC_OK;
}

static int read_list(struct hypercall *call, enum kind kind, uint32_t number,
                     struct list *list)
{
    char *what = format_text("list the %s", kinds[kind].key);
    unsigned int tries;
    bool changed;
    int rc;

    for (tries = 0; tries < MAX_RESTARTS; tries++) {
        free(list->records);
        list_init(list, kind);
        rc = read_pages(call, kind, number, what, list, &changed);
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
    struct hypercall call;
    int rc;

    rc = hypercall_open(&call);
    if (rc)
        goto out;
    rc = hypercall_version(&call, &state->abi);
    if (rc)
        goto out;
    rc = read_list(&call, UNITS, XEN_SMMU_list_units, &state->lists[UNITS]);
    if (rc)
        goto out;
    rc = read_list(&call, LINKS, XEN_SMMU_list_links, &state->lists[LINKS]);
    if (rc)
        goto out;
    rc = read_list(&call, DEVICES, XEN_SMMU_list_devices,
                   &state->lists[DEVICES]);
    if (rc)
        goto out;
    names_load(&state->lists[DOMAINS]);

 out:
    hypercall_close(&call);
    return rc;
}

int live_version(uint32_t *abi)
{
    struct hypercall call;
    int rc;

    rc = hypercall_open(&call);
    if (!rc)
        rc = hypercall_version(&call, abi);
    hypercall_close(&call);
    return rc;
}
