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

app = typer.Typer(
    no_args_is_help=True,
    help="Run and look after the gateway of a count center.\n\n"
    "A gateway needs a definition, a key that central has enrolled, central's own enrolment "
    "record, and a configuration that names them. In this order: `make-key`, have the enrolment "
    "record enrolled at central, `check-config`, `run`.",
)


@app.command()
def run(config: Config) -> None:
    """Run the daemon until Ctrl-C or SIGTERM; logs go to standard error."""
    import asyncio

    from gateway.config import read_gateway_settings
    from gateway.daemon import run_gateway
    from runtime.logs import configure_logs

    settings = read_gateway_settings(config)
    configure_logs(settings.log_format, settings.log_level)
    asyncio.run(run_gateway(settings, config.parent.absolute()))


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
