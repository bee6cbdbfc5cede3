"""From the rows of a totals listing to the contests and choices of the definition.

Names decide, apart from case and blanks. A text that is as long as the field that cuts it may be
the beginning of the definition's; what one side does not say (a party, a number) contradicts
nothing. Whatever then fits nothing, or more than one thing, is named and gives no number.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from types import MappingProxyType

from election.definition import Choice, Contest
from election.listings import ListedContest, ListedCount, ListedPrecinct
from election.returns import ChoiceVotes, ContestVotes
from gateway.listed_texts import LABEL_CUT, PARTY_CUT, TITLE_CUT, folded, letters, same_text

NO_PARTIES: Mapping[str, str] = MappingProxyType({})


class RowKind(StrEnum):
    """What a row of a contest counts."""

    CHOICE = "choice"
    WRITE_INS = "write-ins"
    OVERVOTES = "overvotes"
    UNDERVOTES = "undervotes"


_SPECIAL_ROWS = {
    "writein": RowKind.WRITE_INS,
    "writeins": RowKind.WRITE_INS,
    "writeinvotes": RowKind.WRITE_INS,
    "overvotes": RowKind.OVERVOTES,
    "undervotes": RowKind.UNDERVOTES,
}

_BALLOTS = frozenset({"ballotscasttotal", "ballotscast"})
_REGISTERED = frozenset({"registeredvoterstotal", "registeredvoters"})


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What a totals listing says of one packet, in the ids of the definition."""

    ballots: int | None
    """None where the listing does not say."""
    contests: tuple[ContestVotes, ...]
    strangers: tuple[str, ...]
    """Printed, and no contest or choice of the precinct, or more than one."""
    missing: tuple[str, ...]
    """On the ballots of the precinct, and not printed."""
    blank: tuple[str, ...]
    """Printed without a count for this group."""

    @property
    def is_whole(self) -> bool:
        """Whether a return can be made of it."""
        return self.ballots is not None and not (self.strangers or self.missing or self.blank)


@dataclass(frozen=True, slots=True)
class GroupSums:
    """Rows of a precinct whose counting groups do not make the total, in words."""

    above: tuple[str, ...] = ()
    unexplained: tuple[str, ...] = ()
    """Fewer than the total by more than the ballots of an unprinted group can explain."""
    short: tuple[str, ...] = ()
    """Fewer than the total, as if a counting group were not printed."""


def group_result(
    precinct: ListedPrecinct,
    column: int | None,
    ballot: "Ballot",
) -> GroupResult:
    """Return what one group column (from 1, or None: TOTAL) says of the `ballot` of `precinct`."""
    contests = ballot.contests
    matching = _Matching(column, ballot)
    for listed in precinct.contests:
        matching.take(listed)
    cast = ballots_cast(precinct)
    return GroupResult(
        ballots=None if cast is None else cell(cast, column),
        contests=tuple(matching.votes(contest) for contest in contests),
        strangers=tuple(matching.strangers),
        missing=tuple(matching.missing(contests)),
        blank=tuple(matching.blank),
    )


def cell(count: ListedCount, column: int | None) -> int | None:
    """Return the votes in a group column, from 1, or of all groups; None where it is blank."""
    if column is None:
        return count.votes
    return count.by_group[column - 1] if column <= len(count.by_group) else None


def ballots_cast(precinct: ListedPrecinct) -> ListedCount | None:
    """Return the row with the ballots cast, None where there is none."""
    return next((row for row in precinct.statistics if letters(row.label) in _BALLOTS), None)


def registered_voters(precinct: ListedPrecinct) -> int | None:
    """Return the registered voters, None where none are printed: they were not loaded then."""
    rows = (row for row in precinct.statistics if letters(row.label) in _REGISTERED)
    return next((row.votes for row in rows), None) or None


def is_counted(precinct: ListedPrecinct) -> bool:
    """Say whether it has a ballot in any group; before its count it is printed as 0."""
    cast = ballots_cast(precinct)
    return cast is not None and bool(cast.votes or any(cast.by_group))


def counts_pages(precinct: ListedPrecinct) -> bool:
    """Say whether the ballots are counted by sheets: there are rows for them."""
    return any("page" in letters(row.label) and row.votes for row in precinct.statistics)


def all_rows(precinct: ListedPrecinct) -> Iterator[tuple[str, ListedCount]]:
    """Yield every row of figures, with the title of its contest, empty for statistics."""
    for row in precinct.statistics:
        yield "", row
    for contest in precinct.contests:
        for row in chain(contest.counts, [contest.total] if contest.total else []):
            yield contest.title, row


def group_sums(precinct: ListedPrecinct) -> GroupSums:
    """Return the rows whose groups do not make their total; blank cells count nothing."""
    cast = ballots_cast(precinct)
    not_printed = max(0, -_excess(cast)) if cast else 0
    allowed = {contest.title: contest.votes_allowed or 1 for contest in precinct.contests}
    above, unexplained, short = [], [], []
    for title, row in all_rows(precinct):
        if not title and not letters(row.label).startswith("ballotscast"):
            continue  # registered voters and turnout have no groups
        excess = _excess(row)
        words = (
            f"{title} {row.label}: groups {(row.votes or 0) + excess}, total {row.votes}".strip()
        )
        if excess > 0:
            above.append(words)
        elif excess < 0 and -excess > not_printed * allowed.get(title, 1):
            unexplained.append(words)
        elif excess < 0:
            short.append(words)
    return GroupSums(tuple(above), tuple(unexplained), tuple(short))


def row_kind(label: str) -> RowKind:
    """Return what the row with this label counts."""
    return _SPECIAL_ROWS.get(letters(label), RowKind.CHOICE)


def contest_of(
    listed: ListedContest, contests: Iterable[Contest], parties: Mapping[str, str] = NO_PARTIES
) -> Contest | None:
    """Return the one contest that `listed` is, None where it is none or may be several.

    `parties`: their names by code, as the pages of a primary are headed by either.
    """
    titled = [each for each in contests if same_text(listed.title, each.title, TITLE_CUT)]
    of_party = [each for each in titled if _is_primary_of(listed.party, each.party, parties)]
    if not of_party:  # a contest of no party stands under some heading, too
        of_party = [each for each in titled if not (listed.party and each.party)]
    if len(of_party) > 1:
        of_party = [each for each in of_party if each.id == listed.number]
    return of_party[0] if len(of_party) == 1 else None


def choice_of(count: ListedCount, choices: Iterable[Choice]) -> Choice | None:
    """Return the one choice that `count` is for, None where it is none or may be several."""
    named = [choice for choice in choices if _is_for(count, choice)]
    if len(named) > 1:
        exact = [choice for choice in named if folded(choice.party) == folded(count.party)]
        named = exact or named
    if len(named) > 1:
        named = [choice for choice in named if choice.id == count.number]
    return named[0] if len(named) == 1 else None


_Line = tuple[RowKind, int]
"""Kind of a row, and the id of its choice, else 0."""

_Words = tuple[str, str, int | None]
"""Title or label, party and number, as printed."""


class Ballot:
    """The contests of a precinct, and what the words of one listing stand for among them.

    A county repeats its words in every precinct: each is looked up once.
    """

    def __init__(
        self, contests: tuple[Contest, ...], parties: Mapping[str, str] = NO_PARTIES
    ) -> None:
        """`parties`: their names by code."""
        self.contests = contests
        self._parties = parties
        self._contests: dict[_Words, Contest | None] = {}
        self._lines: dict[tuple[int, _Words], _Line | None] = {}

    def contest(self, listed: ListedContest) -> Contest | None:
        """Return what `contest_of` says."""
        words = (listed.title, listed.party, listed.number)
        if words not in self._contests:
            self._contests[words] = contest_of(listed, self.contests, self._parties)
        return self._contests[words]

    def line(self, count: ListedCount, contest: Contest) -> _Line | None:
        """Return which row of `contest` a row is, None where it is none or may be several."""
        key = (contest.id, (count.label, count.party, count.number))
        if key not in self._lines:
            self._lines[key] = _line(count, contest)
        return self._lines[key]


_NEEDED = frozenset({RowKind.CHOICE, RowKind.WRITE_INS})
"""Rows without which a contest is not reported; over- and undervotes need not be printed."""


@dataclass
class _Matching:
    """Collects the rows of one precinct under the ids of the definition."""

    column: int | None
    ballot: Ballot
    printed: dict[int, dict[_Line, int | None]] = field(default_factory=dict)
    """Votes by row, by contest; None where the cell is blank."""
    strangers: list[str] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)

    def take(self, listed: ListedContest) -> None:
        contest = self.ballot.contest(listed)
        if contest is None:
            self.strangers.append(f"contest {listed.title}")
        elif contest.id in self.printed:
            self.strangers.append(f"contest {listed.title} once more")
        else:
            if listed.votes_allowed not in (None, contest.votes_allowed):
                self.strangers.append(f"{listed.title}: vote for {listed.votes_allowed}")
            rows = self.printed.setdefault(contest.id, {})
            for printed in listed.counts:
                # Numbers of a listing that numbers its contests otherwise are not our ids.
                count = printed if listed.number == contest.id else printed._replace(number=None)
                self._take_row(f"{count.label} in {listed.title}", count, contest, rows)

    def missing(self, contests: tuple[Contest, ...]) -> Iterator[str]:
        for contest in contests:
            rows = self.printed.get(contest.id)
            if rows is None:
                yield f"contest {contest.title}"
                continue
            for choice in contest.choices:
                if (RowKind.CHOICE, choice.id) not in rows:
                    yield f"{choice.name} in {contest.title}"
            if contest.write_in and (RowKind.WRITE_INS, 0) not in rows:
                yield f"write-ins in {contest.title}"

    def votes(self, contest: Contest) -> ContestVotes:
        rows = self.printed.get(contest.id, {})
        return ContestVotes(
            contest=contest.id,
            choices=tuple(
                ChoiceVotes(choice=choice.id, votes=rows.get((RowKind.CHOICE, choice.id)) or 0)
                for choice in sorted(contest.choices, key=lambda choice: choice.id)
            ),
            write_ins=rows.get((RowKind.WRITE_INS, 0)) or 0,
            overvotes=rows.get((RowKind.OVERVOTES, 0)),
            undervotes=rows.get((RowKind.UNDERVOTES, 0)),
            ballots=None,  # in a precinct split between districts fewer than the ballots cast
        )

    def _take_row(
        self, where: str, count: ListedCount, contest: Contest, rows: dict[_Line, int | None]
    ) -> None:
        line = self.ballot.line(count, contest)
        if line is None:
            self.strangers.append(where)
            return
        votes, before = cell(count, self.column), rows.get(line)
        if line in rows and (votes or before):
            # The same words twice: a repetition, or two choices that nobody can tell apart.
            self.strangers.append(f"{where} once more")
        if votes is None and line[0] in _NEEDED:
            self.blank.append(where)
        rows[line] = votes


def _is_primary_of(heading: str, party: str, parties: Mapping[str, str]) -> bool:
    names = {folded(name).removesuffix(" party") for name in (party, parties.get(party, party))}
    return folded(heading).removesuffix(" party") in names


def _line(count: ListedCount, contest: Contest) -> _Line | None:
    kind = row_kind(count.label)
    if kind is RowKind.WRITE_INS and not contest.write_in:
        return None
    if kind is not RowKind.CHOICE:
        return kind, 0
    choice = choice_of(count, contest.choices)
    return None if choice is None else (kind, choice.id)


def _is_for(count: ListedCount, choice: Choice) -> bool:
    if same_text(count.label, choice.name, LABEL_CUT):
        return _agree(count.party, choice.party)
    # A long name pushes its party out of the label.
    return not count.party and same_text(count.label, f"{choice.name} ({choice.party})", LABEL_CUT)


def _agree(printed: str, defined: str) -> bool:
    """Say whether two parties are the same, as far as both are said."""
    return not printed or not defined or same_text(printed, defined, PARTY_CUT + 1)


def _excess(row: ListedCount) -> int:
    """Return by how much the groups of `row` exceed its total; 0 where it has no groups."""
    cells = [cell for cell in row.by_group if cell is not None]
    return sum(cells) - (row.votes or 0) if cells and row.votes is not None else 0
