"""Builds Personal Electronic Ballots. PROJECT PROFILE - NOT THE VENDOR FORMAT.

The layout is that of `parsers.media.peb.layout`.
"""

from collections.abc import Iterable
from datetime import datetime
from struct import pack

from election.media import (
    MediumIdentity,
    MediumWriteIn,
    Peb,
    PebKind,
    PebState,
    PebTerminal,
)
from parsers.media.checksums import crc16, crc32
from parsers.media.counters import counter_values, medium_contests
from parsers.media.definition_block import DefinitionBlock, definition_block_bytes
from parsers.media.device_time import device_seconds
from parsers.media.peb.layout import (
    COUNTER_BYTES,
    COUNTER_REGION,
    CRC_BYTES,
    DATA_BYTES,
    DEFINITION_REGION,
    HEADER,
    HEADER_REGION,
    IMAGE_BYTES,
    MOST_COUNTERS,
    MOST_TERMINALS,
    MOST_WRITE_INS,
    PAGE_BYTES,
    PAGES,
    TERMINAL,
    TERMINAL_REGION,
    TRAILER,
    VERSION,
    WRITE_IN,
    WRITE_IN_REGION,
    Region,
    TerminalMark,
    WireHeader,
    WireTerminal,
    WireWriteIn,
)

LOADED_IN_GENERATION = 1
"""Generation of the definition pages: they are written once, at headquarters."""


def peb_image(peb: Peb, block: DefinitionBlock, *, loaded_at: datetime) -> bytes:
    """Return the image that reads as `peb`, whose contests are those of `block`.

    Raises ValueError for what has no room; `damage` and `notes` are not looked at.
    """
    definition = definition_block_bytes(block)
    counters = b"".join(pack("<I", value) for value in counter_values(peb.contests))
    for name, count, most in (
        ("terminals", len(peb.terminals), MOST_TERMINALS),
        ("counters", len(counters) // COUNTER_BYTES, MOST_COUNTERS),
        ("write-ins", len(peb.write_ins), MOST_WRITE_INS),
    ):
        if count > most:
            raise ValueError(f"{count:,} {name}; a PEB has room for {most:,}")
    header = HEADER.build(_header(peb, block, definition, counters))
    terminals = b"".join(TERMINAL.build(_terminal(each)) for each in peb.terminals)
    write_ins = b"".join(WRITE_IN.build(_write_in(each)) for each in in_order(peb.write_ins))
    image = bytearray(b"\xff" * IMAGE_BYTES)
    for region, data in (
        (HEADER_REGION, header),
        (TERMINAL_REGION, terminals or bytes(DATA_BYTES)),
        (COUNTER_REGION, counters),
        (WRITE_IN_REGION, write_ins),
    ):
        _put(image, region, data, generation=peb.generation, at=peb.last_write)
    _put(image, DEFINITION_REGION, definition, generation=LOADED_IN_GENERATION, at=loaded_at)
    return bytes(image)


def fresh_peb(
    identity: MediumIdentity,
    block: DefinitionBlock,
    serial: str,
    *,
    is_master: bool,
    code: int,
    loaded_at: datetime,
) -> Peb:
    """Return a PEB as it leaves headquarters: its definition, and nothing else.

    `code` is the election's EQC.
    """
    return Peb(
        identity=identity,
        peb=serial,
        kind=PebKind.SUPERVISOR,
        is_master=is_master,
        qualification_code=code,
        state=PebState.QUALIFIED,
        generation=LOADED_IN_GENERATION,
        first_open=None,
        last_close=None,
        zero_tape=None,
        results_tape=None,
        zero_tapes=0,
        results_tapes=0,
        last_write=loaded_at,
        ballots=0,
        terminals=(),
        contests=medium_contests(block, [0] * block.counters),
        write_ins=(),
    )


def in_order(write_ins: Iterable[MediumWriteIn]) -> list[MediumWriteIn]:
    """Return `write_ins` as a PEB stores them: by contest and text, never as they came."""
    return sorted(write_ins, key=lambda each: (each.contest, each.text))


def sealed_page(
    number: int, data: bytes, *, kind: int, generation: int, at: datetime | None
) -> bytes:
    """Return page `number` with its trailer."""
    trailer = TRAILER.pack(number, kind, generation, device_seconds(at), 0)
    page = data.ljust(DATA_BYTES, b"\0") + trailer[:-CRC_BYTES]
    return page + pack("<H", crc16(page))


def _put(
    image: bytearray, region: Region, data: bytes, *, generation: int, at: datetime | None
) -> None:
    for number, begin in enumerate(range(0, len(data), DATA_BYTES), start=region.first):
        piece = data[begin : begin + DATA_BYTES]
        page = sealed_page(number, piece, kind=region.kind, generation=generation, at=at)
        image[number * PAGE_BYTES : (number + 1) * PAGE_BYTES] = page


def _header(peb: Peb, block: DefinitionBlock, definition: bytes, counters: bytes) -> WireHeader:
    identity = peb.identity
    return WireHeader(
        version=VERSION,
        page_bytes=PAGE_BYTES,
        page_count=PAGES,
        kind=peb.kind,
        is_master=int(peb.is_master),
        peb=int(peb.peb),
        qualification_code=peb.qualification_code,
        election=identity.election,
        definition_sha256=identity.definition_sha256,
        definition_version=identity.definition_version or 0,
        precinct=identity.precinct,
        flags=identity.flags,
        generation=peb.generation,
        state=peb.state,
        terminal_count=len(peb.terminals),
        contest_count=len(block.contests),
        first_open=peb.first_open,
        last_close=peb.last_close,
        zero_tape=peb.zero_tape,
        results_tape=peb.results_tape,
        zero_tapes=peb.zero_tapes,
        results_tapes=peb.results_tapes,
        ballots=peb.ballots,
        counter_count=len(counters) // COUNTER_BYTES,
        write_in_count=len(peb.write_ins),
        definition_length=len(definition),
        definition_crc=crc32(definition),
        counters_crc=crc32(counters),
        last_write=peb.last_write,
    )


def _terminal(terminal: PebTerminal) -> WireTerminal:
    marks = {
        TerminalMark.OPENED_BY_ANOTHER: terminal.opened_by_another,
        TerminalMark.COLLECTED_BY_ANOTHER: terminal.collected_by_another,
        TerminalMark.IO_FLAG: terminal.io_flag,
        TerminalMark.TAPE_OVERRIDE: terminal.tape_override,
    }
    return WireTerminal(
        serial=int(terminal.serial),
        state=terminal.state,
        marks=sum(mark for mark, is_set in marks.items() if is_set),
        order=terminal.order,
        opened=terminal.opened,
        closed=terminal.closed,
        votes=terminal.votes,
        votes_by_poll_worker=terminal.votes_by_poll_worker,
        protective_open=terminal.protective_open,
        protective_close=terminal.protective_close,
        opening_peb=int(terminal.opening_peb or 0),
        closing_peb=int(terminal.closing_peb or 0),
        cancelled=terminal.cancelled,
        firmware=terminal.firmware,
    )


def _write_in(write_in: MediumWriteIn) -> WireWriteIn:
    return WireWriteIn(
        contest=write_in.contest, length=len(write_in.text.rstrip(" ")), text=write_in.text
    )
