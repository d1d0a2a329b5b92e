# SPDX-License-Identifier: GPL-2.0-only
"""The steps of 'make run', each as a test, on one machine; then what else can
be asked of that machine."""
import re
import time
from dataclasses import replace

import devices as dev
import pytest
import steps
import run
import xen
from base import step, until
from conftest import LONG
from guests import HOLE, Guest
from machine import Machine
from steps import expect


# One more device in the host device tree, with edu A's stream ID.
TWIN = replace(dev.EDU_A, name="twin", slot=4, bar=0x10400000)
TWIN_NODE = f"&{{/passthrough-devices}} {{\n{TWIN.host_node(sid=dev.EDU_A.sid)}}};\n"


@pytest.fixture(scope="module")
def w():
    machine = Machine("check", xen.build(), fragment=TWIN_NODE)
    world = steps.World(machine)
    world.cycles = 10000 if LONG else 1000
    yield world
    machine.stop()


# State loss has a machine of its own, which test_pm.py has, too; SCMI guests
# take the place of the others, in test_scmi.py.
STEPS = [(n, f) for n, f in run.STEPS if n != "state-loss-survived" and not n.startswith("scmi-")]


@pytest.mark.parametrize("name,function", STEPS, ids=[n for n, _ in STEPS])
def test_step(w, note, name, function):
    """make run"""
    with step(name) as s:
        w.progress = s.show
        note(function(w))


def test_flood(w, note):
    """A flood of faults is logged a few lines a second, and the dropped ones are counted"""
    mark = w.m.mark()
    count = 40
    w.edu.edu(f"flood,{HOLE:#x},{count}", seconds=60)
    text = w.m.dom0("xl smmu devices --json")
    device = next(d for d in steps.json.loads(text)["devices"] if d["path"] == dev.EDU_A.path)
    lines = len(re.findall(rf"\bsid {dev.EDU_A.sid:#x} READ ipa", w.m.console(mark)))
    faults, dropped = device["faults"], device["faults_dropped"]
    expect(dropped > 0, "No fault was dropped, or none was counted.", text)
    expect(faults >= count, "Fewer faults were counted than happened.", text)
    expect(0 < lines < count, f"{lines} lines were logged for {count} faults.")
    note(f"{lines} lines for {count} DMAs; {faults} faults counted, {dropped} of them not logged")


def test_sid_twice(w, note):
    """A stream ID claimed by two devices is refused, naming both"""
    g = Guest(w.m, "twin", [TWIN], refused=True)
    w.m.dom0(f"xl create -q /host/{g.name}.cfg", check=False)
    expect(w.m.status != 0, "Two guests got devices with the same stream ID.", w.m.dom0("xl list"))
    line = re.search(rf"\(XEN\).*{TWIN.path}.*\b{dev.EDU_A.sid:#x}\b.*{dev.EDU_A.path}.*", w.m.console())
    expect(line, "No line of the log names both devices and the stream ID.", w.m.console()[-2000:])
    steps.edu_round_trip(w.edu)
    note(line[0])


def test_debug_key(w, note):
    """xl debug-keys shows the driver's state"""
    text = w.m.dom0("xl debug-keys h; usleep 300000; xl dmesg | tail -n 80")
    m = re.search(r"key '(.)' .*smmu.*", text, re.I)
    expect(m, "No debug key of the driver is listed.", text)
    mark = w.m.mark()
    w.m.dom0(f"xl debug-keys {m[1]}")
    w.m.wait_console("smmuv3@9050000", 10, since=mark)
    time.sleep(0.5)
    text = w.m.console(mark)
    for word in (dev.EDU_A.path, dev.AHCI.path, f"d{w.edu.id}", f"d{w.disk.id}"):
        expect(word in text, f"The dump of key '{m[1]}' does not name {word}.", text)
    note(f"key '{m[1]}': {len(text.splitlines())} lines")


def free_memory(m):
    return int(re.search(r"free_memory\s*:\s*(\d+)", m.dom0("xl info"))[1])


def at_rest(w, domains):
    """Free memory once so many domains are left and their links with them:
    a destroyed domain goes when its last reference does."""
    def resting():
        text = w.m.dom0("xl list; xen-smmu list --json")
        links = steps.json.loads(text[text.index("{"):])["units"][0]["links"]
        return len(re.findall(r"^\S+ +\d+ ", text, re.M)) == domains and links == domains - 1
    expect(until(resting), f"There should be {domains} domains, each but dom0 with one link.", w.m.dom0("xl list; xen-smmu list"))
    return free_memory(w.m)


def test_no_leak(w, note):
    """Guests and domains created and destroyed again and again leave nothing behind"""
    w.edu.destroy()
    w.m.dom0(f"cycle-domains 20 {dev.EDU_A.path}")      # fills what Xen keeps
    before = at_rest(w, 2)
    guests, domains = (40, 10000) if LONG else (3, 1000)
    with step("create and destroy") as s:
        for i in range(guests):
            s.show(f"guest {i + 1} of {guests}")
            w.edu.create()
            w.edu.destroy()
        s.show(f"{domains} domains without memory")
        w.m.dom0(f"cycle-domains {domains} {dev.EDU_A.path}", 600)
    after = at_rest(w, 2)
    expect(after >= before, f"{before - after} MiB of {before} MiB are gone.", w.m.dom0("xl info"))
    w.edu.create().ready()
    steps.edu_round_trip(w.edu)
    steps.xl_smmu(w)
    note(f"{guests} guests, {domains} domains: free memory {before} MiB before and {after} MiB after")
