"""Where a document goes, as the rooms that place documents say it."""

from collections.abc import Iterable
from dataclasses import dataclass

from election.findings import Finding
from election.listings import TotalsListing
from gateway.contents import PacketContent
from gateway.packets import PacketKey


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a document goes. What has no place has a finding instead; nothing vanishes."""

    parts: tuple[tuple[PacketKey, PacketContent], ...] = ()
    findings: tuple[Finding, ...] = ()
    summary: TotalsListing | None = None
    """Totals of the jurisdiction, for what precincts reported."""


def joined(placements: Iterable[Placement]) -> Placement:
    """Return everything that `placements` say, in their order."""
    each = tuple(placements)
    return Placement(
        tuple(part for placement in each for part in placement.parts),
        tuple(finding for placement in each for finding in placement.findings),
    )
