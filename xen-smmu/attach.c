/* SPDX-License-Identifier: GPL-2.0-only */
/* A device comes to a domain, and leaves it. */
#include "backend.h"

int smmu_attach(struct smmu_domain *domain, struct smmu_device *dev)
{
    struct smmu_unit *unit = dev->unit;
    struct smmu_link *link;
    int rc;

    smmu_mutex_lock(&unit->config);

    rc = dev->link ? -EBUSY : smmu_link_find(domain, unit, &link);
    if ( !rc )
    {
        dev->link = link;
        dev->awake = true;
        dev->until = 0;
        link->tries = 0;
        dev->configured = false;
        smmu_trace_device(dev, true);
        /* After the link is there: smmu_domain_stop() sees it, or we this. */
        rc = smmu_load(&domain->stopped) ? -ENXIO : smmu_settle_locked(link);
        /* One that is open could not be confirmed closed: it stays. */
        if ( rc && !dev->open )
        {
            smmu_trace_device(dev, false);
            dev->link = NULL;
            smmu_settle_later(link);
        }
    }

    smmu_mutex_unlock(&unit->config);
    if ( !rc && domain->agent )
        smmu_agent_add(domain->agent, dev);

    return rc;
}

int smmu_detach(struct smmu_domain *domain, struct smmu_device *dev)
{
    struct smmu_unit *unit = dev->unit;
    int rc = -ENODEV;

    /* No message of the guest's is about it from here on. */
    if ( domain->agent )
        smmu_agent_remove(domain->agent, dev);
    smmu_mutex_lock(&unit->config);

    if ( dev->link && dev->link->domain == domain )
    {
        dev->leaving = true;
        smmu_settle_locked(dev->link);
        /* Whatever befell the others: does this one abort? */
        rc = dev->open && smmu_link_state(dev->link) != XEN_SMMU_LINK_DORMANT
             ? -EIO : 0;
        dev->leaving = false;
        if ( !rc )
        {
            dev->open = false;
            smmu_trace_device(dev, false);
            dev->link = NULL;
        }
    }

    smmu_mutex_unlock(&unit->config);

    return rc;
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
