"""Puts a canvass together: which pages are one contest, and what each precinct has of it."""

from election.listings import ListedContest, ListedCount, ListedPrecinct, ListingCheck
from parsers.errors import ParseError
from parsers.unity.canvass.cells import Cells, Figures
from parsers.unity.canvass.checks import check_contest
from parsers.unity.canvass.contests import (
    Block,
    Column,
    Contest,
    Heading,
    Page,
    Row,
    RowPlan,
    is_blank,
)
from parsers.unity.figures import printed
from parsers.unity.findings import Findings

MOST_CONTESTS = 5_000
"""Contests of one listing; Douglas County 2008 has 96."""

MOST_CELLS = 5_000_000
"""Cells of one listing; Douglas County 2008 has 35,518."""

MOST_BLOCKS = 10
"""Blocks of one contest: more than 100 choices are on no ballot."""


class Assembly:
    """Takes the headings of pages as they come; each says where the rows below it belong."""

    def __init__(
        self,
        findings: Findings,
        *,
        first_cell: int,
        cell_width: int,
        most_columns: int,
        blanks_are_odd: bool,
    ) -> None:
        self._findings = findings
        self._first_cell = first_cell
        self._cell_width = cell_width
        self._most_columns = most_columns
        self._blanks_are_odd = blanks_are_odd
        self._contest: Contest | None = None
        self._known: dict[tuple[str, str, bool], Cells] = {}
        """What cells mean, by label, party and whether there may be percentages."""
        self._figures = {
            percentages: Figures(cell_width, percentages=percentages)
            for percentages in (False, True)
        }
        self._contests: list[ListedContest] = []
        self._statistics: list[ListedCount] = []
        self._seen: dict[tuple[str, str], int] = {}
        """Lines of the contests by title and party."""
        self._cells = 0
        self._closed = 0
        self.counted: tuple[int, int] | None = None
        """Precincts counted, of how many, as the statistics say."""

    @property
    def is_empty(self) -> bool:
        """Whether no heading has been read."""
        return self._contest is None

    @property
    def is_contest(self) -> bool:
        """Whether the open pages are of a contest, not of statistics."""
        return self._contest is not None and self._contest.first.title != ""

    def open(self, page: Page) -> Block:
        """Return where the rows of `page` belong; raise ParseError.

        They are more of the same, a further block of the same contest, or another contest.
        """
        contest = self._contest
        if contest is None or contest.first.title != page.title:
            return self._begin(page)
        block = contest.blocks[-1]
        heading = page.heading
        if page.continued:
            if len(block.columns) != len(heading.columns) or block.numbers != heading.numbers:
                reason = f"a page of {contest.name} with other columns than the page before"
                raise ParseError(reason, line=page.line)
            if not heading.key:
                self._compare_counts(contest, block.labels, heading.columns)
        elif contest.first.party == page.party and self._is_further_block(block, heading):
            block = self._block(heading)
            contest.blocks.append(block)
            if len(contest.blocks) > MOST_BLOCKS:
                raise ParseError(f"more than {MOST_BLOCKS} blocks", line=page.line)
        else:
            return self._begin(page)
        self._compare(contest, page)
        return block

    def end(self, line: int) -> ListedPrecinct:
        """Return what the listing prints as totals; `line` is its last."""
        self._close(line)
        return ListedPrecinct(None, "", tuple(self._statistics), tuple(self._contests))

    def _begin(self, page: Page) -> Block:
        if page.continued:
            message = f"{page.title or 'Statistics'} is continued here, but not from above."
            self._findings.add(ListingCheck.PAGES, message, page.line)
        self._close(page.line)
        contest = self._contest = Contest(page, [self._block(page.heading)])
        first = self._seen.setdefault((page.title, page.party), page.line)
        if first != page.line:
            message = f"{contest.name}: in the listing more than once."
            self._findings.add(ListingCheck.REPEATED, message, first, page.line)
        return contest.blocks[0]

    def _block(self, heading: Heading) -> Block:
        width, last = self._cell_width, len(heading.columns) - 1
        columns = []
        for place, total in enumerate(heading.columns):
            begin = self._first_cell + place * width
            end = begin + width if place < last else None
            columns.append(Column(begin, end, self._meaning(total, heading), total))
        return Block(tuple(columns), RowPlan(tuple(columns)), heading.columns, heading.numbers)

    def _meaning(self, total: ListedCount, heading: Heading) -> Cells:
        statistics = not heading.title
        key = (total.label, total.party, statistics)
        if key not in self._known:
            self._known[key] = Cells(total.label, total.party, self._figures[statistics])
        return self._known[key]

    def _is_further_block(self, last: Block, heading: Heading) -> bool:
        if heading.numbers:
            return heading.numbers[0] == last.numbers[-1] + 1
        return len(last.columns) == self._most_columns and heading.columns != last.labels

    def _compare(self, contest: Contest, page: Page) -> None:
        """Hold what a further page says above its rows against the first page of its contest."""
        first = contest.first
        key, first_key = page.heading.key, first.heading.key
        for what, before, said in (
            ("precincts reporting", first.counted, page.counted),
            ("votes allowed", first.heading.votes_allowed, page.heading.votes_allowed),
            ("party", first.party, page.party),
            ("choices in the key", len(first_key), len(key)),
        ):
            if said != before:
                sides = f"{before or 'blank'} on one page, {said or 'blank'} on another"
                message = f"{contest.name}: {what} {sides}."
                self._findings.add(ListingCheck.PAGES, message, first.line, page.line)
        self._compare_counts(contest, first_key, key)

    def _compare_counts(
        self, contest: Contest, there: tuple[ListedCount, ...], here: tuple[ListedCount, ...]
    ) -> None:
        if here == there:
            return
        for before, said in zip(there, here, strict=False):
            if before != said:
                message = f"{contest.name}: {_said(before)} on one page, {_said(said)} on another."
                self._findings.add(ListingCheck.PAGES, message, before.line, said.line)

    def _close(self, line: int) -> None:
        """Check the contest that was read before `line`, and give its rows to their precincts."""
        contest = self._contest
        if contest is None:
            return
        self._closed += 1
        if self._closed > MOST_CONTESTS:
            raise ParseError(f"more than {MOST_CONTESTS:,} contests", line=line)
        self._cells += sum(len(block.rows) * len(block.columns) for block in contest.blocks)
        if self._cells > MOST_CELLS:
            raise ParseError(f"more than {MOST_CELLS:,} cells", line=line)
        check_contest(contest, self._findings, blanks_are_odd=self._blanks_are_odd)
        if contest.first.title:
            first = contest.first
            self._contests.append(
                ListedContest(
                    first.title,
                    contest.totals(),
                    votes_allowed=first.heading.votes_allowed,
                    party=first.party,
                    counted=first.counted,
                    line=first.line,
                )
            )
        else:
            self._statistics += contest.totals()
            self.counted = self.counted or contest.first.counted
        blocks = contest.blocks
        _give(contest, blocks[0].rows if len(blocks) == 1 else self._joined(contest))

    def _joined(self, contest: Contest) -> list[Row]:
        """Return one row for each precinct, from all blocks; raise ParseError."""
        parts = [_by_precinct(contest, block) for block in contest.blocks]
        first: dict[int, Row] = {}
        for part in parts:
            first = part | first
        joined: list[Row] = []
        for number, (precinct, line, _) in first.items():
            cells: tuple[ListedCount, ...] = ()
            for block, part in zip(contest.blocks, parts, strict=True):
                cells += part[number][2] if number in part else _blank_cells(block)
            if not all(number in part for part in parts):
                message = f"{contest.name}: precinct {number} is missing in one block of columns."
                self._findings.add(ListingCheck.LAYOUT, message, contest.first.line, line)
            joined.append((precinct, line, cells))
        return joined


def _give(contest: Contest, rows: list[Row]) -> None:
    """Give each row that is not blank to its precinct."""
    columns = (column for block in contest.blocks for column in block.columns)
    if all(column.cells.some_blank for column in columns):
        rows = [row for row in rows if not all(map(is_blank, row[2]))]
    page = contest.first
    title, allowed, party = page.title, page.heading.votes_allowed, page.party
    if not title:
        for precinct, _, cells in rows:
            precinct.statistics += cells
        return
    for precinct, line, cells in rows:
        # By position: keywords would cost a canvass of 13,000 rows a tenth of its time.
        listed = ListedContest(title, cells, allowed, party, None, "", None, None, line)
        precinct.contests.append(listed)


def _by_precinct(contest: Contest, block: Block) -> dict[int, Row]:
    rows: dict[int, Row] = {}
    for row in block.rows:
        if rows.setdefault(row[0].number, row) is not row:
            reason = f"precinct {row[0].number} twice in one block of {contest.name}"
            raise ParseError(reason, line=row[1])
    return rows


def _blank_cells(block: Block) -> tuple[ListedCount, ...]:
    totals = (column.total for column in block.columns)
    return tuple(ListedCount(total.label, None, party=total.party) for total in totals)


def _said(count: ListedCount) -> str:
    party = f" ({count.party})" if count.party else ""
    votes = f" {count.votes:,}" if count.votes is not None else ""
    percent = f" {printed(count.percent)} %" if count.percent is not None else ""
    return f"{count.label}{party}{votes}{percent}"
