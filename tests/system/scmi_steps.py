# SPDX-License-Identifier: GPL-2.0-only
"""Guests that drive the power of their own devices, by SCMI: more of what
'make run' does and the tests repeat.

The guests are Debian's kernel, unmodified, with the device trees that
`xen-smmu gen` writes for them.  Nobody but the guest says here when it sleeps."""
import json
import re
import time

import devices as dev
import roots
from base import PATIENCE, Problem
from guests import Guest
from pm_steps import ABORT, CR0, GBPA, MANY, SMMU, SMMUEN, Trace, faults, link, registers, reservation
from steps import P1, P2, PAGE, edu_round_trip, expect, is_same, physical, seed

EXT4 = ["sd_mod", "ext4", "crc32c_generic"]
EDU_BUS = "/sys/bus/platform/devices/passthrough:bus@10000000/power"
AHCI_DRIVER = "/sys/bus/platform/drivers/ahci"
USB = "/sys/devices/platform/passthrough/10300000.usb"
MOST_EXITS = 31                      # of one transition, as counted in a prototype


def edu_guest(m, name="edu"):
    return Guest(m, name, [dev.EDU_A], scmi=True, add="guest-pm-bus.dtsi")


def disk_guest(m, name="disk"):
    return Guest(m, name, [dev.AHCI], ["ahci_platform", *EXT4], scmi=True)


def usb_guest(m, name="usb"):
    return Guest(m, name, [dev.XHCI], ["xhci-plat-hcd", "usb-storage", *EXT4], scmi=True)


# --- words ----------------------------------------------------------------

def wait_state(w, guest, want, seconds=20):
    """Until a guest's link is dormant or live."""
    end = time.monotonic() + seconds * PATIENCE
    while (got := link(w, guest))["state"] != want:
        if time.monotonic() > end:
            raise Problem(f"The devices of guest {guest.name} are {got['state']} and not {want} after {seconds} s.", str(got),
                          f"read {guest.log}")
        time.sleep(0.05)
    return got


def edu_power(w, word, guest=None):
    """"on" or "auto" (asleep) for the bus above the edu; until it is so."""
    guest = guest or w.edu
    want = "active" if word == "on" else "suspended"
    text = guest.run(f"echo {word} > {EDU_BUS}/control; i=0; until grep -q {want} {EDU_BUS}/runtime_status || [ $i -ge 1000 ]; do "
                     f"usleep 50000; i=$((i+1)); done; cat {EDU_BUS}/runtime_status")
    expect(want in text, f"The guest's kernel says that the bus is {text.strip()} and not {want}.", guest.run("dmesg | tail -n 15"))
    return wait_state(w, guest, "live" if word == "on" else "dormant")


def disk_power(w, word):
    """"bind" or "unbind" the guest's AHCI driver; until that counts."""
    w.disk.run(f"echo 10200000.ahci > {AHCI_DRIVER}/{word}")
    got = wait_state(w, w.disk, "live" if word == "bind" else "dormant")
    if word == "bind":
        w.disk.run("i=0; until [ -b /dev/sda ] || [ $i -ge 1000 ]; do usleep 50000; i=$((i+1)); done; [ -b /dev/sda ]", 60)
    return got


def usb_idle(guest):
    """Everything from the disk up to the controller may sleep when idle."""
    guest.run(f"for f in $(find {USB} -path '*/power/control'); do echo auto > $f; done; "
              "echo 200 > /sys/block/sda/device/power/autosuspend_delay_ms; "
              f"for f in {USB}/usb*/power/autosuspend_delay_ms {USB}/usb2/2-1/power/autosuspend_delay_ms; do echo 100 > $f; done")


def scmi(w, guest):
    """What 'xl smmu stats' counts of a guest's SCMI server."""
    got = link(w, guest)
    return {k: got[k] for k in ("scmi_calls", "scmi_exits", "scmi_transitions", "scmi_denied", "scmi_errors")}


def exits_each(before, after):
    """VM exits a transition, and that in words."""
    n = after["scmi_transitions"] - before["scmi_transitions"]
    exits = after["scmi_exits"] - before["scmi_exits"]
    expect(n, "No transition was counted.", f"{before}\n{after}")
    expect(exits <= MOST_EXITS * n, f"{n} transitions took {exits} VM exits, more than {MOST_EXITS} each.", f"{before}\n{after}")
    return f"{n} transitions, {exits / n:.1f} VM exits each"


def parked(w):
    """Whether QEMU's SMMU aborts everything, as its registers say."""
    cr0, gbpa = (int(physical(w, SMMU + r, 1)[0], 16) for r in (CR0, GBPA))
    return not cr0 & SMMUEN and bool(gbpa & ABORT)


# --- the steps ------------------------------------------------------------

def guests(w):
    """In place of those that are there."""
    for g in (w.edu, w.disk):
        if g:
            g.destroy()
    w.edu, w.disk, w.usb = edu_guest(w.m), disk_guest(w.m), usb_guest(w.m)
    all_three = (w.edu, w.disk, w.usb)
    for g in all_three:
        g.create()
    for g in all_three:
        g.ready(w.progress)
        expect("SCMI Protocol" in g.run("dmesg | grep 'arm-scmi.*SCMI Protocol'"), f"Guest {g.name} found no SCMI server.")
    # Linux puts an edu to sleep that nobody uses; the others have drivers.
    states = [wait_state(w, g, s)["state"] for g, s in zip(all_three, ("dormant", "live", "live"))]
    return ", ".join(f"d{g.id} with {g.devices[0].node} {s}" for g, s in zip(all_three, states))


def edu_sleeps(w):
    """A device without a driver, below a simple-pm-bus."""
    a, b, sid = seed(), seed(), dev.EDU_A.sid
    edu_power(w, "on")
    edu_round_trip(w.edu)
    before = scmi(w, w.edu)
    lines = w.edu.edu(f"fill,{P2:#x},{a:#x}", f"load,{P2:#x},{PAGE}", f"fill,{P1:#x},{b:#x}", f"store,{P1:#x},{PAGE}",
                      f"look,{P1:#x},{a:#x}", f"fill,{P1:#x},{b:#x}")
    expect(is_same(lines[4]), "The DMA did not arrive while the guest's device was on.", "\n".join(lines))
    with Trace(w.m) as t:
        edu_power(w, "auto")
        start = t.mark()
        lines = w.edu.edu(f"store,{P1:#x},8", f"look,{P1:#x},{b:#x}")
        aborted = t.wait_aborted(sid, start, 1)
        reservation(w.edu, "give", MANY, 100)
        t.seen(start).need_quiet("While the guest's device was off")
        expect(is_same(lines[1]), "DMA arrived although the guest had switched its device off.", lines[1])
        woken = t.mark()
        edu_power(w, "on")
        commands = t.seen(woken).commands()
    expect(any(x.startswith("TLBI") for x in commands), f"The guest woke without an invalidation: {', '.join(commands)}.")
    reservation(w.edu, "take", MANY, 100)
    edu_round_trip(w.edu, src=MANY)
    cost = exits_each(before, scmi(w, w.edu))
    return f"off: {aborted} DMA aborted, 100 pages given back without a command; on: {', '.join(commands)}, DMA works; {cost}"


def unbind_rebind(w):
    """A driver that holds its device awake for as long as it is bound."""
    text = w.disk.run("disk-test 2", 90)
    want = re.search(r"^disk read=(\w{64})$", text, re.M)[1]
    before = scmi(w, w.disk)
    with Trace(w.m) as t:
        disk_power(w, "unbind")
        expect("sda" not in w.disk.run("ls /sys/block"), "The disk is there although its driver is not.")
        start = t.mark()
        reservation(w.disk, "give", MANY, 1000)
        asleep = link(w, w.disk)
        t.seen(start).need_quiet("While no driver was bound and the guest gave pages back")
        disk_power(w, "bind")
    reservation(w.disk, "take", MANY, 1000)
    got = w.disk.run("mount -t ext4 /dev/sda /mnt && sha256sum </mnt/data; umount /mnt", 60).split()[0]
    expect(got == want == w.m.disk_file_sha256("data"), "The disk's data are not what was written before.", f"{want}\n{got}")
    w.disk.run("disk-test 2", 90)
    cost = exits_each(before, scmi(w, w.disk))
    return f"unbound: dormant, 1000 pages given back without a command, {asleep['debt_pages']} owed; bound: checksum {got[:12]}... equal; {cost}"


def xhci_autosuspend(w):
    """A USB disk that is mounted and idle.  Read-only, or ext4 would write to
    it now and then; and whatever else wakes it is no failure, but no idling
    either: that cycle is done again."""
    g, cycles = w.usb, w.sleeps
    g.run("i=0; until [ -b /dev/sda ] || [ $i -ge 1000 ]; do usleep 50000; i=$((i+1)); done; mount -t ext4 /dev/sda /mnt && "
          "dd if=/dev/urandom of=/mnt/data bs=1M count=2 2>/dev/null && mount -o remount,ro /mnt", 60)
    want = g.run("sha256sum </mnt/data").split()[0]
    before = scmi(w, g)
    usb_idle(g)
    done = translated = disturbed = 0
    with Trace(w.m, "smmuv3_translate_success") as t:
        while done < cycles:
            if w.progress:
                w.progress(f"cycle {done + 1} of {cycles}")
            asleep = wait_state(w, g, "dormant")
            start = t.mark()
            reservation(g, "give", MANY, 100)
            reservation(g, "take", MANY, 100)
            woken = t.mark()
            if link(w, g)["wakes"] != asleep["wakes"]:
                disturbed += 1
                expect(disturbed <= 3 + cycles // 10, "The guest wakes its idle USB disk all the time.", g.run("dmesg | tail -n 20"))
                continue
            done += 1
            got = g.run("echo 3 >/proc/sys/vm/drop_caches; sha256sum </mnt/data", 60).split()[0]
            t.seen(start, woken).need_quiet("While the USB disk was idle and its guest gave pages back")
            seen = t.seen(woken)
            expect(got == want, "The data of the USB disk changed.", f"{want}\n{got}")
            expect(any(x.startswith("TLBI") for x in seen.commands()), "The USB controller's guest woke without an invalidation.", seen.text[:1000])
            expect(seen.translated(dev.XHCI.sid), "The USB controller did no DMA: the data came from elsewhere.")
            translated += seen.translated(dev.XHCI.sid)
    wait_state(w, g, "dormant")
    after = link(w, g)
    expect(after["wakes"] - asleep["wakes"] >= 1, "No wake was counted.", str(after))
    expect("FS error" not in g.run("dmesg"), "The guest's filesystem complains.", g.run("dmesg | tail -n 20"))
    cost = exits_each(before, scmi(w, g))
    return f"{cycles} times asleep when idle, 100 pages given back without a command, awake by a read: sha256 equal, {translated} translations; {cost}"


def two_guests(w, asleep="parked"):
    """The third guest's USB controller sleeps all the while, its disk being idle.
    asleep: what the SMMU is when all of them do, "parked" or "off"."""
    wait_state(w, w.usb, "dormant")
    seen, known = [], {w.edu.id: "edu", w.disk.id: "disk", w.usb.id: "usb"}
    for edu, disk in (("on", None), ("auto", None), (None, "unbind"), ("on", None), ("auto", None), (None, "bind")):
        if edu:
            edu_power(w, edu)
        if disk:
            disk_power(w, disk)
        stats = json.loads(w.m.dom0("xl smmu stats --json"))
        awake = sorted(known[x["domid"]] for x in stats["links"] if x["state"] == "live")
        state = stats["units"][0]["state"]
        seen.append(f"{'+'.join(awake) or 'none'}: {state}")
        runs = bool(registers(w)[0] & SMMUEN)
        expect(runs == bool(awake), f"Awake are {awake or 'none'}, and QEMU's SMMU {'translates' if runs else 'does not translate'}.")
        expect(parked(w) == (asleep == "parked" and not awake), f"Awake are {awake or 'none'}, and QEMU's SMMU is {'' if parked(w) else 'not '}parked.")
        expect(state == ("on" if awake else asleep), f"Awake are {awake or 'none'}, and 'xl smmu power' says {state}.")
        if "edu" in awake:
            edu_round_trip(w.edu)
        if "disk" in awake:
            w.disk.run("dd if=/dev/sda of=/dev/null bs=64k count=4 iflag=direct", 60)
    return "awake, and the SMMU by its registers: " + ", ".join(seen)


def hostile(w):
    """In place of the edu's guest one whose kernel does all it can to break
    the SCMI server, while the disk's guest works."""
    wait_state(w, w.usb, "dormant")
    w.edu.destroy()
    w.edu = None
    bad = Guest(w.m, "hostile", [dev.EDU_A], scmi=True, kernel=roots.hostile(), vcpus=2, memory=32)
    before, told, mark = [link(w, g) for g in (w.disk, w.usb)], faults(w), w.m.mark()
    w.disk.run("rm -f /tmp/stop; until [ -e /tmp/stop ]; do disk-test 2 || { echo FAILED; break; }; done >/tmp/io 2>&1 & io=$!")
    bad.create()
    bad.wait(r"^HOSTILE: DONE", 120, w.progress)
    counts = {k: (int(n), int(x)) for k, n, x in re.findall(r"^HOSTILE: ([\w ]+): (\d+) calls, (\d+) wrong", bad.console(), re.M)}
    io = w.disk.run("touch /tmp/stop; wait $io; cat /tmp/io", 90)
    mine = link(w, bad)
    wrong = [k for k, (_, x) in counts.items() if x]
    expect(not wrong, f"The SCMI server answered wrongly: {', '.join(wrong)}.", bad.console()[-3000:])
    expect(len(counts) == 8, "Not all attacks were made.", bad.console()[-3000:])
    rounds = len(re.findall(r"^disk read=", io, re.M))
    expect(rounds and "FAILED" not in io, "The neighbour's disk failed.", io[-1500:])
    for g, old in zip((w.disk, w.usb), before):
        new = link(w, g)
        same = all(new[k] == old[k] for k in ("state", "votes", "wakes", "failures", "scmi_calls", "scmi_transitions"))
        expect(same, f"Guest {g.name}'s power changed, which it did not ask for.", f"{old}\n{new}")
    now = faults(w)
    expect(all(now[p] == told[p] for d in (w.disk, w.usb) for p in (d.devices[0].path,)), "A neighbour's device faulted.", str(now))
    log = w.m.console(mark)
    trouble = re.findall(r".*(?:BUG|Assertion|Panic|WARN|Xen call trace|SYNC_TIMEOUT|CERROR).*", log)
    expect(not trouble, "Xen is in trouble.", "\n".join(trouble[:10]))
    lines = len(re.findall(r"^\(XEN\)", log, re.M))
    bad.destroy()
    total = sum(n for n, _ in counts.values())
    return (f"{total} calls and accesses of {len(counts)} kinds, none answered wrongly; {rounds} disk tests of the neighbour equal meanwhile; "
            f"{mine['wakes']} wakes for {mine['scmi_transitions']} transitions, {lines} lines logged")


STEPS = (
    ("scmi-guests", guests),
    ("scmi-edu", edu_sleeps),
    ("scmi-unbind-rebind", unbind_rebind),
    ("scmi-xhci-autosuspend", xhci_autosuspend),
    ("scmi-two-guests", two_guests),
    ("scmi-hostile", hostile),
)
