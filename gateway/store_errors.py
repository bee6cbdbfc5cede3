"""What can be wrong with the gateway's store, and what the operator does about it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from election.errors import Transient, ZerotapeError
from gateway.disk import NO_ROOM, free_bytes

LEAST_FREE_BYTES = 1024 * 1024
"""Below this SQLite has no room for its write-ahead log, and says so in several ways."""


class StoreDamaged(ZerotapeError):
    """The store cannot be trusted any more; it stays exactly as it is."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The gateway's store {path} is damaged: {reason}. Stop here and copy the whole state"
            " directory to another disk, as it is; the evidence files are intact. Then make a new"
            " key, have it enrolled in place of the old one, start with a new, empty state"
            " directory and hand it the evidence files again."
        )
        self.path = path
        self.reason = reason


class StoreTooNew(ZerotapeError):
    """A newer gateway has worked on this store."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            f"The gateway's store {path} has version {found}; this software knows up to {known}."
            " Start the newer version of Zerotape again; the store was not touched."
        )
        self.path = path
        self.found = found
        self.known = known


class StoreInUse(ZerotapeError):
    """Another daemon works in this state directory."""

    def __init__(self, state: Path) -> None:
        super().__init__(
            f"Another gateway is running in {state}. Stop it first, or give this one a state"
            " directory and a key of its own."
        )
        self.state = state


class StoreFull(Transient):
    """There is no room for more rows; what is stored stays readable."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The disk is full: the gateway's store {path} takes no more rows. Make room on this"
            " disk, but never in the state directory; nothing is lost, and it goes on by itself."
        )
        self.path = path


class StoreBusy(Transient):
    """Another program holds the lock of the store."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Another program has locked the gateway's store {path}. Close it; nothing is lost,"
            " and the gateway goes on by itself."
        )
        self.path = path


class StoreUnusable(ZerotapeError):
    """The disk refuses to read or write the store, and not for want of room."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The gateway's store {path} cannot be read or written: {reason}. Check the disk, its"
            " permissions and quota, then start again; what was stored stays stored."
        )
        self.path = path
        self.reason = reason


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turn what the operating system and SQLite say of the disk into one of the errors above.

    A violated constraint, a wrong statement, a wrong thread pass: the program is at fault.
    """
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        # The sqlite3 module's own error has no name: text that is not UTF-8 any more.
        name = getattr(error, "sqlite_errorname", "SQLITE_CORRUPT")
        if name == "SQLITE_ERROR":
            raise
        raise _translated(path, error, name) from error
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StoreFull(path) from error
        raise StoreUnusable(path, error.strerror or str(error)) from error


def _translated(path: Path, error: sqlite3.DatabaseError, name: str) -> ZerotapeError:
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreDamaged(path, str(error))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(path)
    if name == "SQLITE_FULL":
        return StoreFull(path)
    # Without room for its log or index, SQLite also reports I/O errors and "unable to open".
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")) and (
        free_bytes(path.parent) < LEAST_FREE_BYTES
    ):
        return StoreFull(path)
    return StoreUnusable(path, f"{error} ({name})")
