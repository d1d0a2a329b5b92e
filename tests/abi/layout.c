/* SPDX-License-Identifier: GPL-2.0-only */
/* Does the header still say what was released?  Compiling it tells. */
#include <stddef.h>
#include <stdint.h>

#include <public/xen-smmu.h>

#include "layout.h"

#define SIZE(s, bytes) \
    _Static_assert(sizeof(struct s) == (bytes), #s " has another size");
#define PART(s, begin, end)
#define FIELD(s, f, at, bytes) \
    _Static_assert(offsetof(struct s, f) == (at), #s "." #f " moved"); \
    _Static_assert(sizeof(((struct s *)0)->f) == (bytes), \
                   #s "." #f " has another size");
#define NUMBER(name, value) \
    _Static_assert((name) == (value), #name " has another value");

LAYOUT_1_0(PART, FIELD)
LAYOUT_1_1(PART, FIELD)
LAYOUT_1_2(PART, FIELD)
LAYOUT_1_3(PART, FIELD)
SIZES(SIZE)
NUMBERS(NUMBER)

/* Xen carries it in a union of 128 bytes. */
_Static_assert(sizeof(struct xen_smmu_op) <= 128, "too large for a sysctl");
