# SPDX-License-Identifier: GPL-2.0-only
"""What is measured, as a table: each metric from the figures that programs and
scripts report, its target, and whether it is met.  Pure functions.

Figures are {"PROGRAM.NAME": number}: of the simulator and callgrind "sim.",
"insn.", "day.", of the peer on the same host "peer." and "peer-insn.", of QEMU
"qemu." and "qemu-peer."."""
from dataclasses import dataclass, field
from typing import Callable, Optional, Union

PEER = "Xen smmu-v3.c"
BATCH = 512
REPORTED = "reported"               # no target
ORDERS = ("sequential", "reverse", "stride2", "random")
FLAT = 1.05                         # what counts as not growing
DEAD_LIMIT = 3000                   # ms: three things are waited for at most, one second each


@dataclass(frozen=True)
class Metric:
    id: str
    what: str
    unit: str
    where: str                      # simulator, callgrind, QEMU
    ours: Callable
    target: str
    met: Callable                   # of (ours, peer, figures)
    peer: Union[Callable, str] = "" # or why it has none
    detail: Callable = field(default=lambda f: "")
    digits: int = 0
    better: str = "less"            # or "more"
    slack: float = 0.0              # by how much it may be worse, of what it was
    main: bool = True               # in the README's table
    picture: str = ""               # its words in the picture
    against: bool = False           # its target is of the peer: without that nothing is known


def per_page(name, pages):
    return lambda f: f[name] / f[pages] if isinstance(pages, str) else f[name] / pages


def at(name):
    return lambda f: f[name]


def at_most(limit):
    return lambda ours, peer, f: ours <= limit


def none(ours, peer, f):
    return ours == 0


def always(ours, peer, f):
    return True


def series(figures, prefix, scale=lambda n: 1):
    """[(n, value)] of the figures "PREFIX.N", each divided by scale(n)."""
    found = [(int(k[len(prefix) + 1:]), v) for k, v in figures.items()
             if k.startswith(prefix + ".") and k[len(prefix) + 1:].isdigit()]
    return sorted((n, v / scale(n)) for n, v in found)


def growth(points):
    """The largest of a series by its first: 1 is flat."""
    if not points:
        raise KeyError("an empty series")
    return max(v for _, v in points) / points[0][1]


# Of ours.  Each SMMU is told of its own: so what one costs must not grow.
SERIES = {
    "commands, 1 to 64 domains": lambda f: series(f, "sim.domains"),
    "commands a unit, 1 to 4 SMMUs": lambda f: series(f, "sim.units", lambda n: n),
    "instructions, 1 to 64 domains": lambda f: series(f, "insn.domains"),
    "instructions an SMMU, 1 to 4": lambda f: series(f, "insn.units", lambda n: n),
    "debt insert, 1 to 10^6 pages": lambda f: series(f, "insn.debt"),
    "the same into 16 ranges": lambda f: series(f, "insn.debt-full"),
}


def scaling(f):
    return max(growth(s(f)) for s in SERIES.values())


def scaling_detail(f):
    return "; ".join(f"{name}: x{growth(s(f)):.2f}" for name, s in SERIES.items())


def polling(f):
    return (f"then {f['sim.polls.p2m.dead.next.ms']} ms, its domain being cut off (peer: as much again for each page); one that answers late: "
            f"{f['sim.polls.p2m.nasty']} polls at most, {f['sim.polls.p2m.batch']} in a batch of {BATCH}")


def insn(kind, order):
    live = kind == "live"
    first = order == "sequential"
    name = f"insn-{kind}" + ("" if first else f"-{order}")
    return Metric(
        name, f"driver's instructions a page, {BATCH} given back {'awake' if live else 'asleep'}, {order}", "instructions a page", "callgrind",
        per_page(f"insn.{kind}.{order}", BATCH),
        ">= 10x fewer" if live else "<= 40" if first else REPORTED,
        (lambda ours, peer, f: peer >= 10 * ours) if live else at_most(40) if first else always,
        per_page("peer-insn.any", BATCH),
        lambda f: f"outside of an operation {f[f'insn.{kind}-single.{order}'] / BATCH:.0f} a page", digits=1, slack=0.03,
        picture=f"instructions a page, {'awake' if live else 'asleep'}" if first else "", against=live)


SIMULATED = (
    Metric("cmd-dormant", "commands per page unmapped asleep, 10^6 pages", "commands a page", "simulator",
           per_page("sim.dormant.commands", "sim.dormant.pages"), "0", none, per_page("peer.batch.commands", "peer.batch.pages")),
    Metric("mmio-dormant", "register accesses, same", "accesses a page", "simulator",
           per_page("sim.dormant.accesses", "sim.dormant.pages"), "0", none, per_page("peer.batch.accesses", "peer.batch.pages")),
    Metric("cmd-batch512-sim", "commands, 512 pages in one operation", "commands", "simulator", at("sim.batch.commands"), "2", at_most(2),
           at("peer.batch.commands"), main=False),
    Metric("mmio-batch512-sim", "register accesses, same", "accesses", "simulator", at("sim.batch.accesses"), "<= 3", at_most(3),
           at("peer.batch.accesses"), main=False),
    Metric("barrier-batch512", "SMMU barriers, 512 pages in one operation", "barriers", "simulator", at("sim.batch.barriers"), "<= 2", at_most(2),
           at("peer.batch.barriers"),
           picture="barriers, same"),
    Metric("cmd-wake-on", "commands to wake, SMMU on, 16 ranges owed, 1 stream", "commands", "simulator", at("sim.wake.on"),
           "<= ranges + streams + 2", lambda ours, peer, f: f["sim.wake.on.over"] == 0, "cannot sleep",
           lambda f: f"{f['sim.wake.on.least']} to {f['sim.wake.on.worst']} with 0 to 16 ranges and 1 to 4 streams"),
    Metric("cmd-wake-off", "commands to wake, SMMU off", "commands", "simulator", at("sim.wake.off.plain.commands"), "3, with Hyp 4",
           lambda ours, peer, f: ours <= 3 and f["sim.wake.off.hyp.commands"] <= 4, at("peer.wake.off.commands"),
           lambda f: f"with Hyp {f['sim.wake.off.hyp.commands']}; peer: its reset at boot"),
    Metric("mmio-wake-off", "register accesses to power up, most features, no polls", "accesses", "simulator", at("sim.wake.off.most.accesses"), "<= 20", at_most(20),
           at("peer.wake.off.accesses.without.polls"),
           lambda f: f"least features {f['sim.wake.off.plain.accesses']}; peer: its reset at boot"
           + (f", {f['peer.wake.off.accesses']} with polls" if "peer.wake.off.accesses" in f else "")),
    Metric("wake-unmap", "wake-ups caused by 10^6 unmaps", "wake-ups", "simulator", lambda f: f["sim.dormant.wakes"] + f["sim.off.wakes"], "0", none,
           "never sleeps", lambda f: "parked, and off"),
    *(insn(kind, order) for kind in ("live", "dormant") for order in ORDERS),
    Metric("lock-hold", "polling under the P2M lock in one go, no answer ever", "ms", "simulator", at("sim.polls.p2m.dead.ms"), "bounded, shown",
           lambda ours, peer, f: ours <= DEAD_LIMIT and f["sim.polls.p2m.batch"] == 0, at("peer.polls.dead.ms"), polling, slack=0.01),
    Metric("lock-hold-link", "the same, a link's lock (peer: a domain's)", "ms", "simulator", at("sim.polls.locked"), "0", none, at("peer.polls.dead.ms")),
    Metric("lock-hold-queue", "the same, the queue's lock", "ms", "simulator", at("sim.polls.locked"), "0", none, at("peer.polls.dead.ms")),
    Metric("mem-queues", "memory for queues, queues as large as QEMU's allow", "bytes", "simulator", at("sim.queue.bytes"), "<= 262144", at_most(1 << 18),
           at("peer.queue.bytes"),
           picture="queue memory, bytes"),
    Metric("scaling", "commands, instructions a page: most by least", "x", "simulator, callgrind", scaling, "flat", at_most(FLAT), "not compared",
           scaling_detail, digits=2, slack=0.02),
    Metric("insn-4-smmus", "driver's instructions a page, a domain on 4 SMMUs", "instructions a page", "callgrind", per_page("insn.units.4", BATCH),
           REPORTED, always, "not compared", lambda f: f"on one {f['insn.units.1'] / BATCH:.1f}", digits=1, slack=0.03, main=False),
    Metric("residency", "share of idle time that the SMMU sleeps, a day of two guests", "%", "simulator",
           lambda f: 100 * f["day.parked.asleep.idle.ms"] / f["day.parked.idle.ms"], ">= 95",
           lambda ours, peer, f: ours >= 95 and 100 * f["day.off.off.idle.ms"] / f["day.off.idle.ms"] >= 95, lambda f: 0,
           lambda f: (f"{100 * f['day.parked.asleep.ms'] / f['day.parked.ms']:.1f} % of the whole day, {f['day.parked.sleeps']} times; "
                      f"off: {100 * f['day.off.off.idle.ms'] / f['day.off.idle.ms']:.2f} %; peer: always on"),
           digits=2, better="more", slack=0.005),
)

# The same of an SMMUv2, whose commands are writes of registers that are read back.
SIMULATED_V2 = (
    Metric("cmd-dormant-v2", "SMMUv2: commands per page unmapped asleep, 10^6 pages", "commands a page", "simulator",
           per_page("sim-v2.dormant.commands", "sim-v2.dormant.pages"), "0", none, main=False),
    Metric("mmio-dormant-v2", "SMMUv2: register accesses, same", "accesses a page", "simulator",
           per_page("sim-v2.dormant.accesses", "sim-v2.dormant.pages"), "0", none, main=False),
    Metric("cmd-batch512-v2", "SMMUv2: commands, 512 pages in one operation", "commands", "simulator", at("sim-v2.batch.commands"), "2", at_most(2),
           main=False),
    Metric("mmio-batch512-v2", "SMMUv2: register accesses, same", "accesses", "simulator", at("sim-v2.batch.accesses"), REPORTED, always, main=False),
    Metric("barrier-batch512-v2", "SMMUv2: barriers, same", "barriers", "simulator", at("sim-v2.batch.barriers"), "<= 2", at_most(2), main=False),
    Metric("cmd-wake-on-v2", "SMMUv2: commands to wake, SMMU on, 16 ranges owed, 1 stream", "commands", "simulator", at("sim-v2.wake.on"),
           "<= ranges + streams + 2", lambda ours, peer, f: f["sim-v2.wake.on.over"] == 0, main=False),
    Metric("cmd-wake-off-v2", "SMMUv2: commands to wake, SMMU off", "commands", "simulator", at("sim-v2.wake.off.plain.commands"), REPORTED, always, main=False),
    Metric("mmio-wake-off-v2", "SMMUv2: register accesses to power up, 128 groups, 32 banks, no polls", "accesses", "simulator",
           at("sim-v2.wake.off.plain.accesses"), REPORTED, always, main=False),
    Metric("wake-unmap-v2", "SMMUv2: wake-ups caused by 10^6 unmaps", "wake-ups", "simulator",
           lambda f: f["sim-v2.dormant.wakes"] + f["sim-v2.off.wakes"], "0", none, main=False),
    Metric("lock-hold-v2", "SMMUv2: polls under a lock but the P2M's", "polls", "simulator", at("sim-v2.polls.locked"), "0", none, main=False),
)
SIMULATED += SIMULATED_V2


def balloon_met(ours, peer, f):
    return ours <= 120 and ours <= 2 * (f["qemu.balloon.hypercalls"] + f["qemu.balloon.continuations"])


SCRIPTED = (
    Metric("cmd-dormant-qemu", "commands per page unmapped asleep, 10^4 pages", "commands a page", "QEMU",
           per_page("qemu.dormant.commands", "qemu.dormant.pages"), "0", none, per_page("qemu-peer.dormant.commands", "qemu-peer.dormant.pages"),
           digits=2,
           picture="commands a page, asleep"),
    Metric("mmio-dormant-qemu", "register accesses, same", "accesses a page", "QEMU",
           per_page("qemu.dormant.accesses", "qemu.dormant.pages"), "0", none, per_page("qemu-peer.dormant.accesses", "qemu-peer.dormant.pages"),
           digits=2),
    Metric("cmd-batch512", "commands, a hypercall gives back 512 pages", "commands", "QEMU", at("qemu.batch.commands"), "2", at_most(2), at("qemu-peer.batch.commands"),
           picture="commands, 512 pages given back"),
    Metric("mmio-batch512", "register accesses, same", "accesses", "QEMU", at("qemu.batch.accesses"), "<= 3", at_most(3), at("qemu-peer.batch.accesses"),
           picture="register accesses, same"),
    Metric("cmd-balloon56", "commands, 56 MiB given back and taken again", "commands", "QEMU", at("qemu.balloon.commands"), "<= 2 a call, <= 120", balloon_met,
           at("qemu-peer.balloon.commands"),
           lambda f: f"{f['qemu.balloon.hypercalls']} hypercalls, {f['qemu.balloon.continuations']} continuations", slack=0.1,
           picture="commands, 56 MiB out and in"),
    Metric("cmd-boot", "commands, dom0 boots with its PCIe bridge's streams live", "commands", "QEMU", at("qemu.boot.commands"), "<= 16 + 2 a stream range",
           lambda ours, peer, f: ours <= 16 + 2 * f["qemu.boot.ranges"], at("qemu-peer.boot.commands"),
           lambda f: f"{f['qemu.boot.streams']} stream ids in {f['qemu.boot.ranges']} range",
           picture="commands, dom0 boots"),
    Metric("cmd-build", "commands, a 512 MB guest with a device is built and started", "commands", "QEMU", at("qemu.build.commands"), "<= 8", at_most(8),
           at("qemu-peer.build.commands")),
    Metric("cmd-build-dom0", "the same, dom0 having live streams of its own", "commands", "QEMU", at("qemu.dom0.build.commands"), REPORTED, always,
           at("qemu-peer.dom0.build.commands"), slack=0.5,
           picture="commands, guest built, dom0 with streams"),
    Metric("cmd-destroy", "commands, it is destroyed", "commands", "QEMU", at("qemu.destroy.commands"), "<= 8", at_most(8), at("qemu-peer.destroy.commands"),
           lambda f: f"dom0 with streams: {f['qemu.dom0.destroy.commands']}"),
    Metric("cmd-wake-qemu", "commands to wake after those 10^4 pages", "commands", "QEMU", at("qemu.wake.commands"), "<= 4", at_most(4), "cannot sleep",
           main=False),
    Metric("miss-neighbour", "TLB misses beside a batch of 512, warm before", "misses", "QEMU", at("qemu.neighbour.misses"), "0", none, at("qemu-peer.neighbour.misses"),
           lambda f: f"of {f['qemu.neighbour.lookups']}"),
    Metric("exits-scmi", "VM exits per power transition of an unmodified guest", "exits", "QEMU",
           per_page("qemu.scmi.exits", "qemu.scmi.transitions"), "<= 31", at_most(31), "has no SCMI server", digits=1),
)
METRICS = SIMULATED + SCRIPTED


def value(f, figures) -> Optional[float]:
    """What a function of the figures says; None: some of them are missing."""
    try:
        return f(figures)
    except KeyError:
        return None


def row(m, figures):
    """One metric as the report has it, or None: it was not measured."""
    ours = value(m.ours, figures)
    if ours is None:
        return None
    peer = value(m.peer, figures) if callable(m.peer) else None
    name = PEER if callable(m.peer) else f"{PEER}: {m.peer}" if m.peer else ""
    return {"id": m.id, "what": m.what, "unit": m.unit, "ours": round(ours, 4), "peer": None if peer is None else round(peer, 4), "peer_name": name,
            "ratio": round(peer / ours, 2) if ours and peer is not None else None, "target": m.target,
            "met": None if m.against and peer is None else bool(m.met(ours, peer, figures)), "where": m.where, "detail": value(m.detail, figures) or ""}


def rows(figures, metrics=METRICS):
    return [r for m in metrics if (r := row(m, figures))]


def worse(m, new, old):
    """By how much a metric is worse than it was, 0: not, in its own unit."""
    by = new - old if m.better == "less" else old - new
    return by if by > abs(old) * m.slack + 1e-9 else 0


def regressions(new, old, metrics=METRICS):
    """[(id, words)] of what is worse than committed, or was not measured."""
    known, measured = {r["id"]: r for r in old}, {r["id"]: r for r in new}
    found = []
    for m in metrics:
        a, b = known.get(m.id), measured.get(m.id)
        if not a:
            found.append((m.id, "it has no committed figure"))
        elif not b:
            found.append((m.id, "it was not measured"))
        elif by := worse(m, b["ours"], a["ours"]):
            share = f", {100 * by / abs(a['ours']):.1f} %" if a["ours"] else ""
            found.append((m.id, f"{number(b['ours'], m)} and was {number(a['ours'], m)}: {number(by, m)} worse{share}"))
        elif a["met"] and b["met"] is False:
            found.append((m.id, f"its target, {m.target}, was met and is not"))
    return found


def number(x, m):
    """As people read it."""
    if x is None:
        return "-"
    return f"{x:,.{0 if x == int(x) else m.digits or 2}f}"
