from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from election.errors import ZerotapeError
from election.media import M100Card
from parsers.registry import load_parser
from simulators.cli import app
from simulators.media.samples import SAMPLES


def simulate(*arguments: str | Path) -> str:
    done = CliRunner().invoke(app, ["sample", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_sample_is_written_byte_for_byte(tmp_path: Path) -> None:
    card = tmp_path / "card.bin"
    said = simulate("m100-loaded", "--out", card)
    assert sha256(card.read_bytes()).hexdigest() == (
        "6550f33be81f64bb92d0d79cf77b538aefc2816a8d849db20c87ac5797f8b948"
    )
    assert "524,288 bytes" in said
    read = load_parser("m100-card").parse(card.read_bytes())
    assert isinstance(read, M100Card)
    assert read.notes


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    card = tmp_path / "card.bin"
    card.write_bytes(b"mine")
    with pytest.raises(ZerotapeError, match="is there already"):
        simulate("m100-loaded", "--out", card)
    assert card.read_bytes() == b"mine"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ZerotapeError, match="cannot be written: No such file"):
        simulate("m100-loaded", "--out", tmp_path / "no" / "card.bin")


def test_a_wrong_name_shows_all_of_them(tmp_path: Path) -> None:
    arguments = ["sample", "m100", "--out", str(tmp_path / "card.bin")]
    done = CliRunner().invoke(app, arguments, env={"COLUMNS": "300"})
    assert done.exit_code == 2
    for name in SAMPLES:
        assert name in done.output
    assert not (tmp_path / "card.bin").exists()
