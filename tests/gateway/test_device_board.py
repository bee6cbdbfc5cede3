"""What the operator sees of a device: state, what to do, and how far a reading is."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest

from drivers.contract import DriverHost
from election.status import MAX_BYTES, DeviceState, DeviceStatus, GatewayStatus
from gateway.device_board import SHOWN_EVERY_S, DeviceBoard, Seldom


def test_a_message_longer_than_a_status_may_be_is_cut_and_the_names_are_in_order() -> None:
    board = DeviceBoard()
    board.show("stick", DeviceState.WAITING, "x" * 600)
    board.show("printer", DeviceState.SERVING)
    board.say("printer", "y" * 600)
    printer, stick = board.all()
    assert (printer.name, stick.name, len(stick.message)) == ("printer", "stick", 500)
    assert len(printer.what_to_do) == 500


def test_progress_and_advice_stand_beside_the_state_and_go_when_the_connection_ends() -> None:
    board = DeviceBoard()
    board.show("cradle", DeviceState.SERVING)
    board.progress("cradle", 528, 4096)
    board.say("cradle", "Leave it in.")
    reading = DeviceStatus(
        name="cradle",
        state=DeviceState.SERVING,
        what_to_do="Leave it in.",
        done_bytes=528,
        total_bytes=4096,
    )
    assert board.all() == (reading,)
    board.disconnect("cradle")
    assert board.all() == (DeviceStatus(name="cradle", state=DeviceState.SERVING),)


def test_a_reading_that_ended_shows_no_bar() -> None:
    board = DeviceBoard()
    board.progress("cradle", 1, 2)
    board.progress("cradle", 0, 0)
    [status] = board.all()
    assert (status.done_bytes, status.total_bytes) == (None, None)


def _tell(host: DriverHost) -> None:
    for done in range(0, 4097, 8):
        host.progress(done, 4096)
    host.say("The medium is read. Take it out.")


async def test_a_driver_tells_from_its_own_thread() -> None:
    board = DeviceBoard()
    board.show("cradle", DeviceState.SERVING)
    thread = threading.Thread(target=_tell, args=(board.host("cradle"),))
    thread.start()
    async with asyncio.timeout(10):
        while board.states["cradle"].what_to_do == "":  # noqa: ASYNC110  # a board has no event
            await asyncio.sleep(0.001)
    thread.join()
    status = board.states["cradle"]
    assert (status.done_bytes, status.total_bytes) == (4096, 4096)
    assert status.what_to_do == "The medium is read. Take it out."


@pytest.mark.parametrize("steps", [1, 1000])
def test_figures_are_shown_seldom_but_the_first_and_the_last_always(steps: int) -> None:
    shown: list[tuple[int, int]] = []
    clock = [0.0]
    seldom = Seldom(lambda done, total: shown.append((done, total)), lambda: clock[0])
    reading_s = 10 * SHOWN_EVERY_S
    for step in range(steps + 1):
        clock[0] = reading_s * step / steps
        seldom(step, steps)
    seldom(0, 0)
    assert shown[0] == (0, steps)
    assert shown[-2:] == [(steps, steps), (0, 0)]
    assert len(shown) <= 13


def test_a_figure_is_shown_once_however_often_it_is_told() -> None:
    shown: list[tuple[int, int]] = []
    seldom = Seldom(lambda done, total: shown.append((done, total)), lambda: 0.0)
    for figures in [(0, 8), *[(8, 8)] * 1000, *[(0, 0)] * 3, (0, 8)]:
        seldom(*figures)
    assert shown == [(0, 8), (8, 8), (0, 0), (0, 8)]


def test_a_status_of_64_devices_with_the_longest_words_is_still_taken() -> None:
    devices = tuple(
        DeviceStatus(
            name="n" * 64,
            state=DeviceState.SERVING,
            message="m" * 500,
            what_to_do="w" * 500,
            done_bytes=2**40,
            total_bytes=2**40,
        )
        for _ in range(64)
    )
    status = GatewayStatus(
        election="e",
        count_center="c",
        online=True,
        at=datetime(2026, 11, 3, tzinfo=UTC),
        software="s",
        packets={},
        outbox_waiting=0,
        outbox_oldest_s=None,
        free_disk_bytes=0,
        devices=devices,
    )
    assert len(status.model_dump_json()) < MAX_BYTES
