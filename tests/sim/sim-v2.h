/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What v2.c and v2-regs.c share: fields of IHI0062, by its section where they
 * are of the global space.
 */
#ifndef __TESTS_SIM_SIM_V2_H__
#define __TESTS_SIM_SIM_V2_H__

#include "sim.h"

/* SMMU_IDR0 to 7 (10.6.1) */
#define IDR0_S1TS       (1U << 30)
#define IDR0_S2TS       (1U << 29)
#define IDR0_SMS        (1U << 27)
#define IDR0_CTTW       (1U << 14)
#define IDR0_EXIDS      (1U << 8)
#define IDR1_PAGESIZE   (1U << 31)
#define IDR2_VMID16     (1U << 15)
#define IDR2_PTFS_4K    (1U << 12)

/* SMMU_sCR0 (10.6.3) */
#define CR0_VMID16EN    (1ULL << 31)
#define CR0_SMCFCFG     (1ULL << 21)
#define CR0_USFCFG      (1ULL << 10)
#define CR0_STALLD      (1ULL << 8)
#define CR0_GCFGFIE     (1ULL << 5)
#define CR0_EXIDENABLE  (1ULL << 3)
#define CR0_GFIE        (1ULL << 2)
#define CR0_CLIENTPD    (1ULL << 0)

#define SMR_VALID       (1ULL << 31)
#define S2CR_EXIDVALID  (1U << 10)

#define SCTLR_CFCFG     (1U << 7)
#define SCTLR_CFIE      (1U << 6)
#define SCTLR_E         (1U << 4)
#define SCTLR_AFFD      (1U << 3)
#define SCTLR_M         (1U << 0)

#define MULTI           (1U << 31)
#define FSR_SS          (1U << 30)
#define FSR_ASF         (1U << 7)
#define FSR_EF          (1U << 4)
#define FSR_PF          (1U << 3)
#define FSR_AFF         (1U << 2)
#define FSR_TF          (1U << 1)

static inline bool sim_v2_is_v1(const struct sim *s)
{
    return (s->id.idr7 >> 4 & 0xf) < 2;
}
/* Of the 64-bit formats' banks a root may be changed under way: the rest have
   nothing to answer it with. */
static inline bool sim_v2_late(const struct sim *s)
{
    return (s->nasty & SIM_LATE_WALK) && !sim_v2_is_v1(s) && !s->id.narrow;
}
static inline unsigned int sim_v2_groups(const struct sim *s)
{
    return s->id.idr0 & 0xff;
}
static inline unsigned int sim_v2_banks(const struct sim *s)
{
    return s->id.idr1 & 0xff;
}
static inline unsigned int sim_v2_sid_bits(const struct sim *s)
{
    return (s->id.idr0 & IDR0_EXIDS) ? 16 : s->id.idr0 >> 9 & 0xf;
}
/* IAS, OAS */
static inline unsigned int sim_v2_size(unsigned int code)
{
    static const unsigned int bits[] = { 32, 36, 40, 42, 44, 48 };

    return bits[code > 5 ? 5 : code];
}

/* regs.c: the write that is to be lost is this one. */
bool sim_loses_this(void);
void sim_v2_config(struct sim *s, unsigned int which, unsigned int index,
                   uint64_t value);
void sim_v2_settle(struct sim *s, uint64_t writes);
void sim_v2_arrive(struct sim *s, struct sim_txn *t);
void sim_v2_configure(struct sim *s, struct sim_txn *t);
void sim_v2_fault(struct sim *s, struct sim_txn *t, unsigned int type);
void sim_v2_tlbi(struct sim *s, struct sim_v2_tlbi c);
void sim_v2_sync(struct sim *s);
void sim_v2_sync_bank(struct sim *s, unsigned int n);
void sim_v2_work(struct sim *s);

#endif /* __TESTS_SIM_SIM_V2_H__ */
