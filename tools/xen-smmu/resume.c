/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu resume DOM: its devices stay awake, whatever its guest votes. */
#include <stdio.h>

#include "force.h"

static void say(const char *who, const struct xen_smmu_force *force)
{
    printf("%s: %s until 'xl smmu auto %u'\n", who,
           force->force == XEN_SMMU_FORCE_RESUME ?
           "was awake already, and stays so" : "awake, and stays so",
           force->domid);
}

int verb_resume(const struct options *options, char **arguments)
{
    return force_domain(options, arguments[0], "resume",
                        XEN_SMMU_FORCE_RESUME, say);
}
