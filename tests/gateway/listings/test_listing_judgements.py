"""What each kind of contradiction in a listing does to the packets that it is about."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from election.definition_file import LoadedDefinition
from election.findings import Severity
from election.listings import ListingCheck, ListingFinding, TotalsListing
from gateway.listing_findings import JUDGEMENTS
from gateway.packets import PacketKey
from gateway.placement import place

Verdict = Callable[..., set[tuple[str, str]]]

NORTH_DAY = PacketKey("north", "election-day")
SOUTH_DAY = PacketKey("south", "election-day")


@pytest.mark.parametrize("check", ListingCheck)
def test_every_kind_of_contradiction_has_its_judgement(
    counted: LoadedDefinition, el30a: TotalsListing, check: ListingCheck
) -> None:
    found = ListingFinding(check, "Two figures differ.", (1, 2))
    place(replace(el30a, findings=(found,)), counted, "main")


def test_what_blocks_and_what_only_warns_is_said_once_more_here() -> None:
    by_severity = {
        severity: {check for check, (_, judged) in JUDGEMENTS.items() if judged is severity}
        for severity in (Severity.BLOCK, Severity.WARN)
    }
    of = ListingCheck
    assert by_severity == {
        Severity.BLOCK: {of.COLUMN_SUM, of.MANUAL_CHANGE, of.ADDED_TO},
        Severity.WARN: {
            *(of.RECORD, of.GROUP_SUM, of.CONTEST_TOTAL, of.PRECINCTS_COUNTED, of.REPEATED),
        },
    }


def test_what_the_parser_found_holds_the_precincts_that_it_is_about(
    verdict: Verdict, el30a: TotalsListing
) -> None:
    first = replace(el30a.precincts[0], line=10)
    cut = ListingFinding(ListingCheck.CUT, "The listing ends in the middle of a line.", (10,))
    pages = ListingFinding(ListingCheck.PAGES, "Page 2 is missing.", (7,))
    listing = replace(el30a, precincts=(first, el30a.precincts[1]))
    here = replace(listing, findings=(cut,))
    assert verdict(NORTH_DAY, here) == {("C08", "two-person")}
    assert verdict(SOUTH_DAY, here) == set()
    assert verdict(SOUTH_DAY, replace(listing, findings=(pages,))) == {("C66", "two-person")}
