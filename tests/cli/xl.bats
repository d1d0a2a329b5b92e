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

# arm_sci of an xl.cfg: xl_scmi.c with stand-ins for libxlutil and libxenctrl.
# scmi CFG-VALUE ERRNO REASON: parse, then what happens before the start.
scmi() {
    cat >"$BATS_TEST_TMPDIR/src/scmi-main.c" <<'END'
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>
#include <public/xen-smmu.h>
#include "xl_scmi.h"
static char **args;
int xlu_cfg_get_string(const XLU_Config *config, const char *name,
                       const char **value, int dont_warn)
{
    if (strcmp(name, "arm_sci"))
        abort();
    *value = args[1];
    return strcmp(args[1], "absent") ? 0 : ESRCH;
}
xc_interface *xc_interface_open(xentoollog_logger *a, xentoollog_logger *b,
                                unsigned flags)
{
    errno = EACCES;
    return strcmp(args[2], "no-privcmd") ? (xc_interface *)args : NULL;
}
int xc_interface_close(xc_interface *xch) { puts("closed"); return 0; }
int xc_sysctl(xc_interface *xch, struct xen_sysctl *sysctl)
{
    struct xen_smmu_op *op = (void *)&sysctl->u;

    printf("cmd %#x op %u abi %#x domid %u scmi %u pads %u\n", sysctl->cmd,
           op->op, op->abi, op->u.scmi.domid, op->u.scmi.scmi,
           op->pad | op->reason | op->u.scmi.pad | op->u.scmi.pad2 |
           op->u.scmi.devices);
    op->reason = atoi(args[3]);
    errno = atoi(args[2]);
    return errno ? -1 : 0;
}
int main(int argc, char **argv)
{
    int rc;

    args = argv;
    scmi_parse(NULL);
    puts("parsed");
    rc = scmi_before_start(7);
    puts(rc ? "not started" : "started");
    return rc != 0;
}
END
    here=$BATS_TEST_DIRNAME/../..
    gcc -Wall -Wextra -Wno-unused-parameter -Werror -I"$here/include" \
        -I"$here/tools/xl" -o "$BATS_TEST_TMPDIR/scmi" \
        "$BATS_TEST_TMPDIR/src/scmi-main.c" "$here/tools/xl/xl_scmi.c"
    run --separate-stderr "$BATS_TEST_TMPDIR/scmi" "$@"
}

@test "arm_sci: a guest that does not ask is started without a word" {
    scmi absent 0 0
    [ "$status" -eq 0 ]
    [ "$output" = $'parsed\nstarted' ]
}

@test "arm_sci = \"type=none\": the hypervisor is told before the start" {
    scmi type=none 0 0
    [ "$status" -eq 0 ]
    [ "${lines[1]}" = "cmd 0x534d0001 op 7 abi 0x10003 domid 7 scmi 1 pads 0" ]
    [ "${lines[2]}" = closed ]
    [ "${lines[3]}" = started ]
    # One without the operation has no server either.
    scmi type=none 38 2
    [ "$status" -eq 0 ]
    scmi type=none 95 0
    [ "$status" -eq 0 ]
}

@test "arm_sci: what cannot be turned off is not started, and says why" {
    scmi type=none 3 10
    [ "$status" -eq 1 ]
    [[ $output == *"not started" ]]
    [[ $stderr == "xl: cannot turn the SCMI server of domain 7 off"*"so it is not started: Xen could not allocate memory."* ]]
    [[ $stderr == *$'\n'"Next: Free memory"* ]]
    scmi type=none 13 0
    [ "$status" -eq 1 ]
    [[ $stderr == *"Permission denied."*"Next: See 'xl dmesg'"* ]]
    scmi type=none no-privcmd 0
    [ "$status" -eq 1 ]
    [[ $stderr == *"Permission denied."* ]]
}

@test "arm_sci: another value is refused before anything is built" {
    for bad in type=scmi_smc none "" "type=none,"; do
        scmi "$bad" 0 0
        [ "$status" -eq 1 ]
        [ -z "$output" ]
        [[ $stderr == *"arm_sci=\"$bad\" is not known."*"Next: Say arm_sci="* ]]
    done
}
