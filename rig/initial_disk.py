"""The initial RAM disk: loads the USB modules, puts the host's root under a writable copy, runs us.

The guest sees this machine's file system over 9p, read-only, with its own memory on top: virtual
environments work in it, and nothing it writes reaches the host.
"""

import os
import shutil
import subprocess
from pathlib import Path

from rig.parts import SBIN, Kernel, program

MODULES = (
    *("virtio_pci", "9pnet_virtio", "9p", "overlay"),
    *("xhci_pci", "usb_storage", "sd_mod", "usbserial", "ftdi_sio", "cdc_acm"),
    "mtdram",
)
"""File systems, then what makes a USB device a disk or a serial line, then a memory card."""

REFUSED = ("pclmul",)
"""Modules that the emulated processor cannot run."""

INIT = """\
#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc p /proc; $b mount -t sysfs s /sys; $b mount -t devtmpfs d /dev
for module in /mods/*; do $b insmod $module; done
$b mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000 root /host
$b mount -t tmpfs t /rw; $b mkdir /rw/up /rw/wk
$b mount -t overlay -o lowerdir=/host,upperdir=/rw/up,workdir=/rw/wk o /newroot
for d in proc sys dev; do $b mount -o move /$d /newroot/$d; done
$b mkdir -p /newroot/dev/pts; $b mount -t devpts x /newroot/dev/pts
$b mount -t tmpfs r /newroot/run
$b ip link set lo up
$b chroot /newroot /bin/sh -c "$($b sed 's/.*rig=//' /newroot/proc/cmdline); echo RIG-EXIT \\$?"
echo o > /newroot/proc/sysrq-trigger; $b sleep 9
"""


def initial_disk(kernel: Kernel, folder: Path) -> Path:
    """Write the RAM disk for `kernel` into `folder` and return its path."""
    tree = folder / "initrd"
    for name in ("bin", "mods", "proc", "sys", "dev", "host", "rw", "newroot"):
        (tree / name).mkdir(parents=True)
    shutil.copy(program("busybox"), tree / "bin" / "busybox")
    for place, module in enumerate(_in_load_order(kernel)):
        shutil.copy(module, tree / "mods" / f"{place:03}-{module.name}")
    (tree / "init").write_text(INIT)
    (tree / "init").chmod(0o755)
    files = "\n".join(str(path.relative_to(tree)) for path in sorted(tree.rglob("*")))
    archive = folder / "initrd.img"
    with archive.open("wb") as target:
        subprocess.run(
            [program("cpio"), "-o", "-H", "newc", "--quiet"],
            input=files.encode(),
            stdout=target,
            cwd=tree,
            check=True,
        )
    return archive


def _in_load_order(kernel: Kernel) -> list[Path]:
    """Return every module that MODULES need, each after those that it needs itself."""
    environment = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:{SBIN}"}
    base = str(kernel.modules)
    subprocess.run([program("depmod"), "-b", base, kernel.version], env=environment, check=True)
    order: dict[Path, None] = {}
    for module in MODULES:
        listed = subprocess.run(
            [program("modprobe"), "-d", base, "-S", kernel.version, "--show-depends", module],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        for line in listed.stdout.splitlines():
            verb, path, *_ = line.split()
            if verb == "insmod" and not any(word in path for word in REFUSED):
                order[Path(path)] = None
    return list(order)
