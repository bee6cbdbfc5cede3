"""Holds two results against each other, cell by cell; what is not certainly one cell is said."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from listings.comparing.cells import WHOLE, Cell, NamesCounted, Side, first_of, summed
from listings.comparing.choice_pairing import LINES_DIFFER
from listings.comparing.line_pairing import Line
from listings.comparing.linking import Direction, Links, Unpaired, link
from listings.comparing.pairing import Said


@dataclass(frozen=True, slots=True)
class ComparedCell:
    """A cell that both sides have, or that one leaves out because it is zero."""

    cell: Cell
    """As A names it; as B does, where A leaves it out."""
    a: int
    b: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two sides agree and disagree in."""

    a: Side
    """As read, also where its sums were compared."""
    b: Side
    compared: int
    differences: tuple[ComparedCell, ...]
    only_a: tuple[Cell, ...]
    """Cells of A that were compared with nothing."""
    only_b: tuple[Cell, ...]
    unpaired: tuple[Unpaired, ...]
    """Why: names that only one side has, or that are in doubt."""
    remarks: tuple[str, ...]
    """How cells were made or paired, where a person may want to know."""

    @property
    def is_equal(self) -> bool:
        """Say whether something was compared, and all of it is equal."""
        return self.compared > 0 and not self.differences


def compare_sides(a: Side, b: Side, said: Said) -> Comparison:
    """Compare `a` with `b`; `said` are names that a person says are the same.

    A cell is compared where precinct, contest, choice and counting group are each paired, and no
    second cell would be compared with the same one.
    """
    remarks: list[str] = []
    read = (a, b)
    if a.is_summary != b.is_summary:
        detailed = b if a.is_summary else a
        count = len({cell.precinct for cell in detailed.cells} - {WHOLE})
        remarks.append(f"The figures of {detailed.source} are its sums over {count} precincts.")
        a, b = (a, summed(b)) if a.is_summary else (summed(a), b)
    links = link(a, b, said)
    found = _Matching(a, b, links)
    remarks += [
        f"{side.source} leaves out what has no votes: {len(zeros)} cells are 0."
        for side, zeros in ((a, found.zero_in_a), (b, found.zero_in_b))
        if zeros
    ]
    pairs = [
        *(ComparedCell(x, a.cells[x], b.cells[y]) for x, y in found.pairs.items()),
        *(ComparedCell(cell, a.cells[cell], 0) for cell in found.zero_in_b),
        *(ComparedCell(cell, 0, b.cells[cell]) for cell in found.zero_in_a),
    ]
    used_a = {*found.pairs, *found.zero_in_b}
    used_b = {*found.pairs.values(), *found.zero_in_a}
    return Comparison(
        *read,
        compared=len(pairs),
        differences=tuple(pair for pair in pairs if pair.a != pair.b),
        only_a=tuple(cell for cell in a.cells if cell not in used_a),
        only_b=tuple(cell for cell in b.cells if cell not in used_b),
        unpaired=(*links.unpaired, *found.uneven()),
        remarks=(*remarks, *links.remarks),
    )


class _Matching:
    """The cells of A with their cell of B, each the only one for the other."""

    def __init__(self, a: Side, b: Side, links: Links) -> None:
        self._names_a, self._names_b = NamesCounted(a.cells), NamesCounted(b.cells)
        self._uneven: dict[Cell, Cell] = {}
        partners = {
            cell: [other for other in links.from_a.partners(cell) if other in b.cells]
            for cell in a.cells
        }
        claims = Counter(other for others in partners.values() for other in others)
        self.pairs = {
            cell: others[0]
            for cell, others in partners.items()
            if len(others) == 1 and claims[others[0]] == 1 and self._are_even(cell, others[0])
        }
        self.zero_in_a = list(_left_out(b, a, links.from_b, self._names_a))
        self.zero_in_b = list(_left_out(a, b, links.from_a, self._names_b))

    def uneven(self) -> Iterator[Unpaired]:
        """Yield equal lines that a precinct does not have alike on both sides."""
        for cell, other in self._uneven.items():
            where = (f"{each.precinct} / {Line(*each[1:3])}" for each in (cell, other))
            yield Unpaired("line", (next(where),), (next(where),), LINES_DIFFER)

    def _are_even(self, cell: Cell, other: Cell) -> bool:
        """Say whether lines that only their place tells apart are the same ones on both sides."""
        ours, theirs = self._names_a, self._names_b
        if not (ours.repeats(cell) or theirs.repeats(other)):
            return True
        even = ours.lines(cell) == theirs.lines(other)
        if cell.choice.party and other.choice.party:
            even = even and ours.equal(cell) == theirs.equal(other)
        else:
            even = even and ours.rank(cell) == theirs.rank(other)
        if not even:
            self._uneven[first_of(cell)] = first_of(other)
        return even


def _left_out(side: Side, other: Side, direction: Direction, names: NamesCounted) -> Iterator[Cell]:
    """Yield the cells of `side` that `other`, which has `names`, leaves out as they are zero."""
    if other.leaves_out_zeros:
        for cell in side.cells:
            partners = list(direction.partners(cell))
            there = any(partner in other.cells for partner in partners)
            unclear = any(names.repeats(each) and names.lines(each) for each in partners)
            if direction.is_covered(cell) and not there and not unclear:
                yield cell
