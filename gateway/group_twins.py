"""Which counting groups show the very same figures in all their precincts: one was loaded twice.

In Saguache County, Colorado, in 2010 the figures of one group were loaded as those of another; 197
ballots were wrong until somebody noticed, hours later.
"""

from collections.abc import Mapping
from itertools import permutations

from gateway.contents import GroupTotals
from gateway.listed_totals import GroupResult
from gateway.packets import Packet, PacketKey

LEAST_PRECINCTS = 2
"""In one precinct alone two groups may well have the same few votes."""


def group_twins(packets: Mapping[PacketKey, Packet]) -> dict[PacketKey, str]:
    """Return, for the packets of a group that equals another one throughout, that other group.

    Precincts in which the group has no ballot say nothing.
    """
    figures: dict[str, dict[str, GroupResult]] = {}
    for key, packet in packets.items():
        result = _result(packet)
        if result is not None and result.ballots:
            figures.setdefault(key.counting_group, {})[key.precinct] = result
    twins: dict[PacketKey, str] = {}
    for group, other in permutations(figures, 2):
        own, theirs = figures[group], figures[other]
        if len(own) >= LEAST_PRECINCTS and all(own[p] == theirs.get(p) for p in own):
            twins |= {PacketKey(precinct, group): other for precinct in own}
    return twins


def _result(packet: Packet) -> GroupResult | None:
    """Return the figures of the last totals listing of `packet`."""
    totals = [d.content for d in packet.documents if isinstance(d.content, GroupTotals)]
    return totals[-1].result if totals else None
