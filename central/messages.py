"""What comes in, and what acceptance says of it. No input or output here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from election.receipts import Reason, Receipt, Verdict
from election.returns import PrecinctReturn

Route = Literal["mqtt", "stick", "qr"]

ALARMING = frozenset(
    {
        Reason.ROLE,
        Reason.SCOPE,
        Reason.ELECTION,
        Reason.DEFINITION,
        Reason.MODE,
        Reason.FROZEN,
        Reason.EQUIVOCATION,
        Reason.FORK,
    }
)
"""Reasons that a person must look at: a key is misused, or a gateway lost its state."""


@dataclass(frozen=True, slots=True)
class Message:
    """Bytes as they arrived."""

    topic: str
    content: bytes
    received_at: datetime
    route: Route = "mqtt"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a message."""

    reason: Reason
    detail: str
    """For people."""


@dataclass(frozen=True, slots=True)
class VerifiedReturn:
    """A return that an enrolled gateway key signed, for its own count center."""

    message: Message
    count_center: str
    key_id: str
    officers: frozenset[str]
    """Persons whose officer keys signed the same payload."""
    payload_sha256: str
    content: PrecinctReturn

    @property
    def cell(self) -> tuple[str, str]:
        """Precinct and counting group: where one return is current at a time."""
        return self.content.precinct, self.content.counting_group


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of one message."""

    message: Message
    count_center: str | None
    """None where the topic names no count center of ours: nobody can be answered."""
    payload_sha256: str
    """As in the receipt: of the message where no payload was readable."""
    verdict: Verdict
    faults: tuple[Fault, ...] = ()
    verified: VerifiedReturn | None = None
    """None unless the signature was good."""
    takes_number: bool = False
    """Its place in the chain is used up, whatever the verdict."""
    expected_sequence: int | None = None
    earlier: Receipt | None = None
    """The answer that the same payload had before; everything else repeats it."""

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason once, in the order of the acceptance steps."""
        found = {fault.reason for fault in self.faults}
        return tuple(reason for reason in Reason if reason in found)
