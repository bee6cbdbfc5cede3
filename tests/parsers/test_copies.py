"""Every listing says the same after it went through a browser, a word processor, a spreadsheet."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial

import pytest

from election.definition_file import load_definition
from election.documents import Document, VoteImageLog
from election.listings import EventLog, ManualChangesLog, SystemLog, TotalsListing
from parsers.contract import SNIFF_BYTES, Parser
from parsers.errors import ParseError
from parsers.registry import known_parsers, load_parsers
from parsers.unity.copies import HTML_NOTE, TABS_NOTE, UTF8_NOTE
from simulators.listings.copies import (
    COPIES,
    Copy,
    as_utf8,
    as_web_page,
    through_spreadsheet,
    without_escapes,
)
from simulators.listings.printers import PRINTERS
from simulators.sample import sample_definition_bytes

SEED = 6
PRECINCTS = 3
NAMES = ("Süd", "ÉCOLE - “A”", "Nord")


@dataclass(frozen=True)
class Way:
    """What a file goes through, and what the document says of it."""

    copied: Callable[[bytes], bytes]
    note: str | None


WAYS = {
    "web page": Way(as_web_page, HTML_NOTE),
    "web page saved by a browser": Way(partial(as_web_page, scripts=True), HTML_NOTE),
    "UTF-8": Way(as_utf8, UTF8_NOTE),
    "UTF-8, double-spaced": Way(partial(as_utf8, double_spaced=True), UTF8_NOTE),
    "UTF-8, dashes": Way(partial(as_utf8, dashes=True), UTF8_NOTE),
    "spreadsheet": Way(through_spreadsheet, TABS_NOTE),
    "no escape characters": Way(without_escapes, None),
}

RECORDS = "erm-ascii"
"""Records, no print: a browser or a spreadsheet has no part in it."""

REFUSED = [("el52", "UTF-8, double-spaced"), ("el111", "UTF-8, double-spaced")]
"""Blank lines within rulers and diagonals; no such copy of a canvass was ever seen."""


@cache
def printed(format_: str) -> bytes:
    definition = load_definition(sample_definition_bytes(), "the sample").definition
    precincts = tuple(
        precinct.model_copy(update={"name": name})
        for precinct, name in zip(definition.precincts[:PRECINCTS], NAMES, strict=True)
    )
    return PRINTERS[format_](definition.model_copy(update={"precincts": precincts}), SEED)


Listed = VoteImageLog | TotalsListing | EventLog | ManualChangesLog | SystemLog


@cache
def parser_of(format_: str) -> Parser:
    (parser,) = load_parsers([format_])
    return parser


@cache
def original_document(format_: str) -> Listed:
    return listed(parser_of(format_).parse(printed(format_)))


def listed(document: Document) -> Listed:
    assert isinstance(document, Listed)
    return document


def content(document: Listed) -> Listed:
    """Leave out what a copy may change: notes, and lines that findings name."""
    findings = tuple(replace(f, lines=(), message="") for f in document.findings)
    return replace(document, notes=(), findings=findings)


def test_every_format_that_can_be_printed_has_its_parser() -> None:
    assert set(PRINTERS) <= set(known_parsers())


def test_every_kind_of_copy_is_tried() -> None:
    tried = {getattr(way.copied, "func", way.copied) for way in WAYS.values()}
    assert set(COPIES) == set(Copy)
    assert set(COPIES.values()) == tried


@pytest.mark.parametrize(
    ("format_", "name"),
    [
        (format_, name)
        for format_ in PRINTERS
        for name, way in WAYS.items()
        if format_ != RECORDS or way.note == UTF8_NOTE
        if (format_, name) not in REFUSED
    ],
)
def test_a_copy_is_read_as_its_original(format_: str, name: str) -> None:
    way, original = WAYS[name], printed(format_)
    copy = way.copied(original)
    assert copy != original or b"\x1b" not in original
    parser = parser_of(format_)
    assert parser.recognises(copy[:SNIFF_BYTES])
    read = listed(parser.parse(copy))
    assert content(read) == content(original_document(format_))
    said_in_ascii = way.note == UTF8_NOTE and copy.isascii()
    assert (way.note in read.notes) == (way.note is not None and not said_in_ascii)


@pytest.mark.parametrize(("format_", "name"), REFUSED)
def test_a_copy_that_cannot_be_read_is_refused(format_: str, name: str) -> None:
    with pytest.raises(ParseError):
        parser_of(format_).parse(WAYS[name].copied(printed(format_)))


@pytest.mark.parametrize("format_", ["el30", "el30a", "el52", "el111", "el155", "erm-ascii"])
def test_listings_with_names_of_precincts_have_letters_beyond_ascii(format_: str) -> None:
    assert not printed(format_).isascii()
