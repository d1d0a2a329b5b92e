/* SPDX-License-Identifier: GPL-2.0-only */
/* The ways in for the administrator: the sysctl and the debug key. */
#include "glue.h"

#include <xen/guest_access.h>
#include <xen/init.h>
#include <xen/keyhandler.h>
#include <xen/xen-smmu.h>

#include <public/sysctl.h>

static int copy_out(uint64_t buffer, uint64_t offset, const void *from,
                    size_t bytes)
{
    XEN_GUEST_HANDLE_PARAM(char) handle =
        guest_handle_from_ptr((void *)(unsigned long)buffer, char);

    return copy_to_guest_offset(handle, offset, (const char *)from, bytes)
           ? -EFAULT : 0;
}

/* The caller was found to be privileged (xsm_sysctl). */
long xen_smmu_sysctl(struct xen_sysctl *op)
{
    struct xen_smmu_op *request = (void *)op->u.pad;

    long rc;

    BUILD_BUG_ON(sizeof(*request) > sizeof(op->u.pad));

    rc = smmu_op(request, copy_out);
    xen_smmu_show_delay();

    return rc;
}

static void dump_key(unsigned char key)
{
    smmu_dump();
}

static int __init control_init(void)
{
    register_keyhandler('S', dump_key, "dump SMMU state", 1);
    /* iommu_setup() is over. */
    smmu_units_complete();

    return 0;
}
__initcall(control_init);

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
