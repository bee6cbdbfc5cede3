"""Two listings, or one with a precinct twice: counted once, or not at all."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from election.listings import ListedPrecinct, TotalsListing
from gateway.packets import Decision, PacketKey, PacketState

Changed = Callable[..., TotalsListing]
Cells = Callable[..., Callable[[ListedPrecinct], ListedPrecinct]]
Decisions = Callable[..., dict[PacketKey, Decision]]
Verdict = Callable[..., set[tuple[str, str]]]

NORTH_ABSENTEE = PacketKey("north", "absentee")
NORTH_DAY = PacketKey("north", "election-day")


def test_the_same_listing_twice_counts_once(
    verdict: Verdict, decisions: Decisions, el30a: TotalsListing
) -> None:
    reprint = replace(el30a, head=replace(el30a.head, run_date="11/04/26 08:00 AM"))
    assert verdict(NORTH_DAY, el30a, reprint) == {("C34", "warn")}
    assert decisions(el30a, reprint)[NORTH_DAY].state is PacketState.READY


def test_another_sound_listing_with_other_figures_blocks(
    verdict: Verdict, el30a: TotalsListing, changed: Changed, cells: Cells
) -> None:
    other = changed(cells({"ADA ALVAREZ": (4, 15), "BEN BRANDT": (5, 12)}))
    assert verdict(NORTH_DAY, el30a, other) == {("C35", "block")}
    assert verdict(NORTH_ABSENTEE, el30a, other) == set()


def test_a_precinct_that_stands_twice_with_other_figures_blocks(
    verdict: Verdict, el30a: TotalsListing, north: ListedPrecinct, changed: Changed, cells: Cells
) -> None:
    other = changed(cells({"ADA ALVAREZ": (4, 15), "BEN BRANDT": (5, 12)})).precincts[0]
    twice = replace(el30a, precincts=(*el30a.precincts, other))
    assert verdict(NORTH_DAY, twice) == {("C35", "block")}
    same = replace(el30a, precincts=(*el30a.precincts, north))
    assert verdict(NORTH_DAY, same) == set()


@pytest.mark.parametrize("label", ["Over Votes", "Under Votes"])
def test_two_sound_listings_that_differ_in_over_or_undervotes_block(
    el30a: TotalsListing, verdict: Verdict, changed: Changed, cells: Cells, label: str
) -> None:
    other = changed(cells({label: (0, 0)}))
    assert verdict(NORTH_DAY, el30a, other) == {("C35", "block")}
    silent = changed(
        lambda precinct: replace(
            precinct,
            contests=tuple(
                each._replace(counts=tuple(c for c in each.counts if c.label != label))
                for each in precinct.contests
            ),
        )
    )
    assert verdict(NORTH_DAY, el30a, silent) == set()


@pytest.mark.parametrize(
    "figures",
    [
        {"BALLOTS CAST - TOTAL": (10, 31)},
        {"WRITE-IN": (1, 0), "ADA ALVAREZ": (4, 15)},
    ],
)
def test_two_listings_that_differ_in_one_figure_block(
    el30a: TotalsListing,
    verdict: Verdict,
    changed: Changed,
    cells: Cells,
    figures: dict[str, tuple[int, int]],
) -> None:
    assert ("C35", "block") in verdict(NORTH_DAY, el30a, changed(cells(figures)))


def test_two_listings_that_differ_in_write_ins_alone_block(
    el30a: TotalsListing, verdict: Verdict, changed: Changed, cells: Cells
) -> None:
    fewer = changed(cells({"Under Votes": (0, 0)}))
    more = changed(cells({"Under Votes": (0, 0), "WRITE-IN": (1, 2)}))
    assert ("C35", "block") in verdict(NORTH_DAY, fewer, more)
