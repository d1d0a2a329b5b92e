# The build with the address and undefined behaviour sanitizers: it finds
# nothing, and says the same as the one without, over what the other files try
# with the plain build.
load common

@test "every view of every snapshot" {
    for file in "$SNAPSHOTS"/*.json; do
        # This one is large, and no different.
        [[ $file == */many-devices.json ]] && continue
        domid=$(jq -r '[.links[].domid, 2][0]' "$file")
        for view in list devices power pending stats "stats -o elided,wakes" \
                    "show $domid" "snapshot -"; do
            smmu_both --from "$file" $view
        done
        for view in "stats -o syncs" pending "show $domid"; do
            smmu_both --from "$file" --json $view
        done
        smmu_both --from "$file" --no-header power
    done
}

@test "many records" {
    smmu_both --from "$SNAPSHOTS/many-devices.json" devices
    expect 0
    smmu_both --from "$SNAPSHOTS/many-devices.json" snapshot -
    expect 0
}

@test "every way the hypervisor may behave" {
    scenarios=$(sed -n '/^ \*   [a-z]/s/^ \*   \([a-z0-9-]*\)\(=[A-Z]*\)\?  .*/\1\2/p' \
                "$BATS_TEST_DIRNAME/fake-xen.c")
    [ "$(wc -w <<<"$scenarios")" -ge 20 ]
    for how in "" $scenarios; do
        case $how in
        *=ERRNO) how=${how%=*}=13 ;;
        *-reason=N | *-reason-2=N | reason=N) how=${how%=*}=16 ;;
        sysctl=N) how=sysctl=0x16 ;;
        abi=N) how=abi=0x10007 ;;
        esac
        for view in devices "show 2" "suspend 2" policy; do
            FAKE_XEN=$how smmu_both $view
        done
    done
}

@test "wrong usage" {
    for view in nonsense "show" "--nonsense" "stats -o x,y" "stats -o" \
                "policy set autosuspend=5" "policy set x" "policy set" \
                "suspend nobody" "--help"; do
        smmu_both $view
    done
}
