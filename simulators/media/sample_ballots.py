"""The 612 ballots that the scanner of the sample election counted.

Only their sums are given, so these are ballots of our own that have them: three wholly blank ones,
five with an overvote, four with a write-in.
"""

from itertools import cycle, islice
from random import Random

from simulators.ballot_layout import ContestLayout
from simulators.counting import NO_MARKS, Ballot, Marks
from simulators.media.sample_election import (
    M100_BALLOTS,
    M100_BLANK_BALLOTS,
    M100_COUNTS,
    M100_OVERVOTED_BALLOTS,
    Counts,
    sample_layout,
)


def m100_ballots() -> list[Ballot]:
    """Return the ballots in the order in which they were fed in: the same on every call."""
    dice = Random("the ballots of the sample")  # noqa: S311  # a rehearsal, no secret
    ballots: list[dict[int, Marks]] = [{} for _ in range(M100_BALLOTS)]
    marked = ballots[M100_BLANK_BALLOTS:]
    overvoted = cycle(marked[:M100_OVERVOTED_BALLOTS])
    for contest in sample_layout().contests:
        counts = M100_COUNTS[contest.number]
        with_overvote = list(islice(overvoted, counts.overvotes // contest.votes_allowed))
        for ballot in with_overvote:
            ballot[contest.number] = Marks(frozenset(range(1, contest.votes_allowed + 2)))
        others = [ballot for ballot in marked if contest.number not in ballot]
        dice.shuffle(others)
        for ballot, marks in zip(others, _valid_marks(contest, counts), strict=True):
            ballot[contest.number] = marks
    dice.shuffle(ballots)
    return list(ballots)


def _valid_marks(contest: ContestLayout, counts: Counts) -> list[Marks]:
    """Return the marks of all ballots but the overvoted and the wholly blank ones."""
    votes = [number for number, count in enumerate(counts.choices, start=1) for _ in range(count)]
    blank = counts.blank - M100_BLANK_BALLOTS
    marked = M100_BALLOTS - counts.overvotes // contest.votes_allowed - counts.blank
    write_ins = [Marks(write_ins=("",))] * counts.write_ins
    return [
        *_spread(votes, marked - len(write_ins)),
        *write_ins,
        *[NO_MARKS] * blank,
    ]


def _spread(votes: list[int], ballots: int) -> list[Marks]:
    """Put `votes`, sorted by choice, on `ballots`, one or two on each and never two alike."""
    second = votes[ballots:]
    firsts = votes[:ballots]
    return [
        Marks(frozenset(pair))
        for pair in (
            *zip(firsts, second, strict=False),
            *((first,) for first in firsts[len(second) :]),
        )
    ]
