/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One SMMUv3's state, shared by the files of the backend.
 *
 * Invariant: STEs and L1 descriptors are written under unit->config, dword 0
 * of an STE by one 64-bit store; the command queue's producer index moves
 * under cmdq.lock; everything else is constant after probe.
 */
#ifndef __XEN_SMMU_SMMU_V3_PRIV_H__
#define __XEN_SMMU_SMMU_V3_PRIV_H__

#include "smmu-v3.h"
#include "smmu-v3-regs.h"

/* 4 KiB and 16 KiB: sized to bursts of a few dozen, not to the maximum. */
#define SMMU_V3_CMDQ_LOG2       8
#define SMMU_V3_EVTQ_LOG2       9

/* Commands in one piece: eight invalidations of up to three, and a sync. */
#define SMMU_V3_BATCH           (8 * 3 + 1)

/* How long an acknowledgement, or a sync, may take. */
#define SMMU_V3_TIMEOUT_NS      1000000000ULL

/* Level 2 tables hold 256 STEs: one PCI bus. */
#define SMMU_V3_SPLIT           8
#define SMMU_V3_L2_STES         (1U << SMMU_V3_SPLIT)
/* A level 1 table of 1 MiB. */
#define SMMU_V3_MAX_SID_BITS    (SMMU_V3_SPLIT + 17)

struct smmu_v3_ste {
    uint64_t d[V3_STE_DWORDS];
};

struct smmu_v3_table {
    struct smmu_v3_ste *stes;
    uint64_t phys;
    bool shared;                    /* by the buses of a host bridge */
};

struct smmu_v3_strtab {
    bool two_level;
    unsigned int sid_bits;
    uint64_t base;                  /* value of STRTAB_BASE */
    uint32_t cfg;                   /* value of STRTAB_BASE_CFG */
    uint64_t *l1;                   /* two-level: descriptors */
    struct smmu_v3_table *l2;       /* two-level: the tables they name */
    struct smmu_v3_ste *linear;
};

/* Who has found the command queue full; on its stack. */
struct smmu_v3_waiter {
    struct smmu_v3_waiter *next;    /* who came after */
};

struct smmu_v3_cmdq {
    struct smmu_lock lock;          /* prod, and the line */
    struct smmu_v3_waiter *line;    /* the first in it writes next */
    uint64_t *ring;
    uint64_t base;                  /* value of CMDQ_BASE */
    unsigned int log2;
    uint64_t prod;                  /* commands written, ever */
    uint64_t cons;                  /* commands consumed, ever, as last seen */
};

struct smmu_v3_evtq {
    uint64_t *ring;
    uint64_t base;
    unsigned int log2;
    uint64_t busy;                  /* one reader at a time */
    uint32_t cons;                  /* as in the register: wrap bit included */
};

struct smmu_v3 {
    void *regs;
    struct smmu_v3_caps caps;
    struct smmu_mutex power;        /* CR0: one change at a time */
    bool disabled;                  /* since it was programmed */
    bool aborts;                    /* GBPA was read back, since powered */
    bool quiet;                     /* interrupts were off when it stopped */
    struct smmu_v3_strtab strtab;
    struct smmu_v3_cmdq cmdq;
    struct smmu_v3_evtq evtq;
};

static inline struct smmu_v3 *to_v3(const struct smmu_unit *unit)
{
    return unit->private;
}

/*
 * Registers, counted.  A poll is any read that asks the SMMU how far it is,
 * the first one of a wait, too: how many there are is the hardware's affair.
 * All other accesses are ours: every write, and every read for a value.
 */
static inline uint32_t smmu_v3_poll(struct smmu_unit *unit, uint32_t offset)
{
    smmu_add(&unit->nr_polls, 1);

    return smmu_read32(to_v3(unit)->regs, offset);
}

static inline uint32_t smmu_v3_read(struct smmu_unit *unit, uint32_t offset)
{
    smmu_add(&unit->nr_accesses, 1);

    return smmu_read32(to_v3(unit)->regs, offset);
}

static inline void smmu_v3_write(struct smmu_unit *unit, uint32_t offset,
                                 uint32_t value)
{
    smmu_add(&unit->nr_accesses, 1);
    smmu_write32(to_v3(unit)->regs, offset, value);
}

static inline void smmu_v3_write64(struct smmu_unit *unit, uint32_t offset,
                                   uint64_t value)
{
    smmu_add(&unit->nr_accesses, 1);
    smmu_write64(to_v3(unit)->regs, offset, value);
}

/* What the SMMU is to read has been written. */
static inline void smmu_v3_publish(const struct smmu_unit *unit,
                                   const void *p, size_t bytes)
{
    if ( !unit->coherent )
        smmu_dma_clean(p, bytes);
    smmu_wmb();
}

/* smmu-v3-strtab.c: the stream table; see backend.h for the calls. */
int smmu_v3_strtab_init(struct smmu_unit *unit);
void smmu_v3_strtab_free(struct smmu_unit *unit);
int smmu_v3_reserve(struct smmu_unit *unit, struct smmu_device *dev);
void smmu_v3_release(struct smmu_unit *unit, struct smmu_device *dev);
void smmu_v3_configure(struct smmu_unit *unit, struct smmu_device *dev);
void smmu_v3_open(struct smmu_unit *unit, struct smmu_device *dev);
void smmu_v3_abort(struct smmu_unit *unit, struct smmu_device *dev);

/* smmu-v3-cmdq.c: the command queue. */
int smmu_v3_cmdq_init(struct smmu_unit *unit);
void smmu_v3_cmdq_free(struct smmu_unit *unit);
/* The registers hold the queue as empty: so do we.  Nobody else uses it. */
void smmu_v3_cmdq_reset(struct smmu_unit *unit);
int smmu_v3_issue(struct smmu_unit *unit, const struct smmu_inv *inv,
                  unsigned int nr, uint64_t *ticket);
unsigned int smmu_v3_range_cost(const struct smmu_unit *unit,
                                uint64_t pages);
int smmu_v3_wait(struct smmu_unit *unit, uint64_t ticket);

/* smmu-v3-evtq.c: the event queue and global errors. */
int smmu_v3_evtq_init(struct smmu_unit *unit);
void smmu_v3_evtq_free(struct smmu_unit *unit);
bool smmu_v3_events(struct smmu_unit *unit, struct smmu_faults *faults);

/* smmu-v3-power.c: registers as a whole. */
int smmu_v3_program(struct smmu_unit *unit);
int smmu_v3_run(struct smmu_unit *unit);
int smmu_v3_park(struct smmu_unit *unit);
int smmu_v3_stop(struct smmu_unit *unit);
int smmu_v3_disable(struct smmu_unit *unit);
void smmu_v3_dump(struct smmu_unit *unit);

#endif /* __XEN_SMMU_SMMU_V3_PRIV_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
