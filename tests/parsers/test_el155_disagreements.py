"""What contradicts itself in a listing is counted as printed, and said."""

import dataclasses

import pytest

from election.listings import ListingCheck as Check
from election.listings import ListingFinding
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


def disagreements(lines: list[bytes], number: int = 1) -> list[ListingFinding]:
    log = PARSER.parse(b"\r\n".join(lines))
    return [said for p in log.precincts if p.number == number for said in p.disagreements]


def index_of(lines: list[bytes], text: bytes) -> int:
    return next(index for index, line in enumerate(lines) if text in line)


def test_a_lost_vote_line_shows_in_the_control_total() -> None:
    lines = lines_of(COUNTY)
    del lines[index_of(lines, b"Bob Example")]
    message = "Candidate 4 has 1 votes in PRECINCT TOTALS, 0 were counted on lines 2 to 12."
    assert disagreements(lines) == [ListingFinding(Check.PRECINCT_TOTALS, message, (2, 12, 16))]


def test_a_candidate_left_out_of_the_trailer_is_said() -> None:
    lines = lines_of(COUNTY)
    cells = index_of(lines, b"   3     2")
    lines[cells] = lines[cells][15:]
    message = "Candidate 3 has 0 votes in PRECINCT TOTALS, 2 were counted on lines 2 to 13."
    assert disagreements(lines) == [ListingFinding(Check.PRECINCT_TOTALS, message, (2, 13, 14))]


def test_a_record_without_a_star_is_said_and_no_ballot() -> None:
    lines = lines_of(COUNTY)
    first = index_of(lines, b"Ann Example")
    lines[first] = lines[first].replace(b"*", b" ")
    message = "A record whose first line has no star."
    assert disagreements(lines) == [ListingFinding(Check.RECORD, message, (6,))]
    assert PARSER.parse(b"\r\n".join(lines)).precincts[0].ballots == 4


def test_a_change_of_terminal_or_style_within_a_record_is_said() -> None:
    lines = lines_of(COUNTY)
    second = index_of(lines, b"    7 Dixon")
    for start in (b"5120009    2 ", b"5120001    9 "):
        changed = [*lines]
        changed[second] = start + changed[second][13:]
        message = "Terminal or B/I changes within a record."
        assert disagreements(changed) == [ListingFinding(Check.RECORD, message, (6, 7))]


def test_descending_numbers_are_said_and_prove_nothing_about_votes_allowed() -> None:
    lines = lines_of(Listing((dataclasses.replace(EAST, terminals=EAST.terminals[:1]),)))
    third = index_of(lines, b"Bob Example")
    lines[third] = lines[third].replace(b"3 *", b"2  ")
    lines[third - 1] = lines[third - 1][:14] + lines[third - 2][14:]  # no blank ballot between
    message = "Candidate numbers do not ascend within this record."
    assert disagreements(lines)[0] == ListingFinding(Check.RECORD, message, (8,))
    assert dict(PARSER.parse(b"\r\n".join(lines)).precincts[0].most_votes)["SHERIFF"] == 1


def test_one_candidate_twice_in_a_record_is_said() -> None:
    lines = lines_of(COUNTY, Layout(trailers=False))
    second = index_of(lines, b"    7 Dixon")
    lines.insert(second, lines[second])
    message = "Candidate numbers do not ascend within this record."
    assert disagreements(lines) == [ListingFinding(Check.RECORD, message, (6,))]


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
    message = "A blank ballot whose record has further lines."
    assert disagreements(lines) == [ListingFinding(Check.RECORD, message, (8,))]


@pytest.mark.parametrize(
    ("old", "new", "meaning"),
    [
        (b"Bob Example  ", b"Bob Exampel  ", "Bob Exampel (SHERIFF)"),
        (b"SHERIFF", b"CORONER", "Bob Example (CORONER)"),
        (b"Bob Exam", b"W/I Exam", "a write-in (SHERIFF)"),
    ],
)
def test_a_candidate_number_with_two_meanings_is_said(old: bytes, new: bytes, meaning: str) -> None:
    twice = dataclasses.replace(
        EAST, terminals=(*EAST.terminals, Terminal("5120003", (Ballot(2, (BOB,)),)))
    )
    lines = lines_of(Listing((twice,)))
    last = max(index for index, line in enumerate(lines) if b"Bob Example" in line)
    lines[last] = lines[last].replace(old, new)
    message = f"Candidate 4 has 2 meanings: Bob Example (SHERIFF), {meaning}."
    assert disagreements(lines) == [ListingFinding(Check.CANDIDATE_NUMBER, message, (9, 14))]


def test_a_precinct_without_trailer_among_others_is_said() -> None:
    lines = lines_of(Listing((EAST,)), Layout(reset=b""))[:-1]
    lines += lines_of(Listing((WEST,)), Layout(trailers=False, preamble=b""))
    (said,) = disagreements(lines, number=20)
    assert said.message.startswith("No PRECINCT TOTALS for these lines, ")
    assert said.lines == (18, 24)


def test_a_listing_that_holds_its_report_twice_is_said() -> None:
    for layout in (Layout(reset=b""), Layout(reset=b"", trailers=False)):
        once = lines_of(COUNTY, layout)[:-1]
        message = "Precinct 1 again; the listing may hold it twice."
        again = ListingFinding(Check.REPEATED, message, (2, len(once) + 1))
        assert again in disagreements(once + once[1:])
    alone = lines_of(Listing((EAST,)), Layout(reset=b""))[:-1]
    said = disagreements(alone + alone[1:])
    message = "Vote lines after PRECINCT TOTALS."
    assert said[0] == ListingFinding(Check.PRECINCT_TOTALS, message, (14, 22))
    message = "PRECINCT TOTALS again; the listing may hold this precinct twice."
    assert ListingFinding(Check.REPEATED, message, (14, 30)) in said


def test_a_candidate_twice_in_the_trailer_is_said() -> None:
    lines = lines_of(COUNTY)
    cells = index_of(lines, b"   3     2")
    lines[cells] = lines[cells].replace(b"   4     1", b"   3     0")
    message = "Candidate 3 is in PRECINCT TOTALS 2 times."
    assert disagreements(lines)[0] == ListingFinding(Check.REPEATED, message, (17, 17))


def test_another_name_of_a_precinct_is_said() -> None:
    lines = lines_of(Listing((EAST,)), Layout(page_lines=6))
    second = [index for index, line in enumerate(lines) if line.startswith(b"RUN DATE")][1]
    lines[second] = lines[second].replace(b"East", b"Esat")
    message = "Precinct 1 is Esat here, East above."
    assert disagreements(lines) == [ListingFinding(Check.PAGES, message, (2, second + 1))]


def test_pages_that_were_run_on_another_date_are_said() -> None:
    lines = lines_of(COUNTY)
    west = index_of(lines, b"West")
    lines[west] = lines[west].replace(b"11/11/16", b"11/12/16")
    log = PARSER.parse(b"\r\n".join(lines))
    message = "RUN DATE is 11/12/16 11:03 AM here, 11/11/16 11:03 AM above."
    assert log.findings == (ListingFinding(Check.PAGES, message, (2, west + 1)),)
    assert log.run_date == "11/11/16 11:03 AM"


def test_the_number_of_disagreements_is_bounded() -> None:
    lines = lines_of(Listing((EAST,)), Layout(trailers=False, reset=b""))
    without_star = [b"5120001%5d      3 Ann Example%29bSHERIFF" % (n, b"") for n in range(250)]
    said = disagreements([*lines, *without_star])
    assert len(said) == 101
    assert said[-1].message == "And 150 more of this kind."
