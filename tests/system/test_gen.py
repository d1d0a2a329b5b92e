# SPDX-License-Identifier: GPL-2.0-only
"""One guest with two devices, out of what `xen-smmu gen` writes from the
host's tree: an unmodified kernel finds them, and puts one to sleep."""
import devices as dev
import pytest
from guests import Guest
from scmi_steps import EXT4, disk_power
from steps import expect

DEVICES = (dev.EDU_B, dev.AHCI)


@pytest.fixture(scope="module")
def w(world):
    return world("gen")


def test_guest(w, note):
    """A guest with a generated partial tree and generated xl.cfg lines finds its disk, and sleeps when it lets go of it:"""
    w.disk = Guest(w.m, "disk", DEVICES, ["ahci_platform", *EXT4], scmi=True).create().ready()
    lines = (w.m.dir / "gen/disk.cfg").read_text().replace('"disk.dtb"', '"/host/disk.dtb"')
    expect(lines in (w.m.host / "disk.cfg").read_text(), "The generated lines are not in xl.cfg.", lines)
    expect("SCMI Protocol" in w.disk.run("dmesg | grep 'arm-scmi.*SCMI Protocol'"), "The guest found no SCMI server.")
    text = w.disk.run("disk-test", 120)
    states = [disk_power(w, x)["state"] for x in ("unbind", "bind")]
    expect(states == ["dormant", "live"], f"The guest's devices are {states}.")
    w.disk.run("disk-test", 120)
    note(f"{text.strip().splitlines()[-1]}; {', '.join(states)}")
