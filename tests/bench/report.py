# SPDX-License-Identifier: GPL-2.0-only
"""Rows of metrics as a table, as a picture, and in the README.  Pure functions."""
import math
import re
from html import escape

from tabulate import tabulate

import metrics

SCHEMA = "xen-smmu-bench/1"
BEGIN, END = "<!-- bench: begin (make bench-accept writes it) -->", "<!-- bench: end -->"
BY_ID = {m.id: m for m in metrics.METRICS}


def report(rows, date, versions):
    return {"schema": SCHEMA, "date": date, "versions": versions, "metrics": rows}


def versions(report_):
    return ", ".join(f"{k} {v}" for k, v in report_["versions"].items())


def times(ratio):
    return "-" if not ratio else f"{ratio:,.0f}x" if ratio >= 100 else f"{ratio:.3g}x"


def cells(r):
    m = BY_ID[r["id"]]
    peer = metrics.number(r["peer"], m)
    if r["peer"] is None and ": " in r["peer_name"]:
        peer = r["peer_name"].split(": ", 1)[1]
    ratio = "all" if r["peer"] and not r["ours"] and m.better == "less" else times(r["ratio"])
    return [r["id"], r["what"], metrics.number(r["ours"], m), peer, ratio, r["target"], {True: "yes", False: "MISSED", None: "-"}[r["met"]]]


HEAD = ("metric", "what", "ours", "stock", "fewer", "target", "met")
ALIGN = ("left", "left", "right", "right", "right", "left", "left")


def table(rows, tablefmt="simple"):
    return tabulate([cells(r) for r in rows], HEAD, tablefmt=tablefmt, colalign=ALIGN, disable_numparse=True)


def summary(rows):
    rows = [r for r in rows if r["target"] != metrics.REPORTED and r["met"] is not None]
    missed = [r["id"] for r in rows if r["met"] is False]
    return f"{sum(r['met'] is True for r in rows)} of {len(rows)} targets met" + (f"; missed: {', '.join(missed)}" if missed else "")


def section(report_):
    """The README's: what is of interest to who reads it first."""
    rows = [r for r in report_["metrics"] if BY_ID[r["id"]].main]
    return "\n".join([BEGIN, f"Of {report_['date']}: {versions(report_)}. {summary(rows)}.", "", table(rows, "github"), END])


def insert(readme, report_):
    """The README with its section renewed."""
    if readme.count(BEGIN) != 1 or readme.count(END) != 1:
        raise ValueError("the README has no place for the benchmark's table, or more than one")
    return re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: section(report_), readme, flags=re.S)


# --- the picture -------------------------------------------------------------
# Bars on a logarithmic scale, so nought is a dot at the left; colours follow the viewer's
# choice of light or dark.

DRAWN = ("cmd-batch512", "mmio-batch512", "barrier-batch512", "cmd-dormant-qemu", "cmd-balloon56", "cmd-boot", "cmd-build-dom0", "insn-live",
         "insn-dormant", "mem-queues")
STYLE = """text { font: 13px system-ui, sans-serif; fill: #1f2328 } .small { font-size: 11px; fill: #59636e }
 .head { font-size: 15px; font-weight: 600 } .ours { fill: #0969da } .stock { fill: #bc4c00 } .line { stroke: #d1d9e0 } .paper { fill: #ffffff }
 .value { stroke: #ffffff; stroke-width: 4px; paint-order: stroke }
 @media (prefers-color-scheme: dark) { text { fill: #f0f6fc } .small { fill: #9198a1 } .ours { fill: #4493f8 } .stock { fill: #db6d28 }
 .line { stroke: #3d444d } .paper { fill: #0d1117 } .value { stroke: #0d1117 } }"""
LEFT, WIDTH, ROW, TOP = 350, 330, 40, 74


def length(x, most):
    """Of a bar, in pixels: one decade is always as long, below one is nothing."""
    return WIDTH * math.log10(max(x, 1) * 1.0) / math.log10(most) if most > 1 else 0


def bar(y, x, most, kind, text):
    w = max(length(x, most), 3)
    return (f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{w:.1f}" height="13" rx="2"/>'
            f'<text class="small value" x="{LEFT + w + 6:.1f}" y="{y + 11}">{escape(text)}</text>')


def svg(report_):
    rows = [r for i in DRAWN for r in report_["metrics"] if r["id"] == i and r["peer"] is not None]
    most = 10 ** math.ceil(math.log10(max(max(r["ours"], r["peer"]) for r in rows)))
    height, width = TOP + ROW * len(rows) + 34, LEFT + WIDTH + 110
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
           'aria-label="xen-smmu beside the stock driver">',
           f"<style>{STYLE}</style>", f'<rect class="paper" width="{width}" height="{height}" rx="6"/>',
           '<text class="head" x="20" y="28">xen-smmu beside Xen\'s smmu-v3.c: fewer is better, logarithmic</text>',
           '<rect class="ours" x="20" y="42" width="13" height="13" rx="2"/><text x="39" y="53">xen-smmu</text>'
           f'<rect class="stock" x="120" y="42" width="13" height="13" rx="2"/><text x="139" y="53">stock</text>']
    for power in range(0, int(math.log10(most)) + 1, 2):
        x = LEFT + length(10 ** power, most)
        out.append(f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{height - 30}"/>'
                   f'<text class="small" x="{x:.1f}" y="{height - 14}" text-anchor="middle">{10 ** power:,}</text>')
    for i, r in enumerate(rows):
        y, m = TOP + i * ROW, BY_ID[r["id"]]
        out.append(f'<text x="20" y="{y + 13}">{escape(m.picture or r["id"])}</text><text class="small" x="20" y="{y + 28}">{escape(r["id"])}</text>')
        out.append(bar(y, r["ours"], most, "ours", metrics.number(r["ours"], m)))
        out.append(bar(y + 16, r["peer"], most, "stock", metrics.number(r["peer"], m)))
    return "\n".join(out + ["</svg>", ""])
