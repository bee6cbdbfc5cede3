"""C31, C34, C35, C60: what a vote image log says, and whether two of them agree."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from election.documents import VoteImagePrecinct
from election.listings import ListingCheck, ListingFinding
from gateway.packets import Decision, Packet, PacketState

Verdicts = Callable[[Packet], set[tuple[str, str]]]
Build = Callable[..., Packet]


def test_a_listing_that_disagrees_with_itself_needs_two_people(
    packet: Build, lakeside: VoteImagePrecinct, verdicts: Verdicts
) -> None:
    said = ListingFinding(ListingCheck.PRECINCT_TOTALS, "PRECINCT TOTALS say 4 for number 1.", (7,))
    stray = replace(lakeside, disagreements=(said,))
    assert verdicts(packet("lakeside", stray)) == {("C31", "two-person")}


@pytest.mark.parametrize(
    "trailer",
    [((1, 3), (4, 1), (7, 3), (8, 1)), ((1, 3),), ((1, 3), (4, 1), (7, 3), (8, 2), (9, 1))],
)
def test_precinct_totals_are_compared_even_if_the_parser_saw_no_difference(
    packet: Build,
    lakeside: VoteImagePrecinct,
    verdicts: Verdicts,
    trailer: tuple[tuple[int, int], ...],
) -> None:
    assert verdicts(packet("lakeside", replace(lakeside, trailer=trailer))) == {
        ("C31", "two-person")
    }


def test_a_listing_without_precinct_totals_warns(
    packet: Build, lakeside: VoteImagePrecinct, verdicts: Verdicts
) -> None:
    assert verdicts(packet("lakeside", replace(lakeside, trailer=None))) == {("C31", "warn")}


def test_a_listing_printed_again_in_full_heals_one_that_disagrees(
    packet: Build, lakeside: VoteImagePrecinct, verdicts: Verdicts
) -> None:
    excerpt = replace(lakeside, trailer=((1, 60),))
    for material in (packet("lakeside", excerpt, lakeside), packet("lakeside", lakeside, excerpt)):
        assert ("C31", "warn") in verdicts(material)
        assert not {s for _, s in verdicts(material)} & {"block", "two-person"}


def test_the_same_listing_twice_is_acknowledged(
    packet: Build, lakeside: VoteImagePrecinct, verdicts: Verdicts
) -> None:
    assert verdicts(packet("lakeside", lakeside, lakeside)) == {("C34", "warn")}


def test_another_listing_with_other_votes_blocks(
    packet: Build, lakeside: VoteImagePrecinct, verdicts: Verdicts
) -> None:
    first, second = lakeside.terminals
    other = replace(lakeside, terminals=(first, replace(second, ballots=9)))
    assert verdicts(packet("lakeside", lakeside, other)) == {("C35", "block")}


def test_another_listing_with_as_many_ballots_and_one_vote_moved_blocks(
    packet: Build, lakeside: VoteImagePrecinct, verdicts: Verdicts
) -> None:
    first, second = lakeside.terminals
    one, *others = first.counts
    moved = replace(first, counts=(replace(one, votes=one.votes - 1), *others))
    other = replace(lakeside, terminals=(moved, second), trailer=None)
    assert ("C35", "block") in verdicts(packet("lakeside", lakeside, other))


def test_a_terminal_that_is_not_in_the_listing_needs_two_people_and_is_awaited(
    packet: Build, lakeside: VoteImagePrecinct, decided: Callable[[Packet], Decision]
) -> None:
    short = replace(lakeside, terminals=lakeside.terminals[:1], trailer=None)
    decision = decided(packet("lakeside", short))
    assert decision.state is PacketState.HELD
    assert {f.check for f in decision.findings} == {"C31", "C60"}
    assert decision.awaited == ("vote image log with terminal 5199912",)
