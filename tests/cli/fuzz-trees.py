#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Damage device trees and configurations by a seeded generator, and see that
the tool ends with one of its own exit codes and a clear error, whatever is in
them.  The sanitizers' build turns a wrong access into another end.

usage: fuzz-trees.py TOOL SEED COUNT HOST.dtb GUEST.dtb GUEST.cfg"""
import collections
import os
import random
import struct
import subprocess
import sys
import tempfile

tool, seed, count, *files = sys.argv[1:]
rng = random.Random(int(seed))
host, guest, config = (open(f, "rb").read() for f in files)
WORDS = (0, 1, 2, 3, 4, 9, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def places(data):
    """Words of the structure block, and those of them that are in values of
    properties: a tree with these changed still is one."""
    start, size = struct.unpack(">I", data[8:12])[0], struct.unpack(">I", data[36:40])[0]
    at, values = start // 4, []
    while True:
        token = struct.unpack_from(">I", data, 4 * at)[0]
        at += 1
        if token == 9:
            return range(start // 4, (start + size) // 4), values
        if token == 1:
            at = (data.index(b"\0", 4 * at) // 4) + 1
        elif token == 3:
            length = struct.unpack_from(">I", data, 4 * at)[0]
            values += range(at + 2, at + 2 + length // 4)
            at += 2 + (length + 3) // 4


def damage_tree(data):
    inside, values = places(data)
    data = bytearray(data)
    how = rng.randrange(16)
    if how == 0:
        return bytes(data[:rng.randrange(len(data))])
    if how == 1:                              # a header that lies
        struct.pack_into(">I", data, 4 * rng.randrange(10), rng.choice(WORDS))
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        at = rng.choice(values if how >= 8 else inside if how < 6 else range(10, len(data) // 4))
        if 4 * at + 4 > len(data):
            continue
        if how in (2, 3) or how >= 13:
            struct.pack_into(">I", data, 4 * at, rng.choice(WORDS))
        elif how in (4, 5) or how >= 10:      # one property's cell in another's place
            other = rng.choice(values)
            data[4 * at:4 * at + 4] = data[4 * other:4 * other + 4]
        else:
            data[4 * at + rng.randrange(4)] ^= 1 << rng.randrange(8)
    return bytes(data)


def damage_text(data):
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        at = rng.randrange(len(data))
        how = rng.randrange(4)
        if how == 0:
            del data[at:at + rng.randrange(1, 8)]
        elif how == 1:
            data[at:at] = rng.choice((b'"', b"'", b"[", b"]", b",", b"\n", b"\\", b"=", b"+=", b"\0", b"#", b"f" * 20, b"9" * 30))
        elif how == 2:
            data[at] = rng.randrange(256)
        else:
            other = rng.randrange(len(data))
            data[at:at] = data[other:other + rng.randrange(30)]
        if not data:
            return b""
    return bytes(data)


def run(args, allowed):
    r = subprocess.run([tool, *args], capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    ends[r.returncode] += 1
    words = r.stderr.decode("ascii", "replace")
    fine = (r.returncode in allowed and all(c == 10 or 32 <= c < 127 for c in r.stdout + r.stderr)
            and (not words or (words.startswith("xen-smmu: ") and "\nNext: " in words))
            and bool(words) == (r.returncode == 1 or (args[0] == "gen" and r.returncode != 0)))
    if not fine:
        print(f"exit code {r.returncode}: {' '.join(args)}\n{words}{r.stdout[-2000:].decode('latin1')}")
        for f in ("h", "g", "c"):
            keep = os.path.join(tempfile.gettempdir(), f"fuzz-trees-{os.getpid()}-{f}")
            with open(f, "rb") as a, open(keep, "wb") as b:
                b.write(a.read())
            print(f"kept as {keep}")
        sys.exit(1)


ends = collections.Counter()
with tempfile.TemporaryDirectory() as top:
    os.chdir(top)
    for i in range(int(count)):
        for name, good, how in (("h", host, damage_tree), ("g", guest, damage_tree), ("c", config, damage_text)):
            with open(name, "wb") as f:
                f.write(how(good) if rng.random() < 0.5 else good)
        run(["check", "--host-dtb", "h", "--guest-dtb", "g", "--config", "c", *(["--json"] if i % 3 == 0 else [])], (0, 1, 3))
        if i % 4 == 0:
            run(["gen", "--host-dtb", "h", "--out", "o", "--force", "--device", "/soc/gpu@10000",
                 "--device", "/soc/ethernet@0"], (0, 1, 3))
print(f"{sum(ends.values())} runs, exit codes " + ", ".join(f"{k}: {ends[k]}" for k in sorted(ends)))
