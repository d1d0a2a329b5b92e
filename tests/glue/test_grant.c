/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A grant is unmapped: only the page that it has mapped, with the rights that
 * it gave, at the address that the guest names.
 */
#include "pair.h"
#include "fake-xen.h"
#include "xen/glue.h"

#include <xen/xen-smmu.h>

#define PAGES   8

static struct domain d1 = { .domain_id = 1 };
static struct vcpu v1 = { &d1 };
struct vcpu *current = &v1;

/* -- its P2M ----------------------------------------------------------------- */

static struct { uint64_t mfn; p2m_type_t t; } entries[PAGES];
static bool locked;
static int flush_fails;

void p2m_write_lock(struct p2m_domain *p2m)
{
    assert_ptr_equal(p2m, &d1.p2m);
    assert_false(locked);
    locked = true;
}

void p2m_write_unlock(struct p2m_domain *p2m)
{
    assert_true(locked);
    locked = false;
}

mfn_t p2m_get_entry(struct p2m_domain *p2m, gfn_t gfn, p2m_type_t *t,
                    void *access, unsigned int *order, bool *valid)
{
    assert_true(locked);
    *t = entries[gfn_x(gfn)].t;

    return *t == p2m_invalid ? INVALID_MFN : _mfn(entries[gfn_x(gfn)].mfn);
}

int p2m_set_entry(struct p2m_domain *p2m, gfn_t gfn, unsigned long nr,
                  mfn_t mfn, p2m_type_t t, unsigned int access)
{
    assert_true(locked);
    assert_int_equal(nr, 1);
    entries[gfn_x(gfn)].mfn = mfn_x(mfn);
    entries[gfn_x(gfn)].t = t;

    return flush_fails;
}

int guest_physmap_remove_page(struct domain *d, gfn_t gfn, mfn_t mfn,
                              unsigned int order)
{
    fail_msg("not looked at");
    return 0;
}

struct smmu_domain *xen_smmu_of(const struct domain *d) { return NULL; }
void put_page_alloc_ref(struct page_info *page) { }
void put_page(struct page_info *page) { }
void domain_crash(struct domain *d) { }

/* -- what is unmapped -------------------------------------------------------- */

#define PAGE    0x1234
#define RW      2                       /* where it is mapped, and how */
#define RO      3
#define OWN     4
#define EMPTY   5

static int begin(void **state)
{
    memset(entries, 0, sizeof(entries));
    entries[RW].mfn = entries[RO].mfn = PAGE;
    entries[RW].t = p2m_grant_map_rw;
    entries[RO].t = p2m_grant_map_ro;
    entries[OWN].mfn = PAGE + 1;
    entries[OWN].t = p2m_ram_rw;
    flush_fails = 0;

    return test_begin(state);
}

static void refused(unsigned long gfn, unsigned long mfn, bool readonly)
{
    unsigned int before = entries[gfn].t;

    assert_int_not_equal(xen_smmu_unmap_grant(&d1, gfn, mfn, readonly), 0);
    assert_int_equal(entries[gfn].t, before);
    assert_false(locked);
}

static void where_it_is(void **state)
{
    assert_int_equal(xen_smmu_unmap_grant(&d1, RW, PAGE, false), 0);
    assert_int_equal(entries[RW].t, p2m_invalid);
    assert_int_equal(xen_smmu_unmap_grant(&d1, RO, PAGE, true), 0);
    assert_int_equal(entries[RO].t, p2m_invalid);
    assert_false(locked);
}

static void twice(void **state)
{
    assert_int_equal(xen_smmu_unmap_grant(&d1, RW, PAGE, false), 0);
    refused(RW, PAGE, false);
}

static void elsewhere(void **state)
{
    refused(EMPTY, PAGE, false);
    refused(OWN, PAGE + 1, false);
    refused(RW, PAGE + 1, false);
}

/*
 * Mapped twice: a grant to write, named where the page is mapped to read only,
 * would be given back, and the page could be written still.
 */
static void other_rights(void **state)
{
    refused(RO, PAGE, false);
    refused(RW, PAGE, true);
}

static void not_flushed(void **state)
{
    flush_fails = -EIO;
    assert_int_equal(xen_smmu_unmap_grant(&d1, RW, PAGE, false), -EIO);
    assert_false(locked);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(where_it_is), T(twice), T(elsewhere), T(other_rights),
        T(not_flushed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
