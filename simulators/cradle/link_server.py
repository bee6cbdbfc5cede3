"""The cradle's end of `zt-peb-link-1`: bytes in, bytes out; holds a PEB, or none."""

import time
from collections.abc import Callable, Mapping
from zlib import crc32

from drivers.cradle.peb_link import FRAME_SILENCE_S, Damaged, Frame, FrameDecoder
from drivers.cradle.peb_messages import (
    DIGEST,
    DIGEST_REQUEST,
    HELLO_REQUEST,
    MAX_PAGES,
    PAGE,
    PAGE_BYTES,
    PAGE_REQUEST,
    RESERVED_FOR_WRITING,
    WITH_DATA,
    Answer,
    Command,
    Hello,
    Slot,
    SlotChange,
    SlotEvent,
    Status,
    map_of,
)
from simulators.cradle.faults import CradleFaults
from simulators.cradle.peb_in_slot import PebInSlot, is_sound

PRODUCT = "ZT PEB CRADLE SIM"
BATTERY_MV = 2980
LOW_BATTERY_MV = 2210

REQUEST_BYTES: Mapping[int, int] = {
    Command.HELLO: HELLO_REQUEST.size,
    Command.READ_PAGE: PAGE_REQUEST.size,
    Command.DIGEST: DIGEST_REQUEST.size,
}
"""Length of the payload of the requests that have one."""
COMMANDS = frozenset(Command)
OF_A_PEB = frozenset({Command.READ_ID, Command.READ_MAP, Command.READ_PAGE, Command.DIGEST})


class LinkServer:
    """A cradle without its cable. All methods are called from one thread."""

    def __init__(
        self,
        *,
        page_count: int = MAX_PAGES,
        insert_count: int = 0,
        faults: CradleFaults | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.faults = faults or CradleFaults()
        self.insert_count = insert_count
        self.asked: list[int] = []
        """Number of every command that was carried out, in order."""
        self._hello = Hello(page_count, PRODUCT)
        self._peb: PebInSlot | None = None
        self._image = b""
        self._written: frozenset[int] = frozenset()
        self._clock = clock
        self._decoder = FrameDecoder()
        self._heard_at = clock()
        self._last: tuple[Frame, Frame] | None = None
        self._pages_read = 0
        self._readings = 0
        self._answers = 0

    @property
    def has_peb(self) -> bool:
        """Whether one is in the slot."""
        return self._peb is not None

    def insert(self, peb: PebInSlot) -> bytes:
        """Put `peb` in; return the event that the cradle sends."""
        self._peb, self._image, self._written = peb, peb.image, peb.written()
        self.insert_count += 1
        self._pages_read = self._readings = 0
        return SlotEvent(SlotChange.INSERTED, peb.peb.serial).to_frame().to_bytes()

    def pull(self) -> bytes:
        """Take the PEB out; return the event that the cradle sends."""
        serial = self._peb.peb.serial if self._peb else 0
        self._peb, self._image, self._written = None, b"", frozenset()
        return SlotEvent(SlotChange.REMOVED, serial).to_frame().to_bytes()

    def feed(self, chunk: bytes) -> bytes:
        """Return what the cradle answers to what `chunk` completes."""
        now, found = self._clock(), []
        if now - self._heard_at >= FRAME_SILENCE_S:
            found += self._decoder.silence()
        self._heard_at = now
        found += self._decoder.feed(chunk)
        return b"".join(self._answer(request) for request in found)

    def _answer(self, request: Frame | Damaged) -> bytes:
        if isinstance(request, Damaged):
            if request.kind not in COMMANDS:
                return b""  # noise that looked like a frame
            return Answer(Status.BAD_CRC).to_frame(request.kind, request.sequence).to_bytes()
        if self._last is None or self._last[0] != request:
            self.asked.append(request.kind)
            answer = self._carried_out(request)
            self._last = request, answer.to_frame(request.kind, request.sequence)
        self._answers += 1
        every = self.faults.wrong_sequence_every
        if every and self._answers % every == 0:
            kept = self._last[1]
            return Frame(kept.kind, kept.sequence % 255 + 1, kept.payload).to_bytes()
        return self._last[1].to_bytes() + self._pulled_by_fault(request)

    def _pulled_by_fault(self, request: Frame) -> bytes:
        """Return the event of the PEB that somebody pulls after this answer, if so."""
        part = self.faults.pulled_at
        read = request.kind == Command.READ_PAGE and self._peb is not None
        if not read or part is None or self._pages_read < part * len(self._written):
            return b""
        self.faults.pulled_at = None
        return self.pull()

    def _carried_out(self, request: Frame) -> Answer:
        if request.kind in RESERVED_FOR_WRITING:
            return Answer(Status.FORBIDDEN)
        if request.kind not in COMMANDS:
            return Answer(Status.UNKNOWN)
        if len(request.payload) != REQUEST_BYTES.get(request.kind, 0):
            return Answer(Status.BAD_LENGTH)
        command = Command(request.kind)
        if command in OF_A_PEB:
            return self._of_peb(command, request.payload)
        of_the_cradle = {
            Command.HELLO: self._hello.to_bytes(),
            Command.STATUS: self._slot().to_bytes(),
        }
        return Answer(Status.OK, of_the_cradle.get(command, b""))

    def _slot(self) -> Slot:
        low, flag = self.faults.battery_low, self.faults.io_flag
        return Slot(
            has_peb=self._peb is not None,
            io_flag=flag,
            battery_low=low,
            battery_mv=LOW_BATTERY_MV if low else BATTERY_MV,
            insert_count=self.insert_count,
        )

    def _of_peb(self, command: Command, payload: bytes) -> Answer:
        if self._peb is None:
            return Answer(Status.NO_PEB)
        data = Status.IO_FLAG if self.faults.io_flag else Status.OK
        if command is Command.READ_ID:
            return Answer(data, self._peb.peb.to_bytes())
        if command is Command.READ_MAP:
            self._begin_reading()
            return Answer(data, map_of(self._written))
        if command is Command.DIGEST:
            first, count = DIGEST_REQUEST.unpack(payload)
            if first + count > self._peb.pages:
                return Answer(Status.BAD_PAGE)
            pages = self._image[first * PAGE_BYTES : (first + count) * PAGE_BYTES]
            return Answer(data, DIGEST.pack(crc32(pages)))
        (page,) = PAGE_REQUEST.unpack(payload)
        return self._page(page, data)

    def _begin_reading(self) -> None:
        self._readings += 1
        changed = self.faults.changed_byte
        if changed is not None and self._readings == 2:
            image = bytearray(self._image)
            image[changed] ^= 1
            self._image = bytes(image)

    def _page(self, page: int, status: Status) -> Answer:
        if self._peb is None or page >= self._peb.pages:
            return Answer(Status.BAD_PAGE)
        if self.faults.battery_low:
            return Answer(Status.BATTERY)
        if self.faults.busy_answers:
            self.faults.busy_answers -= 1
            return Answer(Status.BUSY)
        self._pages_read += 1
        content = self._image[page * PAGE_BYTES : (page + 1) * PAGE_BYTES]
        if not is_sound(content):
            status = Status.PAGE_CRC
        status = self.faults.page_status.get(page, status)
        body = PAGE.pack(page, content) if status in WITH_DATA else b""
        return Answer(status, body)
