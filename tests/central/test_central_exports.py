"""The CSV of totals, read back with the standard library and held against hand-counted numbers."""

import csv
import io
from typing import TYPE_CHECKING

import pytest

from central.exports import totals_csv

if TYPE_CHECKING:
    from tests.central.conftest import Central, Gateway

HEADER = "precinct,contest,choice,party,counting_group,device_class,votes"


def rows(central: "Central") -> list[list[str]]:
    return list(csv.reader(io.StringIO(central.csv().decode("utf-8"), newline="")))


def test_without_returns_there_is_only_the_header(central: "Central") -> None:
    assert central.csv() == f"{HEADER}\n".encode()


def test_rows_follow_the_definition_whatever_came_first(
    central: "Central", south: "Gateway", north: "Gateway"
) -> None:
    central.accept(north, north.issue("farside"))
    central.accept(south, south.issue("hillside"), south.issue("riverside", "early"))
    names = list(dict.fromkeys(row[0] for row in rows(central)[1:]))
    assert names == ["RIVERSIDE", "HILL <i>SIDE</i>", "FARSIDE"]


def test_every_line_of_a_precinct_is_written(central: "Central", south: "Gateway") -> None:
    """12 ballots on each device: half, a third, a quarter; the rest is undervoted."""
    central.accept(south, south.issue("riverside"))
    day, judge = "election-day", "CITY JUDGE"
    expected = [
        ["RIVERSIDE", judge, "FAY FOX", "DEM", day, "m100", "6"],
        ["RIVERSIDE", judge, "FAY FOX", "DEM", day, "ivotronic", "6"],
        ["RIVERSIDE", judge, "FAY FOX\u00a0", "WFP", day, "m100", "4"],
        ["RIVERSIDE", judge, "FAY FOX\u00a0", "WFP", day, "ivotronic", "4"],
        ["RIVERSIDE", judge, "WRITE-IN", "", day, "m100", "0"],
        ["RIVERSIDE", judge, "WRITE-IN", "", day, "ivotronic", "0"],
        ["RIVERSIDE", judge, "OVER VOTES", "", day, "m100", "0"],
        ["RIVERSIDE", judge, "UNDER VOTES", "", day, "m100", "2"],
    ]
    written = rows(central)
    assert ",".join(written[0]) == HEADER
    assert [row for row in written if row[1] == judge] == expected


def test_a_contest_without_a_write_in_line_has_none(central: "Central", south: "Gateway") -> None:
    central.accept(south, south.issue("hillside"))
    choices = [row[2] for row in rows(central) if row[1] == "COUNCIL"]
    assert choices == ["CORA, CHEN", "DAN DUVAL", "EVE ELLIS", "OVER VOTES", "UNDER VOTES"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(
    central: "Central", south: "Gateway"
) -> None:
    central.accept(south, south.issue("hillside"))
    before = central.csv()
    (central.folder / "taken").mkdir()
    with pytest.raises(IsADirectoryError):
        totals_csv(central.database.reader, central.loaded.definition, central.folder / "taken")
    assert (central.folder / "totals.csv").read_bytes() == before
    assert not list(central.folder.glob(".*unfinished"))
