# SPDX-License-Identifier: GPL-2.0-only
"""Guests that Xen itself starts from the host device tree, as ImageBuilder
lays it out: one with an edu as its power domain, a direct-mapped one with an
edu, and one whose SCMI server is turned off."""
import json
import re

import devices as dev
import pytest
import xen
from base import BUILD, OUT, step
from guests import HOLE, compiled, generate
from machine import MODULES, Machine
from steps import World, expect

STATIC = 0x80000000                   # the direct-mapped guest's memory, 256 MiB
GUESTS = (                            # device, scratch memory, program, its partial tree, more properties of its node
    (dev.EDU_A, 0x4D000000, "scmi-selftest", True, "guest-pm-bus.dtsi", ""),
    (dev.EDU_B, STATIC + 0xD000000, "edu-selftest", False, None,
     f"direct-map; #xen,static-mem-address-cells = <2>; #xen,static-mem-size-cells = <2>;\n"
     f"\t\t\txen,static-mem = <0 {STATIC:#x} 0 0x10000000>;"),
    (dev.XHCI, 0x4D000000, "scmi-selftest", True, None, 'xen,sci_type = "none";'),
)


def partial_tree(board, d, scmi, add):
    """A guest's partial device tree: what `xen-smmu gen` writes is for xl and for Xen."""
    where = BUILD / "run" / "parts"
    where.mkdir(parents=True, exist_ok=True)
    tree, _ = generate(board, where, d.name, [d], scmi)
    return compiled(tree, add, where / f"{d.node}.dtb")


def layout(board):
    """(modules to load, device tree fragment)"""
    modules, text, at = [], [], MODULES
    for i, (d, scratch, program, scmi, add, more) in enumerate(GUESTS):
        parts = []
        for kind, f in (("kernel", OUT / "Image"), ("ramdisk", OUT / "guest.cpio.gz"), ("device-tree", partial_tree(board, d, scmi, add))):
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
    image = xen.build()
    roots.dom0()
    modules, fragment = layout(Machine("parts", image).board())
    return World(power(Machine("dom0less", image, modules=modules, fragment=fragment)))


@pytest.mark.parametrize("d", [dev.EDU_A, dev.EDU_B], ids=["power domain", "direct-mapped"])
def test_guest(w, note, d):
    """A dom0less guest's device reaches its memory and nothing else:"""
    with step(f"dom0less guest with {d.node}") as s:
        m = w.m.wait_console(rf"EDU-SELFTEST: {d.bar:#x} (\w+)", 300, s.show)
    expect(m[1] == "PASS", f"The self test of {d.node} failed.", "\n".join(w.m.console().splitlines()[-40:]))
    line = w.m.wait_console(rf"\(XEN\).*\bsid {d.sid:#x} WRITE ipa {HOLE:#x}: .*", 15)
    note(m[0] + "; " + line[0])


def test_power(w, note):
    """A dom0less guest drives its device's power by SCMI: off its DMA is aborted, on it works"""
    bar = dev.EDU_A.bar
    with step("dom0less guest's power domain") as s:
        m = w.m.wait_console(rf"SCMI-SELFTEST: {bar:#x} off: (\w+)", 300, s.show)
        w.m.wait_console(rf"SCMI-SELFTEST: {bar:#x} active", 120, s.show)
    said = [x.strip() for x in re.findall(rf"SCMI-SELFTEST: {bar:#x} (.*)", w.m.console())]
    expect("suspended" in said and m[1] == "blocked", "The device's DMA arrived although its power domain is off.", "\n".join(said))
    links = json.loads(w.m.dom0("xl smmu stats --json"))["links"]
    got = next(x for x in links if x["scmi_transitions"])
    expect(got["state"] == "live" and got["wakes"] >= 2, "The guest's link should be live, woken by it.", str(links))
    note("; ".join(said) + f"; d{got['domid']}: {got['scmi_transitions']} transitions")


def test_no_server(w, note):
    """xen,sci_type = "none": a dom0less guest whose tree names an SCMI server finds none, and stays awake"""
    bar = dev.XHCI.bar
    with step("dom0less guest without a server") as s:
        m = w.m.wait_console(rf"SCMI-SELFTEST: {bar:#x} server: (\w+)", 300, s.show)
    expect(m[1] == "none", "The guest found a server that is turned off.")
    devices = json.loads(w.m.dom0("xl smmu devices --json"))["devices"]
    owner = next(d["domid"] for d in devices if d["path"] == dev.XHCI.path)
    got = next(x for x in json.loads(w.m.dom0("xl smmu stats --json"))["links"] if x["domid"] == owner)
    expect(got["state"] == "live" and not got["scmi_transitions"], "The guest should be awake, without a transition.", str(got))
    note(f"{m[0]}; d{owner}: live, {got['scmi_calls']} calls")
