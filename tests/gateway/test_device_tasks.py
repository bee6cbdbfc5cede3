"""One task per device: what it does with every kind of fault, and what it does first."""

import asyncio
import gc
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Self

import pytest

from drivers.errors import DeviceGone, DeviceRefused
from election.captures import Capture
from election.status import DeviceState, DeviceStatus
from gateway.device_tasks import LONGEST_WORK_S, DeviceTask
from gateway.store_errors import StoreFull
from runtime.reconnect import ReconnectPolicy
from tests.gateway.device_task_bench import (
    FULL,
    LATER,
    AbsentDriver,
    Bench,
    ScriptedDriver,
    capture,
    is_longer,
    until,
)


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.desk.open.set()
    return made


@asynccontextmanager
async def serving(*tasks: DeviceTask) -> AsyncIterator[list[asyncio.Task[None]]]:
    running = [asyncio.create_task(task.run(), name=task.name) for task in tasks]
    try:
        async with asyncio.timeout(10):
            yield running
    finally:
        for task in running:
            task.cancel()
        await asyncio.wait(running)


async def test_a_capture_is_durable_before_the_device_may_forget_it_and_anybody_reads_it(
    bench: Bench,
) -> None:
    async with serving(bench.task("printer", [bench.driver(b"one", b"two")])):
        await bench.until_read("one", "two")
    assert bench.desk.diary == [
        "open",
        *["keep one", "keep done", "accept one", "read one", "read done"],
        *["keep two", "keep done", "accept two", "read two", "read done"],
        "close",
    ]


async def test_a_full_disk_loses_nothing_and_the_device_is_not_told_before_there_is_room(
    bench: Bench,
) -> None:
    bench.desk.refusals["keep"] = [FULL, FULL]
    async with serving(bench.task("printer", [bench.driver(b"one")])):
        await bench.until_read("one")
        assert bench.status() == DeviceStatus(name="printer", state=DeviceState.SERVING)
    assert bench.desk.diary[1:6] == ["keep one", "keep one", "keep one", "keep done", "accept one"]
    states = [state for _, state in bench.board.shown]
    assert states.count(DeviceState.WAITING) == 2
    assert bench.desk.diary.count("open") == 1


async def test_while_the_disk_is_full_the_operator_is_told_so_and_the_watchdog_stays_calm(
    bench: Bench,
) -> None:
    bench.desk.refusals["keep"] = [FULL] * 10_000
    clock = [0.0]
    bench.heartbeats.clock = lambda: clock[0]
    async with serving(bench.task("printer", [bench.driver(b"one")])):
        for _ in range(5):
            before = len(bench.desk.diary)
            clock[0] += LONGEST_WORK_S * 0.9
            await until(partial(is_longer, bench.desk.diary, before))
            assert bench.heartbeats.silent() == []
        assert bench.status().state is DeviceState.WAITING
        assert "The disk is full" in bench.status().message


async def test_what_is_kept_is_read_also_when_there_is_no_room_for_the_result_at_first(
    bench: Bench,
) -> None:
    full = StoreFull(Path("gateway.sqlite"))
    bench.desk.refusals["read"] = [full, full]
    async with serving(bench.task("printer", [bench.driver(b"one")])):
        await until(lambda: "read done" in bench.desk.diary)
    assert bench.desk.diary.count("keep one") == bench.desk.diary.count("accept one") == 1
    assert bench.desk.diary.count("read one") == 3


@pytest.mark.parametrize("refusal", [DeviceGone("drop"), DeviceRefused("drop", "full")])
async def test_what_is_kept_is_read_even_if_the_device_goes_before_it_is_told(
    bench: Bench, refusal: Exception
) -> None:
    driver = bench.driver(b"one", refuses=refusal)
    async with serving(bench.task("printer", [driver, bench.driver()])):
        await bench.until_read("one")


async def test_a_stop_while_a_tape_is_being_kept_loses_nothing_of_what_had_come(
    bench: Bench,
) -> None:
    class LineDriver(ScriptedDriver):
        """Yields what had come also when it is cancelled, as a print line does."""

        async def captures(self) -> AsyncGenerator[Capture, None]:
            yield capture(b"one")
            yield capture(b"two")
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                yield capture(b"rest")
                raise

    bench.desk.open.clear()
    async with serving(bench.task("printer", [LineDriver((), bench.desk.diary)])) as [running]:
        await until(lambda: "keep one" in bench.desk.diary)
        running.cancel()
        bench.desk.open.set()
        await asyncio.wait([running])
        assert running.cancelled()
    kept = [line for line in bench.desk.diary if line.startswith(("keep ", "accept "))]
    assert [line for line in kept if line != "keep done"] == [
        *["keep one", "accept one", "keep two", "accept two", "keep rest", "accept rest"],
    ]
    assert bench.desk.diary[-3:] == ["read rest", "read done", "close"]


async def test_a_stop_does_not_wait_for_room_on_a_full_disk(bench: Bench) -> None:
    bench.desk.refusals["keep"] = [FULL] * 100_000
    async with serving(bench.task("printer", [bench.driver(b"one")])) as [running]:
        await until(lambda: bench.desk.diary.count("keep one") > 2)
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled()
    assert bench.desk.diary[-1] == "close"
    assert "accept one" not in bench.desk.diary


async def test_a_device_that_vanishes_is_waited_for_and_served_again(bench: Bench) -> None:
    gone = DeviceGone("printer")
    absent = AbsentDriver((), bench.desk.diary)
    connections = [bench.driver(b"one", gone), absent, absent, bench.driver(b"two")]
    async with serving(bench.task("printer", connections)):
        await bench.until_read("one", "two")
    states = [state for _, state in bench.board.shown if state is not DeviceState.SERVING]
    assert states == [*[DeviceState.STARTING, DeviceState.WAITING] * 3, DeviceState.STARTING]
    assert bench.desk.diary.count("close") == bench.desk.diary.count("open") == 2


async def test_a_device_that_waits_is_tried_as_soon_as_something_is_plugged_in(
    bench: Bench,
) -> None:
    absent = [AbsentDriver((), bench.desk.diary)] * 30
    connections = iter([*absent, *[bench.driver(b"one")] * 30])
    async with serving(bench.task("printer", connections, LATER)):
        tries = 0
        while bench.desk.diary.count("read one") == 0:
            bench.changes.ring()
            tries += 1
            await asyncio.sleep(0.005)
    # By itself it would have waited 0.001 s * 2 ** 29 before the thirtieth try
    assert tries < 1000


async def test_what_is_plugged_in_while_the_device_is_being_tried_is_not_missed(
    bench: Bench,
) -> None:
    class Rings(AbsentDriver):
        """Something is plugged in while it finds that it is not there."""

        async def __aenter__(self) -> Self:
            bench.changes.ring()
            return await super().__aenter__()

    rings = [Rings((), bench.desk.diary)] * 40
    async with serving(bench.task("printer", [*rings, bench.driver(b"one")], LATER)):
        await bench.until_read("one")


async def test_a_change_that_the_device_makes_itself_does_not_keep_it_from_resting(
    bench: Bench,
) -> None:
    opened: list[float] = []

    class Rings(AbsentDriver):
        async def __aenter__(self) -> Self:
            opened.append(asyncio.get_running_loop().time())
            bench.changes.ring()
            return await super().__aenter__()

    rings = [Rings((), bench.desk.diary)] * 4
    resting = ReconnectPolicy(first=0.1, ceiling=0.1, jitter=0)
    async with serving(bench.task("printer", [*rings, bench.driver(b"one")], resting)):
        await bench.until_read("one")
    assert all(later - before >= 0.1 for before, later in pairwise(opened))


async def test_a_device_that_opens_well_and_fails_at_once_rests_longer_each_time(
    bench: Bench,
) -> None:
    opened: list[float] = []

    class Flapping(ScriptedDriver):
        async def __aenter__(self) -> Self:
            opened.append(asyncio.get_running_loop().time())
            return await super().__aenter__()

    flapping = [Flapping([DeviceGone("printer")], bench.desk.diary)] * 7
    growing = ReconnectPolicy(first=0.01, ceiling=10.0, jitter=0)
    async with serving(bench.task("printer", [*flapping, bench.driver(b"one")], growing)):
        await bench.until_read("one")
    rests = [later - before for before, later in pairwise(opened)]
    assert all(rest >= 0.01 * 2**n for n, rest in enumerate(rests))


async def test_a_device_that_served_for_long_is_tried_again_at_once(bench: Bench) -> None:
    clock = [0.0]
    bench.heartbeats.clock = lambda: clock[0]

    class Serves(ScriptedDriver):
        """Serves for an hour, and is then unplugged for a moment."""

        async def __aenter__(self) -> Self:
            clock[0] += 3600.0
            return await super().__aenter__()

    served = [Serves([DeviceGone("printer")], bench.desk.diary)] * 20
    policy = ReconnectPolicy(first=0.001, ceiling=1800.0)
    async with serving(bench.task("printer", [*served, bench.driver(b"one")], policy)):
        await bench.until_read("one")  # without a rest of 0.001 s * 2 ** 19


async def test_nothing_of_a_capture_is_held_while_the_next_one_is_awaited(bench: Bench) -> None:
    def is_held() -> bool:
        captures = (each for each in gc.get_objects() if isinstance(each, Capture))
        return any(each.content == b"large" for each in captures)

    async with serving(bench.task("printer", [bench.driver(b"large")])):
        await bench.until_read("large")
        await until(lambda: not is_held())


async def test_what_a_connection_told_of_its_medium_is_forgotten_with_it(bench: Bench) -> None:
    class Reader(ScriptedDriver):
        async def captures(self) -> AsyncGenerator[Capture, None]:
            bench.board.progress("cradle", 10, 100)
            bench.board.say("cradle", "Leave it in.")
            yield capture(b"one", "cradle")
            raise DeviceGone("cradle")

    absent = [AbsentDriver((), bench.desk.diary)] * 10_000
    async with serving(bench.task("cradle", [Reader((), bench.desk.diary), *absent])):
        await bench.until_read("one")
        await until(lambda: bench.status("cradle").state is DeviceState.WAITING)
        status = bench.status("cradle")
        assert (status.what_to_do, status.done_bytes, status.total_bytes) == ("", None, None)


async def test_sixty_four_devices_are_served_side_by_side(bench: Bench) -> None:
    names = [f"device-{number}" for number in range(64)]
    contents = {name: name.encode() for name in names}
    tasks = [bench.task(name, [bench.driver(contents[name])]) for name in names]
    async with serving(*tasks):
        await until(lambda: all(f"read {name}" in bench.desk.diary for name in names))
        assert {status.state for status in bench.board.all()} == {DeviceState.SERVING}


async def test_an_absent_device_is_named_with_what_to_do(bench: Bench) -> None:
    absent = [AbsentDriver((), bench.desk.diary)] * 10_000
    async with serving(bench.task("printer", absent)):
        await until(lambda: ("printer", DeviceState.WAITING) in bench.board.shown)
        assert bench.status().message == "printer is gone. Plug it in again; nothing is lost."


async def test_a_device_that_needs_a_person_is_parked_with_the_reason(bench: Bench) -> None:
    refused = DeviceRefused("printer", "it is no serial port. Correct the url")
    async with serving(bench.task("printer", [bench.driver(b"one", refused)])) as [running]:
        await running
    assert bench.status() == DeviceStatus(
        name="printer", state=DeviceState.PARKED, message=str(refused)
    )
    assert bench.desk.diary[-2:] == ["read done", "close"]


@pytest.mark.parametrize("place", ["driver", "keep", "read"])
async def test_an_unknown_fault_parks_this_device_while_its_neighbour_keeps_serving(
    bench: Bench, place: str
) -> None:
    fault = ZeroDivisionError("a bug")
    bench.desk.refusals[place] = [fault]
    broken = bench.driver(b"one", fault)
    may_go_on = asyncio.Event()

    class Neighbour(ScriptedDriver):
        async def captures(self) -> AsyncGenerator[Capture, None]:
            await may_go_on.wait()
            yield capture(b"two", "neighbour")
            await asyncio.Event().wait()

    healthy = Neighbour((), bench.desk.diary)
    tasks = [bench.task("printer", [broken]), bench.task("neighbour", [healthy])]
    async with serving(*tasks) as [parked, serves]:
        await parked
        assert bench.status().state is DeviceState.PARKED
        assert "a bug" in bench.status().message
        may_go_on.set()
        await bench.until_read("two")
        assert not serves.done()
        assert bench.status("neighbour").state is DeviceState.SERVING


@pytest.mark.parametrize("place", ["captures", "accept"])
async def test_a_driver_that_cancels_itself_is_parked_and_not_taken_for_well(
    bench: Bench, place: str
) -> None:
    class Cancelling(ScriptedDriver):
        async def captures(self) -> AsyncGenerator[Capture, None]:
            yield capture(b"one")
            await self._awaits_a_cancelled_task()

        async def accept(self, capture: Capture) -> None:
            await super().accept(capture)
            if place == "accept":
                await self._awaits_a_cancelled_task()

        async def _awaits_a_cancelled_task(self) -> None:
            task = asyncio.create_task(asyncio.Event().wait())
            task.cancel()
            await task

    async with serving(bench.task("printer", [Cancelling((), bench.desk.diary)])) as [running]:
        await asyncio.wait([running])
        assert not running.cancelled()
        assert bench.status().state is DeviceState.PARKED
    assert "keep done" in bench.desk.diary
