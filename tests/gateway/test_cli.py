"""`zerotape gateway` as an operator types it: what it prints, and how it ends."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from election.definition import Mode
from election.definition_file import definition_bytes, load_definition
from election.keys import Enrolment, KeyRole, KeyScope
from runtime.keyfiles import enrolment_path, make_key
from simulators.listings.el155 import print_listing, sample_listing
from simulators.small_election import small_election

CONFIG = """\
count_center = "north"
definition = "definition.json"
state = "state"

[signing]
key = "north.key"

[aggregator]
enrolment = "central.enrolment.json"

[[devices]]
name = "printer"
driver = "print-line"
settings = { url = "/dev/ttyS0", baud = 1200 }
"""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str


def zerotape(folder: Path, *arguments: str) -> Done:
    done = subprocess.run(
        [sys.executable, "-m", "zerotape", *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a definition, keys and a configuration that fit each other."""
    made = tmp_path_factory.mktemp("gateway")
    (made / "definition.json").write_bytes(definition_bytes(small_election(2, ["north", "south"])))
    (made / "gateway.toml").write_text(CONFIG)
    now = datetime.now(UTC)
    for name, role, center in (
        ("north", KeyRole.GATEWAY, "north"),
        ("central", KeyRole.AGGREGATOR, None),
    ):
        scope = KeyScope(
            election="small-election",
            count_center=center,
            mode=Mode.TEST,
            not_before=now - timedelta(minutes=1),
            not_after=now + timedelta(days=1),
        )
        make_key(
            made / f"{name}.key",
            holder=name,
            role=KeyRole.TEST,
            stands_for=role,
            scope=scope,
            passphrase=None,
        )
    return made


def test_check_config_prints_what_is_in_force_and_whose_key_it_is(folder: Path) -> None:
    done = zerotape(folder, "gateway", "check-config", "--config", "gateway.toml")
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert "keep_free_mb = 200" in lines
    assert "devices.printer.settings.baud = 1200" in lines
    assert 'devices.printer.settings.parity = "none"' in lines
    record = Enrolment.model_validate_json((folder / "north.enrolment.json").read_bytes())
    assert "SMALL ELECTION, test mode" in lines[-1]
    assert record.key_id[:16] in lines[-1]


def test_check_config_as_json_is_json_and_nothing_else(folder: Path) -> None:
    done = zerotape(folder, "gateway", "check-config", "--config", "gateway.toml", "--json")
    assert (done.status, done.err) == (0, "")
    effective = json.loads(done.out)
    assert effective["delivery"] == {"resend_s": 30.0, "status_s": 15.0}
    assert effective["devices"][0]["settings"]["idle_s"] == 30.0
    assert effective["definition"] == str(folder / "definition.json")


@pytest.mark.parametrize("command", ["check-config", "run"])
def test_a_typo_ends_it_with_the_names_of_file_and_key(folder: Path, command: str) -> None:
    (folder / "typo.toml").write_text(CONFIG.replace("baud", "buad").replace("state", "sttae"))
    done = zerotape(folder, "gateway", command, "--config", "typo.toml")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("zerotape: typo.toml cannot be used.")
    assert re.findall(r"- (\S+): unknown key", done.err) == ["sttae"]
    assert "- state: missing" in done.err


def test_a_driver_s_typo_is_named_as_well(folder: Path) -> None:
    (folder / "buad.toml").write_text(CONFIG.replace("baud", "buad"))
    done = zerotape(folder, "gateway", "check-config", "--config", "buad.toml")
    assert done.status == 1
    assert "- devices.printer.settings.buad: unknown key" in done.err


def test_a_missing_configuration_is_named(folder: Path) -> None:
    done = zerotape(folder, "gateway", "run", "--config", "none.toml")
    assert (done.status, done.out) == (1, "")
    assert "none.toml" in done.err
    assert "No such file" in done.err


def test_make_key_makes_a_pair_once_and_never_again(folder: Path) -> None:
    arguments = ["--definition", "definition.json", "--center", "south", "--holder", "South PC"]
    make = ["gateway", "make-key", "south.key", *arguments, "--test", "--passphrase", "s3cret"]
    made = zerotape(folder, *make)
    assert (made.status, made.err) == (0, "")
    key = folder / "south.key"
    record = Enrolment.model_validate_json(enrolment_path(key).read_bytes())
    assert record.key_id in made.out
    assert "south.enrolment.json" in made.out
    assert (record.role, record.stands_for) == (KeyRole.TEST, KeyRole.GATEWAY)
    assert (record.scope.count_center, record.scope.mode) == ("south", Mode.TEST)
    assert key.stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in key.read_bytes()

    before = key.read_bytes(), enrolment_path(key).read_bytes()
    again = zerotape(folder, *make)
    assert (again.status, again.out) == (1, "")
    assert "exists" in again.err
    assert (key.read_bytes(), enrolment_path(key).read_bytes()) == before


def test_define_drafts_from_a_listing_and_says_what_a_person_must_fill_in(folder: Path) -> None:
    listing = sample_listing(ballots=40)
    (folder / "el155.lst").write_bytes(print_listing(listing))
    define = ["gateway", "define", "el155.lst", "--out", "drafted.json", "--center", "center-1"]
    done = zerotape(folder, *define)
    assert (done.status, done.err) == (0, "")
    drafted = load_definition((folder / "drafted.json").read_bytes(), "drafted").definition
    assert drafted.mode is Mode.TEST
    assert {precinct.name for precinct in drafted.precincts} == {
        precinct.name for precinct in listing.precincts
    }
    assert drafted.to_fill_in
    for what in drafted.to_fill_in:
        assert f"  - {what}" in done.out

    again = zerotape(folder, *define)
    assert again.status == 1
    assert "drafted.json exists and is not overwritten" in again.err


def test_define_refuses_what_is_no_listing(folder: Path) -> None:
    done = zerotape(folder, "gateway", "define", "gateway.toml", "--out", "never.json")
    assert done.status == 1
    assert "EL155" in done.err
    assert not (folder / "never.json").exists()


def test_help_shows_a_stranger_where_to_begin(folder: Path) -> None:
    whole = zerotape(folder, "--help")
    assert whole.status == 0
    assert "Begin with: zerotape demo" in whole.out
    for group in ("gateway", "central", "simulate", "demo", "verify"):
        assert re.search(rf"^\W*{group}\s+[A-Z]", whole.out, re.MULTILINE), group

    gateway = zerotape(folder, "gateway", "--help")
    assert gateway.status == 0
    for command in ("run", "check-config", "make-key", "define"):
        assert re.search(rf"^\W*{command}\s+[A-Z]", gateway.out, re.MULTILINE), command
    assert "In this order: make-key" in " ".join(gateway.out.split())


def test_wrong_usage_is_status_2_with_the_right_option(folder: Path) -> None:
    done = zerotape(folder, "gateway", "run", "--confg", "gateway.toml")
    assert done.status == 2
    assert "--config" in done.err
