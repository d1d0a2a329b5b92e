/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The power source 'scmi': Xen as a client of the host's firmware (DEN0056:
 * base 5.1.2 for the channel, power domain protocol 4.3) over SMC.
 *
 * Invariant: the channel is Xen's alone.  A message that is not answered in
 * time, or not as asked, is a failure; so is a state that the firmware does
 * not confirm when it is asked which one it is.
 */
#ifndef __XEN_SMMU_POWER_SCMI_H__
#define __XEN_SMMU_POWER_SCMI_H__

#include "smmu.h"

struct smmu_scmi_channel {
    void *shmem;                    /* mapped, as registers are */
    uint32_t smc_id;
    uint32_t token;                 /* of the last message, 0..1023 */
    struct smmu_mutex mutex;        /* one message at a time */
    struct smmu_scmi_power *first;  /* those prepared */
};

struct smmu_scmi_power {
    struct smmu_power_source source;    /* first: what the unit points to */
    struct smmu_scmi_channel *channel;
    uint32_t domain;                /* the SMMU's power domain */
    struct smmu_scmi_power *next;   /* of its channel */
};

/*
 * Prepares a source whose power domain is on now: checks the protocol's
 * version and that the domain exists, and asks for it to be on, so that the
 * messages of a wake have been tried once.  Promises of `caps` are filled in;
 * where two SMMUs share a power domain, masters_held is taken back from both,
 * and so neither is ever turned off.  May be called at boot only.
 * 0, or -EIO, -ETIMEDOUT, -ENODEV; logged with `name`.
 */
int smmu_scmi_power_init(struct smmu_scmi_power *power, const char *name);

/* From the glue: the SMC (arm,smc-id) with its answer in r0. */
uint64_t smmu_smc(uint32_t id);

#endif /* __XEN_SMMU_POWER_SCMI_H__ */
