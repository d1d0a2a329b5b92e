/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest and its SCMI server: each message by the letter of DEN0056, all that
 * is malformed, and what the votes do to a simulated SMMU.
 */
#include "test.h"
#include "scmi.h"

#define BASE        0x10
#define POWER       0x11
#define ON          0U
#define OFF         0x40000000U
#define TOKEN       0x155

static struct sim *s;
static struct world_dom *a, *b;
static struct world_dev *dev_a, *dev_a2, *dev_b;
static uint32_t reply[32];
static unsigned int reply_bytes;        /* header and payload */

static uint32_t header(unsigned int protocol, unsigned int id)
{
    return id | protocol << 10 | TOKEN << 18;
}

static uint32_t load(struct world_dom *dom, unsigned int at)
{
    uint64_t value = ~0ULL;

    assert_true(smmu_scmi_access(dom->d->agent, at, 4, false, &value));
    assert_true(value <= UINT32_MAX);

    return value;
}

static void store(struct world_dom *dom, unsigned int at, uint64_t value)
{
    assert_true(smmu_scmi_access(dom->d->agent, at, 4, true, &value));
}

/* As Linux does it; `length` is what the length word says. */
static int32_t raw(struct world_dom *dom, uint32_t head, const uint32_t *words,
                   unsigned int n, uint32_t length)
{
    unsigned int i;

    assert_true(load(dom, 4) & 1);
    store(dom, 4, 0);
    store(dom, 0x10, 0);
    store(dom, 0x14, length);
    store(dom, 0x18, head);
    for ( i = 0; i < n; i++ )
        store(dom, 0x1c + 4 * i, words[i]);
    smmu_scmi_call(dom->d->agent);
    assert_int_equal(load(dom, 4) & 1, 1);
    assert_int_equal(load(dom, 0x18), head);
    reply_bytes = load(dom, 0x14);
    for ( i = 0; i < ARRAY_SIZE(reply); i++ )
        reply[i] = load(dom, 0x1c + 4 * i);

    return reply[0];
}

static int32_t say(struct world_dom *dom, unsigned int protocol,
                   unsigned int id, unsigned int n, uint32_t w0, uint32_t w1,
                   uint32_t w2)
{
    uint32_t words[3] = { w0, w1, w2 };
    int32_t status = raw(dom, header(protocol, id), words, n, 4 + 4 * n);

    assert_int_equal(load(dom, 4), 1);
    if ( status )
        assert_int_equal(reply_bytes, 8);

    return status;
}

static int32_t set(struct world_dom *dom, uint32_t id, uint32_t state)
{
    return say(dom, POWER, 4, 3, 0, id, state);
}

/* ~0: no such domain. */
static uint32_t get(struct world_dom *dom, uint32_t id)
{
    int32_t status = say(dom, POWER, 5, 1, id, 0, 0);

    assert_true(!status || status == SCMI_NOT_FOUND);
    assert_int_equal(reply_bytes, status ? 8 : 12);

    return status ? ~0U : reply[1];
}

static int build(void **state)
{
    struct sim_id id = sim_id_ranges();
    struct world_dom *dom;
    unsigned int i;

    world_reset(1, false);
    if ( world_unit(&id, SIM_NASTY & ~SIM_EVICT, true) )
        return -1;
    s = world.sim[0];
    a = world_create(0, 1);
    b = world_create(1, 1);
    smmu_store(&smmu_delay, 0);
    dev_a = world_dev(0, 8);
    dev_a2 = world_dev(0, 9);
    dev_b = world_dev(0, 16);
    for ( dom = a; dom <= b; dom++ )
    {
        dom->d->agent = smmu_agent_create(dom->d);
        for ( i = 0; i < SLOTS; i++ )
            world_map(dom, 0, i);
    }
    if ( world_attach(a, dev_a) || world_attach(b, dev_b) )
        return -1;
    host_run_work();

    return 0;
}

static int end(void **state)
{
    int rc = test_end(state);

    world_free();

    return rc;
}

static struct xen_smmu_link record(struct world_dom *dom)
{
    struct smmu_link *link = smmu_domain_links(dom->d);
    struct xen_smmu_link r = { .unit = 0 };

    smmu_mutex_lock(&link->unit->config);
    smmu_record_link(link, &r);
    smmu_mutex_unlock(&link->unit->config);

    return r;
}

/* -- every message ------------------------------------------------------- */

static void base_messages(void **state)
{
    unsigned int id;

    assert_int_equal(say(a, BASE, 0, 0, 0, 0, 0), SCMI_SUCCESS);
    assert_int_equal(reply_bytes, 12);
    assert_int_equal(reply[1], 0x20001);
    assert_int_equal(say(a, BASE, 1, 0, 0, 0, 0), SCMI_SUCCESS);
    assert_int_equal(reply_bytes, 12);
    assert_int_equal(reply[1], 1 | 1 << 8);
    assert_int_equal(say(a, BASE, 3, 0, 0, 0, 0), SCMI_SUCCESS);
    assert_int_equal(reply_bytes, 24);
    assert_string_equal((char *)&reply[1], "Xen");
    assert_int_equal(say(a, BASE, 4, 0, 0, 0, 0), SCMI_SUCCESS);
    assert_int_equal(reply_bytes, 24);
    assert_string_equal((char *)&reply[1], "xen-smmu");
    assert_int_equal(say(a, BASE, 5, 0, 0, 0, 0), SCMI_SUCCESS);
    assert_int_equal(reply_bytes, 12);
    assert_true(reply[1] > 0);
    assert_int_equal(say(a, BASE, 6, 1, 0, 0, 0), SCMI_SUCCESS);
    assert_int_equal(reply_bytes, 16);
    assert_int_equal(reply[1], 1);
    assert_int_equal(reply[2], POWER);
    assert_int_equal(say(a, BASE, 6, 1, 1, 0, 0), SCMI_SUCCESS);
    assert_int_equal(reply_bytes, 12);
    assert_int_equal(reply[1], 0);
    assert_int_equal(say(a, BASE, 6, 1, 2, 0, 0), SCMI_INVALID_PARAMETERS);
    assert_int_equal(say(a, BASE, 7, 1, 0, 0, 0), SCMI_SUCCESS);
    assert_int_equal(reply_bytes, 28);
    assert_int_equal(reply[1], 0);
    assert_string_equal((char *)&reply[2], "platform");
    assert_int_equal(say(a, BASE, 7, 1, ~0U, 0, 0), SCMI_SUCCESS);
    assert_int_equal(reply[1], 1);
    assert_string_equal((char *)&reply[2], "guest");
    assert_int_equal(say(a, BASE, 7, 1, 2, 0, 0), SCMI_NOT_FOUND);
    assert_int_equal(say(a, BASE, 0x10, 1, 0x20001, 0, 0), SCMI_SUCCESS);
    assert_int_equal(reply_bytes, 8);
    assert_int_equal(say(a, BASE, 0x10, 1, 0x10000, 0, 0),
                     SCMI_NOT_SUPPORTED);
    /* Errors, permissions, reset: not offered, and it says so. */
    for ( id = 8; id <= 0xb; id++ )
    {
        assert_int_equal(say(a, BASE, id, 1, 1, 0, 0), SCMI_NOT_SUPPORTED);
        assert_int_equal(say(a, BASE, 2, 1, id, 0, 0), SCMI_NOT_FOUND);
    }
    for ( id = 0; id <= 7; id++ )
    {
        assert_int_equal(say(a, BASE, 2, 1, id, 0, 0), SCMI_SUCCESS);
        assert_int_equal(reply_bytes, 12);
        assert_int_equal(reply[1], 0);
    }
    /* 256 must not be taken for 0. */
    assert_int_equal(say(a, BASE, 2, 1, 0x100, 0, 0), SCMI_NOT_FOUND);
}

static void power_messages(void **state)
{
    static const bool there[0x11] = {
        [0] = true, [1] = true, [2] = true, [3] = true, [4] = true,
        [5] = true, [8] = true, [0x10] = true
    };
    unsigned int id;

    assert_int_equal(say(a, POWER, 0, 0, 0, 0, 0), SCMI_SUCCESS);
    assert_int_equal(reply[1], 0x30001);
    assert_int_equal(say(a, POWER, 1, 0, 0, 0, 0), SCMI_SUCCESS);
    assert_int_equal(reply_bytes, 24);
    assert_int_equal(reply[1], 1);
    assert_int_equal(reply[2] | reply[3] | reply[4], 0);
    assert_int_equal(say(a, POWER, 3, 1, 0, 0, 0), SCMI_SUCCESS);
    assert_int_equal(reply_bytes, 28);
    assert_int_equal(reply[1], 1U << 29);
    assert_string_equal((char *)&reply[2], "dev@0,8");
    assert_int_equal(say(a, POWER, 8, 1, 0, 0, 0), SCMI_SUCCESS);
    assert_int_equal(reply_bytes, 4 + 4 + 4 + 64);
    assert_int_equal(reply[1], 0);
    assert_string_equal((char *)&reply[2], "dev@0,8");
    assert_int_equal(say(a, POWER, 3, 1, 1, 0, 0), SCMI_NOT_FOUND);
    assert_int_equal(say(a, POWER, 8, 1, 1, 0, 0), SCMI_NOT_FOUND);
    assert_int_equal(say(a, POWER, 0x10, 1, 0x30001, 0, 0), SCMI_SUCCESS);
    assert_int_equal(say(a, POWER, 0x10, 1, 0x20000, 0, 0),
                     SCMI_NOT_SUPPORTED);
    for ( id = 0; id < ARRAY_SIZE(there); id++ )
        assert_int_equal(say(a, POWER, 2, 1, id, 0, 0),
                         there[id] ? SCMI_SUCCESS : SCMI_NOT_FOUND);
    /* An async request, reserved flags, states that are none. */
    assert_int_equal(say(a, POWER, 4, 3, 1, 0, OFF), SCMI_NOT_SUPPORTED);
    assert_int_equal(say(a, POWER, 4, 3, 2, 0, OFF), SCMI_INVALID_PARAMETERS);
    assert_int_equal(set(a, 0, 1), SCMI_INVALID_PARAMETERS);
    assert_int_equal(set(a, 0, OFF | 1), SCMI_INVALID_PARAMETERS);
    assert_int_equal(set(a, 0, 1U << 31), SCMI_INVALID_PARAMETERS);
    assert_int_equal(get(a, 0), ON);
    assert_int_equal(set(a, 1, OFF), SCMI_NOT_FOUND);
    /* The upper half of an id is to be ignored. */
    assert_int_equal(get(a, 0x10000), ON);
}

/* -- whatever is malformed ----------------------------------------------- */

static int expected_bytes(unsigned int protocol, unsigned int id)
{
    static const int8_t base[] = { 0, 0, 4, 0, 0, 0, 4, 4 };
    static const int8_t power[] = { 0, 0, 4, 4, 12, 4, -1, -1, 4 };

    if ( id == 0x10 && (protocol == BASE || protocol == POWER) )
        return 4;
    if ( protocol == BASE && id < ARRAY_SIZE(base) )
        return base[id];
    if ( protocol == POWER && id < ARRAY_SIZE(power) )
        return power[id];

    return -1;
}

/* Nobody's vote, stream or name changes, nor memory outside the answer. */
static void no_harm(struct world_dom *dom, uint32_t length, int32_t want,
                    uint32_t head)
{
    uint32_t before[64], words[3] = { 0x5a5a0000, 0x5a5a0001, 0x5a5a0002 };
    struct test_cost base, cost;
    unsigned int i, at;

    for ( i = 0; i < ARRAY_SIZE(before); i++ )
        store(dom, 0x1c + 4 * i, before[i] = 0xa0000000 + i);
    store(dom, 0, 0x12345678);
    store(dom, 8, 0x12345679);
    store(dom, 0xffc, 0x1234567a);
    memcpy(before, words, sizeof(words));
    base = test_now();
    raw(dom, head, words, 3, length);
    cost = test_cost_since(&base);
    assert_int_equal(cost.mmio, 0);
    if ( want == 1 )                    /* no message: untouched */
    {
        assert_int_equal(load(dom, 4), 3);
        assert_int_equal(reply_bytes, length);
        at = 0;
    }
    else
    {
        assert_int_equal(load(dom, 4), 1);
        assert_int_equal(reply_bytes, 8);
        assert_int_equal((int32_t)reply[0], want);
        at = 1;
    }
    for ( i = at; i < ARRAY_SIZE(before); i++ )
        assert_int_equal(load(dom, 0x1c + 4 * i), before[i]);
    assert_int_equal(load(dom, 0), 0x12345678);
    assert_int_equal(load(dom, 8), 0x12345679);
    assert_int_equal(load(dom, 0x10), 0);
    assert_int_equal(load(dom, 0xffc), 0x1234567a);
}

static void every_length(void **state)
{
    static const unsigned int protocols[] = { BASE, POWER };
    static const uint32_t wild[] = {
        4071, 4072, 4073, 4096, 65536, 0x7fffffff, 0x80000000, 0xfffffffc,
        0xffffffff
    };
    unsigned int p, id, length;
    int bytes;

    for ( p = 0; p < 2; p++ )
        for ( id = 0; id <= 0x11; id++ )
        {
            bytes = expected_bytes(protocols[p], id);
            for ( length = 0; length <= 200; length++ )
                if ( bytes < 0 || length != 4U + bytes )
                    no_harm(a, length, length < 4 ? 1 :
                            bytes < 0 ? SCMI_NOT_SUPPORTED
                                      : SCMI_PROTOCOL_ERROR,
                            header(protocols[p], id));
            for ( length = 0; length < ARRAY_SIZE(wild); length++ )
                no_harm(a, wild[length], wild[length] > 4072 ? 1 :
                        bytes < 0 ? SCMI_NOT_SUPPORTED
                                  : SCMI_PROTOCOL_ERROR,
                        header(protocols[p], id));
        }
    assert_int_equal(get(a, 0), ON);
    assert_int_equal(get(b, 0), ON);
}

static void every_header(void **state)
{
    unsigned int p, id, type;

    for ( p = 0; p <= 0xff; p++ )
        for ( id = 0; id <= 0xff; id++ )
            if ( expected_bytes(p, id) < 0 )
                no_harm(a, 16, SCMI_NOT_SUPPORTED, header(p, id));
    for ( p = BASE; p <= POWER; p++ )
        for ( id = 0; id <= 0x11; id++ )
            for ( type = 1; type < 4; type++ )
                no_harm(a, 16, SCMI_PROTOCOL_ERROR,
                        header(p, id) | type << 8);
}

static void every_domain(void **state)
{
    uint32_t id;

    for ( id = 1; id < 0x10000; id++ )
    {
        assert_int_equal(set(a, id, OFF), SCMI_NOT_FOUND);
        if ( id < 100 || id > 0xff00 )
        {
            assert_int_equal(get(a, id), ~0U);
            assert_int_equal(say(a, POWER, 3, 1, id, 0, 0), SCMI_NOT_FOUND);
            assert_int_equal(say(a, POWER, 8, 1, id, 0, 0), SCMI_NOT_FOUND);
        }
    }
    assert_int_equal(record(a).scmi_transitions, 0);
    assert_true(test_reaches(s, 8, a, 0, 0));
    assert_true(test_reaches(s, 16, b, 0, 0));
}

static void every_access(void **state)
{
    struct smmu_agent *agent = a->d->agent;
    unsigned int at, bytes, i;
    bool right;
    uint64_t value, got;

    for ( bytes = 0; bytes <= 17; bytes++ )
        for ( at = 0; at < 4096 + 32; at++ )
        {
            value = 0x8877665544332211ULL + at;
            right = at < 4096 && (bytes == 1 || bytes == 2 || bytes == 4 ||
                                  bytes == 8) && at % bytes == 0;
            assert_int_equal(smmu_scmi_access(agent, at, bytes, true, &value),
                             right);
            got = ~0ULL;
            assert_int_equal(smmu_scmi_access(agent, at, bytes, false, &got),
                             right);
            if ( !right )
                assert_true(got == ~0ULL);
            else
                assert_true(got == (bytes == 8 ? value : value &
                                    ((1ULL << bytes * 8) - 1)));
        }
    assert_false(smmu_scmi_access(agent, ~0ULL, 1, false, &got));
    assert_false(smmu_scmi_access(agent, ~7ULL, 8, true, &got));
    assert_false(smmu_scmi_access(agent, 1ULL << 32, 4, true, &got));
    /* Bytes make words: it is memory. */
    for ( i = 0; i < 8; i++ )
    {
        value = 0x10 + i;
        smmu_scmi_access(agent, 64 + i, 1, true, &value);
    }
    smmu_scmi_access(agent, 64, 8, false, &got);
    assert_true(got == 0x1716151413121110ULL);
}

/* A call without a message, and one while another is worked on. */
static void calls_without_message(void **state)
{
    struct smmu_agent *agent = a->d->agent;

    assert_int_equal(set(a, 0, OFF), SCMI_SUCCESS);
    store(a, 0x24, ON);                 /* only if it were looked at again */
    store(a, 0x14, 16);
    smmu_scmi_call(agent);
    assert_int_equal(get(a, 0), OFF);
    agent->channel.busy = true;
    store(a, 4, 0);
    smmu_scmi_call(agent);
    assert_int_equal(load(a, 4), 0);
    agent->channel.busy = false;
    smmu_scmi_call(agent);
    assert_int_equal(load(a, 4), 1);
}

/* -- what the votes do --------------------------------------------------- */

static void on_and_off(void **state)
{
    unsigned int i;

    assert_true(test_reaches(s, 8, a, 0, 0));
    for ( i = 0; i < 3; i++ )
    {
        assert_int_equal(set(a, 0, OFF), SCMI_SUCCESS);
        assert_int_equal(get(a, 0), OFF);
        host_time_ns += 2000000000ULL;
        host_run_work();
        assert_true(test_aborts(s, 8, 0, 0));
        assert_true(test_reaches(s, 16, b, 0, 0));
        /* The answer is there when the streams are. */
        assert_int_equal(set(a, 0, ON), SCMI_SUCCESS);
        assert_true(test_reaches(s, 8, a, 0, 0));
        assert_int_equal(get(a, 0), ON);
    }
    assert_int_equal(record(a).scmi_transitions, 6);
    assert_int_equal(record(a).scmi, XEN_SMMU_SCMI_ON);
    assert_int_equal(record(b).scmi_transitions, 0);
    assert_int_equal(record(a).scmi_denied + record(a).scmi_errors, 0);
}

/* At most 31 exits a transition, as Linux 6.12 makes its accesses. */
static void exits_counted(void **state)
{
    uint64_t before = record(a).scmi_exits, value = 0;
    unsigned int i;

    for ( i = 0; i < 29; i++ )
        smmu_scmi_access(a->d->agent, 0x80, 4, i & 1, &value);
    smmu_scmi_call(a->d->agent);
    smmu_scmi_call(a->d->agent);
    assert_int_equal(record(a).scmi_exits - before, 31);
    assert_int_equal(record(a).scmi_calls, 2);
    /* What is refused is an exit, too, but no access. */
    smmu_scmi_access(a->d->agent, 0x81, 4, false, &value);
    assert_int_equal(record(a).scmi_exits - before, 32);
}

static void forced_asleep(void **state)
{
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    /* What Linux reads at probe: a device whose DMA aborts is not on. */
    assert_int_equal(get(a, 0), OFF);
    assert_int_equal(set(a, 0, ON), SCMI_DENIED);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_int_equal(record(a).scmi_denied, 1);
    assert_int_equal(set(a, 0, OFF), SCMI_SUCCESS);
    assert_int_equal(set(a, 0, ON), SCMI_DENIED);
    assert_int_equal(get(a, 0), OFF);
    /* A refused word is not remembered: its driver's resume has failed. */
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    assert_int_equal(get(a, 0), OFF);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_int_equal(set(a, 0, ON), SCMI_SUCCESS);
    assert_true(test_reaches(s, 8, a, 0, 0));
    /* One that had voted before sleeps by force only. */
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    assert_int_equal(set(a, 0, ON), SCMI_DENIED);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    assert_true(test_reaches(s, 8, a, 0, 0));
    /* Kept awake by force, OFF is still what the guest reads. */
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_RESUME), 0);
    assert_int_equal(set(a, 0, OFF), SCMI_SUCCESS);
    assert_int_equal(get(a, 0), OFF);
    assert_true(test_reaches(s, 8, a, 0, 0));
}

static void hardware_fails(void **state)
{
    assert_int_equal(set(a, 0, OFF), SCMI_SUCCESS);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_int_equal(world_unmap(a, 0, 0), 0);
    sim_fail(1, SIM_DONE_SYNC, false);
    assert_int_equal(set(a, 0, ON), SCMI_HARDWARE_ERROR);
    assert_int_equal(get(a, 0), OFF);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_int_equal(record(a).scmi_errors, 1);
    sim_revive(s);
    sim_settle();
    assert_int_equal(set(a, 0, ON), SCMI_SUCCESS);
    assert_true(test_reaches(s, 8, a, 0, 1));
}

static void stopped(void **state)
{
    assert_int_equal(set(a, 0, OFF), SCMI_SUCCESS);
    assert_int_equal(world_stop(a), 0);
    assert_int_equal(set(a, 0, ON), SCMI_GENERIC_ERROR);
    assert_int_equal(get(a, 0), OFF);
    assert_true(test_aborts(s, 8, 0, 0));
}

static void two_agents(void **state)
{
    assert_int_equal(set(a, 0, OFF), SCMI_SUCCESS);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_reaches(s, 16, b, 0, 0));
    assert_int_equal(get(b, 0), ON);
    assert_int_equal(set(b, 0, OFF), SCMI_SUCCESS);
    assert_true(test_aborts(s, 16, 0, 0));
    assert_int_equal(set(a, 0, ON), SCMI_SUCCESS);
    assert_true(test_reaches(s, 8, a, 0, 0));
    assert_true(test_aborts(s, 16, 0, 0));
    assert_int_equal(get(b, 0), OFF);
    /* Each its own memory, each its own names. */
    assert_int_equal(say(a, POWER, 3, 1, 0, 0, 0), SCMI_SUCCESS);
    store(b, 0x1c, 0);
    assert_string_equal((char *)&reply[2], "dev@0,8");
    assert_int_equal(say(b, POWER, 3, 1, 0, 0, 0), SCMI_SUCCESS);
    assert_string_equal((char *)&reply[2], "dev@0,10");
    assert_int_equal(set(a, 1, OFF), SCMI_NOT_FOUND);
}

/* -- devices come and go ------------------------------------------------- */

static void ids_stay(void **state)
{
    assert_int_equal(world_attach(a, dev_a2), 0);
    assert_int_equal(smmu_load(&dev_a->dev->scmi), 1);
    assert_int_equal(smmu_load(&dev_a2->dev->scmi), 2);
    assert_int_equal(set(a, 1, OFF), SCMI_SUCCESS);
    assert_true(test_reaches(s, 8, a, 0, 0));
    assert_true(test_aborts(s, 9, 0, 0));
    /* The first is taken away: nothing takes its place. */
    assert_int_equal(world_detach(dev_a), 0);
    assert_int_equal(smmu_load(&dev_a->dev->scmi), 0);
    assert_int_equal(get(a, 0), ~0U);
    assert_int_equal(set(a, 0, ON), SCMI_NOT_FOUND);
    assert_int_equal(say(a, POWER, 3, 1, 0, 0, 0), SCMI_NOT_FOUND);
    assert_int_equal(get(a, 1), OFF);
    assert_int_equal(say(a, POWER, 1, 0, 0, 0, 0), SCMI_SUCCESS);
    assert_int_equal(reply[1], 2);
    /* Another guest's now. */
    assert_int_equal(world_attach(b, dev_a), 0);
    assert_int_equal(smmu_load(&dev_a->dev->scmi), 2);
    assert_int_equal(set(a, 0, OFF), SCMI_NOT_FOUND);
    assert_true(test_reaches(s, 8, b, 0, 0));
    assert_int_equal(world_detach(dev_a), 0);
    /* It comes back, awake, as what it was. */
    assert_int_equal(world_attach(a, dev_a), 0);
    assert_int_equal(get(a, 0), ON);
    assert_int_equal(set(a, 0, OFF), SCMI_SUCCESS);
    assert_true(test_aborts(s, 8, 0, 0));
}

static int32_t name_of(struct world_dom *dom, uint32_t id, char *name)
{
    char shorter[16];
    uint32_t flags;
    int32_t status = say(dom, POWER, 3, 1, id, 0, 0);

    if ( status )
        return status;
    flags = reply[1];
    memcpy(shorter, &reply[2], 16);
    assert_int_equal(shorter[15], 0);
    assert_int_equal(say(dom, POWER, 8, 1, id, 0, 0), 0);
    memcpy(name, &reply[2], 64);
    assert_int_equal(name[63], 0);
    assert_int_equal(!!(flags & 1U << 27), strlen(name) > 15);
    assert_memory_equal(shorter, name, strlen(name) > 15 ? 15 : strlen(name));

    return 0;
}

/* Long ones, equal ones, many of them: short and long names are unique. */
static void names(void **state)
{
    static char path[100][120];
    char name[100][64];
    struct smmu_device *dev[100];
    struct smmu_range sid = { .count = 1 };
    unsigned int i, k;

    assert_int_equal(world_detach(dev_a), 0);
    for ( i = 0; i < 80; i++ )
    {
        snprintf(path[i], sizeof(path[i]), "/bus%u/%s", i,
                 i % 4 == 0 ? "dma" : i % 4 == 1 ? "ethernet-controller@1000" :
                 i % 4 == 2 ? "exactly-15-long" : i % 8 == 3 ? "" :
                 "a-name-that-is-longer-than-any-that-a-device-tree-is-allowed-to-have@1");
        sid.first = 0x20 + i;
        assert_int_equal(smmu_device_add(&world.unit[0], path[i], false, &sid,
                                         1, &dev[i]), 0);
        assert_int_equal(smmu_attach(a->d, dev[i]), 0);
    }
    assert_int_equal(name_of(a, 0, name[0]), SCMI_NOT_FOUND);
    for ( i = 1; i < 64; i++ )
    {
        assert_int_equal(name_of(a, i, name[i]), 0);
        assert_true(name[i][0]);
        for ( k = 1; k < i; k++ )
            assert_true(strncmp(name[i], name[k], 15));
    }
    assert_string_equal(name[1], "dma");
    assert_string_equal(name[2], "2:ethernet-controller@1000");
    assert_string_equal(name[3], "exactly-15-long");
    assert_string_equal(name[5], "5:dma");
    /* No more than 64; who has no id is awake, and that is logged. */
    assert_int_equal(name_of(a, 64, name[0]), SCMI_NOT_FOUND);
    assert_logged("has no SCMI power domain");
    assert_int_equal(smmu_load(&dev[79]->scmi), 0);
    assert_int_equal(sim_dma(s, 0x20 + 79, world_ipa(0, 0), true),
                     TXN_LANDED);
    for ( i = 0; i < 80; i++ )
    {
        assert_int_equal(smmu_detach(a->d, dev[i]), 0);
        assert_int_equal(smmu_device_remove(dev[i]), 0);
    }
}

/* -- on, off, suspended -------------------------------------------------- */

static struct smmu_domain *find(uint16_t id, enum xen_smmu_reason *why)
{
    *why = id == 77 ? XEN_SMMU_REASON_NO_DEVICES : XEN_SMMU_REASON_NO_DOMAIN;

    return id == a->id ? a->d : NULL;
}

static int op(struct xen_smmu_op *o, uint16_t domid, uint32_t scmi)
{
    memset(o, 0, sizeof(*o));
    o->op = XEN_SMMU_set_scmi;
    o->abi = XEN_SMMU_ABI_VERSION;
    o->u.scmi.domid = domid;
    o->u.scmi.scmi = scmi;
    host_find_domain = find;

    return smmu_op(o, NULL);
}

static void turned_off(void **state)
{
    struct xen_smmu_op o;
    uint64_t value = 0;

    assert_int_equal(set(a, 0, OFF), SCMI_SUCCESS);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_int_equal(op(&o, a->id, XEN_SMMU_SCMI_OFF), 0);
    assert_int_equal(o.u.scmi.scmi, XEN_SMMU_SCMI_ON);
    assert_int_equal(o.u.scmi.devices, 1);
    /* No voice: awake.  No memory either. */
    assert_true(test_reaches(s, 8, a, 0, 0));
    assert_false(smmu_scmi_enabled(a->d));
    assert_false(smmu_scmi_access(a->d->agent, 4, 4, false, &value));
    assert_false(smmu_scmi_access(a->d->agent, 4, 4, true, &value));
    assert_int_equal(smmu_agent_set(a->d->agent, 0, false), SCMI_DENIED);
    assert_true(test_reaches(s, 8, a, 0, 0));
    assert_int_equal(record(a).scmi, XEN_SMMU_SCMI_OFF);
    assert_true(smmu_scmi_enabled(b->d));
    assert_int_equal(op(&o, a->id, XEN_SMMU_SCMI_ON), 0);
    assert_int_equal(o.u.scmi.scmi, XEN_SMMU_SCMI_OFF);
    assert_int_equal(set(a, 0, OFF), SCMI_SUCCESS);

    /* Under a forced sleep it stays asleep, and is awake afterwards. */
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    assert_int_equal(op(&o, a->id, XEN_SMMU_SCMI_OFF), 0);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    assert_true(test_reaches(s, 8, a, 0, 0));

    /* A wake that fails is told. */
    assert_int_equal(op(&o, a->id, XEN_SMMU_SCMI_ON), 0);
    assert_int_equal(set(a, 0, OFF), SCMI_SUCCESS);
    sim_fail(1, SIM_DONE_SYNC, false);
    assert_int_equal(op(&o, a->id, XEN_SMMU_SCMI_OFF), -ETIMEDOUT);
    assert_int_equal(o.reason, XEN_SMMU_REASON_SYNC_TIMEOUT);
}

static void op_refused(void **state)
{
    struct xen_smmu_op o;

    assert_int_equal(op(&o, a->id, XEN_SMMU_SCMI_NONE), -EINVAL);
    assert_int_equal(op(&o, a->id, 3), -EINVAL);
    assert_int_equal(o.reason, XEN_SMMU_REASON_BAD_ARGUMENT);
    assert_int_equal(op(&o, 55, XEN_SMMU_SCMI_OFF), -ESRCH);
    assert_int_equal(o.reason, XEN_SMMU_REASON_NO_DOMAIN);
    assert_int_equal(op(&o, 77, XEN_SMMU_SCMI_ON), -ESRCH);
    assert_int_equal(o.reason, XEN_SMMU_REASON_NO_DEVICES);
    /* What can have no device has no server: that is off enough. */
    assert_int_equal(op(&o, 77, XEN_SMMU_SCMI_OFF), 0);
    assert_int_equal(o.u.scmi.scmi, XEN_SMMU_SCMI_NONE);
    o.op = XEN_SMMU_set_scmi;
    o.u.scmi.domid = a->id;
    o.u.scmi.scmi = XEN_SMMU_SCMI_OFF;
    o.u.scmi.devices = 1;
    assert_int_equal(smmu_op(&o, NULL), -EINVAL);
    assert_true(smmu_scmi_enabled(a->d));
}

/* The guest as a whole sleeps: above votes and force, until it goes on. */
static void suspended(void **state)
{
    assert_int_equal(smmu_domain_suspend(a->d, true), 0);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_true(test_reaches(s, 16, b, 0, 0));
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_RESUME), 0);
    assert_true(test_aborts(s, 8, 0, 0));
    assert_int_equal(world_attach(a, dev_a2), 0);
    assert_true(test_aborts(s, 9, 0, 0));
    assert_int_equal(world_unmap(a, 0, 0), 0);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    assert_int_equal(smmu_domain_suspend(a->d, false), 0);
    assert_true(test_reaches(s, 8, a, 0, 1));
    assert_true(test_reaches(s, 9, a, 0, 1));
    assert_true(test_aborts(s, 8, 0, 0));       /* unmapped meanwhile */
    /* What had voted OFF goes on asleep. */
    assert_int_equal(set(a, 0, OFF), SCMI_SUCCESS);
    assert_int_equal(smmu_domain_suspend(a->d, true), 0);
    assert_int_equal(smmu_domain_suspend(a->d, false), 0);
    assert_true(test_aborts(s, 8, 0, 1));
    assert_true(test_reaches(s, 9, a, 0, 1));
}

/* As fast as it can: fewer and fewer OFFs reach the SMMU, every ON does. */
static void toggle(bool beside)
{
    struct test_cost base, cost;
    uint64_t wakes = record(a).wakes;
    unsigned int i;

    if ( beside )
        assert_int_equal(world_attach(a, dev_a2), 0);
    base = test_now();
    for ( i = 0; i < 1000; i++ )
    {
        assert_int_equal(set(a, 0, OFF), SCMI_SUCCESS);
        host_time_ns += 1000;
        host_run_work();
        assert_int_equal(set(a, 0, ON), SCMI_SUCCESS);
        assert_true(test_reaches(s, 8, a, 0, 0));
    }
    cost = test_cost_since(&base);
    assert_true(record(a).wakes - wakes < 12);
    assert_true(cost.syncs < 60);
    assert_true(cost.syncs > 2);
    assert_int_equal(record(a).scmi_transitions, 2000);
}

static void toggling(void **state)         { toggle(false); }
static void toggling_beside(void **state)  { toggle(true); }

static void no_memory(void **state)
{
    unsigned int i;

    for ( i = 1; i <= 2; i++ )
    {
        host_fail_alloc(i);
        assert_null(smmu_agent_create(a->d));
    }
    assert_int_equal(world_detach(dev_a2->dom ? dev_a2 : dev_a), 0);
    host_fail_alloc(1);
    assert_int_equal(world_attach(a, dev_a2), 0);
    assert_logged("has no SCMI power domain");
    assert_true(test_reaches(s, 9, a, 0, 0));
    assert_int_equal(get(a, 1), ~0U);
}

#define T(name) cmocka_unit_test_setup_teardown(name, build, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(base_messages), T(power_messages), T(every_length),
        T(every_header), T(every_domain), T(every_access),
        T(calls_without_message), T(on_and_off), T(exits_counted),
        T(forced_asleep), T(hardware_fails), T(stopped), T(two_agents),
        T(ids_stay), T(names), T(turned_off), T(op_refused), T(suspended),
        T(toggling), T(toggling_beside), T(no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
