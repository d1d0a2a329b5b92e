/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * -DMUT=name puts one mistake into the driver (or, LIE_*, the power source):
 * the checker must find the page, or the register access, that it costs.
 * -DREACH=name forbids something that must be possible: the checker must find
 * it, or what was proven is proven of nothing.
 */
#ifndef MUT
#define MUT NONE
#endif
#ifndef REACH
#define REACH NOTHING
#endif
#define MUTANT(name)            (MUT == name)
#define REACHED(name, cond)     assert(!(REACH == name && (cond)))

#define NONE                    0
/* The heart of it. */
#define FLUSH_AFTER_OPEN        1
#define ELIDE_WHILE_WAKING      2
#define TIMEOUT_IS_DONE         3
#define RETIRE_ANY_EPOCH        4   /* issued before the blocking sync: no matter */
#define STATE_UNLOCKED          5
#define FREE_BEFORE_BLOCKED     6   /* elide while quiescing */
#define OFF_UNHELD              7
/* Waking. */
#define WAKE_KEEPS_DEBT         10
#define OPEN_UNSYNCED           11  /* TLBI, CFGI, one sync: TLBI may be last */
#define OPEN_FAILED_IS_BLOCKED  12
#define WAKING_BEFORE_POWER     13
/* Quiescing, unmapping, failing. */
#define STAMP_EARLY             20
#define STAMP_AT_WAKE           21
#define EPOCH_LATE              22  /* stepped after the commands are queued */
#define CFGI_FIRST              23
#define FORGET_A_STREAM         24
#define PTE_LATE                25  /* state asked, then the PTE cleared */
#define FAILED_FREES            26
#define FAILED_NO_DEBT          27
#define FAIL_HOLDS_COUNT        28  /* ...and waits for the mutex: deadlock */
#define DESTROY_UNBLOCKED       29
#define VMID_CLEAN              30
/* Power. */
#define OFF_NO_WAIT             40
#define GATE_IS_A_FLAG          41  /* asked first, counted then */
#define GATE_EARLY              42  /* opened before the queue runs */
#define NO_GBPA                 43
#define RELEASE_AT_POWER_ON     44
#define RELEASE_AT_GBPA         45  /* SMMUEN not yet seen to be 0 */
#define RELEASE_ON_FAILURE      46
#define POWER_UP_NO_FLUSH       47
#define OFF_UNBLOCKED           48  /* a link was still live */
#define PARK_STOPS_QUEUE        49
#define LIE_REGISTERS_KEPT      50  /* with -DREGISTERS_KEPT=1 */
#define LIE_CACHES_LOST         51  /* with -DCACHES_LOST=1 */

#define NOTHING                 0
#define R_DMA_LANDS             1
#define R_ELIDED                2
#define R_STALE_WHILE_DORMANT   3
#define R_STALE_FLUSHED         4   /* by a wake, from the debt */
#define R_PARKED_ABORTS         5   /* a liar's DMA meets GBPA.ABORT */
#define R_LIAR_BLOCKED          6   /* a liar's DMA meets STE.Config=abort */
#define R_OFF_WITH_DEBT         7
#define R_POWER_UP_RETIRES      8
#define R_LIVE_AFTER_LOSS       9
#define R_LATE_DEBT             10  /* unmapped after power-up's flush */
#define R_FLUSH_WHILE_WAKING    11
#define R_FLUSH_WHILE_QUIESCING 12
#define R_SYNC_DRAINS           13  /* waits for a transaction in flight */
#define R_EPOCH_RETIRES         14
#define R_EPOCH_REFUSES         15
#define R_WAKE_FAILS            16
#define R_FAILED_THEN_BLOCKED   17
#define R_QUARANTINE            18
#define R_FAILED_LATE           19  /* flush failed; OFF before it said so */
#define R_POWER_UP_FAILS        20
#define R_ZOMBIE                21
#define R_VMID_REUSED           22
#define R_FORCED                23
#define R_DEVICE_SLEEPS         24  /* its link stays live */
#define R_NEIGHBOUR_LIVE        25  /* two links, one dormant, one live */
#define R_NEIGHBOUR_BLOCKED     26  /* unit failed: a dormant one still elides */
