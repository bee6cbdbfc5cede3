"""The page headers of a canvass: what they name, whose page it is, whether a page is missing."""

import re
from collections.abc import Iterable
from dataclasses import replace

from election.listings import ListingCheck, ListingHead
from parsers.errors import ParseError
from parsers.unity.findings import Findings
from parsers.unity.page_header import HeaderLine, PageHeaders, read_header_line

STATISTICS = "STATISTICS"

MOST_LINES_KNOWN = 200
"""Different header lines that are remembered: headers repeat, but for their page numbers."""

_PAGE = re.compile(r"\bPAGE +(\d{1,6})\Z", re.IGNORECASE)
_LOOSE_FIGURES = re.compile(r"[\d., ]*(?:\d +[\d.,]|\.\d\d)[\d., ]*")
"""The end of a row that was broken off; a single number may be a title, such as a year."""


class CanvassHeaders:
    """Reads the header lines of each page; a canvass begins many contests without a header."""

    def __init__(self, report: str, report_title: str, findings: Findings) -> None:
        self._report = report
        self._no_titles = {report_title, STATISTICS}
        self._headers = PageHeaders(report)
        self._findings = findings
        self._first_titles: set[str] = set()
        self._known: dict[str, HeaderLine] = {}
        self._last_page = (0, 0)
        """Number and line of the last page that has a number."""
        self.section = ""
        """What later pages say beyond the titles of the first: the party, in a primary."""

    def read(self, lines: Iterable[tuple[int, str]]) -> None:
        """Take in the header lines of a page, if there are any; raise ParseError."""
        page = [(line, text) for line, text in lines if text]
        if not page:
            return
        self._headers.begin_page()
        titles: list[str] = []
        for line, text in page:
            refuse_stray(text, line, f"a page header of {self._report}")
            if _LOOSE_FIGURES.fullmatch(text):
                raise ParseError("figures that stand in no row of a precinct", line=line)
            if numbered := _PAGE.search(text):
                self._turn_to(int(numbered[1]), line)
            header = self._line(text[: numbered.start()].rstrip(" ") if numbered else text)
            self._headers.add(header, line)
            titles += header.titles
        if self._headers.pages == 1:
            self._first_titles.update(titles)
        new = (title for title in titles if title not in self._first_titles)
        self.section = " ".join(new).strip("()")

    def _line(self, text: str) -> HeaderLine:
        known = self._known.get(text)
        if known is None:
            header = read_header_line(text)
            kept = tuple(title for title in header.titles if title not in self._no_titles)
            known = replace(header, titles=kept)
            if len(self._known) < MOST_LINES_KNOWN:
                self._known[text] = known
        return known

    def head(self) -> ListingHead:
        """Return what the headers say as a whole."""
        for finding in self._headers.findings():
            self._findings.add(finding.check, finding.message, *finding.lines)
        return self._headers.head()

    def _turn_to(self, page: int, line: int) -> None:
        last, last_line = self._last_page
        if last and page != last + 1:
            message = f"Page {page} follows page {last}."
            self._findings.add(ListingCheck.PAGES, message, last_line, line)
        self._last_page = page, line


def refuse_stray(text: str, line: int, expected: str) -> None:
    """Raise ParseError when `text` is a row of figures, which no heading and no header has."""
    if looks_like_row(text) or text.lstrip(" ").startswith(("CANDIDATE TOTALS", "CANDIDATE PERC")):
        raise ParseError(f"expected {expected}, not a row of figures", line=line)


def looks_like_row(text: str) -> bool:
    """Say whether `text` begins as a precinct's row and ends as one."""
    return text[:4].isdigit() and text[4:5] == " " and text[-1:].isdigit()
