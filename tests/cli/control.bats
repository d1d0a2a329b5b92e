# suspend, resume, auto and policy: what changes something, and its refusals.
load common

xen() {
    FAKE_XEN=$1
    export FAKE_XEN
    shift
    smmu "$@"
}

@test "suspend: what happened, by id and by name" {
    xen "" suspend 3
    expect 0
    [ "$output" = "d3: suspended" ]
    xen "" suspend 12
    [ "$output" = "d12: suspended" ]
    xen suspended suspend 3
    expect 0
    [ "$output" = "d3: was suspended already" ]
}

@test "suspend: a guest that votes awake, and what it will see" {
    xen "" suspend guest4
    expect 0
    [ "${lines[0]}" = "d4 (guest4): suspended" ]
    output_has "Its guest has 1 device awake: all DMA"
    [[ ${output//$'\n'/ } == *"smmu auto 4' or 'xl smmu resume 4'"* ]]
    output_has "I/O"
    xen "" suspend 2
    output_has "Its guest has 2 devices awake"
}

@test "resume and auto" {
    xen "" resume 1
    expect 0
    [ "$output" = "d1: awake, and stays so until 'xl smmu auto 1'" ]
    xen "" auto guest2
    expect 0
    output_has "d2 (guest2): was left to its guest already; 2 devices vote"
    xen suspended auto 4
    [ "$output" = "d4 (guest4): left to its guest; 1 device votes awake" ]
}

@test "scmi: on and off, what it was, and for how many devices" {
    xen "" scmi 1 off
    expect 0
    [ "$output" = "d1: its SCMI server is off; 1 power domain" ]
    xen "" scmi guest2 off
    [ "$output" = "d2 (guest2): its SCMI server was already off; 2 power domains" ]
    xen "" scmi 3 on
    [ "$output" = "d3: its SCMI server was already on; 0 power domains" ]
    xen "" scmi 2 on
    [ "$output" = "d2 (guest2): its SCMI server is on; 2 power domains" ]
    xen "" --json scmi 2 on
    json_holds '.domid == 2 and .name == "guest2" and .scmi == "on" and
                .before == "off" and .power_domains == 2'
    for bad in ON none ""; do
        xen "" scmi 1 "$bad"
        expect 64
        error_has "'scmi' does not take '$bad'"
    done
    xen "" scmi 1
    expect 64
    xen "op-reason=19" scmi 3 off
    expect 1
    error_has "cannot turn off the SCMI server of d3: DOM0: "
}

@test "-q says nothing, --json all" {
    for verb in suspend resume auto "policy set autosuspend=1s"; do
        xen "" -q $verb 2
        expect 0
        [ -z "$output$stderr" ]
    done
    xen "" -q scmi 2 off
    [ -z "$output$stderr" ]
    xen "" --json suspend 2
    expect 0
    json_holds '.domid == 2 and .name == "guest2" and .force == "suspend" and
                .before == "auto" and .votes == 2'
    xen suspended -l -q auto 3
    json_holds '.name == null and .force == "auto" and .before == "suspend"'
}

@test "refusals have their reason, next step and exit code" {
    verbs=(suspend resume auto policy "policy set autosuspend=0")
    # Domain, or reason that is forced; exit code; words.
    while read -r how code words; do
        # The three verbs that force share their code, so do the policies'.
        for verb in "${verbs[@]}"; do
            if [[ $how == *=* ]]; then
                xen "$how" $verb 2
            else
                xen "" $verb "$how"
            fi
            expect "$code"
            error_has "$words"
            [ -z "$output" ]
        done
        verbs=(suspend "policy set autosuspend=0")
    done <<'END'
0 1 (Domain-0): DOM0: dom0's devices are never put to sleep by force.
42 1 d42: NO_DEVICES: The domain has no device behind an SMMU.
70000 1 no domain has so large a number
65535 1 no domain has so large a number
nobody 1 xenstore knows no domain of that name
op-reason=5 1 d2 (guest2): NO_DOMAIN: There is no such domain
op-reason=11 1 d2 (guest2): SYNC_TIMEOUT: The SMMU did not complete
op-reason=13 1 UNIT_FAILED: The SMMU has failed
op-reason=15 1 QUARANTINED: An invalidation for this domain never completed
op-reason=16 2 DYING: The domain is being destroyed.
op-reason=21 2 HOST_SUSPENDED: The host is being suspended.
op-reason=4242 1 reason 4242: 
errno=1 1 the hypervisor answers privileged domains only
errno=38 1 this hypervisor has no xen-smmu driver
errno=16 2 the hypervisor is busy
open=13 1 cannot reach the hypervisor
END
}

@test "an answer with a reason is not asked for again as another sysctl version" {
    export FAKE_XEN_CALLS=$BATS_TEST_TMPDIR/calls
    # HOST_SUSPENDED comes with EACCES, as a wrong version would.
    xen op-reason=21 suspend 2
    expect 2
    # The version, and the operation.
    [ "$(cat "$FAKE_XEN_CALLS")" = 2 ]
}

@test "what acts needs the hypervisor: no snapshot, exactly one domain" {
    for verb in "suspend 3" "resume 3" "auto 3" policy "policy get 3" \
                "policy set autosuspend=1s"; do
        from normal $verb
        expect 64
        error_has "needs the hypervisor, a snapshot does not do"
    done
    for verb in suspend resume auto; do
        xen "" $verb
        expect 64
        error_has "xen-smmu $verb DOM"
        xen "" $verb 3 4
        expect 64
        error_has "'$verb' takes no argument '4'"
    done
}

@test "policy: the global one and all domains', dom0 left out" {
    xen "" policy
    expect 0
    [ "${#lines[@]}" -eq 14 ]
    [[ ${lines[1]} =~ ^global\ +-\ +20ms\ +20ms$ ]]
    [[ ${lines[3]} =~ ^\ +2\ +guest2\ +1500us\ +1500us$ ]]
    [[ ${lines[4]} =~ ^\ +3\ +-\ +global\ +20ms$ ]]
    wanted=$output
    xen "" policy get
    [ "$output" = "$wanted" ]
    xen "" --json policy
    json_holds '(.policies | length == 13) and
                (.policies[0] | .domid == null and
                 .autosuspend_ns == 20000000) and
                (.policies[2] | .domid == 2 and .effective_ns == 1500000) and
                (.policies[3] | .autosuspend_ns == null and
                 .effective_ns == 20000000)'
}

@test "policy: a domain that has gone meanwhile is left out, trouble is not" {
    for reason in 5 16 20; do
        xen op-reason-2=$reason --json policy
        expect 0
        json_holds '[.policies[].domid] == [null, 1] + [range(3; 13)]'
    done
    xen op-reason-2=13 policy
    expect 1
    error_has "cannot get the policies: UNIT_FAILED"
}

@test "policy: one domain's, with get and without" {
    for get in "" get; do
        xen "" policy $get guest2 --json
        expect 0
        json_holds '.policies | length == 1 and .[0].autosuspend_ns == 1500000'
    done
}

@test "policy set: times with their units, 0, and global" {
    while read -r text ns; do
        xen "" --json policy set autosuspend="$text" 3
        expect 0
        json_holds ".policies[0] | .domid == 3 and .autosuspend_ns == $ns"
    done <<'END'
0 0
0ms 0
1ns 1
500us 500000
20ms 20000000
1s 1000000000
3600s 3600000000000
3600000000000ns 3600000000000
global null
END
    xen "" policy set autosuspend=2s
    expect 0
    [[ ${lines[1]} =~ ^global\ +-\ +2s\ +2s$ ]]
}

@test "policy set: what is no time, or no setting" {
    for bad in "" 20 ms 20m "20 ms" -1s 1.5s 0x1s +1s 20msx " 1s" GLOBAL 1S; do
        xen "" policy set "autosuspend=$bad" 2
        expect 64
        error_has "'$bad' is no time for autosuspend"
    done
    for bad in 3601s 3600000000001ns 99999999999999999999999ns \
               18446744073709551616s 18446744073709551615ns; do
        xen "" policy set "autosuspend=$bad" 2
        expect 64
        error_has "'$bad' is too long"
    done
    for bad in delay=1s autosuspend AUTOSUSPEND=1s "" =1s; do
        xen "" policy set "$bad"
        expect 64
        error_has "'$bad' is no setting of a policy"
    done
    xen "" policy set autosuspend=global
    expect 64
    error_has "'global' is for a domain"
    xen "" policy set
    expect 64
    error_has "'policy set' needs a setting"
    xen "" policy autosuspend=1s
    expect 64
    [[ $stderr == *"Next: Say 'policy set'"* ]]
    for many in "get 2 3" "2 3" "set autosuspend=1s 2 3"; do
        xen "" policy $many
        expect 64
        error_has "takes no argument '3'"
    done
}
