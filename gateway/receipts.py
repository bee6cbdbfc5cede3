"""Reading receipts: only the pinned aggregator's word counts."""

from dataclasses import dataclass
from datetime import datetime

from election.definition import Mode
from election.envelope import read_envelope
from election.errors import SignatureError
from election.keys import Enrolment, KeyRole
from election.payloads import read_payload
from election.receipts import (
    MAX_DEPTH,
    MAX_ENVELOPE_BYTES,
    MAX_PAYLOAD_BYTES,
    PAYLOAD_TYPE,
    Receipt,
)


@dataclass(frozen=True, slots=True)
class ReceiptReader:
    """Knows whose receipts are believed, and for what."""

    aggregator: Enrolment
    election: str
    count_center: str
    mode: Mode

    def __post_init__(self) -> None:
        if self.aggregator.effective_role is not KeyRole.AGGREGATOR:
            raise SignatureError(
                "role",
                f"The key of {self.aggregator.holder} is no aggregator key. Correct "
                "`aggregator.enrolment` in the configuration.",
            )

    def read(self, content: bytes, at: datetime) -> Receipt:
        """Return the receipt in `content`; raise SignatureError with a reason code."""
        envelope = read_envelope(content, payload_type=PAYLOAD_TYPE, max_bytes=MAX_ENVELOPE_BYTES)
        if not envelope.is_signed_by(self.aggregator):
            raise SignatureError("signature", "The receipt is not signed by the aggregator's key.")
        receipt = read_payload(
            envelope.payload, Receipt, max_bytes=MAX_PAYLOAD_BYTES, max_depth=MAX_DEPTH
        )
        if (receipt.election, receipt.count_center) != (self.election, self.count_center):
            raise SignatureError("scope", "The receipt is for another election or count center.")
        if not self.aggregator.covers(
            election=self.election, count_center=self.count_center, mode=self.mode, at=at
        ):
            raise SignatureError(
                "scope", "The aggregator's key is not enrolled for this election, mode or time."
            )
        return receipt
