/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules' functions, by group; rules.c has the words. */
#ifndef XEN_SMMU_RULES_H
#define XEN_SMMU_RULES_H

#include "check.h"

/* rules_device.c: can the device be assigned? */
device_rule_fn rule_no_node, rule_disabled, rule_not_reserved, rule_no_iommus,
    rule_pcie_bridge, rule_bad_iommus, rule_many_smmus, rule_not_driven,
    rule_smmu_disabled,
    rule_smmu_cells, rule_stream_shared, rule_assigned_twice;

/* rules_hardware.c: what else the host's tree says about it */
device_rule_fn rule_host_reg, rule_host_irq, rule_page_shared, rule_msi;

/* rules_host.c: the SMMUs, and what dom0 loses */
tree_rule_fn rule_smmu_regs, rule_smmu_irqs, rule_smmu_clocks,
    rule_smmu_power, rule_bridge, rule_dom0, rule_unprotected;

/* rules_guest.c: the partial tree */
guest_rule_fn rule_no_passthrough, rule_guest_cells, rule_phandle_taken,
    rule_dangling, rule_forced, rule_address_taken, rule_address_extended;
device_rule_fn rule_guest_node, rule_power_number, rule_scmi_off,
    rule_coherency;

/* rules_config.c: xl.cfg, against both trees */
guest_rule_fn rule_key_unknown, rule_key_type, rule_no_tree, rule_iomem_syntax,
    rule_iomem_missing, rule_iomem_stray, rule_irqs_syntax, rule_irqs_missing,
    rule_irqs_stray;

#endif
