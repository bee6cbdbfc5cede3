"""The memory card of a Model 100 as the scanner writes it, in the project profile.

Every step is one transaction: log record, counters, header, trailer, in this order. It builds on
what the card itself holds, so a card that missed some writes is still consistent in itself.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from struct import unpack_from

from election.media import CardLogRecord, CardState, M100Card, MediumFlags, MediumIdentity
from parsers.media.checksums import crc32
from parsers.media.counters import medium_contests
from parsers.media.definition_block import (
    BlockContest,
    read_definition_block,
)
from parsers.media.m100_card.event_codes import CardEvent
from parsers.media.m100_card.layout import (
    COUNTERS_AT,
    DEFINITION_AT,
    HEADER,
    HEADER_BYTES,
    SIZES,
    TRAILER_BYTES,
    WireHeader,
)
from simulators.ballot_layout import BallotLayout
from simulators.counting import NO_MARKS, Ballot, ContestTally
from simulators.media.card_image import (
    card_image,
    counter_bytes,
    header_bytes,
    slot_bytes,
    slot_offset,
    trailer_bytes,
)
from simulators.media.definition_block import definition_block


@dataclass(frozen=True, slots=True)
class Entry:
    """What one transaction adds to the audit log."""

    at: datetime
    event: CardEvent
    value: int = 0
    note: str = ""


class CardMemory:
    """A card with its write-protect switch: when that is on, every write is dropped in silence."""

    def __init__(self, image: bytes) -> None:
        """Take a card that was loaded before."""
        self._image = bytearray(image)
        first = image[:HEADER_BYTES]
        self._read_header: tuple[bytes, WireHeader] = (first, HEADER.parse(first))
        self.write_protected = False
        self.writes_before_power_fails: int | None = None
        """Writes, four to a transaction, that still reach the card; None: all of them."""

    @property
    def image(self) -> bytes:
        """The whole card."""
        return bytes(self._image)

    @property
    def header(self) -> WireHeader:
        """A copy of the header."""
        raw = bytes(self._image[:HEADER_BYTES])
        if raw != self._read_header[0]:
            self._read_header = (raw, HEADER.parse(raw))
        return copy(self._read_header[1])

    @property
    def counters(self) -> list[int]:
        """A copy of the counters."""
        count = sum(contest.counters for contest in self._contests)
        return list(unpack_from(f"<{count}I", self._image, COUNTERS_AT))

    def commit(self, entry: Entry, header: WireHeader, counters: Sequence[int] = ()) -> None:
        """Write one transaction: `entry`, the new `counters` (none: as they are), the `header`."""
        counted = counter_bytes(counters or self.counters)
        sequence = header.next_sequence
        record = CardLogRecord(sequence, entry.at, entry.event, 0, entry.value, entry.note)
        header.generation += 1
        header.next_sequence += 1
        header.last_write = entry.at
        header.counters_crc = crc32(counted)
        self._write(slot_offset(sequence, header.log_capacity), slot_bytes(record))
        self._write(COUNTERS_AT, counted)
        self._write(0, header_bytes(header))
        self._write(len(self._image) - TRAILER_BYTES, trailer_bytes(self._image, header.generation))

    def note(self, entry: Entry) -> None:
        """Write a transaction that changes nothing but the log."""
        self.commit(entry, self.header)

    def count(
        self, ballot: Ballot, at: datetime, *, contests: Collection[int] | None = None
    ) -> None:
        """Add a ballot that carries `contests`, all of the card unless given."""
        header = self.header
        counters: list[int] = []
        overvoted = False
        for contest in self._contests:
            marks = ballot.get(contest.contest, NO_MARKS)
            overvoted |= len(marks) > contest.votes_allowed
            is_carried = contests is None or contest.contest in contests
            counters += _counted(contest, ballot) if is_carried else [0] * contest.counters
        header.ballots += 1
        header.protective_close += 1
        header.blank_ballots += not any(map(len, ballot.values()))
        header.overvoted_ballots += overvoted
        header.write_in_ballots += any(marks.write_ins for marks in ballot.values())
        summed = [had + more for had, more in zip(self.counters, counters, strict=True)]
        self.commit(Entry(at, CardEvent.BALLOT_COUNTED, header.ballots), header, summed)

    @cached_property
    def _contests(self) -> tuple[BlockContest, ...]:
        end = DEFINITION_AT + self.header.definition_length
        block = read_definition_block(bytes(self._image[DEFINITION_AT:end]), lambda offset: offset)
        return block.contests

    def _write(self, at: int, raw: bytes) -> None:
        if self.writes_before_power_fails is not None:
            if not self.writes_before_power_fails:
                return
            self.writes_before_power_fails -= 1
        if not self.write_protected:
            self._image[at : at + len(raw)] = raw


def load_card(
    layout: BallotLayout,
    *,
    card: str,
    at: datetime,
    firmware: str,
    size: int = min(SIZES),
    measures: Collection[int] = (),
) -> CardMemory:
    """Return a card with the definition of `layout`, as the election software hands it out."""
    block = definition_block(layout, measures)
    identity = MediumIdentity(
        election=layout.election,
        definition_sha256=layout.definition_sha256,
        definition_version=layout.definition_version,
        precinct=layout.precinct,
        flags=MediumFlags(test=layout.test),
    )
    unused = M100Card(
        identity=identity,
        card=card,
        scanner="",
        firmware=firmware,
        state=CardState.LOADED,
        copy=0,
        generation=0,
        open_count=0,
        opened=None,
        closed=None,
        last_write=None,
        ballots=0,
        protective_open=0,
        protective_close=0,
        blank_ballots=0,
        overvoted_ballots=0,
        write_in_ballots=0,
        returned_ballots=0,
        unreadable_ballots=0,
        contests=medium_contests(block, [0] * block.counters),
        log=(),
    )
    memory = CardMemory(card_image(unused, block, size))
    version = layout.definition_version
    memory.note(Entry(at, CardEvent.DEFINITION_LOADED, version, f"DEF V{version}"))
    return memory


def _counted(contest: BlockContest, ballot: Ballot) -> list[int]:
    """Return what `ballot` adds to each counter of `contest`."""
    tally = ContestTally(Counter())
    tally.count(ballot.get(contest.contest, NO_MARKS), contest.votes_allowed, 1)
    votes = (tally.choices[choice.choice] for choice in contest.choices)
    return [
        *votes,
        tally.write_ins,
        tally.overvotes,
        tally.undervotes,
        tally.blank,
        tally.ballots,
    ]
