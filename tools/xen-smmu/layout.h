/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest's address space as Xen 4.17 to 4.20 lay it out on Arm. */
#ifndef XEN_SMMU_LAYOUT_H
#define XEN_SMMU_LAYOUT_H

#include "tree.h"

/* Of the SCMI server that the hypervisor runs for a guest with devices. */
#define SCMI_SHMEM      0x22001000ULL
#define SCMI_SHMEM_SIZE 0x1000ULL
#define SCMI_SMC_ID     0x82000010U

struct area {
    const char *name;
    uint64_t start, size;
};

/* What of Xen's this overlaps; `memory` bytes of RAM, 0: not known. */
const struct area *layout_find(const struct range *at, uint64_t memory);
/* "region: grant table (0x38000000-0x38ffffff)", or the nearest; to free. */
char *layout_near(uint64_t address);
/* In a bank for RAM, whether there is RAM or not? */
bool layout_in_bank(const struct range *at);
/*
 * A place for these pages of the host's, the same one if it is free; 0: there
 * is none.  `next` begins with 0; ask in the order of host addresses.
 */
uint64_t layout_place(const struct range *host, uint64_t *next);

#endif
