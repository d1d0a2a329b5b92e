/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long a link stays awake after its last vote has gone.
 *
 * A link that woke often in this second and the one before waits longer, twice
 * as long for each wake beyond the free ones, up to a limit: a guest that
 * toggles slows its own going to sleep, never a wake-up.
 */
#include "smmu.h"

#define SECOND          1000000000ULL
#define FREE_WAKES      8
#define MIN_PENALTY     1000000ULL
#define MAX_DELAY       SECOND

uint64_t smmu_delay = 20000000;

void smmu_policy_woke(struct smmu_policy *policy, uint64_t now)
{
    uint64_t passed = now - policy->window;

    if ( passed >= SECOND )
    {
        policy->before = passed < 2 * SECOND ? policy->wakes : 0;
        policy->wakes = 0;
        policy->window = now;
    }
    policy->wakes++;
}

uint64_t smmu_policy_delay(const struct smmu_policy *policy, uint64_t now,
                           uint64_t delay)
{
    uint64_t passed = now - policy->window, penalty = MIN_PENALTY;
    unsigned int wakes = 0;

    if ( passed < SECOND )
        wakes = policy->wakes + policy->before;
    else if ( passed < 2 * SECOND )
        wakes = policy->wakes;
    if ( wakes <= FREE_WAKES )
        return delay;

    for ( wakes -= FREE_WAKES; wakes && penalty < MAX_DELAY; wakes-- )
        penalty *= 2;
    if ( penalty > MAX_DELAY )
        penalty = MAX_DELAY;

    return delay > penalty ? delay : penalty;
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
