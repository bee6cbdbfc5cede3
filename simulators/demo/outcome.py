"""Holds what central exported against what was simulated, cell by cell."""

import csv
from collections import Counter
from pathlib import Path

from election.definition import ElectionDefinition
from simulators.truth import Counted, Truth

Key = tuple[str, str, str, str, str, str]
"""Precinct, contest, choice, party, counting group, device class: as the columns of the export."""

NAMES = {
    Counted.WRITE_INS: "WRITE-IN",
    Counted.OVERVOTES: "OVER VOTES",
    Counted.UNDERVOTES: "UNDER VOTES",
}


def exported_cells(path: Path) -> dict[Key, int]:
    """Read the CSV of `zerotape central export totals`; a key that occurs twice is an error."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    cells: dict[Key, int] = {}
    for row in rows:
        key = (
            row["precinct"],
            row["contest"],
            row["choice"],
            row["party"],
            row["counting_group"],
            row["device_class"],
        )
        if key in cells:
            raise ValueError(f"{path} has {key} twice")
        cells[key] = int(row["votes"])
    return cells


def expected_cells(
    truth: Truth, definition: ElectionDefinition, precincts: frozenset[str]
) -> dict[Key, int]:
    """Return what central must export of `precincts`; zero overvotes of terminals included."""
    cells: Counter[Key] = Counter()
    for cell, votes in truth.cells.items():
        if cell.counted is Counted.BALLOTS or cell.source.precinct not in precincts:
            continue
        contest = definition.contest_by_id[cell.contest]
        choices = {choice.id: choice for choice in contest.choices}
        choice = choices.get(cell.choice)
        key = (
            definition.precinct_by_id[cell.source.precinct].name,
            contest.title,
            choice.name if choice else NAMES[cell.counted],
            (choice.party if choice else "") or contest.party,
            cell.source.counting_group,
            cell.source.device_class.value,
        )
        cells[key] += votes
    return dict(cells)


def differences(expected: dict[Key, int], exported: dict[Key, int]) -> list[str]:
    """Return a line for every cell that is not equal; a cell that is absent counts as zero."""
    return [
        f"{' / '.join(filter(None, key))}: expected {expected.get(key, 0)}, "
        f"central has {exported.get(key, 0)}"
        for key in sorted(expected.keys() | exported.keys())
        if expected.get(key, 0) != exported.get(key, 0)
    ]
