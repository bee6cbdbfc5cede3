"""Central's voice at a broker, played by a rehearsal or a test: receipts signed with its key."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from securesystemslib.signer import Signer

from election.definition import Mode
from election.envelope import signed_envelope
from election.keys import Enrolment, KeyRole, KeyScope
from election.payloads import payload_bytes
from election.receipts import PAYLOAD_TYPE, Reason, Receipt, Verdict
from runtime.keyfiles import load_signer, make_key

DAY = timedelta(days=1)


@dataclass(frozen=True)
class StandInCentral:
    """Answers for one election and count center, at one instant, with a test key."""

    record: Enrolment
    signer: Signer
    election: str
    count_center: str
    at: datetime

    @classmethod
    def made(cls, key: Path, election: str, count_center: str, at: datetime) -> "StandInCentral":
        """Make a key of its own at `key`, good around the instant `at`."""
        scope = KeyScope(election=election, mode=Mode.TEST, not_before=at - DAY, not_after=at + DAY)
        record = make_key(
            key,
            holder="stand-in central",
            role=KeyRole.TEST,
            stands_for=KeyRole.AGGREGATOR,
            scope=scope,
            passphrase=None,
        )
        return cls(record, load_signer(key, record, None), election, count_center, at)

    def receipt(
        self,
        payload: bytes,
        verdict: Verdict,
        sequence: int | None,
        *,
        expected: int | None = None,
        reasons: tuple[Reason, ...] = (),
        detail: str = "",
    ) -> bytes:
        """Return the signed answer to the return `payload`."""
        receipt = Receipt(
            election=self.election,
            count_center=self.count_center,
            payload_sha256=sha256(payload).hexdigest(),
            sequence=sequence,
            verdict=verdict,
            reasons=reasons,
            detail=detail,
            expected_sequence=expected,
            received_at=self.at,
            route="mqtt",
            software="stand-in",
        )
        return signed_envelope(payload_bytes(receipt), PAYLOAD_TYPE, [self.signer])
