/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One SMMUv2's state, shared by the files of the backend.
 *
 * Invariant: groups and banks change under unit->config, an S2CR or a bank's
 * root under v2->power, which is also where `running` and `disabled` change;
 * syncs are started under tlb.lock; everything else is constant after probe.
 *
 * A link has the context bank of its VMID, for as long as it has the VMID:
 * bank = VMID - 1.  There are no more VMIDs than banks.
 */
#ifndef __XEN_SMMU_SMMU_V2_PRIV_H__
#define __XEN_SMMU_SMMU_V2_PRIV_H__

#include "smmu-v2.h"
#include "smmu-v2-regs.h"

/* As many as the register space has room for. */
#define SMMU_V2_GROUPS          128
#define SMMU_V2_BANKS           128

/* How long a sync may take. */
#define SMMU_V2_TIMEOUT_NS      1000000000ULL

/* What one unit can do: its ID registers, and what the firmware says. */
struct smmu_v2_caps {
    unsigned int version;           /* 1, 2 */
    unsigned int page_shift;        /* of a register page */
    unsigned int pages;             /* of the global space */
    unsigned int groups;            /* S2CRs, and SMRs if it matches */
    unsigned int banks;
    unsigned int sid_bits;
    unsigned int ipa_bits;
    unsigned int oas_bits;
    unsigned int context_irqs;
    unsigned int revision;          /* IDR7.MAJOR */
    bool mmu500;
    bool allow_prefetch;
    bool matches;                   /* SMRs; else an S2CR for each stream ID */
    bool extended;                  /* 16-bit stream IDs */
    bool va64;                      /* AArch64 format, TLBIIPAS2 */
    bool coherent;
};

/* A stream mapping group: one SMR and its S2CR. */
struct smmu_v2_group {
    struct smmu_device *dev;        /* NULL: it is free */
    struct smmu_block streams;
    bool open;
};

/* What a context bank's registers hold. */
struct smmu_v2_bank {
    uint64_t ttbr;
    uint32_t tcr;
    bool rooted;                    /* at `ttbr`; else at the empty table */
};

/* As many tables as a concatenated root may have. */
#define SMMU_V2_EMPTY_BYTES     0x10000

/* Syncs by number.  One runs at a time: see smmu-v2-tlb.c. */
struct smmu_v2_tlb {
    struct smmu_lock lock;
    uint64_t wanted;                /* the last one asked for */
    bool starting;                  /* one is about to be `running` */
    uint64_t running;               /* the last started, for all up to it */
    uint64_t done;                  /* the last one completed */
};

struct smmu_v2 {
    void *regs;
    struct smmu_v2_caps caps;
    struct smmu_mutex power;
    bool running;                   /* open streams translate */
    bool disabled;                  /* since it was programmed */
    bool tested;                    /* which bits SMRs have */
    uint64_t lost;                  /* a write did not arrive */
    void *empty;                    /* a root table without an entry */
    uint64_t empty_phys;
    struct smmu_v2_tlb tlb;
    struct smmu_v2_group group[SMMU_V2_GROUPS];
    struct smmu_v2_bank bank[SMMU_V2_BANKS];
    uint64_t banks_on[SMMU_V2_BANKS / 64];  /* those that translate */
    uint64_t busy;                  /* one looks at the faults at a time */
    unsigned int next_bank;         /* where that one goes on */
};

static inline struct smmu_v2 *to_v2(const struct smmu_unit *unit)
{
    return unit->private;
}

/* Offsets from the start of all registers. */
static inline uint32_t smmu_v2_gr1(const struct smmu_unit *unit,
                                   uint32_t offset)
{
    return (1U << to_v2(unit)->caps.page_shift) + offset;
}

static inline uint32_t smmu_v2_cb(const struct smmu_unit *unit,
                                  unsigned int bank, uint32_t offset)
{
    const struct smmu_v2_caps *caps = &to_v2(unit)->caps;

    return ((caps->pages + bank) << caps->page_shift) + offset;
}

/* Registers, counted as SMMUv3's are: see smmu-v3-priv.h. */
static inline uint32_t smmu_v2_poll(struct smmu_unit *unit, uint32_t offset)
{
    smmu_add(&unit->nr_polls, 1);

    return smmu_read32(to_v2(unit)->regs, offset);
}

static inline uint32_t smmu_v2_read(struct smmu_unit *unit, uint32_t offset)
{
    smmu_add(&unit->nr_accesses, 1);

    return smmu_read32(to_v2(unit)->regs, offset);
}

static inline void smmu_v2_write(struct smmu_unit *unit, uint32_t offset,
                                 uint32_t value)
{
    smmu_add(&unit->nr_accesses, 1);
    smmu_write32(to_v2(unit)->regs, offset, value);
}

static inline void smmu_v2_write64(struct smmu_unit *unit, uint32_t offset,
                                   uint64_t value)
{
    smmu_add(&unit->nr_accesses, 1);
    smmu_write64(to_v2(unit)->regs, offset, value);
}

/*
 * Writes, and reads back the bits of `mask`: what blocks a stream, or leads
 * it, is not to be lost.  If it was, nothing of the unit is believed any more.
 */
void smmu_v2_write_firm(struct smmu_unit *unit, uint32_t offset,
                        uint32_t value, uint32_t mask);
/* The same for what was written already. */
void smmu_v2_confirm(struct smmu_unit *unit, uint32_t offset, uint32_t value,
                     uint32_t mask);
/* smmu_unit_fail(), if it is not credible.  v2->power is not held. */
void smmu_v2_judge(struct smmu_unit *unit);

/* smmu-v2-identify.c: 0, or -ENODEV with a logged error. */
int smmu_v2_identify(const char *name, void *regs,
                     const struct smmu_v2_firmware *firmware,
                     struct smmu_v2_caps *caps);

/* smmu-v2-stream.c: SMRs and S2CRs; see backend.h for the calls. */
int smmu_v2_reserve(struct smmu_unit *unit, struct smmu_device *dev);
void smmu_v2_release(struct smmu_unit *unit, struct smmu_device *dev);
void smmu_v2_configure(struct smmu_unit *unit, struct smmu_device *dev);
void smmu_v2_open(struct smmu_unit *unit, struct smmu_device *dev);
void smmu_v2_abort(struct smmu_unit *unit, struct smmu_device *dev);
/* All S2CRs at fault.  v2->power is held. */
void smmu_v2_streams_clear(struct smmu_unit *unit);
/* No SMR is valid; the first time: what bits do they have? */
void smmu_v2_matches_clear(struct smmu_unit *unit);
/* SMRs valid again, S2CRs at fault.  v2->power is held. */
void smmu_v2_streams_restore(struct smmu_unit *unit);
/* The S2CRs of all that is open, as v2->running says.  v2->power is held. */
void smmu_v2_streams_apply(struct smmu_unit *unit);

/* smmu-v2-bank.c: context banks. */
static inline unsigned int smmu_v2_bank_of(unsigned int vmid)
{
    return vmid - 1;
}
bool smmu_v2_bank_on(const struct smmu_unit *unit, unsigned int bank);
/* The link's bank translates by its stage 2; as it may have done before. */
void smmu_v2_bank_set(struct smmu_unit *unit, const struct smmu_link *link);
/* It walks the link's tables, or an empty one.  v2->power is held. */
void smmu_v2_bank_root(struct smmu_unit *unit, const struct smmu_link *link,
                       bool real);
/*
 * No stream leads to any of them, and none is in flight: all off.  -EIO: an
 * MMU-500 whose prefetcher stays on.
 */
int smmu_v2_banks_clear(struct smmu_unit *unit);
/* Those of links that were configured. */
void smmu_v2_banks_restore(struct smmu_unit *unit);
/* What is stalled in them fails; nothing is to stall from here on. */
void smmu_v2_banks_terminate(struct smmu_unit *unit);
/* Those that are on raise no interrupt any more. */
void smmu_v2_banks_silence(struct smmu_unit *unit);

/* smmu-v2-tlb.c: invalidations and syncs. */
void smmu_v2_tlb_init(struct smmu_unit *unit);
/* Nobody waits: everything is invalidated, by a sync of its own. */
int smmu_v2_tlb_reset(struct smmu_unit *unit);
int smmu_v2_issue(struct smmu_unit *unit, const struct smmu_inv *inv,
                  unsigned int nr, uint64_t *ticket);
unsigned int smmu_v2_range_cost(const struct smmu_unit *unit,
                                uint64_t pages);
int smmu_v2_wait(struct smmu_unit *unit, uint64_t ticket);

/* smmu-v2-fault.c */
bool smmu_v2_events(struct smmu_unit *unit, struct smmu_faults *faults);

/* smmu-v2-power.c: registers as a whole. */
int smmu_v2_program(struct smmu_unit *unit);
int smmu_v2_run(struct smmu_unit *unit);
int smmu_v2_park(struct smmu_unit *unit);
int smmu_v2_stop(struct smmu_unit *unit);
int smmu_v2_disable(struct smmu_unit *unit);
void smmu_v2_dump(struct smmu_unit *unit);
/*
 * Is there an SMMU that answers, as it was programmed?  One without power may
 * read as ones, one that was reset behind our back bypasses.  Nor is one from
 * which a write was lost.
 */
bool smmu_v2_credible(struct smmu_unit *unit);

#endif /* __XEN_SMMU_SMMU_V2_PRIV_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
