/* SPDX-License-Identifier: GPL-2.0-only */
/* What is this SMMUv1 or v2, and can Xen's stage 2 live behind it? */
#include "smmu-v2-priv.h"

static int refuse(const char *name, const char *reg, uint32_t value,
                  const char *why)
{
    smmu_log(SMMU_ERR,
             "%s: refused: %s=%#010x: %s; Xen goes on without it, devices behind it are unprotected and cannot be assigned",
             name, reg, value, why);

    return -ENODEV;
}

/* IDR2.IAS and OAS; what is reserved counts as 48. */
static unsigned int address_bits(unsigned int field)
{
    static const uint8_t bits[] = { 32, 36, 40, 42, 44, 48 };

    return field < ARRAY_SIZE(bits) ? bits[field] : 48;
}

/* The AArch32 long format: 40 bits in, 40 out. */
#define LPAE_BITS   40

static unsigned int least(unsigned int a, unsigned int b)
{
    return a < b ? a : b;
}

/*
 * The context banks whose registers are there.  Trees are seen that give less
 * than the unit has.
 */
static unsigned int banks(const struct smmu_v2_firmware *firmware,
                          const struct smmu_v2_caps *caps, uint32_t idr1)
{
    uint64_t there = firmware->bytes >> caps->page_shift;

    if ( there <= caps->pages )
        return 0;
    there -= caps->pages;

    return least(least(V2_IDR1_NUMCB(idr1), SMMU_V2_BANKS),
                 there < SMMU_V2_BANKS ? there : SMMU_V2_BANKS);
}

static void streams(struct smmu_v2_caps *caps, uint32_t idr0)
{
    unsigned int bits = V2_IDR0_NUMSIDB(idr0);

    caps->matches = idr0 & V2_IDR0_SMS;
    if ( caps->matches )
    {
        caps->extended = caps->version > 1 && (idr0 & V2_IDR0_EXIDS);
        caps->groups = least(V2_IDR0_NUMSMRG(idr0), SMMU_V2_GROUPS);
        caps->sid_bits = caps->extended ? 16 : bits;
    }
    else
    {
        /* An ID beyond the last S2CR has none, and faults. */
        caps->sid_bits = least(bits, 7);
        caps->groups = 1U << caps->sid_bits;
    }
}

int smmu_v2_identify(const char *name, void *regs,
                     const struct smmu_v2_firmware *firmware,
                     struct smmu_v2_caps *caps)
{
    const uint32_t idr0 = smmu_read32(regs, V2_IDR0);
    const uint32_t idr1 = smmu_read32(regs, V2_IDR1);
    const uint32_t idr2 = smmu_read32(regs, V2_IDR2);

    caps->version = firmware->model >= SMMU_V2_GENERIC_V2 ? 2 : 1;
    caps->mmu500 = firmware->model == SMMU_V2_MMU_500;
    caps->revision = V2_IDR7_MAJOR(smmu_read32(regs, V2_IDR7));
    caps->allow_prefetch = firmware->allow_prefetch;
    caps->context_irqs = least(firmware->context_irqs,
                               V2_IDR0_NUMIRPT(idr0));
    caps->page_shift = idr1 & V2_IDR1_PAGESIZE_64K ? 16 : 12;
    caps->pages = 2U << V2_IDR1_NUMPAGENDXB(idr1);
    caps->banks = banks(firmware, caps, idr1);
    streams(caps, idr0);
    caps->va64 = caps->version > 1 && (idr2 & V2_IDR2_PTFS_4K) &&
                 !firmware->narrow;
    caps->oas_bits = address_bits(V2_IDR2_OAS(idr2));
    caps->ipa_bits = address_bits(V2_IDR2_IAS(idr2));
    /* Cleaning what needs no cleaning costs little; the reverse leaks. */
    caps->coherent = (idr0 & V2_IDR0_CTTW) && firmware->dma_coherent;

    if ( idr0 == ~0U )
        return refuse(name, "IDR0", idr0,
                      "nothing answers there; is its power or clock off?");
    if ( !(idr0 & V2_IDR0_S2TS) )
        return refuse(name, "IDR0", idr0, "no stage 2 translation (S2TS=0)");
    if ( caps->matches && !caps->groups )
        return refuse(name, "IDR0", idr0,
                      "no stream match registers (NUMSMRG=0)");
    if ( !caps->banks )
        return refuse(name, "IDR1", idr1,
                      "no context bank (NUMCB), or 'reg' ends before the first one");
    if ( !caps->va64 )
    {
        if ( caps->version > 1 && (idr0 & V2_IDR0_NO_AARCH32) )
            return refuse(name, "IDR2", idr2, firmware->narrow ?
                          "it takes no 64-bit access (erratum 582743), and has no other table format" :
                          "no translation tables with a 4 KiB granule (PTFS)");
        caps->oas_bits = least(caps->oas_bits, LPAE_BITS);
        caps->ipa_bits = least(caps->ipa_bits, LPAE_BITS);
    }
    /* dom0 has its RAM where it is: as input addresses, too. */
    if ( least(caps->oas_bits, caps->ipa_bits) < firmware->ram_bits )
        return refuse(name, "IDR2", idr2,
                      "too few address bits for this host's RAM (OAS, IAS)");

    return 0;
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
