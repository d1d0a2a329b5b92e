/* SPDX-License-Identifier: GPL-2.0-only */
/* The state machine of DESIGN 4: see power.h. */
#include "power.h"

#include <public/xen-smmu.h>

/* 0 in a table: not possible.  Hence states are kept with one added. */
#define TO(state)   ((state) + 1)
#define DORMANT     XEN_SMMU_LINK_DORMANT
#define WAKING      XEN_SMMU_LINK_WAKING
#define LIVE        XEN_SMMU_LINK_LIVE
#define QUIESCING   XEN_SMMU_LINK_QUIESCING

static const uint8_t link_table[SMMU_LINK_STATES][SMMU_LINK_EVENTS] = {
    [DORMANT] = {
        [SMMU_LINK_WAKE] = TO(WAKING),
    },
    [WAKING] = {
        [SMMU_LINK_OPENED] = TO(LIVE),
        [SMMU_LINK_STAYED] = TO(DORMANT),
        [SMMU_LINK_SLEEP] = TO(QUIESCING),
        [SMMU_LINK_LOST] = TO(XEN_SMMU_LINK_FAILED),
    },
    [LIVE] = {
        [SMMU_LINK_SLEEP] = TO(QUIESCING),
        [SMMU_LINK_LOST] = TO(XEN_SMMU_LINK_FAILED),
    },
    [QUIESCING] = {
        [SMMU_LINK_BLOCKED] = TO(DORMANT),
        [SMMU_LINK_LOST] = TO(XEN_SMMU_LINK_FAILED),
    },
};

static const uint8_t unit_table[SMMU_UNIT_STATES][SMMU_UNIT_EVENTS] = {
    [XEN_SMMU_UNIT_ON] = {
        [SMMU_UNIT_PARK] = TO(XEN_SMMU_UNIT_PARKED),
        [SMMU_UNIT_FAIL] = TO(XEN_SMMU_UNIT_FAILED),
    },
    [XEN_SMMU_UNIT_PARKED] = {
        [SMMU_UNIT_RUN] = TO(XEN_SMMU_UNIT_ON),
        [SMMU_UNIT_POWER_OFF] = TO(XEN_SMMU_UNIT_OFF),
        [SMMU_UNIT_FAIL] = TO(XEN_SMMU_UNIT_FAILED),
    },
    [XEN_SMMU_UNIT_OFF] = {
        [SMMU_UNIT_PROGRAMMED] = TO(XEN_SMMU_UNIT_PARKED),
        [SMMU_UNIT_FAIL] = TO(XEN_SMMU_UNIT_FAILED),
    },
};

int smmu_power_link(unsigned int state, enum smmu_link_event event)
{
    return state < SMMU_LINK_STATES && event < SMMU_LINK_EVENTS &&
           link_table[state][event] ? link_table[state][event] - 1 : -EINVAL;
}

int smmu_power_unit(unsigned int state, enum smmu_unit_event event)
{
    return state < SMMU_UNIT_STATES && event < SMMU_UNIT_EVENTS &&
           unit_table[state][event] ? unit_table[state][event] - 1 : -EINVAL;
}

bool smmu_power_wanted(bool stopped, unsigned int force, bool vote)
{
    if ( stopped || force == XEN_SMMU_FORCE_SUSPEND )
        return false;

    return vote || force == XEN_SMMU_FORCE_RESUME;
}

bool smmu_power_may_off(const struct smmu_power_caps *caps)
{
    return caps->masters_held;
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
