"""The four reports of real counties against figures of other readers of the same elections."""

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from election.listings import ListedContest, ListedCount, ListingCheck, TotalsListing
from parsers.contract import SNIFF_BYTES
from parsers.unity.reports.parser import EL30, EL30A, EL45, EL45A, ReportParser

LISTINGS = {
    "el30-el45/cabell-2008-el30.txt": EL30,
    "el30-el45/cabell-2010-el30.txt": EL30,
    "el30-el45/cabell-2012-el30.html": EL30,
    "el30-el45/cabell-2010-el45.txt": EL45,
    "el30-el45/cabell-2012-el45.html": EL45,
    "el30a-el45a/butler-2018-el30a.htm": EL30A,
    "el30a-el45a/gage-2016-general-el30a.txt": EL30A,
    "el30a-el45a/gage-2016-primary-el30a.txt": EL30A,
    "el30a-el45a/marion-2018-el45a.htm": EL45A,
}
REGISTERED = "REGISTERED VOTERS - TOTAL"
BALLOTS = "BALLOTS CAST - TOTAL"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def listing(real: Path, name: str) -> TotalsListing:
    return LISTINGS[name].parse((real / name).read_bytes())


def contests(read: TotalsListing) -> Iterator[ListedContest]:
    for precinct in read.precincts:
        yield from precinct.contests


def counts(read: TotalsListing) -> Iterator[ListedCount]:
    for precinct in read.precincts:
        yield from precinct.statistics
        for contest in precinct.contests:
            yield from contest.counts


def statistic(read: TotalsListing, label: str) -> int:
    return sum(count.votes or 0 for count in counts(read) if count.label == label)


def summed(read: TotalsListing) -> Counter[tuple[str, str]]:
    """Votes by contest and label, registered and ballots too; rows with one label are added."""
    votes = Counter({("", label): statistic(read, label) for label in (REGISTERED, BALLOTS)})
    for contest in contests(read):
        for count in contest.counts:
            assert count.votes is not None
            votes[contest.title, count.label] += count.votes
    return votes


def printed_summary(path: Path) -> Counter[tuple[str, str]]:
    votes: Counter[tuple[str, str]] = Counter()
    for row in rows(path):
        if row["contest"] or row["label"] in {REGISTERED, BALLOTS}:
            votes[row["contest"], row["label"]] += int(row["votes"])
    return votes


def plain(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def published_rows_equal(read: TotalsListing, path: Path) -> tuple[int, int]:
    """Return how many rows of a published file have precinct and name of a row, and agree."""
    names = {plain(REGISTERED): "REGISTEREDVOTERS", plain(BALLOTS): "BALLOTSCAST"}
    votes: defaultdict[tuple[str, str], list[int | None]] = defaultdict(list)
    for precinct in read.precincts:
        listed = (*precinct.statistics, *(c for k in precinct.contests for c in k.counts))
        for count in listed:
            label = plain(count.label)
            votes[plain(precinct.name), names.get(label, label)].append(count.votes)
    matched = equal = 0
    for row in rows(path):
        name = plain(row["candidate"] or row["office"])
        key = (plain(row["precinct"]), "WRITEIN" if name == "WRITEINS" else name)
        if key in votes:
            matched += 1
            equal += int(row["votes"]) in votes[key]
    return matched, equal


@pytest.mark.parametrize(("name", "parser"), LISTINGS.items())
def test_each_report_is_recognised_by_its_own_parser_alone(
    real: Path, name: str, parser: ReportParser
) -> None:
    head = (real / name).read_bytes()[:SNIFF_BYTES]
    taken = [each.name for each in (EL30, EL30A, EL45, EL45A) if each.recognises(head)]
    assert taken == [parser.name]


def test_no_other_real_file_is_taken_for_one_of_the_four_or_resembles_one(real: Path) -> None:
    files = [path for path in real.rglob("*") if path.is_file()]
    others = [path for path in files if str(path.relative_to(real)) not in LISTINGS]
    assert len(others) > 40
    for path in others:
        head = path.read_bytes()[:SNIFF_BYTES]
        for parser in (EL30, EL30A, EL45, EL45A):
            assert not parser.recognises(head), path
            assert path.parent.name == "el52" or not parser.resembles(head), path


@pytest.mark.parametrize("name", sorted(LISTINGS.keys() - {"el30-el45/cabell-2008-el30.txt"}))
def test_no_real_listing_contradicts_itself(real: Path, name: str) -> None:
    assert listing(real, name).findings == ()


def test_the_one_finding_is_a_figure_in_another_column_of_the_spreadsheet(real: Path) -> None:
    (finding,) = listing(real, "el30-el45/cabell-2008-el30.txt").findings
    lines = (real / "el30-el45/cabell-2008-el30.txt").read_bytes().split(b"\n")
    assert finding.check is ListingCheck.LAYOUT
    assert finding.lines == (10_294,)
    assert lines[10_293].split(b"\t") == [
        b"          (Vote For Not More Than )  1",
        *[b""] * 6,
        b"0",
    ]


@pytest.mark.parametrize(
    ("year", "name"),
    [
        ("2008", "el30-el45/cabell-2008-el30.txt"),
        ("2010", "el30-el45/cabell-2010-el30.txt"),
        ("2012", "el30-el45/cabell-2012-el30.html"),
    ],
)
def test_cabell_has_the_figures_of_the_other_reader(real: Path, year: str, name: str) -> None:
    expected = json.loads((real / "expected/cabell.json").read_text(encoding="utf-8"))
    read = listing(real, name)
    assert {
        "precincts": len(read.precincts),
        "pages": read.head.pages,
        "rows_with_votes": sum(count.votes is not None for count in counts(read)),
        "registered_sum": statistic(read, REGISTERED),
        "ballots_cast_sum": statistic(read, BALLOTS),
    } == expected["from_the_el30_files"][year]


@pytest.mark.parametrize(
    ("year", "name", "matched"),
    [("2008", "cabell-2008-el30.txt", 2_736), ("2010", "cabell-2010-el30.txt", 1_516)],
)
def test_all_published_rows_of_cabell_are_equal(
    real: Path, year: str, name: str, matched: int
) -> None:
    published = real / f"el30-el45/cabell-{year}-openelections.csv"
    read = listing(real, f"el30-el45/{name}")
    assert published_rows_equal(read, published) == (matched, matched)


@pytest.mark.parametrize(("year", "suffix", "keys"), [("2010", "txt", 59), ("2012", "html", 161)])
def test_cabell_precincts_make_the_summary_in_every_row(
    real: Path, year: str, suffix: str, keys: int
) -> None:
    summary = printed_summary(real / f"expected/cabell-{year}-el45.csv")
    assert len(summary) == keys
    assert summed(listing(real, f"el30-el45/cabell-{year}-el30.{suffix}")) == summary
    assert summed(listing(real, f"el30-el45/cabell-{year}-el45.{suffix}")) == summary


@pytest.mark.parametrize(("year", "suffix"), [("2010", "txt"), ("2012", "html")])
def test_every_row_of_a_cabell_summary_is_read(real: Path, year: str, suffix: str) -> None:
    read = listing(real, f"el30-el45/cabell-{year}-el45.{suffix}")
    expected = rows(real / f"expected/cabell-{year}-el45.csv")
    (whole,) = read.precincts
    first, *others = expected
    assert read.counted is not None
    assert first["label"] == f"PRECINCTS COUNTED (OF {read.counted[1]})"
    assert int(first["votes"]) == read.counted[0]
    found: list[tuple[str, ListedCount, ListedContest | None]] = [
        ("", count, None) for count in whole.statistics
    ]
    found += [(c.title, count, c) for c in whole.contests for count in c.counts]
    assert len(found) == len(others)
    for row, (title, count, contest) in zip(others, found, strict=True):
        percent = row["percent"].replace(".", "")
        votes = row["votes"]
        assert (row["contest"], row["label"], row["party"]) == (title, count.label, count.party)
        assert count.votes == (int(votes) if votes else None)
        assert count.percent == (int(percent) if percent else None)
        if contest:
            assert contest.votes_allowed == int(row["vote_for"])
            counted = (int(row["precincts_counted"]), int(row["precincts_of"]))
            assert contest.counted == counted


def test_all_published_rows_of_butler_are_equal_in_total_and_in_all_groups(real: Path) -> None:
    read = listing(real, "el30a-el45a/butler-2018-el30a.htm")
    assert read.groups == ("ELECTION DAY", "ABSENTEE", "PROVISIONAL")
    assert len(read.precincts) == 89
    found: list[tuple[object, ...]] = []
    for precinct in read.precincts:
        registered, ballots, turnout = precinct.statistics
        assert (turnout.votes, turnout.by_group) == (None, (None, None, None))
        listed = (registered, ballots, *(c for k in precinct.contests for c in k.counts))
        place = (precinct.number, precinct.name)
        found.extend((*place, count.votes, *count.by_group) for count in listed)

    def cell(text: str) -> int | None:
        return int(text) if text else None

    groups = ("votes", "election_day", "absentee", "provisional")
    published = [
        (int(row["precinct_no"]), row["precinct"], *(cell(row[group]) for group in groups))
        for row in rows(real / "expected/butler-2018-openelections.csv")
    ]
    assert len(published) == 2_123
    assert found == published


def test_the_rows_of_butler_under_one_party_are_1581_and_all_published(real: Path) -> None:
    """1,581: all rows of choices but 362 write-ins and two of a candidate of two parties."""
    read = listing(real, "el30a-el45a/butler-2018-el30a.htm")
    found = [
        (precinct.number, count.party, count.votes, *count.by_group)
        for precinct in read.precincts
        for contest in precinct.contests
        for count in contest.counts
        if count.party and count.party != "DEM/REP"
    ]
    published = [
        (int(row["precinct_no"]), row["party"], *(int(row[group]) for group in groups))
        for groups in [("votes", "election_day", "absentee", "provisional")]
        for row in rows(real / "expected/butler-2018-openelections.csv")
        if row["party"] and row["candidate"] != "AARON BERNSTINE"
    ]
    assert len(published) == 1_581
    assert found == published


def test_butler_makes_all_28_totals_of_the_state(real: Path) -> None:
    read = listing(real, "el30a-el45a/butler-2018-el30a.htm")
    offices = {"UNITED STATES SENATOR": "U.S. Senate", "GOVERNOR": "Governor"}
    votes: Counter[tuple[str, str, str]] = Counter()
    for contest in contests(read):
        number = re.search(r"(\d+)TH ", contest.title)
        office = offices.get(contest.title, "")
        if contest.title.startswith("REPRESENTATIVE IN CONGRESS"):
            office = "U.S. House"
        elif contest.title.startswith("REPRESENTATIVE IN THE GENERAL ASSEMBLY"):
            office = "State House"
        for count in contest.counts:
            party = count.party.replace("/", "")
            votes[office, number[1] if number else "", party] += count.votes or 0
    state = rows(real / "expected/butler-2018-state.csv")
    assert len(state) == 28
    for row in state:
        assert votes[row["office"], row["district"], row["party"]] == int(row["votes"]), row


def test_all_published_rows_of_gage_are_equal(real: Path) -> None:
    read = listing(real, "el30a-el45a/gage-2016-general-el30a.txt")
    offices = {"President/Vice President": "President", "Cong. Dist. 3": "U.S. House"}
    found: dict[str, list[tuple[str, int | None]]] = {}
    for precinct in read.precincts:
        registered, ballots = precinct.statistics[:2]
        of = [("Registered Voters", registered.votes), ("Ballots Cast", ballots.votes)]
        for contest in precinct.contests[:2]:
            of += [(offices[contest.title], count.votes) for count in contest.counts]
        found[precinct.name] = of
    published = rows(real / "expected/gage-2016-openelections.csv")
    assert len(published) == 54
    by_precinct: dict[str, list[tuple[str, int | None]]] = {}
    for row in published:
        by_precinct.setdefault(row["precinct"], []).append((row["office"], int(row["votes"])))
    assert len(found) == 11
    assert {name: found[name] for name in by_precinct} == by_precinct


def test_the_page_sets_of_the_gage_primary_name_the_party(real: Path) -> None:
    read = listing(real, "el30a-el45a/gage-2016-primary-el30a.txt")
    assert read.head.titles == (
        "GAGE COUNTY, NEBRASKA",
        "OFFICIAL",
        "PRIMARY ELECTION",
        "May 10, 2016",
    )
    assert len(read.precincts) == 11
    parties = {contest.party for contest in contests(read)}
    assert parties == {"Republican", "Democratic", "Libertarian", "NONPARTISAN"}
    first = read.precincts[0]
    assert [(c.party, c.title) for c in first.contests[:3]] == [
        ("Republican", "President"),
        ("Republican", "Congress Dist 3"),
        ("Democratic", "President"),
    ]
    by_party = [count.votes for count in first.statistics[2:]]
    assert first.statistics[1].votes == sum(votes or 0 for votes in by_party) == 299


@pytest.mark.parametrize("name", [name for name in LISTINGS if LISTINGS[name] in (EL30A, EL45A)])
def test_the_groups_add_up_in_every_row(real: Path, name: str) -> None:
    with_groups = [c for c in counts(listing(real, name)) if set(c.by_group) != {None}]
    assert len(with_groups) >= 98
    for count in with_groups:
        assert sum(cell or 0 for cell in count.by_group) == count.votes


def test_marion_has_its_figures(real: Path) -> None:
    read = listing(real, "el30a-el45a/marion-2018-el45a.htm")
    assert read.groups == ("EARLY VOTING", "ELECTION DAY", "ABSENTEE", "PROVISIONAL")
    assert read.counted == (74, 74)
    assert (statistic(read, BALLOTS), statistic(read, REGISTERED)) == (19_718, 38_969)
    supreme_court = next(c for c in contests(read) if c.title.endswith("UNEXPIRED D1"))
    assert [count.label for count in supreme_court.counts[:3]] == [
        "RONALD H. HATFIELD, JR.",
        "TIM ARMSTEAD",
        "D.C. OFFUTT, JR.",
    ]
