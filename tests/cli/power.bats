# power, pending and stats: the views of who sleeps and what that saved.
load common

# Spaces at the ends of lines are not compared.
shown() {
    output=$(sed 's/ *$//' <<<"$output")
    output_is
}

@test "power: a line an SMMU, and how deep it may sleep" {
    from normal power
    expect 0
    output=$(sed '/FORCED_ASLEEP/,$d' <<<"$output")
    shown <<'END'
SMMU             POWER   FOR       SOURCE  PARKS  OFFS  WAKES  LIVE  DORM  AWAKE
smmuv3@9050000   on      00:01:02  none        2     0      3     2     0  d2
                                                                           d3
smmuv3@2b400000  parked  00:04:31  scmi       12     3     14     0     2  -

smmuv3@9050000: is parked, never switched off: its power source 'none' does not
promise masters-held.
smmuv3@2b400000: may be switched off; its power source 'scmi' promises
masters-held,registers-kept.
END
    from normal -q power
    output_lacks promises
}

@test "power: one line for scripts, with all promises; JSON has all of it" {
    from normal power --no-header
    expect 0
    [ "${#lines[@]}" -eq 2 ]
    [[ ${lines[0]} =~ \ d2,d3\ +-$ ]]
    [[ ${lines[1]} =~ \ -\ +masters-held,registers-kept$ ]]
    from normal power --json
    json_holds '.units[1] | .power_source == "scmi" and .masters_held and
                .registers_kept and (.caches_lost | not) and .parks == 12 and
                .offs == 3 and .wakes == 14 and .links_dormant == 2 and
                .links_live == 0 and .awake == null'
    json_holds '.units[0].awake == "d2,d3" and (.links | length == 4)'
}

@test "power: resume keeps awake without a vote, suspend lets sleep with one" {
    jq '.links[0].force = "suspend" | .links[1].votes = 0 |
        .links[1].force = "resume"' "$SNAPSHOTS/normal.json" \
        >"$BATS_TEST_TMPDIR/forced.json"
    smmu --from "$BATS_TEST_TMPDIR/forced.json" --json power
    expect 0
    json_holds '.units[0].awake == "d3"'
}

@test "pending: who sleeps since when, and what a wake would flush" {
    from normal pending
    expect 0
    shown <<'END'
SMMU             DOM  NAME  STATE    FOR       RANGES  PAGES  WAKE-FLUSHES
smmuv3@2b400000    3  domA  dormant  1d01h          0    all  its VMID
smmuv3@2b400000    2  domD  dormant  00:04:31       3    512  3 ranges
END
    from normal --json pending
    json_holds '[.links[] | [.domid, .debt_pages, .debt_ranges, .wake_flush]]
                == [[3, "all", 0, "its VMID"], [2, 512, 3, "3 ranges"]]'
}

@test "pending: what a wake would flush, in every case" {
    while IFS='|' read -r change wanted; do
        jq "$change" "$SNAPSHOTS/normal.json" >"$BATS_TEST_TMPDIR/case.json"
        smmu --from "$BATS_TEST_TMPDIR/case.json" --json pending
        expect 0
        json_holds "[.links[] | select(.unit == 1 and .domid == 2) |
                     .wake_flush] == [\"$wanted\"]"
    done <<'END'
.links[3].debt_ranges = 1|1 range
.links[3].debt_ranges = 0|nothing
.units[1].state = "off"|the SMMU
.links[3].debt_all = true|its VMID
.links[3].state = "failed"|never wakes
.links[3].quarantined = true|never wakes
.units[1].state = "failed"|never wakes
END
}

@test "pending: nothing is pending" {
    jq 'del(.links[2, 3])' "$SNAPSHOTS/normal.json" \
        >"$BATS_TEST_TMPDIR/awake.json"
    smmu --from "$BATS_TEST_TMPDIR/awake.json" pending
    expect 0
    [ "$output" = "Nothing is pending: no domain sleeps." ]
    for quiet in -q --no-header; do
        smmu --from "$BATS_TEST_TMPDIR/awake.json" $quiet pending
        [ -z "$output" ]
    done
    smmu --from "$BATS_TEST_TMPDIR/awake.json" --json pending
    json_holds '.links == []'
}

@test "stats: SMMUs, and domains on them" {
    from normal stats
    expect 0
    shown <<'END'
SMMU             POWER   FOR       COMMANDS  SYNCS  PARKS  OFFS  WAKES  MMIO
smmuv3@9050000   on      00:01:02       340    120      2     0      3  1021
smmuv3@2b400000  parked  00:04:31         0      0     12     3     14   214

SMMU             DOM  STATE    FOR       WAKEUPS  ELIDED  MERGED  FAILED
smmuv3@9050000     2  live     00:01:01        1       0       0       0
smmuv3@9050000     3  live     00:01:01        1       0       0       0
smmuv3@2b400000    3  dormant  1d01h          17    4096    4000       0
smmuv3@2b400000    2  dormant  00:04:31        5     900     897       0

SMMU             DOM  FLUSHES  OVERFLOWS  NONE  RANGES  VMID  ALL  WORST  MMIO
smmuv3@9050000     2       12          0     1       0     0    0      3     4
smmuv3@9050000     3       31          0     1       0     0    0      3     4
smmuv3@2b400000    3        0          1     2       9     2    4      7    20
smmuv3@2b400000    2        6          0     1       3     0    1      5    19

NONE, RANGES, VMID, ALL: wakes by what they flushed; WORST: most commands of one
wake; MMIO: register accesses, of an SMMU, and most of one wake, polls not
counted.

SMMU             DOM  DRAINS  PAGES  FULL  PREEMPTED  END  GRANTS  ADDED
smmuv3@9050000     2       9   4100     7          0    1       1      0
smmuv3@9050000     3      31  15872    30          1    0       0      0
smmuv3@2b400000    3       0      0     0          0    0       0      0
smmuv3@2b400000    2       6    700     0          0    4       2      3

DRAINS: flushes of many pages at once, and their PAGES; FULL, PREEMPTED, END,
GRANTS: why then; ADDED: flushes of one page that was mapped anew before.

SMMU             DOM  SCMI  EXITS  CALLS  TRANSITIONS  DENIED  ERRORS
smmuv3@9050000     2  off       0      0            0       0       0
smmuv3@9050000     3  on     1271     82           41       2       1
smmuv3@2b400000    3  on     1271     82           41       2       1
smmuv3@2b400000    2  off       0      0            0       0       0

EXITS: of the guest into the hypervisor, for its CALLS and its shared memory;
TRANSITIONS: votes that changed; all of the domain, on each SMMU.
END
    from normal --no-header stats
    [ "${#lines[@]}" -eq 6 ]
    [[ ${lines[1]} =~ 12\ +3\ +14\ +214\ +97$ ]]
    [[ ${lines[4]} =~ 4096\ +4000\ +0\ +0\ +1\ +2\ +9\ +2\ +4\ +7\ +20\ +on\ +1271\ +82\ +41\ +2\ +1(\ +0){7}$ ]]
    # Where nobody ever had an SCMI server there is no table of it.
    jq '.links[].scmi = "none"' "$SNAPSHOTS/normal.json" >"$BATS_TEST_TMPDIR/none.json"
    smmu --from "$BATS_TEST_TMPDIR/none.json" stats
    expect 0
    [[ $output != *SCMI* && $output == *DRAINS* ]]
    # Nor of flushes of many pages, where there were none.
    jq '.links[] |= with_entries(if .key | test("^drain|_added$") then .value = 0 else . end)' \
        "$SNAPSHOTS/normal.json" >"$BATS_TEST_TMPDIR/none.json"
    smmu --from "$BATS_TEST_TMPDIR/none.json" stats
    expect 0
    [[ $output == *SCMI* && $output != *DRAINS* ]]
    from empty stats
    expect 0
}

@test "stats -o: these fields, of what has them, before and after the command" {
    from normal stats -o elided,wakes
    expect 0
    shown <<'END'
SMMU             WAKES
smmuv3@9050000       3
smmuv3@2b400000     14

SMMU             DOM  ELIDED  WAKEUPS
smmuv3@9050000     2       0        1
smmuv3@9050000     3       0        1
smmuv3@2b400000    3    4096       17
smmuv3@2b400000    2     900        5
END
    from normal --no-header -o commands stats
    [ "${#lines[@]}" -eq 2 ]
    from normal --no-header --output=votes stats
    [ "${#lines[@]}" -eq 4 ]
    [[ ${lines[0]} =~ ^smmuv3@9050000\ +2\ +1$ ]]
    # What names the line is not repeated.
    from normal --no-header stats -o domid,name,votes
    [ "${#lines[@]}" -eq 6 ]
    [ "${lines[0]}" = smmuv3@9050000 ]
}

@test "stats -o --json: these fields, and whose they are" {
    from normal --json stats -o elided,votes
    expect 0
    json_holds '(has("units") | not) and
                all(.links[]; keys == ["domid", "elided", "name", "smmu",
                                       "unit", "votes"])'
    from normal --json stats -o syncs
    json_holds '(has("links") | not) and
                all(.units[]; keys == ["index", "name", "syncs"])'
}

@test "stats -o: every field that JSON has can be chosen" {
    from normal --json stats
    fields=$(jq -r '[.units[0], .links[0]] | map(keys) | add | unique |
                    join(",")' <<<"$output")
    wanted=$(jq -S '{units, links}' <<<"$output")
    from normal --json stats -o "$fields"
    expect 0
    [ "$(jq -S '{units, links}' <<<"$output")" = "$wanted" ]
}

@test "stats -o: unknown fields, with the known ones named; -o elsewhere" {
    for bad in nonsense wakes,nonsense, "" "wakes,,elided" WAKES path \
               power power_caps; do
        from normal stats -o "$bad"
        expect 64
        error_has "'stats' has no field '"
        [[ $stderr == *"Next: Choose from: name, "*" wakes, "*" elided, "* ]]
        [ -z "$output" ]
    done
    from normal list -o wakes
    expect 64
    error_has "'list' takes no option '-o'"
    from normal stats -o
    expect 64
    error_has "'-o' needs an argument"
    # A mistake in the command is found without a hypervisor.
    FAKE_XEN=open=2 smmu stats -o nonsense
    expect 64
}

@test "a snapshot of an older tool: what it did not record is unknown" {
    # ABI 1.1, but only the keys of 1.0; and some of 1.1.
    jq '.abi = "1.1"' "$SNAPSHOTS/old.json" >"$BATS_TEST_TMPDIR/tool.json"
    smmu --from "$BATS_TEST_TMPDIR/tool.json" --json stats
    expect 0
    json_holds 'all(.units[]; .parks == null and .masters_held == null) and
                all(.links[]; .votes == null and .elided != null)'
    smmu --from "$BATS_TEST_TMPDIR/tool.json" --json devices
    json_holds 'all(.devices[]; .awake == null)'
    jq 'del(.links[].merged)' "$SNAPSHOTS/normal.json" \
        >"$BATS_TEST_TMPDIR/part.json"
    smmu --from "$BATS_TEST_TMPDIR/part.json" --json stats
    json_holds 'all(.links[]; .votes != null and .merged == null and
                    .worst_wake == null)'
}
