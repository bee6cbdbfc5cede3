"""Collects what a PDF says of each precinct, and holds it against itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from election.listings import ListedContest, ListedCount, ListedPrecinct, ListingCheck
from parsers.errors import ParseError
from parsers.unity.findings import Findings
from parsers.unity.pdf_copy.lines import place
from parsers.unity.reports.checks import BALLOTS, TOTAL, check_contest, check_statistics

MOST_PRECINCTS = 9_999
"""Unity numbers precincts with four digits."""

REMAINDERS = {"OVER VOTES", "UNDER VOTES"}
"""Rows below the choices of a contest, in capitals; they have no percentage."""


@dataclass(slots=True)
class OpenContest:
    """A contest whose rows are being read."""

    title: str
    party: str
    votes_allowed: int
    line: int
    counts: list[ListedCount] = field(default_factory=list)
    total: ListedCount | None = None

    def record(self) -> ListedContest:
        """Return what was read."""
        return ListedContest(
            self.title,
            tuple(self.counts),
            self.votes_allowed,
            self.party,
            total=self.total,
            line=self.line,
        )


@dataclass(slots=True)
class OpenPrecinct:
    """A precinct whose pages are being read."""

    number: int
    name: str
    line: int
    statistics: list[ListedCount] = field(default_factory=list)
    contests: list[OpenContest] = field(default_factory=list)

    def record(self) -> ListedPrecinct:
        """Return what was read."""
        contests = tuple(contest.record() for contest in self.contests)
        return ListedPrecinct(
            self.number, self.name, tuple(self.statistics), contests, line=self.line
        )


class Precincts:
    """All precincts of a listing, in printed order."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._all: list[OpenPrecinct] = []
        self._lines: dict[int, int] = {}

    @property
    def open(self) -> OpenPrecinct | None:
        """The precinct of the last page header."""
        return self._all[-1] if self._all else None

    def turn_to(self, number: int, name: str, line: int) -> None:
        """Go on with the open precinct, or begin another."""
        if self.open and self.open.number == number:
            if self.open.name != name:
                message = f"Precinct {number} is {name} on {place(line)}, {self.open.name} before."
                self._findings.add(ListingCheck.PAGES, message, self.open.line, line)
            return
        if len(self._all) == MOST_PRECINCTS:
            raise ParseError(f"more than {MOST_PRECINCTS} precincts", line=line)
        if first := self._lines.get(number):
            message = f"Precinct {number} on {place(line)} was on {place(first)} already."
            self._findings.add(ListingCheck.REPEATED, message, first, line)
        self._lines.setdefault(number, line)
        self._all.append(OpenPrecinct(number, name, line))

    def add_statistic(self, row: ListedCount) -> None:
        """Take in a statistic of the open precinct."""
        assert self.open is not None
        self.open.statistics.append(row)

    def records(self) -> tuple[ListedPrecinct, ...]:
        """Return all precincts, and hold each against itself."""
        for precinct in self._all:
            self._check(precinct)
        return tuple(precinct.record() for precinct in self._all)

    def _check(self, precinct: OpenPrecinct) -> None:
        self._check_repeated(precinct, ((row.label, row.line) for row in precinct.statistics))
        self._check_repeated(precinct, _named(precinct.contests))
        check_statistics(precinct.statistics, self._findings)
        for row in precinct.statistics:
            self._check_groups(row)
        labelled = (row for row in precinct.statistics if row.label.upper() == BALLOTS + TOTAL)
        ballots = next(labelled, None)
        for contest in precinct.contests:
            for row in _rows(contest):
                self._check_groups(row)
            choices = [row for row in contest.counts if row.label.upper() not in REMAINDERS]
            check_contest(contest.record(), choices, ballots, self._findings)

    def _check_repeated(self, precinct: OpenPrecinct, named: Iterable[tuple[str, int]]) -> None:
        seen: dict[str, int] = {}
        for name, line in named:
            if name in seen:
                message = f"{name} is in precinct {precinct.number} more than once."
                self._findings.add(ListingCheck.REPEATED, message, seen[name], line)
            seen.setdefault(name, line)

    def _check_groups(self, row: ListedCount) -> None:
        cells = [cell for cell in row.by_group if cell is not None]
        if cells and row.votes is not None and sum(cells) != row.votes:
            message = (
                f"{row.label}, {place(row.line)}: the counting groups make {sum(cells):,}, "
                f"the total is {row.votes:,}."
            )
            self._findings.add(ListingCheck.GROUP_SUM, message, row.line)


def _named(contests: Iterable[OpenContest]) -> Iterator[tuple[str, int]]:
    for contest in contests:
        yield f"{contest.title} {contest.party}".strip(), contest.line


def _rows(contest: OpenContest) -> Iterator[ListedCount]:
    yield from contest.counts
    if contest.total is not None:
        yield contest.total
