import tracemalloc

import pytest

from parsers.errors import ParseError
from parsers.unity.listing import LONGEST_LINE, ListingText

PREAMBLE = b"\x1bE\x1b&l2a0o7c067F\x1b(s0p16.66h3b6T\x1b&a00L"


def read(content: bytes) -> list[tuple[int, bytes]]:
    return list(ListingText(content).numbered_lines())


def test_mixed_line_ends_and_a_missing_one_end_a_line() -> None:
    assert read(b"one\r\ntwo\n\nfour  \r\nfive\xa0\nsix") == [
        (1, b"one"),
        (2, b"two"),
        (3, b""),
        (4, b"four  "),
        (5, b"five\xa0"),
        (6, b"six"),
    ]


@pytest.mark.parametrize(
    "preamble",
    [PREAMBLE, PREAMBLE.replace(b"\x1b", b""), PREAMBLE.replace(b"2a0o7c067F", b"2a1o6c059F")],
)
def test_the_printer_preamble_becomes_an_empty_line(preamble: bytes) -> None:
    assert read(preamble + b"\r\nRUN DATE\r\n") == [(1, b""), (2, b"RUN DATE")]


def test_a_first_line_that_only_begins_with_e_is_text() -> None:
    assert read(b"ELECTION\n") == [(1, b"ELECTION")]


@pytest.mark.parametrize("reset", [b"\x1bE\r", b"\x1bE", b"\x1b", b"E\r\n", b"\x1bE\r\n\r\n"])
def test_the_printer_reset_is_no_text(reset: bytes) -> None:
    assert read(b"one\r\ntwo\r\n" + reset) == [(1, b"one"), (2, b"two")]
    assert ListingText(b"one\r\ntwo\r\n" + reset).cut_line == 0


@pytest.mark.parametrize("page_break", [b"\r\f", b"\f", b"\r"])
def test_a_header_glued_on_by_a_page_break_is_a_line_of_its_own(page_break: bytes) -> None:
    content = b"one\r\ntwo" + page_break + b"HEADER\r\nthree\r\n"
    assert read(content) == [(1, b"one"), (2, b"two"), (2, b"HEADER"), (3, b"three")]


def test_lines_keep_their_numbers_across_blocks_with_and_without_page_breaks() -> None:
    physical = [b"line %d" % number for number in range(1, 40_001)]
    physical[20_000] += b"\r\fHEADER"
    lines = read(b"".join(text + b"\r\n" for text in physical))
    assert [text for number, text in lines if number == 20_001] == [b"line 20001", b"HEADER"]
    assert all(text == b"line %d" % number for number, text in lines if text != b"HEADER")
    assert len(lines) == 40_001


def test_a_form_feed_on_a_line_of_its_own_leaves_the_header_clean() -> None:
    texts = [text for _, text in read(b"two\n\fHEADER\r\n\r\f\r") if text]
    assert texts == [b"two", b"HEADER"]


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"one\ntwo", 2), (b"one", 1), (b"one\n", 0), (b"one\r", 0), (b"", 0), (b"one\n\x1bE", 0)],
)
def test_only_a_last_line_without_line_end_is_cut(content: bytes, line: int) -> None:
    assert ListingText(content).cut_line == line


def test_a_line_without_end_is_refused_with_its_number() -> None:
    with pytest.raises(ParseError) as refusal:
        read(b"short\n" + b"x" * (2 * LONGEST_LINE))
    assert refusal.value.line == 2


def test_a_line_of_the_allowed_length_is_read_wherever_it_stands() -> None:
    line = b"x" * (LONGEST_LINE - 1)
    for shift in (1, LONGEST_LINE // 2, LONGEST_LINE - 1):
        before = b"y" * (shift - 1)
        assert read(before + b"\n" + line + b"\n") == [(1, before), (2, line)]


def test_no_list_of_all_lines_is_made() -> None:
    content = b"a line of a listing\r\n" * 500_000
    tracemalloc.start()
    for _ in ListingText(content).numbered_lines():
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
