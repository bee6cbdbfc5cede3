"""The store: opening, evidence, packets."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from election.captures import Capture, Ending, LineErrors, MediumReading, WriteProtection
from election.findings import Finding, Severity
from gateway.database import Database
from gateway.evidence_files import EvidenceFile
from gateway.evidence_records import UnknownEvidence
from gateway.packet_records import Move
from gateway.packets import TRANSITIONS, IllegalTransition, PacketKey, PacketState
from gateway.schema import Migration, known_migrations
from gateway.store import GatewayStore
from gateway.store_errors import StoreBusy, StoreInUse, StoreUnusable
from runtime.crash_points import CrashPoints

NOON = datetime(2012, 5, 22, 12, 0, 0, 250_000, tzinfo=UTC)
TAPE = Capture(b"tape", device="m100-1", medium="print-line", taken_at=NOON, name="/dev/ttyS0")
READING = MediumReading(WriteProtection.ON, "ACME CardDrive")
EARLY = PacketKey("101", "early")
ELECTION_DAY = PacketKey("101", "election-day")
S = PacketState
SEAL = Finding(check="C50", severity=Severity.BLOCK, message="Seal A differs. Call a supervisor.")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GatewayStore]:
    with GatewayStore.open(tmp_path, CrashPoints()) as store:
        yield store


def keep(store: GatewayStore, capture: Capture) -> bool:
    file = EvidenceFile(sha256(capture.content).hexdigest(), len(capture.content))
    return store.evidence.keep_capture(capture, file)


def read(store: GatewayStore, capture: Capture, *places: PacketKey, problem: str = "") -> None:
    store.evidence.record_reading(
        capture.sha256, parser=("m100-tape", "1"), problem=problem, placements=places, at=NOON
    )


def test_every_commit_waits_for_the_disk(store: GatewayStore) -> None:
    database = store.evidence._database

    def setting(name: str) -> object:
        row = database.first(f"PRAGMA {name}")
        assert row is not None
        return row[0]

    assert setting("journal_mode") == "wal"
    assert setting("synchronous") == 2, "FULL"
    assert setting("foreign_keys") == 1
    assert setting("busy_timeout") == 5000


def test_the_same_bytes_are_new_once_and_counted_every_time(store: GatewayStore) -> None:
    assert keep(store, TAPE)
    assert not keep(store, replace(TAPE, taken_at=NOON + timedelta(minutes=5)))
    row = store.evidence.row(TAPE.sha256)
    assert row is not None
    assert (row.times_seen, row.size, row.first_seen_at) == (2, 4, NOON)


def test_the_best_of_several_endings_counts(store: GatewayStore) -> None:
    for ending in (Ending.UNPLUGGED, Ending.WHOLE, Ending.IDLE):
        keep(store, replace(TAPE, ending=ending))
    row = store.evidence.row(TAPE.sha256)
    assert row is not None
    assert row.ending is Ending.WHOLE


def test_what_came_many_times_is_known_without_a_look_at_each_time(store: GatewayStore) -> None:
    keep(store, TAPE)
    database = store.evidence._database
    plan = database.rows("EXPLAIN QUERY PLAN SELECT * FROM evidence_seen WHERE sha256 = ?", "")
    of_captures = [row["detail"] for row in plan if "captures" in row["detail"]]
    assert len(of_captures) == 4
    in_one_index = ("COVERING INDEX captures_of_evidence", "INDEX readings_of_evidence")
    assert all(any(index in step for index in in_one_index) for step in of_captures)


@pytest.mark.parametrize("readings", [(None,), (None, READING), (READING, None)])
def test_evidence_that_was_read_from_a_medium_once_is_a_reading(
    store: GatewayStore, readings: tuple[MediumReading | None, ...]
) -> None:
    for reading in readings:
        keep(store, replace(TAPE, reading=reading))
    row = store.evidence.row(TAPE.sha256)
    assert row is not None
    assert row.is_reading is (READING in readings)


def test_a_capture_keeps_what_the_driver_saw(store: GatewayStore, tmp_path: Path) -> None:
    keep(
        store,
        replace(
            TAPE,
            ending=Ending.IDLE,
            line_errors=LineErrors(parity=2),
            longest_gap_s=1.5,
            notes=("paper out", "naïve"),
        ),
    )
    with closing(sqlite3.connect(tmp_path / "gateway.sqlite")) as reader:
        row = reader.execute(
            "SELECT device, medium, name, taken_at, ending, longest_gap_ms,"
            " json_extract(line_errors, '$.parity'), json_extract(notes, '$[1]') FROM captures"
        ).fetchone()
    assert row == (
        *("m100-1", "print-line", "/dev/ttyS0", "2012-05-22T12:00:00.250000Z"),
        *("idle", 1500, 2, "naïve"),
    )


def test_every_ending_of_the_vocabulary_can_be_stored(store: GatewayStore) -> None:
    for ending in Ending:
        keep(store, replace(TAPE, content=ending.encode(), ending=ending))
        row = store.evidence.row(sha256(ending.encode()).hexdigest())
        assert row is not None
        assert row.ending is ending


def test_a_row_is_never_recorded_for_another_file(store: GatewayStore) -> None:
    with pytest.raises(ValueError, match="was captured"):
        store.evidence.keep_capture(TAPE, EvidenceFile(sha256(b"other").hexdigest(), 5))
    assert store.evidence.all() == []


def test_a_local_time_is_no_instant(store: GatewayStore) -> None:
    with pytest.raises(ValueError, match="UTC"):
        keep(store, replace(TAPE, taken_at=datetime(2012, 5, 22)))  # noqa: DTZ001  # on purpose


def test_evidence_is_unread_until_a_parser_looked_and_in_order_of_arrival(
    store: GatewayStore,
) -> None:
    others = [replace(TAPE, content=b"%d" % number) for number in range(9, 0, -1)]
    for capture in others:
        keep(store, capture)
    keep(store, others[0])
    assert store.evidence.unread() == [capture.sha256 for capture in others]
    read(store, others[3], EARLY)
    assert others[3].sha256 not in store.evidence.unread()


def test_evidence_stays_in_order_of_arrival_and_each_in_its_own_packets(
    store: GatewayStore,
) -> None:
    captures = [replace(TAPE, content=b"%d" % number) for number in range(9, 0, -1)]
    for capture in captures:
        keep(store, capture)
    for capture in reversed(captures):
        read(store, capture, EARLY)
    read(store, captures[4], EARLY, ELECTION_DAY)
    kept = [row.sha256 for row in store.evidence.all()]
    assert kept == [capture.sha256 for capture in captures]
    placed = [store.evidence.placements(sha256) for sha256 in kept]
    assert placed == [(EARLY,)] * 4 + [(EARLY, ELECTION_DAY)] + [(EARLY,)] * 4


def test_a_reading_replaces_the_one_before_it(store: GatewayStore) -> None:
    keep(store, TAPE)
    read(store, TAPE, problem="line 3: not a vote line")
    assert [row.problem for row in store.evidence.unplaced()] == ["line 3: not a vote line"]
    for _ in range(2):
        read(store, TAPE, EARLY, EARLY)
    assert store.evidence.unplaced() == []
    assert store.evidence.placements(TAPE.sha256) == (EARLY,)
    row = store.evidence.row(TAPE.sha256)
    assert row is not None
    assert (row.parser, row.parser_version, row.problem, row.read_at) == (
        *("m100-tape", "1", ""),
        NOON,
    )


def test_unread_evidence_is_not_called_unplaced(store: GatewayStore) -> None:
    keep(store, TAPE)
    assert store.evidence.unplaced() == []


def test_nothing_is_recorded_of_evidence_that_nobody_kept(store: GatewayStore) -> None:
    with pytest.raises(UnknownEvidence):
        read(store, TAPE, EARLY)
    assert store.evidence.placements(TAPE.sha256) == ()
    assert store.evidence.row(TAPE.sha256) is None


def test_a_decision_walks_its_states_and_leaves_a_history(store: GatewayStore) -> None:
    store.packets.record_decision(EARLY, [S.CHECKED, S.BLOCKED], [SEAL], NOON)
    later = NOON + timedelta(hours=1)
    store.packets.record_decision(EARLY, [S.BLOCKED], [], later)
    row = store.packets.all()[EARLY]
    assert (row.state, row.changed_at, row.findings) == (S.BLOCKED, NOON, ())
    assert store.packets.history(EARLY) == [
        Move(S.AWAITING, S.CHECKED, NOON),
        Move(S.CHECKED, S.BLOCKED, NOON),
    ]


def test_findings_come_back_as_they_were(store: GatewayStore) -> None:
    store.packets.record_decision(EARLY, [S.BLOCKED], [SEAL], NOON)
    assert store.packets.all()[EARLY].findings == (SEAL,)


def test_a_packet_that_nobody_decided_about_is_awaited(store: GatewayStore) -> None:
    assert store.packets.state(EARLY) is S.AWAITING
    assert store.packets.all() == {}


ROUTES = {
    S.AWAITING: [],
    S.COLLECTING: [S.COLLECTING],
    S.CHECKED: [S.CHECKED],
    S.BLOCKED: [S.BLOCKED],
    S.HELD: [S.HELD],
    S.READY: [S.CHECKED, S.READY],
    S.RELEASED: [S.CHECKED, S.READY, S.RELEASED],
    S.CONFIRMED: [S.CHECKED, S.READY, S.RELEASED, S.CONFIRMED],
    S.SUPERSEDED: [S.CHECKED, S.READY, S.RELEASED, S.SUPERSEDED],
}


@pytest.mark.parametrize("old", S)
def test_an_illegal_step_undoes_the_whole_decision(store: GatewayStore, old: PacketState) -> None:
    for new in set(S) - TRANSITIONS[old] - {old}:
        with pytest.raises(IllegalTransition):
            store.packets.record_decision(EARLY, [*ROUTES[old], new], [SEAL], NOON)
        assert store.packets.all() == {}
        assert store.packets.history(EARLY) == []


def test_what_was_stored_is_there_after_closing(tmp_path: Path) -> None:
    with GatewayStore.open(tmp_path / "state", CrashPoints()) as store:
        keep(store, TAPE)
        read(store, TAPE, EARLY)
        store.packets.record_decision(EARLY, [S.HELD], [SEAL], NOON)
        before = (store.evidence.all(), store.packets.all())
    with GatewayStore.open(tmp_path / "state", CrashPoints()) as store:
        assert (store.evidence.all(), store.packets.all()) == before


def test_two_stores_never_share_a_state_directory(tmp_path: Path) -> None:
    with (
        GatewayStore.open(tmp_path, CrashPoints()),
        pytest.raises(StoreInUse, match="Stop it first"),
    ):
        GatewayStore.open(tmp_path, CrashPoints())
    GatewayStore.open(tmp_path, CrashPoints()).close()


def test_another_process_is_kept_out_and_a_killed_one_is_no_obstacle(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "from gateway.store import GatewayStore; from runtime.crash_points import CrashPoints\n"
        "store = GatewayStore.open(Path(sys.argv[1]), CrashPoints()); print('open', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(StoreInUse):
            GatewayStore.open(tmp_path, CrashPoints())
        other.kill()
    GatewayStore.open(tmp_path, CrashPoints()).close()


def test_a_store_that_failed_to_open_lets_go_of_the_directory(tmp_path: Path) -> None:
    path = tmp_path / "gateway.sqlite"
    path.mkdir()
    for _ in range(2):
        with pytest.raises(StoreUnusable, match="Check the disk"):
            GatewayStore.open(tmp_path, CrashPoints())
    path.rmdir()
    GatewayStore.open(tmp_path, CrashPoints()).close()


def test_the_store_belongs_to_the_thread_that_opened_it(store: GatewayStore) -> None:
    caught: list[BaseException] = []

    def intrude() -> None:
        try:
            store.packets.all()
        except sqlite3.ProgrammingError as error:
            caught.append(error)

    thread = threading.Thread(target=intrude)
    thread.start()
    thread.join()
    assert len(caught) == 1


def test_a_store_locked_by_another_program_is_tried_again_later(
    store: GatewayStore, tmp_path: Path
) -> None:
    store.evidence._database.execute("PRAGMA busy_timeout=0")
    with closing(sqlite3.connect(tmp_path / "gateway.sqlite", isolation_level=None)) as shell:
        shell.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="Close it"):
            keep(store, TAPE)
        shell.execute("COMMIT")
    assert keep(store, TAPE)


def test_a_crash_while_the_store_was_made_is_no_damage(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "gateway.sqlite")) as begun:
        begun.execute("PRAGMA journal_mode=WAL")
    assert (tmp_path / "gateway.sqlite").stat().st_size > 0
    with GatewayStore.open(tmp_path, CrashPoints()) as store:
        assert keep(store, TAPE)


def test_migrations_are_numbered_from_one_without_gaps() -> None:
    assert [migration.version for migration in known_migrations()] == [1, 2, 3]


def test_an_old_store_is_brought_up_step_by_step_and_keeps_its_rows(tmp_path: Path) -> None:
    with GatewayStore.open(tmp_path, CrashPoints()) as store:
        keep(store, TAPE)
    fourth = Migration(4, "0004_more.sql", "CREATE TABLE more (x TEXT) STRICT;")
    fifth = Migration(5, "0005_rows.sql", "INSERT INTO more SELECT sha256 FROM evidence;")
    migrations = (*known_migrations(), fourth, fifth)
    for _ in range(2):
        with closing(Database.open(tmp_path / "gateway.sqlite", migrations)) as database:
            assert [tuple(row) for row in database.rows("SELECT x FROM more")] == [(TAPE.sha256,)]
            assert [tuple(row) for row in database.rows("PRAGMA user_version")] == [(5,)]


def test_a_store_from_before_media_keeps_its_captures(tmp_path: Path) -> None:
    path = tmp_path / "gateway.sqlite"
    taken = "2026-11-03T20:00:00.000000Z"
    with closing(Database.open(path, known_migrations()[:1])) as database, database.transaction():
        database.execute(
            "INSERT INTO evidence (sha256, size, first_seen_at) VALUES (?, ?, ?)",
            *(TAPE.sha256, 7, taken),
        )
        database.execute(
            "INSERT INTO captures (evidence, device, medium, name, taken_at, ending,"
            " longest_gap_ms, notes) VALUES (?, 'desk', 'print-line', '', ?, 'cut', 5, '[]')",
            *(TAPE.sha256, taken),
        )
    with GatewayStore.open(tmp_path, CrashPoints()) as store:
        [row] = store.evidence.all()
        assert (row.sha256, row.times_seen, row.ending) == (TAPE.sha256, 1, Ending.CUT)
        keep(store, TAPE)
        assert [row.times_seen for row in store.evidence.all()] == [2]


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    GatewayStore.open(tmp_path, CrashPoints()).close()
    broken = Migration(4, "0004_broken.sql", "CREATE TABLE more (x TEXT) STRICT; SELECT gap;")
    with pytest.raises(sqlite3.OperationalError, match="no such column: gap"):
        Database.open(tmp_path / "gateway.sqlite", (*known_migrations(), broken))
    with GatewayStore.open(tmp_path, CrashPoints()) as store:
        tables = store.evidence._database.rows("SELECT name FROM sqlite_schema")
        assert "more" not in [row["name"] for row in tables]
