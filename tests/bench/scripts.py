# SPDX-License-Identifier: GPL-2.0-only
"""The same scripts on the same emulated machine, under ours and under the
peer; what the SMMU is told is counted in QEMU's own trace.

A script returns figures; it is run twice.  Machines, guests and the trace are
those of tests/system."""
import json
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "system"))

import devices as dev
import scmi_steps
import steps
import xen
from base import Problem, step
from guests import Guest
from machine import PATIENCE, Machine
from pm_steps import Seen, Trace, reservation, suspend, wake
from steps import PAGE, expect

# Of a guest of 512 MB at 0x40000000 whose kernel is told of 192: each run of a
# script has 2 MiB pages of its own, so that both begin with whole ones.
MEMORY = 512
DORMANT, DORMANT_PAGES = 0x4D000000, 10000
BATCHES, BATCH = (0x50000000, 0x50800000), 512
NEIGHBOURS = (0x51000000, 0x51800000)
BALLOONS, BALLOON = (0x52000000, 0x58000000), 56 << 20
TRANSITIONS = 5

# The bridge as the peer knows it: 4.20 reads no iommu-map there.
BRIDGE = "&{/pcie@10000000} { iommus = <&{/smmuv3@9050000} 0>; };\n"
# A device that is dom0's own.
DOM0_DEVICE = f"&{{{dev.EDU_B.path}}} {{ /delete-property/ xen,passthrough; }};\n"


def told(seen):
    commands = seen.commands()
    return {"commands": len(commands), "syncs": commands.count("SYNC"), "accesses": len(seen.accesses())}


class Script:
    """What the scripts of one machine share."""

    def __init__(self, machine, ours):
        self.m, self.ours = machine, ours
        self.guest = None

    # --- a guest comes and goes --------------------------------------------

    def build(self, run):
        self.guest = Guest(self.m, f"bench{run}", [dev.EDU_A], memory=MEMORY)
        with Trace(self.m) as t:
            a = t.mark()
            self.guest.create()
            self.guest.ready()
            seen = told(t.seen(a))
        return {"build.commands": seen["commands"], "build.accesses": seen["accesses"]}

    def destroy(self, run):
        with Trace(self.m) as t:
            a = t.mark()
            self.guest.destroy()
            end = time.monotonic() + 60 * PATIENCE
            while self.guest.name in self.m.dom0("xl list"):
                if time.monotonic() > end:
                    raise Problem(f"Guest {self.guest.name} does not go away.", self.m.dom0("xl list"))
                time.sleep(0.2)
            seen = told(t.seen(a))
        self.guest = None
        return {"destroy.commands": seen["commands"], "destroy.accesses": seen["accesses"]}

    # --- it gives pages back -----------------------------------------------

    def give(self, page, count):
        """Whole 2 MiB pages are split before: that is not what is counted."""
        for p in range(page, page + count * PAGE, 2 << 20):
            reservation(self.guest, "give", p, 1)
            reservation(self.guest, "take", p, 1)
        with Trace(self.m) as t:
            a = t.mark()
            reservation(self.guest, "give", page, count)
            return told(t.seen(a))

    def batch(self, run):
        seen = self.give(BATCHES[run], BATCH)
        return {"batch.commands": seen["commands"], "batch.accesses": seen["accesses"]}

    def dormant(self, run):
        """The peer cannot sleep: it does the same awake."""
        if self.ours:
            suspend(self, self.guest)
        seen = self.give(DORMANT, DORMANT_PAGES)
        figures = {"dormant.pages": DORMANT_PAGES, "dormant.commands": seen["commands"], "dormant.accesses": seen["accesses"]}
        if self.ours:
            with Trace(self.m) as t:
                a = t.mark()
                wake(self, self.guest)
                figures["wake.commands"] = told(t.seen(a))["commands"]
            expect(figures["wake.commands"], "The wake-up shows no command: the trace shows nothing.")
        reservation(self.guest, "take", DORMANT, DORMANT_PAGES)
        return figures

    def balloon(self, run):
        with Trace(self.m) as t:
            a = t.mark()
            text = self.guest.run(f"edu - balloon,{BALLOONS[run]:#x},{BALLOON // PAGE},{BATCH}", 240)
            seen = told(t.seen(a))
        m = re.search(r"(\d+) pages, (\d+) hypercalls", text)
        expect(m and int(m[1]) == BALLOON // PAGE, "The guest could not balloon.", text)
        calls = int(m[2])
        figures = {"balloon.commands": seen["commands"], "balloon.accesses": seen["accesses"], "balloon.hypercalls": calls}
        if self.ours:
            # Half of the calls give back: each has one drain, and one 2 MiB page to split.
            figures["balloon.continuations"] = max(0, seen["syncs"] - calls // 2 - BALLOON // (2 << 20))
        return figures

    def neighbour(self, run):
        """Pages right beside 512 that are given back, warm before."""
        pages = NEIGHBOURS[run]
        near = (pages - PAGE, pages + BATCH * PAGE)
        for p in (pages, *near):
            reservation(self.guest, "give", p, 1)
            reservation(self.guest, "take", p, 1)
        loads = [f"load,{p:#x},8" for p in near]
        self.guest.edu(*loads)
        with Trace(self.m, "smmu_iotlb_lookup_*") as t:
            a = t.mark()
            reservation(self.guest, "give", pages, BATCH)
            b = t.mark()
            self.guest.edu(*loads)
            told_, text = t.seen(a, b).commands(), t.seen(b).text
        reservation(self.guest, "take", pages, BATCH)
        expect(any(x.startswith("TLBI") for x in told_), "Nothing was invalidated.", str(told_))
        found = [len(re.findall(rf"^smmu_iotlb_lookup_{x}", text, re.M)) for x in ("hit", "miss")]
        expect(sum(found) >= 2, "The device's loads looked nothing up.", text[:1000])
        return {"neighbour.misses": found[1], "neighbour.lookups": sum(found)}

    # --- it sleeps by itself -------------------------------------------------

    def scmi(self, run):
        """An unmodified Linux whose device goes to sleep and wakes."""
        w = steps.World(self.m)
        w.edu = scmi_steps.edu_guest(self.m, f"scmi{run}").create()
        w.edu.ready()
        scmi_steps.edu_power(w, "on")
        before = scmi_steps.scmi(w, w.edu)
        for _ in range(TRANSITIONS):
            scmi_steps.edu_power(w, "auto")
            scmi_steps.edu_power(w, "on")
        after = scmi_steps.scmi(w, w.edu)
        w.edu.destroy()
        count = {k: after[f"scmi_{k}"] - before[f"scmi_{k}"] for k in ("exits", "transitions")}
        expect(count["transitions"] >= TRANSITIONS, "The guest's device did not change its power as often as it was told.", f"{before}\n{after}")
        return {"scmi.exits": count["exits"], "scmi.transitions": count["transitions"]}


# --- machines ----------------------------------------------------------------

def both(script, names, prefix=""):
    """Figures of the first and of the second run."""
    runs = [], []
    for run, figures in enumerate(runs):
        for name in names:
            with step(f"{script.m.name}: {name}, run {run + 1}") as s:
                found = getattr(script, name)(run)
                s.note = ", ".join(f"{k} {v}" for k, v in found.items())
            figures.append({f"{prefix}{k}": v for k, v in found.items()})
    return [{k: v for d in figures for k, v in d.items()} for figures in runs]


def on_machine(name, ours, names, prefix="", **options):
    with Machine(name, xen.build("" if ours else "stock"), **options) as m:
        with step(f"boot {name}") as s:
            m.boot(s.show)
        return both(Script(m, ours), names, prefix)


def boot(name, ours):
    """dom0 boots, its host bridge's streams live, until the first 'xl list'."""
    options = {"devices": None, "trace": ["smmuv3_cmdq_opcode"]}
    if not ours:
        options["fragment"] = BRIDGE
    with step(f"boot {name}") as s, Machine(name, xen.build("" if ours else "stock"), **options) as m:
        m.boot(s.show)
        m.dom0("xl list")
        commands = len(Seen(m.trace_log.read_text(errors="replace")).commands())
        figures = {"boot.commands": commands}
        if ours:
            bridge = [d for d in json.loads(m.dom0("xl smmu devices --json"))["devices"] if d["domid"] == 0]
            expect(bridge, "dom0's host bridge has no streams.")
            figures["boot.streams"] = sum(r["count"] for d in bridge for r in d["sids"])
            figures["boot.ranges"] = sum(len(d["sids"]) for d in bridge)
        s.note = f"{commands} commands"
    return figures


def measure(ours):
    """([figures of the first run, of the second])"""
    side = "ours" if ours else "peer"
    script = ["build", "dormant", "batch", "balloon", "neighbour", "destroy"] + (["scmi"] if ours else [])
    runs = [{}, {}]
    for part in (on_machine(f"bench-{side}", ours, script),
                 on_machine(f"bench-{side}-dom0", ours, ["build", "destroy"], "dom0.", fragment=DOM0_DEVICE),
                 [boot(f"bench-{side}-boot{i}", ours) for i in range(2)]):
        for figures, more in zip(runs, part):
            figures.update(more)
    return runs
