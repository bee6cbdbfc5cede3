import dataclasses
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.listings import ListingCheck, ListingHead, ManualChange, ManualChangesLog
from parsers.contract import SNIFF_BYTES, Parser
from parsers.errors import ParseError
from parsers.unity.el68 import parser as el68
from parsers.unity.el68.parser import PARSER
from simulators.listings.el68 import (
    COLUMN_HEADING,
    TITLE,
    ManualChangesLayout,
    print_manual_changes,
    sample_manual_changes,
)
from simulators.listings.paper import PREAMBLE, RESET, Paper

HEAD = ListingHead(
    "EL68",
    ("Example County", "General Election", "November 2, 2010"),
    "12/30/10 04:13 PM",
    "15110210",
)

TOP = [
    f"{TITLE:50}Example County",
    f"{'RUN DATE:12/30/10 04:13 PM':108}ELECTION ID: 15110210",
    "",
    COLUMN_HEADING,
    "",
]
"""Below it invented rows in the columns of a real listing."""

ASHTON = (
    "0001 Ashton                             VOTERS                    "
    "                   10-25 04:12 pm           0       103"
)
ADA = (
    "                                        Ada Alvarez               "
    "                   10-26 04:10 pm  3        0        50"
)
AGAIN = (
    "                                                                  "
    "                   11-03 10:42 am  4       50     1,101"
)
BELLS = (
    "0002 Bells                                                        "
    "                   10-25 04:12 pm           0       218"
)


def listing(*rows: str) -> bytes:
    return "".join(f"{row}\r\n" for row in [*TOP, *rows]).encode("cp1252")


def refused_line(content: bytes) -> int | None:
    with pytest.raises(ParseError) as refused:
        PARSER.parse(content)
    return refused.value.line


CHARACTERS = st.characters(codec="cp1252", categories=("L", "M", "N", "P", "S", "Zs"))


def texts(size: int) -> st.SearchStrategy[str]:
    return st.text(CHARACTERS, min_size=1, max_size=size).filter(
        lambda text: bool(text.strip(" ")) and text == text.strip(" ") and not is_utf8(text)
    )


def is_utf8(text: str) -> bool:
    """Say whether the bytes of `text` could be taken for UTF-8 of another text."""
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeDecodeError:
        return False


FIGURES = st.one_of(st.sampled_from([0, 1, 999_999]), st.integers(0, 999_999))


@st.composite
def logs(draw: st.DrawFn) -> ManualChangesLog:
    names = st.one_of(
        st.sampled_from(["Dixon", "Dixon\xa0", "Dixon\xa0 \xa0", 'Ann "A" Lee, Jr.', "Yes", "No"]),
        texts(37),
    )
    changes = []
    for number in draw(st.lists(st.integers(0, 9_999), max_size=4, unique=True)):
        place = (number, draw(texts(35)))
        for _ in range(draw(st.integers(1, 5))):
            group = draw(st.one_of(st.none(), st.integers(1, 99)))
            name = "VOTERS" if group is None else draw(names.filter("VOTERS".__ne__))
            user = draw(st.sampled_from(["", "JOE"]))
            figures = draw(FIGURES), draw(FIGURES)
            changes.append(ManualChange(*place, name, user, "12-31", "12:59 am", group, *figures))
    return ManualChangesLog(HEAD, tuple(changes))


PAPERS = st.builds(
    Paper,
    preamble=st.sampled_from([PREAMBLE, b""]),
    reset=st.sampled_from([RESET, b"\r\f\r", b""]),
    line_end=st.sampled_from([b"\r\n", b"\n"]),
    blank_line_end=st.sampled_from([b"\r\n", b"\n"]),
    page_break=st.sampled_from([b"\r\f", b"\f", b""]),
    trailing=st.sampled_from([b"", b"  ", b"\t\t"]),
)


@settings(max_examples=80, deadline=None)
@given(logs(), st.builds(ManualChangesLayout, PAPERS, st.integers(11, 66)))
def test_every_printed_log_is_read_as_it_was_described(
    log: ManualChangesLog, layout: ManualChangesLayout
) -> None:
    content = print_manual_changes(log, layout)
    read = PARSER.parse(content)
    assert PARSER.recognises(content[:SNIFF_BYTES])
    assert read.changes == log.changes
    assert read.head == HEAD
    suspected = sum(0 < 2 * change.old <= change.new for change in log.changes)
    assert len(read.findings) == suspected + bool(log.changes)


def test_rows_are_read_as_by_hand() -> None:
    log = PARSER.parse(listing(ASHTON, ADA, AGAIN, "", BELLS))
    assert log.changes == (
        ManualChange(1, "Ashton", "VOTERS", "", "10-25", "04:12 pm", None, 0, 103),
        ManualChange(1, "Ashton", "Ada Alvarez", "", "10-26", "04:10 pm", 3, 0, 50),
        ManualChange(1, "Ashton", "Ada Alvarez", "", "11-03", "10:42 am", 4, 50, 1_101),
        ManualChange(2, "Bells", "VOTERS", "", "10-25", "04:12 pm", None, 0, 218),
    )
    assert [change.line for change in log.changes] == [6, 7, 8, 10]
    assert [(finding.check, finding.lines) for finding in log.findings] == [
        (ListingCheck.MANUAL_CHANGE, (6, 7, 8, 10)),
        (ListingCheck.MANUAL_CHANGE, (8,)),
        (ListingCheck.LAYOUT, (10,)),
    ]
    assert "4 figures in 2 precincts" in log.findings[0].message
    assert "none of them with the name of a user" in log.findings[0].message
    assert "50 was changed to 1101" in log.findings[1].message


@pytest.mark.parametrize(
    ("old", "new", "suspected"),
    [(0, 50, 0), (50, 99, 0), (50, 100, 1), (50, 50, 0), (50, 0, 0), (1, 2, 1)],
)
def test_at_least_twice_the_old_figure_is_asked_about(old: int, new: int, suspected: int) -> None:
    row = f"{ADA[:103]}{old:>8}{new:>10}"
    assert len(PARSER.parse(listing(ASHTON, row)).findings) == 1 + suspected


def test_voters_carry_over_to_the_next_precincts() -> None:
    log = PARSER.parse(listing(ASHTON, "", BELLS, "", BELLS.replace("0002 Bells", "0003 Berea")))
    assert [(c.precinct_number, c.candidate) for c in log.changes] == [
        (1, "VOTERS"),
        (2, "VOTERS"),
        (3, "VOTERS"),
    ]
    assert len(log.findings) == 1


@pytest.mark.parametrize("first", [ADA, AGAIN])
def test_nothing_is_carried_over_a_page_header(first: str) -> None:
    assert refused_line(listing(ASHTON, ADA, *TOP, first)) == 13


@pytest.mark.parametrize(
    "row",
    [
        AGAIN,  # below VOTERS: nobody knows the candidate of group 4
        ADA[:-1],
        ADA + "0",
        ADA.replace(" 50", " 5x"),
        ADA.replace("50", ",5"),
        ADA.replace("10-26", "10.26"),
        ADA.replace(" 3 ", " x "),
        ADA.replace("Ada", "Ad\t"),
        "0001" + ADA[4:],
        "12   " + ASHTON[5:],
        "     Ashton" + ASHTON[11:],
        ADA.replace("      0        50", "     0         50"),
        "CANDIDATE TOTALS",
    ],
)
def test_a_row_that_cannot_be_read_for_certain_is_refused(row: str) -> None:
    assert refused_line(listing(ASHTON, row)) == 7


def checks(log: ManualChangesLog) -> list[tuple[ListingCheck, tuple[int, ...]]]:
    """Return what was found besides that figures were typed in."""
    found = ((finding.check, finding.lines) for finding in log.findings)
    return [each for each in found if each[0] is not ListingCheck.MANUAL_CHANGE]


def test_a_page_that_stands_there_twice_is_said() -> None:
    log = PARSER.parse(listing(ASHTON, ADA, *TOP, ASHTON, ADA))
    assert checks(log) == [(ListingCheck.REPEATED, (6, 13))]
    assert checks(PARSER.parse(listing(ASHTON, ADA, *TOP, ASHTON))) == []


def test_an_entry_below_a_blank_line_that_names_no_precinct_is_said() -> None:
    log = PARSER.parse(listing(ASHTON, ADA, "", ADA))
    assert checks(log) == [(ListingCheck.LAYOUT, (9,))]


def test_blank_lines_between_all_entries_of_a_copy_mean_nothing() -> None:
    assert checks(PARSER.parse(listing(ASHTON, "", ADA, "", ADA))) == []


@pytest.mark.parametrize("row", [ADA.replace(" 3 ", "   "), f"{ASHTON[:101]}3{ASHTON[102:]}"])
def test_an_entry_without_its_group_and_voters_with_one_are_said(row: str) -> None:
    assert checks(PARSER.parse(listing(ASHTON, row))) == [(ListingCheck.LAYOUT, (7,))]


@pytest.mark.parametrize("column", [5, 40, 79])
def test_a_column_of_no_break_spaces_alone_is_refused(column: int) -> None:
    row = f"0001 {'':35}{AGAIN[40:]}" if column == 5 else AGAIN
    assert refused_line(listing(ASHTON, ADA, f"{row[:column]}\xa0{row[column + 1 :]}")) == 8


def test_an_entry_above_its_column_heading_is_refused_not_taken_for_a_title() -> None:
    lines = print_manual_changes(sample_manual_changes(3, 1)).split(b"\r\n")
    heading = next(at for at, line in enumerate(lines) if line.startswith(b"  PRECINCT "))
    entry = next(at for at, line in enumerate(lines) if line.startswith(b"0"))
    lines[heading], lines[entry] = lines[entry], lines[heading]
    assert refused_line(b"\r\n".join(lines)) == heading + 1


def test_content_that_ends_above_its_column_heading_is_refused() -> None:
    for keep in range(4):
        refused_line("".join(f"{line}\r\n" for line in TOP[:keep]).encode())


def test_a_page_that_begins_in_the_header_of_another_is_refused() -> None:
    content = "".join(f"{line}\r\n" for line in [TOP[0], *TOP, ASHTON]).encode()
    assert refused_line(content) == 2


def test_a_log_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(el68, "MOST_CHANGES", 1)
    assert refused_line(listing(ASHTON, ADA)) == 7


UNTOUCHED = print_manual_changes(sample_manual_changes(25))


def changes_or_line(content: bytes) -> tuple[ManualChange, ...] | int:
    try:
        return PARSER.parse(content).changes
    except ParseError as error:
        line = error.line
    assert line is not None
    return line


def test_no_cut_gives_a_figure_that_was_not_there() -> None:
    whole = PARSER.parse(UNTOUCHED).changes
    for cut in range(1, 9_000, 31):
        read = changes_or_line(UNTOUCHED[:cut])
        assert isinstance(read, int) or read == whole[: len(read)]


def test_flipped_bits_and_swapped_lines_end_in_a_log_or_an_error_with_its_line() -> None:
    lines, dice = UNTOUCHED.split(b"\r\n"), random.Random(68)
    for _ in range(120):
        flipped = bytearray(UNTOUCHED)
        flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
        changes_or_line(bytes(flipped))
        one, other = dice.sample(range(len(lines)), 2)
        swapped = [*lines]
        swapped[one], swapped[other] = lines[other], lines[one]
        changes_or_line(b"\r\n".join(swapped))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f"{TITLE}\r\n".encode(), "no line has the headings"),
        (f"x\r\n{TITLE}\r\n{COLUMN_HEADING}\r\n".encode(), "'x' stands above its title"),
        (f"{COLUMN_HEADING}\r\n".encode(), "no title"),
        (ASHTON.encode(), "no title"),
        (b"SYSTEM LOG LISTING\r\n", ""),
    ],
)
def test_what_only_resembles_a_log_is_told_why(content: bytes, reason: str) -> None:
    assert not PARSER.recognises(content)
    assert reason in PARSER.resembles(content)
    assert bool(PARSER.resembles(content)) == bool(reason)


def test_the_parser_satisfies_its_contract() -> None:
    parser: Parser = PARSER
    assert (parser.interface_version, parser.name) == (2, "el68")


def test_a_sample_is_read_back_whole() -> None:
    log = sample_manual_changes(40)
    read = PARSER.parse(print_manual_changes(log))
    assert dataclasses.replace(read, findings=()) == log
