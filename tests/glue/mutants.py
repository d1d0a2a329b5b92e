#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Negative controls: the glue with one protection taken out must fail.

Each is a copy of xen-smmu/xen with the given texts, found exactly once,
replaced; the test that has to see it is then built against it.  QUICK=1: every
third."""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
OUT = TOP / "build/tests/glue"

ASK = """    smp_mb();
    if ( d->is_shutting_down )
    {
        if ( d->shutdown_code != SHUTDOWN_suspend )
            return -ENXIO;
        smmu_domain_suspend(domain, true);
    }
"""
MUTANTS = [
    ("a domain's end asked for before it can be seen", "crashes",
     [("iommu.c", ASK, ""),
      ("iommu.c", "    domain = xen_smmu_domain(d);\n    if ( !domain )\n        return -ENOMEM;\n    /*",
       "    if ( d->is_shutting_down && d->shutdown_code != SHUTDOWN_suspend )\n        return -ENXIO;\n"
       "    domain = xen_smmu_domain(d);\n    if ( !domain )\n        return -ENOMEM;\n    smp_mb();\n    /*")]),
    ("a device that comes to a suspended guest is awake", "is_suspended",
     [("iommu.c", "        smmu_domain_suspend(domain, true);\n    }\n    xen", "    }\n    xen")]),
    ("a domain that assigns to itself is paused", "to_itself",
     [("scmi.c", "    if ( d == current->domain )", "    if ( 0 )")]),
    ("a server that is turned on during an access: an abort", "turned_on",
     [("scmi.c", "    if ( !off && !smmu_scmi_access(", "    if ( off || !smmu_scmi_access("),
      ("scmi.c", "        off = scmi_is_off(priv);\n        if ( !off )\n            return 0;\n    }\n"
       "    *r = off ? ~0ULL >> (64 - 8 * bytes) : value;",
       "        if ( !scmi_is_off(priv) )\n            return 0;\n"
       "        value = ~0ULL >> (64 - 8 * bytes);\n    }\n    *r = value;")]),
    ("a server that is turned off during an access: an abort", "turned_off",
     [("scmi.c", "        if ( !off )\n            return 0;\n", "        return 0;\n")]),
    ("a grant is unmapped where nothing is", "elsewhere",
     [("gather.c", "    if ( mfn_eq(p2m_get_entry(p2m, _gfn(gfn), &t, NULL, NULL, NULL),\n                _mfn(mfn)) && t == want )",
       "    (void)want;\n    p2m_get_entry(p2m, _gfn(gfn), &t, NULL, NULL, NULL);\n    if ( t != p2m_ram_rw )")]),
    ("a grant is unmapped where another one has mapped", "other_rights",
     [("gather.c", "&& t == want )", "&& (t == want || (p2m_to_mask(t) & P2M_GRANT_TYPES)) )")]),
    ("what is mapped is looked at without the lock", "where_it_is",
     [("gather.c", "    p2m_write_lock(p2m);\n    if", "    if"),
      ("gather.c", "        rc = p2m_set_entry(", "    {\n        p2m_write_lock(p2m);\n        rc = p2m_set_entry("),
      ("gather.c", "p2m_access_rwx);\n    p2m_write_unlock(p2m);", "p2m_access_rwx);\n        p2m_write_unlock(p2m);\n    }")]),
    ("a node that is several SMMUs taken by its fallback", "refused_nodes",
     [("probe.c", "    if ( why )\n        return refuse(node, why);\n", "")]),
    ("a second 'reg' overlooked", "refused_properties",
     [("probe.c", "dt_number_of_address(node), &firmware", "1, &firmware")]),
    ("the secure side's registers taken for ours", "refused_properties",
     [("probe.c", "dt_property_read_bool(node, \"calxeda,smmu-secure-config-access\")", "0")]),
    ("nothing said of clocks that dom0 turns off", "found_nodes",
     [("probe.c", "    warn_clocks(node);\n    xen", "    (void)warn_clocks;\n    xen")]),
    ("a bridge's streams without the SMMU's mask", "bridge_mask",
     [("bridge.c", ".mask = mask };", ".mask = 0 };")]),
    ("a bridge's range beyond the bits that count", "bridge_beyond",
     [("bridge.c", "            limit = (first & -low) + low;\n", "            limit += 0;\n")]),
    ("a bridge's range past its mask, and nothing said", "bridge_past",
     [("bridge.c", "repeats(be32_to_cpup(map + 2), ", "repeats(first, ")]),
    ("a mask where no SMR has one", "indexed",
     [("bindings.c", "    if ( unit->mask_bits )\n", "")]),
    ("stream IDs and masks cut to 16 bits", "bad_cells",
     [("bindings.c", "    if ( *id > 0xffff || mask > 0xffff )\n", "    if ( 0 )\n")]),
    ("two cells, and the SMMU's mask", "two_cells",
     [("bindings.c", "args->args_count > 1 ? args->args[1] : xen", "xen")]),
    ("a master's ID of the old binding cut to 16 bits", "bad_masters",
     [("bindings.c", "        if ( master->args[i] > 0xffff || mask > 0xffff )\n", "        if ( 0 )\n")]),
    ("the old binding's word beside the new one's", "masters",
     [("bindings.c", "        if ( dt_get_property(master.np, \"iommus\", NULL) )\n            continue;\n", "")]),
    ("a level not masked until it was looked at", "a_fault",
     [("irq.c", "    set_masked(irq, true);\n    spin_unlock", "    spin_unlock")]),
    ("a level masked for good", "a_fault",
     [("irq.c", "                set_masked(line->irq, false);\n", "                set_masked(line->irq, true);\n")]),
    ("a level that is up for nothing listened to for ever", "dropped",
     [("irq.c", "last->idle < IDLE_MOST", "last->idle < ~0U")]),
    ("a line let through while another unit has not looked", "shared",
     [("irq.c", "!awaited(line->irq)", "(awaited(line->irq), true)")]),
    ("one unit's faults are a shared line's for nothing", "shared_quiet",
     [("irq.c", "            meant |= line->meant;\n", "            meant |= line != last && line->meant;\n")]),
    ("a master named again loses what it has", "bad_masters",
     [("bindings.c", "    if ( dev_iommu_fwspec_get(dev) )\n        return -EBUSY;\n", "")]),
    ("a line that waits for a unit that has failed", "shared_failed",
     [("irq.c", "line->fired &&\n             !smmu_unit_failed(line->unit) )", "line->fired )")]),
    ("a line that waits for a unit that is off", "shared_off",
     [("irq.c", "(looked || is_shared(line))", "(looked || (is_shared(line) && false))")]),
    ("a failed unit's line listened to", "failed_and_up",
     [("irq.c", "(looked || is_shared(line))", "(looked || is_shared(line) || true)")]),
    ("a line that stays masked when its unit has looked, and goes off", "off_after_look",
     [("irq.c", "bool looked)\n{\n", "bool looked)\n{\n    looked = smmu_unit_get(unit) ? smmu_unit_put(unit), true : false;\n")]),
    ("a line listened to as often as it is named", "a_fault",
     [("irq.c", "irq < 0 || has_line(unit, irq)", "irq < 0 || (has_line(unit, irq) && false)")]),
]


def run(name, test, edits):
    where = OUT / "".join(c if c.isalnum() else "-" for c in name)
    shutil.rmtree(where, ignore_errors=True)
    shutil.copytree(TOP / "xen-smmu/xen", where / "xen")
    for f in (TOP / "xen-smmu").glob("*.h"):
        shutil.copy(f, where)
    for f, old, new in edits:
        text = (where / "xen" / f).read_text()
        if text.count(old) != 1:
            return f"{f}: found {text.count(old)} times, not once: {old!r}"
        (where / "xen" / f).write_text(text.replace(old, new))
    r = subprocess.run(["make", "-s", "-C", HERE, "one", f"GLUE={where}", f"ONE={program(test)}"],
                       capture_output=True, text=True, timeout=600)
    if r.returncode == 0:
        return "no test fails"
    if not re.search(rf"(\[  (FAILED|ERROR) +\]|not ok \d+ -) {test}\b", r.stdout + r.stderr):
        return f"not seen by {test}: {(r.stdout + r.stderr)[-400:]}"
    return None


def program(test):
    """The NAME of the test_NAME.c that has it."""
    found = [f for f in HERE.glob("test_*.c") if re.search(rf"^static void {test}\(", f.read_text(), re.M)]
    if len(found) != 1:
        raise SystemExit(f"'{test}' is in {len(found)} files of {HERE}, not in one")
    return found[0].stem.removeprefix("test_")


mutants = MUTANTS[::3] if os.environ.get("QUICK") else MUTANTS
bad = 0
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for n, (mutant, why) in enumerate(zip(mutants, pool.map(lambda m: run(*m), mutants)), 1):
        bad += bool(why)
        if why:
            print("# " + why.replace("\n", "\n# "))
        print(f"{'not ' if why else ''}ok {n} - caught: {mutant[0]}", flush=True)
print(f"1..{len(mutants)}")
sys.exit(bad != 0)
