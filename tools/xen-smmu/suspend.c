/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu suspend DOM: its devices sleep, whatever its guest votes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "force.h"

static void say(const char *who, const struct xen_smmu_force *force)
{
    char *text;

    printf("%s: %s\n", who, force->force == XEN_SMMU_FORCE_SUSPEND ?
           "was suspended already" : "suspended");
    if (!force->votes)
        return;
    text = format_text("Its guest has %" PRIu32 " device%s awake: all DMA of "
                       "the domain's devices aborts until 'xl smmu auto %u' "
                       "or 'xl smmu resume %u', and drivers in the guest may "
                       "see I/O errors or time-outs.", force->votes,
                       force->votes == 1 ? "" : "s", force->domid,
                       force->domid);
    note_paragraph("  ", text);
    free(text);
}

int verb_suspend(const struct options *options, char **arguments)
{
    return force_domain(options, arguments[0], "suspend",
                        XEN_SMMU_FORCE_SUSPEND, say);
}
