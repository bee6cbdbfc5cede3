"""The table of packet states, pair by pair."""

from itertools import product

import pytest

from gateway.packets import TRANSITIONS, IllegalTransition, PacketState, moved

EVERY_PAIR = list(product(PacketState, PacketState))
FORBIDDEN = [(a, b) for a, b in EVERY_PAIR if a is not b and b not in TRANSITIONS[a]]


@pytest.mark.parametrize(("old", "new"), FORBIDDEN)
def test_what_is_not_in_the_table_is_an_error(old: PacketState, new: PacketState) -> None:
    with pytest.raises(IllegalTransition, match=f"from {old} to {new}") as caught:
        moved(old, new)
    assert (caught.value.old, caught.value.new) == (old, new)


@pytest.mark.parametrize(("old", "new"), [pair for pair in EVERY_PAIR if pair not in FORBIDDEN])
def test_what_is_in_the_table_and_standing_still_are_allowed(
    old: PacketState, new: PacketState
) -> None:
    assert moved(old, new) is new


def test_every_state_has_a_row() -> None:
    assert set(TRANSITIONS) == set(PacketState)


def test_every_state_can_be_reached_from_awaiting() -> None:
    reached = {PacketState.AWAITING}
    while further := {b for a in reached for b in TRANSITIONS[a]} - reached:
        reached |= further
    assert reached == set(PacketState)


@pytest.mark.parametrize("old", [s for s in PacketState if s not in ("checked", "held")])
def test_only_a_checked_or_held_packet_becomes_ready(old: PacketState) -> None:
    assert PacketState.READY not in TRANSITIONS[old]


@pytest.mark.parametrize("old", [s for s in PacketState if s not in ("ready", "superseded")])
def test_no_packet_is_released_unless_it_was_ready(old: PacketState) -> None:
    assert PacketState.RELEASED not in TRANSITIONS[old]


def test_nothing_follows_confirmed_but_superseded() -> None:
    assert TRANSITIONS[PacketState.CONFIRMED] == {PacketState.SUPERSEDED}
