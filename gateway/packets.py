"""The packet: everything that a count center holds about one precinct and counting group.

A packet is the unit that is checked and released. Its state walks through one table; what is
not in the table is an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from election.captures import Ending
from election.errors import ZerotapeError
from election.findings import Finding
from election.listings import TotalsListing
from election.protocol_form import ProtocolForm
from election.returns import PrecinctReturn
from gateway.contents import PacketContent


class PacketState(StrEnum):
    """Where a packet stands on its way."""

    AWAITING = "awaiting"
    """Nothing has come in yet."""
    COLLECTING = "collecting"
    """Something is here, something expected is not."""
    CHECKED = "checked"
    """All that is expected is here and was looked at; lasts only within one decision."""
    BLOCKED = "blocked"
    """Held; only new evidence can clear it."""
    HELD = "held"
    """Held until new evidence comes or two people release it."""
    READY = "ready"
    """Nothing stands against its release."""
    RELEASED = "released"
    """A return is signed and in the outbox."""
    CONFIRMED = "confirmed"
    """Central's receipt is here."""
    SUPERSEDED = "superseded"
    """A newer return of the same precinct and group took its place."""


_S = PacketState

TRANSITIONS: Mapping[PacketState, frozenset[PacketState]] = {
    _S.AWAITING: frozenset({_S.COLLECTING, _S.CHECKED, _S.BLOCKED, _S.HELD}),
    _S.COLLECTING: frozenset({_S.AWAITING, _S.CHECKED, _S.BLOCKED, _S.HELD}),
    _S.CHECKED: frozenset({_S.BLOCKED, _S.HELD, _S.READY}),
    _S.BLOCKED: frozenset({_S.AWAITING, _S.COLLECTING, _S.CHECKED, _S.HELD}),
    _S.HELD: frozenset({_S.AWAITING, _S.COLLECTING, _S.CHECKED, _S.BLOCKED, _S.READY}),
    _S.READY: frozenset({_S.RELEASED, _S.AWAITING, _S.COLLECTING, _S.BLOCKED, _S.HELD}),
    _S.RELEASED: frozenset({_S.CONFIRMED, _S.BLOCKED, _S.SUPERSEDED}),
    _S.CONFIRMED: frozenset({_S.SUPERSEDED}),
    _S.SUPERSEDED: frozenset({_S.RELEASED}),
}
"""Which state may follow which. Released goes back to blocked when central refuses the return;
a packet that has not left goes back when a piece of its evidence turns out to be damaged."""


class IllegalTransition(ZerotapeError):
    """A packet was to go where no packet goes: a fault of the program, not of the operator."""

    def __init__(self, old: PacketState, new: PacketState) -> None:
        super().__init__(f"A packet cannot go from {old} to {new}. Report this fault.")
        self.old = old
        self.new = new


def moved(old: PacketState, new: PacketState) -> PacketState:
    """Return `new`; raise IllegalTransition unless it may follow `old` or equals it."""
    if new is not old and new not in TRANSITIONS[old]:
        raise IllegalTransition(old, new)
    return new


@dataclass(frozen=True, slots=True, order=True)
class PacketKey:
    """Which precinct and counting group a packet is about."""

    precinct: str
    counting_group: str


@dataclass(frozen=True, slots=True)
class PacketDocument:
    """One piece of evidence as far as it speaks of one packet."""

    sha256: str
    """Of the evidence: the whole capture, also when only a part of it speaks of this packet."""
    content: PacketContent
    parser: str
    parser_version: str
    taken_at: datetime
    ending: Ending
    times_seen: int = 1
    """How often the very same bytes came in."""


@dataclass(frozen=True, slots=True)
class Packet:
    """What the checks look at. `documents` are in the order in which they came in."""

    key: PacketKey
    documents: tuple[PacketDocument, ...] = ()
    released: PrecinctReturn | None = None
    """The newest return that was signed for this packet."""

    @property
    def forms(self) -> tuple[ProtocolForm, ...]:
        """The different protocol forms of the precinct, in the order of coming in."""
        said = (document.content for document in self.documents)
        return tuple(dict.fromkeys(form for form in said if isinstance(form, ProtocolForm)))

    @property
    def form(self) -> ProtocolForm | None:
        """The protocol form that came last; None without one."""
        return self.forms[-1] if self.forms else None


@dataclass(frozen=True, slots=True)
class History:
    """What the gateway remembers beyond one packet, for the checks that need it."""

    evidence_elsewhere: Mapping[str, tuple[PacketKey, ...]]
    """SHA-256 of evidence and the packets that it is placed in."""
    summaries: tuple[TotalsListing, ...] = ()
    """Totals of the jurisdiction that a summary report (EL45, EL45A) prints."""
    twins: Mapping[PacketKey, str] = field(default_factory=dict)
    """Packets whose counting group shows the figures of another one, and which; see
    `gateway.group_twins`."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the checks made of a packet."""

    state: PacketState
    findings: tuple[Finding, ...]
    awaited: tuple[str, ...]
    """What is still expected, in words for the operator."""
    checks: tuple[str, ...]
    """Ids of the checks that were run."""
