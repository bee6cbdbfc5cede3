"""From a listing on disk to a drafted definition on disk."""

import os
from pathlib import Path

from election.definition import ElectionDefinition
from election.definition_file import definition_bytes
from election.documents import VoteImageLog
from election.errors import ZerotapeError
from gateway.defining import draft_definition
from parsers.errors import ParseError
from parsers.registry import load_parsers, parser_for

MAX_BYTES = 512 * 1024 * 1024


class NoDraft(ZerotapeError):
    """No definition can be drafted from this file."""


def draft_from_file(listing: Path, out: Path, count_center: str) -> ElectionDefinition:
    """Draft from the listing at `listing`, write `out` whole or not at all; raise NoDraft."""
    if out.exists():
        raise NoDraft(f"{out} exists and is not overwritten. Name another file.")
    try:
        with listing.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise NoDraft(f"{listing} cannot be read: {error.strerror}.") from error
    if len(content) > MAX_BYTES:
        raise NoDraft(f"{listing} is larger than {MAX_BYTES} bytes.")
    try:
        log = parser_for(content, load_parsers(["el155"])).parse(content)
    except ParseError as error:
        raise NoDraft(f"{listing}: {error} Only an EL155 vote image log can be used.") from error
    if not isinstance(log, VoteImageLog):
        raise NoDraft(f"{listing} is no vote image log.")
    definition = draft_definition(log, count_centers=(count_center,))
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
