"""Reading goes on where a parser, or what it returns, is faulty."""

from dataclasses import dataclass
from typing import cast

import pytest

from election.captures import Ending
from election.definition_file import LoadedDefinition, load_definition
from election.documents import Document
from gateway.reading import read_evidence
from parsers.contract import INTERFACE_VERSION, Content, Parser
from parsers.errors import ParseError
from simulators.sample import sample_definition_bytes


@dataclass(frozen=True)
class Faulty:
    """A plug-in that fails at one question and answers the others."""

    fails_at: str
    known: bool = True
    interface_version: int = INTERFACE_VERSION
    name: str = "faulty"
    version: str = "9"

    def recognises(self, head: bytes) -> bool:
        self._fail("recognises", head)
        return self.known

    def resembles(self, head: bytes) -> str:
        self._fail("resembles", head)
        return "it is not."

    def parse(self, content: Content) -> Document:
        self._fail("parse", content)
        return cast("Document", None)

    def _fail(self, here: str, shown: Content) -> None:
        if here == self.fails_at:
            raise RuntimeError(f"{here} is broken by {len(shown)} bytes")


@dataclass(frozen=True)
class Strict:
    """Knows everything, and refuses it with a reason."""

    interface_version: int = INTERFACE_VERSION
    name: str = "strict"
    version: str = "1"

    def recognises(self, head: bytes) -> bool:
        return bool(head)

    def resembles(self, head: bytes) -> str:
        return "" if head else "it is empty."

    def parse(self, content: Content) -> Document:
        raise ParseError("line 1 is no tape", offset=len(content))


@pytest.fixture(scope="module")
def sample() -> LoadedDefinition:
    return load_definition(sample_definition_bytes(), "sample")


def test_the_next_parser_is_asked_where_one_fails_to_recognise(sample: LoadedDefinition) -> None:
    reading = read_evidence(b"x", Ending.WHOLE, (Faulty("recognises"), Strict()), sample, "north")
    assert (reading.parser, "line 1 is no tape" in reading.problem) == ("strict", True)


@pytest.mark.parametrize("place", ["recognises", "resembles"])
def test_a_parser_that_fails_at_a_question_is_named_and_stops_nobody(
    sample: LoadedDefinition, place: str
) -> None:
    parsers: tuple[Parser, ...] = (Faulty(place, known=False),)
    reading = read_evidence(b"x", Ending.WHOLE, parsers, sample, "north")
    assert reading.parser == ""
    assert "No allowed parser recognises this" in reading.problem
    assert f"{place} is broken" in reading.problem
    assert "Report it" in reading.problem


@pytest.mark.parametrize("place", ["parse", "nowhere, but it returns no document"])
def test_a_document_that_cannot_be_made_or_placed_is_a_problem(
    sample: LoadedDefinition, place: str
) -> None:
    reading = read_evidence(b"x", Ending.WHOLE, (Faulty(place),), sample, "north")
    assert (reading.parser, reading.parser_version) == ("faulty", "9")
    assert "faulty failed" in reading.problem
    assert reading.placement.parts == ()
