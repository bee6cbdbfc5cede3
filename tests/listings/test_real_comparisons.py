"""Real listings against results that others published of the same elections."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from listings.comparing.comparison import Comparison, compare_sides
from listings.results.names_file import read_names
from listings.results.sides import read_side

CABELL = "el30-el45/cabell-"

BUTLER_NAMES = {
    "STRAIGHT PARTY VOTING": "Straight Party",
    "UNITED STATES SENATOR": "U.S. Senate",
    **{f"REPRESENTATIVE IN CONGRESS {n}TH DISTRICT": f"U.S. House {n}" for n in (15, 16, 17)},
    **{
        f"REPRESENTATIVE IN THE GENERAL ASSEMBLY {n}TH LEGISLATIVE DISTRICT": f"State House {n}"
        for n in (8, 10, 11, 12, 14, 60, 64)
    },
}

CABELL_2008_NAMES = {
    "U.S. SENATOR": "U.S. Senate",
    "U.S. HOUSE OF REPRESENTATIVES 3rd Congressional District": "U.S. House 3",
    "STATE SENATOR 5th Senatorial District": "State Senator 5",
    # The CSV has the candidates of the park district under the House of Delegates.
    "HUNTINGTON PARK & RECREATION DISTRICT": "Member Of House Of Delegates 16",
}

TICKETS = {
    "Hillary Rodham Clinton": "Hillary Rodham Clinton / Timothy Michael Kaine",
    "Darrell Castle": "Darrell Castle / Scott Bradley",
    "Evan McMullin": "Evan McMullin / Nathan Johnson",
    "Jill Stein": "Jill Stein / Ajamu Baraka",
    "Donald J Trump": "Donald J Trump / Michael R Pence",
    "Peter Skewes": "Peter Skewes / Michael Lacy",
    "Gary Johnson": "Gary Johnson / Bill Weld",
}

NO_VOTES_OF_TOUCH_SCREENS = {"Emergency", "Provisional", "Failsafe Provisional"}


def compare(folder: Path, a: Path, b: Path, names: dict[str, str] | None = None) -> Comparison:
    said = folder / "names.csv"
    with said.open("w", newline="") as file:
        csv.writer(file).writerows([("a", "b"), *(names or {}).items()])
    return compare_sides(read_side(a), read_side(b), read_names(said))


@pytest.mark.parametrize(
    ("precincts", "summary", "rows"),
    [
        ("2010-el30.txt", "2010-el45.txt", "cabell-2010-el45.csv"),
        ("2012-el30.html", "2012-el45.html", "cabell-2012-el45.csv"),
    ],
)
def test_cabell_by_precinct_is_cabell_in_sum(
    real: Path, tmp_path: Path, precincts: str, summary: str, rows: str
) -> None:
    result = compare(tmp_path, real / f"{CABELL}{precincts}", real / f"{CABELL}{summary}")
    with (real / "expected" / rows).open(newline="") as file:
        printed = [
            row
            for row in csv.DictReader(file)
            if row["votes"] and not row["label"].startswith("PRECINCTS COUNTED")
        ]
    assert result.compared == len(printed)
    assert result.differences == ()
    assert result.unpaired == ()


def test_butler_is_what_was_published_in_every_cell(real: Path, tmp_path: Path) -> None:
    folder = real / "el30a-el45a"
    result = compare(
        tmp_path,
        folder / "butler-2018-el30a.htm",
        folder / "butler-2018-openelections.csv",
        BUTLER_NAMES,
    )
    # 2,123 rows with a total; those of 89 precincts' registered voters have no groups.
    assert result.compared == 2_123 + 3 * (2_123 - 89)
    assert (result.differences, result.only_a, result.only_b) == ((), (), ())


def test_cabell_2008_differs_only_where_the_csv_has_write_ins_of_another_contest(
    real: Path, tmp_path: Path
) -> None:
    sides = real / f"{CABELL}2008-el30.txt", real / f"{CABELL}2008-openelections.csv"
    result = compare(tmp_path, *sides, CABELL_2008_NAMES)
    assert result.compared == 2_736
    shifted = {"STATE SENATOR 5th Senatorial District", "HUNTINGTON PARK & RECREATION DISTRICT"}
    assert {pair.cell.contest for pair in result.differences} == shifted
    assert {pair.cell.choice.name for pair in result.differences} == {"WRITE-IN"}


def test_dillon_differs_from_the_certified_result_in_paper_absentees_only(
    real: Path, tmp_path: Path
) -> None:
    with (real / "expected/dillon-2016-contest-map.csv").open(newline="") as file:
        contests = {r["el155_contest"]: r["clarity_contest"] for r in csv.DictReader(file)}
    sides = real / "el155/dillon-2016.lst", real / "clarity/dillon-2016.xml"
    result = compare(tmp_path, *sides, contests | TICKETS)
    with (real / "expected/dillon-2016-clarity.csv").open(newline="") as file:
        rows = Counter(row["precinct"] for row in csv.DictReader(file))
    votes = sum(n for name, n in rows.items() if name not in NO_VOTES_OF_TOUCH_SCREENS)
    ballots = 22
    assert result.compared == votes + ballots
    assert {pair.cell.precinct.name for pair in result.differences} == {"Absentee"}
    assert {pair.b > pair.a for pair in result.differences} == {True}
    unpaired = {each.a for each in result.unpaired if each.what == "choice"}
    assert unpaired == {("Clerk of Court / WRITE-IN",), ("Coroner / WRITE-IN",)}


def test_a_statewide_file_with_lone_cr_is_equal_to_itself(real: Path) -> None:
    side = read_side(real / "openelections/montana-2016-primary.csv")
    result = compare_sides(side, side, {})
    assert result.is_equal
    assert result.compared == len(side.cells)


def test_pulaski_has_every_row_and_vote_type(real: Path) -> None:
    side = read_side(real / "openelections/pulaski-2012-primary.csv")
    votes: Counter[str] = Counter()
    for cell, count in side.cells.items():
        votes[cell.group] += count
    assert len(side.cells) == 6 * 2_314
    assert votes == {
        "": 195_873,
        "election_day_paper_ballot": 147_879,
        "absentee": 4_385,
        "election_day_ivo_machine": 17,
        "provisional": 45,
        "early_vote": 43_547,
    }
