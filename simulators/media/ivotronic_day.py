"""What the two iVotronic terminals of the sample election did, and the 37 ballots cast on them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple

from election.media import MediumContest, MediumFlags, MediumIdentity
from parsers.media.counters import medium_contests
from parsers.media.definition_block import BlockContest, DefinitionBlock
from simulators.media import sample_election as sample
from simulators.media.definition_block import definition_block

FIRST, SECOND = sample.TERMINALS
"""Serials of the two terminals."""

BALLOTS = 37

FIRST_BALLOT = datetime(2026, 11, 3, 7, 40)  # noqa: DTZ001  # a device's wall clock
BALLOT_EVERY = timedelta(seconds=1_080)
CANCELLED_BEFORE = 20
"""The ballot before which one was cancelled, on the first terminal."""

WRITE_IN_NAME = "DREW DOYLE"

IDENTITY = MediumIdentity(
    election=sample.ELECTION,
    definition_sha256=sample.DEFINITION_SHA256,
    definition_version=sample.DEFINITION_VERSION,
    precinct=sample.PRECINCT,
    flags=MediumFlags(),
)


class TerminalDay(NamedTuple):
    """What one terminal went through."""

    cleared: datetime
    opened: datetime
    told_to_close: datetime
    closed: datetime
    cancelled: int
    """Ballots."""


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


DAYS = {
    FIRST: TerminalDay(
        cleared=_at("2026-10-28 13:00:00"),
        opened=_at("2026-11-03 07:02:14"),
        told_to_close=_at("2026-11-03 19:32:00"),
        closed=_at("2026-11-03 19:47:20"),
        cancelled=1,
    ),
    SECOND: TerminalDay(
        cleared=_at("2026-10-28 13:10:00"),
        opened=_at("2026-11-03 07:05:40"),
        told_to_close=_at("2026-11-03 19:33:00"),
        closed=_at("2026-11-03 19:50:22"),
        cancelled=0,
    ),
}
ZERO_TAPE = _at("2026-11-03 07:08:30")
RESULTS_TAPE = _at("2026-11-03 19:53:10")

_BOARD = (
    *[(7, 8)] * 7,
    *[(7, 9)] * 6,
    *[(7, 10)] * 5,
    *[(8, 9)] * 4,
    *[(8, 10)] * 3,
    *[(9, 10)] * 2,
    (7,),
    *[(8,)] * 2,
    *[(9,)] * 2,
    *[(10,)] * 2,
)
"""Candidates for city director, by ballot; the ballots after them have none."""


def sample_block() -> DefinitionBlock:
    """Return the definition block of the precinct."""
    return definition_block(sample.sample_layout(), sample.MEASURES)


def ballots_of(serial: int) -> list[int]:
    """Return the numbers (0..36) of the ballots cast on `serial`."""
    return [number for number in range(BALLOTS) if (number % 5 in (0, 2, 4)) == (serial == FIRST)]


def candidates_of(number: int) -> tuple[int, ...]:
    """Return the candidate numbers voted for on ballot `number`, in their order."""
    governor = _first_beyond(number, (17, 32, 34, 35), candidate=1)
    justice = _first_beyond(number, (16, 34), candidate=5)
    board = _BOARD[number] if number < len(_BOARD) else ()
    issue = _first_beyond(number, (21, 35), candidate=11)
    return (*governor, *justice, *board, *issue)


def counted(numbers: Iterable[int]) -> tuple[MediumContest, ...]:
    """Return the contests with the counters that the ballots `numbers` give."""
    ballots = [candidates_of(number) for number in numbers]
    block = sample_block()
    counters = [value for contest in block.contests for value in _counters(contest, ballots)]
    return medium_contests(block, counters)


def _counters(contest: BlockContest, ballots: Sequence[tuple[int, ...]]) -> list[int]:
    votes = dict.fromkeys(contest.candidates, 0)
    blank = 0
    for candidates in ballots:
        chosen = [candidate for candidate in candidates if candidate in votes]
        blank += not chosen
        for candidate in chosen:
            votes[candidate] += 1
    undervotes = len(ballots) * contest.votes_allowed - sum(votes.values())
    choices = [votes.pop(choice.candidate) for choice in contest.choices]
    return [*choices, sum(votes.values()), 0, undervotes, blank, len(ballots)]


def _first_beyond(number: int, ends: Sequence[int], *, candidate: int) -> tuple[int, ...]:
    """Return the candidate whose ballots end at the first of `ends` beyond `number`.

    `candidate` is that of the first of `ends`, the others follow.
    """
    numbered = zip(count(candidate), ends, strict=False)
    return next(((who,) for who, end in numbered if number < end), ())
