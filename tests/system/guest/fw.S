/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a board's firmware does before Xen: give the PCI endpoints their
 * addresses, switch memory and bus mastering on, go to Xen.  Xen and dom0 then
 * need no PCI: they see the endpoints as platform devices at fixed addresses.
 * Entered at EL2, MMU off, x0 = device tree; x0..x3 are kept.
 *
 * The table comes from machine.py: pairs of (address, 32-bit value), ended by
 * a zero address.
 */
        .section .text.start, "ax"
        .global _start
_start:
        adr     x10, table
1:      ldp     x11, x12, [x10], #16
        cbz     x11, 2f
        str     w12, [x11]
        dsb     sy
        b       1b
2:      ldr     x11, =XEN_ADDRESS
        br      x11
        .ltorg
        .balign 16
table:
#include "fw-table.h"
        .quad 0, 0
