"""`zerotape central`: the aggregator, and what its operator needs around it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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

if TYPE_CHECKING:
    from central.database import Database
    from central.oversight import Center
    from election.definition_file import LoadedDefinition

app = typer.Typer(
    no_args_is_help=True,
    help="Run and look after the central aggregator.\n\n"
    "It needs a definition, a key of its own, and a configuration that names them. In this "
    "order: `make-key`, give the enrolment record to every gateway, `check-config`, `enrol` each "
    "gateway's record, `run`. Exit status: 0 done, 1 it failed and says why, 2 wrong usage.",
)
export_app = typer.Typer(no_args_is_help=True, help="Write files from the returns that count.")
app.add_typer(export_app, name="export")


@app.command()
def run(config: Config) -> None:
    """Run the daemon until Ctrl-C or SIGTERM; logs go to standard error.

    Before it accepts anything it computes the tally again from the log and compares.
    """
    import asyncio

    from central.config import read_central_settings
    from central.daemon import run_central
    from runtime.logs import configure_logs

    settings = read_central_settings(config)
    configure_logs(settings.log_format, settings.log_level)
    asyncio.run(run_central(settings))


@app.command("check-config")
def check_config(config: Config, *, as_json: AsJson = False) -> None:
    """Check the configuration, the definition and the key, and print what is in force.

    The database is not touched. Exit status 1 names every wrong key.
    """
    from central.config import read_central_settings
    from central.receipts import open_receipt_signer
    from runtime.definition_files import read_definition

    settings = read_central_settings(config)
    loaded = read_definition(settings.definition)
    signer = open_receipt_signer(settings.signing, loaded.definition, datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps(settings.model_dump(mode="json"), indent=1))
        return
    for key, value in settings.model_dump(mode="json").items():
        typer.echo(f"{key} = {json.dumps(value)}")
    typer.echo(
        f"\n# Good. {loaded.definition.title}, {loaded.definition.mode} mode, definition "
        f"{loaded.sha256[:16]}, key {signer.record.key_id[:16]}."
    )


@app.command("make-key")
def make_key_pair(
    key: NewKey,
    *,
    definition: DefinitionFile,
    holder: Holder,
    test: IsTest = False,
    passphrase: Passphrase = "",
) -> None:
    """Make the aggregator's key pair and its enrolment record.

    The record lies beside it, `x.enrolment.json` for `x.key`, and holds nothing secret: every
    gateway names it in its configuration, and believes no other key's receipts.
    """
    from election.keys import KeyRole
    from runtime.key_making import make_machine_key
    from runtime.keyfiles import enrolment_path

    record = make_machine_key(
        key,
        definition=definition,
        role=KeyRole.AGGREGATOR,
        count_center=None,
        holder=holder,
        is_test=test,
        passphrase=passphrase.encode() or None,
    )
    typer.echo(f"Key id: {record.key_id}")
    typer.echo(f"Enrolment record: {enrolment_path(key)}")


@app.command("enrol")
def enrol_keys(
    records: Annotated[
        list[Path], typer.Argument(help="Enrolment records: the `.enrolment.json` of gateways.")
    ],
    *,
    config: Config,
) -> None:
    """Enrol the keys of gateways and officers; from then on what they sign is looked at.

    Compare each key id aloud with whoever made the key. Works while the daemon runs. Enrolling
    the same record twice changes nothing. One bad record, and none is enrolled.
    """
    from central.enrolment import enrol
    from runtime.keyfiles import read_enrolment

    read = [read_enrolment(path) for path in records]
    with _database(config) as (loaded, database), database.writer.begin() as connection:
        for record in read:
            fresh = enrol(connection, record, loaded.definition, datetime.now(UTC))
            done = "enrolled" if fresh else "was enrolled already"
            typer.echo(f"{record.holder}: {record.effective_role} key {record.key_id} {done}")


@app.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="Key id, at least its first 8 digits.")],
    *,
    config: Config,
    at: Annotated[
        str, typer.Option(help="From when on, for example 2026-11-03T21:00:00-06:00.")
    ] = "now",
) -> None:
    """Make a key worthless for everything that arrives from a moment on; accepted returns stay."""
    from central.enrolment import revoke

    moment = _moment(at)
    with _database(config) as (_, database), database.writer.begin() as connection:
        key = revoke(connection, key_id, moment)
    typer.echo(f"{key.record.holder}: key {key.record.key_id} is revoked from {key.revoked_at}")


@export_app.command("totals")
def export_totals(
    config: Config,
    csv: Annotated[Path, typer.Option("--csv", help="The file to write; replaced as a whole.")],
) -> None:
    """Write the totals of all returns that count, by precinct, contest, choice, group, device.

    The same returns give the same bytes, in whatever order they arrived.
    """
    from central.exports import totals_csv
    from election.errors import ZerotapeError

    with _database(config) as (loaded, database):
        try:
            rows = totals_csv(database.reader, loaded.definition, csv)
        except OSError as error:
            raise ZerotapeError(f"{csv} cannot be written: {error.strerror}.") from error
    typer.echo(f"{csv}: {rows} rows")


@app.command()
def check(config: Config) -> None:
    """Compute the tally again from the log and compare; exit status 1 when they differ."""
    from central.recomputation import check_tally

    with _database(config) as (_, database):
        computed = check_tally(database.reader)
    typer.echo(
        f"Good: {computed.entries} log entries, {len(computed.current)} current returns, tally "
        f"SHA-256 {computed.tally_sha256}"
    )


@app.command()
def refusals(config: Config, *, as_json: AsJson = False) -> None:
    """List what was refused, the newest first, and what waits for a missing number."""
    from central.totals import Totals

    with _database(config) as (loaded, database):
        found = Totals(database.reader, loaded).oversight()
    if as_json:
        _print_json(found)
        return
    for refusal in found.refusals:
        alarm = "ALARM " if refusal.alarm else ""
        typer.echo(
            f"{refusal.last_at.isoformat(timespec='seconds')} {refusal.times}x "
            f"{refusal.count_center or refusal.topic}: {alarm}{' '.join(refusal.reasons)}"
        )
        for line in refusal.detail.splitlines():
            typer.echo(f"    {line}")
    for waiting in found.parked:
        typer.echo(f"parked: key {waiting.key_id[:16]}, number {waiting.sequence}")
    typer.echo(f"{found.refusal_count} refused, {len(found.parked)} parked")


@app.command()
def status(config: Config, *, as_json: AsJson = False) -> None:
    """Show how far the count is, and every count center with its keys."""
    from central.totals import Totals

    with _database(config) as (loaded, database):
        totals = Totals(database.reader, loaded)
        view, centers = totals.overview(), totals.centers()
    count = view.precinct_count
    if as_json:
        _print_json(
            {
                "election": loaded.definition.election,
                "mode": loaded.definition.mode.value,
                "log_size": view.log_size,
                "precincts": count,
                "centers": centers,
            }
        )
        return
    typer.echo(f"{loaded.definition.title}: {loaded.definition.mode} mode, unofficial")
    typer.echo(
        f"{view.log_size} returns accepted; {count.complete} of {count.total} precincts completely "
        f"in, {count.partly} partly"
    )
    for center in centers:
        _print_center(center)


@contextmanager
def _database(config: Path) -> "Iterator[tuple[LoadedDefinition, Database]]":
    """Open what the configuration names; never the broker."""
    from central.config import read_central_settings
    from central.database import database_errors, open_configured_database
    from runtime.definition_files import read_definition

    settings = read_central_settings(config)
    loaded = read_definition(settings.definition)
    database = open_configured_database(settings, loaded)
    try:
        with database_errors():
            yield loaded, database
    finally:
        database.close()


def _moment(text: str) -> datetime:
    if text == "now":
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no time as in 2026-11-03T21:00:00-06:00") from error
    if moment.tzinfo is None:
        raise typer.BadParameter("the time needs its zone, as in 2026-11-03T21:00:00-06:00")
    return moment.astimezone(UTC)


def _print_center(center: "Center") -> None:
    heard = center.status.received_at.isoformat(timespec="seconds") if center.status else ""
    typer.echo(f"{center.center.id}: heard {heard or 'never'}, {center.alarms} alarms")
    for key in center.keys:
        record = key.key.record
        state = "frozen" if key.frozen_at else "revoked" if key.key.revoked_at else "good"
        typer.echo(
            f"    key {record.key_id} ({record.holder}): {state}, last number "
            f"{key.last_sequence}, {key.parked} parked"
        )


def _print_json(value: object) -> None:
    from pydantic import TypeAdapter

    typer.echo(TypeAdapter(Any).dump_json(value, indent=1).decode())
