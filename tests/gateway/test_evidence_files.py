"""Evidence files: durable, named by their content, never changed, never deleted."""

import errno
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from election.errors import Transient
from gateway.evidence_files import EvidenceDamaged, EvidenceFiles, EvidenceFull, EvidenceUnusable
from runtime.crash_points import CrashPoints

TAPE = b"PRECINCT 101\r\nBALLOTS 7\r\n"


@pytest.fixture
def open_files(tmp_path: Path) -> Callable[[], EvidenceFiles]:
    return lambda: EvidenceFiles.open(tmp_path, reserve_bytes=0, crash_points=CrashPoints())


@pytest.fixture
def files(open_files: Callable[[], EvidenceFiles]) -> EvidenceFiles:
    return open_files()


def the_file(state: Path) -> Path:
    digest = sha256(TAPE).hexdigest()
    return state / "evidence" / digest[:2] / digest


def test_evidence_is_a_read_only_file_named_by_its_sha256(
    files: EvidenceFiles, tmp_path: Path
) -> None:
    kept = files.keep(TAPE)
    path = the_file(tmp_path)
    assert (kept.sha256, kept.size) == (sha256(TAPE).hexdigest(), len(TAPE))
    assert path.read_bytes() == TAPE
    assert stat.S_IMODE(path.stat().st_mode) == 0o440
    assert files.read(kept.sha256) == TAPE


def test_the_same_content_twice_is_one_untouched_file(files: EvidenceFiles, tmp_path: Path) -> None:
    files.keep(TAPE)
    before = the_file(tmp_path).stat()
    files.keep(TAPE)
    after = the_file(tmp_path).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert list(files.kept()) == [sha256(TAPE).hexdigest()]


def test_a_file_that_somebody_put_beside_the_evidence_is_not_taken_for_it(
    files: EvidenceFiles, tmp_path: Path
) -> None:
    digest = files.keep(TAPE).sha256
    the_file(tmp_path).with_suffix(".damaged").write_bytes(b"moved out of the way")
    assert list(files.kept()) == [digest]


def test_a_file_that_the_disk_cannot_read_any_more_is_damaged_and_no_other(
    files: EvidenceFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = files.keep(TAPE).sha256, files.keep(b"other").sha256
    read_bytes = Path.read_bytes

    def bad_sector(path: Path) -> bytes:
        if path == the_file(tmp_path):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", bad_sector)
    with pytest.raises(EvidenceDamaged, match="cannot read it"):
        files.read(bad)
    assert files.read(good) == b"other"


def test_an_empty_capture_is_evidence_too(files: EvidenceFiles) -> None:
    kept = files.keep(b"")
    assert kept.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert files.read(kept.sha256) == b""


@pytest.mark.parametrize("damaged", [TAPE[:-1], TAPE.replace(b"7", b"8"), b""])
def test_a_damaged_file_is_neither_read_nor_taken_for_the_evidence_nor_overwritten(
    files: EvidenceFiles, tmp_path: Path, damaged: bytes
) -> None:
    digest = files.keep(TAPE).sha256
    path = the_file(tmp_path)
    path.chmod(0o640)
    path.write_bytes(damaged)
    with pytest.raises(EvidenceDamaged, match="call a supervisor"):
        files.read(digest)
    with pytest.raises(EvidenceDamaged):
        files.keep(TAPE)
    assert path.read_bytes() == damaged


def test_evidence_that_vanished_is_damage_and_can_be_kept_again(
    files: EvidenceFiles, tmp_path: Path
) -> None:
    digest = files.keep(TAPE).sha256
    the_file(tmp_path).unlink()
    with pytest.raises(EvidenceDamaged, match="it is not there"):
        files.read(digest)
    files.keep(TAPE)
    assert files.read(digest) == TAPE


@pytest.mark.parametrize("name", ["", "../gateway.sqlite", "AB" * 32, "a" * 63, "a" * 64 + "\n"])
def test_a_name_that_is_no_hash_never_becomes_a_path(files: EvidenceFiles, name: str) -> None:
    with pytest.raises(ValueError, match="no SHA-256"):
        files.read(name)


def test_what_a_crash_left_unfinished_is_set_aside_with_a_warning(
    open_files: Callable[[], EvidenceFiles], tmp_path: Path
) -> None:
    open_files().keep(TAPE)
    (tmp_path / "evidence/incoming/tmpcrashed").write_bytes(TAPE[:9])
    with capture_logs() as logs:
        files = open_files()
    assert [(log["log_level"], log["size"]) for log in logs] == [("warning", 9)]
    assert not list((tmp_path / "evidence/incoming").iterdir())
    assert (tmp_path / "evidence/unfinished/tmpcrashed").read_bytes() == TAPE[:9]
    assert list(files.kept()) == [sha256(TAPE).hexdigest()]


def test_the_last_byte_above_the_reserve_is_used_and_none_of_the_reserve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = EvidenceFiles.open(tmp_path, reserve_bytes=900, crash_points=CrashPoints())
    monkeypatch.setattr(EvidenceFiles, "free_bytes", lambda _: 1000)
    with pytest.raises(EvidenceFull):
        files.keep(bytes(101))
    assert files.keep(bytes(100)).size == 100


def test_evidence_that_would_eat_into_the_reserve_is_refused_until_there_is_room(
    files: EvidenceFiles, tmp_path: Path
) -> None:
    old = files.keep(TAPE)
    greedy = EvidenceFiles.open(tmp_path, reserve_bytes=2**62, crash_points=CrashPoints())
    with pytest.raises(EvidenceFull, match=r"disk is full.*Make room.*nothing is lost") as refused:
        greedy.keep(b"new")
    assert isinstance(refused.value, Transient)
    assert greedy.keep(TAPE) == old, "what is there already needs no room"
    assert greedy.read(old.sha256) == TAPE
    assert list(greedy.kept()) == [old.sha256]
    assert files.keep(b"new").size == 3


def test_free_bytes_are_what_the_disk_says(files: EvidenceFiles, tmp_path: Path) -> None:
    disk = os.statvfs(tmp_path)
    total = disk.f_blocks * disk.f_frsize
    assert 0 < files.free_bytes() < total


def test_a_folder_that_is_no_folder_is_unusable_and_no_reason_to_try_again(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("somebody's notes")
    with pytest.raises(EvidenceUnusable, match="Check the disk") as refused:
        EvidenceFiles.open(tmp_path, reserve_bytes=0, crash_points=CrashPoints())
    assert not isinstance(refused.value, Transient)


def test_many_threads_keep_the_same_and_other_bytes_at_once(files: EvidenceFiles) -> None:
    contents = [b"tape %d" % (number % 5) for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        kept = list(threads.map(files.keep, contents))
    assert [file.sha256 for file in kept] == [sha256(content).hexdigest() for content in contents]
    assert sorted(files.kept()) == sorted({sha256(content).hexdigest() for content in contents})


def test_a_file_and_its_names_are_synced_before_it_counts_as_kept(
    files: EvidenceFiles, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Watches the real system calls; what a power cut leaves cannot be seen from inside."""
    steps: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def watched_fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        steps.append("sync content" if path.is_file() else f"sync {path.relative_to(tmp_path)}")
        fsync(descriptor)

    def watched_rename(path: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Path, "rename", watched_rename)
    folder = f"evidence/{sha256(TAPE).hexdigest()[:2]}"
    files.keep(TAPE)
    assert steps == ["sync evidence", "sync content", "rename", f"sync {folder}"]
    steps.clear()
    files.keep(TAPE)
    assert steps == [f"sync {folder}"], "whoever wrote the file may have died before syncing it"
