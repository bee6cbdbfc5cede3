"""One virtual machine with a USB bus: starts, listens to its console, and always ends."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from rig.monitor_protocol import Monitor
from rig.parts import Kernel, program

MEMORY_MB = 2048
START_S = 30.0
END_S = 20.0
END_MARK = "RIG-EXIT "
"""What the guest prints last, with the exit status of the command that it ran."""

ACCELERATION = "tcg,thread=multi"
"""Emulation: a virtual machine within a virtual machine may hang with KVM although it is there."""


class MachineFailed(Exception):
    """The machine did not start, or ended without an exit status."""


@dataclass
class Machine:
    """A guest that runs `command` as root in a copy-on-write view of this machine."""

    kernel: Kernel
    disk: Path
    folder: Path
    """For its sockets; a short path, as UNIX sockets have at most 107 characters."""
    command: str
    """One shell command without quotes."""
    devices: tuple[str, ...] = ()
    """Further arguments of QEMU: what is plugged in, or can be, from the start."""
    console: list[str] = field(default_factory=list)
    """Every line that the guest printed."""
    exit_status: int | None = None

    def __enter__(self) -> Self:
        monitor = self.folder / "monitor"
        self._process = subprocess.Popen(
            [*self._arguments(), "-qmp", f"unix:{monitor},server=on,wait=off", *self.devices],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            self.monitor = self._connected(monitor)
        except BaseException:
            self._end()
            raise
        return self

    def lines(self) -> Iterator[str]:
        """Yield what the guest prints, until it ends."""
        assert self._process.stdout is not None
        for raw in self._process.stdout:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            self.console.append(line)
            if line.startswith(END_MARK):
                self.exit_status = int(line.removeprefix(END_MARK))
            yield line

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.monitor.__exit__(kind, error, trace)
        self._end()

    def _arguments(self) -> list[str]:
        return [
            program("qemu-system-x86_64"),
            *("-accel", ACCELERATION, "-smp", "2", "-m", str(MEMORY_MB)),
            *("-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio"),
            *("-kernel", str(self.kernel.image), "-initrd", str(self.disk)),
            *("-append", f"console=ttyS0 quiet panic=-1 rig={self.command}"),
            "-virtfs",
            "local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap",
            *("-device", "qemu-xhci,id=usb,p2=8,p3=8"),
        ]

    def _connected(self, path: Path) -> Monitor:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                assert self._process.stdout is not None
                said = self._process.stdout.read().decode("utf-8", "replace")
                raise MachineFailed(f"QEMU did not start: {said.strip()[-500:]}")
            with suppress(FileNotFoundError, ConnectionRefusedError):
                return Monitor(path)
            time.sleep(0.05)
        raise MachineFailed(f"QEMU opened no monitor within {START_S:.0f} s.")

    def _end(self) -> None:
        """Wait for a machine that powers off by itself, and stop one that does not."""
        try:
            self._process.wait(END_S if self.exit_status is not None else 0.1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
