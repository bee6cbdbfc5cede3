"""`zerotape simulate m100|ivotronic|printer|cradle|card-reader|bench`, and `faults`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from runtime.command_line import AsJson
from simulators.bench.fault_kinds import Door, FaultKind, Simulator
from simulators.pace_names import PaceName

BENCH = "bench"

HELP = {
    Simulator.M100: (
        "Be an M100 in the evening: print its tapes, bring its memory card.",
        "zerotape simulate m100 --fault write-protected-during-voting=101-160",
    ),
    Simulator.IVOTRONIC: (
        "Be the iVotronics of a precinct: print their tapes, bring PEBs and audit card.",
        "zerotape simulate ivotronic --fault terminal-not-closed",
    ),
    Simulator.PRINTER: (
        "Be the printer line of a precinct: print all its tapes.",
        "zerotape simulate printer --pace real --fault paper-out-at-line=40",
    ),
    Simulator.CRADLE: (
        "Be a PEB cradle into which the PEBs of a precinct are put.",
        "zerotape simulate cradle --fault peb-pulled-at=0.6",
    ),
    Simulator.CARD_READER: (
        "Be a card reader into which the cards of a precinct are put.",
        "zerotape simulate card-reader --fault duplicate-card",
    ),
    BENCH: (
        "Hold several devices at once: print line, cradle and card reader of a precinct.",
        "zerotape simulate bench --fault clock=-66h --fault crc-page=272",
    ),
}
TEACHING = """\
What is played appears below --folder. Write the stanzas that are printed into the gateway's
configuration, start the gateway with the same definition, and watch its page.

Another seed, as files: `zerotape simulate {name} --seed 7 --out evening`

With a fault: `{example}`; all faults: `zerotape simulate faults`

By a script: `zerotape simulate {name} --script evening.txt`. It has one action a line, with the
seconds since the beginning in front where it has a time: `20 {action}`. All actions, and the
numbers of tapes and media, are shown by --interactive."""

DefinitionFile = Annotated[
    Path | None,
    typer.Option("--definition", help="Election definition; the sample election unless given."),
]
Seed = Annotated[int, typer.Option(help="The same seed gives the same bytes.")]
PrecinctChoice = Annotated[
    str | None, typer.Option("--precinct", help="Id or number; the first with both machines.")
]
Faults = Annotated[
    list[str] | None,
    typer.Option("--fault", help="NAME or NAME=VALUE; several times for several faults."),
]
Pace = Annotated[PaceName, typer.Option(help="As the real device, or as fast as it is read.")]
Folder = Annotated[Path, typer.Option(help="Where the devices appear.")]
Stay = Annotated[
    float,
    typer.Option(min=0.1, max=3600, help="Seconds that a medium stays in, unless read before."),
]
OnUsb = Annotated[
    bool,
    typer.Option(
        "--usbredir", help="Cradle and card reader as sockets for QEMU's usb-redir, as USB devices."
    ),
]
Script = Annotated[Path | None, typer.Option(help="Do what this file says, line by line.")]
Interactive = Annotated[bool, typer.Option("--interactive", help="Do what is typed, line by line.")]
Out = Annotated[
    Path | None, typer.Option(help="Write tapes and media as files into this folder instead.")
]


def add_commands(app: typer.Typer) -> None:
    """Add a command for each simulated device, for the bench, and for the list of faults."""
    for name, (summary, example) in HELP.items():
        simulator = None if name == BENCH else Simulator(name)
        action = "print 1" if simulator is Simulator.PRINTER else "insert 1"
        taught = TEACHING.format(name=str(name), example=example, action=action)
        app.command(str(name), help=f"{summary}\n\n{taught}", short_help=summary)(
            _command(simulator)
        )
    app.command("faults")(list_faults)


def list_faults(*, as_json: AsJson = False) -> None:
    """List every fault: its simulators, what happens on the real machine, what it must end in."""
    from simulators.bench.fault_list import FAULTS

    if as_json:
        typer.echo(json.dumps([_plain(kind) for kind in FAULTS.values()], indent=1))
        return
    for kind in FAULTS.values():
        typer.echo(f"{kind.usage}  ({', '.join(kind.simulators)})")
        typer.echo(f"    {kind.what}")
        typer.echo(f"    ends in: {', '.join(kind.ends_in)}")
        if kind.door is Door.USB:
            typer.echo("    needs --usbredir")


def _plain(kind: FaultKind) -> dict[str, object]:
    return {
        "name": kind.name,
        "simulators": list(kind.simulators),
        "argument": kind.argument,
        "default": kind.default,
        "door": kind.door,
        "what": kind.what,
        "source": kind.source,
        "ends_in": list(kind.ends_in),
    }


def _command(simulator: Simulator | None) -> Callable[..., None]:
    def command(  # noqa: PLR0913, PLR0917  # each is an option of the command line
        definition_file: DefinitionFile = None,
        seed: Seed = 1,
        precinct: PrecinctChoice = None,
        fault: Faults = None,
        pace: Pace = PaceName.FAST,
        folder: Folder = Path("bench-devices"),
        stay: Stay = 20.0,
        on_usb: OnUsb = False,
        script: Script = None,
        interactive: Interactive = False,
        out: Out = None,
    ) -> None:
        from simulators.bench.rehearsal import Wishes, rehearse

        rehearse(
            Wishes(
                simulator=simulator,
                definition_file=definition_file,
                seed=seed,
                precinct=precinct,
                faults=tuple(fault or ()),
                pace=pace,
                folder=folder.absolute(),
                stay_s=stay,
                on_usb=on_usb,
                script=script,
                interactive=interactive,
                out=out,
            ),
            typer.echo,
        )

    return command
