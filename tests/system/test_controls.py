# SPDX-License-Identifier: GPL-2.0-only
"""Negative controls: with one protection taken out of our driver, the attack
that the other tests see blocked has to succeed, or it proves nothing."""
import steps
from base import step
from steps import expect, overwritten


def test_without_tlbi(world, note):
    """Without TLB invalidation the page given back is overwritten (negative control)"""
    w = world("notlbi", "test", xen_args="smmu-test=no-tlbi")
    w.edu = steps.edu_guest(w.m).create()
    with step("guest") as s:
        w.edu.ready(s.show)
    line = steps.returned_page(w)
    expect(overwritten(line), "The attack failed although nothing invalidates TLBs: it shows nothing.", line)
    note("the freed frame was overwritten, as it has to be: " + line)
