/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver asks of the glue: domains that stay while they are held, and
 * the SMC to the firmware.
 */
#include "host.h"
#include "smmu.h"
#include "power-scmi.h"

struct smmu_domain *(*host_find_domain)(uint16_t id,
                                        enum xen_smmu_reason *why);
uint64_t (*host_smc)(uint32_t id);
unsigned int host_domains_held;
uint32_t host_shmem[HOST_SHMEM_WORDS];
void (*host_shmem_access)(uint32_t offset, bool write);

struct smmu_domain *smmu_domain_hold(uint16_t id, enum xen_smmu_reason *why)
{
    struct smmu_domain *domain = NULL;

    *why = XEN_SMMU_REASON_NO_DOMAIN;
    if ( host_find_domain )
        domain = host_find_domain(id, why);
    if ( domain )
        __atomic_fetch_add(&host_domains_held, 1, __ATOMIC_RELAXED);

    return domain;
}

void smmu_domain_release(struct smmu_domain *domain)
{
    if ( !__atomic_fetch_sub(&host_domains_held, 1, __ATOMIC_RELAXED) )
        host_complain("a domain is released that was not held");
}

uint64_t smmu_smc(uint32_t id)
{
    return host_smc ? host_smc(id) : ~0ULL;
}

struct smmu_domain *smmu_domain_hold_new(uint16_t id,
                                         enum xen_smmu_reason *why)
{
    return smmu_domain_hold(id, why);
}
