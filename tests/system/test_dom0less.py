# SPDX-License-Identifier: GPL-2.0-only
"""Guests that Xen itself starts from the host device tree, as ImageBuilder
lays it out: one with an edu as its power domain, a direct-mapped one with an
edu, and one whose SCMI server is turned off."""
import json
import re

import devices as dev
import pytest
import xen
from base import BUILD, OUT, sh, step
from guests import DTS, HOLE
from machine import MODULES, Machine
from steps import World, expect

STATIC = 0x80000000                   # the direct-mapped guest's memory, 256 MiB
SCMI = {dev.EDU_A: ("guest-scmi-edu.dts", "bus@10000000/edu@10000000"), dev.XHCI: ("guest-scmi-xhci.dts", "usb@10300000")}
GUESTS = (                            # device, scratch memory, program, more properties of its node
    (dev.EDU_A, 0x4D000000, "scmi-selftest", ""),
    (dev.EDU_B, STATIC + 0xD000000, "edu-selftest",
     f"direct-map; #xen,static-mem-address-cells = <2>; #xen,static-mem-size-cells = <2>;\n"
     f"\t\t\txen,static-mem = <0 {STATIC:#x} 0 0x10000000>;"),
    (dev.XHCI, 0x4D000000, "scmi-selftest", 'xen,sci_type = "none";'),
)


def partial_tree(d):
    """A guest's partial device tree: as xl takes it, and where each device is."""
    where = BUILD / "run" / "parts"
    where.mkdir(parents=True, exist_ok=True)
    dts = where / f"{d.node}.dts"
    more = f'xen,path = "{d.path}"; xen,reg = <0 {d.bar:#x} 0 {d.size:#x} 0 {d.bar:#x}>;'
    gic = "\tgic: gic { #interrupt-cells = <3>; interrupt-controller; phandle = <65000>; };\n"
    if d in SCMI:
        tree, node = SCMI[d]
        text = f"/include/ \"{tree}\"\n/ {{\n{gic}}};\n&{{/passthrough/{node}}} {{ {more} }};\n"
    else:
        text = (f"/ {{ #address-cells = <2>; #size-cells = <2>;\n{gic}"
                "\tpassthrough { compatible = \"simple-bus\"; ranges; #address-cells = <2>; #size-cells = <2>;\n"
                + d.guest_node(more) + "\t};\n};\n")
    dts.write_text("/dts-v1/;\n" + text)
    dtb = dts.with_suffix(".dtb")
    sh(["dtc", "-q", "-i", DTS, "-I", "dts", "-O", "dtb", "-o", dtb, dts], "dtc")
    return dtb


def layout():
    """(modules to load, device tree fragment)"""
    modules, text, at = [], [], MODULES
    for i, (d, scratch, program, more) in enumerate(GUESTS):
        parts = []
        for kind, f in (("kernel", OUT / "Image"), ("ramdisk", OUT / "guest.cpio.gz"), ("device-tree", partial_tree(d))):
            args = (f'bootargs = "console=ttyAMA0 rdinit=/init loglevel=4 mem=192M run={program} bar={d.bar:#x} '
                    f'scratch={scratch:#x}";') if kind == "kernel" else ""
            parts.append(f"\t\t\tmodule@{at:x} {{ compatible = \"multiboot,{kind}\", \"multiboot,module\";\n"
                         f"\t\t\t\treg = <0 {at:#x} 0 {f.stat().st_size:#x}>; {args} }};\n")
            modules.append((at, f))
            at += (f.stat().st_size + 0x3FFFFF) & ~0x1FFFFF
        text.append(f"\t\tdomU{i} {{ compatible = \"xen,domain\"; #address-cells = <2>; #size-cells = <2>;\n"
                    f"\t\t\tmemory = <0 {256 << 10}>; cpus = <1>; vpl011; {more}\n" + "".join(parts) + "\t\t};\n")
    return modules, "/ {\n\tchosen {\n" + "".join(text) + "\t};\n};\n"


@pytest.fixture(scope="module")
def w(power):
    import roots
    roots.kernel()
    roots.guest()
    modules, fragment = layout()
    return World(power(Machine("dom0less", xen.build(), modules=modules, fragment=fragment)))


@pytest.mark.parametrize("d", [dev.EDU_A, dev.EDU_B], ids=["power domain", "direct-mapped"])
def test_guest(w, note, d):
    """A dom0less guest's device reaches its memory and nothing else:"""
    with step(f"dom0less guest with {d.node}") as s:
        m = w.m.wait_console(rf"EDU-SELFTEST: {d.bar:#x} (\w+)", 120, s.show)
    expect(m[1] == "PASS", f"The self test of {d.node} failed.", "\n".join(w.m.console().splitlines()[-40:]))
    line = w.m.wait_console(rf"\(XEN\).*\bsid {d.sid:#x} WRITE ipa {HOLE:#x}: .*", 15)
    note(m[0] + "; " + line[0])


def test_power(w, note):
    """A dom0less guest drives its device's power by SCMI: off its DMA is aborted, on it works"""
    bar = dev.EDU_A.bar
    with step("dom0less guest's power domain") as s:
        m = w.m.wait_console(rf"SCMI-SELFTEST: {bar:#x} off: (\w+)", 120, s.show)
        w.m.wait_console(rf"SCMI-SELFTEST: {bar:#x} active", 30, s.show)
    said = re.findall(rf"SCMI-SELFTEST: {bar:#x} (.*)", w.m.console())
    expect(said[0].strip() == "suspended" and m[1] == "blocked", "The device's DMA arrived although its power domain is off.", "\n".join(said))
    links = json.loads(w.m.dom0("xl smmu stats --json"))["links"]
    got = next(x for x in links if x["scmi_transitions"])
    expect(got["state"] == "live" and got["wakes"] >= 2, "The guest's link should be live, woken by it.", str(links))
    note("; ".join(x.strip() for x in said) + f"; d{got['domid']}: {got['scmi_transitions']} transitions")


def test_no_server(w, note):
    """xen,sci_type = "none": a dom0less guest whose tree names an SCMI server finds none, and stays awake"""
    bar = dev.XHCI.bar
    with step("dom0less guest without a server") as s:
        m = w.m.wait_console(rf"SCMI-SELFTEST: {bar:#x} server: (\w+)", 120, s.show)
    expect(m[1] == "none", "The guest found a server that is turned off.")
    devices = json.loads(w.m.dom0("xl smmu devices --json"))["devices"]
    owner = next(d["domid"] for d in devices if d["path"] == dev.XHCI.path)
    got = next(x for x in json.loads(w.m.dom0("xl smmu stats --json"))["links"] if x["domid"] == owner)
    expect(got["state"] == "live" and not got["scmi_transitions"], "The guest should be awake, without a transition.", str(got))
    note(f"{m[0]}; d{owner}: live, {got['scmi_calls']} calls")
