# Damaged device trees and configurations, seeded: every end is a clean one.
load common

@test "check and gen: damaged trees and configurations" {
    for tree in host guest; do
        dtc -q -I dts -O dtb -o "$BATS_TEST_TMPDIR/$tree.dtb" \
            "$BATS_TEST_DIRNAME/trees/$tree.dts"
    done
    count=1000
    [ -z "${QUICK-}" ] || count=40
    [ -z "${LONG-}" ] || count=20000
    run "$BATS_TEST_DIRNAME/fuzz-trees.py" "$ASAN" 1 $count \
        "$BATS_TEST_TMPDIR/host.dtb" "$BATS_TEST_TMPDIR/guest.dtb" \
        "$BATS_TEST_DIRNAME/trees/guest.cfg"
    echo "$output"
    [ "$status" -eq 0 ]
    # All three ends came up: what is refused, what has faults, what is right.
    for end in 0 1 3; do
        [[ $output == *" $end: "* ]]
    done
}

@test "check and gen: the sanitizers find nothing in trees that are right" {
    cd "$BATS_TEST_TMPDIR"
    cp "$BATS_TEST_DIRNAME/trees/guest.cfg" .
    for tree in host guest; do
        dtc -q -I dts -O dtb -o $tree.dtb "$BATS_TEST_DIRNAME/trees/$tree.dts"
    done
    smmu_both check --host-dtb host.dtb --config guest.cfg
    smmu_both check --host-dtb host.dtb --config guest.cfg --json
    smmu_both gen --host-dtb host.dtb --device /soc/gpu@10000 --out o --force
    smmu_both explain
    smmu_both completion
}
