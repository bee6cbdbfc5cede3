"""What a simulated election must add up to, counted from its ballots.

Shares no code with devices, tapes or parsers, so that it can be held against what comes out at
the far end.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from election.definition import Contest, ElectionDefinition
from election.documents import DeviceClass
from simulators.simulated_votes import CastBallot, CastBallots


class Counted(StrEnum):
    """What a number counts."""

    BALLOTS = "ballots"
    """Ballots that carry the contest."""
    CHOICE = "choice"
    WRITE_INS = "write-ins"
    OVERVOTES = "overvotes"
    """Votes; only of scanners, a terminal has none to report."""
    UNDERVOTES = "undervotes"


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where ballots were counted: totals of devices of one class stand together."""

    precinct: str
    counting_group: str
    device_class: DeviceClass


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One number of the result."""

    source: Source
    contest: int
    counted: Counted
    choice: int = 0
    """Its id where `counted` is a choice, else 0."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The whole result; zeros are in it, what is not reported is not."""

    ballots: dict[Source, int]
    cells: dict[Cell, int]


def count_ballots(definition: ElectionDefinition, taken: Iterable[CastBallots]) -> Truth:
    """Return what `taken` adds up to."""
    ballots: Counter[Source] = Counter()
    cells: Counter[Cell] = Counter()
    for cast in taken:
        source = Source(cast.precinct.id, cast.device.counting_group, cast.device.device_class)
        ballots[source] += len(cast.ballots)
        for contest in definition.contests_of[cast.precinct.id]:
            cells.update(_cells(source, contest, cast.ballots))
    return Truth(dict(ballots), dict(cells))


def _cells(source: Source, contest: Contest, ballots: Iterable[CastBallot]) -> dict[Cell, int]:
    choices = {choice.id: 0 for choice in contest.choices}
    carrying = write_ins = overvotes = undervotes = 0
    for ballot in ballots:
        if contest.id not in ballot.contests:
            continue
        carrying += 1
        marks = ballot.marks.get(contest.id)
        chosen = marks.choices if marks else frozenset()
        written = len(marks.write_ins) if marks else 0
        left = contest.votes_allowed - len(chosen) - written
        if left < 0:
            overvotes += contest.votes_allowed
            continue
        undervotes += left
        write_ins += written
        for choice in chosen:
            choices[choice] += 1
    counted = {
        Cell(source, contest.id, Counted.BALLOTS): carrying,
        Cell(source, contest.id, Counted.WRITE_INS): write_ins,
        Cell(source, contest.id, Counted.UNDERVOTES): undervotes,
        **{
            Cell(source, contest.id, Counted.CHOICE, choice): votes
            for choice, votes in choices.items()
        },
    }
    if source.device_class is DeviceClass.M100:
        counted[Cell(source, contest.id, Counted.OVERVOTES)] = overvotes
    return counted
