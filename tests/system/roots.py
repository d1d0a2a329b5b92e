# SPDX-License-Identifier: GPL-2.0-only
"""Debian's arm64 kernel and two initramfs made from Debian's arm64 packages:
dom0 (xen-utils) and the guest.  Packages are unpacked, programs copied with
the shared libraries they name; no arm64 code runs on the build machine."""
import re
import shutil
import subprocess
from pathlib import Path

import fetch
import xen
from base import BUILD, CROSS, HERE, JOBS, OUT, TOP, Problem, digest, fresh, out, sh, step

SUITE = "trixie"
RUNTIME = """xen-utils-4.20 xen-utils-common xenstore-utils
 libxencall1 libxenevtchn1 libxenforeignmemory1 libxengnttab1 libxenmisc4.20 libxenstore4
 libxentoollog1 libxentoolcore1 libxendevicemodel1 libxenhypfs1
 libyajl2 libncurses6 libtinfo6 ncurses-base:all libc6 libgcc-s1 busybox-static libuuid1 zlib1g
 libbz2-1.0 liblzma5 liblzo2-2 libzstd1 libext2fs2t64 libfdt1 libcom-err2
 libjson-c5 libsmartcols1 libnl-3-200 libnl-route-3-200""".split()
HEADERS = """libxen-dev libyajl-dev libc6-dev linux-libc-dev:all libjson-c-dev libsmartcols-dev
 libncurses-dev libfdt-dev uuid-dev libgcc-14-dev libnl-route-3-dev libnl-3-dev libstdc++6""".split()

LIB = "usr/lib/aarch64-linux-gnu"
XENBIN = "usr/lib/xen-4.20/bin"
DOM0_PROGRAMS = [f"{XENBIN}/{x}" for x in
                 ("xl", "xenstored", "xenconsoled", "xenconsole", "xen-init-dom0", "libxl-save-helper")] + [
    f"{LIB}/libgcc_s.so.1", "usr/sbin/xenhypfs", "usr/bin/xenstore-ls", "usr/bin/xenstore-read",
    "usr/bin/xenstore-write", "usr/bin/xenstore-list"]
DOM0_MODULES = """xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xenfs virtio_mmio virtio_console 9p 9pnet_virtio
 virtio_pci virtio_blk nvme ext4 crc32c_generic""".split()
GUEST_MODULES = """ahci_platform sd_mod ext4 crc32c_generic xen-privcmd xenfs xen-evtchn
 xhci-plat-hcd usb-storage""".split()


def sysroot():
    """build/sysroot: arm64 headers and libraries, for the tools and dom0."""
    debs = fetch.packages("arm64-runtime", RUNTIME, SUITE) + fetch.packages("arm64-headers", HEADERS, SUITE)
    root = fetch.unpack(debs, BUILD / "sysroot")
    if not (root / "lib").exists():       # linker scripts say /lib/...
        (root / "lib").symlink_to("usr/lib")
    return root


def kernel():
    """(unpacked kernel package, version).  build/out/Image is its image."""
    package = fetch.dependency("linux-image-arm64", "linux-image-", SUITE)
    debs = fetch.packages("arm64-kernel", [package], SUITE)
    root = fetch.unpack(debs, BUILD / "kernel")
    mods = next(root.glob("usr/lib/modules/*"), None) or next(root.glob("lib/modules/*"), None)
    image = next(root.glob("boot/vmlinuz-*"), None)
    if not mods or not image:
        raise Problem(f"{package} has no kernel image or no modules.", f"Looked in {root}.", "make distclean and try again")
    base = mods.parents[2]
    if not (mods / "modules.dep").exists():
        sh(["depmod", "-b", base, mods.name], "depmod")
    OUT.mkdir(parents=True, exist_ok=True)
    if not (OUT / "Image").exists() or (OUT / "Image").stat().st_size != image.stat().st_size:
        shutil.copy(image, OUT / "Image")
    return base, mods.name


def programs(target):
    """The test programs, static so that they run in any initramfs."""
    for c in HERE.glob("guest/*.c"):
        sh([CROSS + "gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-static", "-s", "-o", target / "usr/bin" / c.stem, c],
           "guest-programs", what=f"{c.relative_to(TOP)} does not compile.")
    for script in ("disk-test", "edu-selftest", "scmi-selftest"):
        shutil.copy(HERE / "guest" / script, target / "usr/bin" / script)


def skeleton(target, init):
    shutil.rmtree(target, ignore_errors=True)
    for d in ("bin sbin dev proc sys tmp run/lock root etc/xen host log mnt lib usr/lib usr/bin usr/sbin "
              "var/lib/xen var/log/xen").split():
        (target / d).mkdir(parents=True, exist_ok=True)
    (target / "var/run").symlink_to("../run")
    shutil.copy(sysroot() / "usr/bin/busybox", target / "bin/busybox")
    (target / "bin/sh").symlink_to("busybox")
    shutil.copy(HERE / "guest" / init, target / "init")


def modules(target, names):
    """Modules with what they depend on, unpacked for busybox."""
    base, version = kernel()
    have = set()
    for name in names:
        text = out(["modprobe", "-d", base, "-S", version, "--show-depends", name])
        have |= set(re.findall(r"^insmod (\S+)", text, re.M))
    where = target / "lib/modules" / version
    for f in sorted(Path(x) for x in have):
        rel = str(f).split(f"/{version}/", 1)[1]
        new = where / rel
        new.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(f, new)
        if new.suffix == ".xz":
            subprocess.run(["xz", "-d", new], check=True)
    for f in ("modules.order", "modules.builtin"):
        found = next(base.glob(f"**/{version}/{f}"))
        shutil.copy(found, where / f)
    sh(["depmod", "-b", target, version], "depmod-root")


def elf(target, names, places):
    """Programs (paths below one of places) and all that DT_NEEDED names."""
    todo = list(names)
    while todo:
        rel = todo.pop()
        if (target / rel).exists():
            continue
        src = next((p / rel for p in places if (p / rel).exists()), None)
        if not src:
            raise Problem(f"dom0 needs {rel}, but no unpacked package has it.", "",
                          "add the package that has it to RUNTIME in tests/system/roots.py")
        (target / rel).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(src, target / rel)
        (target / rel).chmod(0o755)
        text = out([CROSS + "readelf", "-d", src])
        todo += [f"{LIB}/{n}" for n in re.findall(r"NEEDED.*\[(.*?)\]", text)]
    shutil.copy(sysroot() / LIB / "ld-linux-aarch64.so.1", target / "lib/ld-linux-aarch64.so.1")


def pack(root, result):
    sh(["sh", "-c", f"cd '{root}' && find . -print0 | LC_ALL=C sort -z | "
        f"cpio --null -o -H newc -R 0:0 --quiet | gzip -1n > '{result}.new'"], "cpio")
    Path(f"{result}.new").rename(result)


def guest():
    target, result = BUILD / "root-guest", OUT / "guest.cpio.gz"
    _, version = kernel()
    key = digest(version, *sorted(HERE.glob("guest/*")), Path(__file__))
    stamp = result.with_suffix(".stamp")
    if result.exists() and fresh(stamp, key):
        return result
    with step("assemble the guest's initramfs") as s:
        skeleton(target, "guest-init")
        modules(target, GUEST_MODULES)
        programs(target)
        pack(target, result)
        stamp.write_text(key)
        s.note = f"{result.stat().st_size / 1e6:.1f} MB"
    return result


def hostile():
    """The kernel of the guest that means no good: build/out/hostile.img."""
    sources, result = sorted((HERE / "hostile").glob("*")), OUT / "hostile.img"
    stamp, key = result.with_suffix(".stamp"), digest(*sources, Path(__file__))
    if result.exists() and fresh(stamp, key):
        return result
    elf_file = result.with_suffix(".elf")
    OUT.mkdir(parents=True, exist_ok=True)
    sh([CROSS + "gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-nostdlib", "-static", "-no-pie", "-fno-pic",
        "-fno-stack-protector", "-mgeneral-regs-only", "-Wl,--build-id=none,--no-warn-rwx-segments",
        f"-Wl,-T,{HERE / 'hostile/image.lds'}", "-o", elf_file, *(f for f in sources if f.suffix in (".c", ".S"))],
       "hostile", what="The hostile guest does not build.")
    sh([CROSS + "objcopy", "-O", "binary", "--set-section-flags", ".bss=alloc,load,contents", elf_file, result], "hostile")
    stamp.write_text(key)
    return result


def tools():
    """Our arm64 tools, as (path in dom0, file).  xl is Xen's with one more row,
    out of the release that dom0's libraries are of."""
    built = BUILD / "tools/arm64"
    root, source = sysroot(), xen.source_tree(xen.DEFAULT)[1]
    with step("build dom0's tools") as s:
        sh(["make", "-C", TOP / "tools", "arm64", f"CC={CROSS}gcc", f"SYSROOT={root}", f"XEN_SRC={source}", f"O={built}",
            f"-j{JOBS}"], "tools", what="The arm64 tools do not build.", progress=s.show)
    result = [("usr/bin/xen-smmu", built / "xen-smmu"), (f"{XENBIN}/xl", built / "xl")]
    for c in sorted(HERE.glob("dom0/*.c")):
        sh([f"{CROSS}gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", built / c.stem, c, f"-I{built}/include", f"-I{TOP}/include",
            root / LIB / "libxenctrl.so", root / LIB / "libxencall.so", f"-Wl,-rpath-link,{root / LIB}",
            "-Wl,--unresolved-symbols=ignore-in-shared-libs"], c.stem, what=f"{c.relative_to(TOP)} does not compile.")
        result.append((f"usr/bin/{c.stem}", built / c.stem))
    return result



def dom0():
    target, result = BUILD / "root-dom0", OUT / "dom0.cpio.gz"
    root = sysroot()
    _, version = kernel()
    extra = tools()
    key = digest(version, *sorted(HERE.glob("guest/*")), Path(__file__), *(f for _, f in extra))
    stamp = result.with_suffix(".stamp")
    if result.exists() and fresh(stamp, key):
        return result
    with step("assemble dom0's initramfs") as s:
        skeleton(target, "dom0-init")
        stage = BUILD / "root-tools"       # so that ours win over Debian's
        shutil.rmtree(stage, ignore_errors=True)
        for rel, f in extra:
            (stage / rel).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(f, stage / rel)
        elf(target, DOM0_PROGRAMS + [rel for rel, _ in extra], [stage, root])
        shutil.copytree(root / "etc/xen", target / "etc/xen", dirs_exist_ok=True)
        shutil.copytree(root / "usr/share/terminfo", target / "usr/share/terminfo")     # for xen-smmu top
        modules(target, DOM0_MODULES)
        programs(target)
        pack(target, result)
        stamp.write_text(key)
        s.note = f"{result.stat().st_size / 1e6:.1f} MB"
    return result


if __name__ == "__main__":
    print(dom0(), guest())
