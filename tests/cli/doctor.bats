# doctor: a machine that is well, and each symptom by itself.
load common

# A good state, and a good dom0: HOME of what follows.
setup() {
    cd "$(mktemp -d "$BATS_TEST_TMPDIR/XXXXXX")"
    jq '.abi = "1.2" |
        .units[].masters_held = true | .units[].power_source = "scmi" |
        .devices[].faults = 0 |
        .links[] |= (.force = "auto" | .wakes = 9 | .scmi = "on" |
                     .scmi_calls = 80 | .scmi_errors = 0)' \
        "$SNAPSHOTS/normal.json" >good.json
    cp good.json state.json
    mkdir -p dom0/proc dom0/sys/firmware dom0/var/lib/xen
    echo "console=hvc0 rdinit=/init not_clk_ignore_unused" >dom0/proc/cmdline
    cat >dom0.dts <<'END'
/dts-v1/;
/ {
    #address-cells = <2>; #size-cells = <2>;
    uart@9000000 { reg = <0 0x9000000 0 0x1000>; };
    /* What is disabled is for a guest. */
    axi { #address-cells = <2>; #size-cells = <2>; ranges;
        mmc@ff160000 { reg = <0 0xff160000 0 0x1000>; dma-coherent; };
        dma@ff0f0000 { reg = <0 0xff0f0000 0 0x1000>; dma-coherent;
                       status = "disabled"; };
    };
};
END
    tree
    guest 2 '[{"start": 4096, "number": 1}]' '[{"path": "/axi/dma@ff0f0000"}]'
    guest 4 '[]' '[]'
}

tree() {
    dtc -q -I dts -O dtb -o dom0/sys/firmware/fdt dom0.dts
}

# guest DOMID IOMEM DTDEVS: as libxl writes it down.
guest() {
    printf '{"c_info": {"name": "g"}, "b_info": {"iomem": %s}, "dtdevs": %s}' \
        "$2" "$3" >"dom0/var/lib/xen/userdata-d.$1.0-0-0.libxl-json"
}

state() {
    jq "$1" good.json >state.json
    ! cmp -s good.json state.json
}

doctor() {
    smmu --from state.json doctor --root dom0 "$@"
}

tokens() {
    tr -s ' \n' ' ' <<<"$output" |
        grep -oE ': (fault|warning|note) [A-Z_0-9]+:' | sort -u |
        tr -d ':' | sed 's/^ //'
}

# says STATUS "warning TOKEN"...: these and no other.
says() {
    local wanted

    expect "$1"
    shift
    wanted=$(printf '%s\n' "$@" | sort -u)
    [ "$(tokens)" = "$wanted" ] && return
    echo "wanted: $wanted"
    echo "$output"
    return 1
}

# ill "warning TOKEN" JQ: the good state, edited, has this one symptom.
ill() {
    local status=3

    [[ $1 != note* ]] || status=0
    state "$2" || { echo "nothing changed: $2"; return 1; }
    doctor
    says $status "$1"
    output_has "Next: "
}

sentence() {
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"$1"* ]] && return
    echo "not said: $1"
    echo "$output"
    return 1
}

@test "doctor: a machine that is well" {
    doctor
    says 0 ""
    sentence "0 faults, 0 warnings, 0 notes."
    output_lacks "Not looked at"
    doctor --quiet
    expect 0
    [ -z "$output" ]
    doctor --json
    expect 0
    json_holds '.faults == 0 and .warnings == 0 and .notes == 0 and
                .findings == [] and .unseen == []'
}

@test "doctor: what is broken" {
    ill "fault SMMU_FAILED" '.units[0] |= (.state = "failed" |
                                           .reason = "CMDQ_ERROR")'
    sentence "smmuv3@9050000: fault SMMU_FAILED: It has failed: CMDQ_ERROR: "
    ill "fault SMMU_FAILED" '.units[0].state = "failed"'
    sentence "It has failed: UNIT_FAILED: "
    ill "fault SMMU_FAILED" '.units[0] |= (.state = "failed" |
                                           .reason = "UNCONFIRMED")'
    sentence "It has failed: UNCONFIRMED: The SMMU has failed and does not answer: until it does, it may let devices' DMA through."
    ill "fault DOMAIN_QUARANTINED" '.links[0] |= (.state = "failed" |
                          .quarantined = true | .reason = "SYNC_TIMEOUT" |
                          .failures = 1)'
    sentence "d2 (domD): fault DOMAIN_QUARANTINED: Its memory is out of use: SYNC_TIMEOUT"
    ill "fault DOMAIN_FAILED" '.links[0] |= (.state = "failed" | .failures = 1)'
    # Of an SMMU that has failed, all have.
    ill "fault SMMU_FAILED" '.units[0].state = "failed" |
                             .links[0].state = "failed"'
    # What is protected with it is not without.
    state '.units = [] | .links = [] | .devices = []'
    doctor
    says 3 "fault NO_SMMU" "warning GUEST_UNPROTECTED" "note DOM0_UNPROTECTED"
    ill "warning FLUSHES_FAILED" '.links[3].failures = 2'
    sentence "failed 2 times"
}

@test "doctor: faults" {
    ill "warning FAULTS" '.devices[1].faults = 1'
    sentence "/edu@10000000: warning FAULTS: The device of d3 (domA) had 1 fault."
    ill "warning FAULTS_FLOOD" '.devices[1] |= (.faults = 70 |
                  .faults_dropped = 60) | .units[0].events_dropped = 60'
    sentence "had 70 faults, 60 of them not logged"
    ill "warning FAULTS_FLOOD" '.units[0].events_dropped = 5'
    sentence "5 faults of streams that are no known device's were not logged"
    ill "warning EVENTS_LOST" '.units[1].events_lost = 3'
    # A device that nobody has.
    ill "warning FAULTS" '.devices[3].faults = 2'
    sentence "The device of no domain had 2 faults."
}

@test "doctor: who never sleeps, and why" {
    ill "warning HELD_ASLEEP" '.links[3].force = "suspend"'
    sentence "1 of its devices wants to be awake: /axi/dma@ff0f0000."
    # Asleep by force, and nobody minds.
    state '.links[2].force = "suspend"'
    doctor
    says 0 ""
    ill "warning HELD_AWAKE" '.links[0].force = "resume"'
    ill "warning NO_SCMI" '.links[0] |= (.wakes = 1 | .scmi = "none")'
    sentence "its SCMI server is not there, so its devices count as awake: /axi/ethernet@ff0e0000."
    ill "warning NO_SCMI" '.links[0] |= (.wakes = 1 | .scmi = "off")'
    sentence "is turned off"
    ill "warning SCMI_SILENT" '.links[0] |= (.wakes = 1 | .scmi_calls = 0)'
    ill "warning VOTE_HELD" '.links[1].wakes = 1'
    sentence "d3 (domA): warning VOTE_HELD: It has never slept: its guest has always voted for awake for /edu@10000000."
    # Many devices are not all named.
    ill "warning VOTE_HELD" '.links[1].wakes = 1 | .devices += [range(5) as $n |
                 .devices[1] | .path = "/edu@\($n)"]'
    sentence "/edu@10000000, /edu@0, /edu@1 and 3 more."
    # It has not had the time, by the clock or by its own delay; or is going.
    for young in '.since_ns = 9000000000' '.delay_ns = 31000000000' \
                 '.dying = true'; do
        state ".links[1] |= (.wakes = 1 | $young)"
        doctor
        says 0 ""
    done
    ill "warning SCMI_REFUSED" '.links[1,2] |= (.scmi_errors = 21)'
    [ "$(grep -c SCMI_REFUSED <<<"$output")" -eq 1 ]
    sentence "SCMI: d3 (domA): warning SCMI_REFUSED: 21 of its guest's 80 calls"
    # Linux gets one when it starts, and few calls are no measure.
    for few in '.scmi_errors = 20' '.scmi_errors = 4 | .scmi_calls = 4' \
               '.scmi_errors = 1 | .scmi_calls = 22'; do
        state ".links[1,2] |= ($few)"
        doctor
        says 0 ""
    done
    rm -r dom0/var/lib/xen/*
    ill "note DOM0_AWAKE" '.links[0].domid = 0 | .devices[0].domid = 0 |
                           .links[0].wakes = 1 | .links[0].scmi = "none"'
    sentence "Domain-0): note DOM0_AWAKE: It keeps the SMMU awake: /axi/ethernet@ff0e0000."
}

@test "doctor: an SMMU that is parked only: right, and what it would take" {
    ill "note PARKED_ONLY" '.units[0] |= (.masters_held = false |
                                          .power_source = "none")'
    sentence "which is right: its power source 'none' does not promise masters-held."
    sentence "'xen,power-masters-held' in the SMMU's node"
    # After a reset an SMMUv2 bypasses.
    ill "note PARKED_ONLY" '.units[0] |= (.type = "v2" |
        .masters_held = false | .power_source = "none")'
    sentence "lets every device pass when its power comes back"
}

@test "doctor: dom0's kernel keeps clocks and power domains on" {
    echo "console=hvc0 clk_ignore_unused quiet" >dom0/proc/cmdline
    doctor
    says 3 "warning CLOCKS_KEPT"
    sentence "dom0/proc/cmdline: warning CLOCKS_KEPT"
    echo "pd_ignore_unused" >dom0/proc/cmdline
    doctor
    says 3 "warning DOMAINS_KEPT"
}

@test "doctor: SMMUs that dom0 sees are not Xen's" {
    sed -i 's,^};,smmu: iommu@1 { compatible = "arm\,smmu-v3"; reg = <0 1 0 0x20000>; #iommu-cells = <1>; };\n};,' dom0.dts
    tree
    doctor
    says 3 "fault SMMU_UNDRIVEN"
    sentence "/iommu@1: fault SMMU_UNDRIVEN: The SMMU ('arm,smmu-v3') is dom0's, not Xen's; 0 of dom0's devices name it."
    # One that is switched off is nobody's.
    sed -i 's,#iommu-cells,status = "disabled"; &,' dom0.dts
    tree
    doctor
    says 0 ""
    sed -i 's,status = "disabled"; #iommu,#iommu,; s,arm\,smmu-v3,arm\,mmu-500,' dom0.dts
    tree
    doctor
    says 0 "note IOMMU_FOREIGN"
}

@test "doctor: devices that nothing stands before" {
    sed -i 's/^    uart/    eth@1 { reg = <0 1 0 1>; dma-coherent; };\n&/' dom0.dts
    tree
    doctor
    says 0 "note DOM0_UNPROTECTED"
    sentence "1 device of dom0's is behind no SMMU of Xen's: /eth@1."
    for i in 2 3 4 5 6; do
        sed -i "s/^    uart/    eth@$i { reg = <0 $i 0 1>; dma-coherent; };\n&/" dom0.dts
    done
    tree
    doctor
    sentence "6 devices of dom0's are behind no SMMU of Xen's: /eth@1, /eth@2, /eth@3, /eth@4 and 2 more."
    rm dom0/sys/firmware/fdt
    guest 4 '[{"start": 1, "number": 1}, {"start": 2, "number": 1}]' '[]'
    doctor
    says 3 "warning GUEST_UNPROTECTED"
    sentence "d4 (plain): warning GUEST_UNPROTECTED: It has 2 ranges of the machine's registers, 0 devices in 'dtdev', and none behind an SMMU."
}

@test "doctor: an older hypervisor, and what it does not tell" {
    state '.abi = "1.0" |
           del(.links[] | .force, .votes, .scmi, .scmi_calls, .scmi_errors) |
           .links[].wakes = 1'
    doctor
    says 0 "note OLD_HYPERVISOR"
    sentence "It speaks interface 1.0; all that is looked for is told from 1.2 on."
    export FAKE_XEN=old
    rm dom0/sys/firmware/fdt
    smmu doctor --root dom0
    says 0 "note OLD_HYPERVISOR"
    # And one without the driver.
    FAKE_XEN=errno=38 smmu doctor --root dom0
    expect 1
    [ -z "$output" ]
    [[ $stderr == *"Next: "* ]]
}

@test "doctor: what was not looked at is named" {
    smmu --from state.json doctor
    says 0 ""
    sentence "Not looked at: dom0's files: the state is a snapshot"
    rm -r dom0/proc dom0/sys dom0/var
    doctor
    says 0 ""
    sentence "Not looked at: dom0/proc/cmdline: No such file or directory."
    sentence "Not looked at: dom0/sys/firmware/fdt: No such file or directory."
    sentence "Not looked at: dom0/var/lib/xen: No such file or directory."
    doctor --json
    json_holds '[.unseen[].file] == ["dom0/proc/cmdline",
                 "dom0/sys/firmware/fdt", "dom0/var/lib/xen"]'
}

@test "doctor: files that are damaged" {
    echo "no tree" >dom0/sys/firmware/fdt
    doctor
    expect 1
    error_has "it is no device tree blob"
    [ -z "$output" ]
    tree
    # A guest's file that is no JSON is of a guest that comes or goes.
    for text in '' '[]' '{' '{"b_info": 3, "dtdevs": {}}' '"x"'; do
        echo "$text" >dom0/var/lib/xen/userdata-d.4.0-0-0.libxl-json
        doctor
        says 0 ""
    done
    # Not libxl's, whatever is in it.
    for name in userdata-d.9.0.other userdata-d.x.0.libxl-json \
                userdata-d.70000.0.libxl-json; do
        rm -f dom0/var/lib/xen/*
        echo '{"b_info": {"iomem": [1]}}' >"dom0/var/lib/xen/$name"
        doctor
        says 0 ""
    done
    mkdir dom0/proc/x
    rm dom0/proc/cmdline
    mv dom0/proc/x dom0/proc/cmdline
    doctor
    says 0 ""
    sentence "Not looked at: dom0/proc/cmdline: Is a directory."
}

@test "doctor: names cannot write to the terminal; JSON has all of it" {
    state '.devices[1] |= (.path = "/\u001b[2J" | .faults = 1)'
    doctor
    output_lacks $'\e'
    state '.links[1].wakes = 1'
    doctor --json
    expect 3
    json_holds '.warnings == 1 and (.findings[0] | .reason == "VOTE_HELD" and
                .level == "warning" and .file == "smmuv3@9050000" and
                .path == "d3 (domA)" and (.text, .what, .next | length > 20))'
    doctor --json-lines
    [ "${#lines[@]}" -eq 2 ]
    smmu_both --from state.json doctor --root dom0
    expect 3
}

@test "doctor: every symptom has a test here, and is explained" {
    smmu explain --json
    tokens=$(jq -r '.reasons[] | select(.from | startswith("doctor")) |
                    .reason' <<<"$output")
    [ "$(wc -w <<<"$tokens")" -ge 20 ]
    for token in $tokens; do
        grep -qE "(fault|warning|note) $token\"" "$BATS_TEST_FILENAME" ||
            { echo "no test for $token"; return 1; }
    done
}
