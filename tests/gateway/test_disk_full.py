"""A full disk: refused with advice, nothing stored is lost, and after making room all goes on."""

import itertools
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from election.captures import Capture
from election.errors import Transient
from election.receipts import Verdict
from gateway.evidence_files import EvidenceFile, EvidenceFiles, EvidenceFull
from gateway.outbox import Settlement, SignedReturn
from gateway.packets import PacketKey, PacketState
from gateway.store import GatewayStore
from gateway.store_errors import StoreFull
from runtime.crash_points import CrashPoints

NOON = datetime(2012, 5, 22, 12, tzinfo=UTC)
DISK_BYTES = 4 * 1024 * 1024
PAGE = 4096
S = PacketState


class SmallDisk:
    """A real file system of 4 MiB, with a file of ballast that fills it."""

    def __init__(self, root: Path) -> None:
        self.state = root / "state"
        self._ballast = root / "ballast"

    def fill(self, *, leaving: int = 0) -> None:
        """Fill the disk but for `leaving` bytes, page by page as tmpfs counts."""
        disk = os.statvfs(self.state.parent)
        with self._ballast.open("ab") as file:
            file.write(b"\0" * max(0, disk.f_bavail * disk.f_frsize - leaving))

    def make_room(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(tmp_path)]
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk; the injected fault below still runs")
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        if os.environ.get("ZT_REQUIRE_ALL") == "1":
            pytest.fail(f"no small disk: {mounted.stderr}")
        pytest.skip(f"this machine lets not even root mount a small disk: {mounted.stderr}")
    try:
        yield SmallDisk(tmp_path)
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.fixture
def open_store(disk: SmallDisk) -> Callable[[], GatewayStore]:
    return lambda: GatewayStore.open(disk.state, CrashPoints())


def release(store: GatewayStore, number: int) -> None:
    key = PacketKey(f"{number:04}", "early")
    if store.packets.state(key) is not S.READY:
        store.packets.record_decision(key, [S.CHECKED, S.READY], [], NOON)
    link = store.outbox.next_link()
    payload = b"%04d" % number + bytes(9000)
    store.outbox.release(SignedReturn(key, link, payload, b"envelope" + payload), NOON)


def release_for_ever(store: GatewayStore) -> None:
    for number in itertools.count(store.outbox.next_link().sequence - 1):
        release(store, number)
        acknowledged = store.outbox.waiting(number)
        assert [row.sequence for row in acknowledged] == [number + 1]


def release_until_full(store: GatewayStore) -> int:
    """Release until the disk is full; return how many releases were acknowledged."""
    with pytest.raises(StoreFull, match=r"disk is full.*Make room.*nothing is lost") as refused:
        release_for_ever(store)
    assert isinstance(refused.value, Transient)
    return store.outbox.next_link().sequence - 1


def assert_holds(store: GatewayStore, releases: int) -> None:
    """Assert that every acknowledged release is there and no other is."""
    rows = store.outbox.from_sequence(1, limit=10_000)
    assert [row.payload[:4] for row in rows] == [b"%04d" % n for n in range(releases)]
    states = [store.packets.state(row.key) for row in rows]
    assert set(states) <= {S.RELEASED, S.CONFIRMED}
    assert store.packets.state(PacketKey(f"{releases:04}", "early")) in {S.READY, S.AWAITING}


@pytest.mark.parametrize("overtaken", [False, True], ids=["guard", "overtaken guard"])
def test_a_full_disk_takes_no_evidence_and_leaves_nothing_half_written(
    disk: SmallDisk, monkeypatch: pytest.MonkeyPatch, overtaken: bool
) -> None:
    disk.state.mkdir()
    files = EvidenceFiles.open(disk.state, reserve_bytes=0, crash_points=CrashPoints())
    kept = [files.keep(b"%d" % number) for number in range(20)]
    disk.fill(leaving=20 * PAGE)
    card = bytes(30 * PAGE)
    with monkeypatch.context() as patch:
        if overtaken:  # another program takes the room after the guard looked: a real ENOSPC
            patch.setattr("gateway.evidence_files.free_bytes", lambda _folder: DISK_BYTES)
        with pytest.raises(EvidenceFull, match=r"disk is full.*Make room.*the device keeps it"):
            files.keep(card)
    assert list((disk.state / "evidence/incoming").iterdir()) == []
    assert sorted(files.kept()) == sorted(file.sha256 for file in kept)
    assert [files.read(file.sha256) for file in kept] == [b"%d" % n for n in range(20)]
    disk.make_room()
    assert files.read(files.keep(card).sha256) == card


def test_evidence_leaves_its_reserve_to_the_store(
    disk: SmallDisk, open_store: Callable[[], GatewayStore]
) -> None:
    with open_store() as store:
        reserve = 1024 * 1024
        files = EvidenceFiles.open(disk.state, reserve_bytes=reserve, crash_points=CrashPoints())
        contents = (b"%06d" % number * 10_000 for number in itertools.count())
        with pytest.raises(EvidenceFull):
            list(map(files.keep, contents))
        assert files.free_bytes() >= reserve
        assert len(list(files.kept())) > 10
        release(store, 0)
        assert_holds(store, 1)


def test_a_full_disk_takes_no_return_loses_none_and_goes_on_after_making_room(
    disk: SmallDisk, open_store: Callable[[], GatewayStore]
) -> None:
    with open_store() as store:
        release(store, 0)
        disk.fill(leaving=60 * PAGE)
        done = release_until_full(store)
        assert done > 1
        assert_holds(store, done)
        assert release_until_full(store) == done, "it stays full, and says so again"
        disk.make_room()
        release(store, done)
        assert_holds(store, done + 1)
    with open_store() as store:
        assert_holds(store, done + 1)


def test_what_was_acknowledged_before_the_disk_was_full_survives_a_restart_on_the_full_disk(
    disk: SmallDisk, open_store: Callable[[], GatewayStore]
) -> None:
    with open_store() as store:
        disk.fill(leaving=80 * PAGE)
        done = release_until_full(store)
    disk.fill()
    with suppress(StoreFull):  # allowed, and nothing else
        open_store().close()
    disk.make_room()
    with open_store() as store:
        assert_holds(store, done)
        release(store, done)


@pytest.mark.parametrize("pages", range(0, 24, 3))
def test_a_disk_that_fills_while_the_daemon_is_off_is_never_taken_for_damage(
    disk: SmallDisk, open_store: Callable[[], GatewayStore], pages: int
) -> None:
    with open_store() as store:
        release(store, 0)
    disk.fill(leaving=pages * PAGE)
    try:
        with open_store() as store:
            assert_holds(store, 1)
            release(store, 1)
    except StoreFull:
        disk.make_room()
        with open_store() as store:
            assert_holds(store, 1)
    else:
        with open_store() as store:
            assert_holds(store, 2)


@pytest.mark.parametrize("pages", range(0, 56, 8))
def test_a_first_start_on_a_full_disk_succeeds_after_making_room(
    disk: SmallDisk, open_store: Callable[[], GatewayStore], pages: int
) -> None:
    disk.state.mkdir()
    disk.fill(leaving=pages * PAGE)
    try:
        open_store().close()
    except StoreFull:
        disk.make_room()
    with open_store() as store:
        assert_holds(store, 0)


def test_a_receipt_that_finds_no_room_settles_nothing_and_is_taken_later(
    disk: SmallDisk, open_store: Callable[[], GatewayStore]
) -> None:
    with open_store() as store:
        disk.fill(leaving=60 * PAGE)
        release_until_full(store)
        disk.fill()
        row = store.outbox.waiting()[0]
        receipt = bytes(32 * 1024)  # the largest; more than what is left of the log
        with pytest.raises(StoreFull):
            store.outbox.settle(row.payload_sha256, Verdict.ACCEPTED, receipt, NOON)
        assert store.outbox.waiting()[0] == row
        assert store.packets.state(row.key) is S.RELEASED
        disk.make_room()
        settled = store.outbox.settle(row.payload_sha256, Verdict.ACCEPTED, receipt, NOON)
        assert settled is Settlement.CONFIRMED
        assert store.packets.state(row.key) is S.CONFIRMED


def test_a_store_that_may_not_grow_behaves_like_one_on_a_full_disk(tmp_path: Path) -> None:
    """The injected fault, for machines without root: SQLite itself reports SQLITE_FULL."""
    with GatewayStore.open(tmp_path, CrashPoints()) as store:
        release(store, 0)
        database = store.outbox._database
        database.execute("PRAGMA max_page_count = 60")
        done = release_until_full(store)
        assert_holds(store, done)
        capture = Capture(bytes(9000), "m100-1", "file", NOON, name="x" * 100_000)
        file = EvidenceFile(sha256(capture.content).hexdigest(), 9000)
        with pytest.raises(StoreFull):
            store.evidence.keep_capture(capture, file)
        assert store.evidence.all() == []
        database.execute("PRAGMA max_page_count = 1000000")
        assert store.evidence.keep_capture(capture, file)
        release(store, done)
        assert_holds(store, done + 1)
