# SPDX-License-Identifier: GPL-2.0-only
"""pytest plugin: TAP on stdout, nothing else there."""
import sys

import pytest
from base import Problem

_out = sys.stdout          # before pytest captures it


class Tap:
    def __init__(self):
        self.n = 0

    def print(self, text):
        _out.write(text + "\n")
        _out.flush()

    def pytest_collection_finish(self, session):
        self.print(f"1..{len(session.items)}")

    def pytest_collectreport(self, report):
        if report.failed:
            self.print(f"Bail out! {report.nodeid} cannot be collected")
            self.diagnose(report.longreprtext)

    def diagnose(self, text):
        for line in text.splitlines():
            self.print("# " + line)

    def pytest_runtest_logreport(self, report):
        # One result a test: of its call, or of whatever kept it from that.
        if report.when == "teardown":
            if report.failed:
                self.print(f"Bail out! clearing up after {report.nodeid} failed")
                self.diagnose(report.longreprtext)
            return
        if report.when == "setup" and report.passed:
            return
        self.n += 1
        name = getattr(report, "title", report.nodeid)
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.print(f"ok {self.n} - {name} # SKIP {reason.removeprefix('Skipped: ')}")
        elif report.passed:
            self.print(f"ok {self.n} - {name}")
            if report.note:
                self.diagnose(f"{report.duration:.1f} s: {report.note}")
        else:
            self.print(f"not ok {self.n} - {name}")
            self.diagnose(report.longreprtext)


def pytest_configure(config):
    config.pluginmanager.register(Tap(), "tap-reporter")


@pytest.hookimpl(hookwrapper=True, trylast=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    doc = (item.function.__doc__ or item.name).strip().split("\n\n")[0]
    report.title = " ".join(doc.split()) + (f" [{item.callspec.id}]" if hasattr(item, "callspec") else "")
    report.note = getattr(item, "note", "")
    if report.failed and call.excinfo and call.excinfo.errisinstance(Problem):
        report.longrepr = str(call.excinfo.value)     # words for the user, not a traceback
