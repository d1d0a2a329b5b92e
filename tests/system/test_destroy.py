# SPDX-License-Identifier: GPL-2.0-only
"""A guest is destroyed while its device writes into a page that dom0 granted.

Xen's domain_kill() drops the references on granted pages, and only then takes
the devices away.  The window between the two is made as wide as a test needs:
a breakpoint holds the CPU that destroys the guest right behind the release of
the grants, and there the device is told, as a device with a queue of work
would go on by itself, to write once more."""

import devices as dev
import steps
import xen
from base import OUT, step, until
from gdb import Gdb, symbol
from share import Share
from steps import P1, P2, PAGE, expect, is_same, overwritten, seed


def attack(w, image):
    """Returns what dom0 then sees of its page."""
    m = w.m
    w.edu = steps.edu_guest(m).create()
    with step("guest") as s:
        w.edu.ready(s.show)
    mine, theirs, late = seed(), seed(), seed()
    share = Share(m, w.edu.id)
    page = share.page
    page(f"fill {mine:x}")
    lines = w.edu.edu(f"give,{P1:#x}", f"map,{P1:#x},0,{share.ref}", f"look,{P1:#x},{mine:#x}",
                      f"fill,{P2:#x},{theirs:#x}", f"load,{P2:#x},{PAGE}", f"store,{P1:#x},{PAGE}",
                      f"fill,{P2:#x},{late:#x}", f"load,{P2:#x},{PAGE}")
    expect("status=0" in lines[1] and is_same(lines[2]), "The guest could not map dom0's page.", "\n".join(lines))
    expect(is_same(page(f"look {theirs:x}")), "The device cannot write dom0's page while it is granted: no attack is possible.")
    page(f"fill {mine:x}")

    place = symbol(OUT / f"{image.name}-syms", "iommu_release_dt_devices")
    g = Gdb(m.sockets / "gdb")
    g.break_at(place)
    g.go()
    m.dom0(f"xl destroy {w.edu.name} >/tmp/destroy 2>&1 &")
    with step("destroy, held behind the release of the grants"):
        held = g.wait_stop()
    g.dma(held, dev.EDU_A.bar, 0x40000, P1, 8, 3)
    g.clear(place)
    g.close()
    seen = page(f"look {mine:x}")
    share.close()
    expect(until(lambda: w.edu.name not in m.dom0("xl list")), "The guest was not destroyed.", m.dom0("xl list; cat /tmp/destroy"))
    return seen


def test_granted_page(world, note):
    """A guest destroyed while its device writes a page that dom0 granted: the page stays intact"""
    w = world("destroy", gdb=True)
    seen = attack(w, xen.build())
    expect(is_same(seen), "dom0's page was overwritten after its grant had been released.", seen)
    note(seen)


def test_granted_page_without_quiesce(world, note):
    """The same without quiescing at domain_kill: the page is overwritten (negative control)"""
    w = world("destroy-noquiesce", "test", xen_args="smmu-test=no-quiesce", gdb=True)
    seen = attack(w, xen.build("test"))
    expect(overwritten(seen), "The attack failed although nothing quiesces the guest: it shows nothing.", seen)
    note("overwritten, as it has to be: " + seen)
