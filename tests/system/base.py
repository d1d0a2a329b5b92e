# SPDX-License-Identifier: GPL-2.0-only
"""Paths, commands and visible progress: what every other file here uses."""
import hashlib
import os
import re
import shlex
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
BUILD = TOP / "build"
OUT = BUILD / "out"           # finished artefacts: hypervisors, kernel, initramfs
LOGS = BUILD / "log"
CROSS = "aarch64-linux-gnu-"
JOBS = str(os.cpu_count() or 1)
PATIENCE = float(os.environ.get("PATIENCE", "1"))      # for slow machines


class Problem(Exception):
    """A failure with words for the user: what, why, and what to do next."""

    def __init__(self, what, why="", nxt=""):
        super().__init__(what)
        self.what, self.why, self.nxt = what, why, nxt

    def __str__(self):
        return "\n".join(x for x in (self.what, self.why, self.nxt and "Next: " + self.nxt) if x)


def tail(path, lines=25):
    try:
        text = Path(path).read_text(errors="replace").replace("\r", "")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def trouble(path):
    """What a failed command's log says about why: its error lines, or its end."""
    lines = Path(path).read_text(errors="replace").splitlines()
    bad = [x for x in lines if re.search(r"\berror\b|undefined reference|^E: |No rule to make|multiple definition", x, re.I)]
    return "\n".join(bad[:20]) or tail(path)


def sh(args, log=None, what=None, nxt="", progress=None, **kw):
    """Run a command.  Its output goes to build/log/<log>, whose end is shown
    when it fails.  progress, if given, is called twice a second meanwhile."""
    args = [str(a) for a in args]
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / ((log or Path(args[0]).name) + ".log")
    with open(path, "w") as f:
        f.write("$ " + shlex.join(args) + "\n")
        f.flush()
        p = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=f, stderr=subprocess.STDOUT, **kw)
        while True:
            try:
                rc = p.wait(0.5)
                break
            except subprocess.TimeoutExpired:
                if progress:
                    progress()
    if rc:
        raise Problem(what or f"'{shlex.join(args)}' failed with status {rc}",
                      trouble(path), nxt or f"read {path.relative_to(TOP)}")
    return path


def out(args, **kw):
    """Run a command and return what it printed."""
    args = [str(a) for a in args]
    r = subprocess.run(args, stdin=subprocess.DEVNULL, capture_output=True, text=True, **kw)
    if r.returncode:
        raise Problem(f"'{shlex.join(args)}' failed with status {r.returncode}", r.stderr.strip())
    return r.stdout


def until(ready, seconds=60):
    """Ask again and again, until the answer is yes or time is up: the last answer."""
    end = time.monotonic() + seconds * PATIENCE
    while not (got := ready()) and time.monotonic() < end:
        time.sleep(0.1)
    return got


def digest(*things):
    """One hash over texts and files: the key of a stamp."""
    h = hashlib.sha256()
    for t in things:
        h.update(t.read_bytes() if isinstance(t, Path) else str(t).encode())
        h.update(b"\0")
    return h.hexdigest()


def fresh(stamp, key):
    return stamp.exists() and stamp.read_text() == key


# --- progress -------------------------------------------------------------
# One line a step.  On a terminal the line is alive; elsewhere (a CI log) a
# step that takes long says so every fifteen seconds.

_tty = sys.stderr.isatty()


class Step:
    def __init__(self, name):
        self.name, self.t0, self.said, self.note = name, time.monotonic(), 0.0, ""

    def seconds(self):
        return time.monotonic() - self.t0

    def show(self, note=""):
        """Progress inside the step, e.g. '12 of 96 MB'."""
        self.note = note
        s = self.seconds()
        if _tty:
            sys.stderr.write(f"\r\033[K  {s:6.1f} s  {self.name} {note}")
        elif s - self.said > 15:
            self.said = s
            sys.stderr.write(f"  {s:6.1f} s  {self.name} ... {note}\n")
        sys.stderr.flush()

    def end(self, word):
        pre = "\r\033[K" if _tty else ""
        sys.stderr.write(f"{pre}  {self.seconds():6.1f} s  {self.name}: {word}\n")
        sys.stderr.flush()


@contextmanager
def step(name):
    s = Step(name)
    s.show()
    try:
        yield s
    except BaseException:
        s.end("FAILED")
        raise
    s.end(s.note or "done")
