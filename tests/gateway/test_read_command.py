"""`zerotape gateway read`: one medium at the bench, its hashes and contents, and nothing stored."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import pytest

from drivers.contract import DriverHost
from drivers.errors import DeviceGone
from election.captures import Capture, Ending, MediumReading, WriteProtection
from gateway.bench import read_at_the_bench
from gateway.bench_reading import NothingRead, contents_of, read_medium, session_for_file
from gateway.bench_report import NOT_SOUND, READINGS_DIFFER, exit_status, report
from runtime.plugins import UnknownPlugin
from simulators.media.m100_samples import closed

CONFIG = """\
count_center = "north"
definition = "definition.json"
state = "state"
drivers = ["pc-card"]
parsers = ["m100-card"]

[signing]
key = "north.key"

[aggregator]
enrolment = "central.enrolment.json"

[[devices]]
name = "cards"
driver = "pc-card"
settings = { path = "card.img", poll_s = 0.01 }
"""
UNPROTECTED = WriteProtection.NOT_APPLICABLE
ADA_ALVAREZ, PUBLIC_COUNT, CARD = "287", "612", "M100C-0000417"
"""On the sample card, by the description of its profile."""

Read = Callable[..., int]


@pytest.fixture(scope="module")
def image() -> bytes:
    return closed()


@pytest.fixture
def card(tmp_path: Path, image: bytes) -> Path:
    path = tmp_path / "card.img"
    path.write_bytes(image)
    return path


@pytest.fixture
def damaged(card: Path) -> Path:
    content = bytearray(card.read_bytes())
    where = next(i for i in range(1024, len(content)) if content[i] not in (0x00, 0xFF)) + 40
    content[where] ^= 1
    card.write_bytes(content)
    return card


@pytest.fixture
def read(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Read:
    monkeypatch.setenv("COLUMNS", "200")
    plain: dict[str, Any] = dict.fromkeys(("driver", "as_format", "folder", "record"))

    def run(what: object, config: Path | None = None, **options: Any) -> int:
        return read_at_the_bench(str(what), config, **{**plain, "as_json": False, **options})

    return run


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_a_card_is_printed_with_both_hashes_and_nothing_is_stored(card: Path) -> None:
    before = card.read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "zerotape", "gateway", "read", card.name],
        cwd=card.parent,
        env={**os.environ, "COLUMNS": "160", "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(sha256(before).hexdigest()) == 2
    for shown in (CARD, ADA_ALVAREZ, PUBLIC_COUNT, "write protection", "not-applicable"):
        assert shown in done.stdout
    assert files_in(card.parent) == {card}
    assert card.read_bytes() == before


def test_of_a_damaged_card_the_identity_is_shown_and_not_one_count(
    damaged: Path, read: Read, capsys: pytest.CaptureFixture[str]
) -> None:
    assert read(damaged) == NOT_SOUND
    shown = capsys.readouterr().out
    assert CARD in shown
    assert "damage" in shown
    assert read(damaged, as_json=True) == NOT_SOUND
    contents = json.loads(capsys.readouterr().out)["contents"]
    assert contents["damage"]
    assert contents["identity"]["precinct"] == 21
    assert not {"ballots", "contests", "protective_open"} & contents.keys()


def test_json_holds_the_contents_and_how_they_were_read(
    card: Path, read: Read, capsys: pytest.CaptureFixture[str]
) -> None:
    assert read(card, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["readings"] == [sha256(card.read_bytes()).hexdigest()] * 2
    assert (told["parser"], told["ending"], told["differs_at"]) == ("m100-card", "whole", None)
    assert told["contents"]["ballots"] == int(PUBLIC_COUNT)
    [first, *_] = told["contents"]["contests"][0]["choices"]
    assert first["votes"] == int(ADA_ALVAREZ)


def test_a_device_of_the_configuration_is_read_by_its_driver_without_a_daemon(
    card: Path, read: Read, capsys: pytest.CaptureFixture[str]
) -> None:
    config = card.with_name("gateway.toml")
    config.write_text(CONFIG)
    assert read("cards", config, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["device"], told["medium"], told["parser"]) == ("cards", "pc-card", "m100-card")
    with pytest.raises(NothingRead, match=r"neither a device of .*gateway.toml \(cards\) nor a"):
        read("crads", config)


def test_what_no_parser_knows_is_said_and_its_hash_is_still_shown(
    tmp_path: Path, read: Read, capsys: pytest.CaptureFixture[str]
) -> None:
    image = tmp_path / "unknown.img"
    image.write_bytes(bytes(range(256)) * 64)
    assert read(image) == NOT_SOUND
    shown = capsys.readouterr().out
    assert "No allowed parser recognises this" in shown
    assert sha256(image.read_bytes()).hexdigest() in shown


@pytest.mark.parametrize(
    ("what", "driver", "says"),
    [
        ("none.img", None, "A device needs its configuration"),
        (".", None, "is no file, disk or memory card"),
        ("card.img", "usb-storage", "usb-storage cannot read"),
    ],
)
def test_what_cannot_be_opened_is_said(
    card: Path, read: Read, monkeypatch: pytest.MonkeyPatch, what: str, driver: str, says: str
) -> None:
    monkeypatch.chdir(card.parent)
    with pytest.raises(NothingRead, match=says):
        read(what, driver=driver)


def test_a_reading_is_kept_only_where_it_is_told_to_be(card: Path, read: Read) -> None:
    folder = card.parent / "kept"
    for _ in range(2):  # the same bytes once more are no second file
        assert read(card, folder=folder) == 0
    [kept] = files_in(folder)
    assert kept.name == f"{sha256(card.read_bytes()).hexdigest()}.img"
    assert kept.read_bytes() == card.read_bytes()


def test_a_reading_that_is_kept_is_for_its_owner_only(card: Path, read: Read) -> None:
    folder = card.parent / "kept"
    assert read(card, folder=folder) == 0
    [kept] = files_in(folder)
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_reading_is_kept_before_anybody_interprets_it(
    card: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("gateway.bench.contents_of", faulty)
    folder = card.parent / "kept"
    with pytest.raises(ZeroDivisionError):
        read(card, folder=folder)
    assert len(files_in(folder)) == 1


def test_a_format_that_nobody_knows_is_told_before_anything_is_read(card: Path, read: Read) -> None:
    record = card.with_suffix(".jsonl")
    with pytest.raises(UnknownPlugin, match="nonsense"):
        read(card, as_format="nonsense", record=record)
    assert not record.exists()


def test_a_warning_of_the_recording_leaves_standard_output_to_the_json(card: Path) -> None:
    command = [sys.executable, "-m", "zerotape", "gateway", "read", card.name, "--json"]
    done = subprocess.run(
        [*command, "--record", "/proc/nowhere/session.jsonl"],
        cwd=card.parent,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout)["ending"] == "whole"
    assert "nothing is recorded" in done.stderr


def test_what_crosses_the_transport_is_recorded_and_no_record_is_overwritten(
    card: Path, read: Read
) -> None:
    record = card.with_suffix(".jsonl")
    assert read(card, record=record) == 0
    header, *crossings = map(json.loads, record.read_text().splitlines())
    assert (header["driver"], header["device"]) == ("image-file", "card.img")
    assert len(crossings) >= 2
    with pytest.raises(NothingRead, match="exists and is not overwritten"):
        read(card, record=record)


class Scripted:
    """A reader that says and yields what it is told to."""

    def __init__(self, host: DriverHost, *captures: Capture, says: str = "") -> None:
        self.host, self.script, self.says = host, captures, says

    async def __aenter__(self) -> Self:
        return self

    async def captures(self) -> AsyncGenerator[Capture, None]:
        self.host.say("Leave it in.")
        self.host.progress(0, 0)
        for capture in self.script:
            yield capture
        if not self.says:
            raise DeviceGone("reader")
        self.host.say(self.says)
        await asyncio.Event().wait()

    async def accept(self, capture: Capture) -> None: ...

    async def __aexit__(self, *exc: object) -> None: ...


def unstable(content: bytes) -> Capture:
    reading = MediumReading(UNPROTECTED, "reader", differs_at=3)
    now = datetime(2026, 11, 3, tzinfo=UTC)
    return Capture(content, "reader", "pc-card", now, Ending.UNSTABLE, reading=reading)


async def test_two_readings_that_differ_are_both_hashed_and_neither_is_interpreted() -> None:
    readings = (unstable(b"one"), unstable(b"two"))
    captures = await read_medium(
        lambda host: Scripted(host, *readings, says="They differ."), lambda *_: None
    )
    assert captures == readings
    contents = contents_of(captures[0])
    assert contents.document is None
    assert exit_status(captures, contents) == READINGS_DIFFER
    hashes = [sha256(b"one").hexdigest(), sha256(b"two").hexdigest()]
    assert report(captures, contents)["readings"] == hashes


@pytest.mark.parametrize("ending", [Ending.UNREADABLE, Ending.UNPLUGGED])
def test_a_part_of_a_medium_is_interpreted_by_nobody_however_much_it_is(
    image: bytes, ending: Ending
) -> None:
    part = replace(unstable(image), ending=ending)
    contents = contents_of(part)
    assert contents.document is None
    assert "Only a part" in contents.problem
    assert exit_status((part,), contents) == NOT_SOUND


async def test_a_medium_that_is_refused_ends_it_with_what_to_do() -> None:
    words = "It is not write-protected. Take it out, set its switch, and put it in again."
    async with asyncio.timeout(10):
        with pytest.raises(NothingRead, match="set its switch"):
            await read_medium(lambda host: Scripted(host, says=words), lambda *_: None)


async def test_a_reader_that_vanishes_ends_it_with_its_error() -> None:
    with pytest.raises(DeviceGone):
        await read_medium(Scripted, lambda *_: None)


async def test_the_bar_moves_from_nothing_to_both_readings(card: Path, image: bytes) -> None:
    told: list[tuple[int, int]] = []
    session = session_for_file(card, None)
    await read_medium(session.open, lambda done, total: told.append((done, total)))
    size = len(image)
    assert told[0] == (0, 2 * size)
    assert told[-2:] == [(2 * size, 2 * size), (0, 0)]
    assert [done for done, _ in told[:-1]] == sorted(done for done, _ in told[:-1])
