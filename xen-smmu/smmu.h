/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver's objects and what may be done to them.  No hardware knowledge.
 *
 * Invariant (DESIGN 2): no page, and no page-table page, is reused while an
 * SMMU could still reach it.  Each SMMU that may hold a translation to it is
 * blocked (the link is DORMANT: its streams abort, acknowledged by a completed
 * sync), or has completed an invalidation and sync issued after the PTE was
 * cleared.
 *
 * Lock order:
 *   Xen's locks (p2m, domctl, dtdevs) -> unit->config -> link->lock
 *                                     -> the backend's queue lock
 * unit->config (a mutex) owns the device list, who owns which stream, and
 * every change of a link's streams.  link->lock owns state and debt; nothing
 * is polled under it.  Of Xen's locks none is taken inside.
 */
#ifndef __XEN_SMMU_SMMU_H__
#define __XEN_SMMU_SMMU_H__

#include "debt.h"
#include "power.h"

#include <public/xen-smmu.h>

struct smmu_backend;
struct smmu_unit;
struct smmu_link;
struct smmu_domain;

/* Stream IDs first .. first + count - 1. */
struct smmu_range {
    uint32_t first;
    uint32_t count;
};

/* A domain's stage 2, as the CPU's own table walker uses it. */
struct smmu_stage2 {
    uint64_t ttb;                   /* physical address of the root table */
    unsigned int ipa_bits;          /* input size, 25..48 */
    unsigned int root_level;        /* 0..2, of a 4 KiB granule table */
};

/* At most SMMU_LIMIT_BURST lines a second, the rest counted. */
#define SMMU_LIMIT_BURST    5
struct smmu_limit {
    uint64_t window;                /* ns, when the current second began */
    unsigned int lines;             /* logged in it */
    uint64_t dropped;               /* since the last line */
};

/* A master, or dom0's PCIe host bridge, and its streams on one unit. */
struct smmu_device {
    struct smmu_device *next;       /* of its unit */
    struct smmu_unit *unit;
    struct smmu_link *link;         /* NULL: of no domain, streams abort */
    const char *path;               /* in the device tree */
    void *private;                  /* the backend's */
    bool bridge;                    /* yields streams that a node names */
    bool open;                      /* its streams translate */
    bool configured;                /* its STEs have the link's translation */
    bool leaving;                   /* being detached */
    bool awake;                     /* its vote */
    bool wanted;                    /* its streams are to be open: decided
                                       once, by who then makes it so */
    struct smmu_limit limit;
    uint64_t faults;
    uint64_t dropped;
    unsigned int nr;
    struct smmu_range sids[];
};

/* What a unit's VMIDs are: see vmid.c. */
#define SMMU_NR_VMIDS       256
struct smmu_vmids {
    unsigned int nr;                /* usable: 1 .. nr - 1 */
    uint8_t state[SMMU_NR_VMIDS];
    uint64_t epoch[SMMU_NR_VMIDS];  /* unit->epoch when it was freed */
};

/* Who gives a unit its power.  Nothing here sleeps or allocates. */
struct smmu_power_source {
    const char *name;
    struct smmu_power_caps caps;
    /* 0, or -EIO, -ETIMEDOUT: then what the unit is is not known. */
    int (*on)(struct smmu_unit *unit);
    int (*off)(struct smmu_unit *unit);
};

/* One SMMU. */
struct smmu_unit {
    struct smmu_unit *next;
    const struct smmu_backend *backend;
    void *private;                  /* the backend's */
    const char *name;               /* as the device tree's node */
    void *node;                     /* the glue's: which node that is */
    uint64_t address;               /* of its registers, physical */
    unsigned int index;
    unsigned int sid_bits;
    unsigned int vmid_bits;
    unsigned int oas_bits;
    uint64_t queue_bytes;
    bool coherent;                  /* its walks snoop the CPU's caches */

    uint64_t gate;                  /* use count and a bit that closes it */
    uint64_t state;                 /* XEN_SMMU_UNIT_* */
    uint64_t reason;                /* enum xen_smmu_reason */
    uint64_t since;                 /* ns, when `state` was entered */
    uint64_t epoch;                 /* whole-SMMU invalidations issued */
    const struct smmu_power_source *source; /* NULL: always powered */
    void *source_private;
    bool suspended;                 /* the host is: nothing wakes it */
    bool stale;                     /* caches unknown since it was off */
    bool by_source;                 /* its source turned it off */
    struct smmu_timer cooling;      /* between two looks at the events */
    uint64_t hot;                   /* a look is due, or was just taken */

    struct smmu_mutex config;
    struct smmu_device *devices;
    struct smmu_link *links;
    struct smmu_vmids vmids;
    struct smmu_work events;        /* drains the event queue */
    struct smmu_limit limit;        /* faults of streams nobody owns */

    uint64_t nr_parks;
    uint64_t nr_offs;
    uint64_t nr_wakes;              /* back to ON */
    uint64_t nr_commands;
    uint64_t nr_syncs;
    uint64_t nr_events;
    uint64_t nr_dropped;
    uint64_t nr_lost;
    uint64_t last_flush;            /* ns; ~0: never */
};

/* Toggling, remembered: see policy.c. */
struct smmu_policy {
    uint64_t window;                /* ns, when the current second began */
    unsigned int wakes;             /* in it */
    unsigned int before;            /* in the one before */
};

struct smmu_link_stats {
    uint64_t flushes;               /* invalidations by hardware */
    uint64_t elided;                /* unmaps that became debt */
    uint64_t merged;                /* of those, into a range there was */
    uint64_t overflows;             /* debts that became the whole VMID */
    uint64_t wakes;
    uint64_t wake_ranges;           /* wakes that flushed ranges */
    uint64_t wake_vmid;             /* the whole VMID */
    uint64_t wake_none;             /* nothing was owed */
    uint64_t wake_all;              /* the whole SMMU: it had been off */
    uint64_t worst_wake;            /* most commands one took */
    uint64_t failures;
};

/* One domain on one unit. */
struct smmu_link {
    struct smmu_link *next;         /* of its domain: only ever grows */
    struct smmu_link *unit_next;    /* of its unit */
    struct smmu_unit *unit;
    struct smmu_domain *domain;
    unsigned int vmid;
    struct smmu_lock lock;
    unsigned int state;             /* XEN_SMMU_LINK_* */
    struct smmu_debt debt;
    uint64_t epoch;                 /* unit->epoch when it was blocked */
    unsigned int reason;            /* enum xen_smmu_reason */
    uint64_t since;
    struct smmu_timer timer;        /* autosuspend */
    struct smmu_work settle;
    struct smmu_policy policy;
    struct smmu_link_stats stats;   /* link->lock */
};

struct smmu_domain {
    uint16_t id;
    struct smmu_stage2 stage2;
    uint64_t links;                 /* struct smmu_link *, grows at its head */
    uint64_t stopped;               /* quiesced for good: no stream opens */
    uint64_t force;                 /* XEN_SMMU_FORCE_* */
    uint64_t delay;                 /* ns, or XEN_SMMU_DELAY_GLOBAL */
    uint64_t quarantined;           /* an invalidation never completed */
};

/* unit.c ----------------------------------------------------------------- */

/*
 * Announces a probed unit: `unit` with name, address, backend, private, source
 * and the properties filled in, powered.  It is programmed, invalidated and
 * PARKED.  Returns 0, or the backend's error: then the unit is not listed, and
 * its hardware aborts if it could be reached.
 */
int smmu_unit_add(struct smmu_unit *unit);
struct smmu_unit *smmu_unit_first(void);
/*
 * An interrupt: there may be events.  They are looked at soon, but only so
 * often: a device that faults without end gets no CPU for itself.  Any
 * context.
 */
void smmu_unit_interrupt(struct smmu_unit *unit);
/* By smmu_power_unit(); false: not from this state. */
bool smmu_unit_event(struct smmu_unit *unit, enum smmu_unit_event event);

/*
 * Takes a use count; false: the unit is off or has failed, its registers must
 * be left alone.  Any context.  A true is answered by smmu_unit_put().
 */
bool smmu_unit_get(struct smmu_unit *unit);
void smmu_unit_put(struct smmu_unit *unit);
/* Closes it for new users, or opens it again. */
void smmu_unit_close(struct smmu_unit *unit);
void smmu_unit_reopen(struct smmu_unit *unit);
/* Use counts held; for assertions, and to wait for. */
uint64_t smmu_unit_users(const struct smmu_unit *unit);

/*
 * DESIGN 5, the last resort: aborts the whole unit and marks it FAILED, once.
 * The caller holds a use count.  Any context that may poll.
 */
void smmu_unit_fail(struct smmu_unit *unit, enum xen_smmu_reason reason);
bool smmu_unit_failed(const struct smmu_unit *unit);

/* unit-power.c ----------------------------------------------------------- */

/* All with unit->config held. */

/*
 * Its command queue runs, and a use count is taken.  If it had been off its
 * caches are unknown: unit->stale, until a whole invalidation.  -EIO: it has
 * failed; the power source's errors: still off; -EACCES: the host is
 * suspended.
 */
int smmu_unit_ready(struct smmu_unit *unit);
/* From then on it translates.  A use count is held.  -EIO: it has failed. */
int smmu_unit_run(struct smmu_unit *unit);
/* If no link needs it: parks it, and lets its power go where that is safe. */
void smmu_unit_rest(struct smmu_unit *unit);
/* A whole-SMMU invalidation has completed: debts from before are paid. */
void smmu_unit_flushed(struct smmu_unit *unit);

/*
 * Host suspend: every link dormant, every unit parked, its registers as good
 * as lost.  0, or -EIO: some link could not be blocked, nothing is suspended.
 */
int smmu_suspend(void);
void smmu_resume(void);

/* stream.c --------------------------------------------------------------- */

/*
 * Makes a device known with its stream ranges; they abort from here on.
 * Copies `sids`, keeps `path`.  Takes unit->config.  -ENOSPC: an ID beyond the
 * unit's; -EBUSY: another device owns one; -ENOMEM; or a failed sync.  Each is
 * logged with its reason.
 */
int smmu_device_add(struct smmu_unit *unit, const char *path, bool bridge,
                    const struct smmu_range *sids, unsigned int nr,
                    struct smmu_device **out);
/* -EBUSY while a domain owns it, and for a bridge.  Frees `dev`. */
int smmu_device_remove(struct smmu_device *dev);

/* Who owns a stream ID, or NULL.  unit->config held. */
struct smmu_device *smmu_stream_owner(struct smmu_unit *unit, uint32_t sid);

/* domain.c --------------------------------------------------------------- */

/* NULL: no memory. */
struct smmu_domain *smmu_domain_create(uint16_t id,
                                       const struct smmu_stage2 *stage2);
/*
 * Stops it, frees its VMIDs, and `domain`; or, if it is quarantined, keeps all
 * of it for ever.
 */
void smmu_domain_destroy(struct smmu_domain *domain);

/*
 * Blocks every link of the domain, for good: a domain that is being shut down,
 * crashed or destroyed.  Returns 0 when each is blocked and acknowledged; or
 * -EIO: the domain is quarantined, none of its memory, nor of what it had
 * mapped, may be reused.  May be called again.
 */
int smmu_domain_stop(struct smmu_domain *domain);
/* The first of its links; they follow by ->next, and stay while it does. */
struct smmu_link *smmu_domain_links(const struct smmu_domain *domain);
bool smmu_domain_quarantined(const struct smmu_domain *domain);

/* attach.c --------------------------------------------------------------- */

/*
 * Gives the device's streams to the domain, and opens them: debt first; unless
 * the toolstack has forced the domain to sleep.
 * -EBUSY: it has an owner; -ENXIO: the domain is stopped; -ENOMEM;
 * -ENOSPC: no VMID; -EIO, -ETIMEDOUT: the hardware; then the streams abort.
 */
int smmu_attach(struct smmu_domain *domain, struct smmu_device *dev);
/*
 * Takes them back: abort, acknowledged.  -ENODEV: not of this domain;
 * -EIO: that could not be confirmed, the domain is quarantined.
 */
int smmu_detach(struct smmu_domain *domain, struct smmu_device *dev);

/* settle.c --------------------------------------------------------------- */

/* Makes the link's streams what votes and force want.  unit->config held. */
int smmu_settle_locked(struct smmu_link *link);
void smmu_settle_init(struct smmu_link *link);
/* Neither timer nor work of it is left. */
void smmu_settle_kill(struct smmu_link *link);

/*
 * The guest's word for one device.  Awake: returns when its streams are open,
 * or -EACCES: the toolstack forces it to sleep; -ENXIO, -EIO, -ETIMEDOUT.
 * Asleep: 0, they close after the autosuspend delay.
 */
int smmu_vote(struct smmu_domain *domain, struct smmu_device *dev, bool awake);
/* The autosuspend delay in force, ns. */
uint64_t smmu_domain_delay(const struct smmu_domain *domain);
/* The toolstack's word.  0, or the first error of a link, the word staying. */
int smmu_force(struct smmu_domain *domain, unsigned int force);

/* link.c ----------------------------------------------------------------- */

/*
 * By smmu_power_link(), link->lock held.  False: not from this state, which
 * stays; its unit has failed meanwhile.
 */
bool smmu_link_event(struct smmu_link *link, enum smmu_link_event what);
/* The domain's link on the unit, made if need be.  unit->config held. */
int smmu_link_find(struct smmu_domain *domain, struct smmu_unit *unit,
                   struct smmu_link **out);
/*
 * unit->config held.  Opens the devices that are to be open, debt first: from
 * DORMANT.  Blocks: from any state.  0, or -EIO, -ETIMEDOUT.
 */
int smmu_link_wake(struct smmu_link *link);
int smmu_link_block(struct smmu_link *link, enum xen_smmu_reason reason);
/* Whether the device's streams are to be open. */
bool smmu_device_wanted(const struct smmu_device *dev);
/* DESIGN 5: a flush of `link` failed.  The caller holds no use count. */
void smmu_link_fail(struct smmu_link *link, enum xen_smmu_reason reason);
/* The same with unit->config held. */
void smmu_link_fail_locked(struct smmu_link *link,
                           enum xen_smmu_reason reason);
/*
 * Its unit can no longer be used.  True: it was not blocked before, which
 * quarantines its domain.
 */
bool smmu_link_lost(struct smmu_link *link);
/* XEN_SMMU_LINK_*, its unit's failure taken in. */
unsigned int smmu_link_state(struct smmu_link *link);

/* policy.c --------------------------------------------------------------- */

/* The global autosuspend delay, ns; 0: at once. */
extern uint64_t smmu_delay;
void smmu_policy_woke(struct smmu_policy *policy, uint64_t now);
/* ns from the last vote's end to sleep, given the configured delay. */
uint64_t smmu_policy_delay(const struct smmu_policy *policy, uint64_t now,
                           uint64_t delay);

/* flush.c ---------------------------------------------------------------- */

/*
 * PTEs of the domain's pages `first`.. (IPA page numbers, `pages` of them; ~0:
 * all) were changed; `removed`: some were valid before.  When it
 * returns 0, no SMMU reaches the pages that the old ones named.  -EIO,
 * -ETIMEDOUT: it may; the domain's streams abort, and it is quarantined if
 * that could not be confirmed.  Any context that may poll; powers nothing up,
 * allocates nothing.
 */
int smmu_flush(struct smmu_domain *domain, uint64_t first, uint64_t pages,
               bool removed);

/* vmid.c ----------------------------------------------------------------- */

void smmu_vmids_init(struct smmu_vmids *vmids, unsigned int bits);
/* A VMID >= 1 or 0: none left.  *dirty: it owes an invalidation. */
unsigned int smmu_vmid_alloc(struct smmu_vmids *vmids, bool *dirty);
/* To be invalidated before it is used again. */
void smmu_vmid_free(struct smmu_vmids *vmids, unsigned int vmid,
                    uint64_t epoch);
/* A whole-SMMU invalidation that was issued as `epoch` has completed. */
void smmu_vmids_flushed(struct smmu_vmids *vmids, uint64_t epoch);

/* fault.c ---------------------------------------------------------------- */

enum smmu_access { SMMU_READ, SMMU_WRITE, SMMU_EXEC };
/* One event record, decoded by the backend. */
struct smmu_fault {
    uint32_t sid;
    const char *what;               /* "translation", "stream not assigned" */
    unsigned int code;              /* the hardware's */
    uint64_t address;               /* IPA */
    bool has_address;
    enum smmu_access access;
};
/* Logs one line, or counts it.  Takes unit->config. */
void smmu_fault_report(struct smmu_unit *unit, const struct smmu_fault *fault);
/* Whether one more line may be logged now.  *dropped: how many were not. */
bool smmu_limit_pass(struct smmu_limit *limit, uint64_t now,
                     uint64_t *dropped);

/* reason.c --------------------------------------------------------------- */
const char *smmu_reason_token(unsigned int reason);
const char *smmu_reason_next(unsigned int reason);

/* record.c --------------------------------------------------------------- */
/* An object as the ABI shows it; `record` comes zeroed.  unit->config held. */
void smmu_record_unit(struct smmu_unit *unit, struct xen_smmu_unit *record);
void smmu_record_link(struct smmu_link *link, struct xen_smmu_link *record);
void smmu_record_device(struct smmu_device *dev,
                        struct xen_smmu_device *record);

/* dump.c ----------------------------------------------------------------- */
/* Logs the state of everything. */
void smmu_dump(void);

/* What op.c wants from the glue: a domain that stays while it is held. */
struct smmu_domain *smmu_domain_hold(uint16_t id, enum xen_smmu_reason *why);
void smmu_domain_release(struct smmu_domain *domain);

/* op.c ------------------------------------------------------------------- */
/*
 * Answers one control request, in place.  `copy` writes records into the
 * caller's buffer: copy(buffer, offset, from, bytes), non-zero: it cannot.
 * Returns 0 or a negative errno, with op->reason set.
 */
int smmu_op(struct xen_smmu_op *op,
            int (*copy)(uint64_t buffer, uint64_t offset, const void *from,
                        size_t bytes));

#endif /* __XEN_SMMU_SMMU_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
