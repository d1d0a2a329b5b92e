# Wrong use, and what cannot be done: the message and the exit code.
load common

@test "an unknown command, or the beginning of one: exit code 64 and a hint" {
    smmu lst
    expect 64
    error_has "there is no command 'lst'"
    [ -z "$output" ]

    # No command is found by a prefix of its name.
    for command in l li dev sh snap ver ""; do
        smmu "$command"
        expect 64
    done
}

@test "unknown options, arguments that are missing or too many" {
    smmu --jsn
    expect 64
    error_has "'--jsn'"
    smmu -x
    expect 64
    error_has "'-x'"
    smmu list --from
    expect 64
    error_has "'--from' needs an argument"

    # Too many arguments, and too few.
    from normal list 3
    expect 64
    error_has "'list' takes no argument '3'"
    from normal show 3 4
    expect 64
    from normal show
    expect 64
    error_has "xen-smmu show DOM"
    from normal snapshot
    expect 64
}

@test "--help names every command, option and exit code, in 80 columns" {
    smmu --help
    expect 0
    for word in list show devices snapshot version --json --no-header \
                --quiet --from --help --version " 64 "; do
        output_has "$word"
    done
    [ -z "$(awk 'length($0) > 80' <<<"$output")" ]
    [ -z "$stderr" ]
}

@test "--version needs no hypervisor" {
    FAKE_XEN=open=2 smmu --version
    expect 0
    [[ $output =~ ^xen-smmu\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "show: domains that are not there, or have no device" {
    from normal show nobody
    expect 1
    error_has "cannot show domain 'nobody'"
    [ -z "$output" ]

    # Show: no domain of that number.
    from normal show 9
    expect 1
    error_has "cannot show domain 9: There is no such domain behind any SMMU."

    # Show: a domain that has no device.
    for domain in 4 plain; do
        from normal show "$domain"
        expect 1
        error_has "domain 4 (plain): it has no device behind an SMMU"
    done
}

@test "show: numbers that are none, and the one that means any domain" {
    for domain in 65535 65536 99999999999999999999; do
        from normal show "$domain"
        expect 1
        error_has "no domain has so large a number"
    done
    for domain in -- -1 0x3 3x " 3" ""; do
        from normal show -- "$domain"
        expect 1
        error_has "cannot show domain"
    done
}

@test "snapshots that cannot be read or written" {
    smmu --from /nonexistent/file list
    expect 1
    error_has "cannot open snapshot /nonexistent/file: No such file"

    # A directory is no snapshot.
    smmu --from / list
    expect 1
    error_has "cannot read snapshot /: Is a directory"

    # A snapshot that cannot be written.
    from normal snapshot /nonexistent/file
    expect 1
    error_has "cannot write snapshot /nonexistent/file: No such file"
    from normal snapshot /dev/full
    expect 1
    error_has "cannot write snapshot /dev/full: No space left"
}

@test "output that goes nowhere is a failure" {
    for view in list "list --json" "snapshot -" "--help" "version"; do
        for build in "$FAKE" "$ASAN"; do
            run --separate-stderr sh -c \
                "\"\$0\" --from \"\$1\" $view >/dev/full" \
                "$build" "$SNAPSHOTS/normal.json"
            expect 1
            error_has "cannot write the output: No space left"
        done
    done
}

@test "without Xen the shipped build says so" {
    [ -e /dev/xen/privcmd ] || [ -e /proc/xen/privcmd ] &&
        skip "this machine runs on Xen"
    run --separate-stderr "$REAL" list
    expect 1
    error_has "cannot reach the hypervisor through /dev/xen/privcmd"
    # libxencall's own words would come on top of ours.
    [ "${#stderr_lines[@]}" -eq 2 ]
}
