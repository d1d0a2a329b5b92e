/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SMMUv3 backend (IHI0070): stage 2 only.
 *
 * The data's way: probe -> strtab (stream table) -> cmdq (command queue)
 *                 evtq (event queue, GERROR)
 */
#ifndef __XEN_SMMU_SMMU_V3_H__
#define __XEN_SMMU_SMMU_V3_H__

#include "backend.h"

/* What one SMMUv3 can do: decoded ID registers, errata applied. */
struct smmu_v3_caps {
    unsigned int sid_bits;
    unsigned int vmid_bits;
    unsigned int oas_bits;
    unsigned int cmdq_log2;         /* entries it supports, at most */
    unsigned int evtq_log2;
    uint32_t iidr;
    bool two_level;
    bool coherent;
    bool btm;
    bool attr_override;             /* an STE may say where SHCFG comes from */
    bool hyp;
    bool ats;
    bool msi;
    unsigned int batch;             /* a sync among every so many commands */
    bool range_inv;
};

/*
 * Reads the ID registers behind `regs`.  `dma_coherent`: what the firmware
 * says; `ram_bits`: address bits of the host's RAM.  Returns 0 and fills in
 * caps, or -ENODEV with a logged error naming register and value.
 */
int smmu_v3_identify(const char *name, void *regs, bool dma_coherent,
                     unsigned int ram_bits, struct smmu_v3_caps *caps);
/* smmu-v3-errata.c: takes away what this revision cannot do. */
void smmu_v3_errata(const char *name, struct smmu_v3_caps *caps);

/*
 * identify, allocate, enable, announce.  `unit` comes zeroed with name, node
 * and address set.  0, -ENODEV, -ENOMEM, -ETIMEDOUT; each is logged.
 */
int smmu_v3_probe(struct smmu_unit *unit, void *regs, bool dma_coherent,
                  unsigned int ram_bits);

#endif /* __XEN_SMMU_SMMU_V3_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
