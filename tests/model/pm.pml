/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state machine of links and SMMU: what is checked before it is coded.
 *
 * The property: no DMA lands in a page that was given back, none passes
 * untranslated, and no register is accessed without power and a use count.
 * Assertions say so, in hw.pml for what the masters do, in reg() for what the
 * driver does.  And nothing waits for ever: once `stop` is set nothing new
 * begins, so what cannot end shows as an invalid end state.
 *
 * An atomic block that touches a link's state or debt is a critical section of
 * its lock: nothing waits inside.  `config` is unit->config, a mutex.
 *
 * Parameters: how many CPUS that unmap, NL links (domains), NS streams; VOTES
 * (else any device may want anything at any time, which is every history of
 * votes at once), WHOLE, STOP; and what the power source declares.  Pages are
 * two, page i is what CPU i maps and unmaps.
 */
#ifndef CPUS
#define CPUS 2
#endif
#ifndef NL
#define NL 1
#endif
#ifndef NS
#define NS NL
#endif
#ifndef VOTES
#define VOTES 0             /* the guest's votes, the toolstack's force */
#endif
#ifndef STOP
#define STOP 0              /* look for what waits for ever */
#endif
#ifndef WHOLE
#define WHOLE 1             /* whole-SMMU invalidations of a running SMMU */
#endif
#ifndef MASTERS_HELD
#define MASTERS_HELD 1
#endif
#ifndef REGISTERS_KEPT
#define REGISTERS_KEPT 0
#endif
#ifndef CACHES_LOST
#define CACHES_LOST 0
#endif

#include "mut.pml"

#define B(i)            (1 << (i))
#define HAS(mask, i)    (((mask) & B(i)) != 0)
#define LINK(i)         ((i) % NL)      /* of a page, or of a stream */
#define MINE(i, l)      (LINK(i) == (l) -> B(i) : 0)
#define PAGES(l)        (MINE(0, l) | MINE(1, l))
#if NS == 1
#define STREAMS(l)      1
#else
#define STREAMS(l)      (MINE(0, l) | MINE(1, l))
#endif

/* Who issues commands and holds use counts: CPU 0, CPU 1, and */
#define PM              2   /* who holds `config` for power management */
#define ALL             3   /* who invalidates the whole SMMU */
#define ISSUERS         4
#define EVERYTHING      3   /* pages, or streams */

/* Link and SMMU, as the driver has them. */
#define DORMANT         0
#define WAKING          1
#define LIVE            2
#define QUIESCING       3
#define FAILED          4
#define ON              5
#define PARKED          6
#define OFF             7
byte link[NL];              /* DORMANT */
byte unit = ON;
byte debt[NL];              /* pages */
bit fresh[NL];              /* blocked in the current epoch, not before it */
bit config;
bit closed;                 /* the gate: try-get fails */
byte users;                 /* of the gate, by who it is */
bit queue = 1;              /* CMDQEN */

/* What is wanted. */
#define AUTO            0
#define SUSPEND         1
#define RESUME          2
byte vote;                  /* streams */
byte force;
bit stop;
bit cycled;                 /* power was lost once; only for REACH */
#if VOTES
#define WANT(s)         (force == RESUME || (force == AUTO && HAS(vote, s)))
#define DONT_WANT(s)    (!WANT(s))
#else
#define WANT(s)         true
#define DONT_WANT(s)    true
#endif

#include "hw.pml"

#define reg(w)      assert(powered && HAS(users, w))
#define cmd(w)      reg(w); assert(queue)
#define get(w)      users = users | B(w)
#define put(w)      users = users & ~B(w)
#define ALL_DORMANT (link[0] == DORMANT && link[NL - 1] == DORMANT)

/*
 * Polls for the sync behind what `w` has issued, in an earlier step: what was
 * issued has been on its way meanwhile.  ok = 0: it gave up.
 */
inline sync(w, ok)
{
    if
    :: SYNCED(w) -> reg(w); ok = 1
    :: true ->
        reg(w);
        REACHED(R_SYNC_DRAINS, drain[w]);
        ok = MUTANT(TIMEOUT_IS_DONE);
        /* Executed late or, which is worse, never. */
        todo_tlbi[w] = 0; todo_cfgi[w] = 0; drain[w] = 0
    fi
}

/*
 * The last resort.  SMMUEN=0 may not have been taken.  GBPA.ABORT is there
 * since power-up, or this is not called.
 */
inline fail_unit(w)
{
    reg(w);
    assert(gbpa_abort);
    unit = FAILED;
    closed = 1;
    if
    :: smmuen = 0
    :: true
    fi
}

/* Blocks a link, or fails it.  `config` and a use count are held. */
inline block(w, l, ok)
{
    if
    :: atomic { link[l] == DORMANT -> ok = 1 }
    :: atomic { link[l] == FAILED -> ok = 0 }
    :: atomic { link[l] != DORMANT && link[l] != FAILED ->
            cmd(w);
            link[l] = QUIESCING;
            todo_cfgi[w] = todo_cfgi[w] | STREAMS(l);
#if MUTANT(STAMP_EARLY)
            fresh[l] = 1;
#endif
#if MUTANT(CFGI_FIRST)
        }
        atomic {
#endif
            ste = ste & ~(MUTANT(FORGET_A_STREAM) -> B(l) : STREAMS(l)) }
        atomic { sync(w, ok) }
        atomic {
            if
            :: ok ->
                link[l] = DORMANT;
#if !MUTANT(STAMP_EARLY) && !MUTANT(STAMP_AT_WAKE)
                fresh[l] = 1
#endif
            :: else ->
                fail_unit(w);
                link[l] = FAILED        /* and its domain quarantined */
            fi
        }
    fi
}

/* What a completed whole-SMMU invalidation of this epoch does to a link. */
inline retire(l)
{
    if
    :: link[l] == DORMANT && (!fresh[l] || MUTANT(RETIRE_ANY_EPOCH)) ->
        REACHED(R_EPOCH_RETIRES, debt[l] && unit == ON);
        REACHED(R_POWER_UP_RETIRES, debt[l] && unit == OFF);
        debt[l] = 0
    :: else ->
        REACHED(R_EPOCH_REFUSES, link[l] == DORMANT && debt[l])
    fi
}

#if NL == 1
#define NEW_EPOCH   fresh[0] = 0
#define RETIRE_ALL  retire(0)
#else
#define NEW_EPOCH   fresh[0] = 0; fresh[1] = 0
#define RETIRE_ALL  retire(0); retire(1)
#endif

/* --- a CPU that maps and unmaps its page ------------------------------- */

/* What is left to do. */
#define NOTHING_    0
#define FLUSH       1               /* a use count is held */
#define FAIL        2

#define GIVE_BACK(i)    owned = owned & ~B(i)

/* What a PTE that was cleared asks for.  One critical section. */
inline decide(me, l, state, todo)
{
    if
    :: (state == DORMANT ||
        (state == WAKING && MUTANT(ELIDE_WHILE_WAKING)) ||
        (state == QUIESCING && MUTANT(FREE_BEFORE_BLOCKED))) ->
        debt[l] = debt[l] | B(me);
        GIVE_BACK(me);
        REACHED(R_ELIDED, true);
        REACHED(R_STALE_WHILE_DORMANT, HAS(tlb, me));
        REACHED(R_OFF_WITH_DEBT, unit == OFF);
        REACHED(R_NEIGHBOUR_BLOCKED, NL > 1 && link[NL - 1 - l] == FAILED)
    :: else ->
        REACHED(R_FLUSH_WHILE_WAKING, state == WAKING);
        REACHED(R_FLUSH_WHILE_QUIESCING, state == QUIESCING);
        if
        :: link[l] == FAILED            /* the page never goes back */
        :: link[l] != FAILED && closed ->
            /* Only a failed unit has both: a closed gate and this link. */
            assert(unit == FAILED);
            link[l] = FAILED
        :: else ->
            todo = FLUSH;
#if !MUTANT(GATE_IS_A_FLAG)
            get(me)
#endif
        fi
    fi
}

/* After block().  A page goes back if the link is blocked, and owes. */
inline end_of_failure(me, l, ok)
{
    if
    :: ok || MUTANT(FAILED_FREES) ->
        debt[l] = (MUTANT(FAILED_NO_DEBT) -> debt[l] : PAGES(l));
        GIVE_BACK(me);
        REACHED(R_FAILED_THEN_BLOCKED, true)
    :: else ->
        REACHED(R_QUARANTINE, true)
    fi
}

proctype Cpu(byte me)
{
    byte todo;
    bit ok;
#if MUTANT(STATE_UNLOCKED)
    byte state;
#else
#define state link[LINK(me)]
#endif

end:
    do
    /* Nothing to flush: invalid translations are not cached. */
    :: atomic { !stop && !HAS(pte, me) && link[LINK(me)] != FAILED ->
        owned = owned | B(me);
        pte = pte | B(me) }

    :: atomic { !stop && HAS(pte, me) ->
#if !MUTANT(PTE_LATE)
            pte = pte & ~B(me)
#endif
        }
#if MUTANT(STATE_UNLOCKED)
        state = link[LINK(me)];
#endif
        atomic {
            decide(me, LINK(me), state, todo);
#if MUTANT(PTE_LATE)
        }
        atomic {
            pte = pte & ~B(me);
#endif
            if
            :: todo == NOTHING_ -> goto end
            :: else
            fi
        }
#if MUTANT(GATE_IS_A_FLAG)
        get(me);
#endif
        atomic { cmd(me); todo_tlbi[me] = B(me) }
        atomic {
            sync(me, ok);
#if MUTANT(FAIL_HOLDS_COUNT)
            if
            :: ok -> put(me)
            :: else
            fi;
#else
            put(me);        /* or power_off() could wait for us for ever */
#endif
            todo = NOTHING_;
            if
            :: ok -> GIVE_BACK(me); ok = 0; goto end
            :: else
            fi
        }

        /* The flush has failed: `config`, and a use count again. */
        atomic { !config -> config = 1 }
        if
        :: atomic { closed && !HAS(users, me) ->
            REACHED(R_FAILED_LATE, unit == OFF);
            ok = (link[LINK(me)] == DORMANT);
            link[LINK(me)] = (ok -> DORMANT : FAILED) }
        :: atomic { !closed || HAS(users, me) -> get(me) }
            block(me, LINK(me), ok);
            put(me)
        fi;
        atomic {
            end_of_failure(me, LINK(me), ok);
            config = 0;
            ok = 0
        }
    od
}

/* --- an invalidation of the whole SMMU, without `config` --------------- */

/* Also stands for a handler that finds the gate open and touches registers. */
proctype Whole()
{
    bit ok;

end:
    do
    :: atomic { !stop && !closed -> get(ALL) }
#if !MUTANT(EPOCH_LATE)
        atomic { NEW_EPOCH }
#endif
        atomic { cmd(ALL); todo_tlbi[ALL] = EVERYTHING }
#if MUTANT(EPOCH_LATE)
        atomic { NEW_EPOCH }
#endif
        atomic { sync(ALL, ok) }
        atomic {
            if
            :: ok -> RETIRE_ALL
            :: else
            fi;
            put(ALL);
            ok = 0
        }
    od
}

/* --- power management, under `config` ---------------------------------- */

#define DONE    atomic { put(PM); config = 0; op = 0; s = 0; take = 0; ok = 0; \
                         goto end }

/* SMMUEN=1, last.  The use count is held. */
inline enable()
{
    if
    :: reg(PM); smmuen = 1; unit = ON; closed = 0
    :: fail_unit(PM); DONE
    fi
}

/*
 * From OFF to ON.  The gate stays closed until the end, our own use count goes
 * round it: nobody else finds a queue that does not run yet.
 */
inline power_up()
{
    if
    :: DONE                                 /* the source would not */
    :: atomic {
        get_power();
        get(PM);
        cycled = (REACH != NOTHING);
#if MUTANT(RELEASE_AT_POWER_ON) || REGISTERS_KEPT
        held = 0;
#endif
#if MUTANT(GATE_EARLY)
        closed = 0;
#endif
        }
    fi;
#if !REGISTERS_KEPT
    atomic {
        reg(PM);
        if
        :: gbpa_abort = (MUTANT(NO_GBPA) -> gbpa_abort : 1)
        :: goto no_power_up                 /* not read back */
        fi;
#if MUTANT(RELEASE_AT_GBPA)
        held = 0;
#endif
    }
    atomic {
        reg(PM);
        if
        :: smmuen = 0
        :: goto no_power_up                 /* not acknowledged */
        fi
    }
    atomic {
        held = 0;
        sane = 1;
        queue = 1;
    }
#endif
#if CACHES_LOST || MUTANT(POWER_UP_NO_FLUSH)
    atomic { NEW_EPOCH; RETIRE_ALL; enable() }
#elif REGISTERS_KEPT
    atomic { enable() }
#else
    atomic {
        NEW_EPOCH;
        cmd(PM);
        todo_tlbi[PM] = EVERYTHING;
        todo_cfgi[PM] = B(NS) - 1
    }
    atomic {
        sync(PM, ok);
        if
        :: ok -> RETIRE_ALL
        :: else -> fail_unit(PM); DONE
        fi
    }
    atomic { enable() }
#endif
}

/* One stream of a link, that is blocked or live. */
inline wake(s, l, ok)
{
#if MUTANT(WAKING_BEFORE_POWER)
    link[l] = (link[l] == DORMANT -> WAKING : link[l]);
#endif
    if
    :: atomic { unit == ON -> get(PM) }
    :: atomic { unit == PARKED -> get(PM); enable() }
    :: unit == OFF -> power_up()
    fi;

    /* One critical section: elision ends, the debt is taken. */
    atomic {
        if
        :: link[l] == LIVE
        :: else ->
            REACHED(R_LATE_DEBT, cycled && debt[l] && !fresh[l]);
            REACHED(R_STALE_FLUSHED, tlb & debt[l] & ~owned);
            REACHED(R_NEIGHBOUR_LIVE, NL > 1 && link[NL - 1 - l] == LIVE);
            link[l] = WAKING;
            take = (MUTANT(WAKE_KEEPS_DEBT) -> 0 : debt[l]);
            debt[l] = debt[l] & ~take;
#if MUTANT(STAMP_AT_WAKE)
            fresh[l] = 1
#endif
        fi
    }
#if !MUTANT(OPEN_UNSYNCED) && !MUTANT(FLUSH_AFTER_OPEN)
    if
    :: atomic { !take }
    :: atomic { take -> cmd(PM); todo_tlbi[PM] = take; take = 0 }
        atomic {
            sync(PM, ok);
            if
            :: ok
            :: else ->                      /* as blocked as before */
                debt[l] = PAGES(l);
                link[l] = DORMANT;
                REACHED(R_WAKE_FAILS, true);
                DONE
            fi
        }
    fi;
#endif

    atomic {
        ste = ste | B(s);
        cmd(PM);
        todo_cfgi[PM] = B(s);
        todo_tlbi[PM] = (MUTANT(OPEN_UNSYNCED) -> take : 0)
    }
#if MUTANT(FLUSH_AFTER_OPEN)
    atomic { sync(PM, ok); todo_cfgi[PM] = 0 }
    atomic { cmd(PM); todo_tlbi[PM] = take }
#endif
    atomic {
        sync(PM, ok);
        if
        :: ok -> link[l] = LIVE; DONE
        :: else -> link[l] = (MUTANT(OPEN_FAILED_IS_BLOCKED) -> DORMANT
                                                             : link[l])
        fi
    }
    block(PM, l, ok);
    DONE
}

/* The vote of one device is gone: its streams, or with the last the link. */
inline sleep(s, l, ok)
{
    if
    :: atomic { ste & STREAMS(l) & ~B(s) ->
            get(PM);
            ste = ste & ~B(s);
            cmd(PM);
            todo_cfgi[PM] = B(s) }
        atomic {
            sync(PM, ok);
            REACHED(R_DEVICE_SLEEPS, ok);
            if
            :: ok -> DONE
            :: else
            fi
        }
    :: atomic { else -> get(PM) }
    fi;
    block(PM, l, ok);
    DONE
}

/*
 * All that the domain has goes back, mapped or not, and its VMID: the next
 * domain on this link owes an invalidation.
 */
inline destroy(l, ok)
{
    if
    :: atomic { unit == ON && !MUTANT(DESTROY_UNBLOCKED) -> get(PM) }
        block(PM, l, ok)
    :: atomic { else ->
        ok = (link[l] == DORMANT || MUTANT(DESTROY_UNBLOCKED));
        link[l] = (ok -> link[l] : FAILED) }
    fi;
    atomic {
        if
        :: ok ->
            owned = owned & ~PAGES(l);
            pte = pte & ~PAGES(l);
            debt[l] = (MUTANT(VMID_CLEAN) -> 0 : PAGES(l));
            REACHED(R_VMID_REUSED, tlb & PAGES(l))
        :: else -> REACHED(R_ZOMBIE, true)
        fi;
        DONE
    }
}

/* CMDQEN stays: a flush that began before may still poll for its sync. */
inline park()
{
    atomic {
        get(PM);
        reg(PM);
        assert(gbpa_abort);
        if
        :: smmuen = 0; unit = PARKED; queue = !MUTANT(PARK_STOPS_QUEUE)
        :: fail_unit(PM)
        fi;
        DONE
    }
}

inline power_off()
{
    atomic { held = !MUTANT(OFF_UNHELD); closed = 1 }
    atomic {
#if !MUTANT(OFF_NO_WAIT)
        users == 0 ->
#endif
        lose_power();
        unit = OFF;
        DONE
    }
}

#define WAKE        1
#define SLEEP       2
#define DESTROY     3
#define PARK        4
#define POWER_OFF   5

#define CHOOSE(i)                                                            \
    :: unit != FAILED && link[LINK(i)] != FAILED && WANT(i) &&               \
       !HAS(ste, i) -> s = i; op = WAKE                                      \
    :: unit != FAILED && link[LINK(i)] == LIVE && DONT_WANT(i) &&            \
       HAS(ste, i) -> s = i; op = SLEEP                                      \
    :: link[LINK(i)] != FAILED -> s = i; op = DESTROY

proctype Pm()
{
    byte op, s, take;
    bit ok;

end:
    do
    :: atomic { !stop && !config ->
            if
            CHOOSE(0)
#if NS > 1
            CHOOSE(1)
#endif
            :: unit == ON && (ALL_DORMANT || MUTANT(OFF_UNBLOCKED)) ->
                op = PARK
            :: unit == PARKED && MASTERS_HELD &&
               (ALL_DORMANT || MUTANT(OFF_UNBLOCKED)) ->
                op = POWER_OFF
            :: else -> goto end
            fi;
            config = 1;
            REACHED(R_FORCED, op == SLEEP && HAS(vote, s) && force == SUSPEND)
        }
        if
        :: op == WAKE -> wake(s, LINK(s), ok)
        :: op == SLEEP -> sleep(s, LINK(s), ok)
        :: op == DESTROY -> destroy(LINK(s), ok)
        :: op == PARK -> park()
        :: op == POWER_OFF -> power_off()
        fi
    od;
no_power_up:
    atomic {
        /* Nothing is known to abort: the masters stay held, for good. */
        unit = FAILED;
        REACHED(R_POWER_UP_FAILS, true);
#if MUTANT(RELEASE_ON_FAILURE)
        held = 0;
#endif
        DONE
    }
}

init
{
    atomic {
        run Cpu(0);
#if CPUS > 1
        run Cpu(1);
#endif
        run Pm();
#if WHOLE
        run Whole();
#endif
        run World()
    }
}
