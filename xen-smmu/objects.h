/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver's objects: unit, link, domain, device.  smmu.h has what may be
 * done to them, and the lock order.
 *
 * Invariant: unit->config owns the device list, who owns which stream, and
 * every change of a link's streams; link->lock owns state, debt and counts.
 * What is read without a lock is a 64-bit word, by smmu_load().
 */
#ifndef __XEN_SMMU_OBJECTS_H__
#define __XEN_SMMU_OBJECTS_H__

#include "debt.h"
#include "power.h"

struct smmu_backend;
struct smmu_unit;
struct smmu_link;
struct smmu_domain;
struct smmu_agent;

/*
 * Stream IDs first .. first + count - 1, whatever their bits of `mask` are.
 * `mask` and the bits that these IDs have, or differ in, are apart.
 */
struct smmu_range {
    uint32_t first;
    uint32_t count;
    uint32_t mask;
};
/* The IDs that are `id` but for the bits of `mask`, which `id` has not. */
struct smmu_block {
    uint32_t id;
    uint32_t mask;
};

/* A domain's stage 2, as the CPU's own table walker uses it. */
struct smmu_stage2 {
    uint64_t ttb;                   /* physical address of the root table */
    unsigned int ipa_bits;          /* input size, 25..48 */
    unsigned int root_level;        /* 0..2, of a 4 KiB granule table */
};

/* At most SMMU_LIMIT_BURST lines a second, the rest counted. */
#define SMMU_LIMIT_BURST    5
struct smmu_limit {
    uint64_t window;                /* ns, when the current second began */
    unsigned int lines;             /* logged in it */
    uint64_t dropped;               /* since the last line */
};

/* A master, or dom0's PCIe host bridge, and its streams on one unit. */
struct smmu_device {
    struct smmu_device *next;       /* of its unit */
    struct smmu_unit *unit;
    struct smmu_link *link;         /* NULL: of no domain, streams abort */
    const char *path;               /* in the device tree */
    void *private;                  /* the backend's */
    bool bridge;                    /* yields streams that a node names */
    bool open;                      /* its streams translate */
    bool configured;                /* its STEs have the link's translation */
    bool leaving;                   /* being detached */
    bool awake;                     /* its vote */
    uint64_t until;                 /* ns: it closes, voted asleep */
    bool wanted;                    /* its streams are to be open: decided
                                       once, by who then makes it so */
    uint64_t scmi;                  /* its domain's power domain + 1, or 0 */
    struct smmu_limit limit;
    struct smmu_limit votes;        /* that become events */
    bool told;                      /* the vote that the last event says */
    uint64_t faults;
    uint64_t dropped;
    unsigned int nr;
    struct smmu_range sids[];
};

/* What a unit's VMIDs are: see vmid.c. */
#define SMMU_NR_VMIDS       256
struct smmu_vmids {
    unsigned int nr;                /* usable: 1 .. nr - 1 */
    uint8_t state[SMMU_NR_VMIDS];
    uint64_t epoch[SMMU_NR_VMIDS];  /* unit->epoch when it was freed */
};

/* Who gives a unit its power.  Nothing here sleeps or allocates. */
struct smmu_power_source {
    const char *name;
    struct smmu_power_caps caps;
    /* 0, or -EIO, -ETIMEDOUT: then what the unit is is not known. */
    int (*on)(struct smmu_unit *unit);
    int (*off)(struct smmu_unit *unit);
};

/* One SMMU. */
struct smmu_unit {
    struct smmu_unit *next;
    const struct smmu_backend *backend;
    void *private;                  /* the backend's */
    const char *name;               /* as the device tree's node */
    void *node;                     /* the glue's: which node that is */
    uint64_t address;               /* of its registers, physical */
    unsigned int index;
    unsigned int sid_bits;
    uint32_t mask_bits;             /* that a stream range's mask may have */
    unsigned int vmid_bits;
    unsigned int max_links;         /* 0: as many as there are VMIDs */
    unsigned int ipa_bits;
    unsigned int oas_bits;
    uint64_t queue_bytes;
    bool coherent;                  /* its walks snoop the CPU's caches */

    uint64_t gate;                  /* use count and a bit that closes it */
    uint64_t state;                 /* XEN_SMMU_UNIT_* */
    uint64_t reason;                /* enum xen_smmu_reason */
    uint64_t since;                 /* ns, when `state` was entered */
    uint64_t epoch;                 /* whole-SMMU invalidations issued */
    const struct smmu_power_source *source; /* NULL: always powered */
    void *source_private;
    bool suspended;                 /* the host is: nothing wakes it */
    bool complete;                  /* all units are known: it may go off */
    bool stale;                     /* caches unknown since it was off */
    bool by_source;                 /* its source turned it off */
    /*
     * The glue's, for interrupts that are levels, which it keeps masked from
     * smmu_unit_interrupt() on: what they were for has been taken care of.
     * Not `looked`: it has failed, or is off, and will look when it is back.
     */
    void (*listen)(struct smmu_unit *unit, bool looked);
    bool calm;                      /* the last look found nothing */
    struct smmu_timer cooling;      /* between two looks at the events */
    uint64_t unsure;                /* failed, not known to abort: ns from the
                                       last try to have it do so to the next */
    uint64_t hot;                   /* a look is due, or was just taken */
    uint64_t missed;                /* one was due while the gate was closed */

    struct smmu_mutex config;
    struct smmu_device *devices;
    struct smmu_link *links;
    struct smmu_vmids vmids;
    struct smmu_work events;        /* drains the event queue */
    struct smmu_limit limit;        /* faults of streams nobody owns */
    struct smmu_limit trouble;      /* its own: guests may ask for it */

    uint64_t nr_parks;
    uint64_t nr_offs;
    uint64_t nr_wakes;              /* back to ON */
    uint64_t nr_accesses;           /* of registers, but for polls */
    uint64_t nr_polls;              /* reads to see whether it has done it */
    uint64_t nr_commands;
    uint64_t nr_syncs;
    uint64_t nr_events;
    uint64_t nr_dropped;
    uint64_t nr_lost;
    uint64_t last_flush;            /* ns; ~0: never */
};

/* Toggling, remembered: see policy.c. */
struct smmu_policy {
    uint64_t window;                /* ns, when the current second began */
    unsigned int wakes;             /* in it */
    unsigned int before;            /* in the one before */
};

/* Why what was gathered is flushed. */
enum smmu_drain {
    SMMU_DRAIN_NONE,                /* it was not gathered */
    SMMU_DRAIN_END, SMMU_DRAIN_PREEMPTED, SMMU_DRAIN_GRANTS, SMMU_DRAIN_FULL,
    SMMU_DRAIN_ADDED,               /* one page, mapped before the drain */
    SMMU_NR_DRAINS
};

struct smmu_link_stats {
    uint64_t flushes;               /* invalidations by hardware */
    uint64_t elided;                /* unmaps that became debt */
    uint64_t merged;                /* of those, into a range there was */
    uint64_t overflows;             /* debts that became the whole VMID */
    uint64_t wakes;
    uint64_t wake_ranges;           /* wakes that flushed ranges */
    uint64_t wake_vmid;             /* the whole VMID */
    uint64_t wake_none;             /* nothing was owed */
    uint64_t wake_all;              /* the whole SMMU: it had been off */
    uint64_t worst_wake;            /* most commands one took */
    uint64_t worst_accesses;        /* most register accesses, but for polls */
    uint64_t failures;
    uint64_t drains[SMMU_NR_DRAINS];
    uint64_t drained;               /* unmaps in them */
};

/* When what it does becomes an event: trace.h. */
struct smmu_link_trace {
    uint64_t since;                 /* stats.elided when it fell asleep */
    uint64_t at;                    /* stats.elided of the next event */
    uint64_t next;                  /* ns: a flush from then on is one */
    uint64_t held;                  /* flushes since that were none */
};

/* One domain on one unit. */
struct smmu_link {
    struct smmu_link *next;         /* of its domain: only ever grows */
    struct smmu_link *unit_next;    /* of its unit */
    struct smmu_unit *unit;
    struct smmu_domain *domain;
    unsigned int vmid;
    struct smmu_lock lock;
    unsigned int state;             /* XEN_SMMU_LINK_* */
    struct smmu_debt debt;
    uint64_t epoch;                 /* unit->epoch when it was blocked */
    unsigned int reason;            /* enum xen_smmu_reason */
    uint64_t since;
    struct smmu_timer timer;        /* autosuspend, another try */
    bool stuck;                     /* asleep by a failure: one is due */
    unsigned int tries;             /* since the last word from outside */
    struct smmu_work settle;
    struct smmu_policy policy;
    struct smmu_link_stats stats;   /* link->lock */
    struct smmu_link_trace trace;   /* since, at: link->lock */
};

struct smmu_domain {
    uint16_t id;
    struct smmu_stage2 stage2;
    uint64_t links;                 /* struct smmu_link *, grows at its head */
    uint64_t stopped;               /* quiesced for good: no stream opens */
    uint64_t force;                 /* XEN_SMMU_FORCE_* */
    uint64_t delay;                 /* ns, or XEN_SMMU_DELAY_GLOBAL */
    uint64_t quarantined;           /* an invalidation never completed */
    uint64_t suspended;             /* its vCPUs are, by its own wish */
    uint64_t scmi_off;              /* it is to have no SCMI server */
    struct smmu_agent *agent;       /* set once, before its first device */
    struct smmu_lock lock;          /* the gathers; nothing is taken inside */
    uint64_t gathers;               /* struct smmu_gather *, those open */
};

#endif /* __XEN_SMMU_OBJECTS_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
