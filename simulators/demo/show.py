"""Runs a demo in a terminal: sets the county up, shows it live, says how it ended."""

import asyncio
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live

from election.errors import ZerotapeError
from simulators.brokers import best_broker
from simulators.county import County
from simulators.demo.listing import drafted_definition, send_listing
from simulators.demo.night import Outcome, Show, planned, play_night, plugged_lines
from simulators.demo.progress import PrecinctProgress, progress_table
from simulators.planned_faults import FaultKind
from simulators.sample import sample_definition_bytes

FAULTS_IN_WORDS = {
    FaultKind.ZERO_NOT_ZERO: "a zero tape that is not zero",
    FaultKind.PAPER_OUT: "a results tape cut off, and printed again",
    FaultKind.PRINTED_TWICE: "a results tape printed twice",
}


class FolderUnfit(ZerotapeError):
    """The folder of --keep holds something, or cannot be made."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """The options of the command."""

    listing: Path | None
    export: Path | None
    leave: bool
    seed: int
    port: int
    keep: Path | None


def run_demo(options: DemoOptions) -> bool:
    """Run the whole demo; say whether everything ended as it should."""
    console = Console(highlight=False)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stop the processes then as well
    with ExitStack() as stack:
        folder = _folder(options.keep, stack)
        try:
            if options.listing is not None:
                return _listing_demo(options, options.listing, folder, stack, console)
            return _night_demo(options, folder, stack, console)
        except KeyboardInterrupt:
            console.print("Stopped.")
            return False


def _night_demo(options: DemoOptions, folder: Path, stack: ExitStack, console: Console) -> bool:
    county = County(folder, sample_definition_bytes(), best_broker(), web_port=options.port)
    lines = plugged_lines(county, stack)
    _start(county, stack, console)
    plan = planned(county, options.seed)
    with _live(console, county.loaded.definition.title) as show:
        outcome = asyncio.run(play_night(county, plan, lines, show))
    _tell_night(outcome, county, console)
    _finish(county, options, console)
    return outcome.as_planned


def _listing_demo(
    options: DemoOptions, listing: Path, folder: Path, stack: ExitStack, console: Console
) -> bool:
    console.print(f"Drafting a definition from {listing.name} ...")
    definition = drafted_definition(listing, folder)
    county = County(folder, definition, best_broker(), web_port=options.port)
    plugged_lines(county, stack)
    _start(county, stack, console)
    with _live(console, f"{listing.name}, through gateway, broker and central") as show:
        send_listing(county, listing, show)
    console.print(f"All {len(county.loaded.definition.precincts)} precincts are confirmed.")
    _finish(county, options, console)
    return True


def _start(county: County, stack: ExitStack, console: Console) -> None:
    names = ", ".join(("central", *county.gateways))
    console.print(f"Starting {county.broker.kind}, {names} as processes of their own ...")
    stack.enter_context(county)
    stack.callback(signal.signal, signal.SIGINT, signal.SIG_IGN)  # an impatient Ctrl-C waits


@contextmanager
def _live(console: Console, title: str) -> Iterator[Show]:
    with Live(console=console, refresh_per_second=8) as live:

        def show(progress: list[PrecinctProgress]) -> None:
            live.update(progress_table(progress, title))

        yield show


def _tell_night(outcome: Outcome, county: County, console: Console) -> None:
    names = {p.id: p.name for p in county.loaded.definition.precincts}
    console.print("\n[bold]The three planted faults[/bold]")
    remarks = {entry.precinct: entry for entry in outcome.progress}
    for fault in outcome.plan.faults:
        entry = remarks[fault.precinct]
        words = FAULTS_IN_WORDS[fault.kind]
        console.print(f"- {names[fault.precinct]}, {words}: {entry.state}. {entry.remark}")
    confirmed = sum(entry.state == "confirmed" for entry in outcome.progress)
    console.print(
        f"\n{confirmed} of {len(outcome.progress)} precincts are confirmed. "
        f"{outcome.cells} totals at central compared with the simulated ballots: "
        f"{outcome.cells - len(outcome.wrong_cells)} equal."
    )
    for line in outcome.wrong_cells[:20]:
        console.print(f"[red]- {line}[/red]")


def _finish(county: County, options: DemoOptions, console: Console) -> None:
    if options.export is not None:
        county.export_totals(options.export)
        console.print(f"Totals: {options.export}")
    if options.leave:
        return
    console.print(f"\nResults: {county.central.address}")
    for center, gateway in county.gateways.items():
        console.print(f"Clerk's page of {center}: {gateway.address}")
    console.print("Ctrl-C ends the demo.")
    try:
        signal.pause()
    except KeyboardInterrupt:
        console.print("Stopping.")


def _folder(keep: Path | None, stack: ExitStack) -> Path:
    if keep is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zerotape-demo-")))
    try:
        keep.mkdir(parents=True, exist_ok=True)
        is_empty = not any(keep.iterdir())
    except OSError as error:
        raise FolderUnfit(f"{keep} cannot be used for --keep: {error.strerror}.") from error
    if not is_empty:
        raise FolderUnfit(f"{keep} is not empty. Name an empty folder for --keep.")
    return keep
