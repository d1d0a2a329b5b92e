/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SMMUv1 and v2 registers: IHI0062, MMU-400, MMU-401 and MMU-500.  Only what
 * the backend uses.  decisions/19-smmu-v2.md says where each field was looked
 * up.
 *
 * Offsets are from the start of a page: global space 0, global space 1, or a
 * context bank's.
 */
#ifndef __XEN_SMMU_SMMU_V2_REGS_H__
#define __XEN_SMMU_SMMU_V2_REGS_H__

#define V2_BIT(n)               (1U << (n))
#define V2_FIELD(value, shift)  ((uint32_t)(value) << (shift))
#define V2_GET(reg, shift, width) \
    ((unsigned int)(((reg) >> (shift)) & ((1ULL << (width)) - 1)))

/* Global space 0. */
#define V2_CR0                  0x000
#define V2_CR0_CLIENTPD         V2_BIT(0)   /* 1: bypass */
#define V2_CR0_GFRE             V2_BIT(1)
#define V2_CR0_GFIE             V2_BIT(2)
#define V2_CR0_EXIDENABLE       V2_BIT(3)
#define V2_CR0_GCFGFRE          V2_BIT(4)
#define V2_CR0_GCFGFIE          V2_BIT(5)
#define V2_CR0_STALLD           V2_BIT(8)
#define V2_CR0_USFCFG           V2_BIT(10)
#define V2_CR0_VMIDPNE          V2_BIT(11)
#define V2_CR0_PTM              V2_BIT(12)
#define V2_CR0_SMCFCFG          V2_BIT(21)
#define V2_CR2                  0x008
#define V2_CR2_GROUPS           (V2_BIT(31) | V2_BIT(29))   /* EXSMRGENABLE,
                                               COMPINDEXENABLE */
#define V2_ACR                  0x010       /* MMU-500's, from here on: */
#define V2_ACR_SMTNMB_TLBEN     V2_BIT(8)   /* TLB entries that bypass: of
                                               streams that match nothing, */
#define V2_ACR_MMUDISB_TLBEN    V2_BIT(9)   /* of banks with M=0, */
#define V2_ACR_S2CRB_TLBEN      V2_BIT(10)  /* of S2CRs that bypass */
#define V2_ACR_CACHE_LOCK       V2_BIT(26)  /* guards the ACTLRs, since r2 */
#define V2_IDR0                 0x020
#define V2_IDR0_NUMSMRG(r)      V2_GET(r, 0, 8)
#define V2_IDR0_EXIDS           V2_BIT(8)
#define V2_IDR0_NUMSIDB(r)      V2_GET(r, 9, 4)
#define V2_IDR0_CTTW            V2_BIT(14)
#define V2_IDR0_NUMIRPT(r)      V2_GET(r, 16, 8)
#define V2_IDR0_NO_AARCH32      V2_BIT(25)
#define V2_IDR0_SMS             V2_BIT(27)
#define V2_IDR0_S2TS            V2_BIT(29)
#define V2_IDR1                 0x024
#define V2_IDR1_NUMCB(r)        V2_GET(r, 0, 8)
#define V2_IDR1_NUMPAGENDXB(r)  V2_GET(r, 28, 3)
#define V2_IDR1_PAGESIZE_64K    V2_BIT(31)
#define V2_IDR2                 0x028
#define V2_IDR2_IAS(r)          V2_GET(r, 0, 4)
#define V2_IDR2_OAS(r)          V2_GET(r, 4, 4)
#define V2_IDR2_PTFS_4K         V2_BIT(12)
#define V2_IDR7                 0x03c
#define V2_IDR7_MAJOR(r)        V2_GET(r, 4, 4)
#define V2_GFAR                 0x040       /* 64 bits */
#define V2_GFSR                 0x048
#define V2_GFSR_ICF             V2_BIT(0)
#define V2_GFSR_USF             V2_BIT(1)
#define V2_GFSR_SMCF            V2_BIT(2)
#define V2_GFSR_UCBF            V2_BIT(3)
#define V2_GFSR_UCIF            V2_BIT(4)
#define V2_GFSR_CAF             V2_BIT(5)
#define V2_GFSR_EF              V2_BIT(6)
#define V2_GFSR_PF              V2_BIT(7)
#define V2_GFSR_UUT             V2_BIT(8)
#define V2_GFSR_MULTI           V2_BIT(31)
#define V2_GFSR_ALL             0x800001ffU
#define V2_GFSYNR0              0x050
#define V2_GFSYNR0_WNR          V2_BIT(1)
#define V2_GFSYNR0_IND          V2_BIT(3)
#define V2_GFSYNR1              0x054
#define V2_GFSYNR1_SID(r)       V2_GET(r, 0, 16)
#define V2_TLBIVMID             0x064
#define V2_TLBIALLNSNH          0x068
#define V2_TLBIALLH             0x06c
#define V2_TLBGSYNC             0x070
#define V2_TLBGSTATUS           0x074
#define V2_TLBGSTATUS_ACTIVE    V2_BIT(0)
#define V2_SMR(n)               (0x800 + 4 * (n))
#define V2_SMR_MASK(m)          V2_FIELD(m, 16)
#define V2_SMR_VALID            V2_BIT(31)  /* without EXIDENABLE */
#define V2_SMR_NONE             V2_BIT(15)  /* reserved, without it */
#define V2_S2CR(n)              (0xc00 + 4 * (n))
#define V2_S2CR_EXIDVALID       V2_BIT(10)  /* with it */
#define V2_S2CR_TRANSLATE       V2_FIELD(0, 16)
#define V2_S2CR_FAULT           V2_FIELD(2, 16)
#define V2_S2CR_TYPE_MASK       V2_FIELD(3, 16)
#define V2_S2CR_CBNDX_MASK      0xffU

/* Global space 1. */
#define V2_CBAR(n)              (4 * (n))
#define V2_CBAR_STAGE2          V2_FIELD(0, 16)
#define V2_CBAR_IRPTNDX(i)      V2_FIELD(i, 24)     /* v1 */
#define V2_CBAR_MASK            0x000300ffU         /* TYPE, VMID */
#define V2_CBFRSYNRA(n)         (0x400 + 4 * (n))
#define V2_CBFRSYNRA_SID(r)     V2_GET(r, 0, 16)
#define V2_CBA2R(n)             (0x800 + 4 * (n))
#define V2_CBA2R_VA64           V2_BIT(0)

/* A context bank. */
#define V2_SCTLR                0x000
#define V2_SCTLR_M              V2_BIT(0)   /* 0: bypass */
#define V2_SCTLR_TRE            V2_BIT(1)
#define V2_SCTLR_AFE            V2_BIT(2)
#define V2_SCTLR_CFRE           V2_BIT(5)
#define V2_SCTLR_CFIE           V2_BIT(6)
#define V2_SCTLR_CFCFG          V2_BIT(7)   /* 1: stall */
#define V2_SCTLR_HUPCF          V2_BIT(8)
#define V2_ACTLR                0x004
#define V2_ACTLR_CPRE           V2_BIT(1)   /* MMU-500's prefetcher */
#define V2_RESUME               0x008
#define V2_RESUME_TERMINATE     V2_BIT(0)
#define V2_TTBR0                0x020       /* 64 bits */
#define V2_TCR                  0x030
#define V2_TCR_T0SZ(v)          V2_FIELD(v, 0)
#define V2_TCR_SL0(v)           V2_FIELD(v, 6)
#define V2_TCR_WBWA             (V2_FIELD(1, 8) | V2_FIELD(1, 10))
#define V2_TCR_SH_INNER         V2_FIELD(3, 12)
#define V2_TCR_SH_OUTER         V2_FIELD(2, 12)
#define V2_TCR_PASIZE(v)        V2_FIELD(v, 16)
#define V2_TCR_MASK             0x0000ffffU /* T0SZ to TG0 */
#define V2_TCR_EAE              V2_BIT(31)  /* AArch64: reserved, one */
#define V2_FSR                  0x058
#define V2_FSR_TF               V2_BIT(1)
#define V2_FSR_AFF              V2_BIT(2)
#define V2_FSR_PF               V2_BIT(3)
#define V2_FSR_EF               V2_BIT(4)
#define V2_FSR_TLBMCF           V2_BIT(5)
#define V2_FSR_TLBLKF           V2_BIT(6)
#define V2_FSR_ASF              V2_BIT(7)
#define V2_FSR_UUT              V2_BIT(8)
#define V2_FSR_SS               V2_BIT(30)
#define V2_FSR_MULTI            V2_BIT(31)
#define V2_FSR_ALL              0xc00001feU
#define V2_FAR                  0x060       /* 64 bits */
#define V2_FSYNR0               0x068
#define V2_FSYNR0_WNR           V2_BIT(4)
#define V2_FSYNR0_IND           V2_BIT(6)
#define V2_TLBIIPAS2            0x630       /* 64 bits: IPA >> 12 */
#define V2_TLBIIPAS2_LAST       ((1ULL << 36) - 1)

#endif /* __XEN_SMMU_SMMU_V2_REGS_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
