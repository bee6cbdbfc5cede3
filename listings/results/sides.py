"""From a file that holds totals, whatever its kind, to one side of a comparison."""

from pathlib import Path

from election.documents import VoteImageLog
from election.listings import TotalsListing
from listings.comparing.cells import Side, cells_of
from listings.reading import Advice, NotReadable, Parsers, read_listing, shown_path
from listings.remarks import findings_of
from listings.results.clarity import is_clarity, read_clarity
from listings.results.cut_names import cut_lengths
from listings.results.open_elections import is_open_elections, read_open_elections
from listings.results.text_files import csv_rows, file_bytes
from listings.results.totals_csv import is_totals_csv, read_totals_csv
from listings.totals_rows import totals_rows
from runtime.file_content import FileContent

TAKEN = (
    "Name a listing with totals, a CSV of zerotape parse, a CSV of OpenElections (its first row "
    "has at least precinct, office, candidate and votes), or a Clarity detail XML."
)

ADVICE = Advice(
    TAKEN,
    "No figure of it was used. Get the file again from whoever has the original, unchanged; or "
    "see with zerotape parse whether it is another format.",
)

HEAD_BYTES = 4_096
"""Enough for the first row of a CSV, or the root of an XML."""


def read_side(path: Path) -> Side:
    """Return the totals in the file at `path`; raise NotReadable or FileContentError."""
    head = _head(path)
    if is_clarity(head):
        return read_clarity(path, file_bytes(path))
    first_row = _first_row(path, head)
    if is_totals_csv(first_row):
        return read_totals_csv(path, file_bytes(path))
    if is_open_elections(first_row):
        return read_open_elections(path, file_bytes(path))
    return _listing_side(path)


def _head(path: Path) -> bytes:
    with FileContent(path, most_bytes=1 << 62) as content:  # the size is for the reader to judge
        return content[:HEAD_BYTES]


def _first_row(path: Path, head: bytes) -> list[str]:
    try:
        return next((row for _, row in csv_rows(path, head)), [])
    except NotReadable:
        return []


def _listing_side(path: Path) -> Side:
    reading = read_listing(path, Parsers(), ADVICE)
    document = reading.document
    if not isinstance(document, TotalsListing | VoteImageLog):
        raise NotReadable(f"{shown_path(path)} is {reading.kind} and holds no totals. {TAKEN}")
    seen_with = f"It has findings. See them with: zerotape parse {path} --format json"
    return Side(
        shown_path(path),
        reading.format,
        cells_of(totals_rows(document)),
        cut_lengths=cut_lengths(reading.format),
        leaves_out_zeros=isinstance(document, VoteImageLog),
        notes=(*document.notes, seen_with) if findings_of(document) else document.notes,
    )
