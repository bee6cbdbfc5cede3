"""A cable pulled in the middle of a results tape: the part is evidence, the reprint counts."""

import asyncio
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from simulators.county import County
from simulators.demo.outcome import differences, expected_cells, exported_cells
from simulators.election_night import NightPlan, plan_night
from simulators.playing import PrintPace, play
from simulators.printer_line import PrinterLine

AT_ONCE = PrintPace(characters_per_s=None, between_jobs_s=0.0, after_cut_s=0.0)

Rows = Callable[[Path, str], list[tuple[Any, ...]]]
Until = Callable[[Callable[[], bool], str], None]


def test_a_tape_cut_by_an_unplugged_cable_is_kept_and_its_whole_reprint_releases_the_precinct(
    county: County, rows: Rows, until: Until, tmp_path: Path
) -> None:
    store = county.folder / "north-state" / "gateway.sqlite"
    gateway = county.gateways["north"]
    plan = plan_night(county.loaded.definition, county.loaded.sha256, seed=7)
    zero, results = plan.jobs
    half = len(results.wire) // 2
    with PrinterLine(county.printer_line("north")) as line, county:
        asyncio.run(play([zero], {"north": line}, AT_ONCE))
        line.faults.unplug_after_byte = half
        assert asyncio.run(line.print_out(results.wire)) == half
        assert not line.plugged

        part = sha256(results.wire[:half]).hexdigest()
        captures = "SELECT evidence, ending FROM captures ORDER BY id"
        until(lambda: len(rows(store, captures)) == 2, "the part of the tape is kept")
        assert rows(store, captures)[1] == (part, "unplugged")
        assert evidence(store, part) == results.wire[:half]

        until(lambda: printer(county)["state"] == "waiting", "the operator sees the line is gone")
        assert "Plug it in again" in printer(county)["message"]
        [packet] = gateway.ask("/api/overview")["packets"]
        assert packet["state"] == "held"
        assert rows(store, "SELECT count(*) FROM outbox") == [(0,)]

        line.faults.clear()
        line.plug()
        asyncio.run(play([results], {"north": line}, AT_ONCE))
        confirmed = "SELECT precinct, state FROM outbox"
        until(lambda: rows(store, confirmed) == [("p-1", "confirmed")], "central has the reprint")
        assert [ending for _, ending in rows(store, captures)][1:] == ["unplugged", "whole"]
        assert evidence(store, part) == results.wire[:half]
        assert wrong_totals(county, plan, tmp_path / "totals.csv") == []


def evidence(store: Path, digest: str) -> bytes:
    return (store.parent / "evidence" / digest[:2] / digest).read_bytes()


def printer(county: County) -> dict[str, str]:
    devices = county.gateways["north"].ask("/api/overview")["devices"]
    [found] = [device for device in devices if device["name"] == "printer"]
    return dict(found)


def wrong_totals(county: County, plan: NightPlan, csv: Path) -> list[str]:
    county.export_totals(csv)
    expected = expected_cells(plan.truth, county.loaded.definition, frozenset({"p-1"}))
    assert sum(expected.values()) > 0
    return differences(expected, exported_cells(csv))
