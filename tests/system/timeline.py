# SPDX-License-Identifier: GPL-2.0-only
"""What the hypervisor did meanwhile, recorded by dom0 and drawn: the first
and the last of the steps between which everything else happens."""
import json
import re
import shutil
import xml.dom.minidom

from base import BUILD, TOP
from steps import expect

PICTURE = BUILD / "run" / "timeline.svg"
UNIT = ("on", "parked", "off", "failed")                    # XEN_SMMU_UNIT_*
LINK = ("dormant", "waking", "live", "quiescing", "failed")


def begin(w):
    w.m.dom0("xen-smmu trace record -q -o /log/trace.jsonl 2>/log/trace.err & echo $! >/tmp/trace.pid")
    text = w.m.dom0("i=0; until [ -s /log/trace.jsonl ] || [ $i -ge 1200 ]; do usleep 50000; i=$((i+1)); done; cat /log/trace.err", 90)
    expect((w.m.log / "trace.jsonl").stat().st_size > 0, "Nothing is recorded.", text)
    return "xen-smmu trace record"


def untouched(events):
    """No flush of a link that is dormant, but for one that was on its way when
    it fell asleep, and what came with that: (sleeps of links, rests of SMMUs)."""
    asleep, sleeps, rests = {}, 0, 0
    for e in events:
        lane = (e["unit"], e["domid"])
        if e["kind"] == "link":
            asleep[lane] = 0 if LINK[e["state"]] == "dormant" else None
            sleeps += asleep[lane] is not None
        elif e["kind"] == "unit":
            rests += UNIT[e["state"]] in ("parked", "off")
        elif e["kind"] == "flush" and asleep.get(lane) is not None:
            asleep[lane] += 1
            expect(asleep[lane] <= 2, "A domain that sleeps was flushed.", str(e))
    return sleeps, rests


def end(w):
    w.m.dom0("kill -INT $(cat /tmp/trace.pid); i=0; while kill -0 $(cat /tmp/trace.pid) 2>/dev/null && [ $i -lt 1200 ]; do "
             "usleep 50000; i=$((i+1)); done; ! kill -0 $(cat /tmp/trace.pid) 2>/dev/null")
    lines = (w.m.log / "trace.jsonl").read_text().splitlines()
    first, *lines, last = (json.loads(x) for x in lines)
    events = [x for x in lines if "kind" in x]
    expect("end_ns" in last, "The recording has no end.", str(last))
    kinds = {k: sum(e["kind"] == k for e in events) for k in ("link", "unit", "force", "debt", "flush", "fault", "device")}
    expect(all(kinds.values()), "Something that happened is in no event.", str(kinds))
    seqs = [e["seq"] for e in events]
    expect(seqs == sorted(set(seqs)) and seqs[-1] - seqs[0] < len(seqs) + last["lost"],
           "Events are missing, and not counted as lost.", f"{len(seqs)} of {seqs[0]} to {seqs[-1]}, {last['lost']} lost")
    sleeps, rests = untouched(events) if not last["lost"] else (0, 0)
    w.m.dom0("xl smmu trace export --format svg -o /log/timeline.svg /log/trace.jsonl")
    text = (w.m.log / "timeline.svg").read_text()
    xml.dom.minidom.parseString(text)
    for name in [u["name"] for u in first["units"]] + [f"d{e['domid']}" for e in events if e["kind"] == "link"]:
        expect(f">{name}<" in text, f"The picture has no lane of {name}.")
    faults = w.m.dom0("xl smmu faults --from /log/trace.jsonl -q")
    expect(len(re.findall("^\\[", faults, re.M)) == kinds["fault"], "'xl smmu faults' shows another number of faults.", faults[-1000:])
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(w.m.log / "timeline.svg", PICTURE)
    return (f"{len(events)} events, {last['lost']} lost; {sleeps} sleeps without a flush, {rests} times no SMMU on; "
            f"{PICTURE.relative_to(TOP)}, {len(text) // 1024} KiB")


FIRST = (("timeline-begins", begin),)
LAST = (("timeline", end),)
