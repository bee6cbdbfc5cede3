"""How fast `zerotape gateway run` is ready, and how much memory it keeps.

Run: python -m bench.gateway_footprint. The floor, measured in turn, is an interpreter that only
imports what any such daemon imports: aiomqtt, pydantic and fastapi.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

from election.definition_file import definition_bytes
from simulators.brokers import best_broker
from simulators.county import County
from simulators.election_night import plan_night
from simulators.services import Service
from simulators.small_election import small_election

ROUNDS = 5
PRECINCTS = 50
"""Each prints a zero tape and a results tape."""
CENTER = "north"
PATIENCE_S = 60.0
FLOOR = "import aiomqtt, pydantic, fastapi; print(open('/proc/self/status').read())"
NOTIFY_SOCKET = f"zerotape-bench-{os.getpid()}"


def main() -> None:
    """Measure alternating starts, then memory; print medians and ratios."""
    with tempfile.TemporaryDirectory(prefix="zerotape-bench-") as folder:
        content = definition_bytes(small_election(PRECINCTS, [CENTER]))
        county = County(Path(folder), content, best_broker())
        county.set_up()
        starts, floors = started(county)
        idle, worked = memory(county)
    floor_s = median(seconds for seconds, _ in floors)
    floor_kb = median(kilobytes for _, kilobytes in floors)
    print(f"medians of {ROUNDS} alternating starts; {2 * PRECINCTS} tapes")
    print(f"{'':28}{'gateway':>10}{'floor':>10}{'ratio':>8}")
    for name, value, floor, unit in (
        ("start until READY=1", median(starts), floor_s, "s"),
        ("memory, idle", idle / 1024, floor_kb / 1024, "MB"),
        (f"memory, after {2 * PRECINCTS} tapes", worked / 1024, floor_kb / 1024, "MB"),
    ):
        print(f"{name:28}{value:7.2f} {unit:2}{floor:7.2f} {unit:2}{value / floor:8.2f}")


def started(county: County) -> tuple[list[float], list[tuple[float, int]]]:
    """Return the seconds of every start, and seconds and kilobytes of the floor's."""
    gateway = county.gateways[CENTER]
    starts, floors = [], []
    for _ in range(ROUNDS):
        starts.append(start_seconds(gateway))
        gateway.stop()
        floors.append(floor_start())
    return starts, floors


def start_seconds(gateway: Service) -> float:
    """Start `gateway` and return the seconds until it says READY=1, as systemd hears it."""
    with systemd() as listening:
        gateway.environment = {"NOTIFY_SOCKET": f"@{NOTIFY_SOCKET}"}
        began = perf_counter()
        gateway.start()
        message = listening.recv(100)
        took = perf_counter() - began
    assert message == b"READY=1", message
    assert gateway.answers()
    return took


def floor_start() -> tuple[float, int]:
    """Return seconds and resident kilobytes of an interpreter with the imports alone."""
    began = perf_counter()
    done = subprocess.run([sys.executable, "-c", FLOOR], capture_output=True, text=True, check=True)
    return perf_counter() - began, _resident_kb(done.stdout)


def memory(county: County) -> tuple[int, int]:
    """Return the resident kilobytes of a connected gateway, idle and when all tapes are in."""
    gateway = county.gateways[CENTER]
    gateway.environment = {}
    plan = plan_night(county.loaded.definition, county.loaded.sha256, seed=1)
    county.start()
    try:
        _wait_until(gateway, "connected", True)
        idle = resident_kb(gateway)
        plan.write_tapes(county.folder / "night")
        for tape in (county.folder / "night" / CENTER).iterdir():
            tape.replace(county.drop_folder(CENTER) / tape.name)
        _wait_until(gateway, "outbox_confirmed", PRECINCTS)
        return idle, resident_kb(gateway)
    finally:
        county.stop()


def resident_kb(gateway: Service) -> int:
    """Return the resident memory of the process, in kilobytes."""
    return _resident_kb(Path(f"/proc/{gateway.pid}/status").read_text())


@contextmanager
def systemd() -> Iterator[socket.socket]:
    """Listen as systemd does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{NOTIFY_SOCKET}")
        listening.settimeout(PATIENCE_S)
        yield listening


def _wait_until(gateway: Service, key: str, value: object) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while (found := gateway.ask("/api/overview")[key]) != value:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{key} is still {found}, not {value}")
        time.sleep(0.1)


def _resident_kb(status: str) -> int:
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1])


if __name__ == "__main__":
    main()
