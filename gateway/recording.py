"""Records what crosses the transport of a driver: each connection into a file of its own."""

import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import structlog
from pydantic import BaseModel

from drivers.contract import Driver, DriverHost, DriverPlugin
from drivers.transcripts.crossing import Crossing
from drivers.transcripts.recorder import Recorder
from drivers.transcripts.transcript_file import TranscriptHeader
from election.captures import Capture

log = structlog.get_logger("zerotape.gateway.recording")


@dataclass(frozen=True, slots=True)
class Session:
    """Everything that a driver needs for one connection."""

    device: str
    driver: str
    """Name of its entry point."""
    plugin: DriverPlugin
    settings: BaseModel

    def open(self, host: DriverHost) -> Driver:
        """Return a fresh driver."""
        return self.plugin.open(self.device, self.settings, host)

    def open_recorded(self, host: DriverHost, path: Path) -> Driver:
        """Return a fresh driver whose connection is recorded into the new file `path`."""
        header = TranscriptHeader(
            driver=self.driver,
            device=self.device,
            settings=self.settings.model_dump(mode="json"),
            started=datetime.now(UTC),
        )
        record = _Recording(path, header)
        return _Recorded(self.open(replace(host, record=record)), record)


def new_file(folder: Path, device: str) -> Path:
    """Return the path of a recording that begins now."""
    return folder / f"{device}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.jsonl"


class _Recording:
    """Makes its file when bytes cross: a device that is absent all night leaves none."""

    def __init__(self, path: Path, header: TranscriptHeader) -> None:
        self._path = path
        self._header = header
        self._lock = threading.Lock()
        self._recorder: Recorder | None = None
        self._before: Crossing | None = None
        """What came without a byte before the first one came: a replay begins with it, too."""
        self._failed = False

    def __call__(self, crossing: Crossing) -> None:
        """Record `crossing`; what cannot be recorded is told in the log, and goes on."""
        with self._lock:
            if self._recorder is None and not self._failed:
                if not crossing.data:
                    self._before = crossing
                    return
                self._begin()
            if self._recorder is not None:
                self._recorder(crossing)

    def close(self) -> None:
        """End the recording."""
        with self._lock:
            if self._recorder is not None:
                self._recorder.__exit__(None, None, None)
                self._recorder = None

    def _begin(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._recorder = Recorder(self._path, self._header).__enter__()
            if self._before is not None:
                self._recorder(self._before)
        except OSError as error:
            self._failed = True
            log.warning("nothing is recorded", device=self._header.device, problem=str(error))


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A driver whose recording ends with its connection."""

    driver: Driver
    recording: _Recording

    async def __aenter__(self) -> Self:
        try:
            await self.driver.__aenter__()
        except BaseException:
            self.recording.close()
            raise
        return self

    def captures(self) -> AsyncIterator[Capture]:
        return self.driver.captures()

    async def accept(self, capture: Capture) -> None:
        await self.driver.accept(capture)

    async def __aexit__(self, *exc: object) -> None:
        try:
            await self.driver.__aexit__(*exc)
        finally:
            self.recording.close()
