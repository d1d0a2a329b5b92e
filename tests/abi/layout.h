/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control interface as it was released: what a tool or a hypervisor that
 * is out there believes.  Lines are only ever added; a line that has to be
 * changed is a new major version.
 */
#define LAYOUT(STRUCT, FIELD) \
    STRUCT(xen_smmu_version, 16) \
    FIELD(xen_smmu_version, abi, 0, 4) \
    FIELD(xen_smmu_version, unit_size, 4, 4) \
    FIELD(xen_smmu_version, link_size, 8, 4) \
    FIELD(xen_smmu_version, device_size, 12, 4) \
    STRUCT(xen_smmu_list, 32) \
    FIELD(xen_smmu_list, first, 0, 4) \
    FIELD(xen_smmu_list, count, 4, 4) \
    FIELD(xen_smmu_list, total, 8, 4) \
    FIELD(xen_smmu_list, record_size, 12, 4) \
    FIELD(xen_smmu_list, domid, 16, 2) \
    FIELD(xen_smmu_list, pad, 18, 6) \
    FIELD(xen_smmu_list, buffer, 24, 8) \
    STRUCT(xen_smmu_op, 128) \
    FIELD(xen_smmu_op, op, 0, 4) \
    FIELD(xen_smmu_op, abi, 4, 4) \
    FIELD(xen_smmu_op, reason, 8, 4) \
    FIELD(xen_smmu_op, pad, 12, 4) \
    FIELD(xen_smmu_op, u, 16, 112) \
    STRUCT(xen_smmu_unit, 184) \
    FIELD(xen_smmu_unit, name, 0, 64) \
    FIELD(xen_smmu_unit, address, 64, 8) \
    FIELD(xen_smmu_unit, index, 72, 4) \
    FIELD(xen_smmu_unit, type, 76, 4) \
    FIELD(xen_smmu_unit, state, 80, 4) \
    FIELD(xen_smmu_unit, reason, 84, 4) \
    FIELD(xen_smmu_unit, sid_bits, 88, 4) \
    FIELD(xen_smmu_unit, vmid_bits, 92, 4) \
    FIELD(xen_smmu_unit, oas_bits, 96, 4) \
    FIELD(xen_smmu_unit, devices, 100, 4) \
    FIELD(xen_smmu_unit, links, 104, 4) \
    FIELD(xen_smmu_unit, links_live, 108, 4) \
    FIELD(xen_smmu_unit, links_debt, 112, 4) \
    FIELD(xen_smmu_unit, quarantined, 116, 4) \
    FIELD(xen_smmu_unit, queue_bytes, 120, 8) \
    FIELD(xen_smmu_unit, since, 128, 8) \
    FIELD(xen_smmu_unit, commands, 136, 8) \
    FIELD(xen_smmu_unit, syncs, 144, 8) \
    FIELD(xen_smmu_unit, events, 152, 8) \
    FIELD(xen_smmu_unit, events_dropped, 160, 8) \
    FIELD(xen_smmu_unit, events_lost, 168, 8) \
    FIELD(xen_smmu_unit, last_flush, 176, 8) \
    STRUCT(xen_smmu_link, 64) \
    FIELD(xen_smmu_link, unit, 0, 4) \
    FIELD(xen_smmu_link, domid, 4, 2) \
    FIELD(xen_smmu_link, vmid, 6, 2) \
    FIELD(xen_smmu_link, state, 8, 4) \
    FIELD(xen_smmu_link, flags, 12, 4) \
    FIELD(xen_smmu_link, reason, 16, 4) \
    FIELD(xen_smmu_link, devices, 20, 4) \
    FIELD(xen_smmu_link, since, 24, 8) \
    FIELD(xen_smmu_link, flushes, 32, 8) \
    FIELD(xen_smmu_link, elided, 40, 8) \
    FIELD(xen_smmu_link, wakes, 48, 8) \
    FIELD(xen_smmu_link, failures, 56, 8) \
    STRUCT(xen_smmu_device, 360) \
    FIELD(xen_smmu_device, path, 0, 192) \
    FIELD(xen_smmu_device, unit, 192, 4) \
    FIELD(xen_smmu_device, domid, 196, 2) \
    FIELD(xen_smmu_device, pad, 198, 2) \
    FIELD(xen_smmu_device, state, 200, 4) \
    FIELD(xen_smmu_device, flags, 204, 4) \
    FIELD(xen_smmu_device, faults, 208, 8) \
    FIELD(xen_smmu_device, faults_dropped, 216, 8) \
    FIELD(xen_smmu_device, nr_ranges, 224, 4) \
    FIELD(xen_smmu_device, pad2, 228, 4) \
    FIELD(xen_smmu_device, sids, 232, 128)

#define NUMBERS(NUMBER) \
    NUMBER(XEN_SYSCTL_smmu, 0x534d0001) \
    NUMBER(XEN_SMMU_ABI_VERSION >> 16, 1) \
    NUMBER(XEN_SMMU_get_version, 0) \
    NUMBER(XEN_SMMU_list_units, 1) \
    NUMBER(XEN_SMMU_list_links, 2) \
    NUMBER(XEN_SMMU_list_devices, 3) \
    NUMBER(XEN_SMMU_DOMID_ANY, 0xffff) \
    NUMBER(XEN_SMMU_TYPE_V3, 3) \
    NUMBER(XEN_SMMU_UNIT_ON, 0) \
    NUMBER(XEN_SMMU_UNIT_PARKED, 1) \
    NUMBER(XEN_SMMU_UNIT_OFF, 2) \
    NUMBER(XEN_SMMU_UNIT_FAILED, 3) \
    NUMBER(XEN_SMMU_LINK_DORMANT, 0) \
    NUMBER(XEN_SMMU_LINK_WAKING, 1) \
    NUMBER(XEN_SMMU_LINK_LIVE, 2) \
    NUMBER(XEN_SMMU_LINK_QUIESCING, 3) \
    NUMBER(XEN_SMMU_LINK_FAILED, 4) \
    NUMBER(XEN_SMMU_LINK_debt_all, 1) \
    NUMBER(XEN_SMMU_LINK_quarantined, 2) \
    NUMBER(XEN_SMMU_LINK_dying, 4) \
    NUMBER(XEN_SMMU_DEVICE_UNASSIGNED, 0) \
    NUMBER(XEN_SMMU_DEVICE_ABORTED, 1) \
    NUMBER(XEN_SMMU_DEVICE_OPEN, 2) \
    NUMBER(XEN_SMMU_DEVICE_bridge, 1) \
    NUMBER(XEN_SMMU_PATH_LEN, 192) \
    NUMBER(XEN_SMMU_NR_SIDS, 16) \
    NUMBER(XEN_SMMU_REASON_NONE, 0) \
    NUMBER(XEN_SMMU_REASON_BAD_VERSION, 1) \
    NUMBER(XEN_SMMU_REASON_BAD_OP, 2) \
    NUMBER(XEN_SMMU_REASON_BAD_ARGUMENT, 3) \
    NUMBER(XEN_SMMU_REASON_BAD_BUFFER, 4) \
    NUMBER(XEN_SMMU_REASON_NO_DOMAIN, 5) \
    NUMBER(XEN_SMMU_REASON_NO_IOMMU, 6) \
    NUMBER(XEN_SMMU_REASON_STREAM_TAKEN, 7) \
    NUMBER(XEN_SMMU_REASON_STREAM_RANGE, 8) \
    NUMBER(XEN_SMMU_REASON_NO_VMID, 9) \
    NUMBER(XEN_SMMU_REASON_NO_MEMORY, 10) \
    NUMBER(XEN_SMMU_REASON_SYNC_TIMEOUT, 11) \
    NUMBER(XEN_SMMU_REASON_CMDQ_ERROR, 12) \
    NUMBER(XEN_SMMU_REASON_UNIT_FAILED, 13) \
    NUMBER(XEN_SMMU_REASON_REGISTER_TIMEOUT, 14) \
    NUMBER(XEN_SMMU_REASON_QUARANTINED, 15) \
    NUMBER(XEN_SMMU_REASON_DYING, 16) \
    NUMBER(XEN_SMMU_REASON_SERVICE_FAILURE, 17)
