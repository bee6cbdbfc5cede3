"""Single lines of page tops: each different one is read once, for most repeat on each page."""

import re
from typing import NamedTuple

from parsers.unity.listing import decoded
from parsers.unity.reports.headings import Heading, read_heading
from parsers.unity.reports.kinds import Kind
from parsers.unity.reports.lines import Lines, Means

HEADER_INDENT = 10
"""Page headers go on right of this; the most that a row is indented is 4."""

LEADER = b".  .  ."
"""Only rows of figures have it."""

MOST_KNOWN = 2_000
"""Different lines that are remembered; without a limit a forged listing fills memory."""

_PAGE = re.compile(r"\bpage +(?:(\d{1,6})-)?(\d{1,6})\b", re.IGNORECASE)
_NUMBER = re.compile(rb"(?:(\d{1,6})-)?(\d{1,6})")
_IN_NUMBERS = b"0123456789-"
_PRECINCT = re.compile(r"(\d{4})(?: +(.{0,120}))?")


class PrecinctLine(NamedTuple):
    """Number and name of a precinct, as the last line of a page top has them."""

    indent: int
    number: int
    name: str


class TopLine(NamedTuple):
    """A line of a page top, or one that was taken for it."""

    words: str
    """All but the page number."""
    page: tuple[int, int] | None = None
    """Precinct and page, or 0 and page in a summary; None where no page number is printed."""
    precinct: PrecinctLine | None = None
    heading: Heading | None = None
    is_of_body: bool = False
    """Whether such a line only follows a column heading."""
    ends_in_page: bool = False
    """Whether nothing stands behind the page number."""


class TopLines:
    """Reads lines as those of page tops."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._lines = Lines()
        self._margin = 0
        self._known: dict[bytes, TopLine] = {}
        self._numbered: dict[bytes, TopLine] = {}
        """Lines that end in a page number by what stands before it: no two of them are the same."""

    def move(self, margin: int) -> None:
        """Expect the left column of a page to begin at `margin`, from 0."""
        if margin != self._margin:
            self._margin = margin
            self._known.clear()
            self._numbered.clear()

    def read(self, text: bytes, line: int) -> TopLine:
        """Return what a line says; raise ParseError when it is no text."""
        known = self._known.get(text)
        if known is not None:
            return known
        stem = text.rstrip(_IN_NUMBERS)
        known = self._numbered.get(stem)
        if known is not None and (number := _NUMBER.fullmatch(text, len(stem))):
            return TopLine(known.words, (int(number[1] or 0), int(number[2])))
        return self._learn(text, stem, line)

    def begins_top(self, text: bytes, line: int) -> bool:
        """Say whether a line that is not of the body can be the first of a page top."""
        indented = len(text) - len(text.lstrip(b" ")) >= HEADER_INDENT
        in_margin = bool(text[: self._margin].strip(b" "))
        return in_margin or indented or self._lines.read(text, line).means is Means.HEADER

    def _learn(self, text: bytes, stem: bytes, line: int) -> TopLine:
        words = decoded(text, line)
        heading, is_of_body = read_heading(words, self._kind, line), self._is_of_body(text, line)
        found = read_words(words)._replace(heading=heading, is_of_body=is_of_body)
        if found.ends_in_page and not (found.precinct or heading or is_of_body):
            known, key = self._numbered, stem
        else:
            known, key = self._known, text
        if len(known) < MOST_KNOWN:
            known[key] = found
        return found

    def _is_of_body(self, text: bytes, line: int) -> bool:
        """Say whether a line in a page top is one that only follows a column heading."""
        if LEADER in text:
            return True
        stripped = text.lstrip(b" ")
        indented = 0 < len(text) - len(stripped) - self._margin < HEADER_INDENT
        if not indented and b"VOTE" not in stripped.upper():
            return False  # as nearly all, at the price of a look instead of three patterns
        means = self._lines.read(stripped, line).means
        return means is Means.VOTE_FOR or (indented and means is not Means.SECTION)


def read_words(words: str) -> TopLine:
    """Return what a line of text says that is no column heading."""
    numbered = _page_number(words)
    if numbered is None:
        return TopLine(words, precinct=_precinct(words))
    rest = words[: numbered.start()] + words[numbered.end() :]
    page = int(numbered[1] or 0), int(numbered[2])
    return TopLine(rest, page, _precinct(words), ends_in_page=numbered.end() == len(words))


def _page_number(words: str) -> re.Match[str] | None:
    # Looked for first: the pattern by itself takes ten times as long to find nothing.
    at = words.lower().find("page ")
    return _PAGE.search(words, at) if at >= 0 else None


def _precinct(words: str) -> PrecinctLine | None:
    stripped = words.strip(" ")
    match = _PRECINCT.fullmatch(stripped)
    if match is None:
        return None
    indent = len(words) - len(words.lstrip(" "))
    return PrecinctLine(indent, int(match[1]), (match[2] or "").strip(" "))
