"""What was done with one terminal, and the counters that its ballots give."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from election.media import MediumContest
from parsers.media.counters import medium_contests
from parsers.media.definition_block import BlockContest, DefinitionBlock
from simulators.counting import NO_MARKS, ContestTally
from simulators.simulated_votes import CastBallot


@dataclass(frozen=True, slots=True)
class TerminalDay:
    """One terminal from its opening to its closing."""

    serial: str
    protective_open: int
    opened: datetime
    closed: datetime | None
    """None: never."""
    opening_peb: str
    closing_peb: str
    """Empty while it is open."""
    ballots: tuple[tuple[CastBallot, datetime], ...]
    """In the order in which they were cast."""


def counted(block: DefinitionBlock, ballots: Iterable[CastBallot]) -> tuple[MediumContest, ...]:
    """Return the contests of `block` with the counters that `ballots` give."""
    cast = list(ballots)
    counters = [value for contest in block.contests for value in _counters(contest, cast)]
    return medium_contests(block, counters)


def candidates_of(block: DefinitionBlock, ballot: CastBallot) -> tuple[int, ...]:
    """Return the candidate numbers that `ballot` votes for, in their order."""
    numbers = []
    for contest in block.contests:
        marks = ballot.marks.get(contest.contest, NO_MARKS)
        numbers += [c.candidate for c in contest.choices if c.choice in marks.choices]
        numbers += [contest.candidates.stop - 1] * len(marks.write_ins)
    return tuple(numbers)


def _counters(contest: BlockContest, ballots: list[CastBallot]) -> list[int]:
    tally = ContestTally(Counter())
    for ballot in ballots:
        if contest.contest in ballot.contests:
            tally.count(ballot.marks.get(contest.contest, NO_MARKS), contest.votes_allowed, 1)
    votes = (tally.choices[choice.choice] for choice in contest.choices)
    return [
        *votes,
        tally.write_ins,
        tally.overvotes,
        tally.undervotes,
        tally.blank,
        tally.ballots,
    ]
