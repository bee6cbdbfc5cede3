"""Reads precinct results as OpenElections publishes them.

One row a choice and precinct; columns in any order, and further ones for vote types. Statistics
are offices without a candidate, or candidates without an office.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from listings.comparing.cells import Side, cells_of
from listings.reading import NotReadable, shown_path
from listings.results.text_files import csv_rows, votes_in
from listings.totals_rows import TotalsRow

REQUIRED = frozenset({"precinct", "office", "candidate", "votes"})
NAMED = REQUIRED | {"county", "district", "party"}

VOTE_TYPE_WORDS = frozenset(
    {"absentee", "advance", "early", "election", "emergency", "machine", "mail", "military"}
    | {"overseas", "paper", "person", "polling", "provisional"}
)
"""A column is a vote type if its name has one of these words; `house_district` has none."""

ABSENT = frozenset({"NA", "NULL"})
"""How some files write an empty cell."""

TOTAL_ROWS = frozenset({"total", "totals"})
"""Names under which a file has its own sums beside the precincts."""

_ERM_PRECINCT = re.compile(r"(\d{4}) (.+)|(\d{1,4})")
"""Number and name as the tabulation software prints them, or a number alone."""


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where in a row things stand."""

    place: dict[str, int]
    groups: dict[str, int]

    def text(self, row: list[str], name: str) -> str:
        """Return the cell `name`; empty where the file has no such column."""
        cell = row[self.place[name]].strip() if name in self.place else ""
        return "" if cell in ABSENT else cell


def is_open_elections(first_row: list[str]) -> bool:
    """Say whether `first_row` names the columns of precinct results."""
    return {name.strip().lower() for name in first_row} >= REQUIRED


def read_open_elections(path: Path, content: bytes) -> Side:
    """Return the results in `content`; raise NotReadable. Columns that are not read are noted."""
    rows = csv_rows(path, content)
    _, header = next(rows)
    place = {name.strip().lower(): column for column, name in enumerate(header)}
    groups = {
        name: column
        for name, column in place.items()
        if name not in NAMED and not VOTE_TYPE_WORDS.isdisjoint(name.split("_"))
    }
    others = sorted(place.keys() - NAMED - groups.keys())
    notes = (f"Columns that are not read: {', '.join(others)}.",) if others else ()
    columns = _Columns(place, groups)
    whole = list(_whole_rows(path, rows, len(header)))
    cells = cells_of(_totals_rows(path, whole, columns))
    return Side(shown_path(path), "OpenElections CSV", cells, notes=notes)


def _whole_rows(
    path: Path, rows: Iterable[tuple[int, list[str]]], width: int
) -> Iterator[tuple[int, list[str]]]:
    for line, row in rows:
        if len(row) != width:
            found = f"expected {width} cells, found {len(row)}"
            raise NotReadable(f"{path}, line {line}: {found}. Mend it.")
        yield line, row


def _totals_rows(
    path: Path, rows: list[tuple[int, list[str]]], columns: _Columns
) -> Iterator[TotalsRow]:
    several = len({columns.text(row, "county") for _, row in rows}) > 1
    for line, row in rows:
        county = columns.text(row, "county") if several else ""
        number, precinct = _precinct(columns.text(row, "precinct"), county)
        contest, choice = _contest(columns, row)
        party = columns.text(row, "party")
        for group, column in (("", columns.place["votes"]), *columns.groups.items()):
            cell = row[column].strip()
            votes = votes_in(path, line, "" if cell in ABSENT else cell)
            if votes is not None:
                yield TotalsRow(number, precinct, contest, choice, party, group, votes)


def _precinct(printed: str, county: str) -> tuple[int | None, str]:
    """Return number and name; a file of several counties has no numbers that are its own."""
    if printed.lower() in TOTAL_ROWS:
        return None, county
    if county:
        return None, f"{county}: {printed}"
    if parts := _ERM_PRECINCT.fullmatch(printed):
        return int(parts[1] or parts[3]), parts[2] or ""
    return None, printed


def _contest(columns: _Columns, row: list[str]) -> tuple[str, str]:
    office, candidate = columns.text(row, "office"), columns.text(row, "candidate")
    if not office:
        return candidate, ""
    return f"{office} {columns.text(row, 'district')}".strip(), candidate
