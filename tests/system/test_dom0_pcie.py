# SPDX-License-Identifier: GPL-2.0-only
"""dom0's own PCIe devices, behind a host bridge whose iommu-map names our
SMMU: a board's NVMe and NIC have to go on working."""
import re

import pytest
from base import step
from steps import expect

DISKS = {
    "nvme": ("nvme,serial=smmu,drive=disk", "nvme", "/dev/nvme0n1"),
    "virtio-blk": ("virtio-blk-pci,drive=disk,iommu_platform=on,disable-legacy=on", "virtio_pci virtio_blk", "/dev/vda"),
}


@pytest.mark.parametrize("kind", DISKS)
def test_disk(world, note, kind):
    """dom0 drives a disk on its own PCIe bus through the SMMU:"""
    device, modules, node = DISKS[kind]
    w = world(f"dom0-{kind}", devices=None,
              extra=["-drive", "if=none,id=disk,file={disk},format=raw", "-device", device], trace=["smmuv3_translate*"])
    w.m.dom0("; ".join(f"modprobe {x}" for x in [*modules.split(), "crc32c_generic", "ext4"]))
    with step(f"{kind} in dom0"):
        text = w.m.dom0(f"disk-test 8 {node}", 90)
    got = re.search(r"^disk read=(\w{64})$", text, re.M)
    expect(got and got[1] == w.m.disk_file_sha256("data"), "The image holds other data than dom0 wrote.", text)
    # It did go through the SMMU: a trace of its translations is not empty.
    trace = w.m.trace_log.read_text(errors="replace")
    good = len(re.findall(r"^smmuv3_translate_success", trace, re.M))
    expect(good, "No translation of the SMMU was seen: the disk's DMA did not go through it.", trace[:1000])
    note(f"8 MiB on ext4, remounted, equal; {good} translations by the SMMU")
