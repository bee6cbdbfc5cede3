"""`zerotape simulate listing`: what the tabulation software would print of a simulated election."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from election.errors import ZerotapeError
from simulators.listings.copies import COPIES, Copy
from simulators.new_files import write_new

if TYPE_CHECKING:
    from collections.abc import Callable

    from election.definition import ElectionDefinition


class Format(StrEnum):
    """A listing that can be printed."""

    EL30 = "el30"
    EL30A = "el30a"
    EL45 = "el45"
    EL45A = "el45a"
    EL52 = "el52"
    EL68 = "el68"
    EL68A = "el68a"
    EL111 = "el111"
    EL152 = "el152"
    EL155 = "el155"
    ERM_ASCII = "erm-ascii"


def listing(
    format_: Annotated[
        Format, typer.Argument(metavar="FORMAT", help="Which listing: el30, el30a, el45, ...")
    ],
    out: Annotated[Path, typer.Option("--out", help="File to write; it must not exist yet.")],
    definition_file: Annotated[
        Path | None,
        typer.Option("--definition", help="Election definition; the sample election unless given."),
    ] = None,
    seed: Annotated[
        int, typer.Option(help="The same seed gives the same votes and the same page style.")
    ] = 1,
    copy: Annotated[
        Copy | None,
        typer.Option(help="Write it as it looks after it went through one of these."),
    ] = None,
) -> None:
    """Print a listing of a simulated election into a file.

    The votes are those of `zerotape simulate night` with the same seed. el30 and
    el45 have the totals, el30a and el45a the totals by counting group, el52 and
    el111 the canvass, erm-ascii the records of the export, el155 the cast vote
    records of the touch screens. el152, el68 and el68a are logs of an invented
    county.

    Each seed also chooses another page style, as counties have different ones.
    Read the file again with `zerotape parse FILE`.
    """
    from simulators.listings.printers import PRINTERS

    if format_ is Format.ERM_ASCII and copy not in (None, Copy.UTF_8):
        raise ZerotapeError(f"The records of {format_} are never printed. Leave out --copy.")
    content = _encoded(PRINTERS[format_], _definition(definition_file), seed)
    if copy is not None:
        content = COPIES[copy](content)
    write_new(out, content)
    after = f", copied as {copy}" if copy else ""
    typer.echo(f"{out}: {format_.upper()} of seed {seed}{after}, {len(content):,} bytes.")
    typer.echo(f"Read it again: zerotape parse {out}")


def _encoded(
    printer: "Callable[[ElectionDefinition, int], bytes]",
    definition: "ElectionDefinition",
    seed: int,
) -> bytes:
    try:
        return printer(definition, seed)
    except UnicodeEncodeError as error:
        text, wrong = error.object, error.object[error.start]
        raise ZerotapeError(
            f"{text.strip()[:60]!r} has the character {wrong!r}, which no listing can print. "
            "Spell the name in the definition with letters of code page 1252."
        ) from error


def _definition(path: Path | None) -> "ElectionDefinition":
    from election.definition_file import load_definition
    from runtime.definition_files import read_definition
    from simulators.sample import sample_definition_bytes

    if path is None:
        return load_definition(sample_definition_bytes(), "the sample election").definition
    return read_definition(path).definition
