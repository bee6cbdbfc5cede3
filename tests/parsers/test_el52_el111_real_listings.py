"""Douglas County 2008 (EL52) and Sarpy County 2008 (EL111) against independent figures."""

import csv
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest

from election.listings import ListedContest, ListedCount, ListingCheck, TotalsListing
from parsers.contract import SNIFF_BYTES
from parsers.unity.canvass.el52 import PARSER as EL52
from parsers.unity.canvass.el111 import PARSER as EL111
from simulators.listings.canvass_el52 import El52Layout, print_el52
from simulators.listings.canvass_el111 import El111Layout, print_el111

DOUGLAS, SARPY = "el52/douglas-2008.txt", "el111/sarpy-2008.txt"
PRESIDENT = ("mccain", "obama", "baldwin", "mckinney", "barr", "nader", "write_ins")

Rows = list[dict[str, str]]


def rows(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def douglas(real: Path) -> TotalsListing:
    return EL52.parse((real / DOUGLAS).read_bytes())


@pytest.fixture(scope="module")
def sarpy(real: Path) -> TotalsListing:
    return EL111.parse((real / SARPY).read_bytes())


def sums(listing: TotalsListing) -> dict[str, list[int]]:
    """Add up the precincts' rows by contest and column; the statistics are `STATISTICS`."""
    added: dict[str, list[int]] = {}
    for precinct in listing.precincts:
        of = [("STATISTICS", precinct.statistics)]
        of += [(contest.title, contest.counts) for contest in precinct.contests]
        for title, counts in of:
            column = added.setdefault(title, [0] * len(counts))
            for place, count in enumerate(counts):
                column[place] += count.votes or 0
    return added


def control(listing: TotalsListing) -> dict[str, tuple[ListedCount, ...]]:
    """Return the printed totals by contest."""
    assert listing.control is not None
    contests = {contest.title: contest.counts for contest in listing.control.contests}
    return {"STATISTICS": listing.control.statistics} | contests


def president(listing: TotalsListing, title: str) -> dict[int, list[int | None]]:
    """Return the precincts' votes for president by column."""
    return {
        precinct.number: [count.votes for count in contest.counts]
        for precinct in listing.precincts
        for contest in precinct.contests
        if contest.title == title and precinct.number is not None
    }


def as_printed(count: ListedCount) -> str:
    """Return label and party as the key of an EL52 has them, cut at 38 characters."""
    return (f"{count.label} ({count.party})" if count.party else count.label)[:38]


def percent(count: ListedCount) -> str:
    return "" if count.percent is None else f"{count.percent / 100:.2f}".removeprefix("0")


def test_every_key_of_douglas_county_is_the_sum_of_its_rows(
    real: Path, douglas: TotalsListing
) -> None:
    expected = rows(real / "expected/douglas-2008-keys.csv")
    added, printed = sums(douglas), control(douglas)
    checked = 0
    for title, keys in groupby(expected, key=lambda row: row["contest"]):
        for place, key in enumerate(keys):
            count = printed[title][place]
            assert as_printed(count) == key["label"]
            assert (count.votes, percent(count)) == (int(key["votes"]), key["percent"])
            assert added[title][place] == int(key["votes"])
            checked += 1
    assert (checked, len(printed)) == (310, 97)


def test_every_contest_of_douglas_county_has_its_precincts(
    real: Path, douglas: TotalsListing
) -> None:
    expected = rows(real / "expected/douglas-2008-keys.csv")
    found = Counter(contest.title for each in douglas.precincts for contest in each.contests)
    found["STATISTICS"] = sum(bool(each.statistics) for each in douglas.precincts)
    assert found == {row["contest"]: int(row["precinct_rows"]) for row in expected}
    assert found.total() == 13_050
    assert douglas.control is not None
    counted = {contest.title: contest.counted for contest in douglas.control.contests}
    assert counted == {
        row["contest"]: (int(row["precincts_reporting"]), int(row["precincts_of"]))
        for row in expected
        if row["contest"] != "STATISTICS"
    }


def test_the_president_in_douglas_county_is_as_the_state_published(
    real: Path, douglas: TotalsListing
) -> None:
    expected = rows(real / "expected/douglas-2008-president.csv")
    found = president(douglas, "President Of The United States")
    assert found == {
        int(row["precinct_no"]): [int(row[name]) for name in PRESIDENT]
        for row in expected
        if row["precinct_no"]
    }
    assert len(found) == 352


def test_what_douglas_county_says_of_itself(douglas: TotalsListing) -> None:
    registered, ballots = control(douglas)["STATISTICS"]
    assert (registered.votes, ballots.votes) == (0, 457_965)
    assert douglas.counted == (352, 352)
    assert (douglas.head.report, douglas.head.run_date) == ("EL52", "11/21/08 10:18 AM")
    assert {finding.check for finding in douglas.findings} == {ListingCheck.PRECINCTS_COUNTED}
    assert len(douglas.findings) == 12  # contests with one precinct less than all, in the file


def test_a_party_that_is_cut_by_the_width_of_the_key_is_still_the_party(
    douglas: TotalsListing,
) -> None:
    baldwin = control(douglas)["President Of The United States"][2]
    assert (baldwin.label, baldwin.party) == ("Chuck Baldwin / Darrell L. Castle", "NEB")


def test_every_heading_and_total_of_sarpy_county_is_read(real: Path, sarpy: TotalsListing) -> None:
    expected = rows(real / "expected/sarpy-2008-totals.csv")
    added, printed = sums(sarpy), control(sarpy)
    totals = 0
    for title, columns in groupby(expected, key=lambda row: row["contest"]):
        for place, column in enumerate(columns):
            count = printed[title][place]
            assert (count.label, count.party) == (column["heading"], column["party"])
            if "." in column["total"]:
                assert (count.votes, percent(count)) == (None, column["total"])
                continue
            assert ("" if count.votes is None else str(count.votes)) == column["total"]
            assert percent(count) == column["percent"]
            assert added[title][place] == int(column["total"] or 0)
            totals += column["total"] != ""
    assert (len(expected), totals) == (352, 328)
    assert len({row["block"] for row in expected}) == 69


def test_every_row_of_sarpy_county_is_read(real: Path, sarpy: TotalsListing) -> None:
    expected = rows(real / "expected/sarpy-2008-totals.csv")
    blocks = {row["block"]: (row["contest"], int(row["precinct_rows"])) for row in expected}
    found = Counter(contest.title for each in sarpy.precincts for contest in each.contests)
    found["STATISTICS"] = sum(bool(each.statistics) for each in sarpy.precincts)
    assert dict(blocks.values()) == found
    assert sum(count for _, count in blocks.values()) == 2_138


def test_the_president_in_sarpy_county_is_as_the_state_published(
    real: Path, sarpy: TotalsListing
) -> None:
    expected = rows(real / "expected/sarpy-2008-president.csv")
    found = president(sarpy, "President and Vice President")
    columns = (*PRESIDENT, "over_votes", "under_votes")
    assert found == {
        int(row["precinct_no"]): [int(row[name]) for name in columns]
        for row in expected
        if row["precinct_no"]
    }
    assert len(found) == 89


def test_sarpy_county_contradicts_itself_nowhere(sarpy: TotalsListing) -> None:
    assert sarpy.findings == ()
    assert sarpy.head.titles == (
        "SARPY COUNTY, NEBRASKA",
        "GENERAL ELECTION",
        "NOVEMBER 4, 2008",
    )
    turnout = next(each for each in sarpy.precincts if each.number == 14).statistics[-1]
    assert (turnout.votes, turnout.percent) == (None, 14_006)


def test_a_contest_of_more_than_twelve_columns_is_one_contest(sarpy: TotalsListing) -> None:
    contests = {contest.title: contest for contest in contests_of(sarpy)}
    council = contests["Douglas/Sarpy Learn Comm Council Dist 6"]
    assert [count.label for count in council.counts][-3:] == [
        "WRITE-IN",
        "OVER VOTES",
        "UNDER VOTES",
    ]
    assert len(council.counts) == 15


def contests_of(listing: TotalsListing) -> tuple[ListedContest, ...]:
    assert listing.control is not None
    return listing.control.contests


def test_each_parser_recognises_its_own_listing_only(real: Path) -> None:
    heads = {
        str(path.relative_to(real)): path.read_bytes()[:SNIFF_BYTES]
        for path in sorted(real.glob("[ae][sl]*/*"))
    }
    assert [name for name, head in heads.items() if EL52.recognises(head)] == [DOUGLAS]
    assert [name for name, head in heads.items() if EL111.recognises(head)] == [SARPY]


def lines_of(content: bytes) -> set[str]:
    text = content.decode("cp1252").replace("\f", "\n").replace("\r", "\n")
    return {line.rstrip(" ") for line in text.split("\n")}


def test_the_simulator_prints_douglas_county_line_by_line(
    real: Path, douglas: TotalsListing
) -> None:
    original = lines_of((real / DOUGLAS).read_bytes())
    others = lines_of(print_el52(douglas, El52Layout())) ^ original
    titles = "\n".join(contest.title for contest in contests_of(douglas))
    assert {line for line in others if line not in titles} == set()


def test_the_simulator_prints_sarpy_county_line_by_line(real: Path, sarpy: TotalsListing) -> None:
    original = lines_of((real / SARPY).read_bytes())
    others = lines_of(print_el111(sarpy, El111Layout())) ^ original
    repeated = {line for line in others if "(CONTINUED FROM PREVIOUS PAGE)" in line}
    assert others - repeated == set()
