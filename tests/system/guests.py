# SPDX-License-Identifier: GPL-2.0-only
"""Guests created by xl, each with its own passthrough devices."""
import re
import shutil
import subprocess
import time
from pathlib import Path

import boards
import devices as dev
from base import PATIENCE, TOP, Problem, sh, tail

# A guest owns MEMORY MiB from RAM_BASE on; its kernel is told of KERNEL_MEMORY
# only.  What lies between belongs to the tests, at the same IPAs in every guest.
RAM_BASE, MEMORY, KERNEL_MEMORY = 0x40000000, 256, 192
SCRATCH = RAM_BASE + (KERNEL_MEMORY << 20) + 0x1000000
HOLE = 0xC0000000               # no guest has memory there
DTS = TOP / "dts"


def generate(board, where, name, devices, scmi):
    """What `xen-smmu gen` makes of devices of a board: (partial tree, xl.cfg lines).  Both pass `xen-smmu check`."""
    tool = boards.tool()
    sh([tool, "gen", "--host-dtb", board, "-o", where, "--name", name, "--force", *([] if scmi else ["--no-scmi"]),
        *(d.path for d in devices)], "gen", what=f"xen-smmu gen refuses the devices of guest {name}.")
    tree, cfg = where / f"{name}.dts", where / f"{name}.cfg"
    dtb = where / f"{name}.dtb"
    sh(["dtc", "-I", "dts", "-O", "dtb", "-o", dtb, tree], "gen-dtc")
    r = subprocess.run([tool, "check", board, cfg], capture_output=True, text=True)
    if r.returncode or "0 faults, 0 warnings" not in r.stdout:
        raise Problem(f"What xen-smmu gen wrote for guest {name} does not pass check.", r.stdout + r.stderr)
    return tree, cfg.read_text().replace(f'"{dtb.name}"', f'"/host/{dtb.name}"')


def by_hand(where, name, devices):
    """The same for devices that gen would refuse."""
    tree = where / f"{name}.dts"
    tree.write_text("/dts-v1/;\n/ { #address-cells = <2>; #size-cells = <2>;\n\tpassthrough { compatible = \"simple-bus\";"
                    " ranges; #address-cells = <2>; #size-cells = <2>;\n" + "".join(d.guest_node() for d in devices) + "\t};\n};\n")

    def words(f):
        return "[ " + ", ".join(f(d) for d in devices) + " ]"
    return tree, f"""dtdev = {words(lambda d: f'"{d.path}"')}
iomem = {words(lambda d: f'"{d.bar >> 12:x},{d.size >> 12:x}"')}
irqs = {words(lambda d: str(32 + d.spi))}
device_tree = "/host/{name}.dtb"
"""


def compiled(tree, add, dtb):
    """A partial tree, together with a file of dts/ or None."""
    whole = tree.with_name(tree.stem + "-whole.dts")
    whole.write_text("".join(f"/include/ \"{x}\"\n" for x in (tree.name, add) if x))
    sh(["dtc", "-q", "-i", tree.parent, "-i", DTS, "-I", "dts", "-O", "dtb", "-o", dtb, whole], "dtc")
    return dtb


class Guest:
    """
    scmi      whether its kernel may vote for its devices; its partial tree
              and its xl.cfg's lines are generated either way
    add       a file of dts/ that its partial tree takes in, too
    refused   devices that `xen-smmu gen` would not give away: by hand
    kernel    another one than Debian's, a file
    more      more lines of xl.cfg
    """

    def __init__(self, machine, name, devices, modules=(), memory=MEMORY, run="", scmi=False, add=None, refused=False, kernel=None,
                 vcpus=1, more=""):
        self.m, self.name, self.devices = machine, name, devices
        self.log = machine.log / f"guest-{name}.log"
        self._tags = 0
        self.files = name            # dom0 caches them: never written twice
        while (machine.host / f"{self.files}.cfg").exists():
            self.files += "_"
        lines = self._devices(scmi, add, refused) if devices else ""
        if kernel:
            shutil.copy(kernel, machine.host)
        system = f'kernel = "/host/{Path(kernel).name}"' if kernel else f"""kernel = "/host/Image"
ramdisk = "/host/guest.cpio.gz"
extra = "console=hvc0 rdinit=/init loglevel=4 mem={KERNEL_MEMORY}M modules={','.join(modules)} run={run}\""""
        (machine.host / f"{self.files}.cfg").write_text(f"""name = "{name}"
{system}
memory = {memory}
maxmem = {memory}
vcpus = {vcpus}
cpus = {machine.pins(vcpus)}
acpi = 0
on_crash = "preserve"
{lines}{more}
""")

    def _devices(self, scmi, add, refused):
        """Its partial tree, for dom0 to read; its lines of xl.cfg."""
        where = self.m.dir / "gen"
        where.mkdir(exist_ok=True)
        if refused:
            tree, lines = by_hand(where, self.files, self.devices)
        else:
            tree, lines = generate(self.m.dir / "board.dtb", where, self.files, self.devices, scmi)
        compiled(tree, add, self.m.host / f"{self.files}.dtb")
        return lines

    @classmethod
    def running(cls, machine, name):
        """One that somebody else has created."""
        self = cls.__new__(cls)
        self.m, self.name, self.devices, self.files = machine, name, (), name
        self.log, self._tags, self._from = machine.log / f"guest-{name}.log", 0, 0
        machine.dom0(f"xl vcpu-pin {name} all 1")       # see CPUS
        return self._find()

    def create(self, seconds=60, paused=False):
        self._from = self.log.stat().st_size if self.log.exists() else 0
        self.m.dom0(f"xl create -q {'-p ' if paused else ''}/host/{self.files}.cfg", seconds)
        return self._find()

    def has_crashed(self):
        return "c" in self.m.dom0(f"xl list | grep '^{self.name} '").split()[4]

    def _find(self):
        self.id = int(self.m.dom0(f"xl domid {self.name}"))
        self.tty = self.m.dom0(f"xenstore-read /local/domain/{self.id}/console/tty").strip()
        return self

    def console(self):
        """What the guest has said since it was created."""
        try:
            with open(self.log, "rb") as f:
                f.seek(self._from)
                return f.read().decode("latin1").replace("\r", "")
        except FileNotFoundError:
            return ""

    def wait(self, pattern, seconds, progress=None):
        rx, end = re.compile(pattern, re.M), time.monotonic() + seconds * PATIENCE
        while not (m := rx.search(self.console())):
            if time.monotonic() > end:
                raise Problem(f"Guest {self.name} did not print '{pattern}' in {seconds} s.",
                              "\n".join(self.console().splitlines()[-15:]) + "\n--- Xen and dom0:\n" + tail(self.m.console_log, 15),
                              f"read {self.log}")
            if progress:
                progress()
            time.sleep(0.03)
        return m

    def ready(self, progress=None):
        self.wait(r"^GUEST: READY", 600, progress)
        bad = re.findall(r"GUEST: FAILED: (.*)", self.console())
        if bad:
            raise Problem(f"Guest {self.name} is up, but: {'; '.join(bad)}", "", f"read {self.log}")
        return self

    def send(self, line):
        """Type a line on the guest's console; do not wait."""
        quoted = line.replace("'", "'\\''")
        self.m.dom0(f"printf '%s\\n' '{quoted}' > {self.tty}")

    def begin(self, line):
        """Start a shell line in the guest; finish() waits for it."""
        self._tags += 1
        tag = f"g{self._tags}.{time.monotonic_ns() % 1000000}"
        before = len(self.console())
        self.send(f"{line}; echo E\"\"ND {tag} $?")
        return line, tag, before

    def finish(self, begun, seconds=60, check=True):
        line, tag, before = begun
        m = self.wait(rf"^END {re.escape(tag)} (\d+)$", seconds)
        text = self.console()[before:m.start()]
        self.status = int(m[1])
        if check and self.status:
            raise Problem(f"'{line}' failed in guest {self.name} with status {self.status}.", text.strip(), f"read {self.log}")
        return text

    def run(self, line, seconds=60, check=True):
        """Run a shell line in the guest; return what it printed."""
        return self.finish(self.begin(line), seconds, check)

    def edu(self, *steps, device=None, seconds=60):
        """Run steps on an edu device (see guest/edu.c); one line each."""
        d = device or next(x for x in self.devices if x.compatible == "qemu,edu")
        text = self.run(f"edu {d.bar:#x} " + " ".join(steps), seconds)
        lines = text.strip().splitlines()
        if len(lines) != len(steps):
            raise Problem(f"edu in guest {self.name} answered {len(lines)} lines to {len(steps)} steps.", text)
        return lines

    def destroy(self, seconds=60):
        self.m.dom0(f"xl destroy {self.name}", seconds)


def edu_guest(machine, name="edu", device=dev.EDU_A):
    return Guest(machine, name, [device])


def disk_guest(machine, name="disk"):
    """The guest with the disk; it carries the second edu as well."""
    return Guest(machine, name, [dev.AHCI, dev.EDU_B], ["ahci_platform", "sd_mod", "ext4", "crc32c_generic"])
