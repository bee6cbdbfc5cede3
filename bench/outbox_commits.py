"""Releases per second through GatewayStore, beside a bare loop of the same durable commits.

Run it as `python -m bench.outbox_commits [folder]`; the folder's disk is what is measured. The
floor stores the same bytes, one `synchronous=FULL` commit each, without chain, packet, history
or checks: the ratio is what those cost.
"""

import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from gateway.database import SETTINGS
from gateway.outbox import SignedReturn
from gateway.packets import PacketKey, PacketState
from gateway.store import GatewayStore
from runtime.crash_points import CrashPoints

ROUNDS = 7
RELEASES = 500
PAYLOAD_BYTES = 9_000
ENVELOPE_BYTES = 12_300
"""Payload in base64, and one signature."""

READY = (PacketState.CHECKED, PacketState.READY)


def main() -> None:
    """Measure alternating rounds and print medians."""
    parent = sys.argv[1] if len(sys.argv) > 1 else None
    through_store, bare = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(dir=parent) as folder:
            through_store.append(RELEASES / store_seconds(Path(folder)))
        with tempfile.TemporaryDirectory(dir=parent) as folder:
            bare.append(RELEASES / floor_seconds(Path(folder)))
    ratio = statistics.median(a / b for a, b in zip(through_store, bare, strict=True))
    print(f"releases through GatewayStore: {statistics.median(through_store):8.0f} per second")
    print(f"bare commits of the same bytes:{statistics.median(bare):8.0f} per second")
    print(f"median of ratios, {ROUNDS} alternating rounds of {RELEASES}: {ratio:.2f}")


def store_seconds(folder: Path) -> float:
    """Return the seconds that RELEASES releases take; the decisions before are not counted."""
    with GatewayStore.open(folder, CrashPoints()) as store:
        now = datetime.now(UTC)
        keys = [PacketKey(f"{number:05}", "early") for number in range(RELEASES)]
        for key in keys:
            store.packets.record_decision(key, READY, [], now)
        began = time.perf_counter()
        for number, key in enumerate(keys):
            payload, envelope = made(number)
            store.outbox.release(
                SignedReturn(key, store.outbox.next_link(), payload, envelope), now
            )
        return time.perf_counter() - began


def floor_seconds(folder: Path) -> float:
    """Return the seconds that RELEASES bare commits of the same bytes take."""
    path = folder / "floor.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in ("journal_mode=WAL", *SETTINGS):
            connection.execute(f"PRAGMA {setting}")
        connection.execute(
            "CREATE TABLE outbox (sequence INTEGER PRIMARY KEY, sha256 TEXT, payload BLOB,"
            " envelope BLOB) STRICT"
        )
        began = time.perf_counter()
        for number in range(RELEASES):
            payload, envelope = made(number)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "INSERT INTO outbox VALUES (?, ?, ?, ?)",
                (number + 1, sha256(payload).hexdigest(), payload, envelope),
            )
            connection.execute("COMMIT")
        return time.perf_counter() - began


def made(number: int) -> tuple[bytes, bytes]:
    """Return a payload and an envelope of a usual size, different for each `number`."""
    mark = b"%08d" % number
    return mark + bytes(PAYLOAD_BYTES - 8), mark + bytes(ENVELOPE_BYTES - 8)


if __name__ == "__main__":
    main()
