"""Commands as a person types them, and results small enough to check by hand."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import zerotape
from simulators.listings.el155 import example_county, print_listing

HEADER = "precinct_number,precinct,contest,choice,party,counting_group,votes\n"


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Callable[..., Done]:
    """Return a function that runs `zerotape` with its arguments in this process."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["zerotape", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            zerotape.main()
        out, err = capfdbinary.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, out.decode(), err.decode())

    return run


@pytest.fixture
def totals(tmp_path: Path) -> Callable[[str, str], Path]:
    """Return a function that writes rows under the header of our totals CSV."""

    def write(name: str, rows: str) -> Path:
        path = tmp_path / name
        path.write_text(HEADER + rows, encoding="utf-8", newline="")
        return path

    return write


@pytest.fixture
def el155(tmp_path: Path) -> Path:
    """Return a listing of cast vote records."""
    path = tmp_path / "images.lst"
    path.write_bytes(print_listing(example_county()))
    return path
