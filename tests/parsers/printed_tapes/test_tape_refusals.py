"""Tapes that cannot be read: the refusal names the line, and sizes are bounded."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from election.documents import Tape
from parsers.errors import ParseError
from parsers.tapes import ivotronic, m100

LinesOf = Callable[[str], list[str]]
Wire = Callable[[Sequence[str]], bytes]

PRINTED = f"PRINTED{'11/03/2026 19:42:05':>33}"


@pytest.mark.parametrize(
    ("line", "old", "new"),
    [
        (21, f"TOTAL BALLOTS{612:>27}", f"TOTAL BALLOTS{65536:>27}"),
        (21, f"TOTAL BALLOTS{612:>27}", f"TOTAL BALLOTS{'0612':>27}"),
        (21, f"TOTAL BALLOTS{612:>27}", f"TOTAL BALLOTS{612:>26}"),
        (21, f"TOTAL BALLOTS{612:>27}", f"TOTAL BALLOTS{-612:>27}"),
        (21, f"TOTAL BALLOTS{612:>27}", "TOTAL BALLOTS"),
        (10, f"MODE{'OFFICIAL':>36}", f"MODE{'LIVE':>36}"),
        (9, f"DEFINITION{'1 D7C9BB37B9787557':>30}", f"DEFINITION{'1 d7c9bb37b9787557':>30}"),
        (11, f"PRECINCT{'0021':>32}", f"PRECINCT{'0000':>32}"),
        (11, f"PRECINCT{'0021':>32}", f"PRECINCT{'21':>32}"),
        (12, "RIVERSIDE", ""),
        (12, "RIVERSIDE", " RIVERSIDE"),
        (12, "RIVERSIDE", "RIVERSID\xc9"),
        (12, "RIVERSIDE", "RIVER\x07SIDE"),
        (12, "RIVERSIDE", "R" * 41),
        (18, PRINTED, f"PRINTED{'NOT OPENED':>33}"),
        (18, PRINTED, f"PRINTED{'11/31/2026 19:42:05':>33}"),
        (18, PRINTED, f"PRINTED{'11/3/2026 19:42:05':>33}"),
        (29, f"VOTE FOR 1{'BALLOTS 612':>30}", f"VOTE FOR 21{'BALLOTS 612':>29}"),
        (29, f"VOTE FOR 1{'BALLOTS 612':>30}", f"VOTE FOR 1{'612':>30}"),
        (30, f" 01 ADA ALVAREZ{'DEM':>16}{287:>9}", f" 01 ADA ALVAREZ{'DEM':>16}{287:>8}"),
        (30, f" 01 ADA ALVAREZ{'DEM':>16}{287:>9}", f" 00 ADA ALVAREZ{'DEM':>16}{287:>9}"),
        (34, f" OVER VOTES{2:>29}", f" OVER BOATS{2:>29}"),
        (28, "0101 GOVERNOR", "0000 GOVERNOR"),
        (71, f"LINES 070{'CHECK D3A9':>31}", f"LINES 70{'CHECK D3A9':>32}"),
        (72, f"{'*** END OF REPORT ***':>30}", "*** END OF REPORT ***"),
    ],
)
def test_line_outside_the_grammar_is_refused_with_its_number(
    line: int, old: str, new: str, lines_of: LinesOf, wire: Wire
) -> None:
    lines = lines_of("m100-results")
    lines[lines.index(old)] = new
    with pytest.raises(ParseError) as refused:
        m100.PARSER.parse(wire(lines))
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("line", "old", "new"),
    [
        (
            20,
            "5199901 CLOSED       11/03/2026 19:47:20",
            "5199901 OPEN         11/03/2026 19:47:20",
        ),
        (
            20,
            " PROTECTIVE 9034-9056         BALLOTS 22",
            " PROTECTIVE 9034              BALLOTS 22",
        ),
        (
            59,
            " 0101 DREW DOYLE                       1",
            " 0101                                  1",
        ),
    ],
)
def test_ivotronic_line_outside_the_grammar_is_refused_with_its_number(
    line: int, old: str, new: str, lines_of: LinesOf, wire: Wire
) -> None:
    lines = lines_of("ivotronic-results")
    lines[lines.index(old)] = new
    with pytest.raises(ParseError) as refused:
        ivotronic.PARSER.parse(wire(lines))
    assert refused.value.line == line


def test_refusal_says_what_was_expected_and_what_was_read(lines_of: LinesOf, wire: Wire) -> None:
    lines = lines_of("m100-zero")
    lines[13] = lines[13].replace("FIRMWARE", "FIRNWARE")
    with pytest.raises(ParseError, match=r"^line 14: expected FIRMWARE, read 'FIRNWARE  "):
        m100.PARSER.parse(wire(lines))


def test_write_in_names_are_refused_on_a_zero_report(lines_of: LinesOf, sealed: Wire) -> None:
    results, zero = lines_of("ivotronic-results"), lines_of("ivotronic-zero")
    names = results.index("WRITE-IN NAMES")
    with pytest.raises(ParseError, match="expected 'WE CERTIFY THAT EVERY COUNT ABOVE IS 0'"):
        ivotronic.PARSER.parse(sealed([*zero[:-9], *results[names : names + 3], *zero[-9:]]))


def test_parser_refuses_the_tape_of_the_other_device(lines_of: LinesOf, wire: Wire) -> None:
    with pytest.raises(ParseError, match="line 2: expected 'MODEL 100 ZERO REPORT' or"):
        m100.PARSER.parse(wire(lines_of("ivotronic-zero")))


def test_two_reports_on_one_strip_are_refused(lines_of: LinesOf, wire: Wire) -> None:
    strip = wire(lines_of("m100-zero")) + wire(lines_of("m100-results"))
    with pytest.raises(ParseError, match="line 73: a second report begins here"):
        m100.PARSER.parse(strip)


def test_report_that_begins_within_another_is_refused(lines_of: LinesOf, wire: Wire) -> None:
    whole = lines_of("m100-zero")
    with pytest.raises(ParseError, match="line 41: another report begins before"):
        m100.PARSER.parse(wire([*whole[:40], *whole]))


@pytest.mark.parametrize(
    ("most", "reason", "block", "after"),
    [
        (64, "more than 64 contests", slice(27, 37), slice(-9, None)),
        (100, "more than 100 choices", slice(29, 30), slice(32, None)),
    ],
)
def test_contests_and_choices_are_bounded(
    most: int, reason: str, block: slice, after: slice, lines_of: LinesOf, sealed: Wire
) -> None:
    lines = lines_of("m100-zero")
    before = lines[: block.start]
    m100.PARSER.parse(sealed([*before, *lines[block] * most, *lines[after]]))
    with pytest.raises(ParseError, match=reason):
        m100.PARSER.parse(sealed([*before, *lines[block] * (most + 1), *lines[after]]))


def test_terminals_are_bounded(lines_of: LinesOf, sealed: Wire) -> None:
    lines = lines_of("ivotronic-zero")
    before, terminal, after = lines[:18], lines[18:20], lines[22:]
    ivotronic.PARSER.parse(sealed([*before, *terminal * 128, *after]))
    with pytest.raises(ParseError, match="more than 128 terminals"):
        ivotronic.PARSER.parse(sealed([*before, *terminal * 129, *after]))


def test_lines_and_bytes_are_bounded(lines_of: LinesOf, wire: Wire) -> None:
    tape = wire(lines_of("m100-zero"))
    fed = tape + b"\n" * (4000 - tape.count(b"\n"))
    assert m100.PARSER.parse(fed) == m100.PARSER.parse(tape)
    with pytest.raises(ParseError, match="more than 4,000 lines"):
        m100.PARSER.parse(fed + b"\n")
    with pytest.raises(ParseError, match="1,000,000 bytes; a tape has at most"):
        m100.PARSER.parse(b"\x00" * 1_000_000)


@given(st.binary(max_size=400))
@example(b"")
@example(b"=" * 40 + b"\n")
def test_noise_is_a_parse_error_and_nothing_else(content: bytes) -> None:
    for parser in (m100.PARSER, ivotronic.PARSER):
        parser.recognises(content)
        with pytest.raises(ParseError):
            parser.parse(content)


@given(data=st.data())
def test_shuffled_lines_are_read_or_refused_and_nothing_else(
    data: st.DataObject, lines_of: LinesOf, wire: Wire
) -> None:
    known = st.sampled_from(lines_of("ivotronic-results")) | st.text(
        st.characters(max_codepoint=255), max_size=45
    )
    lines = lines_of("ivotronic-results")[: data.draw(st.integers(0, 69), "whole lines")]
    lines += data.draw(st.lists(known, max_size=6), "further lines")
    with suppress(ParseError):
        assert isinstance(ivotronic.PARSER.parse(wire(lines)), Tape)
