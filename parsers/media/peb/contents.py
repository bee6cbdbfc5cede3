"""What the sound pages of a PEB hold: definition and counters, terminals, write-ins."""

from collections import Counter
from collections.abc import Iterator, Sequence
from struct import unpack

from election.media import MediumContest, MediumWriteIn, Peb, PebState, PebTerminal, TerminalState
from parsers.errors import ParseError
from parsers.media.checksums import crc32
from parsers.media.counters import medium_contests
from parsers.media.definition_block import read_definition_block
from parsers.media.fields import read_layout
from parsers.media.peb.layout import (
    COUNTER_BYTES,
    COUNTER_REGION,
    DEFINITION_REGION,
    TERMINAL,
    TERMINAL_BYTES,
    TERMINAL_REGION,
    WRITE_IN,
    WRITE_IN_BYTES,
    WRITE_IN_REGION,
    TerminalMark,
    WireHeader,
    WireTerminal,
    WireWriteIn,
    header_offset,
)
from parsers.media.peb.pages import data_of, image_offset

COLLECTED = (TerminalState.CLOSED, TerminalState.EMERGENCY_CLOSED)
"""States of terminals whose votes are in the PEB."""


def checksum_damage(image: bytes, header: WireHeader) -> Iterator[str]:
    """Yield which part does not belong to the header, though its pages are sound."""
    parts = (
        ("definition", DEFINITION_REGION, header.definition_length, header.definition_crc),
        ("counters", COUNTER_REGION, header.counter_count * COUNTER_BYTES, header.counters_crc),
    )
    for name, region, length, said in parts:
        computed = crc32(data_of(image, region, length))
        if computed != said:
            yield f"CRC of the {name} {said:08X}, computed {computed:08X}"


def read_contests(image: bytes, header: WireHeader) -> tuple[MediumContest, ...]:
    """Return the contests with their counters; raise ParseError where they do not fit."""
    block = read_definition_block(
        data_of(image, DEFINITION_REGION, header.definition_length),
        lambda offset: image_offset(DEFINITION_REGION, offset),
    )
    for name, said, needed in (
        ("contest_count", header.contest_count, len(block.contests)),
        ("counter_count", header.counter_count, block.counters),
    ):
        if said != needed:
            what = name.replace("_", " ")
            reason = f"{what} is {said}, the definition has {needed}"
            raise ParseError(reason, offset=header_offset(name))
    raw = data_of(image, COUNTER_REGION, header.counter_count * COUNTER_BYTES)
    return medium_contests(block, unpack(f"<{header.counter_count}I", raw))


def read_terminals(image: bytes, header: WireHeader) -> tuple[PebTerminal, ...]:
    """Return the terminals in the order of their records."""
    terminals: list[PebTerminal] = []
    raw = data_of(image, TERMINAL_REGION, header.terminal_count * TERMINAL_BYTES)
    for begin in range(0, len(raw), TERMINAL_BYTES):
        place = image_offset(TERMINAL_REGION, begin)
        record = raw[begin : begin + TERMINAL_BYTES]
        wire: WireTerminal = read_layout(TERMINAL, record, "terminal", place.__add__)
        if wire.state is TerminalState.EMPTY:
            raise ParseError("an empty record among the terminals", offset=place)
        terminals.append(_terminal(wire))
    return tuple(terminals)


def read_write_ins(image: bytes, header: WireHeader) -> tuple[MediumWriteIn, ...]:
    """Return the write-ins, sorted by contest and text in whatever order they were written."""
    found: list[MediumWriteIn] = []
    raw = data_of(image, WRITE_IN_REGION, header.write_in_count * WRITE_IN_BYTES)
    for begin in range(0, len(raw), WRITE_IN_BYTES):
        place = image_offset(WRITE_IN_REGION, begin)
        record = raw[begin : begin + WRITE_IN_BYTES]
        wire: WireWriteIn = read_layout(WRITE_IN, record, "write-in", place.__add__)
        if len(wire.text) != wire.length:
            reason = f"a write-in of {len(wire.text)} characters, its length is {wire.length}"
            raise ParseError(reason, offset=place)
        found.append(MediumWriteIn(wire.contest, wire.text))
    return tuple(sorted(found, key=lambda each: (each.contest, each.text)))


def contradictions(peb: Peb) -> Iterator[str]:
    """Yield where parts of `peb` that its terminals wrote together do not say the same."""
    yield from _repeated(peb.terminals)
    collected = sum(each.votes for each in peb.terminals if each.state in COLLECTED)
    if collected != peb.ballots:
        yield f"{peb.ballots:,} ballots, its collected terminals have {collected:,}"
    still_open = any(each.state is TerminalState.OPEN for each in peb.terminals)
    if peb.state is PebState.COLLECTED and still_open:
        yield "all terminals are collected, and one is open"
    write_ins = Counter(each.contest for each in peb.write_ins)
    for contest in peb.contests:
        texts = write_ins.pop(contest.contest, 0)
        if texts != contest.write_ins:
            yield f"contest {contest.contest}: {contest.write_ins:,} write-ins, {texts:,} texts"
        if contest.overvotes:
            yield f"contest {contest.contest}: {contest.overvotes:,} overvotes on an iVotronic"
        if contest.ballots > peb.ballots:
            yield f"contest {contest.contest}: more ballots than the PEB has"
    yield from (f"write-ins for contest {number}, which is none" for number in sorted(write_ins))


def _repeated(terminals: Sequence[PebTerminal]) -> Iterator[str]:
    times = Counter(each.serial for each in terminals)
    yield from (f"terminal {name} is there {n} times" for name, n in times.items() if n > 1)


def _terminal(wire: WireTerminal) -> PebTerminal:
    return PebTerminal(
        serial=f"{wire.serial:07}",
        state=wire.state,
        opened_by_another=bool(wire.marks & TerminalMark.OPENED_BY_ANOTHER),
        collected_by_another=bool(wire.marks & TerminalMark.COLLECTED_BY_ANOTHER),
        io_flag=bool(wire.marks & TerminalMark.IO_FLAG),
        tape_override=bool(wire.marks & TerminalMark.TAPE_OVERRIDE),
        order=wire.order,
        opened=wire.opened,
        closed=wire.closed,
        votes=wire.votes,
        votes_by_poll_worker=wire.votes_by_poll_worker,
        protective_open=wire.protective_open,
        protective_close=wire.protective_close,
        opening_peb=str(wire.opening_peb or ""),
        closing_peb=str(wire.closing_peb or ""),
        cancelled=wire.cancelled,
        firmware=wire.firmware,
    )
