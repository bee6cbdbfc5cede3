"""A card in its scanner: what it holds when writes are dropped, cut off, or go round the ring."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import pytest

from election.documents import Tape
from election.media import CardState, M100Card, MediumFlags
from parsers.errors import ParseError
from parsers.media.m100_card.event_codes import CardEvent
from parsers.media.m100_card.parser import PARSER
from simulators.counting import Marks
from simulators.errors import Refused
from simulators.media.card_image import card_image
from simulators.media.definition_block import definition_block
from simulators.media.fixtures import M100_FIXTURES, OLDER_DEFINITION, m100_fixture
from simulators.media.m100_card import CardMemory, Entry, load_card
from simulators.media.m100_samples import Day, whole_day
from simulators.media.m100_scanner import ScannerWithCard
from simulators.media.sample_ballots import m100_ballots
from simulators.media.sample_election import M100_COUNTS, MEASURES, sample_layout

MORNING = datetime(2026, 11, 3, 6, 50)  # noqa: DTZ001  # a device's wall clock
CAPACITY = 13_823
"""Log slots of a card of 512 KiB."""

UNUSABLE = {"malformed", "crc-edit", "torn"}
"""Refused, or read without any count."""


def read(image: bytes) -> M100Card:
    card = PARSER.parse(image)
    assert isinstance(card, M100Card)
    return card


@pytest.fixture(scope="module")
def fixture_card() -> Callable[[str], M100Card]:
    return cache(lambda name: read(m100_fixture(name)))


@pytest.fixture
def card() -> CardMemory:
    return load_card(
        sample_layout(), card="M100C-1", at=MORNING, firmware="5.2.1.0", measures=MEASURES
    )


@pytest.fixture
def scanner(card: CardMemory) -> ScannerWithCard:
    """Return a scanner with its polls open."""
    scanner = ScannerWithCard(sample_layout(), card, scanner="204417", protective_count=100)
    scanner.bind(MORNING)
    scanner.open_polls(MORNING)
    return scanner


def feed(scanner: ScannerWithCard, ballots: int) -> None:
    for number in range(ballots):
        ballot = {101: Marks(frozenset({1})), 103: Marks(frozenset({1, 2, 3}))}
        scanner.count(ballot, MORNING + timedelta(minutes=number))


def test_the_ballots_of_the_sample_add_up_to_its_counters() -> None:
    votes = {number: [0] * len(counts.choices) for number, counts in M100_COUNTS.items()}
    for ballot in m100_ballots():
        for number, marks in ballot.items():
            if len(marks) <= (2 if number == 103 else 1):
                for choice in marks.choices:
                    votes[number][choice - 1] += 1
    assert {n: tuple(each) for n, each in votes.items()} == {
        number: counts.choices for number, counts in M100_COUNTS.items()
    }


def test_a_ballot_changes_the_card_as_it_changes_the_display(scanner: ScannerWithCard) -> None:
    feed(scanner, 3)
    card = read(scanner.card.image)
    assert card.ballots == scanner.ram.public_count == 3
    assert (card.protective_open, card.protective_close) == (100, scanner.ram.protective_count)
    governor, justice, director, issue = card.contests
    assert [choice.votes for choice in governor.choices] == [3, 0, 0]
    assert (justice.undervotes, justice.blank, justice.ballots) == (3, 3, 3)
    assert (director.overvotes, director.undervotes, director.blank) == (6, 0, 0)
    assert [choice.votes for choice in director.choices] == [0, 0, 0, 0]
    assert (card.overvoted_ballots, card.blank_ballots, issue.blank) == (3, 0, 3)


@pytest.mark.parametrize("name", sorted(set(M100_FIXTURES) - UNUSABLE))
def test_every_contest_of_a_fixture_adds_up(
    fixture_card: Callable[[str], M100Card], name: str
) -> None:
    """The identities I1 to I3 of the profile; forged counters keep them, too."""
    card = fixture_card(name)
    assert [contest.contest for contest in card.contests] == [101, 102, 103, 201]
    for contest in card.contests:
        votes = sum(choice.votes for choice in contest.choices) + contest.write_ins
        spent = votes + contest.overvotes + contest.undervotes
        assert spent == contest.ballots * contest.votes_allowed
        assert contest.overvotes % contest.votes_allowed == 0
        assert contest.blank * contest.votes_allowed <= contest.undervotes


def test_a_card_protected_until_the_close_is_never_closed(
    fixture_card: Callable[[str], M100Card],
) -> None:
    card = fixture_card("wp-close")
    assert (card.state, card.ballots, card.protective_close) == (CardState.OPEN, 400, 48_611)
    assert card.closed is None
    assert card.damage == ()
    assert card.log[-1].code == CardEvent.BALLOT_COUNTED
    assert {contest.ballots for contest in card.contests} == {400}


def test_a_card_protected_for_a_while_is_closed_and_short(
    fixture_card: Callable[[str], M100Card],
) -> None:
    card = fixture_card("wp-window")
    assert (card.state, card.ballots, card.protective_close) == (CardState.CLOSED, 552, 48_763)
    assert card.damage == ()
    counted = [record.value for record in card.log if record.code == CardEvent.BALLOT_COUNTED]
    assert counted == list(range(1, 553))


def test_only_the_tape_shows_what_a_protected_card_lost() -> None:
    scanner = whole_day(Day(ballots=20, protected=range(5, 11)))
    tape: Tape = scanner.ram.results_report(MORNING)
    assert (tape.ballots, tape.protective_close) == (20, 48_231)
    assert read(scanner.card.image).ballots == 14
    assert read(scanner.card.image).protective_close == 48_225


@pytest.mark.parametrize(
    ("writes", "verified", "not_verified"),
    [
        (1, "header, definition, counters, trailer", "audit log"),
        (2, "header, definition, trailer", "counters, audit log"),
        (3, "header, definition, counters, audit log", "trailer"),
    ],
)
def test_the_part_report_shows_how_far_a_transaction_came(
    scanner: ScannerWithCard, writes: int, verified: str, not_verified: str
) -> None:
    feed(scanner, 2)
    scanner.card.writes_before_power_fails = writes
    feed(scanner, 1)
    card = read(scanner.card.image)
    assert "altered or torn" in card.damage[0]
    assert f"verified: {verified}; not verified: {not_verified}" in card.damage[0]
    assert "in the middle of a transaction" in card.damage[1]
    assert card.contests == ()


@pytest.mark.parametrize(("writes", "ballots"), [(0, 2), (4, 3)])
def test_power_that_fails_between_two_transactions_tears_nothing(
    scanner: ScannerWithCard, writes: int, ballots: int
) -> None:
    feed(scanner, 2)
    scanner.card.writes_before_power_fails = writes
    feed(scanner, 1)
    card = read(scanner.card.image)
    assert (card.damage, card.ballots) == ((), ballots)


def test_the_log_goes_round_and_keeps_the_youngest_records(card: CardMemory) -> None:
    header = card.header
    header.generation = CAPACITY + 5
    header.next_sequence = CAPACITY + 6
    card.commit(Entry(MORNING, CardEvent.POWER_ON, value=1), header)
    card.note(Entry(MORNING, CardEvent.POWER_OFF, value=2))
    read_back = read(card.image)
    assert [(r.sequence, r.value) for r in read_back.log] == [(CAPACITY + 6, 1), (CAPACITY + 7, 2)]
    # the records in between were never written here, so all the others are missing
    assert "13,821 of 13,823 records are damaged, the first is number 8 " in read_back.damage[1]


def test_a_whole_ring_is_read_in_order(card: CardMemory) -> None:
    whole = read(card.image)
    records = tuple(
        replace(whole.log[0], sequence=sequence, value=sequence)
        for sequence in range(1_000, 1_000 + CAPACITY)
    )
    written = replace(whole, log=records, generation=999 + CAPACITY)
    block = definition_block(sample_layout(), MEASURES)
    assert read(card_image(written, block, 524_288)) == written


def test_the_fixtures_are_what_their_names_say(fixture_card: Callable[[str], M100Card]) -> None:
    assert fixture_card("old-def").identity.definition_version == 0
    assert fixture_card("old-def").identity.definition_sha256 == OLDER_DEFINITION
    assert fixture_card("test-mode").identity.flags == MediumFlags(test=True)
    backup = fixture_card("backup")
    assert (backup.identity.flags, backup.copy, backup.ballots) == (MediumFlags(backup=True), 3, 36)
    second = fixture_card("second-card")
    assert (second.card, second.identity.precinct, second.ballots) == ("M100C-0000933", 21, 500)
    early = fixture_card("clock-66h")
    assert early.opened == datetime(2026, 10, 31, 12, 55)  # noqa: DTZ001  # a device's wall clock
    torn = fixture_card("torn")
    assert torn.ballots == 611
    assert "record 628 is there, the header counts 627" in torn.damage[1]


def test_a_malformed_card_is_refused_at_the_field_that_does_not_fit() -> None:
    with pytest.raises(ParseError, match="definition at: 524288") as refused:
        PARSER.parse(m100_fixture("malformed"))
    assert refused.value.offset == 0xA0


def test_a_fixture_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(Refused, match="is none of wp-close, wp-window"):
        m100_fixture("wp-open")


def test_the_scanner_refuses_steps_out_of_order(card: CardMemory) -> None:
    scanner = ScannerWithCard(sample_layout(), card, scanner="204417", protective_count=0)
    before = card.image
    for step in (
        lambda: scanner.count({}, MORNING),
        lambda: scanner.close_polls(MORNING),
        lambda: scanner.print_results(MORNING, copies=1),
    ):
        with pytest.raises(Refused):
            step()
    assert card.image == before
