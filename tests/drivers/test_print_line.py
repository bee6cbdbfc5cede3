"""A printer's line from plug to unplug: what is printed becomes a capture, once and whole."""

import asyncio
import logging
import socket
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from drivers.contract import INTERFACE_VERSION, DriverHost
from drivers.errors import DeviceGone
from drivers.line import SystemClock
from drivers.print_line import PENDING_CAPTURES, PLUGIN, CaptureReader, PrintLine, PrintLineSettings
from drivers.serial_transport import READ_WAIT_S, SerialTransport
from drivers.transcripts.crossing import Crossing, Direction
from election.captures import Capture, Ending, LineErrors

if TYPE_CHECKING:
    from tests.drivers.conftest import PtyPort

TAPE = b"\x18TOTAL BALLOTS   612\r\n*** END OF REPORT ***\r\n\n\n\n\n"
ZERO = TAPE.replace(b"612", b"  0")


def print_line(url: object, **settings: Any) -> PrintLine:
    return PrintLine("tape-1", PrintLineSettings(url=str(url), **settings))


async def keep(line: PrintLine, kept: list[Capture]) -> None:
    """Do what the daemon does: keep each capture, then accept it."""
    async for capture in line.captures():
        kept.append(capture)
        await line.accept(capture)


async def until_kept(kept: list[Capture], count: int) -> None:
    async with asyncio.timeout(10):
        while len(kept) < count:  # noqa: ASYNC110  # what fills it is the daemon's part
            await asyncio.sleep(0.005)


def test_the_entry_point_is_a_driver_of_this_interface() -> None:
    assert PLUGIN.interface_version == INTERFACE_VERSION
    settings = PLUGIN.settings.model_validate({"url": "/dev/ttyUSB0"})
    assert isinstance(PLUGIN.open("tape-1", settings, DriverHost()), PrintLine)


async def test_a_printed_tape_becomes_one_capture(port: "PtyPort") -> None:
    before = datetime.now(UTC)
    async with print_line(port.path) as line, aclosing(line.captures()) as captures:
        await port.send(TAPE)
        capture = await anext(captures)
        await line.accept(capture)
    assert capture.content == TAPE
    assert (capture.device, capture.medium) == ("tape-1", "print-line")
    assert (capture.name, capture.ending) == (str(port.path), Ending.WHOLE)
    assert capture.line_errors is None
    assert before <= capture.taken_at <= datetime.now(UTC)
    assert capture.taken_at.utcoffset() == timedelta(0)


async def test_what_crosses_the_line_is_recorded(port: "PtyPort") -> None:
    crossings: list[Crossing] = []
    settings = PrintLineSettings(url=str(port.path))
    driver = PLUGIN.open("tape-1", settings, DriverHost(record=crossings.append))
    async with driver:
        captures = driver.captures()
        await port.send(TAPE)
        await driver.accept(await anext(captures))
        port.unplug()
        with pytest.raises(DeviceGone):
            await anext(captures)
    assert b"".join(crossing.data for crossing in crossings) == TAPE
    assert {(crossing.direction, crossing.channel) for crossing in crossings} == {
        (Direction.IN, "line")
    }
    assert [crossing.error for crossing in crossings if crossing.error] == ["DeviceGone"]


async def test_tapes_come_in_the_order_of_printing(port: "PtyPort") -> None:
    kept: list[Capture] = []
    async with print_line(port.path) as line, asyncio.TaskGroup() as group:
        task = group.create_task(keep(line, kept))
        await port.send(ZERO + TAPE)
        await port.send(TAPE)
        await until_kept(kept, 3)
        task.cancel()
    assert [capture.content for capture in kept] == [ZERO, TAPE, TAPE]


async def test_a_report_without_any_mark_ends_by_idle_time(port: "PtyPort") -> None:
    async with (
        print_line(port.path, idle_s=0.3) as line,
        aclosing(line.captures()) as captures,
    ):
        await port.send(b"EVENT LOG\r\n")
        sent = datetime.now(UTC)
        capture = await anext(captures)
        await line.accept(capture)
    assert (capture.content, capture.ending) == (b"EVENT LOG\r\n", Ending.IDLE)
    assert abs(capture.taken_at - sent) < timedelta(seconds=0.25)


async def test_a_pause_inside_a_report_is_told_as_its_longest_gap(port: "PtyPort") -> None:
    async with print_line(port.path) as line, aclosing(line.captures()) as captures:
        await port.send(TAPE[:20])
        await asyncio.sleep(0.4)
        await port.send(TAPE[20:])
        capture = await anext(captures)
        await line.accept(capture)
    assert capture.content == TAPE
    assert 0.35 < capture.longest_gap_s < 3


async def test_an_unplug_gives_what_had_come_and_the_replugged_device_goes_on(
    port: "PtyPort",
) -> None:
    kept: list[Capture] = []
    async with print_line(port.path) as line:
        await port.send(ZERO + TAPE[:25])
        port.unplug()
        with pytest.raises(DeviceGone):
            await keep(line, kept)
    with pytest.raises(DeviceGone):
        await print_line(port.path).__aenter__()
    port.plug()
    async with print_line(port.path) as line, aclosing(line.captures()) as captures:
        await port.send(TAPE)
        kept.append(await anext(captures))
        await line.accept(kept[-1])
    assert [(capture.content, capture.ending) for capture in kept] == [
        (ZERO, Ending.WHOLE),
        (TAPE[:25], Ending.UNPLUGGED),
        (TAPE, Ending.WHOLE),
    ]


async def test_a_stop_in_mid_report_first_gives_what_had_come(port: "PtyPort") -> None:
    kept: list[Capture] = []
    async with print_line(port.path) as line:
        task = asyncio.create_task(keep(line, kept))
        await port.send(ZERO)
        await until_kept(kept, 1)
        await port.send(TAPE[:25])
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert task.cancelled()
    assert [(capture.content, capture.ending) for capture in kept] == [
        (ZERO, Ending.WHOLE),
        (TAPE[:25], Ending.STOPPED),
    ]


async def test_a_second_cancellation_is_not_made_to_wait(port: "PtyPort") -> None:
    async with print_line(port.path) as line:
        task = asyncio.create_task(keep(line, []))
        await port.send(TAPE[:25])
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        task.cancel()
        await asyncio.sleep(0)  # one turn of the loop, far shorter than a read
        assert task.cancelled()


async def test_what_could_not_be_handed_over_is_told(
    port: "PtyPort", caplog: pytest.LogCaptureFixture
) -> None:
    async with print_line(port.path) as line, aclosing(line.captures()) as captures:
        await port.send(ZERO + TAPE[:25])
        await anext(captures)  # never accepted: the daemon was stopped while keeping it
    [told] = caplog.messages
    assert f"{len(ZERO) + 25} bytes" in told
    assert "Print the report again" in told


async def test_nothing_is_told_when_everything_was_accepted(
    port: "PtyPort", caplog: pytest.LogCaptureFixture
) -> None:
    async with print_line(port.path) as line, aclosing(line.captures()) as captures:
        await port.send(TAPE)
        await line.accept(await anext(captures))
    assert caplog.messages == []


async def test_line_feeds_after_the_last_report_are_no_report(
    port: "PtyPort", caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    kept: list[Capture] = []
    async with print_line(port.path) as line:
        await port.send(TAPE + b"\n\n")
        port.unplug()
        with pytest.raises(DeviceGone):
            await keep(line, kept)
    assert [capture.content for capture in kept] == [TAPE]
    assert "0a 0a" in caplog.text


async def test_reading_goes_on_while_a_capture_is_being_kept(port: "PtyPort") -> None:
    async with print_line(port.path) as line, aclosing(line.captures()) as captures:
        await port.send(ZERO)
        first = await anext(captures)
        await port.send(TAPE)  # returns when the driver has read it all
        assert port.unread() == 0
        await line.accept(first)
        second = await anext(captures)
        await line.accept(second)
    assert (first.content, second.content) == (ZERO, TAPE)


async def test_a_slow_consumer_stops_the_reading_and_loses_nothing(port: "PtyPort") -> None:
    jobs = [f"{number:4d}".encode() + b"X" * 2000 + b"\f" for number in range(40)]
    kept: list[Capture] = []
    async with print_line(port.path) as line, aclosing(line.captures()) as captures:
        sending = asyncio.create_task(port.send(b"".join(jobs)))
        kept.append(await anext(captures))
        await _stalled(port)
        while len(kept) < len(jobs):
            await line.accept(kept[-1])
            kept.append(await anext(captures))
        await line.accept(kept[-1])
        await sending
    assert [capture.content for capture in kept] == jobs
    assert len(jobs) > 2 * PENDING_CAPTURES


async def test_an_absent_port_is_gone_and_leaves_nothing_open(port: "PtyPort") -> None:
    port.unplug()
    with pytest.raises(DeviceGone):
        async with print_line(port.path):
            pass


async def test_a_cancellation_while_opening_leaves_nothing_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:  # accepts, and never negotiates
        number = server.getsockname()[1]
        line = print_line(f"rfc2217://127.0.0.1:{number}?timeout=0.2")
        opening = asyncio.create_task(line.__aenter__())
        server.setblocking(False)
        peer, _ = await asyncio.get_running_loop().sock_accept(server)
        with peer:
            opening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await opening


class ScriptedLine(SerialTransport):
    """Hardware that counts: each step is what one read gives and what the kernel counts then."""

    def __init__(self, steps: list[tuple[bytes, LineErrors | None]]) -> None:
        self._steps = steps
        self._now: LineErrors | None = LineErrors(framing=5)

    def read(self) -> bytes:
        chunk, self._now = self._steps.pop(0)
        return chunk

    def line_errors(self) -> LineErrors | None:
        return self._now


def test_line_errors_are_those_of_the_capture_alone() -> None:
    line = ScriptedLine(
        [
            (TAPE[:20], LineErrors(framing=6)),
            (TAPE[20:], LineErrors(framing=6, overrun=2)),
            (TAPE, LineErrors(framing=6, overrun=2)),
        ]
    )
    settings = PrintLineSettings(url="/dev/ttyUSB0")
    reader = CaptureReader("tape-1", settings, line, SystemClock())
    assert reader.read() == []
    [first] = reader.read()
    [second] = reader.read()
    assert first.line_errors == LineErrors(framing=1, overrun=2)
    assert second.line_errors == LineErrors()


@pytest.mark.parametrize(
    "wrong",
    [{"end_marker": ""}, {"end_marker": "END "}, {"idle_s": 0}, {"max_job_bytes": 1024}],
)
def test_settings_that_could_never_end_a_job_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        PrintLineSettings.model_validate({"url": "/dev/ttyUSB0"} | wrong)


async def _stalled(port: "PtyPort") -> None:
    """Wait until the driver leaves bytes unread for longer than its reads take."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(10):
        seen, since = -1, loop.time()
        while loop.time() - since < 3 * READ_WAIT_S or not seen:
            if port.unread() != seen:
                seen, since = port.unread(), loop.time()
            await asyncio.sleep(0.005)
