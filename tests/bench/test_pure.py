# SPDX-License-Identifier: GPL-2.0-only
"""The benchmark's own code: what it makes of figures, profiles and traces."""
import copy
import json
import xml.dom.minidom

import pytest

import callgrind
import host
import metrics
import report
import scripts
from pm_steps import Seen

PROFILE = """\
# callgrind format
version: 1
desc: Trigger: Client Request: live.sequential
positions: line
events: Ir
summary: 1000

ob=(1) /build/insn
fl=(1) /top/xen-smmu/gather.c
fn=(1) smmu_gather_add
10 5
+3 7
cfi=(2) /top/tests/host/locks.c
cfn=(2) smmu_lock
calls=1 166
+1 900
fi=(3) /top/xen-smmu/debt.h
* 2
fe=(1)
-2 4

fl=(2)
fn=(2)
166 80
* 2
"""


def test_profile():
    """A profile: each file's own instructions, inlined ones where they were written, calls not twice"""
    assert callgrind.by_file(PROFILE) == {"/top/xen-smmu/gather.c": 16, "/top/xen-smmu/debt.h": 2, "/top/tests/host/locks.c": 82}
    assert callgrind.of(PROFILE, "/xen-smmu/") == 18
    assert callgrind.of(PROFILE, "/nothing/") == 0
    assert callgrind.trigger(PROFILE) == "live.sequential"
    assert callgrind.trigger("version: 1\n") is None


def test_profile_of_nothing(tmp_path, monkeypatch):
    """A profile that shows nothing of the driver is an error, not nought instructions"""
    def fake(args, **kw):
        (tmp_path / "out").write_text(PROFILE)
        return ""
    monkeypatch.setattr(host, "run", fake)
    monkeypatch.setattr(host.tempfile, "TemporaryDirectory", lambda: Here(tmp_path))
    assert host.profile("insn", "insn", ("/xen-smmu/",)) == {"insn.live.sequential": 18}
    with pytest.raises(host.Trouble):
        host.profile("insn", "insn", ("/elsewhere/",))


class Here:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        pass


def test_figures():
    """Lines of a program: names and numbers, and nothing else"""
    assert host.figures("a.b 12\nc 0\n# a 5 note\nd 1.5\n", "sim") == {"sim.a.b": 12, "sim.c": 0}


def test_twice():
    """Two runs: what differs is named, and the worse counts"""
    runs = iter([{"a": 1, "b": 2}, {"a": 1, "b": 5}])
    assert host.twice(lambda: next(runs)) == ({"a": 1, "b": 5}, [("b", 2, 5)])
    assert host.differences({"a": 1}, {"a": 1, "c": 3}) == [("c", None, 3)]


TRACE = """\
smmuv3_write_mmio addr: 0x98 val:0x2 size: 0x4(0)
smmuv3_cmdq_opcode <--- SMMU_CMD_TLBI_S2_IPA
smmuv3_range_inval vmid=1 asid=-1 addr=0x50000000 tg=1 num_pages=0x200 ttl=0 leaf=0 stage=2
smmuv3_cmdq_opcode <--- SMMU_CMD_SYNC
smmuv3_read_mmio addr: 0x9c val:0x2 size: 0x4(0)
smmuv3_translate_abort sid=0x8 smmuv3_cmdq_opcode <--- SMMU_CMD_SYNC
"""


def test_trace():
    """A stretch of QEMU's trace: commands, syncs among them, register accesses"""
    assert scripts.told(Seen(TRACE)) == {"commands": 2, "syncs": 1, "accesses": 2}
    assert scripts.told(Seen("")) == {"commands": 0, "syncs": 0, "accesses": 0}


def test_both_runs():
    """Each script is run twice, the figures of each run kept apart"""
    class Fake:
        m = type("machine", (), {"name": "fake"})

        def first(self, run):
            return {"a": run}

        def second(self, run):
            return {"b": 10}
    assert scripts.both(Fake(), ["first", "second"], "x.") == [{"x.a": 0, "x.b": 10}, {"x.a": 1, "x.b": 10}]


def test_program_that_fails():
    """A program that ends with an error gives no figures"""
    with pytest.raises(host.Trouble, match="status 3"):
        host.run(["sh", "-c", "echo a 1; exit 3"])


@pytest.fixture
def figures():
    """Made up: each target met."""
    f = {"sim.dormant.pages": 1000, "peer.batch.pages": 512, "qemu.dormant.pages": 10000, "qemu-peer.dormant.pages": 10000,
         "qemu.scmi.transitions": 10, "qemu.scmi.exits": 310, "qemu.boot.commands": 11, "qemu.boot.streams": 65536, "qemu.boot.ranges": 1,
         "qemu-peer.boot.commands": 386442, "peer-insn.any": 300 * 512, "day.parked.ms": 100, "day.parked.idle.ms": 90, "day.parked.asleep.ms": 89,
         "day.parked.asleep.idle.ms": 89, "day.parked.sleeps": 7, "day.off.idle.ms": 90, "day.off.off.idle.ms": 88, "sim.wake.off.hyp.commands": 4,
         "qemu.balloon.hypercalls": 56, "qemu.balloon.continuations": 0, "qemu.balloon.commands": 112, "qemu.neighbour.lookups": 2,
         "qemu.neighbour.misses": 0, "sim.off.wakes": 0, "sim.polls.p2m.batch": 0, "sim.polls.locked": 0, "sim.wake.on.over": 0,
         "sim-v2.dormant.pages": 1000, "sim-v2.off.wakes": 0, "sim-v2.wake.on.over": 0, "sim-v2.polls.locked": 0}
    for n in (1, 2, 4):
        f[f"sim.units.{n}"], f[f"insn.units.{n}"] = 2 * n, 1000 * n
    for n in (1, 64):
        f[f"sim.domains.{n}"], f[f"insn.domains.{n}"] = 2, 1000
    for n in (1, 1000000):
        f[f"insn.debt.{n}"] = f[f"insn.debt-full.{n}"] = 500
    for order in metrics.ORDERS:
        for kind in ("live", "dormant", "live-single", "dormant-single"):
            f[f"insn.{kind}.{order}"] = 30 * 512
    wanted = Wanted(f)
    for _ in range(2):
        metrics.rows(wanted)
    return wanted.found


class Wanted(dict):
    """Notes each figure that is asked for: 2, asleep none, of the peer 2000."""

    def __init__(self, known):
        super().__init__(known)
        self.found = dict(known)

    def __missing__(self, key):
        self.found[key] = 2000 if "peer" in key else 0 if "dormant" in key else 2
        return self.found[key]


def row(figures, name):
    return metrics.row(report.BY_ID[name], figures)


def test_rows(figures):
    """Every metric is there, once, with the schema's fields"""
    rows = metrics.rows(figures)
    assert [r["id"] for r in rows] == [m.id for m in metrics.METRICS]
    assert len({m.id for m in metrics.METRICS}) == len(metrics.METRICS)
    for r in rows:
        assert {"id", "what", "unit", "ours", "peer", "peer_name", "ratio", "target", "met"} <= r.keys()
    assert row(figures, "cmd-boot") | {"detail": "", "what": ""} == {
        "id": "cmd-boot", "what": "", "unit": "commands", "ours": 11, "peer": 386442, "peer_name": "Xen smmu-v3.c", "ratio": 35131.09,
        "target": "<= 16 + 2 a stream range", "met": True, "where": "QEMU", "detail": ""}


@pytest.mark.parametrize("metric, figure, value", [
    ("cmd-dormant", "sim.dormant.commands", 1), ("mmio-dormant", "sim.dormant.accesses", 1), ("cmd-dormant-qemu", "qemu.dormant.commands", 1),
    ("mmio-dormant-qemu", "qemu.dormant.accesses", 1), ("cmd-batch512", "qemu.batch.commands", 3), ("cmd-batch512-sim", "sim.batch.commands", 4),
    ("mmio-batch512", "qemu.batch.accesses", 4), ("mmio-batch512-sim", "sim.batch.accesses", 4), ("barrier-batch512", "sim.batch.barriers", 3),
    ("cmd-balloon56", "qemu.balloon.commands", 121), ("cmd-balloon56", "qemu.balloon.hypercalls", 50), ("cmd-boot", "qemu.boot.commands", 19),
    ("cmd-build", "qemu.build.commands", 9), ("cmd-destroy", "qemu.destroy.commands", 9), ("cmd-wake-on", "sim.wake.on.over", 1),
    ("cmd-wake-off", "sim.wake.off.plain.commands", 4), ("cmd-wake-off", "sim.wake.off.hyp.commands", 5),
    ("mmio-wake-off", "sim.wake.off.most.accesses", 21), ("wake-unmap", "sim.off.wakes", 1), ("wake-unmap", "sim.dormant.wakes", 1),
    *((f"insn-live{x}", f"insn.live.{y}", 31 * 512) for x, y in (("", "sequential"), ("-reverse", "reverse"), ("-stride2", "stride2"), ("-random", "random"))),
    ("insn-dormant", "insn.dormant.sequential", 41 * 512), ("miss-neighbour", "qemu.neighbour.misses", 1),
    ("lock-hold", "sim.polls.p2m.dead.ms", 3001), ("lock-hold", "sim.polls.p2m.batch", 1), ("lock-hold-link", "sim.polls.locked", 1),
    ("lock-hold-queue", "sim.polls.locked", 1), ("mem-queues", "sim.queue.bytes", 262145), ("scaling", "sim.units.4", 9),
    ("scaling", "insn.debt.1000000", 530), ("exits-scmi", "qemu.scmi.exits", 311), ("residency", "day.parked.asleep.idle.ms", 85),
    ("residency", "day.off.off.idle.ms", 85), ("cmd-dormant-v2", "sim-v2.dormant.commands", 1), ("mmio-dormant-v2", "sim-v2.dormant.accesses", 1),
    ("cmd-batch512-v2", "sim-v2.batch.commands", 3), ("barrier-batch512-v2", "sim-v2.batch.barriers", 3), ("cmd-wake-on-v2", "sim-v2.wake.on.over", 1),
    ("wake-unmap-v2", "sim-v2.off.wakes", 1), ("lock-hold-v2", "sim-v2.polls.locked", 1)])
def test_missed(figures, metric, figure, value):
    """A figure beyond its target is a target missed"""
    assert row(figures, metric)["met"]
    assert not row({**figures, figure: value}, metric)["met"]


def test_peer_that_cannot(figures):
    """What the peer does not have has a reason, and no number"""
    r = row(figures, "exits-scmi")
    assert r["peer"] is None and r["ratio"] is None and "no SCMI server" in r["peer_name"]
    del figures["peer-insn.any"]
    r = row(figures, "insn-live")
    assert r["peer"] is None and r["met"] is None and report.cells(r)[-1] == "-"
    assert "missed" not in report.summary([r])


def test_unmeasured(figures):
    """A metric whose figure is missing is not in the report, and is a regression"""
    rows = metrics.rows(figures)
    del figures["sim.queue.bytes"]
    assert row(figures, "mem-queues") is None
    assert metrics.regressions(metrics.rows(figures), rows) == [("mem-queues", "it was not measured")]


def test_empty_series():
    """A series without points is no flat one"""
    with pytest.raises(KeyError):
        metrics.growth([])


def test_regressions(figures):
    """Worse than committed: which, and by how much; better, or within the slack, is none"""
    old = metrics.rows(figures)
    assert metrics.regressions(old, old) == []
    new = copy.deepcopy(figures)
    new["sim.batch.commands"] = 16
    new["insn.dormant.sequential"] = 33 * 512
    new["insn.dormant.reverse"] = 30.5 * 512
    new["insn.dormant.random"] = 20 * 512
    new["day.parked.asleep.idle.ms"] = 80
    found = dict(metrics.regressions(metrics.rows(new), old))
    assert set(found) == {"cmd-batch512-sim", "insn-dormant", "residency"}
    assert found["cmd-batch512-sim"] == "16 and was 2: 14 worse, 700.0 %"
    assert found["insn-dormant"] == "33 and was 30: 3 worse, 10.0 %"
    assert found["residency"].startswith("88.89 and was 98.89: 10")


def test_regression_from_nought(figures):
    """From nought, one is a regression"""
    old = metrics.rows(figures)
    figures["sim.dormant.commands"] = 1
    assert metrics.regressions(metrics.rows(figures), old) == [("cmd-dormant", "0.00 and was 0: 0.00 worse")]


def test_target_lost(figures):
    """A target that was met, and is not, is a regression although its figure is as before"""
    old = metrics.rows(figures)
    figures["sim.wake.off.hyp.commands"] = 5
    assert metrics.regressions(metrics.rows(figures), old) == [("cmd-wake-off", "its target, 3, with Hyp 4, was met and is not")]


def test_table(figures):
    """The table: what was missed says so; lines are aligned"""
    assert report.summary(metrics.rows(figures)) == "38 of 38 targets met"
    figures["sim.queue.bytes"] = 300000
    text = report.table(metrics.rows(figures))
    line = next(x for x in text.splitlines() if x.startswith("mem-queues"))
    assert "300,000" in line and line.endswith("MISSED")
    assert next(x for x in text.splitlines() if x.startswith("cmd-boot")).rstrip().endswith("yes")
    heads = text.splitlines()[1]
    assert all(len(x) <= len(heads) for x in text.splitlines())
    assert "missed: mem-queues" in report.summary(metrics.rows(figures))


@pytest.fixture
def rep(figures):
    return report.report(metrics.rows(figures), "2026-01-02", {"Xen": "4.20", "QEMU": "10"})


def test_times():
    """Ratios as people read them"""
    assert [report.times(x) for x in (None, 0, 1, 1.333, 10.11, 512.0, 35131.1)] == ["-", "-", "1x", "1.33x", "10.1x", "512x", "35,131x"]


def test_json(rep):
    """The report's schema"""
    assert json.loads(json.dumps(rep))["schema"] == "xen-smmu-bench/1"
    assert isinstance(rep["metrics"], list)


def test_readme(rep):
    """The README's section is replaced, and only that; another figure shows"""
    text = f"before\n{report.BEGIN}\nstale\n{report.END}\nafter \\1\n"
    new = report.insert(text, rep)
    assert new.startswith("before\n") and new.endswith("after \\1\n") and "stale" not in new
    assert "2026-01-02: Xen 4.20, QEMU 10" in new and "386,442" in new and "cmd-batch512-sim" not in new
    assert report.insert(new, rep) == new
    other = copy.deepcopy(rep)
    other["metrics"][-1]["ours"] = 99
    assert report.insert(new, other) != new
    for bad in ("nothing", text + text):
        with pytest.raises(ValueError):
            report.insert(bad, rep)


def test_picture(rep):
    """The picture is XML, its bars are as long as their figures' decades, for light and dark"""
    text = report.svg(rep)
    doc = xml.dom.minidom.parseString(text)
    assert "prefers-color-scheme: dark" in text and "386,442" in text
    bars = [float(r.getAttribute("width")) for r in doc.getElementsByTagName("rect") if r.getAttribute("height") == "13"][2:]
    assert len(bars) == 2 * len(report.DRAWN)
    assert max(bars) <= report.WIDTH and min(bars) == 3
    assert report.length(100, 10000) == report.WIDTH / 2
    assert report.length(0, 10000) == 0
