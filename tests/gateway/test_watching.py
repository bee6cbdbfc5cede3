"""What is plugged in wakes who waits for it; what nobody means is named once and left alone."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pydantic import BaseModel
from structlog.testing import capture_logs

from drivers.hotplug.attached import AttachedDevice, Attachment, DeviceMatch
from drivers.hotplug.difference import Difference
from gateway.changes import Changes
from gateway.plugged_in import ConfiguredDevice, plugged_in, unclaimed
from gateway.watching import Watch

ADAPTER = AttachedDevice(
    Attachment.SERIAL, Path("/dev/ttyUSB0"), "0403", "6001", "A1", "1-1", model="UART"
)
READER = AttachedDevice(
    Attachment.USB, None, "058f", "6362", port="1-2", model="Reader", interfaces=("080650",)
)
CARD = AttachedDevice(
    Attachment.BLOCK, Path("/dev/sda"), "058f", "6362", port="1-2", model="Reader"
)
KEYBOARD = AttachedDevice(Attachment.USB, None, "046d", "c31c", port="1-3", interfaces=("030101",))
PRINTER = ConfiguredDevice("printer", "print-line", DeviceMatch(vendor="0403", serial="A1"))


class Bus:
    """Plays differences to a watch."""

    def __init__(self) -> None:
        self.differences: asyncio.Queue[Difference | OSError] = asyncio.Queue()

    async def follow(self) -> AsyncGenerator[Difference, None]:
        while True:
            item = await self.differences.get()
            if isinstance(item, OSError):
                raise item
            yield item
            self.differences.task_done()


async def watched(
    configured: tuple[ConfiguredDevice, ...], *differences: Difference
) -> tuple[Watch, Changes, list[str]]:
    """Let a watch see `differences`; return it, its bell, and what it named in the log."""
    bus, changes = Bus(), Changes()
    watch = Watch(configured, changes, bus.follow)
    with capture_logs() as logs:
        running = asyncio.create_task(watch.run())
        for each in differences:
            bus.differences.put_nowait(each)
        async with asyncio.timeout(10):
            await bus.differences.join()
        running.cancel()
        await asyncio.wait([running])
    return watch, changes, [str(line["device"]) for line in logs]


async def test_a_device_that_nobody_means_is_named_once_and_shown() -> None:
    twice = (Difference(came=(READER, CARD)), Difference(came=(ADAPTER,)), Difference())
    watch, _, named = await watched((PRINTER,), *twice)
    assert named == ["Reader 058f:6362 at port 1-2"]
    assert watch.left_alone == ("Reader 058f:6362 at port 1-2",)


async def test_a_device_that_nobody_can_read_is_not_worth_a_word() -> None:
    watch, _, named = await watched((), Difference(came=(KEYBOARD,)))
    assert (named, watch.left_alone) == ([], ())


async def test_what_was_pulled_out_is_shown_no_more_and_named_again_when_it_comes_back() -> None:
    came, went = Difference(came=(ADAPTER,)), Difference(went=(ADAPTER,))
    watch, _, named = await watched((), came, went)
    assert (len(named), watch.left_alone) == (1, ())
    _, _, named = await watched((), came, went, came)
    assert len(named) == 2


async def test_every_change_rings_and_a_look_without_a_change_does_not() -> None:
    _, changes, _ = await watched(
        (), Difference(), Difference(came=(ADAPTER,)), Difference(went=(ADAPTER,))
    )
    assert changes.count == 2


class SomeSettings(BaseModel):
    path: Path | None = None
    url: str | None = None
    match: DeviceMatch | None = None


@pytest.mark.parametrize(
    "settings",
    [
        SomeSettings(match=DeviceMatch(model="UART")),
        SomeSettings(url="/dev/ttyUSB0"),
        SomeSettings(path=Path("/dev/ttyUSB0")),
    ],
)
def test_a_device_is_meant_by_its_match_or_its_node(settings: SomeSettings) -> None:
    device = ConfiguredDevice.of("printer", "print-line", settings)
    assert device.means(ADAPTER)
    assert not device.means(CARD)


def test_a_device_is_meant_by_a_link_that_udev_makes_only_when_it_is_plugged_in() -> None:
    with TemporaryDirectory(dir="/dev/shm") as folder:
        link, node = Path(folder, "by-id"), Path(folder, "ttyUSB0")
        device = ConfiguredDevice.of("printer", "print-line", SomeSettings(url=str(link)))
        node.touch()
        attached = replace(ADAPTER, node=node)
        assert not device.means(attached)
        link.symlink_to(node)
        assert device.means(attached)


def test_a_device_with_two_doors_is_claimed_when_one_of_them_is() -> None:
    by_block = ConfiguredDevice("cf", "block-device", nodes=frozenset({Path("/dev/sda")}))
    assert unclaimed(plugged_in([READER, CARD], [by_block])) == ()
    [free] = unclaimed(plugged_in([CARD, READER]))
    assert free.drivers == ("usb-storage",)


def test_the_bare_device_of_a_line_is_not_listed_a_second_time() -> None:
    bare = AttachedDevice(Attachment.USB, None, "0403", "6001", "A1", "1-1", interfaces=("ff0000",))
    listed = [each.attached for each in plugged_in([ADAPTER, bare, READER, CARD, KEYBOARD])]
    assert listed == [ADAPTER, READER, CARD, KEYBOARD]
