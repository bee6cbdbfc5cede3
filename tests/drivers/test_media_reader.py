"""Every medium is read twice, once: whatever fails at whatever step, and nothing is left behind."""

import asyncio
import gc
import threading
import time
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.media.readings import FirstReading
from drivers.media.source import Sink
from election.captures import Capture, Ending, WriteProtection
from election.errors import ZerotapeError
from tests.drivers.scripted_source import (
    CARD,
    CHUNK,
    GONE,
    REMOVED,
    STOP_S,
    UNREADABLE,
    WHOLE_READ,
    ScriptedSource,
    reader_of,
    visit,
)

if TYPE_CHECKING:
    from tests.drivers.conftest import DaemonStandIn


async def test_a_medium_is_read_twice_and_captured_once(daemon: "DaemonStandIn") -> None:
    source = ScriptedSource()
    await visit(daemon, source, "is read. Take it out.")
    (capture,) = daemon.kept
    assert (capture.content, capture.ending) == (CARD, Ending.WHOLE)
    assert (capture.device, capture.medium) == ("card-1", "pc-card")
    reading = capture.reading
    assert reading is not None
    assert (reading.readings, reading.differs_at) == (2, None)
    assert reading.write_protection is WriteProtection.ON
    assert reading.identity == "ACME CardDrive 0123:4567 serial 7 at port 1-1"
    assert reading.facts == ("card battery good",)


async def test_the_switch_is_asked_before_anything_is_read(daemon: "DaemonStandIn") -> None:
    source = ScriptedSource()
    await visit(daemon, source, "is read. Take it out.")
    assert source.steps == ["open", "protection", "read 0", "read 1", "close"]


async def test_all_blocking_work_is_done_in_one_thread_of_its_own(daemon: "DaemonStandIn") -> None:
    source = ScriptedSource()
    await visit(daemon, source, "is read. Take it out.")
    (name,) = source.threads
    assert name.startswith("pc-card-card-1")


async def test_progress_grows_to_the_end_of_the_second_reading_and_is_then_over(
    daemon: "DaemonStandIn",
) -> None:
    source = ScriptedSource()
    await visit(daemon, source, "is read. Take it out.")
    *growing, last = daemon.progress
    assert last == (0, 0)
    assert growing == sorted(growing)
    assert (growing[0], growing[-1]) == ((0, 2 * len(CARD)), (2 * len(CARD), 2 * len(CARD)))
    assert len({done for done, _ in growing}) == 2 * WHOLE_READ + 1


def test_a_source_that_adds_nothing_before_it_knows_the_size_does_not_end_the_progress() -> None:
    told: list[tuple[int, int]] = []
    reading = FirstReading(lambda done, total: told.append((done, total)))
    reading.add(b"")  # as a cradle that is busy, or a card reader that is asked again
    assert told == []
    reading.expect(CHUNK)
    reading.add(b"")
    reading.add(CARD[:CHUNK])
    assert told == [(0, 2 * CHUNK), (0, 2 * CHUNK), (CHUNK, 2 * CHUNK)]


async def test_a_medium_that_stays_is_not_read_again_and_one_put_in_again_is(
    daemon: "DaemonStandIn",
) -> None:
    source = ScriptedSource()
    async with daemon.at_work(reader_of(source, daemon)):
        await daemon.until(lambda: len(daemon.kept) == 1)
        polls = time.monotonic() + 0.1
        await daemon.until(lambda: time.monotonic() > polls)
        assert len(daemon.kept) == 1
        source.inserted = None
        await daemon.until(lambda: daemon.said[-1] == "")
        source.inserted = "card A"
        await daemon.until(lambda: len(daemon.kept) == 2)


async def test_another_medium_is_read_though_nobody_saw_the_reader_empty(
    daemon: "DaemonStandIn",
) -> None:
    source = ScriptedSource(readings=[CARD, CARD, CARD[::-1]])
    async with daemon.at_work(reader_of(source, daemon)):
        await daemon.until(lambda: len(daemon.kept) == 1)
        source.inserted = "card B"
        await daemon.until(lambda: len(daemon.kept) == 2)
    assert [capture.content for capture in daemon.kept] == [CARD, CARD[::-1]]


async def test_what_was_said_is_cleared_when_the_medium_is_taken_out(
    daemon: "DaemonStandIn",
) -> None:
    source = ScriptedSource()
    async with daemon.at_work(reader_of(source, daemon)):
        await daemon.until(lambda: daemon.has_said("Take it out"))
        assert daemon.said[-1] != ""
        source.inserted = None
        await daemon.until(lambda: daemon.said[-1] == "")


async def test_while_it_reads_it_asks_to_leave_the_medium_in(daemon: "DaemonStandIn") -> None:
    source = ScriptedSource()
    await visit(daemon, source, "is read. Take it out.")
    assert daemon.said == [
        "The medium in card-1 is being read. Leave it in.",
        "The medium in card-1 is read. Take it out.",
        "",
    ]


async def test_nobody_is_told_to_take_a_medium_out_before_its_capture_is_kept(
    daemon: "DaemonStandIn",
) -> None:
    source = ScriptedSource()
    async with reader_of(source, daemon) as reader, aclosing(reader.captures()) as captures:
        await reader.accept(await anext(captures))
        assert daemon.said == ["The medium in card-1 is being read. Leave it in."]
        asking = asyncio.ensure_future(anext(captures))
        await daemon.until(lambda: daemon.has_said("Take it out."))
        asking.cancel()
        await asyncio.wait([asking])


async def test_nothing_of_a_medium_is_held_once_its_capture_is_kept(
    daemon: "DaemonStandIn",
) -> None:
    large = bytes(CHUNK * 4096)
    source = ScriptedSource(readings=[large])
    async with reader_of(source, daemon) as reader, aclosing(reader.captures()) as captures:
        await reader.accept(await anext(captures))
        asking = asyncio.ensure_future(anext(captures))
        await daemon.until(lambda: daemon.has_said("Take it out."))
        held = [each for each in gc.get_objects() if isinstance(each, Capture)]
        assert large not in [each.content for each in held]
        asking.cancel()
        await asyncio.wait([asking])


@pytest.mark.parametrize(
    ("second", "differs_at"),
    [
        (CARD[:1000] + b"\xff" + CARD[1001:], 1000),
        (b"\xff" + CARD[1:], 0),
        (CARD[:-1] + b"\x00", len(CARD) - 1),
        (CARD[:-CHUNK], len(CARD) - CHUNK),
        (CARD[:-1], len(CARD) - 1),
        (CARD + b"\x00", len(CARD)),
        (CARD + CARD, len(CARD)),
        (b"", 0),
    ],
    ids=["one byte", "first", "last", "a chunk less", "a byte less", "more", "twice", "nothing"],
)
async def test_two_readings_that_differ_are_both_kept_as_unstable(
    daemon: "DaemonStandIn", second: bytes, differs_at: int
) -> None:
    source = ScriptedSource(readings=[CARD, second])
    await visit(daemon, source, "differ. Take it out")
    assert [capture.content for capture in daemon.kept] == [CARD, second]
    assert {capture.ending for capture in daemon.kept} == {Ending.UNSTABLE}
    for capture in daemon.kept:
        assert capture.reading is not None
        assert (capture.reading.differs_at, capture.reading.readings) == (differs_at, 2)


@pytest.mark.parametrize("settings", [{}, {"require_write_protection": True}])
async def test_a_medium_that_is_not_write_protected_is_not_read(
    daemon: "DaemonStandIn", settings: dict[str, bool]
) -> None:
    source = ScriptedSource(switch=WriteProtection.OFF)
    await visit(daemon, source, "is not write-protected and was not read", **settings)
    assert daemon.kept == []
    assert source.steps == ["open", "protection", "close"]


async def test_an_open_switch_is_recorded_where_the_configuration_allows_it(
    daemon: "DaemonStandIn",
) -> None:
    source = ScriptedSource(switch=WriteProtection.OFF)
    await visit(daemon, source, "is read", require_write_protection=False)
    assert daemon.kept[0].reading is not None
    assert daemon.kept[0].reading.write_protection is WriteProtection.OFF


async def test_a_medium_larger_than_allowed_is_not_read(daemon: "DaemonStandIn") -> None:
    source = ScriptedSource()
    await visit(daemon, source, "4096 bytes, and 1024 are allowed", max_bytes=1024)
    assert daemon.kept == []


async def test_a_medium_that_gives_less_than_it_says_is_unreadable(daemon: "DaemonStandIn") -> None:
    source = ScriptedSource(says_size=len(CARD) + CHUNK)
    await visit(daemon, source, "it ended after 4096 of 4608 bytes")
    assert [(c.content, c.ending) for c in daemon.kept] == [(CARD, Ending.UNREADABLE)]


async def test_no_more_is_taken_than_the_medium_said_it_has(daemon: "DaemonStandIn") -> None:
    source = ScriptedSource(says_size=1024)
    await visit(daemon, source, "more bytes than it says it has")
    assert [(c.content, c.ending) for c in daemon.kept] == [(CARD[:1024], Ending.UNREADABLE)]


async def test_an_empty_medium_is_no_whole_reading(daemon: "DaemonStandIn") -> None:
    source = ScriptedSource(readings=[b""])
    await visit(daemon, source, "ended after 0 of 0 bytes")
    assert daemon.kept == []


@pytest.mark.parametrize("error", [GONE, DeviceBlocked("card-1", "busy"), DeviceRefused("x", "y")])
async def test_a_reader_that_does_not_open_says_why_and_is_closed(
    daemon: "DaemonStandIn", error: ZerotapeError
) -> None:
    source = ScriptedSource(fails={"open": error})
    with pytest.raises(type(error)):
        await daemon.keep(reader_of(source, daemon))
    assert source.steps == ["open", "close"]


async def test_a_reader_that_vanishes_without_a_medium_is_gone(daemon: "DaemonStandIn") -> None:
    source = ScriptedSource(inserted=None, fails={"present": GONE})
    with pytest.raises(DeviceGone):
        await daemon.keep(reader_of(source, daemon))
    assert source.steps == ["open", "close"]


EVERY_STEP = [
    "protection",
    "read 0",
    *(f"read {reading} {chunk}" for reading in (0, 1) for chunk in range(WHOLE_READ + 1)),
]


def part_at(step: str) -> bytes:
    """Return what must be kept when `step` fails: what the first reading had by then."""
    _, reading, chunk = f"{step} 0 0".split()[:3]
    if step == "protection":
        return b""
    return CARD if reading == "1" else CARD[: int(chunk) * CHUNK]


@pytest.mark.parametrize("step", EVERY_STEP)
async def test_an_unplug_at_any_step_yields_the_part_and_then_ends_as_gone(
    daemon: "DaemonStandIn", step: str
) -> None:
    source = ScriptedSource(fails={step: GONE})
    with pytest.raises(DeviceGone):
        await daemon.keep(reader_of(source, daemon))
    part = part_at(step)
    assert [c.content for c in daemon.kept] == [part] * bool(part)
    for capture in daemon.kept:
        assert capture.ending is Ending.UNPLUGGED
        assert capture.notes == (str(GONE),)
        assert capture.reading is not None
        assert capture.reading.readings == int(part == CARD)
    assert daemon.progress[-1] == (0, 0)
    assert source.steps[-1] == "close"


@pytest.mark.parametrize("step", EVERY_STEP)
async def test_a_medium_that_cannot_be_read_leaves_the_reader_at_work(
    daemon: "DaemonStandIn", step: str
) -> None:
    source = ScriptedSource(fails={step: UNREADABLE})
    async with daemon.at_work(reader_of(source, daemon)):
        await daemon.until(lambda: daemon.has_said("a contact is bent"))
        source.inserted = None
        await daemon.until(lambda: daemon.said[-1] == "")
        source.inserted = "card B"
        await daemon.until(lambda: daemon.has_said("is read. Take it out."))
    *parts, whole = daemon.kept
    part = part_at(step)
    assert [(c.content, c.ending) for c in parts] == [(part, Ending.UNREADABLE)] * bool(part)
    assert (whole.content, whole.ending) == (CARD, Ending.WHOLE)


@pytest.mark.parametrize("step", EVERY_STEP)
async def test_a_medium_replaced_at_any_step_is_kept_in_part_and_the_next_is_read(
    daemon: "DaemonStandIn",
    step: str,
) -> None:
    source = ScriptedSource(fails={step: REMOVED})
    async with daemon.at_work(
        reader_of(source, daemon)
    ):  # the next one looks the same: two blank cards of one model
        await daemon.until(lambda: daemon.has_said("is read. Take it out."))
    *parts, whole = daemon.kept
    part = part_at(step)
    assert [(c.content, c.ending) for c in parts] == [(part, Ending.UNPLUGGED)] * bool(part)
    assert (whole.content, whole.ending) == (CARD, Ending.WHOLE)
    assert daemon.has_said("is gone (nothing is in it)")


async def test_that_a_medium_was_pulled_out_is_said_until_the_next_is_put_in(
    daemon: "DaemonStandIn",
) -> None:
    source = ScriptedSource(fails={"read 0 3": REMOVED})

    def pull(_reading: int, chunk: int) -> None:
        source.inserted = None if chunk == 3 else source.inserted

    source.at_chunk = pull
    await visit(daemon, source, "is gone")
    *_, told, cleared = daemon.said
    assert ("is gone" in told, cleared) == (True, "")


@pytest.mark.parametrize("reading", [0, 1])
async def test_a_cancellation_in_mid_read_ends_quickly_and_keeps_nothing(
    daemon: "DaemonStandIn", reading: int
) -> None:
    source = ScriptedSource(readings=[CARD * 1000], chunk_s=0.0)
    begun = threading.Event()

    def pace(number: int, chunk: int) -> None:
        if number == reading and chunk > 3:
            begun.set()
            source.chunk_s = 0.002  # 8,000 chunks: without a stop it would go on for 16 s

    source.at_chunk = pace
    task = asyncio.create_task(daemon.keep(reader_of(source, daemon)))
    await daemon.until(begun.is_set)
    task.cancel()
    stopped = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - stopped < STOP_S
    assert daemon.kept == []
    assert (daemon.said[-1], daemon.progress[-1]) == ("", (0, 0))
    assert source.steps[-1] == "close"


async def test_a_cancellation_while_the_reader_is_opened_closes_it(daemon: "DaemonStandIn") -> None:
    opening, go_on = threading.Event(), threading.Event()

    class Slow(ScriptedSource):
        def open(self) -> None:
            super().open()
            opening.set()
            go_on.wait(10)

    source = Slow()
    task = asyncio.create_task(daemon.keep(reader_of(source, daemon)))
    await daemon.until(opening.is_set)
    task.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.steps == ["open", "close"]


async def test_a_fault_of_our_own_ends_the_reader_and_is_not_swallowed(
    daemon: "DaemonStandIn",
) -> None:
    class Broken(ScriptedSource):
        def read(self, sink: Sink) -> None:
            sink.expect(1 // 0)

    source = Broken()
    with pytest.raises(ZeroDivisionError):
        await daemon.keep(reader_of(source, daemon))
    assert source.steps[-1] == "close"
    assert daemon.progress[-1] == (0, 0)
