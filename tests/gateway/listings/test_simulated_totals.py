"""Whatever a simulated county prints, the packets of its listing make its totals."""

from collections.abc import Callable

import pytest

from election.definition_file import definition_bytes, load_definition
from election.listings import TotalsListing
from gateway.contents import GroupTotals
from gateway.drafting.definition import draft_definition
from gateway.packets import Decision, Packet, PacketKey, PacketState
from parsers.registry import load_parsers
from simulators.listings.election import simulated_totals
from simulators.listings.report_style import style_for
from simulators.listings.reports import print_report
from simulators.sample import sample_definition_bytes

HEADINGS = ("ABSENTEE", "ABSENTEE", "ELECTION DAY", "EARLY", "PROVISIONAL")
"""Two columns of one name, as some counties have."""


@pytest.mark.parametrize("groups", range(1, len(HEADINGS) + 1))
def test_the_columns_of_a_printed_listing_become_packets_with_its_totals(
    groups: int,
    packets: Callable[..., dict[PacketKey, Packet]],
    decisions: Callable[..., dict[PacketKey, Decision]],
) -> None:
    source = load_definition(sample_definition_bytes(), "sample").definition
    totals = simulated_totals(groups, definition=source, precincts=3, groups=HEADINGS[:groups])
    [parser] = load_parsers(["el30a"])
    listing = parser.parse(print_report(totals, style_for(groups, "EL30A")))
    assert isinstance(listing, TotalsListing)
    draft = draft_definition(listing, count_centers=("main",))
    loaded = load_definition(definition_bytes(draft), "draft")
    states = {decision.state for decision in decisions(listing, loaded=loaded).values()}
    assert states == {PacketState.READY}
    held = packets(listing, loaded=loaded)
    assert len(held) == 3 * groups
    contents = [packet.documents[0].content for packet in held.values()]
    results = [each.result for each in contents if isinstance(each, GroupTotals)]
    assert sum(result.ballots or 0 for result in results) == _ballots(totals)
    assert sum(contest.votes for r in results for contest in r.contests) == _votes(totals)


def _ballots(totals: TotalsListing) -> int:
    rows = [row for precinct in totals.precincts for row in precinct.statistics]
    return sum(row.votes or 0 for row in rows if row.label == "BALLOTS CAST - TOTAL")


def _votes(totals: TotalsListing) -> int:
    """Return the votes for choices and write-ins."""
    rows = [
        row
        for precinct in totals.precincts
        for contest in precinct.contests
        for row in contest.counts
    ]
    return sum(row.votes or 0 for row in rows if row.label not in ("Over Votes", "Under Votes"))
