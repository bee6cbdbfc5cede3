"""Devices that fail anywhere, and drivers that are stopped anywhere: nothing is left behind.

Threads, tasks and descriptors of this process are watched by the fixtures of `conftest.py`.
"""

import asyncio
import errno
import mmap
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import usb.core

from drivers.contract import Driver, DriverHost
from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.hotplug.attached import AttachedDevice, Attachment, DeviceMatch
from drivers.media import pc_card
from drivers.media.block_device import BlockDeviceSettings, block_device
from drivers.media.node import Node
from drivers.media.pc_card import PLUGIN, PcCardSettings
from drivers.media.uncached import UncachedFile
from drivers.serial_transport import LineSettings, SerialTransport
from drivers.usb.usb_storage import UsbStoragePlugin, UsbStorageSettings
from election.captures import Ending
from simulators.media.simulated_node import SimulatedSlot
from simulators.usb.card_reader import card_reader
from simulators.usb.usb_backend import Attached, SimulatedUsb

if TYPE_CHECKING:
    from tests.drivers.conftest import DaemonStandIn

IMAGE = bytes(range(256)) * 512
"""128 KiB: two READs of 64 KiB."""
STOP_S = 5.0
"""Longest time from a cancellation to the end of the driver."""
PERMANENT = (DeviceGone, DeviceBlocked, DeviceRefused)


def nothing() -> None:
    """Do it."""


class Hooked(SimulatedUsb):
    """Calls `hooks[step]` before every such step."""

    def __init__(self) -> None:
        super().__init__()
        self.hooks: dict[str, Callable[[], None]] = {}

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name not in USB_STEPS:
            return found

        def hooked(*arguments: Any) -> Any:
            self.hooks.get(name, nothing)()
            return found(*arguments)

        return hooked


ASKED = (
    *("open_device", "get_configuration", "is_kernel_driver_active", "detach_kernel_driver"),
    *("claim_interface", "ctrl_transfer", "bulk_write", "bulk_read", "clear_halt"),
)
GIVEN_BACK = ("release_interface", "attach_kernel_driver", "close_device")
USB_STEPS = frozenset({*ASKED, *GIVEN_BACK})


def usb_driver(bus: SimulatedUsb, host: DriverHost) -> Driver:
    chosen = UsbStorageSettings(match=DeviceMatch(serial="CF-1"), answer_s=0.06, poll_s=0.01)
    return UsbStoragePlugin(backend=lambda _device: bus).open("flash", chosen, host)


def demand_given_back(attached: Attached) -> None:
    assert attached.handles == 0
    assert attached.claimed == set()
    assert attached.kernel_driver


def failing_once(at: int, number: int) -> Callable[[], None]:
    """Return what raises what libusb would, the `at`-th time that it is called."""
    left = [at]

    def fail() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise usb.core.USBError("planned", None, number)

    return fail


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EIO, errno.EPIPE, errno.ENODEV])
@pytest.mark.parametrize("at", [1, 2, 5])
@pytest.mark.parametrize("step", ASKED)
async def test_a_call_to_libusb_that_fails_anywhere_leaves_the_reader_as_it_was(
    daemon: "DaemonStandIn", step: str, at: int, number: int
) -> None:
    bus = Hooked()
    attached = bus.plug(card_reader(IMAGE)[0])
    bus.hooks[step] = failing_once(at, number)
    task = asyncio.create_task(daemon.keep(usb_driver(bus, daemon.host)))
    await daemon.until(lambda: task.done() or any("Take it out" in said for said in daemon.said))
    task.cancel()
    with suppress(asyncio.CancelledError, *PERMANENT):  # and nothing else
        await task
    demand_given_back(attached)
    assert all(c.content == IMAGE for c in daemon.kept if c.ending is Ending.WHOLE)


@pytest.mark.parametrize("number", [errno.EIO, errno.EPIPE, errno.ENODEV, errno.EACCES])
@pytest.mark.parametrize("step", ["open_device", "get_configuration", "ctrl_transfer"])
async def test_a_broken_stick_of_somebody_else_is_no_obstacle(
    daemon: "DaemonStandIn", step: str, number: int
) -> None:
    bus = Hooked()
    others = bus.plug(card_reader(IMAGE[::-1], serial="HOLIDAY-PHOTOS", port=(5,))[0])
    bus.plug(card_reader(IMAGE)[0])
    bus.hooks[step] = failing_once(1, number)  # it is looked at first
    await daemon.keep_until_said(usb_driver(bus, daemon.host), "is read")
    assert [c.content for c in daemon.kept] == [IMAGE]
    assert (others.handles, others.kernel_driver) == (0, True)


@pytest.mark.parametrize("step", GIVEN_BACK)
async def test_giving_back_goes_on_where_one_step_of_it_fails(
    daemon: "DaemonStandIn", step: str
) -> None:
    bus = Hooked()
    attached = bus.plug(card_reader(IMAGE)[0])
    async with daemon.at_work(usb_driver(bus, daemon.host)):
        await daemon.until(lambda: daemon.has_said("is read"))
        bus.hooks[step] = failing_once(1, errno.EIO)
    assert attached.kernel_driver is (step != "attach_kernel_driver")
    assert attached.handles == (step == "close_device")


class Gate:
    """Holds a driver's thread at its `at`-th step, for a test that stops the driver there."""

    def __init__(self, at: int) -> None:
        self.reached = threading.Event()
        self._go_on = threading.Event()
        self._left = at

    def __call__(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.reached.set()
            self._go_on.wait(STOP_S)

    async def stop_there(self, daemon: "DaemonStandIn", driver: Driver, times: int) -> bool:
        """Cancel `driver` at this gate; return whether it got there before the medium was read."""
        task = asyncio.create_task(daemon.keep(driver))
        await daemon.until(lambda: self.reached.is_set() or daemon.has_said("is read"))
        for _ in range(times):
            task.cancel()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        self._go_on.set()
        await asyncio.wait([task], timeout=STOP_S)
        assert task.cancelled()
        return self.reached.is_set() and not daemon.has_said("is read")


@pytest.mark.parametrize("times", [1, 2])
async def test_a_stop_at_every_call_to_libusb_gives_the_reader_back(
    daemon: "DaemonStandIn", times: int
) -> None:
    for at in range(1, 200):
        gate, bus = Gate(at), Hooked()
        attached = bus.plug(card_reader(IMAGE)[0])
        bus.hooks = dict.fromkeys(ASKED, gate)
        got_there = await gate.stop_there(daemon, usb_driver(bus, daemon.host), times)
        demand_given_back(attached)
        if not got_there:
            break
        assert daemon.kept == []
    assert at > 40


@pytest.mark.parametrize("times", [1, 2])
async def test_a_stop_at_every_read_of_a_node_closes_it(
    daemon: "DaemonStandIn", times: int
) -> None:
    chosen = BlockDeviceSettings(path=Path("/dev/sdz"), poll_s=0.01)

    class Gated(SimulatedSlot):
        def begin_read(self) -> None:
            gate()
            super().begin_read()

    for at in range(1, 200):
        gate, slot = Gate(at), Gated(IMAGE * 8)
        driver = block_device("stick", chosen, daemon.host, slot)
        got_there = await gate.stop_there(daemon, driver, times)
        assert slot.open_nodes == 0
        if not got_there:
            break
        assert daemon.kept == []
    assert at > 8


@pytest.mark.parametrize("step", [(mmap, "mmap"), (os, "posix_fadvise")])
def test_a_file_that_cannot_be_prepared_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: tuple[Any, str]
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    path = tmp_path / "card.img"
    path.write_bytes(IMAGE)
    monkeypatch.setattr(os, "O_DIRECT", 0o400000 | os.O_DIRECTORY, raising=True)  # is refused
    real_open = os.open

    def without_direct(target: Path, flags: int) -> int:
        if flags & os.O_DIRECTORY:
            raise OSError(errno.EINVAL, "Invalid argument")
        return real_open(target, flags)

    monkeypatch.setattr(os, "open", without_direct)
    monkeypatch.setattr(*step, refuse)
    with pytest.raises(OSError, match="allocate"):
        UncachedFile(path)


async def test_what_is_no_memory_device_after_all_is_closed(
    daemon: "DaemonStandIn", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pc_card, "MTD_MAJOR", 1)  # of /dev/zero, which knows no MEMGETINFO
    chosen = PcCardSettings(path=Path("/dev/zero"), poll_s=0.01)
    with pytest.raises(DeviceGone, match="Inappropriate ioctl"):
        await daemon.keep(PLUGIN.open("card", chosen, daemon.host))


def gone() -> tuple[AttachedDevice, ...]:
    raise OSError(errno.ENODEV, "No such device")


def test_a_device_that_goes_while_it_is_looked_for_is_gone() -> None:
    chosen = LineSettings(match=DeviceMatch(serial="A7"))
    with pytest.raises(DeviceGone):
        SerialTransport("printer", chosen, attached=gone).open()


def test_a_device_that_goes_while_it_is_described_is_called_by_its_path() -> None:
    chosen = BlockDeviceSettings(path=Path("/dev/sdz"))
    node = Node("stick", chosen, Attachment.BLOCK, inventory=gone)
    assert node.describe(Path("/dev/sdz")) == "/dev/sdz"
