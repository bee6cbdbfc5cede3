"""The tops of pages of the log listings, down to the headings of the columns.

A page begins with a line that each report knows; titles, RUN DATE and ELECTION ID follow.
"""

import re

from election.listings import ListingFinding, ListingHead
from parsers.errors import ParseError
from parsers.unity.page_header import HeaderLine, PageHeaders, read_header_line

MOST_HEADER_LINES = 12
"""From the first line of a page to its column heading; 6 were seen."""

_NO_ID = re.compile(r"ELECTION ID: *\Z", re.IGNORECASE)


class LogPages:
    """Takes the lines of page headers out of a log listing and says what they say."""

    def __init__(self, report: str, opening: re.Pattern[str], heading: re.Pattern[str]) -> None:
        """Take a page to begin where `opening` matches; what it matches is no title."""
        self._opening = opening
        self._heading = heading
        self._headers = PageHeaders(report)
        self._left = 0
        """How many lines the open header may still have; 0 where none is open."""
        self._id_wrapped = False
        self._seen: set[str] = set()
        """Lines of the first page: on all others they say nothing new."""

    @property
    def below_heading(self) -> bool:
        """Whether a page has begun and its column heading was read."""
        return self._headers.pages > 0 and not self._left

    def take(self, text: str, line: int) -> bool:
        """Say whether `text`, which is not blank, is part of a page header; raise ParseError."""
        if opening := self._opening.match(text):
            if self._left and opening.end():
                raise ParseError("a page begins in the header of another", line=line)
            if not self._left:
                self._headers.begin_page()
                self._left = MOST_HEADER_LINES
            text = text[opening.end() :]
        elif not self._left:
            return False
        elif self._heading.fullmatch(text):
            self._left = 0
            return True
        self._read(text, line)
        return True

    def head(self) -> ListingHead:
        """Return what the headers say as a whole."""
        return self._headers.head()

    def findings(self) -> tuple[ListingFinding, ...]:
        """Return where the headers differ."""
        return self._headers.findings()

    def _read(self, text: str, line: int) -> None:
        self._left -= 1
        if not self._left:
            reason = f"no column heading within {MOST_HEADER_LINES} lines of a page header"
            raise ParseError(reason, line=line)
        wrapped, self._id_wrapped = self._id_wrapped, _NO_ID.search(text) is not None
        if text in self._seen:
            return
        if self._headers.pages <= 1:
            self._seen.add(text)
        header = read_header_line(text)
        if wrapped and len(header.titles) == 1:
            header = HeaderLine(election=header.titles[0])
        self._headers.add(header, line)
