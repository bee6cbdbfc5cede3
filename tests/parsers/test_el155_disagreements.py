"""What contradicts itself in a listing is counted as printed, and said."""

import dataclasses

import pytest

from parsers.unity.el155.parser import PARSER
from simulators.listings.el155 import (
    Ballot,
    Layout,
    Listing,
    Precinct,
    Terminal,
    Vote,
    example_county,
    print_listing,
)

COUNTY = example_county()
EAST, WEST = COUNTY.precincts
BOB = Vote(4, "Bob Example", "SHERIFF")


def lines_of(listing: Listing, layout: Layout | None = None) -> list[bytes]:
    return print_listing(listing, layout).split(b"\r\n")


def disagreements(lines: list[bytes], number: int = 1) -> list[str]:
    log = PARSER.parse(b"\r\n".join(lines))
    return [text for p in log.precincts if p.number == number for text in p.disagreements]


def index_of(lines: list[bytes], text: bytes) -> int:
    return next(index for index, line in enumerate(lines) if text in line)


def test_a_lost_vote_line_shows_in_the_control_total() -> None:
    lines = lines_of(COUNTY)
    del lines[index_of(lines, b"Bob Example")]
    assert disagreements(lines) == [
        "Line 16: candidate 4 has 1 votes in PRECINCT TOTALS, 0 were counted on lines 2 to 12."
    ]


def test_a_candidate_left_out_of_the_trailer_is_said() -> None:
    lines = lines_of(COUNTY)
    cells = index_of(lines, b"   3     2")
    lines[cells] = lines[cells][15:]
    assert disagreements(lines) == [
        "Line 14: candidate 3 has 0 votes in PRECINCT TOTALS, 2 were counted on lines 2 to 13."
    ]


def test_a_record_without_a_star_is_said_and_no_ballot() -> None:
    lines = lines_of(COUNTY)
    first = index_of(lines, b"Ann Example")
    lines[first] = lines[first].replace(b"*", b" ")
    assert disagreements(lines) == ["Line 6: a record whose first line has no star."]
    assert PARSER.parse(b"\r\n".join(lines)).precincts[0].ballots == 4


def test_a_change_of_terminal_or_style_within_a_record_is_said() -> None:
    lines = lines_of(COUNTY)
    second = index_of(lines, b"    7 Dixon")
    for start in (b"5120009    2 ", b"5120001    9 "):
        changed = [*lines]
        changed[second] = start + changed[second][13:]
        assert disagreements(changed) == ["Line 7: terminal or B/I changes within a record."]


def test_descending_numbers_are_said_and_prove_nothing_about_votes_allowed() -> None:
    lines = lines_of(Listing((dataclasses.replace(EAST, terminals=EAST.terminals[:1]),)))
    third = index_of(lines, b"Bob Example")
    lines[third] = lines[third].replace(b"3 *", b"2  ")
    lines[third - 1] = lines[third - 1][:14] + lines[third - 2][14:]  # no blank ballot between
    assert disagreements(lines)[0] == (
        "Line 8: candidate numbers do not ascend within this record."
    )
    assert dict(PARSER.parse(b"\r\n".join(lines)).precincts[0].most_votes)["SHERIFF"] == 1


def test_one_candidate_twice_in_a_record_is_said() -> None:
    lines = lines_of(COUNTY, Layout(trailers=False))
    second = index_of(lines, b"    7 Dixon")
    lines.insert(second, lines[second])
    assert disagreements(lines) == ["Line 6: candidate numbers do not ascend within this record."]


def test_two_write_ins_of_one_contest_may_share_their_number() -> None:
    two = Ballot(2, (Vote(5, "W/I ZORRO", "SHERIFF"), Vote(5, "W/I BATMAN", "SHERIFF")))
    listing = Listing((Precinct(1, "East", (Terminal("5120001", (two,)),)),))
    (precinct,) = PARSER.parse(print_listing(listing)).precincts
    assert not precinct.disagreements
    assert precinct.most_votes == (("SHERIFF", 2),)


def test_a_blank_ballot_with_votes_is_said() -> None:
    lines = lines_of(COUNTY, Layout(trailers=False))
    blank = index_of(lines, b"(NO VOTES CAST)")
    lines.insert(blank + 1, lines[blank - 1])
    assert disagreements(lines) == ["Line 8: a blank ballot whose record has further lines."]


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"Bob Example  ", b"Bob Exampel  "), (b"SHERIFF", b"CORONER"), (b"Bob Exam", b"W/I Exam")],
)
def test_a_candidate_number_with_two_meanings_is_said(old: bytes, new: bytes) -> None:
    twice = dataclasses.replace(
        EAST, terminals=(*EAST.terminals, Terminal("5120003", (Ballot(2, (BOB,)),)))
    )
    lines = lines_of(Listing((twice,)))
    last = max(index for index, line in enumerate(lines) if b"Bob Example" in line)
    lines[last] = lines[last].replace(old, new)
    assert disagreements(lines) == ["Candidate 4 has 2 meanings, first on lines 9, 14."]


def test_a_precinct_without_trailer_among_others_is_said() -> None:
    lines = lines_of(Listing((EAST,)), Layout(reset=b""))[:-1]
    lines += lines_of(Listing((WEST,)), Layout(trailers=False, preamble=b""))
    (text,) = disagreements(lines, number=20)
    assert text.startswith("No PRECINCT TOTALS for lines 18 to 24, ")


def test_a_listing_that_holds_its_report_twice_is_said() -> None:
    for layout in (Layout(reset=b""), Layout(reset=b"", trailers=False)):
        once = lines_of(COUNTY, layout)[:-1]
        texts = disagreements(once + once[1:])
        assert [text for text in texts if "the listing may hold it twice" in text]
    alone = lines_of(Listing((EAST,)), Layout(reset=b""))[:-1]
    texts = disagreements(alone + alone[1:])
    assert texts[0] == "Line 22: vote lines after PRECINCT TOTALS."
    assert [text for text in texts if "the listing may hold this precinct twice" in text]


def test_a_candidate_twice_in_the_trailer_is_said() -> None:
    lines = lines_of(COUNTY)
    cells = index_of(lines, b"   3     2")
    lines[cells] = lines[cells].replace(b"   4     1", b"   3     0")
    assert disagreements(lines)[0] == (
        "Line 17: candidate 3 again in PRECINCT TOTALS, first on line 17."
    )


def test_another_name_of_a_precinct_is_said() -> None:
    lines = lines_of(Listing((EAST,)), Layout(page_lines=6))
    second = [index for index, line in enumerate(lines) if line.startswith(b"RUN DATE")][1]
    lines[second] = lines[second].replace(b"East", b"Esat")
    assert disagreements(lines) == [f"Line {second + 1}: precinct 1 has another name."]


def test_the_number_of_disagreements_is_bounded() -> None:
    lines = lines_of(Listing((EAST,)), Layout(trailers=False, reset=b""))
    without_star = [b"5120001%5d      3 Ann Example%29bSHERIFF" % (n, b"") for n in range(250)]
    texts = disagreements([*lines, *without_star])
    assert len(texts) == 101
    assert texts[-1] == "And 150 more."
