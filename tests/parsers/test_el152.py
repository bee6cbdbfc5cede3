import dataclasses
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.listings import Event, EventLog, ListingCheck, ListingHead
from parsers.contract import SNIFF_BYTES, Parser
from parsers.errors import ParseError
from parsers.unity.el152.parser import PARSER
from simulators.listings.el152 import (
    COLUMN_HEADING,
    UNSET,
    EventLogLayout,
    print_event_log,
    sample_event_log,
)
from simulators.listings.paper import PREAMBLE, RESET, Paper

HEADER = f"{'RUN DATE:12/30/10 11:03 AM':<76}ELECTION ID: 15110210"
HEAD = ListingHead("EL152", (), "12/30/10 11:03 AM", "15110210")

TOP = [HEADER, "", COLUMN_HEADING, ""]
"""With the invented rows below, in the columns of real listings."""


def clock(*parts: int) -> datetime:
    """Return what the wall clock of a terminal shows."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001  # six parts, no zone


def listing(*rows: str) -> bytes:
    return "".join(f"{row}\r\n" for row in [*TOP, *rows]).encode("cp1252")


def checks(log: EventLog) -> list[tuple[ListingCheck, tuple[int, ...]]]:
    return [(finding.check, finding.lines) for finding in log.findings]


CHARACTERS = st.characters(codec="cp1252", categories=("L", "M", "N", "P", "S", "Zs"))


def is_ascii_or_no_utf8(text: str) -> bool:
    """Say whether nobody can take the bytes of `text` for UTF-8 of another text."""
    try:
        return text.encode("cp1252").decode("utf-8") == text
    except UnicodeDecodeError:
        return True


TEXTS = st.text(CHARACTERS, max_size=40).filter(
    lambda text: text == text.strip(" ") and is_ascii_or_no_utf8(text)
)
TIMES = st.datetimes(clock(1994, 1, 1), clock(2030, 12, 31)).map(
    lambda at: at.replace(microsecond=0)
)


@st.composite
def moments(draw: st.DrawFn) -> tuple[datetime | None, str]:
    shape = draw(st.sampled_from(["%m/%d/%Y", "%m/%d/%y", ""]))
    if not shape:
        return None, draw(st.sampled_from([UNSET, "02/30/2010 10:00:00", "11/02/2010 25:00:00"]))
    at = draw(TIMES)
    return at, at.strftime(f"{shape} %H:%M:%S")


@st.composite
def logs(draw: st.DrawFn) -> EventLog:
    serials = draw(st.lists(st.integers(0, 9_999_999), max_size=4, unique=True))
    pebs = st.sampled_from([("155888", "SUP"), ("7", "SUP"), ("0", "UNK"), ("999999", "SUP")])
    numbers = st.integers(0, 9_999_999).map(lambda number: f"{number:07}")
    rows = st.lists(st.tuples(pebs, moments(), numbers, TEXTS), min_size=1, max_size=9)
    events = (
        Event(f"{serial:07}", *peb, *moment, number, text)
        for serial in serials
        for peb, moment, number, text in draw(rows)
    )
    return EventLog(HEAD, tuple(events))


PAPERS = st.builds(
    Paper,
    preamble=st.sampled_from([PREAMBLE, b""]),
    reset=st.sampled_from([RESET, b"", b"\x1bE"]),
    line_end=st.sampled_from([b"\r\n", b"\n"]),
    blank_line_end=st.sampled_from([b"\r\n", b"\n"]),
    page_break=st.sampled_from([b"", b"\r\f"]),
    trailing=st.sampled_from([b"", b"   ", b"\t\t"]),
)


@settings(max_examples=60, deadline=None)
@given(logs(), st.builds(EventLogLayout, PAPERS, st.integers(5, 67)))
def test_every_printed_log_is_read_as_it_was_described(
    log: EventLog, layout: EventLogLayout
) -> None:
    content = print_event_log(log, layout)
    read = PARSER.parse(content)
    assert PARSER.recognises(content[:SNIFF_BYTES])
    assert read.events == log.events
    assert dataclasses.replace(read.head, pages=0) == HEAD
    assert len(read.lines) == len(log.events)


@pytest.mark.parametrize("two_digit_years", [False, True])
@pytest.mark.parametrize("clocks", [False, True])
def test_a_sample_day_has_no_finding(two_digit_years: bool, clocks: bool) -> None:
    log = sample_event_log(5, two_digit_years=two_digit_years, clocks=clocks)
    assert PARSER.parse(print_event_log(log)) == log


def test_rows_are_read_as_by_hand() -> None:
    log = PARSER.parse(
        listing(
            "5118378  156064  SUP   10/19/2010 17:32:50   0000601 Zero terminal config data",
            "                 SUP   10/19/2010 17:33:11   0001633 Terminal shutdown",
            "         0       UNK   11/02/2010 06:12:55   0002804 Terminal - blank state",
            "                 UNK   11/02/2010 06:12:55   0001404",
            "         155918  SUP   11/02/2010 06:13:09   0002808 Terminal - opening state",
            "",
            '5118379  155918  SUP   11/02/2010 06:00:00   9999999 Never seen, Süd "x"',
        )
    )
    at = clock(2010, 11, 2, 6, 12, 55)
    assert log.events[1][:3] == ("5118378", "156064", "SUP")
    assert log.events[2] == Event(
        "5118378", "0", "UNK", at, "11/02/2010 06:12:55", "0002804", "Terminal - blank state"
    )
    assert log.events[3] == Event("5118378", "0", "UNK", at, "11/02/2010 06:12:55", "0001404", "")
    assert log.events[4].peb == "155918"
    assert log.events[5][0] == "5118379"
    assert log.events[5].description == 'Never seen, Süd "x"'
    assert log.lines == (5, 6, 7, 8, 9, 11)
    assert log.head == HEAD
    assert not log.findings


@pytest.mark.parametrize(
    ("printed", "at"),
    [
        ("00/00/00   00:00:00", None),
        ("00/00/00 00:00:00", None),
        ("00/00/0000 00:00:00", None),
        ("11/31/2010 00:00:00", None),
        ("01/05/1994 03:04:05", clock(1994, 1, 5, 3, 4, 5)),
        ("01/05/94   03:04:05", clock(1994, 1, 5, 3, 4, 5)),
        ("01/05/10   03:04:05", clock(2010, 1, 5, 3, 4, 5)),
        ("12/31/68   03:04:05", clock(2068, 12, 31, 3, 4, 5)),
        ("01/01/69   03:04:05", clock(1969, 1, 1, 3, 4, 5)),
        ("01/05/10 03:04:05", clock(2010, 1, 5, 3, 4, 5)),
    ],
)
def test_dates_are_found_by_what_they_look_like(printed: str, at: datetime | None) -> None:
    row = f"5118378  156064  SUP   {printed}   0001510 Vote cast by voter"
    (first, second) = PARSER.parse(listing(row, row)).events
    assert first == second
    assert first.at == at
    assert first.printed_at == " ".join(printed.split())


@pytest.mark.parametrize(
    "row",
    [
        "                 SUP   11/02/2010 06:12:55   0001510 Vote cast by voter",
        "         155918  SUP   11/02/2010 06:12:55   0001510 Vote cast by voter",
        "5118378          SUP   11/02/2010 06:12:55   0001510 Vote cast by voter",
    ],
)
def test_nothing_is_carried_over_a_page_header(row: str) -> None:
    before = "5118378  155918  SUP   11/02/2010 06:12:00   0001510 Vote cast by voter"
    assert len(PARSER.parse(listing(before, *TOP, before)).events) == 2
    with pytest.raises(ParseError) as refused:
        PARSER.parse(listing(before, *TOP, row))
    assert refused.value.line == 10


def test_a_page_top_without_rows_carries_nothing_either() -> None:
    row = "5118378  155918  SUP   11/02/2010 06:12:00   0001510 Vote cast by voter"
    blank = "                 SUP   11/02/2010 06:12:55   0001510 Vote cast by voter"
    with pytest.raises(ParseError):
        PARSER.parse(listing(row, *TOP, *TOP, blank))


def test_blank_lines_within_a_page_change_nothing() -> None:
    rows = [
        "5118378  155918  SUP   11/02/2010 06:12:00   0001510 Vote cast by voter",
        "         0       UNK   11/02/2010 06:12:01   0001510 Vote cast by voter",
        "         155918  SUP   11/02/2010 06:12:02   0001510 Vote cast by voter",
        "         0       UNK   11/02/2010 06:12:03   0001510 Vote cast by voter",
        "                 UNK   11/02/2010 06:12:04   0001510 Vote cast by voter",
    ]
    spaced = [line for row in rows for line in (row, "", "  ")]
    log = PARSER.parse(listing(*spaced))
    assert [event.peb for event in log.events] == ["155918", "0", "155918", "0", "0"]
    assert log == PARSER.parse(listing(*rows))


def test_a_terminal_with_more_pebs_than_are_remembered_is_read_whole() -> None:
    rows = [
        row
        for peb in range(1, 450)
        for row in (
            f"         {peb:<6}  SUP   11/02/2010 06:12:00   0001510 Vote cast by voter",
            "                 SUP   11/02/2010 06:12:00   0001510 Vote cast by voter",
            "                 UNK   11/02/2010 06:12:00   0001510 Vote cast by voter",
        )
    ]
    events = PARSER.parse(listing(f"5118378  {rows[0][9:]}", *rows)).events
    assert [event.peb for event in events[1:]] == [str(n) for n in range(1, 450) for _ in range(3)]


def row_at(time: str, event: str = "0001510 Vote cast by voter") -> str:
    return f"5118378  155918  SUP   11/02/2010 {time}   {event}"


def test_a_clock_that_goes_back_is_said_with_both_rows() -> None:
    log = PARSER.parse(listing(row_at("06:12:00"), row_at("06:11:59")))
    assert checks(log) == [(ListingCheck.RECORD, (5, 6))]


@pytest.mark.parametrize(
    "rows",
    [
        [row_at("06:12:00", "0000117 Select: Set Time and Date"), row_at("05:00:00")],
        [row_at("06:12:00"), row_at("05:00:00", "0001656 Set terminal date and/or time")],
        [row_at("06:12:00"), row_at("05:00:00").replace("5118378", "5118379")],
        [
            row_at("06:12:00"),
            "5118378  155918  SUP   00/00/00   00:00:00   0001510 Vote cast by voter",
            row_at("05:00:00"),
        ],
        [row_at("06:12:00"), row_at("06:12:00")],
    ],
)
def test_a_clock_that_was_set_or_another_terminal_is_not_said(rows: list[str]) -> None:
    assert not PARSER.parse(listing(*rows)).findings


def test_a_terminal_that_comes_again_is_said() -> None:
    one, other = row_at("06:12:00"), row_at("06:12:00").replace("5118378", "5118379")
    log = PARSER.parse(listing(one, other, one))
    assert checks(log) == [(ListingCheck.REPEATED, (5, 7))]


def test_a_page_of_a_clock_that_is_not_set_that_stands_there_twice_is_said() -> None:
    unset = row_at("06:12:00").replace("11/02/2010 06:12:00", UNSET)
    other = unset.replace("0001510", "0001511")
    log = PARSER.parse(listing(unset, other, *TOP, unset, other))
    assert checks(log) == [(ListingCheck.REPEATED, (5, 11))]
    assert not PARSER.parse(listing(unset, other, *TOP, unset, unset)).findings


def test_a_row_below_a_blank_line_that_names_no_terminal_is_said() -> None:
    blank = "                 SUP   11/02/2010 06:12:55   0001510 Vote cast by voter"
    log = PARSER.parse(listing(row_at("06:12:00"), blank, "", blank))
    assert checks(log) == [(ListingCheck.RECORD, (8,))]


def test_a_blank_line_at_the_end_of_a_page_means_nothing() -> None:
    rows = [row_at(f"06:12:0{second}") for second in range(4)]
    assert not PARSER.parse(listing(*rows[:2], "", *TOP, *rows[2:], "")).findings


def test_a_type_that_changes_without_its_peb_is_said() -> None:
    odd = "                 UNK   11/02/2010 06:12:55   0001510 Vote cast by voter"
    log = PARSER.parse(listing(row_at("06:12:00"), odd))
    assert checks(log) == [(ListingCheck.RECORD, (6,))]
    assert log.events[1][:3] == ("5118378", "155918", "UNK")


def test_pages_of_another_election_are_said() -> None:
    other = [TOP[0].replace("15110210", "15061410"), *TOP[1:]]
    log = PARSER.parse(listing(row_at("06:12:00"), *other, row_at("06:13:00")))
    assert checks(log) == [(ListingCheck.PAGES, (6,))]


def test_the_parser_satisfies_its_contract() -> None:
    parser: Parser = PARSER
    assert (parser.interface_version, parser.name) == (2, "el152")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (listing("Precinct 1"), "'Precinct 1', which is no event."),
        ("\n".join([*TOP[2:], row_at("06:12:00")]).encode(), "RUN DATE and ELECTION ID."),
        (row_at("06:12:00").encode(), "has no column heading"),
        (b"PRECINCT REPORT\r\n", ""),
        (b"", ""),
    ],
)
def test_what_only_resembles_a_log_is_told_why(content: bytes, reason: str) -> None:
    assert not PARSER.recognises(content)
    said = PARSER.resembles(content)
    assert reason in said
    assert bool(said) == bool(reason)
