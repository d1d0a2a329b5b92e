# xl smmu: tools/xl/xl_smmu.c becomes xen-smmu, arguments and all.  The rest
# of xl needs Xen underneath, and is tried in the system tests.
load common

setup() {
    XL=$BATS_TEST_TMPDIR/xl
    mkdir "$BATS_TEST_TMPDIR/src" "$BATS_TEST_TMPDIR/bin"
    echo 'int main_smmu(int argc, char **argv);' >"$BATS_TEST_TMPDIR/src/xl.h"
    # xl's main() calls a command with its own name as argv[0].
    cat >"$BATS_TEST_TMPDIR/src/main.c" <<'END'
#include <stdio.h>
#include "xl.h"
int main(int argc, char **argv)
{
    printf("before\n");
    return main_smmu(argc - 1, argv + 1);
}
END
    gcc -Wall -Werror -I"$BATS_TEST_TMPDIR/src" -o "$XL" \
        "$BATS_TEST_TMPDIR/src/main.c" \
        "$BATS_TEST_DIRNAME/../../tools/xl/xl_smmu.c"
}

@test "every argument arrives as it was, and the exit code comes back" {
    cat >"$BATS_TEST_TMPDIR/bin/xen-smmu" <<'END'
#!/bin/sh
printf '<%s>' "$@"
exit 64
END
    chmod +x "$BATS_TEST_TMPDIR/bin/xen-smmu"
    run env PATH="$BATS_TEST_TMPDIR/bin:$PATH" "$XL" smmu show "my dom" --json ""
    [ "$status" -eq 64 ]
    # What xl had printed before is not lost.
    [ "$output" = $'before\n<show><my dom><--json><>' ]
}

@test "xl smmu --from shows what xen-smmu shows" {
    ln -s "$ASAN" "$BATS_TEST_TMPDIR/bin/xen-smmu"
    run env PATH="$BATS_TEST_TMPDIR/bin:$PATH" "$XL" smmu \
        --from "$SNAPSHOTS/normal.json" devices
    [ "$status" -eq 0 ]
    [[ $output == *"/axi/gpu@fd4b0000"* ]]
}

@test "xen-smmu is not installed: the reason and the next step" {
    run --separate-stderr env PATH=/nonexistent "$XL" smmu list
    [ "$status" -eq 1 ]
    [[ $stderr == "xl: cannot run xen-smmu: No such file"* ]]
    [[ $stderr == *$'\n'"Next: Install xen-smmu in a directory of PATH"* ]]
}
