"""The receipt: central's signed answer to one return. Nothing else proves delivery."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from election.records import Record, Sha256, Slug, Text, UtcInstant
from election.returns import Sequence

PAYLOAD_TYPE = "application/vnd.zerotape.receipt.v1+json"
MAX_PAYLOAD_BYTES = 16 * 1024
MAX_ENVELOPE_BYTES = 32 * 1024
MAX_DEPTH = 8


class Verdict(StrEnum):
    """What became of a return."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    """Had been accepted before; as good as accepted."""
    REFUSED = "refused"
    """Final: kept with its reasons; sending the same bytes again changes nothing."""
    PARKED = "parked"
    """A number is missing before it: send everything again from `expected_sequence`."""


class Reason(StrEnum):
    """Why a return was refused or parked; stable, in the order of the acceptance steps."""

    SIZE = "size"
    DEPTH = "depth"
    FORMAT = "format"
    TYPE = "type"
    UNKNOWN_KEY = "unknown-key"
    REVOKED = "revoked"
    ROLE = "role"
    SCOPE = "scope"
    SIGNATURE = "signature"
    ELECTION = "election"
    DEFINITION = "definition"
    MODE = "mode"
    FROZEN = "frozen"
    EQUIVOCATION = "equivocation"
    FORK = "fork"
    GAP = "gap"
    UNKNOWN_ID = "unknown-id"
    ARITHMETIC = "arithmetic"
    BALLOTS_ABOVE_REGISTERED = "ballots-above-registered"
    SUPERSEDES = "supersedes"
    RELEASE = "release"


class Receipt(Record):
    """The signed payload of a receipt."""

    schema_version: Literal[1] = 1
    election: Slug
    count_center: Slug
    payload_sha256: Sha256
    """SHA-256 of the payload that was judged, or of the message where no payload was readable."""
    sequence: Sequence | None
    """None where the payload could not be trusted to say it."""
    verdict: Verdict
    reasons: Annotated[tuple[Reason, ...], Field(max_length=20)] = ()
    detail: Annotated[str, Field(max_length=1000)] = ""
    """For people: what was wrong and what to do."""
    expected_sequence: Sequence | None = None
    received_at: UtcInstant
    route: Literal["mqtt", "stick", "qr"]
    log_index: Annotated[int, Field(ge=0)] | None = None
    """Position in the append-only log; None unless accepted."""
    checkpoint: Annotated[str, Field(max_length=1000)] | None = None
    """Signed head of the transparency log, once there is one."""
    software: Text
