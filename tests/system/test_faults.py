# SPDX-License-Identifier: GPL-2.0-only
"""An SMMU that does not answer: the test build counts syncs as lost."""
import json
import re
import time

import devices as dev
import pytest
import steps
from base import step, until
from steps import P1, PAGE, expect


@pytest.fixture(scope="module")
def w(world):
    w = world("faults", "test")
    steps.guests(w)
    return w


def give_back(w, key):
    """Lose one sync (Y) or all from now on (Z) while a guest with a warm
    translation gives a page back to Xen; returns that guest's link."""
    w.edu.edu(f"fill,{P1:#x},0x1000", f"load,{P1:#x},{PAGE}")
    mark = w.m.mark()
    w.m.dom0(f"xl debug-keys {key}")
    w.edu.send(f"edu {dev.EDU_A.bar:#x} give,{P1:#x}")
    w.m.wait_console(r"\(XEN\).*SYNC_TIMEOUT", 30, since=mark)
    expect(until(w.edu.has_crashed), "The guest was not crashed although its invalidation never completed.", w.m.dom0("xl list"))
    return json.loads(w.m.dom0("xen-smmu show edu --json"))["links"][0]


def the_unit(w):
    return json.loads(w.m.dom0("xen-smmu list --json"))["units"][0]


def free(w):
    return int(re.search(r"free_memory\s*:\s*(\d+)", w.m.dom0("xl info"))[1])


def test_lost_sync(w, note):
    """A sync is lost while a guest gives a page back: its streams abort, it is crashed, its neighbours and Xen go on"""
    link = give_back(w, "Y")
    expect(link["reason"] == "SYNC_TIMEOUT" and link["state"] == "dormant", "The guest's streams should abort, for SYNC_TIMEOUT.", str(link))
    unit = the_unit(w)
    expect(unit["state"] == "on", "One lost sync should not take the whole SMMU down.", str(unit))
    w.disk.run("disk-test 4", 60)
    steps.edu_round_trip(w.disk, dev.EDU_B)
    w.edu.destroy()
    w.edu.create()
    with step("the guest again") as s:
        w.edu.ready(s.show)
    steps.edu_round_trip(w.edu)
    note(f"link {link['state']}, reason {link['reason']}; neighbour and a new guest with the same device work")


def test_no_sync_at_all(w, note):
    """Every sync is lost: the SMMU aborts all, the guest is quarantined and stays as a zombie, its memory is not reused"""
    link = give_back(w, "Z")
    expect(link["quarantined"], "xen-smmu does not show the quarantine.", str(link))
    unit = the_unit(w)
    expect(unit["state"] == "failed" and unit["quarantined"] >= 1, "The SMMU should have failed, with a domain in quarantine.", str(unit))
    text = w.m.dom0("xl smmu list")
    expect(f"d{w.edu.id}" in text, "xl smmu list does not name the quarantined domain.", text)
    before = free(w)
    w.m.dom0("xl destroy edu", 60, check=False)
    time.sleep(1)
    text = w.m.dom0("xl list")
    expect(re.search(rf"^\S+ +{w.edu.id} ", text, re.M), "The quarantined domain is gone, and its memory with it.", text)
    after = free(w)
    expect(after - before < 64, f"Memory of the quarantined guest was freed: {before} MiB free before, {after} MiB after.")
    # The other guest has lost its devices, not its life; dom0 neither.
    expect("alive" in w.disk.run("echo alive"), "The neighbour does not answer.")
    note(f"d{w.edu.id} stays; {before} MiB free before xl destroy, {after} MiB after; SMMU {unit['state']}")
