"""What contradicts itself in an ASCII export is said; what cannot be read is refused."""

import dataclasses
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.listings import ListingCheck as Check
from election.listings import ListingFinding, TotalsListing
from parsers.contract import SNIFF_BYTES
from parsers.errors import ParseError
from parsers.unity.ascii_export import reader
from parsers.unity.ascii_export.parser import PARSER
from simulators.listings.ascii_export import (
    GROUPS,
    example_export,
    print_ascii_export,
    sample_export,
)

WIDTHS = sorted(GROUPS)
EXPORT = {width: print_ascii_export(example_export(GROUPS[width]), width) for width in WIDTHS}
JANE, RAUL, UNDER = 4, 6, 10
"""Where the records of precinct 11 stand in the example, from 0; precinct 12 follows each."""


def records(width: int = 179) -> list[bytes]:
    return EXPORT[width].split(b"\r\n")[:-1]


def parse(lines: list[bytes]) -> TotalsListing:
    return PARSER.parse(b"".join(line + b"\r\n" for line in lines))


def refusal(content: bytes) -> ParseError:
    with pytest.raises(ParseError) as caught:
        PARSER.parse(content)
    return caught.value


def changed(record: bytes, column: int, text: bytes) -> bytes:
    """Put `text` into a record at `column`, counted from 1 as the format reference does."""
    return record[: column - 1] + text + record[column - 1 + len(text) :]


def test_votes_that_do_not_make_the_ballots_are_said() -> None:
    lines = records()
    lines[UNDER] = changed(lines[UNDER], 12, b"000018")
    message = "Sample Contest, precinct 11: the votes with over and under votes are 299, ballots "
    assert parse(lines).findings == (
        ListingFinding(Check.CONTEST_TOTAL, f"{message}cast 300.", (3, 5, 7, 9, 11)),
    )


def test_a_contest_for_two_seats_is_not_held_against_the_ballots() -> None:
    lines = [changed(line, 177, b"02") if line[:4] == b"0105" else line for line in records()]
    lines[UNDER] = changed(lines[UNDER], 12, b"000318")
    assert not parse(lines).findings


def test_a_contest_of_one_party_may_have_fewer_votes_than_ballots_but_not_more() -> None:
    lines = [line.replace(b"DEM", b"REP") for line in records()]
    for votes, said in ((b"000018", 0), (b"000020", 1)):
        lines[UNDER] = changed(lines[UNDER], 12, votes)
        assert len(parse(lines).findings) == said


def test_groups_above_the_total_are_said_for_each_record() -> None:
    lines = records(209)
    lines[JANE] = changed(lines[JANE], 18, b"000168")
    message = "The groups of JANE SAMPLE have 251 votes, their total is 250."
    assert parse(lines).findings == (ListingFinding(Check.GROUP_SUM, message, (5,)),)


def test_groups_below_the_total_are_said_once() -> None:
    lines = records(263)
    for place in (JANE, RAUL):
        lines[place] = changed(lines[place], 18, b"000001")
    (said,) = parse(lines).findings
    assert (said.check, said.lines) == (Check.GROUP_SUM, (5, 7))
    assert said.message.startswith("In 2 records the groups have fewer votes than the total")


def test_a_record_twice_is_counted_as_printed_and_said() -> None:
    lines = records()
    listing = parse([*lines, lines[JANE]])
    message = "Contest 105, candidate 1 again in precinct 11."
    assert ListingFinding(Check.REPEATED, message, (5, 13)) in listing.findings
    assert len(listing.precincts[0].contests[0].counts) == 5


@pytest.mark.parametrize("width", WIDTHS)
def test_an_export_twice_in_one_file_is_said_for_every_record(width: int) -> None:
    said = Counter(finding.check for finding in parse(records(width) * 2).findings)
    assert said[Check.REPEATED] == len(records(width))


@pytest.mark.parametrize(
    ("place", "column", "text", "message", "lines"),
    [
        (5, 84, b"JOAN", "Candidate 1 of contest 105 is JOAN SAMPLE (REP)", (5, 6)),
        (5, 18, b"LIB", "Candidate 1 of contest 105 is JANE SAMPLE (LIB)", (5, 6)),
        (7, 28, b"Simple", "The name of contest 105 is Simple Contest", (5, 8)),
        (7, 21, b"CITY  ", "The district of contest 105 is CITY", (5, 8)),
        (7, 177, b"02", "The vote-for number of contest 105 is 2", (5, 8)),
        (7, 122, b"PRECINCT 13", "The name of precinct 12 is PRECINCT 13", (2, 8)),
        (7, 152, b"NORTH", "The district name of contest 105 is NORTH", (6, 8)),
    ],
)
def test_a_number_with_two_meanings_is_said(
    place: int, column: int, text: bytes, message: str, lines: tuple[int, ...]
) -> None:
    altered = records()
    altered[place] = changed(altered[place], column, text)
    said = [said for said in parse(altered).findings if said.message.startswith(message)]
    assert [(finding.check, finding.lines) for finding in said] == [(Check.CANDIDATE_NUMBER, lines)]
    assert " here, " in said[0].message


def test_a_lost_record_shows_against_the_other_precincts() -> None:
    for lost in range(4, 12):
        lines = records()
        del lines[lost]
        assert Check.CUT in {finding.check for finding in parse(lines).findings}


def test_a_record_of_another_candidate_with_the_same_name_is_not_the_same_candidate() -> None:
    lines = records()
    lines[JANE + 1] = changed(lines[JANE + 1], 5, b"009")
    contest = parse(lines).precincts[1].contests[0]
    assert [count.number for count in contest.counts if count.label == "JANE SAMPLE"] == [9]


def test_a_record_twice_does_not_hide_that_another_is_lost() -> None:
    lines = records()
    lines[RAUL] = lines[JANE]
    checks = {finding.check for finding in parse(lines).findings}
    assert {Check.REPEATED, Check.CUT} <= checks


@pytest.mark.parametrize("width", WIDTHS)
def test_a_last_record_whose_flag_was_cut_is_refused(width: int) -> None:
    assert refusal(EXPORT[width][: -len(b" \r\n")]).line == len(records(width))


@pytest.mark.parametrize(("lost", "line"), [(0, 2), (1, 3), (2, 1), (3, 2)])
def test_a_lost_record_of_a_statistic_shows_against_the_other_precincts(
    lost: int, line: int
) -> None:
    lines = records()
    del lines[lost]
    said = [each for each in parse(lines).findings if each.check is Check.CUT]
    assert [each.lines for each in said] == [(line,)]
    assert f"no record of 1 precincts, among them {11 + lost % 2};" in said[0].message


def test_a_statistic_of_a_misprinted_precinct_shows_on_both() -> None:
    lines = records()
    lines[2] = changed(lines[2], 8, b"9011")
    said = [each.message for each in parse(lines).findings if each.check is Check.CUT]
    assert any("among them 9011;" in message for message in said)
    assert any("among them 11;" in message for message in said)


@pytest.mark.parametrize("width", WIDTHS)
def test_records_of_another_length_are_refused_with_their_line(width: int) -> None:
    for other in (*({*WIDTHS} - {width}), "short"):
        stranger = records(other)[JANE] if isinstance(other, int) else b"0105001"
        error = refusal(b"\r\n".join([*records(width), b"", stranger, b""]))
        assert (error.line, f"among records of {width}" in error.reason) == (14, True)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("column", "text"),
    [
        (1, b" 105"), (5, b"0x1"), (8, b"   1"), (12, b"00025 "), (12, b"+00250"), (12, b"1_0000"),
        (28, b"\x00"), (-2, b" 1"), (-2, b"x1"), (0, b"1"), (0, b"y"),
    ],
)  # fmt: skip
def test_a_field_that_is_not_what_it_must_be_is_refused(
    width: int, column: int, text: bytes
) -> None:
    lines = records(width)
    lines[JANE] = changed(lines[JANE], column if column > 0 else width + column, text)
    assert refusal(b"\r\n".join(lines)).line == JANE + 1


@pytest.mark.parametrize(("width", "column"), [(209, 18), (209, 42), (263, 36)])
def test_a_group_that_is_no_number_is_refused(width: int, column: int) -> None:
    lines = records(width)
    lines[RAUL] = changed(lines[RAUL], column, b"      ")
    error = refusal(b"\r\n".join(lines))
    assert (error.line, f"{GROUPS[width]} groups" in error.reason) == (RAUL + 1, True)


def test_figures_where_only_blanks_are_known_are_refused() -> None:
    lines = records(263)
    lines[RAUL] = changed(lines[RAUL], 42, b"000001")
    assert refusal(b"\r\n".join(lines)).line == RAUL + 1
    lines[RAUL] = changed(lines[RAUL], 42, b"0" * 60)
    assert parse(lines).precincts == parse(records(263)).precincts


@pytest.mark.parametrize("undefined", [b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"])
@pytest.mark.parametrize("name", [b"JANE", b"Sample", b"PRECINCT 12"])
def test_bytes_that_code_page_1252_does_not_have_are_refused(undefined: bytes, name: bytes) -> None:
    lines = [
        line.replace(name, undefined * len(name)) if place >= JANE else line
        for place, line in enumerate(records())
    ]
    error = refusal(b"\r\n".join(lines))
    assert error.line in {JANE + 1, JANE + 2}
    assert f"byte {undefined.hex().upper()}" in error.reason


@pytest.mark.parametrize("width", WIDTHS)
def test_no_cut_gives_other_figures_than_printed_without_a_word(width: int) -> None:
    truth = PARSER.parse(EXPORT[width])
    figures = {
        (precinct.number, count.label): count.votes
        for precinct in truth.precincts
        for count in (*precinct.statistics, *precinct.contests[0].counts)
    }
    outcomes: Counter[str] = Counter()
    for cut in range(0, len(EXPORT[width]), 5):
        try:
            listing = PARSER.parse(EXPORT[width][:cut])
        except ParseError:
            outcomes["refused"] += 1
            continue
        outcomes["read"] += 1
        for precinct in listing.precincts:
            for contest in precinct.contests:
                for count in (*precinct.statistics, *contest.counts):
                    assert figures[precinct.number or 0, count.label] == count.votes, cut
    assert min(outcomes["refused"], outcomes["read"]) > 5


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", b"\x00" * 9_000, b"x" * 179 + b"\r\n"])
def test_content_without_a_record_is_refused(content: bytes) -> None:
    assert refusal(content).line == 1


def test_a_file_of_too_many_records_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_RECORDS", 11)
    assert refusal(EXPORT[179]).line == 12


def test_texts_that_are_not_remembered_any_more_are_read_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "_MOST_REMEMBERED", 2)
    export = sample_export(precincts=5, contests=3, groups=5)
    assert PARSER.parse(print_ascii_export(export, 209)) == export


def test_damaged_exports_end_in_a_document_or_a_parse_error() -> None:
    dice = random.Random(12)
    sources = list(EXPORT.values())
    outcomes: Counter[str] = Counter()
    for _ in range(1_000):
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
                    damaged[place] = 48 + dice.randrange(10)
        PARSER.recognises(bytes(damaged[:SNIFF_BYTES]))
        PARSER.resembles(bytes(damaged[:SNIFF_BYTES]))
        try:
            PARSER.parse(bytes(damaged))
            outcomes["read"] += 1
        except ParseError as error:
            assert error.line is not None  # noqa: PT017  # a ParseError is one of two good ends
            outcomes["refused"] += 1
    assert min(outcomes["read"], outcomes["refused"]) > 100


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_end_in_a_document_or_a_parse_error(content: bytes) -> None:
    for export in (content, EXPORT[179][:400] + content):
        PARSER.recognises(export)
        PARSER.resembles(export)
        try:
            PARSER.parse(export)
        except ParseError as error:
            assert (error.line, error.offset) != (None, None)  # noqa: PT017  # a ParseError is one of two good ends


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([line + b"Z" for line in records()], "record 1 has 180 characters"),
        ([records()[0], records(209)[1]], "its records have different lengths"),
        ([changed(line, 12, b"      ") for line in records()], ""),
        ([changed(line, 177, b"  ") for line in records()], "record 1 has 132 characters"),
        ([b"PRECINCT REPORT"], ""),
        ([], ""),
    ],
)
def test_what_only_resembles_an_export_says_why(lines: list[bytes], reason: str) -> None:
    head = b"\r\n".join(lines)
    assert not PARSER.recognises(head)
    said = PARSER.resembles(head)
    assert said.startswith(reason)
    assert bool(said) == bool(reason)


def test_records_in_another_order_are_the_same_export() -> None:
    by_precinct = sorted(records(), key=lambda line: line[7:11])
    assert parse(by_precinct).precincts == parse(records()).precincts
    assert dataclasses.replace(parse(by_precinct), findings=()) == parse(records())
