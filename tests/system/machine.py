# SPDX-License-Identifier: GPL-2.0-only
"""One emulated machine: QEMU's virt with an SMMUv3, Xen, dom0; and the ways
to talk to it (console log, commands in dom0, QMP, traces)."""
import ctypes
import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import devices as dev
import fetch
import hang
import roots
from base import BUILD, CROSS, HERE, OUT, PATIENCE, Problem, digest, out, sh, tail

XEN, KERNEL, RAMDISK, MODULES = 0x40400000, 0x4C000000, 0x50000000, 0x54000000
CPUS = 2
# vCPUs stay where they are, guests' as well: Xen's virt_timer_expired() marks
# a vCPU's timer as fired although the vCPU may be running on another CPU by
# then, and has set it again.  That vCPU sleeps for ever.  On hardware this
# takes a CPU that stands still for microseconds; QEMU's do, on a busy machine.
XEN_ARGS = (f"console=dtuart dom0_mem=768M dom0_max_vcpus={CPUS} dom0_vcpus_pin loglvl=all guest_loglvl=all bootscrub=0 iommu=verbose")
DOM0_ARGS = "console=hvc0 rdinit=/init loglevel=5 clk_ignore_unused"


def _die_with_parent():
    """No machine outlives the command that switched it on, however that ends."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Machine:
    """
    name      directory below build/run
    xen       hypervisor image
    stage     of QEMU's SMMUv3: 2, 1 or nested
    devices   endpoints shown to Xen as platform devices; None leaves the PCIe
              host bridge to dom0 instead
    xen_args  more words for Xen's command line
    fragment  more device tree source, after everything else
    modules   files to load for dom0less guests: (address, path)
    extra     more QEMU options
    """

    def __init__(self, name, xen, stage="2", devices=dev.ALL, xen_args="", dom0_args="", fragment="",
                 modules=(), extra=(), trace=(), gdb=False, disk=None):
        self.name, self.xen, self.stage, self.devices = name, xen, stage, devices
        self.xen_args, self.dom0_args, self.fragment = xen_args, dom0_args, fragment
        self.modules, self.extra, self.trace_events, self.gdb = modules, extra, trace, gdb
        self.dir = BUILD / "run" / name
        self.console_log = self.dir / "console.log"
        self.trace_log = self.dir / "trace.log"
        self.host, self.log = self.dir / "host", self.dir / "log"
        self.disk = disk or self.dir / "disk.img"
        self.stick = self.dir / "stick.img"
        self.process = self._agent = None
        self._tags = 0
        self._next_cpu = CPUS - 1       # the last one first: dom0's agent is on the first

    # --- assembling -------------------------------------------------------

    def _board(self):
        """Options that shape QEMU's own device tree.  Machine types from 9.2
        on force a nested SMMU; 9.1 lets us choose the stage."""
        kind = "virt" if self.stage == "nested" else "virt-9.1"
        glob = [] if self.stage == "nested" else ["-global", f"arm-smmuv3.stage={self.stage}"]
        its = "" if self.devices is not None else ",its=off"
        return kind + f",virtualization=on,gic-version=3,iommu=smmuv3{its}", [*glob, "-cpu", "cortex-a57", "-smp", f"{CPUS}",
                                                                           "-m", "3072"]

    def _dtb(self, qemu, env):
        """QEMU's own tree for this board, with Xen's modules and our devices."""
        board, opts = self._board()
        dump = BUILD / "fw" / f"board-{digest(board, *opts, qemu)[:12]}.dtb"
        if not dump.exists():
            dump.parent.mkdir(parents=True, exist_ok=True)
            sh([qemu, "-machine", f"{board},dumpdtb={dump}.new", *opts, "-nodefaults", "-nic", "none", "-display", "none"], "dumpdtb", env=env)
            Path(f"{dump}.new").rename(dump)
        text = [out(["dtc", "-q", "-I", "dtb", "-O", "dts", dump])]
        if self.devices is not None:
            text.append("/delete-node/ &{/intc@8000000/its@8080000};\n/delete-node/ &{/pcie@10000000};\n")
        xen_args = f"{XEN_ARGS} {self.xen_args}".strip()
        dom0_args = f"{DOM0_ARGS} {self.dom0_args}".strip()
        text.append(f"""/ {{
	chosen {{
		#address-cells = <2>; #size-cells = <2>;
		xen,xen-bootargs = "{xen_args}";
		xen,dom0-bootargs = "{dom0_args}";
		module@{KERNEL:x} {{ compatible = "multiboot,kernel", "multiboot,module";
			reg = <0 {KERNEL:#x} 0 {(OUT / 'Image').stat().st_size:#x}>; }};
		module@{RAMDISK:x} {{ compatible = "multiboot,ramdisk", "multiboot,module";
			reg = <0 {RAMDISK:#x} 0 {(OUT / 'dom0.cpio.gz').stat().st_size:#x}>; }};
	}};
""")
        if self.devices:
            text.append("\tpassthrough-devices { compatible = \"simple-bus\"; #address-cells = <2>; #size-cells = <2>; ranges;\n")
            text += [d.host_node() for d in self.devices]
            text.append("\t};\n")
        text.append("};\n")
        for name, more in (("board", ""), ("host", self.fragment)):     # the second one is what Xen gets
            dts, dtb = self.dir / f"{name}.dts", self.dir / f"{name}.dtb"
            dts.write_text("".join(text) + more)
            sh(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", dtb, dts], "dtc", what=f"{dts} does not compile.")
        return dtb

    def board(self):
        """The host's device tree without what a test adds, before the machine is there."""
        self.dir.mkdir(parents=True, exist_ok=True)
        self._dtb(*fetch.qemu())
        return self.dir / "board.dtb"

    def _firmware(self):
        table = dev.firmware_table(self.devices or ())
        fw = BUILD / "fw" / f"fw-{digest(table, HERE / 'guest/fw.S')[:12]}.bin"
        if not fw.exists():
            d = fw.with_suffix("")
            d.mkdir(parents=True, exist_ok=True)
            (d / "fw-table.h").write_text(table)
            sh([CROSS + "gcc", "-nostdlib", "-static", "-no-pie", "-ffreestanding", f"-DXEN_ADDRESS={XEN:#x}", f"-I{d}",
                "-Wl,-Ttext=0x40080000", "-Wl,--build-id=none", "-o", d / "fw.elf", HERE / "guest/fw.S"], "fw")
            sh([CROSS + "objcopy", "-O", "binary", "-j", ".text", d / "fw.elf", fw], "fw")
        return fw

    def start(self):
        qemu, env = fetch.qemu()
        roots.dom0()
        roots.guest()
        shutil.rmtree(self.dir, ignore_errors=True)
        self.host.mkdir(parents=True)
        self.log.mkdir()
        for f in ("Image", "guest.cpio.gz"):
            os.link(OUT / f, self.host / f)
        new_disk(self.disk)
        new_disk(self.stick)
        self.sockets = Path(tempfile.mkdtemp(prefix="xen-smmu-"))     # socket paths must be short
        board, opts = self._board()
        load = [(XEN, self.xen), (KERNEL, OUT / "Image"), (RAMDISK, OUT / "dom0.cpio.gz"), *self.modules]

        def chardev(name, more=""):
            return ["-chardev", f"socket,id={name},path={self.sockets}/{name},server=on,wait=off{more}"]
        args = [qemu, "-machine", board, *opts, "-accel", "tcg,thread=multi", "-nodefaults", "-display", "none", "-nic", "none",
                *chardev("console", f",logfile={self.console_log}"), "-serial", "chardev:console",
                *chardev("qmp"), "-mon", "chardev=qmp,mode=control",
                "-kernel", self._firmware(), "-dtb", self._dtb(qemu, env)]
        for address, f in load:
            args += ["-device", f"loader,file={f},addr={address:#x},force-raw=on"]
        for d in self.devices or ():
            args += [x.format(disk=self.disk, stick=self.stick) for x in d.qemu]
        for tag, path in (("host", self.host), ("log", self.log)):
            args += ["-fsdev", f"local,id={tag},path={path},security_model=none",
                     "-device", f"virtio-9p-device,fsdev={tag},mount_tag={tag}"]
        args += ["-device", "virtio-serial-device", *chardev("agent"), "-device", "virtserialport,chardev=agent,name=agent"]
        if self.gdb:
            args += [*chardev("gdb"), "-gdb", "chardev:gdb"]
        for t in self.trace_events:
            args += ["-trace", t]
        args += ["-D", self.trace_log]       # more events are switched on while it runs
        args += [str(x).format(disk=self.disk) for x in self.extra]
        args = [str(a) for a in args]
        (self.dir / "command").write_text(shlex.join(args) + "\n")
        self.t0 = time.monotonic()
        with open(self.dir / "qemu.out", "w") as f:
            self.process = subprocess.Popen(args, env=env, stdin=subprocess.DEVNULL, stdout=f, stderr=subprocess.STDOUT,
                                            start_new_session=True, preexec_fn=_die_with_parent)
        return self

    def boot(self, progress=None):
        """Start, and wait until dom0 answers."""
        self.start()
        self.wait_console(r"DOM0: READY", 600, progress)
        self.booted = time.monotonic() - self.t0
        bad = re.findall(r"DOM0: FAILED: (.*)", self.console())
        if bad:
            raise Problem("dom0 is up, but: " + "; ".join(bad), "", f"read {self.console_log}")
        return self

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            shutil.rmtree(self.sockets, ignore_errors=True)
        self.process = None
        if self._agent:
            self._agent.close()
        self._agent = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def running(self):
        return self.process and self.process.poll() is None

    # --- console ----------------------------------------------------------

    def console(self, since=0):
        """What Xen and dom0 have said, from a byte offset on."""
        try:
            with open(self.console_log, "rb") as f:
                f.seek(since)
                return f.read().decode("latin1").replace("\r", "")
        except FileNotFoundError:
            return ""

    def mark(self):
        """An offset for console(since=) and wait_console(since=)."""
        return self.console_log.stat().st_size

    def wait_console(self, pattern, seconds=60, progress=None, since=0):
        rx, end = re.compile(pattern), time.monotonic() + seconds * PATIENCE
        while True:
            m = rx.search(self.console(since))
            if m:
                return m
            if not self.running():
                raise Problem(f"QEMU ended while waiting for '{pattern}' on the console.",
                              tail(self.dir / "qemu.out", 5) + "\n" + tail(self.console_log), f"read {self.dir}")
            if time.monotonic() > end:
                raise Problem(f"'{pattern}' did not appear on the console in {seconds} s.", tail(self.console_log),
                              f"read {self.console_log}")
            if progress:
                progress()
            time.sleep(0.05)

    # --- dom0 -------------------------------------------------------------

    def pins(self, vcpus):
        """A CPU for each of a new guest's vCPUs, in xl.cfg's words."""
        mine = [(self._next_cpu - i) % CPUS for i in range(vcpus)]
        self._next_cpu = (self._next_cpu - vcpus) % CPUS
        return "[ " + ", ".join(f'"{c}"' for c in mine) + " ]"

    def dom0(self, line, seconds=60, check=True):
        """Run a shell line in dom0; return what it printed."""
        assert "\n" not in line
        if not self._agent:
            self._agent = socket.socket(socket.AF_UNIX)
            self._agent.connect(str(self.sockets / "agent"))
        self._tags += 1
        tag = f"t{self._tags}"
        self._agent.sendall(f"{tag} {line}\n".encode())
        data, end = b"", time.monotonic() + seconds * PATIENCE
        rx = re.compile(rf"^END {tag} (\d+)\r?\n".encode(), re.M)
        while not (m := rx.search(data)):
            left = end - time.monotonic()
            if left <= 0 or not self.running():
                self._agent.close()
                self._agent = None
                raise Problem(f"dom0 did not finish '{line}' in {seconds} s.",
                              "\n".join((data.decode("latin1"), tail(self.console_log, 15), hang.report(self))),
                              f"read {self.console_log}")
            self._agent.settimeout(min(left, 1))
            try:
                more = self._agent.recv(65536)
            except socket.timeout:
                continue
            if not more:
                raise Problem("dom0's agent port closed.", tail(self.console_log), f"read {self.console_log}")
            data += more
        text = data[:m.start()].decode("latin1").replace("\r", "")
        text = re.sub(r"^END t\d+ \d+\n", "", text, flags=re.M)       # late ends of commands given up
        self.status = int(m[1])
        if check and self.status:
            raise Problem(f"'{line}' failed in dom0 with status {self.status}.", text.strip(), f"read {self.console_log}")
        return text

    def xen_log(self):
        """What Xen's ring holds, as an administrator sees it."""
        return self.dom0("xl dmesg")

    def disk_file_sha256(self, name, image=None):
        """A file of the guest's filesystem, read from the image."""
        image = image or self.disk
        r = subprocess.run(["debugfs", "-R", f"cat /{name}", image], capture_output=True,
                           env={**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"})
        if r.returncode or not r.stdout:
            raise Problem(f"Cannot read /{name} from {image}.", r.stderr.decode())
        return hashlib.sha256(r.stdout).hexdigest()

    # --- QEMU -------------------------------------------------------------

    def qmp(self, command, **arguments):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(20)
            s.connect(str(self.sockets / "qmp"))
            f = s.makefile("rw")
            f.readline()
            for c in ({"execute": "qmp_capabilities"}, {"execute": command, "arguments": arguments}):
                f.write(json.dumps(c) + "\n")
                f.flush()
                while "event" in (r := json.loads(f.readline())):
                    pass
            if "error" in r:
                raise Problem(f"QMP {command} failed: {r['error']['desc']}")
            return r["return"]


def new_disk(path, mib=48):
    """An image with an empty ext4 filesystem, made on the build machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with open(path, "wb") as f:
        f.truncate(mib << 20)
    sh(["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", path], "mkfs",
       env={**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"})
