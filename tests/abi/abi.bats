# The control interface: what was released stays as it was.
# The Makefile gives INCLUDE, the directory that has public/xen-smmu.h.
bats_require_minimum_version 1.5.0

HERE=$BATS_TEST_DIRNAME
WARN="-Wall -Wextra -Wpedantic -Werror"

# compile COMPILER ARGUMENT...: against our header, or CHANGED's.
compile() {
    "$@" $WARN -I"${CHANGED:-$INCLUDE}" -I"$HERE" \
        -o "$BATS_TEST_TMPDIR/out"
}

# A copy of the header, changed by a sed program.
change() {
    CHANGED=$BATS_TEST_TMPDIR/include
    mkdir -p "$CHANGED/public"
    sed "$1" "$INCLUDE/public/xen-smmu.h" >"$CHANGED/public/xen-smmu.h"
    ! cmp -s "$INCLUDE/public/xen-smmu.h" "$CHANGED/public/xen-smmu.h"
}

@test "sizes, offsets and numbers are those that were released" {
    compile gcc -std=c11 -c "$HERE/layout.c"
}

@test "the same for aarch64" {
    command -v aarch64-linux-gnu-gcc >/dev/null ||
        skip "aarch64-linux-gnu-gcc is not installed"
    compile aarch64-linux-gnu-gcc -std=c11 -c "$HERE/layout.c"
}

@test "no field is missing in the table, no padding is implicit, reasons are sound" {
    compile gcc -std=c11 "$HERE/complete.c"
    "$BATS_TEST_TMPDIR/out"
}

@test "the header compiles alone, as C99, C11 and C++" {
    printf '#include <public/xen-smmu.h>\n' >"$BATS_TEST_TMPDIR/alone.c"
    compile gcc -std=c99 -c "$BATS_TEST_TMPDIR/alone.c"
    compile gcc -std=c11 -c "$BATS_TEST_TMPDIR/alone.c"
    compile g++ -std=c++11 -x c++ -c "$BATS_TEST_TMPDIR/alone.c"
    compile g++ -std=c++20 -x c++ -c "$BATS_TEST_TMPDIR/alone.c"
}

@test "within Xen it includes nothing" {
    cat >"$BATS_TEST_TMPDIR/xen.c" <<'END'
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long uint64_t;
#include <public/xen-smmu.h>
END
    compile gcc -D__XEN__ -nostdinc -std=gnu99 -c "$BATS_TEST_TMPDIR/xen.c"
}

@test "it may be included twice" {
    printf '#include <public/xen-smmu.h>\n%.0s' 1 2 \
        >"$BATS_TEST_TMPDIR/twice.c"
    compile gcc -std=c99 -c "$BATS_TEST_TMPDIR/twice.c"
}

# That the tests above can fail:

@test "control: a field that changes its size is noticed" {
    change '/^struct xen_smmu_link {/,/^}/s/uint32_t flags;/uint64_t flags;/'
    run ! compile gcc -std=c11 -c "$HERE/layout.c"
    [[ $output == *"xen_smmu_link.flags has another size"* ]]
}

@test "control: two fields that change places are noticed" {
    change '/^struct xen_smmu_unit {/,/^}/{
        s/uint64_t commands;/uint64_t swap;/
        s/uint64_t syncs;/uint64_t commands;/
        s/uint64_t swap;/uint64_t syncs;/
    }'
    run ! compile gcc -std=c11 -c "$HERE/layout.c"
    [[ $output == *"xen_smmu_unit.commands moved"* ]]
}

@test "control: a new field is noticed" {
    change '/^struct xen_smmu_device {/,/^};/s/^};/    uint64_t more; };/'
    run ! compile gcc -std=c11 -c "$HERE/layout.c"
    [[ $output == *"xen_smmu_device has another size"* ]]
}

@test "control: a new field among those of 1.0 is noticed, whatever the size" {
    # Taken from the end, so that only places change.
    change '/^struct xen_smmu_link {/,/^};/{
        /uint64_t flushes_added;/d
        s/\(    uint64_t elided;\)/    uint64_t flushes_added; \1/
    }'
    run ! compile gcc -std=c11 -c "$HERE/layout.c"
    [[ $output == *"xen_smmu_link.elided moved"* ]]
    [[ $output != *"xen_smmu_link has another size"* ]]
}

@test "control: a field of 1.1 that vanishes is noticed" {
    change '/^struct xen_smmu_unit {/,/^};/s/uint64_t parks;/uint64_t sleeps;/'
    run ! compile gcc -std=c11 -c "$HERE/layout.c"
    [[ $output == *"no member named"*"parks"* ]]
}

@test "control: a field of 1.2 that takes another's place is noticed" {
    change '/^struct xen_smmu_unit {/,/^};/{
        s/uint64_t accesses;/uint64_t swap;/
        s/uint64_t polls;/uint64_t accesses;/
        s/uint64_t swap;/uint64_t polls;/
    }'
    run ! compile gcc -std=c11 -c "$HERE/layout.c"
    [[ $output == *"xen_smmu_unit.accesses moved"* ]]
}

@test "control: a field of 1.3 that takes another's place is noticed" {
    change '/^struct xen_smmu_event {/,/^};/{
        s/uint64_t pages;/uint64_t swap;/
        s/uint64_t count;/uint64_t pages;/
        s/uint64_t swap;/uint64_t count;/
    }'
    run ! compile gcc -std=c11 -c "$HERE/layout.c"
    [[ $output == *"xen_smmu_event.pages moved"* ]]
}

@test "control: a number that changes is noticed" {
    change 's/\(define XEN_SMMU_list_links *\)2U/\14U/'
    run ! compile gcc -std=c11 -c "$HERE/layout.c"
    [[ $output == *"XEN_SMMU_list_links has another value"* ]]
}

@test "control: a code that is used twice is noticed" {
    change 's/X(16, DYING,/X(15, DYING,/'
    compile gcc -std=c11 "$HERE/complete.c"
    run ! "$BATS_TEST_TMPDIR/out"
    [[ $output == *"DYING: its code or token is QUARANTINED's"* ]]
}

@test "control: a reason without a next step is noticed" {
    change 's/"Wait until .xl list. no longer shows it."/""/'
    compile gcc -std=c11 "$HERE/complete.c"
    run ! "$BATS_TEST_TMPDIR/out"
    [[ $output == *"DYING: needs a sentence and a next step"* ]]
}

@test "control: an event without a next step is noticed" {
    change 's/"Turn PASID, or SVA, off in the device.s driver."/""/'
    compile gcc -std=c11 "$HERE/complete.c"
    run ! "$BATS_TEST_TMPDIR/out"
    [[ $output == *"event substream not supported: needs"* ]]
}

@test "control: a reason that is not in the table is noticed" {
    change 's/X(16, DYING,/X(99, NEWEST, "A sentence of its own.", "Do as it says.") X(16, DYING,/'
    compile gcc -std=c11 "$HERE/complete.c"
    run ! "$BATS_TEST_TMPDIR/out"
    [[ $output == *"NEWEST: add it to tests/abi/layout.h"* ]]
}
