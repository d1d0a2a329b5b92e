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
    SMMU_INV_RANGE,                 /* of a VMID: an IPA range, all levels */
    SMMU_INV_STREAMS,               /* configuration of a stream range, of the
                                       link with that VMID, or 0: of none */
};
struct smmu_inv {
    enum smmu_inv_kind kind;
    unsigned int vmid;
    struct smmu_range sids;
    uint64_t first;                 /* page number, 4 KiB */
    uint64_t pages;
};

#define SMMU_FAULTS     16
struct smmu_faults {
    unsigned int nr;
    struct smmu_fault fault[SMMU_FAULTS];
};

struct smmu_backend {
    uint32_t type;                  /* XEN_SMMU_TYPE_* */

    /*
     * From whatever state the registers are in: aborts everything, programs
     * all, and lets the command queue run, the unit still aborting.  What its
     * caches hold is not known.  0, -ETIMEDOUT.
     */
    int (*program)(struct smmu_unit *unit);
    /*
     * From programmed or parked: it looks at its tables.  0, -ETIMEDOUT, -EIO:
     * it was disabled.
     */
    int (*run)(struct smmu_unit *unit);
    /*
     * It aborts every transaction, looks at no table, and keeps registers and
     * command queue.  New transactions only: it is no drain.  0, -ETIMEDOUT,
     * -EIO: it was disabled.
     */
    int (*park)(struct smmu_unit *unit);
    /*
     * From parked: queues and interrupts off, nothing of its own in flight:
     * its power may go.  program() comes next.  0, -ETIMEDOUT, -EIO: it was
     * disabled.
     */
    int (*stop)(struct smmu_unit *unit);
    /*
     * As parked, from an unknown state, the queue stopped.  The end.  It may
     * come while another CPU is in run, park or stop: whichever is first, the
     * unit does not run afterwards.  -ETIMEDOUT; -EAGAIN: it may not even have
     * heard of it, and is to be asked again, which takes no time.
     */
    int (*disable)(struct smmu_unit *unit);

    /*
     * Tables, or registers, for the device's streams, aborting.  0, -ENOMEM;
     * -ENOSPC, -EINVAL: no register for them, which it has logged.
     */
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
    /* Commands that SMMU_INV_RANGE takes for so many pages; 0: it cannot. */
    unsigned int (*range_cost)(const struct smmu_unit *unit, uint64_t pages);
    /* 0: that sync has completed.  -ETIMEDOUT, -EIO: it has not. */
    int (*wait)(struct smmu_unit *unit, uint64_t ticket);

    /*
     * Handles global errors, and takes the next events off the queue.  False:
     * there were neither.
     */
    bool (*events)(struct smmu_unit *unit, struct smmu_faults *faults);
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
    unsigned int nr;                /* not issued yet */
    bool issued;                    /* some were: ticket is the last one */
    uint64_t ticket;
    int rc;
    struct smmu_inv inv[8];
};
void smmu_inv_add(struct smmu_inv_list *list, struct smmu_inv inv);
void smmu_inv_add_streams(struct smmu_inv_list *list,
                          const struct smmu_device *dev);
/*
 * One invalidation for all of it, which is not nothing: its range, or the
 * whole VMID where it has several, or the unit cannot say it in one command.
 */
struct smmu_inv smmu_inv_debt(const struct smmu_link *link,
                              const struct smmu_debt *debt);
/* 0: all have completed, or there were none.  Else the backend's error. */
int smmu_inv_sync(struct smmu_inv_list *list);
/* The configuration of one device's streams.  unit->config is held. */
int smmu_sync_streams(struct smmu_device *dev);
/*
 * unit-power.c: adds the whole-SMMU invalidation, a new epoch's; on its
 * success smmu_unit_flushed() is due.  unit->config is held.
 */
void smmu_unit_invalidate(struct smmu_unit *unit, struct smmu_inv_list *list);

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
