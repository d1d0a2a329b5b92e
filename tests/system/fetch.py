# SPDX-License-Identifier: GPL-2.0-only
"""Debian packages of other suites and architectures, without touching the
machine's apt: a private apt state under build/apt, whose mirror is the one
the machine itself uses, and a cache of downloads under build/dl.

Nothing fetched here is installed.  It is unpacked below build/."""
import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from base import BUILD, Problem, digest, fresh, out, sh, step

APT = BUILD / "apt"
DL = BUILD / "dl"
SUITES = ("bookworm", "bookworm-backports", "trixie")
# The upstream tarballs that all of this was tested with last.  They come first:
# a suite's index may already name a source that the mirror does not have yet.
TESTED = {
    ("xen", "trixie"): ("xen_4.20.3+127-gc42374a105.orig.tar.xz",
                        "df0831854a55a8f31cb3cb85036f2edc928e2ef098d77f815f5714bfafac68f3"),
    ("xen", "bookworm"): ("xen_4.17.5+72-g01140da4e8.orig.tar.xz",
                          "53922f4d0a02c577f2ea9d63f65989cd88715779eebeed879ca1d314103ee06e"),
}
RETRY = "check the network, then run the same make target again; 'make distclean' forgets the package lists"


def mirror():
    """The machine's own Debian mirror and the keyring it trusts for it."""
    rows = out(["apt-get", "indextargets", "--format",
                "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(SIGNED_BY)", "Created-By: Packages"])
    for row in rows.splitlines():
        uri, release, component, _ = row.split("|")
        if component == "main" and release in ("bookworm", "oldstable", "stable"):
            return uri
    raise Problem("Cannot tell the Debian mirror of this machine.",
                  "No apt source for 'bookworm main' is configured (apt-get indextargets shows none).",
                  "this needs Debian 12 with its ordinary apt source")


def apt_env():
    """An apt configuration of our own: the machine's way to reach the network
    (Acquire::*: proxies and the like) and nothing else of it, so that none of
    its hooks run and none of its state changes."""
    conf = APT / "apt.conf"
    env = {**os.environ, "APT_CONFIG": str(conf), "LC_ALL": "C"}
    if conf.exists():
        return env
    for d in ("state/lists/partial", "cache/archives/partial", "parts", "prefs", "trusted"):
        (APT / d).mkdir(parents=True, exist_ok=True)
    acquire = [x for x in out(["apt-config", "dump"]).splitlines() if x.startswith("Acquire::")]
    key = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    signed = f"[signed-by={key}] " if key.exists() else ""
    uri = mirror()
    (APT / "sources.list").write_text("".join(
        f"{kind} {signed}{uri} {suite} main\n" for suite in SUITES for kind in ("deb", "deb-src")))
    # Nothing comes from another suite unless it is asked for.
    (APT / "preferences").write_text(
        "Package: *\nPin: release n=trixie\nPin-Priority: 50\n\n"
        "Package: *\nPin: release n=bookworm-backports\nPin-Priority: 60\n")
    tmp = conf.with_suffix(".new")
    tmp.write_text("\n".join(acquire) + f"""
Dir::State "{APT}/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "{APT}/cache";
Dir::Etc::SourceList "{APT}/sources.list";
Dir::Etc::SourceParts "-";
Dir::Etc::Parts "{APT}/parts";
Dir::Etc::Main "-";
Dir::Etc::Preferences "{APT}/preferences";
Dir::Etc::PreferencesParts "{APT}/prefs";
APT::Architecture "amd64";
APT::Architectures {{ "amd64"; "arm64"; }};
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "3";
""")
    tmp.rename(conf)
    return env


def refresh_lists():
    env = apt_env()
    with step("package lists of " + ", ".join(SUITES)) as s:
        sh(["apt-get", "update", "-o", "APT::Update::Error-Mode=any"], "apt-update", env=env,
           progress=s.show, what="Reading the package lists of " + ", ".join(SUITES) + " failed.", nxt=RETRY)
        s.note = "read"
    (APT / "lists-read").touch()


def apt(*args):
    """Run apt-get or apt-cache on the private state; return its output."""
    if not (APT / "lists-read").exists():
        refresh_lists()
    # Not in DL: of what lies there already apt prints no URI.
    return out(args, env=apt_env(), cwd=APT)


URI = re.compile(r"^'([^']+)' (\S+) (\d+) ?(\S*)$", re.M)


def _good(name, size, sums):
    f = DL / name
    if not f.exists() or f.stat().st_size != size:
        return False
    if sums.startswith("SHA256:"):
        return hashlib.sha256(f.read_bytes()).hexdigest() == sums[7:]
    return True                     # apt has checked it against the signed list


def _download(label, query, get):
    """query prints apt's URIs of the wanted files, get downloads them."""
    DL.mkdir(parents=True, exist_ok=True)
    files = [(n, int(z), s) for _, n, z, s in URI.findall(apt(*query))]
    if not files:
        raise Problem(f"apt knows no file for {label}.", "", RETRY)
    need = [f for f in files if not _good(*f)]
    if need:
        total = sum(f[1] for f in need)
        with step(f"download {label}") as s:
            def show():
                have = sum((DL / n).stat().st_size for n, _, _ in need if (DL / n).exists())
                part = sum(p.stat().st_size for p in DL.glob("partial/*"))
                s.show(f"{(have + part) / 1e6:.1f} of {total / 1e6:.1f} MB")
            for n, _, _ in need:
                (DL / n).unlink(missing_ok=True)
            get(need, show)
            s.note = f"{len(need)} files, {total / 1e6:.1f} MB"
        for f in need:
            if not _good(*f):
                raise Problem(f"{f[0]} was downloaded but its size or checksum is wrong.", "", RETRY)
    return [n for n, _, _ in files]


def _cached(label, what, make):
    """The answer is kept in build/dl/<label>.json, so a warm run asks nothing
    of apt and works without a network."""
    f = DL / (label + ".json")
    key = digest(json.dumps(what))
    if f.exists():
        d = json.loads(f.read_text())
        if d["key"] == key and all((DL / n).exists() for n in d["files"]):
            return [DL / n for n in d["files"]]
    try:
        files = make()
    except Problem:
        refresh_lists()             # the mirror may have moved on: ask once more
        files = make()
    f.write_text(json.dumps({"key": key, "files": files}, indent=1))
    return [DL / n for n in files]


def packages(label, names, suite, arch="arm64"):
    """Download packages (these, not their dependencies); return their paths."""
    def make():
        specs = [(n.removesuffix(":all") if n.endswith(":all") else f"{n}:{arch}") + f"/{suite}" for n in names]
        try:
            return _download(label, ["apt-get", "download", "--print-uris", *specs],
                             lambda need, show: sh(["apt-get", "download", *specs], "apt-" + label, env=apt_env(), cwd=DL,
                                                   progress=show))
        except Problem as e:
            raise Problem(f"Cannot download {label} ({', '.join(names)}) of {arch} from suite {suite}.",
                          str(e), RETRY) from None
    DL.mkdir(parents=True, exist_ok=True)
    return _cached(label, [names, suite, arch], make)


def dependency(package, prefix, suite, arch="arm64"):
    """The package that a metapackage stands for (linux-image-arm64 -> the
    kernel of the day)."""
    f = DL / f"{package}-{suite}.name"
    if not f.exists():
        DL.mkdir(parents=True, exist_ok=True)
        text = apt("apt-cache", "show", "--no-all-versions", f"{package}:{arch}={_version(package, suite, arch)}")
        m = re.search(r"^Depends:.*?\b(" + re.escape(prefix) + r"[^ ,]+)", text, re.M)
        if not m:
            raise Problem(f"{package} of {arch} in {suite} depends on no {prefix}*.", text, RETRY)
        f.write_text(m[1])
    return f.read_text()


def _version(package, suite, arch):
    for row in apt("apt-cache", "madison", f"{package}:{arch}").splitlines():
        _, version, where = (x.strip() for x in row.split("|"))
        if f" {suite}/" in where and arch in where:
            return version
    raise Problem(f"There is no {package} of {arch} in suite {suite}.", "", RETRY)


def installable(label, names, suite):
    """Packages of a suite, and what this machine lacks to run them."""
    def make():
        get = ["apt-get", "install", "--yes", "--reinstall", *(f"{n}/{suite}" for n in names)]

        def fetch(need, show):
            sh([*get[:2], "--download-only", "-o", f"Dir::Cache::archives={DL}", *get[2:]],
               "apt-" + label, env=apt_env(), progress=show)
        try:
            return _download(label, [*get[:2], "--print-uris", *get[2:]], fetch)
        except Problem as e:
            raise Problem(f"Cannot download {', '.join(names)} from suite {suite}.", str(e), RETRY) from None
    (DL / "partial").mkdir(parents=True, exist_ok=True)
    return _cached(label, [names, suite], make)


def _tested(package, suite):
    """The tarball of TESTED, or None: the mirror has dropped it."""
    name, sha256 = TESTED.get((package, suite), (None, None))
    if not name:
        return None
    if not (DL / name).exists():
        with step(f"download {name}") as s:
            try:
                sh(["/usr/lib/apt/apt-helper", "download-file",
                    f"{mirror().rstrip('/')}/pool/main/{package[0]}/{package}/{name}", name, "SHA256:" + sha256],
                   f"apt-{name}", env=apt_env(), cwd=DL, progress=s.show)
            except Problem:
                (DL / name).unlink(missing_ok=True)
                s.note = "the mirror has it no longer"
                return None
    if hashlib.sha256((DL / name).read_bytes()).hexdigest() != sha256:
        (DL / name).unlink()
        raise Problem(f"{name} has another checksum than it had when it was tested.", "", RETRY)
    return DL / name


def source(package, suite):
    """The upstream tarball of a source package (not Debian's changes): the one
    that was tested, else the suite's newest."""
    DL.mkdir(parents=True, exist_ok=True)
    tested = _tested(package, suite)
    if tested:
        return tested
    label = f"source-{package}-{suite}"

    def make():
        q = ["apt-get", "source", "--tar-only", "--download-only", "--only-source", f"{package}/{suite}"]
        try:
            files = _download(label, [*q[:2], "--print-uris", *q[2:]],
                              lambda need, show: sh(q, "apt-" + label, env=apt_env(), cwd=DL, progress=show))
        except Problem as e:
            raise Problem(f"Cannot download the source of {package} from suite {suite}.", str(e),
                          RETRY + "; or give your own tree: make run XEN_SRC=dir") from None
        return [f for f in files if ".orig.tar." in f and not f.endswith(".asc")]
    return _cached(label, [package, suite], make)[0]


def unpack(debs, root):
    """Unpack packages below root, unless exactly these are there already."""
    stamp, key = root.with_name(root.name + ".stamp"), digest(*(d.name for d in debs))
    if fresh(stamp, key):
        return root
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    for d in debs:
        if subprocess.run(["dpkg-deb", "-x", d, root]).returncode:
            raise Problem(f"Cannot unpack {d.name}.", "The file is damaged or the disk is full.", f"remove {d} and try again")
    stamp.write_text(key)
    return root


def version_of(binary, env=None):
    try:
        text = subprocess.run([binary, "--version"], capture_output=True, text=True, env=env).stdout
    except OSError:
        return (0, 0)
    m = re.search(r"version (\d+)\.(\d+)", text)
    return (int(m[1]), int(m[2])) if m else (0, 0)


def qemu():
    """(command, environment) of a QEMU whose SMMUv3 does stage 2: the
    machine's own if it is 9.2 or newer, else Debian's backport, unpacked."""
    own = shutil.which("qemu-system-aarch64")
    if own and version_of(own) >= (9, 2):
        return own, dict(os.environ)
    root = BUILD / "qemu-root"
    cmd = root / "usr/bin/qemu-system-aarch64"
    env = {**os.environ, "LD_LIBRARY_PATH": f"{root}/usr/lib/x86_64-linux-gnu:{root}/lib/x86_64-linux-gnu"}
    if not cmd.exists() or version_of(cmd, env) < (9, 2):
        root.with_name("qemu-root.stamp").unlink(missing_ok=True)
        unpack(installable("qemu", ["qemu-system-arm", "qemu-system-common", "qemu-system-data"],
                           "bookworm-backports"), root)
        if version_of(cmd, env) < (9, 2):
            r = subprocess.run([cmd, "--version"], capture_output=True, text=True, env=env)
            raise Problem(f"The unpacked QEMU does not run: {cmd}", r.stderr.strip(),
                          "make distclean and try again, or install QEMU 9.2 or newer")
    return str(cmd), env
