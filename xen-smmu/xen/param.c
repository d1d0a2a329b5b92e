/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smmu-autosuspend-ns: the global autosuspend delay, on Xen's command line and
 * in hypfs, below params/.  A string there: libxenhypfs cannot write integers
 * of 64 bits, and only this way a value is checked.
 */
#include "glue.h"

#include <xen/init.h>
#include <xen/param.h>

static int cf_check parse_delay(const char *s);

#ifdef CONFIG_HYPFS
static char delay_text[24];

static void show(struct param_hypfs *par)
{
    snprintf(delay_text, sizeof(delay_text), "%llu",
             (unsigned long long)smmu_load(&smmu_delay));
    custom_runtime_set_var(par, delay_text);
}

static void __init cf_check delay_init(struct param_hypfs *par)
{
    show(par);
}
#endif

custom_runtime_param("smmu-autosuspend-ns", parse_delay, delay_init);

void xen_smmu_show_delay(void)
{
#ifdef CONFIG_HYPFS
    show(param_2_parfs(parse_delay));
#endif
}

static int cf_check parse_delay(const char *s)
{
    const char *end;
    uint64_t delay = simple_strtoull(s, &end, 0);

    if ( end == s || *end || delay > XEN_SMMU_DELAY_MAX )
        return -EINVAL;
    smmu_store(&smmu_delay, delay);
    xen_smmu_show_delay();

    return 0;
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
