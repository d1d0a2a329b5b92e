# gen: what it writes compiles without a warning, passes check, or is not there.
load common

TREES=$BATS_TEST_DIRNAME/trees

setup() {
    cd "$(mktemp -d "$BATS_TEST_TMPDIR/XXXXXX")"
    dtc -q -I dts -O dtb -o host.dtb "$TREES/host.dts"
}

gen() {
    smmu gen --host-dtb host.dtb -o out "$@"
}

# dtc, and not a word from it.
compiles() {
    local said

    said=$(dtc -I dts -O dtb -o "$2" "$1" 2>&1)
    [ -z "$said" ] || { echo "$said"; return 1; }
}

# whole NAME: compile all of it, apply the overlay.
whole() {
    compiles "out/$1-host.dtso" "$1-host.dtbo"
    compiles "out/$1.dts" "out/$1.dtb"
    fdtoverlay -i host.dtb -o new.dtb "$1-host.dtbo"
}

# No finding, and this many devices.
passes() {
    expect 0
    output_lacks "fault "
    output_lacks "warning "
    output_has "$1 devices to be given away"
}

@test "gen: for xl, and for a guest that Xen starts" {
    gen --device /soc/usb@30000 --device /soc/ethernet@0 --name domD
    expect 0
    output_has "wrote out/domD.cfg"
    output_has "Next: "
    whole domD
    smmu check --host-dtb new.dtb --config out/domD.cfg
    passes 3
    smmu check --host-dtb new.dtb --guest-dtb out/domD.dtb
    passes 3
    # usb was dom0's, and without the overlay still is.
    smmu check --host-dtb host.dtb --config out/domD.cfg
    expect 3
    output_has "NOT_RESERVED"
    grep -q '^DT_OVERLAY\[0\]="domD-host.dtbo"$' out/domD.imagebuilder
    grep -q '^DOMU_PASSTHROUGH_DTB\[0\]="domD.dtb"$' out/domD.imagebuilder
}

@test "gen: devices without an option before each, and the long way" {
    gen /soc/usb@30000 /soc/ethernet@0 --name domD
    expect 0
    before=$(cat out/*)
    rm -r out
    smmu gen --host-dtb host.dtb --output out --device /soc/usb@30000 \
        --name domD /soc/ethernet@0
    expect 0
    [ "$(cat out/*)" = "$before" ]
    smmu gen --host-dtb host.dtb -o out
    expect 64
    error_has "needs a host and a device"
    # Without a directory they go here.
    smmu gen --host-dtb host.dtb /soc/usb@30000 /soc/ethernet@0 --name domD
    expect 0
    output_has "wrote ./domD.cfg"
    [ "$(cat domD*)" = "$before" ]
}

@test "gen: for a guest without SCMI" {
    gen /soc/usb@30000 /soc/ethernet@0 --name domD
    sed '/power-domains/d; /Power: /,/^\t\t};$/d' out/domD.dts | cat -s >wanted
    rm -r out
    gen /soc/usb@30000 /soc/ethernet@0 --name domD --no-scmi
    expect 0
    diff wanted <(cat -s out/domD.dts)
    ! grep -q power out/domD.dts
    ! grep -q power-domains out/domD.cfg
    whole domD
    smmu check new.dtb out/domD.cfg
    passes 3
}

@test "gen: power domains, registers, interrupts are those of the devices" {
    gen --device /soc/gpu@10000 --device /soc/ethernet@0
    expect 0
    whole guest
    # number in dtdev, xen,path: each device's own.
    python3 - <<'END'
import re
text = open("out/guest.dts").read()
for order, path in enumerate(("/soc/gpu@10000", "/soc/ethernet@0")):
    node = re.search(rf'xen,path = "{path}".*?\}};', text, re.S)[0]
    assert f"power-domains = <&power {order}>" in node, node
config = open("out/guest.cfg").read()
assert re.search(r'gpu@10000.*ethernet@0', config, re.S), config
assert "irqs = [ 75, 72, 73 ]" in config, config
assert '"10000,1@10000"' in config and '"10010,10@10010"' in config, config
END
    grep -q 'arm,smc-id = <0x82000010>' out/guest.dts
    grep -q 'reg = <0 0x22001000 0 0x1000>' out/guest.dts
    grep -q 'dma-coherent' out/guest.dts
}

@test "gen: addresses that the guest's own things take are mapped elsewhere" {
    cat >more.dts <<'END'
/ { a@40000000 { compatible = "a"; reg = <0 0x40000800 0 0x100>; iommus = <&smmu 0x40>; };
    b@40001000 { compatible = "b"; reg = <0 0x40001000 0 0x800>; iommus = <&smmu 0x41>; };
    c@40001800 { compatible = "c"; reg = <0 0x40001800 0 0x1800>; iommus = <&smmu 0x42>; };
    d@22000000 { compatible = "d"; reg = <0 0x22000000 0 0x10000>; iommus = <&smmu 0x43>; };
    e@23000000 { compatible = "e"; reg = <0 0x23000000 0 0x10000>; iommus = <&smmu 0x44>; };
  };
END
    cat "$TREES/host.dts" more.dts | dtc -q -O dtb -o host.dtb
    gen --device /a@40000000 --device /b@40001000 --device /c@40001800 \
        --device /d@22000000 --device /e@23000000
    expect 0
    whole guest
    smmu check --host-dtb new.dtb --config out/guest.cfg
    expect 0
    output_lacks "ADDRESS"
    # The offset in the page stays, and a page that two share goes to one place.
    grep -qE 'a@[0-9a-f]+800 ' out/guest.dts
    [ "$(grep -c '@' <<<"$(grep '^    "[0-9a-f]*,' out/guest.cfg)")" -eq 4 ]
    grep -q '"40000,1@' out/guest.cfg
    grep -q '"40001,2@' out/guest.cfg
    # What is free stays in its place.
    grep -q '"23000,10@23000"' out/guest.cfg
    ! grep -q '"22000,10@22000"' out/guest.cfg
}

@test "gen: what names other nodes is for a human, what is text is taken over" {
    cat >more.dts <<'END'
&{/soc/gpu@10000} { clocks = <&cru 3>; clock-names = "core"; resets = <&cru 1>;
    operating-mode = "fast", "loose"; interrupt-names = "job"; big-endian;
    odd = "quote\"*/"; xen,odd; label = [ff fe fd fc]; };
END
    cat "$TREES/host.dts" more.dts | dtc -q -O dtb -o host.dtb
    gen --device /soc/gpu@10000
    expect 0
    whole guest
    text=$(<out/guest.dts)
    for line in 'operating-mode = "fast", "loose";' 'interrupt-names = "job";' \
                'big-endian;' "/\* the host's: clocks = <"; do
        grep -q -- "$line" <<<"$text" || { echo "no $line"; return 1; }
    done
    ! grep -qE 'clock-names|xen,odd|"quote|^[^*]*resets' <<<"$text"
}

@test "gen: a device that cannot be given away" {
    for device in "/pcie@20000000 PCIE_BRIDGE" "/soc/uart@5000 NO_IOMMUS"; do
        set -- $device
        gen --device "$1"
        expect 3
        error_has "cannot give away $1: $2: "
        [ ! -e out ]
    done
    for path in /soc/gpu /nothing soc "" /; do
        gen --device "$path"
        expect 1
        error_has "has no node"
    done
    for reg in '' 'reg = <0 0 0 0>;'; do
        echo "/ { f@0 { $reg iommus = <&smmu 0x45>; }; };" |
            cat "$TREES/host.dts" - | dtc -q -O dtb -o host.dtb
        gen --device /f@0
        expect 1
        error_has "has no registers"
    done
    gen --device /soc/gpu@10000 --device /soc/gpu@10000
    expect 64
    error_has "named twice"
    [ ! -e out ]
}

@test "gen: nothing is overwritten, nothing is written half" {
    gen --device /soc/gpu@10000
    expect 0
    before=$(cat out/*)
    gen --device /soc/ethernet@0
    expect 1
    error_has "is there already"
    [ "$(cat out/*)" = "$before" ]
    gen --device /soc/ethernet@0 --force
    expect 0
    [ "$(cat out/*)" != "$before" ]
    [ "$(ls -A out | wc -l)" -eq 4 ]

    # One of the four in the way: none of the others appears.
    for last in new-host.dtso new.dts new.cfg new.imagebuilder; do
        rm -rf out
        mkdir out
        echo mine >"out/$last"
        gen --device /soc/gpu@10000 --name new
        expect 1
        error_has "$last is there already"
        [ "$(ls -A out)" = "$last" ]
        [ "$(cat "out/$last")" = mine ]
    done
    # A directory that is none, or lies nowhere.
    for out in host.dtb /nonexistent/out /proc; do
        smmu gen --host-dtb host.dtb --out $out --device /soc/gpu@10000
        expect 1
        error_has "cannot "
    done
}

@test "gen: usage" {
    for missing in "--device /soc/gpu@10000 --out out" \
                   "--host-dtb host.dtb --out out"; do
        # shellcheck disable=SC2086
        smmu gen $missing
        expect 64
        error_has "'gen' needs"
    done
    for name in "" a/b ../x .x -x 'a"b' 'a b'; do
        gen --device /soc/gpu@10000 --name="$name"
        expect 64
        error_has "no name for files"
    done
    [ ! -e out ]
    gen --device /soc/gpu@10000 --json
    expect 0
    json_holds '.files | length == 4 and .[2] == "out/guest.cfg"'
}

@test "gen: names from a hostile tree reach no source" {
    python3 - <<'END'
data = open("host.dtb", "rb").read()
old = b"gpu@10000\0"
assert data.count(old) == 1
open("host.dtb", "wb").write(data.replace(old, b'g"{};@100\0'))
END
    gen --device '/soc/g"{};@100'
    expect 1
    error_has "has characters that no node's name has"
    [ ! -e out ]
}
