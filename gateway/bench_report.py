"""What the bench says of one medium: who it is, how it was read, what is on it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from election.captures import Capture, Ending
from gateway.bench_reading import Contents
from gateway.medium_tables import Table, plain, tables_of

READINGS_DIFFER = 3
"""Exit status: two readings of the medium are not equal."""

NOT_SOUND = 4
"""Exit status: it was read, but not to its end, or its contents are damaged or unknown."""


NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
OWNER_ONLY = 0o600
"""A reading holds votes."""


def exit_status(captures: tuple[Capture, ...], contents: Contents) -> int:
    """Return 0, or why a person must look."""
    if captures[0].ending is Ending.UNSTABLE:
        return READINGS_DIFFER
    return 0 if contents.is_sound else NOT_SOUND


def report(captures: tuple[Capture, ...], contents: Contents) -> dict[str, Any]:
    """Return everything as JSON values."""
    first = captures[0]
    reading = first.reading
    return {
        "device": first.device,
        "medium": first.medium,
        "identity": reading.identity if reading else first.name,
        "bytes": len(first.content),
        "taken_at": first.taken_at.isoformat(),
        "ending": first.ending.value,
        "write_protection": reading.write_protection.value if reading else None,
        "readings": list(_hashes(captures)),
        "differs_at": reading.differs_at if reading else None,
        "facts": list(reading.facts) if reading else [],
        "notes": list(first.notes),
        "parser": contents.parser or None,
        "problem": contents.problem or None,
        "contents": plain(contents.document) if contents.document else None,
    }


def print_report(console: Console, captures: tuple[Capture, ...], contents: Contents) -> None:
    """Print it as tables."""
    values = report(captures, contents)
    shown = values.pop("contents")
    readings = {f"SHA-256, reading {n}": sha for n, sha in enumerate(values.pop("readings"), 1)}
    tables = [*tables_of("Medium", values | readings)]
    if shown is not None:
        tables += tables_of(contents.parser, shown)
    for table in tables:
        console.print(Text(table.title, style="bold"))
        console.print(_drawn(table))


def keep(captures: tuple[Capture, ...], folder: Path) -> list[Path]:
    """Write each reading into `folder`, named by its SHA-256; what is there already stays.

    Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [_kept(capture, folder / f"{capture.sha256}.img") for capture in captures]


def _kept(capture: Capture, path: Path) -> Path:
    if not path.exists():
        unfinished = path.with_suffix(".part")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, NEW_FILE, OWNER_ONLY), "wb") as file:
            file.write(capture.content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    return path


def _hashes(captures: tuple[Capture, ...]) -> Iterator[str]:
    """Yield the SHA-256 of every whole reading: two equal ones are one capture."""
    for capture in captures:
        yield capture.sha256
    first = captures[0]
    if len(captures) == 1 and first.reading and first.ending is Ending.WHOLE:
        yield from [first.sha256] * (first.reading.readings - 1)


def _drawn(table: Table) -> RichTable:
    drawn = RichTable()
    for column in table.columns:
        drawn.add_column(column, overflow="fold")  # half a hash is none
    for row in table.rows:
        drawn.add_row(*map(Text, row))  # a Text is never taken for markup
    return drawn
