"""Any damage to a canvass ends in a document or in a ParseError, in time."""

import random
import re
from collections.abc import Callable
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.contract import Parser
from parsers.errors import ParseError
from parsers.unity.canvass import reader
from parsers.unity.canvass.el52 import PARSER as EL52
from parsers.unity.canvass.el111 import PARSER as EL111
from simulators.listings.canvass_el52 import El52Layout, print_el52
from simulators.listings.canvass_el111 import El111Layout, print_el111
from simulators.listings.canvassing import as_canvass
from simulators.listings.election import simulated_totals

TOTALS = simulated_totals(1, precincts=5)
BOTH: dict[str, tuple[Parser, bytes]] = {
    "EL52": (EL52, print_el52(as_canvass(TOTALS, "EL52"), El52Layout())),
    "EL111": (EL111, print_el111(as_canvass(TOTALS, "EL111"), El111Layout())),
}
both = pytest.mark.parametrize(("parser", "pages"), BOTH.values(), ids=BOTH)


def refusal(parser: Parser, content: bytes) -> ParseError:
    with pytest.raises(ParseError) as caught:
        parser.parse(content)
    return caught.value


DAMAGES: dict[str, Callable[[list[bytes], random.Random], None]] = {
    "cut": lambda lines, chance: lines.__delitem__(slice(chance.randrange(len(lines)), None)),
    "a line lost": lambda lines, chance: lines.__delitem__(chance.randrange(len(lines))),
    "shuffled": lambda lines, chance: chance.shuffle(lines),
    "two lines swapped": lambda lines, chance: lines.insert(
        chance.randrange(len(lines)), lines.pop(chance.randrange(len(lines)))
    ),
}


@both
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_listing_ends_in_a_document_or_in_a_parse_error(
    parser: Parser, pages: bytes, damage: str
) -> None:
    for seed in range(60):
        lines = pages.split(b"\n")
        DAMAGES[damage](lines, random.Random(seed))
        try:
            parser.parse(b"\n".join(lines))
        except ParseError as error:
            assert error.line is not None, error  # noqa: PT017  # a ParseError is allowed


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(BOTH)), st.integers(0, 10_000), st.integers(0, 255))
def test_one_changed_byte_ends_in_a_document_or_in_a_parse_error(
    report: str, place: int, byte: int
) -> None:
    parser, pages = BOTH[report]
    place %= len(pages)
    try:
        parser.parse(pages[:place] + bytes([byte]) + pages[place + 1 :])
    except ParseError as error:
        assert error.line is not None or error.offset is not None  # noqa: PT017  # allowed


def test_time_grows_with_the_size_for_lines_that_are_nearly_headings() -> None:
    hostile = [b" " * 4_000 + b"WITH", b"   " + b"(A " * 1_300, b" " * 200 + b"-" * 3_800 + b"x"]
    for parser in (EL52, EL111):
        for line in hostile:
            begin = perf_counter()
            refusal(parser, (line + b"\n") * 190)
            assert perf_counter() - begin < 2


@both
def test_a_listing_resembles_its_format_when_its_rows_are_gone(
    parser: Parser, pages: bytes
) -> None:
    head, *_ = re.split(rb"- ?-", pages, maxsplit=1)
    assert not parser.recognises(head)
    assert parser.resembles(head)
    assert parser.resembles(b"some text\n" * 20) == ""
    assert parser.resembles(b"") == ""


@both
def test_nothing_and_other_text_is_refused(parser: Parser, pages: bytes) -> None:
    assert refusal(parser, b"").line == 1
    assert refusal(parser, b"some text\n" * 300).line == 1
    assert refusal(parser, pages[:200]).line is not None


@both
@pytest.mark.parametrize("limit", ["MOST_PRECINCTS", "MOST_ROWS"])
def test_more_than_a_listing_can_hold_is_refused(
    parser: Parser, pages: bytes, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, limit, 3)
    line = refusal(parser, pages).line
    assert line is not None
    assert pages.split(b"\n")[line - 1].startswith(b"0004 ")


@both
def test_rows_without_a_heading_are_refused(parser: Parser, pages: bytes) -> None:
    row = [line for line in pages.split(b"\n") if line.startswith(b"0002 ")][-1]
    assert refusal(parser, row + b"\n" + pages).line == 1
    assert refusal(parser, pages.replace(b"====\r", b"====\r\n" + row, 1)).line is not None


@both
def test_text_behind_the_last_contest_is_refused(parser: Parser, pages: bytes) -> None:
    end = pages[: pages.rindex(b"=") + 1]
    assert "ends before the rows" in refusal(parser, end + b"\r\nSchool Board\r\n").reason
