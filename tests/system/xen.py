# SPDX-License-Identifier: GPL-2.0-only
"""Hypervisor builds: Debian's Xen source (or the user's own tree), our driver
laid into a copy of it, and one object directory per variant.

    build/xen/<version>/src          the copy with the driver laid in
    build/xen/<version>/<variant>    objects (make O=)
    build/out/xen[-<version>][-<variant>]   the result

The pristine sources are never modified."""
import argparse
import filecmp
import os
import re
import shutil
import sys
import tarfile
from pathlib import Path

import fetch
from base import BUILD, CROSS, JOBS, LOGS, OUT, TOP, Problem, digest, fresh, sh, step

SUITE = {"4.20": "trixie", "4.17": "bookworm"}
DEFAULT = "4.20"

COMMON = """CONFIG_EXPERT=y
CONFIG_UNSUPPORTED=y
CONFIG_DEBUG=y
CONFIG_HYPFS=y
CONFIG_HYPFS_CONFIG=y
CONFIG_STATIC_MEMORY=y
# CONFIG_ACPI is not set
# CONFIG_ARM_SMMU is not set
"""
OURS = COMMON + "# CONFIG_ARM_SMMU_V3 is not set\nCONFIG_XEN_SMMU=y\n"

# What ships; the same with the switches that take protections away (for
# negative controls); and the peer that it replaces.
VARIANTS = {
    "": OURS,
    "test": OURS + "CONFIG_XEN_SMMU_TEST=y\n",
    "off": COMMON + "# CONFIG_XEN_SMMU is not set\n",         # laid, and not built
    "stock": COMMON + "CONFIG_ARM_SMMU_V3=y\n",
}
DRIVER = ("xen-smmu", "include")         # what is laid into Xen


def _unpacked(version):
    """Debian's upstream tarball, unpacked once."""
    if version not in SUITE:
        raise Problem(f"Unknown Xen version {version}.", f"Known: {', '.join(SUITE)}.",
                      "for any other version give its source: XEN_SRC=dir")
    tar = fetch.source("xen", SUITE[version])
    top = BUILD / "xen-src" / version
    if fresh(top.with_name(version + ".stamp"), tar.name):
        return top
    with step(f"unpack {tar.name}"):
        shutil.rmtree(top, ignore_errors=True)
        top.mkdir(parents=True)
        with tarfile.open(tar) as t:
            t.extractall(top, filter="fully_trusted") if hasattr(tarfile, "data_filter") else t.extractall(top)
        inner = list(top.iterdir())
        if len(inner) == 1:                # one directory inside: make it ours
            for f in inner[0].iterdir():
                f.rename(top / f.name)
            inner[0].rmdir()
        top.with_name(version + ".stamp").write_text(tar.name)
    return top


def source_tree(version, own=None):
    """(label, pristine tree)."""
    if not own:
        return version, _unpacked(version)
    own = Path(own).resolve()
    if not (own / "xen/arch/arm").is_dir():
        raise Problem(f"XEN_SRC={own} is not a Xen source tree.", "It has no xen/arch/arm.", "give the top of a Xen tree")
    return "own", own


def _wanted(d, names):
    """What the hypervisor build needs of a Xen tree, without any objects."""
    skip = {".git", ".github"}
    if Path(d).name in ("tools", "docs", "stubdom") and not Path(d).parent.name == "xen":
        skip |= {n for n in names if n not in ("xl", "include")}
    return [n for n in names if n in skip or n.endswith((".o", ".o.d", ".cmd"))]


def _files(top):
    for d, _, names in os.walk(top):
        for n in names:
            yield os.path.relpath(os.path.join(d, n), top)


def _sync(new, old):
    """Make old equal to new, touching only what differs, so that make
    rebuilds only what has to be."""
    want = set(_files(new))
    for f in set(_files(old)) - want:
        os.unlink(old / f)
    for f in want:
        a, b = new / f, old / f
        if b.exists() and not a.is_symlink() and filecmp.cmp(a, b, shallow=False):
            continue
        b.parent.mkdir(parents=True, exist_ok=True)
        b.unlink(missing_ok=True)
        shutil.copy(a, b, follow_symlinks=False)
        if not a.is_symlink():
            os.utime(b)


def driver_files():
    return sorted(f for d in DRIVER for f in (TOP / d).rglob("*") if f.is_file() and "__pycache__" not in f.parts)


def laid(label, pristine, driver=True):
    """The copy that is built: with the driver, or (for the peer) without."""
    src = BUILD / "xen" / label / ("src" if driver else "src-stock")
    own = label == "own"
    files = driver_files() if driver else []
    key = digest(str(pristine), *(str(f.relative_to(TOP)) for f in files), *files)
    stamp = src.with_name(src.name + ".stamp")
    if not own and fresh(stamp, key):
        return src
    with step(f"lay the driver into Xen {label}" if driver else f"copy Xen {label}"):
        new = src.with_name("src.new")
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(pristine, new, symlinks=True, ignore=_wanted)
        if own:                            # perhaps it was built in place
            sh(["make", "-C", new / "xen", "distclean", "XEN_TARGET_ARCH=arm64"], "xen-own-distclean")
        if driver:
            sh([TOP / "xen-smmu/lay", new], f"lay-{label}", what=f"The driver cannot be laid into Xen {label}.",
               nxt="see xen-smmu/README: the hook patches may need a refresh for this tree")
        _sync(new, src)
        shutil.rmtree(new)
        stamp.write_text(key)
    return src


def _config(make, obj, text, log):
    """Give the object directory its configuration; symbols that Kconfig threw
    away are an error, not a surprise."""
    obj.mkdir(parents=True, exist_ok=True)
    stamp = obj / "config.stamp"
    if fresh(stamp, text) and (obj / ".config").exists():
        return
    (obj / ".config").write_text(text)
    sh([*make, "olddefconfig"], log, what="Configuring Xen failed.")
    got = (obj / ".config").read_text().splitlines()
    lost = [x for x in text.splitlines() if x.endswith("=y") and x not in got]
    if lost:
        raise Problem(f"Xen's Kconfig does not know or does not allow: {', '.join(lost)}.", "",
                      "see xen-smmu/README for what the symbols depend on")
    stamp.write_text(text)


def build(variant="", version=DEFAULT, own=None):
    """Build one variant; return the path of the raw hypervisor image."""
    label, pristine = source_tree(version, own)
    stock = variant == "stock"
    name = "xen" + ("" if label == DEFAULT else "-" + label) + (variant and "-" + variant)
    src = laid(label, pristine, driver=not stock)
    obj = BUILD / "xen" / label / (variant or "main")
    text = VARIANTS[variant]
    done, key = OUT / name, digest((src.with_name(src.name + ".stamp")).read_text(), text)
    stamp = OUT / (name + ".stamp")
    if not own and done.exists() and fresh(stamp, key):
        return done
    make = ["make", "-C", src / "xen", f"O={obj}", "XEN_TARGET_ARCH=arm64", f"CROSS_COMPILE={CROSS}", f"-j{JOBS}"]
    log = "build-" + name
    with step(f"build {name}") as s:
        _config(make, obj, text, log)

        def show():
            f = LOGS / (log + ".log")
            m = re.findall(r"^\s+(?:CC|AS|LD)\s+(\S+)", f.read_text(errors="replace"), re.M)
            s.show(f"{len(m)} objects, {m[-1]}" if m else "")
        sh(make, log, what=f"Building {name} failed.", progress=show)
        OUT.mkdir(parents=True, exist_ok=True)
        shutil.copy(obj / "xen", done)
        shutil.copy(obj / "xen-syms", OUT / (name + "-syms"))
        stamp.write_text(key)
        s.note = f"{done.stat().st_size // 1024} KiB"
    return done


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("variant", nargs="*", default=[""], help="one of: " + ", ".join(v or "(none: ours)" for v in VARIANTS))
    p.add_argument("--version", default=DEFAULT)
    p.add_argument("--src", help="a Xen source tree of your own")
    a = p.parse_args()
    try:
        for v in a.variant:
            if v not in VARIANTS:
                raise Problem(f"Unknown variant {v}.", f"Known: {', '.join(VARIANTS)}.")
            print(build(v, a.version, a.src or None))
    except Problem as e:
        sys.exit(f"xen: {e}")


if __name__ == "__main__":
    main()
