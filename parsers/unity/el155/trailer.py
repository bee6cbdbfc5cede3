"""Holds PRECINCT TOTALS of an EL155 listing against the vote lines that were counted."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Trailer:
    """PRECINCT TOTALS of one precinct, as far as they were read."""

    lines: list[int] = field(default_factory=list)
    """Where PRECINCT TOTALS begin; more than one is a contradiction."""
    cells: list[tuple[int, int]] = field(default_factory=list)
    """Candidate number and votes, as printed."""
    cell_lines: list[int] = field(default_factory=list)
    """The line of each cell."""

    def add(self, cells: list[tuple[int, int]], line: int) -> None:
        """Add the cells of one line."""
        self.cells += cells
        self.cell_lines += [line] * len(cells)

    def differences(self, counted: Mapping[int, int], counted_on: str) -> Iterator[str]:
        """Yield where the cells are not what was counted on the lines `counted_on`."""
        for line in self.lines[1:]:
            yield (
                f"Line {line}: PRECINCT TOTALS again, first on line {self.lines[0]}; "
                "the listing may hold this precinct twice."
            )
        votes: defaultdict[int, int] = defaultdict(int)
        where: defaultdict[int, list[int]] = defaultdict(list)
        for (number, printed), line in zip(self.cells, self.cell_lines, strict=True):
            votes[number] += printed
            where[number].append(line)
        for number in sorted(votes.keys() | counted.keys()):
            if len(where[number]) > 1:
                again = f"Line {where[number][1]}: candidate {number} again in PRECINCT TOTALS"
                yield f"{again}, first on line {where[number][0]}."
            if votes[number] != counted.get(number, 0):
                line = where[number][0] if where[number] else self.lines[0]
                yield (
                    f"Line {line}: candidate {number} has {votes[number]} votes in PRECINCT "
                    f"TOTALS, {counted.get(number, 0)} were counted on {counted_on}."
                )
