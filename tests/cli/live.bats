# Against a hypervisor: tests/cli/fake-xen.c, which checks every request.
load common

xen() {
    FAKE_XEN=$1
    export FAKE_XEN
    shift
    smmu "$@"
}

@test "lists of several pages arrive whole and in order" {
    xen "" --json devices
    expect 0
    json_holds '[.devices[].sids[0].first] ==
                [range(500) | . as $n | [$n / 16 / 16 | floor,
                 ($n / 16 | floor) % 16, $n % 16] |
                 map("0123456789abcdef"[.:. + 1]) | join("") |
                 sub("^0+(?=.)"; "") | "0x" + .]'
    xen "" --json list
    json_holds '[.units[].name] == ["smmuv3@9050000", "smmuv3@9070000"]'
}

@test "names come from xenstore where it has them" {
    xen "" --json devices
    json_holds '.devices[1] | .domid == 2 and .name == "guest2"'
    json_holds '.devices[2] | .domid == 3 and .name == null'
    # It was in the directory, and gone when its name was read.
    json_holds '.devices[5] | .domid == 6 and .name == null'
    xen "" show guest2
    expect 0
    output_has "Domain 2 (guest2)"
}

@test "show: a domain that has no device, and one that vanished" {
    xen "" show Domain-0
    expect 1
    error_has "domain 0 (Domain-0): it has no device behind an SMMU"

    # Show: a domain that vanished.
    xen "" show 42
    expect 1
    error_has "cannot show domain 42: There is no such domain"
}

@test "without a xenstore daemon: numbers, and no waiting for ever" {
    xen no-xenstore show 2
    expect 0
    output_has "Domain 2 (no name)"
    xen no-xenstore show guest2
    expect 1
    error_has "xenstore knows no domain of that name"
}

@test "a live snapshot shows what the live views show, and says where it is" {
    xen "" -q snapshot "$BATS_TEST_TMPDIR/live.json"
    expect 0
    for view in list devices "show 2" "show 3"; do
        xen "" $view
        wanted=$output
        xen open=2 --from "$BATS_TEST_TMPDIR/live.json" $view
        expect 0
        [ "$output" = "$wanted" ]
    done

    # Snapshot says on stderr what it wrote; -q does not.
    xen "" snapshot "$BATS_TEST_TMPDIR/live.json"
    expect 0
    [ -z "$output" ]
    [[ $stderr == *"wrote $BATS_TEST_TMPDIR/live.json"* ]]
    xen "" -q snapshot "$BATS_TEST_TMPDIR/live.json"
    [ -z "$stderr" ]
}

@test "version: the tool's and the hypervisor's" {
    xen "" version
    expect 0
    [ "${#lines[@]}" -eq 2 ]
    output_has "hypervisor: interface 1.3"
    xen abi=0x10007 version --json
    json_holds '.abi == "1.7" and .tool_abi == "1.3"'
}

@test "no hypervisor, not root, no driver, no privilege: each has its words" {
    xen open=2 list         # ENOENT
    expect 1
    error_has "cannot reach the hypervisor"
    [[ $stderr == *"Next: Run it in dom0"* ]]

    # Not root.
    xen open=13 list        # EACCES
    expect 1
    error_has "Permission denied"
    [[ $stderr == *"Next: Run it as root."* ]]

    # A hypervisor without the driver.
    for errno in 38 95; do  # ENOSYS, EOPNOTSUPP
        for view in list devices "show 2" version "snapshot -"; do
            xen "errno=$errno" $view
            expect 1
            error_has "this hypervisor has no xen-smmu driver"
        done
    done

    # An unprivileged domain.
    xen errno=1 list        # EPERM
    expect 1
    error_has "the hypervisor answers privileged domains only"
}

@test "other versions of sysctl work, a policy may forbid them all" {
    xen errno=13 list       # EACCES
    expect 1
    error_has "does not take this tool's sysctl version"

    # The sysctl versions of other Xen releases work too.
    for version in 0x15 0x16; do
        xen "sysctl=$version" list
        expect 0
        output_has smmuv3@9050000
    done
    xen sysctl=0x99 list
    expect 1
}

@test "a busy hypervisor is worth another try, other failures are named" {
    for errno in 11 16; do  # EAGAIN, EBUSY
        xen "errno=$errno" list
        expect 2
        error_has "the hypervisor is busy"
    done

    # Any other failure is named.
    xen errno=5 list        # EIO
    expect 1
    error_has "cannot ask for the hypervisor's version: Input/output error"
}

@test "another major version is refused by either side, a newer minor one is not" {
    xen abi=0x20000 list
    expect 1
    error_has "it speaks interface 2.0, this tool 1.3"
    xen abi=0 list
    expect 1
    xen reason=1 list
    expect 1
    error_has "BAD_VERSION: The tool speaks another major version"

    # A newer minor version is not.
    xen abi=0x10007 list
    expect 0
    output_has smmuv3@9050000
}

@test "reasons come as token, sentence and next step, unknown ones too" {
    xen late-reason=10 devices
    expect 1
    error_has "cannot list the devices: NO_MEMORY: Xen could not allocate"
    [[ $stderr == *"Next: Free memory"* ]]

    # A reason this tool does not know.
    xen late-reason=4242 devices
    expect 1
    error_has "reason 4242"
}

@test "a field that a record is too short for is unknown, not zero" {
    xen short-records --json list
    expect 0
    # The last one of the record, and the one before it.
    json_holds 'all(.units[]; .polls == null and .accesses != null)'
    json_holds '.units[1].name == "smmuv3@9070000"'
    xen short-records --json stats
    json_holds 'all(.links[]; .scmi_errors == null and .scmi_denied == 0)'
    json_holds 'all(.links[]; .worst_accesses == 20)'
}

@test "a hypervisor of ABI 1.1: what it does not know is unknown" {
    xen 1.1 --json stats
    expect 0
    json_holds '.abi == "1.1" and all(.units[]; .accesses == null and
                .polls == null and .parks != null)'
    json_holds 'all(.links[]; .worst_accesses == null and .worst_wake == 4)'
    xen "" --json stats
    json_holds '.units[1].accesses == 71 and .units[1].polls == 9'
    json_holds 'all(.links[]; .worst_accesses == 20)'
}

@test "a hypervisor of ABI 1.0: what it does not know is unknown" {
    xen old --json stats
    expect 0
    json_holds '.abi == "1.0" and (.units[0] | .commands == 0 and
                .parks == null and .power_source == null and
                .masters_held == null and .debt_pages == null and
                .awake == null and .links_live == 0)'
    json_holds 'all(.links[]; .elided == 0 and .wakes == 0 and
                .votes == null and .force == null and .delay_ns == null and
                .debt_pages == null and .debt_all == false)'
    # A bit in a field that 1.0 has.
    xen old --json devices
    json_holds 'all(.devices[]; .awake == null and .wakes == 0)'
    xen "" --json devices
    json_holds 'all(.devices[]; .awake == true)'
}

@test "a hypervisor of ABI 1.0: every view works, with - for the unknown" {
    xen old list
    expect 0
    output_has "smmuv3@9070000  v3    off 00:00:00     6        0"
    xen old power
    expect 0
    [[ $output =~ smmuv3@9050000\ +on\ +00:00:00\ +-\ +-\ +-\ +-\ +0\ +0\ +- ]]
    output_lacks promise
    xen old show 2
    [[ $output =~ smmuv3@9070000\ +1\ +live\ +00:00:00\ +-\ +-\ +0\ +0\ +0 ]]
    xen old stats
    expect 0
    xen old stats --no-header -o votes,elided
    [[ ${lines[0]} =~ ^smmuv3@9050000\ +1\ +-\ +0$ ]]
    xen old pending
    expect 0
    xen old -q snapshot "$BATS_TEST_TMPDIR/old.json"
    xen old --json stats
    wanted=$output
    xen "" --from "$BATS_TEST_TMPDIR/old.json" --json stats
    [ "$output" = "$wanted" ]
}

@test "a hypervisor of ABI 1.0: operations it lacks are refused, unasked" {
    export FAKE_XEN_CALLS=$BATS_TEST_TMPDIR/calls
    for verb in suspend resume auto policy; do
        xen old $verb 2
        expect 1
        error_has "the hypervisor speaks interface 1.0, this needs 1.1"
        [[ $stderr == *"Next: Install a hypervisor as new as the tool."* ]]
    done
    xen old scmi 2 off
    expect 1
    error_has "the hypervisor speaks interface 1.0, this needs 1.2"
    # The version, and nothing else.
    [ "$(sort -u "$FAKE_XEN_CALLS")" = 1 ]
}

@test "names end within their field, and nothing but text comes out" {
    xen unterminated --json list
    expect 0
    json_holds '.units[0].name | length == 63'
    xen unterminated devices
    expect 0

    # Bytes that are no text make neither a mess nor a bad snapshot.
    xen dirty list
    expect 0
    output_has "u?[2J??"
    [[ $output != *[$'\e\xff']* ]]
    xen dirty -q snapshot "$BATS_TEST_TMPDIR/dirty.json"
    smmu --from "$BATS_TEST_TMPDIR/dirty.json" --json devices
    expect 0
    json_holds '.devices[1] | .name == "d?[2J??" and .smmu == "u?[2J??"'
}

@test "a list that changed is read again" {
    xen changes-once --json devices
    expect 0
    json_holds '.devices | length == 499'
}

@test "a list that never stands still: exit code 2, after few calls" {
    for how in changing stuck; do
        export FAKE_XEN_CALLS=$BATS_TEST_TMPDIR/$how
        xen $how devices
        expect 2
        error_has "the list changed 8 times while it was read"
        [ -z "$output" ]
        read -r calls <"$FAKE_XEN_CALLS"
        [ "$calls" -gt 8 ]
        [ "$calls" -lt 40 ]
    done
}

@test "answers that make no sense are not believed" {
    for how in overfull huge no-size; do
        xen $how devices
        expect 1
        error_has "the hypervisor's answer makes no sense"
    done
}
