# The build with the address and undefined behaviour sanitizers: it finds
# nothing, and says the same as the one without, over what the other files try
# with the plain build.
load common

@test "every view, every snapshot" {
    for view in list devices "--no-header power" pending stats \
                "stats -o elided,wakes" "--json stats -o syncs" "show 2" \
                "show 7" "show 65000" "--json power" "snapshot -"; do
        for name in normal quarantined long-paths; do
            smmu_both --from "$SNAPSHOTS/$name.json" $view
        done
    done
    for name in old empty failed-unit; do
        for view in power "snapshot -"; do
            smmu_both --from "$SNAPSHOTS/$name.json" $view
        done
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
        # This one reads all lists and names, and issues operations.
        FAKE_XEN=$how smmu_both policy
        if [[ $how == *-reason* || $how == suspended ]]; then
            FAKE_XEN=$how smmu_both suspend 2
        fi
    done
}

@test "wrong usage" {
    for view in nonsense "show" "--nonsense" "stats -o x,y" "stats -o" \
                "policy set autosuspend=5" "policy set x" "policy set" \
                "suspend nobody" "--help"; do
        smmu_both $view
    done
}

@test "events, live and recorded" {
    for how in "" quiet flood mad-trace=1 mad-trace=3 mad-trace=9 old abi=0x10002; do
        FAKE_XEN=$how smmu_both faults
        FAKE_XEN=$how smmu_both trace export --format svg
    done
    for view in faults "--json faults" "faults --json-lines" "snapshot -" \
                "trace export --format svg" "trace export --format csv" \
                "trace export --format perfetto"; do
        smmu_both --from "$SNAPSHOTS/recording.jsonl" $view
        expect 0
    done
}
