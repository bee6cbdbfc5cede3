"""A county's listings, drafted, dropped and counted: what was simulated comes out at central."""

import csv
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from election.definition_file import definition_bytes, load_definition
from election.listings import TotalsListing
from simulators.brokers import BrokerKind
from simulators.county import County
from simulators.listings.ascii_export import print_ascii_export
from simulators.listings.canvassing import WIDTH, as_export
from simulators.listings.election import simulated_totals
from simulators.listings.report_style import style_for
from simulators.listings.reports import print_report
from simulators.sample import sample_definition_bytes

SEED = 31
PRECINCTS = 5
REMAINDERS = ("Over Votes", "Under Votes")
GROUPS = ("ABSENTEE", "ELECTION DAY", "PROVISIONAL")

Rows = Callable[[Path, str], list[tuple[Any, ...]]]
Until = Callable[[Callable[[], bool], str], None]

Cells = Counter[tuple[str, str, str, str]]
"""Votes by precinct, contest, choice and counting group."""


@dataclass(frozen=True)
class Simulation:
    """Totals of a simulated election, and each listing that the county could print of them."""

    day: str
    totals: TotalsListing
    printed: dict[str, bytes]


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    source = load_definition(sample_definition_bytes(), "sample").definition
    totals = simulated_totals(SEED, definition=source, precincts=PRECINCTS, groups=GROUPS)
    printed = {
        "el30a": print_report(totals, style_for(SEED, "EL30A")),
        "erm-ascii": print_ascii_export(as_export(totals, source), WIDTH),
    }
    return Simulation(source.date, totals, printed)


@pytest.fixture
def all_confirmed(rows: Rows, until: Until) -> Callable[[County], None]:
    """Return a function that waits until every precinct and counting group is at central."""

    def wait(county: County) -> None:
        store = county.folder / "north-state" / "gateway.sqlite"
        query = "SELECT precinct, counting_group FROM packets WHERE state = 'confirmed'"
        expected = PRECINCTS * len(GROUPS)
        until(lambda: len(rows(store, query)) == expected, f"{expected} returns are confirmed")

    return wait


def zerotape(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "zerotape", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def completed(folder: Path) -> bytes:
    """Return the drafted definition as a person completes it, with nothing left open."""
    draft = load_definition((folder / "draft.json").read_bytes(), "draft").definition
    assert [group.listing_heading for group in draft.counting_groups] == [*GROUPS]
    return definition_bytes(draft.model_copy(update={"to_fill_in": ()}))


def simulated(totals: TotalsListing) -> Cells:
    cells: Cells = Counter()
    for precinct in totals.precincts:
        for contest in precinct.contests:
            for count in contest.counts:
                for group, votes in zip(GROUPS, count.by_group, strict=True):
                    label = count.label.upper() if count.label in REMAINDERS else count.label
                    cells[precinct.name, contest.title, label, group.title()] += votes or 0
    return cells


def exported(county: County) -> Cells:
    out = county.folder / "totals.csv"
    county.export_totals(out)
    names = {group.id: group.name for group in county.loaded.definition.counting_groups}
    cells: Cells = Counter()
    with out.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            assert line["device_class"] == "erm"
            group = names[line["counting_group"]]
            cells[line["precinct"], line["contest"], line["choice"], group] += int(line["votes"])
    return cells


@pytest.mark.parametrize(
    ("dropped", "sources"),
    [("el30a", ["el30a"]), ("erm-ascii", ["erm-ascii", "el30a"])],
    ids=["precinct report", "export, its definition from two listings"],
)
def test_a_dropped_listing_becomes_returns_whose_sums_are_the_simulated_ones(
    dropped: str,
    sources: list[str],
    simulation: Simulation,
    tmp_path: Path,
    broker_kind: BrokerKind,
    all_confirmed: Callable[[County], None],
) -> None:
    for name in sources:
        (tmp_path / name).write_bytes(simulation.printed[name])
    options = ("--out", "draft.json", "--center", "north", "--date", simulation.day)
    told = zerotape(tmp_path, "gateway", "define", *sources, *options)
    assert "Still to fill in" in told
    with County(tmp_path / "county", completed(tmp_path), broker_kind) as county:
        (county.drop_folder("north") / "county.lst").write_bytes(simulation.printed[dropped])
        all_confirmed(county)
        assert exported(county) == simulated(simulation.totals)
