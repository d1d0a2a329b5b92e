# trace: recording, and what becomes of a recording.
load common

RECORDING=$BATS_TEST_DIRNAME/snapshots/recording.jsonl

xen() {
    FAKE_XEN=$1
    export FAKE_XEN
    shift
    smmu "$@"
}

export_as() {
    smmu trace export --format "$1" "${2:-$RECORDING}"
    expect 0
}

# geometry SVG [RECORDING]
geometry() {
    run python3 "$BATS_TEST_DIRNAME/geometry.py" "${2:-$RECORDING}" "$1"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "trace record: a snapshot, events, the end; and what it says" {
    cd "$BATS_TEST_TMPDIR"
    xen "" trace record -o r.jsonl 0.2
    expect 0
    [ -z "$output" ]
    [[ $stderr =~ ^"xen-smmu: "[0-9]+" events in "[0-9.]+" s, 0 lost"$ ]]
    jq -es '(.[0] | .schema == "xen-smmu/1" and .recording == 1 and
             .now_ns == 1400000000 and (.devices | length == 500)) and
            (.[1] | .seq == 40) and
            (.[1:-1] | map(.seq) | . == [range(40; 40 + length)]) and
            (.[-1] | .lost == 0 and .end_ns > 1400000000)' r.jsonl
    # The same on standard output, and quiet.
    xen "" trace record -q 0.1
    expect 0
    [ -z "$stderr" ]
    jq -es '.[0].recording == 1 and (.[-1] | has("end_ns"))' <<<"$output"
    # Any view can be shown from it.
    for view in list devices "show 2" faults "snapshot -"; do
        xen open=2 --from r.jsonl $view
        expect 0
    done
    json_holds '.events[0].seq == 40'
}

@test "trace record: until it is told to end, by either signal" {
    cd "$BATS_TEST_TMPDIR"
    for signal in INT TERM; do
        export FAKE_XEN=
        "$FAKE" trace record -o $signal.jsonl </dev/null 2>err &
        pid=$!
        within_a_minute test -s $signal.jsonl || { kill $pid; return 1; }
        kill -$signal $pid
        wait $pid
        tail -n 1 $signal.jsonl | jq -e 'has("end_ns")'
        grep -q " events in " err
    done
}

@test "trace record: what was lost is counted" {
    cd "$BATS_TEST_TMPDIR"
    xen flood trace record -o r.jsonl 20
    expect 0
    [[ $stderr =~ [1-9][0-9]*" lost"$ ]]
    jq -es '(.[-1].lost > 0) and
            (.[-1].lost + length - 2 == .[-2].seq + 1 - 40)' r.jsonl
    smmu trace export --format svg r.jsonl
    lost=$(tail -n 1 r.jsonl | jq .lost)
    output_has " $lost lost"
}

@test "trace record: domains that come later have their names, too" {
    cd "$BATS_TEST_TMPDIR"
    xen late-names trace record -q -o r.jsonl 0.1
    expect 0
    jq -es '(.[0].domains | length == 1) and
            ([.[] | select(has("domid") and has("name"))] ==
             [{domid: 2, name: "guest2"}, {domid: 4, name: "guest4"},
              {domid: 99, name: "guest99"}])' r.jsonl
    smmu trace export --format svg r.jsonl
    output_has ">guest2<"
    # And a file that says so.
    sed '50i{"domid":5,"name":"late"}' "$RECORDING" >late.jsonl
    smmu trace export --format csv late.jsonl
    output_has ",5,late,"
    sed '50i{"domid":5,"name":7}' "$RECORDING" >late.jsonl
    smmu trace export --format csv late.jsonl
    expect 1
    error_has "domains[4].name should be a string"
}

@test "trace record: wrong usage, an older hypervisor, no room" {
    for seconds in x -1 "" 1x 1e3 99999999999 inf; do
        xen "" trace record -o "$BATS_TEST_TMPDIR/no" -- "$seconds"
        expect 64
        error_has "'$seconds' is no time to record"
    done
    [ ! -e "$BATS_TEST_TMPDIR/no" ]
    from normal trace record 1
    expect 64
    xen "" trace record --format svg 1
    expect 64
    xen "" trace
    expect 64
    xen "" trace play
    expect 64
    error_has "'trace' knows no 'play'"
    xen old trace record -o "$BATS_TEST_TMPDIR/no" 1
    expect 1
    error_has "cannot record events: the hypervisor speaks interface 1.0, this needs 1.3"
    xen abi=0x10002 trace export --format svg
    expect 1
    error_has "this needs 1.3"
    xen "" trace record -o /nonexistent/file 1
    expect 1
    error_has "cannot write recording /nonexistent/file"
    xen "" trace record -o /dev/full 1
    expect 1
    error_has "cannot write recording /dev/full"
}

@test "trace export: svg, csv and perfetto, the same bytes each time" {
    cd "$BATS_TEST_TMPDIR"
    for format in svg csv perfetto; do
        export_as $format
        printf '%s\n' "$output" >one
        LC_ALL=de_DE.UTF-8 TZ=Asia/Tokyo COLUMNS=40 "$FAKE" trace export \
            --format $format -o two "$RECORDING"
        diff <(tr -d '\r' <one) <(tr -d '\r' <two)
        "$FAKE" trace export --format $format - <"$RECORDING" >three
        cmp two three
        "$FAKE" trace export --format $format --from "$RECORDING" >three
        cmp two three
    done
}

@test "svg: one that any program reads, of no other file, light and dark" {
    export_as svg
    python3 -c 'import sys, xml.dom.minidom
xml.dom.minidom.parseString(sys.stdin.read())' <<<"$output"
    output_has "prefers-color-scheme:dark"
    [ "$(grep -oE 'https?://[^"]*' <<<"$output")" = http://www.w3.org/2000/svg ]
    [[ $output != *"<script"* && $output != *"@import"* &&
       $output != *"<image"* && $output != *"href"* ]]
    # Each class that is used has a colour, in both.
    for class in $(grep -oE '<path class="[a-z]+"' <<<"$output" |
                   sed 's/.*"\([a-z]*\)"/\1/' | sort -u); do
        [ "$(grep -oE "\.$class\{" <<<"$output" | wc -l)" -ge 1 ]
    done
}

@test "svg: the README's are there, small, and whole" {
    top=$BATS_TEST_DIRNAME/../..
    pictures=$(sed -n 's/^!\[.*](\(.*svg\))$/\1/p' "$top/README.md")
    grep -qx tools/timeline.svg <<<"$pictures"
    for picture in $pictures; do
        [ "$(wc -c <"$top/$picture")" -lt 60000 ]
        python3 -c 'import sys, xml.dom.minidom
xml.dom.minidom.parse(sys.argv[1])' "$top/$picture"
    done
}

@test "svg: everything is where its time is, and no text on another" {
    cd "$BATS_TEST_TMPDIR"
    export_as svg
    printf '%s\n' "$output" >good.svg
    geometry good.svg
    [[ ${lines[-1]} =~ ^([0-9]+)\ places,\ ([0-9]+)\ texts$ ]]
    [ "${BASH_REMATCH[1]}" -gt 100 ] && [ "${BASH_REMATCH[2]}" -gt 40 ]
    # A recording of the fake hypervisor's, with names that are cut.
    xen "" trace record -q -o r.jsonl 0.3
    smmu trace export --format svg -o fake.svg r.jsonl
    expect 0
    geometry fake.svg r.jsonl
    # Long names, large numbers.
    sed '1s/"domD"/"a-domain-with-a-long-name"/
         1s/smmuv3@9050000/iommu-of-the-graphics-cluster@9050000/
         s/"domid":2\b/"domid":32767/g' "$RECORDING" >long.jsonl
    smmu trace export --format svg -o long.svg long.jsonl
    expect 0
    run python3 "$BATS_TEST_DIRNAME/geometry.py" long.jsonl long.svg
    [[ $output != *overlaps* && $output != *"leaves the picture"* ]]
    grep -q '>a-domain-w\.\.<' long.svg
    # That it can fail: a bar, a fault, a debt, a text in another place.
    for change in 's/M150 58h319.9/M150 58h330/' 's/M383 82l/M390 82l/' \
                  's/V121H339.7/V131H339.7/' 's/class="pk" d/class="of" d/' \
                  's/M189.5 150v9//' 's/x="64" y="114"/x="24" y="114"/'; do
        sed "$change" good.svg >bad.svg
        ! cmp -s good.svg bad.svg
        run ! python3 "$BATS_TEST_DIRNAME/geometry.py" "$RECORDING" bad.svg
    done
}

@test "svg: a recording of any size makes a picture of its own size" {
    cd "$BATS_TEST_TMPDIR"
    python3 - "$RECORDING" <<'END' >long.jsonl
import json, sys
lines = open(sys.argv[1]).read().splitlines()
print(lines[0])
e = json.loads(lines[1])
for i in range(60000):
    kind = ("vote", "link", "link", "debt", "fault", "flush", "link", "unit")[i % 8]
    e.update(seq=i, time_ns=100_000_000_000 + i * 100_000, kind=kind, domid=2 if kind != "unit" else None,
             state=(i // 8) % (2 if kind in ("vote", "unit") else 3), pages=i * 7919 % 5000, sid="0x874")
    print(json.dumps(e))
print('{"end_ns":106000000000,"lost":0}')
END
    export_as svg long.jsonl
    [ "${#output}" -lt 100000 ]
    output_has "60000 events, 7500 of them faults"
}

@test "csv: a line an event, in words" {
    export_as csv
    [ "${#lines[@]}" -eq 64 ]
    output=$(tr -d '\r' <<<"$output")
    output_has "seq,time_ns,kind,smmu,domid,name,device,sid,before,state,reason,fault,address,pages,count"
    output_has "4003,101000000000,vote,smmuv3@9050000,2,domD,/axi/ethernet@ff0e0000,0x874,awake,asleep,NONE,,,,"
    output_has "4023,102900000000,fault,smmuv3@9050000,2,domD,/axi/ethernet@ff0e0000,0x874,,READ,NONE,permission,0x40000000,,17"
    output_has ",force,,3,domA,,,auto,suspend,NONE,,,,"
    output_has ",debt,smmuv3@9050000,3,domA,,,,,NONE,,,all,0"
    output_has ",unit,smmuv3@9050000,,,,,on,failed,SYNC_TIMEOUT,,,,"
    python3 -c 'import csv, sys
rows = list(csv.reader(sys.stdin))
assert all(len(r) == 15 for r in rows), rows' <<<"$output"
    # A name that a spreadsheet would calculate, or take apart.
    sed '1s/"domD"/"=1+2,\\"x\\""/' "$RECORDING" >"$BATS_TEST_TMPDIR/name.jsonl"
    export_as csv "$BATS_TEST_TMPDIR/name.jsonl"
    output_has "\"'=1+2,\"\"x\"\"\""
}

@test "perfetto: spans, levels and instants that add up" {
    export_as perfetto
    jq -e '.traceEvents | (length > 60) and
        all(.[]; .ph | IN("M", "X", "C", "i")) and
        ([.[] | select(.ph == "M" and .name == "process_name") |
          .args.name] == ["smmuv3@9050000", "smmuv3@2b400000"]) and
        ([.[] | select(.ph == "X" and .pid == 1 and .tid == 0) | .dur] |
          add | round == 10000000) and
        ([.[] | select(.ph == "X" and .pid == 2 and .tid == 0) | .name] ==
          ["parked", "off", "waking", "parked", "waking", "on"]) and
        ([.[] | select(.ph == "i" and .name == "fault")] | length == 3)' \
        <<<"$output"
}

@test "trace export: what there is now, without a recording" {
    xen "" trace export --format svg
    expect 0
    output_has "40 events, 6 of them faults"
    xen quiet trace export --format svg
    expect 0
    output_has " 0 events"
    # And what a snapshot holds.
    xen "" -q snapshot "$BATS_TEST_TMPDIR/s.json"
    xen open=2 trace export --format svg "$BATS_TEST_TMPDIR/s.json"
    expect 0
    output_has "40 events"
    smmu trace export --format svg "$SNAPSHOTS/normal.json"
    expect 1
    error_has "it has no events"
}

@test "trace export: wrong usage, and nothing written half" {
    smmu trace export "$RECORDING"
    expect 64
    error_has "needs a format"
    smmu trace export --format png "$RECORDING"
    expect 64
    error_has "there is no format 'png'"
    smmu --from "$RECORDING" trace export --format svg "$RECORDING"
    expect 64
    smmu list --format svg
    expect 64
    smmu trace export --format svg -o /nonexistent/x "$RECORDING"
    expect 1
    error_has "cannot write /nonexistent/x"
    smmu trace export --format svg -o /dev/full "$RECORDING"
    expect 1
    run --separate-stderr bash -c "'$FAKE' trace export --format svg '$RECORDING' >/dev/full"
    expect 1
    smmu trace export --format svg -o "$BATS_TEST_TMPDIR/x.svg" /nonexistent
    expect 1
    [ ! -e "$BATS_TEST_TMPDIR/x.svg" ]
}

@test "a recording that was cut off anywhere is shown as far as it goes" {
    cd "$BATS_TEST_TMPDIR"
    size=$(wc -c <"$RECORDING") head=$(head -n 1 "$RECORDING" | wc -c)
    for at in $((head - 1)) "$head" $((head + 1)) \
              $(seq $((head + 100)) 997 $((size - 5))) $((size - 1)); do
        head -c "$at" "$RECORDING" >cut.jsonl
        smmu trace export --format svg cut.jsonl
        expect 0
        [[ $stderr == *"the recording ends in the middle"* ]]
        output_has "; the recording ends in the middle"
        whole=$(($(head -c "$at" "$RECORDING" | wc -l) - 1))
        [ $whole -ge 0 ] || whole=0
        output_has " $whole events"
    done
    # Within its first line there is nothing to show.
    head -c $((head - 2)) "$RECORDING" >cut.jsonl
    smmu trace export --format svg cut.jsonl
    expect 1
    error_has "it is empty or ends in the middle"
}

# A line that is put in the place of the third.
refused() {
    sed "3c$1" "$RECORDING" >"$BATS_TEST_TMPDIR/bad.jsonl"
    smmu trace export --format svg "$BATS_TEST_TMPDIR/bad.jsonl"
    expect 1
    [ -z "$output" ]
    error_has "$2"
}

@test "a recording that makes no sense" {
    refused 'no JSON' "line 3 is no JSON"
    refused '[]' "events[1] is no object"
    refused '{}' "events[1] has no 'seq'"
    refused '{"end_ns": "x"}' "line 3 has an end that is no number"
    refused '{"end_ns": 5}' "line 4 comes after the end"
    refused '{"seq": {"a": {"b": {"c": {"d": 1}}}}}' "line 3 is no JSON"
    sed '1s/"now_ns":1/"now_ns":-1/' "$RECORDING" >"$BATS_TEST_TMPDIR/bad.jsonl"
    smmu trace export --format svg "$BATS_TEST_TMPDIR/bad.jsonl"
    expect 1
    error_has "'now_ns' or 'lost' is no number"
    # Kinds, units, domains, devices, states that nobody knows; times that
    # are none, or run backwards.
    sed '3s/"kind":"[a-z]*"/"kind":999/; 4s/"unit":0/"unit":77/
         5s/"domid":2/"domid":65000/; 6s/"sid":"0x0"/"sid":"0xffffffff"/
         7s/"state":0/"state":4000000000/; 8s/"time_ns":[0-9]*/"time_ns":0/
         9s/"time_ns":[0-9]*/"time_ns":null/
         10s/"time_ns":[0-9]*/"time_ns":9223372036854775807/' \
        "$RECORDING" >"$BATS_TEST_TMPDIR/odd.jsonl"
    for format in svg csv perfetto; do
        smmu_both trace export --format $format "$BATS_TEST_TMPDIR/odd.jsonl"
        expect 0
    done
    smmu trace export --format svg "$BATS_TEST_TMPDIR/odd.jsonl"
    python3 -c 'import sys, xml.dom.minidom
xml.dom.minidom.parseString(sys.stdin.read())' <<<"$output"
}

@test "names from anywhere do not break out of a picture" {
    sed '1s/"domD"/"<script>\\"\&\\u001b"/; 1s/"smmuv3@9050000"/"<\/svg>"/' \
        "$RECORDING" >"$BATS_TEST_TMPDIR/evil.jsonl"
    export_as svg "$BATS_TEST_TMPDIR/evil.jsonl"
    output_lacks "<script>"
    output_has "&lt;/svg&gt;"
    python3 -c 'import sys, xml.dom.minidom
xml.dom.minidom.parseString(sys.stdin.read())' <<<"$output"
    export_as perfetto "$BATS_TEST_TMPDIR/evil.jsonl"
    jq -e '.traceEvents | length > 60' <<<"$output"
}

@test "damaged recordings, seeded: every end is a clean one" {
    count=300
    [ -z "${QUICK-}" ] || count=30
    [ -z "${LONG-}" ] || count=5000
    run "$BATS_TEST_DIRNAME/fuzz-recordings.py" "$ASAN" 1 $count "$RECORDING"
    echo "$output"
    [ "$status" -eq 0 ]
    for end in 0 1; do
        [[ $output == *" $end: "* ]]
    done
}
