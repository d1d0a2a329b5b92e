#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Negative controls: the glue with one protection taken out must fail.

Each is a copy of xen-smmu/xen with the given texts, found exactly once,
replaced; test_glue.c is then built against it."""
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
]


def run(name, test, edits):
    where = OUT / "".join(c if c.isalnum() else "-" for c in name)
    shutil.rmtree(where, ignore_errors=True)
    shutil.copytree(TOP / "xen-smmu/xen", where / "xen")
    for f in ("smmu.h", "scmi.h", "gather.h"):
        shutil.copy(TOP / "xen-smmu" / f, where)
    for f, old, new in edits:
        text = (where / "xen" / f).read_text()
        if text.count(old) != 1:
            return f"{f}: found {text.count(old)} times, not once: {old!r}"
        (where / "xen" / f).write_text(text.replace(old, new))
    r = subprocess.run(["make", "-s", "-C", HERE, "test", f"GLUE={where}"],
                       capture_output=True, text=True, timeout=120)
    if r.returncode == 0:
        return "no test fails"
    if not re.search(rf"(\[  (FAILED|ERROR) +\]|not ok \d+ -) {test}\b", r.stdout + r.stderr):
        return f"not seen by {test}: {(r.stdout + r.stderr)[-400:]}"
    return None


bad = 0
for n, mutant in enumerate(MUTANTS, 1):
    why = run(*mutant)
    bad += bool(why)
    if why:
        print("# " + why.replace("\n", "\n# "))
    print(f"{'not ' if why else ''}ok {n} - caught: {mutant[0]}", flush=True)
print(f"1..{len(MUTANTS)}")
sys.exit(bad != 0)
