#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Negative controls: a driver with one protection taken out must be caught.

Each mutant is a copy of the driver under build/tests/mutants in which the
given texts, each found exactly once, were replaced.  It is built against the
same simulator and run through the same histories and tests; the control
passes when one of them fails.  QUICK=1: every third.  Those of PASSING must not be caught.  A text that is no longer found once is a
failure too: then the mutant needs to follow the driver.

usage: mutants.py [NAME...]"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
DRIVER = TOP / "xen-smmu"
OUT = TOP / "build/tests/mutants"
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from mutants_list import MUTANTS, PASSING  # noqa: E402


def mutate(name, edits):
    where = OUT / name
    if where.exists():
        shutil.rmtree(where)
    where.mkdir(parents=True)
    for f in DRIVER.glob("*.[ch]"):
        shutil.copy2(f, where)
    changed = set()
    for file, old, new in edits:
        text = (where / file).read_text()
        n = text.count(old)
        if n != 1:
            raise RuntimeError(f"{file}: found {n} times, not once: {old!r}; "
                               "let tests/sim/mutants_list.py follow the driver")
        (where / file).write_text(text.replace(old, new))
        changed.add(file)
    return where, changed


def tool(*words):
    r = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    if r.returncode:
        raise RuntimeError(f"{words[0]} failed: {r.stderr[:400]}")


def build(where, changed, prog):
    """Only what the edits touch is compiled; the rest comes from the variant
    that the catcher runs in."""
    variant = "tsan" if prog in ("threads", "guests", "steps", "tracers") else "plain"
    obj = TOP / "build/tests" / variant
    headers = any(f.endswith(".h") for f in changed)
    flags = ["-std=gnu11", "-O0", "-w", "-fno-strict-aliasing",
             "-I", TOP / "include", "-I", TOP / "tests/host",
             "-I", TOP / "tests/sim", "-I", where]
    if variant == "tsan":
        flags += ["-g", "-fsanitize=thread"]
    driver = []
    for c in sorted(where.glob("*.c")):
        o = where / f"{variant}-{c.stem}.o"
        if not headers and c.name not in changed:
            driver.append(obj / f"driver-{c.stem}.o")
            continue
        if not o.exists():
            tool("gcc", *flags, "-c", c, "-o", o)
            if c.name == "unit.c":
                tool("objcopy", "--globalize-symbol=units", o)
        driver.append(o)
    model = [obj / f"sim-{n}.o" for n in
             ("regs", "v3", "config", "cmdq", "event", "v2", "v2-regs", "tlb",
              "dma", "power", "world")]
    if prog == "steps":             # it takes the place of the library
        flags.remove("-fsanitize=thread")
        flags.append("-Wl,--wrap=memmove")
    text = (TOP / f"tests/sim/{prog}.c").read_text()
    flags += [f"-Wl,--wrap={x}" for x in re.findall(r"^\w.*\b__real_(smmu\w+)\(", text, re.M)]
    tool("gcc", *flags, obj / f"sim-{prog}.o", *driver, *model,
         *sorted(obj.glob("host-*.o")), "-lcmocka", "-lpthread",
         "-o", where / prog)


def caught(where, catcher):
    prog, *args = catcher
    kind, prog = prog.split(":") if ":" in prog else ("v3", prog)
    try:
        r = subprocess.run([str(where / prog), *args], capture_output=True,
                           text=True, errors="replace", timeout=25,
                           env=dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP",
                                    SIM_KIND=kind))
    except subprocess.TimeoutExpired:
        return "it hangs"
    if r.returncode == 0:
        return None
    for line in r.stdout.splitlines():
        if "RULE BROKEN" in line or line.startswith("not ok"):
            return line.removeprefix("# ")
    for line in r.stderr.splitlines():
        if line.startswith("SUMMARY"):
            return line
    return (r.stderr.strip().splitlines() or [f"status {r.returncode}"])[0]


def run(mutant):
    name, edits, catchers = mutant
    where, changed = mutate(name, edits)
    for c in catchers:
        build(where, changed, c[0].split(":")[-1])
        how = caught(where, c)
        if how:
            return how
    return None


def main():
    todo = [(m, kind) for kind in (MUTANTS, PASSING) for m in kind
            if not sys.argv[1:] or m[0] in sys.argv[1:]]
    if os.environ.get("QUICK"):
        todo = todo[::3]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(run, m) for m, _ in todo]
        for n, ((m, kind), job) in enumerate(zip(todo, jobs), 1):
            try:
                how = job.result()
                good = bool(how) == (kind is MUTANTS)
            except RuntimeError as e:
                how, good = e, False
            if how:
                print(f"# {str(how)[:300]}")
            bad += not good
            print(f"{'ok' if good else 'not ok'} {n} - "
                  f"{'caught' if kind is MUTANTS else 'passes'}: {m[0]}",
                  flush=True)
    print(f"1..{len(todo)}")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
