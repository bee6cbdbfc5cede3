"""Sums over the ballots of a terminal.

Only sums leave this module: no ballot, no place of one and no order of theirs, because the order
of votes beside the list of voters tells who voted how. That is why damage names an area alone.
"""

from collections import Counter
from dataclasses import dataclass, field
from struct import Struct, unpack_from

from parsers.media.flash.layout import (
    AREA,
    BALLOT,
    BALLOT_AREAS,
    BALLOTS,
    BY_POLL_WORKER,
    ERASED,
    MOST_CANDIDATES,
    TEST_BALLOT,
    VOTE_BYTES,
    ZEROED,
)

_LENGTH_FIELD = Struct("<H")
_LENGTH = _LENGTH_FIELD.size
_ENDS = (0xFFFF, 0)


@dataclass(slots=True)
class BallotSums:
    """Sums over all ballots in sound areas."""

    ballots: int = 0
    by_poll_worker: int = 0
    tests: int = 0
    longer_than_votes: int = 0
    """Records with more bytes than their votes need: the profile writes none."""
    precincts: Counter[int] = field(default_factory=Counter)
    """Ballots of each."""
    candidates: Counter[int] = field(default_factory=Counter)
    """Votes of each; numbers from 1."""

    def add(self, other: "BallotSums") -> None:
        """Add the sums of another area."""
        self.ballots += other.ballots
        self.by_poll_worker += other.by_poll_worker
        self.tests += other.tests
        self.longer_than_votes += other.longer_than_votes
        self.precincts += other.precincts
        self.candidates += other.candidates


class _Damaged(Exception):
    """An area whose ballots cannot be told apart; never leaves this module."""


def sum_ballots(image: bytes) -> tuple[BallotSums, tuple[str, ...]]:
    """Return the sums over all sound areas of `image`, and what is wrong with the others."""
    sums = BallotSums()
    damage: list[str] = []
    for number in range(BALLOT_AREAS):
        begin = BALLOTS + number * AREA
        if image.startswith(ERASED, begin):
            continue
        try:
            sums.add(_sum_area(image[begin : begin + AREA]))
        except _Damaged as reason:
            where = f"ballot area {number + 1} of {BALLOT_AREAS}"
            damage.append(f"{where}: {reason}; none of its ballots is counted")
    return sums, tuple(damage)


def _sum_area(area: bytes) -> BallotSums:
    sums = BallotSums()
    precincts: list[int] = []
    candidates: list[int] = []
    at = 0
    while at + _LENGTH <= AREA:
        (length,) = _LENGTH_FIELD.unpack_from(area, at)
        if length in _ENDS:
            break
        if length < BALLOT.size or at + length > AREA:
            raise _Damaged("a record whose length does not fit")
        _, precinct, _style, flags, count = BALLOT.unpack_from(area, at)
        votes = _votes(area, at + BALLOT.size, count, room=length - BALLOT.size)
        precincts.append(precinct)
        candidates += votes
        sums.ballots += 1
        sums.by_poll_worker += bool(flags & BY_POLL_WORKER)
        sums.tests += bool(flags & TEST_BALLOT)
        sums.longer_than_votes += length > BALLOT.size + count * VOTE_BYTES
        at += length
    if not area.endswith((ERASED[at:], ZEROED[at:])):
        raise _Damaged("not erased after its last record")
    sums.precincts.update(precincts)
    sums.candidates.update({zero_based + 1: n for zero_based, n in Counter(candidates).items()})
    return sums


def _votes(area: bytes, begin: int, count: int, *, room: int) -> tuple[int, ...]:
    """Return the `count` candidate numbers, from 0, that stand at `begin` in `room` bytes."""
    if count * VOTE_BYTES > room:
        raise _Damaged("a record that is too short for its votes")
    votes = unpack_from(f"<{count}H", area, begin)
    if len(set(votes)) < count:
        raise _Damaged("a record with two votes for one candidate")
    if votes and max(votes) >= MOST_CANDIDATES:
        raise _Damaged(f"a vote for a candidate beyond number {MOST_CANDIDATES}")
    return votes
