# check: each rule with a bad input; the trees in trees/ are the good ones.
load common

TREES=$BATS_TEST_DIRNAME/trees

# The good inputs, compiled, in a directory of their own.
good() {
    cd "$(mktemp -d "$BATS_TEST_TMPDIR/XXXXXX")"
    cp "$TREES"/host.dts "$TREES"/guest.dts "$TREES"/guest.cfg .
}

compile() {
    for tree in host guest; do
        dtc -q -I dts -O dtb -o $tree.dtb $tree.dts
    done
}

# edit FILE SED: it has to change something.
edit() {
    sed -E -i.before "$2" "$1"
    ! cmp -s "$1" "$1.before" || { echo "nothing changed in $1: $2"; return 1; }
}

# add FILE TEXT: to the root of a tree.
add() {
    printf '/ { %s };\n' "$2" >>"$1"
}

tokens() {
    tr -s ' \n' ' ' <<<"$output" | grep -oE ': (fault|warning) [A-Z_0-9]+:' |
        sort -u | tr -d ':' | sed 's/^ //'
}

# In the output, wherever its lines are broken.
sentence() {
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"$1"* ]] && return
    echo "not said: $1"
    echo "$output"
    return 1
}

# says STATUS "fault TOKEN"...: these findings and no other.
says() {
    local wanted

    expect "$1"
    shift
    wanted=$(printf '%s\n' "$@" | sort -u)
    [ "$(tokens)" = "$wanted" ] && return
    echo "wanted: $wanted"
    echo "$output"
    return 1
}

check() {
    compile
    smmu check --host-dtb host.dtb --config guest.cfg "$@"
}

# bad "fault TOKEN" EDIT...: the good inputs, edited, have this one finding.
bad() {
    local wanted=$1 status=3

    shift
    good
    while [ $# -gt 0 ]; do
        edit "$1" "$2"
        shift 2
    done
    [[ $wanted = fault* ]] || status=0
    check
    says $status "$wanted"
    output_has "Next: "
}

@test "check: what is right has no finding" {
    good
    check
    expect 0
    [ -z "$(tokens)" ]
    sentence "2 devices to be given away, 0 faults, 0 warnings."
    check --quiet
    [ -z "$output" ]
    check --json
    expect 0
    json_holds '.faults == 0 and .findings == [] and
                (.devices | length == 2) and (.iommus | length == 4) and
                ([.masters[] | select(.reason == null)] | length == 3)'
    # Each part alone is right, too.
    for part in "--host-dtb host.dtb" "--guest-dtb guest.dtb" \
                "--config guest.cfg"; do
        # shellcheck disable=SC2086
        smmu check $part
        expect 0
        [ -z "$(tokens)" ]
    done
}

@test "check: the device's node and its SMMU" {
    bad "fault NO_NODE" guest.cfg 's:/soc/gpu@10000:/soc/gpu:' \
        host.dts '/gpu@10000/,/};/s/xen,passthrough;//' \
        guest.cfg 's/, "10010,10@18000"//; s/, 75//' \
        guest.dts '/gpu@1/,/};/d'
    bad "fault NO_IOMMUS" host.dts '/gpu@10000/,/};/s/iommus = .*;//'
    bad "fault BAD_IOMMUS" host.dts '/gpu@10000/,/};/s/&smmu 0x20/0x77 0x20/'
    sentence "names phandle 0x77, which no node has"
    bad "fault BAD_IOMMUS" host.dts '/gpu@10000/,/};/s/&smmu 0x20/\&smmu/'
    sentence "ends in the middle"
    bad "fault BAD_IOMMUS" host.dts '/gpu@10000/,/};/s/&smmu 0x20/\&clk 0x20/'
    sentence "does not say how many cells follow"
    good
    edit host.dts '/gpu@10000/,/};/s/<&smmu 0x20>/<\&smmu 0x20>, <\&smmu2 0x20>/'
    check
    # That stream is the PCIe bridge's as well.
    says 3 "fault MANY_SMMUS" "warning BRIDGE_LOSES_DMA"
    bad "fault SMMU_NOT_DRIVEN" \
        host.dts '/gpu@10000/,/};/s/&smmu 0x20/\&cavium 0x20/'
    sentence "cavium,smmu-v2"
    # What calls itself an MMU-500, and is more than one, or not Arm's alone.
    bad "fault SMMU_NOT_DRIVEN" \
        host.dts '/gpu@10000/,/};/s/&smmu 0x20/\&mmu500 0x20/' \
        host.dts 's/"arm,mmu-500"/"qcom,sdm845-smmu-500", "arm,mmu-500"/'
    bad "fault SMMU_NOT_DRIVEN" \
        host.dts '/gpu@10000/,/};/s/&smmu 0x20/\&mmu500 0x20/' \
        host.dts 's/0x9200000 0 0x10000/&>, <0 0x9400000 0 0x10000/'
    bad "fault PCIE_BRIDGE" \
        host.dts '/pcie@2/s/$/ xen,passthrough;/; /msi-map/d' \
        guest.cfg 's:"/soc/gpu@10000":&, "/pcie@20000000":' \
        guest.dts '$s,$, / { passthrough { pcie@1 { reg = <1 0 0 0x10000000>; }; }; };,' \
        guest.cfg 's:"10010:"20000,10000@100000", &:'
}

@test "check: an SMMU that is not to be used, or wants other cells" {
    good
    edit host.dts '/smmu@9000000/s/$/ status = "disabled";/'
    check
    says 3 "fault SMMU_DISABLED"
    bad "fault SMMU_DISABLED" host.dts '/smmu@9000000/s/$/ xen,passthrough;/'
    bad "fault SMMU_REGISTERS" \
        host.dts 's/0x9100000 0 0x20000/0x9100000 0 0x10000/'
    sentence "smaller than the two pages"
    good
    edit host.dts '/^.smmu: /,/};/s/#iommu-cells = <1>/#iommu-cells = <2>/'
    edit host.dts 's/<&smmu 0x([1-3].)>/<\&smmu 0x\1 0>/g'
    check
    # The usb is dom0's, and would lose its DMA.
    says 3 "fault SMMU_CELLS" "warning DOM0_LOSES_DMA"
}

@test "check: an SMMUv2 takes one cell or two, and masks count" {
    to500='/gpu@10000/,/};/s/<&smmu 0x20>/'
    good
    edit host.dts "$to500<\\&mmu500 0x20>/"
    check
    says 0 ""
    good
    edit host.dts '/^.mmu500: /,/};/s/#iommu-cells = <1>/#iommu-cells = <3>/'
    edit host.dts "$to500<\\&mmu500 0x20 0 0>/"
    check
    says 3 "fault SMMU_CELLS"
    sentence "1, the stream ID, or 2, with a mask"

    # The usb's 0x43 is one of the gpu's 0x40 to 0x47, or not.
    two='/^.mmu500: /,/};/s/#iommu-cells = <1>/#iommu-cells = <2>/'
    for mask in 7 3; do
        good
        edit host.dts "$two"
        edit host.dts "$to500<\\&mmu500 0x40 $mask>/"
        edit host.dts '/usb@/,/};/s/<&smmu 0x30>/<\&mmu500 0x45 0>/'
        check
        [ $mask = 3 ] && says 0 "" ||
            says 3 "fault STREAM_SHARED" "warning DOM0_LOSES_DMA"
    done

    # Bits above the ID, for all of the unit's devices.
    for sid in 0x420 0x421; do
        good
        edit host.dts '/^.mmu500: /,/};/s/};/stream-match-mask = <0x7c00>; };/'
        edit host.dts "$to500<\\&mmu500 0x20>/"
        edit host.dts "/usb@/,/};/s/<&smmu 0x30>/<\\&mmu500 $sid>/"
        check
        [ $sid = 0x421 ] && says 0 "" ||
            says 3 "fault STREAM_SHARED" "warning DOM0_LOSES_DMA"
    done
}

@test "check: the old binding of SMMUv2, mmu-masters" {
    for sid in 0x45 0x40; do
        good
        edit host.dts '/gpu@10000/,/};/s/iommus = .*;/#stream-id-cells = <2>;/'
        edit host.dts 's/^(.)gpu@10000/\1gpu: gpu@10000/; s/(.)gpu@10000 \{/\1gpu: gpu@10000 {/'
        edit host.dts '/^.mmu500: /,/};/s/#iommu-cells = <1>/mmu-masters = <\&gpu 0x40 0x41>, <\&usb 0x50>/'
        edit host.dts "/usb@/,/};/s/iommus = .*;/#stream-id-cells = <1>;/"
        edit host.dts 's/(.)usb@30000 \{/\1usb: usb@30000 {/'
        edit host.dts "s/<&usb 0x50>/<\\&usb $sid>/"
        check
        [ $sid = 0x45 ] && says 0 "" ||
            says 3 "fault STREAM_SHARED" "warning DOM0_LOSES_DMA"
    done
}

@test "check: streams that two nodes have, devices that two guests have" {
    good
    edit host.dts '/usb@/,/};/s/0x30>/0x11>/'
    check
    says 3 "fault STREAM_SHARED" "warning DOM0_LOSES_DMA"
    output_has "/soc/usb@30000"
    bad "fault STREAM_SHARED" host.dts '/gpu@10000/,/};/s/0x20>/0x11>/'
    # A node that nobody uses takes no stream.
    good
    edit host.dts '/usb@/,/};/s/0x30>/0x11>; status = "disabled"/'
    check
    says 0 ""

    good
    cp guest.cfg other.cfg
    check --config other.cfg
    says 3 "fault ASSIGNED_TWICE"
    sentence "other.cfg: /soc/gpu@10000"
    # Two guests, a device each.
    edit guest.cfg 's:, "/soc/gpu@10000":: ; s/, "10010.*"//; s/, 75//'
    edit other.cfg 's:"/soc/ethernet@0", :: ; s/"10000,1", "10004,1", //; s/72, 73, //'
    cp guest.dts both.dts
    edit guest.dts '/gpu@1/,/};/d'
    compile
    cp guest.dtb one.dtb
    sed '/ethernet@1/,/};/d; s/&power 1/\&power 0/' both.dts >guest.dts
    compile
    smmu check --host-dtb host.dtb --config guest.cfg --config other.cfg \
        --guest-dtb one.dtb --guest-dtb guest.dtb
    says 0 ""
}

@test "check: reserved, disabled, registers, interrupts, pages, MSIs" {
    bad "fault NOT_RESERVED" host.dts '/gpu@10000/,/};/s/xen,passthrough;//'
    # What is above it may be reserved instead.
    good
    edit host.dts '/gpu@10000/,/};/s/xen,passthrough;//'
    edit host.dts '/^.soc /s/$/ xen,passthrough;/'
    check
    says 0 ""
    bad "warning DEVICE_DISABLED" \
        host.dts '/gpu@10000/s/$/ status = "disabled";/'
    bad "warning HOST_INTERRUPT" \
        host.dts '/gpu@10000/,/};/s/interrupts = .*/interrupts-extended = <\&gpio 1 2>, <\&gic 0 43 4>;/'
    sentence "leads to another interrupt controller"
    bad "warning PAGE_SHARED" host.dts 's/uart@5000/uart@4100/; s/<0x5000 0x100>/<0x4100 0x100>/'
    sentence "/soc/uart@4100 (0x10004100)"
    bad "warning MSI_THROUGH_SMMU" \
        host.dts '/gpu@10000/s/$/ msi-parent = <\&its 5>;/'
}

@test "check: registers that cannot be told" {
    for change in 's/<0x10000 0x10000>/<0x10000>/' \
                  's/<0x10000 0x10000>/<0x2000000 0x10000>/'; do
        good
        edit host.dts "$change"
        edit guest.cfg 's/, "10010,10@18000"//'
        edit guest.dts '/gpu@1/,/};/d'
        edit guest.cfg 's/, 75//'
        check
        says 3 "fault HOST_REG" "warning GUEST_NODE"
    done
}

@test "check: the SMMU's clocks and power, and what dom0 loses" {
    bad "warning SMMU_INTERRUPTS" host.dts '/interrupts = <0 74 1>/d'
    bad "warning SMMU_INTERRUPTS" \
        host.dts 's/interrupts = <0 74 1>/interrupts-extended = <\&gpio 1 1>/'
    bad "warning SMMU_CLOCKS" host.dts 's/clocks = <&clk>/clocks = <\&cru 7>/'
    bad "warning SMMU_POWER" host.dts 's/&xenpd 3/\&pmu 3/'
    # A channel that is not Xen's.
    bad "warning SMMU_POWER" host.dts '/xen,smmu-channel/d'
    for change in 's/clocks = <&clk>/clocks = <\&cru 7>/' 's/&xenpd 3/\&pmu 3/'; do
        good
        edit host.dts "$change"
        edit host.dts 's/console=hvc0/& clk_ignore_unused pd_ignore_unused/'
        check
        says 0 ""
    done
    bad "warning BRIDGE_LOSES_DMA" host.dts 's/<0x0 &smmu2 /<0x0 0x99 /'
    bad "warning BRIDGE_LOSES_DMA" host.dts 's/&smmu2 0x0 0x10000/\&smmu2 0x0/'
    good
    add host.dts 'pcie@70000000 { iommu-map = <0 &smmu2 0xff00 0x100>; };'
    check
    says 0 "warning BRIDGE_LOSES_DMA"
    output_has "/pcie@70000000"
    bad "warning BRIDGE_LOSES_DMA" \
        host.dts '/gpu@10000/,/};/s/&smmu 0x20/\&smmu2 0x20/'
    sentence "has stream ID 0x20, which goes to /soc/gpu@10000"
    # Within dom0 that is no loss.
    good
    edit host.dts '/usb@/,/};/s/&smmu 0x30/\&smmu2 0x30/'
    check
    says 0 ""
    bad "warning DOM0_LOSES_DMA" \
        host.dts '/usb@/,/};/s/<&smmu 0x30>/<\&smmu 0x30>, <\&mmu500 1>/'
    bad "warning UNPROTECTED" host.dts '/uart@/s/$/ xen,passthrough;/'
}

@test "check: the partial tree" {
    good
    edit guest.dts 's/passthrough \{/devices {/'
    check
    says 3 "fault NO_PASSTHROUGH"
    good
    edit guest.dts '/passthrough \{/,/shm:/s/ranges;//'
    compile
    smmu check --guest-dtb guest.dtb
    says 3 "fault GUEST_CELLS"
    good
    edit guest.dts 's/<0 0x10004000 0 0x100>/<0 0x10004000 0>/'
    compile
    smmu check --guest-dtb guest.dtb
    says 3 "fault GUEST_CELLS"
    good
    edit guest.dts '0,/#address-cells = <2>/s//#address-cells = <1>/; s/^(..)ranges;/\1ranges = <0 0 0 1 0>;/'
    compile
    smmu check --guest-dtb guest.dtb
    says 3 "fault GUEST_CELLS"
    bad "fault PHANDLE_TAKEN" guest.dts 's/ref: clock \{/& phandle = <65001>;/'
    bad "fault GUEST_DANGLING" guest.dts 's/clocks = <&ref>/clocks = <0x55>/'
    bad "fault GUEST_DANGLING" guest.dts '/gpu@1/s/$/ iommus = <65001 3>;/'
    # What stays behind.
    good
    edit guest.dts '/gpu@1/s/$/ memory-region = <\&far>;/'
    add guest.dts 'far: far { };'
    check
    says 3 "fault GUEST_DANGLING"
    sentence "outside of"
    bad "fault FORCED_UNSAFE" \
        guest.dts '/gpu@1/s/$/ xen,force-assign-without-iommu;/'
    bad "fault POWER_NUMBER" guest.dts 's/&power 1/\&power 0/'
    # A bus above the device may have the power domain in its place.
    good
    edit guest.dts '/gpu@1/,/};/s/power-domains.*//'
    edit guest.dts 's/(gpu@18000000 \{)/bus@18000000 { compatible = "simple-pm-bus"; power-domains = <\&power 1>; #address-cells = <2>; #size-cells = <2>; ranges; \1/'
    edit guest.dts '$s/\}/} ; }/'
    check
    says 0 ""
    edit guest.dts 's/&power 1/\&power 0/'
    check
    says 3 "fault POWER_NUMBER"
    sentence "/passthrough/bus@18000000: fault"
    bad "fault SCMI_OFF" guest.cfg '$s/$/; arm_sci = "type=none"/'
    bad "warning COHERENCY" guest.dts '/dma-coherent/d'
    bad "warning COHERENCY" guest.dts '/gpu@1/s/$/ dma-coherent;/'
    bad "warning GUEST_NODE" guest.dts '/gpu@1/,/};/d'
}

@test "check: the guest's addresses" {
    for at in 40000 5ff80 22001 3001 38000 39000 21000; do
        bad "fault ADDRESS_TAKEN" guest.cfg "s/@18000/@$at/" \
            guest.dts "s/0x18000000/0x${at}000/"
    done
    bad "warning ADDRESS_EXTENDED" guest.cfg "s/@18000/@60000/" \
        guest.dts "s/0x18000000/0x60000000/"
    # Guests that Xen itself builds are not told so.
    compile
    smmu check --guest-dtb guest.dtb
    says 0 ""
    for at in 23000 30000 100000; do
        good
        edit guest.cfg "s/@18000/@$at/"
        edit guest.dts "s/<0 0x18000000/<(0x${at}000 >> 32) (0x${at}000 \& 0xffffffff)/"
        check
        says 0 ""
    done
    # The addresses are those of Xen's own header.
    header=/usr/include/xen/arch-arm.h
    for area in VIRTIO_MMIO GICV3_GICD GICV3_GICR0 ACPI PL011 GNTTAB MAGIC \
                RAM0 RAM1; do
        base=$(sed -nE "s/#define GUEST_${area}_BASE +xen_mk_ullong\(0x0*([0-9a-f]+)\).*/\1/p" $header)
        [ -n "$base" ]
        grep -qiE "0x0*$base(ULL|\b)" "$BATS_TEST_DIRNAME/../../tools/xen-smmu/layout.c" ||
            { echo "GUEST_${area}_BASE is 0x$base"; return 1; }
    done
}

@test "check: xl.cfg" {
    good
    edit guest.cfg 's/^irqs/irq/'
    check
    says 3 "warning KEY_UNKNOWN" "fault IRQS_MISSING"
    good
    edit guest.cfg 's/^device_tree/devicetree/'
    check
    says 0 "warning KEY_UNKNOWN" "warning NO_GUEST_TREE"
    good
    edit guest.cfg 's/^(device_tree = )(.*)/\1[ \2 ]/'
    check
    says 3 "fault KEY_TYPE" "warning NO_GUEST_TREE"
    bad "warning NO_GUEST_TREE" guest.cfg 's/guest.dtb/other.dtb/'
    for entry in 10010 10010,x 10010,10@ 10010,0 10010,10@1g; do
        good
        edit guest.cfg "s/10010,10@18000/$entry/"
        check
        says 3 "fault IOMEM_SYNTAX" "fault IOMEM_MISSING" "warning GUEST_NODE"
    done
    bad "fault IOMEM_MISSING" guest.cfg 's/"10004,1", //'
    sentence "0x10004000 to 0x100040ff"
    bad "fault IOMEM_STRAY" guest.cfg 's/"10000,1"/&, "10005,1"/'
    sentence "/soc/uart@5000"
    bad "fault IOMEM_STRAY" guest.cfg 's/"10000,1"/&, "66000,1@1f000"/'
    sentence "belongs to nothing"
    for entry in 9999 0x4b 27 '"75 "' '"spi75"' ; do
        good
        edit guest.cfg "s/75/75, $entry/"
        check
        says 3 "fault IRQS_SYNTAX"
    done
    bad "fault IRQS_MISSING" guest.cfg 's/72, //'
    bad "fault IRQS_STRAY" guest.cfg 's/75/75, 74/'
}

@test "check: xl.cfg is read as xl reads it" {
    good
    cat >guest.cfg <<'END'
dtdev = [
    "/soc/ethernet@0",      # the first
    '/soc/gpu@1\x30000',
]
iomem = [ "0x10000,0x1", "10004,1" ]; iomem += [ "10010,10@18000" ]
irqs = [ 1 ]
irqs = [ "72", 73, 75, ]
device_tree = "guest."
device_tree += 'dtb'
END
    check
    says 0 ""
    # What it would refuse.
    while IFS= read -r text; do
        printf '# a\n%b' "$text" >guest.cfg
        check
        expect 1
        error_has "configuration guest.cfg, line 2: "
        [ -z "$output" ]
    done <<'END'
dtdev
dtdev =
= 3
3 = dtdev
dtdev = [ "a" "b" ]
dtdev = [ "a", "b"
dtdev = "a
dtdev = "a\\\\
dtdev = "a" "b"
dtdev = [ "a" ] b
dtdev = $a
dtdev = [ "a" ]; dtdev += "b"
END
    printf 'a = "\0"' >guest.cfg
    check
    expect 1
    error_has "it is no text"
    smmu check --config /nonexistent
    expect 1
    error_has "cannot open configuration /nonexistent"
    smmu check --config /
    expect 1
    error_has "cannot read configuration /"
}

@test "check: a guest of ImageBuilder's, by xen,path and xen,reg" {
    good
    edit guest.dts '/ethernet@1/s:$: xen,path = "/soc/ethernet@0"; xen,reg = <0 0x10000000 0 0x1000 0 0x10000000>, <0 0x10004000 0 0x1000 0 0x10004000>;:'
    edit guest.dts '/gpu@1/s:$: xen,path = "/soc/gpu@10000"; xen,reg = <0 0x10010000 0 0x10000 0 0x18000000>;:'
    compile
    smmu check --host-dtb host.dtb --guest-dtb guest.dtb
    says 0 ""
    sentence "2 devices to be given away"
    edit guest.dts 's/0 0x10000 0 0x18000000/0 0x8000 0 0x18000000/'
    edit guest.dts 's:/soc/ethernet@0:/soc/ethernet:'
    compile
    smmu check --host-dtb host.dtb --guest-dtb guest.dtb
    says 3 "fault NO_NODE" "fault IOMEM_MISSING"
}

@test "check: usage, and files that are no device tree" {
    good
    compile
    smmu check
    expect 64
    error_has "'check' has nothing to check"
    smmu check --host-dtb host.dtb --host-dtb host.dtb
    expect 64
    smmu list --host-dtb host.dtb
    expect 64
    error_has "'list' takes no option '--host-dtb'"
    smmu --from "$SNAPSHOTS/normal.json" check --host-dtb host.dtb
    expect 64

    for option in --host-dtb --guest-dtb; do
        smmu check $option /nonexistent
        expect 1
        error_has "cannot open"
        smmu check $option /
        expect 1
        error_has "cannot read"
        smmu check $option host.dts
        expect 1
        error_has "it is no device tree blob"
        smmu check $option /dev/null
        expect 1
        head -c 400 host.dtb >short.dtb
        smmu check $option short.dtb
        expect 1
        error_has "it is cut short"
        # totalsize, the second word: too large; and one that is too small.
        cp host.dtb odd.dtb
        printf '\x7f\xff\xff\xff' | dd of=odd.dtb bs=4 seek=1 conv=notrunc status=none
        smmu check $option odd.dtb
        expect 1
        error_has "2 MiB at most"
        printf '\x00\x00\x00\x50' | dd of=odd.dtb bs=4 seek=1 conv=notrunc status=none
        smmu check $option odd.dtb
        expect 1
        error_has "it is damaged"
    done
    printf '/dts-v1/; /plugin/; &{/} { a; };' | dtc -q -O dtb -o over.dtb
    smmu check --host-dtb over.dtb
    expect 1
    error_has "it is an overlay"
    { echo '/dts-v1/; / {'; printf 'a { %.0s' {1..70}; printf '}; %.0s' {1..70}
      echo '};'; } | dtc -q -O dtb -o deep.dtb
    smmu check --host-dtb deep.dtb
    expect 1
    error_has "more than 64 deep"
    # More than any machine has: refused, not computed on for hours.
    { echo '/dts-v1/; / { passthrough {'; printf 'd%d { };' {1..4100}
      echo '}; };'; } | dtc -q -O dtb -o many.dtb
    smmu check --guest-dtb many.dtb
    expect 1
    error_has "no partial tree has more than 4096"
    { echo '/dts-v1/; / {'
      printf 'd%d { iommus = <1 1>; xen,passthrough; };' {1..4100}
      echo '};'; } | dtc -q -O dtb -o many.dtb
    smmu check --host-dtb many.dtb
    expect 1
    error_has "no machine has more than 4096"
    # Bytes after the tree, as firmware leaves them, are no harm.
    head -c 5000 /dev/zero >>host.dtb
    smmu check --host-dtb host.dtb
    expect 0
}

@test "check: names from a tree cannot write to the terminal" {
    good
    printf '/dts-v1/; / { a { iommus = <7 7>; xen,passthrough; }; };' |
        dtc -q -O dtb -o odd.dtb
    # The name of the node: a, the only one that ends a node's token.
    python3 - <<'END'
data = open("odd.dtb", "rb").read()
assert data.count(b"\0\0\0\1a\0\0\0") == 1
open("odd.dtb", "wb").write(data.replace(b"\0\0\0\1a\0\0\0", b"\0\0\0\1\x1b\x9b\xff\0"))
END
    smmu check --host-dtb odd.dtb
    expect 3
    output_has "/???: fault BAD_IOMMUS"
    smmu check --json --host-dtb odd.dtb
    json_holds '.findings[0].path == "/???"'
}

@test "check: the guests' trees that are published have no finding" {
    cd "$(mktemp -d "$BATS_TEST_TMPDIR/XXXXXX")"
    count=0
    for tree in "$BATS_TEST_DIRNAME"/../../dts/guest-*.dts; do
        dtc -q -i "$BATS_TEST_DIRNAME/../../dts" -I dts -O dtb -o guest.dtb \
            "$tree"
        smmu check --guest-dtb guest.dtb
        says 0 ""
        count=$((count + 1))
    done
    [ $count -ge 2 ]
}

@test "check: every rule has a test here" {
    smmu explain --json
    for token in $(jq -r '.reasons[] | select(.from | startswith("check")) | .reason' \
                   <<<"$output"); do
        grep -qE "(fault|warning) $token\"" "$BATS_TEST_FILENAME" ||
            { echo "no test for $token"; return 1; }
    done
}

@test "check: files are what is in them, whatever order they come in" {
    good
    compile
    mv guest.dtb partial
    smmu check --json guest.cfg partial host.dtb
    expect 0
    json_holds '.host.file == "host.dtb" and (.devices | length == 2) and
                .findings == []'
    cp host.dtb second.dtb
    smmu check host.dtb second.dtb
    expect 64
    error_has "there is one host"
    smmu check nothing.cfg
    expect 1
    error_has "cannot read nothing.cfg: No such file"
    smmu check .
    expect 1
    error_has "cannot read .: Is a directory"
    head -c 100 host.dtb >short
    smmu check short
    expect 1
    error_has "device tree short: it is cut short"
    # Neither a blob nor a configuration: the parser of these says so.
    printf '\xd0\x0d\xfe' >three
    smmu check three
    [ "$status" -ne 0 ]
    [ -n "$stderr$output" ]
}
