"""A block device is read past the cache, as the kernel shows it, and never written to."""

import errno
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from drivers.contract import INTERFACE_VERSION, Driver
from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.hotplug.attached import AttachedDevice, Attachment, DeviceMatch
from drivers.media.block_device import PLUGIN, BlockDeviceSettings
from drivers.media.node import Node
from drivers.transcripts.crossing import Direction
from election.captures import Ending, WriteProtection
from tests.drivers.loop_sticks import FLASH, Stick, lacking

if TYPE_CHECKING:
    from tests.drivers.conftest import DaemonStandIn

pytestmark = pytest.mark.xdist_group("loop devices")  # the machine has one set of them


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Stick]:
    if not shutil.which("losetup") or os.geteuid():
        lacking("losetup needs root")
    stick = Stick(tmp_path)
    yield stick
    stick.unplug()


def block_device(daemon: "DaemonStandIn", path: Path, **settings: Any) -> Driver:
    chosen = BlockDeviceSettings(path=path, poll_s=0.01, **settings)
    return PLUGIN.open("stick-1", chosen, daemon.host)


def once_at(done: int, action: Callable[[], object]) -> Callable[[int, int], None]:
    """Return what does `action` when so many bytes have been read, once."""
    left = [action]

    def at_progress(now: int, total: int) -> None:
        if total and now >= done and left:
            left.pop()()

    return at_progress


async def test_a_stick_whose_switch_the_udev_rule_sets_late_is_read_all_the_same(
    daemon: "DaemonStandIn", stick: Stick
) -> None:
    stick.plug(FLASH)
    stick.set_switch("--setrw")
    try:
        async with daemon.at_work(block_device(daemon, stick.path)):
            await daemon.until(lambda: daemon.has_said("is not write-protected"))
            stick.set_switch("--setro")
            await daemon.until(lambda: daemon.has_said("is read. Take it out."))
    finally:
        stick.set_switch("--setrw")
    (capture,) = daemon.kept
    assert (capture.content, capture.ending) == (FLASH, Ending.WHOLE)


async def test_a_stick_is_read_twice_as_the_kernel_shows_it(
    daemon: "DaemonStandIn", stick: Stick
) -> None:
    stick.plug(FLASH, "-r")
    await daemon.keep_until_said(block_device(daemon, stick.path), "is read. Take it out.")
    (capture,) = daemon.kept
    assert (capture.content, capture.ending) == (FLASH, Ending.WHOLE)
    assert capture.medium == "block-device"
    assert capture.reading is not None
    assert capture.reading.write_protection is WriteProtection.ON
    assert capture.reading.readings == 2
    assert capture.reading.identity == str(stick.path)
    assert capture.reading.facts == (
        "2031616 bytes in sectors of 512",
        "the kernel takes no writes to it",
        "read with O_DIRECT, past the page cache",
    )


async def test_the_medium_is_the_same_before_and_after(
    daemon: "DaemonStandIn", stick: Stick
) -> None:
    stick.plug(FLASH)  # also where the kernel would let us write
    before, changed = sha256(stick.image.read_bytes()).hexdigest(), stick.image.stat().st_mtime_ns
    driver = block_device(daemon, stick.path, require_write_protection=False)
    await daemon.keep_until_said(driver, "is read")
    stick.flush()
    assert sha256(stick.image.read_bytes()).hexdigest() == before
    assert stick.image.stat().st_mtime_ns == changed
    assert daemon.kept[0].sha256 == before


async def test_every_byte_that_was_read_is_recorded(daemon: "DaemonStandIn", stick: Stick) -> None:
    stick.plug(FLASH, "-r")
    await daemon.keep_until_said(block_device(daemon, stick.path), "is read")
    assert {crossing.channel for crossing in daemon.crossed} == {"node", "identity", "block"}
    came = [c.data for c in daemon.crossed if (c.channel, c.direction) == ("block", Direction.IN)]
    assert b"".join(came) == FLASH + FLASH


async def test_a_device_that_can_be_written_to_is_not_read_unless_configured(
    daemon: "DaemonStandIn", stick: Stick
) -> None:
    stick.plug(FLASH)
    driver = block_device(daemon, stick.path)
    await daemon.keep_until_said(driver, "not write-protected and was not read")
    assert daemon.kept == []
    assert "block" not in {crossing.channel for crossing in daemon.crossed}
    driver = block_device(daemon, stick.path, require_write_protection=False)
    await daemon.keep_until_said(driver, "is read")
    assert daemon.kept[0].reading is not None
    assert daemon.kept[0].reading.write_protection is WriteProtection.OFF


CHANGED = FLASH[:1_000_000] + b"\x5a" + FLASH[1_000_001:]
assert CHANGED != FLASH


def rewrite(stick: Stick) -> None:
    """Change one byte behind the kernel's back: the cache of the loop device still has the old."""
    with stick.image.open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\x5a")


@pytest.mark.parametrize("refused", [False, True], ids=["O_DIRECT", "O_DIRECT refused"])
async def test_the_second_reading_comes_from_the_medium_and_not_from_the_cache(
    daemon: "DaemonStandIn", stick: Stick, monkeypatch: pytest.MonkeyPatch, refused: bool
) -> None:
    real_open = os.open

    def without_direct(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        if flags & os.O_DIRECT:
            raise OSError(errno.EINVAL, "Invalid argument", str(path))
        return real_open(path, flags, *rest, **more)

    stick.plug(FLASH, "-r")
    if refused:
        monkeypatch.setattr(os, "open", without_direct)
    daemon.at_progress = once_at(len(FLASH), lambda: rewrite(stick))
    with stick.held_in_cache():
        await daemon.keep_until_said(block_device(daemon, stick.path), "differ. Take it out")
    assert [capture.content for capture in daemon.kept] == [FLASH, CHANGED]
    for capture in daemon.kept:
        assert capture.ending is Ending.UNSTABLE
        assert capture.reading is not None
        assert capture.reading.differs_at == 1_000_000
        assert any("O_DIRECT was refused" in fact for fact in capture.reading.facts) == refused


def test_a_cached_reading_would_not_have_seen_the_change(stick: Stick) -> None:
    """The one before proves nothing unless this is so."""
    stick.plug(FLASH, "-r")
    with stick.held_in_cache():
        rewrite(stick)
        with stick.path.open("rb") as again:
            assert again.read() == FLASH


async def test_a_stick_pulled_out_in_mid_read_yields_its_part_and_is_then_gone(
    daemon: "DaemonStandIn", stick: Stick, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel ends such a reading without an error: at the end of nothing."""
    stick.plug(FLASH, "-r")
    real_preadv = os.preadv

    def preadv(descriptor: int, buffers: Any, offset: int) -> int:
        return 0 if not stick.loop else real_preadv(descriptor, buffers, offset)

    monkeypatch.setattr(os, "preadv", preadv)
    daemon.at_progress = once_at(1_000_000, stick.unplug)
    with pytest.raises(DeviceGone):
        await daemon.keep(block_device(daemon, stick.path))
    (capture,) = daemon.kept
    assert capture.ending is Ending.UNPLUGGED
    assert 1_000_000 <= len(capture.content) < len(FLASH)
    assert FLASH.startswith(capture.content)
    assert capture.reading is not None
    assert capture.reading.readings == 0
    assert (daemon.crossed[-1].channel, daemon.crossed[-1].error) == ("node", "ENOENT")


async def test_a_reading_that_ends_early_with_the_stick_still_there_is_unreadable(
    daemon: "DaemonStandIn", stick: Stick, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick.plug(FLASH, "-r")
    real_preadv = os.preadv
    monkeypatch.setattr(
        os, "preadv", lambda fd, to, at: 0 if at >= 524_288 else real_preadv(fd, to, at)
    )
    driver = block_device(daemon, stick.path)
    await daemon.keep_until_said(driver, "it ended after 524288 of 2031616 bytes")
    (capture,) = daemon.kept
    assert (capture.content, capture.ending) == (FLASH[:524_288], Ending.UNREADABLE)


async def test_a_sector_that_cannot_be_read_is_unreadable(
    daemon: "DaemonStandIn", stick: Stick
) -> None:
    """The loop device answers EIO beyond the end of a file that was cut behind its back."""
    stick.plug(FLASH, "-r")
    os.truncate(stick.image, 1_048_576)
    await daemon.keep_until_said(block_device(daemon, stick.path), "Input/output error")
    (capture,) = daemon.kept
    assert (capture.content, capture.ending) == (FLASH[:1_048_576], Ending.UNREADABLE)


async def test_a_card_taken_out_and_another_put_in_while_reading_are_told_apart(
    daemon: "DaemonStandIn", stick: Stick
) -> None:
    def swap() -> None:
        stick.take_out()
        stick.plug(FLASH[::-1], "-r")

    stick.plug(FLASH, "-r")
    daemon.at_progress = once_at(2 * len(FLASH) - 1, swap)  # both readings were equal
    await daemon.keep_until_said(block_device(daemon, stick.path), "is read. Take it out.")
    first, second = daemon.kept
    assert (first.content, first.ending) == (FLASH, Ending.UNPLUGGED)
    assert (second.content, second.ending) == (FLASH[::-1], Ending.WHOLE)


async def test_an_empty_reader_waits_for_a_medium(daemon: "DaemonStandIn", stick: Stick) -> None:
    stick.plug(FLASH, "-r")
    stick.take_out()
    async with daemon.at_work(block_device(daemon, stick.path)):
        stick.put_back()
        await daemon.until(lambda: daemon.has_said("is read"))
    assert daemon.kept[0].content == FLASH


async def test_a_node_that_is_not_there_is_gone(daemon: "DaemonStandIn", tmp_path: Path) -> None:
    with pytest.raises(DeviceGone):
        await daemon.keep(block_device(daemon, tmp_path / "sdz"))


async def test_what_is_no_block_device_is_refused(daemon: "DaemonStandIn", tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(FLASH)
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "image", tmp_path / "pipe", tmp_path, Path("/dev/null")):
        with pytest.raises(DeviceRefused, match="no block device"):
            await daemon.keep(block_device(daemon, path))
    with pytest.raises(DeviceRefused, match="Correct its path"):
        await daemon.keep(block_device(daemon, tmp_path / "image" / "below"))


@pytest.mark.parametrize(
    ("number", "words"), [(errno.EACCES, "permission"), (errno.EBUSY, "holds")]
)
async def test_a_node_that_cannot_be_opened_now_is_blocked(
    daemon: "DaemonStandIn", stick: Stick, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(path: Any, flags: int) -> int:
        raise OSError(number, os.strerror(number), str(path))

    stick.plug(FLASH, "-r")
    driver = block_device(daemon, stick.path)
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(DeviceBlocked, match=words):
        await daemon.keep(driver)


def test_a_device_is_found_by_what_it_says_of_itself() -> None:
    drive = AttachedDevice(
        Attachment.BLOCK, Path("/dev/sdq"), "0781", "5581", serial="4C53", port="1-1.4", model="X"
    )
    settings = BlockDeviceSettings(match=DeviceMatch(serial="4C53"))
    node = Node("stick-1", settings, Attachment.BLOCK, inventory=lambda: (drive,))
    assert node.find() == Path("/dev/sdq")
    assert node.describe(Path("/dev/sdq")) == "X 0781:5581 serial 4C53 at port 1-1.4"
    other = Node("stick-1", settings, Attachment.BLOCK, inventory=tuple)
    with pytest.raises(DeviceGone, match="serial 4C53"):
        other.find()


def test_all_devices_are_looked_at_again_only_when_the_node_is_another(tmp_path: Path) -> None:
    node_path = tmp_path / "sdq"
    node_path.touch()
    looks: list[Path] = []

    def inventory() -> tuple[AttachedDevice, ...]:
        looks.append(node_path)
        return (AttachedDevice(Attachment.BLOCK, node_path, model="X"),)

    settings = BlockDeviceSettings(match=DeviceMatch(model="X"))
    node = Node("stick-1", settings, Attachment.BLOCK, inventory=inventory)
    assert [node.find() for _ in range(5)] == [node_path] * 5
    assert len(looks) == 1
    again = tmp_path / "new"
    again.touch()
    again.replace(node_path)
    assert [node.find() for _ in range(5)] == [node_path] * 5
    assert len(looks) == 2


def test_the_configuration_names_either_a_path_or_a_match(tmp_path: Path) -> None:
    assert PLUGIN.interface_version == INTERFACE_VERSION
    read = PLUGIN.settings.model_validate({"path": "sdz"}, context={"folder": tmp_path})
    assert isinstance(read, BlockDeviceSettings)
    assert read.path == tmp_path / "sdz"
    for wrong in ({}, {"path": "/dev/sda", "match": {"serial": "1"}}, {"path": "x", "why": 1}):
        with pytest.raises(ValidationError):
            PLUGIN.settings.model_validate(wrong)


CHILD = """
import asyncio, sys
from contextlib import aclosing
from pathlib import Path
from drivers.contract import DriverHost
from drivers.media.block_device import PLUGIN, BlockDeviceSettings

async def main():
    settings = BlockDeviceSettings(path=Path(sys.argv[1]), require_write_protection=False)
    async with PLUGIN.open("stick-1", settings, DriverHost()) as driver:
        async with aclosing(driver.captures()) as captures:
            print((await anext(captures)).sha256)

asyncio.run(main())
"""

READING_CALLS = {
    "stat",
    "newfstatat",
    "statx",
    "readlink",
    "openat",
    "ioctl",
    "preadv",
    "preadv2",
    "close",
}
ASKING_REQUESTS = {"BLKGETSIZE64", "BLKSSZGET", "BLKROGET", "BLKGETDISKSEQ"}


def test_the_kernel_sees_nothing_but_reading(stick: Stick, tmp_path: Path) -> None:
    """Every system call on the device, as strace has it from the kernel."""
    if not shutil.which("strace"):
        lacking("strace is not installed")
    stick.plug(FLASH)  # nothing but our own code keeps us from writing
    trace = tmp_path / "trace"
    command = [
        *("strace", "-f", "-qq", "-s", "0", "-P", stick.loop, "-o", str(trace)),
        *(sys.executable, "-c", CHILD, stick.loop),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.strip() == sha256(FLASH).hexdigest(), done.stderr
    calls = [line.split(maxsplit=1)[1] for line in trace.read_text().splitlines()]
    assert {call.partition("(")[0] for call in calls} <= READING_CALLS
    opened = [call for call in calls if call.startswith("openat(")]
    flags = {re.search(r"O_[A-Z_|]+", call)[0] for call in opened}  # type: ignore[index]  # else the test has failed
    assert flags == {"O_RDONLY|O_DIRECT|O_CLOEXEC"}
    requests = {
        re.split(r"[(,)] ?", call)[2].split()[0] for call in calls if call.startswith("ioctl(")
    }
    known = {request for request in requests if request in ASKING_REQUESTS}
    assert {"BLKGETSIZE64", "BLKROGET"} <= known
    assert requests - known <= {"_IOC(_IOC_READ, 0x12, 0x80, 0x8)", "0x80081280"}
