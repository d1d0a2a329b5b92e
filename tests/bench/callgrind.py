# SPDX-License-Identifier: GPL-2.0-only
"""Callgrind's profiles: instructions by the source file they belong to.

The format is valgrind's own manual's, "Callgrind Format Specification"."""
import re

NAME = re.compile(r"\((\d+)\)(?: (.*))?$")


def by_file(text):
    """{source file: instructions of its own}, code that was inlined counted
    where it was written, calls counted where they lead."""
    names, own, here, inclusive = {}, {}, None, False
    for line in text.splitlines():
        key, eq, value = line.partition("=")
        if eq and key in ("fl", "fi", "fe"):
            m = NAME.match(value)
            if m and m[2] is not None:
                names[m[1]] = m[2]
            here = names[m[1]] if m else value
        elif eq and key in ("cfi", "cfl"):
            m = NAME.match(value)
            if m and m[2] is not None:
                names[m[1]] = m[2]
        elif eq and key == "calls":
            inclusive = True                # the next line is the callee's
        elif re.match(r"[+*\-\d]", line):
            if not inclusive:
                own[here] = own.get(here, 0) + int(line.split()[1])
            inclusive = False
    return own


def trigger(text):
    """What the program called this profile."""
    m = re.search(r"^desc: Trigger: Client Request: (\S+)$", text, re.M)
    return m and m[1]


def of(text, *parts):
    """Instructions of files whose path has one of these parts."""
    return sum(n for f, n in by_file(text).items() if any(p in f for p in parts))
