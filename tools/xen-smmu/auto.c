/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu auto DOM: its devices sleep and wake as its guest votes again. */
#include <inttypes.h>
#include <stdio.h>

#include "force.h"

static void say(const char *who, const struct xen_smmu_force *force)
{
    printf("%s: %s; %" PRIu32 " device%s awake\n", who,
           force->force == XEN_SMMU_FORCE_AUTO ?
           "was left to its guest already" : "left to its guest",
           force->votes, force->votes == 1 ? " votes" : "s vote");
}

int verb_auto(const struct options *options, char **arguments)
{
    return force_domain(options, arguments[0], "set to auto",
                        XEN_SMMU_FORCE_AUTO, say);
}
