/* SPDX-License-Identifier: GPL-2.0-only */
/* What suspend, resume and auto share. */
#ifndef XEN_SMMU_FORCE_H
#define XEN_SMMU_FORCE_H

#include "output.h"

/* What has happened to `who`, in a line; the force in it is the one before. */
typedef void force_say_fn(const char *who, const struct xen_smmu_force *force);

int force_domain(const struct options *options, const char *domain,
                 const char *doing, uint32_t wanted, force_say_fn *say);

#endif
