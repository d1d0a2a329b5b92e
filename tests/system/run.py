# SPDX-License-Identifier: GPL-2.0-only
"""make run: build everything, boot it, create the guests, attack, report."""
import argparse
import json
import os
import signal
import sys
import time
import traceback

import fetch
import pm_steps
import roots
import scmi_steps
import steps
import timeline
import xen
from base import BUILD, TOP, Problem, step
from machine import Machine

REPORT = BUILD / "run" / "report.json"
SCHEMA = "xen-smmu-run/1"
STEPS = steps.STEPS[:1] + timeline.FIRST + steps.STEPS[1:] + pm_steps.STEPS + scmi_steps.STEPS + timeline.LAST


def prepare(a):
    """Everything that has to be there before the machine can be switched on."""
    fetch.qemu()
    images = [xen.build(v, a.xen_version, a.xen_src or None) for v in ("", "test")]
    roots.kernel()
    roots.dom0()
    roots.guest()
    roots.hostile()
    return images


def one(results, name, function, world=None):
    """Run one step, show it and note its result."""
    t0 = time.monotonic()
    try:
        with step(name) as s:
            if world:
                world.progress = s.show
            detail = function(world) if world else function()
            s.note = detail if isinstance(detail, str) else "done"
        result = "pass"
    except Problem as e:
        detail, result = str(e), "fail"
    except Exception:                  # a bug of ours is a failure too, with its place
        detail, result = traceback.format_exc(), "fail"
    results.append({"name": name, "result": result, "seconds": round(time.monotonic() - t0, 1),
                    "detail": detail if isinstance(detail, str) else ""})
    if result == "fail":
        print("    " + results[-1]["detail"].replace("\n", "\n    "), file=sys.stderr, flush=True)
    return detail if result == "pass" else None


def report(results):
    wanted = ["prepare"] + [n for n, _ in STEPS]
    for n in wanted[len(results):]:
        results.append({"name": n, "result": "fail", "seconds": 0.0, "detail": "not run: an earlier step that it needs failed"})
    ok = all(r["result"] == "pass" for r in results)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps({"schema": SCHEMA, "result": "pass" if ok else "fail", "steps": results}, indent=1) + "\n")
    return ok


def keep(machine):
    print(f"""
The machine stays up.  A dom0 shell (Ctrl-] leaves it, the machine goes on):
    python3 {os.path.relpath(TOP / 'tests/system/shell.py')} {machine.sockets}/console
Its console log: {machine.console_log.relative_to(TOP)}; guests' consoles: {machine.log.relative_to(TOP)}/
Ctrl-C here switches it off.""", flush=True)
    try:
        while machine.running():
            time.sleep(1)
    except KeyboardInterrupt:
        pass


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--keep", action="store_true", help="leave the machine up afterwards")
    p.add_argument("--xen-version", default=xen.DEFAULT)
    p.add_argument("--xen-src", default="")
    a = p.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))       # so that QEMU ends too
    REPORT.unlink(missing_ok=True)
    t0, results = time.monotonic(), []
    images = one(results, "prepare", lambda: prepare(a))
    machine = None
    try:
        if images:
            machine = Machine("machine", images[0])
            world = steps.World(machine)
            world.test_xen = images[1]
            for name, function in STEPS:
                if one(results, name, function, world) is None and name in steps.NEEDED:
                    break
        ok = report(results)
        print(f"\nxen-smmu on Xen {a.xen_version if not a.xen_src else a.xen_src}, QEMU virt with SMMUv3 stage 2")
        for r in results:
            print(f"  {r['result']}  {r['seconds']:6.1f} s  {r['name']}")
        print(f"{'PASS' if ok else 'FAIL'}: {sum(r['result'] == 'pass' for r in results)} of {len(results)} steps, "
              f"{time.monotonic() - t0:.0f} s, {REPORT.relative_to(TOP)}", flush=True)
        if a.keep and machine and machine.running():
            keep(machine)
    finally:
        if machine:
            machine.stop()
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
