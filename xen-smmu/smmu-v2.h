/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SMMUv1/v2 backend (IHI0062), MMU-400, MMU-401 and MMU-500: stage 2 only.
 *
 * The data's way: probe -> stream (SMRs, S2CRs) -> bank (context banks)
 *                 tlb (invalidations, syncs) -> fault
 *
 * Invariant: a stream that is not open has its S2CR at fault, one that nobody
 * owns matches no SMR and faults by USFCFG=1; CLIENTPD is 0 at all times, for
 * 1 is bypass.  Nothing stalls: CFCFG=0.
 */
#ifndef __XEN_SMMU_SMMU_V2_H__
#define __XEN_SMMU_SMMU_V2_H__

#include "backend.h"

/* By `compatible`: what the ID registers do not tell. */
enum smmu_v2_model {
    SMMU_V2_GENERIC_V1,             /* arm,smmu-v1 */
    SMMU_V2_MMU_400,                /* arm,mmu-400: SMMUv1 */
    SMMU_V2_MMU_401,                /* arm,mmu-401: SMMUv1, 64 KiB pages */
    SMMU_V2_GENERIC_V2,             /* arm,smmu-v2 */
    SMMU_V2_MMU_500,                /* arm,mmu-500: SMMUv2 */
};

/* What the firmware says of a unit. */
struct smmu_v2_firmware {
    enum smmu_v2_model model;
    uint64_t bytes;                 /* of registers, from `regs` on */
    bool dma_coherent;
    unsigned int ram_bits;          /* address bits of the host's RAM */
    unsigned int context_irqs;      /* interrupts beside the global ones */
    bool narrow;                    /* no 64-bit access reaches it */
    bool allow_prefetch;            /* MMU-500: errata or not */
};

/*
 * smmu-v2-model.c: what a node is, by its `compatible` (a list of strings, as
 * it is) and how many `reg` it has.  False: none of these; *why is set: it is
 * one, but not to be driven.
 */
bool smmu_v2_model(const char *compatible, size_t bytes, unsigned int regs,
                   struct smmu_v2_firmware *firmware, const char **why);

/*
 * identify, allocate, program, announce.  `regs`: all of its registers, global
 * space 0 at offset 0, context bank n at (NUMPAGE + n) << PAGESHIFT.  `unit`
 * comes zeroed with name, node, address and source set.
 *
 * Its interrupts are levels: they stay until events() has cleared what they
 * are for.  Who takes one calls smmu_unit_interrupt() and keeps the line
 * masked until unit->listen() is called.
 *
 * A range of streams has `count` IDs from `first` on, in which the bits of
 * `mask` count for nothing (SMR.MASK: stream-match-mask, or a second cell).
 *
 * 0, -ENODEV, -ENOMEM, -ETIMEDOUT; each is logged.  unit->private is NULL if
 * the registers are no longer used.
 */
int smmu_v2_probe(struct smmu_unit *unit, void *regs,
                  const struct smmu_v2_firmware *firmware);

#endif /* __XEN_SMMU_SMMU_V2_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
