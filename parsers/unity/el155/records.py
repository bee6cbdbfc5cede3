"""The cast vote records of an EL155 listing, one by one, for people who audit them.

Secrecy. Whether the order of a listing is the order of voting is not known, so that order is
left behind: the records of a precinct are put in an order that follows from what they say, and
are numbered after that. What the listing prints beside the votes stays: terminal and B/I. A
terminal that took few ballots of a precinct, or a B/I that few ballots have, narrows down whose
ballot it can be, here as in the listing. The text of a write-in can say who wrote
it, and is left out.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.contract import Content
from parsers.errors import ParseError
from parsers.unity.el155.lines import Choice, ballot_style
from parsers.unity.el155.reader import Reader, read
from parsers.unity.listing import ListingText

MOST_RECORDS = 500_000
"""Records of one precinct, which are kept until they can be put in order."""

WRITE_IN = "WRITE-IN"
"""Stands for the text of every write-in."""


@dataclass(frozen=True, slots=True)
class CastVote:
    """One vote of a record."""

    contest: str
    """As printed, cut at 40 characters."""
    choice: str
    """As printed, no-break spaces at its end kept, or WRITE_IN."""


@dataclass(frozen=True, slots=True)
class CastVoteRecord:
    """One ballot; without votes it is a blank one."""

    precinct: int
    record: int
    """From 1 within the precinct; says nothing about the order of voting."""
    terminal: str
    ballot_style: int
    """B/I, as printed."""
    votes: tuple[CastVote, ...]


def cast_vote_records(content: Content) -> Iterator[CastVoteRecord]:
    """Yield the records of one precinct after the other; raise ParseError.

    A ParseError can come after records were yielded: they are then part of no listing, and
    whatever was made of them must be thrown away. Memory holds one precinct at a time. Where a
    listing comes back to a precinct, its numbers go on, and the records of each part are in order
    among themselves. A record whose first line has no star is a record too: `parse` says which.
    """
    text = ListingText(content)
    parts = _Parts()
    numbered: Counter[int] = Counter()
    for _ in read(text.numbered_lines(), Reader(text.cut_line, keep=parts.keep)):
        yield from _in_order(parts.ended(), numbered)
    parts.end()
    yield from _in_order(parts.ended(), numbered)


@dataclass(slots=True)
class _Part:
    """Records of one precinct that follow each other in the listing: style, votes, terminal."""

    precinct: int
    records: list[tuple[int, list[Choice], str]] = field(default_factory=list)


class _Parts:
    """Collects the records of a precinct until another precinct begins."""

    def __init__(self) -> None:
        self._open = _Part(0)
        self._ended: list[_Part] = []

    def keep(self, precinct: int, start: bytes, votes: list[Choice], line: int) -> None:
        """Add the record that starts on `line`; that of another precinct ends the part."""
        if precinct != self._open.precinct:
            self.end()
            self._open = _Part(precinct)
        if len(self._open.records) == MOST_RECORDS:
            raise ParseError(f"more than {MOST_RECORDS} records in precinct {precinct}", line=line)
        votes.sort(key=_key)
        self._open.records.append((ballot_style(start), votes, start[:7].decode()))

    def end(self) -> None:
        """End the open part."""
        self._ended.append(self._open)

    def ended(self) -> list[_Part]:
        """Return the parts that ended since this was asked last."""
        ended, self._ended = self._ended, []
        return ended


def _in_order(parts: list[_Part], numbered: Counter[int]) -> Iterator[CastVoteRecord]:
    for part in parts:
        precinct = part.precinct
        part.records.sort(key=_content)
        for style, votes, serial in part.records:
            numbered[precinct] += 1
            cast = tuple(map(_vote, votes))
            yield CastVoteRecord(precinct, numbered[precinct], serial, style, cast)


def _content(record: tuple[int, list[Choice], str]) -> tuple[int, list[bytes], str]:
    style, votes, serial = record
    return style, [choice.key for choice in votes], serial


def _key(choice: Choice) -> bytes:
    return choice.key


def _vote(choice: Choice) -> CastVote:
    return CastVote(choice.contest, WRITE_IN if choice.write_in else choice.name)
