"""The watchdog is fed while everybody answers, and only then."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from runtime.heartbeats import Heartbeats, feed_watchdog


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def heartbeats(clock: Clock) -> Heartbeats:
    heartbeats = Heartbeats(clock)
    heartbeats.expect("intake", 10.0)
    heartbeats.expect("publisher", 60.0)
    return heartbeats


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Listen where systemd would."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listening


def test_a_task_is_silent_only_beyond_its_own_limit(heartbeats: Heartbeats, clock: Clock) -> None:
    clock.now += 10.0
    assert heartbeats.silent() == []
    clock.now += 0.1
    assert heartbeats.silent() == ["intake"]
    clock.now += 50.0
    assert heartbeats.silent() == ["intake", "publisher"]


def test_a_sign_of_life_ends_the_silence(heartbeats: Heartbeats, clock: Clock) -> None:
    clock.now += 11.0
    heartbeats.expect("intake", 10.0)
    assert heartbeats.silent() == []


def test_a_task_that_ended_on_purpose_is_not_missed(heartbeats: Heartbeats, clock: Clock) -> None:
    heartbeats.forget("intake")
    heartbeats.forget("never expected")
    clock.now += 11.0
    assert heartbeats.silent() == []


async def test_the_watchdog_is_fed_until_somebody_is_silent(
    heartbeats: Heartbeats,
    clock: Clock,
    systemd: socket.socket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    feeding = asyncio.create_task(feed_watchdog(heartbeats))
    loop = asyncio.get_running_loop()
    systemd.setblocking(False)
    async with asyncio.timeout(5):
        assert await loop.sock_recv(systemd, 100) == b"WATCHDOG=1"
        clock.now += 11.0
        heard = b"WATCHDOG=1"
        while heard == b"WATCHDOG=1":  # those that were sent before the clock moved
            heard = await loop.sock_recv(systemd, 100)
        assert heard == b"STATUS=silent: intake"
        heartbeats.expect("intake", 10.0)
        while heard != b"WATCHDOG=1":
            heard = await loop.sock_recv(systemd, 100)
    feeding.cancel()
    with suppress(asyncio.CancelledError):
        await feeding
