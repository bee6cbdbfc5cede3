"""Several drafts of one election made one; what they disagree on is for a person.

The drafts of the greatest standing decide which contests and precincts there are, the others
complete them. Of two texts the longer counts where it begins with the shorter: a listing cut it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from gateway.drafting.records import (
    Draft,
    NamedChoice,
    NamedContest,
    NamedGroup,
    NamedPrecinct,
    Standing,
)
from gateway.listed_texts import LABEL_CUT, PRECINCT_CUT, folded, same_text

_Named = TypeVar("_Named", NamedChoice, NamedContest)


def merged(drafts: Sequence[Draft]) -> Draft:
    """Return one draft of all; raise ValueError without any."""
    in_order = sorted(drafts, key=lambda draft: -draft.standing)  # stable: as they were given
    whole, *others = in_order
    for other in others:
        whole = _Merging(whole, other).draft()
    return whole


class _Merging:
    """Completes `mine` by `other`, which is of the same standing or a lesser one."""

    def __init__(self, mine: Draft, other: Draft) -> None:
        self._mine, self._other = mine, other
        self._doubts: list[str] = []
        self._as_good = other.standing is mine.standing

    def draft(self) -> Draft:
        mine, other = self._mine, self._other
        self._differ("election day", mine.day, other.day)
        self._differ("ELECTION ID", mine.election, other.election)
        # First, as of many doubts only the first are told: these may be two elections.
        self._doubts += [*mine.doubts, *other.doubts]
        contests = tuple(self._contests())
        precincts = tuple(self._precincts())
        groups = tuple(self._groups())
        return replace(
            mine,
            contests=contests,
            precincts=precincts,
            groups=groups,
            election=mine.election or other.election,
            day=mine.day or other.day,
            titles=mine.titles or other.titles,
            parties={**other.parties, **mine.parties},
            doubts=tuple(dict.fromkeys(self._doubts)),
        )

    def _contests(self) -> Iterator[NamedContest]:
        pairs, rest = _paired(self._mine.contests, self._other.contests, lambda each: each.title)
        for contest, other in pairs:
            yield contest if other is None else self._contest(contest, other)
        for contest in rest:
            where = f"contest {contest.title!r} is in {self._other.source} only"
            self._doubts.append(where if self._as_good else f"{where}, and was left out")
            if self._as_good:
                yield contest

    def _contest(self, mine: NamedContest, other: NamedContest) -> NamedContest:
        title = self._text("contest", mine.title, other.title, LABEL_CUT)
        self._differ(f"votes allowed of {title}", mine.votes_allowed, other.votes_allowed)
        if self._other.standing is Standing.COUNTS:  # the others show only where somebody voted
            self._differ(f"precincts of {title}", mine.precincts, other.precincts)
        carried = (mine.precincts or frozenset()) | (other.precincts or frozenset())
        return replace(
            mine,
            title=title,
            party=mine.party or other.party,
            number=other.number if mine.number is None else mine.number,
            district=mine.district or other.district,
            votes_allowed=mine.votes_allowed or other.votes_allowed,
            most_on_a_ballot=max(mine.most_on_a_ballot, other.most_on_a_ballot),
            write_in=other.write_in if mine.write_in is None else mine.write_in,
            choices=tuple(self._choices(mine, other)),
            precincts=carried or None,
        )

    def _choices(self, mine: NamedContest, other: NamedContest) -> Iterator[NamedChoice]:
        pairs, rest = _paired(mine.choices, other.choices, lambda each: each.name)
        for choice, twin in pairs:
            if twin is not None:
                where = f"choice of {mine.title}"
                name = self._text(where, choice.name, twin.name, LABEL_CUT)
                number = twin.number if choice.number is None else choice.number
                yield NamedChoice(name, choice.party or twin.party, number)
                continue
            if self._other.standing is not Standing.VOTES:  # else nobody voted for it there
                self._only(self._mine, choice, mine)
            yield choice
        for choice in rest:
            if self._mine.standing is Standing.COUNTS and not self._as_good:
                self._only(self._other, choice, mine, ", and was left out")
                continue
            if self._other.standing is not Standing.VOTES:
                self._only(self._other, choice, mine, ": see that it is not there twice")
            yield choice

    def _only(
        self, draft: Draft, choice: NamedChoice, contest: NamedContest, more: str = ""
    ) -> None:
        where = f"choice {choice.name!r} of {contest.title}"
        self._doubts.append(f"{where} is in {draft.source} only{more}")

    def _precincts(self) -> Iterator[NamedPrecinct]:
        others = {precinct.number: precinct for precinct in self._other.precincts}
        for precinct in self._mine.precincts:
            other = others.pop(precinct.number, None)
            yield precinct if other is None else self._precinct(precinct, other)
        for precinct in others.values():
            where = f"precinct {precinct.number} {precinct.name} is in {self._other.source} only"
            if self._as_good or not self._mine.precincts:
                yield precinct
            else:
                self._doubts.append(f"{where}, and was left out")

    def _precinct(self, mine: NamedPrecinct, other: NamedPrecinct) -> NamedPrecinct:
        self._differ(f"registered voters of {mine.number}", mine.registered, other.registered)
        name = self._text(f"precinct {mine.number}", mine.name, other.name, PRECINCT_CUT)
        registered = other.registered if mine.registered is None else mine.registered
        terminals = tuple(dict.fromkeys((*mine.terminals, *other.terminals)))
        return NamedPrecinct(mine.number, name, registered, terminals)

    def _groups(self) -> Iterator[NamedGroup]:
        if not self._as_good:
            yield from self._mine.groups
            return
        others = {group.column: group for group in self._other.groups}
        for group in self._mine.groups:
            other = others.pop(group.column, None)
            if other is None:
                yield group
                continue
            where = f"column {group.column}"
            self._differ(f"ballots of {where}", group.ballots, other.ballots)
            if group.heading and other.heading:
                self._differ(f"heading of {where}", folded(group.heading), folded(other.heading))
            yield replace(group, heading=group.heading or other.heading)
        yield from others.values()

    def _text(self, what: str, mine: str, other: str, cut: int) -> str:
        short, long = sorted((mine, other), key=len)
        if folded(mine) == folded(other):
            return mine
        if same_text(short, long, cut):
            return long
        self._differ(what, mine, other)
        return mine or other

    def _differ(self, what: str, mine: object, other: object) -> None:
        """Note that both sides say something, and not the same."""
        if mine and other and mine != other:
            self._doubts.append(
                f"{what}: {self._mine.source} has {_short(mine)}, {self._other.source} "
                f"{_short(other)}"
            )


def _paired(
    mine: Sequence[_Named], others: Sequence[_Named], name: Callable[[_Named], str]
) -> tuple[list[tuple[_Named, _Named | None]], list[_Named]]:
    """Return each of `mine` with its twin in `others`, and who of `others` is nobody's.

    Lines of the same name (a fusion candidate) are paired in their order, if each side has as
    many.
    """
    rest = list(others)
    pairs: list[tuple[_Named, _Named | None]] = []
    for each in mine:
        alike_here, alike_there = _alike(mine, each, name), _alike(others, each, name)
        place = alike_here.index(each)
        twin = alike_there[place] if len(alike_here) == len(alike_there) else None
        if twin in rest:
            rest.remove(twin)
            pairs.append((each, twin))
        else:
            pairs.append((each, None))
    return pairs, rest


def _alike(named: Sequence[_Named], sought: _Named, name: Callable[[_Named], str]) -> list[_Named]:
    """Return those of the same name; where there are none, those of which one name may be cut."""
    fitting = [one for one in named if _fits(one, sought)]
    same = [one for one in fitting if folded(name(one)) == folded(name(sought))]
    return same or [one for one in fitting if _may_be_cut(name(one), name(sought))]


def _may_be_cut(one: str, other: str) -> bool:
    return same_text(one, other, LABEL_CUT) or same_text(other, one, LABEL_CUT)


def _fits(one: NamedChoice | NamedContest, other: NamedChoice | NamedContest) -> bool:
    """Say whether the parties agree, as far as both are said: as code, or code and name."""
    here, there = folded(one.party), folded(other.party)
    return here.startswith(there) or there.startswith(here)


def _short(value: object) -> str:
    if isinstance(value, Iterable) and not isinstance(value, str):
        return f"{len([*value])} of them"
    return repr(value) if isinstance(value, str) else str(value)
