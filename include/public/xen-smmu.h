/* SPDX-License-Identifier: MIT */
/*
 * xen-smmu: the control interface, shared by the hypervisor and its tools.
 *
 * Carried by XEN_SYSCTL with the private command XEN_SYSCTL_smmu: the struct
 * below lies in the sysctl's union, which is 128 bytes long.  Only a domain
 * that may issue sysctls (dom0) gets an answer.
 *
 * Rules of this ABI:
 *  - XEN_SMMU_get_version comes first, and works in every version;
 *  - fixed-width fields, explicit padding, unused input must be zero;
 *  - lists are read in pages of records.  The caller gives the size of the
 *    record it knows and Xen writes that many bytes of its own, zero-filled
 *    where the caller's is longer: a record only ever grows at its end;
 *  - whatever is refused has a reason out of the list below.
 *
 * Permission is hereby granted, free of charge, to any person obtaining a
 * copy of this file, to deal in it without restriction, including without
 * limitation the rights to use, copy, modify, merge, publish, distribute,
 * sublicense, and/or sell copies of it, provided that this notice stays.
 * It comes without warranty of any kind.
 */
#ifndef __XEN_PUBLIC_XEN_SMMU_H__
#define __XEN_PUBLIC_XEN_SMMU_H__

#ifndef __XEN__                 /* Xen has no <stdint.h>, and the types */
#include <stdint.h>
#endif

#define XEN_SYSCTL_smmu             0x534d0001U

/* major << 16 | minor: another major is refused, a newer minor only adds. */
#define XEN_SMMU_ABI_VERSION        0x00010003U

#define XEN_SMMU_get_version        0U
#define XEN_SMMU_list_units         1U
#define XEN_SMMU_list_links         2U
#define XEN_SMMU_list_devices       3U
/* Since 1.1: */
#define XEN_SMMU_force              4U
#define XEN_SMMU_get_policy         5U
#define XEN_SMMU_set_policy         6U
/* Since 1.2: */
#define XEN_SMMU_set_scmi           7U
/* Since 1.3: */
#define XEN_SMMU_read_trace         8U

/* Any domain, in xen_smmu_list.domid. */
#define XEN_SMMU_DOMID_ANY          0xffffU

/*
 * Reasons: code, token, what it means, what to do next.
 * Codes are never reused.
 */
#define XEN_SMMU_REASONS(X) \
    X( 0, NONE,          "Nothing is wrong.", \
       "Nothing to do.") \
    X( 1, BAD_VERSION,   "The tool speaks another major version of the interface than the hypervisor.", \
       "Install the xen-smmu tool that was built with this hypervisor.") \
    X( 2, BAD_OP,        "The hypervisor does not know this operation.", \
       "Install a hypervisor as new as the tool.") \
    X( 3, BAD_ARGUMENT,  "A field of the request is out of range, or an unused one is not zero.", \
       "Report this as a bug of the tool, with 'xen-smmu --json list' attached.") \
    X( 4, BAD_BUFFER,    "The buffer of the request cannot be written.", \
       "Report this as a bug of the tool.") \
    X( 5, NO_DOMAIN,     "There is no such domain behind any SMMU.", \
       "See 'xl list' for the domains, 'xen-smmu devices' for those with devices.") \
    X( 6, NO_IOMMU,      "The device's device tree node has no 'iommus' property, or names an SMMU that Xen does not drive.", \
       "Add 'iommus' to the host device tree, or see 'xl dmesg | grep smmu' for why the SMMU was refused.") \
    X( 7, STREAM_TAKEN,  "Another device already owns one of the device's stream IDs.", \
       "Give each device its own stream IDs in the host device tree, or assign both to the same domain as one node.") \
    X( 8, STREAM_RANGE,  "A stream ID is larger than the SMMU supports.", \
       "Correct 'iommus' in the host device tree.") \
    X( 9, NO_VMID,       "The SMMU has no free VMID, or context bank, left.", \
       "Destroy a domain with devices behind this SMMU; VMIDs of quarantined domains come back at reboot only.") \
    X(10, NO_MEMORY,     "Xen could not allocate memory.", \
       "Free memory ('xl info' shows how much is left) and try again.") \
    X(11, SYNC_TIMEOUT,  "The SMMU did not complete a CMD_SYNC, or a TLB sync, in time.", \
       "The domain's streams abort. Save 'xl dmesg' and 'xen-smmu list', then reboot the host.") \
    X(12, CMDQ_ERROR,    "The SMMU stopped at a command (CERROR), or was reset.", \
       "The SMMU is off for good. Save 'xl dmesg', then reboot the host.") \
    X(13, UNIT_FAILED,   "The SMMU has failed: it aborts every stream.", \
       "Save 'xl dmesg', then reboot the host.") \
    X(14, REGISTER_TIMEOUT, "The SMMU did not acknowledge a register write in time.", \
       "Check that the SMMU's clock and power domain stay on, then reboot the host.") \
    X(15, QUARANTINED,   "An invalidation for this domain never completed, so its memory is out of use.", \
       "Save 'xl dmesg', then reboot the host to get the memory back.") \
    X(16, DYING,         "The domain is being destroyed.", \
       "Wait until 'xl list' no longer shows it.") \
    X(17, SERVICE_FAILURE, "The SMMU reported a global error of its own (GERROR).", \
       "Save 'xl dmesg', then reboot the host.") \
    X(18, FORCED_ASLEEP, "The toolstack forces the domain's devices to sleep.", \
       "'xl smmu auto DOM' leaves it to the guest again, 'xl smmu resume DOM' wakes them.") \
    X(19, DOM0,          "dom0's devices are never put to sleep by force.", \
       "Unbind the device's driver in dom0 if it is to sleep.") \
    X(20, NO_DEVICES,    "The domain has no device behind an SMMU.", \
       "See 'xl smmu devices' for the domains that have.") \
    X(21, HOST_SUSPENDED, "The host is being suspended.", \
       "Try again after it has resumed.") \
    X(22, NO_SMR,        "The SMMU has no stream match register left for the device's stream IDs.", \
       "Remove devices from behind this SMMU, or let one mask cover several stream IDs in the host device tree ('#iommu-cells' of 2, 'stream-match-mask').") \
    X(23, UNCONFIRMED,   "The SMMU has failed and does not answer: until it does, it may let devices' DMA through.", \
       "Check that the SMMU's clock and power domain stay on. Stop the devices behind it, and reboot the host.")

enum xen_smmu_reason {
#define X(code, token, what, next) XEN_SMMU_REASON_##token = (code),
    XEN_SMMU_REASONS(X)
#undef X
};

/* xen_smmu_unit.type */
#define XEN_SMMU_TYPE_V1            1U  /* since 1.3 */
#define XEN_SMMU_TYPE_V2            2U  /* since 1.3 */
#define XEN_SMMU_TYPE_V3            3U

/* xen_smmu_unit.state */
#define XEN_SMMU_UNIT_ON            0U
#define XEN_SMMU_UNIT_PARKED        1U
#define XEN_SMMU_UNIT_OFF           2U
#define XEN_SMMU_UNIT_FAILED        3U

/* xen_smmu_link.state */
#define XEN_SMMU_LINK_DORMANT       0U
#define XEN_SMMU_LINK_WAKING        1U
#define XEN_SMMU_LINK_LIVE          2U
#define XEN_SMMU_LINK_QUIESCING     3U
#define XEN_SMMU_LINK_FAILED        4U

/* xen_smmu_link.flags */
#define XEN_SMMU_LINK_debt_all      (1U << 0)   /* debt: the whole VMID */
#define XEN_SMMU_LINK_quarantined   (1U << 1)
#define XEN_SMMU_LINK_dying         (1U << 2)

/* xen_smmu_force.force, xen_smmu_link.force: above all votes */
#define XEN_SMMU_FORCE_AUTO         0U  /* votes decide */
#define XEN_SMMU_FORCE_SUSPEND      1U
#define XEN_SMMU_FORCE_RESUME       2U

/* xen_smmu_unit.power_caps: what its power source promises */
#define XEN_SMMU_POWER_masters_held   (1U << 0)
#define XEN_SMMU_POWER_registers_kept (1U << 1)
#define XEN_SMMU_POWER_caches_lost    (1U << 2)

/* A delay: as the global one is. */
#define XEN_SMMU_DELAY_GLOBAL       (~(uint64_t)0)
/* The longest that may be set, ns: an hour. */
#define XEN_SMMU_DELAY_MAX          3600000000000U

/* xen_smmu_device.state */
#define XEN_SMMU_DEVICE_UNASSIGNED  0U  /* known, streams abort */
#define XEN_SMMU_DEVICE_ABORTED     1U  /* of a domain, streams abort */
#define XEN_SMMU_DEVICE_OPEN        2U  /* of a domain, streams translate */

/* xen_smmu_device.flags */
#define XEN_SMMU_DEVICE_bridge      (1U << 0)   /* PCIe host bridge of dom0 */
#define XEN_SMMU_DEVICE_awake       (1U << 1)   /* its vote, since 1.1 */

/* xen_smmu_link.scmi, xen_smmu_scmi.scmi: the domain's SCMI server */
#define XEN_SMMU_SCMI_NONE          0U  /* it never had one */
#define XEN_SMMU_SCMI_OFF           1U
#define XEN_SMMU_SCMI_ON            2U
/* xen_smmu_device.scmi_domain: it is no power domain of its guest's. */
#define XEN_SMMU_SCMI_NO_DOMAIN     0xffffU

/*
 * SMMUv3's events (IHI0070 7.3): number, whether it tells an address, what it
 * is called, what it means, what to do next.
 */
#define XEN_SMMU_V3_EVENTS(X) \
    X(0x01, 1, "unsupported upstream transaction", "The device issued a transaction that the SMMU cannot translate.", \
       "Check how the device's driver sets it up: such a transaction is a fault of the device, or of its bus.") \
    X(0x02, 0, "stream unknown", "The stream ID lies beyond the stream table.", \
       "Check 'iommus' and 'iommu-map' in the host device tree: a device issues another stream ID than they say.") \
    X(0x03, 0, "STE fetch aborted", "The SMMU could not read its stream table.", \
       "Save 'xl dmesg', then reboot the host: memory, or the way to it, is broken.") \
    X(0x04, 0, "stream not assigned", "No device of the device tree has this stream ID.", \
       "Add the device's 'iommus' to the host device tree, or correct it: it issues this stream ID.") \
    X(0x05, 0, "ATS request refused", "A PCIe device asked for translations, which is not allowed.", \
       "Turn ATS off in the device's driver; transactions without it are translated.") \
    X(0x06, 0, "stream disabled", "The stream's configuration does not let this transaction pass.", \
       "Check with 'xen-smmu devices' whether the device is of the domain that uses it.") \
    X(0x07, 1, "ATS-translated access refused", "A PCIe device claims to have translated the address itself, which is not allowed.", \
       "Turn ATS off in the device's driver; a device that goes on is broken, or attacks.") \
    X(0x08, 0, "substream not supported", "The transaction has a PASID, and only stage 2 is translated.", \
       "Turn PASID, or SVA, off in the device's driver.") \
    X(0x0b, 1, "table walk aborted", "The SMMU could not read a page table.", \
       "Save 'xl dmesg', then reboot the host: memory, or the way to it, is broken.") \
    X(0x10, 1, "translation", "The guest has no memory at this address.", \
       "Look for a driver of the guest that lets its device use memory which it has freed, or an address that is none of its.") \
    X(0x11, 1, "address size", "The address is larger than the guest's address space.", \
       "Look for a driver of the guest that gives its device a wrong address, or set its DMA mask.") \
    X(0x12, 1, "access flag", "The page may not be accessed yet.", \
       "Report this as a bug of xen-smmu, with 'xl dmesg' attached.") \
    X(0x13, 1, "permission", "The guest's page may not be accessed in this way.", \
       "Look for a driver of the guest that lets its device write to memory which it may only read.") \
    X(0x20, 1, "TLB conflict", "The SMMU has found two translations of one address.", \
       "Report this as a bug of xen-smmu, with 'xl dmesg' attached.") \
    X(0x21, 0, "configuration cache conflict", "The SMMU has found two configurations of one stream.", \
       "Report this as a bug of xen-smmu, with 'xl dmesg' attached.")

/* xen_smmu_event.kind, since 1.3: what the other fields then say */
#define XEN_SMMU_EVENT_unit         1U  /* state, before: XEN_SMMU_UNIT_*; reason */
#define XEN_SMMU_EVENT_power        2U  /* its source is told: state 1 on, 0 off; code: and fails */
#define XEN_SMMU_EVENT_link         3U  /* state, before: XEN_SMMU_LINK_*; reason */
#define XEN_SMMU_EVENT_gone         4U  /* the domain has left the unit */
#define XEN_SMMU_EVENT_device       5U  /* sid; state 1: it came to the domain, 0: it leaves */
#define XEN_SMMU_EVENT_vote         6U  /* sid; state, before: 1 awake, 0 asleep; count: not recorded before it */
#define XEN_SMMU_EVENT_force        7U  /* state, before: XEN_SMMU_FORCE_*; of no unit */
#define XEN_SMMU_EVENT_debt         8U  /* pages owed now, ~0: the whole VMID; count: ranges */
#define XEN_SMMU_EVENT_flush        9U  /* completed; state: XEN_SMMU_FLUSH_*; address, pages; count: flushes it stands for */
#define XEN_SMMU_EVENT_fault        10U /* sid, code; state: XEN_SMMU_ACCESS_*, address; count: not recorded before it */

/* of a flush: xen_smmu_event.state */
#define XEN_SMMU_FLUSH_RANGE        0U
#define XEN_SMMU_FLUSH_VMID         1U
#define XEN_SMMU_FLUSH_ALL          2U  /* the whole SMMU, of no domain */
#define XEN_SMMU_FLUSH_MORE         3U  /* more of them, of any kind, right after the last */

/* of a fault: xen_smmu_event.state */
#define XEN_SMMU_ACCESS_NONE        0U  /* it has no address */
#define XEN_SMMU_ACCESS_READ        1U
#define XEN_SMMU_ACCESS_WRITE       2U
#define XEN_SMMU_ACCESS_EXEC        3U

/* xen_smmu_event.unit: of no unit */
#define XEN_SMMU_UNIT_NONE          0xffffU

struct xen_smmu_version {
    uint32_t abi;                   /* OUT: XEN_SMMU_ABI_VERSION of Xen */
    uint32_t unit_size;             /* OUT: Xen's record sizes, in bytes */
    uint32_t link_size;
    uint32_t device_size;
};

/* A page of a list: units, links or devices. */
struct xen_smmu_list {
    uint32_t first;                 /* IN: index of the first record wanted */
    uint32_t count;                 /* IN: room, OUT: records written */
    uint32_t total;                 /* OUT: records there are */
    uint32_t record_size;           /* IN: the caller's, OUT: Xen's */
    uint16_t domid;                 /* IN: of this domain, or DOMID_ANY */
    uint16_t pad[3];
    uint64_t buffer;                /* IN: guest virtual address */
};

/* Since 1.1. */
struct xen_smmu_force {
    uint16_t domid;                 /* IN */
    uint16_t pad;
    uint32_t force;                 /* IN: XEN_SMMU_FORCE_*, OUT: the one of before */
    uint32_t votes;                 /* OUT: devices that vote awake */
    uint32_t pad2;
};

/* Since 1.1. */
struct xen_smmu_policy {
    uint16_t domid;                 /* IN: DOMID_ANY: the global one */
    uint16_t pad[3];
    uint64_t delay;                 /* IN, OUT: autosuspend, ns */
    uint64_t effective;             /* OUT: the one in force, ns */
};

/* Since 1.2. */
struct xen_smmu_scmi {
    uint16_t domid;                 /* IN */
    uint16_t pad;
    uint32_t scmi;                  /* IN: XEN_SMMU_SCMI_OFF or _ON, OUT: the one of before */
    uint32_t devices;               /* OUT: power domains it has had */
    uint32_t pad2;
};

/* Since 1.3.  Events are numbered from 0 on, from the boot of Xen. */
struct xen_smmu_trace {
    uint64_t next;                  /* IN: the first event wanted; OUT: for the next call */
    uint64_t lost;                  /* OUT: of those wanted, gone before they were read */
    uint64_t head;                  /* OUT: the number that the next event gets */
    uint64_t now;                   /* OUT: ns since Xen booted, as in events */
    uint32_t count;                 /* IN: room, OUT: events written */
    uint32_t record_size;           /* IN: the caller's, OUT: Xen's */
    uint32_t kept;                  /* OUT: events that Xen keeps */
    uint32_t pad;
    uint64_t buffer;                /* IN: guest virtual address; unused without room */
};

struct xen_smmu_op {
    uint32_t op;                    /* IN: XEN_SMMU_* */
    uint32_t abi;                   /* IN: the caller's XEN_SMMU_ABI_VERSION */
    uint32_t reason;                /* OUT: enum xen_smmu_reason */
    uint32_t pad;
    union {
        struct xen_smmu_version version;
        struct xen_smmu_list list;
        struct xen_smmu_force force;
        struct xen_smmu_policy policy;
        struct xen_smmu_scmi scmi;
        struct xen_smmu_trace trace;
        uint8_t size[112];
    } u;
};

struct xen_smmu_unit {
    char name[64];                  /* "smmuv3@9050000", NUL-terminated */
    uint64_t address;               /* of the registers, physical */
    uint32_t index;
    uint32_t type;                  /* XEN_SMMU_TYPE_* */
    uint32_t state;                 /* XEN_SMMU_UNIT_* */
    uint32_t reason;                /* why it failed, or NONE */
    uint32_t sid_bits;
    uint32_t vmid_bits;
    uint32_t oas_bits;              /* output address size */
    uint32_t devices;
    uint32_t links;
    uint32_t links_live;
    uint32_t links_debt;            /* links that owe an invalidation */
    uint32_t quarantined;           /* links that never will be reused */
    uint64_t queue_bytes;           /* memory of its queues */
    uint64_t since;                 /* ns since it entered its state */
    uint64_t commands;
    uint64_t syncs;
    uint64_t events;                /* event records read */
    uint64_t events_dropped;        /* not logged: rate limit */
    uint64_t events_lost;           /* overflows of the event queue */
    uint64_t last_flush;            /* ns since the last one; ~0: never */
    /* Since 1.1: */
    char power_source[16];          /* "none": it is always powered */
    uint32_t power_caps;            /* XEN_SMMU_POWER_* */
    uint32_t pad;
    uint64_t parks;                 /* times it was parked */
    uint64_t offs;                  /* times its power went */
    uint64_t wakes;                 /* times it came back to translating */
    uint64_t debt_pages;            /* of all its links; ~0: whole VMIDs */
    /* Since 1.2: */
    uint64_t accesses;              /* of its registers, but for polls */
    uint64_t polls;                 /* reads to see whether it has done it */
};

struct xen_smmu_link {
    uint32_t unit;                  /* xen_smmu_unit.index */
    uint16_t domid;
    uint16_t vmid;
    uint32_t state;                 /* XEN_SMMU_LINK_* */
    uint32_t flags;
    uint32_t reason;
    uint32_t devices;
    uint64_t since;                 /* ns since it entered its state */
    uint64_t flushes;               /* invalidations issued for it */
    uint64_t elided;                /* unmaps that became debt */
    uint64_t wakes;
    uint64_t failures;
    /* Since 1.1: */
    uint32_t force;                 /* XEN_SMMU_FORCE_* */
    uint32_t votes;                 /* of its devices, for awake */
    uint32_t debt_ranges;
    uint32_t pad;
    uint64_t debt_pages;            /* ~0: the whole VMID */
    uint64_t delay;                 /* autosuspend in force, ns */
    uint64_t merged;                /* unmaps that made a range grow */
    uint64_t overflows;             /* debts that became the whole VMID */
    uint64_t wake_none;             /* wakes that owed nothing */
    uint64_t wake_ranges;           /* that flushed ranges */
    uint64_t wake_vmid;             /* the whole VMID */
    uint64_t wake_all;              /* the whole SMMU, which had been off */
    uint64_t worst_wake;            /* most commands one took */
    /* Since 1.2: */
    uint64_t worst_accesses;        /* most register accesses, but for polls */
    /* The domain's SCMI server, the same on each of its links: */
    uint32_t scmi;                  /* XEN_SMMU_SCMI_* */
    uint32_t pad2;
    uint64_t scmi_exits;            /* VM exits: calls, and trapped accesses */
    uint64_t scmi_calls;
    uint64_t scmi_transitions;      /* votes that changed */
    uint64_t scmi_denied;           /* ON under a forced sleep */
    uint64_t scmi_errors;           /* other errors answered */
    /* Of operations that unmap many pages, and flush them together: */
    uint64_t drains;                /* such flushes */
    uint64_t drained;               /* pages that they covered */
    uint64_t drains_full;           /* of those: as many pages as are kept */
    uint64_t drains_preempted;      /* the operation goes on later */
    uint64_t drains_end;            /* it was over */
    uint64_t drains_grants;         /* it was a batch of grant unmaps */
    uint64_t flushes_added;         /* for a page mapped before its drain */
};

#define XEN_SMMU_PATH_LEN           192U
#define XEN_SMMU_NR_SIDS            16U

struct xen_smmu_device {
    char path[XEN_SMMU_PATH_LEN];   /* device tree path, NUL-terminated */
    uint32_t unit;
    uint16_t domid;                 /* DOMID_ANY: of no domain */
    uint16_t pad;
    uint32_t state;                 /* XEN_SMMU_DEVICE_* */
    uint32_t flags;
    uint64_t faults;
    uint64_t faults_dropped;        /* not logged: rate limit */
    uint32_t nr_ranges;             /* all it has; the first ones follow */
    uint32_t pad2;
    struct {
        uint32_t first;             /* stream ID */
        uint32_t count;
    } sids[XEN_SMMU_NR_SIDS];
    /* Since 1.2: */
    uint16_t scmi_domain;           /* power domain id, or _NO_DOMAIN */
    uint16_t pad3[3];
    /* Since 1.3: bits of each range's IDs that count for nothing. */
    uint32_t masks[XEN_SMMU_NR_SIDS];
};

/* Since 1.3.  Which fields mean what: XEN_SMMU_EVENT_*; the others are 0. */
struct xen_smmu_event {
    uint64_t seq;                   /* its number */
    uint64_t time;                  /* ns since Xen booted */
    uint16_t kind;                  /* XEN_SMMU_EVENT_* */
    uint16_t unit;                  /* xen_smmu_unit.index, or UNIT_NONE */
    uint16_t domid;                 /* or DOMID_ANY: of no domain */
    uint16_t reason;                /* enum xen_smmu_reason */
    uint32_t state;
    uint32_t before;
    uint32_t sid;                   /* of a device: its first */
    uint32_t code;
    uint64_t address;
    uint64_t pages;
    uint64_t count;
};

#endif /* __XEN_PUBLIC_XEN_SMMU_H__ */
