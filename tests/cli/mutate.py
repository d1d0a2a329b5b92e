#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""mutate.py TOOL SANITIZED SNAPSHOT DIR: spoil each key of each kind of record
in every way that its type allows; the tool has to refuse each, naming file and
key.  The sanitizers' build, which is slow, gets every tenth."""
import concurrent.futures
import copy
import json
import os
import pathlib
import subprocess
import sys

plain, sanitized, snapshot, directory = sys.argv[1:]
good = json.loads(pathlib.Path(snapshot).read_text())
HUGE = 1 << 64
LONG = "x" * 5000
# Under 64 bits:
NARROW = {"unit", "index", "links", "vmid", "domid", "votes", "debt_ranges",
          "scmi_domain"}
ROOM = {"units": 64, "devices": 192, "domains": 128}    # of their names
NULLABLE = {"last_flush_ns", "domid", "since_ns", "scmi_domain"}
# Since ABI 1.1: where they are missing or null, the snapshot is older.
NEWER = {"power_source", "masters_held", "registers_kept", "caches_lost",
         "parks", "offs", "wakes", "debt_pages", "force", "votes",
         "debt_ranges", "delay_ns", "merged", "overflows", "wake_none",
         "wake_ranges", "wake_vmid", "wake_all", "worst_wake", "awake"}
# Since ABI 1.2.
NEWER |= {"accesses", "polls", "worst_accesses", "scmi", "scmi_exits", "scmi_calls", "scmi_transitions",
          "scmi_denied", "scmi_errors", "scmi_domain", "drains", "drained", "drains_full", "drains_preempted",
          "drains_end", "drains_grants", "flushes_added"}
OPTIONAL = {(kind, key) for kind in ("units", "links", "devices")
            for key in NEWER} - {("links", "wakes")}


def wrong_values(kind, key, value):
    """What may not stand where this value stands."""
    wrong = [[], {}, 1.5, "bogus", None, True, -1, HUGE]
    if key in ("path", "name", "power_source"):
        wrong = [[], {}, 1, 1.5, None, True, LONG, "a\0b",
                 "x" * (16 if key == "power_source" else ROOM[kind])]
    elif key == "debt_pages":
        wrong += ["ALL", "", (1 << 64) - 1]
    elif key == "sids":
        ok = {"first": "0x1", "count": 1}
        wrong += [[1], [None], [[]], [{}], [{"first": "0x1"}], [ok] * 17]
        wrong += [[dict(ok, first=bad)] for bad in
                  (1, "1", "0x", "0xg", "0X1", " 0x1", "-0x1", "0x100000000",
                   "0x" + "0" * 40, None)]
        wrong += [[dict(ok, count=bad)] for bad in (-1, "1", 1 << 32, None)]
    elif isinstance(value, bool):
        wrong = [[], {}, 1, 0, "true", None, -1]
    elif isinstance(value, str) and value.startswith("0x"):
        wrong += [4096, "4096", "0x", "0xffffffffffffffff0", "0x1 "]
    elif isinstance(value, str):                        # a word
        wrong += [value.swapcase(), value + " ", 1 << 32]
    elif key in NULLABLE:
        wrong.remove(None)
    if key in NARROW:
        wrong.append(1 << 32)
    if (kind, key) in OPTIONAL:
        wrong = [value for value in wrong if value is not None]
    return wrong


def refused(number, mutant, key):
    """Why the mutant was not refused as it should; None if it was."""
    tool = plain if number % 10 else sanitized
    bad_file = pathlib.Path(directory, f"mutant{number}.json")
    bad_file.write_text(json.dumps(mutant))
    result = subprocess.run([tool, "--from", bad_file, "snapshot", "-"],
                            capture_output=True, text=True, check=False)
    lines = result.stderr.splitlines()
    if result.returncode != 1 or result.stdout or len(lines) != 2:
        return f"exit code {result.returncode}: {result.stderr}"
    # A number that no JSON number can be is refused by the parser already.
    if "it is no JSON: number expected" in lines[0]:
        return None
    if str(bad_file) not in lines[0] or key not in lines[0]:
        return "does not say where: " + lines[0]
    return None if lines[1].startswith("Next: ") else lines[1]


def sort_of(key, value):
    """Values of one sort are read by the same code."""
    if isinstance(value, str):
        return "hex" if value.startswith("0x") else key
    return key if key in NULLABLE | {"sids", "debt_pages"} else type(value)


def mutants():
    """All of them: what was done, the result, and the key.

    The first of a sort gets all of its wrong values, the others two each."""
    seen = set()
    for kind in ("units", "links", "devices", "domains"):
        for key, value in good[kind][0].items():
            if (kind, key) not in OPTIONAL:
                mutant = copy.deepcopy(good)
                del mutant[kind][0][key]
                yield f"{kind}[0] without {key}", mutant, key
            wrong = wrong_values(kind, key, value)
            if (kind, sort_of(key, value)) in seen and key not in NARROW:
                wrong = wrong[-2:]
            seen.add((kind, sort_of(key, value)))
            for bad in wrong:
                mutant = copy.deepcopy(good)
                mutant[kind][0][key] = bad
                yield f"{kind}[0].{key} = {str(bad)[:60]!r}", mutant, key


def check(item):
    number, (name, mutant, key) = item
    return name, refused(number, mutant, key)


with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    results = list(pool.map(check, enumerate(mutants())))
failures = [f"{name}: {why}" for name, why in results if why]
print("\n".join(failures + [f"{len(results) - len(failures)} mutants refused"]))
sys.exit(bool(failures))
