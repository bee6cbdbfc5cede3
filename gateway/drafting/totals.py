"""From a listing of totals to a draft: every contest and choice, counting groups, registration."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from election.listings import ListedContest, ListedPrecinct, TotalsListing
from gateway.drafting.records import (
    Draft,
    NamedChoice,
    NamedContest,
    NamedGroup,
    NamedPrecinct,
    Standing,
)
from gateway.listed_dates import dates_in
from gateway.listed_texts import folded, letters
from gateway.listed_totals import RowKind, ballots_cast, registered_voters, row_kind
from gateway.totals_placement import CANVASSES, SUMMARIES


def draft_of_totals(listing: TotalsListing, source: str) -> Draft:
    """Return what `listing` says."""
    contests = _Contests()
    for precinct in listing.precincts:
        contests.take(precinct)
    shows = listing.head.report in SUMMARIES | CANVASSES
    return Draft(
        source=source,
        standing=Standing.SHOWS if shows else Standing.COUNTS,
        contests=tuple(contests.named()),
        precincts=tuple(
            NamedPrecinct(each.number, each.name, registered_voters(each))
            for each in _once(listing.precincts)
            if each.number is not None
        ),
        groups=tuple(_groups(listing)),
        election=listing.head.election,
        day=next(iter(dates_in(listing.head.titles)), None),
        titles=listing.head.titles,
        parties=_parties(listing),
        doubts=tuple(f"{source}: {each}" for each in contests.doubts),
    )


@dataclass
class _Contest:
    first: ListedContest
    choices: dict[tuple[str, str], NamedChoice] = field(default_factory=dict)
    """By name and party, folded, in printed order."""
    votes_allowed: set[int] = field(default_factory=set)
    write_in: bool = False
    precincts: set[int] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)
    """Choices that stand more than once in one precinct."""

    @property
    def only_party(self) -> str:
        """Party of all its choices, as in a primary; empty where they are of several."""
        parties = {choice.party for choice in self.choices.values() if choice.party}
        return parties.pop() if len(parties) == 1 else ""

    def take(self, listed: ListedContest) -> None:
        """Add what one precinct prints of it."""
        if listed.votes_allowed is not None:
            self.votes_allowed.add(listed.votes_allowed)
        here: set[tuple[str, str]] = set()
        for count in listed.counts:
            kind = row_kind(count.label)
            self.write_in |= kind is RowKind.WRITE_INS
            if kind is not RowKind.CHOICE:
                continue
            key = (folded(count.label), folded(count.party))
            if key in here:
                self.repeated.add(count.label)
            here.add(key)
            self.choices.setdefault(key, NamedChoice(count.label, count.party, count.number))

    def doubts(self) -> Iterator[str]:
        """Yield what a person must settle, in words."""
        title = self.first.title
        if len(self.votes_allowed) > 1:
            yield f"votes allowed of {title}: {' and '.join(map(str, sorted(self.votes_allowed)))}"
        for label in sorted(self.repeated):
            yield (
                f"choice {label!r} of {title} stands there more than once in a precinct: if these "
                "are several, the listing cannot tell their votes apart"
            )


class _Contests:
    """The contests of all precincts, each once."""

    def __init__(self) -> None:
        self._contests: dict[tuple[str, str, int | None], _Contest] = {}

    def take(self, precinct: ListedPrecinct) -> None:
        for listed in precinct.contests:
            key = (folded(listed.title), folded(listed.party), listed.number)
            contest = self._contests.setdefault(key, _Contest(listed))
            contest.take(listed)
            if precinct.number is not None and _is_carried(listed):
                contest.precincts.add(precinct.number)

    @property
    def doubts(self) -> Iterator[str]:
        """Yield what a person must settle, in words."""
        for contest in self._contests.values():
            yield from contest.doubts()

    def named(self) -> Iterator[NamedContest]:
        contests = list(self._contests.values())
        if all(contest.first.number is not None for contest in contests):
            contests.sort(key=lambda contest: contest.first.number or 0)
        titles = Counter((title, party) for title, party, _ in self._contests)
        for contest in contests:
            first = contest.first
            is_alone = titles[folded(first.title), folded(first.party)] == 1
            yield NamedContest(
                title=first.title,
                party=first.party if is_alone else contest.only_party,
                number=first.number,
                district=first.district,
                votes_allowed=min(contest.votes_allowed, default=None),
                write_in=contest.write_in,
                choices=tuple(contest.choices.values()),
                precincts=frozenset(contest.precincts) or None,
            )


def _once(precincts: Iterable[ListedPrecinct]) -> Iterator[ListedPrecinct]:
    seen: set[int | None] = set()
    for precinct in precincts:
        if precinct.number not in seen:
            seen.add(precinct.number)
            yield precinct


def _is_carried(listed: ListedContest) -> bool:
    """Say whether the precinct votes in it: a canvass leaves the cells of others blank."""
    return any(count.votes is not None for count in listed.counts)


def _groups(listing: TotalsListing) -> Iterator[NamedGroup]:
    """Yield the columns that have a heading or ballots."""
    ballots = [0] * len(listing.groups)
    for precinct in _once(listing.precincts):
        cast = ballots_cast(precinct)
        for column, cell in enumerate(cast.by_group[: len(ballots)] if cast else ()):
            ballots[column] += cell or 0
    for column, (heading, cast_in) in enumerate(zip(listing.groups, ballots, strict=True), start=1):
        if heading or cast_in:
            yield NamedGroup(column, heading, cast_in)


def _parties(listing: TotalsListing) -> dict[str, str]:
    return {
        count.party: count.label
        for precinct in listing.precincts
        for contest in precinct.contests
        if "straightparty" in letters(contest.title)
        for count in contest.counts
        if count.party and folded(count.label) != folded(count.party)
    }
