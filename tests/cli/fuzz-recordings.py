#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Damage a recording by a seeded generator, and see that every view of it ends
with an exit code of the tool's own, a clear error or output that is whole: SVG
that parses, JSON, CSV of as many columns.

usage: fuzz-recordings.py TOOL SEED COUNT RECORDING"""
import collections
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import xml.dom.minidom

tool, seed, count, recording = sys.argv[1:]
rng = random.Random(int(seed))
good = open(recording, "rb").read()
VALUES = (0, 1, -1, 2, 5, 255, 65535, 65536, 2**31, 2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**64, None, True, "",
          "x", "all", "0x0", "0xffffffff", "0xffffffffffffffff", [], {}, 1.5, "fault", "link", "NONE")
VIEWS = (["trace", "export", "--format", "svg"], ["trace", "export", "--format", "csv"], ["trace", "export", "--format", "perfetto"],
         ["faults"], ["faults", "--json-lines"], ["faults", "--json"], ["snapshot", "-"], ["list"])


def damage_values(lines, plausible):
    """Other values for keys: of the same kind, so that it stays a recording."""
    for _ in range(rng.choice((1, 1, 2, 8, 32))):
        at = rng.randrange(1, len(lines))
        event = json.loads(lines[at])
        key = rng.choice(list(event))
        if plausible and isinstance(event[key], int) or event[key] is None:
            event[key] = rng.choice([v for v in VALUES if isinstance(v, int) and not isinstance(v, bool) and 0 <= v < 2**63])
        elif plausible:
            other = json.loads(rng.choice(lines[1:-1]))
            event[key] = other.get(key, event[key])
        else:
            event[key] = rng.choice(VALUES)
        lines[at] = json.dumps(event).encode()
    return lines


def damage_lines(lines):
    for _ in range(rng.choice((1, 2, 8))):
        a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
        how = rng.randrange(4)
        if how == 0:
            lines[a], lines[b] = lines[b], lines[a]
        elif how == 1:
            lines.insert(a, lines[b])
        elif how == 2 and len(lines) > 2:
            del lines[a]
        else:
            lines[a] = lines[a][:rng.randrange(len(lines[a]) + 1)]
    return lines


def damage_bytes(data):
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 16))):
        at = rng.randrange(len(data))
        if rng.randrange(2):
            data[at] = rng.randrange(256)
        else:
            other = rng.randrange(len(data))
            data[at:at] = data[other:other + rng.randrange(40)]
    return bytes(data)


def damage(data):
    how = rng.randrange(8)
    if how == 0:
        return data[:rng.randrange(len(data))]
    if how == 1:
        return damage_bytes(data)
    lines = data.splitlines()
    lines = damage_lines(lines) if how == 2 else damage_values(lines, how > 3)
    return b"\n".join(lines) + b"\n"


def whole(view, text):
    """Whether what was printed is complete."""
    if "svg" in view:
        xml.dom.minidom.parseString(text)
    elif "csv" in view:
        return all(len(row) == 15 for row in csv.reader(text.splitlines()))
    elif "perfetto" in view or view[-1] == "--json" or view[0] == "snapshot":
        json.loads(text)
    elif view[-1] == "--json-lines":
        all(json.loads(x) for x in text.splitlines())
    return True


ends = collections.Counter()
with tempfile.TemporaryDirectory() as top:
    for i in range(int(count)):
        bad, why = damage(good), ""
        with open(os.path.join(top, "r"), "wb") as f:
            f.write(bad)
        view = VIEWS[i % len(VIEWS)]
        r = subprocess.run([tool, "--from", os.path.join(top, "r"), *view], capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
        ends[r.returncode] += 1
        words = r.stderr.decode("ascii", "replace")
        try:
            text = r.stdout.decode("ascii")
            if r.returncode == 0:
                why = "" if whole(view, text) else "its output is not whole"
            elif r.returncode != 1 or text or not words.startswith("xen-smmu: ") or "\nNext: " not in words:
                why = f"exit code {r.returncode}"
        except (ValueError, xml.parsers.expat.ExpatError) as e:
            why = str(e)
        if why:
            keep = os.path.join(tempfile.gettempdir(), f"fuzz-recordings-{os.getpid()}")
            with open(keep, "wb") as f:
                f.write(bad)
            print(f"{' '.join(view)}: {why}\n{words}{r.stdout[-1000:].decode('latin1')}\nkept as {keep}")
            sys.exit(1)
print(f"{sum(ends.values())} runs, exit codes " + ", ".join(f"{k}: {ends[k]}" for k in sorted(ends)))
