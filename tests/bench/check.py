#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The figures that need neither QEMU nor Xen's source, against those that are
committed, as TAP; and that a regression would be seen: the same with a driver
that was made worse on purpose."""
import shutil
import sys

import bench
import host
import metrics

# (file, from, to, what is to be noticed)
SEEDED = (
    ("gather.h", "#define SMMU_GATHER_PAGES   512\n", "#define SMMU_GATHER_PAGES   64\n", "cmd-batch512-sim"),
    ("flush.c", "            pending[n++] = begin(link, what);\n", "        {\n            if ( n )\n                begin(link, what);\n"
     "            pending[n++] = begin(link, what);\n        }\n", "scaling"),
    ("gather.c", "    else if ( page == gather->run_end )", "    else if ( 0 )", "insn-dormant"),
    ("smmu-v3-priv.h", "#define SMMU_V3_CMDQ_LOG2       8\n", "#define SMMU_V3_CMDQ_LOG2       9\n", "mem-queues"),
    ("policy.c", "    unsigned int wakes = 0;\n\n", "    unsigned int wakes = 0;\n\n    delay *= 10;\n", "residency"),
    ("smmu-v3-power.c", "    smmu_v3_write(unit, V3_CR1, V3_CR1_INIT);\n", "    smmu_v3_write(unit, V3_CR1, V3_CR1_INIT);\n" * 2, "mmio-wake-off"),
)
DRIVER = host.TOP / "build/tests/bench-seeded-driver"


def result(ok, name, *notes):
    result.count += 1
    result.bad += not ok
    print(f"{'ok' if ok else 'not ok'} {result.count} - {name}")
    for n in notes:
        print(f"# {n}")
    sys.stdout.flush()


result.count = result.bad = 0


def figures():
    found, differ = host.twice(host.ours)
    rows = metrics.rows(found)
    old = bench.committed()["metrics"]
    worse = dict(metrics.regressions(rows, old, metrics.SIMULATED))
    for m in metrics.SIMULATED:
        now = next((metrics.number(r["ours"], m) for r in rows if r["id"] == m.id), "-")
        result(m.id not in worse, f"{m.id}: {now} {m.unit}".rstrip(), *([worse[m.id]] if m.id in worse else []))
    result(not differ, "both runs give the same figures", *(f"{n}: {a} and {b}" for n, a, b in differ))
    return old


def seeded(old):
    shutil.rmtree(DRIVER, ignore_errors=True)
    shutil.copytree(host.TOP / "xen-smmu", DRIVER)
    for name, have, want, _ in SEEDED:
        text = (DRIVER / name).read_text()
        if text.count(have) != 1:
            raise host.Trouble(f"{name}: the place for a seeded regression is not there: {have.strip()}")
        (DRIVER / name).write_text(text.replace(have, want))
    rows = metrics.rows(host.ours(f"DRIVER={DRIVER}", "SUFFIX=-seeded", driver=(f"/{DRIVER.name}/",)))
    found = dict(metrics.regressions(rows, old, metrics.SIMULATED))
    for *_, wanted in SEEDED:
        result(wanted in found, f"a regression on purpose is seen: {wanted}: {found.get(wanted, 'not seen')}")
    for untouched in ("cmd-dormant", "wake-unmap", "cmd-wake-on"):
        result(untouched not in found, f"and none where nothing was made worse: {untouched}", *([found[untouched]] if untouched in found else []))


def main():
    seeded(figures())
    wrong = bench.readme()
    result(not wrong, "README and picture show what is committed", *wrong, *["Next: make bench-accept"] * bool(wrong))
    print(f"1..{result.count}")
    return result.bad != 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except host.Trouble as e:
        print(f"Bail out! {e}")
        sys.exit(1)
