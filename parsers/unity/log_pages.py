"""The tops of pages of the log listings, down to the headings of the columns.

A page begins with a line that each report knows; titles, RUN DATE and ELECTION ID follow. No log
numbers its pages: one that stands there twice is known by its entries.
"""

import re
from collections.abc import Callable
from hashlib import blake2b

from election.listings import ListingCheck, ListingFinding, ListingHead
from parsers.errors import ParseError
from parsers.unity.findings import Findings
from parsers.unity.page_header import HeaderLine, PageHeaders, read_header_line

MOST_HEADER_LINES = 12
"""From the first line of a page to its column heading; 6 were seen."""

_NO_ID = re.compile(r"ELECTION ID: *\Z", re.IGNORECASE)


class LogPages:
    """Takes the lines of page headers out of a log listing and says what they say."""

    def __init__(
        self,
        report: str,
        opening: re.Pattern[str],
        heading: re.Pattern[str],
        is_entry: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Take a page to begin where `opening` matches; what it matches is no title.

        Where `is_entry` is given, no header has a line that it says is an entry of the log.
        """
        self._opening = opening
        self._heading = heading
        self._is_entry = is_entry
        self._headers = PageHeaders(report)
        self._left = 0
        """How many lines the open header may still have; 0 where none is open."""
        self._id_wrapped = False
        self._seen: set[str] = set()
        """Lines of the first page: on all others they say nothing new."""
        self._entries = _Entries()

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
                self._entries.end_page()
                self._headers.begin_page()
                self._left = MOST_HEADER_LINES
            text = text[opening.end() :]
        elif not self._left:
            self._entries.add(text, line)
            return False
        elif self._heading.fullmatch(text):
            self._left = 0
            return True
        self._read(text, line)
        return True

    def end(self) -> None:
        """End the last page."""
        self._entries.end_page()

    def head(self) -> ListingHead:
        """Return what the headers say as a whole."""
        return self._headers.head()

    def findings(self) -> tuple[ListingFinding, ...]:
        """Return where the headers differ, and which pages that were ended come again."""
        return (*self._headers.findings(), *self._entries.findings.all())

    def _read(self, text: str, line: int) -> None:
        self._left -= 1
        if not self._left:
            reason = f"no column heading within {MOST_HEADER_LINES} lines of a page header"
            raise ParseError(reason, line=line)
        wrapped, self._id_wrapped = self._id_wrapped, _NO_ID.search(text) is not None
        if text in self._seen:
            return
        if self._is_entry(text):
            raise ParseError("an entry between a page header and its column heading", line=line)
        if self._headers.pages <= 1:
            self._seen.add(text)
        header = read_header_line(text)
        if wrapped and len(header.titles) == 1:
            header = HeaderLine(election=header.titles[0])
        self._headers.add(header, line)


class _Entries:
    """Remembers the entries of each page as a digest: memory goes by the pages."""

    def __init__(self) -> None:
        self.findings = Findings()
        self._first_lines: dict[bytes, int] = {}
        self._digest = blake2b(digest_size=16)
        self._line = 0
        """Where the entries of the open page begin; 0: it has none yet."""

    def add(self, text: str, line: int) -> None:
        self._line = self._line or line
        self._digest.update(f"{text}\n".encode())

    def end_page(self) -> None:
        if not self._line:
            return
        first = self._first_lines.setdefault(self._digest.digest(), self._line)
        if first != self._line:
            message = (
                f"The page whose entries begin on line {self._line} has those of the page that "
                f"begins on line {first}; the log may hold it twice."
            )
            self.findings.add(ListingCheck.REPEATED, message, first, self._line)
        self._digest, self._line = blake2b(digest_size=16), 0
