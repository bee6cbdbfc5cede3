"""The cradle that reads PEBs: a serial line that is only ever asked for what a PEB holds.

Its protocol is `zt-peb-link-1` (project profile): the vendor never published the real one.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from zlib import crc32

from pydantic import BaseModel

from drivers.contract import INTERFACE_VERSION, DriverHost, DriverPlugin
from drivers.cradle.commands import CradleCommands, CradleSaidNo
from drivers.cradle.link_client import LinkClient, LinkFailed
from drivers.cradle.peb_link import VERSION
from drivers.cradle.peb_messages import (
    ERASED_PAGE,
    MAX_PAGES,
    PAGE_BYTES,
    Hello,
    PebId,
    Slot,
    Status,
)
from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.line import Clock, Line, SystemClock
from drivers.media.reader import MediumReader
from drivers.media.source import MediumRemoved, MediumUnreadable, Sink
from drivers.media.visit import MediaSettings
from drivers.serial_transport import LineSettings, SerialTransport
from drivers.transcripts.crossing import Record
from drivers.transcripts.recorded_line import RecordedLine
from election.captures import WriteProtection

READING_S = 300.0
"""Longest time for one whole reading, seconds; profile `zt-peb-link-1`, rules."""
READ_WAIT_S = 0.02
"""Longest time that one read of the line waits: a fifth of the silence that ends a frame."""
PEB_KINDS = {1: "supervisor", 2: "voter"}
PAGES_NAMED = 16
"""So many damaged pages are named in the facts; the parser names them all."""


class PebCradleSettings(MediaSettings, LineSettings):
    """Which cradle it is, such as `match.model = "ES&S PEB Cradle -w- USB Interface"`."""


@dataclass(slots=True)
class _Remarks:
    """What the cradle said of the pages of one reading."""

    wrong_pages: list[int] = field(default_factory=list)
    io_flag: bool = False

    def add(self, page: int, status: Status) -> None:
        if status is Status.PAGE_CRC:
            self.wrong_pages.append(page)
        self.io_flag |= status is Status.IO_FLAG


class PebCradle:
    """Reads the PEB in a cradle, page by page; a MediumSource."""

    medium_kind = "peb"

    def __init__(
        self,
        device: str,
        settings: PebCradleSettings,
        record: Record,
        *,
        line: Line | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`line` and `clock` stand in for the serial port and the time, such as in a replay."""
        self._device = device
        line = line or SerialTransport(device, settings, read_wait_s=READ_WAIT_S)
        self._line = RecordedLine(line, record)
        self._clock = clock or SystemClock()
        self._client: LinkClient | None = None
        self._hello: Hello | None = None
        self._slot: Slot | None = None
        self._peb: PebId | None = None
        self._remarks = _Remarks()
        self._sink: Sink | None = None

    def open(self) -> None:
        """Open the cradle; raise DeviceGone, DeviceBlocked or DeviceRefused."""
        self._line.open()
        self._client = LinkClient(self._line, self._clock, while_waiting=self._go_on_unless_stopped)
        try:
            self._hello = self._greeted(CradleCommands(self._client))
        except LinkFailed as error:
            raise DeviceBlocked(
                self._device, f"it does not answer as a cradle ({error.reason})"
            ) from error

    def close(self) -> None:
        """Take leave of the cradle and close its line; never raises."""
        if self._client is not None:
            with suppress(DeviceGone):
                self._client.farewell()
        self._client = None
        self._line.close()

    def present(self) -> str | None:
        """Return serial and insert count of the PEB; raise DeviceGone."""
        client = self._opened()
        commands = CradleCommands(client)
        client.events.clear()
        self._slot = self._peb = None
        try:
            self._hello = self._hello or self._greeted(commands)
            self._slot = commands.status()
            if self._slot.has_peb:
                self._peb = commands.read_id()
        except LinkFailed as error:
            raise DeviceGone(self._device, f"it no longer answers, {error.reason}") from error
        except CradleSaidNo as no:
            if self._slot is None or no.status in (Status.NO_PEB, Status.PULLED):
                return None
            return f"unread-{self._slot.insert_count}"  # reading it tells the clerk what is wrong
        return f"{self._peb.serial}-{self._slot.insert_count}" if self._peb else None

    def protection(self) -> WriteProtection:
        """Return that a PEB has no switch."""
        return WriteProtection.NOT_APPLICABLE

    def read(self, sink: Sink) -> None:
        """Read all pages; raise DeviceGone, MediumRemoved or MediumUnreadable."""
        self._sink = sink
        try:
            self._read(sink)
        finally:
            self._sink = None

    def identity(self) -> str:
        """Return the product as the cradle calls itself, and where it is plugged in."""
        product = self._hello.product if self._hello else "PEB cradle"
        return f"{product}, {self._line.place}"

    def facts(self) -> tuple[str, ...]:
        """Return what the cradle said of the PEB, its battery and its pages."""
        return tuple(self._told())

    def _told(self) -> Iterator[str]:
        if self._peb is not None:
            kind = PEB_KINDS.get(self._peb.kind, f"kind {self._peb.kind}")
            yield f"PEB {self._peb.serial}, {kind}, revision {self._peb.revision}"
        if self._slot is not None:
            low = ", low" if self._slot.battery_low else ""
            yield f"battery {self._slot.battery_mv} mV{low}"
            yield f"insertion {self._slot.insert_count} of this cradle"
            if self._slot.io_flag or self._remarks.io_flag:
                yield "the PEB carries the flag of an unfinished exchange with a terminal"
        if wrong := self._remarks.wrong_pages:
            named = ", ".join(map(str, wrong[:PAGES_NAMED]))
            more = " and others" if len(wrong) > PAGES_NAMED else ""
            yield f"the cradle says that the checksum is wrong in page {named}{more}"
        if self._client is not None and self._client.repeats:
            yield f"requests that had to be repeated on this line so far: {self._client.repeats}"

    def _read(self, sink: Sink) -> None:
        commands = CradleCommands(self._opened())
        until = self._clock.now() + READING_S
        self._remarks = _Remarks()
        with self._medium_errors("its identity"):
            self._demand_the_same(commands, until)
        with self._medium_errors("its page map"):
            written = commands.read_map(until=until)
        pages = self._hello.page_count if self._hello else 0
        sink.expect(pages * PAGE_BYTES)
        came = 0
        for page in range(pages):
            data = self._page(commands, page, until) if page in written else ERASED_PAGE
            came = crc32(data, came)
            sink.add(data)
        with self._medium_errors("its identity after the last page"):
            self._demand_the_same(commands, until)
        with self._medium_errors("its digest"):
            digest = commands.digest(pages, until=until)
        self._demand_no_event()
        if came != digest:
            raise MediumUnreadable(
                self._device, f"its digest is {digest:08X}, and what came has {came:08X}"
            )

    def _page(self, commands: CradleCommands, page: int, until: float) -> bytes:
        with self._medium_errors(f"page {page}"):
            data, status = commands.read_page(page, until=until)
        self._demand_no_event()
        self._remarks.add(page, status)
        return data

    def _demand_the_same(self, commands: CradleCommands, until: float) -> None:
        """Hold slot and PEB against those of `present`: between two asks it may be exchanged."""
        slot, peb = commands.status(until=until), commands.read_id(until=until)
        known = self._peb or peb
        if self._slot is None or (slot.insert_count, peb) != (self._slot.insert_count, known):
            raise MediumRemoved(self._device, f"PEB {peb.serial} was put in meanwhile")
        self._peb = peb
        self._demand_no_event()

    def _demand_no_event(self) -> None:
        if self._opened().events:
            raise MediumRemoved(self._device, "the cradle says that the PEB was moved")

    def _go_on_unless_stopped(self) -> None:
        """Let the sink end a reading within a long wait: DIGEST may take two minutes."""
        if self._sink is not None:
            self._sink.add(b"")

    @contextmanager
    def _medium_errors(self, what: str) -> Iterator[None]:
        """Turn what the cradle says of the PEB into MediumRemoved or MediumUnreadable."""
        try:
            yield
        except CradleSaidNo as no:
            if no.status in (Status.NO_PEB, Status.PULLED):
                raise MediumRemoved(self._device, f"{what} was being read") from no
            raise MediumUnreadable(
                self._device, f"{what}: the cradle says {no.status.name} ({no.status:02X})"
            ) from no
        except LinkFailed as error:
            self._hello = None  # the next one to ask begins anew
            raise MediumUnreadable(self._device, f"{what}: {error.reason}") from error

    def _greeted(self, commands: CradleCommands) -> Hello:
        try:
            hello = commands.hello()
        except CradleSaidNo as no:
            raise DeviceRefused(self._device, f"it says {no.status.name} to HELLO.") from no
        fits = hello.version == VERSION and hello.page_bytes == PAGE_BYTES
        if not (fits and 0 < hello.page_count <= MAX_PAGES):
            raise DeviceRefused(
                self._device,
                f"it speaks version {hello.version} and reads {hello.page_count} pages of "
                f"{hello.page_bytes} bytes. Plug in a cradle for PEBs of {MAX_PAGES} pages of "
                f"{PAGE_BYTES} bytes.",
            )
        return hello

    def _opened(self) -> LinkClient:
        if self._client is None:
            raise DeviceGone(self._device, "the cradle is not open")
        return self._client


class PebCradlePlugin:
    """The entry point `peb-cradle`."""

    interface_version = INTERFACE_VERSION
    settings: type[BaseModel] = PebCradleSettings

    def open(self, device: str, settings: PebCradleSettings, host: DriverHost) -> MediumReader:
        """Return a fresh driver for one connection."""
        return MediumReader(device, PebCradle(device, settings, host.record), settings, host)


PLUGIN: DriverPlugin = PebCradlePlugin()
