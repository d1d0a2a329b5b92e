# SPDX-License-Identifier: GPL-2.0-only
"""Stale TLB entries: pages given back, and VMIDs used again.  Each attack is
run twice: against the driver, on QEMU's nested SMMU (the other tests use pure
stage 2), and against the test build that invalidates no TLB, where it has to
succeed, or it would prove nothing."""
import json

import devices as dev
import pm_steps
import pytest
import steps
from base import step
from guests import Guest
from steps import P1, P2, PAGE, expect, is_same, overwritten, seed

VMIDS = 255                 # of the driver, which takes unused ones first


def with_guest(w):
    w.edu = steps.edu_guest(w.m).create()
    with step(f"guest of {w.m.name}") as s:
        w.edu.ready(s.show)
    steps.edu_round_trip(w.edu)
    return w


@pytest.fixture(scope="module")
def driver(world):
    return with_guest(world("nested", stage="nested"))


@pytest.fixture(scope="module")
def no_tlbi(world):
    return with_guest(world("no-tlbi", "test", xen_args="smmu-test=no-tlbi,power-loose"))


def test_page(driver, note):
    """A page given back to Xen is safe from DMA on an SMMU that does both stages, too"""
    note(steps.returned_page_dma_blocked(driver))


def test_page_without_tlbi(no_tlbi, note):
    """The same without TLB invalidation: the freed frame is overwritten (negative control)"""
    line = steps.returned_page(no_tlbi)
    expect(overwritten(line), "The attack failed although nothing invalidates TLBs: it shows nothing.", line)
    note("overwritten, as it has to be: " + line)


def test_woken_page(driver, note):
    """A page given back asleep is safe from DMA after the wake"""
    note(pm_steps.power_up_flush(driver))


def test_woken_page_without_tlbi(no_tlbi, note):
    """The same without TLB invalidation: the frame is overwritten (negative control)"""
    line = pm_steps.woken_page(no_tlbi, [no_tlbi.edu])
    expect(overwritten(line), "The attack failed although nothing invalidates TLBs: it shows nothing.", line)
    note("overwritten, as it has to be: " + line)


def test_never_off(no_tlbi, note):
    """A power source that does not hold the masters never gets to switch the SMMU off"""
    w = no_tlbi
    before = pm_steps.unit(w)
    pm_steps.suspend(w, w.edu)
    asleep = pm_steps.unit(w)
    cr0, gbpa, _ = pm_steps.registers(w)
    pm_steps.wake(w, w.edu)
    expect(asleep["power_source"] == "test" and not asleep["masters_held"], "This is not the machine that was meant.", str(asleep))
    expect(asleep["state"] == "parked" and asleep["parks"] > before["parks"], "The SMMU should be parked.", str(asleep))
    expect(asleep["offs"] == 0, "The SMMU was switched off although its masters are not held.", str(asleep))
    expect(not cr0 & pm_steps.SMMUEN and gbpa & pm_steps.ABORT, f"QEMU's SMMU is not parked: CR0 {cr0:#x}, GBPA {gbpa:#x}.")
    steps.edu_round_trip(w.edu)
    note(f"source '{asleep['power_source']}', parked {asleep['parks']} times, never off; CR0 {cr0:#x}, GBPA {gbpa:#x}")


def vmid(w):
    return json.loads(w.m.dom0(f"xen-smmu show {w.edu.id} --json"))["links"][0]["vmid"]


def reuse(w):
    """Warm an entry at P1, destroy the guest, use up the VMIDs, create a guest
    that gets the same one, and let its device write to P1.  Returns whether
    that arrived in the new guest's memory."""
    steps.edu_round_trip(w.edu, src=P2, dst=P1)
    old = vmid(w)
    w.edu.destroy()
    with step("use up the other VMIDs"):
        w.m.dom0(f"cycle-domains {VMIDS - 1} {dev.EDU_A.path}", 120)
    # Xen would give a guest of the same size the very same frames: where the
    # stale entry leads must belong to somebody else.
    filler = Guest(w.m, "filler", [])
    filler.create(paused=True)
    w.edu = steps.edu_guest(w.m).create()
    with step("second guest") as s:
        w.edu.ready(s.show)
    new = vmid(w)
    expect(new == old, f"The second guest got VMID {new} and not {old}, so the test shows nothing.",
           w.m.dom0("xen-smmu list --json"), "adapt the number of domains in between to the driver's allocator")
    pattern = seed()
    lines = w.edu.edu(f"fill,{P2:#x},{pattern:#x}", f"fill,{P1:#x},{seed():#x}", f"load,{P2:#x},{PAGE}",
                      f"store,{P1:#x},{PAGE}", f"look,{P1:#x},{pattern:#x}")
    return is_same(lines[-1]), lines[-1], old


def test_vmid(driver, note):
    """A guest that gets a destroyed guest's VMID does not hit its TLB entries"""
    arrived, line, number = reuse(driver)
    expect(arrived, "The device of the second guest wrote somewhere else: an entry of the first guest served it.", line)
    note(f"VMID {number} used again; {line}")


def test_vmid_without_tlbi(no_tlbi, note):
    """The same without TLB invalidation: it does (negative control)"""
    arrived, line, number = reuse(no_tlbi)
    expect(not arrived, "No stale entry was hit although nothing invalidates TLBs: the test shows nothing.", line)
    note(f"VMID {number} used again, and the DMA went astray, as it has to: {line}")
