# faults: out of the hypervisor's events, and out of snapshots.
load common

xen() {
    FAKE_XEN=$1
    export FAKE_XEN
    shift
    smmu "$@"
}

@test "faults: a line each, decoded" {
    xen "" faults
    expect 0
    output_is <<'END'
[    1.110000] d2 /bus@0/dma@10001000 sid 0x1 WRITE ipa 0xf9030040: translation; region: memory (0x40000000-0xffffffff) (1 more before it not shown)
[    1.120000] - (unknown device) sid 0x999: stream not assigned
[    1.240000] d2 /bus@0/dma@10001000 sid 0x1 WRITE ipa 0xf9030040: translation; region: memory (0x40000000-0xffffffff) (2 more before it not shown)
[    1.250000] - (unknown device) sid 0x999: stream not assigned
[    1.370000] d2 /bus@0/dma@10001000 sid 0x1 WRITE ipa 0xf9030040: translation; region: memory (0x40000000-0xffffffff) (3 more before it not shown)
[    1.380000] - (unknown device) sid 0x999: stream not assigned
END
}

@test "faults --json, --json-lines: the same for programs" {
    xen "" faults --json
    expect 0
    json_holds '.now_ns == 1400000000 and .lost == 0 and
                (.faults | length == 6) and
                (.faults[0] == {seq: 11, time_ns: 1110000000, domid: 2,
                 name: "guest2", smmu: "smmuv3@9070000",
                 device: "/bus@0/dma@10001000", sid: "0x1", access: "WRITE",
                 ipa: "0xf9030040", code: "0x10", what: "translation",
                 region: "region: memory (0x40000000-0xffffffff)",
                 dropped: 1}) and
                (.faults[1] | .domid == null and .device == null and
                 .access == null and .ipa == null and .region == null)'
    all=$(jq -c .faults <<<"$output")
    xen "" faults --json-lines
    expect 0
    # And one for what is not a fault: when it was, what was lost.
    [ "${#lines[@]}" -eq 7 ]
    [ "$(jq -cs 'map(select(.list == "faults") | del(.schema, .list))' \
         <<<"$output")" = "$all" ]
}

@test "faults --from: a snapshot holds what the hypervisor did" {
    xen "" faults
    wanted=$output
    xen "" -q snapshot "$BATS_TEST_TMPDIR/now.json"
    xen open=2 --from "$BATS_TEST_TMPDIR/now.json" faults
    expect 0
    [ "$output" = "$wanted" ]
    # And says that it has none when it was recorded without.
    from normal faults
    expect 1
    error_has "normal.json has no events"
}

@test "faults: devices that only counted them are named" {
    jq '.events = [] | .now_ns = 5 | .devices[0].faults_dropped = 1' \
        "$SNAPSHOTS/normal.json" >"$BATS_TEST_TMPDIR/counted.json"
    smmu --from "$BATS_TEST_TMPDIR/counted.json" faults
    expect 0
    output_is <<'END'
/axi/ethernet@ff0e0000: 2 faults so far, 1 of them only counted: five a second
are recorded.
None of them is among the latest events.
  Next: 'xen-smmu explain translation' says what a fault of that name means.
END
    smmu --from "$BATS_TEST_TMPDIR/counted.json" faults -q
    expect 0
    [ -z "$output" ]
    jq '.devices[].faults = 0' "$BATS_TEST_TMPDIR/counted.json" \
        >"$BATS_TEST_TMPDIR/none.json"
    smmu --from "$BATS_TEST_TMPDIR/none.json" faults
    [ "$output" = "No device has faulted." ]
}

# one ADDRESS: the region of a fault there.
region() {
    jq --arg a "$1" '.now_ns = 5 | .events = [{seq: 1, time_ns: 2,
        kind: "fault", unit: 0, domid: 3, reason: "NONE", state: 2, before: 0,
        sid: "0x8", code: "0x10", address: $a, pages: 0, count: 0}]' \
        "$SNAPSHOTS/normal.json" >"$BATS_TEST_TMPDIR/at.json"
    smmu --from "$BATS_TEST_TMPDIR/at.json" --json faults
    jq -r '.faults[0].region' <<<"$output"
}

@test "faults: where in the guest's address space that is" {
    [ "$(region 0x40000000)" = "region: memory (0x40000000-0xffffffff)" ]
    [ "$(region 0x3fffffff)" = "nearest region: memory (0x40000000-0xffffffff)" ]
    [ "$(region 0x38000000)" = "region: grant table (0x38000000-0x38ffffff)" ]
    [ "$(region 0x22001fff)" = "region: SCMI server's memory (0x22001000-0x22001fff)" ]
    [ "$(region 0x0)" = "nearest region: virtio devices (0x2000000-0x20fffff)" ]
    [ "$(region 0xffffffffffffffff)" = "nearest region: memory (0x200000000-0xffffffffff)" ]
}

@test "faults --follow: those that come, until nobody reads them" {
    export FAKE_XEN=
    # More than were there at first, each once, in order.
    output=$("$FAKE" faults -f </dev/null 2>/dev/null | head -n 14)
    [ "$(wc -l <<<"$output")" -eq 14 ]
    output_has "[    1.110000] d2 "
    output_has "[    1.760000] d2 "
    diff <(echo "$output") <(sort -u <<<"$output")
    output=$("$FAKE" faults -f --json-lines </dev/null 2>/dev/null | head -n 14)
    jq -es 'length == 14 and (map(.seq) | . == (sort | unique))' <<<"$output"
    # It ends when there is no room for what it says.
    run bash -c "'$FAKE' faults -f >/dev/full </dev/null"
    [ "$status" -eq 1 ]
}

more_than_7_lines() {
    [ "$(wc -l <"$1")" -gt 7 ]
}

# Until there is something in FILE, then no longer.
follow_until() {
    local file=$1 pid come=0

    shift
    "$FAKE" "$@" faults -f </dev/null >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" &
    pid=$!
    within_a_minute more_than_7_lines "$BATS_TEST_TMPDIR/$file" || come=$?
    kill $pid
    wait $pid || [ $? -eq 143 ]         # by that signal, and no other way
    return $come
}

@test "faults --follow: what was lost is said" {
    export FAKE_XEN=flood
    follow_until err
    [ "$(sort -u "$BATS_TEST_TMPDIR/err")" = "xen-smmu: 512 events were lost: there were more than the hypervisor keeps" ]
    follow_until out -q
    [ ! -s "$BATS_TEST_TMPDIR/err" ]
}

@test "faults: what does not go together" {
    from normal faults -f
    expect 64
    error_has "--from and --follow exclude each other"
    smmu faults -f --json
    expect 64
    error_has "--json and --follow exclude each other"
    smmu list -f
    expect 64
    error_has "'list' takes no option '-f'"
}

@test "faults: an older hypervisor, and one that makes no sense" {
    xen old faults
    expect 1
    error_has "cannot show faults: the hypervisor speaks interface 1.0, this needs 1.3"
    xen abi=0x10002 faults
    expect 1
    error_has "this needs 1.3"
    # Its snapshot has none.
    xen old -q snapshot -
    expect 0
    json_holds 'has("events") | not'
    for how in 1 2 3 4; do
        xen mad-trace=$how faults
        expect 1
        error_has "the hypervisor's answer makes no sense"
    done
    # Kinds and reasons of a newer one are no trouble.
    xen mad-trace=9 faults
    expect 0
    xen mad-trace=9 -q snapshot -
    json_holds '.events[0] | .kind == 999 and .reason == 999'
}

@test "faults: keys of events and of faults are only ever added" {
    for kind in events faults; do
        [ $kind = faults ] && xen "" --json faults || xen "" -q snapshot -
        expect 0
        missing=$(comm -13 \
            <(jq -r ".$kind[0] | keys[]" <<<"$output" | LC_ALL=C sort) \
            <(jq -r ".$kind[]" "$BATS_TEST_DIRNAME/keys.json" |
              LC_ALL=C sort))
        [ -z "$missing" ] || { echo "$kind lost: $missing"; return 1; }
    done
}
