"""What one piece of evidence says of one packet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from election.documents import Tape, VoteImagePrecinct
from election.listings import (
    Event,
    ListedPrecinct,
    ListingFinding,
    ListingHead,
    ManualChange,
)
from election.media import M100Card, Peb, TerminalFlash
from election.protocol_form import ProtocolForm
from gateway.county_sums import CountySums
from gateway.listed_totals import GroupResult, GroupSums


@dataclass(frozen=True, slots=True)
class GroupTotals:
    """One counting group of one precinct in a totals listing."""

    head: ListingHead
    precinct: ListedPrecinct
    column: int | None
    """Group column, from 1; None: the TOTAL column."""
    result: GroupResult
    """What the column says, in the ids of the definition."""
    row_sums: GroupSums
    """Whether the counting groups of the precinct make its totals."""
    wrong_column: str = ""
    """Why the column is not that of the counting group, in words; empty where nothing says so."""
    column_in_doubt: bool = False
    """The listing leaves a counting group out, and no heading tells whose this column is."""
    without_group: tuple[str, ...] = ()
    """Columns with votes of this precinct that none of its devices reports, in words."""
    contradicted: bool = False
    """The same listing has this precinct once more, with other figures."""
    findings: tuple[ListingFinding, ...] = ()
    """What the parser found in this precinct, and in what it could not assign to any."""
    sums: CountySums | None = field(default=None, compare=False, repr=False)
    """Of all precincts of the listing, to be held against a summary."""


@dataclass(frozen=True, slots=True)
class TerminalEvents:
    """What an event log says of the terminals of one packet, in the order of the log."""

    events: tuple[Event, ...]
    findings: tuple[ListingFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class ManualChanges:
    """Figures of one precinct that somebody typed into the tabulation software."""

    changes: tuple[ManualChange, ...]


@dataclass(frozen=True, slots=True)
class TabulationActions:
    """What in the system log of the tabulation software a person must look at, for one precinct."""

    findings: tuple[ListingFinding, ...]


PacketContent = (
    Tape
    | ProtocolForm
    | M100Card
    | Peb
    | TerminalFlash
    | VoteImagePrecinct
    | GroupTotals
    | TerminalEvents
    | ManualChanges
    | TabulationActions
)
"""Everything that a document of a packet can hold."""

NAMES: Mapping[type[PacketContent], str] = MappingProxyType(
    {
        ProtocolForm: "protocol form",
        M100Card: "memory card",
        Peb: "PEB",
        TerminalFlash: "terminal flash",
        VoteImagePrecinct: "vote image log",
        GroupTotals: "totals listing",
        TerminalEvents: "event log",
        ManualChanges: "manual changes log",
        TabulationActions: "system log",
    }
)
"""How an operator calls them; a tape is called by its report and unit."""
