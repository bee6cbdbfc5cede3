"""What else says that a totals listing is the right one: its titles, and a summary."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from election.listings import ListedContest, ListedCount, ListedPrecinct, TotalsListing
from gateway.packets import PacketKey

Verdict = Callable[..., set[tuple[str, str]]]

NORTH_DAY = PacketKey("north", "election-day")


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (("EXAMPLE COUNTY", "NOVEMBER 3, 2026"), set()),
        (("EXAMPLE COUNTY 11/03/2026",), set()),
        (("EXAMPLE COUNTY", "November 5, 2024"), {("C01", "two-person")}),
        (("EXAMPLE COUNTY", "February 31, 2026"), {("C01", "two-person")}),
        ((), {("C01", "two-person")}),
    ],
)
def test_the_titles_name_the_day_of_the_election(
    el30a: TotalsListing, verdict: Verdict, titles: tuple[str, ...], expected: set[tuple[str, str]]
) -> None:
    listing = replace(el30a, head=replace(el30a.head, titles=titles))
    assert verdict(NORTH_DAY, listing) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Nov. 5, 2024", {("C01", "two-person")}),
        ("SEPT 8, 2026", {("C01", "two-person")}),
        ("11/05/24", {("C01", "two-person")}),
        ("Nov 3, 2026", set()),
        ("11/3/26", set()),
        ("11-3-2026", set()),
        ("PRECINCTS 1-2-10", {("C01", "two-person")}),
    ],
)
def test_short_dates_in_titles_are_dates(
    el30a: TotalsListing, verdict: Verdict, title: str, expected: set[tuple[str, str]]
) -> None:
    listing = replace(el30a, head=replace(el30a.head, titles=("EXAMPLE COUNTY", title)))
    assert verdict(NORTH_DAY, listing) == expected


def test_a_listing_without_a_date_only_warns_beside_a_dated_one(
    el30a: TotalsListing, verdict: Verdict
) -> None:
    undated = replace(el30a, head=replace(el30a.head, titles=()))
    assert verdict(NORTH_DAY, undated, el30a) == {("C01", "warn"), ("C34", "warn")}


def summary(el30a: TotalsListing, ada: tuple[int, int]) -> TotalsListing:
    """Return the county's totals: 10 and 50 ballots; for Ada Alvarez what is given."""
    rows = (ListedCount("ADA ALVAREZ", sum(ada), ada, party="DEM"),)
    whole = ListedPrecinct(
        None,
        "",
        (ListedCount("BALLOTS CAST - TOTAL", 60, (10, 50)),),
        (ListedContest("SHERIFF", rows, 1),),
    )
    head = replace(el30a.head, report="EL45A")
    return replace(el30a, head=head, precincts=(whole,), counted=(2, 2))


def test_the_precincts_make_the_summary(verdict: Verdict, el30a: TotalsListing) -> None:
    right, wrong = summary(el30a, (4, 28)), summary(el30a, (4, 29))
    assert verdict(NORTH_DAY, el30a, summaries=(right,)) == set()
    fewer = summary(el30a, (4, 27))
    assert verdict(NORTH_DAY, el30a, summaries=(wrong,)) == {("C33", "block")}
    assert verdict(NORTH_DAY, el30a, summaries=(fewer,)) == {("C33", "block")}
    assert verdict(NORTH_DAY, el30a, summaries=(wrong, right)) == {("C33", "warn")}


def test_a_summary_of_other_precincts_is_not_compared(
    verdict: Verdict, el30a: TotalsListing
) -> None:
    whole_state = replace(summary(el30a, (4, 29)), counted=(9, 9))
    assert verdict(NORTH_DAY, el30a, summaries=(whole_state,)) == set()
