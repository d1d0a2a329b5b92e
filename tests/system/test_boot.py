# SPDX-License-Identifier: GPL-2.0-only
"""What the driver makes of hardware and command lines it is not made for."""
import re

import xen
from machine import Machine
from steps import edu_guest, expect


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
