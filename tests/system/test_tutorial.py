# SPDX-License-Identifier: GPL-2.0-only
"""tools/TUTORIAL.md, typed from its first line to its last."""
import os
import re
import shutil
import sys
import time

import boards
import devices as dev
import pytest
from base import PATIENCE, TOP
from guests import Guest
from scmi_steps import disk_guest, usb_guest
from steps import expect

sys.path.insert(0, str(TOP / "tests/cli"))
import tutorial

TEXT = (TOP / "tools/TUTORIAL.md").read_text()


@pytest.fixture(scope="module")
def w(world):
    return world("tutorial")


def pattern(wanted):
    """Numbers are other ones on another day, and columns as wide as they are; a line of dots is any number of lines."""
    rx = ""
    for line in wanted.splitlines():
        if line == "...":
            rx += r"(?:.*\n)*"
            continue
        words = [re.sub(r"\d+", r"\\d+", re.escape(x)) for x in line.split()]
        rx += r"[ \t]*" + r"[ \t]+".join(words) + r"[ \t]*\n"
    return re.compile(rx + r"\Z")


def test_board():
    """dts/board-qemu.dts has the devices that the emulated machine has"""
    text = (TOP / "dts/board-qemu.dts").read_text()
    for d in dev.ALL:
        node = re.search(rf"\b{d.node} {{(.*?)}};", text, re.S)
        expect(node, f"{d.node} is not there.")
        for want in (f'"{d.compatible}"', f"<0 {d.bar:#x} 0 {d.size:#x}>", f"<0 {d.spi} 4>", f"<&smmu {d.sid:#x}>"):
            expect(want in node[1], f"{d.node} has no {want}.", node[0])
    expect(len(re.findall("iommus", text)) == len(dev.ALL), "It has other devices, too.")


def follow(w):
    """What stands after dom0# and guest#, in its order."""
    where, guest, seen = "/", None, 0
    for prompt, line, wanted in tutorial.commands(TEXT):
        if prompt == "$":
            continue
        if prompt == "guest#" and not guest:
            guest = Guest.running(w.m, "tutor").ready(w.progress)
        if prompt == "dom0#" and line.startswith("cd "):
            where = line[3:].strip()
            continue
        rx, end = pattern(wanted), time.monotonic() + 120 * PATIENCE
        while True:
            if prompt == "dom0#":        # doctor has something to say, so its status is no failure
                got = w.m.dom0(f"cd {where}; {line.strip()}", 120, check="doctor" not in line)
            else:
                got = guest.run(line.strip(), 120).strip("\n")
                got += "\n" if got else ""
            if rx.match(got) or time.monotonic() > end or "xl smmu" not in line:
                break
            time.sleep(1)
        expect(rx.match(got), f"'{prompt} {line.strip()}' says something else than the tutorial.", f"{wanted}--- but it is:\n{got}")
        seen += 1
    return seen


def test_tutorial(w, tmp_path, note):
    """The tutorial, as a newcomer types it:"""
    tool = boards.tool()
    (tmp_path / "dts").symlink_to(TOP / "dts")
    os.environ["PATH"] = f"{tool.parent}:{os.environ['PATH']}"
    results = tutorial.offline(TEXT, tmp_path)
    for line, wanted, got in results:
        expect(wanted == got, f"'$ {line.strip()}' says something else than the tutorial.", f"{wanted}--- but it is:\n{got}")
    for f in ("guest.cfg", "tutor.dtb"):
        shutil.copy(tmp_path / "build/tutorial/tutor" / f, w.m.host)
    for g in (disk_guest(w.m), usb_guest(w.m)):       # what `make run` leaves there
        g.create()
    note(f"{len(results)} commands before, {follow(w)} on the machine")
