"""The desk with a real store: what is kept, what is released, and what a restart finds."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from election.captures import Capture, Ending
from election.definition import Mode
from election.definition_file import LoadedDefinition
from election.documents import ReportKind, Tape
from election.envelope import read_envelope, signed_envelope
from election.keys import Enrolment, KeyRole, KeyScope
from election.payloads import payload_bytes
from election.receipts import PAYLOAD_TYPE as RECEIPT_TYPE
from election.receipts import Reason, Receipt, Verdict
from election.returns import MAX_ENVELOPE_BYTES, PAYLOAD_TYPE, PrecinctReturn
from gateway.desk import Desk, Office
from gateway.evidence_files import EvidenceFiles, EvidenceFull
from gateway.outbox import ForeignChain, Settlement
from gateway.packets import PacketKey, PacketState
from gateway.store import GatewayStore
from parsers.registry import load_parsers
from runtime.crash_points import CrashPoints
from runtime.keyfiles import load_signer, make_key
from simulators.tape_printing import print_tape

NOW = datetime(2026, 11, 4, 2, 0, tzinfo=UTC)
RIVERSIDE = PacketKey("riverside", "election-day")


@pytest.fixture
def enrolment(tmp_path: Path) -> Enrolment:
    scope = KeyScope(
        election="sample-2026",
        count_center="south",
        mode=Mode.TEST,
        not_before=NOW - timedelta(days=1),
        not_after=NOW + timedelta(days=1),
    )
    return make_key(
        tmp_path / "south.key",
        holder="south",
        role=KeyRole.TEST,
        stands_for=KeyRole.GATEWAY,
        scope=scope,
        passphrase=None,
    )


@pytest.fixture
def open_desk(
    tmp_path: Path, loaded: LoadedDefinition, enrolment: Enrolment
) -> Iterator[Callable[[], Desk]]:
    """Return a function that opens the desk as a new process would; the one before is closed."""
    office = Office(
        loaded=loaded,
        count_center="south",
        parsers=load_parsers(["m100-tape", "ivotronic-tape", "el155"]),
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


def wire(tape: Tape) -> bytes:
    """Return what a device prints; the builders leave its clock out."""
    clock = datetime(2026, 11, 3, 19, 45)  # noqa: DTZ001  # a device's wall clock
    opened = None if tape.kind is ReportKind.ZERO else clock - timedelta(hours=12)
    closed = None if tape.kind is ReportKind.ZERO else clock
    terminals = tuple(replace(terminal, at=clock) for terminal in tape.terminals)
    return print_tape(
        replace(tape, printed=clock, copy=1, opened=opened, closed=closed, terminals=terminals)
    )


def capture(content: bytes, ending: Ending = Ending.WHOLE) -> Capture:
    return Capture(content, "printer", "print-line", NOW, ending=ending)


def take(desk: Desk, content: bytes, ending: Ending = Ending.WHOLE) -> bool:
    taken = capture(content, ending)
    desk.keep(taken)
    return desk.read(taken.sha256)


def released(desk: Desk) -> list[PrecinctReturn]:
    rows = desk.store.outbox.waiting()
    return [PrecinctReturn.model_validate_json(row.payload) for row in rows]


def votes(made: PrecinctReturn, contest: int) -> dict[int, int]:
    [total] = [total for total in made.totals if total.contest == contest]
    return {choice.choice: choice.votes for choice in total.choices}


def test_the_last_tape_of_a_precinct_releases_its_sums(
    open_desk: Callable[[], Desk], riverside: tuple[Tape, ...], enrolment: Enrolment
) -> None:
    desk = open_desk()
    assert [take(desk, wire(tape)) for tape in riverside] == [False, False, False, True]
    [row] = desk.store.outbox.waiting()
    envelope = read_envelope(row.envelope, payload_type=PAYLOAD_TYPE, max_bytes=MAX_ENVELOPE_BYTES)
    assert envelope.is_signed_by(enrolment)
    [made] = released(desk)
    assert made.ballots == 42
    assert votes(made, 101) == {1: 12 + 5, 2: 10, 3: 4}
    assert desk.store.packets.state(RIVERSIDE) is PacketState.RELEASED


def test_the_same_tape_twice_is_counted_once(
    open_desk: Callable[[], Desk], riverside: tuple[Tape, ...]
) -> None:
    desk = open_desk()
    for tape in riverside[:3]:
        take(desk, wire(tape))
        take(desk, wire(tape))
    assert take(desk, wire(riverside[3]))
    assert not take(desk, wire(riverside[3]))
    [made] = released(desk)
    assert made.ballots == 42
    assert {finding.check for finding in made.findings} == {"C34"}


def test_a_cut_tape_holds_the_packet_until_it_is_printed_again(
    open_desk: Callable[[], Desk], riverside: tuple[Tape, ...]
) -> None:
    desk = open_desk()
    for tape in riverside[:3]:
        take(desk, wire(tape))
    whole = wire(riverside[3])
    take(desk, whole[: len(whole) * 2 // 3], Ending.UNPLUGGED)
    assert desk.store.packets.state(RIVERSIDE) is PacketState.HELD
    assert take(desk, whole)
    assert desk.store.packets.state(RIVERSIDE) is PacketState.RELEASED


def test_what_nobody_can_read_is_kept_and_put_aside(open_desk: Callable[[], Desk]) -> None:
    desk = open_desk()
    junk = b"\x00\x01 this is no report"
    assert not take(desk, junk)
    assert desk.evidence.read(capture(junk).sha256) == junk
    assert "No allowed parser" in desk.put_aside[capture(junk).sha256]
    assert [row.sha256 for row in desk.store.evidence.unplaced()] == [capture(junk).sha256]


def test_what_was_kept_but_not_read_before_a_crash_is_released_after_it(
    open_desk: Callable[[], Desk], riverside: tuple[Tape, ...]
) -> None:
    desk = open_desk()
    for tape in riverside:
        desk.keep(capture(wire(tape)))
    assert released(desk) == []
    again = open_desk()
    assert [made.ballots for made in released(again)] == [42]


def test_bytes_that_were_durable_before_their_row_are_found_after_a_crash(
    open_desk: Callable[[], Desk], riverside: tuple[Tape, ...]
) -> None:
    desk = open_desk()
    for tape in riverside[:3]:
        take(desk, wire(tape))
    desk.evidence.keep(wire(riverside[3]))  # and here the power goes
    again = open_desk()
    assert [made.ballots for made in released(again)] == [42]


def test_no_row_speaks_of_bytes_that_are_not_durable(
    open_desk: Callable[[], Desk], riverside: tuple[Tape, ...], tmp_path: Path
) -> None:
    desk = open_desk()
    desk.evidence = EvidenceFiles.open(
        tmp_path / "state", reserve_bytes=2**62, crash_points=CrashPoints()
    )
    with pytest.raises(EvidenceFull):
        desk.keep(capture(wire(riverside[0])))
    assert desk.store.evidence.all() == []


def test_a_restart_neither_releases_again_nor_forgets(
    open_desk: Callable[[], Desk], riverside: tuple[Tape, ...]
) -> None:
    desk = open_desk()
    for tape in riverside:
        take(desk, wire(tape))
    before = desk.store.outbox.waiting()
    again = open_desk()
    assert again.store.outbox.waiting() == before
    assert again.packets[RIVERSIDE].released == released(again)[0]


def test_a_refused_return_blocks_its_packet_and_is_not_sent_in_a_new_form(
    open_desk: Callable[[], Desk], riverside: tuple[Tape, ...]
) -> None:
    desk = open_desk()
    for tape in riverside:
        take(desk, wire(tape))
    [row] = desk.store.outbox.waiting()
    desk.settle(row.payload_sha256, Verdict.REFUSED, refusal(desk, row.payload_sha256), NOW)
    assert desk.store.packets.state(RIVERSIDE) is PacketState.BLOCKED
    again = open_desk()
    assert again.store.outbox.waiting() == []
    [finding] = again.decisions[RIVERSIDE].findings
    assert (finding.check, finding.evidence) == ("C00", "arithmetic")


def test_a_refused_return_of_a_precinct_that_is_no_more_in_the_definition_stops_nobody(
    open_desk: Callable[[], Desk], riverside: tuple[Tape, ...]
) -> None:
    desk = open_desk()
    for tape in riverside:
        take(desk, wire(tape))
    [row] = desk.store.outbox.waiting()
    del desk.packets[RIVERSIDE]  # as a start with a definition without it would leave them
    answer = refusal(desk, row.payload_sha256)
    settlement = desk.settle(row.payload_sha256, Verdict.REFUSED, answer, NOW)
    assert settlement is Settlement.REFUSED
    assert desk.store.packets.state(RIVERSIDE) is PacketState.BLOCKED


def test_a_new_key_does_not_go_on_with_the_chain_of_the_old_one(
    open_desk: Callable[[], Desk],
    riverside: tuple[Tape, ...],
    enrolment: Enrolment,
    tmp_path: Path,
) -> None:
    desk = open_desk()
    new = make_key(
        tmp_path / "new.key",
        holder="south",
        role=KeyRole.TEST,
        stands_for=KeyRole.GATEWAY,
        scope=enrolment.scope,
        passphrase=None,
    )
    office = replace(desk.office, signer=load_signer(tmp_path / "new.key", new, None))
    Desk(office, desk.store, desk.evidence).resume()  # nothing is signed yet: any key may begin
    for tape in riverside:
        take(desk, wire(tape))
    with pytest.raises(ForeignChain, match="new, empty state directory"):
        Desk(office, desk.store, desk.evidence).resume()
    assert len(open_desk().store.outbox.waiting()) == 1


def test_a_damaged_evidence_file_is_put_aside_and_stops_nobody_else(
    open_desk: Callable[[], Desk], riverside: tuple[Tape, ...], tmp_path: Path
) -> None:
    desk = open_desk()
    junk, sound = b"first", wire(riverside[0])
    take(desk, junk)
    take(desk, sound)
    [path] = (tmp_path / "state" / "evidence").glob(f"??/{capture(junk).sha256}")
    path.chmod(0o640)
    path.write_bytes(b"other")
    again = open_desk()
    assert "damaged" in again.put_aside[capture(junk).sha256]
    assert len(again.packets[RIVERSIDE].documents) == 1


def test_a_packet_whose_only_evidence_is_damaged_waits_for_it_again(
    open_desk: Callable[[], Desk], riverside: tuple[Tape, ...], tmp_path: Path
) -> None:
    desk = open_desk()
    take(desk, wire(riverside[0]))
    assert desk.store.packets.state(RIVERSIDE) is PacketState.COLLECTING
    [path] = (tmp_path / "state" / "evidence").glob("??/*")
    path.chmod(0o640)
    path.write_bytes(b"other")
    again = open_desk()
    assert again.store.packets.state(RIVERSIDE) is PacketState.AWAITING
    assert again.store.evidence.placements(path.name) == ()


def test_a_tape_of_another_election_is_put_aside(
    open_desk: Callable[[], Desk], tape: Callable[..., Tape]
) -> None:
    desk = open_desk()
    foreign = wire(replace(tape("204417", ReportKind.ZERO), election="27060716"))
    take(desk, foreign)
    assert "another election" in desk.put_aside[capture(foreign).sha256]
    assert desk.packets[RIVERSIDE].documents == ()


def refusal(desk: Desk, payload_sha256: str) -> bytes:
    receipt = Receipt(
        election="sample-2026",
        count_center="south",
        payload_sha256=payload_sha256,
        sequence=1,
        verdict=Verdict.REFUSED,
        reasons=(Reason.ARITHMETIC,),
        detail="Contest 101 does not add up.",
        received_at=NOW,
        route="mqtt",
        software="test",
    )
    return signed_envelope(payload_bytes(receipt), RECEIPT_TYPE, [desk.office.signer])
