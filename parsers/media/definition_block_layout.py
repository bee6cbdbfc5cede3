# ruff: noqa: RUF009  # csfield is a mark of construct-typing; no two records share a value
"""Layout of `zt-defblock-1`, the definition block of cards and PEBs, byte by byte."""

import dataclasses
from enum import IntEnum

import construct as cs
import construct_typed as ct

from parsers.media.fields import Bounded, Literal, Text, Translated

MOST_CONTESTS = 64
MOST_CHOICES = 100
"""Of one contest."""
MOST_NAME = 40
MOST_CANDIDATES = 999
"""Of all contests, write-in positions included."""

HEAD_BYTES = 16
CONTEST_BYTES = 32
CHOICE_BYTES = 16

_MOST_ENTRIES = MOST_CONTESTS * MOST_CHOICES
_MOST_NAMES = (MOST_CONTESTS + _MOST_ENTRIES) * MOST_NAME


class ContestKind(IntEnum):
    """What is voted on."""

    CANDIDATE = 1
    MEASURE = 2
    RETENTION = 3
    STRAIGHT_PARTY = 4


@dataclasses.dataclass
class WireContest(ct.DataclassMixin):
    """A contest entry of 32 bytes."""

    contest: int = ct.csfield(Bounded(cs.Int16ul, 1, 9999))
    kind: ContestKind = ct.csfield(Translated(cs.Int8ul, ContestKind, int))
    votes_allowed: int = ct.csfield(Bounded(cs.Int8ul, 1, 20))
    choice_count: int = ct.csfield(Bounded(cs.Int8ul, 1, MOST_CHOICES))
    write_in: int = ct.csfield(Bounded(cs.Int8ul, 0, 1))
    first_candidate: int = ct.csfield(Bounded(cs.Int16ul, 1, MOST_CANDIDATES))
    first_choice: int = ct.csfield(cs.Int16ul)
    first_counter: int = ct.csfield(cs.Int16ul)
    name_offset: int = ct.csfield(cs.Int32ul)
    name_length: int = ct.csfield(Bounded(cs.Int16ul, 1, MOST_NAME))
    reserved: None = ct.csfield_noinit(cs.Padding(14))


@dataclasses.dataclass
class WireChoice(ct.DataclassMixin):
    """A choice entry of 16 bytes."""

    choice: int = ct.csfield(Bounded(cs.Int16ul, 1, 999))
    candidate: int = ct.csfield(Bounded(cs.Int16ul, 1, MOST_CANDIDATES))
    name_offset: int = ct.csfield(cs.Int32ul)
    name_length: int = ct.csfield(Bounded(cs.Int16ul, 1, MOST_NAME))
    party: str = ct.csfield(Text(4))
    reserved: None = ct.csfield_noinit(cs.Padding(2))


_CONTESTS = cs.Array(cs.this.contest_count, ct.DataclassStruct(WireContest))
_CHOICES = cs.Array(cs.this.choice_count, ct.DataclassStruct(WireChoice))
_NAMES = cs.Bytes(cs.this.names_length)


@dataclasses.dataclass
class WireBlock(ct.DataclassMixin):
    """The whole block."""

    magic: bytes | None = ct.csfield_noinit(Literal(b"ZTDB"))
    contest_count: int = ct.csfield(Bounded(cs.Int16ul, 1, MOST_CONTESTS))
    choice_count: int = ct.csfield(Bounded(cs.Int16ul, 1, _MOST_ENTRIES))
    names_length: int = ct.csfield(Bounded(cs.Int32ul, 1, _MOST_NAMES))
    total_length: int = ct.csfield(cs.Int32ul)
    contests: list[WireContest] = ct.csfield(_CONTESTS)
    choices: list[WireChoice] = ct.csfield(_CHOICES)
    names: bytes = ct.csfield(_NAMES)


DEFINITION_BLOCK = cs.FocusedSeq("block", "block" / ct.DataclassStruct(WireBlock), cs.Terminated)
