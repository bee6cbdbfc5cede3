"""Evidence on disk: every capture's bytes, in a file named by their SHA-256, kept for ever.

`<state>/evidence/ab/abcdef...` is accepted evidence: written whole, synced, never changed.
`<state>/evidence/incoming/` holds what is being written; `<state>/evidence/unfinished/` what
a crash left of it, for people who want to look. Nothing here ever deletes evidence.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from typing import Self

import structlog

from election.errors import Transient, ZerotapeError
from gateway.crash_points import CrashPoint
from gateway.disk import NO_ROOM, free_bytes, make_folder, sync_folder
from runtime.crash_points import CrashPoints

FOLDER = "evidence"
FILE_MODE = 0o440
NAME = re.compile(r"[0-9a-f]{64}")


class EvidenceFull(Transient):
    """There is no room for more evidence; what is stored stays readable."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The disk is full: {folder} takes no more evidence. Make room on this disk, but"
            " never in the state directory; nothing is lost: the device keeps it."
        )
        self.folder = folder


class EvidenceDamaged(ZerotapeError):
    """An evidence file is not what its name says."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The evidence file {path} is damaged: {reason}. Move it out of the folder, keep it,"
            " call a supervisor, and read the device again."
        )
        self.path = path
        self.reason = reason


class EvidenceUnusable(ZerotapeError):
    """The disk refuses to read or write evidence, and not for want of room."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"The evidence in {folder} cannot be read or written: {reason}. Check the disk and"
            " its permissions, then start again; nothing is lost: the device keeps it."
        )
        self.folder = folder
        self.reason = reason


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """Proof that these bytes are durable: only `EvidenceFiles.keep` hands it out."""

    sha256: str
    size: int
    """Bytes."""


class EvidenceFiles:
    """The files of one state directory; safe to call from several threads."""

    def __init__(self, folder: Path, *, reserve_bytes: int, crash_points: CrashPoints) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._unfinished = folder / "unfinished"
        self._reserve_bytes = reserve_bytes
        self._crash_points = crash_points

    @classmethod
    def open(cls, state: Path, *, reserve_bytes: int, crash_points: CrashPoints) -> Self:
        """Open the evidence below the directory `state`, whose store is open (and so locked).

        `reserve_bytes` of the disk stay free for the store. What a crash left unfinished is
        set aside: it was never accepted. Raises EvidenceFull or EvidenceUnusable.
        """
        files = cls(state / FOLDER, reserve_bytes=reserve_bytes, crash_points=crash_points)
        with evidence_errors(files._folder):
            for folder in (files._folder, files._incoming, files._unfinished):
                make_folder(folder)
            files._set_leftovers_aside()
        return files

    def keep(self, content: bytes) -> EvidenceFile:
        """Return once `content` survives a power cut; the same content twice is one file.

        Raises EvidenceFull, EvidenceUnusable, or EvidenceDamaged when the file that is already
        there is not what its name says.
        """
        digest = sha256(content).hexdigest()
        path = self._path(digest)
        with evidence_errors(self._folder):
            if path.exists():
                self.read(digest)
            else:
                self._write(path, content)
            # Also for a file that was there: whoever wrote it may have died before this point.
            sync_folder(path.parent)
        self._crash_points.reached(CrashPoint.EVIDENCE_FILE_WRITTEN)
        return EvidenceFile(digest, len(content))

    def read(self, digest: str) -> bytes:
        """Return the bytes whose SHA-256 is `digest`; raise EvidenceDamaged or EvidenceUnusable."""
        path = self._path(digest)
        with evidence_errors(self._folder):
            try:
                content = path.read_bytes()
            except FileNotFoundError as error:
                raise EvidenceDamaged(path, "it is not there") from error
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                raise EvidenceDamaged(path, "the disk cannot read it any more") from error
        if sha256(content).hexdigest() != digest:
            raise EvidenceDamaged(path, "its content does not have the SHA-256 of its name")
        return content

    def kept(self) -> Iterator[str]:
        """Return the SHA-256 of every file, by name only, in no order; others are not ours."""
        for path in self._folder.glob("??/*"):
            if NAME.fullmatch(path.name):
                yield path.name

    def free_bytes(self) -> int:
        """Return how much more this disk takes, for a process without privileges, in bytes."""
        with evidence_errors(self._folder):
            return free_bytes(self._folder)

    def _path(self, digest: str) -> Path:
        if not NAME.fullmatch(digest):
            raise ValueError(f"{digest[:80]!r} is no SHA-256")
        return self._folder / digest[:2] / digest

    def _write(self, path: Path, content: bytes) -> None:
        if self.free_bytes() - len(content) < self._reserve_bytes:
            raise EvidenceFull(self._folder)
        make_folder(path.parent)
        descriptor, name = mkstemp(dir=self._incoming)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fchmod(descriptor, FILE_MODE)
                os.fsync(descriptor)
            Path(name).rename(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _set_leftovers_aside(self) -> None:
        for leftover in self._incoming.iterdir():
            aside = leftover.rename(self._unfinished / leftover.name)
            structlog.get_logger(__name__).warning(
                "unfinished evidence set aside: it was never accepted, read the device again",
                path=str(aside),
                size=aside.stat().st_size,
            )


@contextmanager
def evidence_errors(folder: Path) -> Iterator[None]:
    """Turn what the file system raises into EvidenceFull or EvidenceUnusable."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise EvidenceFull(folder) from error
        raise EvidenceUnusable(folder, error.strerror or str(error)) from error
