#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What tools/TUTORIAL.md has its reader type, and what it says comes back.

usage: tutorial.py TUTORIAL DIRECTORY    (the top of a checkout, or the like)
runs what needs no hypervisor, in DIRECTORY/build/tutorial, and compares."""
import re
import subprocess
import sys
from pathlib import Path


def commands(text):
    """[(prompt, line, what comes back)] of all ```console blocks; a prompt is
    $, dom0# or guest#, and lines after > belong to the one above."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S):
        for line in block.splitlines(True):
            m = re.match(r"(\$|dom0#|guest#) (.*\n)", line)
            if m:
                found.append([m[1], m[2], ""])
            elif found[-1][2] == "" and line.startswith("> "):
                found[-1][1] += line[2:]
            else:
                found[-1][2] += line
    return [tuple(x) for x in found]


def offline(text, top):
    """Run what stands after $, in one shell.  [(line, wanted, got)]"""
    where = Path(top) / "build/tutorial"
    where.mkdir(parents=True, exist_ok=True)
    todo = [(line, wanted) for prompt, line, wanted in commands(text) if prompt == "$"]
    mark = "--- end of a command ---\n"
    script = "".join(f"{line}printf '%s' '{mark}'\n" for line, _ in todo)
    r = subprocess.run(["sh"], input=script, cwd=where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    got = r.stdout.split(mark)
    return [(line, wanted, got[i] if i < len(got) else "(not run)") for i, (line, wanted) in enumerate(todo)]


def main():
    results = offline(Path(sys.argv[1]).read_text(), sys.argv[2])
    for line, wanted, got in results:
        if wanted != got:
            print(f"$ {line}--- the tutorial says:\n{wanted}--- but it is:\n{got}---")
    print(f"{len(results)} commands")
    sys.exit(any(wanted != got for _, wanted, got in results))


if __name__ == "__main__":
    main()
