"""Sorts the records of an ASCII export by precinct.

Records come by contest, then candidate, then precinct: so what a record says of its candidate is
read once for a run of precincts, and what it says of its precinct once for a contest.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingCheck,
    ListingHead,
    TotalsListing,
)
from parsers.errors import ParseError
from parsers.unity.ascii_export.checks import (
    GroupSums,
    check_totals,
    is_statistic,
    statistic_label,
)
from parsers.unity.ascii_export.layout import (
    FIGURES,
    Choice,
    Layout,
    Place,
    layout_of,
    read_choice,
    read_figures,
    read_place,
)
from parsers.unity.findings import MOST_LINES, Findings
from parsers.unity.listing import TRAILING, ListingText

MOST_RECORDS = 2_000_000
"""Thousand precincts with two thousand choices each; every record becomes a count in memory."""

_MOST_REMEMBERED = 100_000
"""Texts whose meaning is remembered: small counts repeat, and so do precincts by contest."""

REPORT = "ERM ASCII"
"""The export has no title; this is what stands for it in the document."""


@dataclass(slots=True)
class _Cell:
    """One contest in one precinct."""

    place: Place
    line: int
    text: bytes = b""
    """What `place` was read from, for comparing."""
    counts: list[ListedCount] = field(default_factory=list)


@dataclass(slots=True)
class _Contest:
    number: int
    title: str
    district_code: str
    candidates: dict[int, str] = field(default_factory=dict)
    """Names by number, in the order of the file."""
    cells: dict[bytes, _Cell] = field(default_factory=dict)
    """By the four digits of the precinct."""

    def listed(self, cell: _Cell) -> ListedContest:
        """Return what was read of the contest in one precinct."""
        district = " ".join(filter(None, (self.district_code, cell.place.district)))
        return ListedContest(
            title=self.title,
            counts=tuple(cell.counts),
            votes_allowed=cell.place.votes_allowed,
            number=self.number,
            district=district,
            line=cell.line,
        )


def read(text: ListingText) -> TotalsListing:
    """Return what all records say; raise ParseError."""
    lines = text.numbered_lines()
    for line, first in lines:
        if not first.rstrip(TRAILING):
            continue
        layout = layout_of(first)
        if layout is None:
            raise ParseError("expected a record of 179, 209 or 263 characters", line=line)
        break
    else:
        raise ParseError("no record in this file", line=1)
    reader = _Reader(layout, text.cut_line)
    reader.read(text.numbered_lines())
    return reader.listing(text.notes)


class _Reader:
    def __init__(self, layout: Layout, cut_line: int) -> None:
        self._layout = layout
        self._cut_line = cut_line
        self._findings = Findings()
        self._group_sums = GroupSums(self._findings)
        self._contests: dict[int, _Contest] = {}
        self._figures: dict[bytes, tuple[int, tuple[int, ...], bool]] = {}
        """Total, groups, and whether groups make the total, by text."""
        self._first: dict[str, tuple[str, int]] = {}
        """What each number meant first, and on which line."""
        self._places: dict[bytes, Place] = {}
        """By precinct and text."""

    def read(self, lines: Iterator[tuple[int, bytes]]) -> None:
        """Read every record; raise ParseError."""
        width, choice_at, place_at = self._layout.width, self._layout.choice, self._layout.place
        known = self._figures
        numbers = names = b""
        for line, record in islice(lines, MOST_RECORDS):
            if len(record) != width:
                record = self._mended(record, line)  # noqa: PLW2901  # one thing, mended
                if not record:
                    continue
            if not record.startswith(numbers) or record[choice_at:place_at] != names:
                numbers, names = record[:7], record[choice_at:place_at]
                choice = read_choice(numbers, names, line)
                contest, label = self._begin(choice, line)
                cells, number, party = contest.cells, choice.number, choice.party
            cell = cells.get(record[7:FIGURES])
            if cell is None or not record.endswith(cell.text):
                cell = self._cell(contest, record[7:FIGURES], record[place_at:], line)
            figures = known.get(record[FIGURES:choice_at])
            if figures is None:
                figures = self._learn(record[FIGURES:choice_at], line)
            votes, groups, agree = figures
            if not agree:
                self._group_sums.differs(label, votes, groups, line)
            cell.counts.append(ListedCount(label, votes, groups, None, party, number, line))
        for line, _ in lines:
            raise ParseError(f"more than {MOST_RECORDS} lines", line=line)

    def listing(self, notes: tuple[str, ...]) -> TotalsListing:
        """Return the records by precinct; to be called once."""
        self._group_sums.end()
        for contest in self._contests.values():
            self._compare_cells(contest)
        self._compare_statistics()
        precincts = self._precincts()
        check_totals(precincts, self._findings)
        return TotalsListing(
            head=ListingHead(REPORT),
            groups=("",) * self._layout.groups,
            precincts=precincts,
            findings=self._findings.all(),
            notes=notes,
        )

    def _mended(self, record: bytes, line: int) -> bytes:
        """Return a record whose blanks at the end were lost or added; nothing of a blank line."""
        text, width = record.rstrip(TRAILING), self._layout.width
        if not text:
            return b""
        if len(text) == width or (len(text) == width - 1 and line != self._cut_line):
            return text.ljust(width)
        if line == self._cut_line:
            raise ParseError("the file ends in the middle of a record", line=line)
        reason = f"a record of {len(record)} characters among records of {width}"
        raise ParseError(f"{reason}; the file is damaged", line=line)

    def _begin(self, choice: Choice, line: int) -> tuple[_Contest, str]:
        """Return the contest and the label of a choice that the record before did not have."""
        contest = self._contests.get(choice.contest)
        if contest is None:
            contest = _Contest(choice.contest, choice.title, choice.district_code)
            self._contests[choice.contest] = contest
        which = f"contest {choice.contest}"
        contest.candidates.setdefault(choice.number, choice.name)
        self._compare(f"The name of {which}", choice.title, line)
        self._compare(f"The district of {which}", choice.district_code, line)
        name = f"{choice.name} ({choice.party})" if choice.party else choice.name
        self._compare(f"Candidate {choice.number} of {which}", name, line)
        if is_statistic(choice.title):
            return contest, statistic_label(choice.title, choice.name)
        return contest, choice.name

    def _cell(self, contest: _Contest, digits: bytes, text: bytes, line: int) -> _Cell:
        """Return the contest in a precinct whose text is not the one that is known, if any is."""
        place = self._places.get(digits + text) or self._learn_place(digits, text, line)
        cell = contest.cells.get(digits)
        if cell is None:
            cell = contest.cells[digits] = _Cell(place, line)
        first, which = next(iter(contest.cells.values())), f"contest {contest.number}"
        if place.votes_allowed != first.place.votes_allowed:
            numbers = str(first.place.votes_allowed or 0), str(place.votes_allowed or 0)
            self._differs(f"The vote-for number of {which}", *numbers, first.line, line)
        if place.district != cell.place.district:
            names = cell.place.district, place.district
            self._differs(f"The district name of {which}", *names, cell.line, line)
        cell.text = text
        return cell

    def _learn_place(self, digits: bytes, text: bytes, line: int) -> Place:
        place = read_place(digits, text, line)
        self._compare(_name_of(digits), place.precinct, line)
        if len(self._places) < _MOST_REMEMBERED:
            self._places[digits + text] = place
        return place

    def _learn(self, text: bytes, line: int) -> tuple[int, tuple[int, ...], bool]:
        votes, groups = read_figures(text, self._layout, line)
        figures = votes, groups, not groups or sum(groups) == votes
        if len(self._figures) < _MOST_REMEMBERED:
            self._figures[text] = figures
        return figures

    def _compare(self, what: str, said: str, line: int) -> None:
        """Add a finding where a number means something else than it did first."""
        first, first_line = self._first.setdefault(what, (said, line))
        if first != said:
            self._differs(what, first, said, first_line, line)

    def _differs(self, what: str, before: str, said: str, *lines: int) -> None:
        message = f"{what} is {said or 'blank'} here, {before or 'blank'} above."
        self._findings.add(ListingCheck.CANDIDATE_NUMBER, message, *lines)

    def _compare_cells(self, contest: _Contest) -> None:
        """Add where a candidate is twice in a precinct, or in some precincts only."""
        expected = list(contest.candidates)
        incomplete: list[int] = []
        for digits, cell in contest.cells.items():
            numbers = [count.number for count in cell.counts]
            if numbers == expected:
                continue
            for number in (number for number, times in Counter(numbers).items() if times > 1):
                message = f"Contest {contest.number}, candidate {number} again in precinct "
                lines = (count.line for count in cell.counts if count.number == number)
                self._findings.add(ListingCheck.REPEATED, f"{message}{int(digits)}.", *lines)
            if len(set(numbers)) < len(expected):
                incomplete.append(cell.line)
        if incomplete:
            message = (
                f"Contest {contest.number}: {len(incomplete)} precincts lack candidates that "
                "others have; records were lost."
            )
            self._findings.add(ListingCheck.CUT, message, *incomplete)

    def _compare_statistics(self) -> None:
        """Add where some precincts have a statistic and others do not."""
        precincts = {digits for contest in self._contests.values() for digits in contest.cells}
        for contest in self._contests.values():
            lacking = sorted(precincts - contest.cells.keys())
            if is_statistic(contest.title) and lacking:
                named = ", ".join(str(int(digits)) for digits in lacking[:MOST_LINES])
                message = (
                    f"{contest.title} (contest {contest.number}) has no record of {len(lacking)} "
                    f"precincts, among them {named}; records were lost."
                )
                lines = (self._first[_name_of(digits)][1] for digits in lacking)
                self._findings.add(ListingCheck.CUT, message, *lines)

    def _precincts(self) -> tuple[ListedPrecinct, ...]:
        statistics: defaultdict[bytes, list[ListedCount]] = defaultdict(list)
        contests: defaultdict[bytes, list[ListedContest]] = defaultdict(list)
        for contest in self._contests.values():
            for digits, cell in contest.cells.items():
                if is_statistic(contest.title):
                    statistics[digits] += cell.counts
                else:
                    contests[digits].append(contest.listed(cell))
        precincts = []
        for digits in sorted(statistics.keys() | contests.keys()):
            name, line = self._first[_name_of(digits)]
            said = tuple(statistics[digits]), tuple(contests[digits])
            precincts.append(ListedPrecinct(int(digits), name, *said, line))
        return tuple(precincts)


def _name_of(precinct: bytes) -> str:
    return f"The name of precinct {int(precinct)}"
