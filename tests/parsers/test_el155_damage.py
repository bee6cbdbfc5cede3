"""What is no EL155 listing, or a damaged one, ends in a ParseError or says what is wrong."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.documents import VoteImagePrecinct
from parsers.contract import SNIFF_BYTES
from parsers.errors import ParseError
from parsers.unity.el155 import reader
from parsers.unity.el155.parser import PARSER
from simulators.listings.el155 import (
    Layout,
    Listing,
    example_county,
    print_listing,
)
from simulators.listings.paper import PREAMBLE, RESET

COUNTY = example_county()
UNTOUCHED = print_listing(COUNTY)
NO_TRAILERS = print_listing(COUNTY, Layout(trailers=False))


def index_of(lines: list[bytes], text: bytes) -> int:
    return next(index for index, line in enumerate(lines) if text in line)


def lines_of(listing: Listing, layout: Layout | None = None) -> list[bytes]:
    return print_listing(listing, layout).split(b"\r\n")


def refusal(content: bytes) -> ParseError:
    with pytest.raises(ParseError) as caught:
        PARSER.parse(content)
    return caught.value


@pytest.mark.parametrize("undefined", [b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"])
@pytest.mark.parametrize(("text", "line"), [(b"East", 2), (b"Ann ", 6), (b"COUNCIL", 7)])
def test_bytes_that_code_page_1252_does_not_have_are_refused(
    undefined: bytes, text: bytes, line: int
) -> None:
    damaged = UNTOUCHED.replace(text, text[:-1] + undefined)
    error = refusal(damaged)
    assert error.line == line
    assert f"byte {undefined.hex().upper()}" in error.reason


@pytest.mark.parametrize(
    "stranger",
    [
        b"REPORT-EL52     PAGE 0001",
        b"5120001    2 *   14",
        b"5120001    2 *   14 Ann Example",
        b"5120001    2 *      Ann Example                             SHERIFF",
        b"5120001    2 * 1 14 Ann Example                             SHERIFF",
        b"5120001    2 *  14  Ann Example                             SHERIFF",
        b"5120001    2 *1 1   Ann Example                             SHERIFF",
        b"5120001    2 *      1 Ann Example                           SHERIFF",
        b"5120001    2 *   1x Ann Example                             SHERIFF",
        b"5120001    2 *   14 " + b" " * 40 + b"SHERIFF",
        b"5120001    2 *   14 Ann\tExample                             SHERIFF",
        b"5120001    2 *   14 Ann Example                             " + b"S" * 41,
        b"512 001    2 *   14 Ann Example                             SHERIFF",
        b"   3     2",
        b"VOTR.    B/I     CANDIDATES RECEIVING A VOTE",
    ],
)
def test_a_line_that_is_none_of_the_known_ones_is_refused(stranger: bytes) -> None:
    lines = lines_of(COUNTY)
    lines.insert(8, stranger)
    assert refusal(b"\r\n".join(lines)).line == 9


@pytest.mark.parametrize("cells", [b"   3     ", b"   3    2", b" 3 3     2", b"   3   2 2"])
def test_a_damaged_trailer_cell_is_refused(cells: bytes) -> None:
    lines = lines_of(COUNTY)
    where = index_of(lines, b"   3     2")
    lines[where] = cells + lines[where][10:]
    assert refusal(b"\r\n".join(lines)).line == where + 1


def test_a_lost_page_header_or_column_heading_is_refused() -> None:
    lines = lines_of(COUNTY)
    heading = b"VOTR.    B/I     CANDIDATES RECEIVING A VOTE"
    for lost in (index_of(lines, b"West"), index_of(lines, b"West") + 2):
        refusal(b"\r\n".join(lines[:lost] + lines[lost + 1 :]))
    assert lines[index_of(lines, b"West") + 2] == heading


def test_pages_of_two_elections_are_refused() -> None:
    east, west = UNTOUCHED.split(b"RUN DATE")[1:]
    mixed = b"RUN DATE" + east + b"RUN DATE" + west.replace(b"17110816", b"17061416")
    assert "another election" in refusal(mixed).reason


@pytest.mark.parametrize("content", [b"", b"\r\n", PREAMBLE + b"\r\n" + RESET, b"\x00" * 9_000])
def test_content_without_a_page_is_refused(content: bytes) -> None:
    refusal(content)


def test_a_listing_that_ends_in_a_page_header_is_refused() -> None:
    lines = lines_of(COUNTY)
    cut = b"\r\n".join(lines[: index_of(lines, b"West") + 1]) + b"\r\n"
    assert "ends before" in refusal(cut).reason


@pytest.mark.parametrize(
    ("limit", "value"),
    [("MOST_PRECINCTS", 1), ("MOST_TERMINALS", 2), ("MOST_COUNTS", 3), ("MOST_VOTES", 2)],
)
def test_a_listing_beyond_a_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(reader, limit, value)
    assert f"more than {value}" in refusal(UNTOUCHED).reason


def totals(precinct: VoteImagePrecinct) -> object:
    return precinct.ballots, sorted(precinct.terminals, key=lambda terminal: terminal.serial)


def test_no_cut_of_a_listing_with_trailers_gives_a_wrong_total_silently() -> None:
    truth = {precinct.number: totals(precinct) for precinct in PARSER.parse(UNTOUCHED).precincts}
    outcomes: Counter[str] = Counter()
    for cut in range(len(UNTOUCHED)):
        try:
            log = PARSER.parse(UNTOUCHED[:cut])
        except ParseError:
            outcomes["refused"] += 1
            continue
        uncontrolled = any("No PRECINCT TOTALS" in note for note in log.notes)
        for precinct in log.precincts:
            said = uncontrolled or precinct.disagreements
            assert said or totals(precinct) == truth[precinct.number], cut
            outcomes["said" if said else "true"] += 1
    assert min(outcomes[outcome] for outcome in ("refused", "said", "true")) > 0


def test_a_cut_last_line_of_a_listing_without_trailers_is_refused() -> None:
    lines = NO_TRAILERS.removesuffix(RESET).removesuffix(b"\r\n")
    for missing in range(1, 7):  # within the contest of the last vote line
        assert "middle of a line" in refusal(lines[:-missing]).reason
    assert PARSER.parse(lines).precincts[1].ballots == 2  # only its line end is missing


def test_damaged_listings_end_in_a_document_or_a_parse_error() -> None:
    dice = random.Random(155)
    sources = [UNTOUCHED, NO_TRAILERS, print_listing(COUNTY, Layout(page_lines=7))]
    outcomes: Counter[str] = Counter()
    for _ in range(3_000):
        damaged = bytearray(dice.choice(sources))
        for _ in range(dice.randrange(1, 4)):
            place = dice.randrange(len(damaged))
            match dice.randrange(4):
                case 0:
                    damaged[place] ^= 1 << dice.randrange(8)
                case 1:
                    del damaged[place : place + dice.randrange(1, 200)]
                case 2:
                    other = dice.choice(sources)
                    start = dice.randrange(len(other))
                    damaged[place:place] = other[start : start + dice.randrange(1, 300)]
                case _:
                    damaged[place] = dice.randrange(256)
        PARSER.recognises(bytes(damaged[:SNIFF_BYTES]))
        try:
            PARSER.parse(bytes(damaged))
            outcomes["read"] += 1
        except ParseError:
            outcomes["refused"] += 1
    assert min(outcomes["read"], outcomes["refused"]) > 100


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_end_in_a_document_or_a_parse_error(content: bytes) -> None:
    for listing in (content, UNTOUCHED[:400] + content):
        PARSER.recognises(listing)
        try:
            PARSER.parse(listing)
        except ParseError as error:
            assert (error.line, error.offset) != (None, None)  # noqa: PT017  # a ParseError is one of two good ends


@pytest.mark.parametrize("preamble", [PREAMBLE, PREAMBLE.replace(b"\x1b", b""), b""])
def test_el155_is_recognised_with_and_without_preamble(preamble: bytes) -> None:
    assert PARSER.recognises(print_listing(COUNTY, Layout(preamble=preamble))[:SNIFF_BYTES])


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"RUN DATE:12/30/10 11:03 AM" + b" " * 50 + b"ELECTION ID: 15110210\r\n\r\n"
        b"Votronic  PEB#   Type    Date       Time     Event\r\n",
        UNTOUCHED.replace(b"RECEIVING A VOTE", b"RECEIVING AN UNDERVOTE"),
        b"PRECINCT REPORT                                    CABELL COUNTY\r\n",
        b"A letter about\r\n" + UNTOUCHED,
        b"x" * SNIFF_BYTES,
    ],
)
def test_other_content_is_not_taken_for_el155(head: bytes) -> None:
    assert not PARSER.recognises(head[:SNIFF_BYTES])


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"A letter about\r\n" + UNTOUCHED, "other text stands above"),
        (UNTOUCHED.replace(b"PRECINCT    1", b"P1", 1), "the line above its column heading is no"),
        (UNTOUCHED.replace(b"RECEIVING A VOTE", b"RECEIVING AN UNDERVOTE"), "its column heading"),
        (b"\r\n".join(lines_of(COUNTY)[5:]), "its vote lines begin without a page header"),
        (b"\r\n".join(lines_of(COUNTY)[3:]), "the line above its column heading is no"),
        (b"PRECINCT REPORT                                    CABELL COUNTY\r\n", ""),
        (b"x" * SNIFF_BYTES, ""),
        (b"", ""),
    ],
)
def test_what_only_resembles_el155_says_why(head: bytes, reason: str) -> None:
    assert not PARSER.recognises(head[:SNIFF_BYTES])
    said = PARSER.resembles(head[:SNIFF_BYTES])
    assert said.startswith(reason)
    assert bool(said) == bool(reason)


def test_a_byte_that_no_listing_has_does_not_hide_what_the_file_is() -> None:
    damaged = UNTOUCHED.replace(b"East", b"E\x81st")
    assert PARSER.recognises(damaged)
    assert refusal(damaged).line == 2
