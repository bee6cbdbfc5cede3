"""`zerotape demo`: a whole election night with real processes on this machine."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    *,
    listing: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="An EL155 vote image log to send through."),
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="Write central's totals to this CSV file.")
    ] = None,
    leave: Annotated[
        bool, typer.Option("--exit", help="End by itself instead of waiting for Ctrl-C.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Another seed is another election night.")] = 2016,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the result page; 0 takes a free one.")
    ] = 0,
    keep: Annotated[
        Path | None,
        typer.Option(help="Work in this empty folder and keep it, with all logs and evidence."),
    ] = None,
) -> None:
    """Play an election night with real processes on this machine.

    A broker, central and gateways run as separate processes on loopback; simulated devices print
    real tapes. Everything is made afresh in a temporary folder, with test keys, and removed at the
    end.

    Without options it plays the sample election with three planted faults and leaves the result
    page up until Ctrl-C. With --listing it sends a real EL155 listing through the same processes.
    Exit status 0: everything ended as it should. 1: something did not.
    """
    from simulators.demo.show import DemoOptions, run_demo

    if not run_demo(DemoOptions(listing, export, leave, seed, port, keep)):
        raise typer.Exit(1)
