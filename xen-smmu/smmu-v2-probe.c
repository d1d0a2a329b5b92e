/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds out what an SMMUv1 or v2 is, makes it abort, lets it run. */
#include "smmu-v2-priv.h"

#define BACKEND(type_)                  \
    {                                   \
        .type = (type_),                \
        .program = smmu_v2_program,     \
        .run = smmu_v2_run,             \
        .park = smmu_v2_park,           \
        .stop = smmu_v2_stop,           \
        .disable = smmu_v2_disable,     \
        .reserve = smmu_v2_reserve,     \
        .release = smmu_v2_release,     \
        .configure = smmu_v2_configure, \
        .open = smmu_v2_open,           \
        .abort = smmu_v2_abort,         \
        .issue = smmu_v2_issue,         \
        .range_cost = smmu_v2_range_cost, \
        .wait = smmu_v2_wait,           \
        .events = smmu_v2_events,       \
        .dump = smmu_v2_dump,           \
    }

/* What a bank walks that no stream is to be led by: see smmu-v2-bank.c. */
static int make_empty(struct smmu_unit *unit)
{
    struct smmu_v2 *v2 = to_v2(unit);

    if ( !v2->caps.va64 )
        return 0;
    v2->empty = smmu_dma_alloc(SMMU_V2_EMPTY_BYTES, &v2->empty_phys);
    if ( !v2->empty )
        return -ENOMEM;
    if ( !unit->coherent )
        smmu_dma_clean(v2->empty, SMMU_V2_EMPTY_BYTES);

    return 0;
}

static const struct smmu_backend backend_v1 = BACKEND(XEN_SMMU_TYPE_V1);
static const struct smmu_backend backend_v2 = BACKEND(XEN_SMMU_TYPE_V2);

int smmu_v2_probe(struct smmu_unit *unit, void *regs,
                  const struct smmu_v2_firmware *firmware)
{
    struct smmu_v2 *v2 = smmu_zalloc(sizeof(*v2));
    const struct smmu_v2_caps *caps;
    int rc;

    if ( !v2 )
    {
        smmu_log(SMMU_ERR, "%s: no memory for its state", unit->name);
        return -ENOMEM;
    }

    v2->regs = regs;
    caps = &v2->caps;
    rc = smmu_v2_identify(unit->name, regs, firmware, &v2->caps);
    if ( rc )
        goto out;

    smmu_mutex_init(&v2->power);
    unit->private = v2;
    unit->coherent = caps->coherent;
    rc = make_empty(unit);
    if ( rc )
    {
        smmu_log(SMMU_ERR, "%s: no memory for its tables", unit->name);
        goto out;
    }
    unit->backend = caps->version > 1 ? &backend_v2 : &backend_v1;
    smmu_v2_tlb_init(unit);
    unit->sid_bits = caps->sid_bits;
    unit->mask_bits = caps->matches ? (1U << caps->sid_bits) - 1 : 0;
    /* Never more than there are banks: the 16-bit ones are of no use here. */
    unit->vmid_bits = 8;
    unit->max_links = caps->banks;
    unit->ipa_bits = caps->ipa_bits;
    unit->oas_bits = caps->oas_bits;

    rc = smmu_unit_add(unit);
    if ( rc )
    {
        smmu_log(SMMU_ERR, "%s: does not start (%d); devices behind it cannot be assigned",
                 unit->name, rc);
        return rc;
    }

    smmu_log(SMMU_INFO, "%s: %s%s, %u context banks, %u-bit stream IDs (%u %s), %u-bit addresses, %scoherent",
             unit->name, caps->version > 1 ? "SMMUv2" : "SMMUv1",
             caps->mmu500 ? " (MMU-500)" : "", caps->banks, unit->sid_bits,
             caps->groups, caps->matches ? "match registers" : "indexed",
             unit->oas_bits, unit->coherent ? "" : "not ");

    return 0;

 out:
    smmu_free(v2);
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
