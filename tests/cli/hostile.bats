# Snapshots that somebody else made: a clear error, no crash, no nonsense.
load common

# Put stdin into a snapshot and list it; it must be refused.
refused() {
    cat >"$BATS_TEST_TMPDIR/bad.json"
    smmu --from "$BATS_TEST_TMPDIR/bad.json" list
    expect 1
    [ -z "$output" ]
    error_has "$BATS_TEST_TMPDIR/bad.json: $1"
}

# normal.json through a jq program.
changed() {
    jq "$1" "$SNAPSHOTS/normal.json"
}

@test "an empty file" {
    refused "it is empty or ends in the middle" </dev/null
}

@test "a snapshot that ends anywhere in the middle" {
    size=$(wc -c <"$SNAPSHOTS/normal.json")
    # The last two bytes are the closing brace and a newline.
    for at in $(seq 1 397 $((size - 3))) $((size - 2)); do
        head -c "$at" "$SNAPSHOTS/normal.json" |
            refused "it is empty or ends in the middle"
    done
}

@test "what is no JSON, no snapshot, or another one" {
    refused "it is no JSON" <<<"SMMU TYPE POWER"
    refused "it is no JSON" <"$FAKE"
    { cat "$SNAPSHOTS/normal.json"; echo x; } | refused "it is no JSON"
    { cat "$SNAPSHOTS/normal.json"; printf '\0'; } | refused "it is no JSON"
    printf '{"schema": "xen-smmu/1\xff"}' | refused "it is no JSON"

    # JSON, but no snapshot.
    for text in '[]' '3' 'null' '"xen-smmu/1"'; do
        refused "it is no JSON object" <<<"$text"
    done
    refused "its schema is ''" <<<'{}'
    refused "its schema is ''" <<<'{"schema": 1}'

    # Another schema.
    changed '.schema = "xen-smmu/2"' | refused "its schema is 'xen-smmu/2'"
}

@test "no version, or one that is none" {
    for abi in '"1"' '"1.0x"' '"1.99999"' '"-1.0"' '""' '1.0' 'null' '[]'; do
        changed ".abi = $abi" | refused "its 'abi' is '"
    done
}

@test "a list that is missing, or none" {
    # One jq for all is faster: a mutant a line.
    for kind in units links devices domains; do
        changed "[del(.$kind), (.$kind = {}), (.$kind = null)][]" |
            jq -c . >"$BATS_TEST_TMPDIR/mutants"
        while read -r mutant; do
            refused "it has no list of $kind" <<<"$mutant"
        done <"$BATS_TEST_TMPDIR/mutants"
        changed ".$kind[0] = 7" | refused "$kind[0] is no object"
    done
}

@test "a view is no snapshot" {
    from normal list --json
    refused "it has no list of links" <<<"$output"
}

@test "every key: missing, and with wrong types and values" {
    run python3 "$BATS_TEST_DIRNAME/mutate.py" "$FAKE" "$ASAN" \
        "$SNAPSHOTS/normal.json" "$BATS_TEST_TMPDIR"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ ${lines[-1]} =~ ^([0-9]+)\ mutants\ refused$ ]]
    [ "${BASH_REMATCH[1]}" -gt 200 ]
}

@test "strings that just fit, and keys that are not known" {
    changed '.units[0].name = "u" * 63 | .devices[0].path = "p" * 191 |
             .domains[1].name = "d" * 127' >"$BATS_TEST_TMPDIR/full.json"
    smmu --from "$BATS_TEST_TMPDIR/full.json" snapshot -
    expect 0
    json_holds '(.units[0].name | length == 63) and
                (.devices[0].path | length == 191) and
                (.domains[1].name | length == 127)'

    # Keys this tool does not know are left alone.
    changed '.later = {"a": [1]} | .units[].later = null |
             .devices[0].sids[0].later = "x"' >"$BATS_TEST_TMPDIR/later.json"
    from normal list
    wanted=$output
    smmu --from "$BATS_TEST_TMPDIR/later.json" list
    expect 0
    [ "$output" = "$wanted" ]
}

@test "an SMMUv2: its type, and masks of stream IDs" {
    changed '.units[0].type = "v2" | .devices[0].sids[0].mask = "0x7c00"' \
        >"$BATS_TEST_TMPDIR/v2.json"
    smmu --from "$BATS_TEST_TMPDIR/v2.json" list
    expect 0
    output_has "  v2    "
    smmu --from "$BATS_TEST_TMPDIR/v2.json" devices
    expect 0
    output_has "/0x7c00 "
    smmu --from "$BATS_TEST_TMPDIR/v2.json" snapshot -
    json_holds '.units[0].type == "v2" and
                .devices[0].sids[0].mask == "0x7c00" and
                (.devices[1].sids[0] | has("mask") | not)'
}

@test "words of a newer hypervisor are kept as their numbers" {
    changed '.units[0].state = 77 | .units[0].type = 9 |
             .links[0].state = 9 | .links[0].reason = 4242 |
             .devices[0].state = 5' >"$BATS_TEST_TMPDIR/new.json"
    smmu --from "$BATS_TEST_TMPDIR/new.json" list
    expect 0
    output_has "  9     77  "
    output_has "d2 (domD) on smmuv3@9050000: reason 4242: The hypervisor"
    smmu --from "$BATS_TEST_TMPDIR/new.json" snapshot -
    json_holds '.units[0].state == 77 and .links[0].reason == 4242 and
                .devices[0].state == 5'
}

@test "references that lead nowhere" {
    changed '.links[].unit = 4000000000 | .devices[].unit = 99' \
        >"$BATS_TEST_TMPDIR/loose.json"
    for view in list devices "show 2" "show 2 --json"; do
        smmu --from "$BATS_TEST_TMPDIR/loose.json" $view
        expect 0
    done
    json_holds '.links[0].smmu == null'
}

@test "control characters reach neither the terminal nor the messages" {
    changed '.units[0].name = "a\u001b[31mb\u0007" |
             .units[0].reason = "CMDQ_ERROR" |
             .domains[1].name = "n\u001b]0;x\u0007" |
             .devices[0].path = "/\u001b[2J\n/x"' >"$BATS_TEST_TMPDIR/esc.json"
    for view in list devices "show 2" "devices --no-header"; do
        smmu --from "$BATS_TEST_TMPDIR/esc.json" $view
        expect 0
        [[ $output != *[$'\e\a']* ]]
    done
    # One record stays one line.
    [ "${#lines[@]}" -eq 5 ]
    smmu --from "$BATS_TEST_TMPDIR/esc.json" show $'\e[31m'
    expect 1
    [[ $stderr != *[$'\e']* ]]
}

@test "nested deeper, more records, more bytes than any snapshot has" {
    { printf '{"schema": '; head -c 100000 /dev/zero | tr '\0' '['; } |
        refused "it is no JSON"

    # More records than any machine has.
    jq -c '.domains = [range(65537) | {"domid": 1, "name": "x"}]' \
        "$SNAPSHOTS/normal.json" |
        refused "65537 domains are more than any machine has"

    # More bytes than any snapshot has.
    truncate -s 65M "$BATS_TEST_TMPDIR/huge"
    smmu --from "$BATS_TEST_TMPDIR/huge" list
    expect 1
    error_has "it is larger than any snapshot"
}
