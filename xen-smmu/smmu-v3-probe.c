/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds out what an SMMUv3 is, gives it tables and queues, lets it run. */
#include "smmu-v3-priv.h"

static const struct smmu_backend smmu_v3_backend = {
    .type = XEN_SMMU_TYPE_V3,
    .program = smmu_v3_program,
    .run = smmu_v3_run,
    .park = smmu_v3_park,
    .stop = smmu_v3_stop,
    .disable = smmu_v3_disable,
    .reserve = smmu_v3_reserve,
    .release = smmu_v3_release,
    .configure = smmu_v3_configure,
    .open = smmu_v3_open,
    .abort = smmu_v3_abort,
    .issue = smmu_v3_issue,
    .range_cost = smmu_v3_range_cost,
    .wait = smmu_v3_wait,
    .events = smmu_v3_events,
    .dump = smmu_v3_dump,
};

int smmu_v3_probe(struct smmu_unit *unit, void *regs, bool dma_coherent,
                  unsigned int ram_bits)
{
    struct smmu_v3 *v3 = smmu_zalloc(sizeof(*v3));
    int rc = -ENOMEM;

    if ( !v3 )
        goto out;

    v3->regs = regs;
    smmu_mutex_init(&v3->power);
    rc = smmu_v3_identify(unit->name, regs, dma_coherent, ram_bits,
                          &v3->caps);
    if ( rc )
        goto out;

    unit->private = v3;
    unit->backend = &smmu_v3_backend;
    unit->vmid_bits = v3->caps.vmid_bits;
    unit->ipa_bits = unit->oas_bits = v3->caps.oas_bits;
    unit->coherent = v3->caps.coherent;

    rc = smmu_v3_strtab_init(unit) ?: smmu_v3_cmdq_init(unit) ?:
         smmu_v3_evtq_init(unit);
    if ( rc )
        goto out;

    rc = smmu_unit_add(unit);
    if ( rc )
    {
        /* It was told where its tables are: they stay what they are. */
        smmu_log(SMMU_ERR, "%s: does not start (%d); devices behind it cannot be assigned",
                 unit->name, rc);
        return rc;
    }

    smmu_log(SMMU_INFO, "%s: SMMUv3, %u-bit stream IDs (%s table), %u-bit VMIDs, %u-bit addresses, %scoherent, %llu KiB of queues",
             unit->name, unit->sid_bits,
             v3->strtab.two_level ? "two-level" : "linear", unit->vmid_bits,
             unit->oas_bits, unit->coherent ? "" : "not ",
             (unsigned long long)unit->queue_bytes / 1024);

    return 0;

 out:
    if ( rc == -ENOMEM )
        smmu_log(SMMU_ERR, "%s: no memory for its tables and queues",
                 unit->name);
    if ( v3 )
    {
        unit->private = v3;
        smmu_v3_evtq_free(unit);
        smmu_v3_cmdq_free(unit);
        smmu_v3_strtab_free(unit);
    }
    smmu_free(v3);
    unit->private = NULL;

    return rc;
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
