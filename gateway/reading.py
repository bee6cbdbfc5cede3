"""Reading: which parser knows a piece of evidence, what it says, and where that belongs."""

from dataclasses import dataclass, field

import structlog

from election.definition_file import LoadedDefinition
from election.documents import Document
from gateway.placement import place
from gateway.placements import Placement
from parsers.contract import Parser
from parsers.errors import ParseError
from parsers.registry import parser_for

log = structlog.get_logger("zerotape.gateway.reading")


@dataclass(frozen=True)
class Reading:
    """What a parser made of one piece of evidence, and where that belongs."""

    parser: str = ""
    """Empty where none knows it."""
    parser_version: str = ""
    problem: str = ""
    """Why it could not be read; empty where it was."""
    placement: Placement = field(default_factory=Placement)


def read_evidence(
    content: bytes, parsers: tuple[Parser, ...], loaded: LoadedDefinition, count_center: str
) -> Reading:
    """Return what the first of `parsers` that knows `content` makes of it, its faults included."""
    try:
        parser = parser_for(content, parsers)
    except ParseError as error:
        return Reading(problem=str(error))
    try:
        document: Document = parser.parse(content)
    except ParseError as error:
        return Reading(parser.name, parser.version, str(error))
    except Exception as error:  # supervisor edge: a faulty plug-in stops nobody
        log.exception("a parser failed", parser=parser.name)
        return Reading(parser.name, parser.version, f"{parser.name} failed: {error!r}. Report it.")
    placement = place(document, loaded, count_center)
    return Reading(parser.name, parser.version, "", placement)
