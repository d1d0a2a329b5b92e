#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Let spin decide each line of ./cases, and print TAP.

usage: check.py quick|full BUILD-DIRECTORY

Every search is exhaustive: a state is stored whole (COLLAPSE loses nothing),
no hashing of states, no bound on depth that was met."""
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
CFLAGS = "-w -DSAFETY -DCOLLAPSE -DNOFAIR -DMEMLIM=5000".split()
# What spin says of a violation, by what `cases` calls it.
SAYS = {
    "page": r"\(owned&",                    # a DMA in a page given back
    "unpowered": r"violated 0 ",            # a DMA at an SMMU without power
    "bypass": r"violated gbpa_abort ",      # an untranslated DMA
    "garbage": r"violated sane ",           # a DMA by unprogrammed registers
    "register": r"violated \(powered&&",    # no power or no use count
    "queue": r"violated queue ",            # a command to a stopped queue
    "gate": r"violated \(unit==4\)",        # shut for a link that must flush
    "deadlock": r"invalid end state",
}


class Case:
    def __init__(self, line, build):
        tier, self.verdict, self.name, *rest = line.split()
        self.quick = tier == "quick"
        self.says, self.flags = None, rest
        self.big = self.verdict == "holds"      # else what it looks for is soon found
        if self.verdict == "rejected":
            self.says, self.flags = SAYS[rest[0]], ["-DMUT=" + self.name] + rest[1:]
        elif self.verdict == "reached":
            self.says, self.flags = rf"violated +!\(\(\({number(self.name)}==", ["-DREACH=" + self.name] + rest
        elif self.verdict != "holds":
            sys.exit(f"cases: '{line}': no verdict '{self.verdict}'. Next: holds, rejected or reached.")
        self.dir = os.path.join(build, self.name)
        self.unreached = None

    def step(self, *command, log):
        with open(os.path.join(self.dir, log), "w") as f:
            subprocess.run(command, cwd=self.dir, stdout=f, stderr=subprocess.STDOUT, check=True)
        return open(os.path.join(self.dir, log)).read()

    def run(self):
        """What is wrong (empty: nothing), and a line about the search."""
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        for f in ("pm.pml", "hw.pml", "mut.pml"):
            shutil.copy(os.path.join(HERE, f), self.dir)
        out = "spin or gcc failed"
        log = None
        try:
            for log, command in ("spin.log", ["spin", "-a", *self.flags, "pm.pml"]), \
                                ("gcc.log", ["gcc", "-O2" if self.big else "-O0", *CFLAGS, "pan.c", "-o", "pan"]), \
                                ("pan.log", ["./pan", "-m4000000" if self.big else "-m500000", "-w20"]):
                out = self.step(*command, log=log)
        except (OSError, subprocess.CalledProcessError) as e:
            return f"{e}; its output is in {self.dir}/{log}", ""
        os.remove(os.path.join(self.dir, "pan"))
        states = re.search(r"(\d+) states, stored", out)
        seconds = re.search(r"elapsed time ([\d.]+)", out)
        memory = re.search(r"([\d.]+)\s+total actual memory", out)
        if not states or not seconds or not memory:
            return f"no result in {self.dir}/pan.log", ""
        info = f"{int(states[1]):,} states, {seconds[1]} s, {float(memory[1]):.0f} MB"
        return self.judge(out), info

    def judge(self, out):
        found = re.search(r"^pan:1: (.*)", out, re.M)
        if self.says:
            if not found:
                return "not found in the whole state space"
            return "" if re.search(self.says, found[1] + " ") else "found something else: " + found[1]
        if found:
            return f"{found[1]}; to see how: cd {self.dir}; spin -t -p -g pm.pml " + " ".join(self.flags)
        if "errors: 0" not in out or "max search depth" in out or "not completed" in out:
            return f"not exhaustive; see {self.dir}/pan.log"
        self.unreached = set()
        for proc, body in re.findall(r"^unreached in (?:proctype )?(\w+)\n((?:\t.*\n)*)", out, re.M):
            self.unreached |= {(proc, int(n)) for n, text in re.findall(r"pm\.pml:(\d+), state \d+, (.*)", body)
                               if text != '"-end-"'}
        return ""


def number(name):
    with open(os.path.join(HERE, "mut.pml")) as f:
        m = re.search(rf"^#define {name} +(\d+)", f.read(), re.M)
    if not m:
        sys.exit(f"cases: '{name}' is not in mut.pml. Next: define it there.")
    return m[1]


def all_used(cases):
    with open(os.path.join(HERE, "mut.pml")) as f:
        names = set(re.findall(r"^#define (\w+) +[1-9]\d*\b", f.read(), re.M))
    return names - {c.name for c in cases}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("quick", "full"):
        sys.exit(__doc__)
    with open(os.path.join(HERE, "cases")) as f:
        cases = [Case(x, sys.argv[2]) for x in f if x.strip() and not x.startswith("#")]
    full = sys.argv[1] == "full"
    chosen = [c for c in cases if full or c.quick]
    bad = 0

    def result(n, problem, name):
        nonlocal bad
        bad += bool(problem)
        print(f"{'not ok' if problem else 'ok'} {n} - {name}", flush=True)
        if problem:
            print("# " + problem, flush=True)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for n, (c, (problem, info)) in enumerate(zip(chosen, pool.map(Case.run, chosen)), 1):
            result(n, problem, f"{c.name} {c.verdict}" + (f" ({info})" if info else ""))
    unused = all_used(cases)
    result(len(chosen) + 1, unused and "no case for " + ", ".join(sorted(unused)), "every mistake and every state of mut.pml has its case")
    total = len(chosen) + 1
    if full:
        # Config by config a line may be out of reach; not in all of them.
        sets = [c.unreached for c in chosen if c.unreached is not None]
        dead = set.intersection(*sets) if sets else {("nothing held", 0)}
        total += 1
        result(total, dead and "never executed: " + ", ".join(f"{p} pm.pml:{n}" for p, n in sorted(dead)),
               "every line of the driver's model is executed in some search")
    print(f"1..{total}")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
