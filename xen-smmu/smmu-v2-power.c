/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers as a whole: program, run, park, stop, disable, dump.
 *
 * After a reset an SMMUv2 bypasses (CLIENTPD=1), and no register of it is a
 * safe block but these together: every S2CR at fault, USFCFG=1, CLIENTPD=0.
 * Parked is just that, so that there is nothing to write: who parks has closed
 * the last stream, acknowledged by a sync.
 *
 * What finds out that the unit has to be disabled may be another CPU than the
 * one that is about to open a stream: v2->power, innermost, has one wait for
 * the other, and no stream opens afterwards.
 */
#include "smmu-v2-priv.h"

/* It bypasses if these are not ours. */
#define CR0_FIRM    (V2_CR0_CLIENTPD | V2_CR0_USFCFG)

/* MMU-500 has GCFGFRE and GCFGFIE fixed at 0: GFRE and GFIE do for all. */
#define CR0_REPORT  (V2_CR0_GFRE | V2_CR0_GCFGFRE)
#define CR0_IRQS    (V2_CR0_GFIE | V2_CR0_GCFGFIE)

static uint32_t cr0_of(const struct smmu_unit *unit, bool irqs)
{
    /* Our VMIDs are not the CPUs', their broadcasts mean nothing. */
    return V2_CR0_USFCFG | V2_CR0_SMCFCFG | V2_CR0_STALLD | V2_CR0_VMIDPNE |
           V2_CR0_PTM | CR0_REPORT | (irqs ? CR0_IRQS : 0) |
           (to_v2(unit)->caps.extended ? V2_CR0_EXIDENABLE : 0);
}

bool smmu_v2_credible(struct smmu_unit *unit)
{
    uint32_t cr0 = smmu_v2_poll(unit, V2_CR0);

    return cr0 != ~0U && (cr0 & CR0_FIRM) == V2_CR0_USFCFG &&
           !smmu_load(&to_v2(unit)->lost);
}

void smmu_v2_judge(struct smmu_unit *unit)
{
    if ( !smmu_v2_credible(unit) )
        smmu_unit_fail(unit, XEN_SMMU_REASON_REGISTER_TIMEOUT);
}

void smmu_v2_confirm(struct smmu_unit *unit, uint32_t offset, uint32_t value,
                     uint32_t mask)
{
    uint32_t seen = smmu_v2_read(unit, offset);

    if ( !((seen ^ value) & mask) ||
         smmu_cmpxchg(&to_v2(unit)->lost, 0, 1) )
        return;
    smmu_log(SMMU_ERR, "%s: register %#x reads %#x, %#x was written",
             unit->name, offset, seen, value);
}

void smmu_v2_write_firm(struct smmu_unit *unit, uint32_t offset,
                        uint32_t value, uint32_t mask)
{
    smmu_v2_write(unit, offset, value);
    smmu_v2_confirm(unit, offset, value, mask);
}

static int write_cr0(struct smmu_unit *unit, uint32_t value)
{
    smmu_v2_write(unit, V2_CR0, value);
    if ( smmu_v2_credible(unit) )
        return 0;

    smmu_log(SMMU_ERR, "%s: sCR0=%#x, after %#x was written", unit->name,
             smmu_v2_read(unit, V2_CR0), value);

    return -EIO;
}

/*
 * Before banks' ACTLRs.  None of the entries that bypass is of use to a unit
 * that never does: they would only outlive what they were made from.
 */
static void write_acr(struct smmu_unit *unit)
{
    const struct smmu_v2_caps *caps = &to_v2(unit)->caps;
    uint32_t clear = V2_ACR_SMTNMB_TLBEN | V2_ACR_MMUDISB_TLBEN |
                     V2_ACR_S2CRB_TLBEN |
                     (caps->revision >= 2 ? V2_ACR_CACHE_LOCK : 0);
    uint32_t acr = smmu_v2_read(unit, V2_ACR);

    smmu_v2_write(unit, V2_ACR, acr & ~clear);
}

/* Nothing but SMRs says what a stream's group is, and they are these. */
static void streams_clear(struct smmu_unit *unit)
{
    if ( to_v2(unit)->caps.version > 1 &&
         (smmu_v2_read(unit, V2_CR2) & V2_CR2_GROUPS) )
        smmu_v2_write_firm(unit, V2_CR2, 0, V2_CR2_GROUPS);
    smmu_v2_streams_clear(unit);
}

/*
 * The safe block first: S2CRs before CLIENTPD lets them count, USFCFG before
 * there are streams that match nothing.  What the caches held, and what is in
 * flight by it, is gone before a bank is turned off: M=0 bypasses.
 */
static int program(struct smmu_unit *unit)
{
    struct smmu_v2 *v2 = to_v2(unit);
    int rc;

    v2->running = false;
    v2->disabled = false;
    smmu_store(&v2->lost, 0);
    streams_clear(unit);
    if ( v2->caps.mmu500 )
        write_acr(unit);
    rc = write_cr0(unit, cr0_of(unit, false));
    if ( rc )
        return rc;

    smmu_v2_matches_clear(unit);
    smmu_v2_banks_terminate(unit);
    rc = smmu_v2_tlb_reset(unit) ?: smmu_v2_banks_clear(unit);
    if ( rc )
        return rc;
    smmu_v2_banks_restore(unit);
    smmu_v2_streams_restore(unit);
    v2->tested = true;

    /* Faults of before are not ours. */
    smmu_v2_write(unit, V2_GFSR, smmu_v2_read(unit, V2_GFSR));

    return write_cr0(unit, cr0_of(unit, true));
}

int smmu_v2_program(struct smmu_unit *unit)
{
    struct smmu_v2 *v2 = to_v2(unit);
    int rc;

    smmu_mutex_lock(&v2->power);
    rc = program(unit);
    smmu_mutex_unlock(&v2->power);

    return rc;
}

/* The streams that are open follow.  Read back: they have arrived. */
static int set_running(struct smmu_unit *unit, bool running)
{
    struct smmu_v2 *v2 = to_v2(unit);
    int rc = -EIO;

    smmu_mutex_lock(&v2->power);
    v2->running = running;
    if ( !v2->disabled )
    {
        smmu_v2_streams_apply(unit);
        rc = smmu_v2_credible(unit) ? 0 : -EIO;
    }
    smmu_mutex_unlock(&v2->power);

    return rc;
}

int smmu_v2_run(struct smmu_unit *unit)
{
    return set_running(unit, true);
}

int smmu_v2_park(struct smmu_unit *unit)
{
    return set_running(unit, false);
}

/* No walk is on its way: every stream was closed, and synced. */
int smmu_v2_stop(struct smmu_unit *unit)
{
    struct smmu_v2 *v2 = to_v2(unit);
    int rc = -EIO;

    smmu_mutex_lock(&v2->power);
    if ( !v2->disabled )
    {
        smmu_v2_banks_silence(unit);
        rc = write_cr0(unit, cr0_of(unit, false));
    }
    smmu_mutex_unlock(&v2->power);

    return rc;
}

int smmu_v2_disable(struct smmu_unit *unit)
{
    struct smmu_v2 *v2 = to_v2(unit);
    bool sure;

    smmu_mutex_lock(&v2->power);
    v2->disabled = true;
    smmu_store(&v2->lost, 0);
    streams_clear(unit);
    smmu_v2_write(unit, V2_CR0, cr0_of(unit, false));
    sure = smmu_v2_credible(unit);
    smmu_v2_banks_silence(unit);
    smmu_mutex_unlock(&v2->power);

    return sure ? 0 : -EAGAIN;
}

void smmu_v2_dump(struct smmu_unit *unit)
{
    const struct smmu_v2 *v2 = to_v2(unit);
    unsigned int i, used = 0;

    for ( i = 0; i < v2->caps.groups; i++ )
        used += v2->group[i].dev != NULL;
    smmu_log(SMMU_INFO, "  sCR0 %#x sGFSR %#x sTLBGSTATUS %#x, %u of %u stream mapping groups in use",
             smmu_v2_read(unit, V2_CR0), smmu_v2_read(unit, V2_GFSR),
             smmu_v2_read(unit, V2_TLBGSTATUS), used, v2->caps.groups);
    for ( i = 0; i < v2->caps.banks; i++ )
        if ( smmu_v2_bank_on(unit, i) )
            smmu_log(SMMU_INFO, "  context bank %u: SCTLR %#x FSR %#x CBAR %#x",
                     i, smmu_v2_read(unit, smmu_v2_cb(unit, i, V2_SCTLR)),
                     smmu_v2_read(unit, smmu_v2_cb(unit, i, V2_FSR)),
                     smmu_v2_read(unit, smmu_v2_gr1(unit, V2_CBAR(i))));
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
