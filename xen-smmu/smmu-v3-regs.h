/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SMMUv3 registers, tables, commands and events: IHI0070, the sections named.
 * Only what the backend uses.
 */
#ifndef __XEN_SMMU_SMMU_V3_REGS_H__
#define __XEN_SMMU_SMMU_V3_REGS_H__

#define V3_BIT(n)               (1ULL << (n))
#define V3_FIELD(value, shift)  ((uint64_t)(value) << (shift))
#define V3_GET(reg, shift, width) \
    ((unsigned int)(((reg) >> (shift)) & ((1ULL << (width)) - 1)))

/*
 * Checked field by field against the architecture's text, 2026-11: offsets and
 * bits of 6.2 and 6.3, 5.1, 5.2, 4.1 to 4.8, 7.3, 7.5.  Taken from public
 * definitions instead, for the text has them in pictures only: bit positions
 * of CMD_CFGI_ALL's Range and of the event record's RnW and InD; IIDR's
 * product numbers.
 */

/* 6.3: register page 0, byte offsets; 6.3.1.. the fields. */
#define V3_IDR0                 0x00
#define V3_IDR0_S2P             V3_BIT(0)
#define V3_IDR0_TTF(r)          V3_GET(r, 2, 2)
#define V3_IDR0_TTF_AARCH64     2       /* 0b10, and 0b11: both formats */
#define V3_IDR0_COHACC          V3_BIT(4)
#define V3_IDR0_BTM             V3_BIT(5)
#define V3_IDR0_HYP             V3_BIT(9)
#define V3_IDR0_ATS             V3_BIT(10)
#define V3_IDR0_MSI             V3_BIT(13)
#define V3_IDR0_VMID16          V3_BIT(18)
#define V3_IDR0_TTENDIAN(r)     V3_GET(r, 21, 2)
#define V3_IDR0_TTENDIAN_BIG    3
#define V3_IDR0_STALL_MODEL(r)  V3_GET(r, 24, 2)
#define V3_IDR0_STALL_FORCED    2
#define V3_IDR0_ST_LEVEL(r)     V3_GET(r, 27, 2)
#define V3_IDR1                 0x04
#define V3_IDR1_SIDSIZE(r)      V3_GET(r, 0, 6)
#define V3_IDR1_EVENTQS(r)      V3_GET(r, 16, 5)
#define V3_IDR1_CMDQS(r)        V3_GET(r, 21, 5)
#define V3_IDR1_ATTR_TYPES_OVR  V3_BIT(27)
#define V3_IDR1_QUEUES_PRESET   V3_BIT(29)
#define V3_IDR1_TABLES_PRESET   V3_BIT(30)
#define V3_IDR3                 0x0c
#define V3_IDR3_RIL             V3_BIT(10)
#define V3_IDR5                 0x14
#define V3_IDR5_OAS(r)          V3_GET(r, 0, 3)
#define V3_IDR5_GRAN4K          V3_BIT(4)
#define V3_IIDR                 0x18
#define V3_AIDR                 0x1c
#define V3_AIDR_MAJOR(r)        V3_GET(r, 4, 4)
#define V3_CR0                  0x20
#define V3_CR0ACK               0x24
#define V3_CR0_SMMUEN           V3_BIT(0)
#define V3_CR0_EVENTQEN         V3_BIT(2)
#define V3_CR0_CMDQEN           V3_BIT(3)
#define V3_CR0_ATSCHK           V3_BIT(4)
#define V3_CR1                  0x28
/* Tables and queues: inner shareable, inner and outer write-back. */
#define V3_CR1_INIT             ((3U << 10) | (1U << 8) | (1U << 6) | \
                                 (3U << 4) | (1U << 2) | (1U << 0))
#define V3_CR2                  0x2c
#define V3_CR2_RECINVSID        V3_BIT(1)
#define V3_CR2_PTM              V3_BIT(2)
#define V3_GBPA                 0x44
#define V3_GBPA_ABORT           V3_BIT(20)
#define V3_GBPA_UPDATE          V3_BIT(31)
#define V3_IRQ_CTRL             0x50
#define V3_IRQ_CTRLACK          0x54
#define V3_IRQ_CTRL_GERROR      V3_BIT(0)
#define V3_IRQ_CTRL_EVENTQ      V3_BIT(2)
#define V3_GERROR               0x60
#define V3_GERRORN              0x64
#define V3_GERROR_CMDQ          V3_BIT(0)
#define V3_GERROR_EVENTQ_ABT    V3_BIT(2)
#define V3_GERROR_SFM           V3_BIT(8)
#define V3_GERROR_ALL           0x1fdU  /* bits 0, 2..8 */
#define V3_GERROR_IRQ_CFG0      0x68
#define V3_STRTAB_BASE          0x80
#define V3_STRTAB_BASE_CFG      0x88
#define V3_STRTAB_CFG_2LEVEL    (1U << 16)
#define V3_STRTAB_CFG_SPLIT     6       /* shift */
#define V3_CMDQ_BASE            0x90
#define V3_CMDQ_PROD            0x98
#define V3_CMDQ_CONS            0x9c
#define V3_CMDQ_CONS_ERR(r)     V3_GET(r, 24, 7)
#define V3_CMDQ_CONS_ERR_MASK   V3_FIELD(0x7f, 24)
#define V3_EVENTQ_BASE          0xa0
#define V3_EVENTQ_IRQ_CFG0      0xb0
/* 6.2: register page 1. */
#define V3_EVENTQ_PROD          0x100a8
#define V3_EVENTQ_CONS          0x100ac
#define V3_EVENTQ_OVERFLOW      V3_BIT(31)
/* In the BASE registers: read and write allocate hints. */
#define V3_BASE_ALLOC           V3_BIT(62)

/* 5.1: level 1 stream table descriptor. */
#define V3_L1STD_SPAN(n)        ((uint64_t)(n))     /* 2^(n-1) STEs */

/* 5.2: stream table entry, 64 bytes. */
#define V3_STE_DWORDS           8
#define V3_STE0_V               V3_BIT(0)
#define V3_STE0_CONFIG_ABORT    V3_FIELD(0, 1)
#define V3_STE0_CONFIG_S2       V3_FIELD(6, 1)
#define V3_STE1_SHCFG_INCOMING  V3_FIELD(1, 44)
#define V3_STE2_VMID(v)         V3_FIELD(v, 0)
#define V3_STE2_T0SZ(v)         V3_FIELD(v, 32)
#define V3_STE2_SL0(v)          V3_FIELD(v, 38)
#define V3_STE2_IRGN_WBWA       V3_FIELD(1, 40)
#define V3_STE2_ORGN_WBWA       V3_FIELD(1, 42)
#define V3_STE2_SH_INNER        V3_FIELD(3, 44)
#define V3_STE2_PS(v)           V3_FIELD(v, 48)
#define V3_STE2_AA64            V3_BIT(51)
#define V3_STE2_RECORD          V3_BIT(58)

/* 4: commands, 16 bytes; CS=0 in a CMD_SYNC: no signal, CONS tells. */
#define V3_CMD_CFGI_STE         0x03
#define V3_CMD_CFGI_STE_SID(v)  V3_FIELD(v, 32)
#define V3_CMD_CFGI_ALL         0x04
#define V3_CMD_CFGI_ALL_RANGE   31
#define V3_CMD_TLBI_EL2_ALL     0x20
#define V3_CMD_TLBI_S12_VMALL   0x28
#define V3_CMD_TLBI_VMID(v)     V3_FIELD(v, 32)
#define V3_CMD_TLBI_S2_IPA      0x2a
/* 4.4.1.1: (NUM + 1) << SCALE granules from the address on, TTL=0, Leaf=0. */
#define V3_CMD_TLBI_NUM(v)      V3_FIELD(v, 12)
#define V3_CMD_TLBI_NUM_MAX     31
#define V3_CMD_TLBI_SCALE(v)    V3_FIELD(v, 20)
#define V3_CMD_TLBI_TG_4K       V3_FIELD(1, 10)     /* dword 1 */
#define V3_CMD_TLBI_NSNH_ALL    0x30
#define V3_CMD_SYNC             0x46

/* 7.3: event records, 32 bytes. */
#define V3_EVT_DWORDS           4
#define V3_EVT0_TYPE(d)         V3_GET(d, 0, 8)
#define V3_EVT0_SID(d)          V3_GET(d, 32, 32)
#define V3_EVT1_IND             V3_BIT(34)
#define V3_EVT1_RNW             V3_BIT(35)

#endif /* __XEN_SMMU_SMMU_V3_REGS_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
