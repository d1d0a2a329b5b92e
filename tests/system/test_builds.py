# SPDX-License-Identifier: GPL-2.0-only
"""The hypervisor builds from both of Debian's Xen sources."""
import shutil
import subprocess

import pytest
import xen
from base import BUILD, OUT
from steps import expect


@pytest.mark.parametrize("version", xen.SUITE)
def test_build(note, version):
    """The series applies to Xen and the hypervisor builds with our driver and without the stock ones:"""
    image = xen.build("", version)
    name = image.name
    symbols = subprocess.run(["aarch64-linux-gnu-nm", OUT / f"{name}-syms"], capture_output=True, text=True, check=True).stdout
    expect(" arm_smmu_" not in symbols, "A stock SMMU driver is in the hypervisor.")
    expect(" smmu_domain_stop" in symbols, "Our driver is not in the hypervisor.")
    note(f"{name}: {image.stat().st_size // 1024} KiB")


def test_not_configured(note):
    """Without CONFIG_XEN_SMMU the hooks compile to nothing"""
    image = xen.build("off")
    symbols = subprocess.run(["aarch64-linux-gnu-nm", OUT / f"{image.name}-syms"], capture_output=True, text=True, check=True).stdout
    left = [x for x in symbols.splitlines() if "smmu" in x]
    expect(" guest_physmap_remove_page" in symbols and not left, "Hooks are left.", "\n".join(left))
    note(f"{image.name}: {image.stat().st_size // 1024} KiB")


def test_own_tree(note):
    """XEN_SRC: a user's own tree is laid into a copy and not modified"""
    own = BUILD / "own-tree"
    shutil.rmtree(own, ignore_errors=True)
    shutil.copytree(xen.source_tree("4.20")[1], own, symlinks=True)
    before = {f: f.stat().st_mtime_ns for f in own.rglob("*") if f.is_file()}
    src = xen.laid("own", own)
    after = {f: f.stat().st_mtime_ns for f in own.rglob("*") if f.is_file()}
    expect(before == after, "The user's tree was modified.")
    lost = [n for n in ("xen/include/public/xen-smmu.h",) if not (src / n).exists()]
    expect(not lost, f"The driver was not laid into the copy: {lost}")
    shutil.rmtree(own)
    note(f"{len(before)} files untouched")
