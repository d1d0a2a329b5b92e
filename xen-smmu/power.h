/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state machine of DESIGN 4: pure functions over tables.
 *
 * Invariant: what is not in a table does not happen: the event is answered
 * with -EINVAL, and the state stays.
 */
#ifndef __XEN_SMMU_POWER_H__
#define __XEN_SMMU_POWER_H__

#include "plat.h"

/* States are the ABI's: XEN_SMMU_LINK_*, XEN_SMMU_UNIT_*. */
#define SMMU_LINK_STATES    5
#define SMMU_UNIT_STATES    4

enum smmu_link_event {
    SMMU_LINK_WAKE,                 /* elision ends, the debt is taken */
    SMMU_LINK_OPENED,               /* flushed, opened, synced */
    SMMU_LINK_STAYED,               /* the flush failed, nothing was opened */
    SMMU_LINK_SLEEP,                /* its streams are told to abort */
    SMMU_LINK_BLOCKED,              /* that was acknowledged */
    SMMU_LINK_LOST,                 /* it never will be */
    SMMU_LINK_EVENTS
};

enum smmu_unit_event {
    SMMU_UNIT_PARK,                 /* SMMUEN=0 was acknowledged */
    SMMU_UNIT_RUN,                  /* SMMUEN=1 was acknowledged */
    SMMU_UNIT_POWER_OFF,            /* the power source has let go */
    SMMU_UNIT_PROGRAMMED,           /* powered, aborting, its queue runs */
    SMMU_UNIT_FAIL,
    SMMU_UNIT_EVENTS
};

/* The state after the event, or -EINVAL: not in this state. */
int smmu_power_link(unsigned int state, enum smmu_link_event event);
int smmu_power_unit(unsigned int state, enum smmu_unit_event event);

/*
 * Whether a device's streams are to be open: its vote, below the toolstack's
 * word for the domain (XEN_SMMU_FORCE_*), below the domain's end.
 */
bool smmu_power_wanted(bool stopped, unsigned int force, bool vote);

/* What a power source promises; all false unless it says so (DESIGN 2.2). */
struct smmu_power_caps {
    bool masters_held;              /* no master transacts until GBPA aborts */
    bool registers_kept;
    bool caches_lost;
};
/* What may become of a parked unit (DESIGN 2.6). */
bool smmu_power_may_off(const struct smmu_power_caps *caps);

#endif /* __XEN_SMMU_POWER_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
