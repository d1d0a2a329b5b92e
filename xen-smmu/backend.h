/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the core asks of a kind of SMMU.
 *
 * Invariant: a backend does what it is told and knows no policy.  Every call
 * below is made with a use count of the unit held; those that name a device
 * with unit->config held too.
 */
#ifndef __XEN_SMMU_BACKEND_H__
#define __XEN_SMMU_BACKEND_H__

#include "smmu.h"

/* What to invalidate. */
enum smmu_inv_kind {
    SMMU_INV_ALL,                   /* TLBs and configuration, of everything */
    SMMU_INV_VMID,                  /* TLBs of a VMID, all stages and levels */
    SMMU_INV_STREAMS,               /* configuration of a stream range */
};
struct smmu_inv {
    enum smmu_inv_kind kind;
    unsigned int vmid;
    struct smmu_range sids;
};

struct smmu_backend {
    uint32_t type;                  /* XEN_SMMU_TYPE_* */

    /*
     * From whatever state the registers are in: aborts everything, programs
     * all, invalidates all, synced, and lets it run with the streams as they
     * are.  0, -ETIMEDOUT, -EIO.
     */
    int (*enable)(struct smmu_unit *unit);
    /*
     * Makes the unit abort every transaction, tables not looked at.  New ones
     * only: it is no drain.  0, -ETIMEDOUT.
     */
    int (*disable)(struct smmu_unit *unit);

    /* Tables for the device's streams, aborting.  0, -ENOMEM. */
    int (*reserve)(struct smmu_unit *unit, struct smmu_device *dev);
    /* Its streams no longer belong to it.  They abort, a bridge's as well. */
    void (*release)(struct smmu_unit *unit, struct smmu_device *dev);
    /*
     * Writes the translation of dev->link for its streams, which abort.  To
     * be followed by SMMU_INV_STREAMS and a sync before they are opened.
     */
    void (*configure)(struct smmu_unit *unit, struct smmu_device *dev);
    /* The one store each.  To be followed by SMMU_INV_STREAMS and a sync. */
    void (*open)(struct smmu_unit *unit, struct smmu_device *dev);
    void (*abort)(struct smmu_unit *unit, struct smmu_device *dev);

    /*
     * Queues invalidations and one sync behind them, without waiting for it.
     * *ticket is for wait().  0, -ETIMEDOUT: no room came, -EIO: it has
     * stopped; then nothing, or a part without its sync, was queued.
     */
    int (*issue)(struct smmu_unit *unit, const struct smmu_inv *inv,
                 unsigned int nr, uint64_t *ticket);
    /* 0: that sync has completed.  -ETIMEDOUT, -EIO: it has not. */
    int (*wait)(struct smmu_unit *unit, uint64_t ticket);

    /* Reads what events there are: smmu_fault_report() for each.  No
       unit->config. */
    void (*events)(struct smmu_unit *unit);
    /* Logs the registers and queues. */
    void (*dump)(struct smmu_unit *unit);
};

/* inv.c ------------------------------------------------------------------ */

/*
 * Invalidations gathered for one sync.  Starts as { .unit = unit }; a use
 * count is held throughout.  What does not fit is issued on the way; the queue
 * is in order, so that the last sync covers it.
 */
struct smmu_inv_list {
    struct smmu_unit *unit;
    unsigned int nr;
    int rc;
    struct smmu_inv inv[8];
};
void smmu_inv_add(struct smmu_inv_list *list, struct smmu_inv inv);
void smmu_inv_add_streams(struct smmu_inv_list *list,
                          const struct smmu_device *dev);
/* 0: all have completed.  Else the backend's error. */
int smmu_inv_sync(struct smmu_inv_list *list);
/* The configuration of one device's streams.  unit->config is held. */
int smmu_sync_streams(struct smmu_device *dev);

#endif /* __XEN_SMMU_BACKEND_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
