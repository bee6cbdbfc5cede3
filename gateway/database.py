"""The SQLite file of the store: checked before it is touched, durable at every commit."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from gateway.evidence_files import FOLDER as EVIDENCE_FOLDER
from gateway.schema import Migration, check_version, migrate, version_of
from gateway.store_errors import StoreDamaged, StoreUnusable, store_errors

SETTINGS = ("synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000", "cache_size=-512")
"""Belong to the connection, so they are set at every opening; the timeout is in ms, the cache in
KiB: as much as the store of an evening has, and all that one of many evenings may fill."""

LEAST_DATABASE_BYTES = 512
"""The smallest page of SQLite; it takes a shorter file for an empty one."""

Value = str | int | bytes | None


class Database:
    """One connection, used by the one thread that opened it; sqlite3 itself enforces that."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._connection.row_factory = sqlite3.Row
        self.path = path

    @classmethod
    def look(cls, path: Path, migrations: tuple[Migration, ...]) -> Self:
        """Open the store at `path` read-only and check it; neither file nor log is changed.

        Raises StoreDamaged, StoreTooNew, or what `store_errors` names.
        """
        with store_errors(path):
            uri = f"{path.absolute().as_uri()}?mode=ro"
            with _closed_on_error(sqlite3.connect(uri, uri=True, isolation_level=None)) as looking:
                check_version(looking, path, migrations)
                _check_structure(looking, path)
        return cls(looking, path)

    @classmethod
    def open(cls, path: Path, migrations: tuple[Migration, ...]) -> Self:
        """Open the store at `path`, made if need be, and bring its schema up to date.

        Raises what `store_errors` names. Look at a store that exists before opening it.
        """
        with (
            store_errors(path),
            _closed_on_error(sqlite3.connect(path, isolation_level=None)) as connection,
        ):
            _configure(connection, path)
            migrate(connection, migrations)
        return cls(connection, path)

    @property
    def version(self) -> int:
        """Version of the schema; 0 where a crash came between making the file and filling it."""
        return version_of(self._connection)

    def close(self) -> None:
        """Close the connection; what was committed stays."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is executed inside, all or nothing; take the write lock before reading."""
        with store_errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            finally:
                # A full disk has SQLite roll back by itself, but not at every statement.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def execute(self, sql: str, *values: Value) -> int:
        """Run one statement; return how many rows it changed."""
        with store_errors(self.path):
            return self._connection.execute(sql, values).rowcount

    def rows(self, sql: str, *values: Value) -> Iterator[sqlite3.Row]:
        """Yield the rows of a query one by one; read them to the end before anything is written."""
        with store_errors(self.path):
            yield from self._connection.execute(sql, values)

    def first(self, sql: str, *values: Value) -> sqlite3.Row | None:
        """Return the first row of a query, if there is one."""
        with store_errors(self.path):
            row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return row


def instant_text(instant: datetime) -> str:
    """Return `instant` as it is stored; raise ValueError unless it is in UTC."""
    if instant.utcoffset() != timedelta(0):
        raise ValueError(f"{instant!r} is not in UTC")
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def instant_of(text: str) -> datetime:
    """Return the UTC instant that `instant_text` wrote."""
    return datetime.fromisoformat(text)


def store_exists(path: Path) -> bool:
    """Say whether there is a store at `path`; raise StoreDamaged where there was one.

    SQLite takes an absent or empty file for a new database, even beside a log full of commits.
    """
    with store_errors(path):
        if _size(path) >= LEAST_DATABASE_BYTES:
            return True
        if _size(path.with_name(path.name + "-wal")):
            raise StoreDamaged(path, "it is gone or empty, but its log is there")
        if any((path.parent / EVIDENCE_FOLDER).glob("??/*")):
            raise StoreDamaged(path, "it is gone or empty, but evidence is there")
    return False


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    with ExitStack() as undo:
        undo.callback(connection.close)
        yield connection
        undo.pop_all()


def _check_structure(connection: sqlite3.Connection, path: Path) -> None:
    problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise StoreDamaged(path, " ".join(problem.split()))
    orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
    if orphan is not None:
        raise StoreDamaged(path, f"a row of {orphan[0]} has lost its row in {orphan[2]}")


def _configure(connection: sqlite3.Connection, path: Path) -> None:
    for setting in SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise StoreUnusable(path, f"this file system allows journal mode {mode} only, not wal")
