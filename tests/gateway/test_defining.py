"""Drafting a definition from a listing: small ones by hand, and a whole county."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from election.definition import ElectionDefinition, Mode, ReportedBy
from election.definition_file import definition_bytes, load_definition
from election.documents import (
    VoteImageCount,
    VoteImageLog,
    VoteImagePrecinct,
    VoteImageTerminal,
)
from election.errors import DefinitionError
from gateway.drafting.definition import draft_definition
from parsers.unity.el155.parser import PARSER


def count(number: int, contest: str, name: str, votes: int = 1) -> VoteImageCount:
    return VoteImageCount(number, contest, name, write_in=not name, votes=votes)


def precinct(number: int, name: str, *counts: VoteImageCount, most: int = 1) -> VoteImagePrecinct:
    contests = dict.fromkeys((entry.contest for entry in counts), most)
    terminal = VoteImageTerminal(f"51{number:05}", ballots=3, blank_ballots=0, counts=counts)
    return VoteImagePrecinct(number, name, (terminal,), tuple(contests.items()), None)


def listing(*precincts: VoteImagePrecinct, election: str = "17110816") -> VoteImageLog:
    return VoteImageLog(election, "11/11/16 11:03 AM", 1, 9, precincts)


@pytest.fixture
def small() -> VoteImageLog:
    """Two places and a virtual precinct; `Ann Lee` stands on two lines, apart by a byte A0."""
    return listing(
        precinct(
            1,
            "East Mill",
            count(10, "SHERIFF", "Ann Lee"),
            count(11, "SHERIFF", "Ann Lee\xa0"),
            count(12, "SHERIFF", ""),
            count(20, "COUNCIL 1", "Bo Ray"),
        ),
        precinct(
            2,
            "Gaddy's Hill",
            count(7, "SHERIFF", "Cy Fox"),
            count(9, "SHERIFF", "Ann Lee"),
            count(15, "COUNCIL 2", "Di Orr"),
            count(16, "COUNCIL 2", "Ed Poe"),
            most=2,
        ),
        precinct(750, "Absentee", count(15, "COUNCIL 2", "Ed Poe")),
    )


@pytest.fixture
def draft(small: VoteImageLog) -> ElectionDefinition:
    return draft_definition(small)


def test_the_draft_is_a_usable_file_in_test_mode(draft: ElectionDefinition) -> None:
    content = definition_bytes(draft)
    assert load_definition(content, "draft").definition == draft
    assert draft.mode is Mode.TEST
    assert (draft.election, draft.device_election) == ("el155-17110816", "17110816")


def test_the_date_is_read_from_the_election_id(draft: ElectionDefinition) -> None:
    assert draft.date == "2016-11-08"
    assert draft.polls_close == datetime(2016, 11, 9, tzinfo=UTC)


@pytest.mark.parametrize("election", ["10GSAGUA", "17139916"])
def test_without_a_date_in_the_election_id_the_run_date_stands_in(election: str) -> None:
    draft = draft_definition(listing(precinct(1, "A", count(1, "X", "Y")), election=election))
    assert draft.date == "2016-11-11"


def test_contests_and_choices_follow_the_candidate_numbers(draft: ElectionDefinition) -> None:
    assert [(contest.id, contest.title) for contest in draft.contests] == [
        (1, "SHERIFF"),
        (2, "COUNCIL 2"),
        (3, "COUNCIL 1"),
    ]
    sheriff = draft.contests[0]
    assert [choice.name for choice in sheriff.choices] == ["Cy Fox", "Ann Lee", "Ann Lee\xa0"]
    assert [choice.id for choice in sheriff.choices] == [1, 2, 3]


def test_votes_allowed_is_the_most_that_any_ballot_has(draft: ElectionDefinition) -> None:
    assert {contest.title: contest.votes_allowed for contest in draft.contests} == {
        "SHERIFF": 2,
        "COUNCIL 1": 1,
        "COUNCIL 2": 2,
    }


def test_a_contest_of_all_real_precincts_is_countywide(draft: ElectionDefinition) -> None:
    assert {contest.title: contest.district for contest in draft.contests} == {
        "SHERIFF": "countywide",
        "COUNCIL 1": "council-1",
        "COUNCIL 2": "council-2",
    }
    assert {p.id: p.districts for p in draft.precincts} == {
        "east-mill": ("council-1", "countywide"),
        "gaddys-hill": ("council-2", "countywide"),
        "absentee": ("council-2",),
    }


def test_every_terminal_is_awaited_in_its_precinct(draft: ElectionDefinition) -> None:
    for drafted in draft.precincts:
        (device,) = drafted.devices
        assert device.serial == f"51{drafted.number:05}"
        assert device.reported_by is ReportedBy.VOTE_IMAGE_LOG


def test_what_the_listing_cannot_know_is_left_to_a_person(small: VoteImageLog) -> None:
    cut = precinct(3, "Cut", count(30, "H" * 40, "Fay Gee"))
    draft = draft_definition(
        listing(*small.precincts, cut), count_centers=("north-hall", "south-hall")
    )
    text = "\n".join(draft.to_fill_in)
    assert all(drafted.registered_voters is None for drafted in draft.precincts)
    for missing in ("registered voters", "polls_close", "parties", "votes_allowed", "H" * 40):
        assert missing in text
    assert "precinct 750 Absentee" in text
    assert "every precinct to north-hall" in text
    assert {drafted.count_center for drafted in draft.precincts} == {"north-hall"}


def test_names_that_collide_stay_apart() -> None:
    vote = count(1, "SHERIFF", "Ann Lee")
    own = count(2, "Ward A", "Bo Ray")
    draft = draft_definition(
        listing(
            precinct(1, "Mill", vote, own),
            precinct(2, "MILL", vote, count(2, "WARD-A", "Cy Fox")),
            precinct(3, "Mill", vote),
            precinct(4, "***", vote),
        )
    )
    assert [(p.id, p.name) for p in draft.precincts] == [
        ("mill", "Mill"),
        ("mill-2", "MILL"),
        ("mill-3", "Mill (3)"),
        ("precinct-4", "***"),
    ]
    assert len({district.id for district in draft.districts}) == 3


@pytest.mark.parametrize(
    ("log", "problem"),
    [
        (listing(precinct(0, "A", count(1, "X", "Y"))), "greater than or equal to 1"),
        (listing(precinct(1, "A", count(1, "X", "Y\x90"))), r"U\+0090"),
        (listing(precinct(1, "A")), "at least 1 item"),
        (listing(precinct(1, "A", count(1, "X", "Y")), election="A LONG ONE"), "pattern"),
    ],
)
def test_what_no_definition_can_hold_is_named(log: VoteImageLog, problem: str) -> None:
    with pytest.raises(DefinitionError, match=problem):
        draft_definition(log)


def test_a_listing_without_any_date_is_refused() -> None:
    log = VoteImageLog("10GSAGUA", "", 1, 1, (precinct(1, "A", count(1, "X", "Y")),))
    with pytest.raises(DefinitionError, match="holds a date"):
        draft_definition(log)


@pytest.fixture(scope="module")
def dillon(real: Path) -> VoteImageLog:
    return PARSER.parse((real / "el155" / "dillon-2016.lst").read_bytes())


def test_a_whole_county_can_be_drafted(dillon: VoteImageLog) -> None:
    draft = draft_definition(dillon, jurisdiction="Dillon County", count_centers=("dillon",))
    load_definition(definition_bytes(draft), "draft of Dillon")
    assert draft.date == "2016-11-08"
    assert len(draft.contests) == 17
    assert len(draft.precincts) == 22
    assert len({device.serial for p in draft.precincts for device in p.devices}) == 68
    titles = {contest.title: contest for contest in draft.contests}
    senate = Counter(choice.name.rstrip("\xa0") for choice in titles["U.S. Senate"].choices)
    assert senate["Thomas Dixon"] == 3
    assert titles["Sheriff"].district == "countywide"
    council = titles["CNCL001 County Council District 1"].district
    assert [p.number for p in draft.precincts if council in p.districts] == [1, 2, 3, 750]


def test_every_count_of_the_county_has_its_place_in_the_draft(dillon: VoteImageLog) -> None:
    draft = draft_definition(dillon)
    for counted in dillon.precincts:
        drafted = draft.precinct_by_number[counted.number]
        places = {
            (contest.title, choice.name)
            for contest in draft.contests_of[drafted.id]
            for choice in contest.choices
        }
        serials = {device.serial for device in drafted.devices}
        for terminal in counted.terminals:
            assert terminal.serial in serials
            voted = {(c.contest, c.name) for c in terminal.counts if not c.write_in}
            assert voted <= places
