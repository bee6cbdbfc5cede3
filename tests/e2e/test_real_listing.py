"""A real county's listing through gateway, broker and central, against independent figures."""

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("dillon")  # one run of the demo serves all tests here

Cells = Counter[tuple[str, str, str]]
"""Votes by precinct, contest and choice; fusion lines added by name."""

ABSENTEE = "ABSENTEE"
"""Mostly paper ballots, which an EL155 listing never holds."""


@pytest.fixture(scope="module")
def exported(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Cells:
    """Run the demo on the listing of Dillon County 2016; return what central exported."""
    out = tmp_path_factory.mktemp("dillon") / "totals.csv"
    listing = real / "el155" / "dillon-2016.lst"
    command = ["demo", "--listing", str(listing), "--exit", "--export", str(out)]
    done = subprocess.run(
        [sys.executable, "-m", "zerotape", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    cells: Cells = Counter()
    with out.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert (row["counting_group"], row["device_class"]) == ("election-day", "ivotronic")
            choice = row["choice"].rstrip("\u00a0 ").upper()
            cells[row["precinct"].upper(), row["contest"], choice] += int(row["votes"])
    return cells


@pytest.fixture(scope="module")
def certified(real: Path) -> Cells:
    """Return the certified results, with contests named as in the listing."""
    expected = real / "expected"
    with (expected / "dillon-2016-contest-map.csv").open(newline="") as file:
        names = {row["clarity_key"]: row["el155_contest"] for row in csv.DictReader(file)}
    cells: Cells = Counter()
    with (expected / "dillon-2016-clarity.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            head_of_ticket = row["choice"].split(" / ")[0]  # a listing names no running mate
            choice = head_of_ticket.strip().upper()
            key = (row["precinct"].upper(), names[row["contest_key"]], choice)
            cells[key] += int(row["votes"])
    return cells


def test_every_certified_cell_is_equal(exported: Cells, certified: Cells) -> None:
    compared = {
        key: (votes, exported.get(key, 0)) for key, votes in certified.items() if key[0] != ABSENTEE
    }
    assert {key: pair for key, pair in compared.items() if pair[0] != pair[1]} == {}
    assert len(compared) == 946


def test_the_only_further_votes_are_write_ins_that_were_not_certified_by_precinct(
    exported: Cells, certified: Cells, real: Path
) -> None:
    further = {
        (precinct, contest): votes
        for (precinct, contest, choice), votes in exported.items()
        if votes and precinct != ABSENTEE and (precinct, contest, choice) not in certified
    }
    with (real / "expected" / "dillon-2016-writein-extra.csv").open(newline="") as file:
        expected = {
            (row["precinct"].upper(), row["el155_contest"]): int(row["write_in_votes_in_el155"])
            for row in csv.DictReader(file)
        }
    assert further == expected


def test_absentee_never_exceeds_what_was_certified(exported: Cells, certified: Cells) -> None:
    above = {
        key: votes
        for key, votes in exported.items()
        if key[0] == ABSENTEE and votes > certified.get(key, 0)
    }
    assert {(contest, choice): votes for (_, contest, choice), votes in above.items()} == {
        ("Clerk of Court", "WRITE-IN"): 1,
        ("Coroner", "WRITE-IN"): 3,
    }
