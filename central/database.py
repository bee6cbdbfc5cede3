"""Opening the database: one engine that writes, one that reads, and migrations before either.

A damaged database, a newer one and one of another election stop the start; none is ever made
anew by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, SQLAlchemyError

from central.config import CentralSettings
from central.schema import election
from election.definition_file import LoadedDefinition
from election.errors import Transient, ZerotapeError

SQLITE_SETTINGS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
)
BEGIN = {"write": "BEGIN IMMEDIATE", "read": "BEGIN"}


class DatabaseUnusable(ZerotapeError):
    """The database must not be used as it is; the text names the remedy."""


class DatabaseUnavailable(Transient):
    """The database did not take a transaction; nothing of it was kept."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"The database cannot be used at the moment: {detail}. It is tried again; look for a "
            "full disk, or for another program that holds it."
        )


@dataclass(frozen=True)
class Database:
    """The two engines of one database. The writer belongs to one thread at a time."""

    writer: Engine
    reader: Engine

    def close(self) -> None:
        """Close every connection."""
        self.writer.dispose()
        self.reader.dispose()


def open_database(url: str, loaded: LoadedDefinition, now: datetime) -> Database:
    """Open the database of this election at `url`, upgraded; make it when there is none.

    Raises DatabaseUnusable.
    """
    try:
        database = Database(_engine(url, "write"), _engine(url, "read"))
    except (ArgumentError, ImportError) as error:
        raise DatabaseUnusable(
            f"`database` in the configuration cannot be used: {error}. Correct the URL, install "
            "its driver, or leave it out: then central keeps an SQLite file in `state`."
        ) from error
    try:
        _check_health(database.writer)
        _upgrade(database.writer)
        _check_election(database.writer, loaded, now)
    except DatabaseError as error:
        database.close()
        raise DatabaseUnusable(
            f"The database {_shown(url)} cannot be read: {error.orig}. Keep the file, put the "
            "newest good copy in its place and start again; gateways send again what is missing."
        ) from error
    except ZerotapeError:
        database.close()
        raise
    return database


def open_configured_database(settings: CentralSettings, loaded: LoadedDefinition) -> Database:
    """Open the database that `settings` name; make its folder; raise DatabaseUnusable."""
    try:
        settings.state.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnusable(
            f"The state folder {settings.state} cannot be made: {error.strerror}. Name another "
            "one, or let the service's user write there."
        ) from error
    return open_database(settings.database_url, loaded, datetime.now(UTC))


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn what SQLAlchemy raises during a transaction into DatabaseUnavailable."""
    try:
        yield
    except SQLAlchemyError as error:
        detail = getattr(error, "orig", None) or error
        raise DatabaseUnavailable(f"{type(detail).__name__}: {detail}") from error


def migration_config(connection: Connection) -> Config:
    """Return the Alembic configuration of our migrations over `connection`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _engine(url: str, access: Literal["write", "read"]) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, isolation_level="SERIALIZABLE")
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401  # DBAPI connection
        connection.isolation_level = None  # sqlite3 must not begin transactions by itself
        for setting in (*SQLITE_SETTINGS, f"query_only={access == 'read'}"):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(BEGIN[access])  # a writer takes its lock before it reads

    return engine


def _check_health(writer: Engine) -> None:
    if writer.dialect.name != "sqlite":
        return
    with writer.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check").scalar()
    if found != "ok":
        raise DatabaseUnusable(
            f"The database {_shown(str(writer.url))} is damaged: {found}. Keep the file, put the "
            "newest good copy in its place and start again; gateways send again what is missing."
        )


def _upgrade(writer: Engine) -> None:
    with writer.begin() as connection:
        config = migration_config(connection)
        present = MigrationContext.configure(connection).get_current_revision()
        scripts = ScriptDirectory.from_config(config)
        if present == scripts.get_current_head():
            return
        if present is None and inspect(connection).get_table_names():
            raise DatabaseUnusable(
                f"{_shown(str(writer.url))} holds the tables of another program. Give central a "
                "database of its own."
            )
        if present not in {None, *(script.revision for script in scripts.walk_revisions())}:
            raise DatabaseUnusable(
                f"The database {_shown(str(writer.url))} was made by a newer Zerotape (schema "
                f"{present}). Start the newer version, or use the copy made before the upgrade."
            )
        command.upgrade(config, "head")


def _check_election(writer: Engine, loaded: LoadedDefinition, now: datetime) -> None:
    mine = {
        "election": loaded.definition.election,
        "definition_sha256": loaded.sha256,
        "mode": loaded.definition.mode.value,
    }
    with writer.begin() as connection:
        row = connection.execute(
            select(election.c.election, election.c.definition_sha256, election.c.mode)
        ).one_or_none()
        if row is None:
            connection.execute(insert(election).values(id=1, opened_at=now, **mine))
        elif row._asdict() != mine:
            raise DatabaseUnusable(
                f"The database belongs to election {row.election} in {row.mode} mode, definition "
                f"{row.definition_sha256[:16]}; the configured definition is {mine['election']} "
                f"in {mine['mode']} mode, {loaded.sha256[:16]}. Name the right definition, or a "
                "new state folder."
            )


def _shown(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)
