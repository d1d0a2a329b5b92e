/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers as a whole: program, run, park, dump (IHI0070 3.11, 6.3).
 *
 * A field of CR0 must not be altered again until CR0ACK has answered, or the
 * first value may be the one that stays (6.3.9).  Who finds a global error
 * disables the unit while another CPU may be about to let it run: v3->power,
 * innermost, has one wait for the other, and it does not run afterwards.
 */
#include "smmu-v3-priv.h"

/* Polls until (register & mask) == value; *reg: as it was read last. */
static int poll_value(struct smmu_unit *unit, const char *name,
                      uint32_t offset, uint32_t mask, uint32_t value,
                      uint32_t *reg)
{
    uint64_t deadline = smmu_now() + SMMU_V3_TIMEOUT_NS;
    bool late = false;

    for ( ; ; )
    {
        *reg = smmu_v3_poll(unit, offset);
        if ( (*reg & mask) == value )
            return 0;
        if ( late )
            break;
        late = smmu_now() > deadline;
        smmu_relax();
    }

    smmu_log(SMMU_ERR, "%s: %s=%#x, waited for %#x in %#x", unit->name, name,
             *reg, value, mask);

    return -ETIMEDOUT;
}

static int poll(struct smmu_unit *unit, const char *name, uint32_t offset,
                uint32_t mask, uint32_t value)
{
    uint32_t reg;

    return poll_value(unit, name, offset, mask, value, &reg);
}

static int write_cr0(struct smmu_unit *unit, uint32_t value)
{
    struct smmu_v3 *v3 = to_v3(unit);
    int rc = -EIO;

    smmu_mutex_lock(&v3->power);
    if ( !v3->disabled )
    {
        smmu_v3_write(unit, V3_CR0, value);
        rc = poll(unit, "CR0ACK", V3_CR0ACK, ~0U, value);
    }
    smmu_mutex_unlock(&v3->power);

    return rc;
}

static int write_irq_ctrl(struct smmu_unit *unit, uint32_t value)
{
    smmu_v3_write(unit, V3_IRQ_CTRL, value);

    return poll(unit, "IRQ_CTRLACK", V3_IRQ_CTRLACK, ~0U, value);
}

static uint32_t atschk(const struct smmu_unit *unit)
{
    /* Else what an endpoint says it has translated passes unchecked. */
    return to_v3(unit)->caps.ats ? V3_CR0_ATSCHK : 0;
}

/* 6.3.14: written only while Update is 0, in force when it is 0 again. */
static int abort_by_gbpa(struct smmu_unit *unit)
{
    uint32_t gbpa;
    int rc = poll_value(unit, "GBPA", V3_GBPA, V3_GBPA_UPDATE, 0, &gbpa);

    if ( rc )
        return rc;

    smmu_v3_write(unit, V3_GBPA, gbpa | V3_GBPA_ABORT | V3_GBPA_UPDATE);

    return poll(unit, "GBPA", V3_GBPA, V3_GBPA_UPDATE | V3_GBPA_ABORT,
                V3_GBPA_ABORT);
}

static int disable(struct smmu_unit *unit)
{
    int rc = abort_by_gbpa(unit);

    /*
     * Without SMMUEN it does as GBPA says.  If that was never seen to abort,
     * the tables as they are may be the better guard.
     */
    if ( rc && !to_v3(unit)->aborts )
        return rc;
    smmu_v3_write(unit, V3_CR0, atschk(unit));

    /* A hung queue may never acknowledge CMDQEN (6.3.9.3). */
    return poll(unit, "CR0ACK", V3_CR0ACK, V3_CR0_SMMUEN, 0) ?: rc;
}

int smmu_v3_disable(struct smmu_unit *unit)
{
    struct smmu_v3 *v3 = to_v3(unit);
    int rc;

    smmu_mutex_lock(&v3->power);
    v3->disabled = true;
    rc = disable(unit);
    smmu_mutex_unlock(&v3->power);

    return rc;
}

static void write_tables(struct smmu_unit *unit)
{
    struct smmu_v3 *v3 = to_v3(unit);

    smmu_v3_write(unit, V3_CR1, V3_CR1_INIT);
    /* PTM: our VMIDs are not the CPUs', their broadcasts mean nothing. */
    smmu_v3_write(unit, V3_CR2, V3_CR2_RECINVSID |
                                (v3->caps.btm ? V3_CR2_PTM : 0));
    smmu_v3_write64(unit, V3_STRTAB_BASE, v3->strtab.base);
    smmu_v3_write(unit, V3_STRTAB_BASE_CFG, v3->strtab.cfg);
    smmu_v3_cmdq_reset(unit);
    v3->evtq.cons = 0;
    smmu_v3_write64(unit, V3_EVENTQ_BASE, v3->evtq.base);
    smmu_v3_write(unit, V3_EVENTQ_PROD, 0);
    smmu_v3_write(unit, V3_EVENTQ_CONS, 0);
}

/*
 * MSI addresses are unknown after a reset, and guarded by the enables (6.3.16,
 * 6.3.21).  An address of 0 means none: interrupts come by wire (3.18.2).  The
 * enables have been 0 since stop(), power lost or not; but somebody else may
 * have had the unit while the host was suspended: so ask.
 */
static int clear_msi(struct smmu_unit *unit)
{
    int rc = 0;

    if ( !to_v3(unit)->quiet || smmu_v3_poll(unit, V3_IRQ_CTRLACK) )
        rc = write_irq_ctrl(unit, 0);
    if ( rc )
        return rc;
    smmu_v3_write64(unit, V3_GERROR_IRQ_CFG0, 0);
    smmu_v3_write64(unit, V3_EVENTQ_IRQ_CFG0, 0);

    return 0;
}

static int enable_interrupts(struct smmu_unit *unit)
{
    int rc = to_v3(unit)->caps.msi ? clear_msi(unit) : 0;

    to_v3(unit)->quiet = false;

    return rc ?: write_irq_ctrl(unit,
                                V3_IRQ_CTRL_GERROR | V3_IRQ_CTRL_EVENTQ);
}

static uint32_t cr0_parked(const struct smmu_unit *unit)
{
    return atschk(unit) | V3_CR0_CMDQEN | V3_CR0_EVENTQEN;
}

int smmu_v3_program(struct smmu_unit *unit)
{
    int rc;

    to_v3(unit)->aborts = false;
    rc = abort_by_gbpa(unit);
    if ( rc )
        return rc;
    to_v3(unit)->aborts = true;
    to_v3(unit)->disabled = false;
    rc = write_cr0(unit, 0);
    if ( rc )
        return rc;

    write_tables(unit);
    rc = enable_interrupts(unit);
    if ( rc )
        return rc;
    /*
     * Errors of before are not ours.  With interrupts on, so that a later one
     * is told of; with the queues off, so that none of theirs is lost.
     */
    smmu_v3_write(unit, V3_GERRORN, smmu_v3_read(unit, V3_GERROR));

    return write_cr0(unit, cr0_parked(unit));
}

int smmu_v3_run(struct smmu_unit *unit)
{
    return write_cr0(unit, cr0_parked(unit) | V3_CR0_SMMUEN);
}

/* GBPA has said abort since the unit was programmed. */
int smmu_v3_park(struct smmu_unit *unit)
{
    return write_cr0(unit, cr0_parked(unit));
}

/*
 * 3.19: its power may go when nothing is in progress.  By then its accesses to
 * queues have ended (6.3.9.3, 6.3.9.4), its MSIs as well (6.3.16).
 */
int smmu_v3_stop(struct smmu_unit *unit)
{
    int rc = write_irq_ctrl(unit, 0) ?: write_cr0(unit, atschk(unit));

    to_v3(unit)->quiet = !rc;

    return rc;
}

void smmu_v3_dump(struct smmu_unit *unit)
{
    smmu_log(SMMU_INFO, "  CR0 %#x ack %#x GBPA %#x GERROR %#x GERRORN %#x",
             smmu_v3_read(unit, V3_CR0), smmu_v3_read(unit, V3_CR0ACK),
             smmu_v3_read(unit, V3_GBPA), smmu_v3_read(unit, V3_GERROR),
             smmu_v3_read(unit, V3_GERRORN));
    smmu_log(SMMU_INFO, "  CMDQ PROD %#x CONS %#x (%llu written) EVENTQ PROD %#x CONS %#x",
             smmu_v3_read(unit, V3_CMDQ_PROD),
             smmu_v3_read(unit, V3_CMDQ_CONS),
             (unsigned long long)smmu_load(&to_v3(unit)->cmdq.prod),
             smmu_v3_read(unit, V3_EVENTQ_PROD),
             smmu_v3_read(unit, V3_EVENTQ_CONS));
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
