"""Reading: which parser knows a piece of evidence, what it says, and where that belongs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from election.captures import Ending
from election.definition_file import LoadedDefinition
from election.documents import Document
from election.findings import Severity
from election.media import FlashCard, M100Card, Peb, TerminalFlash
from gateway.checks.wording import found
from gateway.medium_placement import refused_reading
from gateway.placement import place
from gateway.placements import Placement
from parsers.contract import Parser
from parsers.errors import ParseError
from parsers.registry import parser_for

_Answer = TypeVar("_Answer", bool, str)

MEDIA = frozenset({"m100-card", "peb", "flash", "flash-card"})
"""Parsers of media: what is only a part of one is too short for them, and not at all impossible."""

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
    content: bytes,
    ending: Ending,
    parsers: tuple[Parser, ...],
    loaded: LoadedDefinition,
    count_center: str,
    *,
    is_reading: bool = False,
) -> Reading:
    """Return what the first of `parsers` that knows `content` makes of it, its faults included.

    `ending` is that of the best capture that brought it, `is_reading` says that it was read from a
    medium. What was not read twice as a whole, with the same result, is not even looked at.
    """
    refusal = refused_reading(ending, "medium") if is_reading else None
    if refusal is not None:
        return Reading(placement=Placement(findings=(refusal,)))
    guarded = [_Guarded(parser) for parser in parsers]
    try:
        parser = parser_for(content, guarded)
    except ParseError as error:
        faults = (each.fault for each in guarded if each.fault)
        return Reading(problem=" ".join((str(error), *faults)))
    try:
        document: Document = parser.parse(content)
        placement = _placed(document, ending, loaded, count_center)
    except ParseError as error:
        placement = _unreadable(parser.name, ending, error)
        return Reading(parser.name, parser.version, str(error), placement)
    except Exception as error:  # supervisor edge: a faulty plug-in stops nobody
        log.exception("a parser failed", parser=parser.name)
        return Reading(parser.name, parser.version, f"{parser.name} failed: {error!r}. Report it.")
    return Reading(parser.name, parser.version, "", placement)


def _placed(
    document: Document, ending: Ending, loaded: LoadedDefinition, count_center: str
) -> Placement:
    if isinstance(document, M100Card | Peb | TerminalFlash | FlashCard):
        refusal = refused_reading(ending, "medium")
        if refusal is not None:
            return Placement(findings=(refusal,))
    return place(document, loaded, count_center)


def _unreadable(name: str, ending: Ending, error: ParseError) -> Placement:
    """Say that what a parser took for its own is not what it says it is, or is only a part."""
    partial = refused_reading(ending, "medium") if name in MEDIA else None
    if partial is not None:
        return Placement(findings=(partial,))
    message = (
        f"This file cannot be a valid {name}. The reason is: {error} Keep it and call the "
        "technician."
    )
    return Placement(findings=(found("C66", Severity.BLOCK, message),))


class _Guarded:
    """A parser that knows nothing where it fails, so that the others are asked."""

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self.fault = ""
        """What went wrong; empty as long as nothing did."""
        self.interface_version = parser.interface_version
        self.name, self.version = parser.name, parser.version
        self.parse = parser.parse

    def recognises(self, head: bytes) -> bool:
        return self._asked(self._parser.recognises, head, otherwise=False)

    def resembles(self, head: bytes) -> str:
        return self._asked(self._parser.resembles, head, otherwise="")

    def _asked(
        self, question: Callable[[bytes], _Answer], head: bytes, *, otherwise: _Answer
    ) -> _Answer:
        try:
            return question(head)
        except Exception as error:  # supervisor edge: a faulty plug-in stops nobody
            log.exception("a parser failed", parser=self.name)
            self.fault = f"{self.name} failed: {error!r}. Report it."
            return otherwise
