/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every call of smmu.h that a guest or a toolstack can cause, in every state,
 * twice: what it answers is in a table; what it refuses changes nothing.
 */
#include "states.h"

enum call {
    C_AWAKE, C_ASLEEP, C_SUSPEND, C_RESUME, C_AUTO, C_FLUSH, C_STOP,
    C_HOST_SLEEPS, C_HOST_WAKES, C_OWN, C_OTHER, C_STRANGER_VOTE,
    C_STRANGER_SLEEP, C_STRANGER_TAKES, C_REMOVE, C_NOBODYS_VOTE,
    C_NOBODYS_END, CALLS
};

static int host_sleeps(void) { return world_suspend(); }
static int host_wakes(void)  { world_resume(); return 0; }

static int call(enum call what)
{
    switch ( what )
    {
    case C_AWAKE:          return world_vote(dev_a, true);
    case C_ASLEEP:         return world_vote(dev_a, false);
    case C_SUSPEND:        return world_force(a, XEN_SMMU_FORCE_SUSPEND);
    case C_RESUME:         return world_force(a, XEN_SMMU_FORCE_RESUME);
    case C_AUTO:           return world_force(a, XEN_SMMU_FORCE_AUTO);
    case C_FLUSH:          return smmu_flush(a->d, 0, ~0ULL, true);
    case C_STOP:           return world_stop(a);
    case C_HOST_SLEEPS:    return host_sleeps();
    case C_HOST_WAKES:     return host_wakes();
    case C_OWN:            return smmu_attach(a->d, dev_a->dev);
    case C_OTHER:          return smmu_attach(b->d, dev_a->dev);
    case C_STRANGER_VOTE:  return smmu_vote(b->d, dev_a->dev, true);
    case C_STRANGER_SLEEP: return smmu_vote(b->d, dev_a->dev, false);
    case C_STRANGER_TAKES: return smmu_detach(b->d, dev_a->dev);
    case C_REMOVE:         return smmu_device_remove(dev_a->dev);
    case C_NOBODYS_VOTE:   return smmu_vote(a->d, dev_a2->dev, true);
    case C_NOBODYS_END:    return smmu_detach(a->d, dev_a2->dev);
    default:               return 1;
    }
}

/* The same in every state. */
static int always(enum call what)
{
    return what == C_OWN || what == C_OTHER || what == C_REMOVE ? -EBUSY
                                                                : -ENODEV;
}

static const struct row {
    const char *name;
    void (*reach)(void);
    bool source, both;
    int rc[C_OWN];
} rows[] = {
#define R(...) { __VA_ARGS__ }
    /* awake, asleep, suspend, resume, auto, flush, stop, host sleeps, wakes */
    { "live", live, false, false, R(0) },
    { "live, beside", live, true, true, R(0) },
    { "delayed", delayed, true, false, R(0) },
    { "due", due, false, true, R(0) },
    { "asleep, on", asleep, false, true, R(0) },
    { "asleep, parked", asleep, false, false, R(0) },
    { "asleep, off", asleep, true, false, R(0) },
    { "forced, on", forced, false, true, R(-EACCES) },
    { "forced, parked", forced, false, false, R(-EACCES) },
    { "forced, off", forced, true, false, R(-EACCES) },
    { "wake failed, on", wake_failed, false, true, R(0) },
    { "wake failed, parked", wake_failed, false, false, R(0) },
    { "wake failed, off", wake_failed, true, false, R(0) },
    { "open failed", open_failed, false, true, R(0) },
    { "flush failed", flush_failed, false, true, R(0) },
    { "stopped", stopped_waking, false, true, R(-ENXIO) },
    { "stopped, off", stopped_quiescing, true, false, R(-ENXIO) },
    /* It was told that it is not awake. */
    { "no power", no_power, true, false,
      R(-EIO, 0, 0, -EIO, 0, 0, 0, 0, 0) },
    /* Heard, and obeyed when the host is awake again. */
    { "host asleep", host_asleep, false, true, R(0) },
    { "host asleep, off", host_asleep, true, false, R(0) },
    { "failed asleep", failed_asleep, false, false,
      R(-EIO, 0, 0, -EIO, 0, 0, 0, 0, 0) },
    { "failed asleep, beside", failed_asleep, true, true,
      R(-EIO, 0, 0, -EIO, 0, 0, 0, 0, 0) },
    { "failed live", fail_unit, false, false,
      R(-EIO, -EIO, -EIO, -EIO, -EIO, -EIO, -EIO, 0, 0) },
    { "failed waking", failed_waking, false, true,
      R(-EIO, -EIO, -EIO, -EIO, -EIO, -EIO, -EIO, 0, 0) },
    { "failed quiescing", failed_quiescing, false, false,
      R(-EIO, -EIO, -EIO, -EIO, -EIO, -EIO, -EIO, 0, 0) },
};

static const struct row *row;
static enum call what;

/* What a call that is refused leaves alone.  Compared as a whole: no holes. */
struct seen {
    uint64_t unit, debt, cmds, epoch, quarantined, stopped;
    unsigned int link, vmid, timers, open, leaving, suspended;
    const struct smmu_link *of, *of2;
};

static struct seen look_at(void)
{
    return (struct seen){
        .unit = u->state, .debt = smmu_debt_pages(&link_of(a)->debt),
        .cmds = s->nr_cmds, .epoch = u->epoch,
        .quarantined = a->d->quarantined, .stopped = a->d->stopped,
        .link = state_of(a), .vmid = link_of(a)->vmid,
        /* A word that cannot be carried out now is tried again. */
        .timers = link_of(a)->stuck ? 0 : test_timers(u),
        .open = dev_a->dev->open,
        .leaving = dev_a->dev->leaving, .suspended = u->suspended,
        .of = dev_a->dev->link, .of2 = dev_a2->dev->link,
    };
}

/* Whatever was said: what is open and what the state says are one. */
static void assert_consistent(void)
{
    unsigned int link = state_of(a);
    bool open = link == L_LIVE && dev_a->dev->open;

    assert_int_equal(smmu_unit_users(u), 0);
    assert_false(dev_a->dev->leaving);
    assert_int_equal(dev_a->dev->open && link != L_FAILED, open);
    if ( u->state == ON || u->state == PARKED )
        assert_true(!s->off && sim_blocks(s) == (u->state == PARKED));
    if ( open )
    {
        assert_int_equal(u->state, ON);
        assert_true(a->stopped || test_reaches(s, SID_A, a, 0, 2));
    }
    else
        assert_true(test_aborts(s, SID_A, 0, 2));
    assert_true(test_aborts(s, SID_A2, 0, 2));
}

static void twice(void)
{
    int want = what < C_OWN ? row->rc[what] : always(what), rc;
    struct seen before, after;
    unsigned int i;

    pair_build((struct pair_power){ .source = row->source, .held = true,
                                    .caches = SIM_CACHES_KEPT });
    if ( row->both )
        assert_int_equal(world_attach(b, dev_b), 0);
    row->reach();
    sim_drain(s);
    for ( i = 0; i < 2; i++ )
    {
        before = look_at();
        rc = call(what);
        if ( rc != want )
            fail_msg("it said %d, not %d", rc, want);
        after = look_at();
        /* Who asks first finds out that it is lost; stop is for good. */
        if ( before.link == L_FAILED && after.quarantined )
            before.quarantined = 1;
        if ( what == C_STOP )
            before.stopped = 1;
        if ( rc && memcmp(&before, &after, sizeof(before)) )
            fail_msg("refused, and yet something has changed");
        if ( !u->suspended )
            assert_consistent();
    }
    recover();
    sim_settle();
    if ( !smmu_unit_failed(u) )
        assert_consistent();
    if ( host_complaints )
        fail_msg("%s", host_first_complaint);
}

static int end(void **state)
{
    if ( row && row < rows + ARRAY_SIZE(rows) )
        print_message("# in this state: %s; call %u\n", row->name, what);
    row = NULL;

    return test_end(state);
}

static void every_call(void **state)
{
    for ( row = rows; row < rows + ARRAY_SIZE(rows); row++ )
        for ( what = 0; what < CALLS; what++ )
            twice();
}

/* What was said while the host slept is so when it is awake. */
static void said_to_a_sleeping_host(void **state)
{
    pair_build((struct pair_power){ .source = false });
    pair_sleep(dev_a);
    assert_int_equal(world_suspend(), 0);
    assert_int_equal(world_vote(dev_a, true), 0);
    assert_int_equal(state_of(a), L_DORMANT);
    world_resume();
    assert_int_equal(state_of(a), L_LIVE);
    pair_right(SID_A, a);
    assert_int_equal(world_suspend(), 0);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    assert_int_equal(world_vote(dev_a, true), -EACCES);
    world_resume();
    assert_int_equal(state_of(a), L_DORMANT);
    pair_all_abort();
}

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_call), T(said_to_a_sleeping_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
