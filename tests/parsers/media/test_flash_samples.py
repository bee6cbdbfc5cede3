"""The sample flash images, byte for byte, and what is read in them."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

import pytest

from election.media import FlashCard, FlashState, TerminalFlash
from parsers.media.flash.card_parser import PARSER as CARD_PARSER
from parsers.media.flash.parser import PARSER
from simulators.media.peb_fixtures import FLASH_FIXTURES
from simulators.media.sample_election import IVOTRONIC_COUNTS

Sample = Callable[[str], bytes]

HASHES = {
    "flash-5199901": "30e333a8da81d03373138121ba72f04fb575a9d643cb8ca427284ed7aa9da68b",
    "flash-5199902": "a7679882b61d24efa3862661ca86bf3347254bffa55288f25409b98428eff0b5",
    "flash-old": "80e01aad1c1df6b759b5c795a8575123d08dffd7b5e48bb19c121b20b86b1c32",
    "cf-id": "1f1bb8dec757188ead66e263064e1daf8bfcee9273d4cd875e307a40150f3b14",
}

EXTENSION_LOG = bytes.fromhex(
    "5A544346583030310100100000000000590200 00D034BD3D5D90040001009 88B"
    "470600 00D134BD3D5D90040001008BC7 61060000E534BD3D5D90040001008D51"
    "F40A000090C9C43D00000000000004 17".replace(" ", "")
)
FIRST_BALLOT = bytes.fromhex("1700150001000000000000050000000400060008000A00FFFF")
OLD_LOG = bytes.fromhex(
    "01D134BD3D015D90040009F6C9C43D015D90040014D0D2C43D015E9004001440DBC43D015E900400"
)

CANDIDATES = {
    candidate: votes
    for first, contest in ((1, 101), (5, 102), (7, 103), (11, 201))
    for candidate, votes in enumerate(
        (*IVOTRONIC_COUNTS[contest].choices, IVOTRONIC_COUNTS[contest].write_ins), start=first
    )
    if votes
}
"""Votes of both terminals by candidate number; contest 101 has the only write-in position."""


wall_clock = datetime.fromisoformat


def flash(image: bytes) -> TerminalFlash:
    document = PARSER.parse(image)
    assert isinstance(document, TerminalFlash)
    return document


def card(image: bytes) -> FlashCard:
    document = CARD_PARSER.parse(image)
    assert isinstance(document, FlashCard)
    return document


@pytest.mark.parametrize("name", HASHES)
def test_every_sample_is_the_published_one(sample_image: Sample, name: str) -> None:
    assert sha256(sample_image(name)).hexdigest() == HASHES[name]


@pytest.mark.parametrize(
    ("name", "at", "expected"),
    [
        ("flash-5199901", 0x40000, EXTENSION_LOG),
        ("flash-5199901", 0x50000, FIRST_BALLOT),
        ("flash-old", 0x30000, OLD_LOG),
    ],
)
def test_the_published_bytes_stand_where_they_should(
    sample_image: Sample, name: str, at: int, expected: bytes
) -> None:
    assert sample_image(name)[at : at + len(expected)] == expected


def test_the_first_terminal_is_read_as_the_sample_describes_it(sample_image: Sample) -> None:
    assert PARSER.recognises(sample_image("flash-5199901")[:65_536])
    read = flash(sample_image("flash-5199901"))
    assert read.damage == ()
    assert (read.terminal, read.state, read.firmware) == ("5199901", FlashState.CLOSED, "9.1.6.4")
    assert (read.votes, read.votes_by_poll_worker, read.ballots) == (22, 0, 22)
    assert (read.protective_open, read.protective_close) == (9_034, 9_056)
    assert (read.opening_peb, read.closing_peb, read.copies) == ("299101", "299101", 1)
    assert read.opened == wall_clock("2026-11-03 07:02:14")
    assert read.closed == wall_clock("2026-11-03 19:47:20")
    assert (len(read.events), read.log_is_cut, read.log_is_full) == (49, False, False)
    assert read.precincts == ((21, 22),)
    assert read.identity is not None
    assert read.identity.election == "99110326"


def test_both_terminals_together_have_the_votes_of_the_sample(sample_image: Sample) -> None:
    first, second = (flash(sample_image(f"flash-{serial}")) for serial in (5199901, 5199902))
    assert Counter(dict(first.votes_by_candidate)) + Counter(
        dict(second.votes_by_candidate)
    ) == Counter(CANDIDATES)
    assert (second.ballots, len(second.events)) == (15, 42)
    assert Counter(event.code for event in second.events)["0001510"] == 15


def test_events_have_the_texts_and_times_of_their_codes(sample_image: Sample) -> None:
    events = {event.code: event for event in flash(sample_image("flash-5199901")).events}
    assert events["0001672"].text == "Terminal Opened"
    assert events["0001672"].at == wall_clock("2026-11-03 07:02:14")
    assert (events["0002804"].peb, events["0002804"].peb_type) == ("", 0)
    assert events["0001516"].peb == "299102"
    assert events["0001516"].at == wall_clock("2026-11-03 13:35:00")


def test_the_old_log_is_told_in_the_newer_codes_where_one_says_the_same(
    sample_image: Sample,
) -> None:
    old, new = flash(sample_image("flash-old")), flash(sample_image("flash-5199901"))
    assert old.damage == ()
    assert Counter(event.code for event in old.events) == {
        "0001607": 1,
        "0001672": 1,
        "0001510": 22,
        "22": 1,
        "0001673": 1,
        "0001416": 1,
    }
    assert [event.text for event in old.events if event.code == "22"] == ["Super ballot cancel"]
    assert old.votes_by_candidate == new.votes_by_candidate


def test_a_whole_card_has_its_serial_and_both_terminals(sample_image: Sample) -> None:
    assert CARD_PARSER.recognises(sample_image("cf-card")[:65_536])
    read = card(sample_image("cf-card"))
    assert (read.card, read.damage, read.other_files) == ("CF000901", (), ())
    assert read.identity is not None
    assert (read.identity.precinct, read.identity.definition_version) == (21, None)
    assert read.terminals == tuple(
        flash(sample_image(f"flash-{serial}")) for serial in (5199901, 5199902)
    )


def test_the_phantom_has_a_serial_that_nobody_has_and_the_votes_of_another() -> None:
    read = card(FLASH_FIXTURES["phantom"]())
    assert [(each.terminal, each.ballots) for each in read.terminals] == [
        ("5199901", 22),
        ("5199999", 15),
    ]
    assert read.damage == ()


def test_a_terminal_closed_with_the_other_peb_says_so_in_log_and_identity() -> None:
    _, second = card(FLASH_FIXTURES["other-peb"]()).terminals
    assert (second.opening_peb, second.closing_peb, second.damage) == ("299101", "299102", ())
    assert [event.peb for event in second.events if event.code == "0001206"] == ["299102"]


def test_copies_that_differ_name_the_first_difference() -> None:
    read = flash(FLASH_FIXTURES["copies-differ"]())
    assert read.copies_differ == "copy 3 differs from copy 1 at byte 0x050000"
    assert read.copies_differ in read.damage
    assert (read.copies, read.ballots) == (3, 22)
