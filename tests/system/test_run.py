# SPDX-License-Identifier: GPL-2.0-only
"""The steps of 'make run', each as a test, on one machine; then what else can
be asked of that machine."""
import re
import time

import devices as dev
import pytest
import steps
import xen
from base import step
from conftest import LONG
from guests import HOLE
from machine import Machine
from steps import expect


@pytest.fixture(scope="module")
def w():
    machine = Machine("check", xen.build())
    yield steps.World(machine)
    machine.stop()


@pytest.mark.parametrize("name,function", steps.STEPS, ids=[n for n, _ in steps.STEPS])
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


def test_no_leak(w, note):
    """Guests created and destroyed again and again leave nothing behind"""
    def cycle():
        w.edu.destroy()
        w.edu.create()

    def settle(want):
        # The last page goes when the last reference does: give it a moment.
        for _ in range(50):
            if free_memory(w.m) >= want:
                break
            time.sleep(0.1)
        return free_memory(w.m)
    cycle()                              # the first one fills caches of Xen
    time.sleep(1)
    before = free_memory(w.m)
    rounds = 40 if LONG else 5
    with step("create and destroy") as s:
        for i in range(rounds):
            s.show(f"{i + 1} of {rounds}")
            cycle()
    after = settle(before)
    w.edu.ready()
    expect(after >= before, f"{before - after} MiB of {before} MiB are gone after {rounds} rounds.", w.m.dom0("xl list; xl info"))
    expect("(null)" not in w.m.dom0("xl list"), "A domain stays as a zombie.", w.m.dom0("xl list"))
    steps.edu_round_trip(w.edu)
    steps.xl_smmu(w)
    note(f"{rounds} rounds, free memory {before} MiB before and {after} MiB after")
