/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control interface as it was released: what a tool or a hypervisor that
 * is out there believes.  Lines are only ever added, in a table of their own
 * for each minor version; a line that has to be changed is a new major version.
 * A part is what one version added to a struct: where it begins and ends.
 */
#define LAYOUT_1_0(PART, FIELD) \
    PART(xen_smmu_version, 0, 16) \
    FIELD(xen_smmu_version, abi, 0, 4) \
    FIELD(xen_smmu_version, unit_size, 4, 4) \
    FIELD(xen_smmu_version, link_size, 8, 4) \
    FIELD(xen_smmu_version, device_size, 12, 4) \
    PART(xen_smmu_list, 0, 32) \
    FIELD(xen_smmu_list, first, 0, 4) \
    FIELD(xen_smmu_list, count, 4, 4) \
    FIELD(xen_smmu_list, total, 8, 4) \
    FIELD(xen_smmu_list, record_size, 12, 4) \
    FIELD(xen_smmu_list, domid, 16, 2) \
    FIELD(xen_smmu_list, pad, 18, 6) \
    FIELD(xen_smmu_list, buffer, 24, 8) \
    PART(xen_smmu_op, 0, 128) \
    FIELD(xen_smmu_op, op, 0, 4) \
    FIELD(xen_smmu_op, abi, 4, 4) \
    FIELD(xen_smmu_op, reason, 8, 4) \
    FIELD(xen_smmu_op, pad, 12, 4) \
    FIELD(xen_smmu_op, u, 16, 112) \
    PART(xen_smmu_unit, 0, 184) \
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
    PART(xen_smmu_link, 0, 64) \
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
    PART(xen_smmu_device, 0, 360) \
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

#define LAYOUT_1_1(PART, FIELD) \
    PART(xen_smmu_unit, 184, 240) \
    FIELD(xen_smmu_unit, power_source, 184, 16) \
    FIELD(xen_smmu_unit, power_caps, 200, 4) \
    FIELD(xen_smmu_unit, pad, 204, 4) \
    FIELD(xen_smmu_unit, parks, 208, 8) \
    FIELD(xen_smmu_unit, offs, 216, 8) \
    FIELD(xen_smmu_unit, wakes, 224, 8) \
    FIELD(xen_smmu_unit, debt_pages, 232, 8) \
    PART(xen_smmu_link, 64, 152) \
    FIELD(xen_smmu_link, force, 64, 4) \
    FIELD(xen_smmu_link, votes, 68, 4) \
    FIELD(xen_smmu_link, debt_ranges, 72, 4) \
    FIELD(xen_smmu_link, pad, 76, 4) \
    FIELD(xen_smmu_link, debt_pages, 80, 8) \
    FIELD(xen_smmu_link, delay, 88, 8) \
    FIELD(xen_smmu_link, merged, 96, 8) \
    FIELD(xen_smmu_link, overflows, 104, 8) \
    FIELD(xen_smmu_link, wake_none, 112, 8) \
    FIELD(xen_smmu_link, wake_ranges, 120, 8) \
    FIELD(xen_smmu_link, wake_vmid, 128, 8) \
    FIELD(xen_smmu_link, wake_all, 136, 8) \
    FIELD(xen_smmu_link, worst_wake, 144, 8) \
    PART(xen_smmu_force, 0, 16) \
    FIELD(xen_smmu_force, domid, 0, 2) \
    FIELD(xen_smmu_force, pad, 2, 2) \
    FIELD(xen_smmu_force, force, 4, 4) \
    FIELD(xen_smmu_force, votes, 8, 4) \
    FIELD(xen_smmu_force, pad2, 12, 4) \
    PART(xen_smmu_policy, 0, 24) \
    FIELD(xen_smmu_policy, domid, 0, 2) \
    FIELD(xen_smmu_policy, pad, 2, 6) \
    FIELD(xen_smmu_policy, delay, 8, 8) \
    FIELD(xen_smmu_policy, effective, 16, 8)

#define LAYOUT_1_2(PART, FIELD) \
    PART(xen_smmu_unit, 240, 256) \
    FIELD(xen_smmu_unit, accesses, 240, 8) \
    FIELD(xen_smmu_unit, polls, 248, 8) \
    PART(xen_smmu_link, 152, 264) \
    FIELD(xen_smmu_link, worst_accesses, 152, 8) \
    FIELD(xen_smmu_link, scmi, 160, 4) \
    FIELD(xen_smmu_link, pad2, 164, 4) \
    FIELD(xen_smmu_link, scmi_exits, 168, 8) \
    FIELD(xen_smmu_link, scmi_calls, 176, 8) \
    FIELD(xen_smmu_link, scmi_transitions, 184, 8) \
    FIELD(xen_smmu_link, scmi_denied, 192, 8) \
    FIELD(xen_smmu_link, scmi_errors, 200, 8) \
    FIELD(xen_smmu_link, drains, 208, 8) \
    FIELD(xen_smmu_link, drained, 216, 8) \
    FIELD(xen_smmu_link, drains_full, 224, 8) \
    FIELD(xen_smmu_link, drains_preempted, 232, 8) \
    FIELD(xen_smmu_link, drains_end, 240, 8) \
    FIELD(xen_smmu_link, drains_grants, 248, 8) \
    FIELD(xen_smmu_link, flushes_added, 256, 8) \
    PART(xen_smmu_device, 360, 368) \
    FIELD(xen_smmu_device, scmi_domain, 360, 2) \
    FIELD(xen_smmu_device, pad3, 362, 6) \
    PART(xen_smmu_scmi, 0, 16) \
    FIELD(xen_smmu_scmi, domid, 0, 2) \
    FIELD(xen_smmu_scmi, pad, 2, 2) \
    FIELD(xen_smmu_scmi, scmi, 4, 4) \
    FIELD(xen_smmu_scmi, devices, 8, 4) \
    FIELD(xen_smmu_scmi, pad2, 12, 4)

#define LAYOUT_1_3(PART, FIELD) \
    PART(xen_smmu_trace, 0, 56) \
    FIELD(xen_smmu_trace, next, 0, 8) \
    FIELD(xen_smmu_trace, lost, 8, 8) \
    FIELD(xen_smmu_trace, head, 16, 8) \
    FIELD(xen_smmu_trace, now, 24, 8) \
    FIELD(xen_smmu_trace, count, 32, 4) \
    FIELD(xen_smmu_trace, record_size, 36, 4) \
    FIELD(xen_smmu_trace, kept, 40, 4) \
    FIELD(xen_smmu_trace, pad, 44, 4) \
    FIELD(xen_smmu_trace, buffer, 48, 8) \
    PART(xen_smmu_event, 0, 64) \
    FIELD(xen_smmu_event, seq, 0, 8) \
    FIELD(xen_smmu_event, time, 8, 8) \
    FIELD(xen_smmu_event, kind, 16, 2) \
    FIELD(xen_smmu_event, unit, 18, 2) \
    FIELD(xen_smmu_event, domid, 20, 2) \
    FIELD(xen_smmu_event, reason, 22, 2) \
    FIELD(xen_smmu_event, state, 24, 4) \
    FIELD(xen_smmu_event, before, 28, 4) \
    FIELD(xen_smmu_event, sid, 32, 4) \
    FIELD(xen_smmu_event, code, 36, 4) \
    FIELD(xen_smmu_event, address, 40, 8) \
    FIELD(xen_smmu_event, pages, 48, 8) \
    FIELD(xen_smmu_event, count, 56, 8) \
    PART(xen_smmu_device, 368, 432) \
    FIELD(xen_smmu_device, masks, 368, 64)

/* As long as they are today. */
#define SIZES(SIZE) \
    SIZE(xen_smmu_version, 16) \
    SIZE(xen_smmu_list, 32) \
    SIZE(xen_smmu_op, 128) \
    SIZE(xen_smmu_unit, 256) \
    SIZE(xen_smmu_link, 264) \
    SIZE(xen_smmu_device, 432) \
    SIZE(xen_smmu_force, 16) \
    SIZE(xen_smmu_policy, 24) \
    SIZE(xen_smmu_scmi, 16) \
    SIZE(xen_smmu_trace, 56) \
    SIZE(xen_smmu_event, 64)

#define NUMBERS(NUMBER) \
    NUMBER(XEN_SYSCTL_smmu, 0x534d0001) \
    NUMBER(XEN_SMMU_ABI_VERSION >> 16, 1) \
    NUMBER(XEN_SMMU_get_version, 0) \
    NUMBER(XEN_SMMU_list_units, 1) \
    NUMBER(XEN_SMMU_list_links, 2) \
    NUMBER(XEN_SMMU_list_devices, 3) \
    NUMBER(XEN_SMMU_force, 4) \
    NUMBER(XEN_SMMU_get_policy, 5) \
    NUMBER(XEN_SMMU_set_policy, 6) \
    NUMBER(XEN_SMMU_set_scmi, 7) \
    NUMBER(XEN_SMMU_read_trace, 8) \
    NUMBER(XEN_SMMU_EVENT_unit, 1) \
    NUMBER(XEN_SMMU_EVENT_power, 2) \
    NUMBER(XEN_SMMU_EVENT_link, 3) \
    NUMBER(XEN_SMMU_EVENT_gone, 4) \
    NUMBER(XEN_SMMU_EVENT_device, 5) \
    NUMBER(XEN_SMMU_EVENT_vote, 6) \
    NUMBER(XEN_SMMU_EVENT_force, 7) \
    NUMBER(XEN_SMMU_EVENT_debt, 8) \
    NUMBER(XEN_SMMU_EVENT_flush, 9) \
    NUMBER(XEN_SMMU_EVENT_fault, 10) \
    NUMBER(XEN_SMMU_FLUSH_RANGE, 0) \
    NUMBER(XEN_SMMU_FLUSH_VMID, 1) \
    NUMBER(XEN_SMMU_FLUSH_ALL, 2) \
    NUMBER(XEN_SMMU_FLUSH_MORE, 3) \
    NUMBER(XEN_SMMU_ACCESS_NONE, 0) \
    NUMBER(XEN_SMMU_ACCESS_READ, 1) \
    NUMBER(XEN_SMMU_ACCESS_WRITE, 2) \
    NUMBER(XEN_SMMU_ACCESS_EXEC, 3) \
    NUMBER(XEN_SMMU_UNIT_NONE, 0xffff) \
    NUMBER(XEN_SMMU_SCMI_NONE, 0) \
    NUMBER(XEN_SMMU_SCMI_OFF, 1) \
    NUMBER(XEN_SMMU_SCMI_ON, 2) \
    NUMBER(XEN_SMMU_SCMI_NO_DOMAIN, 0xffff) \
    NUMBER(XEN_SMMU_DOMID_ANY, 0xffff) \
    NUMBER(XEN_SMMU_TYPE_V1, 1) \
    NUMBER(XEN_SMMU_TYPE_V2, 2) \
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
    NUMBER(XEN_SMMU_FORCE_AUTO, 0) \
    NUMBER(XEN_SMMU_FORCE_SUSPEND, 1) \
    NUMBER(XEN_SMMU_FORCE_RESUME, 2) \
    NUMBER(XEN_SMMU_POWER_masters_held, 1) \
    NUMBER(XEN_SMMU_POWER_registers_kept, 2) \
    NUMBER(XEN_SMMU_POWER_caches_lost, 4) \
    NUMBER(XEN_SMMU_DELAY_GLOBAL, 0xffffffffffffffff) \
    NUMBER(XEN_SMMU_DELAY_MAX, 3600000000000) \
    NUMBER(XEN_SMMU_DEVICE_UNASSIGNED, 0) \
    NUMBER(XEN_SMMU_DEVICE_ABORTED, 1) \
    NUMBER(XEN_SMMU_DEVICE_OPEN, 2) \
    NUMBER(XEN_SMMU_DEVICE_bridge, 1) \
    NUMBER(XEN_SMMU_DEVICE_awake, 2) \
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
    NUMBER(XEN_SMMU_REASON_SERVICE_FAILURE, 17) \
    NUMBER(XEN_SMMU_REASON_FORCED_ASLEEP, 18) \
    NUMBER(XEN_SMMU_REASON_DOM0, 19) \
    NUMBER(XEN_SMMU_REASON_NO_DEVICES, 20) \
    NUMBER(XEN_SMMU_REASON_HOST_SUSPENDED, 21) \
    NUMBER(XEN_SMMU_REASON_NO_SMR, 22) \
    NUMBER(XEN_SMMU_REASON_UNCONFIRMED, 23)
