# SPDX-License-Identifier: GPL-2.0-only
"""Just enough of GDB's remote protocol to stop the machine at a place in Xen,
hold that CPU there while the others and the devices go on, and poke devices."""
import re
import socket
import subprocess
import time

from base import CROSS, PATIENCE, Problem


def symbol(syms, name):
    text = subprocess.run([CROSS + "nm", syms], capture_output=True, text=True, check=True).stdout
    m = re.search(rf"^([0-9a-f]+) [tT] {name}$", text, re.M)
    if not m:
        raise Problem(f"{syms} has no function {name}.", "", "this Xen is laid out otherwise: adapt the test")
    return int(m[1], 16)


class Gdb:
    """Connecting stops the machine."""

    def __init__(self, path):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(60 * PATIENCE)
        self.s.connect(str(path))
        self.buf = b""

    def send(self, text):
        data = text.encode()
        self.s.sendall(b"$" + data + b"#%02x" % (sum(data) & 255))

    def receive(self):
        while not (m := re.search(rb"\$([^#]*)#..", self.buf)):
            try:
                more = self.s.recv(65536)
            except socket.timeout:
                raise Problem("The machine did not stop where it should.", f"No answer from QEMU's gdb stub in {self.s.gettimeout():.0f} s.") from None
            if not more:
                raise Problem("QEMU closed the gdb connection.")
            self.buf += more
        self.buf = self.buf[m.end():]
        self.s.sendall(b"+")
        return m[1].decode("latin1")

    def ask(self, text, want="OK"):
        self.send(text)
        got = self.receive()
        while got.startswith("T") and want == "OK":        # a stop that was under way
            got = self.receive()
        if want is not None and got != want:
            raise Problem(f"gdb stub: '{text}' answered '{got}'.")
        return got

    def go(self):
        self.send("vCont;c")

    def break_at(self, address):
        self.ask(f"Z1,{address:x},4")

    def clear(self, address):
        self.ask(f"z1,{address:x},4")

    def wait_stop(self, seconds=60):
        """The thread, that is CPU, that stopped."""
        self.s.settimeout(seconds * PATIENCE)
        text = self.receive()
        self.s.settimeout(60 * PATIENCE)
        m = re.search(r"thread:([0-9a-fp.]+)", text)
        if not m:
            raise Problem(f"gdb stub: stopped with '{text}'.")
        return m[1]

    def threads(self):
        text = self.ask("qfThreadInfo", None)
        found = []
        while text.startswith("m"):
            found += text[1:].split(",")
            text = self.ask("qsThreadInfo", None)
        return found

    def go_without(self, held):
        """All CPUs but one go on."""
        self.send("vCont" + "".join(f";c:{t}" for t in self.threads() if t != held))

    def go_only(self, thread):
        self.send(f"vCont;c:{thread}")

    def stop(self):
        self.s.sendall(b"\x03")
        self.receive()

    def argument(self, thread, n=0):
        """The n-th one, of the function at whose start a thread stopped."""
        self.ask(f"Hg{thread}")
        return int.from_bytes(bytes.fromhex(self.ask("g", None)[16 * n:16 * n + 16]), "little")

    def caller(self, thread):
        """Where that function will return to."""
        return self.argument(thread, 30)

    def answer(self, thread, value):
        """The function at whose start a thread stopped returns this at once."""
        self.ask(f"Hg{thread}")
        regs = [x.to_bytes(8, "little").hex() for x in (value & (1 << 64) - 1, self.caller(thread))]
        old = self.ask("g", None)
        self.ask(f"G{regs[0]}{old[16:32 * 16]}{regs[1]}{old[33 * 16:]}")

    def wait_call(self, place, first, second=None):
        """Runs until some CPU calls the function with these as its second,
        and third, argument; held there.  Returns the thread."""
        while True:
            self.break_at(place)
            self.go()
            cpu = self.wait_stop()
            if self.argument(cpu, 1) == first and second in (None, self.argument(cpu, 2)):
                self.clear(place)
                return cpu
            # Over it: the stub stops again where it starts.
            back = self.caller(cpu)
            self.clear(place)
            self.break_at(back)
            self.go()
            self.wait_stop()
            self.clear(back)

    def peek64(self, address):
        return int.from_bytes(bytes.fromhex(self.ask(f"m{address:x},8", None)), "little")

    def poke64(self, physical, value):
        """Write a device's register."""
        self.ask("Qqemu.PhyMemMode:1")
        self.ask(f"M{physical:x},8:{value.to_bytes(8, 'little').hex()}")
        self.ask("Qqemu.PhyMemMode:0")

    def peek32(self, physical):
        """Read a device's register."""
        self.ask("Qqemu.PhyMemMode:1")
        value = int.from_bytes(bytes.fromhex(self.ask(f"m{physical:x},4", None)), "little")
        self.ask("Qqemu.PhyMemMode:0")
        return value

    def until(self, held, done, what, seconds=60):
        """All CPUs but one go on until done() of the stopped machine."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                raise Problem(f"{what} in {seconds} s, one CPU held.")
            self.go_without(held)
            time.sleep(0.3)
            self.stop()

    def dma(self, held, bar, source, destination, count, command):
        """One DMA of an edu device, to its end, while one CPU is held."""
        for register, value in ((0x80, source), (0x88, destination), (0x90, count), (0x98, command)):
            self.poke64(bar + register, value)
        self.until(held, lambda: not self.peek32(bar + 0x98) & 1, "The device's DMA does not end")

    def close(self):
        """Detach from the stopped machine, which goes on.  (Anything that is
        sent to a running one stops it.)"""
        self.ask("D")
        self.s.close()
