"""Power cuts at random moments: every return is counted exactly once, whatever dies and when.

`make torture` runs more rounds. Each round prints 40 precincts while gateway, central and broker
are killed with SIGKILL and started again; the seed of a failing round is in its message.
"""

import csv
import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from election.definition_file import definition_bytes
from simulators.brokers import BrokerKind
from simulators.county import County
from simulators.demo.outcome import differences, expected_cells, exported_cells
from simulators.election_night import NightPlan, plan_night
from simulators.small_election import small_election

ROUNDS = int(os.environ.get("ZEROTAPE_TORTURE_ROUNDS", "20"))
RETURNS = 40
"""A round's precincts; each has one M100, and reports once."""
ROUNDS_PER_COUNTY = 5
CENTERS = ("north", "south")
KILLS = 4
NIGHT_S = 2.0
"""How long the tapes of a round take to come in, and the kills are spread over."""
SETTLED_S = 60.0


@contextmanager
def running(folder: Path, broker_kind: BrokerKind) -> Iterator[County]:
    election = small_election(ROUNDS_PER_COUNTY * RETURNS, CENTERS)
    content = definition_bytes(election)
    with County(folder, content, broker_kind) as county:
        yield county


def play_round(county: County, plan: NightPlan, precincts: frozenset[str], seed: int) -> None:
    """Drop the round's tapes one by one, and kill processes in between, by the seed's dice."""
    dice = random.Random(seed)
    tapes = [job for job in plan.jobs if job.precinct in precincts]
    victims = _victims(county, dice)
    moments = sorted(dice.uniform(0, NIGHT_S) for _ in victims)
    began = time.monotonic()
    for number, job in enumerate(tapes):
        due = began + NIGHT_S * number / len(tapes)
        while moments and began + moments[0] < due:
            _wait_until(began + moments.pop(0))
            victims.pop(0)()
        _wait_until(due)
        unfinished = county.drop_folder(job.count_center) / f"{seed}-{number}.part"
        unfinished.write_bytes(job.wire)
        unfinished.replace(unfinished.with_suffix(".tape"))
    for kill in victims:
        kill()


def _victims(county: County, dice: random.Random) -> list[Callable[[], None]]:
    """Return the kills of a round: broker, central and a gateway at least once each."""

    def kill_broker() -> None:
        county.broker.kill()
        county.broker.start()

    def kill_central() -> None:
        county.central.kill()
        county.central.start()

    def kill_gateway() -> None:
        gateway = county.gateways[dice.choice(CENTERS)]
        gateway.kill()
        gateway.start()

    kills = [kill_broker, kill_central, kill_gateway]
    kills += dice.choices(kills, k=KILLS - len(kills))
    dice.shuffle(kills)
    return kills


def _wait_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def wait_until_settled(county: County, returns: int) -> None:
    """Return when the gateways have receipts for all `returns`; fail with what is missing."""
    deadline = time.monotonic() + SETTLED_S
    found = Counter[str]()
    while time.monotonic() < deadline:
        counts = [_outbox(county, center) for center in CENTERS]
        found = sum((Counter(count) for count in counts), Counter())
        if found["confirmed"] == returns and not found["waiting"]:
            return
        time.sleep(0.05)
    pytest.fail(f"not settled after {SETTLED_S} s: {dict(found)}, {returns} expected")


def _outbox(county: County, center: str) -> dict[str, int]:
    store = county.folder / f"{center}-state" / "gateway.sqlite"
    if not store.exists():
        return {}
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        query = "SELECT state, count(*) FROM outbox GROUP BY state"
        return dict(connection.execute(query).fetchall())


def central_log(county: County) -> list[tuple[str, int]]:
    """Return payload hash and number of every accepted return in central's log."""
    store = county.folder / "central-state" / "central.sqlite"
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        query = "SELECT payload_sha256, log_index FROM log ORDER BY log_index"
        return connection.execute(query).fetchall()


@pytest.mark.timeout(0)
@pytest.mark.parametrize("first", range(0, ROUNDS, ROUNDS_PER_COUNTY))
def test_each_return_is_counted_once_whatever_is_killed(
    first: int, tmp_path: Path, broker_kind: BrokerKind
) -> None:
    seeds = range(first, min(first + ROUNDS_PER_COUNTY, ROUNDS))
    with running(tmp_path, broker_kind) as county:
        loaded = county.loaded
        plan = plan_night(loaded.definition, loaded.sha256, seed=first)
        for turn, seed in enumerate(seeds):
            numbers = range(turn * RETURNS + 1, (turn + 1) * RETURNS + 1)
            play_round(county, plan, frozenset(f"p-{number}" for number in numbers), seed)
            wait_until_settled(county, (turn + 1) * RETURNS)
        played = frozenset(f"p-{n}" for n in range(1, len(seeds) * RETURNS + 1))
        for service in (county.central, *county.gateways.values()):
            service.wait_until_ready()
        csv_file = tmp_path / "totals.csv"
        county.export_totals(csv_file)
        expected = expected_cells(plan.truth, loaded.definition, played)
        assert differences(expected, exported_cells(csv_file)) == []
        log = central_log(county)
        assert len({payload for payload, _ in log}) == len(log) == len(played)
        assert [index for _, index in log] == list(range(len(log)))
        with csv_file.open(newline="", encoding="utf-8") as file:
            assert len({row["precinct"] for row in csv.DictReader(file)}) == len(played)
