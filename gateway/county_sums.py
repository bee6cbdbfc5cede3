"""Sums over the precincts of a totals listing, to be held against a summary of the same run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from election.listings import ListedPrecinct, TotalsListing
from gateway.listed_texts import folded

_Row = tuple[str, str, str, str]
"""Title and party of the contest, label and party of the row; statistics have no title."""

_Cells = tuple[int | None, ...]
"""The total, then the counting groups."""


@dataclass(frozen=True, slots=True)
class CountySums:
    """What all precincts of one listing make together."""

    precincts: int
    rows: Mapping[_Row, _Cells]

    def differences(self, summary: TotalsListing) -> Iterator[str]:
        """Yield the rows in which `summary` says otherwise, in words."""
        for row, printed in sums_of(summary).rows.items():
            summed = self.rows.get(row, ())
            for column, (here, there) in enumerate(zip(summed, printed, strict=False)):
                if here is not None and there is not None and here != there:
                    where = "total" if column == 0 else f"column {column}"
                    what = " ".join(filter(None, (row[0], row[2])))
                    yield f"{what}, {where}: precincts {here}, summary {there}"


def sums_of(listing: TotalsListing) -> CountySums:
    """Return the sums over the precincts of `listing`; blank cells count nothing."""
    rows: dict[_Row, list[int | None]] = {}
    for precinct in listing.precincts:
        for row, cells in _cells(precinct):
            sums = rows.setdefault(row, [None] * len(cells))
            sums += [None] * (len(cells) - len(sums))
            for column, cell in enumerate(cells):
                if cell is not None:
                    sums[column] = (sums[column] or 0) + cell
    return CountySums(len(listing.precincts), {row: tuple(sums) for row, sums in rows.items()})


def _cells(precinct: ListedPrecinct) -> Iterator[tuple[_Row, _Cells]]:
    for statistic in precinct.statistics:
        yield ("", "", folded(statistic.label), ""), (statistic.votes, *statistic.by_group)
    for contest in precinct.contests:
        for count in contest.counts:
            row = (contest.title, contest.party, count.label, count.party)
            yield tuple(map(folded, row)), (count.votes, *count.by_group)  # type: ignore[misc]  # four of four
