"""Where results go, and what is said when they cannot go there."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulators.listings.el155 import print_listing, sample_listing

Run = Callable[..., Any]
Totals = Callable[[str, str], Path]

ROOT = Path(__file__).parents[2]
ROWS = "1,East,MAYOR,Ann,,,10\n"


def shell(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", f"{sys.executable} -m zerotape {line}"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("redirection", "said"),
    [("> /dev/full", "No space left on device"), (">&-", "Name a file with --out")],
)
def test_standard_output_that_takes_nothing_is_said_in_words(
    totals: Totals, redirection: str, said: str
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    path = totals("a.csv", ROWS)
    done = shell(f"compare {path} {path} {redirection}")
    assert done.returncode == 1
    assert done.stderr.startswith("zerotape: Standard output ")
    assert said in done.stderr


@pytest.mark.parametrize("out", ["a.csv/x.csv", "missing/x.csv", "x" * 250])
def test_a_file_that_cannot_be_made_is_named_with_what_to_do(
    command: Run, totals: Totals, tmp_path: Path, el155: Path, out: str
) -> None:
    totals("a.csv", ROWS)
    done = command("parse", el155, "--out", tmp_path / out)
    assert done.status == 1
    assert "cannot be written: " in done.err
    assert "Name another place." in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", el155.name]


def test_names_of_files_need_not_be_text(command: Run, totals: Totals) -> None:
    path = totals("a.csv", ROWS)
    strange = path.with_name(os.fsdecode(b"caf\xe9.csv"))
    try:
        path.rename(strange)
    except OSError as error:
        pytest.skip(f"this file system has names in UTF-8 only: {error}")
    for form in ("text", "csv", "json"):
        done = command("compare", strange, strange, "--format", form)
        assert done.status == 0
        assert "caf" in done.out + done.err


@pytest.mark.parametrize("command_", ["parse", "compare"])
@pytest.mark.parametrize(
    ("content", "said"),
    [("", "is empty. Get the file again."), ("a,b\n1,2\n", "No allowed parser recognises this.")],
)
def test_a_file_that_is_no_result_is_said_with_what_to_do(
    command: Run, totals: Totals, command_: str, content: str, said: str
) -> None:
    good, path = totals("good.csv", ROWS), totals("bad.csv", "")
    path.write_text(content)
    files = (path,) if command_ == "parse" else (good, path)
    done = command(command_, *files)
    assert done.status == 1
    assert said in done.err
    if content:
        # Only `parse` has an option to name the format.
        assert ("--as" in done.err) is (command_ == "parse")
        assert ("precinct, office, candidate and votes" in done.err) is (command_ == "compare")


@pytest.mark.parametrize(
    "words", ["parse {listing} --out {out}", "simulate listing el30 --out {out}"]
)
def test_a_disk_without_room_keeps_no_part_of_a_file(
    tmp_path: Path, el155: Path, words: str
) -> None:
    el155.write_bytes(print_listing(sample_listing(ballots=300)))
    out = tmp_path / "out" / "result"
    out.parent.mkdir()
    # A limit of one block on the size of files stands for the full disk.
    line = f"{sys.executable} -m zerotape {words.format(listing=el155, out=out)}"
    done = subprocess.run(
        ["sh", "-c", f"ulimit -f 1; exec {line}"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert f"{out} cannot be written: File too large." in done.stderr
    assert list(out.parent.iterdir()) == []
