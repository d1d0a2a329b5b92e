# SPDX-License-Identifier: GPL-2.0-only
"""Runtime power management: more of what 'make run' does and the tests repeat.

Counts come from QEMU's own trace of its SMMU, not from the driver."""
import json
import re
import time

import devices as dev
import steps
import xen
from base import PATIENCE, Problem
from guests import SCRATCH, disk_guest
from machine import Machine
from steps import P1, P2, P3, PAGE, edu_round_trip, expect, is_same, need_fault, overwritten, physical, seed

P4 = SCRATCH + 0x30000
MANY, MANY_PAGES = SCRATCH + 0x100000, 10000        # given back while asleep

SMMU = 0x9050000
CR0, CR0ACK, GBPA, IRQ_CTRLACK, STRTAB_BASE, CMDQ_CONS = 0x20, 0x24, 0x44, 0x54, 0x80, 0x9C
SMMUEN, ABORT = 1, 1 << 20

TRACED = ("smmuv3_cmdq_opcode", "smmuv3_cmdq_tlbi_*", "smmuv3_cmdq_cfgi_ste", "smmuv3_range_inval", "smmuv3_read_mmio",
          "smmuv3_write_mmio", "smmuv3_translate_abort", "smmuv3_translate_disable", "smmuv3_translate_bypass")


class Seen:
    """A stretch of the trace."""

    def __init__(self, text):
        self.text = text

    def commands(self):
        return [x.removeprefix("SMMU_CMD_") for x in re.findall(r"^smmuv3_cmdq_opcode <--- (\w+)", self.text, re.M)]

    def accesses(self):
        """[("read" or "write", offset, value)]"""
        found = re.findall(r"^smmuv3_(read|write)_mmio addr: (\w+) val:(\w+)", self.text, re.M)
        return [(k, int(a, 16), int(v, 16)) for k, a, v in found]

    def vmids(self):
        """VMIDs that were invalidated, of all forms that name one."""
        return {int(x) for x in re.findall(r"^smmuv3_(?:cmdq_tlbi_\w+|range_inval) (?:\S+ )*?vmid=(\d+)", self.text, re.M)}

    def configs(self):
        """Streams whose configuration was invalidated."""
        return {int(x, 16) for x in re.findall(r"^smmuv3_cmdq_cfgi_ste streamid= (\w+)", self.text, re.M)}

    def aborted(self, sid):
        return len(re.findall(rf"^smmuv3_translate_abort \S+ sid={sid:#x} ", self.text, re.M))

    def untranslated(self):
        return re.findall(r"^smmuv3_translate_(?:disable|bypass) .*", self.text, re.M)

    def translated(self, sid):
        return len(re.findall(rf"^smmuv3_translate_success \S+ sid={sid:#x} ", self.text, re.M))

    def need_quiet(self, what):
        told = self.commands() or [f"{k} of register {a:#x}" for k, a, _ in self.accesses()]
        expect(not told, f"{what}: the SMMU was told something: {', '.join(told[:8])}.", self.text[:2000])


class Trace:
    """with Trace(machine) as t: QEMU writes down what its SMMU is told."""

    def __init__(self, machine, *more):
        self.m, self.events = machine, TRACED + more

    def _switch(self, on):
        for e in self.events:
            self.m.qmp("trace-event-set-state", name=e, enable=on)

    def __enter__(self):
        self._switch(True)
        return self

    def __exit__(self, *_):
        if self.m.running():
            self._switch(False)

    def mark(self):
        return self.m.trace_log.stat().st_size

    def seen(self, since, until=None):
        with open(self.m.trace_log, "rb") as f:
            f.seek(since)
            return Seen((f.read() if until is None else f.read(until - since)).decode("latin1"))

    def wait_aborted(self, sid, since, times, seconds=30):
        """Until so many DMAs of a stream were aborted."""
        end = time.monotonic() + seconds * PATIENCE
        while (n := self.seen(since).aborted(sid)) < times:
            if time.monotonic() > end:
                raise Problem(f"The SMMU aborted {n} transactions of stream {sid:#x} in {seconds} s, not {times}: no DMA was tried.",
                              self.seen(since).text[-1000:])
            time.sleep(0.05)
        return n


# --- words for the toolstack ----------------------------------------------

def link(w, guest):
    """What 'xl smmu stats' says of a guest on the SMMU."""
    text = w.m.dom0("xl smmu stats --json")
    found = [x for x in json.loads(text)["links"] if x["domid"] == guest.id]
    expect(len(found) == 1, f"'xl smmu stats' does not show guest {guest.name}.", text)
    return found[0]


def unit(w):
    return json.loads(w.m.dom0("xl smmu power --json"))["units"][0]


def suspend(w, *guests):
    w.m.dom0(" && ".join(f"xl smmu suspend {g.name} -q" for g in guests))


def wake(w, *guests):
    """Awake, and left to the guests again."""
    w.m.dom0(" && ".join(f"xl smmu {word} {g.name} -q" for word in ("resume", "auto") for g in guests))


def reservation(guest, word, page, count=1):
    """A guest gives pages back ("give") or asks for them again ("take"); its
    device is not touched."""
    text = guest.run(f"edu - {word},{page:#x},{count}", 120)
    expect(f"rc={count}\n" in text, f"Xen did not {'take' if word == 'give' else 'give'} {count} pages.", text)


def look(guest, page, pattern):
    return guest.run(f"edu - look,{page:#x},{pattern:#x}").strip()


# --- the steps ------------------------------------------------------------

def dormant_zero_commands(w):
    before = link(w, w.edu)
    with Trace(w.m) as t:
        a = t.mark()
        suspend(w, w.edu)
        b = t.mark()
        reservation(w.edu, "give", MANY, MANY_PAGES)
        c = t.mark()
        asleep = link(w, w.edu)
        d = t.mark()
        wake(w, w.edu)
        e = t.mark()
        reservation(w.edu, "take", MANY, MANY_PAGES)
        f = t.mark()
        reservation(w.edu, "give", MANY, 10)
        awake = len(t.seen(f).commands())
    woken = t.seen(d, e).commands()
    expect("CFGI_STE" in t.seen(a, b).commands(), "The trace does not even show how the guest was put to sleep.", t.seen(a, b).text[:1000])
    t.seen(b, c).need_quiet(f"While {MANY_PAGES} pages were given back")
    expect(asleep["state"] == "dormant", "'xl smmu stats' does not say dormant.", str(asleep))
    elided = asleep["elided"] - before["elided"]
    expect(elided >= MANY_PAGES, f"'xl smmu stats' counts {elided} elided unmaps.", str(asleep))
    expect(asleep["debt_pages"] != 0, "Nothing is owed after the unmaps.", str(asleep))
    expect(any(x.startswith("TLBI") for x in woken), f"The guest was woken without an invalidation: {', '.join(woken)}.")
    expect(awake, "The trace shows no command for pages given back awake, either: it shows nothing.")
    reservation(w.edu, "take", MANY, 10)
    edu_round_trip(w.edu, src=MANY, dst=MANY + (MANY_PAGES - 1) * PAGE)
    return (f"{MANY_PAGES} pages given back asleep: 0 commands and 0 register accesses in QEMU's trace, {elided} unmaps elided; "
            f"woken with {', '.join(woken)}; awake 10 pages cost {awake} commands")


def dormant_dma_blocked(w):
    a, b, c, sid = seed(), seed(), seed(), dev.EDU_A.sid
    lines = w.edu.edu(f"fill,{P2:#x},{a:#x}", f"load,{P2:#x},{PAGE}", f"fill,{P1:#x},{b:#x}", f"store,{P1:#x},{PAGE}",
                      f"look,{P1:#x},{a:#x}", f"fill,{P1:#x},{b:#x}", f"fill,{P3:#x},{c:#x}")
    expect(is_same(lines[4]), "The DMA did not arrive while the guest was awake.", "\n".join(lines))
    with Trace(w.m) as t:
        suspend(w, w.edu)
        m = t.mark()
        lines = w.edu.edu(f"store,{P1:#x},8", f"look,{P1:#x},{b:#x}", f"load,{P3:#x},8")
        seen = t.seen(m)
        wake(w, w.edu)
    expect(is_same(lines[1]), "A sleeping guest's memory was overwritten by DMA, although its translation was only warm.", lines[1])
    expect(seen.aborted(sid) >= 2, "QEMU's SMMU did not abort the write and the read.", seen.text[:1000])
    # What the read brought into the device must not be what lies there.
    lines = w.edu.edu(f"fill,{P2:#x},{b:#x}", f"store,{P2:#x},8", f"look,{P2:#x},{b:#x}")
    got = [int(x, 16) for x in re.search(r"words=(\w+),(\w+)", lines[-1]).groups()]
    expect(got != [c, c + 1], "A sleeping guest's device read memory.", "\n".join(lines))
    edu_round_trip(w.edu)
    return f"write and read with a warm translation: {seen.aborted(sid)} aborts, memory intact, nothing read; awake again DMA works"


def woken_page(w, sleepers, between=None):
    """The attack: warm the translation, sleep, give the page back, wake, let
    the device write there, get the frame back and look.  As returned_page:
    'same' is a frame intact, one or two other words a frame overwritten."""
    for _ in range(5):
        a, b = seed(), seed()
        lines = w.edu.edu(f"fill,{P2:#x},{a:#x}", f"load,{P2:#x},{PAGE}", f"fill,{P1:#x},{b:#x}",
                          f"store,{P1:#x},{PAGE}", f"look,{P1:#x},{a:#x}",        # arrives: the TLB is warm
                          f"fill,{P2:#x},{b:#x}", f"load,{P2:#x},{PAGE}")
        expect(is_same(lines[4]), "The DMA before the guest went to sleep did not arrive.", "\n".join(lines))
        suspend(w, *sleepers)
        reservation(w.edu, "give", P1)
        if between:
            between()
        wake(w, *sleepers)
        lines = w.edu.edu(f"store,{P1:#x},8", f"take,{P1:#x}", f"look,{P1:#x},{a:#x}")
        expect(lines[1].endswith("rc=1"), "Xen did not give the page again.", "\n".join(lines))
        if is_same(lines[-1]) or overwritten(lines[-1]):
            return lines[-1]
    raise Problem("Xen never gave the same frame back, so the attack shows nothing.", "\n".join(lines), "run it again")


def power_up_flush(w):
    mark = w.m.mark()
    with Trace(w.m) as t:
        a = t.mark()
        line = woken_page(w, [w.edu])
        invalidated = t.seen(a).vmids()
    expect(is_same(line), "A page given back while its guest slept was overwritten by DMA after it woke.", line)
    need_fault(w, dev.EDU_A.sid, P1, "WRITE", mark)
    vmid = link(w, w.edu)["vmid"]
    expect(vmid in invalidated, f"No invalidation of VMID {vmid} was seen.", str(invalidated))
    edu_round_trip(w.edu)
    return f"write to {P1:#x} after the wake: blocked, all 4096 bytes of the frame given back asleep intact"


def smmu_off_when_all_dormant(w):
    both = (w.edu, w.disk)
    with Trace(w.m) as t:
        suspend(w, *both)
        a = t.mark()
        for g in both:
            reservation(g, "give", MANY, 100)
        w.edu.edu(f"store,{P1:#x},8")
        w.disk.edu(f"store,{P1:#x},8", device=dev.EDU_B)
        seen = t.seen(a)
    seen.need_quiet("While every guest slept, gave pages back and tried DMA")
    for d in (dev.EDU_A, dev.EDU_B):
        expect(seen.aborted(d.sid), f"The SMMU did not abort DMA of {d.node}.", seen.text[:1000])
    expect(not seen.untranslated(), "DMA passed the parked SMMU untranslated.", "\n".join(seen.untranslated()[:5]))
    cr0, gbpa = (int(physical(w, SMMU + r, 1)[0], 16) for r in (CR0, GBPA))
    expect(not cr0 & SMMUEN and gbpa & ABORT, f"QEMU's SMMU is not parked: CR0 {cr0:#x}, GBPA {gbpa:#x}.")
    text = w.m.dom0("xl smmu list")
    expect("parked" in text, "'xl smmu list' does not say parked.", text)
    wake(w, *both)
    for g in both:
        reservation(g, "take", MANY, 100)
    edu_round_trip(w.edu)
    edu_round_trip(w.disk, dev.EDU_B)
    w.disk.run("disk-test 2", 90)
    state = unit(w)["state"]
    expect(state == "on", f"The SMMU should be on again, and is {state}.")
    return (f"CR0 {cr0:#x} (SMMUEN=0), GBPA {gbpa:#x} (ABORT=1), read by QEMU; 0 commands and 0 register accesses meanwhile; "
            "both guests' devices work after it")


def liar_blocked(w):
    """Nobody knows that a device sleeps but the word of somebody: here it goes
    on with DMA all the time, in the background of its guest."""
    bar, sid, counts = dev.EDU_A.bar, dev.EDU_A.sid, []
    for _ in range(5):
        a, b, mark = seed(), seed(), w.m.mark()
        w.edu.run(f"edu {bar:#x} fill,{P2:#x},{b:#x} load,{P2:#x},{PAGE} && edu - fill,{P1:#x},{a:#x}")
        w.edu.run(f"edu {bar:#x} hammer,{P1:#x},1000000 >/tmp/liar & liar=$!")
        try:
            for _ in range(100):               # it is no liar yet, and arrives
                if overwritten(line := look(w.edu, P1, a)):
                    break
            expect(overwritten(line), "The device's writes do not arrive although its guest is awake.", line)
            with Trace(w.m) as t:
                for asleep in ((w.edu,), (w.edu, w.disk)):            # DORMANT, PARKED
                    suspend(w, asleep[-1])
                    w.edu.run(f"edu - fill,{P1:#x},{a:#x}")
                    counts.append(t.wait_aborted(sid, t.mark(), 3))
                    line = look(w.edu, P1, a)
                    expect(is_same(line), "DMA arrived although the guest's devices sleep.", line)
                reservation(w.edu, "give", P1)
                wake(w, w.disk, w.edu)
                need_fault(w, sid, P1, "WRITE", mark)
        finally:
            w.edu.run("kill $liar; wait $liar", check=False)
        # Not before the device has done what the liar asked for last.
        line = w.edu.edu(f"take,{P1:#x}", f"look,{P1:#x},{a:#x}")[-1]
        if is_same(line) or overwritten(line):
            break
    else:
        raise Problem("Xen never gave the same frame back, so the attack shows nothing.", line, "run it again")
    expect(is_same(line), "A page given back asleep was overwritten through the wake.", line)
    edu_round_trip(w.edu)
    return f"{counts[-2]} transactions aborted while dormant, {counts[-1]} while parked, and those through the wake fault: memory intact"


def faults(w):
    return {d["path"]: d["faults"] for d in json.loads(w.m.dom0("xl smmu devices --json"))["devices"]}


ATA_ERRORS = "dmesg | grep -ciE 'ata[0-9.]+: .*(exception|failed|error|timeout)|I/O error|EXT4-fs error'; true"


def neighbour_undisturbed(w):
    """The disk guest's disk works all the time; the other guest gives pages
    back and is put to sleep and woken."""
    mine, theirs = link(w, w.disk)["vmid"], link(w, w.edu)["vmid"]
    sids = [d.sid for d in w.disk.devices]
    before, errors = faults(w), w.disk.run(ATA_ERRORS).strip()
    w.disk.run("rm -f /tmp/stop; until [ -e /tmp/stop ]; do disk-test 2 || { echo FAILED; break; }; done >/tmp/io 2>&1 & io=$!")
    w.edu.run(f"rm -f /tmp/stop; until [ -e /tmp/stop ]; do edu - swap,{P4:#x},10; done >/tmp/swap 2>&1 & swap=$!")
    with Trace(w.m, "smmuv3_translate_success") as t:
        a = t.mark()
        text = w.m.dom0(f"cycle-power {w.cycles} {w.edu.id} {1000000 // w.cycles}", 60 + w.cycles)
        seen = t.seen(a)
    io = w.disk.run("touch /tmp/stop; wait $io; cat /tmp/io", 90)
    swap = w.edu.run("touch /tmp/stop; wait $swap; cat /tmp/swap", 60)
    expect(f"{w.cycles} cycles" in text, "The guest was not cycled as often as it should.", text)
    rounds = len(re.findall(r"^disk read=", io, re.M))
    expect(rounds and "FAILED" not in io, "The neighbour's disk failed.", io[-1500:])
    expect("of 10" in swap and not re.search(r": [0-9] of 10", swap), "The cycled guest could not give and take pages.", swap[-500:])
    expect((e := w.disk.run(ATA_ERRORS).strip()) == errors, f"The neighbour's kernel logged {e} errors of its disk, before {errors}.",
           w.disk.run("dmesg | tail -n 20"))
    after = faults(w)
    bad = [d.path for d in w.disk.devices if after[d.path] != before[d.path]]
    expect(not bad, f"Devices of the neighbour faulted: {', '.join(bad)}.")
    dma = sum(seen.translated(s) for s in sids)
    expect(dma, "The neighbour did no DMA meanwhile: nothing is shown.")
    expect(not any(seen.aborted(s) for s in sids) and not seen.untranslated(), "DMA of the neighbour was aborted or not translated.")
    expect(seen.vmids() == {theirs}, f"Invalidated were VMIDs {sorted(seen.vmids())}; the cycled guest has {theirs}, its neighbour {mine}.")
    whole = {x for x in seen.commands() if x.startswith("TLBI")} - {"TLBI_S12_VMALL", "TLBI_S2_IPA"}
    expect(not whole, f"More than a VMID was invalidated: {', '.join(whole)}.")
    expect(seen.configs() == {dev.EDU_A.sid}, f"Configurations of streams {sorted(seen.configs())} were invalidated.")
    edu_round_trip(w.edu)
    return (f"{w.cycles} cycles: {dma} translations for the neighbour meanwhile, {rounds} disk tests equal, no error; "
            f"{len(seen.commands())} commands, none for its VMID {mine}")


# --- loss of power, in a machine whose SMMU has a power source for tests ---

def registers(w):
    """CR0, GBPA and STRTAB_BASE as QEMU has them."""
    return tuple(int(physical(w, SMMU + r, 1)[0], 16) for r in (CR0, GBPA, STRTAB_BASE))


def power_up_cost(seen):
    """Register accesses of a power-up, without polls: every write, and what is
    read for its value, not to see how far the SMMU is."""
    polled = (CR0ACK, GBPA, IRQ_CTRLACK, CMDQ_CONS)
    return sum(k == "write" or a not in polled for k, a, _ in seen.accesses())


def survive_state_loss(w):
    """All guests sleep, and the SMMU loses its power: w.edu's, too, if there is one."""
    others = [w.edu] if w.edu else []
    w.disk.run("disk-test 1", 90)
    w.disk.run("mount -t ext4 /dev/sda /mnt && dd if=/dev/urandom of=/tmp/data bs=1M count=8 2>/dev/null && exec 5>/mnt/data && "
               "dd if=/tmp/data bs=1M count=4 2>/dev/null >&5 && sync", 60)
    offs, there = unit(w)["offs"], registers(w)
    with Trace(w.m) as t:
        suspend(w, w.disk, *others)
        cr0, gbpa, table = registers(w)
        gone = f"CR0 {cr0:#x}, GBPA {gbpa:#x}, STRTAB_BASE {table:#x}"
        expect(not cr0 & SMMUEN and not gbpa & ABORT and table != there[2], f"The registers were not lost: {gone}; so nothing is shown.")
        a = t.mark()
        reservation(w.disk, "give", MANY, 100)
        w.m.dom0("xl debug-keys S")
        off = unit(w)
        b = t.mark()
        wake(w, w.disk)
        first = t.seen(b)
        for g in others:
            wake(w, g)
    text = w.disk.run("echo 3 >/proc/sys/vm/drop_caches; dd if=/tmp/data bs=1M skip=4 2>/dev/null >&5; exec 5>&-; umount /mnt && "
                      "mount -t ext4 /dev/sda /mnt && sha256sum /tmp/data /mnt/data; umount /mnt", 90)
    expect(off["state"] == "off" and off["offs"] == offs + 1, "The SMMU was not switched off.", str(off))
    t.seen(a, b).need_quiet("While the SMMU was off")
    commands = first.commands()
    expect(commands in (["CFGI_STE_RANGE", "TLBI_NSNH_ALL", "SYNC"], ["CFGI_ALL", "TLBI_NSNH_ALL", "SYNC"],
                        ["CFGI_STE_RANGE", "TLBI_NSNH_ALL", "TLBI_EL2_ALL", "SYNC"], ["CFGI_ALL", "TLBI_NSNH_ALL", "TLBI_EL2_ALL", "SYNC"]),
           f"The wake from off should be one whole invalidation and one sync, and was: {', '.join(commands)}.")
    worst = link(w, w.disk)["worst_wake"]
    expect(worst >= len(commands), f"'xl smmu stats' says a wake took {worst} commands at most, and this one took {len(commands)}.")
    cost = power_up_cost(first)
    expect(cost <= 20, f"The power-up took {cost} register accesses beside polls.", first.text[:3000])
    worst = link(w, w.disk)["worst_accesses"]
    expect(worst == cost, f"'xl smmu stats' says a wake took {worst} register accesses at most, and QEMU has seen {cost}.", first.text[:3000])
    expect(registers(w) == there, f"CR0, GBPA and STRTAB_BASE were {there} and are {registers(w)} after the wake.")
    sums = re.findall(r"^(\w{64})  /(tmp|mnt)/data$", text, re.M)
    expect(len(sums) == 2 and sums[0][0] == sums[1][0], "The disk's data are others than those that were written.", text)
    expect(w.m.disk_file_sha256("data") == sums[0][0], "The disk image holds other data than the guest wrote.", text)
    reservation(w.disk, "take", MANY, 100)
    edu_round_trip(w.disk, dev.EDU_B, src=MANY)
    for g in others:
        edu_round_trip(g)
    return f"off: {gone} (bypass); back with {', '.join(commands)} and {cost} register accesses; a file half written before is whole, checksums equal"


POWER_ARGS = "smmu-test=power"


def state_loss_survived(w):
    """In a machine of its own: a hypervisor with the test power source."""
    with Machine("machine-power", w.test_xen or xen.build("test"), xen_args=POWER_ARGS) as m:
        own = steps.World(m)
        own.progress = w.progress
        steps.boot(own)
        own.disk = disk_guest(m).create()
        own.disk.ready(own.progress)
        return survive_state_loss(own)


STEPS = (
    ("dormant-zero-commands", dormant_zero_commands),
    ("dormant-dma-blocked", dormant_dma_blocked),
    ("power-up-flush", power_up_flush),
    ("smmu-off-when-all-dormant", smmu_off_when_all_dormant),
    ("liar-blocked", liar_blocked),
    ("neighbour-undisturbed", neighbour_undisturbed),
    ("state-loss-survived", state_loss_survived),
)
