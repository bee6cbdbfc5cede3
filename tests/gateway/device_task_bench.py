"""A device task on its bench, with drivers and a desk that do what they are told."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from drivers.errors import DeviceGone
from election.captures import Capture
from election.status import DeviceState, DeviceStatus
from gateway.changes import Changes
from gateway.device_board import DeviceBoard
from gateway.device_tasks import DeviceTask
from gateway.evidence_files import EvidenceFull
from runtime.heartbeats import Heartbeats
from runtime.reconnect import ReconnectPolicy

NOW = datetime(2026, 11, 3, 20, tzinfo=UTC)
AT_ONCE = ReconnectPolicy(first=0.001, ceiling=0.002)
LATER = ReconnectPolicy(first=0.001, ceiling=3600.0)
"""After a few tries nobody tries again within the time of a test."""
FULL = EvidenceFull(Path("evidence"))

Script = Iterable[bytes | Exception]
"""What one connection gives, in order; an exception ends it, otherwise it stays open."""


def capture(content: bytes, device: str = "printer") -> Capture:
    return Capture(content, device, "print-line", NOW)


@dataclass
class ScriptedDriver:
    """A device that does what its script says."""

    script: Script
    diary: list[str]
    refuses: Exception | None = None
    """Raised by `accept`."""

    async def __aenter__(self) -> Self:
        self.diary.append("open")
        return self

    async def captures(self) -> AsyncGenerator[Capture, None]:
        for item in self.script:
            if isinstance(item, Exception):
                raise item
            yield capture(item)
        await asyncio.Event().wait()

    async def accept(self, capture: Capture) -> None:
        self.diary.append(f"accept {capture.content.decode()}")
        if self.refuses is not None:
            raise self.refuses

    async def __aexit__(self, *exc: object) -> None:
        self.diary.append("close")


class AbsentDriver(ScriptedDriver):
    """A device that is not there."""

    async def __aenter__(self) -> Self:
        raise DeviceGone("printer")


@dataclass
class Desk:
    """The rest of the daemon: notes what it is asked, and refuses as told."""

    diary: list[str] = field(default_factory=list)
    refusals: dict[str, list[Exception]] = field(default_factory=dict)
    """By step, `keep` or `read`: what it raises before it works."""
    open: asyncio.Event = field(default_factory=asyncio.Event)
    """Nothing is kept before it is set."""

    def step(self, name: str) -> Callable[[Capture], Coroutine[Any, Any, None]]:
        async def work(capture: Capture) -> None:
            self.diary.append(f"{name} {capture.content.decode()}")
            await self.open.wait()
            if self.refusals.get(name):
                raise self.refusals[name].pop(0)
            self.diary.append(f"{name} done")

        return work


class Diary(DeviceBoard):
    """A board that remembers what it showed."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[tuple[str, DeviceState]] = []

    def show(self, name: str, state: DeviceState, message: str = "") -> None:
        super().show(name, state, message)
        self.shown.append((name, state))


@dataclass
class Bench:
    """A device task on its bench."""

    desk: Desk = field(default_factory=Desk)
    board: Diary = field(default_factory=Diary)
    heartbeats: Heartbeats = field(default_factory=lambda: Heartbeats(lambda: 0.0))

    changes: Changes = field(default_factory=Changes)

    def task(
        self,
        name: str,
        connections: Iterable[ScriptedDriver],
        policy: ReconnectPolicy = AT_ONCE,
    ) -> DeviceTask:
        drivers = iter(connections)
        return DeviceTask(
            name=name,
            connect=lambda: next(drivers),
            keep=self.desk.step("keep"),
            read=self.desk.step("read"),
            board=self.board,
            heartbeats=self.heartbeats,
            changes=self.changes,
            policy=policy,
        )

    def driver(
        self, *script: bytes | Exception, refuses: Exception | None = None
    ) -> ScriptedDriver:
        return ScriptedDriver(script, self.desk.diary, refuses)

    def status(self, name: str = "printer") -> DeviceStatus:
        return self.board.states[name]

    async def until_read(self, *contents: str) -> None:
        """Return when all `contents` were read, in this order."""
        wanted = [f"read {content}" for content in contents]
        await until(lambda: [line for line in self.desk.diary if line in wanted] == wanted)


async def until(condition: Callable[[], bool]) -> None:
    """Poll `condition`; the timeout around it is the bound."""
    while not condition():  # noqa: ASYNC110  # a diary has no event
        await asyncio.sleep(0.001)


def is_longer(diary: list[str], than: int) -> bool:
    return len(diary) > than
