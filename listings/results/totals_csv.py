"""Reads the totals that `zerotape parse` writes as CSV."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from listings.comparing.cells import Side, cells_of
from listings.csv_tables import TOTALS_HEADER, armed
from listings.reading import NotReadable, shown_path
from listings.results.cut_names import ANY_CUT
from listings.results.text_files import csv_rows, votes_in
from listings.totals_rows import TotalsRow


def is_totals_csv(first_row: list[str]) -> bool:
    """Say whether `first_row` is the header of our totals."""
    return tuple(first_row) == TOTALS_HEADER


def read_totals_csv(path: Path, content: bytes) -> Side:
    """Return the totals in `content`; raise NotReadable."""
    rows = csv_rows(path, content)
    next(rows)
    return Side(shown_path(path), "zerotape CSV", cells_of(_rows(path, rows)), cut_lengths=ANY_CUT)


def _rows(path: Path, rows: Iterable[tuple[int, list[str]]]) -> Iterator[TotalsRow]:
    for line, row in rows:
        if len(row) != len(TOTALS_HEADER):
            expected = f"{len(TOTALS_HEADER)} cells, found {len(row)}"
            raise NotReadable(f"{path}, line {line}: expected {expected}. Parse the listing again.")
        number, precinct, contest, choice, party, group, printed = map(armed, row)
        votes = votes_in(path, line, printed)
        if votes is not None:
            where = votes_in(path, line, number)
            yield TotalsRow(where, precinct, contest, choice, party, group, votes)
