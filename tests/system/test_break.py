# SPDX-License-Identifier: GPL-2.0-only
"""What the P2M's hooks do for the SMMU, seen from outside: an old translation
is gone before a new one is written; a grant is unmapped where it is mapped.

Each with its control, on a test build in which that is left out."""
import re

import devices as dev
import pytest
import xen
from base import OUT, Problem, step, until
from gdb import Gdb, symbol
from guests import Guest
from pm_steps import Trace, link, reservation
from share import Share
from steps import PAGE, expect, fault_lines, is_same, need_fault, overwritten, seed
from test_gather import BIG, pinned, told, with_guest

OTHER = BIG + (32 << 20)        # the device's data come from there


@pytest.fixture(scope="module")
def on(world):
    w = with_guest(world("break", gdb=True))
    w.page = Share(w.m, w.edu.id)
    w.syms = OUT / f"{xen.build().name}-syms"
    return w


@pytest.fixture(scope="module")
def off(world):
    w = with_guest(world("break-off", "test", xen_args="smmu-test=no-break,any-unmap", gdb=True))
    w.page = Share(w.m, w.edu.id)
    w.syms = OUT / f"{xen.build('test').name}-syms"
    return w


def small(w, at):
    """The 2 MiB page around is in pieces, and `at` is there."""
    reservation(w.edu, "give", at + PAGE, 1)
    reservation(w.edu, "take", at + PAGE, 1)


def edu(w, *steps):
    return w.edu.run(f"edu {dev.EDU_A.bar:#x} " + " ".join(steps)).strip().splitlines()


def mapped(w, at, how="map"):
    """dom0's page is mapped at `at`; its handle."""
    line = w.edu.run(f"edu - {how},{at:#x},0,{w.page.ref}")
    m = re.search(r"rc=0 status=0 handle=(\d+)", line)
    expect(m, "dom0's page cannot be mapped.", line)
    return int(m[1])


def unmapped(w, at, handle, how=""):
    line = w.edu.run(f"edu - {how or f'unmap,{at:#x},{handle}'}")
    return int(re.search(r"rc=0 status=(-?\d+)", line)[1])


# --- an entry is replaced -------------------------------------------------

def replaced(w):
    """The device has a warm translation of a page of the guest's own, in whose
    place dom0's is mapped then; it writes 8 bytes.  What dom0 sees."""
    at, mine = BIG + (2 << 20), seed()
    small(w, at)
    w.page.fill()
    lines = edu(w, f"fill,{OTHER:#x},{mine:#x}", f"load,{OTHER:#x},{PAGE}", f"store,{at:#x},{PAGE}", f"look,{at:#x},{mine:#x}")
    expect(is_same(lines[-1]), "The device cannot write the guest's page.", "\n".join(lines))
    handle = mapped(w, at)
    edu(w, f"store,{at:#x},8")
    seen = w.page.look()
    expect(unmapped(w, at, handle) == 0, "The page cannot be unmapped.")
    reservation(w.edu, "take", at, 1)
    return seen


def test_replaced(on, note):
    """A grant is mapped in place of a page: the device's next write goes there"""
    seen = replaced(on)
    expect(overwritten(seen), "The device did not write to what is mapped there now.", seen)
    note(seen)


def test_replaced_without_break(off, note):
    """The same without break before make: it goes to the old page (negative control)"""
    seen = replaced(off)
    expect(is_same(seen), "The device wrote to the new page although its translation was not broken: it shows nothing.", seen)
    note("the old page was written, as it has to be: " + seen)


# --- a superpage is split -------------------------------------------------

def split(w, at):
    """The CPU that splits a 2 MiB page is held between break and make, while
    the device writes by its warm translation.  Where the console was."""
    edu(w, f"load,{at:#x},8")
    mark = w.m.mark()
    place = symbol(w.syms, "xen_smmu_break")
    begun = w.edu.begin(f"sleep 2; edu - give,{at + PAGE:#x}")
    g = Gdb(w.m.sockets / "gdb")
    with step("hold the CPU between break and make"):
        cpu = g.wait_call(place, (at + PAGE) // PAGE, 9)
        make = g.caller(cpu)
        g.break_at(make)
        g.go_only(cpu)
        g.wait_stop()
        g.clear(make)
    g.dma(cpu, dev.EDU_A.bar, 0x40000, at, 8, 3)
    g.close()
    expect("rc=1" in w.edu.finish(begun), "The page was not given back.")
    reservation(w.edu, "take", at + PAGE, 1)
    return mark


def test_split(on, note):
    """Held between break and make of a split, no old translation of the 2 MiB page is left"""
    at = BIG + (10 << 20)
    mark = split(on, at)
    note(need_fault(on, dev.EDU_A.sid, at, "WRITE", mark))


def test_split_without_break(off, note):
    """The same without the break: the device writes by the old one (negative control)"""
    at = BIG + (10 << 20)
    mark = split(off, at)
    edu(off, "load,0xc0000000,8")            # a fault that is reported after it
    need_fault(off, dev.EDU_A.sid, 0xC0000000, "READ", mark)
    expect(not fault_lines(off.m, dev.EDU_A.sid, at, mark), "The old translation was gone although nothing broke it: it shows nothing.")
    note("written through the old translation, as it has to be")


# --- removed already, by another CPU --------------------------------------

def both(w, g, remove, drain, page):
    """One is held as it is about to remove the entry, then the other, which
    has, before its flush: (the late one, where the trace was).  None: the
    other did not come; it may wait for the CPU that is held."""
    late = g.wait_call(remove, page)
    g.break_at(remove)
    g.go_without(late)
    try:
        early = g.wait_stop(10)
    except Problem:
        g.stop()
        early = None
    g.clear(remove)
    if early is None or g.argument(early, 1) != page:
        return None
    g.break_at(drain)
    g.go_only(early)
    g.wait_stop()
    return late


def removed_twice(w, at):
    """Two CPUs give the same page back.  The first that comes is held until
    the other has removed the entry, and not flushed it; then it goes on, finds
    nothing, and is about to end.  (TLBI, syncs, accesses) by then."""
    small(w, at)
    remove, drain = (symbol(w.syms, x) for x in ("guest_physmap_remove_page", "xen_smmu_drain"))
    cost = None
    for _ in range(8):
        begun = w.edu.begin(f"sleep 2; edu - twice,{at:#x}")
        with Trace(w.m) as t, step("hold both CPUs"):
            g = Gdb(w.m.sockets / "gdb")
            late = both(w, g, remove, drain, at // PAGE)
            if late:
                mark = t.mark()
                g.go_only(late)
                expect(g.wait_stop() == late, "The CPU that was late did not come to its end.")
                cost = told(t, mark)
                g.clear(drain)
            g.close()
            text = w.edu.finish(begun)
        expect(re.search(r"twice \S+ rc=-?\d+,-?\d+", text), "The two CPUs did not end.", text)
        reservation(w.edu, "take", at, 1)
        if cost is not None:
            return cost
    raise Problem("The two CPUs never met.", "", "read the logs below build/run")


def test_removed_twice(on, note):
    """Who finds an entry removed, and not flushed, by another CPU flushes it before it goes on"""
    cost = removed_twice(on, BIG + (14 << 20))
    expect(cost[:2] == (1, 1), f"{cost[0]} invalidations and {cost[1]} syncs.")
    note(f"{cost[0]} TLBI, {cost[1]} sync")


def test_removed_twice_without_asking(off, note):
    """The same, not asked: it goes on without any (negative control)"""
    cost = removed_twice(off, BIG + (14 << 20))
    expect(cost[:2] == (0, 0), f"{cost[0]} invalidations and {cost[1]} syncs: it shows nothing.")
    note("no command, as it has to be")


# --- a grant is unmapped elsewhere (XSA-393's class: an entry is not cleared) --

def elsewhere(w, at, empty):
    """dom0's page is mapped at `at`; it is unmapped at an address where nothing
    is, and the device writes.  (status, the page's use, what dom0 sees)"""
    mine = seed()
    small(w, at)
    reservation(w.edu, "give", empty, 1)
    handle = mapped(w, at)
    w.page.fill()
    edu(w, f"fill,{OTHER:#x},{mine:#x}", f"load,{OTHER:#x},8")
    status = unmapped(w, empty, handle)
    use = pinned(w, w.page.ref)
    edu(w, f"store,{at:#x},8")
    return handle, status, use, w.page.look()


def test_unmap_elsewhere(on, note):
    """A grant that is unmapped where it is not mapped stays in use"""
    at, empty = BIG + (18 << 20), BIG + (18 << 20) + 8 * PAGE
    mark = on.m.mark()
    handle, status, use, _ = elsewhere(on, at, empty)
    expect(status < 0 and use, f"A page is unmapped (status {status}) that still is mapped: dom0 may reuse it.")
    # Mapped twice, and unmapped twice at one of the addresses.
    second = mapped(on, empty)
    expect(unmapped(on, empty, handle) == 0, "A mapping of the same page cannot be unmapped.")
    expect(unmapped(on, empty, second) < 0 and pinned(on, on.page.ref), "Unmapped twice at one address, it still is mapped at the other.")
    # To read only it is another mapping.
    third = mapped(on, empty, "mapro")
    expect(unmapped(on, empty, second) < 0, "It can still be written, though its grant to write is given back.")
    expect(unmapped(on, empty, third) == 0, "A read-only mapping cannot be unmapped.")
    # The guest's own page at the address is none that a grant mapped.
    expect(unmapped(on, at + 2 * PAGE, second) < 0, "A page of the guest's own is taken for the grant.")
    expect(unmapped(on, at, second) == 0, "It cannot be unmapped where it is.")
    expect(not pinned(on, on.page.ref), "It stays in use although it is unmapped.")
    on.page.fill()
    edu(on, f"store,{at:#x},8")
    expect(is_same(on.page.look()), "dom0's page was overwritten after it had been unmapped.")
    need_fault(on, dev.EDU_A.sid, at, "WRITE", mark)
    note(f"refused ({status}), still in use: {use[0].strip()}")


def test_unmap_elsewhere_as_stock(off, note):
    """The same as stock Xen does it: out of use, and overwritten by DMA (negative control)"""
    at, empty = BIG + (18 << 20), BIG + (18 << 20) + 8 * PAGE
    _, status, use, seen = elsewhere(off, at, empty)
    expect(status == 0 and not use, f"The page stays in use (status {status}): it shows nothing.")
    expect(overwritten(seen), "The device did not write dom0's page: it shows nothing.", seen)
    note("unpinned, and overwritten, as it has to be: " + seen)


def test_unmap_and_replace(on, note):
    """GNTTABOP_unmap_and_replace: refused with a new address, as by stock Xen; without one flushed at once"""
    at = BIG + (20 << 20)
    small(on, at)
    handle = mapped(on, at)
    status = unmapped(on, at, handle, f"replace,{at:#x},{handle},{at + 4 * PAGE:#x}")
    expect(status < 0 and pinned(on, on.page.ref), f"It was done (status {status}), though Arm's Xen cannot.")
    edu(on, f"load,{at:#x},8")
    on.page.fill()
    mark = on.m.mark()
    with Trace(on.m) as t:
        a = t.mark()
        expect(unmapped(on, at, handle, f"replace,{at:#x},{handle},0") == 0, "It cannot be unmapped.")
        cost = told(t, a)
    expect(not pinned(on, on.page.ref), "It stays in use although it is unmapped.")
    expect(cost[:2] == (1, 1), f"{cost[0]} invalidations and {cost[1]} syncs.")
    edu(on, f"store,{at:#x},8")
    expect(is_same(on.page.look()), "dom0's page was overwritten after it had been unmapped.")
    need_fault(on, dev.EDU_A.sid, at, "WRITE", mark)
    note(f"{cost[0]} TLBI, {cost[1]} sync")


# --- what 'xl smmu stats' says ---------------------------------------------

KEYS = ("drains", "drained", "drains_full", "drains_preempted", "drains_end", "drains_grants", "flushes_added")


def test_counted(on, note):
    """Counted: 512 pages given back in one drain, two grants in another"""
    at = BIG + (22 << 20)
    reservation(on.edu, "give", at, 2)
    before = link(on, on.edu)
    reservation(on.edu, "give", BIG + (24 << 20), 512)
    on.edu.run(f"edu - map,{at:#x},0,{on.page.ref},2 unmapall")
    after = link(on, on.edu)
    reservation(on.edu, "take", at, 2)
    reservation(on.edu, "take", BIG + (24 << 20), 512)
    grown = {k: after[k] - before[k] for k in KEYS}
    expect(grown == dict(zip(KEYS, (2, 514, 1, 0, 0, 1, 0))), f"Counted: {grown}.")
    note(str(grown))


# --- a grant's mapping is made half, and cannot be undone -----------------

def half_made(w):
    """dom0 maps a ring of a new guest's; the second half of that fails, and the
    first cannot be undone.  Xen's grant tables' line of the page."""
    guest = Guest(w.m, "half", [])
    w.m.dom0(f"(sleep 3; xl create -p /host/{guest.files}.cfg >/tmp/half 2>&1) </dev/null >/dev/null 2>&1 &")
    second, undo = symbol(w.syms, "iommu_legacy_map"), symbol(w.syms, "replace_grant_host_mapping")
    g = Gdb(w.m.sockets / "gdb")
    with step("let a mapping fail half-way"):
        g.break_at(second)
        g.go()
        cpu = g.wait_stop(120)
        frame = g.argument(cpu, 1)
        g.clear(second)
        g.answer(cpu, -12)
        g.break_at(undo)
        g.go_only(cpu)
        expect(g.wait_stop() == cpu and g.argument(cpu, 1) == frame, "The half that was made is not undone.")
        g.clear(undo)
        g.answer(cpu, -1)
        g.close()
    expect(until(lambda: f"/host/{guest.files}.cfg" not in w.m.dom0("ps")), "xl does not give the guest up.", w.m.dom0("ps"))
    mark = w.m.mark()
    w.m.dom0("xl debug-keys g")
    w.m.wait_console(r"gnttab_usage_print_all \] done", 15, since=mark)
    text = w.m.console(mark)
    return re.search(rf"\[0x\w+\]\s+0 .*0x0*{frame:x}\b.*", text), text


def test_half_made(on, note):
    """A grant's mapping fails half-way and cannot be undone: the page stays in use"""
    line, text = half_made(on)
    expect(line, "A page is not in use that still is mapped.", text)
    note(line[0].strip())


def test_half_made_by_stock(world, note):
    """The same as stock Xen does it: out of use, and mapped (negative control)"""
    w = world("break-stock", "stock", gdb=True)
    w.syms = OUT / f"{xen.build('stock').name}-syms"
    line, text = half_made(w)
    expect(not line, "The page stays in use: it shows nothing.", text)
    note("not in use, as it has to be")
