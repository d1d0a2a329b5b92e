# explain, and bash completion.
load common
load terminal

@test "explain: every reason, by token and by code, has a next step" {
    smmu explain --json
    expect 0
    json_holds '(.reasons | length > 60) and
                all(.reasons[]; (.what | length > 10) and
                                (.next | test("[.;]$|\\)$"))) and
                ([.reasons[].reason] | length == (unique | length)) and
                ([.reasons[].code | numbers] | length == (unique | length))'
    # Each one alone says the same.
    all=$(jq -r '.reasons[].reason' <<<"$output")
    for token in NONE UNIT_FAILED NO_IOMMUS IRQS_STRAY; do
        grep -qx "$token" <<<"$all"
        smmu explain "$token"
        expect 0
        [[ $output == "$token ("*$'\n'"  Next: "* ]]
    done
    smmu explain no_iommus
    expect 0
    smmu explain 11
    expect 0
    output_has "SYNC_TIMEOUT (hypervisor 11)"
    smmu explain 11 --json
    json_holds '.reasons | length == 1 and .[0].reason == "SYNC_TIMEOUT"'
    # Faults, by name and by the SMMU's number.
    smmu explain translation
    expect 0
    output_has "translation (an SMMU's event 0x10)"
    wanted=$output
    smmu explain 0x10
    [ "$output" = "$wanted" ]
    smmu explain "stream not assigned"
    expect 0
    for text in 0x99 0x 0x10x; do
        smmu explain "$text"
        expect 64
    done
    # Not a word on forcing a device without protection.
    smmu explain
    output_lacks "xen,force-assign"
}

@test "explain: what is no reason" {
    for text in NOTHING 9999 "" 1x -- -1; do
        smmu explain -- "$text"
        expect 64
        error_has "there is no reason"
    done
    smmu --from "$SNAPSHOTS/normal.json" explain NONE
    expect 64
}

# complete WORD...: what bash would offer for the last one.
complete_words() {
    bash -c '
        PATH=$1:$PATH
        shift
        . <(xen-smmu completion)
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _xen_smmu
        printf "%s\n" "${COMPREPLY[@]}"' - "$BIN" "$@"
}

@test "completion: commands, options, domains, reasons, files" {
    BIN=$BATS_TEST_TMPDIR
    ln -s "$FAKE" "$BIN/xen-smmu"
    smmu --help
    words=$(awk '/^Commands:/ { on = 1; next } /^$/ { on = 0 }
                 on { print $1 }' <<<"$output")
    [ "$(wc -w <<<"$words")" -ge 16 ]
    offered=$(complete_words xen-smmu "")
    for word in $words; do
        grep -qx -- "$word" <<<"$offered" || { echo "no $word"; return 1; }
    done
    [ "$(complete_words xen-smmu sus)" = suspend ]
    [ "$(complete_words xen-smmu check --con)" = --config ]
    [ -z "$(complete_words xen-smmu list --con)" ]
    [ "$(complete_words xen-smmu explain IRQS_ST)" = IRQS_STRAY ]
    [ "$(complete_words xen-smmu --json stats --ou)" = --output ]
    names=$(FAKE_XEN="" complete_words xen-smmu show "")
    smmu completion domains
    [ -n "$output" ]
    for name in $output; do
        grep -qx -- "$name" <<<"$names" || { echo "no $name"; return 1; }
    done
    cd "$BIN"
    # Devices that could be given away, of the host that is named.
    dtc -q -I dts -O dtb -o host.dtb "$BATS_TEST_DIRNAME/trees/host.dts"
    [ "$(complete_words xen-smmu gen --host-dtb host.dtb /soc/g)" = \
      /soc/gpu@10000 ]
    [ "$(complete_words xen-smmu gen --host-dtb host.dtb --device /soc/e)" = \
      /soc/ethernet@0 ]
    [ -z "$(complete_words xen-smmu gen --host-dtb host.dtb /soc/ua)" ]
    [ -z "$(complete_words xen-smmu gen --host-dtb nothing /soc/g)" ]
    [ -z "$(complete_words xen-smmu gen /soc/g)" ]
    [ "$(complete_words xen-smmu trace ex)" = export ]
    [ "$(complete_words xen-smmu trace export --format s)" = svg ]
    # A value that reads like a command is none.
    [ "$(complete_words xen-smmu gen --name list --for)" = --force ]
    rm host.dtb
    touch a-tree.dtb
    [ "$(complete_words xen-smmu check --host-dtb a-tr)" = a-tree.dtb ]
    [ "$(complete_words xen-smmu snapshot a-tr)" = a-tree.dtb ]
}

@test "completion: as xl smmu, and what xl has else stays xl's" {
    BIN=$BATS_TEST_TMPDIR
    ln -s "$FAKE" "$BIN/xen-smmu"
    # What Debian has for xl, in short: loaded when it is needed.
    mkdir -p "$BIN/share/completions"
    cat >"$BIN/share/completions/xl" <<'END'
_xl() { local IFS=$'\n,'
    [ "$COMP_CWORD" = 1 ] || return 0
    COMPREPLY=($(compgen -W "create ,list ,smmu ," -- "${COMP_WORDS[1]}")); }
complete -F _xl -o nospace -o default xl xen
END
    xl_words() {
        BASH_COMPLETION_USER_DIR=$BIN/share bash -c '
            PATH=$1:$PATH
            shift
            . <(xen-smmu completion)
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
            _xen_smmu_xl
            printf "%s\n" "${COMPREPLY[@]}"
            complete -p xl | grep -q _xen_smmu_xl' - "$BIN" "$@"
    }
    [ "$(xl_words xl cre)" = "create " ]
    [ "$(xl_words xl sm)" = "smmu " ]
    [ -z "$(xl_words xl create sus)" ]
    [ "$(xl_words xl smmu sus)" = suspend ]
    [ "$(xl_words xl smmu check --con)" = --config ]
    [ "$(FAKE_XEN="" xl_words xl smmu show guest2)" = guest2 ]
    [ "$(xl_words xl smmu explain IRQS_ST)" = IRQS_STRAY ]
    [ "$(xl_words xl smmu scmi o | sort | tr '\n' ' ')" = "off on " ]
    [ "$(xl_words xl smmu policy ge)" = get ]
    # A domain that is called smmu.
    [ -z "$(xl_words xl destroy smmu sus)" ]
    # Without xl's own there is ours.
    rm "$BIN/share/completions/xl"
    [ "$(HOME=/nonexistent xl_words xl smmu sus)" = suspend ]
}

@test "completion: by the Tab key" {
    ln -s "$FAKE" "$BATS_TEST_TMPDIR/xen-smmu"
    touch "$BATS_TEST_TMPDIR/a-host.dtb"
    cat >"$BATS_TEST_TMPDIR/rc" <<END
PS1='> '
export FAKE_XEN=
cd "$BATS_TEST_TMPDIR"
PATH=\$PWD:\$PATH
xl() { shift; echo "got: \$*"; }
. <(xen-smmu completion)
END
    terminal_of 80 24 "exec bash --rcfile '$BATS_TEST_TMPDIR/rc' -i"
    shows '^>'
    keys "xl smmu sus" Tab "guest2" Tab Enter
    # A space after each word.
    shows 'got: suspend guest2'
    keys "xl smmu check --host" Tab "a-h" Tab "x" Enter
    shows 'got: check --host-dtb a-host.dtb x'
    keys "xen-smmu compl" Tab "rea" Tab Enter
    shows 'OLD_HYPERVISOR'
}

@test "completion: the script is right, and usage" {
    smmu completion
    expect 0
    shellcheck -s bash -S warning - <<<"$output"
    smmu completion nothing
    expect 64
    smmu completion devices
    expect 64
    smmu completion domains x
    expect 64
    smmu completion devices /nonexistent
    expect 1
}
