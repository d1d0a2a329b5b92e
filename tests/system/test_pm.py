# SPDX-License-Identifier: GPL-2.0-only
"""Runtime power management beyond the steps of 'make run': a machine whose
SMMU has the test power source, which loses all registers and lets GBPA bypass
each time; and what the toolstack asks for that it must not get."""
import json
import re

import devices as dev
import pm_steps
import pytest
import steps
from base import step, until
from guests import Guest, edu_guest
from pm_steps import link, reservation, suspend, unit, wake
from steps import P1, edu_round_trip, expect, is_same, overwritten

DELAY = 5000000                     # ns


@pytest.fixture(scope="module")
def machine(world):
    return world("power", "test", xen_args=f"{pm_steps.POWER_ARGS} smmu-autosuspend-ns={DELAY}")


@pytest.fixture(scope="module")
def w(machine):
    with step("guests") as s:
        machine.progress = s.show
        steps.guests(machine)
    return machine


def tool(w, line, status=0):
    text = w.m.dom0(f"xl smmu {line}", check=False)
    expect(w.m.status == status, f"'xl smmu {line}' ended with status {w.m.status} and not {status}.", text)
    return text


def test_off_at_boot(machine, note):
    """An SMMU that no domain needs is off, and its registers are left alone"""
    with pm_steps.Trace(machine.m) as t:
        a = t.mark()
        u = unit(machine)
        machine.m.dom0("xl debug-keys S; xl smmu list; xl smmu stats")
        seen = t.seen(a)
    expect(u["state"] == "off" and u["power_source"] == "test", "The SMMU is not off.", str(u))
    seen.need_quiet("While the SMMU was off")
    # A domain comes and goes.
    machine.m.dom0(f"cycle-domains 3 {dev.EDU_A.path}")
    after = unit(machine)
    expect(after["state"] == "off" and after["offs"] >= u["offs"] + 3, "The SMMU should have been on and off again for each domain.", str(after))
    expect(after["wakes"] == u["wakes"] + 3, "The SMMU should have translated once for each domain.", str(after))
    note(f"off {u['offs']} times by the end of boot, {after['offs']} after 3 domains; {after['commands']} commands in all")


def hypfs(m):
    return int(m.dom0("xenhypfs cat /params/smmu-autosuspend-ns"))


def test_autosuspend(machine, note):
    """The autosuspend delay: Xen's command line, hypfs and xl smmu policy are one value"""
    m = machine.m

    def policy():
        p = json.loads(tool(machine, "policy --json"))["policies"]
        return next(x for x in p if x["domid"] is None)["autosuspend_ns"]
    expect(hypfs(m) == policy() == DELAY, f"The command line says {DELAY} ns, hypfs {hypfs(m)}, policy {policy()}.")
    m.dom0("xenhypfs write /params/smmu-autosuspend-ns 7000000")
    expect(hypfs(m) == policy() == 7000000, f"hypfs was set to 7000000 and says {hypfs(m)}, policy {policy()}.")
    tool(machine, "policy set autosuspend=20ms")
    expect(hypfs(m) == policy() == 20000000, f"policy was set to 20 ms, hypfs says {hypfs(m)}, policy {policy()}.")
    for bad in ("autosuspend=20", "autosuspend=3601s", "autosuspend=global", "delay=1s"):
        tool(machine, f"policy set {bad}", 64)
    for bad in ("3600000000001", "20ms", "-1", "''"):
        m.dom0(f"xenhypfs write /params/smmu-autosuspend-ns {bad}", check=False)
        expect(m.status != 0, f"hypfs took {bad} for a delay.")
    expect(hypfs(m) == policy() == 20000000, f"A refused setting changed the delay: hypfs {hypfs(m)}, policy {policy()}.")
    note("5 ms by the command line, 7 ms by hypfs, 20 ms by xl smmu policy; 8 wrong settings refused")


def test_state_loss(w, note):
    """make run [state-loss-survived]"""
    note(pm_steps.survive_state_loss(w))


def test_stale_entry_through_off(w, note):
    """A page given back while the SMMU was off is safe from DMA after the wake, its TLB having survived"""
    def is_off():
        u = unit(w)
        expect(u["state"] == "off", "The SMMU is not off.", str(u))
    mark = w.m.mark()
    line = pm_steps.woken_page(w, [w.edu, w.disk], is_off)
    expect(is_same(line), "A page given back while the SMMU was off was overwritten by DMA after it woke.", line)
    steps.need_fault(w, dev.EDU_A.sid, P1, "WRITE", mark)
    edu_round_trip(w.edu)
    note("frame intact; " + line)


def test_stale_entry_without_invalidation(world, note):
    """The same without the invalidation of the whole SMMU: it is overwritten (negative control)"""
    c = world("power-control", "test", xen_args="smmu-test=power,no-inv-all")
    c.edu = edu_guest(c.m).create()
    with step("guest") as s:
        c.edu.ready(s.show)
    line = pm_steps.woken_page(c, [c.edu])
    u = unit(c)
    expect(u["offs"] > 1, "The SMMU was not off meanwhile, so nothing is shown.", str(u))
    expect(overwritten(line), "The frame is intact although nothing was invalidated after the SMMU was off: the test shows nothing.", line)
    c.m.stop()
    note(f"off {u['offs']} times; the write went astray, as it has to: {line}")


def test_policy_of_domain(w, note):
    """A domain's own autosuspend delay, and back to the global one"""
    def policy():
        return json.loads(tool(w, "policy get edu --json"))["policies"][0]
    before = policy()
    tool(w, "policy set autosuspend=1s edu")
    own = policy()
    expect(own["autosuspend_ns"] == own["effective_ns"] == 10**9 == link(w, w.edu)["delay_ns"], "The domain's delay is not 1 s.", str(own))
    expect(link(w, w.disk)["delay_ns"] != 10**9, "The other domain's delay changed, too.")
    tool(w, "policy set autosuspend=global edu")
    expect(policy() == before, "The domain's policy is not the one of before.", f"{policy()}\n{before}")
    for who in ("0", "999", "nobody"):
        tool(w, f"policy set autosuspend=1s {who}", 1)
    note(f"1 s for d{w.edu.id} alone, then global again: {before}")


def state(w):
    return [(x["domid"], x["state"], x["force"], x["votes"]) for x in json.loads(tool(w, "stats --json"))["links"]]


def test_refused(w, note):
    """suspend, resume and auto of no domain, dom0, one without devices: refused with reason and next step, nothing changed"""
    Guest(w.m, "plain", [])
    w.m.dom0("xl create -q -p /host/plain.cfg")
    try:
        before = state(w)
        for word in ("suspend", "resume", "auto"):
            for who, reason in (("999", "NO_DOMAIN"), ("nobody", "no domain of that name"), ("0", "DOM0"), ("plain", "NO_DEVICES")):
                text = tool(w, f"{word} {who}", 1)
                expect(reason in text and "Next:" in text, f"'xl smmu {word} {who}' should say {reason} and what to do next.", text)
            tool(w, word, 64)
        expect(state(w) == before, "A refused request changed something.", f"{before}\n{state(w)}")
    finally:
        w.m.dom0("xl destroy plain")
    note(text.strip().replace("\n", " "))


def test_words_twice(w, note):
    """suspend, resume and auto, each twice, in any order: done, and the last one counts"""
    for word, want in (("suspend", "dormant"), ("suspend", "dormant"), ("auto", "live"), ("auto", "live"), ("resume", "live"),
                       ("resume", "live"), ("suspend", "dormant"), ("resume", "live"), ("suspend", "dormant"), ("auto", "live")):
        text = tool(w, f"{word} edu")
        got = link(w, w.edu)
        expect(got["state"] == want and got["force"] == word, f"After {word} the guest should be {want}.", str(got))
        if word == "suspend" and "already" not in text:
            expect("abort" in text, "A forced suspend does not say what it does to a device that is awake.", text)
    edu_round_trip(w.edu)
    note(f"{got['wakes']} wakes, worst {got['worst_wake']} commands")


def gone(w, domid):
    expect(until(lambda: not re.search(rf"^\S+ +{domid} ", w.m.dom0("xl list"), re.M)), f"d{domid} was not destroyed.", w.m.dom0("xl list"))


def again(w):
    w.edu.create()
    with step("the guest again") as s:
        w.edu.ready(s.show)
    got = link(w, w.edu)
    expect(got["state"] == "live" and got["force"] == "auto" and not got["debt_pages"], "The new guest should be live, left to itself, without debt.",
           str(got))
    edu_round_trip(w.edu)


def test_dying(w, note):
    """A dying domain, asleep and owing invalidations: words for it are refused, it is destroyed, and its device serves another"""
    old = w.edu.id
    suspend(w, w.edu)
    reservation(w.edu, "give", pm_steps.MANY, 100)
    # What dom0's console daemon has mapped keeps the domain from going.
    w.m.dom0("kill -STOP $(pidof xenconsoled)")
    try:
        w.edu.destroy()
        for word in ("suspend", "resume", "auto"):
            text = tool(w, f"{word} {old}", 2)
            expect("DYING" in text and "Next:" in text, f"'xl smmu {word}' of a dying domain does not say so.", text)
    finally:
        w.m.dom0("kill -CONT $(pidof xenconsoled)")
    gone(w, old)
    links = [x["domid"] for x in json.loads(tool(w, "stats --json"))["links"]]
    expect(links == [w.disk.id], f"Links are left of domains {links}.")
    again(w)
    note(text.strip().replace("\n", " "))


def test_destroyed_off(w, note):
    """A domain destroyed while the SMMU is off, and a device that a new one gets"""
    suspend(w, w.edu, w.disk)
    reservation(w.edu, "give", P1)
    old, before = w.edu.id, unit(w)
    w.edu.destroy()
    gone(w, old)
    u = unit(w)
    expect(u["state"] == "off" and u["offs"] == before["offs"], "Destroying a sleeping domain should not have woken the SMMU.", f"{before}\n{u}")
    w.edu.create().ready()
    wake(w, w.disk)
    got = link(w, w.edu)
    expect(got["state"] == "live" and not got["debt_pages"], "The new guest should be live, without debt.", str(got))
    edu_round_trip(w.edu)
    w.disk.run("disk-test 1", 90)
    note(f"off {u['offs']} times, the last one through the destroy")


def test_assign_under_force(w, note):
    """A device assigned to a domain under forced suspend stays closed until the domain is resumed"""
    w.edu.destroy()
    w.disk.destroy()
    show = "xl smmu show $DOM --json; echo"
    a, b = dev.EDU_A.path, dev.EDU_B.path
    steps_ = [a, "xl smmu suspend $DOM -q", b, show, "xl smmu resume $DOM -q", show, "xl smmu suspend $DOM -q", show]
    text = w.m.dom0("with-domain " + " ".join(f"'{s}'" for s in steps_))
    decoder, at, shown = json.JSONDecoder(), text.index("{"), []
    while at >= 0:
        one, length = decoder.raw_decode(text[at:])
        shown.append({d["path"]: d["state"] for d in one["devices"]})
        at = text.find("{", at + length)
    want = [{a: x, b: x} for x in ("aborted", "open", "aborted")]
    expect(shown == want, "The devices are not open and closed as they should.", f"want {want}\ngot {shown}\n{text}")
    links = json.loads(tool(w, "stats --json"))["links"]
    expect(not links and unit(w)["state"] == "off", "Something is left of the domain.", tool(w, "stats"))
    note("aborted, open, aborted; destroyed under forced suspend")
