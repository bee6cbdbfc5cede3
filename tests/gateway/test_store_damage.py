"""A store that cannot be trusted stops the start, stays as it is, and says what to do."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from election.captures import Capture
from election.errors import Transient
from gateway.evidence_files import EvidenceFiles
from gateway.outbox import SignedReturn
from gateway.packets import PacketKey, PacketState
from gateway.store import GatewayStore
from gateway.store_errors import StoreDamaged, StoreTooNew
from runtime.crash_points import CrashPoints

NOON = datetime(2012, 5, 22, 12, tzinfo=UTC)
PAGE = 4096
RETURNS = 12
S = PacketState


def fill(store: GatewayStore, files: EvidenceFiles) -> None:
    for number in range(RETURNS):
        key = PacketKey(f"{number:03}", "early")
        capture = Capture(b"tape %d" % number, "m100-1", "file", NOON)
        store.evidence.keep_capture(capture, files.keep(capture.content))
        store.evidence.record_reading(
            capture.sha256, parser=("m100-tape", "1"), problem="", placements=[key], at=NOON
        )
        store.packets.record_decision(key, [S.CHECKED, S.READY], [], NOON)
        payload, envelope = (
            b"%s %03d " % (part, number) + bytes(range(256)) * 35 for part in (b"return", b"signed")
        )
        link = store.outbox.next_link()
        store.outbox.release(SignedReturn(key, link, payload, envelope), NOON)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a state directory that was closed in order."""
    state = tmp_path_factory.mktemp("sound")
    with GatewayStore.open(state, CrashPoints()) as store:
        fill(store, EvidenceFiles.open(state, reserve_bytes=0, crash_points=CrashPoints()))
    return state


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a state directory as a power cut leaves it: most commits are in the log only."""
    state = tmp_path_factory.mktemp("running")
    with GatewayStore.open(state, CrashPoints()) as store:
        fill(store, EvidenceFiles.open(state, reserve_bytes=0, crash_points=CrashPoints()))
        copy = tmp_path_factory.mktemp("crashed")
        shutil.copytree(state, copy, dirs_exist_ok=True)
    (copy / "gateway.sqlite-shm").unlink()
    return copy


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Path], Path]:
    return lambda state: shutil.copytree(state, tmp_path / "state")


def store_bytes(state: Path) -> list[bytes]:
    """Return the store and its log; whoever looks at a store leaves an empty log."""
    paths = (state / "gateway.sqlite", state / "gateway.sqlite-wal")
    return [path.read_bytes() if path.exists() else b"" for path in paths]


def assert_refused_untouched(state: Path, reason: str) -> None:
    before = store_bytes(state)
    for _ in range(2):
        with pytest.raises(StoreDamaged, match=reason) as refused:
            GatewayStore.open(state, CrashPoints())
        assert store_bytes(state) == before
    text = str(refused.value)
    for told in (str(state / "gateway.sqlite"), "copy the whole", "evidence files", "new key"):
        assert told in text
    assert not isinstance(refused.value, Transient), "trying again makes no store whole"


def assert_whole(state: Path) -> None:
    with GatewayStore.open(state, CrashPoints()) as store:
        rows = store.outbox.from_sequence(1)
        assert [row.payload[:11] for row in rows] == [b"return %03d " % n for n in range(RETURNS)]
        assert len(store.evidence.all()) == len(store.packets.all()) == RETURNS


def test_a_sound_store_opens(sound: Path, copy_of: Callable[[Path], Path]) -> None:
    assert_whole(copy_of(sound))


def test_a_power_cut_costs_nothing(crashed: Path, copy_of: Callable[[Path], Path]) -> None:
    state = copy_of(crashed)
    assert (state / "gateway.sqlite-wal").stat().st_size > RETURNS * PAGE
    assert_whole(state)


@pytest.mark.parametrize("image", ["sound", "crashed"])
@pytest.mark.parametrize("header", [b"\0" * 100, b"\xff" * 100, b"not a database at all"])
def test_an_overwritten_header(
    request: pytest.FixtureRequest, copy_of: Callable[[Path], Path], image: str, header: bytes
) -> None:
    state = copy_of(request.getfixturevalue(image))
    with (state / "gateway.sqlite").open("r+b") as file:
        file.write(header)
    if image == "crashed":
        # The newest first page is in the log, which is whole: that is no damage.
        assert_whole(state)
    else:
        assert_refused_untouched(state, "not a database|malformed")


def test_any_overwritten_page_is_found(sound: Path, copy_of: Callable[[Path], Path]) -> None:
    state = copy_of(sound)
    path = state / "gateway.sqlite"
    whole = path.read_bytes()
    assert len(whole) > 40 * PAGE
    for start in range(0, len(whole), PAGE):
        path.write_bytes(whole[:start] + b"\xa5" * PAGE + whole[start + PAGE :])
        with pytest.raises(StoreDamaged):
            GatewayStore.open(state, CrashPoints())
        path.write_bytes(whole)
    assert_whole(state)


@pytest.mark.parametrize("part", [b"return 007", b"signed 007"])
def test_a_flipped_bit_in_a_signed_return_is_found(
    sound: Path, copy_of: Callable[[Path], Path], part: bytes
) -> None:
    """SQLite has no checksums: its own check finds nothing here."""
    state = copy_of(sound)
    path = state / "gateway.sqlite"
    whole = path.read_bytes()
    assert whole.count(part) == 1
    path.write_bytes(whole.replace(part, part.replace(b"007", b"006")))
    assert_refused_untouched(state, "of return 8 was altered")


@pytest.mark.parametrize("length", [1, PAGE - 1, PAGE, 10 * PAGE])
def test_a_truncated_store(sound: Path, copy_of: Callable[[Path], Path], length: int) -> None:
    state = copy_of(sound)
    with (state / "gateway.sqlite").open("r+b") as file:
        file.truncate(length)
    assert_refused_untouched(state, "is damaged")


@pytest.mark.parametrize("how", ["emptied", "deleted"])
def test_a_lost_store_is_not_made_anew_beside_its_evidence(
    sound: Path, copy_of: Callable[[Path], Path], how: str
) -> None:
    state = copy_of(sound)
    path = state / "gateway.sqlite"
    path.unlink() if how == "deleted" else path.write_bytes(b"")
    assert_refused_untouched(state, "evidence is there")
    assert path.exists() is (how == "emptied")


def test_a_lost_store_is_not_made_anew_beside_its_log(
    crashed: Path, copy_of: Callable[[Path], Path]
) -> None:
    state = copy_of(crashed)
    shutil.rmtree(state / "evidence")
    (state / "gateway.sqlite").unlink()
    assert_refused_untouched(state, "its log is there")


def test_looking_at_a_damaged_store_leaves_even_its_log_alone(
    crashed: Path, copy_of: Callable[[Path], Path]
) -> None:
    """The newest commits are in the log; closing the store would move them into the file."""
    state = copy_of(crashed)
    with closing(sqlite3.connect(state / "gateway.sqlite")) as hand:
        hand.execute("DROP TRIGGER outbox_rows_stay")
        hand.execute("DELETE FROM outbox WHERE sequence = 3")
        hand.commit()
        # Copied while open: the deletion is in the log only.
        other = Path(shutil.copytree(state, state.with_name("other")))
    assert (other / "gateway.sqlite-wal").stat().st_size > 0
    assert_refused_untouched(other, "return 3 is missing")


def test_a_missing_return_is_found(sound: Path, copy_of: Callable[[Path], Path]) -> None:
    state = copy_of(sound)
    with closing(sqlite3.connect(state / "gateway.sqlite")) as hand, hand:
        hand.execute("DROP TRIGGER outbox_rows_stay")
        hand.execute("DELETE FROM outbox WHERE sequence = 3")
    assert_refused_untouched(state, "return 3 is missing")


def test_a_capture_without_its_evidence_is_found(
    sound: Path, copy_of: Callable[[Path], Path]
) -> None:
    state = copy_of(sound)
    with closing(sqlite3.connect(state / "gateway.sqlite")) as hand, hand:
        hand.execute("DELETE FROM evidence WHERE sha256 = ?", (sha256(b"tape 5").hexdigest(),))
    assert_refused_untouched(state, "lost its row in evidence")


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "gateway.sqlite")) as other, other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    assert_refused_untouched(tmp_path, "tables but says version 0")


def test_a_store_of_a_newer_version_is_left_alone(
    sound: Path, copy_of: Callable[[Path], Path]
) -> None:
    state = copy_of(sound)
    with closing(sqlite3.connect(state / "gateway.sqlite")) as newer:
        newer.execute("PRAGMA user_version = 4")
    before = store_bytes(state)
    with pytest.raises(StoreTooNew, match=r"version 4.*up to 3.*newer version of Zerotape"):
        GatewayStore.open(state, CrashPoints())
    assert store_bytes(state) == before
