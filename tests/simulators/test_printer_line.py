"""The print line on real ptys: pace, unplugging, re-plugging, nothing left open."""

import asyncio
import os
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from simulators.faults import Faults
from simulators.printer_line import DPU_414_CHARACTERS_PER_S, PrinterLine

REPORT = bytes(range(256)) * 11
"""2,816 bytes, about a tape, with every byte that a cooked line would swallow."""

PATIENCE_S = 10.0
ROUNDS = 100
"""Of 3,000 tapes that were longer than what the kernel holds ready, one look lost 220."""


@pytest.fixture
def line(tmp_path: Path) -> Iterator[PrinterLine]:
    with PrinterLine(tmp_path / "ttyTAPE") as plugged:
        yield plugged


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """Open the reader's end, as a driver would."""
    port = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        yield port
    finally:
        os.close(port)


def open_files() -> set[str]:
    return {link.name for link in Path("/proc/self/fd").iterdir()}


async def read(port: int, count: int) -> bytes:
    """Return `count` bytes; fewer when the line is unplugged."""
    got = b""
    async with asyncio.timeout(PATIENCE_S):
        while len(got) < count:
            try:
                chunk = os.read(port, count - len(got))
            except BlockingIOError:
                await asyncio.sleep(0.001)
            except OSError:  # EIO: unplugged
                return got
            else:
                if not chunk:  # hung up
                    return got
                got += chunk
    return got


def read_to_the_end(port: int) -> bytes:
    """Return what comes until the line is unplugged."""
    os.set_blocking(port, True)
    got = b""
    with suppress(OSError):  # EIO: unplugged
        while chunk := os.read(port, 4096):
            got += chunk
    return got


async def something_unread(line: PrinterLine) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not line.unread():  # noqa: ASYNC110  # the kernel tells nobody
            await asyncio.sleep(0.001)


async def test_report_arrives_byte_for_byte(line: PrinterLine) -> None:
    with opened(line.path) as port:
        sent, got = await asyncio.gather(line.print_out(REPORT), read(port, len(REPORT)))
    assert (sent, got) == (len(REPORT), REPORT)


async def test_job_larger_than_the_line_holds_waits_for_the_reader(line: PrinterLine) -> None:
    job = REPORT * 40
    with opened(line.path) as port:
        printing = asyncio.create_task(line.print_out(job))
        await something_unread(line)
        assert not printing.done()
        assert await read(port, len(job)) == job
        assert await printing == len(job)


async def test_pace_is_kept(line: PrinterLine) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    with opened(line.path) as port:
        printing = asyncio.create_task(line.print_out(REPORT[:300], characters_per_second=1000))
        first = await read(port, 1)
        assert not printing.done()
        rest = await read(port, 299)
        await printing
    took = loop.time() - started
    assert first + rest == REPORT[:300]
    assert took >= 0.299
    assert took < 3.0


async def test_dpu_414_takes_about_a_second_for_a_line(line: PrinterLine) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    await line.print_out(b"=" * 40 + b"\r\n", DPU_414_CHARACTERS_PER_S)
    assert loop.time() - started >= 42 / 52.5 - 0.001
    async with asyncio.timeout(5):
        while line.unread() < 42:  # noqa: ASYNC110  # on a busy machine the kernel delivers late
            await asyncio.sleep(0.005)
    assert line.unread() == 42


async def test_unplug_by_another_task_ends_the_job(line: PrinterLine) -> None:
    with opened(line.path) as port:
        printing = asyncio.create_task(line.print_out(REPORT, characters_per_second=2000))
        got = await read(port, 100)
        line.unplug()
        sent = await printing
    assert 100 <= sent < len(REPORT)
    assert got == REPORT[:100]
    assert not line.path.is_symlink()


async def test_reader_of_an_unplugged_line_gets_nothing_more(line: PrinterLine) -> None:
    with opened(line.path) as port:
        await line.print_out(b"lost")
        line.unplug()
        assert await read(port, 4) == b""


async def test_unplug_after_byte_lets_exactly_so_many_through(tmp_path: Path) -> None:
    faults = Faults(unplug_after_byte=1234)
    with PrinterLine(tmp_path / "ttyTAPE", faults=faults) as line, opened(line.path) as port:
        sent, got = await asyncio.gather(line.print_out(REPORT), read(port, len(REPORT)))
        assert (sent, got, line.plugged) == (1234, REPORT[:1234], False)


async def test_job_shorter_than_the_limit_is_not_cut(tmp_path: Path) -> None:
    faults = Faults(unplug_after_byte=len(REPORT))
    with PrinterLine(tmp_path / "ttyTAPE", faults=faults) as line:
        assert await line.print_out(REPORT) == len(REPORT)
        assert line.plugged


async def test_line_unplugged_when_all_is_read_has_lost_nothing(tmp_path: Path) -> None:
    for number in range(ROUNDS):
        tape = number.to_bytes(2) * 4500
        with PrinterLine(tmp_path / "ttyTAPE") as line, opened(line.path) as port:
            reading = asyncio.create_task(asyncio.to_thread(read_to_the_end, port))
            assert await line.print_out(tape) == len(tape)
            await line.all_read()
            line.unplug()
            assert await reading == tape


async def test_plugged_again_is_a_new_port_under_the_same_path(line: PrinterLine) -> None:
    await line.print_out(b"lost")
    old = line.path.readlink()
    with opened(old):  # or the kernel may give the same number again
        line.unplug()
        assert line.unread() == 0
        line.plug()
        assert line.path.readlink() != old
        with opened(line.path) as port:
            await line.print_out(b"kept")
            assert await read(port, 4) == b"kept"


async def test_job_does_not_continue_on_a_line_plugged_again(line: PrinterLine) -> None:
    printing = asyncio.create_task(line.print_out(REPORT, characters_per_second=1000))
    await something_unread(line)
    line.unplug()
    line.plug()
    assert await printing < len(REPORT)
    assert line.unread() == 0


async def test_nothing_leaves_an_unplugged_line(tmp_path: Path) -> None:
    assert await PrinterLine(tmp_path / "ttyTAPE").print_out(REPORT) == 0


def test_line_is_raw(line: PrinterLine) -> None:
    with opened(line.path) as port:
        flags = termios.tcgetattr(port)[tty.LFLAG]
    assert not flags & (termios.ECHO | termios.ICANON | termios.ISIG)


def test_stale_link_of_a_killed_simulator_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "ttyTAPE"
    for stale in (path, tmp_path / "ttyTAPE.new"):
        stale.symlink_to("/nowhere")
    with PrinterLine(path):
        assert path.resolve().is_char_device()
    assert not path.is_symlink()


def test_nothing_stays_open(tmp_path: Path) -> None:
    before = open_files()
    line = PrinterLine(tmp_path / "ttyTAPE")
    for _ in range(3):
        line.plug()
        line.unplug()
    line.unplug()
    with pytest.raises(FileNotFoundError):
        PrinterLine(tmp_path / "missing" / "ttyTAPE").plug()
    assert open_files() == before
