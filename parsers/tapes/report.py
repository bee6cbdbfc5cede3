"""Reads a whole report: the same grammar for every device class, steered by its TapeLayout."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

from election.documents import ReportKind, Tape
from parsers.contract import INTERFACE_VERSION, Content
from parsers.errors import ParseError
from parsers.tapes.blocks import (
    contradict_repeated,
    read_contest,
    read_count,
    read_terminal,
    read_write_in_names,
)
from parsers.tapes.columns import (
    CERTIFICATE,
    DOUBLE_RULE,
    END_MARKER,
    RULE,
    SIGNATURES,
    WRITE_IN_HEADING,
    crc_of,
    read_check_line,
    right_of,
)
from parsers.tapes.identity import read_identity
from parsers.tapes.layout import LabelledLine, TapeLayout
from parsers.tapes.printer_codes import FLOW_CONTROL
from parsers.tapes.reading import CutOff, LineCursor, standing_lines, unroll

MOST_CONTESTS = 64
MOST_TERMINALS = 128
SEVEN_BITS = bytes(byte & 0x7F for byte in range(256))
"""Takes the eighth bit from every byte."""


@dataclass(frozen=True, slots=True)
class TapeParser:
    """Reads one report of one device class; implements `parsers.contract.Parser`.

    A line that does not fit the grammar is a ParseError: nobody can tell which counts it moved.
    Lines that fit but contradict each other are `damage`. A tape that ends before its check line
    and end marker are whole is `truncated`, once its identity is whole, and a ParseError before.

    Two reports on one strip are a ParseError. The driver's framer splits a print line at the end
    marker; a dropped file with two reports must be split by a person, because half of a first
    report before a whole second one cannot be told from a report that lost its middle.
    """

    name: str
    layout: TapeLayout
    version: str = "1"
    interface_version: int = INTERFACE_VERSION

    def recognises(self, head: bytes) -> bool:
        """Say whether a title of this device class stands in `head` on a line of its own."""
        titles = {self.layout.title(kind) for kind in ReportKind}
        text = head.translate(None, delete=FLOW_CONTROL)  # decoding all of it takes longer
        if not any(title.strip().encode("ascii") in text for title in titles):
            return False
        return not titles.isdisjoint(standing_lines(head))

    def resembles(self, head: bytes) -> str:
        """Say that the title is there, but within a longer line or with parity bits."""
        titles = [self.layout.title(kind) for kind in ReportKind]
        inside = next((title for title in titles if title.encode("ascii") in head), "")
        if inside:
            return f"{inside!r} does not stand on a line of its own."
        if self.recognises(head.translate(SEVEN_BITS)):
            return (
                "its characters have parity bits: set data_bits 7 and parity even (or odd) for "
                "this line and print the report again."
            )
        return ""

    def parse(self, content: Content) -> Tape:
        """Read one report; raise ParseError with the line, counted from the head."""
        strip = unroll(content[:])
        cursor = LineCursor(strip)
        tape: Tape | None = None
        notes = strip.notes
        try:
            for grown in _read(cursor, self.layout):
                tape = grown
        except CutOff as cut:
            if tape is None:
                raise ParseError(f"cut off before {cut.expected}", line=cursor.number + 1) from cut
            tape = replace(tape, truncated=True)
            notes += (f"cut off in line {cursor.number + 1}, before {cut.expected}",)
        else:
            notes += _look_behind(cursor, strip.rest)
        assert tape is not None
        return replace(tape, damage=tuple(cursor.damage), notes=notes)


def _read(cursor: LineCursor, layout: TapeLayout) -> Iterator[Tape]:
    """Yield the tape again after every line and block that is whole; raise CutOff, ParseError."""
    tape = read_identity(cursor, layout)
    yield tape
    for line in layout.device:
        tape = _with_line(cursor, tape, line)
        yield tape
    cursor.expect(RULE)
    if layout.has_terminals:
        tape = yield from _read_terminals(cursor, tape)
    for line in layout.counts:
        tape = _with_line(cursor, tape, line)
        yield tape
    if layout.has_terminals:
        _compare_ballots(cursor, tape)
    tape = yield from _read_contests(cursor, tape, layout)
    if layout.has_write_in_names and tape.kind is ReportKind.RESULTS:
        tape = yield from _read_names(cursor, tape)
    for text in (CERTIFICATE[tape.kind], *SIGNATURES, RULE):
        cursor.expect(text)
    _read_check(cursor)
    cursor.expect(END_MARKER)


def _with_line(cursor: LineCursor, tape: Tape, line: LabelledLine) -> Tape:
    value = cursor.read(line.label, lambda text: line.read(right_of(text, line.label)))
    return replace(tape, **{line.field: value})


def _read_terminals(cursor: LineCursor, tape: Tape) -> Generator[Tape, None, Tape]:
    announced = read_count(cursor, "TERMINALS")
    while cursor.peek("a terminal")[:7].isdigit():
        tape = replace(tape, terminals=(*tape.terminals, read_terminal(cursor)))
        contradict_repeated(cursor, "terminal", [terminal.serial for terminal in tape.terminals])
        if len(tape.terminals) > MOST_TERMINALS:
            raise ParseError(f"more than {MOST_TERMINALS} terminals", line=cursor.number)
        yield tape
    not_closed = read_count(cursor, "TERMINALS NOT CLOSED")
    if announced != len(tape.terminals):
        cursor.contradict(f"TERMINALS says {announced}, {len(tape.terminals)} are listed above")
    still_open = sum(not terminal.closed for terminal in tape.terminals)
    if not_closed != still_open:
        cursor.contradict(f"TERMINALS NOT CLOSED says {not_closed}, {still_open} are listed OPEN")
    tape = replace(tape, terminals_not_closed=not_closed)
    yield tape
    return tape


def _compare_ballots(cursor: LineCursor, tape: Tape) -> None:
    added = sum(terminal.ballots for terminal in tape.terminals)
    if added != tape.ballots:
        cursor.contradict(f"TOTAL BALLOTS says {tape.ballots}, the terminals add up to {added}")


def _read_contests(
    cursor: LineCursor, tape: Tape, layout: TapeLayout
) -> Generator[Tape, None, Tape]:
    cursor.expect(RULE)
    more = True
    while more:
        contest = read_contest(cursor, has_overvotes=layout.has_overvotes)
        tape = replace(tape, contests=(*tape.contests, contest))
        contradict_repeated(cursor, "contest", [contest.contest for contest in tape.contests])
        if len(tape.contests) > MOST_CONTESTS:
            raise ParseError(f"more than {MOST_CONTESTS} contests", line=cursor.number)
        yield tape
        cursor.expect(RULE)
        more = cursor.peek("a contest or the certificate")[:4].isdigit()
    return tape


def _read_names(cursor: LineCursor, tape: Tape) -> Generator[Tape, None, Tape]:
    if cursor.peek(WRITE_IN_HEADING) == WRITE_IN_HEADING:
        cursor.expect(WRITE_IN_HEADING)
        tape = replace(tape, write_in_names=read_write_in_names(cursor))
        yield tape
        cursor.expect(RULE)
    return tape


def _read_check(cursor: LineCursor) -> None:
    before = cursor.lines_taken
    count, crc = cursor.read("LINES and CHECK", read_check_line)
    if count != len(before):
        cursor.contradict(f"LINES says {count}, {len(before)} stand before it")
    if crc != crc_of(before):
        cursor.contradict(f"CHECK says {crc:04X}, the lines before it make {crc_of(before):04X}")


def _look_behind(cursor: LineCursor, rest: str) -> tuple[str, ...]:
    """Return the note on what follows the end marker; raise ParseError on a second report."""
    behind = (*cursor.lines_left, rest)
    if not {DOUBLE_RULE, END_MARKER}.isdisjoint(behind):
        raise ParseError(
            "a second report begins here; give each report as a file of its own",
            line=cursor.number + 1,
        )
    noise = sum(map(len, behind))
    return (f"{noise} characters after the end marker ignored",) if noise else ()
