/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Global and context faults.  Each register keeps the first fault only, until
 * it is cleared; MULTI says that there were more.
 *
 * What SMMUv3 has an event for has its number and words; others are numbered
 * from 0x100 on by their bit, global ones, and from 0x140 on.
 */
#include "smmu-v2-priv.h"

struct kind {
    uint32_t bit;
    unsigned int code;
    bool address;
    const char *what;
};

static const struct kind global[] = {
    { V2_GFSR_USF, 0x04, true, "stream not assigned" },
    { V2_GFSR_ICF, 0x06, true, "stream disabled" },
    { V2_GFSR_SMCF, 0x102, true, "stream matched twice" },
    { V2_GFSR_UCBF, 0x103, true, "no such context bank" },
    { V2_GFSR_UCIF, 0x104, true, "no such context interrupt" },
    { V2_GFSR_CAF, 0x105, false, "register access refused" },
    { V2_GFSR_EF, 0x106, true, "external abort" },
    { V2_GFSR_PF, 0x13, true, "permission" },
    { V2_GFSR_UUT, 0x01, true, "unsupported upstream transaction" },
};

static const struct kind context[] = {
    { V2_FSR_TF, 0x10, true, "translation" },
    { V2_FSR_PF, 0x13, true, "permission" },
    { V2_FSR_ASF, 0x11, true, "address size" },
    { V2_FSR_AFF, 0x12, true, "access flag" },
    { V2_FSR_EF, 0x0b, true, "table walk aborted" },
    { V2_FSR_TLBMCF, 0x20, true, "TLB conflict" },
    { V2_FSR_TLBLKF, 0x146, true, "TLB lock" },
    { V2_FSR_UUT, 0x01, true, "unsupported upstream transaction" },
};

static const struct kind *kind_of(const struct kind *kinds, unsigned int nr,
                                  uint32_t status)
{
    static const struct kind unknown = { 0, 0, true, "unknown fault" };
    unsigned int i;

    for ( i = 0; i < nr; i++ )
        if ( status & kinds[i].bit )
            return &kinds[i];

    return &unknown;
}

static uint64_t read_address(struct smmu_unit *unit, uint32_t offset)
{
    uint64_t low = smmu_v2_read(unit, offset);

    return low | (uint64_t)smmu_v2_read(unit, offset + 4) << 32;
}

static enum smmu_access access_of(bool write, bool instruction)
{
    return write ? SMMU_WRITE : instruction ? SMMU_EXEC : SMMU_READ;
}

static void put(struct smmu_unit *unit, struct smmu_faults *faults,
                const struct smmu_fault *fault, bool more)
{
    faults->fault[faults->nr++] = *fault;
    smmu_add(&unit->nr_events, 1);
    if ( more )
        smmu_add(&unit->nr_lost, 1);
}

static bool look_at_global(struct smmu_unit *unit, struct smmu_faults *faults)
{
    uint32_t gfsr = smmu_v2_read(unit, V2_GFSR), syn;
    const struct kind *kind;
    struct smmu_fault fault;

    if ( !(gfsr & V2_GFSR_ALL) )
        return false;

    kind = kind_of(global, ARRAY_SIZE(global), gfsr);
    syn = smmu_v2_read(unit, V2_GFSYNR0);
    fault = (struct smmu_fault){
        .sid = V2_GFSYNR1_SID(smmu_v2_read(unit, V2_GFSYNR1)),
        .what = kind->what,
        .code = kind->code,
        .address = read_address(unit, V2_GFAR),
        .has_address = kind->address,
        .access = access_of(syn & V2_GFSYNR0_WNR, syn & V2_GFSYNR0_IND),
    };
    smmu_v2_write(unit, V2_GFSR, gfsr);
    put(unit, faults, &fault, gfsr & V2_GFSR_MULTI);

    return true;
}

static bool look_at_bank(struct smmu_unit *unit, unsigned int bank,
                         struct smmu_faults *faults)
{
    uint32_t fsr = smmu_v2_read(unit, smmu_v2_cb(unit, bank, V2_FSR)), syn;
    uint32_t sid = smmu_v2_gr1(unit, V2_CBFRSYNRA(bank));
    const struct kind *kind;
    struct smmu_fault fault;

    if ( !(fsr & V2_FSR_ALL) )
        return false;

    kind = kind_of(context, ARRAY_SIZE(context), fsr);
    syn = smmu_v2_read(unit, smmu_v2_cb(unit, bank, V2_FSYNR0));
    fault = (struct smmu_fault){
        .sid = V2_CBFRSYNRA_SID(smmu_v2_read(unit, sid)),
        .what = kind->what,
        .code = kind->code,
        .address = read_address(unit, smmu_v2_cb(unit, bank, V2_FAR)),
        .has_address = kind->address,
        .access = access_of(syn & V2_FSYNR0_WNR, syn & V2_FSYNR0_IND),
    };
    smmu_v2_write(unit, smmu_v2_cb(unit, bank, V2_FSR), fsr);
    /* Nothing was told to stall: but nothing may stay so. */
    if ( fsr & V2_FSR_SS )
        smmu_v2_write(unit, smmu_v2_cb(unit, bank, V2_RESUME),
                      V2_RESUME_TERMINATE);
    put(unit, faults, &fault, fsr & V2_FSR_MULTI);

    return true;
}

static bool look(struct smmu_unit *unit, struct smmu_faults *faults)
{
    struct smmu_v2 *v2 = to_v2(unit);
    unsigned int n, bank;
    bool any;

    /* It may bypass. */
    smmu_v2_judge(unit);
    if ( smmu_unit_failed(unit) )
        return false;

    any = look_at_global(unit, faults);
    for ( n = 0; n < v2->caps.banks && faults->nr < SMMU_FAULTS; n++ )
    {
        bank = v2->next_bank;
        v2->next_bank = (bank + 1) % v2->caps.banks;
        if ( smmu_v2_bank_on(unit, bank) )
            any |= look_at_bank(unit, bank, faults);
    }

    return any;
}

bool smmu_v2_events(struct smmu_unit *unit, struct smmu_faults *faults)
{
    struct smmu_v2 *v2 = to_v2(unit);
    bool any;

    if ( smmu_cmpxchg(&v2->busy, 0, 1) )
        return true;

    any = look(unit, faults);
    smmu_store(&v2->busy, 0);

    return any;
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
