"""What every test is held to, and what most of them need."""

import asyncio
import gc
import inspect
import os
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from simulators.brokers import BrokerKind, LocalBroker, best_broker

ROOT = Path(__file__).parents[1]

REQUIRE_ALL = os.environ.get("ZT_REQUIRE_ALL") == "1"
"""In CI nothing that can be had may be missing."""


def pytest_collection_finish() -> None:
    """Let the collector leave alone what is loaded by now: it would walk it during every test."""
    gc.collect()
    gc.freeze()


@pytest_asyncio.fixture
async def no_stray_tasks_in_the_loop() -> AsyncIterator[None]:
    """Fail a test that leaves an asyncio task running."""
    before = asyncio.all_tasks()
    yield
    left = [task for task in asyncio.all_tasks() - before if task is not asyncio.current_task()]
    assert not left, f"tasks left: {[task.get_name() for task in left]}"


@pytest.fixture(autouse=True)
def no_stray_resources() -> Iterator[None]:
    """Fail a test that leaves a thread, a child process or an open file behind."""
    process = psutil.Process()
    threads = set(threading.enumerate())
    children = _descendants()
    files = process.num_fds()
    yield
    stray_threads = [t.name for t in threading.enumerate() if t not in threads and t.is_alive()]
    assert not stray_threads, f"threads left: {stray_threads}"
    stray = _descendants() - children
    assert not stray, f"processes left: {stray}"
    assert process.num_fds() <= files, f"files left: {_open_files()}"


@pytest.fixture(autouse=True)
def no_stray_tasks(request: pytest.FixtureRequest, no_stray_resources: None) -> None:
    """Look for tasks of an asynchronous test; its loop ends before its threads are looked for."""
    if inspect.iscoroutinefunction(request.function):
        request.getfixturevalue("no_stray_tasks_in_the_loop")


def _descendants() -> set[psutil.Process]:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return set()  # as for nearly all tests, without a look at every process of the machine
    return set(psutil.Process().children(recursive=True))


@pytest.fixture(scope="session")
def real() -> Path:
    """Return the folder with real election records; skip without it, or fail in CI.

    They are public, but too large for the repository; ZT_REAL names another place.
    """
    folder = Path(os.environ.get("ZT_REAL", ROOT / "../shared/real"))
    if not folder.is_dir():
        reason = f"no real records in {folder}: set ZT_REAL to their folder"
        if REQUIRE_ALL:
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def broker_kind() -> BrokerKind:
    """Return the broker that the tests use: Mosquitto, or the one from pip where it is absent."""
    kind = best_broker()
    if REQUIRE_ALL:
        assert kind == "mosquitto", "ZT_REQUIRE_ALL=1, and Mosquitto is not installed"
    return kind


@pytest.fixture
def broker(tmp_path: Path, broker_kind: BrokerKind) -> Iterator[LocalBroker]:
    """Yield a running broker of this test's own."""
    folder = tmp_path / "broker"
    folder.mkdir()
    with LocalBroker(folder, broker_kind) as running:
        yield running


def _open_files() -> list[str]:
    links = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            links.append(f"{link.name} -> {link.readlink()}")
        except OSError:
            continue
    return links
