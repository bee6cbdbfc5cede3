import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from election.definition import AssignedDevice, ElectionDefinition
from election.definition_file import definition_bytes
from election.documents import DeviceClass
from election.errors import ZerotapeError
from simulators.cli import app
from simulators.listings.cli import Format
from simulators.listings.printers import PRINTERS
from simulators.small_election import small_election


@pytest.fixture
def small(tmp_path: Path) -> Path:
    election = small_election(2, ["helena"])
    terminal = AssignedDevice(
        device_class=DeviceClass.IVOTRONIC,
        serial="299101",
        counting_group="election-day",
        terminals=("5199901",),
    )
    precincts = tuple(
        precinct.model_copy(update={"devices": (*precinct.devices, terminal)})
        for precinct in election.precincts
    )
    return written(election.model_copy(update={"precincts": precincts}), tmp_path / "small.json")


def written(definition: ElectionDefinition, path: Path) -> Path:
    path.write_bytes(definition_bytes(definition))
    return path


def simulate(*arguments: str | Path) -> str:
    done = CliRunner().invoke(app, ["listing", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_every_format_has_its_printer() -> None:
    assert set(Format) == set(PRINTERS)


@pytest.mark.parametrize("format_", Format)
def test_the_same_seed_writes_the_same_file(format_: Format, small: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("first", "again", "other")]
    for file, seed in zip(files, ("4", "4", "5"), strict=True):
        simulate(format_, "--out", file, "--definition", small, "--seed", seed)
    first, again, other = (file.read_bytes() for file in files)
    assert first == again != other


def test_it_says_what_it_wrote_and_how_to_read_it(small: Path, tmp_path: Path) -> None:
    said = simulate("el45", "--out", tmp_path / "a.lst", "--definition", small)
    size = (tmp_path / "a.lst").stat().st_size
    assert f"EL45 of seed 1, {size:,} bytes" in re.sub(r"\s+", " ", said)
    assert "zerotape parse" in said


def test_a_copy_is_written_as_such(small: Path, tmp_path: Path) -> None:
    simulate("el30a", "--out", tmp_path / "a", "--definition", small, "--copy", "spreadsheet")
    assert all(line.endswith(b"\t") for line in (tmp_path / "a").read_bytes().splitlines())


def test_records_have_no_copies_on_paper(small: Path, tmp_path: Path) -> None:
    arguments = ("--out", tmp_path / "a.asc", "--definition", small, "--copy")
    with pytest.raises(ZerotapeError, match="never printed"):
        simulate("erm-ascii", *arguments, "web-page")
    simulate("erm-ascii", *arguments, "utf-8")


def test_a_file_that_is_there_is_not_overwritten(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "results.lst"
    out.write_bytes(b"the county's own")
    with pytest.raises(ZerotapeError, match=r"results\.lst is there already"):
        simulate("el45", "--out", out, "--definition", small)
    assert out.read_bytes() == b"the county's own"


def test_a_name_that_no_listing_can_print_is_said_to_be_so(tmp_path: Path) -> None:
    election = small_election(1, ["helena"])
    precinct = election.precincts[0].model_copy(update={"name": "Šibenik \u0141\u00f3d\u017a"})
    path = written(election.model_copy(update={"precincts": (precinct,)}), tmp_path / "d.json")
    simulate("el45a", "--out", tmp_path / "no-names-of-precincts.lst", "--definition", path)
    with pytest.raises(ZerotapeError, match=r"Łódź.*has the character 'Ł'"):
        simulate("el30a", "--out", tmp_path / "a.lst", "--definition", path)
    assert not (tmp_path / "a.lst").exists()
