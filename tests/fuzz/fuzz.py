#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""A hostile guest by libFuzzer, and whether it finds bugs that are planted.

At least 10^6 executions and two minutes (QUICK=1: seconds; LONG=1: ten
minutes), from the corpus in corpus/.  Then each planted bug must be found within
60 s, from nothing: a copy of the server in which a text, found exactly once, was replaced.

usage: fuzz.py [NAME...]   (of planted bugs)"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
OUT = TOP / "build/tests/fuzz"
SOURCES = ["scmi.c", "scmi-channel.c", "agent.c"]
QUICK, LONG = os.environ.get("QUICK"), os.environ.get("LONG")
SECONDS = 3 if QUICK else 600 if LONG else 120
RUNS = 1000 if QUICK else 1000000
FIND = 60

BUGS = [
    ("the length of a message unchecked", "scmi.c",
     "else if ( bytes != command->bytes )", "else if ( false )"),
    ("a message read twice", "scmi-channel.c",
     "smmu_scmi_answer(agent, m.header, m.words,",
     "smmu_scmi_answer(agent, m.header, (void *)(agent->channel.bytes + PAYLOAD),"),
    ("the id of a power domain unchecked", "agent.c",
     "    if ( id >= agent->nr )\n        return NULL;\n    id = smmu_index(id, agent->nr);\n", ""),
    ("more written back than the answer", "scmi-channel.c",
     "memcpy(c->bytes + PAYLOAD, words, nr * sizeof(*words));",
     "memcpy(c->bytes + PAYLOAD, words, SMMU_SCMI_OUT_WORDS * 4);"),
    ("the header's token lost", "scmi-channel.c",
     "put32(c, LENGTH, (1 + nr)",
     "put32(c, HEADER, get32(c, HEADER) & 0x3ffff);\n"
     "        put32(c, LENGTH, (1 + nr)"),
    ("no message at all taken for one", "scmi-channel.c",
     "m.length >= sizeof(m.header) && ", ""),
    ("an access that is not aligned", "scmi-channel.c",
     "offset % bytes == 0 && ", ""),
]
count = failures = 0


def result(good, name, note=None):
    global count, failures
    count += 1
    failures += not good
    if note:
        print("\n".join(f"# {line}" for line in note.splitlines()[-12:]))
    print(f"{'ok' if good else 'not ok'} {count} - {name}", flush=True)


def build(where, driver):
    """The error, or None."""
    where.parent.mkdir(parents=True, exist_ok=True)
    r = subprocess.run(
        ["clang", "-std=gnu11", "-O1", "-g", "-Wall", "-Wextra",
         "-Wno-unused-parameter", "-fsanitize=fuzzer,address,undefined",
         "-fno-sanitize-recover=all", f"-I{TOP / 'include'}",
         f"-I{TOP / 'tests/host'}", f"-I{driver}", f"-I{TOP / 'xen-smmu'}",
         str(HERE / "fuzz_scmi.c"), *[str(driver / s) for s in SOURCES],
         "-o", str(where)], capture_output=True, text=True)
    return r.stderr or "clang failed" if r.returncode else None


def fuzz(prog, seconds, *more):
    """New inputs are thrown away.  (status, executions, output)"""
    with tempfile.TemporaryDirectory() as new:
        r = subprocess.run(
            [str(prog), f"-max_total_time={seconds}", "-max_len=256",
             f"-artifact_prefix={OUT}/", "-print_final_stats=1", *[m for m in more if m[0] == "-"], new,
             *[m for m in more if m[0] != "-"]],
            capture_output=True, text=True, errors="replace",
            timeout=seconds + 120)
    m = re.search(r"number_of_executed_units:\s*(\d+)", r.stderr)
    return r.returncode, int(m[1]) if m else 0, r.stderr


def the_server():
    error = build(OUT / "scmi", TOP / "xen-smmu")
    result(not error, "the fuzzer builds", error)
    if error:
        return
    files = [str(f) for f in sorted((HERE / "corpus").iterdir())]
    r = subprocess.run([str(OUT / "scmi"), f"-artifact_prefix={OUT}/",
                        *files], capture_output=True, text=True,
                       errors="replace")
    result(not r.returncode and len(files) > 10,
           "the corpus passes", r.stderr if r.returncode else None)
    start, runs, status, note = time.monotonic(), 0, 0, ""
    while not status and (runs < RUNS or
                          time.monotonic() - start < SECONDS):
        left = SECONDS - (time.monotonic() - start)
        status, more, note = fuzz(OUT / "scmi", max(int(left) + 1, 10 if runs
                                                    else 1),
                                  f"-seed={20 + runs % 1000}",
                                  str(HERE / "corpus"))
        runs += more
    print(f"# {runs} executions in {time.monotonic() - start:.0f} s")
    result(not status, "every answer is right, nothing else changes",
           note if status else None)
    result(runs >= RUNS, f"at least {RUNS} executions")


def planted(number, bug):
    name, file, old, new = bug
    driver = OUT / f"bug{number}"
    shutil.rmtree(driver, ignore_errors=True)
    driver.mkdir(parents=True)
    for s in SOURCES + ["scmi.h"]:
        shutil.copy(TOP / "xen-smmu" / s, driver)
    text = (driver / file).read_text()
    if text.count(old) != 1:
        result(False, f"found: {name}",
               f"{file}: found {text.count(old)} times, not once: {old!r}; "
               "let tests/fuzz/fuzz.py follow the driver")
        return
    (driver / file).write_text(text.replace(old, new))
    error = build(driver / "scmi", driver)
    if error:
        result(False, f"found: {name}", error)
        return
    start = time.monotonic()
    status, _, note = fuzz(driver / "scmi", FIND)
    how = re.search(r"(ORACLE: .*|SUMMARY: .*)", note)
    print(f"# {how[1] if how else 'not found'}, after "
          f"{time.monotonic() - start:.1f} s")
    result(status and how, f"found: {name}", None if how else note)


def main():
    if not shutil.which("clang"):
        # Only the quick tier takes what is installed.
        if QUICK:
            print("1..0 # skip there is no clang: 'make setup' installs it")
            return 0
        result(False, "there is a clang", "clang is missing: make setup")
    else:
        names = sys.argv[1:]
        if not names:
            the_server()
        for n, bug in enumerate(BUGS):
            if bug[0] in names or not (names or QUICK):
                planted(n, bug)
    print(f"1..{count}")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
