"""Readings of media at the desk, with a real store: only what was read twice and alike counts."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from election.captures import Capture, Ending, MediumReading, WriteProtection
from election.definition import Mode
from election.definition_file import LoadedDefinition
from election.keys import KeyRole, KeyScope
from election.media import TerminalFlash
from election.returns import PrecinctReturn
from gateway.desk import Desk, Office
from gateway.evidence_files import EvidenceFiles
from gateway.packets import PacketKey, PacketState
from gateway.store import GatewayStore
from parsers.contract import Parser
from runtime.crash_points import CrashPoints
from runtime.keyfiles import load_signer, make_key

Files = Mapping[str, bytes]

NOW = datetime(2026, 11, 4, 2, 0, tzinfo=UTC)
RIVERSIDE = PacketKey("riverside", "election-day")


@pytest.fixture
def open_desk(
    tmp_path: Path, sample: LoadedDefinition, parsers: tuple[Parser, ...]
) -> Iterator[Callable[[], Desk]]:
    """Return a function that opens the desk as a new process would; the one before is closed."""
    scope = KeyScope(
        election="sample-2026",
        count_center="south",
        mode=Mode.TEST,
        not_before=NOW - timedelta(days=1),
        not_after=NOW + timedelta(days=1),
    )
    enrolment = make_key(
        tmp_path / "south.key",
        holder="south",
        role=KeyRole.TEST,
        stands_for=KeyRole.GATEWAY,
        scope=scope,
        passphrase=None,
    )
    office = Office(
        loaded=sample,
        count_center="south",
        parsers=parsers,
        signer=load_signer(tmp_path / "south.key", enrolment, None),
        software="zerotape test",
        now=lambda: NOW,
    )
    opened: list[Desk] = []

    def build() -> Desk:
        if opened:
            opened.pop().store.close()
        points = CrashPoints()
        store = GatewayStore.open(tmp_path / "state", points)
        evidence = EvidenceFiles.open(tmp_path / "state", reserve_bytes=0, crash_points=points)
        desk = Desk(office, store, evidence)
        opened.append(desk)
        desk.resume()
        return desk

    yield build
    while opened:
        opened.pop().store.close()


def take(desk: Desk, content: bytes, ending: Ending = Ending.WHOLE) -> str:
    """Have a reader bring `content`; return its SHA-256."""
    readings = 1 if ending is Ending.UNPLUGGED else 2
    reading = MediumReading(WriteProtection.ON, "reader", readings)
    capture = Capture(content, "reader", "pc-card", NOW, ending=ending, reading=reading)
    desk.keep(capture)
    desk.read(capture.sha256)
    return capture.sha256


def take_all(desk: Desk, files: Files) -> None:
    for file in files.values():
        take(desk, file)


def released(desk: Desk) -> list[PrecinctReturn]:
    rows = desk.store.outbox.waiting()
    return [PrecinctReturn.model_validate_json(row.payload) for row in rows]


@pytest.mark.parametrize("ending", [Ending.UNSTABLE, Ending.UNPLUGGED, Ending.UNREADABLE])
def test_a_reading_that_is_no_whole_one_is_put_aside_until_the_same_bytes_come_whole(
    ending: Ending, open_desk: Callable[[], Desk], orderly: Files
) -> None:
    desk = open_desk()
    card = orderly["card"]
    take_all(desk, {name: file for name, file in orderly.items() if name != "card"})
    digest = take(desk, card, ending)
    assert released(desk) == []
    assert digest in desk.put_aside
    assert "medium of M100 204417" in desk.decisions[RIVERSIDE].awaited
    assert all(document.sha256 != digest for document in desk.packets[RIVERSIDE].documents)

    desk = open_desk()  # nor does a restart make more of it
    assert released(desk) == []
    assert digest in desk.put_aside

    take(desk, card)
    assert digest not in desk.put_aside
    [made] = released(desk)
    assert made.ballots == 612 + 37
    assert desk.store.packets.state(RIVERSIDE) is PacketState.RELEASED


def test_a_medium_that_is_read_worse_later_stays_in_its_packet(
    open_desk: Callable[[], Desk], orderly: Files
) -> None:
    desk = open_desk()
    card = take(desk, orderly["card"])
    take(desk, orderly["card"], Ending.UNSTABLE)
    assert card not in desk.put_aside
    take_all(desk, {name: file for name, file in orderly.items() if name != "card"})
    assert len(released(desk)) == 1


def test_a_restart_finds_the_same_return_of_media(
    open_desk: Callable[[], Desk], orderly: Files
) -> None:
    desk = open_desk()
    take_all(desk, orderly)
    before = released(desk)
    assert len(before) == 1
    assert released(open_desk()) == before


def test_every_terminal_of_an_audit_card_is_in_its_packet(
    open_desk: Callable[[], Desk], orderly: Files
) -> None:
    desk = open_desk()
    for _ in range(2):  # a card that comes again takes its own place
        take(desk, orderly["audit-card"])
        contents = [document.content for document in desk.packets[RIVERSIDE].documents]
        terminals = [each.terminal for each in contents if isinstance(each, TerminalFlash)]
        assert terminals == ["5199901", "5199902"]
