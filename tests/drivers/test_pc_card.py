"""A memory card is read whole through each of its doors, cut to its true size, never written."""

import asyncio
import ctypes
import os
import struct
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from drivers.contract import INTERFACE_VERSION, Driver
from drivers.errors import DeviceRefused
from drivers.hotplug.attached import Attachment
from drivers.media import card_memory, pc_card
from drivers.media.address_wrap import is_card_size, wraps_at
from drivers.media.card_memory import MtdMemory
from drivers.media.node import Node
from drivers.media.node_source import NodeSource
from drivers.media.pc_card import CHUNK_BYTES, PLUGIN, CardSlot, PcCardSettings, card_source
from drivers.media.readings import FirstReading
from drivers.media.source import MediumRemoved
from election.captures import Ending, WriteProtection

if TYPE_CHECKING:
    from tests.drivers.conftest import DaemonStandIn

CARD = b"".join(sha256(n.to_bytes(4, "big")).digest() for n in range(524_288 // 32))
CIS = bytes.fromhex("0103621CFF FF")


def pc_card_driver(daemon: "DaemonStandIn", path: Path, **settings: Any) -> Driver:
    chosen = PcCardSettings(path=path, poll_s=0.01, **settings)
    return PLUGIN.open("card-1", chosen, daemon.host)


async def read(daemon: "DaemonStandIn", path: Path, words: str = "is read. Take it out.") -> None:
    await daemon.keep_until_said(pc_card_driver(daemon, path), words)


def lay(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def state_of(path: Path) -> tuple[bytes, int, int]:
    """Return content, and when it and its names or rights were last changed."""
    status = path.stat()
    return path.read_bytes(), status.st_mtime_ns, status.st_ctime_ns


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "card.img"
    path.write_bytes(CARD)
    return path


def facts_of(daemon: "DaemonStandIn") -> tuple[str, ...]:
    (capture,) = daemon.kept
    assert capture.reading is not None
    return capture.reading.facts


async def test_an_image_is_read_twice(daemon: "DaemonStandIn", image: Path) -> None:
    await read(daemon, image)
    (capture,) = daemon.kept
    assert (capture.content, capture.ending, capture.medium) == (CARD, Ending.WHOLE, "pc-card")
    assert capture.reading is not None
    assert capture.reading.write_protection is WriteProtection.NOT_APPLICABLE
    assert (capture.reading.readings, capture.reading.identity) == (2, str(image))
    assert capture.reading.facts[0] == "image in a file of 524288 bytes"


async def test_the_image_stays_as_it_was(daemon: "DaemonStandIn", image: Path) -> None:
    before = state_of(image)
    await read(daemon, image)
    assert state_of(image) == before


async def test_who_answers_for_the_switch_is_recorded(daemon: "DaemonStandIn", image: Path) -> None:
    driver = pc_card_driver(daemon, image, confirmed_by="the precinct judge")
    await daemon.keep_until_said(driver, "is read")
    words = "write-protect switch set and looked at by the precinct judge, as configured"
    assert words in facts_of(daemon)


async def test_what_the_card_says_of_itself_is_recorded(
    daemon: "DaemonStandIn", image: Path
) -> None:
    lay(Path(f"{image}.cis"), b"".join(bytes((byte, 0xFF)) for byte in CIS))
    await read(daemon, image)
    assert "CIS: SRAM of 524288 bytes, write-protect bit 0" in facts_of(daemon)
    assert not any("disagree" in fact for fact in facts_of(daemon))
    assert {crossing.channel for crossing in daemon.crossed} == {
        *("node", "identity", "attribute", "card")
    }


async def test_a_card_that_says_another_size_than_it_has_is_told(
    daemon: "DaemonStandIn", image: Path
) -> None:
    lay(Path(f"{image}.cis"), CIS.replace(b"\x1c", b"\x1d"))
    await read(daemon, image)
    assert "CIS and content disagree: 2097152 bytes said, 524288 found" in facts_of(daemon)


@pytest.mark.parametrize("times", [2, 4, 3, 32])
async def test_a_card_that_repeats_in_a_larger_window_is_cut(
    daemon: "DaemonStandIn", image: Path, times: int
) -> None:
    lay(image, CARD * times)
    await read(daemon, image)
    assert daemon.kept[0].content == CARD
    cut = f"cut to 524288 bytes: the window repeats them {times} times"
    assert facts_of(daemon)[-1] == cut
    growing = [done for done, total in daemon.progress if total]
    assert growing == sorted(growing)
    assert growing[-1] == 2 * len(CARD)


@pytest.mark.parametrize("repeat", [1, 3])
@pytest.mark.parametrize("at", [600, 300_000, 524_287])
async def test_repeats_that_differ_make_the_card_unreadable(
    daemon: "DaemonStandIn", image: Path, repeat: int, at: int
) -> None:
    other = repeat * len(CARD) + at
    window = CARD * 4
    lay(image, window[:other] + bytes((window[other] ^ 0x01,)) + window[other + 1 :])
    await read(daemon, image, "its content comes again after 524288 bytes, but not the same")
    before_that = at - at % CHUNK_BYTES
    parts = [(capture.content, capture.ending) for capture in daemon.kept]
    assert parts == [(CARD[:before_that], Ending.UNREADABLE)] * bool(before_that)


@pytest.mark.parametrize("content", [b"\xff" * 2_097_152, bytes(524_288), CARD + CARD[::-1]])
async def test_a_card_without_a_repeat_or_without_content_is_kept_whole(
    daemon: "DaemonStandIn", image: Path, content: bytes
) -> None:
    lay(image, content)
    await read(daemon, image)
    assert daemon.kept[0].content == content


async def test_a_file_of_a_card_manager_is_taken_as_a_raw_dump_and_labelled(
    daemon: "DaemonStandIn", tmp_path: Path
) -> None:
    (tmp_path / "CARD.PCC").write_bytes(CARD)
    await read(daemon, tmp_path / "CARD.PCC")
    assert daemon.kept[0].content == CARD
    words = "file of a card manager, taken as raw common memory: a project assumption"
    assert words in facts_of(daemon)


@pytest.mark.parametrize("size", [524_288 + 128, 524_287, 786_432, 512, 128 * 1024 * 1024])
async def test_a_file_of_a_card_manager_whose_size_no_card_has_is_not_read(
    daemon: "DaemonStandIn", tmp_path: Path, size: int
) -> None:
    path = tmp_path / "card.pcc"
    path.touch()
    os.truncate(path, size)
    await read(daemon, path, f"card.pcc has {size} bytes, which no card has")
    assert daemon.kept == []
    assert daemon.has_said("Save the card's common memory as a raw image")


def test_card_sizes_are_powers_of_two_up_to_26_address_lines() -> None:
    sizes = [size for size in range(0, 1 << 27, 1 << 16) if is_card_size(size)]
    assert sizes == [1 << power for power in range(16, 27)]


@pytest.mark.parametrize("size", [0, 1, 511, 512, 65_536, 65_537, 131_072, 600_000])
def test_wraps_are_looked_for_within_the_window_only(size: int) -> None:
    class Window:
        def __init__(self) -> None:
            self.size = size

        def read_at(self, offset: int, length: int) -> bytes:
            assert 0 <= offset < max(size, 1)
            return CARD[offset : min(offset + length, size)]

    assert wraps_at(Window()) == size


async def test_an_image_is_read_when_it_appears_and_again_when_it_changes(
    daemon: "DaemonStandIn", tmp_path: Path
) -> None:
    path = tmp_path / "card.img"
    async with daemon.at_work(pc_card_driver(daemon, path)):
        path.write_bytes(CARD)
        await daemon.until(lambda: len(daemon.kept) == 1)
        path.write_bytes(CARD[::-1])
        await daemon.until(lambda: len(daemon.kept) >= 2)
    assert [capture.content for capture in daemon.kept] == [CARD, CARD[::-1]]


def source_of(image: Path) -> NodeSource:
    slot = CardSlot(Node("card-1", PcCardSettings(path=image), Attachment.MTD))
    return card_source("card-1", slot.open)


def test_an_image_that_somebody_is_still_writing_is_not_there_yet(image: Path) -> None:
    source = source_of(image)
    for grown in range(3):
        lay(image, CARD[: 100_000 * (grown + 1)])
        assert source.present() is None
    assert source.present() is not None


def test_a_card_whose_switch_was_not_seen_is_not_read(image: Path) -> None:
    source = source_of(image)
    while source.present() is None:
        pass
    source.protection()
    lay(image, CARD[::-1])
    source.present()
    assert source.present() is not None
    reading = FirstReading(lambda _done, _total: None)
    with pytest.raises(MediumRemoved, match="another medium is in it"):
        source.read(reading)
    assert reading.done == 0


def once(action: Callable[[], object]) -> Callable[[int, int], None]:
    """Return what does `action` in the middle of the first reading."""
    left = [action]

    def at_progress(done: int, total: int) -> None:
        if total and done >= total // 4 and left:
            left.pop()()

    return at_progress


async def test_an_image_replaced_in_mid_read_is_kept_as_cut_and_the_new_one_is_read(
    daemon: "DaemonStandIn", image: Path
) -> None:
    def replace() -> None:
        fresh = image.with_suffix(".new")
        fresh.write_bytes(CARD[::-1])
        fresh.replace(image)

    daemon.at_progress = once(replace)
    await read(daemon, image)
    cut, whole = daemon.kept
    assert (cut.content, cut.ending) == (CARD, Ending.UNPLUGGED)
    assert (whole.content, whole.ending) == (CARD[::-1], Ending.WHOLE)
    opened = [crossing.data for crossing in daemon.crossed if crossing.channel == "node"]
    assert len(set(filter(None, opened))) == 2  # the second one shows another token


async def test_an_image_that_vanishes_in_mid_read_is_kept_as_cut(
    daemon: "DaemonStandIn", image: Path
) -> None:
    daemon.at_progress = once(image.unlink)
    await read(daemon, image, "is gone (nothing is in it)")
    assert [capture.ending for capture in daemon.kept] == [Ending.UNPLUGGED]


async def test_an_image_cut_in_mid_read_is_never_a_whole_one(
    daemon: "DaemonStandIn", image: Path
) -> None:
    daemon.at_progress = once(lambda: os.truncate(image, 300_000))
    await read(daemon, image, "is gone")
    cut = daemon.kept[0]
    assert (cut.content, cut.ending) == (CARD[: len(cut.content)], Ending.UNPLUGGED)
    assert len(cut.content) < len(CARD)


async def test_a_long_comparison_of_repeats_ends_as_soon_as_it_is_told_to(
    daemon: "DaemonStandIn", image: Path
) -> None:
    begun, cancelled = threading.Event(), threading.Event()

    def wait(done: int, total: int) -> None:
        if done:
            begun.set()
            cancelled.wait(10)

    lay(image, CARD * 32)
    daemon.at_progress = wait
    async with daemon.at_work(pc_card_driver(daemon, image)):
        await daemon.until(begun.is_set)
        before = len(daemon.crossed)
        asyncio.get_running_loop().call_later(0.1, cancelled.set)  # when `at_work` has cancelled
    assert len(daemon.crossed) - before <= 2  # a request and its answer
    assert daemon.kept == []


async def test_what_is_neither_card_nor_image_is_refused(
    daemon: "DaemonStandIn", tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(DeviceRefused, match="no MTD device and no image"):
            await daemon.keep(pc_card_driver(daemon, path))


def test_the_configuration_names_either_a_path_or_a_match() -> None:
    assert PLUGIN.interface_version == INTERFACE_VERSION
    PLUGIN.settings.model_validate({"match": {"model": "pcmciamtd"}, "confirmed_by": "A. Judge"})
    for wrong in ({}, {"path": "x", "match": {"model": "y"}}, {"path": "x", "confirmed_by": "\n"}):
        with pytest.raises(ValidationError):
            PLUGIN.settings.model_validate(wrong)


class MtdInfoUser(ctypes.Structure):
    """`struct mtd_info_user` of <mtd/mtd-abi.h>, laid out by the C rules and not by ours."""

    _fields_ = (
        ("type", ctypes.c_uint8),
        ("flags", ctypes.c_uint32),
        ("size", ctypes.c_uint32),
        ("erasesize", ctypes.c_uint32),
        ("writesize", ctypes.c_uint32),
        ("oobsize", ctypes.c_uint32),
        ("padding", ctypes.c_uint64),
    )


MEMORY_MAJOR = 1
"""Of /dev/zero, a character device that can be read anywhere; devices.txt of Linux."""

MTD_ROM, MTD_CAP_RAM = 2, 0x400 | 0x800 | 0x1000
READ_ONLY_ROM = MtdInfoUser(MTD_ROM, 0, len(CARD), 0, 1, 0, 0)
WRITEABLE_RAM = MtdInfoUser(1, MTD_CAP_RAM, len(CARD), 0, 1, 0, 0)


def answer_with(information: MtdInfoUser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the kernel answer MEMGETINFO, and nothing but that: this kernel has no MTD."""
    # <asm-generic/ioctl.h>: direction read, size, type, number
    asked_for = 2 << 30 | ctypes.sizeof(MtdInfoUser) << 16 | ord("M") << 8 | 1

    def ioctl(_descriptor: int, request: int, room: bytes) -> bytes:
        assert request == asked_for
        assert len(room) == ctypes.sizeof(MtdInfoUser)
        return bytes(information)

    monkeypatch.setattr(card_memory, "ioctl", ioctl)


def test_an_mtd_device_tells_size_and_protection(
    image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "sys/devices/pcmcia_socket0/0.0"
    mtd = tmp_path / f"sys/class/mtd/mtd{os.minor(image.stat().st_rdev) // 2}"
    place.mkdir(parents=True)
    mtd.mkdir(parents=True)
    (mtd / "device").symlink_to(place)
    (place.parent / "cis").write_bytes(CIS)
    for information, expected, words in (
        (READ_ONLY_ROM, WriteProtection.ON, "MTD device of 524288 bytes, ROM, flags 0x0"),
        (WRITEABLE_RAM, WriteProtection.OFF, "MTD device of 524288 bytes, RAM, flags 0x1c00"),
    ):
        answer_with(information, monkeypatch)
        node = Node("card-1", PcCardSettings(path=image), Attachment.MTD)
        memory = MtdMemory(image, node, sysfs=tmp_path / "sys")
        assert (memory.size, memory.protection) == (len(CARD), expected)
        assert memory.facts == (words,)
        assert memory.read_at(512, 1024) == CARD[512:1536]
        assert memory.attribute_memory() == CIS
        memory.close()


@pytest.mark.parametrize(
    ("information", "words"),
    [(WRITEABLE_RAM, "is not write-protected and was not read"), (READ_ONLY_ROM, "is read")],
)
async def test_a_card_that_the_kernel_can_write_to_is_not_read(
    daemon: "DaemonStandIn", monkeypatch: pytest.MonkeyPatch, information: MtdInfoUser, words: str
) -> None:
    monkeypatch.setattr(pc_card, "MTD_MAJOR", MEMORY_MAJOR)
    answer_with(information, monkeypatch)
    await read(daemon, Path("/dev/zero"), words)
    assert [capture.content for capture in daemon.kept] == (
        [bytes(len(CARD))] if information is READ_ONLY_ROM else []
    )
    contents = [crossing for crossing in daemon.crossed if crossing.channel == "card"]
    assert (not contents) == (information is WRITEABLE_RAM)


def test_the_request_is_the_one_that_the_kernel_documents() -> None:
    assert struct.calcsize("=B3xIIIIIQ") == ctypes.sizeof(MtdInfoUser) == 32
    assert card_memory.MEMGETINFO == 0x80204D01
