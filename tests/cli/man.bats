# The man page says what the tool does.
load common

@test "the man page has no errors" {
    run podchecker -warnings -warnings "$POD"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output != *WARNING* ]]
}

@test "it builds, and names every command, option and exit code of --help" {
    smmu --help
    text=$(pod2text "$POD")
    words=$(awk '/^Commands:/ { on = 1; next } /^$/ { on = 0 }
                 on { print $1 }' <<<"$output")
    [ "$(wc -w <<<"$words")" -eq 21 ]
    options=$(grep -oE -- '--[a-z-]+' <<<"$output" | sort -u)
    [ "$(wc -w <<<"$options")" -ge 6 ]
    for word in $words $options 64; do
        grep -qE -- "^ +(-[a-zA-Z], )?$word( |$)" <<<"$text" ||
            { echo "the man page has no entry for $word"; return 1; }
    done
    grep -q '^\.SH' "$MAN"
}

@test "it has every reason, in the words of explain" {
    text=$(pod2text -w 2000 "$POD")
    smmu --json explain
    jq -r '.reasons[] | .reason, .what, .next' <<<"$output" >"$BATS_TEST_TMPDIR/wanted"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/wanted")" -gt 200 ]
    while read -r line; do
        grep -qF -- "$line" <<<"$text" ||
            { echo "the man page lacks: $line"; return 1; }
    done <"$BATS_TEST_TMPDIR/wanted"
}

@test "it names every state the tool can show" {
    text=$(pod2text "$POD")
    states=$(sed -n '/^static const struct word [a-z]*_states/,/^};/s/.*"\(.*\)".*/\1/p' \
             "$BATS_TEST_DIRNAME/../../tools/xen-smmu/fields.c")
    [ "$(wc -w <<<"$states")" -ge 12 ]
    for state in $states; do
        grep -qw "$state" <<<"$text" ||
            { echo "the man page does not name '$state'"; return 1; }
    done
}

@test "its example works" {
    jq_program=$(sed -n "s/.*jq -r '\(.*\)'.*/\1/p" "$POD")
    from normal --json devices
    [ "$(jq -r "$jq_program" <<<"$output")" = domD ]
}
