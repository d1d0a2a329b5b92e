/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test builds only (CONFIG_XEN_SMMU_TEST): takes protections away, so that a
 * test can show what they protect from; and loses syncs.
 *
 *   smmu-test=no-tlbi      no invalidation of TLBs
 *   smmu-test=no-quiesce   domains are not stopped before they are torn down
 *   debug key 'Y'          the next sync to be awaited counts as lost
 *   debug key 'Z'          so do all from now on
 */
#include "glue.h"
#include "../backend.h"

#include <xen/init.h>
#include <xen/keyhandler.h>
#include <xen/param.h>

static bool no_tlbi, no_quiesce;
static uint64_t lose;               /* syncs to lose; ~0: all */

static struct smmu_backend test_backend;
static const struct smmu_backend *real_backend;

static int __init parse(const char *s)
{
    const char *end;

    do {
        end = strchr(s, ',') ?: strchr(s, '\0');
        if ( end - s == 7 && !strncmp(s, "no-tlbi", 7) )
            no_tlbi = true;
        else if ( end - s == 10 && !strncmp(s, "no-quiesce", 10) )
            no_quiesce = true;
        else
            return -EINVAL;
        s = end + 1;
    } while ( *end );

    return 0;
}
custom_param("smmu-test", parse);

bool xen_smmu_test_no_quiesce(void)
{
    return no_quiesce;
}

static int test_issue(struct smmu_unit *unit, const struct smmu_inv *inv,
                      unsigned int nr, uint64_t *ticket)
{
    /* One at a time would do; a VMID's comes alone or first. */
    if ( no_tlbi && nr && inv->kind == SMMU_INV_VMID )
    {
        inv++;
        nr--;
    }

    return real_backend->issue(unit, inv, nr, ticket);
}

static int test_wait(struct smmu_unit *unit, uint64_t ticket)
{
    if ( lose )
    {
        if ( lose != ~0ULL )
            lose--;
        return -ETIMEDOUT;
    }

    return real_backend->wait(unit, ticket);
}

void __init xen_smmu_test_unit(struct smmu_unit *unit)
{
    real_backend = unit->backend;
    test_backend = *real_backend;
    test_backend.issue = test_issue;
    test_backend.wait = test_wait;
    unit->backend = &test_backend;
    smmu_log(SMMU_WARN, "%s: TEST BUILD%s%s: for tests only", unit->name,
             no_tlbi ? ", no TLBI" : "", no_quiesce ? ", no quiesce" : "");
}

static void lose_key(unsigned char key)
{
    lose = key == 'Y' ? 1 : ~0ULL;
    smmu_log(SMMU_WARN, "test: %s lost", key == 'Y' ? "one sync will be"
                                                    : "all syncs will be");
}

static int __init test_init(void)
{
    register_keyhandler('Y', lose_key, "test: lose one SMMU sync", 0);
    register_keyhandler('Z', lose_key, "test: lose all SMMU syncs", 0);

    return 0;
}
__initcall(test_init);

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
