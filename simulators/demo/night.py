"""The sample election's night: two count centers, 22 precincts, three planted faults."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from simulators.county import County
from simulators.demo.outcome import differences, expected_cells, exported_cells
from simulators.demo.progress import PrecinctProgress, progress_of, settled
from simulators.election_night import NightPlan, plan_night
from simulators.planned_faults import demo_faults
from simulators.playing import PrintPace, play
from simulators.printer_line import PrinterLine

NIGHT_PACE = PrintPace(characters_per_s=None, between_jobs_s=0.05, after_cut_s=0.5)
"""Fast: the next report's CAN ends a cut one, so nobody has to wait for silence."""

LOOK_S = 0.25
PATIENCE_S = 120.0

Show = Callable[[list[PrecinctProgress]], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a night ended."""

    plan: NightPlan
    progress: tuple[PrecinctProgress, ...]
    wrong_cells: tuple[str, ...]
    """Totals at central that differ from the simulated ballots."""
    cells: int
    """Totals that were compared."""

    @property
    def as_planned(self) -> bool:
        """Every precinct that should be in is in, every other is blocked, every total is right."""
        states = {entry.precinct: entry.state for entry in self.progress}
        blocked = still_blocked(self.plan)
        return not self.wrong_cells and all(
            state == ("blocked" if precinct in blocked else "confirmed")
            for precinct, state in states.items()
        )


def still_blocked(plan: NightPlan) -> frozenset[str]:
    """Return the precincts that stay blocked after the clerk has printed every cut tape again."""
    reprinted = {job.precinct for job in plan.remedies}
    return plan.blocked_precincts - reprinted


def planned(county: County, seed: int) -> NightPlan:
    """Return the night of `county` with the demo's three faults."""
    definition = county.loaded.definition
    faults = demo_faults(definition, seed)
    return plan_night(definition, county.loaded.sha256, seed, faults)


async def play_night(
    county: County, plan: NightPlan, lines: dict[str, PrinterLine], show: Show
) -> Outcome:
    """Print everything, print cut tapes again, wait until central has what it should have."""
    known = {entry.precinct for entry in await asyncio.to_thread(progress_of, county)}
    open_precincts = frozenset(known) - still_blocked(plan)
    printing = asyncio.create_task(_print_all(plan, lines))
    try:
        async with asyncio.timeout(PATIENCE_S):
            await _watch(county, show, printing, open_precincts)
    except TimeoutError:
        pass  # the outcome says what is missing
    finally:
        printing.cancel()
        await asyncio.wait([printing])
    progress = await asyncio.to_thread(progress_of, county)
    show(progress)
    return await asyncio.to_thread(_outcome, county, plan, progress)


def plugged_lines(county: County, stack: ExitStack) -> dict[str, PrinterLine]:
    """Plug a printer line for every count center; `stack` unplugs them."""
    lines = {center: PrinterLine(county.printer_line(center)) for center in county.centers}
    for line in lines.values():
        line.plug()
        stack.callback(line.unplug)
    return lines


def _outcome(county: County, plan: NightPlan, progress: list[PrecinctProgress]) -> Outcome:
    csv = county.folder / "totals.csv"
    county.export_totals(csv)
    confirmed = frozenset(entry.precinct for entry in progress if entry.state == "confirmed")
    expected = expected_cells(plan.truth, county.loaded.definition, confirmed)
    wrong = differences(expected, exported_cells(Path(csv)))
    return Outcome(plan, tuple(progress), tuple(wrong), len(expected))


async def _print_all(plan: NightPlan, lines: dict[str, PrinterLine]) -> None:
    await play(plan.jobs, lines, NIGHT_PACE)
    await play(plan.remedies, lines, NIGHT_PACE)


async def _watch(
    county: County, show: Show, printing: asyncio.Task[None], expected: frozenset[str]
) -> None:
    """Show the progress until all is printed and every precinct in `expected` is confirmed."""
    while True:
        progress = await asyncio.to_thread(progress_of, county)
        show(progress)
        if printing.done():
            printing.result()  # raises what stopped the printers
            if settled(progress, expected):
                return
        await asyncio.sleep(LOOK_S)
