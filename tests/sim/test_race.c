/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Another CPU, right before the n-th register access or mutex of a power-up or
 * a power-down, or at a poll between, for every n: it finds a global error, a
 * flush of its fails, it takes a use count and keeps it.
 */
#include "other.h"
#include "pair.h"

enum from { FROM_ON, FROM_PARKED, FROM_OFF };

/* a asleep, of its pages one is owed; the unit as `from` says. */
static void asleep(enum from from)
{
    pair_build((struct pair_power){ .source = from == FROM_OFF, .held = true,
                                    .caches = SIM_CACHES_KEPT });
    assert_int_equal(world_attach(b, dev_b), 0);
    pair_warm(SID_B, b);
    if ( from != FROM_ON )
        pair_sleep(dev_b);
    pair_sleep(dev_a);
    assert_int_equal(u->state, from == FROM_ON ? XEN_SMMU_UNIT_ON :
                     from == FROM_OFF ? XEN_SMMU_UNIT_OFF
                                      : XEN_SMMU_UNIT_PARKED);
    assert_int_equal(world_unmap(a, 0, 0), 0);
    sim_settle();
}

/* -- it fails while it comes up ------------------------------------------- */

static uint32_t error;
static bool handled;
static bool failing;                    /* v2: who has a count fails it */

/* What the event handler does. */
static void look(void)
{
    struct smmu_faults faults = { .nr = 0 };

    if ( failing )
        smmu_unit_fail(u, XEN_SMMU_REASON_SERVICE_FAILURE);
    else
        u->backend->events(u, &faults);
    smmu_unit_put(u);
}

/* v2 has no such registers: somebody finds out otherwise. */
static void raise_error(uint32_t bit)
{
    if ( test_is(&sim_v3) )
        sim_raise(s, bit);
    else
        failing = true;
}

static void global_error(void)
{
    raise_error(error);
    handled = smmu_unit_get(u);
    if ( handled )
        other_cpu(look);
}

/* Blocked since before it failed, or FAILED for good: never reached again. */
static void assert_cut_off(struct world_dom *dom, struct world_dev *dev)
{
    unsigned int state = state_of(dom);

    assert_int_equal(world_vote(dev, true), -EIO);
    if ( state == XEN_SMMU_LINK_DORMANT )
    {
        assert_int_equal(world_unmap(dom, 0, 2), 0);
        assert_int_equal(world_destroy(dom), 0);
        return;
    }
    assert_int_equal(state, XEN_SMMU_LINK_FAILED);
    assert_int_equal(world_unmap(dom, 0, 2), -EIO);
    assert_true(smmu_domain_quarantined(dom->d));
    assert_int_equal(world_stop(dom), -EIO);
}

static void fails_coming_up(enum from from, uint32_t bit, unsigned int slow,
                            unsigned int *seen)
{
    unsigned int n;
    int rc;

    error = bit;
    for ( n = 1; ; n++ )
    {
        asleep(from);
        handled = failing = false;
        s->slow_ack = slow;
        at(n, global_error);
        rc = world_vote(dev_a, true);
        s->slow_ack = 0;
        if ( !over() )
            break;
        sim_settle();
        if ( smmu_unit_failed(u) )
        {
            pair_unit_failed();
            assert_cut_off(a, dev_a);
            assert_cut_off(b, dev_b);
            pair_unit_failed();
            *seen += handled;
        }
        else
        {
            /* Raised before it was programmed: that is not of now. */
            assert_false(handled);
            assert_int_equal(s->gerror ^ s->gerrorn, 0);
            if ( rc )
            {
                assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
                assert_true(link_of(a)->debt.all);
                pair_all_abort();
                pair_wake(dev_a);
            }
            pair_right(SID_A, a);
        }
        if ( host_complaints )
            fail_msg("before access %u, GERROR %#x: %s", n, bit,
                     host_first_complaint);
        assert_true(n < 1000);
    }
    assert_int_equal(rc, 0);
    pair_right(SID_A, a);
}

static void fails_from(enum from from)
{
    unsigned int seen = 0;

    fails_coming_up(from, 1U << 0, 0, &seen);   /* command queue */
    fails_coming_up(from, 1U << 2, 0, &seen);   /* event queue abort */
    fails_coming_up(from, 1U << 8, 0, &seen);   /* service failure */
    fails_coming_up(from, 1U << 8, 12, &seen);
    print_message("# failed by the handler at %u places\n", seen);
    assert_true(seen >= 9);
}

static void fails_from_on(void **state)     { fails_from(FROM_ON); }
static void fails_from_parked(void **state) { fails_from(FROM_PARKED); }
static void fails_from_off(void **state)    { fails_from(FROM_OFF); }

/* Nor does its ACK come: whoever notices, it has been told to abort. */
static void fails_and_no_ack(void **state)
{
    unsigned int n, seen = 0;

    error = 1U << 8;
    for ( n = 1; ; n++ )
    {
        asleep(FROM_PARKED);
        handled = false;
        sim_fail(1, SIM_DONE_ACK, false);
        at(n, global_error);
        assert_true(world_vote(dev_a, true) < 0);
        if ( !over() )
            break;
        assert_true(smmu_unit_failed(u));
        assert_int_equal(s->cr0 & 1, 0);
        assert_true(s->gbpa & 1U << 20);
        sim_revive(s);
        sim_settle();
        pair_unit_failed();
        seen += handled;
        assert_true(n < 1000);
    }
    assert_true(seen >= 3);
}

/* -- a flush fails while it comes up -------------------------------------- */

static int flush_rc;

static void flush(void)
{
    flush_rc = world_unmap(a, 0, 1);
}

static void start_flush(void)
{
    s->sync_dead = true;
    other_cpu(flush);
}

static void failing_flush(void)
{
    start_flush();
    sim_revive(s);
}

static void flush_fails(enum from from, void (*how)(void))
{
    unsigned int n, lost = 0;
    int rc;

    for ( n = 1; ; n++ )
    {
        asleep(from);
        at(n, how);
        rc = world_vote(dev_a, true);
        if ( !over() )
            break;
        sim_revive(s);
        sim_settle();
        if ( smmu_unit_failed(u) )
        {
            pair_unit_failed();
            assert_cut_off(a, dev_a);
        }
        else if ( flush_rc )
        {
            /* Blocked, whatever the wake has said; all is owed. */
            lost++;
            assert_int_equal(state_of(a), XEN_SMMU_LINK_DORMANT);
            assert_true(link_of(a)->debt.all);
            assert_true(test_aborts(s, SID_A, 0, 2));
            pair_wake(dev_a);
            pair_right(SID_A, a);
        }
        else
        {
            /* It came while that was asleep still: debt. */
            if ( rc )
                pair_wake(dev_a);
            pair_right(SID_A, a);
        }
        if ( host_complaints )
            fail_msg("before access %u: %s", n, host_first_complaint);
        assert_true(n < 1000);
    }
    print_message("# a flush failed at %u places\n", lost);
    assert_true(lost >= 2);
}

static void flush_fails_on(void **state)
{
    flush_fails(FROM_ON, failing_flush);
}
static void flush_fails_parked(void **state)
{
    flush_fails(FROM_PARKED, failing_flush);
}
static void flush_fails_off(void **state)
{
    flush_fails(FROM_OFF, failing_flush);
}

/* And no sync ever comes again: the wake fails, too. */
static void flush_fails_for_good(void **state)
{
    flush_fails(FROM_PARKED, start_flush);
}

/* -- use counts ----------------------------------------------------------- */

static bool holds;
static unsigned int hold_for;           /* its next turn, 0: never */

static void let_go(void)
{
    holds = false;
    other_cpu(look);                    /* it uses the registers once more */
}

/*
 * An interrupt handler: only of a unit whose registers are as they should be
 * does it get a count.
 */
static void take(void)
{
    struct smmu_faults faults = { .nr = 0 };

    if ( !smmu_unit_get(u) )
        return;
    holds = true;
    assert_true(u->state == XEN_SMMU_UNIT_ON ||
                u->state == XEN_SMMU_UNIT_PARKED);
    assert_false(s->off);
    if ( test_is(&sim_v3) )
        assert_true(s->cr0 & 1U << 3);  /* the queue is to run */
    else                                /* USFCFG, and not CLIENTPD */
        assert_int_equal(s->v2.config[V2_CR0][0] & 0x401, 0x400);
    u->backend->events(u, &faults);
    if ( hold_for )
        at(hold_for, let_go);
}

static void held_going_down(unsigned int turns)
{
    unsigned int n, held = 0;
    bool came;

    for ( n = 1; ; n++ )
    {
        asleep(FROM_OFF);
        pair_wake(dev_a);
        holds = false;
        hold_for = turns;
        at(n, take);
        pair_sleep(dev_a);
        came = turn == let_go || !countdown;
        over();
        if ( !came )
            break;
        if ( holds )
        {
            /* Not now; later, when nobody is there. */
            held++;
            assert_int_equal(u->state, XEN_SMMU_UNIT_PARKED);
            assert_false(s->off);
            assert_true(smmu_unit_get(u));
            smmu_unit_put(u);
            let_go();
            over();
            pair_wake(dev_a);
            pair_sleep(dev_a);
        }
        assert_int_equal(u->state, XEN_SMMU_UNIT_OFF);
        assert_true(s->off);
        assert_int_equal(smmu_unit_users(u), 0);
        pair_wake(dev_a);
        pair_right(SID_A, a);
        assert_int_equal(host_complaints, 0);
        assert_true(n < 1000);
    }
    assert_true(n > 5);
    assert_true(turns || held > 3);
}

static void held_going_down_1(void **state)   { held_going_down(1); }
static void held_going_down_3(void **state)   { held_going_down(3); }
static void held_going_down_10(void **state)  { held_going_down(10); }
static void held_going_down_all(void **state) { held_going_down(0); }

/* While it comes up nobody gets in before it is programmed. */
static void held_coming_up(void **state)
{
    unsigned int n, got = 0, refused = 0;

    for ( n = 1; ; n++ )
    {
        asleep(FROM_OFF);
        holds = false;
        hold_for = 2;
        at(n, take);
        pair_wake(dev_a);
        if ( !over() && turn == take )
            break;
        got += holds;
        refused += turn == take;
        if ( holds )
            let_go();
        over();
        assert_int_equal(smmu_unit_users(u), 0);
        pair_right(SID_A, a);
        pair_sleep(dev_a);
        assert_int_equal(u->state, XEN_SMMU_UNIT_OFF);
        assert_int_equal(host_complaints, 0);
        assert_true(n < 1000);
    }
    /* The first 10 accesses are to program it. */
    print_message("# refused at %u places\n", refused);
    assert_true(refused >= 10);
}

/* Who holds a count at the wrong moment finds an error, then lets go. */
static void fail_and_let_go(void)
{
    raise_error(1U << 8);
    let_go();
}

static void take_then_fail(void)
{
    if ( !smmu_unit_get(u) )
        return;
    holds = true;
    at(hold_for, fail_and_let_go);
}

/* It found out before power was let go: then it is not. */
static void fails_going_down(void **state)
{
    unsigned int n, failed = 0;
    uint64_t offs;

    for ( hold_for = 1; hold_for <= 4; hold_for++ )
        for ( n = 1; ; n++ )
        {
            asleep(FROM_OFF);
            pair_wake(dev_a);
            offs = s->nr_offs;
            holds = failing = false;
            at(n, take_then_fail);
            world_vote(dev_a, false);
            if ( !over() && turn == take_then_fail )
                break;
            if ( holds )
                fail_and_let_go();
            over();
            sim_settle();
            if ( !smmu_unit_failed(u) )
                continue;
            failed++;
            assert_int_equal(s->nr_offs, offs);
            pair_unit_failed();
            assert_cut_off(a, dev_a);
            assert_int_equal(host_complaints, 0);
            assert_true(n < 1000);
        }
    assert_true(failed > 10);
}

/* The handler comes while the gate is closed: looked at when it is open. */
static void handler_comes(void)
{
    if ( smmu_unit_get(u) )
    {
        /* Too early; the next time. */
        smmu_unit_put(u);
        at(1, handler_comes);
        return;
    }
    holds = true;
    sim_raise(s, 1U << 8);
    s->irq = false;
    smmu_store(&u->hot, 1);
    u->events.fn(u->events.arg);
}

static void error_while_closed(void **state)
{
    asleep(FROM_OFF);
    pair_wake(dev_a);
    assert_true(smmu_unit_get(u));
    holds = false;
    at(1, handler_comes);
    pair_sleep(dev_a);
    over();
    assert_true(holds);
    assert_int_equal(u->state, XEN_SMMU_UNIT_PARKED);
    smmu_unit_put(u);
    host_run_work();
    pair_unit_failed();
}

/* -- resumed while somebody waits ------------------------------------------ */

static unsigned int others_polls, my_polls;

/* It fails for good, and the host resumes: the queue is programmed anew. */
static void fail_and_resume(void)
{
    if ( smmu_unit_get(u) )
    {
        smmu_unit_fail(u, XEN_SMMU_REASON_CMDQ_ERROR);
        smmu_unit_put(u);
    }
    smmu_resume();
}

/* The other CPU goes on to its end, or until it waits for this one. */
static void resume_beside(void)
{
    if ( !pthread_equal(this_cpu, pthread_self()) )
    {
        __atomic_add_fetch(&others_polls, 1, __ATOMIC_RELAXED);
        return;
    }
    if ( !my_polls || --my_polls )
        return;
    done = false;
    started = true;
    others_polls = 0;
    assert_int_equal(pthread_create(&thread, NULL, run_other,
                                    (void *)(uintptr_t)fail_and_resume), 0);
    while ( !__atomic_load_n(&done, __ATOMIC_ACQUIRE) &&
            __atomic_load_n(&others_polls, __ATOMIC_RELAXED) < 200 )
        sched_yield();
}

/* A new queue's indices are no answer to who waits for the old one's. */
static void resumed_beside_waiter(void **state)
{
    unsigned int n, came = 0;
    int rc;

    for ( n = 1; n <= 20; n++ )
    {
        pair_build((struct pair_power){ .source = false });
        s->sync_dead = true;
        this_cpu = pthread_self();
        my_polls = n;
        host_other_cpu = resume_beside;
        rc = world_unmap(a, 0, 1);
        came += started;
        over();
        assert_int_equal(rc, -EIO);
        assert_true(smmu_domain_quarantined(a->d));
        sim_revive(s);
        sim_settle();
        pair_unit_failed();
        assert_int_equal(host_complaints, 0);
        a->zombie = true;
    }
    assert_true(came > 10);
}

/* An assertion may have failed half-way. */
static int end(void **state)
{
    over();
    s->slow_ack = 0;
    failing = false;

    return test_end(state);
}

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(fails_from_on), T(fails_from_parked), T(fails_from_off), T(flush_fails_on), T(flush_fails_parked),
        T(flush_fails_off), T(flush_fails_for_good), T(held_going_down_1),
        T(held_going_down_3), T(held_going_down_10), T(held_going_down_all),
        T(held_coming_up), T(fails_going_down), T(resumed_beside_waiter),
    };
    const struct CMUnitTest v3[] = {
        T(fails_and_no_ack), T(error_while_closed),
    };

    return test_run(tests, v3);
}
