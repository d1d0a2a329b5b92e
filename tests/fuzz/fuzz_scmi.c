/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hostile guest, by libFuzzer: whatever its vCPUs write, and whenever, each
 * answer is the one of the model below, and nothing else has changed.
 *
 * The driver's scmi.c, scmi-channel.c and agent.c are linked with a platform
 * of a few lines.  Its unlock is where another vCPU gets its turn: it may
 * write the shared memory between the copy and the answer.
 *
 * The input is a list of steps of a few bytes each: see run().
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "scmi.h"

#define DEVICES     5
#define PAGE        SMMU_SCMI_BYTES
#define NONE        (-1)

#define CHECK(cond, ...) do { \
    if ( !(cond) ) { \
        fprintf(stderr, "ORACLE: " __VA_ARGS__); \
        fprintf(stderr, "\n"); \
        abort(); \
    } \
} while ( 0 )

/* -- the platform, and the core's side of a vote -------------------------- */

static struct smmu_domain domain;
static struct smmu_device *dev[DEVICES];
static struct smmu_agent *agent;

static bool vote[DEVICES], attached[DEVICES];
static int fails;                       /* the next vote for awake */

/* What the other vCPU writes at its turn. */
static struct { bool armed; unsigned int at; uint32_t value; } other;

void smmu_lock_init(struct smmu_lock *lock) {}
void smmu_mutex_init(struct smmu_mutex *mutex) {}
void smmu_mutex_lock(struct smmu_mutex *mutex) {}
void smmu_mutex_unlock(struct smmu_mutex *mutex) {}
unsigned long smmu_lock(struct smmu_lock *lock) { return 0; }
void smmu_unlock(struct smmu_lock *lock, unsigned long flags)
{
    if ( other.armed && agent && agent->channel.busy )
    {
        other.armed = false;
        memcpy(agent->channel.bytes + other.at, &other.value, 4);
    }
}
uint64_t smmu_load(const uint64_t *p) { return *p; }
void smmu_store(uint64_t *p, uint64_t value) { *p = value; }
uint64_t smmu_add(uint64_t *p, uint64_t value)
{
    *p += value;
    return *p - value;
}
void *smmu_zalloc(size_t bytes) { return calloc(1, bytes); }
void smmu_free(void *p) { free(p); }
void smmu_log(enum smmu_level level, const char *fmt, ...) {}

static unsigned int index_of(const struct smmu_device *d)
{
    unsigned int i;

    for ( i = 0; i < DEVICES; i++ )
        if ( dev[i] == d )
            return i;
    CHECK(false, "a vote for no device");
}

int smmu_vote(struct smmu_domain *d, struct smmu_device *which, bool awake)
{
    unsigned int i = index_of(which);

    CHECK(d == &domain && attached[i], "a vote for another's device");
    vote[i] = awake;
    if ( !awake )
        return 0;

    return domain.force == XEN_SMMU_FORCE_SUSPEND ? -EACCES : fails;
}

bool smmu_voted(struct smmu_device *which)
{
    return vote[index_of(which)];
}

/* -- the model ------------------------------------------------------------ */

static uint8_t page[PAGE];
static struct { int dev; bool on; const char *name; } pd[DEVICES];
static unsigned int pds;

static uint32_t get32(unsigned int at)
{
    uint32_t v;

    memcpy(&v, page + at, 4);

    return v;
}

static void put32(unsigned int at, uint32_t v) { memcpy(page + at, &v, 4); }

static uint32_t words;                  /* of the answer */
static uint32_t out[40];

static void text(unsigned int at, const char *what, unsigned int bytes)
{
    strncpy((char *)&out[at], what, bytes - 1);
    words = at + bytes / 4;
}

static int32_t base(uint32_t id, const uint32_t *in)
{
    switch ( id )
    {
    case 0: out[words++] = 0x20001; return 0;
    case 1: out[words++] = 0x101; return 0;
    case 2:
        words++;
        return in[0] <= 7 || in[0] == 16 ? 0 : SCMI_NOT_FOUND;
    case 3: text(1, "Xen", 16); return 0;
    case 4: text(1, "xen-smmu", 16); return 0;
    case 5: out[words++] = 1; return 0;
    case 6:
        if ( in[0] > 1 )
            return SCMI_INVALID_PARAMETERS;
        out[words++] = !in[0];
        if ( !in[0] )
            out[words++] = 0x11;
        return 0;
    case 7:
        if ( in[0] > 1 && in[0] != ~0U )
            return SCMI_NOT_FOUND;
        out[1] = in[0] != 0;
        text(2, in[0] ? "guest" : "platform", 16);
        return 0;
    case 16: return in[0] == 0x20001 ? 0 : SCMI_NOT_SUPPORTED;
    }
    abort();
}

static int32_t set(unsigned int i, bool there, uint32_t flags,
                   uint32_t state)
{
    if ( flags & 1 )
        return SCMI_NOT_SUPPORTED;
    if ( flags || (state & ~0x40000000U) )
        return SCMI_INVALID_PARAMETERS;
    if ( !there )
        return SCMI_NOT_FOUND;
    if ( domain.scmi_off )
        return SCMI_DENIED;
    if ( !state && domain.force == XEN_SMMU_FORCE_SUSPEND )
        return SCMI_DENIED;
    if ( !state && fails )
        return fails == -ENXIO ? SCMI_GENERIC_ERROR : SCMI_HARDWARE_ERROR;
    pd[i].on = !state;

    return 0;
}

static int32_t power(uint32_t id, const uint32_t *in)
{
    unsigned int i = (id == 4 ? in[1] : in[0]) & 0xffff;
    bool there = i < pds && pd[i].dev != NONE;

    switch ( id )
    {
    case 0: out[words++] = 0x30001; return 0;
    case 1: out[1] = pds; words = 5; return 0;
    case 2:
        words++;
        return in[0] <= 5 || in[0] == 8 || in[0] == 16 ? 0 : SCMI_NOT_FOUND;
    case 16: return in[0] == 0x30001 ? 0 : SCMI_NOT_SUPPORTED;
    }
    if ( id == 4 )
        return set(i, there, in[0], in[2]);
    if ( !there )
        return SCMI_NOT_FOUND;
    switch ( id )
    {
    case 3:
        out[1] = 1U << 29 | (strlen(pd[i].name) > 15 ? 1U << 27 : 0);
        text(2, pd[i].name, 16);
        return 0;
    case 5:
        out[words++] = pd[i].on && domain.force != XEN_SMMU_FORCE_SUSPEND
                       ? 0 : 0x40000000;
        return 0;
    case 8: text(2, pd[i].name, 64); return 0;
    }
    abort();
}

/* Payload of each command, by DEN0056; -1: there is none. */
static int payload(uint32_t protocol, uint32_t id)
{
    static const int8_t bytes[2][17] = {
        { 0, 0, 4, 0, 0, 0, 4, 4, -1, -1, -1, -1, -1, -1, -1, -1, 4 },
        { 0, 0, 4, 4, 12, 4, -1, -1, 4, -1, -1, -1, -1, -1, -1, -1, 4 },
    };

    return (protocol == 0x10 || protocol == 0x11) && id < 17
           ? bytes[protocol - 0x10][id] : -1;
}

static void model_call(void)
{
    uint32_t length = get32(0x14), header = get32(0x18), in[3];
    uint32_t protocol = header >> 10 & 0xff, id = header & 0xff;
    int bytes = payload(protocol, id);
    int32_t status;

    if ( get32(4) & 1 )
        return;
    memcpy(in, page + 0x1c, sizeof(in));
    if ( other.armed )
        memcpy(page + other.at, &other.value, 4);
    if ( length < 4 || length > PAGE - 0x18 )
    {
        put32(4, 3);
        return;
    }
    memset(out, 0, sizeof(out));
    words = 1;
    if ( header >> 8 & 3 )
        status = SCMI_PROTOCOL_ERROR;
    else if ( bytes < 0 )
        status = SCMI_NOT_SUPPORTED;
    else if ( length != 4U + bytes )
        status = SCMI_PROTOCOL_ERROR;
    else
        status = protocol == 0x10 ? base(id, in) : power(id, in);
    out[0] = status;
    if ( status )
        words = 1;
    memcpy(page + 0x1c, out, 4 * words);
    put32(0x14, 4 + 4 * words);
    put32(4, 1);
}

/* -- steps ---------------------------------------------------------------- */

static void compare(void)
{
    unsigned int i;

    for ( i = memcmp(agent->channel.bytes, page, PAGE) ? 0 : PAGE; i < PAGE;
          i++ )
        CHECK(agent->channel.bytes[i] == page[i],
              "byte %#x of the shared memory is %#x, not %#x", i,
              agent->channel.bytes[i], page[i]);
    CHECK(!agent->channel.busy, "the channel is busy for ever");
    CHECK(agent->nr == pds, "%u power domains, not %u", agent->nr, pds);
    for ( i = 0; i < pds; i++ )
        if ( pd[i].dev != NONE )
            CHECK(vote[pd[i].dev] == pd[i].on, "power domain %u votes %d", i,
                  vote[pd[i].dev]);
}

static void access(unsigned int at, unsigned int bytes, bool write,
                   uint64_t value)
{
    bool right = (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8) &&
                 at % bytes == 0 && at < PAGE && !domain.scmi_off;
    uint64_t got = value;

    CHECK(smmu_scmi_access(agent, at, bytes, write, &got) == right,
          "an access of %u bytes at %#x", bytes, at);
    if ( right && write )
        memcpy(page + at, &value, bytes);
    else if ( right )
    {
        value = 0;
        memcpy(&value, page + at, bytes);
        CHECK(got == value, "%#x reads wrong", at);
    }
}

static void come_or_go(unsigned int d)
{
    unsigned int i;

    if ( attached[d] )
    {
        smmu_agent_remove(agent, dev[d]);
        attached[d] = false;
        for ( i = 0; i < pds; i++ )
            if ( pd[i].dev == (int)d )
                pd[i].dev = NONE;
        return;
    }
    attached[d] = vote[d] = true;
    smmu_agent_add(agent, dev[d]);
    for ( i = 0; i < pds && strcmp(agent->domains[i]->path, dev[d]->path);
          i++ )
        ;
    if ( i == pds )
    {
        static const char *const names[DEVICES] = {
            "edu@10000000", "usb", "%u:a-controller-of-long-name@1", "%u:usb",
            "%u:usb"
        };
        static char made[DEVICES][64];

        /* The first 'usb' has its name alone. */
        if ( !strcmp(strrchr(dev[d]->path, '/') + 1, "usb") )
        {
            unsigned int k;
            bool taken = false;

            for ( k = 0; k < pds; k++ )
                taken |= !strcmp(pd[k].name, "usb");
            snprintf(made[i], 64, taken ? "%u:usb" : "usb", i);
        }
        else
            snprintf(made[i], 64, names[d], i);
        pd[i].name = made[i];
        pds++;
    }
    pd[i].dev = d;
    pd[i].on = true;
}

static void start(void)
{
    static const char *const paths[DEVICES] = {
        "/passthrough/edu@10000000", "/a/usb",
        "/soc/a-controller-of-long-name@1", "/b/usb", "/c/usb"
    };
    static struct smmu_device fixed[DEVICES];
    unsigned int i;

    memset(&domain, 0, sizeof(domain));
    memset(&other, 0, sizeof(other));
    memset(page, 0, sizeof(page));
    put32(4, 1);
    pds = 0;
    fails = 0;
    agent = smmu_agent_create(&domain);
    domain.agent = agent;
    for ( i = 0; i < DEVICES; i++ )
    {
        memset(&fixed[i], 0, sizeof(fixed[i]));
        fixed[i].path = paths[i];
        dev[i] = &fixed[i];
        attached[i] = vote[i] = false;
    }
    come_or_go(0);
    come_or_go(1);
}

struct input { const uint8_t *at, *end; };

static uint64_t take(struct input *in, unsigned int bytes)
{
    uint64_t value = 0;

    while ( bytes-- && in->at < in->end )
        value = value << 8 | *in->at++;

    return value;
}

static void call(void)
{
    /* The glue hands on no call to a server that is off. */
    if ( domain.scmi_off )
        return;
    model_call();
    smmu_scmi_call(agent);
    other.armed = false;
}

/* A message with any header, as long as it says, or not. */
static void send(struct input *in, bool well)
{
    uint32_t header, i, id = take(in, 1), power = id & 0x80;
    unsigned int n = 3;

    header = well ? (id & 0x1f) | (power ? 0x11 : 0x10) << 10 : take(in, 4);
    if ( domain.scmi_off )
        return;
    access(0x18, 4, true, header);
    access(0x14, 4, true, well && payload(power ? 0x11 : 0x10, id & 0x1f) >= 0
           ? 4 + (uint32_t)payload(power ? 0x11 : 0x10, id & 0x1f)
           : well ? take(in, 1) : take(in, 4));
    for ( i = 0; i < n; i++ )
        access(0x1c + 4 * i, 4, true, well ? take(in, 1) << (i == 2 ? 30 : 0)
                                           : take(in, 4));
    access(4, 4, true, 0);
    call();
}

static void run(struct input *in)
{
    static const int errors[] = { 0, -EIO, -ETIMEDOUT, -ENXIO };
    uint64_t at, bytes;

    while ( in->at < in->end )
    {
        switch ( take(in, 1) % 12 )
        {
        case 0:
            at = take(in, 2) % (PAGE + 64);
            bytes = take(in, 1) % 20;
            access(at, bytes, true, take(in, 8));
            break;

        case 1:
            at = take(in, 1);
            access(at, 4, true, take(in, 4));
            break;

        case 2:
            at = take(in, 2) % (PAGE + 64);
            access(at, take(in, 1) % 20, false, 0);
            break;

        case 3:
            call();
            break;

        case 4:
            send(in, false);
            break;

        case 5:
            other.at = take(in, 1) % 64;
            other.value = take(in, 4);
            other.armed = true;
            break;

        case 6:
            come_or_go(take(in, 1) % DEVICES);
            break;

        case 7:
            domain.force = take(in, 1) % 3;
            break;

        case 8:
            at = take(in, 1) % 8;
            fails = 0;
            smmu_scmi_switch(&domain, at != 0);
            if ( at == 0 )
                for ( at = 0; at < pds; at++ )
                    pd[at].on = true;
            break;

        case 9:
            fails = errors[take(in, 1) % 4];
            break;

        default:
            send(in, true);
        }
        compare();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = { data, data + size };

    start();
    compare();
    run(&in);
    smmu_agent_destroy(agent);
    agent = NULL;

    return 0;
}
