"""Counties for the tests with real processes, and looks at what they keep."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from election.definition_file import definition_bytes
from simulators.brokers import BrokerKind
from simulators.county import County
from simulators.small_election import small_election

PATIENCE_S = 30.0

Rows = Callable[[Path, str], list[tuple[Any, ...]]]
Until = Callable[[Callable[[], bool], str], None]


@pytest.fixture
def county(tmp_path: Path, broker_kind: BrokerKind) -> County:
    """Return a county of one center, `north`, and one precinct, `p-1`; nothing runs yet."""
    return County(tmp_path, definition_bytes(small_election(1, ["north"])), broker_kind)


@pytest.fixture(scope="module")
def ready_made(tmp_path_factory: pytest.TempPathFactory, broker_kind: BrokerKind) -> County:
    """Return such a county with its keys and configurations, for tests that start parts of it."""
    folder = tmp_path_factory.mktemp("county")
    made = County(folder, definition_bytes(small_election(1, ["north"])), broker_kind)
    made.set_up()
    return made


@pytest.fixture(scope="session")
def rows() -> Rows:
    """Return `rows(store, query)`, which only reads; a store that is not there yet has none."""

    def ask(store: Path, query: str) -> list[tuple[Any, ...]]:
        if not store.exists():
            return []
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()

    return ask


@pytest.fixture(scope="session")
def until() -> Until:
    """Return `until(condition, what)`, which polls and fails with `what` after PATIENCE_S."""

    def poll(condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"not within {PATIENCE_S:.0f} s: {what}")
            time.sleep(0.02)

    return poll
