/* SPDX-License-Identifier: GPL-2.0-only */
/* Which device tree nodes are an SMMUv1 or v2 that is driven, and why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "smmu-v2.h"

static struct smmu_v2_firmware firmware;
static const char *why;

#define IS(list, regs)                                              \
    (memset(&firmware, 0xff, sizeof(firmware)), why = "not asked",  \
     smmu_v2_model(list, sizeof(list), regs, &firmware, &why))

static void driven(void **state)
{
    assert_true(IS("arm,mmu-500", 1));
    assert_null(why);
    assert_int_equal(firmware.model, SMMU_V2_MMU_500);
    assert_false(firmware.narrow);
    assert_true(IS("arm,mmu-401\0arm,smmu-v1", 1));
    assert_null(why);
    assert_int_equal(firmware.model, SMMU_V2_MMU_401);
    assert_true(IS("arm,mmu-400", 1));
    assert_int_equal(firmware.model, SMMU_V2_MMU_400);
    assert_true(IS("vendor,smmu\0arm,smmu-v2", 1));
    assert_int_equal(firmware.model, SMMU_V2_GENERIC_V2);
    assert_true(IS("arm,smmu-v1", 1));
    assert_int_equal(firmware.model, SMMU_V2_GENERIC_V1);
    assert_true(IS("nvidia,tegra186-smmu\0nvidia,smmu-500", 1));
    assert_null(why);
    assert_true(IS("marvell,ap806-smmu-500\0arm,mmu-500", 1));
    assert_null(why);
    assert_true(firmware.narrow);
}

static void refused(void **state)
{
    assert_true(IS("qcom,sdm845-smmu-500\0arm,mmu-500", 1));
    assert_non_null(strstr(why, "Qualcomm"));
    assert_true(IS("qcom,adreno-smmu\0qcom,smmu-v2\0arm,smmu-v2", 1));
    assert_non_null(strstr(why, "Qualcomm"));
    assert_true(IS("cavium,smmu-v2\0arm,smmu-v2", 1));
    assert_non_null(strstr(why, "27704"));
    assert_true(IS("nvidia,tegra194-smmu\0nvidia,smmu-500\0arm,mmu-500", 1));
    assert_non_null(strstr(why, "several"));
    assert_true(IS("nvidia,tegra264-smmu\0nvidia,smmu-500", 1));
    assert_non_null(strstr(why, "several"));
    assert_true(IS("arm,mmu-500", 2));
    assert_non_null(strstr(why, "more than one 'reg'"));
}

static void others(void **state)
{
    assert_false(IS("arm,smmu-v3", 1));
    assert_false(IS("", 1));
    assert_false(IS("arm,mmu-5000", 1));
    assert_false(IS("xarm,mmu-500", 1));
    assert_false(IS("arm,mmu-50", 1));
    /* A list without its last NUL. */
    assert_true(smmu_v2_model("arm,mmu-500", 11, 1, &firmware, &why));
    assert_false(smmu_v2_model("arm,mmu-500", 10, 1, &firmware, &why));
}

/* A range as blocks, each as large as its place allows. */
static void blocks(void **state)
{
    const struct smmu_range range = { .first = 3, .count = 10,
                                      .mask = 0x7000 };
    static const struct smmu_block wanted[] = {
        { 3, 0x7000 }, { 4, 0x7003 }, { 8, 0x7003 }, { 12, 0x7000 },
    };
    struct smmu_block b;
    uint32_t done = 0;
    unsigned int i;

    for ( i = 0; smmu_range_block(&range, &done, &b); i++ )
    {
        assert_true(i < ARRAY_SIZE(wanted));
        assert_int_equal(b.id, wanted[i].id);
        assert_int_equal(b.mask, wanted[i].mask);
    }
    assert_int_equal(i, ARRAY_SIZE(wanted));

    b = (struct smmu_block){ 0x20, 0x7c00 };
    assert_true(smmu_blocks_meet(&b, &(struct smmu_block){ 0x420, 0 }));
    assert_true(smmu_blocks_meet(&b, &(struct smmu_block){ 0x20, 0xf }));
    assert_false(smmu_blocks_meet(&b, &(struct smmu_block){ 0x421, 0 }));
    assert_false(smmu_blocks_meet(&b, &(struct smmu_block){ 0x10, 0xf }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(driven), cmocka_unit_test(refused),
        cmocka_unit_test(others), cmocka_unit_test(blocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
