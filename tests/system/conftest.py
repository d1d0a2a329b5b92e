# SPDX-License-Identifier: GPL-2.0-only
"""Machines that tests share, and the words they use."""
import os

import pytest

import steps
import xen
from base import step
from machine import Machine

LONG = bool(os.environ.get("LONG"))        # make check-long: full counts


@pytest.fixture
def note(request):
    """note("...") is shown beside the test's result."""
    def set_note(text):
        request.node.note = text
    return set_note


@pytest.fixture(scope="module")
def power():
    """power(Machine(...)) boots a machine that is switched off after the
    module's last test."""
    on = []

    def boot(machine):
        on.append(machine)
        with step(f"boot {machine.name}") as s:
            machine.boot(s.show)
        return machine
    yield boot
    for m in on:
        m.stop()


@pytest.fixture(scope="module")
def world(power):
    """world(name, variant) is a booted machine with nothing in it yet."""
    def make(name, variant="", **options):
        return steps.World(power(Machine(name, xen.build(variant), **options)))
    return make
