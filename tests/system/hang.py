# SPDX-License-Identifier: GPL-2.0-only
"""What a machine that does not answer is doing: where its CPUs are, and what
Xen says of its vCPUs, timers and run queues.  Evidence that is gone once the
machine is."""
import re
import socket
import subprocess
import time

from base import CROSS

KEYS = "qatrd"         # domains, timers, clocks, run queues; last the CPUs' stacks, which needs all CPUs


def place(syms, address):
    """Function of an address in Xen, or the address."""
    if not syms.exists():
        return f"{address:#x}"
    text = subprocess.run([CROSS + "addr2line", "-f", "-e", syms, f"{address:#x}"], capture_output=True, text=True).stdout.split("\n")
    return f"{address:#x}" if text[0] in ("", "??") else f"{address:#x} ({text[0]})"


def cpus(machine):
    """One line for each CPU of the machine, as QEMU has it."""
    text = machine.qmp("human-monitor-command", **{"command-line": "info registers -a"})
    syms = machine.xen.with_name(machine.xen.name + "-syms")
    lines = []
    for cpu in re.split(r"^(?=CPU#\d+)", text, flags=re.M)[1:]:
        reg = dict(re.findall(r"\b(PC|X30|PSTATE)=([0-9a-f]+)", cpu))
        level = re.search(r"\bEL\d\w", cpu)
        lines.append(f"{cpu.split()[0]} {level[0] if level else '?'} at {place(syms, int(reg['PC'], 16))}, "
                     f"called from {place(syms, int(reg['X30'], 16))}")
    return lines, text


def quiet(machine, limit=60):
    """Wait until the console says nothing for five seconds."""
    end, size, since = time.monotonic() + limit, machine.mark(), time.monotonic()
    while time.monotonic() < min(end, since + 5):
        time.sleep(0.1)
        if machine.mark() != size:
            size, since = machine.mark(), time.monotonic()


def ask_xen(machine):
    """What Xen prints for its debug keys, typed at its console."""
    mark = machine.mark()
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(machine.sockets / "console"))
        for c in "\x01" * 3 + KEYS + "\x01" * 3:
            s.sendall(c.encode())
            time.sleep(0.2) if c == "\x01" else quiet(machine)
    return machine.console(mark)


def report(machine):
    """Write all of it beside the machine's other logs, once; return it in short."""
    path = machine.dir / "hang.log"
    if path.exists():
        return f"(its state: {path})"
    try:
        first, registers = cpus(machine)
        said = ask_xen(machine)
        again, _ = cpus(machine)
    except Exception as e:              # it explains a failure, and must not hide it
        return f"(no state of the machine: {e})"
    path.write_text("\n".join([*first, *again, registers, said]))
    short = [x[6:] for x in said.splitlines() if re.search(r"VCPU\d+: CPU|pause_count|timer=|\*\*\* Dumping|<G><|\[<", x)]
    return "\n".join([*first, *again, *short[:60], f"all of it: {path}"])
