/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test builds only (CONFIG_XEN_SMMU_TEST): takes protections away, so that a
 * test can show what they protect from; and loses syncs.
 *
 *   smmu-test=no-tlbi      no invalidation of TLBs, but for the whole unit
 *   smmu-test=no-inv-all   none of the whole unit, configuration included
 *   smmu-test=no-quiesce   domains are not stopped before they are torn down
 *   smmu-test=no-keep      pages are freed before the gather with them is
 *                          flushed
 *   smmu-test=no-break     an entry is replaced, or a superpage split, without
 *                          a flush between the old one and the new
 *   smmu-test=any-unmap    a grant is unmapped wherever the guest says
 *   smmu-test=power        a power source that holds the masters; each time it
 *                          turns a unit off it scrambles all registers, lets
 *                          GBPA bypass, and leaves the caches as they were
 *   smmu-test=power-loose  the same, but it does not hold the masters
 *   debug key 'Y'          the next sync to be awaited counts as lost
 *   debug key 'Z'          so do all from now on
 */
#include "glue.h"
#include "../smmu-v3-priv.h"

#include <xen/init.h>
#include <xen/keyhandler.h>
#include <xen/param.h>

static bool no_tlbi, no_inv_all, no_quiesce, no_keep, no_break, any_unmap;
static bool power, power_loose;
static uint64_t lose;               /* syncs to lose; ~0: all */

static struct smmu_backend test_backend;
static const struct smmu_backend *real_backend;

static int __init parse(const char *s)
{
    const char *end;

    static const struct {
        const char *name;
        bool *flag;
    } words[] = {
        { "no-tlbi", &no_tlbi }, { "no-inv-all", &no_inv_all },
        { "no-quiesce", &no_quiesce }, { "no-keep", &no_keep },
        { "no-break", &no_break }, { "any-unmap", &any_unmap },
        { "power", &power },
        { "power-loose", &power_loose },
    };
    unsigned int i;

    do {
        end = strchr(s, ',') ?: strchr(s, '\0');
        for ( i = 0; i < ARRAY_SIZE(words); i++ )
            if ( end - s == strlen(words[i].name) &&
                 !strncmp(s, words[i].name, end - s) )
                break;
        if ( i == ARRAY_SIZE(words) )
            return -EINVAL;
        *words[i].flag = true;
        s = end + 1;
    } while ( *end );

    return 0;
}
custom_param("smmu-test", parse);

bool xen_smmu_test_no_quiesce(void)
{
    return no_quiesce;
}

bool xen_smmu_test_no_keep(void)
{
    return no_keep;
}

bool xen_smmu_test_no_break(void)
{
    return no_break;
}

bool xen_smmu_test_any_unmap(void)
{
    return any_unmap;
}

static bool left_out(enum smmu_inv_kind kind)
{
    return kind == SMMU_INV_ALL ? no_inv_all
                                : no_tlbi && kind != SMMU_INV_STREAMS;
}

static int test_issue(struct smmu_unit *unit, const struct smmu_inv *inv,
                      unsigned int nr, uint64_t *ticket)
{
    struct smmu_inv kept[ARRAY_SIZE(((struct smmu_inv_list *)0)->inv)];
    unsigned int i, n = 0;

    ASSERT(nr <= ARRAY_SIZE(kept));
    for ( i = 0; i < nr; i++ )
        if ( !left_out(inv[i].kind) )
            kept[n++] = inv[i];

    return real_backend->issue(unit, kept, n, ticket);
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
    smmu_log(SMMU_WARN, "%s: TEST BUILD%s%s%s: for tests only", unit->name,
             no_tlbi ? ", no TLBI" : "",
             no_inv_all ? ", no invalidation of all" : "",
             no_quiesce ? ", no quiesce" : "");
}

/* Its power is back: what it finds is what `off` left. */
static int test_on(struct smmu_unit *unit)
{
    smmu_log(SMMU_INFO, "%s: test power on", unit->name);

    return 0;
}

/* Registers lost, GBPA at a reset value of bypass, caches as they were. */
static int test_off(struct smmu_unit *unit)
{
    static const uint16_t lost[] = {
        V3_CR1, V3_CR2, V3_STRTAB_BASE, V3_STRTAB_BASE + 4,
        V3_STRTAB_BASE_CFG, V3_CMDQ_BASE, V3_CMDQ_BASE + 4, V3_CMDQ_PROD,
        V3_CMDQ_CONS, V3_EVENTQ_BASE, V3_EVENTQ_BASE + 4,
    };
    void *regs = ((struct smmu_v3 *)unit->private)->regs;
    unsigned int i;

    smmu_write32(regs, V3_CR0, 0);
    smmu_write32(regs, V3_IRQ_CTRL, 0);
    for ( i = 0; i < ARRAY_SIZE(lost); i++ )
        smmu_write32(regs, lost[i], 0xdeadbeef);
    smmu_write32(regs, V3_EVENTQ_PROD, 0x5a);
    smmu_write32(regs, V3_EVENTQ_CONS, 0xa5);
    smmu_write32(regs, V3_GBPA, V3_GBPA_UPDATE);
    smmu_log(SMMU_INFO, "%s: test power off, its registers are gone",
             unit->name);

    return 0;
}

void __init xen_smmu_test_source(struct smmu_unit *unit)
{
    static struct smmu_power_source source = {
        .name = "test", .on = test_on, .off = test_off,
    };

    if ( !power && !power_loose )
        return;
    source.caps.masters_held = power;
    unit->source = &source;
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
