"""Follows an EL152 event log: pages, terminals and PEBs, and the clock of each terminal."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from election.listings import Event, ListingCheck, ListingFinding, ListingHead
from parsers.errors import ParseError
from parsers.unity.el152.breaks import check_blanks, check_pages
from parsers.unity.el152.rows import (
    COLUMN_HEADING,
    EVENT,
    WHEN,
    Owner,
    read_happening,
    read_owner,
)
from parsers.unity.findings import Findings
from parsers.unity.listing import TRAILING, decoded
from parsers.unity.log_pages import LogPages

MOST_REMEMBERED = 20_000
"""Different hours, and different events, whose text is not read again; a county has some 100 of
each, and without a limit a forged log fills memory."""

CLOCK_SET = frozenset({"0000117", "0001656"})
"""Set Time and Date: the row after it, or its own, may bear an earlier time."""

MOST_TURNS = 200
"""Starts of rows of one terminal that are remembered: as many PEBs are not used on one."""

NO_ROW = b"\n"
"""Start that no row has."""

NEVER = datetime.min  # noqa: DTZ901  # a wall clock
"""Stands before every time that a terminal shows."""

Turn = tuple[str, str, str, bytes]
"""Terminal, PEB, its type, and the start of the rows below that leave both blank."""

Read = TypeVar("Read")

OPENING = re.compile(r"(?=RUN DATE:|ELECTION ID:)", re.IGNORECASE)
_HEADING = re.compile(re.escape(COLUMN_HEADING))


class Reader:
    """The state between two rows."""

    def __init__(self, cut_line: int) -> None:
        self.turns: dict[bytes, Turn] = {}
        """By the start of a row of this terminal that names its PEB; empty above the first row of
        a page."""
        self.hours: dict[bytes, tuple[str, str]] = {}
        """What the bytes from WHEN up to the minutes say: in ISO 8601, and as printed."""
        self.events: dict[bytes, tuple[str, str]] = {}
        """Number and text, by the bytes from EVENT on."""
        self.below_blank: list[int] = []
        """Which rows stand below a blank line."""
        self.page_starts: list[int] = []
        """Which rows are the first of a page; one row may be named more than once."""
        self._turns_above: dict[bytes, Turn] = {}
        self._owners: dict[bytes, Owner] = {}
        self._cut_line = cut_line
        self._pages = LogPages("EL152", OPENING, _HEADING)
        self._findings = Findings()
        self._first_lines: dict[str, int] = {}

    def turn(self, text: bytes, line: int, above: tuple[str, str, str]) -> Turn | None:
        """Return whose row this is from its start, or None when it is no row; raise ParseError.

        `above` are terminal, PEB and type of the row above.
        """
        start = text[:WHEN]
        owner = self._owners.get(start) or read_owner(start)
        if owner is None:
            self._read_furniture(text, line)
            return None
        if not self._pages.below_heading:
            raise ParseError("a row before page header and column heading", line=line)
        _keep(self._owners, start, owner)
        terminal, peb, kind = self._carried(owner, above, line)
        if terminal != above[0]:
            self.turns = {}
        elif not self.turns:
            self.turns = self._turns_above
        turn = terminal, peb, kind, b"%17b%b   " % (b"", kind.encode())
        if owner.peb:
            if len(self.turns) == MOST_TURNS:
                self.turns.clear()
            self.turns[start] = turn
        return turn

    def learn(self, text: bytes, line: int) -> tuple[datetime | None, str, str, str]:
        """Return the fields of a row from `at` on; raise ParseError.

        Asked where hour or event are seen for the first time, or in other columns than usual.
        """
        happening = read_happening(text[WHEN:], line)
        if happening is None:
            raise self._refusal("expected date, time, event number and text (at most 40)", line)
        at, what = happening.at(), (happening.number, happening.description)
        if line == self._cut_line and what not in self.events.values():
            message = f"The log ends without a line end, at {' '.join(what)!r}."
            self._findings.add(ListingCheck.CUT, message, line)
        if text[EVENT:45] == b"   " and text[45:52] == happening.number.encode():
            _keep(self.events, text[EVENT:], what)
        if at and text[34:42] == happening.time.encode():
            shown = f"{happening.date} {happening.time[:3]}"
            _keep(self.hours, text[WHEN:37], (at.strftime("%Y-%m-%d %H:"), shown))
        return at, f"{happening.date} {happening.time}", *what

    def goes_back(self, before: Event, event: Event, lines: tuple[int, int]) -> None:
        """Note that the clock of a terminal was turned back, where nobody set it."""
        if CLOCK_SET.isdisjoint({before.number, event.number}):
            message = (
                f"Terminal {event.terminal} goes back in time, from {before.printed_at} to "
                f"{event.printed_at}, and its clock was not set there."
            )
            self._findings.add(ListingCheck.RECORD, message, *lines)

    def end(self, line: int) -> None:
        """End the log after `line`; raise ParseError when it cannot end there."""
        if not self._pages.below_heading:
            raise ParseError("the log ends before page header and column heading", line=line)

    def check_breaks(self, events: Sequence[Event], places: Sequence[int]) -> None:
        """Hold the rows, which stand on the lines `places`, against blank lines and pages."""
        blanks = dict.fromkeys(self.below_blank)
        for start in self.page_starts:
            blanks.pop(start, None)
        check_blanks(events, places, blanks, self._findings)
        check_pages(events, places, self.page_starts, self._findings)

    def head(self) -> ListingHead:
        """Return what the page headers say."""
        return self._pages.head()

    def findings(self) -> tuple[ListingFinding, ...]:
        """Return everything that was found."""
        return (*self._pages.findings(), *self._findings.all())

    def _read_furniture(self, text: bytes, line: int) -> None:
        header = decoded(text.rstrip(TRAILING), line)
        if not header:
            return
        if not self._pages.take(header, line):
            raise self._refusal("expected an event, or a page header", line)
        if self.turns:
            self._turns_above, self.turns = self.turns, {}

    def _carried(
        self, owner: Owner, above: tuple[str, str, str], line: int
    ) -> tuple[str, str, str]:
        terminal, peb, kind = above
        if owner.terminal:
            if not owner.peb:
                raise ParseError("a terminal without PEB number", line=line)
            if owner.terminal != terminal:
                self._begin_terminal(owner.terminal, line)
        elif not self.turns:
            reason = "the first row of a page names no terminal: nobody knows whose row this is"
            raise ParseError(reason, line=line)
        elif not owner.peb and owner.peb_type != kind:
            message = f"PEB {peb} of terminal {terminal} is {kind} above, {owner.peb_type} here."
            self._findings.add(ListingCheck.RECORD, message, line)
        return owner.terminal or terminal, owner.peb or peb, owner.peb_type

    def _begin_terminal(self, terminal: str, line: int) -> None:
        first = self._first_lines.setdefault(terminal, line)
        if first != line:
            message = f"Terminal {terminal} comes again; the log may hold it twice."
            self._findings.add(ListingCheck.REPEATED, message, first, line)

    def _refusal(self, reason: str, line: int) -> ParseError:
        if line == self._cut_line:
            reason = "the log ends in the middle of this line"
        return ParseError(reason, line=line)


def _keep(memory: dict[bytes, Read], key: bytes, value: Read) -> None:
    if len(memory) < MOST_REMEMBERED:
        memory[key] = value
