"""Follows the order of an EL155 listing: pages, precincts, records and PRECINCT TOTALS.

A listing can hold a million vote lines, so the loop in `read` touches each only to look it up:
what a line means is worked out once for each different text, see `lines`.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import Enum, auto

from election.documents import VoteImageLog
from election.listings import ListingCheck
from parsers.errors import ParseError
from parsers.unity.el155.lines import (
    COLUMN_HEADING,
    START,
    Choice,
    PageHeader,
    is_ruler,
    is_totals_heading,
    read_cells,
    read_choice,
    read_start,
)
from parsers.unity.el155.pages import Pages
from parsers.unity.el155.tally import PrecinctTally, TerminalTally
from parsers.unity.listing import TRAILING

MOST_PRECINCTS = 9_999
"""Unity numbers precincts with four digits."""

MOST_TERMINALS = 50_000
"""Pairs of precinct and terminal in one listing; Dillon County has 69."""

MOST_COUNTS = 500_000
"""Choices by precinct and terminal, and cells of PRECINCT TOTALS; Dillon County has 2,069."""

MOST_VOTES = 1_000
"""Vote lines of one record."""

MOST_STARTS = 10_000
"""Different serials with B/I that are remembered; without a limit a forged listing fills memory."""

NO_RECORD = b"\n"
"""Start that no line has."""


class Place(Enum):
    """Where in the listing a line stands."""

    BEFORE = auto()
    """No page has begun."""
    PAGE_TOP = auto()
    """After a page header, before the column heading."""
    VOTES = auto()
    TOTALS = auto()
    """After the ruler of PRECINCT TOTALS; a page break does not end them."""


NO_TRAILERS = (
    "No PRECINCT TOTALS in this listing: nothing controls the counts, and a listing that was cut "
    "at the end of a line looks the same."
)

EXPECTED = {
    Place.BEFORE: "a page header of an EL155 listing",
    Place.PAGE_TOP: "the column heading of an EL155 page",
    Place.VOTES: "a vote line, a page header or PRECINCT TOTALS",
    Place.TOTALS: "cells of PRECINCT TOTALS, or a page header",
}


KeepRecord = Callable[[int, bytes, list[Choice], int], None]
"""Takes precinct number, start, votes in printed order and first line of a whole record."""


class Reader:
    """The state between two lines."""

    def __init__(
        self, cut_line: int, notes: tuple[str, ...] = (), keep: KeepRecord | None = None
    ) -> None:
        self.continuing = NO_RECORD
        """Start of the lines that continue the open record."""
        self.keys: list[bytes] = []
        """Keys of the open record; emptied in place."""
        self.contest_of: dict[bytes, str] = {}
        """The keys that are known in this precinct."""
        self._cut_line = cut_line
        self._notes = notes
        self._keep = keep
        self._place = Place.BEFORE
        self._pages = Pages()
        self._precincts: dict[int, PrecinctTally] = {}
        self._precinct: PrecinctTally | None = None
        self._terminal: TerminalTally | None = None
        self._starts: dict[bytes, tuple[str, bool]] = {}
        """What `read_start` said so that it is asked once for each start."""
        self._record_line = 0
        self._record_start = NO_RECORD
        self._interrupted = (Place.VOTES, NO_RECORD)
        """Place and `continuing` that the column heading of a new page brings back."""
        self._vote_lines = 0
        self._terminals = 0
        self._counts = 0

    def opens_record(self, text: bytes, line: int) -> bool:
        """Read the start of a line that does not continue the open record; raise ParseError.

        Return whether it is a vote line, which then opens a record.
        """
        start = text[:START]
        parts = self._starts.get(start) or self._read_start(start)
        if parts is None:
            self._read_furniture(text.rstrip(TRAILING), line)
            return False
        if self._place is not Place.VOTES:
            self._enter_votes(line)
        assert self._precinct is not None
        serial, starred = parts
        if not starred:
            self._note_missing_star(line)
        self._close_record(line)
        self._terminal = self._precinct.terminals.get(serial) or self._new_terminal(serial, line)
        self._terminal.ballots += starred
        self._record_line, self._record_start = line, start
        self.continuing = start[:-1] + b" "
        return True

    def learn(self, key: bytes, line: int) -> bytes:
        """Return the key to count a new choice or a write-in by; raise ParseError."""
        assert self._precinct is not None
        key = key.rstrip(TRAILING)
        if key in self.contest_of:
            return key
        choice = read_choice(key, line)
        if choice.key not in self.contest_of:
            self._refuse_cut(line)
            self._precinct.learn(choice)
        return choice.key

    def end(self, line: int) -> None:
        """End the listing after `line`; raise ParseError when it cannot end there."""
        if self._place in {Place.BEFORE, Place.PAGE_TOP}:
            raise ParseError(f"the listing ends before {EXPECTED[self._place]}", line=line)
        self._close_precinct(line + 1)

    def log(self) -> VoteImageLog:
        """Return what was read."""
        tallies = self._precincts.values()
        some_trailers = any(tally.trailer.lines for tally in tallies)
        notes = (*self._notes, *self._pages.notes())
        if not some_trailers:
            notes += (NO_TRAILERS,)
        return VoteImageLog(
            election=self._pages.election,
            run_date=self._pages.run_date,
            pages=self._pages.count,
            vote_lines=self._vote_lines,
            precincts=tuple(tally.record(trailer_expected=some_trailers) for tally in tallies),
            findings=self._pages.findings.all(),
            notes=notes,
        )

    def _read_furniture(self, text: bytes, line: int) -> None:
        """Read a line that is no vote line; raise ParseError when it has no business here."""
        if not text:
            return
        if self._place is Place.TOTALS and self._precinct and (cells := read_cells(text)):
            self._precinct.trailer.add(cells, line)
            self._count(len(cells), line)
            return
        self._refuse_cut(line)
        if self._place is Place.PAGE_TOP and text == COLUMN_HEADING:
            self._place, self.continuing = self._interrupted
        elif self._place is not Place.PAGE_TOP and (header := self._pages.read(text, line)):
            self._turn_page(header, line)
        elif self._place is Place.VOTES and self._precinct and is_ruler(text):
            self._close_precinct(line)
            self._precinct.trailer.lines.append(line)
            self._place = Place.TOTALS
        elif not (self._place is Place.TOTALS and is_totals_heading(text)):
            raise ParseError(f"expected {EXPECTED[self._place]}", line=line)

    def _turn_page(self, header: PageHeader, line: int) -> None:
        """Go on with the same precinct, in the middle of a record as the case may be, or change."""
        if self._precinct and self._precinct.number == header.precinct:
            below = Place.TOTALS if self._place is Place.TOTALS else Place.VOTES
            self._interrupted = (below, self.continuing)
        else:
            self._close_precinct(line)
            self._precinct = self._precinct_of(header, line)
            self.contest_of = self._precinct.contest_of
            self._interrupted = (Place.VOTES, NO_RECORD)
        if header.name != self._precinct.name:
            message = (
                f"Precinct {header.precinct} is {header.name} here, {self._precinct.name} above."
            )
            self._precinct.findings.add(
                ListingCheck.PAGES, message, self._precinct.first_line, line
            )
        self._place, self.continuing = Place.PAGE_TOP, NO_RECORD

    def _precinct_of(self, header: PageHeader, line: int) -> PrecinctTally:
        if known := self._precincts.get(header.precinct):
            message = f"Precinct {header.precinct} again; the listing may hold it twice."
            known.findings.add(ListingCheck.REPEATED, message, known.first_line, line)
            return known
        if len(self._precincts) == MOST_PRECINCTS:
            raise ParseError(f"more than {MOST_PRECINCTS} precincts", line=line)
        return self._precincts.setdefault(header.precinct, PrecinctTally(header, line))

    def _read_start(self, start: bytes) -> tuple[str, bool] | None:
        parts = read_start(start)
        if parts is not None and len(self._starts) < MOST_STARTS:
            self._starts[start] = parts
        return parts

    def _enter_votes(self, line: int) -> None:
        if self._place is not Place.TOTALS or self._precinct is None:
            raise ParseError("a vote line before page header and column heading", line=line)
        message = "Vote lines after PRECINCT TOTALS."
        self._precinct.findings.add(
            ListingCheck.PRECINCT_TOTALS, message, self._precinct.trailer.lines[-1], line
        )
        self._place = Place.VOTES

    def _note_missing_star(self, line: int) -> None:
        assert self._precinct is not None
        if self.continuing == NO_RECORD:
            message = "A record whose first line has no star."
            self._precinct.findings.add(ListingCheck.RECORD, message, line)
        else:
            message = "Terminal or B/I changes within a record."
            self._precinct.findings.add(ListingCheck.RECORD, message, self._record_line, line)

    def _new_terminal(self, serial: str, line: int) -> TerminalTally:
        assert self._precinct is not None
        self._terminals += 1
        if self._terminals > MOST_TERMINALS:
            raise ParseError(f"more than {MOST_TERMINALS} terminals", line=line)
        return self._precinct.terminals.setdefault(serial, TerminalTally(serial))

    def _close_precinct(self, line: int) -> None:
        """Note that vote lines of the open precinct end before `line`."""
        self._close_record(line)
        self.continuing = NO_RECORD
        if self._precinct and self._place is Place.VOTES:
            self._precinct.last_line = line - 1

    def _close_record(self, line: int) -> None:
        if not self.keys:
            return
        assert self._precinct is not None
        assert self._terminal is not None
        if len(self.keys) > MOST_VOTES:
            raise ParseError(f"a record of more than {MOST_VOTES} lines", line=self._record_line)
        before = len(self._terminal.votes)
        self._precinct.add_record(self._terminal, self.keys, self._record_line)
        if self._keep:
            choices = self._precinct.choices
            votes = [choices[key] for key in self.keys if key in choices]
            self._keep(self._precinct.number, self._record_start, votes, self._record_line)
        self._vote_lines += len(self.keys)
        self.keys.clear()
        self._count(len(self._terminal.votes) - before, line)

    def _count(self, new: int, line: int) -> None:
        self._counts += new
        if self._counts > MOST_COUNTS:
            raise ParseError(f"more than {MOST_COUNTS} different counts", line=line)

    def _refuse_cut(self, line: int) -> None:
        if line == self._cut_line:
            raise ParseError("the listing ends in the middle of a line", line=line)


def read(lines: Iterable[tuple[int, bytes]], reader: Reader) -> Iterator[None]:
    """Read all `lines`; raise ParseError. Pauses where a line is no vote line, and at the end."""
    keys = reader.keys
    continuing, known = reader.continuing, reader.contest_of
    line = 1
    for line, text in lines:
        start = text[:START]
        if start != continuing:
            opened = reader.opens_record(text, line)
            continuing, known = reader.continuing, reader.contest_of
            if not opened:
                yield
                continue
        key = text[START:]
        if key not in known:
            key = reader.learn(key, line)
        keys.append(key)
    reader.end(line)
    yield
