/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VMIDs of one unit, under unit->config.
 *
 * Invariant: a VMID is clean only if a whole-SMMU invalidation that was issued
 * after it was freed has completed, or if it was never used.  One that is not
 * makes its next owner start with a debt.
 */
#include "smmu.h"

enum { CLEAN, USED, DIRTY };

void smmu_vmids_init(struct smmu_vmids *vmids, unsigned int bits)
{
    memset(vmids, 0, sizeof(*vmids));
    vmids->nr = bits < 8 ? 1U << bits : SMMU_NR_VMIDS;
    /* VMID 0 is what an entry without a VMID would be tagged with. */
    vmids->state[0] = USED;
}

static unsigned int take(struct smmu_vmids *vmids, unsigned int state)
{
    unsigned int i;

    for ( i = 1; i < vmids->nr; i++ )
        if ( vmids->state[i] == state )
        {
            vmids->state[i] = USED;
            return i;
        }

    return 0;
}

unsigned int smmu_vmid_alloc(struct smmu_vmids *vmids, bool *dirty)
{
    unsigned int vmid = take(vmids, CLEAN);

    *dirty = !vmid;

    return vmid ?: take(vmids, DIRTY);
}

void smmu_vmid_free(struct smmu_vmids *vmids, unsigned int vmid,
                    uint64_t epoch)
{
    ASSERT(vmids->state[vmid] == USED);
    vmids->state[vmid] = DIRTY;
    vmids->epoch[vmid] = epoch;
}

void smmu_vmids_flushed(struct smmu_vmids *vmids, uint64_t epoch)
{
    unsigned int i;

    for ( i = 1; i < vmids->nr; i++ )
        if ( vmids->state[i] == DIRTY && vmids->epoch[i] < epoch )
            vmids->state[i] = CLEAN;
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
