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
 *                                     -> the backend's locks
 *                                     -> domain->lock
 * unit->config (a mutex) owns the device list, who owns which stream, and
 * every change of a link's streams.  link->lock owns state and debt,
 * domain->lock the gathers that are open; nothing is polled under them.  Of
 * Xen's locks none is taken inside.
 */
#ifndef __XEN_SMMU_SMMU_H__
#define __XEN_SMMU_SMMU_H__

#include "objects.h"
#include "trace.h"

#include <public/xen-smmu.h>

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
/*
 * Closes it for new users, or opens it again; then events are looked at if
 * they were to be meanwhile.
 */
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
/* The backend's, and again until it is known to have heard of it. */
int smmu_unit_disable(struct smmu_unit *unit);

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
/*
 * All units are added: from here on a source may turn them off.  Before, it
 * may turn out that two of them are turned on and off together.
 */
void smmu_units_complete(void);
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
 * The next of the aligned blocks that make up a range, *done of whose IDs were
 * in those before; it starts as 0.  False: that was all.
 */
bool smmu_range_block(const struct smmu_range *range, uint32_t *done,
                      struct smmu_block *block);
/* Whether they have an ID in common. */
bool smmu_blocks_meet(const struct smmu_block *a, const struct smmu_block *b);

/*
 * Makes a device known with its stream ranges; they abort from here on.
 * Copies `sids`, keeps `path`.  Takes unit->config.  Logged: -ENOSPC: no such
 * ID, or no register for it; -EBUSY: one has an owner; -ENOMEM; a failed sync.
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
/*
 * The guest as a whole was suspended, or goes on: every link sleeps, above
 * votes and force, until it goes on.  0, or the first error of a link.
 */
int smmu_domain_suspend(struct smmu_domain *domain, bool suspended);
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
/*
 * Sets the link's timer for what is due next: a device's autosuspend delay
 * ends, or what failed is tried again.  unit->config held.
 */
void smmu_settle_later(struct smmu_link *link);
void smmu_settle_init(struct smmu_link *link);
/* Neither timer nor work of it is left. */
void smmu_settle_kill(struct smmu_link *link);

/*
 * The guest's word for one device.  Awake: returns when its streams are open,
 * or -EACCES: the toolstack forces it to sleep; -ENXIO, -EIO, -ETIMEDOUT; then
 * its vote is what it was before.  Asleep: 0, they close after the
 * autosuspend delay, counted from the first such word.  While the host is
 * suspended both are taken down, for when it resumes.
 */
int smmu_vote(struct smmu_domain *domain, struct smmu_device *dev, bool awake);
/*
 * The guest has no word for it any more: awake, unless it is forced to sleep.
 * As smmu_force().
 */
int smmu_unvote(struct smmu_domain *domain, struct smmu_device *dev);
/* The vote that stands. */
bool smmu_voted(struct smmu_device *dev);
/* The autosuspend delay in force, ns. */
uint64_t smmu_domain_delay(const struct smmu_domain *domain);
/* The toolstack's word.  0, or the first error of a link, the word staying. */
int smmu_force(struct smmu_domain *domain, unsigned int force);

/* agent.c: scmi.h has the rest ------------------------------------------- */

/* The domain's power domains: a device comes, or leaves.  No lock is held. */
void smmu_agent_add(struct smmu_agent *agent, struct smmu_device *dev);
void smmu_agent_remove(struct smmu_agent *agent, struct smmu_device *dev);
void smmu_agent_destroy(struct smmu_agent *agent);
/* Whether a domain that has an agent is to be heard. */
bool smmu_scmi_enabled(const struct smmu_domain *domain);
/* Off: its devices are awake from now on.  0, or the first error of a vote. */
int smmu_scmi_switch(struct smmu_domain *domain, bool on);
/* Its counters; `r` comes zeroed. */
void smmu_record_agent(struct smmu_agent *agent, struct xen_smmu_link *r);

/* link.c ----------------------------------------------------------------- */

/*
 * By smmu_power_link(), link->lock held.  False: not from this state, which
 * stays; its unit has failed meanwhile.  _why: link->reason is that then.
 */
bool smmu_link_event(struct smmu_link *link, enum smmu_link_event what);
bool smmu_link_event_why(struct smmu_link *link, enum smmu_link_event what,
                         enum xen_smmu_reason why);
/* The domain's link on the unit, made if need be.  unit->config held. */
int smmu_link_find(struct smmu_domain *domain, struct smmu_unit *unit,
                   struct smmu_link **out);
/*
 * unit->config held.  Opens the devices that are to be open, debt first: from
 * DORMANT.  Blocks: from any state.  0, or -EIO, -ETIMEDOUT.
 */
int smmu_link_wake(struct smmu_link *link);
int smmu_link_block(struct smmu_link *link, enum xen_smmu_reason reason);
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
/*
 * The same for a set of pages that is not empty; `unmaps`, `why`: for
 * statistics.
 */
int smmu_flush_debt(struct smmu_domain *domain, const struct smmu_debt *what,
                    uint64_t unmaps, enum smmu_drain why);

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
/* The same for so many a second. */
bool smmu_limit_burst(struct smmu_limit *limit, uint64_t now,
                      unsigned int burst, uint64_t *dropped);

/* Whether a line about the unit itself may be logged now.  unit->config. */
bool smmu_unit_may_log(struct smmu_unit *unit);

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
/* One that has no device yet, too. */
struct smmu_domain *smmu_domain_hold_new(uint16_t id,
                                         enum xen_smmu_reason *why);
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
