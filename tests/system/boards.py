# SPDX-License-Identifier: GPL-2.0-only
"""What `xen-smmu check` says of every board whose device tree Debian's arm64
kernel package ships, and the table of them: tools/BOARDS.md."""
import argparse
import collections
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import roots
from base import BUILD, JOBS, TOP, Problem, sh, step

TABLE = TOP / "tools/BOARDS.md"


def tool():
    sh(["make", "-s", "-C", TOP / "tools", "xen-smmu"], "tools-native", what="xen-smmu does not build for this machine.")
    return BUILD / "tools/native/xen-smmu"


def trees():
    """(version of the package, its device trees)"""
    base, version = roots.kernel()
    found = sorted(base.glob(f"**/linux-image-{version}/**/*.dtb"))
    if len(found) < 500:
        raise Problem(f"The kernel package has {len(found)} device trees; hundreds were expected.", f"Looked in {base}.",
                      "make distclean and try again")
    return version, found


def ask(xen_smmu, dtb):
    """(exit code, its document, what it said to standard error)"""
    r = subprocess.run([xen_smmu, "check", "--json", "--host-dtb", dtb], capture_output=True, text=True, timeout=60,
                       errors="replace")
    return r.returncode, json.loads(r.stdout) if r.stdout.startswith("{") else None, r.stderr


def ask_all(found):
    xen_smmu = tool()
    with step(f"check {len(found)} boards") as s, ThreadPoolExecutor(int(JOBS)) as pool:
        answers = dict(zip(found, pool.map(lambda f: ask(xen_smmu, f), found)))
        s.note = f"{len(answers)} answers"
    return answers


def name(dtb):
    return re.sub(r".*/linux-image-[^/]*/", "", str(dtb)).removesuffix(".dtb")


def units(doc, kind):
    """'1 of 5': the enabled ones of all."""
    of = [x for x in doc["iommus"] if x["kind"] == kind]
    on = sum(x["available"] for x in of)
    return f"{on} of {len(of)}" if on != len(of) else str(on)


def span(numbers):
    return f"{min(numbers)}" if min(numbers) == max(numbers) else f"{min(numbers)} to {max(numbers)}"


def why(docs):
    """Reasons, with how many devices each keeps back, on a board at most."""
    most = collections.Counter()
    for d in docs:
        for k, n in collections.Counter(x["reason"] for x in d["masters"] if x["reason"]).items():
            most[k] = max(most[k], n)
    return ", ".join(f"{k} {n}" for k, n in most.most_common()) or "-"


def free(doc):
    return sum(x["reason"] is None for x in doc["masters"])


def rows_v3(docs):
    yield "| board | chip | SMMUv3 on | other IOMMUs | devices behind IOMMUs | can be given away | why not |"
    yield "|---|---|---|---|---|---|---|"
    for board, d in docs.items():
        if any(x["kind"] == "SMMUv3" for x in d["iommus"]):
            others = sum(x["kind"] != "SMMUv3" for x in d["iommus"])
            yield (f"| {board} | {d['host']['chip']} | {units(d, 'SMMUv3')} | {others or '-'} | {len(d['masters'])} | {free(d)} "
                   f"| {why([d])} |")


KINDS = ["SMMUv3", "SMMUv2", "other SMMUv2", "other IOMMU"]


def has(doc, kind):
    return any(x["kind"] == kind for x in doc["iommus"])


def rows_chips(docs, kind):
    """Boards whose best IOMMU is of that kind."""
    chips = collections.defaultdict(list)
    for d in docs.values():
        if has(d, kind) and not any(has(d, k) for k in KINDS[:KINDS.index(kind)]):
            chips[d["host"]["chip"]].append(d)
    yield f"| chip | boards | {kind}s on | devices behind IOMMUs | can be given away | why not |"
    yield "|---|---|---|---|---|---|"
    for chip, of in sorted(chips.items()):
        on = [sum(x["available"] for x in d["iommus"] if x["kind"] == kind) for d in of]
        yield (f"| {chip} | {len(of)} | {span(on)} | {span([len(d['masters']) for d in of])} | {span([free(d) for d in of])} "
               f"| {why(of)} |")


def table(version, docs):
    v3 = [d for d in docs.values() if any(x["kind"] == "SMMUv3" for x in d["iommus"])]
    on = [d for d in v3 if any(x["kind"] == "SMMUv3" and x["available"] for x in d["iommus"])]
    v2 = sum(has(d, "SMMUv2") for d in docs.values())
    none = sum(not d["iommus"] for d in docs.values())
    text = [f"""# Boards
What `xen-smmu check` says of the {len(docs)} device trees in Debian's linux-image-{version}. Generated: `make boards`.

{len(v3)} have an SMMUv3; on {len(on)} the tree enables one. {v2} have an SMMUv1 or SMMUv2 that xen-smmu drives. {none} have no IOMMU at all. The trees are Linux's, as
they are: a disabled SMMU, or one that no device names, says what Linux uses, not what the chip could do. Whether the hardware does
stage 2 is not in a device tree; the hypervisor says so at boot. A reason is explained by `xen-smmu explain REASON`; the number beside
it counts the devices that it keeps back, on one board.

## With an SMMUv3""", *rows_v3(docs), "\n## With an SMMUv1 or SMMUv2", *rows_chips(docs, "SMMUv2"),
            "\n## With an SMMUv2 that needs a driver of its own", *rows_chips(docs, "other SMMUv2"),
            "\n## With other IOMMUs", *rows_chips(docs, "other IOMMU")]
    return "\n".join(text) + "\n"


def survey():
    """(version, {board: document}, [what went wrong])"""
    version, found = trees()
    docs, wrong = {}, []
    for dtb, (code, doc, said) in ask_all(found).items():
        if doc is None or said or code not in (0, 3):
            wrong.append(f"{name(dtb)}: exit code {code}: {said.strip()}")
        else:
            docs[name(dtb)] = doc
    return version, docs, wrong


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    try:
        version, docs, wrong = survey()
        if wrong:
            raise Problem(f"{len(wrong)} boards could not be checked.", "\n".join(wrong), "repair 'xen-smmu check'")
        TABLE.write_text(table(version, docs))
        print(f"{len(docs)} boards: {Path(TABLE).relative_to(TOP)}")
    except Problem as e:
        sys.exit(f"boards: {e}")


if __name__ == "__main__":
    main()
