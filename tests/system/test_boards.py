# SPDX-License-Identifier: GPL-2.0-only
"""`xen-smmu check` on the device trees of real boards."""
import subprocess

import boards
import pytest
from steps import expect

# What is truly wrong in a tree that Debian ships: (board, reason, path).
KNOWN = {("hisilicon/hip07-d05", "SMMU_INTERRUPTS", path) for path in
         ("/iommu@d0040000", "/iommu@8d0040000", "/iommu@400d0040000", "/iommu@408d0040000")}       # they go to an mbigen
KNOWN |= {(f"arm/juno{board}", "SMMU_POWER", "/iommu@2b600000")
          for board in ("", "-r1", "-r2", "-scmi", "-r1-scmi", "-r2-scmi")}                       # a domain of the SCP's


@pytest.fixture(scope="module")
def surveyed():
    return boards.survey()


def test_no_crash(surveyed, note):
    """Every device tree of Debian's arm64 kernel package can be checked:"""
    _, docs, wrong = surveyed
    expect(not wrong, f"{len(wrong)} boards could not be checked.", "\n".join(wrong[:20]))
    note(f"{len(docs)} boards")


def test_no_false_alarm(surveyed, note):
    """Trees as they are shipped have no finding that is not known to be right:"""
    _, docs, _ = surveyed
    got = {(b, f["reason"], f["path"]) for b, d in docs.items() for f in d["findings"]}
    expect(got == KNOWN, f"{len(got ^ KNOWN)} findings differ from the known ones.", "\n".join(map(str, sorted(got ^ KNOWN)[:20])))
    # The boards are not silent for having nothing: devices and their reasons are seen.
    masters = [m for d in docs.values() for m in d["masters"]]
    expect(len(masters) > 3000, f"Only {len(masters)} devices behind IOMMUs were seen.")
    note(f"{len(masters)} devices behind IOMMUs")


def test_table(surveyed, note):
    """tools/BOARDS.md is what the survey says (another kernel version: not compared):"""
    version, docs, _ = surveyed
    have, want = boards.TABLE.read_text(), boards.table(version, docs)
    if f"linux-image-{version}." in have:
        expect(have == want, "tools/BOARDS.md is not what 'make boards' writes.", "", "make boards")
        note(f"the same, {version}")
    else:
        expect(have.count("\n| ") > 40, "tools/BOARDS.md has hardly a row.", "", "make boards")
        note(f"it was made from another kernel than {version}: not compared")


def test_gen(surveyed, tmp_path, note):
    """Files for real devices compile without a warning and pass check:"""
    _, docs, _ = surveyed
    _, found = boards.trees()
    tool, done = boards.tool(), 0
    for dtb in found:
        masters = docs[boards.name(dtb)]["masters"]
        paths = [m["path"] for m in masters if m["reason"] is None and m["available"]]
        if not paths:
            continue
        out = tmp_path / str(done)
        run = subprocess.run([tool, "gen", "-q", "--host-dtb", dtb, "--out", out, *(x for p in paths for x in ("--device", p))],
                             capture_output=True, text=True)
        expect(run.returncode == 0, f"gen failed for {dtb.name}.", run.stderr)
        for args in (["dtc", "-O", "dtb", "-o", out / "guest.dtb", out / "guest.dts"],
                     ["dtc", "-O", "dtb", "-o", out / "host.dtbo", out / "guest-host.dtso"],
                     ["fdtoverlay", "-i", dtb, "-o", out / "host.dtb", out / "host.dtbo"]):
            r = subprocess.run(args, capture_output=True, text=True)
            expect(r.returncode == 0 and not r.stderr, f"{args[0]} complains about {dtb.name}.", r.stderr)
        r = subprocess.run([tool, "check", "--host-dtb", out / "host.dtb", "--config", out / "guest.cfg"], capture_output=True, text=True)
        expect(r.returncode == 0, f"What gen wrote for {dtb.name} does not pass check.", r.stdout + r.stderr)
        done += 1
    expect(done > 0, "No board has a device that can be given away.")
    note(f"{done} boards")
