"""Every listing that holds totals: its CSV says what the listing says, and what was voted."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from election.definition import ElectionDefinition
from election.definition_file import load_definition
from election.documents import DeviceClass
from listings.comparing.comparison import compare_sides
from listings.results.sides import read_side
from simulators.listings.printers import PRINTERS
from simulators.sample import sample_definition_bytes
from simulators.simulated_votes import cast_ballots
from simulators.truth import Counted, count_ballots

TOTALS = ("el30", "el30a", "el45", "el45a", "el52", "el111", "erm-ascii", "el155")

CUT = {"el155": 40, "erm-ascii": 56}
"""Characters of a title that the format has room for."""

Run = Callable[..., Any]


def some_precincts() -> ElectionDefinition:
    definition = load_definition(sample_definition_bytes(), "the sample").definition
    return definition.model_copy(update={"precincts": definition.precincts[:3]})


def voted(definition: ElectionDefinition, seed: int, *, touch_screens: bool) -> Counter[str]:
    """Return the votes by title of the contest, counted from the ballots."""
    cast = [
        each
        for precinct in definition.precincts
        for each in cast_ballots(definition, precinct, seed)
        if not touch_screens or each.device.device_class is DeviceClass.IVOTRONIC
    ]
    titles = {contest.id: contest.title for contest in definition.contests}
    votes: Counter[str] = Counter()
    for cell, count in count_ballots(definition, cast).cells.items():
        if cell.counted in (Counted.CHOICE, Counted.WRITE_INS):
            votes[titles[cell.contest]] += count
    return +votes


@pytest.mark.parametrize("name", TOTALS)
def test_a_csv_is_its_listing_and_has_the_votes_that_were_cast(
    command: Run, tmp_path: Path, name: str
) -> None:
    definition = some_precincts()
    listing, table = tmp_path / "listing", tmp_path / "table.csv"
    listing.write_bytes(PRINTERS[name](definition, 7))
    command("parse", listing, "--out", table)
    for pair in ((listing, table), (table, listing)):
        result = json.loads(command("compare", *pair, "--format", "json").out)
        assert result["equal"]
        assert result["compared"] == result["a"]["cells"] == result["b"]["cells"]
        assert result["unpaired"] == []
    votes: Counter[str] = Counter()
    with table.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            is_total = row["choice"] and not row["counting_group"]
            if is_total and row["choice"] not in ("OVER VOTES", "UNDER VOTES"):
                votes[row["contest"]] += int(row["votes"])
    expected: Counter[str] = Counter()
    for title, count in voted(definition, 7, touch_screens=name == "el155").items():
        expected[title[: CUT.get(name)].strip()] += count
    assert votes == expected


def test_no_two_listings_of_one_count_differ(tmp_path: Path) -> None:
    definition = some_precincts()
    sides = []
    for name in TOTALS[:-1]:
        path = tmp_path / name
        path.write_bytes(PRINTERS[name](definition, 3))
        sides.append(read_side(path))
    for one, other in permutations(sides, 2):
        result = compare_sides(one, other, {})
        assert result.is_equal, (one.format, other.format, result.differences)


def test_a_changed_vote_is_found_between_any_two_formats(command: Run, tmp_path: Path) -> None:
    definition = some_precincts()
    listing, table = tmp_path / "el52", tmp_path / "el30a.csv"
    (tmp_path / "el30a").write_bytes(PRINTERS["el30a"](definition, 3))
    listing.write_bytes(PRINTERS["el52"](definition, 3))
    command("parse", tmp_path / "el30a", "--out", table)
    rows = table.read_text("utf-8").splitlines(keepends=True)
    at, row = next((n, r) for n, r in enumerate(rows) if ",SECRETARY OF STATE," in r and ",," in r)
    before, votes = row.rstrip("\n").rsplit(",", 1)
    rows[at] = f"{before},{int(votes) + 1}\n"
    table.write_text("".join(rows), "utf-8", newline="")
    done = command("compare", listing, table, "--format", "csv")
    assert done.status == 1
    (difference,) = csv.DictReader(done.out.splitlines())
    assert difference["contest"] == "SECRETARY OF STATE"
    assert int(difference["b"]) - int(difference["a"]) == 1
