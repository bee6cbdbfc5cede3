"""`zt-defblock-1`: the contests and choices that a card or a PEB carries, with their names.

PROJECT PROFILE - NOT THE VENDOR FORMAT. Everything stands exactly once and in ballot order:
entries, names, candidate numbers and counters. A block in which two contests share a counter or a
name is refused, so no vote can be shown twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice

from parsers.errors import ParseError
from parsers.media.definition_block_layout import (
    CHOICE_BYTES,
    CONTEST_BYTES,
    DEFINITION_BLOCK,
    HEAD_BYTES,
    MOST_CANDIDATES,
    ContestKind,
    WireBlock,
    WireChoice,
    WireContest,
)
from parsers.media.fields import Misfit, Place, printable, read_layout

WHAT = "definition block"
"""What errors call it."""

COUNTERS_BESIDE_CHOICES = 5
"""Write-ins, overvotes, undervotes, blank, ballots."""


@dataclass(frozen=True, slots=True)
class BlockChoice:
    """One choice of a contest."""

    choice: int
    """1..999."""
    candidate: int
    """Candidate number: 1..999 within the ballot."""
    name: str
    party: str


@dataclass(frozen=True, slots=True)
class BlockContest:
    """One contest; its counters are its choices in order, then five others."""

    contest: int
    kind: ContestKind
    title: str
    votes_allowed: int
    write_in: bool
    choices: tuple[BlockChoice, ...]

    @property
    def counters(self) -> int:
        """How many counters the contest has."""
        return len(self.choices) + COUNTERS_BESIDE_CHOICES

    @property
    def candidates(self) -> range:
        """Candidate numbers, the write-in position's own included."""
        first = self.choices[0].candidate
        return range(first, first + len(self.choices) + self.write_in)


@dataclass(frozen=True, slots=True)
class DefinitionBlock:
    """The ballot of a precinct as its media know it."""

    contests: tuple[BlockContest, ...]

    @property
    def choices(self) -> int:
        """How many choices all contests have together."""
        return sum(len(contest.choices) for contest in self.contests)

    @property
    def counters(self) -> int:
        """How many counters all contests have together."""
        return sum(contest.counters for contest in self.contests)


def read_definition_block(raw: bytes, place: Place) -> DefinitionBlock:
    """Return what stands in `raw`, a block without anything after it.

    Raises ParseError; `place` turns an offset in the block into one in the image.
    """
    wire: WireBlock = read_layout(DEFINITION_BLOCK, raw, WHAT, place)
    try:
        block = _block(wire)
        _check_entries(block)
        _check_places(wire, _wire(block))
    except Misfit as error:
        raise ParseError(f"{WHAT}: {error.reason}", offset=place(error.offset)) from error
    return block


def definition_block_bytes(block: DefinitionBlock) -> bytes:
    """Return the bytes of `block`; raise ValueError where it does not fit the profile."""
    try:
        _check_entries(block)
        return DEFINITION_BLOCK.build(_wire(block))
    except Misfit as error:
        raise ValueError(error.reason) from error


def _block(wire: WireBlock) -> DefinitionBlock:
    """Return the block, its choices and names taken in order, wherever the entries place them."""
    if sum(contest.choice_count for contest in wire.contests) != wire.choice_count:
        raise Misfit("the contests do not have as many choices as the block", offset=6)
    lengths = sum(contest.name_length for contest in wire.contests)
    lengths += sum(choice.name_length for choice in wire.choices)
    if lengths != wire.names_length:
        raise Misfit(f"{wire.names_length} bytes of names, the entries have {lengths}", offset=8)
    try:
        names = StringIO(printable(wire.names))
    except ValueError as error:
        names_at = _choice_at(wire.contest_count, wire.choice_count)
        raise Misfit(f"a name: {error}", offset=names_at) from error
    choices = iter(wire.choices)
    return DefinitionBlock(tuple(_contest(contest, choices, names) for contest in wire.contests))


def _contest(contest: WireContest, choices: Iterator[WireChoice], names: StringIO) -> BlockContest:
    return BlockContest(
        contest=contest.contest,
        kind=contest.kind,
        title=names.read(contest.name_length),
        votes_allowed=contest.votes_allowed,
        write_in=bool(contest.write_in),
        choices=tuple(
            BlockChoice(
                choice.choice, choice.candidate, names.read(choice.name_length), choice.party
            )
            for choice in islice(choices, contest.choice_count)
        ),
    )


def _wire(block: DefinitionBlock) -> WireBlock:
    """Return the one way in which `block` is laid out."""
    contests: list[WireContest] = []
    choices: list[WireChoice] = []
    names = ""
    counter = 0
    for contest in block.contests:
        contests.append(
            WireContest(
                contest=contest.contest,
                kind=contest.kind,
                votes_allowed=contest.votes_allowed,
                choice_count=len(contest.choices),
                write_in=int(contest.write_in),
                first_candidate=contest.candidates.start,
                first_choice=len(choices),
                first_counter=counter,
                name_offset=len(names),
                name_length=len(contest.title),
            )
        )
        names += contest.title
        for each in contest.choices:
            place = (len(names), len(each.name))
            choices.append(WireChoice(each.choice, each.candidate, *place, each.party))
            names += each.name
        counter += contest.counters
    total = _choice_at(len(contests), len(choices)) + len(names)
    packed = names.encode("ascii")
    return WireBlock(len(contests), len(choices), len(names), total, contests, choices, packed)


def _check_entries(block: DefinitionBlock) -> None:
    """Raise Misfit where an entry contradicts one before it, or a text cannot be held."""
    numbers: set[int] = set()
    candidate = 1
    for place, contest in enumerate(block.contests):
        at = _contest_at(place)
        if contest.contest in numbers:
            raise Misfit(f"contest {contest.contest} occurs twice", offset=at)
        numbers.add(contest.contest)
        choices = [choice.choice for choice in contest.choices]
        if not choices or len(set(choices)) < len(choices):
            raise Misfit(
                f"contest {contest.contest} has no choice, or one of them twice", offset=at
            )
        running = range(candidate, candidate + len(choices))
        if [choice.candidate for choice in contest.choices] != list(running):
            raise Misfit(
                f"contest {contest.contest}: its candidate numbers are not {running.start} to "
                f"{running[-1]}, in the order of the ballot",
                offset=at,
            )
        candidate = contest.candidates.stop
        if candidate - 1 > MOST_CANDIDATES:
            raise Misfit(f"candidate number {candidate - 1}, at most {MOST_CANDIDATES}", offset=at)
        for text in (contest.title, *(choice.name for choice in contest.choices)):
            if not text.isascii() or not text.isprintable() or text != text.strip():
                raise Misfit(f"{text!r} is not printable ASCII without outer spaces", offset=at)


def _check_places(wire: WireBlock, right: WireBlock) -> None:
    """Raise Misfit where an entry points elsewhere than to what follows the one before it."""
    if wire.total_length != right.total_length:
        raise Misfit(f"total length {wire.total_length}, it is {right.total_length}", offset=12)
    for place, (contest, expected) in enumerate(zip(wire.contests, right.contests, strict=True)):
        if contest != expected:
            reason = f"contest {contest.contest}: its choices, counters or title are not the next"
            raise Misfit(reason, offset=_contest_at(place))
    for place, (choice, wanted) in enumerate(zip(wire.choices, right.choices, strict=True)):
        if choice != wanted:
            at = _choice_at(wire.contest_count, place)
            raise Misfit(f"choice {choice.choice}: its name is not the next", offset=at)


def _contest_at(place: int) -> int:
    return HEAD_BYTES + CONTEST_BYTES * place


def _choice_at(contests: int, place: int) -> int:
    return _contest_at(contests) + CHOICE_BYTES * place
