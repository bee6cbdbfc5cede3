"""`zerotape gateway`: the daemon of a count center, and what its operator needs around it."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from runtime.command_line import (
    AsJson,
    Config,
    DefinitionFile,
    Holder,
    IsTest,
    NewKey,
    Passphrase,
)

MaybeConfig = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The daemon's TOML file, for the names of its devices."),
]

app = typer.Typer(
    no_args_is_help=True,
    help="Run and look after the gateway of a count center.\n\n"
    "A gateway needs a definition, a key that central has enrolled, central's own enrolment "
    "record, and a configuration that names them. In this order: `make-key`, have the enrolment "
    "record enrolled at central, `check-config`, `run`.",
)


@app.command()
def run(
    config: Config,
    *,
    record: Annotated[
        Path | None,
        typer.Option(help="Record every byte that crosses a transport into this folder."),
    ] = None,
) -> None:
    """Run the daemon until Ctrl-C or SIGTERM; logs go to standard error."""
    import asyncio

    from gateway.config import read_gateway_settings
    from gateway.daemon import run_gateway
    from runtime.logs import configure_logs

    settings = read_gateway_settings(config)
    configure_logs(settings.log_format, settings.log_level)
    asyncio.run(run_gateway(settings, config.parent.absolute(), record))


@app.command("check-config")
def check_config(config: Config, *, as_json: AsJson = False) -> None:
    """Check the configuration, the definition and the keys, and print what is in force.

    Every default is filled in, the drivers' too. Exit status 1 names every wrong key.
    """
    from datetime import UTC

    from gateway.config import effective_settings, read_gateway_settings
    from gateway.identity import read_identity

    settings = read_gateway_settings(config)
    identity = read_identity(settings, datetime.now(UTC))
    effective = effective_settings(settings, config.parent.absolute())
    if as_json:
        typer.echo(json.dumps(effective, indent=1))
        return
    for line in _lines(effective, ""):
        typer.echo(line)
    definition = identity.loaded.definition
    typer.echo(
        f"\n# Good. {definition.title}, {definition.mode} mode, definition "
        f"{identity.loaded.sha256[:16]}, key {identity.enrolment.key_id[:16]}."
    )


@app.command()
def devices(*, config: MaybeConfig = None, as_json: AsJson = False) -> None:
    """List what is plugged in, which configured device it is, and which drivers can read it."""
    from rich.console import Console

    from drivers.hotplug.inventory import attached_devices
    from gateway.device_list import as_table, as_values, configured_devices
    from gateway.plugged_in import plugged_in

    found = plugged_in(attached_devices(), configured_devices(config))
    if as_json:
        typer.echo(json.dumps([as_values(device) for device in found], indent=1))
    elif found:
        Console().print(as_table(found))
    else:
        typer.echo("Nothing is plugged in that could be read.")


@app.command()
def suggest(*, config: MaybeConfig = None, as_json: AsJson = False) -> None:
    """Print configuration and udev rules for what is plugged in and not configured yet.

    Nothing is written anywhere: look at it, correct line settings, and copy it.
    """
    from dataclasses import asdict

    from drivers.hotplug.inventory import attached_devices
    from gateway.device_list import as_text, configured_devices
    from gateway.plugged_in import plugged_in
    from gateway.suggestions import suggestions

    configured = configured_devices(config)
    found = suggestions(
        plugged_in(attached_devices(), configured), (device.name for device in configured)
    )
    if as_json:
        values = [
            asdict(each) | {"match": each.match and each.match.model_dump(exclude_none=True)}
            for each in found
        ]
        typer.echo(json.dumps(values, indent=1))
    elif found:
        typer.echo(as_text(found))
    else:
        typer.echo("Nothing is plugged in that could be read and is not configured yet.")


@app.command()
def read(
    what: Annotated[
        str,
        typer.Argument(
            metavar="DEVICE|FILE",
            help="A device of the configuration, or an image file, disk or memory card.",
            show_default=False,
        ),
    ],
    *,
    config: MaybeConfig = None,
    driver: Annotated[
        str | None, typer.Option(help="Driver for FILE, unless its kind tells.")
    ] = None,
    as_format: Annotated[
        str | None, typer.Option("--as", help="Read the contents as this format, do not guess.")
    ] = None,
    as_json: AsJson = False,
    keep: Annotated[
        Path | None, typer.Option(help="Write the readings into this folder; else nothing is.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option(help="Record every byte that crosses the transport here.")
    ] = None,
) -> None:
    """Read one medium at the bench, twice, and print what is on it. No daemon is needed.

    Waits until a medium is there; Ctrl-C ends it. Stop the daemon first where it has the device.

    Exit status 0: both readings are equal and the contents sound. 1: it could not be read. 2: wrong
    usage. 3: two readings differ. 4: read, but not to the end, or its contents are damaged or in no
    known format.
    """
    from gateway.bench import read_at_the_bench
    from runtime.logs import configure_logs

    configure_logs("console", "warning")  # to standard error: standard output may be JSON
    status = read_at_the_bench(
        what,
        config,
        driver=driver,
        as_format=as_format,
        as_json=as_json,
        folder=keep,
        record=record,
    )
    raise typer.Exit(status)


@app.command("make-key")
def make_key_pair(
    key: NewKey,
    *,
    definition: DefinitionFile,
    center: Annotated[str, typer.Option(help="Id of the count center.")],
    holder: Holder,
    test: IsTest = False,
    passphrase: Passphrase = "",
) -> None:
    """Make the gateway's key pair and its enrolment record.

    The record lies beside it, `x.enrolment.json` for `x.key`, and holds nothing secret: carry it
    to central and have it enrolled there with `zerotape central enrol`. Compare the key id aloud.
    """
    from election.keys import KeyRole
    from runtime.key_making import make_machine_key
    from runtime.keyfiles import enrolment_path

    record = make_machine_key(
        key,
        definition=definition,
        role=KeyRole.GATEWAY,
        count_center=center,
        holder=holder,
        is_test=test,
        passphrase=passphrase.encode() or None,
    )
    typer.echo(f"Key id: {record.key_id}")
    typer.echo(f"Enrolment record: {enrolment_path(key)}")


@app.command()
def define(
    listings: Annotated[
        list[Path],
        typer.Argument(
            metavar="LISTING...",
            help="EL155, EL30, EL30A, EL45, EL45A, EL52, EL111 or an ASCII export; several are "
            "merged.",
            exists=True,
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Where the definition is to be written.")],
    *,
    center: Annotated[str, typer.Option(help="Id of the count center.")] = "center-1",
    day: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="Election day, where no listing says."),
    ] = None,
) -> None:
    """Draft an election definition from real listings.

    The draft holds contests, choices, precincts, counting groups and terminals as the listings
    name them, in test mode; what a person still has to fill in stands in it under `to_fill_in`,
    and is printed.
    """
    from gateway.drafting.files import draft_from_files

    draft = draft_from_files(listings, out, center, day.date() if day else None)
    typer.echo(
        f"{out}: {len(draft.contests)} contests, {len(draft.precincts)} precincts. "
        "Still to fill in:"
    )
    for what in draft.to_fill_in:
        typer.echo(f"  - {what}")


def _lines(values: object, prefix: str) -> list[str]:
    if isinstance(values, dict):
        return [
            line
            for key, value in values.items()
            for line in _lines(value, f"{prefix}.{key}" if prefix else str(key))
        ]
    if isinstance(values, list) and values and isinstance(values[0], dict):
        return [
            line for value in values for line in _lines(value, f"{prefix}.{value.get('name', '')}")
        ]
    return [f"{prefix} = {json.dumps(values)}"]
