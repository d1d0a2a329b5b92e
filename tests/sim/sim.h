/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SMMUs, non-secure programming interface, stage 2 only, that make use of every
 * freedom the architecture gives them: SMMUv3 (IHI0070), SMMUv1 and v2
 * (IHI0062).
 *
 * Invariant: written from the architecture; shares no definition with the
 * driver, so that a wrong field on either side shows.  Everything runs with
 * host_enter() held.
 *
 * A kind has its registers, and how it finds a stream's translation; tables,
 * TLBs, transactions, power and the oracle are the same for all.
 */
#ifndef __TESTS_SIM_SIM_H__
#define __TESTS_SIM_SIM_H__

#include "host.h"
#include "smmu.h"

#define SIM_MAX             4
#define SIM_TXNS            12
#define SIM_PENDING         32

/* Freedoms it uses; without one it behaves as kindly as QEMU's. */
enum {
    SIM_ASYNC       = 1 << 0,   /* commands and ACKs take their time */
    SIM_REORDER     = 1 << 1,   /* TLBI and CFGI in any order between SYNCs */
    SIM_LATE_SYNC   = 1 << 2,   /* a SYNC that could complete dawdles */
    SIM_INFLIGHT    = 1 << 3,   /* transactions land late, even past SMMUEN=0 */
    SIM_WALK_CACHE  = 1 << 4,   /* table descriptors are cached */
    SIM_L1_CACHE    = 1 << 5,   /* L1STDs are cached, invalid ones too */
    SIM_STE_INVALID = 1 << 6,   /* STEs are cached with V=0 */
    SIM_TORN_STE    = 1 << 7,   /* an STE is fetched in pieces, in any order;
                                   v2: S2CR and context bank are read apart */
    SIM_BYPASS      = 1 << 8,   /* it is bypass at reset */
    SIM_JUNK        = 1 << 9,   /* caches hold junk at reset */
    SIM_PREFETCH    = 1 << 10,  /* configuration is fetched on speculation */
    SIM_EVICT       = 1 << 11,  /* now and then an entry is lost */
    /* Of v2 alone. */
    SIM_STALE_S2CR  = 1 << 12,  /* until a sync a write may not be seen yet */
    SIM_TLBI_DRAINS = 1 << 13,  /* a sync waits for what a TLBI made outdated,
                                   and for nothing else */
    SIM_LATE_WALK   = 1 << 14,  /* what has passed its S2CR, and has not come
                                   to the TLB yet, survives one sync */
    SIM_POSTED      = 1 << 15,  /* a CPU's writes arrive when it reads, or
                                   later: before or after another CPU's */
    SIM_NASTY       = (1 << 16) - 1,
};

/* ID registers. */
struct sim_kind;
struct sim_id {
    uint32_t idr0, idr1, idr3, idr5, iidr, aidr;
    uint32_t idr2, idr7;        /* v2 */
    bool narrow;                /* v2: 64-bit writes do not get through */
    uint32_t smr_lacks;         /* v2: bits that SMRs do not have */
    bool locked;                /* v2: ACTLRs cannot be written */
    bool firmware;              /* v2: left as firmware had it: all at fault
                                   by one SMR, CLIENTPD=0, USFCFG=0 */
    bool stalls;                /* v2: some of it stalled */
    const struct sim_kind *kind;
};
/* Of the kind that the environment's SIM_KIND names: v3, v2, or any. */
struct sim_id sim_id_good(void);
struct sim_id sim_v3_good(void);
struct sim_id sim_v2_good(void);
/* Without two-level tables; with an S2CR for each stream ID. */
struct sim_id sim_v3_linear(void);
struct sim_id sim_v2_few(struct sim_id id, unsigned int groups,
                         unsigned int banks);
struct sim_id sim_v2_indexed(void);
/* Ranges of pages by one command, if its kind has such. */
struct sim_id sim_id_ranges(void);
/* The same with as few registers as will do: v2 has many. */
struct sim_id sim_id_small(void);
extern const struct sim_kind sim_v3, sim_v2;
/* Where v3's fields are. */
#define SIM_IDR0_COHACC     (1U << 4)
#define SIM_IDR0_BTM        (1U << 5)
#define SIM_IDR0_HYP        (1U << 9)
#define SIM_IDR0_ATS        (1U << 10)
#define SIM_IDR0_MSI        (1U << 13)
#define SIM_IDR0_VMID16     (1U << 18)
#define SIM_IDR0_ST_LEVEL   (1U << 27)
#define SIM_IDR1_SIDSIZE(n) (n)
#define SIM_IDR1_EVENTQS(n) ((n) << 16)
#define SIM_IDR1_CMDQS(n)   ((n) << 21)

struct sim_ste {
    bool valid;                 /* this cache line is in use */
    bool junk;                  /* since reset */
    uint32_t sid;
    uint64_t d[4];
};
struct sim_l1std {
    bool valid;
    bool junk;
    uint32_t index;
    uint64_t d;
};
struct sim_tlb {
    bool valid;
    bool junk;
    uint16_t vmid;
    uint64_t ipa;               /* of the page or block */
    uint64_t pa;
    uint32_t owner;
    uint8_t level;
    uint8_t perm;               /* 1 read, 2 write */
};
struct sim_walk {
    bool valid;
    uint16_t vmid;
    uint64_t ipa;               /* of what the table covers */
    uint64_t table;
    uint32_t owner;
    uint8_t level;              /* of the table that is named */
};

enum sim_txn_state {
    TXN_FREE, TXN_NEW, TXN_FETCH, TXN_CONFIG, TXN_WALK, TXN_LAND,
    TXN_LANDED, TXN_ABORTED, TXN_UNTRANSLATED,
};
struct sim_txn {
    enum sim_txn_state state;
    uint32_t sid;
    uint64_t ipa;
    bool write;
    bool ats;                   /* says that its address is translated */
    bool prefetch;              /* configuration only */
    bool kept;                  /* a test looks at it: not reused */
    bool waits;                 /* it moves when the test says */
    bool must;                  /* the next SYNC waits for it */
    bool survived;              /* v2: a sync, without having come further */
    bool old_config;            /* CFGI came meanwhile: not to be cached */
    bool old_walk;              /* TLBI came meanwhile: not to be cached */
    bool junk;
    uint8_t pieces;             /* of the STE, fetched so far */
    uint64_t ste_at;
    uint64_t d[4];
    uint64_t seen;              /* v2: writes of configuration that it sees */
    uint8_t bank;               /* v2: its context bank */
    uint64_t ttb;               /* of its stage 2 */
    uint8_t root;               /* level of that */
    bool affd;                  /* no access flag faults */
    bool rootless;              /* ttb is the driver's, and empty */
    uint32_t owner;             /* whose tables: the simulated domain */
    uint16_t vmid;
    uint8_t level;
    uint64_t table;
    uint64_t pa;
};

/* A completion: what hardware owes the driver.  Any may be made to fail. */
enum sim_completion {
    SIM_DONE_ACK = 1, SIM_DONE_GBPA = 2, SIM_DONE_SYNC = 4, SIM_DONE_POWER = 8,
};

/* What becomes of the caches while the power is off. */
enum sim_caches { SIM_CACHES_KEPT, SIM_CACHES_SOME, SIM_CACHES_LOST };

/* What the tests count as commands: v3's opcodes, whatever the kind. */
enum sim_op {
    SIM_OP_STREAM = 0x03, SIM_OP_STREAMS = 0x04, SIM_OP_HYP = 0x20,
    SIM_OP_VMID = 0x28, SIM_OP_IPA = 0x2a, SIM_OP_ALL = 0x30,
    SIM_OP_SYNC = 0x46,
};

/* v2.c: the registers, and what is under way. */
#define SIM_V2_CBS      128
#define SIM_V2_SMRS     128
#define SIM_V2_LOG      64
enum { V2_SMR, V2_S2CR, V2_CBAR, V2_CBA2R, V2_SCTLR, V2_TCR, V2_TTBR, V2_CR0,
       V2_CONFIG };
struct sim_v2 {
    /* What a transaction's translation depends on, as written last. */
    uint64_t config[V2_CONFIG][SIM_V2_CBS];
    /* Writes that may not be seen yet: what was there before. */
    struct { uint8_t which, index; uint64_t old; } log[SIM_V2_LOG];
    uint64_t writes;            /* so many in all */
    uint64_t settled;           /* of them are seen by all */
    uint32_t cr2, acr, gfsr, gfsynr0, gfsynr1;
    uint64_t gfar;
    struct {
        uint32_t actlr, fsr, fsynr0, fsynr1, frsynra;
        uint64_t far;
        bool sync, sync_seen;   /* its own: in progress */
        uint64_t sync_to;
        unsigned int dawdle;
    } bank[SIM_V2_CBS];
    /* TLBIs accepted, not yet performed, and of which number they are. */
    struct sim_v2_tlbi {
        uint8_t op;             /* enum sim_op */
        bool leaf;
        int16_t bank;           /* -1: of the global space */
        uint16_t vmid;
        uint64_t ipa, nr;
    } pending[SIM_PENDING];
    unsigned int nr_pending;
    uint64_t accepted;          /* TLBIs */
    /* What they hit, since a sync last completed; and after which write. */
    struct { bool all; uint16_t vmid; uint64_t nr, writes; } hit[64];
    unsigned int nr_hits;
    bool sync, sync_seen;       /* the global one: in progress */
    uint64_t sync_to, sync_writes;
    unsigned int dawdle, sync_waits;
    unsigned int bank_syncs;    /* in progress */
    bool masked;                /* the interrupt line, till it is listened to */
    bool stuck_line;            /* it is up, whatever the registers say */
    /* Writes that have not arrived, the oldest first. */
    struct {
        uint64_t cpu, value;
        uint32_t offset;
        uint8_t bytes;
    } posted[64];
    unsigned int nr_posted;
    unsigned int stalled;       /* transactions that wait for RESUME */
    unsigned int stalled_bank;
    bool lost;                  /* a write was */
};

struct sim {
    struct sim_id id;
    const struct sim_kind *kind;
    unsigned int nasty;
    bool snoops;                /* it says so, and so it is wired */
    struct sim_v2 v2;
    bool aborts_known;          /* the driver has said it runs: no bypass */
    struct smmu_unit *unit;     /* the driver's */
    bool present;

    /* Registers, as written, and as in force. */
    uint32_t cr0, cr0ack, cr1, cr2, gbpa, gbpa_new, irq_ctrl, irq_ctrlack;
    uint32_t gerror, gerrorn, strtab_cfg;
    uint32_t cmdq_prod, cmdq_cons, evtq_prod, evtq_cons;
    uint64_t strtab_base, cmdq_base, evtq_base;
    unsigned int msi_unknown;   /* addresses not written since reset */
    bool ack_dead, irq_dead, gbpa_dead, sync_dead;
    unsigned int slow_ack;      /* reads until CR0ACK answers, each time */
    unsigned int acking;        /* of them so far */
    bool irq;                   /* an interrupt is pending */
    bool dead;                  /* its clock stopped behind the driver's
                                   back: reads as ones, writes are lost */
    bool off;                   /* its power source let go: the same, and to
                                   touch it is wrong */
    bool asleep;                /* so is the host */
    bool held;                  /* masters begin nothing */
    bool masters_held, registers_kept;  /* what the source promises */
    enum sim_caches caches;
    int fail_on, fail_off;      /* what the power source answers */
    uint64_t junk_page;
    bool el2_junk;              /* EL2 entries of before, not yet invalidated */

    /* Commands consumed, not yet performed; and the SYNC behind them. */
    struct sim_cmd { uint64_t d[2]; } pending[SIM_PENDING];
    unsigned int nr_pending;
    unsigned int dawdle;
    bool sync_seen;             /* the one at CONS was counted */

    struct sim_ste stes[512];
    struct sim_l1std l1[64];
    struct sim_tlb tlb[3][64];  /* by level 1, 2, 3 */
    struct sim_walk walks[64];
    struct sim_txn txns[SIM_TXNS];
    unsigned int nr_txns;

    /* The first register writes since reset. */
    struct { uint32_t offset; uint64_t value; } trace[64];
    unsigned int nr_trace;
    /* The latest commands, as they were consumed. */
    struct sim_cmd log[64];

    /* What masters do by themselves: see sim_background. */
    uint32_t sids[32];
    unsigned int nr_sids;

    /* Counted. */
    uint64_t counted;           /* sim_fail_command() has seen nr_cmds */
    uint64_t nr_cmds, nr_tlbi, nr_cfgi, nr_sync, nr_vmall, nr_all;
    uint64_t nr_landed, nr_aborted, nr_hits, nr_events, nr_overflows;
    uint64_t nr_polls;          /* reads that wait for something to be so */
    uint64_t nr_id_reads, nr_writes;
    uint64_t nr_irqs, nr_mmio, nr_offs, nr_ons, nr_losses, nr_ranges;
};

/* What differs between kinds. */
struct sim_kind {
    const char *name;
    bool (*is_id)(const struct sim *s, uint32_t offset);
    bool (*is_poll)(const struct sim *s, uint32_t offset);
    uint32_t (*read)(struct sim *s, uint32_t offset);
    void (*write)(struct sim *s, uint32_t offset, uint64_t value,
                  unsigned int bytes);
    /* Registers as a reset leaves them. */
    void (*reset)(struct sim *s);
    /* Caches of the configuration: junk, one line in so many; lost. */
    void (*junk)(struct sim *s, unsigned int one_in);
    void (*lose)(struct sim *s, bool all);
    void (*evict)(struct sim *s);
    /* All that comes aborts, and no table is looked at. */
    bool (*blocks)(const struct sim *s);
    /* A transaction that has come so far may look at tables. */
    bool (*runs)(const struct sim *s);
    /* Why its power may not go now, or NULL. */
    const char *(*busy)(const struct sim *s);
    void (*arrive)(struct sim *s, struct sim_txn *t);
    void (*configure)(struct sim *s, struct sim_txn *t);
    /* v3's event types. */
    void (*fault)(struct sim *s, struct sim_txn *t, unsigned int type);
    void (*work)(struct sim *s);        /* a little: commands, TLBIs, syncs */
    bool (*stuck)(const struct sim *s);
    bool (*irq)(struct sim *s);         /* one is to be delivered now */
    void (*vary)(struct sim_id *id);    /* for histories */
    int (*probe)(struct sim *s, struct smmu_unit *unit, bool snoops);
};
/* No stream translates, and none passes. */
bool sim_blocks(const struct sim *s);

/* All units, from reset; `seed` for everything. */
void sim_reset(uint64_t seed, bool threads);
struct sim *sim_new(const struct sim_id *id, unsigned int nasty, bool snoops);
void *sim_regs(struct sim *s);
/* Which unit of the driver this is; before its probe. */
void sim_bind(struct sim *s, struct smmu_unit *unit);
struct sim *sim_nr(unsigned int i);
extern unsigned int sim_count;

/*
 * The n-th completion of these kinds from now on, on any unit, never comes;
 * (but see sim_revive()) or, with `late`, when the driver has given up on it
 * and waits for the next.  0: none.
 */
void sim_fail(uint64_t n, unsigned int kinds, bool late);
extern uint64_t sim_completions;
/* Has what was asked to fail done so? */
bool sim_has_failed(void);
bool sim_command_has_failed(void);
void sim_revive(struct sim *s);
void sim_late(void);
/* The n-th command from now on, on any unit, is found illegal. */
void sim_fail_command(uint64_t n, unsigned int cerror);
/* From the n-th register access on nothing answers: its clock has stopped. */
void sim_fail_access(uint64_t n);
bool sim_access_has_failed(void);
/*
 * The n-th register write from now on that would change something, other than
 * an invalidation, gets lost; v2.
 */
void sim_lose_write(uint64_t n);
bool sim_lost_write(void);
/* v3: GERROR bits toggle by themselves. */
void sim_raise(struct sim *s, uint32_t gerror);

/* One transaction, begun: it goes on with sim_step(). */
struct sim_txn *sim_dma_begin(struct sim *s, uint32_t sid, uint64_t ipa,
                              bool write);
/* One transaction from begin to end: LANDED, ABORTED or UNTRANSLATED. */
enum sim_txn_state sim_dma(struct sim *s, uint32_t sid, uint64_t ipa,
                           bool write);
/* With an address it says ATS translated. */
enum sim_txn_state sim_dma_ats(struct sim *s, uint32_t sid, uint64_t pa);
extern uint64_t sim_last_pa;            /* where the last sim_dma() landed */

/* DMA in the background: one in `one_in` steps begins one; 0: none. */
extern unsigned int sim_background;
extern uint64_t sim_ipas[256];
extern unsigned int sim_nr_ipas;

void sim_step(struct sim *s);           /* a little of its own work */
void sim_settle(void);                  /* until nothing moves */
/* Lets everything in flight land. */
void sim_drain(struct sim *s);

/* power.c */
void sim_power_off(struct sim *s);
void sim_power_on(struct sim *s);
void sim_junk(struct sim *s, unsigned int one_in);
/* MSI addresses, of global errors and of events, are anything. */
void sim_lose_msi(struct sim *s);
void sim_lose_registers(struct sim *s);
void sim_host_off(struct sim *s);
void sim_host_on(struct sim *s, bool source);
void sim_release_masters(struct sim *s);
/* Makes `source` one of this unit; caches: what really happens to them. */
void sim_source(struct sim *s, struct smmu_power_source *source, bool held,
                bool registers_kept, enum sim_caches caches);

/* config.c, tlb.c, cmdq.c, event.c, dma.c: to each other. */
bool sim_snoop_load(struct sim *s, uint64_t phys, uint64_t *value);
bool sim_find_ste(struct sim *s, struct sim_txn *t);    /* false: it ended */
void sim_fetch_ste(struct sim *s, struct sim_txn *t);
void sim_v3_translate(struct sim *s, struct sim_txn *t);
void sim_log(struct sim *s, uint64_t d0, uint64_t d1);
void sim_cfgi(struct sim *s, uint32_t sid, unsigned int range, bool leaf);
void sim_translate(struct sim *s, struct sim_txn *t, unsigned int bits);
void sim_walk_on(struct sim *s, struct sim_txn *t);
void sim_junk_ste(struct sim *s, uint32_t sid);
void sim_junk_tlb(struct sim *s, uint16_t vmid, uint64_t ipa, uint64_t pa);
void sim_tlbi_all(struct sim *s);
void sim_tlbi_vmid(struct sim *s, uint16_t vmid);
void sim_tlbi_ipa(struct sim *s, uint16_t vmid, uint64_t first,
                  uint64_t last, bool leaf, unsigned int ttl);
void sim_cmdq_step(struct sim *s);
void sim_txn_step(struct sim *s, struct sim_txn *t);
void sim_txn_end(struct sim *s, struct sim_txn *t, enum sim_txn_state how);
void sim_event(struct sim *s, const struct sim_txn *t, unsigned int type,
               uint64_t address);
void sim_evtq_update(struct sim *s);
bool sim_complete(struct sim *s, enum sim_completion what, bool *dead);
void sim_gerror(struct sim *s, uint32_t bits);
static inline bool sim_is(const struct sim *s, unsigned int nasty)
{
    return s->nasty & nasty;
}

#endif /* __TESTS_SIM_SIM_H__ */
