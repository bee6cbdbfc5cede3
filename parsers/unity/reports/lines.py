"""Lines of a page that hold no figures: titles, vote-for lines, section titles."""

import re
from enum import Enum, auto
from typing import NamedTuple

from parsers.errors import ParseError
from parsers.unity.listing import decoded

MOST_TEXTS = 20_000
"""Different lines that are remembered; without a limit a forged listing fills memory."""

_VOTE_FOR = re.compile(
    r"\(?(?:you may )?vote for(?: not more than| no more than| up to)? ?\)? {0,9}(\d{1,3})\)?",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\(WITH (\d{1,6}) OF (\d{1,6}) PRECINCTS COUNTED\)", re.IGNORECASE)
_BANNER = re.compile(r"\*{3,40} ?\(?([^*]{1,80}?)\)? ?\*{3,40}")
_HEADER = re.compile(
    r"(?:PREC(?:INCT)?|SUMMARY) REP(?:OR)?T\b|RUN (?:DATE|TIME):|REPORT[- ]EL\d", re.IGNORECASE
)
_ROW = re.compile(r"\.  \.  \.| \d[\d,]{0,12} +\d{0,6}\.\d\d$")
"""A leader, or votes and percentage at the end: no title has either."""

NO_PARTY = "STATISTICS"
"""Section title over the statistics of a primary."""


class Means(Enum):
    """What a line that begins at the left edge of its column is."""

    TEXT = auto()
    """A line of a contest title, or of a page header without a word that gives it away."""
    VOTE_FOR = auto()
    SECTION = auto()
    HEADER = auto()


class Line(NamedTuple):
    """A line without figures."""

    means: Means
    text: str
    """The line; of a section its title."""
    votes_allowed: int = 0


class Lines(dict[bytes, Line]):
    """What each different line means; titles repeat with every precinct."""

    def read(self, text: bytes, line: int) -> Line:
        """Return what `text` means; raise ParseError when it is no text."""
        found = self.get(text)
        if found is None:
            found = _meaning(decoded(text, line), line)
            if len(self) < MOST_TEXTS:
                self[text] = found
        return found


def counted_of(text: str) -> tuple[int, int] | None:
    """Return n and m of `(WITH n OF m PRECINCTS COUNTED)`, or None."""
    match = _COUNTED.fullmatch(text.strip(" "))
    return (int(match[1]), int(match[2])) if match else None


def section_of(text: str) -> str | None:
    """Return the party of a line such as `***** (REPUBLICAN PARTY) *****`, or None."""
    if "***" not in text:
        return None  # as nearly all, at the price of a look instead of a pattern
    match = _BANNER.fullmatch(text.strip(" "))
    return party_of_section(match[1]) if match else None


def party_of_section(title: str) -> str:
    """Return the party that a section title names; empty for the statistics."""
    title = title.strip(" ")
    return "" if title.upper() == NO_PARTY else title


def _meaning(text: str, line: int) -> Line:
    if match := _VOTE_FOR.fullmatch(text):
        return Line(Means.VOTE_FOR, text, int(match[1]))
    if (party := section_of(text)) is not None:
        return Line(Means.SECTION, party)
    if _HEADER.match(text):
        return Line(Means.HEADER, text)
    if "." in text and _ROW.search(text):
        raise ParseError("a row of figures at the left edge of its column", line=line)
    return Line(Means.TEXT, text)
