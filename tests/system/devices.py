# SPDX-License-Identifier: GPL-2.0-only
"""The passthrough devices of the emulated machine.

QEMU's SMMU covers PCIe only.  Xen sees each endpoint's BAR as a platform
device: the firmware (guest/fw.S) gives it its address before Xen starts."""
from dataclasses import dataclass

SMMU = "/smmuv3@9050000"
ECAM = 0x4010000000


@dataclass(frozen=True)
class Device:
    name: str            # of the device tree node
    slot: int            # PCI slot on bus 0
    bar: int             # its address, host and guest alike
    size: int
    register: int        # of the BAR in configuration space
    compatible: str
    qemu: tuple          # options that make it

    @property
    def sid(self):
        return self.slot << 3

    @property
    def spi(self):
        return 3 + self.slot % 4       # INTA, as QEMU's virt swizzles it

    @property
    def node(self):
        return f"{self.name}@{self.bar:x}"

    @property
    def path(self):
        return f"/passthrough-devices/{self.node}"

    def host_node(self, extra="xen,passthrough;", sid=None):
        sid = self.sid if sid is None else sid
        return (f"\t\t{self.node} {{ compatible = \"{self.compatible}\"; reg = <0 {self.bar:#x} 0 {self.size:#x}>;\n"
                f"\t\t\tinterrupts = <0 {self.spi} 4>; iommus = <&{{{SMMU}}} {sid:#x}>; dma-coherent; {extra} }};\n")

    def guest_node(self, extra=""):
        return (f"\t\t{self.node} {{ compatible = \"{self.compatible}\"; reg = <0 {self.bar:#x} 0 {self.size:#x}>;\n"
                f"\t\t\tinterrupt-parent = <65000>; interrupts = <0 {self.spi} 4>; dma-coherent; {extra} }};\n")


def edu(name, slot, bar):
    return Device(name, slot, bar, 0x100000, 0x10, "qemu,edu",
                  ("-device", f"edu,addr={slot:02x}.0,dma_mask=0xffffffffffffffff"))


EDU_A = edu("edu", 1, 0x10000000)
EDU_B = edu("edu", 2, 0x10100000)
AHCI = Device("ahci", 3, 0x10200000, 0x1000, 0x24, "generic-ahci",
              ("-device", "ich9-ahci,id=ahci,addr=03.0", "-drive", "if=none,id=disk,file={disk},format=raw",
               "-device", "ide-hd,drive=disk,bus=ahci.0"))
XHCI = Device("usb", 4, 0x10300000, 0x4000, 0x10, "generic-xhci",
              ("-device", "qemu-xhci,id=xhci,addr=04.0", "-drive", "if=none,id=stick,file={stick},format=raw",
               "-device", "usb-storage,drive=stick,bus=xhci.0"))
ALL = (EDU_A, EDU_B, AHCI, XHCI)


def firmware_table(devices):
    """What fw.S stores: BAR and COMMAND (memory space, bus master)."""
    rows = []
    for d in devices:
        config = ECAM + (d.slot << 15)
        rows += [f".quad {config + d.register:#x}, {d.bar:#x}", f".quad {config + 4:#x}, 6"]
    return "\n".join(rows) + "\n"
