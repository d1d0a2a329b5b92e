/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SMMU and the masters behind it, as bad as the architecture lets them be.
 *
 * What is a bit here is the worst case: an entry in a cache goes only by an
 * invalidation.  (An entry that went by itself can only do less.)
 */

/* Memory. */
byte owned;             /* pages that belong to their domain */
byte pte;               /* pages whose PTE is valid */
byte ste;               /* streams whose STE translates; the rest abort */

/* Registers. */
bit powered = 1;
bit sane = 1;           /* tables and queues are programmed */
bit smmuen = 1;
bit gbpa_abort = 1;
bit held;               /* the power source holds all masters back */

/* Caches. */
byte tlb;               /* pages with an entry, under their domain's VMID */
byte cfg;               /* streams with a cached STE that translates */

/*
 * Transactions in flight, one for each stream.  They outlive SMMUEN=0.
 */
#define NO_FLIGHT       0
#define CONFIGURED      1           /* passed its STE */
#define TO(p)           (2 + (p))   /* translated to page p, will land there */
byte flight[NS];

/*
 * Commands not yet executed, by issuer.  They execute in any order, one issuer
 * waiting for its own only: nobody's sync orders somebody else's commands.
 */
byte todo_tlbi[ISSUERS];    /* pages */
byte todo_cfgi[ISSUERS];    /* streams */
byte drain[ISSUERS];        /* streams: in flight on what was invalidated */

/* A sync completes when that is done, and no sooner (4.3.8). */
#define SYNCED(w) (!todo_tlbi[w] && !todo_cfgi[w] && !drain[w])

inline landed(s)
{
    flight[s] = NO_FLIGHT;
    drain[0] = drain[0] & ~B(s);
    drain[1] = drain[1] & ~B(s);
    drain[PM] = drain[PM] & ~B(s);
    drain[ALL] = drain[ALL] & ~B(s)
}

/* A master starts a transaction, whatever it has promised. */
inline begin(s)
{
    if
    :: !powered -> assert(false)                /* UNPREDICTABLE (3.19) */
    :: powered && !smmuen ->
        assert(gbpa_abort);                     /* else untranslated */
        REACHED(R_PARKED_ABORTS, true)
    :: powered && smmuen ->
        assert(sane);                           /* else by garbage */
        REACHED(R_LIAR_BLOCKED, !HAS(cfg | ste, s) && tlb);
        if
        :: HAS(cfg | ste, s) -> cfg = cfg | B(s); flight[s] = CONFIGURED
        :: !HAS(ste, s)                         /* it aborts */
        fi
    fi
}

#define MASTER(s)                                                            \
    :: d_step { flight[s] == CONFIGURED -> landed(s) }                       \
    :: atomic { !stop && !held && !flight[s] -> begin(s) }

#define LOOKUP(s, p)                                                         \
    :: d_step { LINK(p) == LINK(s) && flight[s] == CONFIGURED &&             \
                HAS(tlb | pte, p) ->                                         \
        tlb = tlb | B(p); flight[s] = TO(p) }                                \
    :: d_step { flight[s] == TO(p) ->                                        \
        assert(HAS(owned, p));                  /* THE rule */               \
        REACHED(R_DMA_LANDS, true);                                          \
        REACHED(R_LIVE_AFTER_LOSS, cycled);                                  \
        landed(s) }

#define DRAIN_TLBI(w, s, p)                                                  \
    if                                                                       \
    :: flight[s] == TO(p) -> drain[w] = drain[w] | B(s)                      \
    :: else                                                                  \
    fi

#define TLBI(w, p)                                                           \
    :: d_step { HAS(todo_tlbi[w], p) ->                                      \
        todo_tlbi[w] = todo_tlbi[w] & ~B(p); tlb = tlb & ~B(p);              \
        STREAM_DRAINS(w, p) }

#define CFGI(w, s)                                                           \
    :: d_step { HAS(todo_cfgi[w], s) ->                                      \
        todo_cfgi[w] = todo_cfgi[w] & ~B(s); cfg = cfg & ~B(s);              \
        if                                                                   \
        :: flight[s] -> drain[w] = drain[w] | B(s)                           \
        :: else                                                              \
        fi }

#if NS == 1
#define STREAM_DRAINS(w, p)     DRAIN_TLBI(w, 0, p)
#define EACH_STREAM(w)          CFGI(w, 0)
#else
#define STREAM_DRAINS(w, p)     DRAIN_TLBI(w, 0, p); DRAIN_TLBI(w, 1, p)
#define EACH_STREAM(w)          CFGI(w, 0) CFGI(w, 1)
#endif
#define QUEUE(w)                TLBI(w, 0) TLBI(w, 1) EACH_STREAM(w)

/* Power is released.  Whoever does that holds the masters, or has lost. */
inline lose_power()
{
    assert(!flight[0] && !flight[NS - 1]);
    powered = 0;
    todo_tlbi[0] = 0; todo_tlbi[1] = 0; todo_tlbi[PM] = 0; todo_tlbi[ALL] = 0;
    todo_cfgi[0] = 0; todo_cfgi[1] = 0; todo_cfgi[PM] = 0; todo_cfgi[ALL] = 0;
    drain[0] = 0; drain[1] = 0; drain[PM] = 0; drain[ALL] = 0
}

/*
 * Power is back.  Registers are kept, or are garbage, GBPA bypass; caches are
 * kept, or lost: as it likes, unless a capability was declared.
 */
inline get_power()
{
    powered = 1;
    if
    :: true
    :: !REGISTERS_KEPT || MUTANT(LIE_REGISTERS_KEPT) ->
        sane = 0; queue = 0; gbpa_abort = 0;
        if
        :: smmuen = 0
        :: smmuen = 1
        fi
    fi;
    if
    :: !CACHES_LOST || MUTANT(LIE_CACHES_LOST)
    :: tlb = 0; cfg = 0
    fi
}

/* Guest, toolstack, masters and SMMU: whatever may happen does. */
proctype World()
{
end:
    do
#if STOP
    :: d_step { !stop -> stop = 1 }
#endif
#if VOTES
    :: d_step { !stop -> vote = vote ^ 1 }
    :: d_step { !stop -> force = AUTO }
    :: d_step { !stop -> force = SUSPEND }
    :: d_step { !stop -> force = RESUME }
#endif
#if NS > 1
#if VOTES
    :: d_step { !stop -> vote = vote ^ 2 }
#endif
    MASTER(1) LOOKUP(1, 0) LOOKUP(1, 1)
#endif
    MASTER(0) LOOKUP(0, 0) LOOKUP(0, 1)
    QUEUE(0) QUEUE(1) QUEUE(PM) QUEUE(ALL)
    od
}
