"""One visit of a medium to a reader: its switch, two whole readings, and what to keep of them."""

import threading
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from drivers.contract import DriverHost
from drivers.errors import DeviceGone
from drivers.media.readings import FirstReading, SecondReading
from drivers.media.source import MediumSource, MediumUnreadable, Sink
from election.captures import Capture, Ending, MediumReading, WriteProtection


class MediaSettings(BaseModel):
    """How a reader treats the media that are put into it."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    poll_s: float = Field(default=0.5, ge=0.01, le=60)
    """How often it is asked whether there is a medium."""
    max_bytes: int = Field(default=256 * 1024 * 1024, ge=512, le=2 * 1024 * 1024 * 1024)
    """A larger medium is not read."""
    require_write_protection: bool = True
    """Refuse a medium whose write-protect switch is off, where the reader can tell."""


class ReadingStopped(Exception):
    """The reader is being closed while it reads."""


class Visit:
    """Reads the medium that is in `source` now; knows no thread of its own and no loop."""

    def __init__(
        self,
        device: str,
        source: MediumSource,
        settings: MediaSettings,
        host: DriverHost,
        stopping: threading.Event,
    ) -> None:
        self.gone: DeviceGone | None = None
        """Set when the reader vanished, or (MediumRemoved) the medium only."""
        self.captures: list[Capture] = []
        """What is to be kept of the visit."""
        self.advice = ""
        """What the clerk should do about the medium, once the captures are kept."""
        self._device = device
        self._source = source
        self._settings = settings
        self._host = host
        self._stopping = stopping
        self._protection = WriteProtection.UNKNOWN

    def read(self) -> None:
        """Read the medium twice and fill `captures` and `advice`; what goes wrong is in them."""
        first = FirstReading(self._host.progress)
        try:
            self._protection = self._source.protection()
            if not self._is_refused():
                self._host.say(f"The medium in {self._device} is being read. Leave it in.")
                self._read_twice(first)
        except ReadingStopped:
            return  # the medium still has everything
        except DeviceGone as error:
            self.gone = error
            self._give_up(first, Ending.UNPLUGGED, error)
        except MediumUnreadable as error:
            self._give_up(first, Ending.UNREADABLE, error)
        finally:
            self._host.progress(0, 0)

    def _is_refused(self) -> bool:
        refused = (
            self._settings.require_write_protection and self._protection is WriteProtection.OFF
        )
        if refused:
            self.advice = (
                f"The medium in {self._device} is not write-protected and was not read. Take it "
                "out, set its switch, and put it in again."
            )
        return refused

    def _read_twice(self, first: FirstReading) -> None:
        self._source.read(self._guarded(first))
        if not first.is_whole:
            raise MediumUnreadable(
                self._device, f"it ended after {first.done} of {first.size} bytes"
            )
        content = first.content()
        second = SecondReading(content, self._host.progress)
        self._source.read(self._guarded(second))
        other = second.finish()
        if other is None:
            self._keep(content, Ending.WHOLE)
            self.advice = f"The medium in {self._device} is read. Take it out."
            return
        for reading in (content, other):
            self._keep(reading, Ending.UNSTABLE, differs_at=second.differs_at)
        self.advice = (
            f"Two readings of the medium in {self._device} differ. Take it out, set its "
            "write-protect switch, clean the contacts, and put it in again. If it differs again, "
            "keep it and use the tape."
        )

    def _guarded(self, sink: Sink) -> Sink:
        return _Guarded(sink, self._device, self._settings.max_bytes, self._stopping)

    def _give_up(self, first: FirstReading, ending: Ending, error: Exception) -> None:
        if first.done:
            self._keep(first.content(), ending, readings=int(first.is_whole), note=str(error))
        self.advice = str(error)

    def _keep(
        self,
        content: bytes,
        ending: Ending,
        *,
        readings: int = 2,
        differs_at: int | None = None,
        note: str = "",
    ) -> None:
        identity = self._source.identity()
        self.captures.append(
            Capture(
                content=content,
                device=self._device,
                medium=self._source.medium_kind,
                taken_at=datetime.now(UTC),
                ending=ending,
                name=identity,
                notes=(note,) if note else (),
                reading=MediumReading(
                    write_protection=self._protection,
                    identity=identity,
                    readings=readings,
                    differs_at=differs_at,
                    facts=self._source.facts(),
                ),
            )
        )


class _Guarded:
    """A sink that takes no more than is allowed and was said, and nothing when told to stop."""

    def __init__(self, sink: Sink, device: str, max_bytes: int, stopping: threading.Event) -> None:
        self._sink = sink
        self._device = device
        self._max_bytes = max_bytes
        self._stopping = stopping
        self._left = 0

    def expect(self, size: int) -> None:
        if size > self._max_bytes:
            raise MediumUnreadable(
                self._device,
                f"it has {size} bytes, and {self._max_bytes} are allowed",
                "Take it out; if it is the right one, raise max_bytes in the configuration",
            )
        self._left = size
        self._sink.expect(size)

    def add(self, chunk: bytes) -> None:
        if self._stopping.is_set():
            raise ReadingStopped
        self._left -= len(chunk)
        if self._left < 0:
            raise MediumUnreadable(self._device, "it gives more bytes than it says it has")
        self._sink.add(chunk)
