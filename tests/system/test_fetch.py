# SPDX-License-Identifier: GPL-2.0-only
"""Packages that are fetched, not installed."""
import fetch
from steps import expect


def test_one_more(note):
    """A list of packages that grows has all of them, those that are there already, too"""
    have, more = ["libtinfo6", "libncurses6"], ["libtinfo6", "libncurses6", "ncurses-base:all"]
    for names in (have, more, have):
        got = fetch.packages("test-one-more", names, "trixie")
        expect(len(got) == len(names) and all(f.exists() for f in got), f"Of {names} came {[f.name for f in got]}.")
    note(f"{len(have)}, {len(more)}, {len(have)} packages")
