"""What stands above the column heading of a page: titles, section, page number, precinct."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from parsers.errors import ParseError
from parsers.unity.page_header import HeaderLine, PageHeaders, read_header_line
from parsers.unity.reports.kinds import Kind
from parsers.unity.reports.lines import party_of_section, section_of

MOST_HEADER_LINES = 16
"""From the first line of a page to its column heading; 8 were seen."""

MOST_KNOWN = 2_000
"""Different header lines that are remembered: all but that of the page number repeat."""

_PAGE = re.compile(r"\bpage +(?:(\d{1,6})-)?(\d{1,6})\b", re.IGNORECASE)
_PRECINCT = re.compile(r"(\d{4})(?: +(.{0,120}))?")
_REPORT_TITLES = re.compile(
    r"(?:PREC(?:INCT)? REP(?:OR)?T|SUMMARY REP(?:OR)?T)(?:-GROUP DETAIL)?", re.IGNORECASE
)
_SECTION_FROM, _SECTION_TO = 45, 62
"""Where a section title begins, from 0; 51 was seen. An 80-column page has election titles on the
line of its run date, but further left."""


class PageTop(NamedTuple):
    """What the top of one page says."""

    line: int
    """Its first line."""
    precinct: int | None
    name: str
    page: tuple[int, int] | None
    """Precinct and page, or 0 and page in a summary; None where no page number is printed."""
    section: str | None
    """Party of the section; None where no section title is printed."""


class _HeaderLine(NamedTuple):
    """What one line says, whatever page it is on."""

    header: HeaderLine
    section: str | None


class Tops:
    """Reads the tops of all pages of a listing."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._known: dict[tuple[bool, str], _HeaderLine] = {}
        self.headers = PageHeaders(kind.report)

    def read(self, lines: Sequence[tuple[int, str]], margin: int, heading: int) -> PageTop:
        """Return what `lines`, which stand above a column heading, say; raise ParseError."""
        self.headers.begin_page()
        if not self._kind.by_precinct:
            return self._header(lines, heading)
        for place in range(len(lines) - 1, -1, -1):
            line, text = lines[place]
            if (found := _precinct_of(text, margin)) is not None:
                top = self._header([*lines[:place], *lines[place + 1 :]], line)
                return top._replace(precinct=found[0], name=found[1])
        raise ParseError("no precinct line stands above the column heading", line=heading)

    def _header(self, lines: Sequence[tuple[int, str]], default: int) -> PageTop:
        page: tuple[int, int] | None = None
        section: str | None = None
        for place, (line, text) in enumerate(lines):
            words = text
            known = self._known.get((place > 0, words))
            if known is None and (numbered := _PAGE.search(text)):
                page = (int(numbered[1] or 0), int(numbered[2]))
                words = text[: numbered.start()] + text[numbered.end() :]
                known = self._known.get((place > 0, words))
            if known is None:
                known = _header_line(words, below_first=place > 0, numbered=words != text)
                if len(self._known) < MOST_KNOWN:
                    self._known[place > 0, words] = known
                self.headers.add(known.header, line)
            elif self.headers.pages == 1:
                self.headers.add(known.header, line)
            if known.section is not None:
                section = known.section
        return PageTop(lines[0][0] if lines else default, None, "", page, section)


def _header_line(text: str, *, below_first: bool, numbered: bool) -> _HeaderLine:
    """Read a header line, its page number, if it was `numbered`, cut out."""
    if (party := section_of(text)) is not None:
        return _HeaderLine(HeaderLine(), party)
    header = read_header_line(text)
    titles = [title for title in header.titles if not _REPORT_TITLES.fullmatch(title)]
    section: str | None = None
    if below_first and (header.run_date or numbered):
        titles_there = (t for t in titles if _SECTION_FROM <= text.find(t) < _SECTION_TO)
        if title := next(titles_there, ""):
            section = party_of_section(title)
            titles.remove(title)
    return _HeaderLine(replace(header, titles=tuple(titles)), section)


def _precinct_of(text: str, margin: int) -> tuple[int, str] | None:
    indent = len(text) - len(text.lstrip(" "))
    match = _PRECINCT.fullmatch(text.strip(" ")) if indent in {0, margin} else None
    return (int(match[1]), (match[2] or "").strip(" ")) if match else None
