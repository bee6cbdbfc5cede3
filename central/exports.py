"""Files made from the current returns."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, select

from central.ballot_lines import ballot_lines
from central.schema import tally
from central.tally import TallyRow
from election.definition import ElectionDefinition
from election.documents import DeviceClass

HEADER = ("precinct", "contest", "choice", "party", "counting_group", "device_class", "votes")

CsvRow = tuple[str, str, str, str, str, str, int]


def totals_csv(reader: Engine, definition: ElectionDefinition, path: Path) -> int:
    """Write the totals of all current returns to `path`, whole or not at all; return the rows.

    The same current returns give the same bytes, in whatever order they came. Over- and
    undervotes stand only where devices report them. Raises OSError.
    """
    with reader.begin() as connection:
        stored = [TallyRow(**row._asdict()) for row in connection.execute(select(tally))]
    rows = list(csv_rows(stored, definition))
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(rows)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    _sync_folder(path.absolute().parent)
    return len(rows)


def csv_rows(stored: list[TallyRow], definition: ElectionDefinition) -> Iterator[CsvRow]:
    """Yield rows in the order of the definition: precinct, contest, choice, group, device class."""
    votes = {
        (row.precinct, row.contest, row.line, row.choice, row.counting_group, row.device_class): (
            row.votes
        )
        for row in stored
    }
    places = [
        (group.id, device_class.value)
        for group in definition.counting_groups
        for device_class in DeviceClass
    ]
    present = {row.precinct for row in stored}
    lines = {contest.id: ballot_lines(contest) for contest in definition.contests}
    for precinct in definition.precincts:
        if precinct.id not in present:
            continue
        for contest in definition.contests_of[precinct.id]:
            for line in lines[contest.id]:
                for place in places:
                    found = votes.get((precinct.id, contest.id, *line.key, *place))
                    if found is not None:
                        yield (
                            precinct.name,
                            contest.title,
                            line.raw_name,
                            line.party,
                            *place,
                            found,
                        )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
