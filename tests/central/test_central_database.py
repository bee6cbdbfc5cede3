"""The database: made once, upgraded, never replaced; and its tally is what the log says."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import IntegrityError, OperationalError

from central.database import DatabaseUnavailable, DatabaseUnusable, open_database
from central.recomputation import LogDisagrees, check_tally
from central.schema import metadata
from election.receipts import Verdict

if TYPE_CHECKING:
    from tests.central.conftest import Central, Gateway, MakeCentral

NOW = datetime(2026, 11, 4, 3, tzinfo=UTC)


def test_the_migrations_make_the_tables_that_the_code_uses(central: "Central") -> None:
    with central.database.reader.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_commit_is_on_the_disk_when_it_returns(central: "Central") -> None:
    with central.database.writer.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_reader_cannot_write(central: "Central") -> None:
    with (
        pytest.raises(OperationalError, match="readonly"),
        central.database.reader.begin() as connection,
    ):
        connection.exec_driver_sql("delete from log")


def test_a_file_that_is_no_database_is_left_as_it_is(central: "Central", tmp_path: Path) -> None:
    path = tmp_path / "damaged.sqlite"
    path.write_bytes(b"these are the totals of Pulaski County" * 100)
    before = path.read_bytes()
    with pytest.raises(DatabaseUnusable, match="newest good copy"):
        open_database(f"sqlite:///{path}", central.loaded, NOW)
    assert path.read_bytes() == before


@pytest.mark.parametrize("url", ["nonsense", "unheardof://host/totals", "mysql://host/totals"])
def test_a_database_url_that_leads_nowhere_is_refused_in_words(
    central: "Central", url: str
) -> None:
    with pytest.raises(DatabaseUnusable, match="`database` in the configuration cannot be used"):
        open_database(url, central.loaded, NOW)


def test_a_damaged_database_is_refused(make_central: "MakeCentral", tmp_path: Path) -> None:
    central = make_central(tmp_path)
    south = central.gateway()
    for ballots in range(1, 30):
        central.accept(south, south.issue("hillside", ballots=ballots))
    central.database.close()
    path = tmp_path / "central.sqlite"
    content = bytearray(path.read_bytes())
    for page in range(2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    path.write_bytes(content)
    with pytest.raises(DatabaseUnusable, match="newest good copy"):
        make_central(tmp_path)
    assert path.read_bytes() == content


def test_a_newer_database_is_refused(make_central: "MakeCentral", tmp_path: Path) -> None:
    make_central(tmp_path).database.close()
    with sqlite3.connect(tmp_path / "central.sqlite") as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    connection.close()
    with pytest.raises(DatabaseUnusable, match="newer Zerotape"):
        make_central(tmp_path)


def test_the_database_of_another_program_is_refused(central: "Central", tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("create table customers (name text)")
    connection.close()
    with pytest.raises(DatabaseUnusable, match="another program"):
        open_database(f"sqlite:///{path}", central.loaded, NOW)


def test_the_database_of_another_election_is_refused(
    make_central: "MakeCentral", tmp_path: Path
) -> None:
    make_central(tmp_path, "test").database.close()
    with pytest.raises(DatabaseUnusable, match="belongs to election sample-2026 in test mode"):
        make_central(tmp_path, "official")


def test_the_tally_survives_a_restart_and_equals_the_log(
    make_central: "MakeCentral", tmp_path: Path
) -> None:
    before = make_central(tmp_path)
    south = before.gateway()
    before.accept(south, south.issue("hillside"), south.issue("riverside"))
    shown = before.csv()
    before.database.close()
    after = make_central(tmp_path)
    computed = check_tally(after.database.reader)
    assert (computed.entries, set(computed.current)) == (
        2,
        {("hillside", "election-day"), ("riverside", "election-day")},
    )
    assert after.csv() == shown


@pytest.mark.parametrize(
    ("tampering", "words"),
    [
        ("update tally set votes = votes + 1 where contest = 101", "tally is not the one"),
        ("delete from tally where contest = 102", "tally is not the one"),
        ("delete from current_returns where log_index = 1", "current returns are not"),
        ("delete from current_returns; delete from log where log_index = 0", "entry 0 is missing"),
        ("update log set envelope = x'00' where log_index = 0", "entry 0 cannot be read"),
        (
            "update log set envelope = (select envelope from log where log_index = 1)",
            "entry 0 is not the one",
        ),
    ],
)
def test_whatever_is_changed_behind_our_back_is_found(
    central: "Central", south: "Gateway", tampering: str, words: str
) -> None:
    central.accept(south, south.issue("hillside"), south.issue("riverside"))
    check_tally(central.database.reader)
    with central.database.writer.begin() as connection:
        for statement in tampering.split(";"):
            connection.exec_driver_sql(statement)
    with pytest.raises(LogDisagrees, match=words):
        check_tally(central.database.reader)


def test_a_number_or_payload_can_never_stand_in_the_log_twice(
    central: "Central", south: "Gateway"
) -> None:
    central.accept(south, south.issue("hillside"))
    with (
        pytest.raises(IntegrityError, match="UNIQUE"),
        central.database.writer.begin() as connection,
    ):
        connection.exec_driver_sql(
            "insert into log select 1, payload_sha256, key_id, 2, count_center, precinct, "
            "counting_group, kind, received_at, route, envelope from log"
        )


def test_a_failed_batch_keeps_nothing_and_the_next_attempt_keeps_all(
    central: "Central", south: "Gateway"
) -> None:
    envelopes = [south.issue("hillside"), south.issue("riverside")]
    with central.database.writer.begin() as connection:
        connection.exec_driver_sql(
            "create trigger full before insert on tally when new.precinct = 'riverside' "
            "begin select raise(abort, 'disk full'); end"
        )
    with pytest.raises(DatabaseUnavailable, match="disk full"):
        central.accept(south, *envelopes)
    assert central.log() == []
    assert central.totals.overview().log_size == 0
    with central.database.writer.begin() as connection:
        connection.exec_driver_sql("drop trigger full")
    assert {r.verdict for r in central.accept(south, *envelopes)} == {Verdict.ACCEPTED}
