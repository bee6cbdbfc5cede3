"""The words of the outbox: a return's place in the chain, its row, and what a receipt does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from functools import cached_property
from hashlib import sha256

from election.errors import ZerotapeError
from election.receipts import Verdict
from gateway.packets import PacketKey


class OutboxState(StrEnum):
    """What is known of a return's delivery."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Settlement(Enum):
    """What a receipt did to the outbox."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    REPEATED = "repeated"
    """It says what was known; nothing changed."""
    PARKED = "parked"
    """Central misses returns before this one; the row goes on waiting."""
    ACCEPTED_AFTER_REFUSAL = "accepted-after-refusal"
    """The row is confirmed; its packet stays where the refusal sent it, for a person to look."""
    REFUSED_AFTER_ACCEPTANCE = "refused-after-acceptance"
    """Central contradicts itself; the row stays confirmed. Raise an alarm."""
    UNKNOWN = "unknown"
    """No such return was sent from here: it belongs to another key, or this store is too old."""


class OutOfOrder(ZerotapeError):
    """A return was signed for another place in the chain than the next one."""

    def __init__(self, signed: "ChainLink", due: "ChainLink") -> None:
        super().__init__(
            f"The return is signed as number {signed.sequence} after {signed.previous}, but"
            f" {due.sequence} after {due.previous} is due. Nothing was stored: release it again."
        )
        self.signed = signed
        self.due = due


class ForeignChain(ZerotapeError):
    """The returns in the store were signed by another key than the one configured."""

    def __init__(self, chain_key_id: str, key_id: str) -> None:
        super().__init__(
            f"The returns in this store were signed by key {chain_key_id[:16]}, configured is"
            f" {key_id[:16]}. The numbers of each key begin at 1: give a new key a new, empty"
            " state directory and hand it the evidence files again, or name the old key."
        )
        self.chain_key_id = chain_key_id
        self.key_id = key_id


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A place in the chain of this gateway's key."""

    sequence: int
    """From 1, without gaps."""
    previous: str | None
    """SHA-256 of the payload before it; None for the first."""


@dataclass(frozen=True)
class SignedReturn:
    """A return as it leaves the release: what was signed, and the envelope around it."""

    key: PacketKey
    link: ChainLink
    payload: bytes
    envelope: bytes

    @cached_property
    def payload_sha256(self) -> str:
        """Identity of the return, 64 hexadecimal digits."""
        return sha256(self.payload).hexdigest()


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One return and what became of it."""

    sequence: int
    payload_sha256: str
    payload: bytes
    envelope: bytes
    key: PacketKey
    stored_at: datetime
    state: OutboxState
    receipt: bytes | None
    """The envelope of central's receipt; None while waiting."""
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutboxSummary:
    """The outbox in numbers, for the status and the operator."""

    waiting: int
    oldest_waiting_at: datetime | None
    """When the oldest waiting return was stored, UTC."""
    confirmed: int
    refused: int


_RECEIPTS: Mapping[tuple[OutboxState, Verdict], Settlement] = {
    (OutboxState.WAITING, Verdict.ACCEPTED): Settlement.CONFIRMED,
    (OutboxState.WAITING, Verdict.DUPLICATE): Settlement.CONFIRMED,
    (OutboxState.WAITING, Verdict.REFUSED): Settlement.REFUSED,
    (OutboxState.CONFIRMED, Verdict.ACCEPTED): Settlement.REPEATED,
    (OutboxState.CONFIRMED, Verdict.DUPLICATE): Settlement.REPEATED,
    (OutboxState.CONFIRMED, Verdict.REFUSED): Settlement.REFUSED_AFTER_ACCEPTANCE,
    (OutboxState.REFUSED, Verdict.ACCEPTED): Settlement.ACCEPTED_AFTER_REFUSAL,
    (OutboxState.REFUSED, Verdict.DUPLICATE): Settlement.ACCEPTED_AFTER_REFUSAL,
    (OutboxState.REFUSED, Verdict.REFUSED): Settlement.REPEATED,
}


def settlement_of(state: OutboxState, verdict: Verdict) -> Settlement:
    """Return what `verdict` does to a row in `state`."""
    return _RECEIPTS.get((state, verdict), Settlement.PARKED)
