"""The counters of a medium, in the order of the profiles, and the contests that they belong to.

For each contest: its choices in ballot order, then write-ins, overvotes, undervotes, blank and
ballots.
"""

from collections.abc import Iterable, Sequence

from election.media import MediumChoice, MediumContest
from parsers.media.definition_block import BlockContest, DefinitionBlock


def medium_contests(block: DefinitionBlock, counters: Sequence[int]) -> tuple[MediumContest, ...]:
    """Return the contests of `block` with `counters`, of which there are `block.counters`."""
    rest = iter(counters)
    contests = tuple(
        _contest(contest, [next(rest) for _ in range(contest.counters)])
        for contest in block.contests
    )
    if next(rest, None) is not None:
        raise ValueError(f"{len(counters)} counters, the definition block has {block.counters}")
    return contests


def counter_values(contests: Iterable[MediumContest]) -> list[int]:
    """Return the counters of `contests` as a medium has them."""
    return [
        value
        for contest in contests
        for value in (
            *(choice.votes for choice in contest.choices),
            contest.write_ins,
            contest.overvotes,
            contest.undervotes,
            contest.blank,
            contest.ballots,
        )
    ]


def _contest(contest: BlockContest, counters: Sequence[int]) -> MediumContest:
    *votes, write_ins, overvotes, undervotes, blank, ballots = counters
    return MediumContest(
        contest=contest.contest,
        title=contest.title,
        votes_allowed=contest.votes_allowed,
        write_in=contest.write_in,
        choices=tuple(
            MediumChoice(choice.choice, choice.candidate, choice.name, choice.party, count)
            for choice, count in zip(contest.choices, votes, strict=True)
        ),
        write_ins=write_ins,
        overvotes=overvotes,
        undervotes=undervotes,
        blank=blank,
        ballots=ballots,
    )
