"""Damaged event logs end in a document or in a ParseError that names the line."""

import random
import time

import pytest

from election.listings import Event, ListingCheck
from parsers.errors import ParseError
from parsers.unity.el152 import parser as el152
from parsers.unity.el152.parser import PARSER
from simulators.listings.el152 import EventLogLayout, print_event_log, sample_event_log

UNTOUCHED = print_event_log(sample_event_log(2), EventLogLayout(page_lines=30))
EVENTS = PARSER.parse(UNTOUCHED).events


def events_or_line(content: bytes) -> tuple[Event, ...] | int:
    try:
        return PARSER.parse(content).events
    except ParseError as error:
        line = error.line
    assert line is not None
    return line


def test_every_cut_leaves_whole_rows_a_finding_or_an_error() -> None:
    for cut in range(1, 6_000, 17):
        events = events_or_line(UNTOUCHED[:cut])
        if isinstance(events, int) or events == EVENTS[: len(events)]:
            continue
        *whole, last = events
        assert tuple(whole) == EVENTS[: len(whole)]
        assert last.number == EVENTS[len(whole)].number
        assert PARSER.parse(UNTOUCHED[:cut]).findings[-1].check is ListingCheck.CUT


def test_flipped_bits_end_in_a_document_or_an_error_with_its_line() -> None:
    dice = random.Random(152)
    for _ in range(120):
        damaged = bytearray(UNTOUCHED)
        damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
        events_or_line(bytes(damaged))


def test_swapped_lines_are_seen_or_leave_every_row_its_terminal() -> None:
    lines = UNTOUCHED.split(b"\r\n")
    dice = random.Random(153)
    for _ in range(100):
        one, other = sorted(dice.sample(range(1, len(lines) - 1), 2))
        swapped = [*lines]
        swapped[one], swapped[other] = lines[other], lines[one]
        read = events_or_line(b"\r\n".join(swapped))
        if isinstance(read, tuple):
            assert len(read) == len(EVENTS)


@pytest.mark.parametrize(
    "stranger",
    [
        b"garbage",
        b"5118378  155918  SUP   11/02/2010",
        b"5118378  155918  SUP   11/02/2010 06:12:55   001510 Vote cast by voter",
        b"5118378  155918  SUP   11/02/2010 06:1x:55   0001510 Vote cast by voter",
        b"5118378  155918  SUP   11/02/2010 06:12:55   0001510 " + b"x" * 41,
        b"5118378  155918  SUP   11/02/2010 06:12:55   0001510 a\x81b",
        b"5118378  15 918  SUP   11/02/2010 06:12:55   0001510 Vote cast by voter",
        b"511837   155918  SUP   11/02/2010 06:12:55   0001510 Vote cast by voter",
        b"5118378  155918        11/02/2010 06:12:55   0001510 Vote cast by voter",
    ],
)
def test_a_line_that_is_none_of_the_known_ones_is_refused(stranger: bytes) -> None:
    lines = UNTOUCHED.split(b"\r\n")
    lines.insert(8, stranger)
    assert events_or_line(b"\r\n".join(lines)) == 9


@pytest.mark.parametrize(("keep", "line"), [(0, 1), (1, 1), (2, 2), (3, 2)])
def test_a_log_that_ends_above_its_column_heading_is_refused(keep: int, line: int) -> None:
    content = b"".join(line + b"\r\n" for line in UNTOUCHED.split(b"\r\n")[:keep])
    assert events_or_line(content) == line


def test_a_page_header_without_column_heading_is_refused() -> None:
    lines = UNTOUCHED.split(b"\r\n")
    del lines[3]
    assert events_or_line(b"\r\n".join(lines)) == 5


def test_a_log_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(el152, "MOST_LINES", 20)
    with pytest.raises(ParseError, match="more than 20 lines"):
        PARSER.parse(UNTOUCHED)


def test_time_grows_in_proportion_to_forged_logs() -> None:
    # Every row brings another terminal, PEB, hour and event: nothing is remembered for long.
    rows = [
        b"%07d  %-6d  SUP   %02d/%02d/%04d %02d:00:00   %07d x\r\n"
        % (n, n % 999_983, n % 12 + 1, n % 28 + 1, 1 + n // 9, n % 24, n)
        for n in range(20_000)
    ]
    top = b"\r\n".join(UNTOUCHED.split(b"\r\n")[:5]) + b"\r\n"

    def seconds(count: int) -> float:
        began = time.process_time()
        assert len(PARSER.parse(top + b"".join(rows[:count])).events) == count
        return time.process_time() - began

    assert seconds(20_000) < 40 * max(seconds(2_000), 0.01)
