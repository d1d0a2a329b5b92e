/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files that tie the driver to Xen. */
#ifndef __XEN_SMMU_XEN_GLUE_H__
#define __XEN_SMMU_XEN_GLUE_H__

#include "../smmu.h"

struct device;
struct domain;
struct dt_device_node;
struct dt_phandle_args;

/* iommu.c */
void xen_smmu_ops_register(void);
/* The domain's, made if need be.  NULL: no memory. */
struct smmu_domain *xen_smmu_domain(struct domain *d);
/* NULL: there is none. */
struct smmu_domain *xen_smmu_of(const struct domain *d);
/* NULL: Xen drives no SMMU at this node. */
struct smmu_unit *xen_smmu_unit(const void *node);

/* Makes it known, with the stream IDs of its fwspec. */
int xen_smmu_add_device(struct device *dev);

/* bindings.c: *id: what a cell, or two, of `iommus` say.  -EINVAL, logged. */
int xen_smmu_specifier(const struct smmu_unit *unit, const char *path,
                       const struct dt_phandle_args *args, uint32_t *id);
/* Bits of every stream ID that do not count, but where two cells say so. */
uint32_t xen_smmu_mask(const struct smmu_unit *unit);
struct smmu_range xen_smmu_range(const struct smmu_unit *unit, uint32_t id);
/* Masters by the old binding, whose nodes name no SMMU. */
void xen_smmu_legacy_masters(struct smmu_unit *unit,
                             struct dt_device_node *smmu);

/* irq.c: by kind of SMMU.  SMMUv2's sets unit->listen. */
void xen_smmu_v3_irqs(struct smmu_unit *unit, struct dt_device_node *node);
void xen_smmu_v2_irqs(struct smmu_unit *unit, struct dt_device_node *node);
/* Those beside SMMUv2's global ones. */
unsigned int xen_smmu_context_irqs(const struct dt_device_node *node);

/* scmi.c: before a domain's first device: its SCMI server, if it may. */
void xen_smmu_agent(struct domain *d, struct smmu_domain *domain);

/* gather.c: false: no operation of the domain is open on this CPU. */
bool xen_smmu_gather_add(struct smmu_domain *domain, uint64_t page);

/* param.c: what hypfs shows of the global autosuspend delay. */
void xen_smmu_show_delay(void);

/* power.c: who gives the unit its power, by its device tree node. */
void xen_smmu_power_source(struct smmu_unit *unit,
                           struct dt_device_node *node);

/* bridge.c: gives dom0's PCIe host bridges their streams. */
void xen_smmu_bridges(struct domain *d);

/* test.c, in test builds only: protections that can be taken away. */
#ifdef CONFIG_XEN_SMMU_TEST
void xen_smmu_test_unit(struct smmu_unit *unit);
void xen_smmu_test_source(struct smmu_unit *unit);
bool xen_smmu_test_no_quiesce(void);
bool xen_smmu_test_no_keep(void);
bool xen_smmu_test_no_break(void);
bool xen_smmu_test_any_unmap(void);
#else
static inline void xen_smmu_test_unit(struct smmu_unit *unit) {}
static inline void xen_smmu_test_source(struct smmu_unit *unit) {}
static inline bool xen_smmu_test_no_quiesce(void) { return false; }
static inline bool xen_smmu_test_no_keep(void) { return false; }
static inline bool xen_smmu_test_no_break(void) { return false; }
static inline bool xen_smmu_test_any_unmap(void) { return false; }
#endif

#endif /* __XEN_SMMU_XEN_GLUE_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
