"""`zerotape compare` as a person or a script types it."""

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from election.definition import ElectionDefinition
from election.definition_file import load_definition
from election.documents import DeviceClass
from simulators.listings.cast_records import simulated_vote_images
from simulators.listings.el152 import print_event_log, sample_event_log
from simulators.listings.el155 import print_listing
from simulators.listings.election import simulated_totals
from simulators.listings.reports import print_report
from simulators.listings.summing import as_report
from simulators.sample import sample_definition_bytes

Run = Callable[..., Any]
Totals = Callable[[str, str], Path]


def touch_screens_only() -> ElectionDefinition:
    """Return the sample election as if it had no paper: then an EL155 holds every ballot."""
    definition = load_definition(sample_definition_bytes(), "the sample").definition
    precincts = tuple(
        precinct.model_copy(
            update={
                "devices": tuple(
                    device
                    for device in precinct.devices
                    if device.device_class is DeviceClass.IVOTRONIC
                )
            }
        )
        for precinct in definition.precincts[:6]
    )
    return definition.model_copy(update={"precincts": precincts})


def report(folder: Path, name: str, seed: int = 7) -> Path:
    path = folder / f"{name}.lst"
    path.write_bytes(print_report(as_report(simulated_totals(seed, precincts=4), name)))
    return path


@pytest.mark.parametrize(
    ("one", "other"), [("EL30", "EL45"), ("EL30A", "EL45A"), ("EL30A", "EL30"), ("EL45", "EL30A")]
)
def test_reports_of_one_election_agree(command: Run, tmp_path: Path, one: str, other: str) -> None:
    done = command("compare", report(tmp_path, one), report(tmp_path, other))
    assert done.status == 0, done.out
    assert ", 0 different." in done.out


def test_a_report_agrees_with_its_own_csv(command: Run, tmp_path: Path) -> None:
    listing, table = report(tmp_path, "EL30A"), tmp_path / "el30a.csv"
    assert command("parse", listing, "--out", table).status == 0
    result = json.loads(command("compare", listing, table, "--format", "json").out)
    assert result["equal"]
    assert result["compared"] == result["a"]["cells"] == result["b"]["cells"]


def test_reports_of_two_elections_differ(command: Run, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    one, other = report(tmp_path, "EL30"), report(tmp_path / "other", "EL30", seed=8)
    assert command("compare", one, other).status == 1


def test_vote_images_agree_with_the_report_of_the_same_ballots(
    command: Run, tmp_path: Path
) -> None:
    definition = touch_screens_only()
    images, groups = tmp_path / "images.lst", tmp_path / "groups.lst"
    images.write_bytes(print_listing(simulated_vote_images(definition, 3)))
    groups.write_bytes(print_report(simulated_totals(3, definition=definition)))
    result = json.loads(command("compare", images, groups, "--format", "json").out)
    assert result["equal"], result["differences"]
    # Every vote image is compared, but for those whose lines of one name cannot be told apart.
    assert result["compared"] > 100


def test_the_digit_that_differs_is_named(command: Run, totals: Totals) -> None:
    rows = "1,East,SHERIFF,Ann,DEM,,10\n1,East,SHERIFF,Ann,DEM,EARLY,4\n2,West,SHERIFF,Ann,DEM,,7\n"
    a, b = totals("a.csv", rows), totals("b.csv", rows.replace("EARLY,4", "EARLY,5"))
    text = command("compare", a, b)
    assert text.status == 1
    assert "0001 East / SHERIFF / Ann (DEM) / EARLY: A 4, B 5 (+1)" in text.out
    assert "3 cells compared, 2 equal, 1 different:" in text.out
    table = command("compare", a, b, "--format", "csv")
    assert list(csv.reader(StringIO(table.out))) == [
        ["precinct_number", "precinct", "contest", "choice", "party", "counting_group", "a", "b"],
        ["1", "East", "SHERIFF", "Ann", "DEM", "EARLY", "4", "5"],
    ]
    assert "3 cells compared" in table.err


def test_what_only_one_side_has_and_what_is_in_doubt_is_said(command: Run, totals: Totals) -> None:
    a = totals("a.csv", "1,East,MAYOR,Ann,,,10\n1,East,CLERK,Bob,,,1\n1,East,AUDITOR,Cy,,,2\n")
    b = totals("b.csv", "1,East,MAYOR,Ann,,,10\n1,East,Clerk,Bob,,,1\n1,East,CLERK.,Bob,,,1\n")
    done = command("compare", a, b)
    assert done.status == 0
    assert 'In doubt, not compared: contest A "CLERK"; B "Clerk", "CLERK."' in done.out
    assert 'Only in A, contest, 1:\n   "AUDITOR"' in done.out
    assert "1 cells compared, 1 equal" in done.out


def test_a_person_can_say_which_names_are_the_same(
    command: Run, totals: Totals, tmp_path: Path
) -> None:
    a = totals("a.csv", "1,East,U.S. SENATOR,Ann,DEM,,10\n")
    b = totals("b.csv", "1,East,U.S. Senate,Ann Example,D,,10\n")
    unsaid = command("compare", a, b)
    assert unsaid.status == 1
    assert "Nothing could be compared" in unsaid.out
    names = tmp_path / "names.csv"
    names.write_text("a,b\nU.S. Senator,U.S. Senate\nAnn,Ann Example\n")
    assert command("compare", a, b, "--names", names).status == 0
    names.write_text("U.S. Senator\n")
    wrong = command("compare", a, b, "--names", names)
    assert wrong.status == 1
    assert f"{names}, line 1: expected two names" in wrong.err


def test_a_listing_without_totals_is_refused(command: Run, totals: Totals, tmp_path: Path) -> None:
    log = tmp_path / "log.lst"
    log.write_bytes(print_event_log(sample_event_log(terminals=1)))
    done = command("compare", log, totals("b.csv", "1,East,MAYOR,Ann,,,10\n"))
    assert done.status == 1
    assert "holds no totals" in done.err


def test_wrong_usage_is_status_2(command: Run, totals: Totals) -> None:
    a = totals("a.csv", "1,East,MAYOR,Ann,,,10\n")
    assert command("compare", a).status == 2
    assert command("compare", a, a, "--format", "xml").status == 2
