#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""geometry.py RECORDING SVG: is everything in the picture where its time is?

Knows nothing of how the tool computes it: for each lane the state at many times
is worked out of the events and compared with the colour that is drawn there;
flushes, faults and debts likewise.  No text leaves the picture, or overlaps."""
import bisect
import json
import math
import re
import sys
import xml.etree.ElementTree as ET

NS = "{http://www.w3.org/2000/svg}"
UNIT = {0: "on", 1: "pk", 2: "of", 3: "fl"}
LINK = {0: "pk", 1: "wk", 2: "on", 3: "qu", 4: "fl"}
WORDS = {v: k for k, v in enumerate(("on", "parked", "off", "failed"))}
LINKS = {v: k for k, v in enumerate(("dormant", "waking", "live", "quiescing", "failed"))}

lines = open(sys.argv[1]).read().splitlines()
first, last = json.loads(lines[0]), json.loads(lines[-1])
events = [e for e in (json.loads(x) for x in lines[1:-1]) if "kind" in e]
begin, end = first["now_ns"], last["end_ns"]
root = ET.parse(sys.argv[2]).getroot()
_, _, width, height = (float(x) for x in root.get("viewBox").split())
bad = []


def need(ok, what):
    if not ok:
        bad.append(what)


# -- what is drawn ---------------------------------------------------------

def rects(d):
    """(x, y, width, height) of each rectangle of a path."""
    for x, y, w, h in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)h-[\d.]+z", d):
        yield float(x), float(y), float(w), float(h)


paths = [(p.get("class"), p.get("d")) for p in root.iter(NS + "path")]
texts = [(t.text or "", float(t.get("x")), float(t.get("y")), t.get("class") or "") for t in root.iter(NS + "text")]
plots = [r for c, d in paths if c == "z" for r in rects(d)]
left, plot = plots[0][0], plots[0][2]
need(left + plot <= width, "the plot leaves the picture")


def x_of(ns):
    return left + plot * (ns - begin) / (end - begin)


def at(x):
    return begin + (x - left) / plot * (end - begin)


titles = {}                     # (unit, domid) -> y of the title
unit_names = {u["name"]: u["index"] for u in first["units"]}
unit = None
for text, x, y, c in texts:
    if c == "b" and text in unit_names:
        unit = unit_names[text]
        titles[unit, None] = y
    elif c == "b" and (m := re.fullmatch(r"d(\d+)", text)):
        titles[unit, int(m[1])] = y
order = sorted(titles.items(), key=lambda t: t[1])
floors = [y for _, y in order]


def lane_of(y):
    """The lane whose bars begin right above its title, votes included."""
    return order[max(0, bisect.bisect(floors, y + 24) - 1)][0]


bars = {}                       # lane -> [(x, to, class, height)]
for c, d in paths:
    if c in ("on", "wk", "pk", "qu", "of", "fl"):
        for x, y, w, h in rects(d):
            if h in (16, 22) and x >= left:
                bars.setdefault(lane_of(y), []).append((x, x + w, c))

# -- what there was --------------------------------------------------------

def history(lane):
    """[(time, class)] out of the events, which tell what was before; or of the lists."""
    unit, domid = lane
    if domid is None:
        told = [UNIT[e["before"]] for e in events if e["kind"] == "unit" and e["unit"] == unit]
        state = (told + [UNIT[WORDS[u["state"]]] for u in first["units"] if u["index"] == unit])[0]
    else:
        link = [x for x in first["links"] if (x["unit"], x["domid"]) == lane]
        told = [LINK[e["before"]] for e in events if e["kind"] == "link" and (e["unit"], e["domid"]) == lane]
        state = (told + [LINK[LINKS[link[0]["state"]]]])[0] if link else None
    out, real = [(begin, state)], state
    for e in events:
        if e["unit"] != unit or (domid is not None and e["domid"] != domid):
            continue
        if domid is not None:
            if e["kind"] == "link":
                state = LINK[e["state"]]
            elif e["kind"] == "gone":
                state = None
            elif e["kind"] == "device" and e["state"] and state is None:
                state = "pk"
        elif e["kind"] == "unit":
            state = real = UNIT[e["state"]]
        elif e["kind"] == "power":
            state = "wk" if e["state"] else real
        elif e["kind"] == "link" and e["state"] == LINKS["waking"] and real in ("pk", "of"):
            state = "wk"
        if state != out[-1][1]:
            out.append((e["time_ns"], state))
    return out + [(end, None)]


need(set(bars) == set(titles), f"lanes with a title {set(titles)}, with a bar {set(bars)}")
need(len(titles) > 1, "no lane was found")
checked = 0
for lane in titles:
    steps = history(lane)
    for (t, state), (to, _) in zip(steps, steps[1:]):
        if to <= t:
            continue
        if x_of(to) - x_of(t) < 6:
            # Too short for its place to be told; but it is to be seen.
            need(state is None or any(c == state and a - 2 <= x_of(t) <= b + 2 for a, b, c in bars[lane]),
                 f"{lane}: nothing of '{state}' at {x_of(t):.1f}")
            continue
        for part in (0.02, 0.3, 0.5, 0.7, 0.98):
            x = x_of(t) + max(2, min(x_of(to) - x_of(t) - 2, part * (x_of(to) - x_of(t))))
            drawn = [c for a, b, c in bars[lane] if a <= x <= b]
            need(drawn == ([state] if state else []), f"{lane} at {x:.1f}: drawn {drawn}, but it was {state}")
            checked += 1
need(checked > 20, f"only {checked} places were compared")


bottom = max(float(v) for c, d in paths if c == "g" for v in re.findall(r"V([\d.]+)", d))


def marks(cls, pattern):
    """(lane, x) of what is above the axis: below it is the legend."""
    return [(lane_of(float(m[2]) - 6), float(m[1])) for c, d in paths if c == cls for m in re.finditer(pattern, d) if float(m[2]) < bottom]


for kind, found in (("flush", marks("ti", r"M([\d.]+) ([\d.]+)v9")), ("fault", marks("fa", r"M([\d.]+) ([\d.]+)l4 7"))):
    want = [((e["unit"], e["domid"]), x_of(e["time_ns"])) for e in events if e["kind"] == kind]
    need(want and found, f"no {kind} to compare")
    for lane, x in want:
        need(any(m == lane and abs(x - f) <= 1.6 for m, f in found), f"no {kind} of {lane} at {x:.1f}")
    for lane, f in found:
        need(any(w == lane and abs(x - f) <= 1.6 for w, x in want), f"a {kind} of {lane} at {f:.1f} that never was")

# Debts: as high as their logarithm was, where they were.
areas = {}
for c, d in paths:
    if c == "de" and d.startswith("M") and "H" in d:
        x, y = (float(v) for v in re.match(r"M([\d.]+) ([\d.]+)", d).groups())
        steps, ground = [], y
        for op, v in re.findall(r"([HV])([\d.]+)", d):
            if op == "H":
                steps.append((x, float(v), ground - y))
                x = float(v)
            else:
                y = float(v)
        areas[lane_of(ground - 20)] = steps
debts = 0
for lane in titles:
    link = [x for x in first["links"] if (x["unit"], x["domid"]) == lane]
    owed = [(begin, link[0]["debt_pages"] if link else 0)] if lane[1] is not None else []
    for e in events:
        if owed and (e["unit"], e["domid"]) == lane and e["kind"] in ("debt", "gone"):
            owed.append((e["time_ns"], e["pages"]))
    most = max([p for _, p in owed if p != "all"], default=0)
    for (t, pages), (to, _) in zip(owed, owed[1:] + [(end, 0)]):
        if x_of(to) - x_of(t) < 4 or pages == "all":
            continue
        x = (x_of(t) + x_of(to)) / 2
        drawn = sum(h for a, b, h in areas.get(lane, ()) if a <= x < b)
        high = 2 + 24 * (math.log2(pages) / math.log2(most) if most > 1 else 0) if pages else 0
        need(abs(drawn - high) <= 1.5, f"{lane}: debt of {pages} at {x:.1f} is {drawn} high")
        debts += 1
need(debts > 5, "no debt was compared")

# -- texts -----------------------------------------------------------------

boxes = []
for text, x, y, c in texts:
    size = 15 if "h" in c.split() else 11 if set(c.split()) & {"s", "k", "w"} else 12
    w = len(text) * size * (0.6 if set(c.split()) & {"b", "k", "w"} else 0.55)
    a = x - w if "e" in c.split() else x - w / 2 if "m" in c.split() else x
    boxes.append((a, y - size, a + w, y + 2, text))
    need(a >= 0 and a + w <= width and y - size >= 0 and y <= height, f"'{text}' leaves the picture")
for i, (a, b, c, d, one) in enumerate(boxes):
    for e, f, g, h, two in boxes[:i]:
        need(c <= e or g <= a or d <= f or h <= b, f"'{one}' overlaps '{two}'")

print("\n".join(bad + [f"{checked} places, {len(boxes)} texts"]))
sys.exit(bool(bad))
