# SPDX-License-Identifier: GPL-2.0-only
"""A VMID used again: entries that its last domain left in the TLB must not
serve the next."""
import json

import devices as dev
import steps
from base import step
from steps import P1, P2, PAGE, expect, is_same, seed

VMIDS = 255                 # of the driver, which takes unused ones first


def vmid(w):
    links = json.loads(w.m.dom0(f"xen-smmu show {w.edu.id} --json"))["links"]
    return links[0]["vmid"]


def reuse(w):
    """Warm an entry at P1, destroy the guest, use up the VMIDs, create a guest
    that gets the same one, and let its device write to P1.  Returns whether
    that arrived in the new guest's memory."""
    w.edu = steps.edu_guest(w.m).create()
    with step("first guest") as s:
        w.edu.ready(s.show)
    steps.edu_round_trip(w.edu, src=P2, dst=P1)
    old = vmid(w)
    w.edu.destroy()
    with step("use up the other VMIDs"):
        w.m.dom0(f"cycle-domains {VMIDS - 1} {dev.EDU_A.path}", 120)
    w.edu = steps.edu_guest(w.m).create()
    with step("second guest") as s:
        w.edu.ready(s.show)
    expect(vmid(w) == old, f"The second guest got VMID {vmid(w)} and not {old}, so the test shows nothing.",
           w.m.dom0("xen-smmu list --json"), "adapt the number of domains in between to the driver's allocator")
    new = seed()
    lines = w.edu.edu(f"fill,{P2:#x},{new:#x}", f"fill,{P1:#x},{seed():#x}", f"load,{P2:#x},{PAGE}",
                      f"store,{P1:#x},{PAGE}", f"look,{P1:#x},{new:#x}")
    return is_same(lines[-1]), lines[-1], old


def test_vmid_reused(world, note):
    """A guest that gets a destroyed guest's VMID does not hit its TLB entries"""
    w = world("vmid")
    arrived, line, number = reuse(w)
    expect(arrived, "The device of the second guest wrote somewhere else: an entry of the first guest served it.", line)
    note(f"VMID {number} used again; {line}")


def test_vmid_reused_without_tlbi(world, note):
    """The same without TLB invalidation: it does (negative control)"""
    w = world("vmid-notlbi", "test", xen_args="smmu-test=no-tlbi")
    arrived, line, number = reuse(w)
    expect(not arrived, "No stale entry was hit although nothing invalidates TLBs: the test shows nothing.", line)
    note(f"VMID {number} used again, and the DMA went astray, as it has to: {line}")
