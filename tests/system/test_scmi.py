# SPDX-License-Identifier: GPL-2.0-only
"""Guests that drive the power of their devices by SCMI: the steps of
'make run' with full counts; then what guests, the toolstack and dom0's own
firmware calls may do to each other."""

import devices as dev
import pm_steps
import pytest
import run
import scmi_steps as scmi
import steps
import xen
from base import OUT, step, until
from conftest import LONG
from gdb import Gdb, symbol
from guests import Guest
from machine import Machine
from pm_steps import Trace, link
from steps import P1, edu_round_trip, expect, is_same, overwritten, seed

STEPS = [(n, f) for n, f in run.STEPS if n.startswith("scmi-")]


@pytest.fixture(scope="module")
def w(world):
    w = world("scmi")
    w.sleeps = 500 if LONG else 50
    return w


@pytest.mark.parametrize("name,function", STEPS, ids=[n for n, _ in STEPS])
def test_step(w, note, name, function):
    """make run"""
    with step(name) as s:
        w.progress = s.show
        note(function(w))


def fresh_edu(w):
    """The edu's guest, new, its device asleep: nobody uses it."""
    if w.edu:
        w.edu.destroy()
    w.edu = scmi.edu_guest(w.m).create()
    with step("the edu's guest") as s:
        w.edu.ready(s.show)
    scmi.wait_state(w, w.edu, "dormant")


def test_forced(w, note):
    """A guest that switches its device on while the toolstack forces it to sleep: denied, its probe fails, and works once it may"""
    scmi.disk_power(w, "unbind")
    before = scmi.scmi(w, w.disk)
    w.m.dom0("xl smmu suspend disk -q")
    w.disk.run(f"echo 10200000.ahci > {scmi.AHCI_DRIVER}/bind", check=False)
    text, disks = w.disk.run("dmesg | tail -n 5"), w.disk.run("ls /sys/block")
    denied = scmi.scmi(w, w.disk)["scmi_denied"] - before["scmi_denied"]
    expect(denied, "No ON was denied.", text)
    expect(link(w, w.disk)["state"] == "dormant", "The guest woke its device although it is forced to sleep.")
    expect("sda" not in disks, "The guest's disk works although it is forced to sleep.", text)
    w.m.dom0("xl smmu auto disk -q")
    scmi.disk_power(w, "bind")
    w.disk.run("disk-test 2", 90)
    note(f"{denied} denied, no disk; then auto: bound, disk test equal")


def test_crash_on(w, note):
    """A guest crashes while its device is on and writes: its streams abort at once, and stay so"""
    fresh_edu(w)
    scmi.edu_power(w, "on")
    w.edu.run(f"edu {dev.EDU_A.bar:#x} hammer,{P1:#x},1000000 >/tmp/liar & liar=$!")
    with Trace(w.m) as t:
        start = t.mark()
        w.edu.send("edu - shutdown,3")
        got = crashed(w)
        commands = t.seen(start).commands()
    expect("CFGI_STE" in commands, f"The crash did not block the guest's streams: {', '.join(commands) or 'no command'}.")
    note(f"link {got['state']}, {got['votes']} votes, with {', '.join(commands)}")


def crashed(w):
    expect(until(w.edu.has_crashed), "The guest did not crash.", w.m.dom0("xl list"))
    got = scmi.wait_state(w, w.edu, "dormant")
    device = next(d for d in steps.json.loads(w.m.dom0("xl smmu devices --json"))["devices"] if d["path"] == dev.EDU_A.path)
    expect(device["state"] == "aborted", "The crashed guest's streams are not blocked.", str(device))
    return got


def test_crash_off(w, note):
    """A guest crashes while its device is off: nothing opens, and another guest gets the device"""
    fresh_edu(w)
    before = link(w, w.edu)
    w.edu.send("edu - shutdown,3")
    got = crashed(w)
    expect(got["wakes"] == before["wakes"], "The crash of a sleeping guest woke its device.", f"{before}\n{got}")
    fresh_edu(w)
    scmi.edu_power(w, "on")
    edu_round_trip(w.edu)
    note(f"{got['wakes']} wakes before and after; a new guest's DMA works")


def test_suspended(w, note):
    """A guest that suspends as a whole sleeps with its device on, and has it again when it is resumed"""
    scmi.edu_power(w, "on")
    edu_round_trip(w.edu)
    begun = w.edu.begin("edu - shutdown,2")
    asleep = scmi.wait_state(w, w.edu, "dormant")
    expect(asleep["votes"] == 1, "The guest's vote should stay while it is suspended.", str(asleep))
    w.m.dom0(f"resume-domain {w.edu.id}")
    w.edu.finish(begun)
    scmi.wait_state(w, w.edu, "live")
    edu_round_trip(w.edu)
    note("dormant while suspended, with its vote; resumed: live, DMA works")


def test_liar(w, note):
    """A guest that says off and goes on with DMA: aborted, its memory intact"""
    a = seed()
    scmi.edu_power(w, "on")
    w.edu.run(f"edu - fill,{P1:#x},{a:#x}; edu {dev.EDU_A.bar:#x} hammer,{P1:#x},1000000 >/tmp/liar & liar=$!")
    try:
        for _ in range(100):
            if overwritten(line := pm_steps.look(w.edu, P1, a)):
                break
        expect(overwritten(line), "The device's writes do not arrive although it is on.", line)
        with Trace(w.m) as t:
            scmi.edu_power(w, "auto")
            w.edu.run(f"edu - fill,{P1:#x},{a:#x}")
            n = t.wait_aborted(dev.EDU_A.sid, t.mark(), 3)
        line = pm_steps.look(w.edu, P1, a)
        expect(is_same(line), "DMA arrived although the guest had switched its device off.", line)
    finally:
        w.edu.run("kill $liar; wait $liar", check=False)
    scmi.edu_power(w, "on")
    edu_round_trip(w.edu)
    note(f"{n} DMAs aborted while off")


def test_silent(w, note):
    """A guest without the SCMI node sees nothing of it, and stays awake"""
    w.edu.destroy()
    w.edu = steps.edu_guest(w.m).create()
    with step("a guest without SCMI") as s:
        w.edu.ready(s.show)
    text = w.edu.run("dmesg | grep -i 'arm-scmi'; ls /sys/bus/platform/devices | grep -i scmi; true").strip()
    expect(not text, "The guest found an SCMI server that its device tree does not name.", text)
    edu_round_trip(w.edu)
    got = link(w, w.edu)
    expect(got["state"] == "live" and not got["scmi_calls"], "The guest should be awake, without a call.", str(got))
    note(f"live, {got['scmi_exits']} exits")


def test_switched_off(w, note):
    """arm_sci = "type=none" in xl.cfg turns the interface off: no server answers, and the guest stays awake"""
    w.edu.destroy()
    w.edu = Guest(w.m, "edu", [dev.EDU_A], scmi=True, add="guest-pm-bus.dtsi", more='arm_sci = "type=none"').create()
    with step("a guest whose server is off") as s:
        w.edu.ready(s.show)
    text = w.edu.run("dmesg | grep -i 'arm-scmi'; true")
    expect("SCMI Protocol" not in text, "A server answered although it is turned off.", text)
    got = link(w, w.edu)
    expect(got["state"] == "live" and not got["scmi_transitions"], "The guest should be awake, without a transition.", str(got))
    edu_round_trip(w.edu)
    note(f"live; the guest's kernel: {text.strip().splitlines()[-1] if text.strip() else 'says nothing'}")


def test_switched_later(w, note):
    """'xl smmu scmi DOM off' while the guest's device sleeps: it is awake, and the guest has no say, until 'on'"""
    fresh_edu(w)
    w.m.dom0("xl smmu scmi edu off")
    got = scmi.wait_state(w, w.edu, "live")
    expect(got["scmi"] == "off", "'xl smmu stats' does not say that the server is off.", str(got))
    edu_round_trip(w.edu)
    w.m.dom0("xl smmu scmi edu on")
    for word in ("on", "auto", "on"):
        scmi.edu_power(w, word)
    edu_round_trip(w.edu)
    # A guest that speaks all the same hears nothing, and lives.
    w.m.dom0("xl smmu scmi edu off")
    w.edu.run(f"echo auto > {scmi.EDU_BUS}/control; sleep 1", check=False)
    expect("alive" in w.edu.run("echo alive"), "The guest does not answer.")
    scmi.wait_state(w, w.edu, "live")
    edu_round_trip(w.edu)
    note("dormant, off: live, DMA works; on: its word counts again; off once more: its OFF is not heard, it lives, DMA works")


# dom0's tree names firmware of the same kind, function id and all.  Its shared
# memory is a device's registers, that hold no channel: dom0 calls all the same.
FIRMWARE = """/ {
	firmware_memory: shmem@10000000 { compatible = "arm,scmi-shmem"; reg = <0 0x10000000 0 0x80>; };
	firmware-scmi { compatible = "arm,scmi-smc"; arm,smc-id = <0x82000010>; shmem = <&firmware_memory>;
		#address-cells = <1>; #size-cells = <0>;
		protocol@11 { reg = <0x11>; #power-domain-cells = <1>; };
	};
};
"""


def test_dom0_calls(note):
    """dom0's own SCMI calls, with the same function id, go to where Xen hands them to firmware"""
    image = xen.build()
    m = Machine("dom0-scmi", image, devices=(dev.EDU_A,), fragment=FIRMWARE, gdb=True)
    m.start()
    try:
        until((m.sockets / "gdb").exists)
        g = Gdb(m.sockets / "gdb")
        place = symbol(OUT / f"{image.name}-syms", "scmi_handle_smc")
        g.break_at(place)
        g.go()
        with step("dom0 up to its first call"):
            where = g.wait_stop()
        function = g.peek64(g.argument(where)) & 0xFFFFFFFF      # x0 of the caller
        g.clear(place)
        g.close()
        m.wait_console("DOM0: READY", 180)
        text = m.dom0("dmesg | grep -i 'arm-scmi'; true")
    finally:
        m.stop()
    expect(function == 0x82000010, f"Xen was handed the call {function:#x}, not dom0's SCMI call.")
    note(f"scmi_handle_smc got {function:#x}; dom0's kernel: {text.strip().splitlines()[-1] if text.strip() else 'says nothing'}")


def test_two_guests_off(world, note):
    """Two guests that drive their own devices, and an SMMU that loses its power each time: off exactly when both sleep"""
    o = world("scmi-off", "test", xen_args=pm_steps.POWER_ARGS)
    with step("guests") as s:
        o.progress = s.show
        scmi.guests(o)
    o.sleeps = 1                       # tells the USB disk to sleep when it is idle
    scmi.xhci_autosuspend(o)
    note(scmi.two_guests(o, "off"))
    o.m.stop()
