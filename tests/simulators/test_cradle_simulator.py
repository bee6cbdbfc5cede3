"""A simulated cradle: what the profile demands of it, behind a pty and behind RFC 2217."""

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from drivers.contract import DriverHost
from drivers.cradle.peb_cradle import PebCradlePlugin, PebCradleSettings
from drivers.cradle.peb_link import FRAME_SILENCE_S, Frame, FrameDecoder
from drivers.cradle.peb_messages import (
    ANSWER,
    DIGEST_REQUEST,
    EVENT,
    PAGE_BYTES,
    PAGE_REQUEST,
    RESERVED_FOR_WRITING,
    Command,
    Status,
)
from drivers.errors import DeviceGone
from election.captures import Capture, Ending
from simulators.cradle.cable import Cable
from simulators.cradle.cradle_port import CradlePort
from simulators.cradle.cradle_server import CradleServer
from simulators.cradle.faults import CradleFaults
from simulators.cradle.link_server import LinkServer
from simulators.cradle.peb_in_slot import PebInSlot, with_trailer
from simulators.cradle.wired_line import SteppedClock
from simulators.golden.line_sessions import sparse_peb
from simulators.media import peb_samples

FULL_READ_S = 20.0
"""Two readings of 4,096 pages took 2.7 s; a loaded machine may take longer."""


def full_peb() -> PebInSlot:
    """Return a PEB whose 4,096 pages are all written: the longest reading there is."""
    content = sparse_peb().page(0)[:512]
    return PebInSlot.of_image(b"".join(with_trailer(content, number) for number in range(4096)))


@pytest.fixture
def server() -> LinkServer:
    server = LinkServer(insert_count=6)
    server.insert(PebInSlot.of_image(peb_samples.closed()))
    return server


def answers(server: LinkServer, *requests: Frame) -> list[Frame]:
    answer = b"".join(server.feed(request.to_bytes()) for request in requests)
    return [item for item in FrameDecoder().feed(answer) if isinstance(item, Frame)]


def status(frame: Frame) -> Status:
    return Status(frame.payload[0])


@pytest.mark.parametrize(
    ("request_hex", "answer_hex"),
    [  # devices.md 8.5
        (
            "A5 5A 01 01 01 01 00 01 44 B0",
            """A5 5A 01 81 01 20 00 00 01 10 02 00 10 10 04 5A 54 20 50 45 42 20 43 52 41 44 4C 45
            20 53 49 4D 20 20 20 20 20 20 20 13 3B""",
        ),
        ("A5 5A 01 02 04 00 00 F5 8A", "A5 5A 01 82 04 08 00 00 01 A4 0B 07 00 00 00 12 38"),
        ("A5 5A 01 03 02 00 00 E1 4E", "A5 5A 01 83 02 07 00 00 5D 90 04 00 01 01 41 E8"),
        (
            "A5 5A 01 07 06 04 00 00 00 00 10 FC 81",
            "A5 5A 01 87 06 05 00 00 8A B8 AA 9F 27 1B",
        ),
    ],
    ids=["HELLO", "STATUS", "READ_ID", "DIGEST"],
)
def test_the_worked_conversation_of_the_profile_is_held_byte_for_byte(
    server: LinkServer, request_hex: str, answer_hex: str
) -> None:
    assert server.feed(bytes.fromhex(request_hex)) == bytes.fromhex(answer_hex)


def test_page_272_of_the_closed_sample_is_answered_as_in_the_profile(server: LinkServer) -> None:
    answer = server.feed(bytes.fromhex("A5 5A 01 04 03 02 00 10 01 E6 5F"))
    assert answer[:20] == bytes.fromhex("A55A018403130200100111000000 0F0000000200")
    assert answer[-4:] == bytes.fromhex("9E 05 50 08")


def test_an_empty_slot_says_so_and_a_removal_is_told(server: LinkServer) -> None:
    assert server.pull() == bytes.fromhex("A5 5A 01 F0 00 05 00 00 5D 90 04 00 F2 1B")
    empty = server.feed(bytes.fromhex("A5 5A 01 04 03 02 00 10 01 E6 5F"))
    assert empty == bytes.fromhex("A5 5A 01 84 03 01 00 05 2F 1C")


@pytest.mark.parametrize("kind", RESERVED_FOR_WRITING)
def test_every_command_that_is_reserved_for_writing_is_forbidden(
    server: LinkServer, kind: int
) -> None:
    [answer] = answers(server, Frame(kind, 9, bytes(530)))
    assert (answer.kind, answer.sequence) == ((kind + ANSWER) & 0xFF, 9)
    assert answer.payload == bytes([Status.FORBIDDEN])


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (Frame(0x05, 1), Status.UNKNOWN),
        (Frame(0x3F, 1), Status.UNKNOWN),
        (Frame(Command.READ_PAGE, 1), Status.BAD_LENGTH),
        (Frame(Command.STATUS, 1, b"\0"), Status.BAD_LENGTH),
        (Frame(Command.READ_PAGE, 1, PAGE_REQUEST.pack(4096)), Status.BAD_PAGE),
        (Frame(Command.DIGEST, 1, DIGEST_REQUEST.pack(1, 4096)), Status.BAD_PAGE),
        (Frame(Command.CANCEL, 1), Status.OK),
        (Frame(Command.BYE, 1), Status.OK),
    ],
)
def test_what_cannot_be_done_is_answered_with_its_status(
    server: LinkServer, request_: Frame, expected: Status
) -> None:
    assert [status(answer) for answer in answers(server, request_)] == [expected]


def test_a_repeated_request_is_answered_from_the_last_answer(server: LinkServer) -> None:
    asked = Frame(Command.READ_ID, 7)
    first = server.feed(asked.to_bytes())
    server.pull()
    assert server.feed(asked.to_bytes()) == first
    assert server.asked == [Command.READ_ID]
    [fresh] = answers(server, Frame(Command.READ_ID, 8))
    assert status(fresh) is Status.NO_PEB


def test_a_damaged_request_is_to_be_repeated(server: LinkServer) -> None:
    raw = bytearray(Frame(Command.READ_PAGE, 5, PAGE_REQUEST.pack(0)).to_bytes())
    raw[-1] ^= 1
    [answer] = FrameDecoder().feed(server.feed(bytes(raw)))
    assert isinstance(answer, Frame)
    assert (answer.sequence, status(answer)) == (5, Status.BAD_CRC)


def test_a_silence_within_a_request_ends_it() -> None:
    clock = SteppedClock()
    server = LinkServer(clock=clock.now)
    assert server.feed(b"\xa5\x5a\x01\x04\x01\x10\x04") == b""  # claims 1,040 bytes more
    clock.sleep(FRAME_SILENCE_S)
    [answer] = answers(server, Frame(Command.STATUS, 2))
    assert answer.kind == Command.STATUS + ANSWER


def test_an_event_has_the_number_0() -> None:
    [event] = FrameDecoder().feed(LinkServer().insert(sparse_peb()))
    assert isinstance(event, Frame)
    assert (event.kind, event.sequence, event.payload) == (EVENT, 0, b"\x01\x5d\x90\x04\0")


async def read_one(url: str, *, limit_s: float = FULL_READ_S) -> Capture:
    settings = PebCradleSettings(url=url, poll_s=0.02)
    async with (
        asyncio.timeout(limit_s),
        PebCradlePlugin().open("cradle-1", settings, DriverHost()) as driver,
        aclosing(driver.captures()) as captures,
    ):
        capture = await anext(captures)
        await driver.accept(capture)
        return capture


@pytest.mark.parametrize(
    "faults",
    [CradleFaults(), CradleFaults(byte_by_byte=True), CradleFaults(lose_every=5003)],
    ids=["sound", "byte by byte", "lost bytes"],
)
async def test_the_closed_sample_is_read_through_a_pty(
    tmp_path: Path, faults: CradleFaults
) -> None:
    server = LinkServer(faults=faults)
    server.insert(PebInSlot.of_image(peb_samples.closed()))
    async with CradlePort(tmp_path / "ttyPEB", Cable(server)) as port:
        capture = await read_one(str(port.path))
    assert capture.sha256 == "26a659647f8120baec7a85d27444a46cf921e7b57c93dbea159e163eeb21b623"
    assert capture.ending is Ending.WHOLE


async def test_the_closed_sample_is_read_through_rfc_2217(server: LinkServer) -> None:
    async with CradleServer(Cable(server)) as port:
        capture = await read_one(f"{port.url}")
        assert port.line.baudrate == 9600
    assert capture.sha256 == "26a659647f8120baec7a85d27444a46cf921e7b57c93dbea159e163eeb21b623"


async def test_a_peb_of_4096_written_pages_is_read_twice_in_good_time(tmp_path: Path) -> None:
    peb, server = full_peb(), LinkServer()
    server.insert(peb)
    async with CradlePort(tmp_path / "ttyPEB", Cable(server)) as port:
        capture = await read_one(str(port.path))  # or its time limit ends it
    assert capture.content == peb.image
    assert server.asked.count(Command.READ_PAGE) == 2 * 4096


async def test_an_unplugged_cradle_gives_a_part_and_the_replugged_one_all(tmp_path: Path) -> None:
    peb = sparse_peb()
    server = LinkServer(faults=CradleFaults(unplug_after_byte=2000))
    server.insert(peb)
    kept: list[Capture] = []
    settings = PebCradleSettings(url=str(tmp_path / "ttyPEB"), poll_s=0.02)
    async with CradlePort(tmp_path / "ttyPEB", Cable(server)) as port:
        async with (
            PebCradlePlugin().open("cradle-1", settings, DriverHost()) as driver,
            aclosing(driver.captures()) as captures,
        ):
            kept.append(await anext(captures))
            with pytest.raises(DeviceGone):
                await anext(captures)
        assert not port.plugged
        server.faults.clear()
        port.plug()
        kept.append(await read_one(str(port.path)))
    assert [capture.ending for capture in kept] == [Ending.UNPLUGGED, Ending.WHOLE]
    assert 0 < len(kept[0].content) < len(peb.image)
    assert len(kept[0].content) % PAGE_BYTES == 0
    assert peb.image.startswith(kept[0].content)
    assert kept[1].content == peb.image


async def test_a_peb_that_is_put_in_later_is_read_and_a_pulled_one_told_of(tmp_path: Path) -> None:
    server, said = LinkServer(), list[str]()
    settings = PebCradleSettings(url=str(tmp_path / "ttyPEB"), poll_s=0.02)
    async with (
        CradlePort(tmp_path / "ttyPEB", Cable(server)) as port,
        asyncio.timeout(20),
        PebCradlePlugin().open("cradle-1", settings, DriverHost(say=said.append)) as driver,
        aclosing(driver.captures()) as captures,
    ):
        coming = asyncio.ensure_future(anext(captures))
        while server.asked.count(Command.STATUS) < 2:  # noqa: ASYNC110  # the driver looks
            await asyncio.sleep(0.01)
        await port.tell(server.insert(sparse_peb()))
        assert (await coming).ending is Ending.WHOLE
        coming = asyncio.ensure_future(anext(captures))
        await port.tell(server.pull())
        while said[-1:] != [""]:  # noqa: ASYNC110  # said by the driver's thread
            await asyncio.sleep(0.01)
        server.faults.pulled_at = 0.5
        await port.tell(server.insert(sparse_peb()))
        assert (await coming).ending is Ending.UNPLUGGED
    assert any("Take it out" in words for words in said)


async def test_a_driver_that_is_stopped_does_not_wait_for_a_digest(tmp_path: Path) -> None:
    server = LinkServer()
    server.insert(sparse_peb())
    settings = PebCradleSettings(url=str(tmp_path / "ttyPEB"), poll_s=0.02)
    async with (
        CradlePort(tmp_path / "ttyPEB", Cable(server)),
        asyncio.timeout(10),
        PebCradlePlugin().open("cradle-1", settings, DriverHost()) as driver,
        aclosing(driver.captures()) as captures,
    ):
        server.faults.delay_every = 15  # the digest of the first reading is the 15th answer
        server.faults.delay_s = 25.0
        coming = asyncio.ensure_future(anext(captures))
        while Command.DIGEST not in server.asked:  # noqa: ASYNC110  # the driver asks
            await asyncio.sleep(0.01)
        coming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await coming
