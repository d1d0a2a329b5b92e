/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hypervisor and a xenstore for the tool's tests, linked in the place of
 * libxencall, libxentoollog and libxenstore.  FAKE_XEN says how it behaves:
 *
 *   (nothing)          2 SMMUs, 12 links, 500 devices: lists of several pages
 *   open=ERRNO         /dev/xen/privcmd cannot be opened
 *   errno=ERRNO        every operation is refused, nothing written back
 *   reason=N           every operation is refused with this reason
 *   late-reason=N      the lists of devices are refused with it
 *   sysctl=N           the one version of the sysctl interface it takes
 *   abi=N              its version of ours
 *   changing           one more device with every page
 *   changes-once       one device less from the second page on
 *   changes-later      the same, but only from the second look on
 *   gone-later         no way to the hypervisor from the third look on
 *   stuck              pages after the first are empty
 *   overfull           more records than there was room for
 *   huge               a list longer than any machine's
 *   old                a Xen of ABI 1.0: shorter records, no newer operation
 *   short-records      a Xen that knows all but the last field of a record
 *   no-size            it does not say how long its records are
 *   op-reason=N        force, policy and scmi are refused with this reason
 *   op-reason-2=N      the same, for domain 2 only
 *   moving             counters grow: by the same with every look
 *   suspended          all domains are forced asleep already
 *   quiet              no event ever
 *   flood              more events than the ring keeps, between two calls
 *   mad-trace=N        an answer about events that makes no sense, in N ways
 *   unterminated       names that fill their field
 *   dirty              names and paths with bytes that are no text
 *   no-xenstore        no daemon listens
 *   late-names         at first it knows Domain-0 only
 *
 * It checks each request as strictly as the ABI is written, and with
 * FAKE_XEN_CALLS=FILE adds the number of hypercalls to FILE.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <xencall.h>
#include <xenstore.h>
#include <xentoollog.h>

#define __XEN_TOOLS__ 1
#include <xen/sysctl.h>

#include <public/xen-smmu.h>

#define NR_UNITS 2U
#define NR_LINKS 12U
#define NR_DEVICES 500U

/* The records of ABI 1.0; tests/abi checks that they are as long as that. */
#define OLD_UNIT 184U
#define OLD_LINK 64U
/* And those of 1.1. */
#define ABI1_UNIT 240U
#define ABI1_LINK 152U
#define OLD_DEVICE 360U

static unsigned int calls, looks;
static char *buffers[4];       /* of two handles */
static size_t buffer_sizes[4];

static const char *scenario(const char *name)
{
    const char *value = getenv("FAKE_XEN");
    size_t length = strlen(name);

    if (!value || strncmp(value, name, length))
        return NULL;
    if (value[length] == '=')
        return value + length + 1;
    return value[length] ? NULL : "";
}

static unsigned long scenario_number(const char *name, unsigned long otherwise)
{
    const char *value = scenario(name);

    return value ? strtoul(value, NULL, 0) : otherwise;
}

/* libxentoollog */

struct xentoollog_logger_stdiostream { int unused; };

xentoollog_logger_stdiostream *xtl_createlogger_stdiostream(
    FILE *f, xentoollog_level min_level, unsigned int flags)
{
    (void)f;
    (void)min_level;
    (void)flags;
    return calloc(1, sizeof(xentoollog_logger_stdiostream));
}

void xtl_logger_destroy(struct xentoollog_logger *logger)
{
    free(logger);
}

/* libxencall */

struct xencall_handle { int unused; };

xencall_handle *xencall_open(xentoollog_logger *logger, unsigned int flags)
{
    (void)logger;
    (void)flags;
    looks++;
    errno = scenario("gone-later") && looks > 2 ? ENOENT
                                                : scenario_number("open", 0);
    return errno ? NULL : calloc(1, sizeof(xencall_handle));
}

int xencall_close(xencall_handle *xcall)
{
    const char *file = getenv("FAKE_XEN_CALLS");
    FILE *stream = file ? fopen(file, "a") : NULL;

    if (stream) {
        fprintf(stream, "%u\n", calls);
        fclose(stream);
    }
    free(xcall);
    return 0;
}

void *xencall_alloc_buffer(xencall_handle *xcall, size_t size)
{
    size_t i = 0;

    (void)xcall;
    while (buffers[i])
        if (++i == 4)
            abort();
    buffers[i] = calloc(1, size);
    buffer_sizes[i] = size;
    return buffers[i];
}

void xencall_free_buffer(xencall_handle *xcall, void *p)
{
    size_t i = 0;

    (void)xcall;
    while (buffers[i] != p)
        if (++i == 4)
            abort();
    free(p);
    buffers[i] = NULL;
}

/* What the hypervisor may write to is what was allocated for hypercalls. */
static int may_write(uint64_t address, uint64_t size)
{
    size_t i;

    for (i = 0; i < 4; i++)
        if (buffers[i] && address >= (uintptr_t)buffers[i] &&
            address + size <= (uintptr_t)buffers[i] + buffer_sizes[i])
            return 1;
    return 0;
}

/* Each look is a connection of its own. */
static void move_unit(struct xen_smmu_unit *unit)
{
    unit->commands = 1000 * looks;
    unit->syncs = 100 * looks;
    unit->events = looks;
}

static void make_unit(struct xen_smmu_unit *unit, uint32_t i)
{
    snprintf(unit->name, sizeof(unit->name), "smmuv3@%x",
             0x9050000 + i * 0x20000);
    if (scenario("unterminated"))
        memset(unit->name, 'n', sizeof(unit->name));
    if (scenario("dirty"))
        strcpy(unit->name, "u\x1b[2J\xff\n");
    unit->index = i;
    unit->address = 0x9050000 + i * 0x20000;
    unit->type = XEN_SMMU_TYPE_V3;
    unit->links = NR_LINKS / NR_UNITS;
    unit->last_flush = i ? ~0ULL : 1500000000ULL;
    unit->state = i ? XEN_SMMU_UNIT_OFF : XEN_SMMU_UNIT_ON;
    strcpy(unit->power_source, i ? "test" : "none");
    if (scenario("unterminated"))
        memset(unit->power_source, 's', sizeof(unit->power_source));
    unit->power_caps = i ? XEN_SMMU_POWER_masters_held : 0;
    unit->parks = 3 + i;
    unit->offs = 2 * i;
    unit->wakes = 5 + i;
    unit->accesses = 70 + i;
    unit->polls = 8 + i;
    if (scenario("moving"))
        move_unit(unit);
}

static void make_link(struct xen_smmu_link *link, uint32_t i)
{
    link->unit = i % NR_UNITS;
    link->domid = 1 + i;
    link->vmid = 1 + i / NR_UNITS;
    link->state = XEN_SMMU_LINK_LIVE;
    link->votes = 2;
    link->delay = 20000000;
    link->worst_wake = 4;
    link->worst_accesses = 20;
    link->scmi = i % 3;                 /* none, off, on */
    link->scmi_exits = i % 3 ? 31 * 40 + i : 0;
    link->scmi_calls = i % 3 ? 80 : 0;
    link->scmi_transitions = i % 3 ? 40 : 0;
    link->drains = 7 + i;
    link->drained = 3500 + i;
    link->drains_full = 3;
    link->drains_preempted = 1;
    link->drains_end = 2;
    link->drains_grants = 1 + i;
    link->flushes_added = i;
    if (scenario("suspended"))
        link->force = XEN_SMMU_FORCE_SUSPEND;
    if (scenario("moving"))
        link->elided = 5000 * looks;
}

static void make_device(struct xen_smmu_device *device, uint32_t i)
{
    snprintf(device->path, sizeof(device->path), "/bus@0/dma@%x",
             0x10000000 + i * 0x1000);
    if (scenario("unterminated"))
        memset(device->path, 'p', sizeof(device->path));
    device->unit = i % NR_UNITS;
    device->domid = 1 + i % NR_LINKS;
    device->state = XEN_SMMU_DEVICE_OPEN;
    device->flags = scenario("old") ? 0 : XEN_SMMU_DEVICE_awake;
    device->nr_ranges = 1;
    device->sids[0].first = i;
    device->sids[0].count = 1;
    device->scmi_domain = i % 4 ? i % 4 - 1 : XEN_SMMU_SCMI_NO_DOMAIN;
}

static uint32_t own_size(uint32_t kind)
{
    uint32_t size;

    switch (kind) {
    case XEN_SMMU_list_units:
        size = scenario("old") ? OLD_UNIT : scenario("1.1") ? ABI1_UNIT :
               sizeof(struct xen_smmu_unit);
        break;
    case XEN_SMMU_list_links:
        size = scenario("old") ? OLD_LINK : scenario("1.1") ? ABI1_LINK :
               sizeof(struct xen_smmu_link);
        break;
    default:
        size = scenario("old") ? OLD_DEVICE : sizeof(struct xen_smmu_device);
        break;
    }
    return scenario("short-records") ? size - 8 : size;
}

/* Write as many bytes as the caller knows, zero-filled beyond our own. */
static void write_record(uint32_t kind, uint32_t i, char *to, uint32_t room)
{
    union {
        struct xen_smmu_unit unit;
        struct xen_smmu_link link;
        struct xen_smmu_device device;
    } record;
    size_t own = own_size(kind);

    memset(&record, 0, sizeof(record));
    switch (kind) {
    case XEN_SMMU_list_units:
        make_unit(&record.unit, i);
        break;
    case XEN_SMMU_list_links:
        make_link(&record.link, i);
        break;
    default:
        make_device(&record.device, i);
        break;
    }
    memset(to, 0, room);
    memcpy(to, &record, own < room ? own : room);
}

static uint32_t total_of(uint32_t kind, uint32_t first)
{
    static uint32_t more;

    switch (kind) {
    case XEN_SMMU_list_units:
        return NR_UNITS;
    case XEN_SMMU_list_links:
        return NR_LINKS;
    }
    if (scenario("huge"))
        return 0x7fffffff;
    if (scenario("changing") || (scenario("changes-later") && looks > 1))
        return NR_DEVICES + more++;
    if (scenario("changes-once")) {
        if (first)
            more = 1;
        return NR_DEVICES - more;
    }
    return NR_DEVICES;
}

static uint32_t list(struct xen_smmu_op *op)
{
    struct xen_smmu_list *page = &op->u.list;
    uint32_t size = page->record_size, room = page->count, i;

    if (page->pad[0] || page->pad[1] || page->pad[2] || !size || !room ||
        page->total || page->domid != XEN_SMMU_DOMID_ANY)
        return XEN_SMMU_REASON_BAD_ARGUMENT;
    if (!may_write(page->buffer, (uint64_t)size * room))
        return XEN_SMMU_REASON_BAD_BUFFER;
    if (op->op == XEN_SMMU_list_devices && scenario("late-reason"))
        return scenario_number("late-reason", 0);

    page->total = total_of(op->op, page->first);
    for (i = 0; i < room && page->first + i < page->total; i++)
        write_record(op->op, page->first + i,
                     (char *)(uintptr_t)page->buffer + i * size, size);
    page->count = i;
    page->record_size = scenario("no-size") ? 0 : own_size(op->op);
    if (scenario("stuck") && page->first)
        page->count = 0;
    if (scenario("overfull"))
        page->count = room + 1;
    return XEN_SMMU_REASON_NONE;
}

/* Domains 1 to NR_LINKS have devices; 2 has a delay of its own. */
static uint32_t no_such(uint16_t domid)
{
    uint32_t reason = scenario_number("op-reason", 0);

    if (!reason && domid == 2)
        reason = scenario_number("op-reason-2", 0);
    if (reason)
        return reason;
    if (domid == 0)
        return XEN_SMMU_REASON_DOM0;
    return domid <= NR_LINKS ? XEN_SMMU_REASON_NONE
                             : XEN_SMMU_REASON_NO_DEVICES;
}

static uint32_t force(struct xen_smmu_force *f)
{
    uint32_t reason = no_such(f->domid);

    if (f->pad || f->pad2 || f->votes || f->force > XEN_SMMU_FORCE_RESUME)
        return XEN_SMMU_REASON_BAD_ARGUMENT;
    if (reason)
        return reason;
    f->force = scenario("suspended") ? XEN_SMMU_FORCE_SUSPEND
                                     : XEN_SMMU_FORCE_AUTO;
    /* None, one, two. */
    f->votes = f->domid % 3;
    return XEN_SMMU_REASON_NONE;
}

static uint32_t scmi(struct xen_smmu_scmi *s)
{
    uint32_t reason = no_such(s->domid);

    if (s->pad || s->pad2 || s->devices ||
        (s->scmi != XEN_SMMU_SCMI_OFF && s->scmi != XEN_SMMU_SCMI_ON))
        return XEN_SMMU_REASON_BAD_ARGUMENT;
    if (reason)
        return reason;
    s->scmi = s->domid == 2 ? XEN_SMMU_SCMI_OFF : XEN_SMMU_SCMI_ON;
    s->devices = s->domid % 3;
    return XEN_SMMU_REASON_NONE;
}

static uint32_t policy(struct xen_smmu_policy *p, int set)
{
    const uint64_t global = 20000000;
    uint32_t reason = p->domid == XEN_SMMU_DOMID_ANY ? 0 : no_such(p->domid);

    if (p->pad[0] || p->pad[1] || p->pad[2] || p->effective ||
        (!set && p->delay) ||
        (p->delay > XEN_SMMU_DELAY_MAX &&
         (p->domid == XEN_SMMU_DOMID_ANY ||
          p->delay != XEN_SMMU_DELAY_GLOBAL)))
        return XEN_SMMU_REASON_BAD_ARGUMENT;
    if (reason)
        return reason;
    if (!set)
        p->delay = p->domid == XEN_SMMU_DOMID_ANY ? global :
                   p->domid == 2 ? 1500000 : XEN_SMMU_DELAY_GLOBAL;
    p->effective = p->delay == XEN_SMMU_DELAY_GLOBAL ? global : p->delay;
    return XEN_SMMU_REASON_NONE;
}

/*
 * Events: the first ones were there, others come with each call.  Domain 2's
 * device goes to sleep, owes, wakes, flushes, faults, and so on.
 */
#define KEPT 256U

static uint64_t head = 40;

static void make_event(struct xen_smmu_event *e, uint64_t seq)
{
    static const struct xen_smmu_event cycle[] = {
        { .kind = XEN_SMMU_EVENT_vote, .sid = 1, .before = 1 },
        { .kind = XEN_SMMU_EVENT_link, .before = XEN_SMMU_LINK_LIVE,
          .state = XEN_SMMU_LINK_QUIESCING },
        { .kind = XEN_SMMU_EVENT_link, .before = XEN_SMMU_LINK_QUIESCING,
          .state = XEN_SMMU_LINK_DORMANT },
        { .kind = XEN_SMMU_EVENT_unit, .domid = XEN_SMMU_DOMID_ANY,
          .before = XEN_SMMU_UNIT_ON, .state = XEN_SMMU_UNIT_PARKED },
        { .kind = XEN_SMMU_EVENT_debt, .pages = 512, .count = 3 },
        { .kind = XEN_SMMU_EVENT_vote, .sid = 1, .state = 1 },
        { .kind = XEN_SMMU_EVENT_link, .state = XEN_SMMU_LINK_WAKING },
        { .kind = XEN_SMMU_EVENT_debt },
        { .kind = XEN_SMMU_EVENT_flush, .state = XEN_SMMU_FLUSH_VMID,
          .pages = ~0ULL, .count = 1 },
        { .kind = XEN_SMMU_EVENT_link, .before = XEN_SMMU_LINK_WAKING,
          .state = XEN_SMMU_LINK_LIVE },
        { .kind = XEN_SMMU_EVENT_unit, .domid = XEN_SMMU_DOMID_ANY,
          .before = XEN_SMMU_UNIT_PARKED, .state = XEN_SMMU_UNIT_ON },
        { .kind = XEN_SMMU_EVENT_fault, .sid = 1, .code = 0x10,
          .state = XEN_SMMU_ACCESS_WRITE, .address = 0xf9030040 },
        { .kind = XEN_SMMU_EVENT_fault, .domid = XEN_SMMU_DOMID_ANY,
          .sid = 0x999, .code = 0x04 },
    };

    *e = cycle[seq % (sizeof(cycle) / sizeof(cycle[0]))];
    e->seq = seq;
    e->time = 1000000000 + seq * 10000000;
    e->unit = 1;
    if (!e->domid)
        e->domid = 2;
    if (e->kind == XEN_SMMU_EVENT_fault && e->sid == 1)
        e->count = seq / 10;
    /* What a newer hypervisor may tell. */
    if (scenario("mad-trace") && seq % 5 == 0)
        e->kind = e->reason = 999;
}

static uint32_t read_trace(struct xen_smmu_trace *t)
{
    static unsigned int times;
    uint32_t size = t->record_size, room = t->count, i;
    unsigned long mad = scenario_number("mad-trace", 0);
    struct xen_smmu_event event;

    if (t->lost || t->head || t->now || t->kept || t->pad ||
        (room && !size))
        return XEN_SMMU_REASON_BAD_ARGUMENT;
    if (room && !may_write(t->buffer, (uint64_t)size * room))
        return XEN_SMMU_REASON_BAD_BUFFER;
    if (scenario("quiet"))
        head = 0;
    else if (times++)
        head += scenario("flood") ? 3 * KEPT : 13;
    if (t->next > head)
        t->next = head;
    if (head - t->next > KEPT) {
        t->lost = head - t->next - KEPT;
        t->next += t->lost;
    }
    for (i = 0; i < room && t->next < head; i++, t->next++) {
        char *to = (char *)(uintptr_t)t->buffer + i * size;

        make_event(&event, t->next);
        memset(to, 0, size);
        memcpy(to, &event, sizeof(event) < size ? sizeof(event) : size);
    }
    t->count = i;
    t->head = head;
    t->now = 1000000000 + head * 10000000;
    t->kept = KEPT;
    t->record_size = sizeof(event);
    switch (mad) {
    case 1:
        t->count = room + 1;
        break;
    case 2:
        t->kept = 0;
        break;
    case 3:
        t->next = t->head + 1;
        break;
    case 4:
        t->record_size = 0;
        break;
    }
    return XEN_SMMU_REASON_NONE;
}

/* As Xen has them. */
static int errno_of(uint32_t reason)
{
    switch (reason) {
    case XEN_SMMU_REASON_NONE:
        return 0;
    case XEN_SMMU_REASON_BAD_OP:
        return ENOSYS;
    case XEN_SMMU_REASON_NO_DOMAIN:
    case XEN_SMMU_REASON_NO_DEVICES:
        return ESRCH;
    case XEN_SMMU_REASON_DOM0:
        return EPERM;
    case XEN_SMMU_REASON_DYING:
        return EBUSY;
    case XEN_SMMU_REASON_HOST_SUSPENDED:
        return EACCES;
    case XEN_SMMU_REASON_QUARANTINED:
        return EIO;
    case XEN_SMMU_REASON_SYNC_TIMEOUT:
        return ETIMEDOUT;
    }
    return EINVAL;
}

static unsigned long own_abi(void)
{
    return scenario_number("abi", scenario("old") ? 0x10000 :
                           scenario("1.1") ? 0x10001 : XEN_SMMU_ABI_VERSION);
}

static uint32_t dispatch(struct xen_smmu_op *op)
{
    size_t i;

    if (op->reason || op->pad)
        return XEN_SMMU_REASON_BAD_ARGUMENT;
    if (scenario("reason"))
        return scenario_number("reason", 0);
    switch (op->op) {
    case XEN_SMMU_get_version:
        for (i = 0; i < sizeof(op->u.size); i++)
            if (op->u.size[i])
                return XEN_SMMU_REASON_BAD_ARGUMENT;
        op->u.version.abi = own_abi();
        op->u.version.unit_size = own_size(XEN_SMMU_list_units);
        op->u.version.link_size = own_size(XEN_SMMU_list_links);
        op->u.version.device_size = own_size(XEN_SMMU_list_devices);
        return XEN_SMMU_REASON_NONE;
    case XEN_SMMU_list_units:
    case XEN_SMMU_list_links:
    case XEN_SMMU_list_devices:
        if (op->abi >> 16 != XEN_SMMU_ABI_VERSION >> 16)
            return XEN_SMMU_REASON_BAD_VERSION;
        return list(op);
    case XEN_SMMU_force:
        return scenario("old") ? XEN_SMMU_REASON_BAD_OP : force(&op->u.force);
    case XEN_SMMU_set_scmi:
        return own_abi() < 0x10002 ? XEN_SMMU_REASON_BAD_OP
                                   : scmi(&op->u.scmi);
    case XEN_SMMU_read_trace:
        return own_abi() < 0x10003 ? XEN_SMMU_REASON_BAD_OP
                                   : read_trace(&op->u.trace);
    case XEN_SMMU_get_policy:
    case XEN_SMMU_set_policy:
        return scenario("old") ? XEN_SMMU_REASON_BAD_OP :
               policy(&op->u.policy, op->op == XEN_SMMU_set_policy);
    }
    return XEN_SMMU_REASON_BAD_OP;
}

int xencall1(xencall_handle *xcall, unsigned int hypercall, uint64_t argument)
{
    struct xen_sysctl *sysctl = (void *)(uintptr_t)argument;
    struct xen_smmu_op *op = (void *)&sysctl->u;

    (void)xcall;
    calls++;
    errno = scenario_number("errno", 0);
    if (errno)
        return -1;
    if (hypercall != __HYPERVISOR_sysctl || sysctl->cmd != XEN_SYSCTL_smmu ||
        !may_write(argument, sizeof(*sysctl)))
        errno = EFAULT;
    else if (sysctl->interface_version !=
             scenario_number("sysctl", XEN_SYSCTL_INTERFACE_VERSION))
        errno = EACCES;
    else
        op->reason = dispatch(op);
    if (!errno && op->reason != XEN_SMMU_REASON_NONE)
        errno = errno_of(op->reason);
    return errno ? -1 : 0;
}

/* libxenstore: Domain-0, and a name for every second domain. */

struct xs_handle { int unused; };

static struct sockaddr_un address = { .sun_family = AF_UNIX };

const char *xs_daemon_socket(void)
{
    const char *directory = getenv("BATS_TEST_TMPDIR");
    int fd;

    if (scenario("no-xenstore"))
        return "/nonexistent/xenstored";
    /* A daemon that listens, for as long as this process runs. */
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/xs.%d",
             directory ? directory : ".", (int)getpid());
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
        listen(fd, 1))
        abort();
    return address.sun_path;
}

struct xs_handle *xs_open(unsigned long flags)
{
    (void)flags;
    if (scenario("no-xenstore"))
        abort();                /* this would wait for ever */
    unlink(address.sun_path);
    return calloc(1, sizeof(struct xs_handle));
}

void xs_close(struct xs_handle *xs)
{
    free(xs);
}

static unsigned int names_asked;

char **xs_directory(struct xs_handle *xs, xs_transaction_t t,
                    const char *path, unsigned int *count)
{
    static const char ids[][4] = { "0", "2", "4", "6", "99", "odd" };
    const size_t nr = sizeof(ids) / sizeof(ids[0]);
    char **directory, *text;
    size_t i;

    (void)xs;
    (void)t;
    if (strcmp(path, "/local/domain"))
        abort();
    /* One block, as libxenstore's. */
    directory = calloc(1, nr * sizeof(char *) + sizeof(ids));
    text = (char *)(directory + nr);
    memcpy(text, ids, sizeof(ids));
    for (i = 0; i < nr; i++)
        directory[i] = text + i * sizeof(ids[0]);
    *count = scenario("late-names") && !names_asked++ ? 1 : nr;
    return directory;
}

void *xs_read(struct xs_handle *xs, xs_transaction_t t, const char *path,
              unsigned int *length)
{
    unsigned int domid;
    char *name;

    (void)xs;
    (void)t;
    if (sscanf(path, "/local/domain/%u/name", &domid) != 1)
        abort();
    if (domid == 6)
        return NULL;            /* it has just gone */
    if (scenario("dirty"))
        name = strdup("d\x1b[2J\xc3\n");
    else if (asprintf(&name, domid ? "guest%u" : "Domain-%u", domid) < 0)
        abort();
    *length = strlen(name);
    return name;
}
