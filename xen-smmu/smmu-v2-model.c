/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which SMMUv1 or v2 a device tree node is.  Some that call themselves
 * compatible with one that is driven are more than that, and are not.
 */
#include "smmu-v2.h"

/* The first that the node has in its list counts; a prefix ends in a comma. */
static const struct {
    const char *compatible;
    enum smmu_v2_model model;
    const char *why;
} models[] = {
    { "qcom,", 0,
      "Qualcomm's firmware and GPUs have a part in it, which this driver does not know" },
    { "cavium,smmu-v2", 0,
      "its TLBs are shared by several SMMUs, whose VMIDs would have to differ (erratum 27704)" },
    { "nvidia,tegra194-smmu", 0, "it is several SMMUs that are programmed as one" },
    { "nvidia,tegra234-smmu", 0, "it is several SMMUs that are programmed as one" },
    { "nvidia,tegra186-smmu", SMMU_V2_MMU_500, NULL },
    { "nvidia,smmu-500", 0, "it is several SMMUs that are programmed as one" },
    { "arm,mmu-500", SMMU_V2_MMU_500, NULL },
    { "arm,smmu-v2", SMMU_V2_GENERIC_V2, NULL },
    { "arm,mmu-401", SMMU_V2_MMU_401, NULL },
    { "arm,mmu-400", SMMU_V2_MMU_400, NULL },
    { "arm,smmu-v1", SMMU_V2_GENERIC_V1, NULL },
};

/* Whether a list of strings has it, or one that starts so. */
static bool has(const char *list, size_t bytes, const char *what)
{
    size_t len = strlen(what), at, end;
    bool prefix = what[len - 1] == ',';

    for ( at = 0; at < bytes; at = end + 1 )
    {
        for ( end = at; end < bytes && list[end]; end++ )
            ;
        if ( end - at >= len && (prefix || end - at == len) &&
             !memcmp(list + at, what, len) )
            return true;
    }

    return false;
}

bool smmu_v2_model(const char *compatible, size_t bytes, unsigned int regs,
                   struct smmu_v2_firmware *firmware, const char **why)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(models); i++ )
        if ( has(compatible, bytes, models[i].compatible) )
            break;
    if ( i == ARRAY_SIZE(models) )
        return false;

    *why = models[i].why;
    if ( !*why && regs > 1 )
        *why = "it has more than one 'reg': several SMMUs, or one that is not Arm's alone";
    firmware->model = models[i].model;
    /* Erratum 582743: 64-bit accesses do not get there. */
    firmware->narrow = has(compatible, bytes, "marvell,ap806-smmu-500");

    return true;
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
