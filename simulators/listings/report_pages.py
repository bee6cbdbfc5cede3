"""Lays out whole pages of a report: header, columns of contests, continued pages."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from election.listings import ListedContest, ListedPrecinct, ListingHead
from simulators.listings.report_rows import RowLayout
from simulators.listings.report_style import (
    GROUP_REPORTS,
    SUMMARIES,
    TITLES,
    Page,
    ReportLine,
    ReportStyle,
)

RIGHT_COLUMN = 72
"""Where the second column of a wide page begins, from 0."""

NARROW_MARGIN = 10

STATISTICS = "STATISTICS"
"""Section title over the statistics of a primary."""

MOST_TITLES = 4
"""Two on the first line of a header, one on each of the two below."""

_WIDE_TITLES = {"EL30": 50, "EL30A": 51, "EL45": 50, "EL45A": 51}
_WIDE_STATUS = 102
_REPORT_END = 132
_SECTION_AT = 51
_NARROW_TITLES = 22
_NARROW_STATUS = 55

Block = tuple[str, ...]
"""Lines that stay together: a contest, or the statistics."""


class PageLayout:
    """Makes the pages of one listing."""

    def __init__(self, head: ListingHead, rows: RowLayout, style: ReportStyle) -> None:
        if len(head.titles) > MOST_TITLES:
            raise ValueError(f"{len(head.titles)} titles; a header has room for {MOST_TITLES}.")
        self._head = head
        self._rows = rows
        self._style = style
        self._summary = head.report in SUMMARIES
        self._two_columns = head.report not in GROUP_REPORTS and style.page is Page.WIDE
        self._gap = 1 if self._summary else 2

    def pages(self, precinct: ListedPrecinct, statistics: Block) -> Iterator[list[str]]:
        """Yield the pages of a precinct, or of the whole jurisdiction, from page 1 on."""
        if self._style.page is Page.NARROW:
            yield self._narrow_page(precinct, statistics)
            return
        number = 0
        for section, blocks in self._sections(precinct, statistics):
            columns = list(self._columns(section, blocks)) or [[]]
            step = 2 if self._two_columns else 1
            for first in range(0, len(columns), step):
                number += 1
                header = self._wide_header(_page_number(precinct, number), section)
                yield self._wide_page([*header, *_precinct_line(precinct)], columns[first:][:step])

    def _sections(
        self, precinct: ListedPrecinct, statistics: Block
    ) -> Iterator[tuple[str, list[Block]]]:
        """Yield section title and blocks of each set of pages; one set except in a primary."""
        blocks = [statistics] if statistics else []
        sets = _by_party(precinct.contests)
        if any(party for party, _ in sets) and blocks:
            yield STATISTICS, blocks
            blocks = []
        elif not sets:
            yield "", blocks
        for party, contests in sets:
            yield party, blocks + [self._rows.contest(contest) for contest in contests]
            blocks = []

    def _columns(self, section: str, blocks: Sequence[Block]) -> Iterator[list[str]]:
        height = self._style.page_lines - len(self._wide_header("", "")) - 3
        column: list[str] = []
        for block in blocks:
            if column and len(column) + self._gap + len(block) > height:
                yield column
                column = []
            if column:
                column += [""] * self._gap
            elif self._summary or section or not block[0].startswith(" "):
                column.append("")  # only the statistics of a general election touch the heading
            column += block
        if column:
            yield column

    def _wide_page(self, top: list[str], columns: Sequence[list[str]]) -> list[str]:
        heading = self._rows.heading()
        if len(columns) == 1:
            return [*top, heading, *columns[0]]
        left, right = columns
        lines = max(len(left), len(right))
        left, right = (column + [""] * (lines - len(column)) for column in columns)
        beside = [heading, *left], [heading, *right]
        return top + [f"{a:<{RIGHT_COLUMN}}{b}".rstrip(" ") for a, b in zip(*beside, strict=True)]

    def _narrow_page(self, precinct: ListedPrecinct, statistics: Block) -> list[str]:
        body: list[str] = [self._rows.heading()]
        if statistics:
            body += [*([""] if self._summary else []), *statistics]
        for party, contests in _by_party(precinct.contests):
            if party:
                body += ["", f"********** ({party}) **********"]
            for contest in contests:
                body += [*[""] * self._gap, *self._rows.contest(contest)]
        indented = [f"{'':{NARROW_MARGIN}}{line}" if line else "" for line in body]
        margin = 0 if self._style.precinct_at_margin else NARROW_MARGIN
        top = [f"{'':{margin}}{line}" if line else "" for line in _precinct_line(precinct)]
        return [*self._narrow_header(), *top, *indented, ""]

    def _wide_header(self, page: str, section: str) -> list[str]:
        style, report = self._style, self._head.report
        place = style.report_line
        lines = [
            [(0, ""), (_WIDE_TITLES[report], first), (_WIDE_STATUS, second)]
            for first, second in _title_lines(self._head.titles)
        ]
        words = style.report_words.format(report=report, page=page)
        if place is ReportLine.AFTER_TITLE and lines[0][2][1]:
            place = ReportLine.AFTER_RUN_DATE
        run_date = f"{style.run_date}{self._head.run_date}" if self._head.run_date else ""
        run_line = [(0, run_date), (_SECTION_AT, section)]
        lines[0][0] = (0, self._title)
        if place is ReportLine.AFTER_TITLE:
            lines[0][2] = (_REPORT_END - len(words), words)
        elif place is ReportLine.AFTER_RUN_DATE:
            run_line.append((_REPORT_END - len(words), words))
        lines.append(run_line)
        if place is ReportLine.OWN_LINE:
            lines.append([(0, words)])
        return [text for cells in lines if (text := _line(cells))]

    def _narrow_header(self) -> list[str]:
        date, _, time = self._head.run_date.partition(" ")
        words = self._style.run_date
        beside = [self._title, f"{words}{date}" if date else "", ""]
        if time:
            beside[2] = f"{words.replace('DATE', 'TIME').replace('Date', 'Time')}{time}"
        titles = _title_lines(self._head.titles)
        lines = [
            [(0, left), (_NARROW_TITLES, first), (_NARROW_STATUS, second)]
            for left, (first, second) in zip(beside, titles, strict=True)
        ]
        return [text for cells in lines if (text := _line(cells))]

    @property
    def _title(self) -> str:
        return self._style.title or TITLES[self._head.report]


def _page_number(precinct: ListedPrecinct, number: int) -> str:
    if precinct.number is None:
        return f"{number:03}"
    return f"{precinct.number:04}-{number:02}"


def _by_party(contests: Sequence[ListedContest]) -> list[tuple[str, list[ListedContest]]]:
    by_party = groupby(contests, key=lambda contest: contest.party)
    return [(party, list(some)) for party, some in by_party]


def _precinct_line(precinct: ListedPrecinct) -> list[str]:
    if precinct.number is None:
        return [""]
    return ["", f"{precinct.number:04} {precinct.name}".rstrip(" ")]


def _title_lines(titles: Sequence[str]) -> list[tuple[str, str]]:
    """Return what stands left and right on each of three lines."""
    spread = list(titles)
    if len(titles) < MOST_TITLES:
        spread.insert(1, "")
    first, right, *below = spread + [""] * (MOST_TITLES - len(spread))
    return [(first, right), *((title, "") for title in below)]


def _line(cells: Sequence[tuple[int, str]]) -> str:
    """Return texts at their columns, at least two blanks apart."""
    text = ""
    for column, cell in cells:
        if cell:
            text = f"{text + '  ' if text else '':<{column}}{cell}"
    return text
