# SPDX-License-Identifier: GPL-2.0-only
"""What 'make run' does and the tests repeat, one function a step.

A step takes a World, raises Problem when something is not as it has to be,
and returns one line that says what was seen."""
import json
import re
import secrets

import devices as dev
from base import Problem
from guests import HOLE, RAM_BASE, SCRATCH, disk_guest, edu_guest

PAGE = 4096
P1, P2, P3 = SCRATCH, SCRATCH + 0x10000, SCRATCH + 0x20000


def seed():
    """A pattern that is nowhere else in memory: a page that shows all of it
    is the page it was written to."""
    return secrets.randbits(31) & ~0xFFF | 0x40000000


class World:
    """A machine with the two guests of 'make run'."""

    def __init__(self, machine):
        self.m = machine
        self.edu = self.disk = self.usb = None
        self.progress = None
        self.cycles = 100          # of sleep and wake, where they are counted
        self.sleeps = 5            # of an idle USB disk
        self.test_xen = None       # test build for steps with a machine of their own


def expect(ok, what, why="", nxt=""):
    if not ok:
        raise Problem(what, why, nxt or "read the logs below build/run")


def is_same(line):
    return ": same " in line


def overwritten(line):
    """Of an edu 'look' line: the pattern, but for the first words."""
    m = re.search(r"differ=(\d+)", line)
    return bool(m) and 0 < int(m[1]) <= 2


def fault_lines(machine, sid, address, since=0):
    """Lines of Xen's log that report a fault of this stream at this IPA."""
    want = re.compile(rf"\(XEN\).*\bsid {sid:#x} .*\bipa {address:#x}\b.*")
    return want.findall(machine.console(since))


def need_fault(world, sid, address, access, since):
    world.m.wait_console(rf"\(XEN\).*\bsid {sid:#x} {access} ipa {address:#x}: ", 15, since=since)
    log = world.m.xen_log()
    line = next((x for x in log.splitlines() if f"sid {sid:#x} {access} ipa {address:#x}:" in x), None)
    expect(line, f"xl dmesg shows no {access} fault of stream {sid:#x} at {address:#x}.", log[-1500:])
    return line.strip()


def physical(world, address, words=4):
    """Words of the machine's physical memory, read by QEMU."""
    text = world.m.qmp("human-monitor-command", **{"command-line": f"xp /{words}wx {address:#x}"})
    return re.findall(r"0x[0-9a-f]{8}", text)


# --- the steps ------------------------------------------------------------

def boot(w):
    w.m.boot(w.progress)
    text = w.m.dom0("xl list")
    expect(re.search(r"^Domain-0\s+0\s", text, re.M), "xl list does not show Domain-0.", text)
    return f"xl list works {w.m.booted:.1f} s after power-on"


def guests(w):
    w.edu, w.disk = edu_guest(w.m), disk_guest(w.m)
    w.edu.create()
    w.disk.create()
    w.edu.ready(w.progress)
    w.disk.ready(w.progress)
    text = w.m.dom0("xl list")
    expect(re.search(r"^edu\s", text, re.M) and re.search(r"^disk\s", text, re.M), "xl list does not show both guests.", text)
    return f"d{w.edu.id} with {dev.EDU_A.node}, d{w.disk.id} with {dev.AHCI.node} and {dev.EDU_B.node}"


def edu_round_trip(guest, device=None, src=P1, dst=P2):
    """Memory -> device -> other memory, 4096 bytes, compared."""
    a, b = seed(), seed()
    lines = guest.edu(f"fill,{src:#x},{a:#x}", f"fill,{dst:#x},{b:#x}", f"load,{src:#x},{PAGE}", f"store,{dst:#x},{PAGE}",
                      f"look,{dst:#x},{a:#x}", device=device)
    expect(is_same(lines[-1]), f"DMA of {(device or guest.devices[0]).node} in guest {guest.name} did not arrive.", "\n".join(lines))


def guest_edu_dma(w):
    tag = w.disk.begin("disk-test 2")             # the other guest's disk works meanwhile
    edu_round_trip(w.edu)
    edu_round_trip(w.edu, src=P2, dst=P3)
    w.disk.finish(tag, 60)
    edu_round_trip(w.disk, dev.EDU_B)
    return "3 round trips of 4096 bytes by two devices, equal, beside a busy disk"


def guest_disk_io(w, mib=8):
    text = w.disk.run(f"disk-test {mib}", 90)
    m = re.search(r"^disk wrote=(\w{64})\ndisk read=(\w{64})$", text, re.M)
    expect(m and m[1] == m[2], "The disk test printed no two equal checksums.", text)
    host = w.m.disk_file_sha256("data")
    expect(host == m[1], "The build machine reads another checksum from the disk image.", f"guest {m[1]}, host {host}")
    return f"{mib} MiB on ext4, remounted: sha256 {m[1][:12]}... in the guest and in the image"


def unmapped_dma_blocked(w):
    a, b, sid, mark = seed(), seed(), dev.EDU_A.sid, w.m.mark()
    before = physical(w, HOLE, 1024)
    w.edu.edu(f"fill,{P1:#x},{a:#x}", f"load,{P1:#x},{PAGE}", f"store,{HOLE:#x},8")
    line = need_fault(w, sid, HOLE, "WRITE", mark)
    text = w.m.dom0("xl smmu faults --json")
    told = [x for x in json.loads(text)["faults"] if (x["device"], x["access"], x["ipa"]) == (dev.EDU_A.path, "WRITE", f"{HOLE:#x}")]
    expect(told and told[0]["domid"] == w.edu.id and told[0]["what"] == "translation", "'xl smmu faults' does not show the fault.", text)
    expect(physical(w, HOLE, 1024) == before, f"Physical memory at {HOLE:#x} changed: the DMA was not translated.")
    # A read: what the device then holds must not be what lies there.
    secret = [int(x, 16) for x in before[:2]]
    lines = w.edu.edu(f"fill,{P2:#x},{b:#x}", f"load,{P2:#x},{PAGE}", f"load,{HOLE + 64:#x},8",
                      f"store,{P2:#x},8", f"look,{P2:#x},{b:#x}")
    need_fault(w, sid, HOLE + 64, "READ", mark)
    got = [int(x, 16) for x in re.search(r"words=(\w+),(\w+)", lines[-1]).groups()]
    expect(got != secret or secret == [0, 0], "A blocked read delivered physical memory.", "\n".join(lines))
    edu_round_trip(w.edu)
    return "write and read to " + f"{HOLE:#x}: blocked; " + line


def returned_page(w, guest=None, device=dev.EDU_A):
    """The attack itself: warm the translation, give the page back to Xen, let
    the device write there, get the frame back and look.  Returns the last
    line of edu: 'same' is a frame intact, one or two other words a frame
    overwritten; anything else was another frame, so nothing is shown."""
    guest = guest or w.edu
    for _ in range(5):
        a, b = seed(), seed()
        lines = guest.edu(
            f"fill,{P2:#x},{a:#x}", f"load,{P2:#x},{PAGE}", f"fill,{P1:#x},{b:#x}",
            f"store,{P1:#x},{PAGE}", f"look,{P1:#x},{a:#x}",        # arrives: the TLB is warm
            f"fill,{P2:#x},{b:#x}", f"load,{P2:#x},{PAGE}",
            f"give,{P1:#x}", f"store,{P1:#x},8", f"take,{P1:#x}", f"look,{P1:#x},{a:#x}",
            device=device)
        expect(is_same(lines[4]), "The DMA before the page was given back did not arrive.", "\n".join(lines))
        expect(lines[7].endswith("rc=1") and lines[9].endswith("rc=1"), "Xen did not take or give the page.", "\n".join(lines))
        if is_same(lines[-1]) or overwritten(lines[-1]):
            return lines[-1]
    raise Problem("Xen never gave the same frame back, so the attack shows nothing.", "\n".join(lines),
                  "run it again; if it stays so, tests/system/steps.py needs another way to find the frame")


def returned_page_dma_blocked(w):
    mark = w.m.mark()
    line = returned_page(w)
    expect(is_same(line), "A page that was given back to Xen was overwritten by DMA.", line)
    need_fault(w, dev.EDU_A.sid, P1, "WRITE", mark)
    edu_round_trip(w.edu)
    return f"write to {P1:#x} after decrease_reservation: blocked, all 4096 bytes of the freed frame intact"


def two_guests_isolated(w):
    """Both guests own memory at P3, and both have an edu."""
    one, two = seed(), seed()
    pairs = ((w.edu, dev.EDU_A, one), (w.disk, dev.EDU_B, two))
    for g, d, s in pairs:
        g.edu(f"fill,{P3:#x},{s:#x}", device=d)
    for g, d, s in pairs:                        # each device reads its own guest's frame
        lines = g.edu(f"load,{P3:#x},{PAGE}", f"store,{P2:#x},{PAGE}", f"look,{P2:#x},{s:#x}", device=d)
        expect(is_same(lines[-1]), f"{d.node} did not read its own guest's memory at {P3:#x}.", "\n".join(lines))
    new = seed(), seed()
    for (g, d, _), s in zip(pairs, new):         # and writes it, leaving the other's alone
        other = pairs[1] if g is w.edu else pairs[0]
        other_seed = two if g is w.edu else new[0]
        lines = g.edu(f"fill,{P2:#x},{s:#x}", f"load,{P2:#x},{PAGE}", f"store,{P3:#x},{PAGE}", f"look,{P3:#x},{s:#x}", device=d)
        expect(is_same(lines[-1]), f"{d.node} did not write its own guest's memory.", "\n".join(lines))
        lines = other[0].edu(f"look,{P3:#x},{other_seed:#x}", device=other[1])
        expect(is_same(lines[-1]), f"{d.node} of guest {g.name} reached memory of guest {other[0].name}.", "\n".join(lines))
    return f"IPA {P3:#x} in both: 2 reads and 2 writes, each in its own guest only"


def xl_smmu(w):
    want = {dev.EDU_A.path: (w.edu.id, dev.EDU_A.sid), dev.AHCI.path: (w.disk.id, dev.AHCI.sid),
            dev.EDU_B.path: (w.disk.id, dev.EDU_B.sid), dev.XHCI.path: (None, dev.XHCI.sid)}
    for tool in ("xl smmu", "xen-smmu"):
        text = w.m.dom0(f"{tool} devices --json")
        got = {d["path"]: (d["domid"], int(d["sids"][0]["first"], 0)) for d in json.loads(text)["devices"]}
        expect(got == want, f"'{tool} devices --json' shows other devices than the guests have.", f"want {want}\ngot {got}\n{text}")
    text = w.m.dom0("xl smmu list")
    expect("smmuv3@9050000" in text, "'xl smmu list' does not show the SMMU.", text)
    text = w.m.dom0("xen-smmu")
    expect("smmuv3@9050000" in text, "'xen-smmu' does not show the SMMU.", text)
    for g in (w.edu, w.disk):
        text = w.m.dom0(f"xl smmu show {g.name}")
        for d in g.devices:
            expect(d.path in text and f"{d.sid:#x}" in text, f"'xl smmu show {g.name}' does not show {d.path}.", text)
        expect("live" in text, f"'xl smmu show {g.name}' does not say live.", text)
    text = w.m.dom0("xl smmu top -b -n 2 -d 1")
    for name in ("smmuv3@9050000", w.edu.name, w.disk.name):
        expect(text.count(name) >= 2, f"'xl smmu top -b -n 2' does not show {name} twice.", text)
    text = w.m.dom0("xl smmu doctor", check=False)
    expect(w.m.status in (0, 3) and "PARKED_ONLY" in text and not re.search(r": fault ", text),
           "'xl smmu doctor' finds faults in a machine that is well, or does not look.", text)
    return "list, devices --json, show, top, doctor, and xen-smmu alone: 4 devices, 3 of guests, and stream ids"


STEPS = (
    ("boot", boot),
    ("guests", guests),
    ("guest-edu-dma", guest_edu_dma),
    ("guest-disk-io", guest_disk_io),
    ("unmapped-dma-blocked", unmapped_dma_blocked),
    ("returned-page-dma-blocked", returned_page_dma_blocked),
    ("two-guests-isolated", two_guests_isolated),
    ("xl-smmu", xl_smmu),
)
NEEDED = ("boot", "guests", "scmi-guests")           # without these the others mean nothing
assert SCRATCH > RAM_BASE
