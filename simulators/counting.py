"""Counts marked ballots the way both devices do, and gives the contests of a tape."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self

from election.documents import TapeChoice, TapeContest, WriteInName
from parsers.tapes.columns import (
    MOST_VOTES,
    NAME_WIDTH,
    PARTY_WIDTH,
    TITLE_WIDTH,
    WRITE_IN_WIDTH,
)
from simulators.ballot_layout import BallotLayout, ContestLayout
from simulators.errors import Refused


@dataclass(frozen=True, slots=True)
class Marks:
    """What one voter marked in one contest."""

    choices: frozenset[int] = frozenset()
    write_ins: tuple[str, ...] = ()
    """One text per marked write-in position; empty where nobody reads it, as on paper."""

    def __len__(self) -> int:
        return len(self.choices) + len(self.write_ins)


NO_MARKS = Marks()

Ballot = Mapping[int, Marks]
"""Marks by contest number; a contest of the ballot that is not in it is blank."""


@dataclass(slots=True)
class ContestTally:
    """Counters of one contest: Σ choices + write-ins + over + under = ballots * votes allowed."""

    choices: Counter[int]
    ballots: int = 0
    """Ballots that carry this contest: in a primary, not every ballot does."""
    write_ins: int = 0
    overvotes: int = 0
    """Votes: every overvoted ballot adds the votes allowed."""
    undervotes: int = 0
    blank: int = 0
    """Ballots on which the contest is wholly empty; tapes do not have them, media do."""

    def count(self, marks: Marks, votes_allowed: int, times: int) -> None:
        """Count `times` ballots marked alike."""
        self.ballots += times
        self.blank += times * (not len(marks))
        if len(marks) > votes_allowed:
            self.overvotes += votes_allowed * times
            return
        for choice in marks.choices:
            self.choices[choice] += times
        self.write_ins += len(marks.write_ins) * times
        self.undervotes += (votes_allowed - len(marks)) * times

    @property
    def total(self) -> int:
        """Sum of all counters, as CONTEST TOTAL prints it."""
        return self.choices.total() + self.write_ins + self.overvotes + self.undervotes

    def add(self, other: Self) -> None:
        """Add the counters of `other`."""
        self.ballots += other.ballots
        self.choices.update(other.choices)
        self.write_ins += other.write_ins
        self.overvotes += other.overvotes
        self.undervotes += other.undervotes
        self.blank += other.blank


class Tally:
    """All counters of a device for one ballot layout."""

    def __init__(self, layout: BallotLayout) -> None:
        self._layout = layout
        self._contests = {contest.number: contest for contest in layout.contests}
        self._tallies = {number: ContestTally(Counter()) for number in self._contests}
        self._names: Counter[tuple[int, str]] = Counter()
        self._most_ballots = MOST_VOTES // max(c.votes_allowed for c in layout.contests)
        self.ballots = 0
        self.blank_ballots = 0
        self.overvoted_ballots = 0
        self.write_in_ballots = 0

    def overvoted(self, ballot: Ballot) -> list[int]:
        """Return the contests with more marks than votes allowed; raise Refused as `count`."""
        self._check(ballot)
        return [
            number
            for number, marks in ballot.items()
            if len(marks) > self._contests[number].votes_allowed
        ]

    def count(
        self, ballot: Ballot, *, times: int = 1, contests: Collection[int] | None = None
    ) -> None:
        """Count `times` ballots marked alike that carry `contests`, or all of the layout.

        Raises Refused for marks that the ballot lacks.
        """
        carried = self._contests.keys() if contests is None else contests
        if foreign := ballot.keys() - carried:
            raise Refused(f"Contest {min(foreign)} is not on this ballot.")
        overvoted = self.overvoted(ballot)
        if not 1 <= times <= self._most_ballots - self.ballots:
            raise Refused(f"{times} more ballots may exceed a counter of {MOST_VOTES}.")
        for number in carried:
            allowed = self._contests[number].votes_allowed
            self._tallies[number].count(ballot.get(number, NO_MARKS), allowed, times)
        for number, marks in ballot.items():
            for name in marks.write_ins if number not in overvoted else ():
                self._names[number, name] += times
        self.ballots += times
        self.blank_ballots += times * (not any(map(len, ballot.values())))
        self.overvoted_ballots += times * bool(overvoted)
        self.write_in_ballots += times * any(m.write_ins for m in ballot.values())

    def add(self, other: Self) -> None:
        """Add another tally of the same layout: a terminal's votes merged into a PEB."""
        for number, tally in other._tallies.items():
            self._tallies[number].add(tally)
        self._names.update(other._names)
        self.ballots += other.ballots
        self.blank_ballots += other.blank_ballots
        self.overvoted_ballots += other.overvoted_ballots
        self.write_in_ballots += other.write_in_ballots

    def with_leftover_ballot(self) -> Self:
        """Return a copy with one more ballot, marked for the first choice of every contest."""
        copied = type(self)(self._layout)
        copied.add(self)
        copied.count(
            {
                contest.number: Marks(frozenset(choice.number for choice in contest.choices[:1]))
                for contest in self._layout.contests
            }
        )
        return copied

    def contests(self, *, with_overvotes: bool) -> tuple[TapeContest, ...]:
        """Return the contest blocks of a tape, texts cut as the printer cuts them."""
        return tuple(
            self._contest(contest, with_overvotes=with_overvotes)
            for contest in self._layout.contests
        )

    def write_in_names(self) -> tuple[WriteInName, ...]:
        """Return the write-ins that have a text, in the order of contests, then of texts."""
        cut: Counter[tuple[int, str]] = Counter()
        for (contest, name), votes in self._names.items():
            cut[contest, name[:WRITE_IN_WIDTH].strip()] += votes
        places = list(self._contests)
        return tuple(
            WriteInName(contest, name, cut[contest, name])
            for contest, name in sorted(cut, key=lambda key: (places.index(key[0]), key[1]))
            if name
        )

    def _contest(self, contest: ContestLayout, *, with_overvotes: bool) -> TapeContest:
        tally = self._tallies[contest.number]
        return TapeContest(
            contest=contest.number,
            title=contest.title[:TITLE_WIDTH].rstrip(),
            votes_allowed=contest.votes_allowed,
            ballots=tally.ballots,
            choices=tuple(
                TapeChoice(
                    choice.number,
                    choice.name[:NAME_WIDTH].rstrip(),
                    choice.party[:PARTY_WIDTH].rstrip(),
                    tally.choices[choice.number],
                )
                for choice in contest.choices
            ),
            write_ins=tally.write_ins if contest.write_in else None,
            overvotes=tally.overvotes if with_overvotes else None,
            undervotes=tally.undervotes,
            total=tally.total,
        )

    def _check(self, ballot: Ballot) -> None:
        for number, marks in ballot.items():
            contest = self._contests.get(number)
            if contest is None:
                raise Refused(f"Contest {number} is not on this ballot.")
            if unknown := marks.choices - {choice.number for choice in contest.choices}:
                raise Refused(f"Contest {number} has no choice {sorted(unknown)}.")
            if marks.write_ins and not contest.write_in:
                raise Refused(f"Contest {number} takes no write-ins.")
