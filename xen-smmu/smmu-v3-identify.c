/* SPDX-License-Identifier: GPL-2.0-only */
/* What is this SMMUv3, and can Xen's stage 2 live behind it?  (IHI0070 6.3) */
#include "smmu-v3-priv.h"

static int refuse(const char *name, const char *reg, uint32_t value,
                  const char *why)
{
    smmu_log(SMMU_ERR,
             "%s: refused: %s=%#010x: %s; Xen goes on without it, devices behind it are unprotected and cannot be assigned",
             name, reg, value, why);

    return -ENODEV;
}

/* 6.3.6: 0b111 (56 bits) and what is reserved count as 52. */
static unsigned int oas_bits(uint32_t idr5)
{
    static const uint8_t bits[] = { 32, 36, 40, 42, 44, 48, 52, 52 };

    return bits[V3_IDR5_OAS(idr5)];
}

enum { AIDR, IDR0, IDR1, IDR5, NR_ID };

static bool bad_version(uint32_t r)   { return V3_AIDR_MAJOR(r) != 0; }
static bool no_stage2(uint32_t r)     { return !(r & V3_IDR0_S2P); }
static bool no_aarch64(uint32_t r)
{
    return !(V3_IDR0_TTF(r) & V3_IDR0_TTF_AARCH64);
}
static bool big_endian(uint32_t r)
{
    return V3_IDR0_TTENDIAN(r) == V3_IDR0_TTENDIAN_BIG;
}
static bool only_stalls(uint32_t r)
{
    return V3_IDR0_STALL_MODEL(r) == V3_IDR0_STALL_FORCED;
}
static bool preset_tables(uint32_t r) { return r & V3_IDR1_TABLES_PRESET; }
static bool preset_queues(uint32_t r) { return r & V3_IDR1_QUEUES_PRESET; }
static bool tiny_cmdq(uint32_t r)     { return V3_IDR1_CMDQS(r) < 4; }
static bool no_4k(uint32_t r)         { return !(r & V3_IDR5_GRAN4K); }

/* What rules a unit out; the first that holds is reported. */
static const struct {
    const char *reg;
    unsigned int which;         /* of id[] below */
    bool (*holds)(uint32_t value);
    const char *why;
} rules[] = {
    { "AIDR", AIDR, bad_version, "not an SMMUv3.x" },
    { "IDR0", IDR0, no_stage2, "no stage 2 translation (S2P=0)" },
    { "IDR0", IDR0, no_aarch64, "no AArch64 translation tables (TTF)" },
    { "IDR0", IDR0, big_endian, "big-endian tables only (TTENDIAN)" },
    { "IDR0", IDR0, only_stalls,
      "faulting transactions always stall (STALL_MODEL=0b10), and cannot be aborted" },
    { "IDR1", IDR1, preset_tables, "the stream table's address is fixed (TABLES_PRESET)" },
    { "IDR1", IDR1, preset_queues, "the queues' addresses are fixed (QUEUES_PRESET)" },
    { "IDR1", IDR1, tiny_cmdq, "the command queue has room for less than 16 commands (CMDQS)" },
    { "IDR5", IDR5, no_4k, "no 4 KiB granule (GRAN4K=0)" },
};

int smmu_v3_identify(const char *name, void *regs, bool dma_coherent,
                     unsigned int ram_bits, struct smmu_v3_caps *caps)
{
    const uint32_t id[NR_ID] = {
        [AIDR] = smmu_read32(regs, V3_AIDR),
        [IDR0] = smmu_read32(regs, V3_IDR0),
        [IDR1] = smmu_read32(regs, V3_IDR1),
        [IDR5] = smmu_read32(regs, V3_IDR5),
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(rules); i++ )
        if ( rules[i].holds(id[rules[i].which]) )
            return refuse(name, rules[i].reg, id[rules[i].which],
                          rules[i].why);

    caps->oas_bits = oas_bits(id[IDR5]);
    if ( caps->oas_bits < ram_bits )
        return refuse(name, "IDR5", id[IDR5],
                      "too few output address bits for this host's RAM (OAS)");

    caps->sid_bits = V3_IDR1_SIDSIZE(id[IDR1]);
    caps->cmdq_log2 = V3_IDR1_CMDQS(id[IDR1]);
    caps->evtq_log2 = V3_IDR1_EVENTQS(id[IDR1]);
    caps->vmid_bits = (id[IDR0] & V3_IDR0_VMID16) ? 16 : 8;
    caps->two_level = V3_IDR0_ST_LEVEL(id[IDR0]) != 0;
    /* Cleaning what needs no cleaning costs little; the reverse leaks. */
    caps->coherent = (id[IDR0] & V3_IDR0_COHACC) && dma_coherent;
    caps->btm = id[IDR0] & V3_IDR0_BTM;
    caps->attr_override = id[IDR1] & V3_IDR1_ATTR_TYPES_OVR;
    caps->hyp = id[IDR0] & V3_IDR0_HYP;
    caps->ats = id[IDR0] & V3_IDR0_ATS;
    caps->msi = id[IDR0] & V3_IDR0_MSI;
    caps->range_inv = smmu_read32(regs, V3_IDR3) & V3_IDR3_RIL;
    caps->iidr = smmu_read32(regs, V3_IIDR);
    /* A sync among every so many commands, and room for two such batches. */
    caps->batch = SMMU_V3_BATCH;
    if ( caps->batch > (1U << caps->cmdq_log2) / 2 )
        caps->batch = (1U << caps->cmdq_log2) / 2;
    smmu_v3_errata(name, caps);

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
