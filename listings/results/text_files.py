"""Published result files as text: what a spreadsheet or a web site gives away."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from listings.reading import NotReadable
from runtime.file_content import FileContent

MOST_BYTES = 64 * 1024 * 1024
"""A whole state by precinct has 2 MB; rows are held in memory."""


def file_bytes(path: Path) -> bytes:
    """Return the bytes of the file at `path`; raise FileContentError."""
    with FileContent(path, most_bytes=MOST_BYTES) as content:
        return content[:]


def csv_rows(path: Path, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of every row that is not empty; raise NotReadable.

    UTF-8 with or without BOM, else code page 1252; lines end in LF, CR LF or a lone CR.
    """
    reader = csv.reader(StringIO(_text(content), newline=""), strict=True)
    try:
        for row in reader:
            if any(row):
                yield reader.line_num, row
    except csv.Error as error:
        raise NotReadable(f"{path}, line {reader.line_num}: no CSV: {error}. Mend it.") from error


def votes_in(path: Path, line: int, cell: str) -> int | None:
    """Return the count in `cell`, None where it is blank; raise NotReadable."""
    figure = cell.strip().replace(",", "")
    if not figure:
        return None
    if not (figure.isascii() and figure.isdigit() and len(figure) <= 12):
        raise NotReadable(f"{path}, line {line}: {cell[:20]!r} is no count of votes. Mend it.")
    return int(figure)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
