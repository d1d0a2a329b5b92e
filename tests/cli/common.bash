# What every test needs.  The Makefile gives:
#   REAL   xen-smmu as it is shipped
#   FAKE   the same with tests/cli/fake-xen.c in the place of Xen
#   ASAN   that, with the address and undefined behaviour sanitizers
bats_require_minimum_version 1.5.0

SNAPSHOTS=$BATS_TEST_DIRNAME/snapshots

# Run the tool.
smmu() {
    run --separate-stderr "$FAKE" "$@" </dev/null
}

# Run both builds: the sanitizers' counts, the plain one has to agree.  It
# takes several times as long, so sanitizers.bats has what it has to see.
smmu_both() {
    local plain_out plain_err plain_status=0

    plain_out=$("$FAKE" "$@" 2>"$BATS_TEST_TMPDIR/err" </dev/null) ||
        plain_status=$?
    plain_err=$(<"$BATS_TEST_TMPDIR/err")
    run --separate-stderr "$ASAN" "$@" </dev/null
    if [ "$status" != "$plain_status" ] || [ "$output" != "$plain_out" ] ||
       [ "$stderr" != "$plain_err" ]; then
        echo "the builds with and without sanitizers differ:"
        diff <(echo "$plain_status $plain_out $plain_err") \
             <(echo "$status $output $stderr")
        return 1
    fi
}

# A snapshot by its name.
from() {
    local name=$1

    shift
    smmu --from "$SNAPSHOTS/$name.json" "$@"
}

# expect STATUS, and show what there was if it was another.
expect() {
    [ "$status" -eq "$1" ] && return
    echo "exit code $status, not $1"
    echo "stdout: $output"
    echo "stderr: $stderr"
    return 1
}

output_has() {
    [[ $output == *"$1"* ]] && return
    echo "stdout has no '$1':"
    echo "$output"
    return 1
}

output_lacks() {
    [[ $output != *"$1"* ]] && return
    echo "stdout has '$1':"
    echo "$output"
    return 1
}

# An error says what, and on a line of its own what to do next.
error_has() {
    [[ $stderr == "xen-smmu: "*"$1"*$'\n'"Next: "?* ]] && return
    echo "stderr is no error with '$1' and a next step:"
    echo "$stderr"
    return 1
}

# The whole output is JSON of our schema, and the jq expression holds.
json_holds() {
    # jq takes no input at all for no failure.
    [ -n "$output" ] &&
        jq -e "(.schema == \"xen-smmu/1\") and ($1)" <<<"$output" >/dev/null &&
        return
    echo "does not hold: $1"
    echo "$output"
    return 1
}

# Exactly this on stdout.
output_is() {
    diff <(echo "$output") - && return
    echo "(< what came, > what should have)"
    return 1
}

# Waits until a command is true, a minute at most.
within_a_minute() {
    local i

    for ((i = 0; i < 1200; i++)); do
        "$@" && return
        sleep 0.05
    done
    echo "not within a minute: $*"
    return 1
}
