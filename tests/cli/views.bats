# The views, for humans and for programs, out of recorded states.
load common

# Lines of a table are as long as its widest one: spaces at their ends are
# not compared.
shown() {
    output=$(sed 's/ *$//' <<<"$output")
    output_is
}

@test "list: a line an SMMU, with its power, who owes, and the last flush" {
    from normal -q list
    expect 0
    shown <<'END'
SMMU             TYPE  POWER            DOMS  PENDING  QUARANTINED  LAST-FLUSH
smmuv3@9050000   v3    on                  2        0            0  1.2 s ago
smmuv3@2b400000  v3    parked 00:04:31     2  all(d3)            0  4m 31s ago
                                              512(d2)
END
    from normal --no-header list
    output_has "  all(d3),512(d2)  "
}

@test "list: whoever is forced to sleep is named, and what to do" {
    from normal list
    output_has "d2 (domD) on smmuv3@2b400000: FORCED_ASLEEP: "
    output_has "  Next: 'xl smmu auto DOM'"
    from normal --json show domD
    json_holds '[.notes[].reason] == ["FORCED_ASLEEP"]'
}

@test "a bare call is list" {
    from normal list
    wanted=$output
    from normal
    expect 0
    [ "$output" = "$wanted" ]
}

@test "devices: a line a device, unassigned ones included" {
    from normal devices
    expect 0
    shown <<'END'
DOM  NAME  DEVICE                  SIDS       STATE       VOTES   WAKEUPS
  2  domD  /axi/ethernet@ff0e0000  0x874      open        awake         1
  3  domA  /edu@10000000           0x8        open        awake         1
  3  domA  /axi/gpu@fd4b0000       0x10-0x1f  aborted     asleep       17
                                   0x40
  -  -     /axi/mmc@ff160000       0x870      unassigned  -             -
  2  domD  /axi/dma@ff0f0000       0x20       aborted     awake         5
END
}

@test "show: a domain's links and devices, by number" {
    from normal show 3
    expect 0
    shown <<'END'
Domain 3 (domA)

SMMU             VMID  STATE    FOR       DEBT  VOTES  WAKEUPS  ELIDED  FAILED
smmuv3@9050000      2  live     00:01:01     -      1        1       0       0
smmuv3@2b400000     1  dormant  1d01h      all      0       17    4096       0

DEVICE             SIDS       STATE    VOTES   FAULTS
/edu@10000000      0x8        open     awake        0
/axi/gpu@fd4b0000  0x10-0x1f  aborted  asleep       0
                   0x40
END
    from normal show 2
    output_has "smmuv3@2b400000     2  dormant  00:04:31   512      1        5"
}

@test "show: the same by name" {
    from normal show 3
    wanted=$output
    from normal show domA
    expect 0
    [ "$output" = "$wanted" ]
}

@test "list: an SMMU that failed, why, and what to do" {
    from failed-unit list
    expect 0
    output_is <<'END'
SMMU            TYPE  POWER            DOMS  PENDING  QUARANTINED  LAST-FLUSH
smmuv3@9050000  v3    failed 1d02h        1        0            0  1d 2h ago
smmuv3@9070000  v3    failed 00:01:02     0        0            0  never

smmuv3@9050000: CMDQ_ERROR: The SMMU stopped at a command (CERROR), or was
reset.
  Next: The SMMU is off for good. Save 'xl dmesg', then reboot the host.

smmuv3@9070000: UNIT_FAILED: The SMMU has failed: it aborts every stream.
  Next: Save 'xl dmesg', then reboot the host.

d2 (domD) on smmuv3@9050000: UNIT_FAILED: The SMMU has failed: it aborts every
stream.
  Next: Save 'xl dmesg', then reboot the host.
END
}

@test "show: a quarantined zombie, why, and what to do; not so its neighbour" {
    from quarantined show 7
    expect 0
    output_has "Domain 7 (no name)"
    [ "$(awk '/^DEVICE/ { exit } /failed|quarantined|dying/' <<<"$output" |
         wc -l)" -eq 3 ]
    output_lacks '\x0a'

    output_has "d7 on smmuv3@9050000: SYNC_TIMEOUT: "
    output_has "d7 on smmuv3@9050000: QUARANTINED: "
    [ "$(grep -c '^  Next: ' <<<"$output")" -eq 2 ]

    # Show: a neighbour's trouble is not the domain's.
    from quarantined show 2
    expect 0
    output_lacks Next
    output_lacks QUARANTINED
}

@test "no SMMU, no device: said in words, and what to do" {
    from empty list
    expect 0
    output_has "Xen drives no SMMU."
    output_has "Next: "

    # No device: said in words, and what to do.
    from empty devices
    expect 0
    output_has "No device is behind"
    output_has "Next: "
}

@test "--quiet leaves the notes out, and nothing else" {
    from failed-unit -q list
    expect 0
    [ "${#lines[@]}" -eq 3 ]
    output_has failed
    from empty --quiet devices
    expect 0
    [ -z "$output" ]
}

@test "--no-header: one line a record, whole, without notes" {
    from failed-unit --no-header
    expect 0
    [ "${#lines[@]}" -eq 2 ]
    from long-paths devices --no-header
    expect 0
    [ "${#lines[@]}" -eq 2 ]
    path=$(jq -r '.devices[0].path' "$SNAPSHOTS/long-paths.json")
    [ "${#path}" -gt 150 ]
    output_has "  $path  "
    name=$(jq -r '.domains[0].name' "$SNAPSHOTS/long-paths.json")
    output_has "  $name  "
}

@test "no view is wider than 80 columns, whatever is in it" {
    for file in "$SNAPSHOTS"/*.json; do
        domids=$(jq -r '[.links[].domid] | unique[:2][]' "$file")
        for view in list devices power pending stats $domids; do
            [[ $view =~ ^[0-9]+$ ]] && view="show $view"
            "$FAKE" --from "$file" $view >"$BATS_TEST_TMPDIR/out"
            sed "s|^|$file $view: |" "$BATS_TEST_TMPDIR/out"
        done
    done >"$BATS_TEST_TMPDIR/all"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/all")" -gt 1000 ]
    over=$(sed 's/^[^:]*: /&\n/' "$BATS_TEST_TMPDIR/all" |
           awk '/json [a-z0-9 ]*: $/ { view = $0; next }
                length($0) > 80 { print view $0 }')
    [ -z "$over" ] || { echo "$over"; return 1; }
}

@test "a long path goes over several lines: nothing of it is lost" {
    from long-paths devices
    expect 0
    path=$(jq -r '.devices[0].path' "$SNAPSHOTS/long-paths.json")
    # The column as it stands below its heading, lines joined.
    at=$(awk 'NR == 1 { print index($0, "DEVICE") }' <<<"$output")
    end=$(awk 'NR == 1 { print index($0, "SIDS") }' <<<"$output")
    joined=$(awk -v a="$at" -v n="$((end - at))" \
        'NR > 1 { s = substr($0, a, n); gsub(/ /, "", s); printf "%s", s }' \
        <<<"$output")
    [[ $joined == "$path"* ]]
}

@test "600 devices: all of them" {
    from many-devices devices
    expect 0
    [ "${#lines[@]}" -eq 601 ]
    from many-devices --json devices
    json_holds '.devices | length == 600'
}

@test "list --json: hex addresses, ns times, null for never" {
    from old --json list
    expect 0
    json_holds '.units | length == 2'
    json_holds '.units[0].address == "0x9050000"'
    json_holds '.units[0].last_flush_ns == 1234567890'
    json_holds '.units[1].state == "parked"'
    json_holds '.notes == []'
    from failed-unit --json list
    json_holds '.units[1].last_flush_ns == null'
}

@test "list --json: trouble with reason and next step" {
    from failed-unit list --json
    json_holds '.notes | length == 3'
    json_holds '.notes[0].reason == "CMDQ_ERROR"'
    json_holds 'all(.notes[]; (.who, .what, .next) | length > 0)'
}

@test "devices --json, and -l as xl has it" {
    from normal devices --json
    expect 0
    json_holds '.devices | length == 5'
    json_holds '.devices[0] | .domid == 2 and .name == "domD" and
                .smmu == "smmuv3@9050000" and
                .sids == [{"first": "0x874", "count": 1}]'
    json_holds '.devices[3] | .domid == null and .name == null'
    wanted=$output
    from normal -l devices
    [ "$output" = "$wanted" ]
}

# The same records as in JSON, each with the name of its list.
@test "--json-lines: a record a line, nothing else and nothing less" {
    for view in list devices power pending "show domA" "stats -o elided" \
                version; do
        from normal --json $view
        wanted=$(jq -cS '[to_entries[] | select(.value | type == "array") |
                          .key as $k | .value[] | {list: $k} + .]' \
                 <<<"$output")
        rest=$(jq -cS 'with_entries(select(.value | type != "array"))' \
               <<<"$output")
        from normal --json-lines $view
        expect 0
        [ "$(jq -c . <<<"$output" | wc -l)" = "${#lines[@]}" ]
        [ "$(jq -r .schema <<<"$output" | sort -u)" = xen-smmu/1 ]
        [ "$(jq -cS 'select(.list) | del(.schema)' <<<"$output" |
             jq -cS -s .)" = "$wanted" ]
        [ "$(jq -cS 'select(.list | not) | del(.list)' <<<"$output")" = \
          "$rest" ]
    done
    # A snapshot is read again: it stays one document.
    from normal --json-lines snapshot -
    json_holds '.units | length == 2'
    [ "${#lines[@]}" -gt 9 ]
}

@test "show --json: this domain only" {
    from normal --json show domA
    expect 0
    json_holds '.domains == [{"domid": 3, "name": "domA"}]'
    json_holds '(.links | length == 2) and all(.links[]; .domid == 3)'
    json_holds '(.devices | length == 2) and all(.devices[]; .domid == 3)'
    json_holds '.links[1] | .debt_all and .state == "dormant"'
}

@test "JSON keeps 64-bit numbers exactly" {
    from long-paths --json show 65000
    expect 0
    [[ $output == *'"flushes": 18446744073709551614,'* ]]
}

@test "keys are only ever added: the committed ones are all there" {
    from normal snapshot -
    expect 0
    for kind in units links devices domains; do
        missing=$(comm -13 \
            <(jq -r ".$kind[0] | keys[]" <<<"$output" | LC_ALL=C sort) \
            <(jq -r ".$kind[]" "$BATS_TEST_DIRNAME/keys.json" |
              LC_ALL=C sort))
        [ -z "$missing" ] || { echo "$kind lost: $missing"; return 1; }
    done
}

# What was recorded: neither what is derived, nor what is not known.
recorded() {
    jq -S 'del(.units[] | .links_dormant, .awake) |
           del(.links[] | .smmu, .name, .wake_flush, .faults) |
           del(.devices[] | .smmu, .name, .wakes) |
           walk(if type == "object" then with_entries(select(.value != null))
                else . end)'
}

@test "a snapshot of a snapshot is the same, for every snapshot" {
    for file in "$SNAPSHOTS"/*.json; do
        smmu -q --from "$file" snapshot "$BATS_TEST_TMPDIR/one"
        expect 0
        smmu --from "$BATS_TEST_TMPDIR/one" snapshot -
        expect 0
        diff "$BATS_TEST_TMPDIR/one" <(echo "$output")
        # And nothing that was recorded got lost on the way; the large one
        # is no different, and takes long.
        [[ $file == */many-devices.json ]] && continue
        [ "$(recorded <"$file")" = "$(recorded <<<"$output")" ]
    done
}

@test "--from - reads standard input; the shipped build says the same" {
    run "$ASAN" --from - list <"$SNAPSHOTS/normal.json"
    [ "$status" -eq 0 ]
    wanted=$output
    from normal list
    [ "$output" = "$wanted" ]

    # The shipped build says the same as the tests' ones.
    run "$REAL" --from "$SNAPSHOTS/normal.json" show 3
    [ "$status" -eq 0 ]
    wanted=$output
    from normal show 3
    [ "$output" = "$wanted" ]
}

# A terminal of 60 columns, of the kind $1 says.
on_terminal() {
    TERM=$1 script -qec "stty cols 60; exec $ASAN --from \
        $SNAPSHOTS/$2.json list" /dev/null </dev/null | tr -d '\r'
}

@test "colour on a terminal for what is bad, and else nowhere" {
    out=$(on_terminal xterm quarantined)
    [[ $out == *$'\e[31m'* ]]
    out=$(on_terminal xterm failed-unit)
    [[ $out == *$'\e[31mfailed'* ]]

    # No colour when nothing is bad, in a pipe, with NO_COLOR, on a dumb one.
    out=$(on_terminal xterm empty)
    [[ $out != *$'\e'* ]]
    from quarantined list
    output_lacks $'\e'
    out=$(NO_COLOR=1 on_terminal xterm quarantined)
    [[ $out == *smmuv3* && $out != *$'\e'* ]]
    out=$(on_terminal dumb quarantined)
    [[ $out == *smmuv3* && $out != *$'\e'* ]]
}

@test "a narrow terminal gets a narrow table" {
    # 61 columns if it may.
    from normal devices
    [ "$(awk 'length($0) > 60' <<<"$output" | wc -l)" -gt 0 ]
    out=$(TERM=dumb script -qec "stty cols 60; exec $ASAN --from \
        $SNAPSHOTS/normal.json devices" /dev/null </dev/null | tr -d '\r')
    [[ $out == *unassigned* ]]
    [ -z "$(awk 'length($0) > 60' <<<"$out")" ]
}
