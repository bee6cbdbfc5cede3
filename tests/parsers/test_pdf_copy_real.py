"""Clinton County's EL30A of 2016, a PDF made with a word processor, and the state's results."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from election.listings import ListedContest, TotalsListing
from parsers.contract import SNIFF_BYTES
from parsers.unity.pdf_copy.parser import PARSER

pytestmark = pytest.mark.xdist_group("clinton")  # it takes seconds to read

OFFICES = {
    "PRESIDENTIAL ELECTORS": ("President", ""),
    "UNITED STATES SENATOR": ("U.S. Senate", ""),
    "ATTORNEY GENERAL": ("Attorney General", ""),
    "REP IN CONGRESS 5TH": ("U.S. House", "5"),
    "SENATOR IN THE GENERAL ASSEMBLY": ("State Senate", "25"),
    "REP GENERAL ASSEMBLY 76TH": ("State House", "76"),
}
"""Titles of the listing, and the office and district of the state's file."""

PARTIES = {"CON": "CNST"}
"""Abbreviations in which the two differ."""


@pytest.fixture(scope="module")
def clinton(real: Path) -> TotalsListing:
    return PARSER.parse((real / "el30a-el45a/clinton-2016-el30a.pdf").read_bytes())


def contests_of(listing: TotalsListing) -> list[ListedContest]:
    return [contest for precinct in listing.precincts for contest in precinct.contests]


def test_clinton_has_34_precincts_and_15623_ballots(clinton: TotalsListing) -> None:
    statistics = [row for precinct in clinton.precincts for row in precinct.statistics]
    ballots = [row.votes for row in statistics if row.label == "BALLOTS CAST - TOTAL"]
    assert len(clinton.precincts) == len(ballots) == 34
    assert sum(filter(None, ballots)) == 15_623


def test_clinton_has_the_group_ivotronic_and_no_finding(clinton: TotalsListing) -> None:
    assert clinton.groups == ("iVotronic", "Absentee", "Provisional", "Emergency")
    assert clinton.head.report == "EL30A"
    assert clinton.head.run_date == "06/28/17 10:14 AM"
    assert clinton.findings == ()


def test_every_one_of_the_states_16_totals_is_that_of_the_listing(
    clinton: TotalsListing, real: Path
) -> None:
    votes: Counter[tuple[str, str, str]] = Counter()
    for contest in contests_of(clinton):
        for row in contest.counts:
            if contest.title in OFFICES and row.party:
                party = PARTIES.get(row.party, row.party)
                votes[*OFFICES[contest.title], party] += row.votes or 0
    with (real / "expected/clinton-2016-state.csv").open(newline="") as file:
        expected = {
            (row["office"], row["district"], row["party"]): int(row["votes"])
            for row in csv.DictReader(file)
        }
    assert len(expected) == 16
    assert dict(votes) == expected


def test_groups_add_up_in_all_1700_rows_that_have_them(clinton: TotalsListing) -> None:
    rows = [row for precinct in clinton.precincts for row in precinct.statistics]
    for contest in contests_of(clinton):
        rows += contest.counts
        rows += [contest.total] if contest.total else []
    grouped = [row for row in rows if any(cell is not None for cell in row.by_group)]
    assert len(grouped) == 1_700
    assert all(sum(cell or 0 for cell in row.by_group) == row.votes for row in grouped)


def test_numbers_that_a_reader_of_pdfs_tears_apart_are_whole(clinton: TotalsListing) -> None:
    """The text that the library gives has `2 09`, `79. 79` and `5 9.56` in these places."""
    rows = {row.line: row for contest in contests_of(clinton) for row in contest.counts}
    amendment = [row for row in rows.values() if row.votes == 216 and row.label == "YES"]
    assert [row.by_group for row in amendment] == [(209, 6, 1, 0)]
    trump = [row.percent for row in rows.values() if row.votes == 300 and row.party == "REP"]
    assert 7_979 in trump


def test_the_real_file_is_recognised_as_a_pdf(real: Path) -> None:
    head = (real / "el30a-el45a/clinton-2016-el30a.pdf").read_bytes()[:SNIFF_BYTES]
    assert PARSER.recognises(head)
