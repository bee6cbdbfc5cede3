"""What stands above the column heading of a page: titles, section, page number, precinct."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from parsers.errors import ParseError
from parsers.unity.page_header import HeaderLine, PageHeaders, read_header_line
from parsers.unity.reports.kinds import Kind
from parsers.unity.reports.lines import party_of_section, section_of
from parsers.unity.reports.top_lines import PrecinctLine, TopLine

MOST_HEADER_LINES = 16
"""From the first line of a page to its column heading; 8 were seen."""

MOST_KNOWN = 2_000
"""Different header lines that are remembered: all but that of the page number repeat."""

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

    def read(self, lines: Sequence[tuple[int, TopLine]], margin: int, heading: int) -> PageTop:
        """Return what `lines`, which stand above a column heading, say; raise ParseError."""
        self.headers.begin_page()
        if not self._kind.by_precinct:
            return self._header(lines, None, heading)
        for place in range(len(lines) - 1, -1, -1):
            line, precinct = lines[place][0], lines[place][1].precinct
            if precinct is not None and precinct.indent in {0, margin}:
                return self._header([*lines[:place], *lines[place + 1 :]], precinct, line)
        raise ParseError("no precinct line stands above the column heading", line=heading)

    def _header(
        self, lines: Sequence[tuple[int, TopLine]], precinct: PrecinctLine | None, default: int
    ) -> PageTop:
        page: tuple[int, int] | None = None
        section: str | None = None
        below_first, first_page = False, self.headers.pages == 1
        for line, top_line in lines:
            words = top_line.words
            known = self._known.get((below_first, words))
            if known is None:
                known = self._learn(top_line, below_first=below_first)
                self.headers.add(known.header, line)
            elif first_page:
                self.headers.add(known.header, line)
            page = top_line.page or page
            if known.section is not None:
                section = known.section
            below_first = True
        first = lines[0][0] if lines else default
        if precinct is None:
            return PageTop(first, None, "", page, section)
        return PageTop(first, precinct.number, precinct.name, page, section)

    def _learn(self, top_line: TopLine, *, below_first: bool) -> _HeaderLine:
        words, numbered = top_line.words, top_line.page is not None
        found = _header_line(words, below_first=below_first, numbered=numbered)
        if len(self._known) < MOST_KNOWN:
            self._known[below_first, words] = found
        return found


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
