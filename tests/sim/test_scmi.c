/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The power source 'scmi' against a firmware that answers well, badly, late,
 * or not at all (DEN0056: 4.1 messages, 4.3 power domains, 5.1.2 the channel).
 */
#include "test.h"
#include "power-scmi.h"

#define SMC_ID      0x82000099
#define DOMAINS     7
#define MINE        5

#define STATUS      host_shmem[1]
#define FLAGS       host_shmem[4]
#define LENGTH      host_shmem[5]
#define HEADER      host_shmem[6]
#define PAYLOAD     (&host_shmem[7])

static struct smmu_scmi_channel channel;
static struct smmu_scmi_power power;
static struct sim *s;

/* What is wrong with the firmware. */
static struct {
    uint32_t header_xor;                /* token, message, protocol, type */
    uint32_t status;                    /* SCMI's */
    uint32_t version;
    int length;                         /* added to the right one */
    bool error;                         /* the channel's error bit */
    bool busy;                          /* never free, from now on */
    bool silent;                        /* no answer */
    unsigned int late;                  /* free after so many looks */
    uint32_t lie;                       /* xored to the state it tells */
    bool deaf;                          /* takes requests, and does nothing */
    uint64_t smc;                       /* what the call returns */
    unsigned int at;                    /* only the at-th call from now */
} bad;

static unsigned int calls, ons, offs;
static uint32_t last_token;
static uint32_t fw_state;               /* of the power domain */
static uint32_t asked;                  /* the one that is to be asked for */
static unsigned int looks;

static bool is_bad(void)
{
    return !bad.at || --bad.at == 0;
}

static void answer(uint32_t status, const uint32_t *words, unsigned int n)
{
    PAYLOAD[0] = status;
    if ( n )
        memcpy(&PAYLOAD[1], words, n * 4);
    LENGTH = 8 + 4 * n;
}

/* The firmware's side of one message; it checks what it is sent. */
static uint64_t firmware(uint32_t id)
{
    uint32_t header = HEADER, token = header >> 18 & 0x3ff;
    static const uint32_t attributes[4] = { DOMAINS };
    bool wrong = is_bad();
    uint32_t state;

    calls++;
    assert_int_equal(id, SMC_ID);
    assert_int_equal(STATUS & 1, 0);    /* the channel is ours now */
    assert_int_equal(FLAGS, 0);
    assert_int_equal(header >> 10 & 0xff, 0x11);
    assert_int_equal(header >> 8 & 3, 0);
    assert_int_equal(header >> 28, 0);
    assert_int_not_equal(token, last_token);
    last_token = token;
    if ( wrong && bad.smc )
        return bad.smc;
    if ( wrong && bad.silent )
        return 0;

    switch ( header & 0xff )
    {
    case 0:
        assert_int_equal(LENGTH, 4);
        answer(0, &bad.version, 1);
        break;
    case 1:
        assert_int_equal(LENGTH, 4);
        answer(0, attributes, 4);
        break;
    case 4:
        assert_int_equal(LENGTH, 16);
        assert_int_equal(PAYLOAD[0], 0);        /* synchronous */
        assert_int_equal(PAYLOAD[1], asked);
        if ( bad.deaf )
        {
            answer(0, NULL, 0);
            break;
        }
        fw_state = PAYLOAD[2];
        if ( PAYLOAD[2] == 0 )
            ons++;
        else
        {
            assert_int_equal(PAYLOAD[2], 0x40000000);
            offs++;
        }
        /* It is done, whatever is said about it below. */
        if ( s && PAYLOAD[2] && !s->off )
            sim_power_off(s);
        else if ( s && !PAYLOAD[2] && s->off )
            sim_power_on(s);
        answer(0, NULL, 0);
        break;
    case 5:
        assert_int_equal(LENGTH, 8);
        assert_int_equal(PAYLOAD[0], asked);
        state = fw_state ^ (wrong ? bad.lie : 0);
        answer(0, &state, 1);
        break;
    default:
        fail_msg("message %u was not expected", header & 0xff);
    }

    STATUS = 1;
    looks = 0;
    if ( !wrong )
        return 0;
    HEADER ^= bad.header_xor;
    LENGTH += bad.length;
    if ( bad.status )
        PAYLOAD[0] = bad.status;
    if ( bad.error )
        STATUS |= 2;
    if ( bad.late )
        STATUS = 0;

    return 0;
}

static void look(uint32_t offset, bool write)
{
    if ( offset != 4 || write )
        return;
    if ( bad.busy )
        STATUS = 0;
    else if ( bad.late && ++looks == bad.late )
        STATUS = 1;
}

static int channel_up(void **state)
{
    world_reset(1, false);
    s = NULL;
    memset(&bad, 0, sizeof(bad));
    memset(host_shmem, 0, sizeof(host_shmem));
    memset(&channel, 0, sizeof(channel));
    memset(&power, 0, sizeof(power));
    bad.version = 0x20000;
    calls = ons = offs = fw_state = 0;
    last_token = ~0U;
    host_smc = firmware;
    host_shmem_access = look;
    STATUS = 1;
    channel.shmem = host_shmem;
    channel.smc_id = SMC_ID;
    smmu_mutex_init(&channel.mutex);
    power.channel = &channel;
    power.domain = asked = MINE;

    return 0;
}

static int channel_down(void **state)
{
    host_shmem_access = NULL;
    host_smc = NULL;

    return test_end(state);
}

static int init(void)
{
    return smmu_scmi_power_init(&power, "smmu@0");
}

static void good(void **state)
{
    assert_int_equal(init(), 0);
    assert_int_equal(calls, 4);
    assert_int_equal(ons, 1);
    assert_string_equal(power.source.name, "scmi");
    assert_non_null(power.source.on);
    assert_non_null(power.source.off);
    /* It promises nothing by itself. */
    assert_false(power.source.caps.masters_held ||
                 power.source.caps.registers_kept ||
                 power.source.caps.caches_lost);
}

static void versions(void **state)
{
    static const struct { uint32_t version; int rc; } t[] = {
        { 0x20000, 0 }, { 0x20001, 0 }, { 0x30000, 0 },
        { 0x10000, -ENODEV }, { 0x1ffff, -ENODEV }, { 0, -ENODEV },
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(t); i++ )
    {
        channel_up(state);
        bad.version = t[i].version;
        assert_int_equal(init(), t[i].rc);
        if ( t[i].rc )
        {
            assert_logged("parked at most");
            assert_null(power.source.on);
        }
    }
}

static void domains(void **state)
{
    power.domain = DOMAINS;             /* they are 0 .. DOMAINS - 1 */
    assert_int_equal(init(), -ENODEV);
    power.domain = 0xffffffff;
    assert_int_equal(init(), -ENODEV);
    assert_null(power.source.on);
    power.domain = asked = DOMAINS - 1;
    assert_int_equal(init(), 0);
}

/* One power domain, two SMMUs: neither may take it from the other. */
static void shared(void **state)
{
    struct smmu_scmi_power more[2] = { power, power };

    host_log_clear();
    more[0].source.caps.masters_held = more[1].source.caps.masters_held = true;
    power.source.caps.masters_held = true;
    more[0].domain = MINE - 1;
    assert_int_equal(init(), 0);
    asked = MINE - 1;
    assert_int_equal(smmu_scmi_power_init(&more[0], "smmu@1"), 0);
    asked = MINE;
    assert_not_logged("parked at most");
    assert_true(smmu_power_may_off(&power.source.caps));
    assert_int_equal(smmu_scmi_power_init(&more[1], "smmu@2"), 0);
    assert_logged("another SMMU has SCMI power domain 5");
    assert_false(smmu_power_may_off(&power.source.caps));
    assert_false(smmu_power_may_off(&more[1].source.caps));
    assert_true(smmu_power_may_off(&more[0].source.caps));
}

/* A unit behind it, asleep; the firmware says it is off. */
static struct world_dom *dom;
static struct world_dev *dev;

static int unit_up(void **state)
{
    struct sim_id id = sim_id_good();

    channel_up(state);
    if ( init() )
        return -1;
    power.source.caps.masters_held = true;
    s = NULL;
    world.unit[0].source_private = &power;
    if ( world_sourced(&id, SIM_NASTY & ~SIM_EVICT, &power.source) )
        return -1;
    s = world.sim[0];
    s->masters_held = true;
    /* The firmware has switched it off and on; so does the model now. */
    if ( world.unit[0].state == XEN_SMMU_UNIT_OFF )
        sim_power_off(s);
    dom = world_create(0, 1);
    smmu_store(&dom->d->delay, 0);
    world_map(dom, 0, 0);
    world_map(dom, 0, 1);
    dev = world_dev(0, 8);

    return world_attach(dom, dev) || world_vote(dev, false) || !s->off;
}

static void cycles(void **state)
{
    unsigned int i, before_on = ons, before_off = offs;

    for ( i = 0; i < 1500; i++ )        /* beyond the last token */
    {
        assert_int_equal(world_vote(dev, true), 0);
        assert_int_equal(ons, before_on + 1 + i);
        assert_int_equal(world_vote(dev, false), 0);
        assert_int_equal(offs, before_off + 1 + i);
        assert_int_equal(world.unit[0].state, XEN_SMMU_UNIT_OFF);
        host_time_ns += 3000000000;
    }
    assert_int_equal(world_vote(dev, true), 0);
    assert_true(test_reaches(s, 8, dom, 0, 0));
}

/* Each wrong answer to ON: refused, still asleep; then it goes on. */
static void wrong_on(void **state)
{
    unsigned int i, n;
    int rc;

    /* To the request, and to the question what came of it. */
    for ( n = 0; n < 100; n++ )
    {
        uint32_t version = bad.version;

        i = n / 2;
        memset(&bad, 0, sizeof(bad));
        bad.version = version;
        if ( i < 10 )
            bad.header_xor = 1U << (18 + i);            /* token */
        else if ( i < 18 )
            bad.header_xor = 1U << (10 + i - 10);       /* protocol */
        else if ( i < 26 )
            bad.header_xor = 1U << (i - 18);            /* message */
        else if ( i < 28 )
            bad.header_xor = 1U << (8 + i - 26);        /* type */
        else if ( i < 36 )
            bad.length = -1 - (int)(i - 28);            /* 7 .. 0 */
        else if ( i < 46 )
            bad.status = -(int)(i - 35);                /* -1 .. -10 */
        else if ( i == 46 )
            bad.status = 1;
        else if ( i == 47 )
            bad.error = true;
        else if ( i == 48 )
            bad.smc = ~0ULL;                            /* no such call */
        else
            bad.smc = 1;
        bad.at = 1 + n % 2;
        rc = world_vote(dev, true);
        if ( rc != -EIO )
            fail_msg("case %u: %d", n, rc);
        assert_int_equal(smmu_link_state(smmu_domain_links(dom->d)),
                         XEN_SMMU_LINK_DORMANT);
        assert_int_equal(world.unit[0].state, XEN_SMMU_UNIT_OFF);
        assert_int_equal(host_log_count("does not turn it on"), n + 1);
        STATUS = 1;                     /* it has taken notice */
        assert_true(test_aborts(s, 8, 0, 0));
        /* The model is on or off, as the firmware did; the next ON is fine. */
        memset(&bad, 0, sizeof(bad));
        bad.version = version;
        bad.at = ~0U;
        assert_int_equal(world_vote(dev, true), 0);
        assert_true(test_reaches(s, 8, dom, 0, 0));
        host_time_ns += 3000000000;
        assert_int_equal(world_vote(dev, false), 0);
    }
}

/* More words than asked for are no harm; late is not never. */
static void odd_but_fine(void **state)
{
    bad.length = 64;
    assert_int_equal(world_vote(dev, true), 0);
    assert_int_equal(world_vote(dev, false), 0);
    bad.length = 0;
    bad.late = 100;
    assert_int_equal(world_vote(dev, true), 0);
    assert_true(test_reaches(s, 8, dom, 0, 0));
}

/* No answer, in bounded time; and a late one is not taken for the next. */
static void no_answer(void **state)
{
    uint64_t before = host_time_ns;

    bad.silent = true;
    bad.at = 1;
    assert_int_equal(world_vote(dev, true), -ETIMEDOUT);
    assert_in_range(host_time_ns - before, 20000000, 1000000000);
    /* The channel is still the firmware's: not written to. */
    before = calls;
    bad.at = ~0U;
    assert_int_equal(world_vote(dev, true), -ETIMEDOUT);
    assert_int_equal(calls, before);
    assert_int_equal(world.unit[0].state, XEN_SMMU_UNIT_OFF);
    /* It lets go after all; what lies there is the old answer. */
    STATUS = 1;
    assert_int_equal(world_vote(dev, true), 0);
    assert_true(test_reaches(s, 8, dom, 0, 0));
}

static void never_free(void **state)
{
    unsigned int before = calls;

    bad.busy = true;
    assert_int_equal(world_vote(dev, true), -ETIMEDOUT);
    assert_int_equal(calls, before);
    assert_logged("does not turn it on");
    bad.busy = false;
    STATUS = 1;
    assert_int_equal(world_vote(dev, true), 0);
    /* The same for OFF: it counts as off, and comes back. */
    bad.busy = true;
    assert_int_equal(world_vote(dev, false), 0);
    assert_logged("did not confirm");
    assert_int_equal(world.unit[0].state, XEN_SMMU_UNIT_OFF);
    bad.busy = false;
    STATUS = 1;
    assert_int_equal(world_vote(dev, true), 0);
    assert_true(test_reaches(s, 8, dom, 0, 0));
}

/* Wrong answers to OFF: it counts as off. */
static void wrong_off(void **state)
{
    unsigned int i;

    for ( i = 0; i < 10; i++ )
    {
        bad.at = ~0U;
        assert_int_equal(world_vote(dev, true), 0);
        bad.at = 1 + i / 5;
        bad.status = i % 5 == 0 ? -3 : 0;
        bad.error = i % 5 == 1;
        bad.header_xor = i % 5 == 2 ? 1U << 18 : 0;
        bad.smc = i % 5 == 3 ? ~0ULL : 0;
        bad.silent = i % 5 == 4;
        assert_int_equal(world_vote(dev, false), 0);
        assert_int_equal(host_log_count("did not confirm"), i + 1);
        assert_int_equal(world.unit[0].state, XEN_SMMU_UNIT_OFF);
        assert_int_equal(world_unmap(dom, 0, 0), 0);
        STATUS = 1;
        bad.at = ~0U;
        assert_int_equal(world_vote(dev, true), 0);
        assert_true(test_aborts(s, 8, 0, 0));
        assert_true(test_reaches(s, 8, dom, 0, 1));
        world_map(dom, 0, 0);
        assert_int_equal(world_vote(dev, false), 0);
        host_time_ns += 3000000000;
    }
}

/* SUCCESS, and it is as it was; the firmware says so when it is asked. */
static void deaf_on(void **state)
{
    unsigned int i;

    for ( i = 0; i < 3; i++ )
    {
        bad.deaf = true;
        assert_int_equal(world_vote(dev, true), -EIO);
        assert_int_equal(host_log_count("request for on (0), but the state is 0x40000000"),
                         i + 1);
        assert_int_equal(host_log_count("does not turn it on"), i + 1);
        assert_int_equal(smmu_link_state(smmu_domain_links(dom->d)),
                         XEN_SMMU_LINK_DORMANT);
        assert_int_equal(world.unit[0].state, XEN_SMMU_UNIT_OFF);
        assert_true(s->off);
        bad.deaf = false;
        assert_int_equal(world_vote(dev, true), 0);
        assert_true(test_reaches(s, 8, dom, 0, 0));
        host_time_ns += 3000000000;
        assert_int_equal(world_vote(dev, false), 0);
        assert_true(s->off);
    }
}

/*
 * The same for OFF: caches that going off would have lost are as warm as ever,
 * and a page is given back meanwhile.
 */
static void deaf_off(void **state)
{
    unsigned int i;

    power.source.caps.caches_lost = true;
    s->caches = SIM_CACHES_LOST;
    for ( i = 0; i < 3; i++ )
    {
        bad.deaf = false;
        assert_int_equal(world_vote(dev, true), 0);
        assert_true(test_reaches(s, 8, dom, 0, 0));
        bad.deaf = true;
        assert_int_equal(world_vote(dev, false), 0);
        assert_false(s->off);
        assert_int_equal(world_unmap(dom, 0, 0), 0);
        host_time_ns += 3000000000;
        assert_int_equal(world_vote(dev, true), 0);
        assert_true(test_aborts(s, 8, 0, 0));
        assert_true(test_reaches(s, 8, dom, 0, 1));
        assert_int_equal(host_log_count("request for off (0x40000000), but the state is 0:"),
                         i + 1);
        assert_int_equal(host_log_count("did not confirm"), i + 1);
        world_map(dom, 0, 0);
        bad.deaf = false;
        assert_int_equal(world_vote(dev, false), 0);
        assert_true(s->off);
        host_time_ns += 3000000000;
    }
    /* Off as it should be, it is believed: no invalidation. */
    s->nr_all = 0;
    assert_int_equal(world_vote(dev, true), 0);
    assert_int_equal(s->nr_all, test_streams(1));
    assert_true(test_reaches(s, 8, dom, 0, 0));
}

/* States that are neither, and the other one. */
static void odd_states(void **state)
{
    static const uint32_t lies[] = { 0x40000000, 1, 0x40000001, 0x80000000,
                                     0x20000000, 0x10000000, 0xffffffff };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(lies); i++ )
    {
        bad.lie = lies[i];
        bad.at = 2;
        assert_int_equal(world_vote(dev, true), -EIO);
        bad.at = ~0U;
        assert_int_equal(world_vote(dev, true), 0);
        host_time_ns += 3000000000;
        bad.at = 2;
        assert_int_equal(world_vote(dev, false), 0);
        assert_int_equal(host_log_count("did not confirm"), i + 1);
        assert_int_equal(host_log_count("but the state is"), 2 * i + 2);
        bad.at = ~0U;
        assert_int_equal(world_vote(dev, true), 0);
        assert_true(test_reaches(s, 8, dom, 0, 0));
        host_time_ns += 3000000000;
        assert_int_equal(world_vote(dev, false), 0);
        assert_true(s->off);
    }
    channel_up(state);
    bad.lie = 1;
    bad.at = 4;
    assert_int_equal(init(), -EIO);
    assert_logged("parked at most");
    assert_null(power.source.on);
}

/* At boot, each message: then it is parked at most. */
static void init_fails(void **state)
{
    unsigned int which, how;

    for ( which = 1; which <= 4; which++ )
        for ( how = 0; how < 7; how++ )
        {
            channel_up(state);
            bad.at = which;
            bad.status = how == 0 ? -1 : 0;
            bad.error = how == 1;
            bad.header_xor = how == 2 ? 1U << 20 : 0;
            bad.length = how == 3 ? -1 : how == 4 ? -8 : 0;
            bad.smc = how == 5 ? ~0ULL : 0;
            bad.silent = how == 6;
            assert_int_equal(init(), how == 6 ? -ETIMEDOUT : -EIO);
            assert_null(power.source.on);
            assert_logged("parked at most");
            assert_int_equal(calls, which);
        }
    channel_up(state);
    bad.busy = true;
    assert_int_equal(init(), -ETIMEDOUT);
    assert_int_equal(calls, 0);
}

#define C(f) cmocka_unit_test_setup_teardown(f, channel_up, channel_down)
#define U(f) cmocka_unit_test_setup_teardown(f, unit_up, channel_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        C(good), C(versions), C(domains), C(init_fails), C(shared), U(cycles),
        U(wrong_on), U(odd_but_fine), U(no_answer), U(never_free),
        U(wrong_off), U(deaf_on), U(deaf_off), U(odd_states),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
