"""SIGKILL between any two durable steps: nothing lost, nothing half done, nothing doubled."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from gateway.crash_points import VARIABLE, CrashPoint
from gateway.evidence_files import EvidenceFiles
from gateway.outbox import OutboxState, SignedReturn
from gateway.packets import PacketKey, PacketState
from gateway.store import GatewayStore
from runtime.crash_points import CrashPoints, UnknownCrashPoint

DRIVER = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from election.captures import Capture
from election.receipts import Verdict
from gateway.crash_points import VARIABLE, CrashPoint
from runtime.crash_points import CrashPoints
from gateway.evidence_files import EvidenceFiles
from gateway.outbox import SignedReturn
from gateway.packets import PacketKey, PacketState
from gateway.store import GatewayStore

state, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
crash, now = CrashPoints.from_environment(os.environ, VARIABLE, CrashPoint), datetime.now(UTC)
store = GatewayStore.open(state, crash)
files = EvidenceFiles.open(state, reserve_bytes=0, crash_points=crash)

def report(step, number):
    print(step, number, flush=True)

for number in range(first, first + count):
    key = PacketKey(f"{number:04}", "early")
    tape = Capture(b"tape %04d" % number * 200, "m100-1", "print-line", now)
    store.evidence.keep_capture(tape, files.keep(tape.content))
    report("kept", number)
    store.evidence.record_reading(
        tape.sha256, parser=("m100-tape", "1"), problem="", placements=[key], at=now
    )
    report("read", number)
    store.packets.record_decision(key, [PacketState.CHECKED, PacketState.READY], [], now)
    link, payload = store.outbox.next_link(), b"return %04d" % number + bytes(9000)
    signed = SignedReturn(key, link, payload, b"envelope" + payload)
    store.outbox.release(signed, now)
    report("released", number)
    store.outbox.settle(signed.payload_sha256, Verdict.ACCEPTED, b"receipt", now)
    report("settled", number)
"""
NOON = datetime(2012, 5, 22, 12, tzinfo=UTC)
S = PacketState


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def start(state: Path, first: int, count: int, crash_at: str = "") -> subprocess.Popen[str]:
    environment = {**os.environ, **({VARIABLE: crash_at} if crash_at else {})}
    arguments = [sys.executable, "-c", DRIVER, str(state), str(first), str(count)]
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True)


@contextmanager
def reopened(state: Path) -> Iterator[tuple[GatewayStore, EvidenceFiles]]:
    """Open what a crash left, having asserted that nothing is half done or doubled."""
    with GatewayStore.open(state, CrashPoints()) as store:
        files = EvidenceFiles.open(state, reserve_bytes=0, crash_points=CrashPoints())
        for evidence in store.evidence.all():
            assert len(files.read(evidence.sha256)) == evidence.size
        rows = store.outbox.from_sequence(1, limit=10_000)
        assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
        delivered = {row.key: row.state for row in rows}
        assert len(delivered) == len(rows), "a return was doubled"
        assert {
            key: OutboxState.CONFIRMED if packet.state is S.CONFIRMED else OutboxState.WAITING
            for key, packet in store.packets.all().items()
            if packet.state in {S.RELEASED, S.CONFIRMED}
        } == delivered, "a return and its packet disagree"
        yield store, files


def assert_remembered(store: GatewayStore, step: str, number: int) -> None:
    """Assert that the effect of a step is there which the killed process said was done."""
    key = PacketKey(f"{number:04}", "early")
    tape = sha256(b"tape %04d" % number * 200).hexdigest()
    match step:
        case "kept":
            assert store.evidence.row(tape) is not None
        case "read":
            assert store.evidence.placements(tape) == (key,)
        case "released":
            assert store.outbox.released_return(key) is not None
        case "settled":
            row = store.outbox.released_return(key)
            assert row is not None
            assert (row.state.value, row.receipt) == ("confirmed", b"receipt")
        case _:
            pytest.fail(f"the driver said {step}")


LEFT_BEHIND = {
    CrashPoint.EVIDENCE_FILE_WRITTEN: ([], [], S.AWAITING, []),
    CrashPoint.CAPTURE_RECORDED: (["unread"], [], S.AWAITING, []),
    CrashPoint.READING_RECORDED: (["read"], ["placed"], S.AWAITING, []),
    CrashPoint.BEFORE_RELEASE_COMMIT: (["read"], ["placed"], S.READY, []),
    CrashPoint.AFTER_RELEASE_COMMIT: (["read"], ["placed"], S.RELEASED, ["waiting"]),
    CrashPoint.RECEIPT_SETTLED: (["read"], ["placed"], S.CONFIRMED, ["confirmed"]),
}
"""Evidence, placements, packet and outbox after a crash at each point."""


@pytest.mark.parametrize("point", CrashPoint)
def test_a_crash_leaves_what_was_committed_and_the_gateway_goes_on(
    state: Path, point: CrashPoint
) -> None:
    with start(state, 0, 1, crash_at=point) as doomed:
        doomed.communicate(timeout=30)
    assert doomed.returncode == -signal.SIGKILL
    key = PacketKey("0000", "early")
    with reopened(state) as (store, files):
        evidence = ["read" if row.read_at else "unread" for row in store.evidence.all()]
        placed = [
            "placed" for row in store.evidence.all() if key in store.evidence.placements(row.sha256)
        ]
        outbox = [row.state.value for row in store.outbox.from_sequence(1)]
        assert (evidence, placed, store.packets.state(key), outbox) == LEFT_BEHIND[point]
        assert len(list(files.kept())) == 1, "the bytes survive every one of these"
        other = PacketKey("0001", "early")
        store.packets.record_decision(other, [S.CHECKED, S.READY], [], NOON)
        link = store.outbox.next_link()
        store.outbox.release(SignedReturn(other, link, b"next", b"envelope"), NOON)
        assert [row.sequence for row in store.outbox.from_sequence(1)][-1] == 1 + len(outbox)


@pytest.mark.parametrize("seed", range(3))
def test_a_kill_at_any_moment_takes_back_nothing_that_was_done(state: Path, seed: int) -> None:
    dice = random.Random(seed)
    first = 0
    for _ in range(2):
        with start(state, first, 10_000) as doomed:
            assert doomed.stdout is not None
            said = [doomed.stdout.readline() for _ in range(dice.randrange(1, 120))]
            doomed.kill()
            said += doomed.stdout.readlines()
        done = [line.split() for line in said if line.endswith("\n")]
        with reopened(state) as (store, _):
            for step, number in done:
                assert_remembered(store, step, int(number))
        first = int(done[-1][1]) + 2  # the one after it may be half way


def test_a_misspelt_crash_point_stops_the_start() -> None:
    with pytest.raises(UnknownCrashPoint, match="after-release-commit"):
        CrashPoints.from_environment({VARIABLE: "after-relase-commit"}, VARIABLE, CrashPoint)


def test_a_daemon_that_was_told_nothing_never_crashes() -> None:
    unarmed = CrashPoints.from_environment({}, VARIABLE, CrashPoint)
    for point in CrashPoint:
        unarmed.reached(point)
