/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens, for who wants to see it afterwards: a ring of events.
 *
 * Invariant: an event that is read is one that was written, whole.  Writers
 * never wait, allocate, or take a lock, so they may be called anywhere; who
 * would have to wait for a slot drops its event instead, and readers see how
 * many they have lost.  Nothing is recorded for an unmap but at powers of two.
 */
#ifndef __XEN_SMMU_TRACE_H__
#define __XEN_SMMU_TRACE_H__

#include "objects.h"

#include <public/xen-smmu.h>

struct smmu_fault;
struct smmu_inv;

/* Events that are kept. */
#define SMMU_TRACE_EVENTS   1024

/* One event; its seq and time are filled in.  Any context. */
void smmu_trace(struct xen_smmu_event event);
/*
 * The oldest event that is left from *next on; *next is then the one behind
 * it, and *lost has grown by those that are gone.  False: there is none yet;
 * a *next beyond the end becomes the end.
 */
bool smmu_trace_read(uint64_t *next, uint64_t *lost,
                     struct xen_smmu_event *event);
/* The number that the next event gets. */
uint64_t smmu_trace_head(void);

/* trace-events.c: what becomes an event ---------------------------------- */

void smmu_trace_unit(const struct smmu_unit *unit, unsigned int before,
                     unsigned int state, enum xen_smmu_reason reason);
/* Its source is told to turn it on or off; rc: and has not. */
void smmu_trace_power(const struct smmu_unit *unit, bool on, int rc);
/* It has entered link->state.  link->lock held; config, if it can be told. */
void smmu_trace_link(struct smmu_link *link, unsigned int before);
void smmu_trace_gone(const struct smmu_link *link);
/* It came to a domain, or is about to leave it.  unit->config held. */
void smmu_trace_device(struct smmu_device *dev, bool came);
/* Its vote has changed.  unit->config held. */
void smmu_trace_vote(struct smmu_device *dev);
void smmu_trace_force(const struct smmu_domain *domain, unsigned int before,
                      unsigned int force);
/* What it owes has changed, and not by an unmap.  link->lock held. */
void smmu_trace_debt(struct smmu_link *link);
/* By an unmap: link->stats.elided has got to link->trace.at. */
static inline void smmu_trace_unmap(struct smmu_link *link)
{
    if ( link->stats.elided >= link->trace.at )
        smmu_trace_debt(link);
}
/* An invalidation has completed: of `pages`, ~0: all of its VMID's. */
void smmu_trace_flush(struct smmu_link *link, const struct smmu_inv *inv);
/* Everything of the unit's. */
void smmu_trace_flush_all(const struct smmu_unit *unit);
/* One that is logged; `dropped` were not.  unit->config held. */
void smmu_trace_fault(const struct smmu_unit *unit,
                      const struct smmu_device *dev,
                      const struct smmu_fault *fault, uint64_t dropped);

#endif /* __XEN_SMMU_TRACE_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
