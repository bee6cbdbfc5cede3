"""What the rig is made of: a Debian kernel and a few Debian programs, fetched when they are absent.

Nothing of it enters the repository. Unpacked it takes 400 MB, below `ZEROTAPE_RIG_CACHE` or the
user's cache folder.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "busybox": "busybox-static",
    "cpio": "cpio",
    "modprobe": "kmod",
    "depmod": "kmod",
    "dpkg-deb": "dpkg",
}
"""Program and the Debian package that has it."""

KERNEL_PACKAGE = "linux-image-amd64"
"""Depends on the newest kernel of the release; that one has the USB modules."""

SBIN = "/usr/sbin:/sbin"
"""Where Debian keeps kmod's programs; often not on PATH."""

DOWNLOAD_S = 600.0


class PartsMissing(Exception):
    """The rig cannot be built on this machine; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """An unpacked kernel package."""

    image: Path
    modules: Path
    """Folder that holds `lib/modules/VERSION`."""
    version: str


def cache_folder() -> Path:
    """Return where the rig keeps what it downloaded."""
    named = os.environ.get("ZEROTAPE_RIG_CACHE")
    default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "zerotape" / "rig"
    return Path(named) if named else default


def program(name: str) -> str:
    """Return the path of a program of the rig; raise PartsMissing."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{SBIN}")
    if found is None:
        raise PartsMissing(
            f"{name} is not installed. Install with: apt-get install {PROGRAMS[name]}"
        )
    return found


def install_programs() -> None:
    """Install the programs that are missing, where this user may; raise PartsMissing."""
    missing = []
    for name, package in PROGRAMS.items():
        try:
            program(name)
        except PartsMissing:
            missing.append(package)
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise PartsMissing(f"Install with: sudo apt-get install {' '.join(missing)}")
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends"]):
        packages = missing if command[0] == "install" else []
        _run(["apt-get", *command, *packages], Path.cwd())


def kernel(cache: Path) -> Kernel:
    """Return the kernel, downloaded and unpacked into `cache` where it is not there yet.

    Raises PartsMissing when the package cannot be had.
    """
    unpacked = cache / "kernel"
    if not (unpacked / "lib" / "modules").is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        fresh = cache / "kernel.new"
        shutil.rmtree(fresh, ignore_errors=True)
        package = _downloaded(cache)
        _run([program("dpkg-deb"), "-x", str(package), str(fresh)], cache)
        package.unlink()
        fresh.rename(unpacked)  # in one step: an interrupted run leaves no half kernel
    version = next((unpacked / "lib" / "modules").iterdir()).name
    return Kernel(unpacked / "boot" / f"vmlinuz-{version}", unpacked, version)


def _downloaded(folder: Path) -> Path:
    name = _newest_kernel()
    _run(["apt-get", "download", "-qq", name], folder)
    found = sorted(folder.glob(f"{name}_*.deb"))
    if not found:
        raise PartsMissing(f"The Debian package {name} could not be downloaded.")
    return found[-1]


def _newest_kernel() -> str:
    if not shutil.which("apt-cache"):
        raise PartsMissing("The kernel is a Debian package, and this is no Debian machine.")
    for _ in range(2):
        listed = _run(["apt-cache", "depends", KERNEL_PACKAGE], Path.cwd())
        for line in listed.splitlines():
            if line.strip().startswith("Depends: linux-image-"):
                return line.split()[-1]
        _run(["apt-get", "update", "-qq"], Path.cwd())  # a fresh machine has no package lists
    raise PartsMissing(f"apt knows no {KERNEL_PACKAGE}.")


def _run(command: list[str], folder: Path) -> str:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=DOWNLOAD_S,
        check=False,
    )
    if done.returncode:
        raise PartsMissing(f"{' '.join(command)} failed: {done.stderr.strip()[-500:]}")
    return done.stdout
