# SPDX-License-Identifier: GPL-2.0-only
"""The programs of this directory: built, run twice, and what they say."""
import os
import re
import subprocess
import tempfile
from pathlib import Path

import callgrind

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
DRIVER = ("/xen-smmu/",)
STOCK = ("/smmu-v3.c", "/smmu-v3.h")


class Trouble(Exception):
    pass


def figures(text, prefix):
    """{"PREFIX.NAME": number} of lines "NAME NUMBER"."""
    return {f"{prefix}.{m[1]}": int(m[2]) for m in re.finditer(r"^(\S+) (\d+)$", text, re.M)}


def differences(first, second):
    """Names whose figures differ between two runs, with both."""
    return [(k, first.get(k), second.get(k)) for k in sorted(first.keys() | second.keys()) if first.get(k) != second.get(k)]


def run(args, **kw):
    try:
        r = subprocess.run([str(a) for a in args], capture_output=True, text=True, **kw)
    except FileNotFoundError:
        raise Trouble(f"{args[0]} is not there.\nNext: make setup") from None
    if r.returncode:
        raise Trouble(f"'{' '.join(map(str, args))}' failed with status {r.returncode}:\n" + "\n".join((r.stdout + r.stderr).splitlines()[-20:]))
    return r.stdout


def build(targets, *more):
    """Make them; the directory they are in."""
    out = TOP / "build/tests/bench"
    for m in more:
        if m.startswith("SUFFIX="):
            out = Path(str(out) + m.removeprefix("SUFFIX="))
    run(["make", "-s", "-j2", "-C", HERE, *more, *(f"../../{(out / t).relative_to(TOP)}" for t in targets)])
    return out


def profile(program, prefix, own):
    """{"PREFIX.CASE": instructions of the sources `own`}"""
    found = {}
    with tempfile.TemporaryDirectory() as d:
        run(["valgrind", "-q", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=measured", "--combine-dumps=no",
             f"--callgrind-out-file={d}/out", program])
        for f in Path(d).iterdir():
            text = f.read_text()
            if case := callgrind.trigger(text):
                found[f"{prefix}.{case.removeprefix('stock.')}"] = callgrind.of(text, *own)
    if not found or not all(found.values()):
        raise Trouble(f"callgrind saw no instruction of {', '.join(own)} in {program}.")
    return found


def ours(*more, driver=DRIVER):
    """All that needs nothing but a compiler and valgrind."""
    out = build(("counts", "insn", "day"), *more)
    return {**figures(run([out / "counts"]), "sim"), **figures(run([out / "counts"], env={**os.environ, "SIM_KIND": "v2"}), "sim-v2"),
            **figures(run([out / "day"]), "day"), **profile(out / "insn", "insn", driver)}


def peer(source):
    """Xen's own driver of a Xen source tree."""
    out = build(("stock",), f"XEN_SRC={source}")
    return {**figures(run([out / "stock"]), "peer"), **profile(out / "stock", "peer-insn", STOCK)}


def twice(f, *args, **kw):
    """(figures, differences)"""
    first, second = f(*args, **kw), f(*args, **kw)
    return {k: max(first[k], second.get(k, first[k])) for k in first}, differences(first, second)
