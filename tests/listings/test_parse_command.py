"""`zerotape parse` as a person or a script types it."""

import csv
import json
import os
import pty
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from simulators.listings.copies import as_web_page
from simulators.listings.election import simulated_totals
from simulators.listings.reports import print_report
from simulators.listings.summing import as_report

Run = Callable[..., Any]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def el30a(tmp_path: Path) -> Path:
    path = tmp_path / "groups.lst"
    path.write_bytes(print_report(simulated_totals(7, precincts=3)))
    return path


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def test_a_report_comes_out_with_every_figure_that_was_printed(command: Run, el30a: Path) -> None:
    done = command("parse", el30a)
    assert (done.status, done.err) == (0, "")
    listing = simulated_totals(7, precincts=3)
    expected = Counter(
        (str(precinct.number), contest.title, count.label.upper(), group, str(votes))
        for precinct in listing.precincts
        for contest in precinct.contests
        for count in contest.counts
        for group, votes in [("", count.votes), *zip(listing.groups, count.by_group, strict=True)]
    )
    found = Counter(
        (
            row["precinct_number"],
            row["contest"],
            row["choice"].upper(),
            row["counting_group"],
            row["votes"],
        )
        for row in rows_of(done.out)
        if row["choice"]
    )
    assert found == expected


def test_vote_images_come_out_as_sums(command: Run, el155: Path) -> None:
    done = command("parse", el155, "--as", "el155")
    assert done.status == 0
    assert done.out.startswith(
        "precinct_number,precinct,contest,choice,party,counting_group,votes\n"
        "1,East,BALLOTS CAST,,,,5\n"
        "1,East,BALLOTS CAST - BLANK,,,,1\n"
        "1,East,SHERIFF,Ann Example,,,2\n"
        "1,East,SHERIFF,Bob Example,,,1\n"
        "1,East,SHERIFF,WRITE-IN,,,1\n"
        "1,East,COUNCIL,Dixon,,,2\n"
        "1,East,COUNCIL,Dixon\u00a0,,,1\n"
        "20,West / Gaddy's Mill #2 - Süd,BALLOTS CAST,,,,2\n"
    )


def test_records_are_numbered_by_what_they_say_and_the_order_is_told(
    command: Run, el155: Path
) -> None:
    done = command("parse", el155, "--records")
    assert done.status == 0
    header, *rows = done.out.splitlines()
    assert header == "precinct_number,record,terminal,ballot_style,contest,choice"
    assert Counter(row.split(",")[2] for row in rows if row.startswith("1,")) == {
        "5120001": 4,  # two votes, a blank ballot, one vote
        "5120002": 4,  # three votes, a write-in
    }
    assert sum(row.endswith(",,") for row in rows) == 1
    assert "ZORRO" not in done.out
    assert "says when a ballot was cast" in done.err


def test_json_has_the_document_beside_what_is_known_of_the_file(
    command: Run, tmp_path: Path, el155: Path
) -> None:
    page = tmp_path / "page.htm"
    page.write_bytes(as_web_page(el155.read_bytes()))
    done = command("parse", el155, page, "--format", "json")
    first, second = json.loads(done.out)
    assert (first["format"], first["file"]) == ("el155", str(el155))
    assert first["sha256"] == sha256(el155.read_bytes()).hexdigest()
    assert (first["notes"], first["findings"]) == ([], [])
    assert second["notes"] == ["Saved as a web page: markup was removed."]
    assert first["precincts"] == second["precincts"]
    assert first["precincts"][0]["terminals"][1]["serial"] == "5120002"


def test_json_of_a_protocol_form_has_what_was_typed(command: Run, tmp_path: Path) -> None:
    form = tmp_path / "form.json"
    form.write_text(
        '{"format": "zerotape-protocol-form-1", "precinct": "riverside", "devices": [], '
        '"certified_by": ["ANN AVERY"]}'
    )
    done = command("parse", form)
    assert (done.status, done.err) == (0, "")
    said = json.loads(done.out)
    assert (said["format"], said["precinct"]) == ("protocol-form", "riverside")
    assert (said["certified_by"], said["notes"], said["findings"]) == (["ANN AVERY"], [], [])


def test_who_reads_a_listing_does_not_wait_for_the_records_of_media(el155: Path) -> None:
    program = (
        "import sys\n"
        "from zerotape import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    media = ('election.media', 'listings.media_', 'parsers.media')\n"
        "    loaded = [name for name in sys.modules if name.startswith(media)]\n"
        "    assert not loaded, loaded\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "parse", el155],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_finding_ends_with_status_3_and_names_check_and_lines(command: Run, el155: Path) -> None:
    content = el155.read_bytes()
    el155.write_bytes(content.replace(b"   3     2", b"   3     9", 1))
    done = command("parse", el155)
    assert (done.status, len(rows_of(done.out))) == (3, 11)
    assert "finding precinct-totals" in done.err
    assert "[line" in done.err
    [finding] = json.loads(command("parse", el155, "--format", "json").out)["findings"]
    assert (finding["check"], bool(finding["lines"])) == ("precinct-totals", True)


def test_what_cannot_be_read_is_said_of_every_file_and_nothing_is_written(
    command: Run, tmp_path: Path, el155: Path
) -> None:
    cut, missing, out = tmp_path / "cut.lst", tmp_path / "missing.lst", tmp_path / "out.csv"
    cut.write_bytes(el155.read_bytes().replace(b"5120002", b"512000X", 1))
    done = command("parse", el155, cut, missing, "--out", out)
    assert (done.status, done.out) == (1, "")
    assert f"{cut}: line " in done.err
    assert f"{missing} cannot be read" in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cut.lst", "images.lst"]


def test_out_is_a_new_file_and_never_overwritten(command: Run, tmp_path: Path, el155: Path) -> None:
    out = tmp_path / "out.csv"
    assert command("parse", el155, "--out", out).out == ""
    assert out.read_text() == command("parse", el155).out
    again = command("parse", el155, "--out", out)
    assert again.status == 1
    assert "exists and is not overwritten" in again.err


def test_two_reports_of_one_election_are_not_put_into_one_table(
    command: Run, tmp_path: Path, el30a: Path
) -> None:
    summary = tmp_path / "summary.lst"
    summary.write_bytes(print_report(as_report(simulated_totals(7, precincts=3), "EL45A")))
    done = command("parse", el30a, summary)
    assert (done.status, done.out) == (2, "")
    assert "EL30A" in done.err
    assert "--format json" in done.err


def test_two_files_of_one_report_are_one_table_but_never_one_file_twice(
    command: Run, tmp_path: Path, el30a: Path
) -> None:
    other, copy = tmp_path / "other.lst", tmp_path / "copy.lst"
    other.write_bytes(print_report(as_report(simulated_totals(8, precincts=3), "EL30A")))
    copy.write_bytes(el30a.read_bytes())
    parts = [rows_of(command("parse", path).out) for path in (el30a, other)]
    assert rows_of(command("parse", el30a, other).out) == parts[0] + parts[1]
    for again in (el30a, copy):
        done = command("parse", el30a, again)
        assert (done.status, done.out) == (2, "")
        assert "its votes would stand twice" in done.err
    assert command("parse", el30a, copy, "--format", "json").status == 0


@pytest.mark.parametrize(
    "wrong",
    [("--as", "el31"), ("--format", "xml"), ("--records", "--format", "json"), ("--nonsense",)],
)
def test_wrong_usage_is_status_2(command: Run, el155: Path, wrong: tuple[str, ...]) -> None:
    assert command("parse", el155, *wrong).status == 2


def test_records_of_another_listing_are_refused(command: Run, el30a: Path) -> None:
    done = command("parse", el30a, "--records")
    assert (done.status, done.out) == (1, "")
    assert "holds no cast vote records" in done.err


def test_a_pipe_gets_utf_8_whatever_the_locale_says(el155: Path) -> None:
    words = [sys.executable, "-m", "zerotape", "parse", str(el155), "--as", "el155"]
    ascii_only = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(words, capture_output=True, env=ascii_only, cwd=ROOT, check=True)
    assert "Süd" in done.stdout.decode()


def test_a_terminal_without_the_letters_gets_their_numbers(el155: Path) -> None:
    ours, theirs = pty.openpty()
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "zerotape", "parse", str(el155), "--as", "el155"]
    done = subprocess.run(
        command, stdout=theirs, env=environment, cwd=ROOT, timeout=60, check=False
    )
    os.close(theirs)
    shown = os.read(ours, 65_536)
    os.close(ours)
    assert done.returncode == 0
    assert b"S\\xfcd" in shown


def test_a_reader_that_goes_away_is_no_error_message(tmp_path: Path) -> None:
    large = tmp_path / "large.lst"
    large.write_bytes(print_report(simulated_totals(7)))
    shell = f"{sys.executable} -m zerotape parse {large} | head -n 1"
    done = subprocess.run(
        ["sh", "-c", shell], capture_output=True, cwd=ROOT, timeout=60, check=False
    )
    assert done.stdout.startswith(b"precinct_number,")
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


def test_help_names_every_exit_status(command: Run) -> None:
    text = " ".join(command("parse", "--help").out.split())
    assert all(f"{status}: " in text for status in "0123" if status != "0")
    assert "Exit status 0: read." in text
