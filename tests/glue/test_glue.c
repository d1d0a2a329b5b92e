/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device's assignment, and a guest's access to its SCMI server, beside what
 * else may happen to the domain: at each moment.
 */
#include "pair.h"
#include "scmi.h"
#include "fake-xen.h"
#include "xen/glue.h"

#include <xen/xen-smmu.h>

const struct iommu_ops *glue_ops;
static struct domain d0, d1;
static struct vcpu v0 = { &d0 }, v1 = { &d1 };
struct vcpu *current = &v0;
static struct iommu_fwspec fwspec;
static struct device device = { { "/edu", true }, &fwspec };
static const struct mmio_handler_ops *handler;
static void *handler_priv;

/* -- what Xen does ---------------------------------------------------------- */

void domain_pause(struct domain *d)
{
    if ( d == current->domain )
        host_complain("a domain pauses itself: it would wait for ever");
    d->paused++;
}

void domain_unpause(struct domain *d) { d->paused--; }

void register_mmio_handler(struct domain *d,
                           const struct mmio_handler_ops *ops, uint64_t base,
                           uint64_t size, void *priv)
{
    if ( !d->paused )
        host_complain("a table that vCPUs use is sorted under them");
    handler = ops;
    handler_priv = priv;
}

struct domain *rcu_lock_domain_by_id(uint16_t id) { return NULL; }
int iommu_fwspec_add_ids(struct device *dev, const uint32_t *ids,
                         unsigned int nr) { return 0; }
int dt_property_read_string(const struct dt_device_node *node,
                            const char *name, const char **out) { return -1; }
bool xen_smmu_gather_add(struct smmu_domain *domain, uint64_t page)
{
    return false;
}
void xen_smmu_bridges(struct domain *d) { }
int xen_smmu_specifier(const struct smmu_unit *unit, const char *path,
                       const struct dt_phandle_args *args, uint32_t *id)
{
    *id = args->args[0];
    return 0;
}
struct smmu_range xen_smmu_range(const struct smmu_unit *unit, uint32_t id)
{
    return (struct smmu_range){ .first = id, .count = 1 };
}

/* -- the other CPU: at the n-th moment -------------------------------------- */

static unsigned int moments;            /* until its turn; 0: it has been */
static bool inside;
static void (*happens)(void);

static void moment(void)
{
    if ( !moments || inside || host_entered() || host_irqs_off() ||
         host_in_irq() || !host_at_rest() || --moments )
        return;
    inside = true;
    happens();
    inside = false;
}

void smp_mb(void) { moment(); }

uint64_t __real_smmu_load(const uint64_t *p);
uint64_t __wrap_smmu_load(const uint64_t *p);
uint64_t __wrap_smmu_load(const uint64_t *p)
{
    uint64_t value;

    moment();
    value = __real_smmu_load(p);
    moment();

    return value;
}

static void at_moment(unsigned int n, void (*fn)(void))
{
    moments = n;
    happens = fn;
    host_before_access = moment;
}

/* As domain_shutdown() has it: said first, then told. */
static void shut_down(unsigned int code)
{
    d1.is_shutting_down = true;
    d1.shutdown_code = code;
    xen_smmu_shutdown(&d1);
}

static void crash(void) { shut_down(SHUTDOWN_crash); }
static void suspend(void) { shut_down(SHUTDOWN_suspend); }

static void go_on(void)
{
    d1.is_shutting_down = false;
    xen_smmu_resume(&d1);
}

/* -- a domain and a device -------------------------------------------------- */

static void build(void)
{
    pair_build((struct pair_power){ .source = false });
    memset(&d1, 0, sizeof(d1));
    d1.domain_id = 1;
    d1.p2m.root = (struct page_info *)(uintptr_t)b->s2.ttb;
    d1.arch.vmmio.max_num_entries = 4;
    fwspec.iommu_priv = dev_b->dev;
    current = &v0;
    handler = NULL;
    xen_smmu_ops_register();
}

static int assign(void)
{
    return glue_ops->assign_device(&d1, 0, &device, 0);
}

static struct smmu_domain *made(void)
{
    return d1.iommu.arch.priv;
}

static bool asleep(void)
{
    struct smmu_link *link = made() ? smmu_domain_links(made()) : NULL;

    return !link || smmu_link_state(link) == XEN_SMMU_LINK_DORMANT;
}

static void gone(void)
{
    if ( dev_b->dev->link )
        assert_int_equal(glue_ops->reassign_device(&d1, NULL, 0, &device), 0);
    glue_ops->teardown(&d1);
}

static void assigned(void **state)
{
    build();
    assert_int_equal(assign(), 0);
    assert_false(asleep());
    assert_non_null(handler);
    assert_int_equal(d1.paused, 0);
    gone();
}

/* Whenever it crashes: no device of it is left awake. */
static void crashes(void **state)
{
    unsigned int n, refused = 0;

    for ( n = 0; ; n++ )
    {
        build();
        if ( !n )
            crash();
        else
            at_moment(n, crash);
        if ( assign() )
            refused++;
        host_before_access = NULL;
        if ( n && moments )
            break;
        assert_true(d1.is_shutting_down);
        if ( !asleep() )
            fail_msg("crashed at moment %u, its device is awake", n);
        assert_int_equal(host_complaints, 0);
        gone();
        assert_true(n < 1000);
    }
    /* And after it. */
    moments = 0;
    assert_false(asleep());
    crash();
    assert_true(asleep());
    print_message("# at %u moments, refused at %u\n", n, refused);
    assert_in_range(refused, 3, n);
    gone();
}

/* Whenever it is suspended: its device sleeps, until it goes on. */
static void is_suspended(void **state)
{
    unsigned int n;

    for ( n = 0; ; n++ )
    {
        build();
        if ( !n )
            suspend();
        else
            at_moment(n, suspend);
        assert_int_equal(assign(), 0);
        host_before_access = NULL;
        if ( n && moments )
            break;
        if ( !asleep() )
            fail_msg("suspended at moment %u, its device is awake", n);
        go_on();
        if ( asleep() )
            fail_msg("suspended at moment %u, its device never wakes", n);
        assert_int_equal(host_complaints, 0);
        gone();
        assert_true(n < 1000);
    }
    moments = 0;
    assert_false(asleep());
    suspend();
    assert_true(asleep());
    print_message("# at %u moments\n", n);
    assert_true(n > 3);
    gone();
}

/* One that assigns to itself is not paused: it would wait for itself. */
static void to_itself(void **state)
{
    build();
    current = &v1;
    assert_int_equal(assign(), 0);
    assert_null(handler);
    assert_null(made()->agent);
    assert_false(asleep());
    assert_logged("assigns devices to itself");
    current = &v0;
    gone();
}

/* -- its SCMI server -------------------------------------------------------- */

static void turn_on(void) { smmu_scmi_switch(made(), true); }
static void turn_off(void) { smmu_scmi_switch(made(), false); }

/* What a guest sees: it never gets an abort for what was there, or is not. */
static void turned(bool on)
{
    mmio_info_t info = { .gpa = 0x22001000 + 4, .dabt = { .size = 2 } };
    register_t value;
    unsigned int n, how, left;

    for ( how = 0; how < 2; how++ )
        for ( n = 1; ; n++ )
        {
            build();
            assert_int_equal(assign(), 0);
            if ( on )
                turn_off();
            at_moment(n, on ? turn_on : turn_off);
            value = 0x1234;
            if ( !(how ? handler->write(&v1, &info, 1, handler_priv)
                       : handler->read(&v1, &info, &value, handler_priv)) )
                fail_msg("turned %s at moment %u of a %s: an abort",
                         on ? "on" : "off", n, how ? "write" : "read");
            host_before_access = NULL;
            left = moments;
            moments = 0;
            if ( !how && value != 1 && value != 0xffffffff )
                fail_msg("turned %s at moment %u: %#lx was read",
                         on ? "on" : "off", n, value);
            gone();
            if ( left )
                break;
            assert_true(n < 100);
        }
    assert_true(n > 2);
}

static void turned_on(void **state)  { turned(true); }
static void turned_off(void **state) { turned(false); }

static int end(void **state)
{
    moments = 0;
    current = &v0;
    host_before_access = NULL;

    return test_end(state);
}

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(assigned), T(crashes), T(is_suspended), T(to_itself), T(turned_on),
        T(turned_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
