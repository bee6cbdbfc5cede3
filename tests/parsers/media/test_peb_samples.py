"""The sample PEBs, byte for byte, what is read in them, and the failures built from them."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

import pytest

from election.media import Peb, PebKind, PebState, TerminalState
from parsers.media.peb.parser import PARSER
from simulators.media.peb_fixtures import PEB_FIXTURES
from simulators.media.sample_election import IVOTRONIC_COUNTS, Counts

Sample = Callable[[str], bytes]

HASHES = {
    "peb-zero": "af232da107efbbd4daeb5282f74311ddfd29a07a0614388ab3c6c91b98f8f8ac",
    "peb-closed": "26a659647f8120baec7a85d27444a46cf921e7b57c93dbea159e163eeb21b623",
    "peb-voter": "9dd995cc1a26b9b8332b31e567f63dcf8cb2a96a0c068b1ad130aa435a98472a",
}

DUMP = {
    0x000000: "5A 54 50 45 42 30 30 31 01 00 10 02 00 10 01 01",
    0x000010: "5D 90 04 00 DE C0 17 5A 39 39 31 31 30 33 32 36",
    0x000040: "01 00 15 00 00 00 00 00 06 00 00 00 04 02 04 00",
    0x000050: "F6 C9 C4 3D FE 7D C5 3D 6E CB C4 3D A6 7E C5 3D",
    0x000060: "01 00 03 00 25 00 00 00 1F 00 01 00 F5 01 00 00",
    0x000070: "13 22 D3 B0 01 D4 4B 4E A6 7E C5 3D 00 00 00 00",
    0x000200: "00 00 01 00 06 00 00 00 A6 7E C5 3D 00 00 AF B1",
    0x021000: "1D 58 4F 00 02 00 01 00 F6 C9 C4 3D 48 7D C5 3D",
    0x021010: "16 00 00 00 00 00 00 00 4A 23 00 00 60 23 00 00",
    0x021020: "5D 90 04 00 5D 90 04 00 01 00 00 00 09 01 06 04",
    0x021050: "0F 00 00 00 00 00 00 00 3A 11 00 00 49 11 00 00",
    0x023100: "11 00 00 00 0F 00 00 00 02 00 00 00 01 00 00 00",
    0x023110: "00 00 00 00 02 00 00 00 02 00 00 00 25 00 00 00",
    0x023150: "00 00 00 00 0D 00 00 00 03 00 00 00 25 00 00 00",
    0x023170: "02 00 00 00 02 00 00 00 25 00 00 00 00 00 00 00",
}

wall_clock = datetime.fromisoformat


def peb(image: bytes) -> Peb:
    document = PARSER.parse(image)
    assert isinstance(document, Peb)
    return document


def counts(read: Peb) -> dict[int, Counts]:
    return {
        contest.contest: Counts(
            tuple(choice.votes for choice in contest.choices),
            contest.write_ins,
            contest.overvotes,
            contest.undervotes,
            contest.blank,
            contest.ballots,
        )
        for contest in read.contests
    }


@pytest.mark.parametrize("name", HASHES)
def test_every_sample_peb_is_the_published_one(sample_image: Sample, name: str) -> None:
    assert sha256(sample_image(name)).hexdigest() == HASHES[name]
    assert PARSER.recognises(sample_image(name)[:65_536])


@pytest.mark.parametrize("at", DUMP, ids=hex)
def test_the_published_bytes_of_the_closed_peb_stand_where_they_should(
    sample_image: Sample, at: int
) -> None:
    assert sample_image("peb-closed")[at : at + 16].hex(" ").upper() == DUMP[at]


def test_the_closed_peb_has_the_results_of_the_sample(sample_image: Sample) -> None:
    read = peb(sample_image("peb-closed"))
    assert (read.damage, read.peb, read.kind, read.is_master) == (
        (),
        "299101",
        PebKind.SUPERVISOR,
        True,
    )
    assert (read.state, read.generation, read.ballots) == (PebState.COLLECTED, 6, 37)
    assert (read.qualification_code, read.identity.precinct) == (0x5A17C0DE, 21)
    assert (read.zero_tapes, read.results_tapes) == (1, 3)
    assert read.zero_tape == wall_clock("2026-11-03 07:08:30")
    assert read.results_tape == wall_clock("2026-11-03 19:53:10")
    assert counts(read) == IVOTRONIC_COUNTS
    assert [(each.contest, each.text) for each in read.write_ins] == [(101, "DREW DOYLE")]


def test_the_closed_peb_has_both_terminals(sample_image: Sample) -> None:
    first, second = peb(sample_image("peb-closed")).terminals
    assert [(t.serial, t.state, t.order) for t in (first, second)] == [
        ("5199901", TerminalState.CLOSED, 1),
        ("5199902", TerminalState.CLOSED, 2),
    ]
    assert [(t.votes, t.cancelled, t.firmware) for t in (first, second)] == [
        (22, 1, "9.1.6.4"),
        (15, 0, "9.1.6.4"),
    ]
    assert [(t.protective_open, t.protective_close) for t in (first, second)] == [
        (9_034, 9_056),
        (4_410, 4_425),
    ]
    assert first.opened == wall_clock("2026-11-03 07:02:14")
    assert second.closed == wall_clock("2026-11-03 19:50:22")


def test_after_the_zero_tape_both_terminals_are_open_and_all_counters_zero(
    sample_image: Sample,
) -> None:
    read = peb(sample_image("peb-zero"))
    assert (read.state, read.generation, read.ballots, read.damage) == (PebState.IN_USE, 4, 0, ())
    assert [t.state for t in read.terminals] == [TerminalState.OPEN, TerminalState.OPEN]
    assert [(t.closed, t.closing_peb) for t in read.terminals] == [(None, ""), (None, "")]
    assert {value for each in counts(read).values() for value in (*each.choices, *each[1:])} == {0}


def test_the_second_peb_never_collected_anything(sample_image: Sample) -> None:
    read = peb(sample_image("peb-voter"))
    assert (read.peb, read.is_master, read.state) == ("299102", False, PebState.QUALIFIED)
    assert (read.generation, read.terminals, read.ballots, read.damage) == (1, (), 0, ())
    assert len(read.contests) == 4


def test_a_damaged_counter_page_leaves_the_identity_and_no_count() -> None:
    read = peb(PEB_FIXTURES["page-crc"]())
    assert read.damage == ("page 272: wrong checksum",)
    assert (read.peb, read.terminals, read.contests, read.write_ins) == ("299101", (), (), ())


def test_a_tape_printed_while_a_terminal_is_open_is_there_to_see() -> None:
    read = peb(PEB_FIXTURES["left-open"]())
    assert read.damage == ()
    assert (read.state, read.ballots, read.results_tapes) == (PebState.COLLECTING, 22, 3)
    assert [(t.state, t.tape_override) for t in read.terminals] == [
        (TerminalState.CLOSED, False),
        (TerminalState.OPEN, True),
    ]
    assert all(contest.ballots == 22 for contest in read.contests)


def test_a_terminal_closed_with_another_peb_is_there_to_see() -> None:
    first, second = peb(PEB_FIXTURES["other-peb"]()).terminals
    assert (first.closing_peb, first.collected_by_another) == ("299101", False)
    assert (second.opening_peb, second.closing_peb) == ("299101", "299102")
    assert second.collected_by_another


def test_a_zero_tape_before_the_last_terminal_was_open_is_there_to_see() -> None:
    read = peb(PEB_FIXTURES["zero-short"]())
    first, second = read.terminals
    assert read.zero_tape is not None
    assert first.opened is not None
    assert second.opened is not None
    assert first.opened < read.zero_tape < second.opened


def test_an_unfinished_exchange_is_there_to_see() -> None:
    read = peb(PEB_FIXTURES["io-flag"]())
    assert [t.io_flag for t in read.terminals] == [False, True]
    assert (read.results_tapes, read.damage) == (0, ())


@pytest.mark.parametrize("name", PEB_FIXTURES)
def test_every_fixture_is_a_peb_that_can_be_read(name: str) -> None:
    assert peb(PEB_FIXTURES[name]()).identity.election == "99110326"
