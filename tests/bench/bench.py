# SPDX-License-Identifier: GPL-2.0-only
"""make bench: everything is measured, twice, and shown as one table.

    bench.py [--quick] [--json FILE]    build/bench/report.json, report.svg, report.txt
    bench.py --check [--quick]          the same against figures.json
    bench.py --accept                   the last report becomes what is committed
    bench.py --readme                   whether the README shows what is committed

--quick: what needs neither QEMU nor Xen's source."""
import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import host
import metrics
import report

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
OUT = TOP / "build/bench"
FIGURES, PICTURE, README = HERE / "figures.json", HERE / "figures.svg", TOP / "README.md"


def first_line(args, pattern, **kw):
    text = subprocess.run([str(a) for a in args], capture_output=True, text=True, **kw).stdout
    m = re.search(pattern, text)
    return m[1] if m else "unknown"


def versions(quick, source=None):
    found = {"gcc": first_line(["gcc", "--version"], r"\) (\S+)"), "valgrind": first_line(["valgrind", "--version"], r"-(\S+)")}
    if not quick:
        import fetch
        qemu, env = fetch.qemu()
        found = {"Xen": first_line(["sed", "-n", "s/.*XEN_\\(VERSION\\|SUBVERSION\\|EXTRAVERSION\\) *?*= *//p", source / "xen/Makefile"], r"(?s)(\d.*)")
                 .replace("\n", ".", 1).replace("\n", "").replace("$(XEN_VENDORVERSION)", ""),
                 "QEMU": first_line([qemu, "--version"], r"version (\S+)", env=env), **found}
    return found


def merge(first, second):
    """Of both runs what is worse; and what differs."""
    return {k: max(first[k], second.get(k, first[k])) for k in first}, host.differences(first, second)


def measure(quick):
    """(figures, differences, versions)"""
    figures, differ = host.twice(host.ours)
    if quick:
        return figures, differ, versions(True)
    import scripts
    import xen
    source = xen.source_tree(xen.DEFAULT)[1]
    parts = [host.twice(host.peer, source)]
    for ours, prefix in ((True, "qemu"), (False, "qemu-peer")):
        parts.append(merge(*({f"{prefix}.{k}": v for k, v in run.items()} for run in scripts.measure(ours))))
    for more, bad in parts:
        figures.update(more)
        differ += bad
    return figures, differ, versions(False, source)


def say_more(rows, differ):
    print("\n" + "\n".join(f"{r['id']}: {r['detail']}" for r in rows if r["detail"]) + "\n")
    if not differ:
        print("Both runs of every script gave the same figures.")
    for name, a, b in differ:
        print(f"differs between two runs, the worse counts: {name}: {a} and {b}")


def write(rep, figures):
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "report.json").write_text(json.dumps(rep, indent=1) + "\n")
    (OUT / "figures.json").write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")
    (OUT / "report.txt").write_text(report.table(rep["metrics"]) + "\n")
    if any(r["where"] == "QEMU" for r in rep["metrics"]):
        (OUT / "report.svg").write_text(report.svg(rep))


def committed():
    return json.loads(FIGURES.read_text())


def compare(rows, quick):
    """0, or 1 with a line for each regression."""
    wanted = metrics.SIMULATED if quick else metrics.METRICS
    found = metrics.regressions(rows, committed()["metrics"], wanted)
    for name, words in found:
        print(f"REGRESSION: {name}: {words}")
    print(f"{len(found)} of {len(wanted)} metrics are worse than committed ({FIGURES.relative_to(TOP)}, {committed()['date']}).")
    return bool(found)


def accept():
    if not (OUT / "report.json").exists():
        print("Nothing was measured yet.\nNext: make bench", file=sys.stderr)
        return 1
    rep = json.loads((OUT / "report.json").read_text())
    lacking = [m.id for m in metrics.METRICS if m.id not in {r["id"] for r in rep["metrics"]}]
    if lacking:
        print(f"The last report lacks {', '.join(lacking)}.\nNext: make bench", file=sys.stderr)
        return 1
    FIGURES.write_text(json.dumps(rep, indent=1) + "\n")
    PICTURE.write_text(report.svg(rep))
    README.write_text(report.insert(README.read_text(), rep))
    print(f"{FIGURES.relative_to(TOP)}, {PICTURE.relative_to(TOP)} and the README's table are those of {rep['date']}.")
    return 0


def readme():
    """Words for what does not show the committed figures."""
    rep, wrong = committed(), []
    if report.insert(README.read_text(), rep) != README.read_text():
        wrong.append("the README's table is not what figures.json says")
    if PICTURE.read_text() != report.svg(rep):
        wrong.append("figures.svg is not what figures.json says")
    return wrong


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option in ("quick", "check", "accept", "readme"):
        p.add_argument(f"--{option}", action="store_true")
    a = p.parse_args()
    if a.accept:
        return accept()
    if a.readme:
        for words in readme():
            print(f"{words}: make bench-accept writes both", file=sys.stderr)
        return bool(readme())
    t0 = time.monotonic()
    figures, differ, found = measure(a.quick)
    rep = report.report(metrics.rows(figures), datetime.date.today().isoformat(), found)
    write(rep, figures)
    print(report.table(rep["metrics"]))
    say_more(rep["metrics"], differ)
    print(f"{report.summary(rep['metrics'])}.  {report.versions(rep)}.  {time.monotonic() - t0:.0f} s, {os.path.relpath(OUT / 'report.json')}")
    return compare(rep["metrics"], a.quick) if a.check else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception as e:
        if type(e).__name__ not in ("Problem", "Trouble"):
            raise
        sys.exit(f"bench: {e}")
