"""Follows the order of a report: page tops, column headings, columns of statistics and contests."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingCheck,
    TotalsListing,
)
from parsers.errors import ParseError
from parsers.unity.findings import Findings
from parsers.unity.listing import TRAILING, decoded
from parsers.unity.reports.body import HEADER_INDENT, Body
from parsers.unity.reports.counted import PrecinctsCounted
from parsers.unity.reports.headings import Heading, read_heading
from parsers.unity.reports.kinds import Kind
from parsers.unity.reports.lines import Lines, Means
from parsers.unity.reports.precincts import Precincts
from parsers.unity.reports.rows import Rows
from parsers.unity.reports.tops import MOST_HEADER_LINES, Tops

LEADER = b".  .  ."
"""Only rows of figures have it."""

MOST_PAGE_LINES = 1_000
"""Lines of the right column of a page, which wait until the left one is read; a page has 67."""

MOST_KNOWN = 2_000
"""Different lines of page tops that are remembered; nearly all repeat on each page."""


class _TopLine(NamedTuple):
    """A line of a page top, or one that was taken for it."""

    words: str
    heading: Heading | None
    is_of_body: bool
    """Whether such a line only follows a column heading."""


class Reader:
    """The state between two lines."""

    def __init__(self, kind: Kind, cut_line: int) -> None:
        self._kind = kind
        self._cut_line = cut_line
        self._findings = Findings()
        self._rows = Rows(kind)
        self._precincts = Precincts(self._findings)
        self._counted = PrecinctsCounted(self._findings)
        self._body = Body(self._rows, self._precincts, self._counted, self._findings)
        self._tops = Tops(kind)
        self._lines = Lines()
        self._top: list[tuple[int, str]] | None = []
        """Lines of an open page top; None below a column heading."""
        self._heading = Heading((0,), ())
        self._known: dict[bytes, _TopLine] = {}
        self._margin = 0
        self._gutter = 0
        """Where the blank between two columns stands, from 0; 0: a page of one column."""
        self._right: list[tuple[int, bytes]] = []
        self._groups: tuple[str, ...] = ()
        self._groups_at_first = 0
        self._last = (0, b"")
        self._precinct: int | None = None
        self._section_in_top = False

    def read(self, lines: Iterable[tuple[int, bytes]]) -> None:
        """Take all lines; raise ParseError."""
        read_body, last, last_line = self._read_body, b"", 0
        try:
            for line, raw in lines:
                text = raw.rstrip(TRAILING)
                if not text:
                    continue
                if b"\t" in text:
                    text = self._first_cell(text, line)
                last, last_line = text, line
                if self._top is not None or not read_body(text, line):
                    self._read_top(text, line)
        except ParseError as error:
            if error.line != self._cut_line:
                raise
            reason = f"the listing ends in the middle of a line: {error.reason}"
            raise ParseError(reason, line=error.line) from error
        self._last = last_line, last

    def end(self, notes: tuple[str, ...]) -> TotalsListing:
        """Return what was read; raise ParseError when it is nothing."""
        line, _ = self._last
        if not self._tops.headers.pages:
            raise ParseError(f"no column heading of an {self._kind.report}", line=max(1, line))
        if self._top:
            lines = (number for number, _ in self._top)
            self._findings.add(ListingCheck.CUT, "The listing ends in a page header.", *lines)
        elif line == self._cut_line and not self._is_whole():
            message = f"Line {line}: the listing ends in the middle of this line."
            self._findings.add(ListingCheck.CUT, message, line)
        self._end_page(self._body.end)
        self._body.end_listing()
        precincts = self._precincts.end()
        groups = self._groups + ("",) * (self._rows.groups - len(self._groups))
        if len(groups) > self._groups_at_first:
            precincts = tuple(_widened(precinct, len(groups)) for precinct in precincts)
        return TotalsListing(
            head=self._tops.headers.head(),
            groups=groups,
            precincts=precincts,
            counted=self._counted.counted,
            findings=(*self._tops.headers.findings(), *self._findings.all()),
            notes=notes,
        )

    def _first_cell(self, text: bytes, line: int) -> bytes:
        """Return what stands before the TABs of a spreadsheet, where more stands behind them."""
        first, _, more = text.partition(b"\t")
        first = first.rstrip(b" ")
        if not first or first.endswith(b"."):
            raise ParseError("TABs where a label or figures should be", line=line)
        stray = decoded(more.strip(TRAILING), line)
        message = f"Line {line}: {stray[:40]!r} stands in another column of a spreadsheet."
        self._findings.add(ListingCheck.LAYOUT, message, line)
        return first

    def _read_body(self, text: bytes, line: int) -> bool:
        """Take a line below a column heading; return False where it may begin a page."""
        margin = self._margin
        if margin:
            if text[:margin].strip(b" "):
                return False
            text = text[margin:]
        gutter = self._gutter
        if not gutter or len(text) <= gutter:
            return self._body.read(text, line)
        if text[gutter : gutter + 1] != b" ":
            return False
        left = text[:gutter].rstrip(b" ")
        if left and not self._body.read(left, line):
            return False
        self._right.append((line, text[gutter + 1 :]))
        if len(self._right) > MOST_PAGE_LINES:
            raise ParseError(f"a page of more than {MOST_PAGE_LINES} lines", line=line)
        return True

    def _read_top(self, text: bytes, line: int) -> None:
        """Take a line of a page top, or the column heading that ends it; raise ParseError."""
        known = self._known.get(text)
        if known is None:
            words = decoded(text, line)
            heading = read_heading(words, self._kind, line)
            known = _TopLine(words, heading, self._is_of_body(text, line))
            if len(self._known) < MOST_KNOWN:
                self._known[text] = known
        words, heading, is_of_body = known
        if heading is not None:
            top = self._body.take_titles() if self._top is None else self._top
            self._begin_page(top, heading, line)
        elif self._top is None:
            if not self._begins_top(text, line):
                raise ParseError("text where the two columns of the page are divided", line=line)
            self._end_page(self._body.end_column)
            self._top = [(line, words)]
        elif len(self._top) == MOST_HEADER_LINES or is_of_body:
            reason = f"no column heading of an {self._kind.report} below a page header"
            raise ParseError(reason, line=line)
        else:
            self._top.append((line, words))

    def _begins_top(self, text: bytes, line: int) -> bool:
        indented = len(text) - len(text.lstrip(b" ")) >= HEADER_INDENT
        in_margin = bool(text[: self._margin].strip(b" "))
        return in_margin or indented or self._lines.read(text, line).means is Means.HEADER

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

    def _begin_page(self, lines: list[tuple[int, str]], heading: Heading, line: int) -> None:
        self._end_page(self._body.end_column)
        self._heading = heading
        if heading.starts[0] != self._margin:
            self._margin = heading.starts[0]
            self._known.clear()
        self._gutter = heading.starts[1] - self._margin - 1 if len(heading.starts) > 1 else 0
        self._name_groups(heading.groups, line)
        before = self._precinct
        top = self._tops.read(lines, self._margin, line)
        self._precincts.turn_page(top)
        self._precinct = top.precinct
        if self._section_in_top and top.section is None:
            message = f"Line {top.line}: no section title, but pages above have one."
            self._findings.add(ListingCheck.PAGES, message, top.line)
        if top.section is not None or self._section_in_top or before != top.precinct:
            self._body.section = top.section or ""
        self._section_in_top |= top.section is not None
        self._top = None

    def _name_groups(self, names: tuple[str, ...], line: int) -> None:
        if not self._tops.headers.pages:
            self._groups_at_first = len(names)
        elif names != self._groups:
            message = f"Line {line}: the counting groups are called otherwise than above."
            self._findings.add(ListingCheck.PAGES, message, line)
        self._groups += names[len(self._groups) :]
        if len(names) > self._rows.groups:
            self._rows.widen(len(names))

    def _end_page(self, end_column: Callable[[], None]) -> None:
        end_column()
        right, self._right = self._right, []
        for line, text in right:
            if not self._body.read(text, line):
                raise ParseError("expected a row of figures or the title of a contest", line=line)
        end_column()

    def _is_whole(self) -> bool:
        """Say whether the last line is a row that has all its figures."""
        text = self._last[1][self._margin :]
        if self._gutter and len(text) > self._gutter:
            text = text[self._gutter + 1 :]
        try:
            row, shifted = self._rows.unusual(text, self._last[0], statistic=True)
        except ParseError:
            return False
        _, votes, percent, groups = row
        return not shifted and bool(votes) == (percent is not None) and None not in groups


def _widened(precinct: ListedPrecinct, groups: int) -> ListedPrecinct:
    """Return `precinct` with as many cells in each row as there are groups in the end."""

    def widened(count: ListedCount) -> ListedCount:
        missing = groups - len(count.by_group)
        return count._replace(by_group=count.by_group + (None,) * missing) if missing else count

    def contest(listed: ListedContest) -> ListedContest:
        total = widened(listed.total) if listed.total else None
        return replace(listed, counts=tuple(map(widened, listed.counts)), total=total)

    return replace(
        precinct,
        statistics=tuple(map(widened, precinct.statistics)),
        contests=tuple(map(contest, precinct.contests)),
    )
