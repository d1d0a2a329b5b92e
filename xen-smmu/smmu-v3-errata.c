/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What particular revisions get wrong, by SMMU_IIDR (IHI0070 6.3.7):
 * ProductID [31:20], Variant [19:16], Revision [15:12], Implementer [11:0].
 *
 * Errata of features that this driver does not use (stage 1 and nesting, BTM,
 * SEV and WFE, ATS, stalls) need no row.
 */
#include "smmu-v3.h"

#define IIDR_PRODUCT    0xfff00fffU     /* any variant and revision */

static const struct {
    uint32_t mask;
    uint32_t value;
    unsigned int batch; /* a SYNC among every so many commands */
    const char *what;
} errata[] = {
    { IIDR_PRODUCT, 0x4870043bU, 64,
      "MMU-700 erratum 2812531: a SYNC among every 64 commands" },
};

void smmu_v3_errata(const char *name, struct smmu_v3_caps *caps)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(errata); i++ )
        if ( (caps->iidr & errata[i].mask) == errata[i].value )
        {
            if ( caps->batch > errata[i].batch )
                caps->batch = errata[i].batch;
            smmu_log(SMMU_INFO, "%s: IIDR=%#010x: %s", name, caps->iidr,
                     errata[i].what);
        }
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
