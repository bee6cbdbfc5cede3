"""From listings on disk to a drafted definition on disk."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from election.definition import ElectionDefinition
from election.definition_file import definition_bytes
from election.documents import VoteImageLog
from election.errors import ZerotapeError
from election.listings import TotalsListing
from gateway.drafting.definition import Source, draft_definition
from parsers.errors import ParseError
from parsers.registry import load_parsers, parser_for

MAX_BYTES = 512 * 1024 * 1024
MOST_FILES = 20
"""A county prints no more listings that name contests."""

PARSERS = ("el155", "el30a", "el30", "el45a", "el45", "el52", "el111", "erm-ascii", "el30a-pdf")
"""Of listings that name contests and choices."""


class NoDraft(ZerotapeError):
    """No definition can be drafted from these files."""


def draft_from_files(
    listings: Sequence[Path], out: Path, count_center: str, day: date | None = None
) -> ElectionDefinition:
    """Draft from the `listings`, write `out` whole or not at all; raise NoDraft."""
    if out.exists():
        raise NoDraft(f"{out} exists and is not overwritten. Name another file.")
    if len(listings) > MOST_FILES:
        raise NoDraft(f"{len(listings)} listings are too many; at most {MOST_FILES} are merged.")
    definition = draft_definition(
        *map(_source, listings),
        names=[listing.name for listing in listings],
        count_centers=(count_center,),
        day=day,
    )
    fresh = out.with_suffix(out.suffix + ".part")
    try:
        with fresh.open("wb") as file:
            file.write(definition_bytes(definition))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(out)
    except OSError as error:
        raise NoDraft(f"{out} cannot be written: {error.strerror}.") from error
    return definition


def _source(listing: Path) -> Source:
    try:
        with listing.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise NoDraft(f"{listing} cannot be read: {error.strerror}.") from error
    if len(content) > MAX_BYTES:
        raise NoDraft(f"{listing} is larger than {MAX_BYTES} bytes.")
    try:
        document = parser_for(content, load_parsers(PARSERS)).parse(content)
    except ParseError as error:
        raise NoDraft(
            f"{listing}: {error} Only listings that name contests and choices can be used: EL155, "
            "EL30, EL30A, EL45, EL45A, EL52, EL111 and the ASCII export."
        ) from error
    if not isinstance(document, VoteImageLog | TotalsListing):
        raise NoDraft(f"{listing} names no contests and choices.")
    return document
