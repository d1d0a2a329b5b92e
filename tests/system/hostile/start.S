/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hostile guest: an arm64 Image that xl boots as any other kernel.  It
 * turns on a flat map of normal memory (so that unaligned accesses reach the
 * hypervisor), counts and skips its own exceptions, and runs main.c.
 */
#define STACK 0x4000

        .section .text.start, "ax"
        .global _start
_start:
        b       first                   /* as Linux's booting.txt wants it */
        .long   0
        .quad   0x80000                 /* offset in memory */
        .quad   _end - _start
        .quad   0xa                     /* little endian, 4 KiB pages, anywhere */
        .quad   0, 0, 0
        .ascii  "ARM\x64"
        .long   0

first:
        mov     x19, #0
        b       common
        .global second
second:                                 /* PSCI CPU_ON, x0 = its number */
        mov     x19, x0
common:
        msr     daifset, #0xf
        adrp    x1, vectors
        add     x1, x1, :lo12:vectors
        msr     vbar_el1, x1
        adrp    x1, cpu_faults
        add     x1, x1, :lo12:cpu_faults
        add     x1, x1, x19, lsl #3
        msr     tpidr_el1, x1
        adrp    x1, stacks
        add     x1, x1, :lo12:stacks
        add     x2, x19, #1
        mov     x3, #STACK
        madd    x1, x2, x3, x1
        mov     sp, x1

        ldr     x1, =0xff               /* MAIR: attribute 0 is write-back */
        msr     mair_el1, x1
        ldr     x1, =0x200803519        /* TCR: 39 bits, 4 KiB, 40 bits out, shared, no TTBR1 */
        msr     tcr_el1, x1
        adrp    x1, map
        msr     ttbr0_el1, x1
        isb
        mrs     x1, sctlr_el1
        orr     x1, x1, #1              /* MMU, */
        bic     x1, x1, #2              /* no alignment check of its own */
        msr     sctlr_el1, x1
        isb

        mov     x0, x19
        cbnz    x19, 1f
        bl      main
1:      bl      other
2:      wfi
        b       2b

        /* x0: function.  Returns x0. */
        .macro  conduit name, what
        .global \name
\name:
        \what
        nop
        ret
        .endm
        conduit call_hvc, "hvc #0"
        conduit call_smc, "smc #0"
        conduit call_hvc_immediate, "hvc #1"
        conduit call_smc_immediate, "smc #1"

        /* x0: number, x1..: arguments. */
        .global hypercall
hypercall:
        mov     x16, x0
        mov     x0, x1
        mov     x1, x2
        hvc     #0xea1
        ret

        /* Accesses that Xen gets no syndrome for, all to [x0]. */
        .global odd_accesses
odd_accesses:
        ldp     x2, x3, [x0]
        stp     x2, x3, [x0]
        ldr     x2, [x0], #8
        str     x2, [x0, #-8]!
        ldxr    x2, [x0]
        stxr    w3, x2, [x0]
        dc      zva, x0
        ldr     q0, [x0]
        ret

        /* Whatever was it: count it, go on behind it. */
        .balign 2048
vectors:
        .rept   16
        .balign 128
        stp     x0, x1, [sp, #-16]!
        mrs     x1, tpidr_el1
        ldr     x0, [x1]
        add     x0, x0, #1
        str     x0, [x1]
        mrs     x0, elr_el1
        add     x0, x0, #4
        msr     elr_el1, x0
        ldp     x0, x1, [sp], #16
        eret
        .endr

        .balign 4096
map:                                    /* four blocks of 1 GiB, normal memory */
        .quad   0x00000701, 0x40000701, 0x80000701, 0xc0000701
        .fill   508, 8, 0

        .bss
        .balign 16
stacks: .space  2 * STACK
