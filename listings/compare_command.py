"""`zerotape compare`: the cells in which two results differ."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from listings.comparing.comparison import compare_sides
from listings.comparison_report import as_csv, as_json, as_text, coverage_lines
from listings.output import opened_output
from listings.results.names_file import read_names
from listings.results.sides import read_side

NOT_EQUAL = 1
"""Exit status when cells differ, or none could be compared."""


class Format(StrEnum):
    """What a comparison is written as."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="A result.", show_default=False)],
    b: Annotated[Path, typer.Argument(metavar="B", help="The other result.", show_default=False)],
    *,
    output: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    names: Annotated[
        Path | None,
        typer.Option(help="CSV of names that are the same: the name in A, the name in B."),
    ] = None,
) -> None:
    """Print the cells in which two results differ, and what was not compared.

    A and B are each a listing with totals (EL30, EL30A, EL45, EL45A, EL52, EL111, ASCII export,
    EL155), a CSV of zerotape parse, an OpenElections CSV or a Clarity detail XML. Case,
    punctuation and cut names are seen through; other names are the same only where --names says
    so. What could be two things is not compared.

    Exit status 0: something was compared, and all of it is equal. 1: cells differ, or nothing
    could be compared, or a file could not be read. 2: wrong usage.
    """
    said = read_names(names) if names else {}
    comparison = compare_sides(read_side(a), read_side(b), said)
    with opened_output(None) as file:
        match output:
            case Format.TEXT:
                file.write(as_text(comparison))
            case Format.JSON:
                file.write(as_json(comparison))
            case Format.CSV:
                file.write(as_csv(comparison))
    if output is Format.CSV:
        for line in coverage_lines(comparison):
            typer.echo(line, err=True)
    if not comparison.is_equal:
        raise typer.Exit(NOT_EQUAL)
