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
    choices: dict[tuple[str, str], int | None] = field(default_factory=dict)
    """Numbers by name and party, in printed order."""
    write_in: bool = False
    precincts: set[int] = field(default_factory=set)

    @property
    def only_party(self) -> str:
        """Party of all its choices, as in a primary; empty where they are of several."""
        parties = {party for _, party in self.choices if party}
        return parties.pop() if len(parties) == 1 else ""


class _Contests:
    """The contests of all precincts, each once."""

    def __init__(self) -> None:
        self.doubts: list[str] = []
        self._contests: dict[tuple[str, str, int | None], _Contest] = {}

    def take(self, precinct: ListedPrecinct) -> None:
        for listed in precinct.contests:
            key = (listed.title, listed.party, listed.number)
            contest = self._contests.setdefault(key, _Contest(listed))
            allowed, before = listed.votes_allowed, contest.first.votes_allowed
            if allowed != before:
                self.doubts.append(f"votes allowed of {listed.title}: {before} and {allowed}")
            if precinct.number is not None and _is_carried(listed):
                contest.precincts.add(precinct.number)
            for count in listed.counts:
                kind = row_kind(count.label)
                if kind is RowKind.CHOICE:
                    contest.choices.setdefault((count.label, count.party), count.number)
                contest.write_in |= kind is RowKind.WRITE_INS

    def named(self) -> Iterator[NamedContest]:
        contests = list(self._contests.values())
        if all(contest.first.number is not None for contest in contests):
            contests.sort(key=lambda contest: contest.first.number or 0)
        titles = Counter((contest.first.title, contest.first.party) for contest in contests)
        for contest in contests:
            first = contest.first
            is_alone = titles[first.title, first.party] == 1
            yield NamedContest(
                title=first.title,
                party=first.party if is_alone else contest.only_party,
                number=first.number,
                district=first.district,
                votes_allowed=first.votes_allowed,
                write_in=contest.write_in,
                choices=tuple(
                    NamedChoice(name, party, number)
                    for (name, party), number in contest.choices.items()
                ),
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
