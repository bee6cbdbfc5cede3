"""`zerotape parse` of media: totals as rows of the shape that listings have, the rest as JSON."""

import csv
import json
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from election.media import FlashCard, FlashEvent, TerminalFlash
from listings.media_document import damage_of, medium_fields
from listings.media_tables import medium_event_rows
from simulators.media.fixtures import m100_fixture
from simulators.media.samples import SAMPLES

Run = Callable[..., Any]

CLOSED_CARD = """\
precinct_number,precinct,contest,choice,party,counting_group,votes
21,,BALLOTS CAST,,,,612
21,,BALLOTS CAST - BLANK,,,,3
21,,GOVERNOR,ADA ALVAREZ,DEM,,287
21,,GOVERNOR,BEN BRANDT,REP,,268
21,,GOVERNOR,CORA CHEN,IND,,31
21,,GOVERNOR,WRITE-IN,,,4
21,,GOVERNOR,OVER VOTES,,,2
21,,GOVERNOR,UNDER VOTES,,,20
21,,JUSTICE OF THE PEACE DISTRICT 4,DANA DUVAL,DEM,,281
21,,JUSTICE OF THE PEACE DISTRICT 4,EVAN ELLIS,REP,,279
21,,JUSTICE OF THE PEACE DISTRICT 4,OVER VOTES,,,3
21,,JUSTICE OF THE PEACE DISTRICT 4,UNDER VOTES,,,49
21,,CITY DIRECTOR AT LARGE,FAYE FOX,NON,,301
21,,CITY DIRECTOR AT LARGE,GUS GRAY,NON,,256
21,,CITY DIRECTOR AT LARGE,HANA HOLT,NON,,248
21,,CITY DIRECTOR AT LARGE,IRA IVES,NON,,197
21,,CITY DIRECTOR AT LARGE,OVER VOTES,,,4
21,,CITY DIRECTOR AT LARGE,UNDER VOTES,,,218
21,,ISSUE NO. 1 LIBRARY MILLAGE,FOR,,,333
21,,ISSUE NO. 1 LIBRARY MILLAGE,AGAINST,,,262
21,,ISSUE NO. 1 LIBRARY MILLAGE,OVER VOTES,,,1
21,,ISSUE NO. 1 LIBRARY MILLAGE,UNDER VOTES,,,16
"""


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that writes a sample image and gives its path."""
    folder = tmp_path_factory.mktemp("images")

    def written(name: str) -> Path:
        path = folder / name
        if not path.exists():
            path.write_bytes(SAMPLES[name]())
        return path

    return written


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def flash(*events: FlashEvent, **changes: Any) -> TerminalFlash:
    known: dict[str, Any] = {
        "identity": None,
        "terminal": "5199901",
        "state": None,
        "firmware": "",
        "opened": None,
        "closed": None,
        "opening_peb": "",
        "closing_peb": "",
        "votes": None,
        "votes_by_poll_worker": None,
        "protective_open": None,
        "protective_close": None,
        "copies": 1,
        "events": events,
        "log_is_cut": False,
        "log_is_full": False,
        "ballots": 0,
        "precincts": (),
        "votes_by_candidate": (),
    }
    return TerminalFlash(**{**known, **changes})


def test_a_card_is_the_table_that_a_listing_is(command: Run, images: Callable[[str], Path]) -> None:
    done = command("parse", images("m100-closed"))
    assert (done.status, done.out) == (0, CLOSED_CARD)
    assert "not the vendor's format" in done.err


def test_the_json_of_a_card_says_whose_it_is_and_what_state_it_is_in(
    command: Run, images: Callable[[str], Path]
) -> None:
    card = json.loads(command("parse", images("m100-closed"), "--format", "json").out)
    assert (card["format"], card["findings"]) == ("m100-card", [])
    assert card["notes"] == ["Project profile zt-m100-card-1, not the vendor's format."]
    assert (card["card"], card["scanner"], card["state"]) == ("M100C-0000417", "204417", "closed")
    assert (card["ballots"], card["protective_open"], card["protective_close"]) == (
        *(612, 48_211, 48_823),
    )
    assert (card["opened"], card["closed"]) == ("2026-11-03T06:55:00", "2026-11-03T19:41:30")
    assert card["identity"]["precinct"] == 21
    assert card["identity"]["flags"] == {
        "test": False,
        "auto_read": False,
        "backup": False,
        "replacement": False,
        "rezeroed": False,
    }
    assert card["contests"][0]["choices"][0] == {
        "choice": 1,
        "candidate": 1,
        "name": "ADA ALVAREZ",
        "party": "DEM",
        "votes": 287,
    }
    assert len(card["log"]) == 631


def test_a_damaged_card_has_findings_and_not_one_row(command: Run, tmp_path: Path) -> None:
    path = tmp_path / "card.bin"
    path.write_bytes(m100_fixture("crc-edit"))
    table = command("parse", path)
    assert (table.status, rows(table.out)) == (3, [])
    assert "finding damage: CRC of the image 7332A4B8" in table.err
    shown = command("parse", path, "--format", "json")
    assert shown.status == 3
    card = json.loads(shown.out)
    assert (card["contests"], card["card"]) == ([], "M100C-0000417")
    assert [finding["check"] for finding in card["findings"]] == ["damage"]


def test_a_card_that_cannot_be_read_says_at_which_byte(command: Run, tmp_path: Path) -> None:
    path = tmp_path / "card.bin"
    path.write_bytes(m100_fixture("malformed"))
    done = command("parse", path, "--as", "m100-card")
    assert (done.status, done.out) == (1, "")
    assert "byte 160: header: definition at: 524288 is not within" in done.err


def test_a_blank_card_is_named_as_one(command: Run, tmp_path: Path) -> None:
    path = tmp_path / "card.bin"
    path.write_bytes(b"\xff" * 524_288)
    done = command("parse", path)
    assert done.status == 1
    assert "a blank card, or its battery is flat" in " ".join(done.err.split())


def test_one_card_twice_is_refused(
    command: Run, images: Callable[[str], Path], tmp_path: Path
) -> None:
    again = tmp_path / "again.bin"
    again.write_bytes(images("m100-closed").read_bytes())
    assert command("parse", images("m100-closed"), again).status == 2


def test_a_card_and_a_peb_do_not_share_a_table(command: Run, images: Callable[[str], Path]) -> None:
    assert command("parse", images("m100-closed"), images("peb-closed")).status == 2


def test_a_peb_is_a_table_of_its_totals(command: Run, images: Callable[[str], Path]) -> None:
    table = rows(command("parse", images("peb-closed")).out)
    assert {row["precinct_number"] for row in table} == {"21"}
    votes = {(row["contest"], row["choice"]): int(row["votes"]) for row in table}
    assert votes["BALLOTS CAST", ""] == 37
    assert votes["GOVERNOR", "ADA ALVAREZ"] == 17
    assert votes["GOVERNOR", "WRITE-IN"] == 1
    assert votes["CITY DIRECTOR AT LARGE", "UNDER VOTES"] == 13


def test_the_log_of_a_terminal_is_a_table_as_an_el152_is(
    command: Run, images: Callable[[str], Path]
) -> None:
    table = rows(command("parse", images("flash-5199901")).out)
    assert len(table) == 49
    assert table[1] == {
        "terminal": "5199901",
        "peb": "299101",
        "peb_type": "SUP",
        "timestamp": "2026-10-28T13:00:01",
        "event": "0001607",
        "description": table[1]["description"],
    }
    assert (table[3]["peb"], table[3]["peb_type"], table[3]["event"]) == ("0", "UNK", "0002804")


def test_all_terminals_of_a_card_are_in_one_table(
    command: Run, images: Callable[[str], Path]
) -> None:
    table = rows(command("parse", images("cf-card")).out)
    assert [row["terminal"] for row in table] == ["5199901"] * 49 + ["5199902"] * 42


def test_an_event_without_a_time_has_an_empty_cell() -> None:
    at = datetime(2026, 11, 3, 7)  # noqa: DTZ001  # a device's wall clock
    events = [
        FlashEvent("0001672", "Terminal opened", at, "299101", 1),
        FlashEvent("44", "", None, "", 2),
    ]
    assert list(medium_event_rows(flash(*events))) == [
        ("5199901", "299101", "SUP", "2026-11-03T07:00:00", "0001672", "Terminal opened"),
        ("5199901", "0", "VTR", "", "44", ""),
    ]


def test_damage_of_a_terminal_is_damage_of_its_card() -> None:
    card = FlashCard("CF1", None, (flash(damage=("bucket 3",)),), damage=("no ZTCF.ID",))
    assert damage_of(card) == ("no ZTCF.ID", "terminal 5199901: bucket 3")


def test_a_medium_is_shown_without_any_type_of_ours() -> None:
    card = FlashCard("CF1", None, (flash(),))
    shown = medium_fields(card)
    assert json.loads(json.dumps(shown)) == shown


@pytest.mark.parametrize("name", ["m100-closed", "peb-closed", "flash-5199901", "cf-card"])
def test_no_output_has_a_single_ballot(
    command: Run, images: Callable[[str], Path], name: str
) -> None:
    """What is shown of votes are sums: no list is as long as there are ballots."""
    shown = json.loads(command("parse", images(name), "--format", "json").out)
    log_free = {key: value for key, value in shown.items() if key not in ("log", "events")}
    for terminal in log_free.get("terminals", []):
        terminal.pop("events", None)

    def longest(value: object) -> int:
        if isinstance(value, dict):
            return max(map(longest, value.values()), default=0)
        if isinstance(value, list):
            return max(len(value), *map(longest, value), 0)
        return 0

    assert longest(log_free) < 15  # the smaller terminal has 15 ballots, the ballot 12 choices
