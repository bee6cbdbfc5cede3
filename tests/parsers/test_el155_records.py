"""Cast vote records leave a listing whole, but without the order that they were printed in."""

import dataclasses
import random
import tracemalloc
from collections import Counter, deque
from pathlib import Path

import pytest

from parsers.errors import ParseError
from parsers.unity.el155 import records
from parsers.unity.el155.parser import PARSER
from parsers.unity.el155.records import CastVote, CastVoteRecord, cast_vote_records
from simulators.listings.el155 import (
    Ballot,
    Layout,
    Listing,
    Precinct,
    Terminal,
    Vote,
    example_county,
    print_listing,
    sample_listing,
)

COUNTY = example_county()
EAST, WEST = COUNTY.precincts
ANN, BOB = CastVote("SHERIFF", "Ann Example"), CastVote("SHERIFF", "Bob Example")
DIXON, FUSION = CastVote("COUNCIL", "Dixon"), CastVote("COUNCIL", "Dixon\xa0")


def read(content: bytes) -> list[CastVoteRecord]:
    return list(cast_vote_records(content))


def test_the_records_of_a_small_county_are_those_that_it_was_described_by() -> None:
    assert read(print_listing(COUNTY)) == [
        CastVoteRecord(1, 1, "5120001", 2, ()),
        CastVoteRecord(1, 2, "5120001", 2, (ANN, DIXON)),
        CastVoteRecord(1, 3, "5120002", 2, (ANN, DIXON, FUSION)),
        CastVoteRecord(1, 4, "5120002", 2, (CastVote("SHERIFF", "WRITE-IN"),)),
        CastVoteRecord(1, 5, "5120001", 3, (BOB,)),
        CastVoteRecord(20, 1, "5120001", 2, (BOB,)),
        CastVoteRecord(20, 2, "5120001", 2, (BOB, FUSION)),
    ]


def test_any_order_of_voting_gives_the_same_records() -> None:
    dice = random.Random(155)
    listing = sample_listing(ballots=600)
    expected = read(print_listing(listing))
    assert len(expected) == 600
    for _ in range(3):
        shuffled = Listing(tuple(_shuffled(precinct, dice) for precinct in listing.precincts))
        assert print_listing(shuffled) != print_listing(listing)
        assert read(print_listing(shuffled)) == expected


def _shuffled(precinct: Precinct, dice: random.Random) -> Precinct:
    terminals = [
        Terminal(terminal.serial, tuple(dice.sample(terminal.ballots, len(terminal.ballots))))
        for terminal in dice.sample(precinct.terminals, len(precinct.terminals))
    ]
    return dataclasses.replace(precinct, terminals=tuple(terminals))


def test_no_text_of_a_write_in_is_in_a_record_or_decides_its_place() -> None:
    written = (Vote(5, "W/I ZORRO", "SHERIFF"), Vote(5, "W/I ADA", "SHERIFF"))
    ballots = tuple(Ballot(2, (vote,)) for vote in written)
    content = print_listing(Listing((Precinct(1, "East", (Terminal("5120001", ballots),)),)))
    assert {record.votes for record in read(content)} == {(CastVote("SHERIFF", "WRITE-IN"),)}


def test_records_over_page_breaks_are_whole() -> None:
    assert read(print_listing(COUNTY, Layout(page_lines=5))) == read(print_listing(COUNTY))


def test_a_precinct_that_comes_again_goes_on_with_its_numbers() -> None:
    numbers = [
        (record.precinct, record.record)
        for record in cast_vote_records(print_listing(Listing((EAST, WEST, EAST))))
    ]
    assert numbers == [
        *((1, number) for number in range(1, 6)),
        (20, 1),
        (20, 2),
        *((1, number) for number in range(6, 11)),
    ]


def test_a_record_without_a_star_is_not_lost() -> None:
    content = print_listing(COUNTY).replace(b"2 *    3 Ann", b"2      3 Ann", 1)
    assert [record.record for record in read(content) if record.precinct == 1] == [1, 2, 3, 4, 5]


def test_a_listing_that_cannot_be_read_to_its_end_raises_after_what_came_before() -> None:
    damaged = print_listing(COUNTY).replace(b"West", b"We\x81t")
    found = cast_vote_records(damaged)
    with pytest.raises(ParseError, match="byte 81"):
        list(found)
    assert list(found) == []  # it is over: nobody can go on behind the damage


def test_a_precinct_of_too_many_records_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_RECORDS", 4)
    with pytest.raises(ParseError, match="line 13: more than 4 records in precinct 1"):
        read(print_listing(COUNTY))


def test_memory_holds_one_precinct_at_a_time_beside_the_sums() -> None:
    content = print_listing(sample_listing(ballots=2_400))  # 20 precincts
    peaks = {}
    for name, work in (
        ("sums", lambda: PARSER.parse(content)),
        ("one by one", lambda: deque(cast_vote_records(content), maxlen=0)),
        ("all", lambda: read(content)),
    ):
        tracemalloc.start()
        work()
        peaks[name] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    all_records = peaks["all"] - peaks["sums"]
    assert peaks["one by one"] - peaks["sums"] < all_records / 5


def test_the_records_of_dillon_make_its_sums(real: Path) -> None:
    content = (real / "el155/dillon-2016.lst").read_bytes()
    log = PARSER.parse(content)
    ballots: Counter[tuple[int, str]] = Counter()
    votes: Counter[tuple[int, str, str, str]] = Counter()
    blank = 0
    for record in cast_vote_records(content):
        ballots[record.precinct, record.terminal] += 1
        blank += not record.votes
        for vote in record.votes:
            votes[record.precinct, record.terminal, vote.contest, vote.choice] += 1
    assert (ballots.total(), blank, votes.total()) == (10_858, 8, 103_249 - 8)
    assert ballots == {
        (precinct.number, terminal.serial): terminal.ballots
        for precinct in log.precincts
        for terminal in precinct.terminals
    }
    assert votes == {
        (precinct.number, terminal.serial, count.contest, count.name or "WRITE-IN"): count.votes
        for precinct in log.precincts
        for terminal in precinct.terminals
        for count in terminal.counts
    }
