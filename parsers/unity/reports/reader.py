"""Follows the order of a report: page tops, column headings, columns of statistics and contests."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingCheck,
    TotalsListing,
)
from parsers.errors import ParseError
from parsers.unity.findings import Findings
from parsers.unity.listing import Piece
from parsers.unity.reports.body import Body
from parsers.unity.reports.counted import PrecinctsCounted
from parsers.unity.reports.headings import Heading
from parsers.unity.reports.kinds import Kind
from parsers.unity.reports.precincts import Precincts
from parsers.unity.reports.rows import Rows
from parsers.unity.reports.texts import Columns, Texts
from parsers.unity.reports.top_lines import TopLine, TopLines, read_words
from parsers.unity.reports.tops import MOST_HEADER_LINES, Tops


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
        self._top_lines = TopLines(kind)
        self._texts = Texts((), self._findings)
        self._columns = Columns((0,))
        self._top: list[tuple[int, TopLine]] = []
        """Lines of a page top that the listing ends in."""
        self._groups: tuple[str, ...] = ()
        self._groups_at_first = 0
        self._precinct: int | None = None
        self._section_in_top = False

    def read(self, pieces: Iterable[Piece]) -> None:
        """Take all lines; raise ParseError."""
        self._texts = Texts(pieces, self._findings)
        try:
            self._read_top([])
            while True:
                stopped = self._body.read(self._columns.left(self._texts.lines))
                below = self._columns.stopped_at(stopped)
                if below is None:
                    return
                self._turn_page(*below)
        except ParseError as error:
            if error.line != self._cut_line:
                raise
            reason = f"the listing ends in the middle of a line: {error.reason}"
            raise ParseError(reason, line=error.line) from error

    def end(self, notes: tuple[str, ...]) -> TotalsListing:
        """Return what was read; raise ParseError when it is nothing."""
        line, _ = self._texts.last
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

    def _turn_page(self, line: int, text: bytes) -> None:
        """Go on with a line that is not of the body: one of a page top, or a column heading."""
        top_line = self._top_lines.read(text, line)
        if top_line.heading is not None:
            titles = [(above, read_words(words)) for above, words in self._body.take_titles()]
            self._end_page(self._body.end_column)
            self._begin_page(titles, top_line.heading, line)
        elif self._top_lines.begins_top(text, line):
            self._end_page(self._body.end_column)
            self._read_top([(line, top_line)])
        else:
            raise ParseError("text where the two columns of the page are divided", line=line)

    def _read_top(self, top: list[tuple[int, TopLine]]) -> None:
        """Read the lines of a page top that follow `top`, and the column heading below them."""
        for line, text in self._texts.lines:
            top_line = self._top_lines.read(text, line)
            if top_line.heading is not None:
                self._begin_page(top, top_line.heading, line)
                return
            if len(top) == MOST_HEADER_LINES or top_line.is_of_body:
                reason = f"no column heading of an {self._kind.report} below a page header"
                raise ParseError(reason, line=line)
            top.append((line, top_line))
        self._top = top

    def _begin_page(self, lines: list[tuple[int, TopLine]], heading: Heading, line: int) -> None:
        self._columns = Columns(heading.starts)
        self._top_lines.move(self._columns.margin)
        self._name_groups(heading.groups, line)
        before = self._precinct
        top = self._tops.read(lines, self._columns.margin, line)
        self._precincts.turn_page(top)
        self._precinct = top.precinct
        if self._section_in_top and top.section is None:
            message = f"Line {top.line}: no section title, but pages above have one."
            self._findings.add(ListingCheck.PAGES, message, top.line)
        if top.section is not None or self._section_in_top or before != top.precinct:
            self._body.section = top.section or ""
        self._section_in_top |= top.section is not None

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
        if stopped := self._body.read(self._columns.take_right()):
            reason = "expected a row of figures or the title of a contest"
            raise ParseError(reason, line=stopped[0])
        end_column()

    def _is_whole(self) -> bool:
        """Say whether the last line is a row that has all its figures."""
        line, text = self._texts.last
        try:
            row, shifted = self._rows.unusual(self._columns.of_last(text), line, statistic=True)
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
        return listed._replace(counts=tuple(map(widened, listed.counts)), total=total)

    return replace(
        precinct,
        statistics=tuple(map(widened, precinct.statistics)),
        contests=tuple(map(contest, precinct.contests)),
    )
