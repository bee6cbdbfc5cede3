"""Every device plugged in, read and unplugged again and again at one daemon: nothing grows.

The whole gateway daemon runs in a process of its own, with its store, its parsers, its page and a
broker with central behind it; only the devices are simulated. `make cycles` does 1,000 cycles;
ZEROTAPE_PLUG_CYCLES says how many the suite does.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from simulators.brokers import BrokerKind
from simulators.county import County
from simulators.sample import sample_definition_bytes

pytestmark = pytest.mark.xdist_group("loop devices")

CHILD = Path(__file__).with_name("plug_cycles_child.py")
ROOT = Path(__file__).parents[2]
CYCLES = int(os.environ.get("ZEROTAPE_PLUG_CYCLES", "25"))
"""25 at least: within the first fifth every one of five tapes is printed."""
LONGEST_S = 60 + CYCLES * 2
REQUIRE_ALL = os.environ.get("ZT_REQUIRE_ALL") == "1"

MAY_GROW = {"descriptors": 0, "threads": 0, "tasks": 0, "objects": 400, "resident_kib": 2 * 1024}
"""From the first fifth to the end, whatever the number of cycles. Objects are those that the
collector follows; a leak of one a cycle and device would be 4,000 in 1,000 cycles. Memory: less
than 3 KiB a cycle; the first 20 or so cost about 800 KiB, and SQLite's cache ends at 512."""

FIRST, SECOND = "lewis-and-clark.pct-01", "lewis-and-clark.pct-02"
VOTER_PEB = "299901"

DEVICES = """\
[[devices]]
name = "printer"
driver = "print-line"
settings = {{ url = "{folder}/printer", idle_s = {idle_s} }}

[[devices]]
name = "cradle"
driver = "peb-cradle"
settings = {{ url = "{folder}/cradle", poll_s = 0.03 }}

[[devices]]
name = "reader"
driver = "usb-storage"
settings = {{ match = {{ serial = "CF-1" }}, poll_s = 0.03 }}

[[devices]]
name = "slot"
driver = "pc-card"
settings = {{ path = "{folder}/card.img", poll_s = 0.05 }}
"""
STICK = """
[[devices]]
name = "stick"
driver = "block-device"
settings = {{ path = "{folder}/sdz", poll_s = 0.03 }}
"""

KEPT = "SELECT device, ending, count(*) FROM captures GROUP BY device, ending"
TIMES = "SELECT count(*) FROM captures GROUP BY evidence"
NOT_READ = "SELECT sha256, problem FROM evidence_seen WHERE read_at IS NULL OR problem <> ''"
NOT_PLACED = "SELECT sha256 FROM evidence WHERE sha256 NOT IN (SELECT evidence FROM placements)"
CAME_AGAIN = re.compile(r"came in (\d+) times with the same values")

Rows = Callable[[Path, str], list[tuple[Any, ...]]]


@pytest.mark.timeout(LONGEST_S + 30)
def test_devices_that_come_and_go_leave_nothing_behind(
    tmp_path: Path, broker_kind: BrokerKind, rows: Rows
) -> None:
    has_loop = bool(shutil.which("losetup")) and not os.geteuid()
    assert has_loop or not REQUIRE_ALL
    devices = DEVICES + STICK * has_loop
    with central_and_broker(County(tmp_path, definition(), broker_kind, devices=devices)) as county:
        first, last = visited(county)
    print(first, last, sep="\n")  # `make cycles` shows it
    store = tmp_path / "helena-state" / "gateway.sqlite"
    names = ["cradle", "printer", "reader", "slot", *["stick"] * has_loop]
    assert rows(store, KEPT) == [(name, "whole", CYCLES) for name in names]
    assert (rows(store, NOT_READ), rows(store, NOT_PLACED)) == ([], [])
    assert times_at_the_desk(store, rows) == Counter(n for (n,) in rows(store, TIMES))
    assert rows(store, "SELECT precinct, state FROM outbox") == [(FIRST, "confirmed")]

    grown = {name: last["held"][name] - first["held"][name] for name in MAY_GROW}
    assert {name: more for name, more in grown.items() if more > MAY_GROW[name]} == {}


def definition() -> bytes:
    """Return two small precincts whose totals come from media; every site has one terminal."""
    sample = json.loads(sample_definition_bytes())
    sample["precincts"] = [each for each in sample["precincts"] if each["id"] in (FIRST, SECOND)]
    for precinct in sample["precincts"]:
        for device in precinct["devices"]:
            device["reported_by"] = "medium"
            if device["device_class"] == "ivotronic":
                device["media"] = [VOTER_PEB]
                device["terminals"] = device["terminals"][:1]
    sample["count_centers"] = [each for each in sample["count_centers"] if each["id"] == "helena"]
    return json.dumps(sample).encode()


@contextmanager
def central_and_broker(county: County) -> Iterator[County]:
    """Run both while the context lasts; the gateway is for another to run."""
    county.set_up()
    try:
        county.broker.start()
        county.central.start()
        county.central.wait_until_ready()
        yield county
    finally:
        county.stop()


def visited(county: County) -> list[dict[str, Any]]:
    """Have every device plugged in and out CYCLES times; return what it took and left."""
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            str(CHILD),
            str(county.folder / "helena.toml"),
            str(CYCLES),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    stretches: list[dict[str, Any]] = json.loads(done.stdout)
    return stretches


def times_at_the_desk(store: Path, rows: Rows) -> Counter[int]:
    """Return how often each medium came, as the findings on the packets say it."""
    findings = [text for (text,) in rows(store, "SELECT findings FROM packets")]
    return Counter(int(times) for text in findings for times in CAME_AGAIN.findall(text))
