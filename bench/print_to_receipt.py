"""Times a results tape from its last printed byte to the receipt stored at the gateway.

Run: python -m bench.print_to_receipt [PRECINCTS]. Gateway, central and broker are real processes
on loopback, the printer is a pty. The floor, measured in turn, is what no such system can leave
out: one fsynced file, one SQLite commit (FULL), one MQTT QoS 1 round trip on the same broker.
"""

import asyncio
import os
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Self

import aiomqtt

from election.definition_file import definition_bytes
from simulators.brokers import best_broker
from simulators.county import County
from simulators.election_night import TapeJob, plan_night
from simulators.playing import PrintPace, play
from simulators.printer_line import PrinterLine
from simulators.small_election import small_election

PRECINCTS = 100
MOST_PRECINCTS = 2_000
CENTER = "north"
AT_ONCE = PrintPace(characters_per_s=None, between_jobs_s=0.0, after_cut_s=0.0)
LOOK_S = 0.001
"""How often the outbox is asked; the resolution of the measurement."""
PATIENCE_S = 30.0
"""Longest wait for one receipt."""


def main() -> None:
    """Measure and print a small table; raises TimeoutError when a receipt does not come."""
    precincts = min(int(sys.argv[1]) if len(sys.argv) > 1 else PRECINCTS, MOST_PRECINCTS)
    with tempfile.TemporaryDirectory(prefix="zerotape-bench-") as folder:
        content = definition_bytes(small_election(precincts, [CENTER]))
        county = County(Path(folder), content, best_broker())
        with PrinterLine(county.printer_line(CENTER)) as line, county:
            tapes, floors = asyncio.run(measured(county, line))
    print(f"{precincts} precincts, {county.broker.kind}, one pty, loopback, in turn with the floor")
    print(f"{'':18}{'p50':>10}{'p99':>10}")
    for name, seconds in (("print to receipt", tapes), ("floor", floors)):
        print(f"{name:18}{_p(seconds, 50):7.1f} ms{_p(seconds, 99):7.1f} ms")
    ratios = [tape / floor for tape, floor in zip(tapes, floors, strict=True)]
    print(f"{'ratio, by pairs':18}{median(ratios):10.1f}")


async def measured(county: County, line: PrinterLine) -> tuple[list[float], list[float]]:
    """Return the seconds of every results tape, and of the floor right after it."""
    plan = plan_night(county.loaded.definition, county.loaded.sha256, seed=1)
    zeros, results = plan.jobs[::2], plan.jobs[1::2]
    await play(zeros, {CENTER: line}, AT_ONCE)
    store = county.folder / f"{CENTER}-state" / "gateway.sqlite"
    tapes, floors = [], []
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as outbox:
        async with Floor(county.folder, county.broker.port) as floor:
            for job in results:
                tapes.append(await _tape_seconds(job, line, outbox))
                floors.append(await floor.seconds(job.wire))
    return tapes, floors


class Floor:
    """One fsynced file, one FULL commit and one MQTT round trip, bare."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder / "floor"
        self._folder.mkdir()
        self._client = aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5)
        self._database = sqlite3.connect(self._folder / "floor.sqlite", isolation_level=None)
        self._files = 0

    async def __aenter__(self) -> Self:
        for setting in ("journal_mode=WAL", "synchronous=FULL"):
            self._database.execute(f"PRAGMA {setting}")
        self._database.execute("CREATE TABLE floor (content BLOB)")
        await self._client.__aenter__()
        await self._client.subscribe("floor", qos=1)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._database.close()
        await self._client.__aexit__(None, None, None)

    async def seconds(self, content: bytes) -> float:
        """Return how long the three take for `content`, one after the other."""
        began = perf_counter()
        self._files += 1
        with (self._folder / f"{self._files}").open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self._database.execute("INSERT INTO floor VALUES (?)", (content,))
        await self._client.publish("floor", content, qos=1)
        await anext(aiter(self._client.messages))
        return perf_counter() - began


async def _tape_seconds(job: TapeJob, line: PrinterLine, outbox: sqlite3.Connection) -> float:
    query = "SELECT count(*) FROM outbox WHERE precinct = ? AND state = 'confirmed'"
    await line.print_out(job.wire)
    printed = perf_counter()
    async with asyncio.timeout(PATIENCE_S):
        while outbox.execute(query, (job.precinct,)).fetchone() != (1,):  # noqa: ASYNC110  # no event
            await asyncio.sleep(LOOK_S)
    return perf_counter() - printed


def _p(seconds: list[float], percent: int) -> float:
    """Return a percentile in milliseconds."""
    return quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000


if __name__ == "__main__":
    main()
