/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A word, and a look, on a CPU that orders less than the build machine's.
 *
 * What the driver stores by smmu_store() is seen by this CPU at once, by others
 * only when it has to be: before its next such store, and at a barrier, a
 * read-modify-write, or a lock let go.  So does Arm: a store-release does not
 * stay before the loads that come after it.
 *
 * Each time, another CPU does all of its work right after the n-th load of
 * this one's, for every n, and after the last.  Linked with --wrap.
 */
#include "other.h"
#include "pair.h"
#include "scmi.h"

/* -- the order of stores -------------------------------------------------- */

static __thread uint64_t *late_word;
static __thread uint64_t late_value;
static bool modelled;

static unsigned int loads_left;         /* until the other CPU's turn; 0: none */
static unsigned int stores_late;        /* when it came */
static void (*others_turn)(void);

uint64_t __real_smmu_load(const uint64_t *p);
void __real_smmu_store(uint64_t *p, uint64_t value);
uint64_t __real_smmu_cmpxchg(uint64_t *p, uint64_t old, uint64_t new);
uint64_t __real_smmu_add(uint64_t *p, uint64_t value);
void __real_smmu_wmb(void);
void __real_smmu_unlock(struct smmu_lock *lock, unsigned long flags);
void __real_smmu_mutex_unlock(struct smmu_mutex *mutex);
uint64_t __wrap_smmu_load(const uint64_t *p);
void __wrap_smmu_store(uint64_t *p, uint64_t value);
uint64_t __wrap_smmu_cmpxchg(uint64_t *p, uint64_t old, uint64_t new);
uint64_t __wrap_smmu_add(uint64_t *p, uint64_t value);
void __wrap_smmu_wmb(void);
void __wrap_smmu_unlock(struct smmu_lock *lock, unsigned long flags);
void __wrap_smmu_mutex_unlock(struct smmu_mutex *mutex);

static void drain(void)
{
    if ( late_word )
        __real_smmu_store(late_word, late_value);
    late_word = NULL;
}

static void other_comes(void)
{
    loads_left = 0;
    stores_late += late_word != NULL;
    other_cpu(others_turn);
}

uint64_t __wrap_smmu_load(const uint64_t *p)
{
    uint64_t value = p == late_word ? late_value : __real_smmu_load(p);

    /* The driver's own, where this CPU may be held up. */
    if ( loads_left && pthread_equal(this_cpu, pthread_self()) &&
         !host_entered() && !host_irqs_off() && !host_in_irq() &&
         --loads_left == 0 )
        other_comes();

    return value;
}

void __wrap_smmu_store(uint64_t *p, uint64_t value)
{
    drain();
    if ( !modelled )
    {
        __real_smmu_store(p, value);
        return;
    }
    late_word = p;
    late_value = value;
}

uint64_t __wrap_smmu_cmpxchg(uint64_t *p, uint64_t old, uint64_t new)
{
    drain();
    return __real_smmu_cmpxchg(p, old, new);
}

uint64_t __wrap_smmu_add(uint64_t *p, uint64_t value)
{
    drain();
    return __real_smmu_add(p, value);
}

void __wrap_smmu_wmb(void)
{
    drain();
    __real_smmu_wmb();
}

void __wrap_smmu_unlock(struct smmu_lock *lock, unsigned long flags)
{
    drain();
    __real_smmu_unlock(lock, flags);
}

void __wrap_smmu_mutex_unlock(struct smmu_mutex *mutex)
{
    drain();
    __real_smmu_mutex_unlock(mutex);
}

/* -- this CPU does one thing, the other another ---------------------------- */

static int rc_this, rc_other;

static void attach(void) { rc_other = world_attach(b, dev_b); }
static void attach_this(void) { rc_this = world_attach(b, dev_b); }
static void force(void)
{
    rc_this = smmu_force(b->d, XEN_SMMU_FORCE_SUSPEND);
}
static void force_other(void)
{
    rc_other = smmu_force(b->d, XEN_SMMU_FORCE_SUSPEND);
}
static void suspend(void) { rc_this = smmu_domain_suspend(b->d, true); }
static void suspend_other(void)
{
    rc_other = smmu_domain_suspend(b->d, true);
}
static void stop(void) { rc_this = smmu_domain_stop(b->d); }
static void stop_other(void) { rc_other = smmu_domain_stop(b->d); }

static bool open(void)
{
    unsigned int i;

    for ( i = 0; i < SLOTS; i++ )
        if ( !test_aborts(s, SID_B, 0, i) )
            return true;

    return false;
}

/* The other CPU at every load; afterwards `b` sleeps, whoever was first. */
static void sleeps_whenever(void (*mine)(void), void (*others)(void))
{
    unsigned int n, turns = 0;
    bool came;

    for ( n = 1; ; n++ )
    {
        pair_build((struct pair_power){ .source = false });
        this_cpu = pthread_self();
        others_turn = others;
        loads_left = n;
        modelled = true;
        mine();
        came = !loads_left;
        if ( !came )
            other_comes();              /* after the last: not drained yet */
        give_way();
        over();
        modelled = false;
        drain();
        host_run_work();
        if ( open() )
            fail_msg("at load %u: its streams are open, this CPU was told %d, the other %d",
                     n, rc_this, rc_other);
        assert_int_equal(host_complaints, 0);
        turns++;
        if ( !came )
            break;
        assert_true(n < 1000);
    }
    print_message("# at each of %u places\n", turns);
}

static void forced(void **state)     { sleeps_whenever(force, attach); }
static void forced_2(void **state)   { sleeps_whenever(attach_this, force_other); }
static void suspended(void **state)  { sleeps_whenever(suspend, attach); }
static void suspended_2(void **state)
{
    sleeps_whenever(attach_this, suspend_other);
}
static void stopped(void **state)    { sleeps_whenever(stop, attach); }
static void stopped_2(void **state)  { sleeps_whenever(attach_this, stop_other); }

/* -- a server is turned off as it is made ---------------------------------- */

static struct smmu_agent *made;

static void turn_off(void) { rc_this = smmu_scmi_switch(a->d, false); }

/* As the glue does it, at a device's assignment; and the guest speaks. */
static void make(void)
{
    made->domain->agent = made;
    smmu_agent_add(made, dev_a->dev);
    rc_other = smmu_agent_set(made, 0, false);
}

static void turned_off(void **state)
{
    unsigned int n;
    bool came;

    for ( n = 1; ; n++ )
    {
        pair_build((struct pair_power){ .source = false });
        made = smmu_agent_create(a->d);
        assert_non_null(made);
        this_cpu = pthread_self();
        others_turn = make;
        loads_left = n;
        modelled = true;
        turn_off();
        came = !loads_left;
        if ( !came )
            other_comes();
        over();
        modelled = false;
        drain();
        host_run_work();
        /* Who has no voice is awake. */
        assert_int_equal(rc_this, 0);
        assert_int_equal(state_of(a), XEN_SMMU_LINK_LIVE);
        if ( !came )
            break;
        assert_true(n < 1000);
    }
}

/* The model is one: what is stored is late for another CPU, and comes. */
static uint64_t word[2], seen[2];

static void look(void)
{
    seen[0] = __real_smmu_load(&word[0]);
    seen[1] = __real_smmu_load(&word[1]);
}

static void model(void **state)
{
    this_cpu = pthread_self();
    others_turn = look;
    modelled = true;
    smmu_store(&word[0], 1);
    smmu_store(&word[1], 1);
    assert_int_equal(smmu_load(&word[1]), 1);
    stores_late = 0;
    other_comes();
    over();
    assert_int_equal(stores_late, 1);
    assert_int_equal(seen[0], 1);
    assert_int_equal(seen[1], 0);
    smmu_cmpxchg(&word[0], 1, 2);
    other_comes();
    over();
    assert_int_equal(seen[1], 1);
    modelled = false;
}

static int end(void **state)
{
    modelled = false;
    loads_left = 0;
    drain();
    over();

    return test_end(state);
}

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(model), T(forced), T(forced_2), T(suspended), T(suspended_2),
        T(stopped), T(stopped_2), T(turned_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
