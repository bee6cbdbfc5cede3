"""Which cells of two sides belong together, from the names that they have."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from listings.comparing.cells import Cell, Precinct, Side
from listings.comparing.line_pairing import Line, pair_lines
from listings.comparing.names import choice_words
from listings.comparing.pairing import Names, Paired, Said, pair_names
from listings.comparing.precinct_pairing import names_differ, pair_precincts
from listings.totals_rows import OVER_VOTES, UNDER_VOTES

T = TypeVar("T", bound=Hashable)

LOST_VOTES = frozenset({choice_words(OVER_VOTES), choice_words(UNDER_VOTES)})


@dataclass(frozen=True, slots=True)
class Unpaired:
    """Names that no cells were compared for."""

    what: str
    """`precinct`, `contest`, `choice` or `counting group`."""
    a: tuple[str, ...]
    b: tuple[str, ...]
    why: str = ""
    """Empty: only one side has it."""


@dataclass(frozen=True, slots=True)
class Direction:
    """From the names of one side to those of the other."""

    precincts: Mapping[Precinct, tuple[Precinct, ...]]
    lines: Mapping[Line, tuple[Line, ...]]
    groups: Mapping[str, tuple[str, ...]]
    covered: frozenset[str]
    """Contests of this side that the other has too, with no line that is not paired."""

    def partners(self, cell: Cell) -> Iterator[Cell]:
        """Yield the cells of the other side that `cell` could be compared with."""
        for precinct in self.precincts.get(cell.precinct, ()):
            for line in self.lines.get(Line(cell.contest, cell.choice), ()):
                for group in self.groups.get(cell.group, ()):
                    yield Cell(precinct, *line, group)

    def is_known(self, line: Line) -> bool:
        """Say whether the other side has `line`, or would have it if it had any votes.

        A side that leaves out zeros counts no over- and undervotes at all.
        """
        others = self.lines.get(line, ())
        if others or choice_words(line.choice.name) in LOST_VOTES:
            return len(others) == 1
        return line.contest in self.covered

    def is_covered(self, cell: Cell) -> bool:
        """Say whether the other side would have `cell` if it had any votes."""
        return (
            len(self.precincts.get(cell.precinct, ())) == 1
            and len(self.groups.get(cell.group, ())) == 1
            and self.is_known(Line(cell.contest, cell.choice))
        )


@dataclass(frozen=True, slots=True)
class Links:
    """How the names of two sides belong together, and which do not."""

    from_a: Direction
    from_b: Direction
    unpaired: tuple[Unpaired, ...]
    remarks: tuple[str, ...]


def link(a: Side, b: Side, said: Said) -> Links:
    """Pair precincts, contests, choices and counting groups of two sides."""
    cut = (a.cut_lengths, b.cut_lengths)
    precincts_a, precincts_b = _precincts(a), _precincts(b)
    precincts = pair_precincts(precincts_a, precincts_b, said, cut)
    lines = pair_lines(a, b, said)
    groups_a, groups_b = _groups(a), _groups(b)
    groups = pair_names(Names(groups_a), Names(groups_b), said)
    from_a = Direction(
        _forward(precincts.pairs),
        _forward(lines.lines.pairs),
        _forward(groups.pairs),
        frozenset(lines.covered_a),
    )
    from_b = Direction(
        _backward(precincts.pairs),
        _backward(lines.lines.pairs),
        _backward(groups.pairs),
        frozenset(lines.covered_b),
    )
    lines_a, lines_b = lines.in_paired_contests()
    if b.leaves_out_zeros:
        lines_a = [line for line in lines_a if not from_a.is_known(line)]
    if a.leaves_out_zeros:
        lines_b = [line for line in lines_b if not from_b.is_known(line)]
    unpaired = (
        *_unpaired("precinct", precincts, precincts_a, precincts_b),
        *_unpaired("contest", lines.contests, lines.of_a, lines.of_b),
        *_unpaired("choice", lines.lines, lines_a, lines_b),
        *_unpaired("counting group", groups, groups_a, groups_b),
    )
    return Links(from_a, from_b, unpaired, tuple(_by_number_alone(precincts)))


def _unpaired(
    what: str, paired: Paired[T], of_a: Iterable[T], of_b: Iterable[T]
) -> Iterator[Unpaired]:
    """Yield what is in doubt, and what only one side has."""
    settled_a, settled_b = {one for one, _ in paired.pairs}, {other for _, other in paired.pairs}
    for doubt in paired.doubts:
        yield Unpaired(what, tuple(map(str, doubt.a)), tuple(map(str, doubt.b)), doubt.why)
        settled_a.update(doubt.a)
        settled_b.update(doubt.b)
    for each in of_a:
        if each not in settled_a:
            yield Unpaired(what, (str(each),), ())
    for each in of_b:
        if each not in settled_b:
            yield Unpaired(what, (), (str(each),))


def _by_number_alone(precincts: Paired[Precinct]) -> Iterator[str]:
    pairs = [
        (one, other)
        for one, other in precincts.pairs
        if one.number == other.number is not None and names_differ(one, other)
    ]
    if pairs:
        first = f'"{pairs[0][0]}" in A and "{pairs[0][1]}" in B'
        yield f"Paired by number, though the names differ: {len(pairs)} precincts, first {first}."


def _precincts(side: Side) -> list[Precinct]:
    return list(dict.fromkeys(cell.precinct for cell in side.cells))


def _groups(side: Side) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell.group for cell in side.cells))


def _forward(pairs: Iterable[tuple[T, T]]) -> dict[T, tuple[T, ...]]:
    others: defaultdict[T, list[T]] = defaultdict(list)
    for one, other in pairs:
        others[one].append(other)
    return {one: tuple(found) for one, found in others.items()}


def _backward(pairs: Iterable[tuple[T, T]]) -> dict[T, tuple[T, ...]]:
    return _forward((other, one) for one, other in pairs)
