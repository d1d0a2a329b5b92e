/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Context banks: one for each link, stage 2.
 *
 * A bank with M=0 bypasses.  So a stream is led to one only after it is on.
 * A link's stage 2 never changes; its next owner's VMID is invalidated before
 * its first stream opens.
 *
 * Its root is an empty table while none of the link's streams is open.
 * Nothing says that a sync waits for what has passed its S2CR and not looked
 * at the TLB yet; what walks so late finds nothing, nor does it while the bank
 * gets its next owner.  Only where it is one store: in the AArch32 format it
 * is two, and half of an address is no safe one; there a bank is off while it
 * is written.
 */
#include "smmu-v2-priv.h"

#define SCTLR_ON    (V2_SCTLR_M | V2_SCTLR_TRE | V2_SCTLR_AFE | \
                     V2_SCTLR_CFRE | V2_SCTLR_CFIE | V2_SCTLR_HUPCF)

bool smmu_v2_bank_on(const struct smmu_unit *unit, unsigned int bank)
{
    return smmu_load(&to_v2(unit)->banks_on[bank / 64]) >> (bank % 64) & 1;
}

/* Under unit->config; read without. */
static void note(struct smmu_v2 *v2, unsigned int bank, bool on)
{
    uint64_t bit = 1ULL << (bank % 64), old = v2->banks_on[bank / 64];

    smmu_store(&v2->banks_on[bank / 64], on ? old | bit : old & ~bit);
}

static uint32_t tcr_of(const struct smmu_unit *unit,
                       const struct smmu_stage2 *s2)
{
    static const uint8_t bits[] = { 32, 36, 40, 42, 44, 48 };
    const struct smmu_v2_caps *caps = &to_v2(unit)->caps;
    uint32_t tcr = V2_TCR_EAE | V2_TCR_SL0(2 - s2->root_level);
    unsigned int ps;

    tcr |= unit->coherent ? V2_TCR_SH_INNER | V2_TCR_WBWA : V2_TCR_SH_OUTER;
    if ( caps->va64 )
    {
        for ( ps = 0; ps < ARRAY_SIZE(bits) - 1; ps++ )
            if ( bits[ps] >= caps->oas_bits )
                break;
        tcr |= V2_TCR_T0SZ(64 - s2->ipa_bits) | V2_TCR_PASIZE(ps);
    }
    else
        /* 32 less a signed number, with its sign beside it. */
        tcr |= V2_TCR_T0SZ((32 - s2->ipa_bits) & 0x1f);

    return tcr;
}

static void write_root(struct smmu_unit *unit, unsigned int bank, bool real)
{
    struct smmu_v2 *v2 = to_v2(unit);
    uint32_t offset = smmu_v2_cb(unit, bank, V2_TTBR0);
    uint64_t ttbr = real ? v2->bank[bank].ttbr : v2->empty_phys;

    if ( v2->caps.va64 )
        smmu_v2_write64(unit, offset, ttbr);
    else
    {
        smmu_v2_write(unit, offset, ttbr);
        smmu_v2_write(unit, offset + 4, ttbr >> 32);
    }
    smmu_v2_confirm(unit, offset, ttbr, 0xfffff000U);
    smmu_v2_confirm(unit, offset + 4, ttbr >> 32, 0xffffU);
    v2->bank[bank].rooted = real;
}

static void write_bank(struct smmu_unit *unit, unsigned int bank,
                       unsigned int vmid)
{
    const struct smmu_v2 *v2 = to_v2(unit);
    uint32_t cbar = V2_CBAR_STAGE2 | vmid;

    /* First what the others are read by. */
    if ( v2->caps.version > 1 )
        smmu_v2_write_firm(unit, smmu_v2_gr1(unit, V2_CBA2R(bank)),
                           v2->caps.va64 ? V2_CBA2R_VA64 : 0, V2_CBA2R_VA64);
    else if ( v2->caps.context_irqs )
        cbar |= V2_CBAR_IRPTNDX(bank % v2->caps.context_irqs);
    smmu_v2_write_firm(unit, smmu_v2_gr1(unit, V2_CBAR(bank)), cbar,
                       V2_CBAR_MASK);
    /* Where M may be 1: an empty table is one of every size. */
    write_root(unit, bank, !v2->caps.va64);
    smmu_v2_write_firm(unit, smmu_v2_cb(unit, bank, V2_TCR),
                       v2->bank[bank].tcr, V2_TCR_MASK);
    /* Of its last owner's faults none is this one's. */
    smmu_v2_write(unit, smmu_v2_cb(unit, bank, V2_FSR), V2_FSR_ALL);
    smmu_v2_write_firm(unit, smmu_v2_cb(unit, bank, V2_SCTLR), SCTLR_ON,
                       V2_SCTLR_M | V2_SCTLR_CFCFG);
}

void smmu_v2_bank_root(struct smmu_unit *unit, const struct smmu_link *link,
                       bool real)
{
    struct smmu_v2 *v2 = to_v2(unit);
    unsigned int bank = smmu_v2_bank_of(link->vmid);

    if ( v2->caps.va64 && smmu_v2_bank_on(unit, bank) &&
         v2->bank[bank].rooted != real )
        write_root(unit, bank, real);
}

void smmu_v2_bank_set(struct smmu_unit *unit, const struct smmu_link *link)
{
    struct smmu_v2 *v2 = to_v2(unit);
    unsigned int bank = smmu_v2_bank_of(link->vmid);
    struct smmu_v2_bank new = {
        .ttbr = link->domain->stage2.ttb,
        .tcr = tcr_of(unit, &link->domain->stage2),
    };

    ASSERT(bank < v2->caps.banks);
    if ( smmu_v2_bank_on(unit, bank) )
    {
        /* Other streams of the link may translate by it. */
        if ( v2->bank[bank].rooted && v2->bank[bank].ttbr == new.ttbr &&
             v2->bank[bank].tcr == new.tcr )
            return;
        /*
         * It was that of a link before, which no stream leads to any more.
         * With an empty root it stays on: what is late must not bypass.
         */
        if ( !v2->caps.va64 )
        {
            note(v2, bank, false);
            smmu_v2_write(unit, smmu_v2_cb(unit, bank, V2_SCTLR), 0);
        }
    }

    v2->bank[bank] = new;
    write_bank(unit, bank, link->vmid);
    note(v2, bank, true);
}

/* More than a unit holds; a RESUME frees one. */
#define STALLED 256

void smmu_v2_banks_terminate(struct smmu_unit *unit)
{
    const struct smmu_v2 *v2 = to_v2(unit);
    uint32_t fsr, sctlr, offset;
    unsigned int i, n;

    /* First nothing stalls any more; M stays what it is. */
    for ( i = 0; i < v2->caps.banks; i++ )
    {
        offset = smmu_v2_cb(unit, i, V2_SCTLR);
        sctlr = smmu_v2_read(unit, offset);
        if ( sctlr & V2_SCTLR_CFCFG )
            smmu_v2_write(unit, offset, sctlr & ~V2_SCTLR_CFCFG);
    }
    for ( i = 0; i < v2->caps.banks; i++ )
        for ( n = 0; n < STALLED; n++ )
        {
            fsr = smmu_v2_read(unit, smmu_v2_cb(unit, i, V2_FSR));
            if ( !(fsr & V2_FSR_ALL) )
                break;
            smmu_v2_write(unit, smmu_v2_cb(unit, i, V2_FSR), fsr);
            if ( !(fsr & V2_FSR_SS) )
                break;
            smmu_v2_write(unit, smmu_v2_cb(unit, i, V2_RESUME),
                          V2_RESUME_TERMINATE);
        }
}

/*
 * MMU-500: its prefetcher walks ahead of what devices ask for, and has errata
 * (826419, 841119).  CACHE_LOCK guards the register since revision 2; if the
 * secure side has set its own, the write has no effect.  False: so it is.
 */
static bool no_prefetch(struct smmu_unit *unit, unsigned int bank)
{
    uint32_t offset = smmu_v2_cb(unit, bank, V2_ACTLR);
    uint32_t actlr = smmu_v2_read(unit, offset);

    if ( !(actlr & V2_ACTLR_CPRE) )
        return true;
    smmu_v2_write(unit, offset, actlr & ~V2_ACTLR_CPRE);

    return !(smmu_v2_read(unit, offset) & V2_ACTLR_CPRE);
}

int smmu_v2_banks_clear(struct smmu_unit *unit)
{
    struct smmu_v2 *v2 = to_v2(unit);
    bool prefetches = false;
    unsigned int i;

    for ( i = 0; i < v2->caps.banks; i++ )
    {
        note(v2, i, false);
        smmu_v2_write(unit, smmu_v2_cb(unit, i, V2_SCTLR), 0);
        if ( v2->caps.mmu500 )
            prefetches |= !no_prefetch(unit, i);
    }
    if ( !prefetches || (v2->tested && v2->caps.allow_prefetch) )
        return 0;

    smmu_log(v2->caps.allow_prefetch ? SMMU_WARN : SMMU_ERR,
             "%s: its prefetcher, which has errata (826419, 841119), cannot be turned off: the secure firmware holds SACR.CACHE_LOCK. Next: clear it there; or 'smmu-prefetch' on Xen's command line takes the risk",
             unit->name);

    return v2->caps.allow_prefetch ? 0 : -EIO;
}

void smmu_v2_banks_restore(struct smmu_unit *unit)
{
    struct smmu_device *dev;

    for ( dev = unit->devices; dev; dev = dev->next )
        if ( dev->link && dev->configured &&
             !smmu_v2_bank_on(unit, smmu_v2_bank_of(dev->link->vmid)) )
            smmu_v2_bank_set(unit, dev->link);
}

void smmu_v2_banks_silence(struct smmu_unit *unit)
{
    unsigned int i;

    for ( i = 0; i < to_v2(unit)->caps.banks; i++ )
        if ( smmu_v2_bank_on(unit, i) )
            smmu_v2_write(unit, smmu_v2_cb(unit, i, V2_SCTLR),
                          SCTLR_ON & ~V2_SCTLR_CFIE);
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
