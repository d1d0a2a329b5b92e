# SPDX-License-Identifier: GPL-2.0-only
"""A page of dom0's, granted to a guest: guest/share-page.c serves it."""
from steps import expect, seed

OUT = "/tmp/page"


# Shell: until OUT has more than $n lines.
ANSWERED = f"i=0; while [ $(wc -l < {OUT}) -le $n ] && [ $i -lt 1000 ]; do usleep 50000; i=$((i+1)); done; "


class Share:
    def __init__(self, m, domid):
        self.m = m
        text = m.dom0(f": > {OUT}; n=0; share-page {domid} /tmp/fifo {OUT} >/tmp/page.err 2>&1 & {ANSWERED} cat {OUT} /tmp/page.err", 40)
        expect(text.startswith("ref "), "dom0 cannot grant a page.", text)
        self.ref = int(text.split()[1])

    def page(self, order):
        """Its answer, a line."""
        return self.m.dom0(f"n=$(wc -l < {OUT}); echo '{order}' > /tmp/fifo; {ANSWERED} tail -n 1 {OUT}", 40).strip()

    def fill(self):
        self.seed = seed()
        self.page(f"fill {self.seed:x}")

    def look(self):
        """How the page differs from what fill() left."""
        return self.page(f"look {self.seed:x}")

    def close(self):
        self.m.dom0("echo quit > /tmp/fifo")
