"""Holds PRECINCT TOTALS of an EL155 listing against the vote lines that were counted."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from election.listings import ListingCheck
from parsers.unity.findings import Findings


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

    def compare(
        self, counted: Mapping[int, int], counted_on: tuple[int, int], findings: Findings
    ) -> None:
        """Add where the cells are not what was `counted_on` these first and last lines."""
        for line in self.lines[1:]:
            message = "PRECINCT TOTALS again; the listing may hold this precinct twice."
            findings.add(ListingCheck.REPEATED, message, self.lines[0], line)
        votes: defaultdict[int, int] = defaultdict(int)
        where: defaultdict[int, list[int]] = defaultdict(list)
        for (number, printed), line in zip(self.cells, self.cell_lines, strict=True):
            votes[number] += printed
            where[number].append(line)
        for number in sorted(votes.keys() | counted.keys()):
            if len(where[number]) > 1:
                message = f"Candidate {number} is in PRECINCT TOTALS {len(where[number])} times."
                findings.add(ListingCheck.REPEATED, message, *where[number])
            if votes[number] != counted.get(number, 0):
                message = (
                    f"Candidate {number} has {votes[number]} votes in PRECINCT TOTALS, "
                    f"{counted.get(number, 0)} were counted on lines {counted_on[0]} to "
                    f"{counted_on[1]}."
                )
                cell_lines = where[number] or self.lines[:1]
                findings.add(ListingCheck.PRECINCT_TOTALS, message, *counted_on, *cell_lines)
