"""`zerotape parse`: listings of the election software, and images of media, as CSV or JSON."""

import gc
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from election.errors import ZerotapeError
from listings.csv_tables import Table, table_of, write_csv
from listings.output import opened_output, refuse_existing
from listings.reading import Parsers, Reading, read_listing
from listings.remarks import findings_of, remark_lines
from parsers.built_in import BUILT_IN
from parsers.registry import known_parsers

HAS_FINDINGS = 3
"""Exit status when everything was read, and a listing contradicts itself or warns a person."""


class Format(StrEnum):
    """What a result is written as."""

    CSV = "csv"
    JSON = "json"


def parse(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Listings or images of media.", show_default=False),
    ],
    *,
    as_format: Annotated[
        str | None, typer.Option("--as", help="Read the files as this format, do not guess.")
    ] = None,
    output: Annotated[
        Format | None, typer.Option("--format", help="Unless given: csv, but json for tapes.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write to this new file, whole or not at all.")
    ] = None,
    records: Annotated[
        bool, typer.Option("--records", help="EL155: a row for each vote of each record.")
    ] = False,
) -> None:
    """Read listings of the election software, and write them as CSV or JSON.

    CSV: totals as one row a choice and counting group; logs as one row an entry. What the
    listings contradict themselves in goes to standard error. JSON: one object a file with
    everything, findings included; an array for several files.

    Images of memory cards, PEBs and flash are read too, in the project's own profiles: no vendor
    format of these is public. No count of a damaged one is written as CSV.

    With --records the records of a precinct are in the order of what they say, and numbered after
    that: neither tells when a ballot was cast.

    Exit status 0: read. 1: a file could not be read, and nothing was written. 2: wrong usage.
    3: read and written, and a listing has findings that a person must look at.
    """
    gc.disable()  # documents hold no cycles; looking for some takes a quarter of the time
    _refuse_unknown(as_format)
    if records and output is Format.JSON:
        raise typer.BadParameter("Records are CSV only.", param_hint="--format")
    refuse_existing(out)
    readings = _read_all(files, Parsers(as_format))
    if records or (output or _usual(readings)) is Format.CSV:
        _refuse_twice(readings)
    if records:
        # Like JSON below: few runs ask for it, and all would wait until it is imported.
        from listings.records import ORDER_OF_RECORDS, records_table  # noqa: PLC0415

        _write_table(records_table(readings), out)
        typer.echo(ORDER_OF_RECORDS, err=True)
        _tell(readings)
    elif (output or _usual(readings)) is Format.CSV:
        _write_table(_joined(readings), out)
        _tell(readings)
    else:
        from listings.json_documents import json_text  # noqa: PLC0415

        with opened_output(out) as file:
            file.write(json_text(readings))
    if any(findings_of(reading.document) for reading in readings):
        raise typer.Exit(HAS_FINDINGS)


def _refuse_unknown(name: str | None) -> None:
    if name is not None and name not in BUILT_IN and name not in (known := known_parsers()):
        raise typer.BadParameter(f"{name!r} is none of {', '.join(known)}.", param_hint="--as")


def _read_all(files: Sequence[Path], parsers: Parsers) -> list[Reading]:
    """Read every file; raise what is wrong with the first, or an ExceptionGroup of several."""
    readings: list[Reading] = []
    errors: list[ZerotapeError] = []
    for path in files:
        try:
            readings.append(read_listing(path, parsers))
        except ZerotapeError as error:
            errors.append(error)
    if len(errors) > 1:
        raise ExceptionGroup("files that cannot be read", errors)
    if errors:
        raise errors[0]
    return readings


def _refuse_twice(readings: Sequence[Reading]) -> None:
    """Raise BadParameter where one table would have the same votes twice."""
    first: dict[str, Path] = {}
    for reading in readings:
        same = first.setdefault(reading.sha256, reading.path)
        if same is not reading.path:
            raise typer.BadParameter(
                f"{reading.path} is {same} once more, byte for byte: its votes would stand twice. "
                "Name it once.",
                param_hint="FILE",
            )


def _usual(readings: Sequence[Reading]) -> Format:
    tabular = all(table_of(reading.document) for reading in readings)
    return Format.CSV if tabular else Format.JSON


def _joined(readings: Sequence[Reading]) -> Table:
    """Return the rows of all readings under one header; raise BadParameter where none fits all."""
    first = readings[0]
    for other in readings[1:]:
        if other.kind != first.kind:
            raise typer.BadParameter(
                f"{first.path} is an {first.kind} and {other.path} an {other.kind}: in one table "
                "the same votes could stand twice. Read them one at a time, or with --format json.",
                param_hint="FILE",
            )
    tables = [table_of(reading.document) for reading in readings]
    whole = [table for table in tables if table]
    if len(whole) < len(tables):
        raise typer.BadParameter("A tape is no table. Use json.", param_hint="--format")
    return Table(whole[0].header, (row for table in whole for row in table.rows))


def _write_table(table: Table, out: Path | None) -> None:
    with opened_output(out) as file:
        write_csv(file, table.header, table.rows)


def _tell(readings: Sequence[Reading]) -> None:
    for reading in readings:
        for line in remark_lines(reading):
            typer.echo(line, err=True)
