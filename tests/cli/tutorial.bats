# The tutorial: what needs no hypervisor is typed, and compared.
load common

TOP=$BATS_TEST_DIRNAME/../..

tutorial() {
    ln -s "$(realpath "$TOP/dts")" "$BATS_TEST_TMPDIR/dts"
    mkdir "$BATS_TEST_TMPDIR/bin"
    ln -s "$REAL" "$BATS_TEST_TMPDIR/bin/xen-smmu"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH run python3 \
        "$BATS_TEST_DIRNAME/tutorial.py" "$1" "$BATS_TEST_TMPDIR"
    echo "$output"
}

@test "tutorial: every command does what it says" {
    tutorial "$TOP/tools/TUTORIAL.md"
    [ "$status" -eq 0 ]
    [ "${output%% *}" -ge 14 ]
    # What it leaves behind is what the second half starts from.
    for file in xen.dtb tutor/guest.cfg tutor/tutor.dtb; do
        [ -s "$BATS_TEST_TMPDIR/build/tutorial/$file" ]
    done
}

@test "tutorial: one that says something else is found" {
    sed 's/4 devices behind/5 devices behind/' "$TOP/tools/TUTORIAL.md" \
        >"$BATS_TEST_TMPDIR/wrong.md"
    tutorial "$BATS_TEST_TMPDIR/wrong.md"
    [ "$status" -eq 1 ]
    [[ $output == *"--- but it is:"* ]]
}
