"""A damaged report ends in a document or in a ParseError that names the line, and soon."""

import random
from collections import Counter
from collections.abc import Sequence
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.contract import SNIFF_BYTES
from parsers.errors import ParseError
from parsers.unity.reports import body, precincts, texts
from parsers.unity.reports.parser import EL30, EL30A, EL45, EL45A, ReportParser
from simulators.listings.election import simulated_totals
from simulators.listings.report_style import style_for
from simulators.listings.reports import print_report
from simulators.listings.summing import as_report

PARSERS = (EL30, EL30A, EL45, EL45A)
TOTALS = simulated_totals(seed=1, precincts=2)
LISTINGS = {
    parser: [
        print_report(as_report(TOTALS, parser.kind.report), style_for(seed, parser.kind.report))
        for seed in range(4)
    ]
    for parser in PARSERS
}

TOP = b"PRECINCT REPORT\n0001 East\n" + b" " * 44 + b"VOTES  PERCENT\n"
CONTEST = b"MAYOR\nVOTE FOR 1\n"
ROW = b" ADA" + b"  ." * 13 + b"      5  100.00\n"


def outcome(parser: ReportParser, content: bytes) -> str:
    parser.recognises(content[:SNIFF_BYTES])
    parser.resembles(content[:SNIFF_BYTES])
    refused_on: int | None = 1
    try:
        parser.parse(content)
    except ParseError as error:
        refused_on = error.line
    else:
        return "read"
    assert refused_on is not None
    assert 1 <= refused_on <= content.count(b"\n") + 1
    return "refused"


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_damaged_reports_end_in_a_document_or_a_parse_error(parser: ReportParser) -> None:
    dice = random.Random(30)
    outcomes: Counter[str] = Counter()
    for _ in range(300):
        damaged = bytearray(dice.choice(LISTINGS[parser]))
        for _ in range(dice.randrange(1, 4)):
            place = dice.randrange(len(damaged))
            match dice.randrange(4):
                case 0:
                    damaged[place] ^= 1 << dice.randrange(8)
                case 1:
                    del damaged[place : place + dice.randrange(1, 300)]
                case 2:
                    other = dice.choice(LISTINGS[dice.choice(PARSERS)])
                    start = dice.randrange(len(other))
                    damaged[place:place] = other[start : start + dice.randrange(1, 500)]
                case _:
                    damaged[place] = dice.randrange(256)
        outcomes[outcome(parser, bytes(damaged))] += 1
    assert min(outcomes["read"], outcomes["refused"]) > 10


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_shuffled_lines_end_in_a_document_or_a_parse_error(parser: ReportParser) -> None:
    dice = random.Random(45)
    for listing in LISTINGS[parser]:
        for _ in range(20):
            lines = listing.split(b"\n")
            first = dice.randrange(len(lines))
            some = lines[first : first + dice.randrange(2, 60)]
            dice.shuffle(some)
            outcome(parser, b"\n".join([*lines[:first], *some, *lines[first + len(some) :]]))


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_every_cut_ends_in_a_document_or_a_parse_error(parser: ReportParser) -> None:
    listing = LISTINGS[parser][0]
    for cut in range(0, len(listing), 97):
        outcome(parser, listing[:cut])


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PARSERS), st.binary(max_size=300))
def test_any_bytes_end_in_a_document_or_a_parse_error(parser: ReportParser, content: bytes) -> None:
    outcome(parser, content)
    outcome(parser, LISTINGS[parser][0][:1_500] + content)


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (TOP + ROW.replace(b"ADA", b"   "), 4, "label"),
        (TOP + b"MAYOR\n" + ROW, 5, "vote-for"),
        (TOP + b"VOTE FOR 1\n" + ROW, 4, "without the title"),
        (TOP + CONTEST + b" ADA \x81\n", 6, "byte 81"),
        (TOP + CONTEST + ROW.replace(b"ADA", b"A\x01A"), 6, "is no label"),
        (TOP + CONTEST + b" ADA\n", 6, "expected a row"),
        (TOP + b"    (WITH 1 OF 1 PRECINCTS COUNTED)\n", 4, "vote-for line"),
        (TOP.replace(b"0001", b"0O01") + ROW, 3, "precinct line"),
        (b"PRECINCT REPORT\n0001 East\n" + CONTEST + ROW, 4, "no column heading"),
        (TOP + b"MAYOR\nPRECINCT REPORT\n" + TOP, 4, "no vote-for line"),
        (TOP + CONTEST + ROW + b"RUN DATE:11/08/10\n" + ROW, 8, "below a page header"),
        (TOP + CONTEST + ROW + b"RUN DATE:11/08/10\n" + CONTEST, 9, "below a page header"),
        (b"", 1, "no column heading"),
    ],
)
def test_what_cannot_be_read_is_refused_with_line_and_reason(
    content: bytes, line: int, reason: str
) -> None:
    with pytest.raises(ParseError, match=reason) as refusal:
        EL30.parse(content)
    assert refusal.value.line == line


LONG = 40


@pytest.mark.parametrize(
    ("limits", "content"),
    [
        (body, TOP + CONTEST + ROW * LONG),
        (body, TOP + b"TITLE\n" * LONG + b"VOTE FOR 1\n"),
        (precincts, b"".join(TOP.replace(b"0001", b"%04d" % n) + ROW for n in range(1, LONG))),
        (precincts, TOP + (CONTEST + ROW) * LONG),
        (texts, TOP[:-1] + b" " * 14 + TOP[-59:].lstrip(b"\n")),
    ],
)
def test_a_report_beyond_a_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch, limits: object, content: bytes
) -> None:
    for name in ("MOST_CHOICES", "MOST_PRECINCTS", "MOST_COUNTS", "MOST_TITLE_LINES"):
        if hasattr(limits, name):
            monkeypatch.setattr(limits, name, 7)
    if limits is texts:
        monkeypatch.setattr(texts, "MOST_PAGE_LINES", 7)
        heading = b" " * 44 + b"VOTES  PERCENT"
        right = b" " * 72 + ROW
        content = TOP[:26] + heading + b" " * 58 + b"VOTES  PERCENT\n" + right * LONG
    with pytest.raises(ParseError):
        EL30.parse(content)


def seconds(content: bytes) -> float:
    def once() -> float:
        begin = process_time()
        outcome(EL30, content)
        return process_time() - begin

    return min(once() for _ in range(3))


@pytest.mark.parametrize(
    "piece",
    [
        b" " * 4_000 + b"\n",
        b" A" + b" ." * 1_900 + b"\n",
        b" " + b"1 " * 1_900 + b"\n",
        b"*" * 4_000 + b"\n",
        b"VOTE FOR " + b" " * 3_000 + b"\n",
        b"(" * 4_000 + b"\n",
    ],
)
def test_time_grows_with_the_size_whatever_the_lines_are(piece: bytes) -> None:
    few, many = (seconds(TOP + CONTEST + ROW + b"".join([piece] * times)) for times in (20, 200))
    assert many < 60 * max(few, 0.002)


@pytest.mark.parametrize("copies", [(4, 40)])
def test_ten_times_the_precincts_take_about_ten_times_as_long(copies: Sequence[int]) -> None:
    few, many = (
        seconds(
            b"".join(
                TOP.replace(b"0001", b"%04d" % number) + (CONTEST + ROW) * 20
                for number in range(1, 10 * times + 1)
            )
        )
        for times in copies
    )
    assert many < 25 * max(few, 0.002)
