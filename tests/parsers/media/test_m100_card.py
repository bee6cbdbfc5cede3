"""The sample cards against the figures and bytes that the profile prints of them."""

from collections.abc import Callable
from dataclasses import astuple
from datetime import datetime
from hashlib import sha256

import pytest

from election.media import CardLogRecord, CardState, M100Card, MediumFlags
from parsers.contract import SNIFF_BYTES
from parsers.errors import ParseError
from parsers.media.m100_card.parser import PARSER
from parsers.registry import likely_order, load_parser, load_parsers, parser_for

SHA256 = {
    "m100-loaded": "6550f33be81f64bb92d0d79cf77b538aefc2816a8d849db20c87ac5797f8b948",
    "m100-zero": "507054b2c47eb773069bb737d5937d7e05867b669cedf8a7092aeee4e5ebe9ba",
    "m100-closed": "6bc3182eb99f5fa52193a85bf8a5c0d09758c7a710940925db3fd858718a6681",
    "m100-closed-2m": "9033ba019256bd824c519e144843511009aad60adc4ae34092e3d1bcdfb47a58",
}

PRINTED = {
    0x00000: """
        5A 54 4D 31 30 30 43 31 01 00 00 01 00 00 08 00
        00 00 00 00 77 02 00 00 39 39 31 31 30 33 32 36
        D7 C9 BB 37 B9 78 75 57 7F 3E A1 69 3E E1 CF 03
        46 48 3B 30 68 34 19 65 52 45 7A AE 54 1F 4F 81
        01 00 15 00 04 00 0B 00 4D 31 30 30 43 2D 30 30
        30 30 34 31 37 20 20 20 32 30 34 34 31 37 20 20
        20 20 20 20 20 20 20 20 35 2E 32 2E 31 2E 30 20
        03 00 01 00 44 C8 C4 3D EA 7B C5 3D C6 7C C5 3D
        64 02 00 00 53 BC 00 00 B7 BE 00 00 03 00 00 00
        05 00 00 00 04 00 00 00 09 00 00 00 00 00 00 00
        00 02 00 00 F5 01 00 00 00 00 01 00 1F 00 00 00
        00 40 01 00 FF 35 00 00 78 02 00 00 00 00 00 00
        00 00 00 00 00 00 00 00 50 52 4F 4A 45 43 54 20
        50 52 4F 46 49 4C 45 20 2D 20 4E 4F 54 20 54 48
        45 20 56 45 4E 44 4F 52 20 46 4F 52 4D 41 54 20
        13 22 D3 B0 F5 40 7F A1 00 00 00 00 92 EC B7 0A
    """,
    0x10000: """
        1F 01 00 00 0C 01 00 00 1F 00 00 00 04 00 00 00
        02 00 00 00 14 00 00 00 14 00 00 00 64 02 00 00
        19 01 00 00 17 01 00 00 00 00 00 00 03 00 00 00
        31 00 00 00 31 00 00 00 64 02 00 00 2D 01 00 00
        00 01 00 00 F8 00 00 00 C5 00 00 00 00 00 00 00
        04 00 00 00 DA 00 00 00 3D 00 00 00 64 02 00 00
        4D 01 00 00 06 01 00 00 00 00 00 00 01 00 00 00
        10 00 00 00 10 00 00 00 64 02 00 00 00 00 00 00
    """,
    0x14000: """
        01 00 00 00 94 A0 BA 3D 01 00 00 00 01 00 00 00
        44 45 46 20 56 31 20 20 20 20 20 20 20 20 BF A7
    """,
    0x7FFF0: "5A 54 4D 31 30 30 45 44 77 02 00 00 B8 A4 32 73",
}
"""Offset and bytes of the closed card."""

CONTESTS = [
    (101, "GOVERNOR", 1, True, (287, 268, 31), 4, 2, 20, 20, 612),
    (102, "JUSTICE OF THE PEACE DISTRICT 4", 1, False, (281, 279), 0, 3, 49, 49, 612),
    (103, "CITY DIRECTOR AT LARGE", 2, False, (301, 256, 248, 197), 0, 4, 218, 61, 612),
    (201, "ISSUE NO. 1 LIBRARY MILLAGE", 1, False, (333, 262), 0, 1, 16, 16, 612),
]


def wall_clock(text: str) -> datetime:
    return datetime.fromisoformat(text)


def read(image: bytes) -> M100Card:
    card = PARSER.parse(image)
    assert isinstance(card, M100Card)
    return card


@pytest.mark.parametrize("name", SHA256)
def test_a_sample_is_built_byte_for_byte(sample_image: Callable[[str], bytes], name: str) -> None:
    assert sha256(sample_image(name)).hexdigest() == SHA256[name]


@pytest.mark.parametrize("offset", PRINTED)
def test_the_closed_card_has_the_bytes_that_the_profile_prints(
    m100_closed: bytes, offset: int
) -> None:
    printed = bytes.fromhex(PRINTED[offset])
    assert m100_closed[offset : offset + len(printed)] == printed


def test_the_closed_card_says_what_was_counted(m100_closed: bytes) -> None:
    card = read(m100_closed)
    assert card.damage == ()
    assert [
        (
            contest.contest,
            contest.title,
            contest.votes_allowed,
            contest.write_in,
            tuple(choice.votes for choice in contest.choices),
            contest.write_ins,
            contest.overvotes,
            contest.undervotes,
            contest.blank,
            contest.ballots,
        )
        for contest in card.contests
    ] == CONTESTS
    assert [astuple(choice)[:4] for choice in card.contests[0].choices] == [
        (1, 1, "ADA ALVAREZ", "DEM"),
        (2, 2, "BEN BRANDT", "REP"),
        (3, 3, "CORA CHEN", "IND"),
    ]
    # the write-in position of GOVERNOR has candidate number 4
    assert [choice.candidate for choice in card.contests[1].choices] == [5, 6]


def test_the_closed_card_says_whose_it_is(m100_closed: bytes) -> None:
    card = read(m100_closed)
    identity = card.identity
    assert (identity.election, identity.definition_version, identity.precinct) == (
        "99110326",
        1,
        21,
    )
    assert identity.definition_sha256 == (
        "d7c9bb37b97875577f3ea1693ee1cf0346483b306834196552457aae541f4f81"
    )
    assert identity.flags == MediumFlags()
    assert (card.card, card.scanner, card.firmware) == ("M100C-0000417", "204417", "5.2.1.0")
    assert (card.state, card.copy, card.generation, card.open_count) == (
        CardState.CLOSED,
        0,
        631,
        1,
    )
    assert card.opened == wall_clock("2026-11-03 06:55:00")
    assert card.closed == wall_clock("2026-11-03 19:41:30")
    assert card.last_write == wall_clock("2026-11-03 19:45:10")
    assert (card.ballots, card.protective_open, card.protective_close) == (612, 48_211, 48_823)
    assert (card.blank_ballots, card.overvoted_ballots, card.write_in_ballots) == (3, 5, 4)
    assert (card.returned_ballots, card.unreadable_ballots) == (9, 0)
    assert "not the vendor's format" in card.notes[0]


def test_the_log_is_read_in_the_order_of_writing(m100_closed: bytes) -> None:
    log = read(m100_closed).log
    assert [record.sequence for record in log] == list(range(1, 632))
    assert log[0] == CardLogRecord(1, wall_clock("2026-10-26 14:03:00"), 0x01, 0, 1, "DEF V1")
    assert log[4] == CardLogRecord(5, wall_clock("2026-11-03 06:48:31"), 0x02, 0, 0, "204417")
    assert log[7] == CardLogRecord(8, wall_clock("2026-11-03 07:30:00"), 0x20, 0, 1, "")
    assert log[-1] == CardLogRecord(631, wall_clock("2026-11-03 19:45:10"), 0x04, 0, 0, "")
    counted = [record.value for record in log if record.code == 0x20]
    assert counted == list(range(1, 613))


def test_a_large_card_says_the_same_as_a_small_one(
    sample_image: Callable[[str], bytes], m100_closed: bytes
) -> None:
    assert read(sample_image("m100-closed-2m")) == read(m100_closed)


def test_a_card_that_was_never_bound_has_no_scanner_and_no_votes(m100_loaded: bytes) -> None:
    card = read(m100_loaded)
    assert (card.state, card.scanner, card.protective_close) == (CardState.LOADED, "", 0)
    assert (card.opened, card.closed) == (None, None)
    assert {contest.ballots for contest in card.contests} == {0}
    assert [record.note for record in card.log] == ["DEF V1", "L AND A", "ZEROED"]


def test_a_card_is_recognised_among_all_parsers(m100_loaded: bytes) -> None:
    parsers = load_parsers(["m100-tape", "ivotronic-tape", "el155", "m100-card"])
    assert parser_for(m100_loaded, parsers) is load_parser("m100-card")


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"\xff" * SNIFF_BYTES, "all of its beginning is FF: a blank card"),
        (bytes(SNIFF_BYTES), "all of its beginning is 00: a blank card"),
        (b"ZTM100C1\x02\x00", "its layout version is 2, not 1"),
    ],
)
def test_what_resembles_a_card_is_told_why_it_is_none(head: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=f"It resembles m100-card, but {reason}"):
        parser_for(head, [PARSER])


def test_a_card_with_a_damaged_magic_resembles_one(m100_loaded: bytes) -> None:
    damaged = m100_loaded[:6] + b"D" + m100_loaded[7:]
    assert not PARSER.recognises(damaged)
    assert "the card is damaged" in PARSER.resembles(damaged)


def test_the_head_of_a_listing_does_not_resemble_a_card() -> None:
    assert PARSER.resembles(b"") == ""
    assert PARSER.resembles(b" " * 100) == ""


@pytest.mark.parametrize(
    ("name", "sample"),
    [("m100-card", "m100-loaded"), ("peb", "peb-voter"), ("flash", "flash-5199902")],
)
def test_an_image_is_given_to_its_own_parser_first(
    sample_image: Callable[[str], bytes], name: str, sample: str
) -> None:
    image = sample_image(sample)
    assert next(likely_order(image)) == name
    assert load_parser(name).recognises(image[:SNIFF_BYTES])
