"""Which packets a document goes to."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from election.definition_file import LoadedDefinition
from election.documents import Tape, VoteImageLog, VoteImagePrecinct
from gateway.packets import PacketKey
from gateway.placement import place
from gateway.placements import Placement

Build = Callable[..., Tape]


@pytest.fixture
def log(lakeside: VoteImagePrecinct) -> Callable[..., VoteImageLog]:
    def build(*precincts: VoteImagePrecinct, election: str = "99110326") -> VoteImageLog:
        return VoteImageLog(election, "11/03/26", 1, 10, precincts or (lakeside,))

    return build


def checks(placement: Placement) -> list[str]:
    return [finding.check for finding in placement.findings]


@pytest.mark.parametrize(("unit", "group"), [("204418", "election-day"), ("204419", "early")])
def test_a_tape_goes_to_the_group_of_its_device(
    loaded: LoadedDefinition, tape: Build, unit: str, group: str
) -> None:
    document = tape(unit)
    assert place(document, loaded, "south") == Placement(
        ((PacketKey("hillside", group), document),)
    )


def test_a_tape_of_another_election_is_put_aside(loaded: LoadedDefinition, tape: Build) -> None:
    placement = place(replace(tape("204418"), election="40110210"), loaded, "south")
    assert placement.parts == ()
    (finding,) = placement.findings
    assert (finding.check, finding.severity) == ("C01", "block")
    assert "Put it aside" in finding.message
    assert "40110210" in finding.evidence


def test_a_tape_of_an_unknown_precinct_is_put_aside(loaded: LoadedDefinition, tape: Build) -> None:
    placement = place(replace(tape("204418"), precinct=99), loaded, "south")
    assert (placement.parts, checks(placement)) == ((), ["C36"])
    assert "0099" in placement.findings[0].message


def test_a_tape_for_another_count_center_is_put_aside(
    loaded: LoadedDefinition, tape: Build
) -> None:
    placement = place(tape("204420"), loaded, "south")
    assert (placement.parts, checks(placement)) == ((), ["C36"])
    assert "north" in placement.findings[0].message


@pytest.mark.parametrize("unit", ["204499", "204417"], ids=["unknown", "of another precinct"])
def test_a_tape_of_an_unassigned_device_goes_to_every_group_so_that_it_blocks(
    loaded: LoadedDefinition, tape: Build, unit: str
) -> None:
    placement = place(replace(tape("204418"), unit=unit), loaded, "south")
    assert [key for key, _ in placement.parts] == [
        PacketKey("hillside", "election-day"),
        PacketKey("hillside", "early"),
    ]


def test_a_tape_whose_unit_has_the_serial_of_a_listed_terminal_is_unassigned(
    loaded: LoadedDefinition, tape: Build
) -> None:
    stray = replace(tape("299101"), precinct=23, unit="5199911")
    assert place(stray, loaded, "south").parts == ((PacketKey("lakeside", "election-day"), stray),)


def test_a_listing_is_split_into_its_precincts(
    loaded: LoadedDefinition, lakeside: VoteImagePrecinct, log: Callable[..., VoteImageLog]
) -> None:
    unknown = replace(lakeside, number=98)
    elsewhere = replace(lakeside, number=24)
    by_tapes = replace(lakeside, number=22)
    placement = place(log(unknown, lakeside, elsewhere, by_tapes), loaded, "south")
    assert placement.parts == ((PacketKey("lakeside", "election-day"), lakeside),)
    assert checks(placement) == ["C36", "C36", "C24"]


@pytest.mark.parametrize("election", ["17110816", ""])
def test_a_listing_of_another_election_is_one_finding(
    loaded: LoadedDefinition,
    lakeside: VoteImagePrecinct,
    log: Callable[..., VoteImageLog],
    election: str,
) -> None:
    placement = place(log(lakeside, lakeside, election=election), loaded, "south")
    assert (placement.parts, checks(placement)) == ((), ["C01"])
