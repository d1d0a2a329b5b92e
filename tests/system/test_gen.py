# SPDX-License-Identifier: GPL-2.0-only
"""A guest out of what `xen-smmu gen` writes, from the host's tree that Xen
boots: an unmodified kernel finds its devices, and puts one to sleep."""
import subprocess

import boards
import devices as dev
import pytest
from base import sh
from guests import Guest
from scmi_steps import EXT4, disk_power
from steps import expect

DEVICES = (dev.EDU_B, dev.AHCI)


@pytest.fixture(scope="module")
def w(world):
    return world("gen")


def generate(w):
    """(partial tree, lines for xl.cfg)"""
    out, host = w.m.dir / "gen", w.m.dir / "host.dtb"
    tool = boards.tool()
    sh([tool, "gen", "--host-dtb", host, "--out", out, "--name", "disk", *(x for d in DEVICES for x in ("--device", d.path))], "gen")
    sh(["dtc", "-I", "dts", "-O", "dtb", "-o", out / "disk.dtb", out / "disk.dts"], "gen-dtc")
    r = subprocess.run([tool, "check", "--host-dtb", host, "--config", out / "disk.cfg"], capture_output=True, text=True)
    expect(r.returncode == 0 and "0 faults, 0 warnings" in r.stdout, "What gen wrote does not pass check.", r.stdout + r.stderr)
    lines = (out / "disk.cfg").read_text()
    return out / "disk.dts", lines.replace('device_tree = "disk.dtb"', "")


def test_guest(w, note):
    """A guest with a generated partial tree and generated xl.cfg lines finds its disk, and sleeps when it lets go of it:"""
    tree, lines = generate(w)
    w.disk = Guest(w.m, "disk", DEVICES, ["ahci_platform", *EXT4], tree=tree, more=lines).create().ready()
    cfg = (w.m.host / "disk.cfg").read_text()
    expect(cfg.count("\ndtdev = [") == 2, "The generated lines are not in xl.cfg.", cfg)     # the later ones count
    expect("SCMI Protocol" in w.disk.run("dmesg | grep 'arm-scmi.*SCMI Protocol'"), "The guest found no SCMI server.")
    text = w.disk.run("disk-test", 120)
    states = [disk_power(w, x)["state"] for x in ("unbind", "bind")]
    expect(states == ["dormant", "live"], f"The guest's devices are {states}.")
    w.disk.run("disk-test", 120)
    note(f"{text.strip().splitlines()[-1]}; {', '.join(states)}")
