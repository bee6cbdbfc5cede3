"""Receipts: what is said to a gateway, and the key that says it."""

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from securesystemslib.signer import Signer

from central.messages import Judgement
from election.definition import ElectionDefinition
from election.envelope import signed_envelope
from election.errors import ZerotapeError
from election.keys import Enrolment, KeyRole
from election.payloads import payload_bytes
from election.receipts import PAYLOAD_TYPE, Receipt
from runtime.keyfiles import enrolment_path, load_signer, read_enrolment
from runtime.signing_settings import SigningSettings

MAX_DETAIL = 1000
SOFTWARE = f"zerotape {version('zerotape')}"


class SigningKeyRefused(ZerotapeError):
    """The configured key may not sign receipts of this election."""


@dataclass(frozen=True)
class ReceiptSigner:
    """The aggregator's key, found good for this election."""

    signer: Signer
    record: Enrolment

    def envelope(self, receipt: Receipt) -> bytes:
        """Return `receipt` as it is sent."""
        return signed_envelope(payload_bytes(receipt), PAYLOAD_TYPE, [self.signer])


def open_receipt_signer(
    settings: SigningSettings, definition: ElectionDefinition, now: datetime
) -> ReceiptSigner:
    """Open the configured key; raise KeyFileError, or SigningKeyRefused with every reason."""
    record = read_enrolment(enrolment_path(settings.key))
    problems = []
    if record.effective_role is not KeyRole.AGGREGATOR:
        problems.append(f"it is a {record.effective_role} key, an aggregator key is needed")
    if record.scope.count_center is not None:
        problems.append("it is bound to one count center")
    if record.scope.mode is not definition.mode:
        problems.append(f"it is for {record.scope.mode} mode, this is {definition.mode} mode")
    if record.scope.election != definition.election:
        problems.append(f"it is for election {record.scope.election}")
    if not record.scope.not_before <= now <= record.scope.not_after:
        problems.append("today is outside its dates")
    if problems:
        raise SigningKeyRefused(
            f"{settings.key} cannot sign receipts of {definition.election}: "
            f"{'; '.join(problems)}. Make a key with `zerotape central make-key`."
        )
    return ReceiptSigner(load_signer(settings.key, record, settings.passphrase()), record)


def receipt_of(judgement: Judgement, election: str, log_index: int | None) -> Receipt | None:
    """Return the answer to a message; None where its topic names nobody to answer."""
    if judgement.earlier is not None:
        return judgement.earlier.model_copy(update={"verdict": judgement.verdict})
    if judgement.count_center is None:
        return None
    verified = judgement.verified
    return Receipt(
        election=election,
        count_center=judgement.count_center,
        payload_sha256=judgement.payload_sha256,
        sequence=verified.content.sequence if verified else None,
        verdict=judgement.verdict,
        reasons=judgement.reasons,
        detail=" ".join(fault.detail for fault in judgement.faults)[:MAX_DETAIL],
        expected_sequence=judgement.expected_sequence,
        received_at=judgement.message.received_at,
        route=judgement.message.route,
        log_index=log_index,
        software=SOFTWARE,
    )
