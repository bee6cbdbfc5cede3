"""The schema of the store: numbered SQL files, each applied once, in one transaction."""

import sqlite3
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from gateway.store_errors import StoreDamaged, StoreTooNew

PACKAGE = "gateway.migrations"


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema; `version` counts from 1 without gaps."""

    version: int
    name: str
    sql: str


def known_migrations() -> tuple[Migration, ...]:
    """Return the migrations of this software, `0001_name.sql` first."""
    scripts = sorted(
        (entry for entry in files(PACKAGE).iterdir() if entry.name.endswith(".sql")),
        key=lambda entry: entry.name,
    )
    found = tuple(Migration(int(s.name[:4]), s.name, s.read_text("utf-8")) for s in scripts)
    if [migration.version for migration in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"migrations are not numbered from 1 without gaps: {found}")
    return found


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version of the schema in this store, 0 for an empty one."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def check_version(
    connection: sqlite3.Connection, path: Path, migrations: tuple[Migration, ...]
) -> None:
    """Raise StoreTooNew, or StoreDamaged where there are tables without a version."""
    version = version_of(connection)
    if version > len(migrations):
        raise StoreTooNew(path, version, len(migrations))
    if version < 1 and connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        raise StoreDamaged(path, f"it holds tables but says version {version}")


def migrate(connection: sqlite3.Connection, migrations: tuple[Migration, ...]) -> None:
    """Apply the migrations that this store has not seen, each in one transaction.

    After an error the connection is to be closed: that rolls the failed one back.
    """
    for migration in migrations[version_of(connection) :]:
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{migration.sql}\n"
            f"PRAGMA user_version = {migration.version};\nCOMMIT;"
        )
