"""A reader whose medium, and whose every failure, a test writes down beforehand."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from drivers.errors import DeviceGone
from drivers.media.reader import MediumReader
from drivers.media.source import MediumRemoved, MediumUnreadable, Sink
from drivers.media.visit import MediaSettings
from election.captures import WriteProtection
from election.errors import ZerotapeError

if TYPE_CHECKING:
    from tests.drivers.conftest import DaemonStandIn

CHUNK = 512
CARD = bytes(range(256)) * 16
WHOLE_READ = len(CARD) // CHUNK
STOP_S = 1.0
"""Longest time that closing may take while a medium is being read."""

GONE = DeviceGone("card-1", "pulled out")
REMOVED = MediumRemoved("card-1", "nothing is in it")
UNREADABLE = MediumUnreadable("card-1", "a contact is bent")


@dataclass
class ScriptedSource:
    """A reader whose medium, and whose every failure, a test writes down beforehand."""

    medium_kind: str = "pc-card"
    inserted: str | None = "card A"
    readings: list[bytes] = field(default_factory=lambda: [CARD])
    """What the first, second, ... whole reading gives; the last one for ever."""
    says_size: int | None = None
    """The size that is told; None: the true one."""
    switch: WriteProtection = WriteProtection.ON
    fails: dict[str, ZerotapeError] = field(default_factory=dict)
    """By step: `open`, `present`, `protection`, or `read N CHUNK`; each fails once."""
    chunk_s: float = 0.0
    at_chunk: Callable[[int, int], None] = lambda _reading, _chunk: None
    steps: list[str] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)

    def open(self) -> None:
        self._step("open")

    def close(self) -> None:
        self._step("close")

    def present(self) -> str | None:
        self._step("present")
        return self.inserted

    def protection(self) -> WriteProtection:
        self._step("protection")
        return self.switch

    def read(self, sink: Sink) -> None:
        number = sum(step.startswith("read") for step in self.steps)
        self._step(f"read {number}")
        content = self.readings[min(number, len(self.readings) - 1)]
        sink.expect(len(content) if self.says_size is None else self.says_size)
        for chunk in range(0, len(content), CHUNK):
            self.at_chunk(number, chunk // CHUNK)
            self._fail(f"read {number} {chunk // CHUNK}")
            time.sleep(self.chunk_s)
            sink.add(content[chunk : chunk + CHUNK])
        self._fail(f"read {number} {WHOLE_READ}")

    def identity(self) -> str:
        return "ACME CardDrive 0123:4567 serial 7 at port 1-1"

    def facts(self) -> tuple[str, ...]:
        return ("card battery good",)

    def _step(self, name: str) -> None:
        self.threads.add(threading.current_thread().name)
        if name != "present":
            self.steps.append(name)
        self._fail(name)

    def _fail(self, step: str) -> None:
        if error := self.fails.pop(step, None):
            raise error


async def visit(
    daemon: "DaemonStandIn", source: ScriptedSource, words: str, **settings: Any
) -> None:
    """Let a reader work until it has said `words`, and take it away."""
    await daemon.keep_until_said(reader_of(source, daemon, **settings), words)
    assert not daemon.progress or daemon.progress[-1] == (0, 0)
    assert source.steps[-1] == "close"


def reader_of(source: ScriptedSource, daemon: "DaemonStandIn", **settings: Any) -> MediumReader:
    return MediumReader("card-1", source, MediaSettings(poll_s=0.01, **settings), daemon.host)
