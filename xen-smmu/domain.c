/* SPDX-License-Identifier: GPL-2.0-only */
/* Domains: their links on each unit, and their end. */
#include "smmu.h"

struct smmu_domain *smmu_domain_create(uint16_t id,
                                       const struct smmu_stage2 *stage2)
{
    struct smmu_domain *domain = smmu_zalloc(sizeof(*domain));

    if ( !domain )
        return NULL;
    domain->id = id;
    domain->stage2 = *stage2;
    domain->force = XEN_SMMU_FORCE_AUTO;
    domain->delay = XEN_SMMU_DELAY_GLOBAL;
    smmu_lock_init(&domain->lock);

    return domain;
}

struct smmu_link *smmu_domain_links(const struct smmu_domain *domain)
{
    return (struct smmu_link *)(uintptr_t)smmu_load(&domain->links);
}

bool smmu_domain_quarantined(const struct smmu_domain *domain)
{
    return smmu_load(&domain->quarantined);
}

int smmu_domain_stop(struct smmu_domain *domain)
{
    struct smmu_link *link;
    int rc = 0, err;

    /* Before the links are looked at: see smmu_attach(). */
    smmu_cmpxchg(&domain->stopped, 0, 1);

    for ( link = smmu_domain_links(domain); link; link = link->next )
    {
        smmu_mutex_lock(&link->unit->config);
        err = smmu_settle_locked(link);
        smmu_mutex_unlock(&link->unit->config);
        rc = rc ?: err;
    }

    return rc ?: smmu_domain_quarantined(domain) ? -EIO : 0;
}

/* It was blocked.  Its VMID is dirty until a later invalidation. */
static void free_link(struct smmu_link *link)
{
    struct smmu_unit *unit = link->unit;
    struct smmu_device *dev;
    struct smmu_link **p;

    smmu_settle_kill(link);
    smmu_mutex_lock(&unit->config);
    for ( dev = unit->devices; dev; dev = dev->next )
        if ( dev->link == link )
        {
            dev->link = NULL;
            smmu_store(&dev->scmi, 0);
        }
    for ( p = &unit->links; *p != link; p = &(*p)->unit_next )
        ;
    *p = link->unit_next;
    smmu_vmid_free(&unit->vmids, link->vmid, unit->epoch);
    smmu_trace_gone(link);
    smmu_mutex_unlock(&unit->config);
    smmu_free(link);
}

void smmu_domain_destroy(struct smmu_domain *domain)
{
    struct smmu_link *link, *next;

    /* Then nothing of it is ever used again: link, VMID, stream or domain. */
    if ( smmu_domain_stop(domain) )
        return;

    for ( link = smmu_domain_links(domain); link; link = next )
    {
        next = link->next;
        free_link(link);
    }
    if ( domain->agent )
        smmu_agent_destroy(domain->agent);
    smmu_free(domain);
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
