/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host's device tree says, and becomes: units that are driven or
 * refused, stream IDs, host bridges, interrupts.
 */
#include "test.h"
#include "fake-xen.h"
#include "smmu-v2.h"
#include "xen/glue.h"

#define NICE    (SIM_NASTY & ~SIM_EVICT)

const struct iommu_ops *glue_ops;
static struct domain d0, d1;
static struct vcpu v0 = { &d0 };
struct vcpu *current = &v0;
static struct sim *s;
static struct smmu_unit *u;
static struct world_dom *a, *b;

/* -- what Xen does ---------------------------------------------------------- */

void smp_mb(void) { }
void domain_pause(struct domain *d) { }
void domain_unpause(struct domain *d) { }
struct domain *rcu_lock_domain_by_id(uint16_t id) { return NULL; }
void xen_smmu_agent(struct domain *d, struct smmu_domain *domain) { }
void xen_smmu_power_source(struct smmu_unit *unit,
                           struct dt_device_node *node) { }
bool xen_smmu_gather_add(struct smmu_domain *domain, uint64_t page)
{
    return false;
}

static uint32_t stuck;                  /* lines that are up for nothing */

/* -- a tree ----------------------------------------------------------------- */

static struct device tree[16];
static unsigned int nodes;
static uint32_t cell[512];
static unsigned int cells;

static struct dt_device_node *node(const char *path)
{
    struct dt_device_node *np = &tree[nodes].node;

    memset(&tree[nodes], 0, sizeof(tree[nodes]));
    np->full_name = path;
    np->phandle = ++nodes;
    np->allnext = dt_host;
    dt_host = np;

    return np;
}

static void put(struct dt_device_node *np, const char *name, const void *value,
                size_t bytes)
{
    assert_true(np->nr_props < ARRAY_SIZE(np->prop));
    assert_true(cells + (bytes + 3) / 4 <= ARRAY_SIZE(cell));
    memcpy(&cell[cells], value, bytes);
    np->prop[np->nr_props++] = (struct fake_prop){ name, &cell[cells], bytes };
    cells += (bytes + 3) / 4;
}

#define CELLS(np, name, ...) \
    put(np, name, (uint32_t[]){ __VA_ARGS__ }, sizeof((uint32_t[]){ __VA_ARGS__ }))
#define STRINGS(np, name, text) put(np, name, text, sizeof(text))
#define EMPTY(np, name)         put(np, name, "", 0)

/* A unit that the probe has found before. */
static struct dt_device_node *unit_of(const struct sim_id *id,
                                      unsigned int iommu_cells)
{
    struct dt_device_node *np = node(world.units ? "/soc/smmu@1"
                                                 : "/soc/smmu@0");

    assert_int_equal(world_unit(id, NICE, true), 0);
    s = world.sim[world.units - 1];
    u = &world.unit[world.units - 1];
    u->node = np;
    CELLS(np, "#iommu-cells", iommu_cells);

    return np;
}

static struct dt_device_node *v2_unit(unsigned int iommu_cells)
{
    struct sim_id id = sim_v2_good();

    return unit_of(&id, iommu_cells);
}

static void as_domain(struct domain *d, uint16_t id,
                      const struct world_dom *dom)
{
    memset(d, 0, sizeof(*d));
    d->domain_id = id;
    d->p2m.root = (struct page_info *)(uintptr_t)dom->s2.ttb;
}

static void domains(void)
{
    a = world_create(0, 1);
    b = world_create(1, 1);
    world_map(a, 0, 0);
    world_map(b, 0, 0);
    as_domain(&d0, 0, a);
    as_domain(&d1, 1, b);
    xen_smmu_ops_register();
}

extern void *all;                       /* irq.c's list of lines */

static int begin(void **state)
{
    all = NULL;
    nodes = cells = 0;
    dt_host = NULL;
    memset(fake_irq, 0, sizeof(fake_irq));
    fake_irq_refused = -1;
    stuck = 0;

    return test_begin(state);
}

static int end(void **state)
{
    unsigned int i;

    if ( d0.iommu.arch.priv )
        glue_ops->teardown(&d0);
    if ( d1.iommu.arch.priv )
        glue_ops->teardown(&d1);
    for ( i = 0; i < nodes; i++ )
        iommu_fwspec_free(&tree[i]);

    return test_end(state);
}

/* -- stream IDs ------------------------------------------------------------- */

static bool reaches(const struct world_dom *dom, uint32_t sid)
{
    return test_reaches(s, sid, dom, 0, 0);
}

static bool aborts(uint32_t sid)
{
    return test_aborts(s, sid, 0, 0);
}

static struct dt_device_node *device_of(const struct dt_device_node *smmu,
                                        uint32_t id)
{
    struct dt_device_node *np = node("/soc/nic@1");

    CELLS(np, "iommus", smmu->phandle, id);

    return np;
}

static int given(struct dt_device_node *np)
{
    return iommu_add_dt_device(np) ?:
           glue_ops->assign_device(&d1, 0, dt_to_dev(np), 0);
}

/* One cell: the SMMU's mask says what of it does not count. */
static void one_cell(void **state)
{
    struct dt_device_node *smmu = v2_unit(1), *np = device_of(smmu, 0x0421);

    CELLS(smmu, "stream-match-mask", 0x7c00);
    domains();
    assert_true(aborts(0x21));
    assert_int_equal(given(np), 0);
    assert_true(np->is_protected);
    assert_true(reaches(b, 0x21));
    assert_true(reaches(b, 0x0421));
    assert_true(reaches(b, 0x7c21));
    assert_true(aborts(0x22));
    assert_true(aborts(0x0221));
}

/* Two: the second one is the mask, and the SMMU's means nothing. */
static void two_cells(void **state)
{
    struct dt_device_node *smmu = v2_unit(2), *np = node("/soc/nic@1");

    CELLS(smmu, "stream-match-mask", 0x7c00);
    CELLS(np, "iommus", smmu->phandle, 0x100, 0xf, smmu->phandle, 0x200, 0);
    domains();
    assert_int_equal(given(np), 0);
    assert_true(reaches(b, 0x100));
    assert_true(reaches(b, 0x10f));
    assert_true(aborts(0x110));
    assert_true(aborts(0x0500));
    assert_true(reaches(b, 0x200));
    assert_true(aborts(0x201));
}

/* Without SMRs a mask means nothing, and is no reason to refuse a device. */
static void indexed(void **state)
{
    struct sim_id id = sim_v2_indexed();
    struct dt_device_node *smmu = unit_of(&id, 1), *np = device_of(smmu, 0x11);

    CELLS(smmu, "stream-match-mask", 0x7c00);
    domains();
    assert_int_equal(given(np), 0);
    assert_true(reaches(b, 0x11));
    assert_true(aborts(0x12));
}

static void bad_cells(void **state)
{
    static const struct {
        unsigned int kind, cells;
        uint32_t id[3], mask;
        const char *why;
    } t[] = {
        { 2, 3, { 1, 2, 3 }, 0, "3 cells in 'iommus', smmu@0 takes 1 or 2" },
        { 2, 0, { 0 }, 0, "0 cells in 'iommus'" },
        { 3, 2, { 1, 2 }, 0, "2 cells in 'iommus', smmu@0 takes 1:" },
        { 2, 1, { 0x10001 }, 0, "stream ID 0x10001, mask 0: more than 16" },
        { 2, 2, { 1, 0x10000 }, 0, "stream ID 0x1, mask 0x10000: more" },
        { 2, 1, { 1 }, 0x10000, "stream ID 0x1, mask 0x10000: more" },
        /* Of the bits that the unit has. */
        { 2, 1, { 1 }, 0x8000, "cannot have the mask 0x8000" },
    };
    struct dt_device_node *smmu, *np;
    uint32_t iommus[4];
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(t); i++ )
    {
        struct sim_id id = t[i].kind == 3 ? sim_v3_good() : sim_v2_good();

        begin(state);
        smmu = unit_of(&id, t[i].cells);
        if ( t[i].mask )
            CELLS(smmu, "stream-match-mask", t[i].mask);
        np = node("/soc/nic@1");
        iommus[0] = smmu->phandle;
        memcpy(iommus + 1, t[i].id, sizeof(t[i].id));
        put(np, "iommus", iommus, 4 + 4 * t[i].cells);
        domains();
        if ( given(np) >= 0 )
            fail_msg("row %u was not refused", i);
        if ( !host_log_find(t[i].why) )
            fail_msg("row %u: no line has '%s'", i, t[i].why);
        assert_false(np->is_protected);
        assert_true(aborts(1));
        end(state);
    }
}

/* The old binding: the SMMU names its masters. */
static void masters(void **state)
{
    struct dt_device_node *smmu = v2_unit(1), *np = node("/soc/nic@1"),
                          *other = node("/soc/nic@2"),
                          *bridge = node("/soc/pcie@3");

    CELLS(np, "#stream-id-cells", 2);
    CELLS(other, "#stream-id-cells", 1);
    CELLS(other, "iommus", smmu->phandle, 0x66);
    CELLS(bridge, "#stream-id-cells", 0);
    CELLS(smmu, "stream-match-mask", 0x7c00);
    CELLS(smmu, "mmu-masters", np->phandle, 0x31, 0x0432, other->phandle, 0x55,
          bridge->phandle);
    domains();
    xen_smmu_legacy_masters(u, smmu);
    assert_logged("/soc/pcie@3, of its 'mmu-masters', cannot be assigned");
    assert_int_equal(given(np), 0);
    assert_true(reaches(b, 0x31));
    assert_true(reaches(b, 0x7c32));
    assert_true(aborts(0x55));
    /* Its own word counts. */
    assert_int_equal(given(other), 0);
    assert_true(reaches(b, 0x66));
    assert_true(aborts(0x55));
}

/* What cannot be is unprotected, as if it had not been named; others can. */
static void bad_masters(void **state)
{
    struct dt_device_node *smmu = v2_unit(1), *wide = node("/soc/nic@1"),
                          *twice = node("/soc/nic@2"), *np = node("/soc/nic@3");

    CELLS(wide, "#stream-id-cells", 1);
    CELLS(twice, "#stream-id-cells", 2);
    CELLS(np, "#stream-id-cells", 1);
    CELLS(smmu, "mmu-masters", wide->phandle, 0x10031, twice->phandle, 0x41,
          0x41, np->phandle, 0x51, np->phandle, 0x52);
    domains();
    xen_smmu_legacy_masters(u, smmu);
    assert_logged("/soc/nic@1, of its 'mmu-masters', cannot be assigned");
    assert_false(wide->is_protected);
    assert_null(dt_to_dev(wide)->fwspec);
    assert_int_equal(glue_ops->assign_device(&d1, 0, dt_to_dev(wide), 0),
                     -ENODEV);
    /* Named again: what it has it keeps. */
    assert_logged("/soc/nic@3, of its 'mmu-masters', cannot be assigned (-16)");
    assert_int_equal(given(np), 0);
    assert_true(reaches(b, 0x51));
    assert_true(aborts(0x52));
    assert_true(aborts(0x31));
}

/* -- host bridges ----------------------------------------------------------- */

/* What MMU-500's TBUs put on top of a requester ID. */
static void bridge_mask(void **state)
{
    struct dt_device_node *smmu = v2_unit(1), *np = node("/soc/pcie@1"), *nic;

    CELLS(smmu, "stream-match-mask", 0x7c00);
    CELLS(np, "iommu-map", 0, smmu->phandle, 0x0400, 0x100,
          0x100, smmu->phandle, 0x100, 0x10);
    nic = device_of(smmu, 0x20);
    EMPTY(nic, "xen,passthrough");
    domains();
    glue_ops->hwdom_init(&d0);
    assert_logged("streams of PCIe host bridge /soc/pcie@1 are d0's");
    assert_not_logged("will abort");
    assert_true(reaches(a, 0x10));
    assert_true(reaches(a, 0x0410));
    assert_true(reaches(a, 0x7c10));
    assert_true(reaches(a, 0x0505));
    assert_true(aborts(0x0210));
    /* What was taken out of it is another's, under each of them. */
    assert_true(aborts(0x20));
    assert_true(aborts(0x1420));
    assert_int_equal(glue_ops->assign_device(&d1, 0, dt_to_dev(nic), 0), 0);
    assert_true(reaches(b, 0x1420));
    assert_true(reaches(a, 0x1421));
}

/* Where no bit above the mask's counts a longer range repeats itself. */
static void bridge_whole(void **state)
{
    struct dt_device_node *smmu = v2_unit(1), *np = node("/soc/pcie@1");

    CELLS(smmu, "stream-match-mask", 0x7c00);
    CELLS(np, "iommu-map", 0, smmu->phandle, 0, 0x8000);
    domains();
    glue_ops->hwdom_init(&d0);
    assert_not_logged("will abort");
    assert_true(reaches(a, 0x03ff));
    assert_true(reaches(a, 0x0400));
    assert_true(reaches(a, 0x7fff));
}

/* It begins with bits of the mask, and goes on past them. */
static void bridge_past(void **state)
{
    struct dt_device_node *smmu = v2_unit(1), *np = node("/soc/pcie@1");

    CELLS(smmu, "stream-match-mask", 0x0c00);
    CELLS(np, "iommu-map", 0, smmu->phandle, 0x0c00, 0x800);
    domains();
    glue_ops->hwdom_init(&d0);
    assert_logged("/soc/pcie@1: stream IDs from 0x400 on are beyond smmu@0's");
    assert_true(reaches(a, 0x0fff));
    assert_true(aborts(0x1000));
}

static void bridge_beyond(void **state)
{
    struct dt_device_node *smmu = v2_unit(1), *np = node("/soc/pcie@1"),
                          *off = node("/soc/pcie@2"), *far = node("/soc/pcie@3");

    CELLS(smmu, "stream-match-mask", 0x0c00);
    CELLS(np, "iommu-map", 0, smmu->phandle, 0x200, 0x2000);
    CELLS(off, "iommu-map", 0, smmu->phandle, 0x5000, 0x10);
    STRINGS(off, "status", "disabled");
    CELLS(far, "iommu-map", 0, smmu->phandle, 0x18000, 0x10);
    domains();
    glue_ops->hwdom_init(&d0);
    assert_logged("stream IDs from 0x400 on are beyond smmu@0's");
    assert_logged("/soc/pcie@3: stream IDs beyond the SMMU's");
    assert_true(reaches(a, 0x200));
    assert_true(reaches(a, 0x0e00));
    assert_true(aborts(0x1000));
    assert_true(aborts(0x5000));
}

/* -- interrupts ------------------------------------------------------------- */

/* Whether the unit holds its line up. */
static bool is_up(unsigned int unit)
{
    world.sim[unit]->v2.masked = false;

    return world.sim[unit]->kind->irq(world.sim[unit]);
}

/* Lines as the units hold them; `of`: which unit holds which line. */
static void take(const int *of, unsigned int units)
{
    unsigned int i, k, again;
    bool up;

    for ( i = 0; i < FAKE_IRQS; i++ )
        for ( again = 0; ; again++ )
        {
            up = stuck >> i & 1;
            for ( k = 0; k < units; k++ )
                up |= of[k] == (int)i && is_up(k);
            if ( !up || !fake_irq[i].nr || fake_irq[i].masked )
                break;
            if ( again > 2 )
                fail_msg("interrupt %u comes again and again", i);
            fake_irq[i].taken++;
            host_irq_enter();
            for ( k = 0; k < fake_irq[i].nr; k++ )
                fake_irq[i].action[k].fn(i, fake_irq[i].action[k].arg);
            host_irq_leave();
        }
}

static void pass(const int *of, unsigned int units, unsigned int ms)
{
    for ( ms *= 10; ms; ms-- )
    {
        take(of, units);
        world_wait(100000);
    }
}

static void fault(unsigned int unit, uint64_t ipa)
{
    assert_int_equal(sim_dma(world.sim[unit], 0x77, ipa, true), TXN_ABORTED);
}

/* One line, named as often as there are banks. */
static void a_fault(void **state)
{
    struct dt_device_node *smmu = v2_unit(1);
    const int of[] = { 5 };
    unsigned int i;
    char ipa[16];

    CELLS(smmu, "interrupts", 5, 6, 5, 5, 99);
    xen_smmu_v2_irqs(u, smmu);
    assert_int_equal(fake_irq[5].nr, 1);
    assert_int_equal(fake_irq[6].nr, 1);
    assert_not_logged("no interrupt");
    for ( i = 0; i < 10; i++ )
    {
        snprintf(ipa, sizeof(ipa), "%#x", 0x71000000 + i * 0x1000);
        fault(0, 0x71000000 + i * 0x1000);
        take(of, 1);
        assert_int_equal(fake_irq[5].taken, i + 1);
        assert_true(fake_irq[5].masked);        /* until it was looked at */
        pass(of, 1, 30);
        assert_int_equal(host_log_count(ipa), 1);
        assert_int_equal(fake_irq[5].taken, i + 1);
        assert_false(fake_irq[5].masked);
        assert_false(fake_irq[6].masked);
        host_time_ns += 1000000000;
    }
}

/* Up for nothing: not for ever, and it says so. */
static void dropped(void **state)
{
    struct dt_device_node *smmu = v2_unit(1);
    const int of[] = { 5 };
    unsigned int taken;

    CELLS(smmu, "interrupts", 5, 6);
    xen_smmu_v2_irqs(u, smmu);
    stuck = 1U << 6;
    pass(of, 1, 100);
    assert_in_range(fake_irq[6].taken, 10, 25);
    /* A fault meanwhile, on the other line or this one, is heard. */
    fault(0, 0x72000000);
    pass(of, 1, 20);
    assert_logged("0x72000000");
    pass(of, 1, 1500);
    assert_in_range(fake_irq[6].taken, 100, 120);
    assert_logged("smmu@0: interrupt 6 is up, and no fault is: it is not listened to any more");
    assert_int_equal(host_log_count("not listened to"), 1);
    taken = fake_irq[6].taken;
    pass(of, 1, 500);
    assert_int_equal(fake_irq[6].taken, taken);
    fault(0, 0x73000000);
    pass(of, 1, 20);
    assert_logged("0x73000000");
    assert_false(fake_irq[5].masked);
}

/* Two units have one line: it waits for both. */
static void shared(void **state)
{
    struct dt_device_node *first = v2_unit(1), *second;
    const int of[] = { 5, 5 };
    unsigned int i;

    CELLS(first, "interrupts", 5);
    xen_smmu_v2_irqs(u, first);
    second = v2_unit(1);
    CELLS(second, "interrupts", 5);
    xen_smmu_v2_irqs(u, second);
    assert_int_equal(fake_irq[5].nr, 2);
    for ( i = 0; i < 20; i++ )
    {
        fault(i & 1, 0x74000000 + i * 0x1000);
        pass(of, 2, 30);
        assert_int_equal(fake_irq[5].taken, i + 1);
        assert_false(fake_irq[5].masked);
        assert_int_equal(world.unit[i & 1].nr_events, i / 2 + 1);
        host_time_ns += 1000000000;
    }
    /* One floods, and cools: it is not through while the other one is. */
    for ( i = 0; i < 300; i++ )
    {
        if ( i % 10 == 0 )
            fault(0, 0x75000000);
        take(of, 2);
        world_wait(100000);
    }
    assert_in_range(fake_irq[5].taken, 21, 22);
    pass(of, 2, 30);
    assert_false(fake_irq[5].masked);
}

/* All faults are the one's: it is not the other one's line for nothing. */
static void shared_quiet(void **state)
{
    struct dt_device_node *np;
    const int of[] = { 5, 5 };
    unsigned int i, which;

    for ( which = 0; which < 2; which++ )
    {
        begin(state);
        np = v2_unit(1);
        CELLS(np, "interrupts", 5);
        xen_smmu_v2_irqs(u, np);
        np = v2_unit(1);
        CELLS(np, "interrupts", 5);
        xen_smmu_v2_irqs(u, np);
        for ( i = 0; i < 250; i++ )
        {
            fault(which, 0x76000000 + i * 0x1000);
            pass(of, 2, 15);
            host_time_ns += 200000000;
        }
        assert_not_logged("not listened to");
        assert_int_equal(world.unit[which].nr_events, 250);
        assert_int_equal(world.unit[!which].nr_events, 0);
        assert_false(fake_irq[5].masked);
        /* Up for neither, it is dropped, and that is said once. */
        stuck = 1U << 5;
        pass(of, 2, 2000);
        assert_true(fake_irq[5].masked);
        assert_int_equal(host_log_count("not listened to"), 1);
        test_end(state);
    }
}

/* One of the two fails: the other one is heard on. */
static void shared_failed(void **state)
{
    struct dt_device_node *first, *second;
    const int of[] = { 5, 5 };
    unsigned int when;
    char ipa[16];

    for ( when = 0; when < 40; when++ )
    {
        begin(state);
        first = v2_unit(1);
        CELLS(first, "interrupts", 5);
        xen_smmu_v2_irqs(u, first);
        second = v2_unit(1);
        CELLS(second, "interrupts", 5);
        xen_smmu_v2_irqs(u, second);
        fault(1, 0x76000000);
        take(of, 2);
        world_wait(500000 * when);
        assert_true(smmu_unit_get(&world.unit[0]));
        smmu_unit_fail(&world.unit[0], XEN_SMMU_REASON_SERVICE_FAILURE);
        smmu_unit_put(&world.unit[0]);
        pass(of, 2, 30);
        if ( fake_irq[5].masked )
            fail_msg("one failed after %u us: the other one is not heard",
                     500 * when);
        host_time_ns += 1000000000;
        snprintf(ipa, sizeof(ipa), "%#x", 0x77000000);
        fault(1, 0x77000000);
        pass(of, 2, 30);
        assert_logged(ipa);
        assert_false(fake_irq[5].masked);
        test_end(state);
    }
}

/* One of the two is off, or goes off: the other one is heard on. */
static void shared_off(void **state)
{
    struct sim_id id = sim_v2_good();
    struct dt_device_node *np;
    const int of[] = { 5, 5 };
    unsigned int when;

    for ( when = 0; when < 40; when++ )
    {
        begin(state);
        smmu_store(&smmu_delay, 0);
        np = node("/soc/smmu@0");
        assert_int_equal(world_powered(&id, NICE, true, true, false,
                                       SIM_CACHES_KEPT), 0);
        u = &world.unit[0];
        CELLS(np, "interrupts", 5);
        xen_smmu_v2_irqs(u, np);
        np = v2_unit(1);
        CELLS(np, "interrupts", 5);
        xen_smmu_v2_irqs(u, np);
        domains();
        assert_int_equal(world.unit[0].state, XEN_SMMU_UNIT_OFF);
        assert_int_equal(world_attach(a, world_dev(0, 8)), 0);
        assert_int_equal(world.unit[0].state, XEN_SMMU_UNIT_ON);
        if ( when < 20 )
            assert_int_equal(world_vote(&world.dev[0], false), 0);
        fault(1, 0x76000000);
        take(of, 2);
        world_wait(500000 * (when % 20));
        assert_int_equal(world_vote(&world.dev[0], false), 0);
        assert_int_equal(world.unit[0].state, XEN_SMMU_UNIT_OFF);
        pass(of, 2, 30);
        if ( fake_irq[5].masked )
            fail_msg("one off %s, at %u us: the other one is not heard",
                     when < 20 ? "before" : "then", 500 * (when % 20));
        host_time_ns += 1000000000;
        fault(1, 0x77000000);
        pass(of, 2, 30);
        assert_logged("0x77000000");
        /* And the one that comes back. */
        assert_int_equal(world_vote(&world.dev[0], true), 0);
        pass(of, 2, 30);
        host_time_ns += 1000000000;
        fault(0, 0x78000000);
        pass(of, 2, 30);
        assert_logged("0x78000000");
        assert_false(fake_irq[5].masked);
        test_end(state);
    }
}

/* A unit with a power source, on, with a line of its own. */
static void powered_alone(void)
{
    struct sim_id id = sim_v2_good();
    struct dt_device_node *np = node("/soc/smmu@0");

    smmu_store(&smmu_delay, 0);
    assert_int_equal(world_powered(&id, NICE, true, true, false,
                                   SIM_CACHES_KEPT), 0);
    CELLS(np, "interrupts", 5);
    xen_smmu_v2_irqs(&world.unit[0], np);
    domains();
    assert_int_equal(world_attach(a, world_dev(0, 8)), 0);
}

/* Its line is nobody else's: masked while it is off, it is heard again. */
static void alone_off(void **state)
{
    const int of[] = { 5 };

    powered_alone();
    fault(0, 0x76000000);
    take(of, 1);
    assert_true(fake_irq[5].masked);
    assert_int_equal(world_vote(&world.dev[0], false), 0);
    pass(of, 1, 30);
    assert_true(fake_irq[5].masked);
    assert_int_equal(world_vote(&world.dev[0], true), 0);
    pass(of, 1, 30);
    assert_false(fake_irq[5].masked);
    fault(0, 0x77000000);
    pass(of, 1, 30);
    assert_logged("0x77000000");
}

static void (*real_listen)(struct smmu_unit *unit, bool looked);

static void off_meanwhile(struct smmu_unit *unit, bool looked)
{
    unit->listen = real_listen;
    assert_int_equal(world_vote(&world.dev[0], false), 0);
    assert_int_equal(unit->state, XEN_SMMU_UNIT_OFF);
    real_listen(unit, looked);
}

/* It has looked, and goes off before its line is let through. */
static void off_after_look(void **state)
{
    const int of[] = { 5 };

    powered_alone();
    real_listen = world.unit[0].listen;
    world.unit[0].listen = off_meanwhile;
    fault(0, 0x76000000);
    pass(of, 1, 30);
    assert_logged("0x76000000");
    assert_ptr_equal(world.unit[0].listen, real_listen);
    /* The simulated one would interrupt by itself, too, masked or not. */
    world.sim[0]->v2.masked = true;
    assert_int_equal(world_vote(&world.dev[0], true), 0);
    pass(of, 1, 30);
    assert_false(fake_irq[5].masked);
}

/* A failed one that holds its line up, and hears nothing, hangs nobody. */
static void failed_and_up(void **state)
{
    struct dt_device_node *smmu = v2_unit(1);
    const int of[] = { 5 };

    CELLS(smmu, "interrupts", 5);
    xen_smmu_v2_irqs(u, smmu);
    stuck = 1U << 5;
    take(of, 1);
    s->ack_dead = true;
    assert_true(smmu_unit_get(u));
    smmu_unit_fail(u, XEN_SMMU_REASON_SERVICE_FAILURE);
    smmu_unit_put(u);
    pass(of, 1, 3000);
    assert_int_equal(fake_irq[5].taken, 1);
    s->ack_dead = false;
    pass(of, 1, 300);
    assert_true(sim_blocks(s));
}

static void no_lines(void **state)
{
    struct sim_id id = sim_v3_good();
    struct dt_device_node *smmu = v2_unit(1), *other;

    CELLS(smmu, "interrupts", 99);
    xen_smmu_v2_irqs(u, smmu);
    assert_logged("smmu@0: no interrupt in its device tree node");
    host_log_clear();
    fake_irq_refused = 4;
    other = unit_of(&id, 1);
    CELLS(other, "interrupts", 3, 4, 7);
    STRINGS(other, "interrupt-names", "eventq\0gerror\0priq");
    xen_smmu_v3_irqs(u, other);
    assert_logged("smmu@1: cannot have interrupt 4 (-16)");
    assert_not_logged("no interrupt");
    assert_int_equal(fake_irq[3].nr, 1);
    assert_int_equal(fake_irq[4].nr, 0);
    assert_int_equal(fake_irq[7].nr, 0);
    CELLS(smmu, "#global-interrupts", 1);
    assert_int_equal(xen_smmu_context_irqs(smmu), 0);
}

static void context_irqs(void **state)
{
    struct dt_device_node *np = node("/soc/smmu@0"), *none = node("/soc/x");

    CELLS(np, "interrupts", 1, 2, 3, 4, 5);
    assert_int_equal(xen_smmu_context_irqs(np), 4);
    CELLS(np, "#global-interrupts", 2);
    assert_int_equal(xen_smmu_context_irqs(np), 3);
    CELLS(none, "#global-interrupts", 2);
    assert_int_equal(xen_smmu_context_irqs(none), 0);
}

/* -- the probe -------------------------------------------------------------- */

extern const struct fake_driver xen_smmu_v2, xen_smmu_v3;
extern bool *const fake_opt_smmu, *const fake_opt_prefetch;
unsigned long max_page;
static struct sim_id probed;
static unsigned int maps, restricted;

void p2m_restrict_ipa_bits(unsigned int bits) { restricted = bits; }
void iounmap(void *p) { maps--; }

void *ioremap_nocache(uint64_t base, size_t bytes)
{
    maps++;
    s = sim_new(&probed, NICE, true);

    return sim_regs(s);
}

static struct dt_device_node *mmu500(void)
{
    struct dt_device_node *np = node("/soc/iommu@5000000");

    probed = sim_v2_good();
    max_page = 1UL << (HOST_RAM_BITS - 12);
    maps = restricted = 0;
    CELLS(np, "reg", 0x5000000, 0x800000);
    CELLS(np, "interrupts", 5, 6);
    EMPTY(np, "dma-coherent");

    return np;
}

/* As Xen: who has none of the driver's names is not asked. */
static int probe(struct dt_device_node *np)
{
    const struct dt_device_match *m;

    for ( m = xen_smmu_v2.dt_match; m->compatible; m++ )
        if ( dt_device_is_compatible(np, m->compatible) )
            return xen_smmu_v2.init(np, NULL);

    return -ENXIO;
}

static void refused_node(struct dt_device_node *np, const char *why)
{
    assert_int_equal(probe(np), -ENODEV);
    if ( why && !host_log_find(why) )
        fail_msg("no line has '%s'", why);
    if ( why )
        assert_logged("iommu@5000000: refused");
    assert_int_equal(maps, 0);          /* not even looked at */
    assert_null(smmu_unit_first());
    assert_int_equal(np->used_by, 0);
    assert_int_equal(fake_irq[5].nr, 0);
    assert_int_equal(host_counts.live, 0);
}

/* By their fallback they would be taken for what they are not. */
static void refused_nodes(void **state)
{
#define ROW(list, why) { list, sizeof(list), why }
    static const struct { const char *list; size_t bytes; const char *why; }
        t[] = {
        ROW("qcom,sdm845-smmu-500\0arm,mmu-500", "Qualcomm"),
        ROW("arm,mmu-500\0qcom,adreno-smmu", "Qualcomm"),
        ROW("cavium,smmu-v2\0arm,smmu-v2", "erratum 27704"),
        ROW("nvidia,tegra194-smmu\0arm,mmu-500", "several SMMUs"),
        ROW("nvidia,smmu-500\0arm,mmu-500", "several SMMUs"),
    };
    struct dt_device_node *np;
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(t); i++ )
    {
        begin(state);
        np = mmu500();
        put(np, "compatible", t[i].list, t[i].bytes);
        refused_node(np, t[i].why);
    }
    /* Not in the list: not even asked, so that they stay dom0's. */
    begin(state);
    np = mmu500();
    STRINGS(np, "compatible", "cavium,smmu-v2");
    assert_int_equal(probe(np), -ENXIO);
}

static void refused_properties(void **state)
{
    struct dt_device_node *np = mmu500();

    np->prop[0].name = "no-reg";
    STRINGS(np, "compatible", "arm,mmu-500");
    CELLS(np, "reg", 0x5000000, 0x800000, 0x6000000, 0x800000);
    refused_node(np, "more than one 'reg'");
    begin(state);
    np = mmu500();
    STRINGS(np, "compatible", "arm,smmu-v1");
    EMPTY(np, "calxeda,smmu-secure-config-access");
    refused_node(np, "secure side");
    begin(state);
    np = mmu500();
    STRINGS(np, "compatible", "arm,mmu-500");
    np->prop[0].name = "no-reg";
    refused_node(np, "no 'reg' of a page");
    begin(state);
    np = mmu500();
    STRINGS(np, "compatible", "arm,mmu-500");
    *fake_opt_smmu = false;
    refused_node(np, NULL);
    *fake_opt_smmu = true;
}

static void found_it(struct dt_device_node *np)
{
    assert_int_equal(probe(np), 0);
    assert_int_equal(maps, 1);
    u = smmu_unit_first();
    assert_non_null(u);
    sim_bind(s, u);
    assert_ptr_equal(u->node, np);
    assert_string_equal(u->name, "iommu@5000000");
    assert_int_equal(np->used_by, DOMID_XEN);
    assert_int_equal(restricted, u->ipa_bits);
    assert_true(u->coherent);
    assert_non_null(u->listen);
    assert_int_equal(fake_irq[5].nr, 1);
    assert_true(sim_blocks(s));
}

static void found_nodes(void **state)
{
    struct dt_device_node *np, *clock, *fixed;

    np = mmu500();
    STRINGS(np, "compatible", "vendor,smmu\0arm,mmu-500");
    found_it(np);
    assert_not_logged("clk_ignore_unused");

    begin(state);
    np = mmu500();
    STRINGS(np, "compatible", "arm,mmu-500");
    fixed = node("/osc");
    STRINGS(fixed, "compatible", "fixed-clock");
    CELLS(fixed, "#clock-cells", 0);
    CELLS(np, "clocks", fixed->phandle);
    found_it(np);
    assert_not_logged("clk_ignore_unused");

    /* Somebody else's: dom0's. */
    begin(state);
    np = mmu500();
    STRINGS(np, "compatible", "arm,mmu-500");
    fixed = node("/osc");
    STRINGS(fixed, "compatible", "fixed-clock");
    CELLS(fixed, "#clock-cells", 0);
    clock = node("/soc/clock@1");
    STRINGS(clock, "compatible", "vendor,clock");
    CELLS(clock, "#clock-cells", 1);
    CELLS(np, "clocks", fixed->phandle, clock->phandle, 7, clock->phandle, 8);
    found_it(np);
    assert_logged("iommu@5000000: its clocks are dom0's");
    assert_int_equal(host_log_count("clk_ignore_unused"), 1);
}

/* The probe itself refuses: nothing is left behind. */
static void refused_unit(void **state)
{
    struct dt_device_node *np = mmu500();

    STRINGS(np, "compatible", "arm,mmu-500");
    max_page = 1UL << (49 - 12);
    assert_int_equal(probe(np), -ENODEV);
    assert_logged("too few address bits");
    assert_int_equal(maps, 0);
    assert_int_equal(host_counts.live, 0);
    assert_int_equal(np->used_by, 0);

    /* One that had to be started to see it stays mapped: it is to abort. */
    begin(state);
    np = mmu500();
    STRINGS(np, "compatible", "arm,mmu-500");
    probed.locked = true;
    assert_int_equal(probe(np), -ENODEV);
    assert_logged("smmu-prefetch");
    assert_null(smmu_unit_first());
    assert_int_equal(maps, 1);
    assert_int_equal(sim_dma(s, 5, 0x1000, true), TXN_ABORTED);

    begin(state);
    np = mmu500();
    STRINGS(np, "compatible", "arm,mmu-500");
    probed.locked = true;
    *fake_opt_prefetch = true;
    found_it(np);
    *fake_opt_prefetch = false;
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(one_cell), T(two_cells), T(indexed), T(bad_cells), T(masters),
        T(bad_masters), T(bridge_mask), T(bridge_whole), T(bridge_past),
        T(bridge_beyond), T(a_fault), T(dropped), T(shared), T(shared_quiet),
        T(shared_failed), T(shared_off), T(alone_off),
        T(off_after_look),
        T(failed_and_up), T(no_lines), T(context_irqs), T(refused_nodes), T(refused_properties),
        T(found_nodes), T(refused_unit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
