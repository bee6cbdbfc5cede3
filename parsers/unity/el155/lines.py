"""The kinds of lines of an EL155 vote image log, cut into fields.

    5122299    2 *   14 Donald J Trump                          PRESIDENT AND VICE PRESIDENT
    |      |     |      |                                       |
    serial B/I   star   candidate number and name               contest, cut at 40 characters
    0:7    7:12  13     14:19, 20:60                            60:100

Everything before byte 14 repeats within a terminal, everything after it within a precinct:
`read_start` and `read_choice` are called once for each different text, not once a line.
"""

import re
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.unity.listing import decoded

START = 14
"""Bytes that say whose line it is: serial, B/I and star."""

COLUMN_HEADING = b"VOTR.    B/I     CANDIDATES RECEIVING A VOTE"
BLANK_BALLOT = b"%6b%-40b%b" % (b"", b"(NO VOTES CAST)", b"(NO VOTES CAST)")
"""What follows the start on the only line of a ballot without votes."""

_WRITE_IN = b"W/I "
_PRINTED = rb"[^\x00-\x1f\x7f]"
_NUMBER = rb" {4}\d| {3}\d\d| {2}\d{3}| \d{4}|\d{5}"
_START = re.compile(rb"(\d{7})(?:%b) ([* ])" % _NUMBER)
_CHOICE = re.compile(rb"(%b) (%b{40})(%b{1,40})" % (_NUMBER, _PRINTED, _PRINTED))
_CELL_HEADING = re.compile(rb"CAND VOTES(?: {5}CAND VOTES){0,8}")
_CELLS = re.compile(rb"[ \d]{3}\d[ \d]{5}\d(?: {5}[ \d]{3}\d[ \d]{5}\d){0,8}")
_HEADER = re.compile(
    rb"(?:(?i:RUN DATE):(%b{1,42}?) *)?(?i:PRECINCT) +(\d{1,5}) - (%b{1,60}?)"
    rb"(?: *ELECTION ID: (%b{1,40}))?" % ((_PRINTED,) * 3)
)
"""Not by columns: pages without RUN DATE and pages without ELECTION ID are known."""


@dataclass(frozen=True, slots=True)
class PageHeader:
    """First line of a page; what the page does not print is empty."""

    precinct: int
    name: str
    election: str
    run_date: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What a vote line votes for; the text of a write-in is left out for secrecy."""

    number: int
    name: str
    contest: str
    write_in: bool
    key: bytes
    """The line from START on, for all write-ins of a number the same."""
    line: int
    """Where the precinct first shows it."""

    @property
    def meaning(self) -> str:
        """Name and contest, for messages."""
        return f"{self.name or 'a write-in'} ({self.contest})"


def is_header(text: bytes) -> bool:
    """Say whether `text` is a page header."""
    return _HEADER.fullmatch(text) is not None


def read_header(text: bytes, line: int) -> PageHeader | None:
    """Return the page header, or None when `text` is none; raise ParseError."""
    header = _HEADER.fullmatch(text)
    if header is None:
        return None
    run_date, number, name, election = (decoded(field or b"", line) for field in header.groups())
    return PageHeader(int(number), name, election, run_date)


def read_start(start: bytes) -> tuple[str, bool] | None:
    """Return serial and whether a ballot starts here, or None when it starts no vote line."""
    parts = _START.fullmatch(start)
    return (parts[1].decode(), parts[2] == b"*") if parts else None


def ballot_style(start: bytes) -> int:
    """Return B/I of a start that `read_start` has read."""
    return int(start[7:12])


def read_choice(key: bytes, line: int) -> Choice:
    """Return what a vote line holds from START on; raise ParseError."""
    parts = _CHOICE.fullmatch(key)
    if parts is None:
        expected = "a vote line: candidate number (5), blank, name (40), contest (at most 40)"
        raise ParseError(f"expected {expected}", line=line)
    number, name, contest = parts.groups()
    if write_in := name.startswith(_WRITE_IN):
        key = b"%b %-40b%b" % (number, _WRITE_IN, contest)
    shown = decoded(name, line)
    if not shown:
        raise ParseError("a vote for a choice without a name", line=line)
    where = decoded(contest, line)
    return Choice(int(number), "" if write_in else shown, where, write_in, key, line)


def read_cells(text: bytes) -> list[tuple[int, int]] | None:
    """Return candidate numbers and votes of a trailer line, or None when `text` is none."""
    if not _CELLS.fullmatch(text):
        return None
    try:
        return [
            (int(text[cell : cell + 4]), int(text[cell + 4 : cell + 10]))
            for cell in range(0, len(text), 15)
        ]
    except ValueError:  # a blank between two digits of one number
        return None


def is_ruler(text: bytes) -> bool:
    """Say whether `text` is the dashed line that opens PRECINCT TOTALS."""
    return text.startswith(b"- ") and text.strip(b"- ") == b"PRECINCT TOTALS"


def is_totals_heading(text: bytes) -> bool:
    """Say whether `text` stands between ruler and cells; a page break repeats both."""
    return is_ruler(text) or _CELL_HEADING.fullmatch(text) is not None
