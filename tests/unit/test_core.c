/* SPDX-License-Identifier: GPL-2.0-only */
/* The core's small parts, each by itself: VMIDs, limits, reasons, requests. */
#include "test.h"

/* -- vmid.c --------------------------------------------------------------- */

static struct smmu_vmids v;

static void vmids_in_turn(void **state)
{
    bool dirty, seen[SMMU_NR_VMIDS] = { false };
    unsigned int i, id;

    smmu_vmids_init(&v, 16);
    for ( i = 1; i < SMMU_NR_VMIDS; i++ )
    {
        id = smmu_vmid_alloc(&v, &dirty);
        assert_in_range(id, 1, SMMU_NR_VMIDS - 1);
        assert_false(dirty);
        assert_false(seen[id]);
        seen[id] = true;
    }
    assert_int_equal(smmu_vmid_alloc(&v, &dirty), 0);
}

static void vmids_few(void **state)
{
    bool dirty;

    smmu_vmids_init(&v, 2);
    assert_int_equal(smmu_vmid_alloc(&v, &dirty), 1);
    assert_int_equal(smmu_vmid_alloc(&v, &dirty), 2);
    assert_int_equal(smmu_vmid_alloc(&v, &dirty), 3);
    assert_int_equal(smmu_vmid_alloc(&v, &dirty), 0);
}

/* A freed one comes back last, and dirty. */
static void vmids_dirty(void **state)
{
    bool dirty;
    unsigned int i;

    smmu_vmids_init(&v, 2);
    for ( i = 0; i < 3; i++ )
        smmu_vmid_alloc(&v, &dirty);
    smmu_vmid_free(&v, 2, 5);
    assert_int_equal(smmu_vmid_alloc(&v, &dirty), 2);
    assert_true(dirty);
    smmu_vmid_free(&v, 1, 5);
    smmu_vmids_init(&v, 2);
    smmu_vmid_alloc(&v, &dirty);
    smmu_vmid_free(&v, 1, 5);
    assert_int_equal(smmu_vmid_alloc(&v, &dirty), 2);   /* clean ones first */
    assert_false(dirty);
}

/* Only an invalidation issued after it was freed makes it clean. */
static void vmids_epoch(void **state)
{
    bool dirty;
    unsigned int i;

    for ( i = 0; i < 3; i++ )
    {
        smmu_vmids_init(&v, 1);
        assert_int_equal(smmu_vmid_alloc(&v, &dirty), 1);
        smmu_vmid_free(&v, 1, 5);
        smmu_vmids_flushed(&v, 4 + i);
        assert_int_equal(smmu_vmid_alloc(&v, &dirty), 1);
        assert_int_equal(dirty, i != 2);
    }
}

/* -- fault.c -------------------------------------------------------------- */

static void limit(void **state)
{
    struct smmu_limit l = { 0 };
    const uint64_t s = 1000000000;
    uint64_t dropped, t = 5 * s;
    unsigned int i;

    for ( i = 0; i < SMMU_LIMIT_BURST; i++ )
    {
        assert_true(smmu_limit_pass(&l, t + i, &dropped));
        assert_int_equal(dropped, 0);
    }
    for ( i = 0; i < 100; i++ )
        assert_false(smmu_limit_pass(&l, t + 10 + i, &dropped));
    assert_false(smmu_limit_pass(&l, t + s - 1, &dropped));
    assert_true(smmu_limit_pass(&l, t + s, &dropped));
    assert_int_equal(dropped, 101);
    assert_true(smmu_limit_pass(&l, t + s + 1, &dropped));
    assert_int_equal(dropped, 0);
}

/* -- reason.c ------------------------------------------------------------- */

static void reasons(void **state)
{
    static const struct { unsigned int code; const char *token, *what, *next; }
        all[] = {
#define X(code, token, what, next) { code, #token, what, next },
        XEN_SMMU_REASONS(X)
#undef X
    };
    unsigned int i, k;

    for ( i = 0; i < ARRAY_SIZE(all); i++ )
    {
        assert_string_equal(smmu_reason_token(all[i].code), all[i].token);
        assert_string_equal(smmu_reason_next(all[i].code), all[i].next);
        assert_int_equal(all[i].what[strlen(all[i].what) - 1], '.');
        assert_int_equal(all[i].next[strlen(all[i].next) - 1], '.');
        assert_true(strlen(all[i].next) > 8);
        for ( k = 0; k < i; k++ )
        {
            assert_int_not_equal(all[i].code, all[k].code);
            assert_string_not_equal(all[i].token, all[k].token);
        }
    }
    assert_non_null(smmu_reason_token(ARRAY_SIZE(all)));
    assert_non_null(smmu_reason_token(~0U));
    assert_non_null(smmu_reason_next(~0U));
}

/* -- op.c ----------------------------------------------------------------- */

static uint8_t out[64 * 1024];
static uint64_t out_end;                /* the first byte not writable */
static unsigned int copies;

static int copy(uint64_t buffer, uint64_t offset, const void *from,
                size_t bytes)
{
    if ( buffer != 0x1000 || offset + bytes > out_end )
        return -1;
    memcpy(out + offset, from, bytes);
    copies++;

    return 0;
}

static struct xen_smmu_op request(uint32_t which, uint32_t size)
{
    struct xen_smmu_op op = { .op = which, .abi = XEN_SMMU_ABI_VERSION };

    op.reason = 0xdead;
    op.u.list.count = 16;
    op.u.list.record_size = size;
    op.u.list.domid = XEN_SMMU_DOMID_ANY;
    op.u.list.buffer = 0x1000;
    memset(out, 0xa5, sizeof(out));
    out_end = sizeof(out);
    copies = 0;

    return op;
}

static int a_host(void **state)
{
    struct smmu_range r[20];
    struct world_dom *dom;
    struct world_dev *dev;
    unsigned int i;
    struct smmu_device *many;

    world_reset(1, false);
    world_good(SIM_NASTY);
    world_good(SIM_NASTY);
    dom = world_create(0, 1);
    dev = world_dev(0, 8);
    world_dev(1, 9);
    for ( i = 0; i < 20; i++ )
        r[i] = (struct smmu_range){ 0x100 + 2 * i, 1 };
    if ( smmu_device_add(&world.unit[1], "/many", false, r, 20, &many) )
        return -1;

    return world_attach(dom, dev);
}

static void op_version(void **state)
{
    struct xen_smmu_op op = { .op = XEN_SMMU_get_version, .abi = 0x77770000 };

    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(op.reason, XEN_SMMU_REASON_NONE);
    assert_int_equal(op.u.version.abi, XEN_SMMU_ABI_VERSION);
    assert_int_equal(op.u.version.unit_size, sizeof(struct xen_smmu_unit));
    assert_int_equal(op.u.version.link_size, sizeof(struct xen_smmu_link));
    assert_int_equal(op.u.version.device_size, sizeof(struct xen_smmu_device));
    assert_true(sizeof(op) <= 128);
}

static void op_lists(void **state)
{
    struct xen_smmu_op op = request(XEN_SMMU_list_units,
                                    sizeof(struct xen_smmu_unit));
    const struct xen_smmu_unit *u = (void *)out;
    const struct xen_smmu_link *l = (void *)out;
    const struct xen_smmu_device *d = (void *)out;
    unsigned int i, seen = 0;

    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(op.u.list.count, 2);
    assert_int_equal(op.u.list.total, 2);
    assert_int_equal(op.u.list.record_size, sizeof(*u));
    assert_string_equal(u[0].name, "smmu@0");
    assert_int_equal(u[0].address, 0x9050000);
    assert_int_equal(u[0].type, XEN_SMMU_TYPE_V3);
    assert_int_equal(u[0].state, XEN_SMMU_UNIT_ON);
    assert_int_equal(u[0].devices, 1);
    assert_int_equal(u[0].links_live, 1);
    assert_string_equal(u[1].name, "smmu@1");
    assert_int_equal(u[1].devices, 2);
    assert_int_equal(u[1].links, 0);

    op = request(XEN_SMMU_list_links, sizeof(*l));
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(op.u.list.total, 1);
    assert_int_equal(l[0].domid, 1);
    assert_int_equal(l[0].state, XEN_SMMU_LINK_LIVE);
    assert_int_equal(l[0].devices, 1);
    assert_int_equal(l[0].flags, 0);

    op = request(XEN_SMMU_list_devices, sizeof(*d));
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(op.u.list.total, 3);
    for ( i = 0; i < 3; i++ )
        if ( !strcmp(d[i].path, "/many") )
        {
            seen++;
            assert_int_equal(d[i].nr_ranges, 20);
            assert_int_equal(d[i].sids[XEN_SMMU_NR_SIDS - 1].first,
                             0x100 + 2 * (XEN_SMMU_NR_SIDS - 1));
            assert_int_equal(d[i].domid, XEN_SMMU_DOMID_ANY);
            assert_int_equal(d[i].state, XEN_SMMU_DEVICE_UNASSIGNED);
        }
        else if ( !strcmp(d[i].path, "/dev@0,8") )
        {
            seen++;
            assert_int_equal(d[i].domid, 1);
            assert_int_equal(d[i].state, XEN_SMMU_DEVICE_OPEN);
            assert_int_equal(d[i].sids[0].first, 8);
        }
    assert_int_equal(seen, 2);

    op.u.list.domid = 1;
    op.u.list.record_size = sizeof(*d);
    op.u.list.count = 16;
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(op.u.list.total, 1);
    assert_string_equal(d[0].path, "/dev@0,8");
}

static void op_pages(void **state)
{
    struct xen_smmu_op op;
    const struct xen_smmu_device *d = (void *)out;
    char first[XEN_SMMU_PATH_LEN];
    unsigned int i;

    for ( i = 0; i < 5; i++ )
    {
        op = request(XEN_SMMU_list_devices, sizeof(*d));
        op.u.list.first = i;
        op.u.list.count = 1;
        assert_int_equal(smmu_op(&op, copy), 0);
        assert_int_equal(op.u.list.count, i < 3);
        assert_int_equal(op.u.list.total, 3);
        assert_int_equal(copies, i < 3);
        if ( i == 0 )
            strcpy(first, d[0].path);
        else if ( i < 3 )
            assert_string_not_equal(first, d[0].path);
    }
    /* Only how many there are. */
    op = request(XEN_SMMU_list_devices, sizeof(*d));
    op.u.list.count = 0;
    op.u.list.buffer = 0;
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(op.u.list.total, 3);
    assert_int_equal(copies, 0);
    op = request(XEN_SMMU_list_devices, sizeof(*d));
    op.u.list.first = 0xffffffff;
    op.u.list.count = 0xffffffff;
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(op.u.list.count, 0);
}

/* An older tool's records are cut, a newer one's filled with zeroes. */
static void op_sizes(void **state)
{
    struct xen_smmu_op op = request(XEN_SMMU_list_units, 72);
    const struct xen_smmu_unit *u = (void *)out;
    unsigned int i;

    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(op.u.list.record_size, sizeof(*u));
    assert_string_equal((char *)out, "smmu@0");
    assert_string_equal((char *)out + 72, "smmu@1");
    assert_int_equal(out[144], 0xa5);

    op = request(XEN_SMMU_list_units, sizeof(*u) + 64);
    assert_int_equal(smmu_op(&op, copy), 0);
    for ( i = 0; i < 64; i++ )
        assert_int_equal(out[sizeof(*u) + i], 0);
    assert_string_equal((char *)out + sizeof(*u) + 64, "smmu@1");
}

static void op_wrong(void **state)
{
    const uint32_t size = sizeof(struct xen_smmu_unit);
    struct xen_smmu_op op;
    unsigned int i;

    for ( i = 9; i < 300; i++ )
    {
        op = request(i < 200 ? i : 1U << (i % 32) | 0x100, size);
        assert_int_equal(smmu_op(&op, copy), -ENOSYS);
        assert_int_equal(op.reason, XEN_SMMU_REASON_BAD_OP);
    }
    for ( i = 1; i < 4; i++ )
    {
        op = request(i, size);
        op.abi += 0x10000;
        assert_true(smmu_op(&op, copy) < 0);
        assert_int_equal(op.reason, XEN_SMMU_REASON_BAD_VERSION);
        op = request(i, size);
        op.abi = 0;
        assert_true(smmu_op(&op, copy) < 0);
        assert_int_equal(op.reason, XEN_SMMU_REASON_BAD_VERSION);
        /* A newer minor is fine. */
        op = request(i, size);
        op.abi++;
        assert_int_equal(smmu_op(&op, copy), 0);

        op = request(i, size);
        op.pad = 1;
        assert_int_equal(smmu_op(&op, copy), -EINVAL);
        assert_int_equal(op.reason, XEN_SMMU_REASON_BAD_ARGUMENT);
        op = request(i, size);
        op.u.list.pad[2] = 1;
        assert_int_equal(smmu_op(&op, copy), -EINVAL);
        assert_int_equal(op.reason, XEN_SMMU_REASON_BAD_ARGUMENT);
        op = request(i, 0);
        assert_int_equal(smmu_op(&op, copy), -EINVAL);
        op = request(i, 0xffffffff);
        assert_int_equal(smmu_op(&op, copy), -EINVAL);
        op = request(i, 1025);
        assert_int_equal(smmu_op(&op, copy), -EINVAL);
        assert_int_equal(copies, 0);
    }
    op = request(XEN_SMMU_list_units, size);
    op.u.list.buffer = 0x2000;
    assert_int_equal(smmu_op(&op, copy), -EFAULT);
    assert_int_equal(op.reason, XEN_SMMU_REASON_BAD_BUFFER);
    op = request(XEN_SMMU_list_units, size);
    out_end = size + 8;
    assert_int_equal(smmu_op(&op, copy), -EFAULT);
    assert_int_equal(copies, 1);
    op = request(XEN_SMMU_list_links, size);
    op.u.list.domid = 777;
    assert_int_equal(smmu_op(&op, copy), -ESRCH);
    assert_int_equal(op.reason, XEN_SMMU_REASON_NO_DOMAIN);
}

static void op_empty(void **state)
{
    struct xen_smmu_op op;
    unsigned int i;

    world_reset(1, false);
    for ( i = 1; i < 4; i++ )
    {
        op = request(i, 64);
        assert_int_equal(smmu_op(&op, copy), 0);
        assert_int_equal(op.u.list.count, 0);
        assert_int_equal(op.u.list.total, 0);
    }
}

/* Whatever the bytes are: an answer, no crash, nothing beyond the buffer. */
static void op_random(void **state)
{
    struct xen_smmu_op op;
    unsigned int i, k;
    int rc;

    for ( i = 0; i < 20000; i++ )
    {
        uint8_t *p = (uint8_t *)&op;

        op = request(0, 64);
        for ( k = 0; k < sizeof(op); k++ )
            p[k] = host_pick(4) ? 0 : host_random();
        op.op = host_pick(9);
        if ( host_pick(4) )
            op.abi = XEN_SMMU_ABI_VERSION;
        if ( host_pick(4) )
            op.u.list.buffer = 0x1000;
        out_end = host_pick(sizeof(out));
        rc = smmu_op(&op, copy);
        assert_true((rc == 0) == (op.reason == XEN_SMMU_REASON_NONE));
        assert_in_range(op.reason, 0, XEN_SMMU_REASON_HOST_SUSPENDED);
    }
}

static struct xen_smmu_op force_of(uint16_t domid, uint32_t how)
{
    struct xen_smmu_op op = { .op = XEN_SMMU_force,
                              .abi = XEN_SMMU_ABI_VERSION };

    op.reason = 0xdead;
    op.u.force.domid = domid;
    op.u.force.force = how;

    return op;
}

static void op_force(void **state)
{
    struct xen_smmu_op op = force_of(1, XEN_SMMU_FORCE_SUSPEND);
    struct sim *s = world.sim[0];

    world_map(&world.dom[0], 0, 0);
    assert_true(test_reaches(s, 8, &world.dom[0], 0, 0));
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(op.reason, XEN_SMMU_REASON_NONE);
    assert_int_equal(op.u.force.force, XEN_SMMU_FORCE_AUTO);    /* before */
    assert_int_equal(op.u.force.votes, 1);  /* what it does to the device */
    assert_true(test_aborts(s, 8, 0, 0));
    op = force_of(1, XEN_SMMU_FORCE_AUTO);
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(op.u.force.force, XEN_SMMU_FORCE_SUSPEND);
    assert_true(test_reaches(s, 8, &world.dom[0], 0, 0));
    assert_int_equal(host_domains_held, 0);
}

/* Each wrong field, and each domain that cannot be: said, nothing changed. */
static void op_force_wrong(void **state)
{
    struct sim *s = world.sim[0];
    struct xen_smmu_op op;
    unsigned int i;
    static const struct { uint16_t domid; int rc; uint32_t reason; } none[] = {
        { 0, -EPERM, XEN_SMMU_REASON_DOM0 },
        { 2, -ESRCH, XEN_SMMU_REASON_NO_DOMAIN },
        { 777, -ESRCH, XEN_SMMU_REASON_NO_DOMAIN },
        { 0x7ff0, -ESRCH, XEN_SMMU_REASON_NO_DOMAIN },
        { XEN_SMMU_DOMID_ANY, -ESRCH, XEN_SMMU_REASON_NO_DOMAIN },
    };

    world_map(&world.dom[0], 0, 0);
    for ( i = 0; i < ARRAY_SIZE(none); i++ )
    {
        op = force_of(none[i].domid, XEN_SMMU_FORCE_SUSPEND);
        assert_int_equal(smmu_op(&op, copy), none[i].rc);
        assert_int_equal(op.reason, none[i].reason);
    }
    for ( i = 0; i < 4; i++ )
    {
        op = force_of(1, XEN_SMMU_FORCE_SUSPEND);
        if ( i == 0 )
            op.u.force.pad = 1;
        else if ( i == 1 )
            op.u.force.pad2 = 1;
        else if ( i == 2 )
            op.u.force.votes = 1;
        else
            op.u.force.force = 3;
        assert_int_equal(smmu_op(&op, copy), -EINVAL);
        assert_int_equal(op.reason, XEN_SMMU_REASON_BAD_ARGUMENT);
    }
    op = force_of(1, ~0U);
    assert_int_equal(smmu_op(&op, copy), -EINVAL);
    assert_true(test_reaches(s, 8, &world.dom[0], 0, 0));
    assert_int_equal(smmu_load(&world.dom[0].d->force), XEN_SMMU_FORCE_AUTO);

    /* Dying; then quarantined. */
    assert_int_equal(smmu_domain_stop(world.dom[0].d), 0);
    op = force_of(1, XEN_SMMU_FORCE_RESUME);
    assert_int_equal(smmu_op(&op, copy), -EBUSY);
    assert_int_equal(op.reason, XEN_SMMU_REASON_DYING);
    assert_true(test_aborts(s, 8, 0, 0));
    smmu_store(&world.dom[0].d->quarantined, 1);
    op = force_of(1, XEN_SMMU_FORCE_RESUME);
    assert_int_equal(smmu_op(&op, copy), -EIO);
    assert_int_equal(op.reason, XEN_SMMU_REASON_QUARANTINED);
    assert_int_equal(smmu_load(&world.dom[0].d->force), XEN_SMMU_FORCE_AUTO);
    assert_int_equal(host_domains_held, 0);
}

static struct xen_smmu_op policy_of(uint32_t which, uint16_t domid,
                                    uint64_t delay)
{
    struct xen_smmu_op op = { .op = which, .abi = XEN_SMMU_ABI_VERSION };

    op.reason = 0xdead;
    op.u.policy.domid = domid;
    op.u.policy.delay = delay;

    return op;
}

static void op_policy(void **state)
{
    struct xen_smmu_op op;
    unsigned int i;
    static const struct { uint32_t op; uint16_t domid; uint64_t delay;
                          int rc; uint32_t reason;
                          uint64_t now, effective; } t[] = {
        { XEN_SMMU_get_policy, XEN_SMMU_DOMID_ANY, 5, 0, 0, 20000000,
          20000000 },
        { XEN_SMMU_get_policy, 1, 5, 0, 0, XEN_SMMU_DELAY_GLOBAL, 20000000 },
        { XEN_SMMU_set_policy, XEN_SMMU_DOMID_ANY, 7, 0, 0, 7, 7 },
        { XEN_SMMU_get_policy, 1, 0, 0, 0, XEN_SMMU_DELAY_GLOBAL, 7 },
        { XEN_SMMU_set_policy, 1, 0, 0, 0, 0, 0 },
        { XEN_SMMU_set_policy, 1, XEN_SMMU_DELAY_MAX, 0, 0,
          XEN_SMMU_DELAY_MAX, XEN_SMMU_DELAY_MAX },
        { XEN_SMMU_set_policy, 1, XEN_SMMU_DELAY_MAX + 1, -EINVAL,
          XEN_SMMU_REASON_BAD_ARGUMENT, 0, 0 },
        { XEN_SMMU_set_policy, 1, XEN_SMMU_DELAY_GLOBAL - 1, -EINVAL,
          XEN_SMMU_REASON_BAD_ARGUMENT, 0, 0 },
        { XEN_SMMU_get_policy, 1, 0, 0, 0, XEN_SMMU_DELAY_MAX,
          XEN_SMMU_DELAY_MAX },
        { XEN_SMMU_set_policy, 1, XEN_SMMU_DELAY_GLOBAL, 0, 0,
          XEN_SMMU_DELAY_GLOBAL, 7 },
        { XEN_SMMU_set_policy, XEN_SMMU_DOMID_ANY, XEN_SMMU_DELAY_GLOBAL,
          -EINVAL, XEN_SMMU_REASON_BAD_ARGUMENT, 0, 0 },
        { XEN_SMMU_set_policy, XEN_SMMU_DOMID_ANY, XEN_SMMU_DELAY_MAX + 1,
          -EINVAL, XEN_SMMU_REASON_BAD_ARGUMENT, 0, 0 },
        { XEN_SMMU_set_policy, 0, 1, -EPERM, XEN_SMMU_REASON_DOM0, 0, 0 },
        { XEN_SMMU_get_policy, 0, 1, -EPERM, XEN_SMMU_REASON_DOM0, 0, 0 },
        { XEN_SMMU_set_policy, 777, 1, -ESRCH, XEN_SMMU_REASON_NO_DOMAIN, 0, 0 },
        { XEN_SMMU_get_policy, 777, 1, -ESRCH, XEN_SMMU_REASON_NO_DOMAIN, 0, 0 },
        { XEN_SMMU_get_policy, XEN_SMMU_DOMID_ANY, 0, 0, 0, 7, 7 },
    };

    for ( i = 0; i < ARRAY_SIZE(t); i++ )
    {
        op = policy_of(t[i].op, t[i].domid, t[i].delay);
        if ( smmu_op(&op, copy) != t[i].rc || op.reason != t[i].reason )
            fail_msg("row %u: reason %u", i, op.reason);
        if ( t[i].rc )
            continue;
        assert_int_equal(op.u.policy.delay, t[i].now);
        assert_int_equal(op.u.policy.effective, t[i].effective);
    }
    for ( i = 0; i < 6; i++ )
    {
        op = policy_of(i % 2 ? XEN_SMMU_set_policy : XEN_SMMU_get_policy, 1,
                       1);
        op.u.policy.pad[i / 2] = 1;
        assert_int_equal(smmu_op(&op, copy), -EINVAL);
        assert_int_equal(op.reason, XEN_SMMU_REASON_BAD_ARGUMENT);
    }
    assert_int_equal(host_domains_held, 0);
}

/* A sleeping link and a unit of a power source, as the tool shows them. */
static void op_power_records(void **state)
{
    struct sim_id id = sim_id_good();
    const struct xen_smmu_unit *u = (void *)out;
    const struct xen_smmu_link *l = (void *)out;
    const struct xen_smmu_device *d = (void *)out;
    struct world_dom *dom;
    struct world_dev *dev;
    struct xen_smmu_op op;

    world_reset(1, false);
    assert_int_equal(world_powered(&id, SIM_NASTY, true, true, false,
                                   SIM_CACHES_KEPT), 0);
    smmu_store(&smmu_delay, 0);
    dom = world_create(0, 1);
    dev = world_dev(0, 8);
    world_map(dom, 0, 0);
    world_map(dom, 0, 1);
    assert_int_equal(world_attach(dom, dev), 0);
    assert_int_equal(world_vote(dev, false), 0);
    assert_int_equal(world_unmap(dom, 0, 0), 0);
    assert_int_equal(world_unmap(dom, 0, 1), 0);

    op = request(XEN_SMMU_list_units, sizeof(*u));
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(u[0].state, XEN_SMMU_UNIT_OFF);
    assert_string_equal(u[0].power_source, "simulated");
    assert_int_equal(u[0].power_caps, XEN_SMMU_POWER_masters_held);
    assert_int_equal(u[0].wakes, 1);
    assert_int_equal(u[0].parks, 1);
    assert_int_equal(u[0].debt_pages, 2);
    assert_int_equal(u[0].links_debt, 1);
    assert_int_equal(u[0].offs, world.sim[0]->nr_offs);

    op = request(XEN_SMMU_list_links, sizeof(*l));
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(l[0].state, XEN_SMMU_LINK_DORMANT);
    assert_int_equal(l[0].votes, 0);
    assert_int_equal(l[0].elided, 2);
    assert_int_equal(l[0].merged, 1);
    assert_int_equal(l[0].debt_ranges, 1);
    assert_int_equal(l[0].debt_pages, 2);
    assert_int_equal(l[0].wakes, 1);
    assert_int_equal(l[0].delay, 0);

    op = request(XEN_SMMU_list_devices, sizeof(*d));
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(d[0].state, XEN_SMMU_DEVICE_ABORTED);
    assert_int_equal(d[0].flags, 0);
    assert_int_equal(world_vote(dev, true), 0);
    op = request(XEN_SMMU_list_devices, sizeof(*d));
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(d[0].state, XEN_SMMU_DEVICE_OPEN);
    assert_int_equal(d[0].flags, XEN_SMMU_DEVICE_awake);
    op = request(XEN_SMMU_list_links, sizeof(*l));
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(l[0].votes, 1);
    assert_int_equal(l[0].wake_all, 2);
    assert_int_equal(l[0].debt_pages, 0);
}

/* What is dormant, in debt, failed or quarantined is shown as such. */
static void op_states(void **state)
{
    struct xen_smmu_op op;
    const struct xen_smmu_unit *u = (void *)out;
    const struct xen_smmu_link *l = (void *)out;
    const struct xen_smmu_device *d = (void *)out;

    world_map(&world.dom[0], 0, 0);
    assert_int_equal(world_detach(&world.dev[0]), 0);
    assert_int_equal(world_unmap(&world.dom[0], 0, 0), 0);
    op = request(XEN_SMMU_list_links, sizeof(*l));
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(l[0].state, XEN_SMMU_LINK_DORMANT);
    assert_int_equal(l[0].flags, 0);
    assert_int_equal(l[0].debt_ranges, 1);
    assert_int_equal(l[0].debt_pages, 1);
    assert_int_equal(l[0].elided, 1);
    op = request(XEN_SMMU_list_units, sizeof(*u));
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(u[0].links_debt, 1);
    assert_int_equal(u[0].links_live, 0);

    assert_int_equal(world_attach(&world.dom[0], &world.dev[0]), 0);
    sim_raise(world.sim[0], 1U << 8);
    sim_settle();
    assert_int_equal(world_stop(&world.dom[0]), -EIO);
    op = request(XEN_SMMU_list_units, sizeof(*u));
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(u[0].state, XEN_SMMU_UNIT_FAILED);
    assert_int_equal(u[0].reason, XEN_SMMU_REASON_SERVICE_FAILURE);
    assert_int_equal(u[0].quarantined, 1);
    assert_int_equal(u[1].state, XEN_SMMU_UNIT_PARKED);
    op = request(XEN_SMMU_list_links, sizeof(*l));
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(l[0].state, XEN_SMMU_LINK_FAILED);
    assert_true(l[0].flags & XEN_SMMU_LINK_quarantined);
    assert_true(l[0].flags & XEN_SMMU_LINK_dying);
    op = request(XEN_SMMU_list_devices, sizeof(*d));
    op.u.list.domid = 1;
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(d[0].state, XEN_SMMU_DEVICE_ABORTED);
    smmu_dump();
    assert_logged("QUARANTINED");
}

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, test_end)
#define TH(f) cmocka_unit_test_setup_teardown(f, a_host, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(vmids_in_turn), T(vmids_few), T(vmids_dirty), T(vmids_epoch),
        T(limit), T(reasons), T(op_version), TH(op_lists), TH(op_pages),
        TH(op_sizes), TH(op_wrong), T(op_empty), TH(op_random),
        TH(op_states), TH(op_force), TH(op_force_wrong), TH(op_policy),
        T(op_power_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
