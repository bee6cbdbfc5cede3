"""The tape parsers against the samples of the project profiles, read by a person."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from election.documents import (
    DeviceClass,
    ReportKind,
    Tape,
    TapeChoice,
    TapeContest,
    TapeTerminal,
    WriteInName,
)
from parsers.contract import INTERFACE_VERSION, SNIFF_BYTES, Parser
from parsers.errors import ParseError
from parsers.tapes import ivotronic, m100

LinesOf = Callable[[str], list[str]]
Wire = Callable[[Sequence[str]], bytes]

SHA256 = {
    "m100-zero": "c529abb1b46b6957cf60e14e9dbf7825ec798afb64b88f07d20816133d09d8de",
    "m100-results": "4267022f2a2709ad924da8db488e02a541d0622d33812bb9a757427d0bb22de6",
    "ivotronic-zero": "6abbdef7f1a6438df85b2d478617dfacd5469720c916b2fb1064ac7dd27eaff1",
    "ivotronic-results": "602310288ab2cc49c978e0ba4d9be55e0b9b93895708498df83acd1028d1a0ab",
}
"""Wire bytes of the samples, as the description of the profiles states them."""

PARSERS: dict[str, Parser] = {
    name: (m100 if name.startswith("m100") else ivotronic).PARSER for name in SHA256
}


def read(name: str, content: bytes) -> Tape:
    document = PARSERS[name].parse(content)
    assert isinstance(document, Tape)
    return document


def contest(
    number: int,
    title: str,
    votes_allowed: int,
    ballots: int,
    names: Sequence[tuple[str, str]],
    votes: Sequence[int],
    *,
    write_ins: int | None = None,
    overvotes: int | None,
    undervotes: int,
) -> TapeContest:
    choices = tuple(
        TapeChoice(place, name, party, count)
        for place, ((name, party), count) in enumerate(zip(names, votes, strict=True), start=1)
    )
    return TapeContest(
        number,
        title,
        votes_allowed,
        ballots,
        choices,
        write_ins,
        overvotes,
        undervotes,
        ballots * votes_allowed,
    )


GOVERNOR = [("ADA ALVAREZ", "DEM"), ("BEN BRANDT", "REP"), ("CORA CHEN", "IND")]
JUSTICE = [("DANA DUVAL", "DEM"), ("EVAN ELLIS", "REP")]
DIRECTOR = [("FAYE FOX", "NON"), ("GUS GRAY", "NON"), ("HANA HOLT", "NON"), ("IRA IVES", "NON")]
ISSUE = [("FOR", ""), ("AGAINST", "")]
JUSTICE_TITLE = "JUSTICE OF THE PEACE DISTRICT 4"
DIRECTOR_TITLE = "CITY DIRECTOR AT LARGE"
ISSUE_TITLE = "ISSUE NO. 1 LIBRARY MILLAGE"

clock = datetime.fromisoformat

IDENTITY = Tape(
    device_class=DeviceClass.M100,
    kind=ReportKind.ZERO,
    county="EXAMPLE COUNTY",
    title="GENERAL ELECTION",
    date="NOVEMBER 3, 2026",
    test=False,
    election="99110326",
    definition_version=1,
    definition_digits="D7C9BB37B9787557",
    precinct=21,
    precinct_name="RIVERSIDE",
    unit="204417",
    firmware="5.2.1.0",
)

M100_ZERO = replace(
    IDENTITY,
    card="M100C-0000417",
    printed=clock("2026-11-03 06:52:10"),
    copy=1,
    protective_open=48211,
    protective_close=48211,
    blank_ballots=0,
    overvoted_ballots=0,
    write_in_ballots=0,
    contests=(
        contest(101, "GOVERNOR", 1, 0, GOVERNOR, [0, 0, 0], write_ins=0, overvotes=0, undervotes=0),
        contest(102, JUSTICE_TITLE, 1, 0, JUSTICE, [0, 0], overvotes=0, undervotes=0),
        contest(103, DIRECTOR_TITLE, 2, 0, DIRECTOR, [0, 0, 0, 0], overvotes=0, undervotes=0),
        contest(201, ISSUE_TITLE, 1, 0, ISSUE, [0, 0], overvotes=0, undervotes=0),
    ),
)

M100_RESULTS = replace(
    M100_ZERO,
    kind=ReportKind.RESULTS,
    opened=clock("2026-11-03 06:55:00"),
    closed=clock("2026-11-03 19:41:30"),
    printed=clock("2026-11-03 19:42:05"),
    ballots=612,
    protective_close=48823,
    blank_ballots=3,
    overvoted_ballots=5,
    write_in_ballots=4,
    contests=(
        contest(
            101,
            "GOVERNOR",
            1,
            612,
            GOVERNOR,
            [287, 268, 31],
            write_ins=4,
            overvotes=2,
            undervotes=20,
        ),
        contest(102, JUSTICE_TITLE, 1, 612, JUSTICE, [281, 279], overvotes=3, undervotes=49),
        contest(
            103,
            DIRECTOR_TITLE,
            2,
            612,
            DIRECTOR,
            [301, 256, 248, 197],
            overvotes=4,
            undervotes=218,
        ),
        contest(201, ISSUE_TITLE, 1, 612, ISSUE, [333, 262], overvotes=1, undervotes=16),
    ),
)

IVOTRONIC_ZERO = replace(
    IDENTITY,
    device_class=DeviceClass.IVOTRONIC,
    unit="299101",
    firmware="9.1.6.4",
    printed=clock("2026-11-03 07:08:30"),
    copy=1,
    terminals=(
        TapeTerminal("5199901", False, clock("2026-11-03 07:02:14"), 9034, None, 0),
        TapeTerminal("5199902", False, clock("2026-11-03 07:05:40"), 4410, None, 0),
    ),
    terminals_not_closed=2,
    contests=(
        contest(
            101, "GOVERNOR", 1, 0, GOVERNOR, [0, 0, 0], write_ins=0, overvotes=None, undervotes=0
        ),
        contest(102, JUSTICE_TITLE, 1, 0, JUSTICE, [0, 0], overvotes=None, undervotes=0),
        contest(103, DIRECTOR_TITLE, 2, 0, DIRECTOR, [0, 0, 0, 0], overvotes=None, undervotes=0),
        contest(201, ISSUE_TITLE, 1, 0, ISSUE, [0, 0], overvotes=None, undervotes=0),
    ),
)

IVOTRONIC_RESULTS = replace(
    IVOTRONIC_ZERO,
    kind=ReportKind.RESULTS,
    printed=clock("2026-11-03 19:53:10"),
    terminals=(
        TapeTerminal("5199901", True, clock("2026-11-03 19:47:20"), 9034, 9056, 22),
        TapeTerminal("5199902", True, clock("2026-11-03 19:50:22"), 4410, 4425, 15),
    ),
    terminals_not_closed=0,
    ballots=37,
    contests=(
        contest(
            101,
            "GOVERNOR",
            1,
            37,
            GOVERNOR,
            [17, 15, 2],
            write_ins=1,
            overvotes=None,
            undervotes=2,
        ),
        contest(102, JUSTICE_TITLE, 1, 37, JUSTICE, [16, 18], overvotes=None, undervotes=3),
        contest(
            103, DIRECTOR_TITLE, 2, 37, DIRECTOR, [19, 16, 14, 12], overvotes=None, undervotes=13
        ),
        contest(201, ISSUE_TITLE, 1, 37, ISSUE, [21, 14], overvotes=None, undervotes=2),
    ),
    write_in_names=(WriteInName(101, "DREW DOYLE", 1),),
)

EXPECTED = {
    "m100-zero": M100_ZERO,
    "m100-results": M100_RESULTS,
    "ivotronic-zero": IVOTRONIC_ZERO,
    "ivotronic-results": IVOTRONIC_RESULTS,
}


@pytest.mark.parametrize("name", SHA256)
def test_golden_tape_is_the_published_sample(name: str, lines_of: LinesOf, wire: Wire) -> None:
    assert sha256(wire(lines_of(name))).hexdigest() == SHA256[name]


@pytest.mark.parametrize("name", SHA256)
def test_sample_is_read_as_a_person_reads_it(name: str, lines_of: LinesOf, wire: Wire) -> None:
    assert read(name, wire(lines_of(name))) == EXPECTED[name]


@pytest.mark.parametrize("name", SHA256)
def test_parser_recognises_its_own_tapes_only(name: str, lines_of: LinesOf, wire: Wire) -> None:
    head = (b"\x00~\xff\r\n" + wire(lines_of(name)))[:SNIFF_BYTES]
    recognising = [p.name for p in (m100.PARSER, ivotronic.PARSER) if p.recognises(head)]
    assert recognising == [PARSERS[name].name]


def test_title_within_a_longer_line_is_not_recognised() -> None:
    assert not m100.PARSER.recognises(b"see MODEL 100 ZERO REPORT of today\r\n")


def test_parsers_are_named_as_the_configuration_names_them() -> None:
    found = [(p.name, p.interface_version) for p in (m100.PARSER, ivotronic.PARSER)]
    assert found == [("m100-tape", INTERFACE_VERSION), ("ivotronic-tape", INTERFACE_VERSION)]


def test_check_of_these_tests_is_the_published_crc(
    lines_of: LinesOf, wire: Wire, crc16: Callable[[bytes], int], sealed: Wire
) -> None:
    assert crc16(b"123456789") == 0x29B1
    assert sealed(lines_of("m100-zero")) == wire(lines_of("m100-zero"))


def test_flow_control_is_removed_and_counted(lines_of: LinesOf, wire: Wire) -> None:
    content = wire(lines_of("m100-results"))
    stalled = content[:300] + b"\x13" + content[300:301] + b"\x11" + content[301:] + b"\x13"
    expected = replace(M100_RESULTS, notes=("3 XON or XOFF removed",))
    assert read("m100-results", stalled) == expected


def test_line_noise_before_the_head_is_ignored_and_counted(lines_of: LinesOf, wire: Wire) -> None:
    noisy = b"\xfe\x00x\r\n" + wire(lines_of("ivotronic-zero"))
    expected = replace(IVOTRONIC_ZERO, notes=("3 bytes of line noise before the head ignored",))
    assert read("ivotronic-zero", noisy) == expected


def test_line_noise_after_the_end_marker_is_ignored_and_counted(
    lines_of: LinesOf, wire: Wire
) -> None:
    noisy = wire(lines_of("ivotronic-zero")) + b"\xff\xff"
    expected = replace(IVOTRONIC_ZERO, notes=("2 characters after the end marker ignored",))
    assert read("ivotronic-zero", noisy) == expected


@pytest.mark.parametrize("name", SHA256)
def test_text_file_of_a_tape_reads_like_the_tape(name: str, lines_of: LinesOf, wire: Wire) -> None:
    assert read(name, "\n".join(lines_of(name)).encode("ascii")) == EXPECTED[name]


@given(st.binary(max_size=400))
@example(b"")
@example(b"=" * 40 + b"\n")
def test_only_a_parse_error_leaves_the_parsers(content: bytes) -> None:
    for parser in (m100.PARSER, ivotronic.PARSER):
        parser.recognises(content)
        with pytest.raises(ParseError):
            parser.parse(content)


@pytest.mark.parametrize("name", SHA256)
@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_one_byte_changed_lost_or_added_never_changes_a_count_unseen(
    name: str, lines_of: LinesOf, wire: Wire, data: st.DataObject
) -> None:
    whole = wire(lines_of(name))
    place = data.draw(st.integers(0, len(whole) - 1), "place")
    gone = data.draw(st.sampled_from([0, 1]), "bytes gone")
    come = data.draw(st.binary(min_size=1 - gone, max_size=1), "bytes come")
    try:
        tape = read(name, whole[:place] + come + whole[place + gone :])
    except ParseError:
        return
    assert tape.truncated or tape.damage or replace(tape, notes=()) == EXPECTED[name]
