# SPDX-License-Identifier: GPL-2.0-only
"""A live guest's unmaps: one flush for each operation, and no page before it.

Commands are those of QEMU's own trace.  A hypercall of 512 pages is not
preempted: each is one operation, however slow the machine."""
import os
import re

import devices as dev
import pm_steps
import pytest
import xen
from base import OUT, step, until
from gdb import Gdb, symbol
from guests import Guest
from pm_steps import Trace, reservation
from share import Share
from steps import PAGE, expect, is_same, need_fault, overwritten, seed

LONG = bool(os.environ.get("LONG"))
BIG = 0x4E000000                # 2 MiB aligned, 64 MiB above it are the tests'
BALLOON = 56 << 20
BATCH = 512                     # what Linux gives back in one hypercall


def with_guest(w):
    w.edu = Guest(w.m, "edu", [dev.EDU_A], memory=320, vcpus=2).create()
    with step(f"guest of {w.m.name}") as s:
        w.edu.ready(s.show)
    return w


@pytest.fixture(scope="module")
def w(world):
    return with_guest(world("gather"))


def told(t, since):
    """(commands without syncs, syncs, register accesses)"""
    seen = t.seen(since)
    commands = seen.commands()
    syncs = commands.count("SYNC")
    return len(commands) - syncs, syncs, len(seen.accesses())


def test_one_hypercall(w, note):
    """512 pages given back in one hypercall: one TLBI, one sync, three register accesses"""
    pages = BIG + (4 << 20)
    reservation(w.edu, "give", pages, 1)            # the 2 MiB page is split now
    reservation(w.edu, "take", pages, 1)
    seen = []
    with Trace(w.m) as t:
        for _ in range(6):
            a = t.mark()
            reservation(w.edu, "give", pages, BATCH)
            seen.append(told(t, a))
            b = t.mark()
            reservation(w.edu, "take", pages, BATCH)
            expect(told(t, b) == (0, 0, 0), "To map pages where none were cost commands.", t.seen(b).text[:1000])
    for tlbi, syncs, accesses in seen:
        expect(tlbi == syncs, f"{tlbi} invalidations and {syncs} syncs.")
        expect(accesses <= 3 * syncs, f"{accesses} register accesses for {syncs} drains.")
    best = min(seen)
    expect(best == (1, 1, best[2]), f"No hypercall got by with one TLBI and one sync: {seen}.")
    note(f"{best[0]} TLBI, {best[1]} sync, {best[2]} register accesses; (TLBI, syncs, accesses) of all: {seen}")


def test_balloon(w, note):
    """56 MiB given back and taken again: at most 120 commands"""
    with Trace(w.m) as t:
        a = t.mark()
        text = w.edu.run(f"edu - balloon,{BIG:#x},{BALLOON // PAGE},{BATCH}", 120)
        tlbi, syncs, accesses = told(t, a)
    m = re.search(r"(\d+) pages, (\d+) hypercalls", text)
    expect(m, "The guest could not balloon.", text)
    note(f"{m[2]} hypercalls; {tlbi} invalidations, {syncs} syncs, {accesses} register accesses")
    # Half of them map, which costs nothing; each of the others splits a page.
    expect(tlbi + syncs <= min(120, 2 * int(m[2])), f"{tlbi + syncs} commands.")


def test_neighbours(w, note):
    """A warm translation beside 512 pages that are given back stays warm"""
    pages = BIG + (8 << 20)
    for p in (pages, pages - PAGE, pages + BATCH * PAGE):   # split before
        reservation(w.edu, "give", p, 1)
        reservation(w.edu, "take", p, 1)
    near = (pages - PAGE, pages + BATCH * PAGE)
    loads = [f"load,{p:#x},8" for p in near]
    w.edu.edu(*loads)
    with Trace(w.m, "smmu_iotlb_lookup_*") as t:
        a = t.mark()
        reservation(w.edu, "give", pages, BATCH)
        b = t.mark()
        w.edu.edu(*loads)
        seen = t.seen(b).text
        commands = t.seen(a, b).commands()
    hits = len(re.findall(r"^smmu_iotlb_lookup_hit", seen, re.M))
    misses = len(re.findall(r"^smmu_iotlb_lookup_miss", seen, re.M))
    reservation(w.edu, "take", pages, BATCH)
    expect(any(x.startswith("TLBI") for x in commands), "Nothing was invalidated.", str(commands))
    expect(hits >= 2 and not misses, f"{misses} misses and {hits} hits of translations that were not touched.", seen[:1000])
    note(f"{hits} hits, {misses} misses after {', '.join(commands)}")


RACE, APART, RACE_TAKEN = BIG + (16 << 20), 1 << 20, 64     # as guest/edu.c has it


def race(w, rounds, us=0, pages=64):
    """See guest/edu.c; the pages behind are given back first.  (rounds with
    pages taken meanwhile, pages overwritten)"""
    tag = w.edu.begin(f"edu {dev.EDU_A.bar:#x} race,{RACE:#x},{pages},{rounds},{us}")
    return lambda: re.search(r"(\d+) rounds, in (\d+) pages were taken meanwhile, (\d+) overwritten",
                             w.edu.finish(tag, 60 + rounds * 2))


def test_race(w, note):
    """One CPU gives pages back, its device writes to them, another CPU gets them at once: intact"""
    reservation(w.edu, "give", RACE + APART, 64)
    m = race(w, 1000 if LONG else 100)()
    expect(m and m[3] == "0", "A page that was given away was overwritten by DMA.", str(m))
    expect(int(m[2]), "In no round were pages taken while others were given back: it shows nothing.", m[0])
    note(m[0])


def held(w, image):
    """The CPU that gives a page back is held right before its flush, the entry
    cleared; the other CPU, and the device, go on.  It is one page, and its
    neighbours stay: Xen's allocator prefers a single free page to others."""
    reservation(w.edu, "give", RACE + APART, 64)
    place = symbol(OUT / f"{image.name}-syms", "xen_smmu_drain")
    g = Gdb(w.m.sockets / "gdb")
    g.break_at(place)
    g.go()
    w.m.dom0(f"xl vcpu-pin {w.edu.name} 0 0 && xl vcpu-pin {w.edu.name} 1 1")
    result = race(w, 1, us=90000, pages=1)
    with step("hold the CPU before its flush"):
        cpu = g.wait_stop()
    alive = dev.EDU_A.bar + 4            # written when all pages are taken
    g.until(cpu, lambda: g.peek32(alive) == 0xffffffff - RACE_TAKEN, "The other CPU does not take pages")
    g.until(cpu, lambda: not g.peek32(dev.EDU_A.bar + 0x98) & 1, "The guest's own DMA does not end")
    g.dma(cpu, dev.EDU_A.bar, 0x40000, RACE, 8, 3)
    g.clear(place)
    g.close()
    return result()


def test_held(world, note):
    """Held between unmap and flush, a page is nobody else's: another CPU gets other ones"""
    w = with_guest(world("gather-held", gdb=True))
    m = held(w, xen.build())
    expect(m and m[3] == "0", "A page was given away before its flush, and overwritten by DMA.", str(m))
    expect(m[2] == "1", "No page was taken while the CPU was held: it shows nothing.", m[0])
    note(m[0])


def test_held_without_keeping(world, note):
    """The same with pages let go before their flush: overwritten (negative control)"""
    w = with_guest(world("gather-no-keep", "test", xen_args="smmu-test=no-keep", gdb=True))
    m = held(w, xen.build("test"))
    expect(m and m[3] != "0", "The attack failed although pages were let go early: it shows nothing.", m and m[0])
    note("overwritten, as it has to be: " + m[0])


def grants(w, count=32):
    """dom0's page mapped many times, unmapped in one batch; the device has warm
    translations of all, and writes once more."""
    m = w.m
    mine, theirs, late = seed(), seed(), seed()
    share = Share(m, w.edu.id)
    page = share.page
    at, other = BIG, BIG + (32 << 20)
    page(f"fill {mine:x}")
    with Trace(m) as t:
        reservation(w.edu, "give", at, count)
        a = t.mark()
        lines = w.edu.run(f"edu {dev.EDU_A.bar:#x} fill,{other:#x},{theirs:#x} load,{other:#x},{PAGE} map,{at:#x},0,{share.ref},{count} "
                          f"store,{at:#x},{PAGE} look,{at:#x},{theirs:#x} store,{at + (count - 1) * PAGE:#x},8 "
                          f"unmapall store,{at:#x},8 store,{at + (count - 1) * PAGE:#x},8").splitlines()
        cost = told(t, a)
    expect(any("unmapall" in x and f"{count} unmapped, 0 failed" in x for x in lines), "The grants could not be unmapped.", "\n".join(lines))
    expect(any(x.startswith("look") and is_same(x) for x in lines), "The device cannot write dom0's page: no attack is possible.", "\n".join(lines))
    page(f"fill {late:x}")
    w.edu.edu(f"store,{at:#x},8", f"store,{at + (count - 1) * PAGE:#x},8")
    seen = page(f"look {late:x}")
    share.close()
    reservation(w.edu, "take", at, count)
    return seen, cost


def test_grants(w, note):
    """A batch of 32 grants unmapped: one TLBI, one sync; dom0's page is intact then"""
    mark = w.m.mark()
    seen, (tlbi, syncs, accesses) = grants(w)
    expect(is_same(seen), "dom0's page was overwritten after the grants had been unmapped.", seen)
    need_fault(w, dev.EDU_A.sid, BIG, "WRITE", mark)
    expect((tlbi, syncs) == (1, 1), f"{tlbi} invalidations and {syncs} syncs.")
    note(f"{tlbi} TLBI, {syncs} sync, {accesses} register accesses; {seen}")


def test_grants_without_tlbi(world, note):
    """The same without TLB invalidation: overwritten (negative control)"""
    w = with_guest(world("gather-no-tlbi", "test", xen_args="smmu-test=no-tlbi"))
    seen, _ = grants(w)
    expect(overwritten(seen), "The attack failed although nothing invalidates TLBs: it shows nothing.", seen)
    note("overwritten, as it has to be: " + seen)


def test_dom0_boot(world, note):
    """dom0 boots with a PCIe bridge's streams live: few commands"""
    w = world("gather-boot", devices=None, trace=["smmuv3_cmdq_opcode", "smmuv3_cmdq_tlbi_*", "smmuv3_range_inval"])
    w.m.dom0("xl list")
    text = w.m.trace_log.read_text(errors="replace")
    commands = pm_steps.Seen(text).commands()
    devices = w.m.dom0("xl smmu devices --json")
    note(f"{len(commands)} commands: {', '.join(commands[:24])}; {devices[:200]}")
    expect(len(commands) <= 16, f"{len(commands)} commands until dom0's first 'xl list'.")


def pinned(w, ref):
    """Whether Xen's grant table of dom0 has the guest's use of it."""
    mark = w.m.mark()
    w.m.dom0("xl debug-keys g")
    w.m.wait_console(r"gnttab_usage_print_all \] done", 15, since=mark)
    text = w.m.console(mark)
    dom0 = text[text.index("grant-table for remote d0"):].split("grant-table for remote")[1]
    return re.search(rf"\[0x0*{ref:x}\]\s+{w.edu.id} .*", dom0)


def test_grants_sync_lost(world, note):
    """The flush of a batch of grants is lost: the guest is crashed, and dom0's page stays in use"""
    w = with_guest(world("gather-lost", "test"))
    ref = Share(w.m, w.edu.id).ref
    reservation(w.edu, "give", BIG, 8)
    batch = f"edu - map,{BIG:#x},0,{ref},4 unmapall"
    text = w.edu.run(batch)
    expect("4 unmapped, 0 failed" in text, "The grants could not be unmapped.", text)
    expect(not pinned(w, ref), "dom0's page stays in use although all went well.")
    mark = w.m.mark()
    w.m.dom0("xl debug-keys Y")
    w.edu.send(batch)
    w.m.wait_console(r"\(XEN\).*SYNC_TIMEOUT", 30, since=mark)
    expect(until(w.edu.has_crashed), "The guest was not crashed although the flush of its grants was lost.", w.m.dom0("xl list"))
    line = pinned(w, ref)
    expect(line, "dom0 may reuse a page whose unmap was never flushed.", w.m.console(mark)[-1500:])
    note("still in use: " + line[0].strip())
