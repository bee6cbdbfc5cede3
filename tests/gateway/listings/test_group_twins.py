"""Two counting groups with the same figures in every precinct: one was loaded as the other."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from election.captures import Ending
from election.definition_file import LoadedDefinition
from election.listings import ListedPrecinct, TotalsListing
from gateway.checks.group_totals import no_group_twice
from gateway.contents import GroupTotals
from gateway.group_twins import group_twins
from gateway.listed_totals import GroupResult, GroupSums
from gateway.packets import History, Packet, PacketDocument, PacketKey

Figures = dict[tuple[str, str], int]
"""Ballots by precinct and counting group."""

Build = Callable[[Figures], dict[PacketKey, Packet]]


@pytest.fixture
def loaded_with(el30a: TotalsListing, north: ListedPrecinct) -> Build:
    def build(figures: Figures) -> dict[PacketKey, Packet]:
        return {
            PacketKey(*place): Packet(
                PacketKey(*place),
                (
                    PacketDocument(
                        sha256="0" * 64,
                        content=GroupTotals(
                            el30a.head, north, 1, GroupResult(ballots, (), (), (), ()), GroupSums()
                        ),
                        parser="el30a",
                        parser_version="1",
                        taken_at=datetime(2026, 11, 4, tzinfo=UTC),
                        ending=Ending.WHOLE,
                    ),
                ),
            )
            for place, ballots in figures.items()
        }

    return build


def test_a_group_that_equals_another_in_two_precincts_blocks_both(
    counted: LoadedDefinition,
    loaded_with: Build,
) -> None:
    packets = loaded_with(
        {
            ("north", "absentee"): 401,
            ("south", "absentee"): 126,
            ("north", "election-day"): 401,
            ("south", "election-day"): 126,
        }
    )
    twins = group_twins(packets)
    assert twins == {key: _other(key.counting_group) for key in packets}
    packet = packets[PacketKey("north", "absentee")]
    [finding] = no_group_twice(packet, counted, History({}, (), twins))
    assert (finding.check, finding.severity) == ("C94", "block")
    assert "Election Day" in finding.message


@pytest.mark.parametrize(
    "figures",
    [
        {("north", "absentee"): 401, ("north", "election-day"): 401},
        {
            ("north", "absentee"): 401,
            ("south", "absentee"): 126,
            ("north", "election-day"): 401,
            ("south", "election-day"): 127,
        },
        {
            ("north", "absentee"): 0,
            ("south", "absentee"): 0,
            ("north", "election-day"): 0,
            ("south", "election-day"): 0,
        },
        {("north", "absentee"): 401, ("south", "election-day"): 401},
    ],
)
def test_a_likeness_that_proves_nothing_is_no_twin(
    loaded_with: Build,
    figures: Figures,
) -> None:
    assert group_twins(loaded_with(figures)) == {}


def test_a_group_that_has_more_precincts_than_the_other_is_the_right_one(
    loaded_with: Build,
) -> None:
    packets = loaded_with(
        {
            ("north", "absentee"): 401,
            ("south", "absentee"): 126,
            ("north", "election-day"): 401,
            ("south", "election-day"): 126,
            ("tapes", "election-day"): 50,
        }
    )
    assert set(group_twins(packets)) == {
        PacketKey("north", "absentee"),
        PacketKey("south", "absentee"),
    }


def _other(group: str) -> str:
    return {"absentee": "election-day", "election-day": "absentee"}[group]
