"""`zerotape simulate`: rehearse an election night without hardware."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from election.documents import DeviceClass, ReportKind
from election.errors import ZerotapeError
from simulators.bench.cli import add_commands
from simulators.listings.cli import listing
from simulators.media.samples_cli import sample
from simulators.pace_names import PaceName

if TYPE_CHECKING:
    from simulators.election_night import NightPlan, TapeJob

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Rehearse: devices and election nights without hardware.",
    epilog="Begin with `zerotape simulate definition`: give that file to a gateway and to central, "
    "then play a night to the gateway with `zerotape simulate night`.",
)


DefinitionFile = Annotated[
    Path | None,
    typer.Option("--definition", help="Election definition; the sample election unless given."),
]
Seed = Annotated[int, typer.Option(help="The same seed gives the same votes, byte for byte.")]
OutputFile = Annotated[Path, typer.Option("--out", help="File to write.")]


@app.command()
def definition(out: OutputFile = Path("sample_election.json")) -> None:
    """Write the definition of the sample election: 22 precincts of Montana, two count centers."""
    from simulators.sample import sample_definition_bytes

    _write(out, sample_definition_bytes())
    typer.echo(f"{out}: give it to the gateway and to central as their definition.")


@app.command()
def tape(
    device: Annotated[DeviceClass, typer.Option(help="Whose tape.")],
    report: Annotated[ReportKind, typer.Option(help="Before the first vote, or after the last.")],
    out: OutputFile,
    definition_file: DefinitionFile = None,
    seed: Seed = 1,
) -> None:
    """Print one tape into a file, with every control byte that the printer line would carry."""
    from simulators.definition_files import loaded_definition
    from simulators.election_night import plan_night

    loaded = loaded_definition(definition_file)
    for job in plan_night(loaded.definition, loaded.sha256, seed).jobs:
        if (job.tape.device_class, job.tape.kind) == (device, report):
            _write(out, job.wire)
            typer.echo(f"{out}: {job.label}, {len(job.wire):,} bytes.")
            return
    raise ZerotapeError(f"No {device} of this election prints tapes. Choose the other device.")


@app.command()
def night(
    definition_file: DefinitionFile = None,
    seed: Seed = 1,
    faults: Annotated[
        bool, typer.Option("--faults/--no-faults", help="Let three things go wrong, or nothing.")
    ] = True,
    pace: Annotated[
        PaceName, typer.Option(help="As a thermal printer prints, or as fast as it is read.")
    ] = PaceName.FAST,
    after_cut: Annotated[
        float | None,
        typer.Option(help="Seconds to rest after a cut tape, as long as loading paper takes."),
    ] = None,
    lines_folder: Annotated[
        Path, typer.Option(help="Where the print lines appear, one per count center.")
    ] = Path("print-lines"),
    out: Annotated[
        Path | None, typer.Option(help="Write the tapes as files into this folder instead.")
    ] = None,
) -> None:
    """Play a whole election night: every zero tape and results tape of every precinct.

    Each count center gets a print line: a path that its gateway opens like
    a serial port (driver print-line, url = the path). A line begins to print
    when its gateway listens.

    With --out the tapes are written as files, one folder per count center,
    for the driver drop-folder.
    """
    from simulators.definition_files import loaded_definition
    from simulators.election_night import plan_night
    from simulators.planned_faults import demo_faults

    loaded = loaded_definition(definition_file)
    planned = demo_faults(loaded.definition, seed) if faults else ()
    plan = plan_night(loaded.definition, loaded.sha256, seed, planned)
    if out is not None:
        _summarise(plan, f"{len(plan.write_tapes(out))} tapes written to {out}")
        return
    _play(plan, lines_folder, pace, after_cut)
    _summarise(plan, f"{len(plan.jobs)} tapes printed")


app.command()(listing)
app.command()(sample)
add_commands(app)


def _play(plan: "NightPlan", folder: Path, pace: PaceName, after_cut: float | None) -> None:
    import asyncio
    from contextlib import ExitStack
    from dataclasses import replace

    from rich.progress import MofNCompleteColumn, Progress

    from simulators.playing import FAST_PACE, REAL_PACE, play
    from simulators.printer_line import PrinterLine

    chosen = REAL_PACE if pace is PaceName.REAL else FAST_PACE
    if after_cut is not None:
        chosen = replace(chosen, after_cut_s=after_cut)
    folder.mkdir(parents=True, exist_ok=True)
    lines = {center: PrinterLine(folder.absolute() / center) for center in plan.count_centers}
    with ExitStack() as plugged:
        for center, line in lines.items():
            plugged.enter_context(line)
            typer.echo(f"{center}: {line.path}")
        typer.echo("Each line prints as soon as a gateway reads it. Ctrl-C ends the rehearsal.")
        with Progress(*Progress.get_default_columns(), MofNCompleteColumn()) as progress:
            bars = {
                center: progress.add_task(center, total=len(plan.jobs_of(center)))
                for center in lines
            }

            def printed(job: "TapeJob") -> None:
                progress.advance(bars[job.count_center])

            asyncio.run(play(plan.jobs, lines, chosen, printed))


def _summarise(plan: "NightPlan", done: str) -> None:
    precincts = {source.precinct for source in plan.truth.ballots}
    typer.echo(f"{done}: {len(precincts)} precincts, {sum(plan.truth.ballots.values()):,} ballots.")
    for fault in plan.faults:
        effect = "needs a person" if fault.blocks else "is released all the same"
        typer.echo(f"  {fault.kind} on the {fault.device_class} of {fault.precinct}: {effect}")


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise ZerotapeError(f"{path} cannot be written: {error.strerror}.") from error
