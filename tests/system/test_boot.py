# SPDX-License-Identifier: GPL-2.0-only
"""What the driver makes of hardware and command lines it is not made for."""
import re

import devices as dev
import xen
from base import step
from machine import Machine
from steps import expect, World, edu_round_trip, edu_guest


def ours(m):
    return [x for x in m.console().splitlines() if re.search(r"\(XEN\).*smmu", x, re.I)]


def test_no_stage_2(power, note):
    """An SMMU without stage 2 is refused, naming register and value, and dom0 comes up"""
    m = power(Machine("stage1", xen.build(), stage="1"))
    expect("Domain-0" in m.dom0("xl list"), "dom0 has no toolstack.")
    line = next((x for x in ours(m) if re.search(r"IDR0\b.*0x[0-9a-f]+|0x[0-9a-f]+.*IDR0\b", x)), None)
    expect(line, "The log names no register and value.", "\n".join(ours(m)))
    text = m.dom0("xl smmu list; true")
    note(line.strip() + "; xl smmu list: " + text.strip().splitlines()[0])


def test_off(power, note):
    """smmu=off on Xen's command line turns the driver off, and dom0 comes up"""
    m = power(Machine("off", xen.build(), xen_args="smmu=off"))
    expect("Domain-0" in m.dom0("xl list"), "dom0 has no toolstack.")
    text = m.dom0("xl smmu list", check=False)
    expect("smmuv3@" not in text, "xl smmu list shows an SMMU with the driver off.", text)
    # Not protected means not assigned.
    g = edu_guest(m)
    m.dom0(f"xl create -q /host/{g.name}.cfg", check=False)
    expect(m.status != 0, "A device was assigned although nothing protects the machine from it.", "\n".join(ours(m)))
    note("; ".join(x.strip() for x in ours(m)[:2]))


def test_nested(power, note):
    """QEMU's nested SMMU (both stages) serves as well"""
    m = power(Machine("nested", xen.build(), stage="nested"))
    w = World(m)
    w.edu = edu_guest(m).create()
    with step("guest") as s:
        w.edu.ready(s.show)
    edu_round_trip(w.edu)
    note("round trip of 4096 bytes, equal")


def test_sid_twice(power, note):
    """A stream ID claimed by two devices is refused, naming both"""
    twin = dev.EDU_B.host_node(sid=dev.EDU_A.sid)
    fragment = f"/delete-node/ &{{{dev.EDU_B.path}}};\n&{{/passthrough-devices}} {{\n{twin}}};\n"
    m = power(Machine("twice", xen.build(), fragment=fragment))
    one, two = edu_guest(m, "one", dev.EDU_A), edu_guest(m, "two", dev.EDU_B)
    one.create()
    m.dom0(f"xl create -q /host/{two.name}.cfg", check=False)
    expect(m.status != 0, "Two guests got devices with the same stream ID.", m.dom0("xl list"))
    line = next((x for x in ours(m) if dev.EDU_A.path in x and dev.EDU_B.path in x and f"{dev.EDU_A.sid:#x}" in x), None)
    expect(line, "No line of the log names both devices and the stream ID.", "\n".join(ours(m)))
    with step("guest") as s:
        one.ready(s.show)
    edu_round_trip(one)
    note(line.strip())
