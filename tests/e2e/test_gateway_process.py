"""The gateway as systemd and its operator see it: signals, exit status, words, a full disk."""

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.store import GatewayStore
from runtime.crash_points import CrashPoints
from simulators.county import County
from simulators.election_night import plan_night
from simulators.playing import reader_present
from simulators.printer_line import PrinterLine
from simulators.services import Service

STOPS_WITHIN_S = 5.0
BURST = 20
"""Times that zero tape and results tape are printed without a pause."""
SMALL_DISK_BYTES = 4 * 1024 * 1024
REQUIRE_ALL = os.environ.get("ZT_REQUIRE_ALL") == "1"

Rows = Callable[[Path, str], list[tuple[Any, ...]]]
Until = Callable[[Callable[[], bool], str], None]
MakeGateway = Callable[..., Service]


@pytest.fixture
def make_gateway(ready_made: County, request: pytest.FixtureRequest) -> Iterator[MakeGateway]:
    """Return `make(state)`: a gateway with that state directory. No broker runs: no fault."""
    made: list[Service] = []

    def make(state: str, **changes: str) -> Service:
        number = len(made)
        config = ready_made.folder / f"{request.node.name}-{number}.toml"
        text = (ready_made.folder / "north.toml").read_text()
        for old, new in {'state = "north-state"': f'state = "{state}"', **changes}.items():
            assert old in text
            text = text.replace(old, new)
        config.write_text(text)
        service = Service(
            name="north",
            group="gateway",
            config=config,
            state=ready_made.folder / state,
            log=config.with_suffix(".log"),
        )
        made.append(service)
        return service

    yield make
    for service in made:
        service.kill()


@pytest.fixture
def systemd() -> Iterator[socket.socket]:
    """Yield the socket on which systemd listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0zerotape-test-{os.getpid()}")
        listening.settimeout(30)
        yield listening


def test_systemd_hears_when_it_is_ready_alive_and_stopping(
    make_gateway: MakeGateway, systemd: socket.socket
) -> None:
    gateway = make_gateway("systemd-state")
    gateway.environment = {
        "NOTIFY_SOCKET": f"@zerotape-test-{os.getpid()}",
        "WATCHDOG_USEC": "400000",
    }
    gateway.start()
    assert systemd.recv(100) == b"READY=1"
    assert gateway.answers()
    assert [systemd.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3

    assert gateway.pid is not None
    os.kill(gateway.pid, signal.SIGTERM)
    stopped = time.monotonic()
    while (message := systemd.recv(100)) == b"WATCHDOG=1":
        pass
    assert message == b"STOPPING=1"
    assert gateway.wait() == 0
    assert time.monotonic() - stopped < STOPS_WITHIN_S
    assert '"event": "stopping"' in gateway.log.read_text()
    assert "Traceback" not in gateway.log.read_text()


def test_ctrl_c_ends_it_as_well(make_gateway: MakeGateway) -> None:
    gateway = make_gateway("interrupted-state")
    gateway.start()
    gateway.wait_until_ready()
    assert gateway.stop(signal.SIGINT) == 0
    assert "Traceback" not in gateway.log.read_text()


def test_a_stop_in_the_middle_of_a_burst_keeps_everything_that_was_printed(
    make_gateway: MakeGateway, ready_made: County, rows: Rows
) -> None:
    loaded = ready_made.loaded
    reports = plan_night(loaded.definition, loaded.sha256, seed=7).jobs * BURST
    gateway = make_gateway("burst-state")

    async def print_all(line: PrinterLine) -> None:
        await reader_present(line)
        for report in reports:
            assert await line.print_out(report.wire) == len(report.wire)

    with PrinterLine(ready_made.printer_line("north")) as line:
        gateway.start()
        gateway.wait_until_ready()
        asyncio.run(print_all(line))
        assert line.unread() > 0, "the printer was no faster than the gateway: raise BURST"
        assert gateway.stop() == 0
    captures = "SELECT ending, count(*) FROM captures GROUP BY ending"
    assert rows(gateway.state / "gateway.sqlite", captures) == [("whole", len(reports))]
    assert "may not have been kept" not in gateway.log.read_text()


def test_a_damaged_store_is_not_touched_and_the_message_says_what_to_do(
    make_gateway: MakeGateway,
) -> None:
    gateway = make_gateway("damaged-state")
    with GatewayStore.open(gateway.state, CrashPoints()):
        pass
    store = gateway.state / "gateway.sqlite"
    content = bytearray(store.read_bytes())
    content[100:612] = bytes(range(256)) * 2  # within the list of tables
    store.write_bytes(content)

    gateway.start()
    assert gateway.wait() == 1
    words = gateway.log.read_text()
    assert f"zerotape: The gateway's store {store} is damaged" in words
    assert "copy the whole state directory" in words
    assert "Traceback" not in words
    assert store.read_bytes() == content


def test_a_second_daemon_on_the_same_state_directory_ends_and_the_first_goes_on(
    make_gateway: MakeGateway, ready_made: County
) -> None:
    first, second = make_gateway("shared-state"), make_gateway("shared-state")
    second.state = ready_made.folder  # where it would look for an address, and unlink it
    first.start()
    first.wait_until_ready()
    second.start()
    assert second.wait() == 1
    words = second.log.read_text()
    assert f"zerotape: Another gateway is running in {first.state}" in words
    assert "Traceback" not in words
    assert first.answers()


def test_a_port_that_is_taken_is_named(make_gateway: MakeGateway) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        gateway = make_gateway("no-port-state", **{"[web]\nport = 0": f"[web]\nport = {port}"})
        gateway.start()
        assert gateway.wait() == 1
    words = gateway.log.read_text()
    assert f"zerotape: 127.0.0.1:{port} cannot be used for the pages" in words
    assert "Traceback" not in words


class SmallDisk:
    """A file system of 4 MiB, with a file of ballast that fills it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._ballast = root / "ballast"

    def fill(self) -> None:
        disk = os.statvfs(self.root)
        self._ballast.write_bytes(bytes(disk.f_bavail * disk.f_frsize))

    def make_room(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def disk(ready_made: County) -> Iterator[SmallDisk]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    root = ready_made.folder / "small-disk"
    root.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", str(root)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        if REQUIRE_ALL:
            pytest.fail(f"no small disk: {mounted.stderr}")
        pytest.skip(f"this machine lets not even root mount a small disk: {mounted.stderr}")
    try:
        yield SmallDisk(root)
    finally:
        subprocess.run(["umount", str(root)], check=True)


def test_on_a_full_disk_nothing_is_lost_the_clerk_is_told_and_it_goes_on_by_itself(
    disk: SmallDisk, make_gateway: MakeGateway, ready_made: County, rows: Rows, until: Until
) -> None:
    loaded = ready_made.loaded
    zero, results = plan_night(loaded.definition, loaded.sha256, seed=7).jobs
    gateway = make_gateway("small-disk/state")
    drop = ready_made.drop_folder("north")
    gateway.start()
    gateway.wait_until_ready()
    until(lambda: state_of(gateway, "drop") == "serving", "the drop folder is watched")

    disk.fill()
    (drop / "results.tape").write_bytes(results.wire)
    until(lambda: state_of(gateway, "drop") == "waiting", "the clerk sees that something waits")
    [device] = [d for d in gateway.ask("/api/overview")["devices"] if d["name"] == "drop"]
    assert "The disk is full" in device["message"]
    assert "Make room on this disk" in device["message"]
    assert (drop / "results.tape").read_bytes() == results.wire
    assert gateway.ask("/health") == {"silent_tasks": []}

    disk.make_room()
    until(lambda: not (drop / "results.tape").exists(), "the tape is taken")
    (drop / "zero.tape").write_bytes(zero.wire)
    store = gateway.state / "gateway.sqlite"
    released = "SELECT precinct, state FROM outbox"
    until(lambda: rows(store, released) == [("p-1", "waiting")], "the precinct is released")
    assert rows(store, "SELECT count(*) FROM captures") == [(2,)]
    assert state_of(gateway, "drop") == "serving"
    assert gateway.stop() == 0


def state_of(gateway: Service, device: str) -> str:
    states = {entry["name"]: entry["state"] for entry in gateway.ask("/api/overview")["devices"]}
    return str(states.get(device, "unknown"))
