"""Totals by cell: what two results are compared in."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from listings.totals_rows import TotalsRow

NO_BREAK_SPACE = "\u00a0"


class Precinct(NamedTuple):
    """A precinct as one side names it."""

    number: int | None
    name: str

    def __str__(self) -> str:
        number = "" if self.number is None else f"{self.number:04}"
        return f"{number} {self.name}".strip() or "(all precincts)"


WHOLE = Precinct(None, "")
"""The whole jurisdiction, as a summary or a row `Total` has it."""


class Choice(NamedTuple):
    """A line of a contest."""

    name: str
    """Without the no-break spaces at its end that tell lines of one candidate apart."""
    party: str
    place: tuple[int, int] = (0, 0)
    """No-break spaces taken from the name, and which of equal lines of a precinct this is."""


class Cell(NamedTuple):
    """Where a number stands."""

    precinct: Precinct
    contest: str
    choice: Choice
    group: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of two results."""

    source: str
    format: str
    cells: Mapping[Cell, int]
    cut_lengths: frozenset[int] = frozenset()
    """How long a name is that the format may have cut."""
    uneven: frozenset[tuple[str, str]] = frozenset()
    """Sums: contest and name of which some precincts have more equal lines than others. Which of
    them a precinct leaves out is not known, so the sums are not those of one line each."""
    leaves_out_zeros: bool = False
    """A choice that a precinct does not list has no votes there."""
    notes: tuple[str, ...] = ()

    @property
    def is_summary(self) -> bool:
        """Say whether only the whole jurisdiction is in it."""
        return all(cell.precinct == WHOLE for cell in self.cells)


def cells_of(rows: Iterable[TotalsRow]) -> dict[Cell, int]:
    """Return the votes by cell; equal rows of a precinct become the 1st, 2nd, ... line."""
    cells: dict[Cell, int] = {}
    seen: Counter[Cell] = Counter()
    for row in rows:
        name = row.choice.rstrip(NO_BREAK_SPACE + " ")
        spaces = row.choice.count(NO_BREAK_SPACE, len(name))
        choice = Choice(name, row.party, (spaces, 0))
        precinct = Precinct(row.precinct_number, row.precinct)
        cell = Cell(precinct, row.contest, choice, row.counting_group)
        again = seen[cell]
        seen[cell] += 1
        cells[cell._replace(choice=choice._replace(place=(spaces, again)))] = row.votes
    return cells


def first_of(cell: Cell) -> Cell:
    """Return the first of the equal lines of a precinct that `cell` is one of."""
    spaces, _ = cell.choice.place
    return cell._replace(choice=cell.choice._replace(place=(spaces, 0)))


def equal_lines(cells: Iterable[Cell]) -> Counter[Cell]:
    """Return how many equal lines there are, by the first of them."""
    return Counter(map(first_of, cells))


class NamesCounted:
    """How often each name stands in a contest of a precinct."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        """Count the names of `cells`."""
        self._lines: Counter[tuple[Precinct, str, str, str]] = Counter()
        self._equal = equal_lines(cells)
        self._repeating: set[tuple[str, str]] = set()
        self._ranks: dict[Cell, int] = {}
        for cell in cells:
            precinct, contest, choice, group = cell
            self._ranks[cell] = self._lines[precinct, contest, choice.name, group]
            self._lines[precinct, contest, choice.name, group] += 1
            if choice.place[1]:
                self._repeating.add((contest, choice.name))

    def repeats(self, cell: Cell) -> bool:
        """Say whether any precinct has the line of `cell` twice: its place then tells it apart."""
        return (cell.contest, cell.choice.name) in self._repeating

    def lines(self, cell: Cell) -> int:
        """Return how many lines of its precinct and contest have the name of `cell`."""
        return self._lines[cell.precinct, cell.contest, cell.choice.name, cell.group]

    def rank(self, cell: Cell) -> int:
        """Return how many of them stand before `cell`."""
        return self._ranks[cell]

    def equal(self, cell: Cell) -> int:
        """Return how many of them have its party too."""
        return self._equal[first_of(cell)]


def summed(side: Side) -> Side:
    """Return the sums over the precincts of `side`; what it says of all of them is left out."""
    sums: Counter[Cell] = Counter()
    for cell, votes in side.cells.items():
        if cell.precinct != WHOLE:
            sums[cell._replace(precinct=WHOLE)] += votes
    lines: defaultdict[Cell, set[int]] = defaultdict(set)
    for cell, count in equal_lines(side.cells).items():
        lines[cell._replace(precinct=WHOLE)].add(count)
    uneven = {(cell.contest, cell.choice.name) for cell, found in lines.items() if len(found) > 1}
    return replace(side, cells=sums, uneven=frozenset(uneven))
