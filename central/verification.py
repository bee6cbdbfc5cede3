"""Steps 1 to 5 of acceptance: a return, signed by a key that may sign it here and now.

A pure function of the message, the keys and the definition. Nothing of a payload is believed,
kept or answered before its signature is found good.
"""

from collections.abc import Sequence
from hashlib import sha256

from central.enrolment import KeyRing
from central.messages import Fault, Judgement, Message, VerifiedReturn
from election.definition import ElectionDefinition, Mode
from election.envelope import Envelope, read_envelope
from election.errors import SignatureError
from election.keys import Enrolment, KeyRole
from election.payloads import read_payload
from election.receipts import Reason, Verdict
from election.returns import (
    MAX_DEPTH,
    MAX_ENVELOPE_BYTES,
    MAX_PAYLOAD_BYTES,
    PAYLOAD_TYPE,
    PrecinctReturn,
)
from election.topics import Stream, Topic

SIGNERS = frozenset({KeyRole.GATEWAY, KeyRole.OFFICER})


def verify(
    message: Message, keys: KeyRing, definition: ElectionDefinition
) -> VerifiedReturn | Judgement:
    """Return the return in `message`, or the judgement that refuses it."""
    center = center_of(message.topic, Stream.RETURNS, definition)
    if center is None:
        fault = Fault(Reason.SCOPE, "The topic names no count center of this election.")
        return _refused(message, None, None, [fault])
    envelope: Envelope | None = None
    try:
        envelope = read_envelope(
            message.content, payload_type=PAYLOAD_TYPE, max_bytes=MAX_ENVELOPE_BYTES
        )
        faults = _key_faults(envelope, keys, center, message, definition)
        faults = faults or _signature_faults(envelope, keys)
        if faults:
            return _refused(message, center, envelope, faults)
        content = read_payload(
            envelope.payload, PrecinctReturn, max_bytes=MAX_PAYLOAD_BYTES, max_depth=MAX_DEPTH
        )
    except SignatureError as error:
        return _refused(message, center, envelope, [Fault(Reason(error.reason), str(error))])
    if content.count_center != center:
        detail = f"The return names count center {content.count_center}, its topic {center}."
        return _refused(message, center, envelope, [Fault(Reason.SCOPE, detail)])
    signers = [keys.enrolled[key_id].record for key_id in _key_ids(envelope)]
    return VerifiedReturn(
        message=message,
        count_center=center,
        key_id=next(key.key_id for key in signers if key.effective_role is KeyRole.GATEWAY),
        officers=frozenset(key.holder for key in signers if key.effective_role is KeyRole.OFFICER),
        payload_sha256=envelope.payload_sha256,
        content=content,
    )


def unreadable(message: Message, definition: ElectionDefinition, detail: str) -> Judgement:
    """Return the judgement of a message on which `verify` itself failed."""
    center = center_of(message.topic, Stream.RETURNS, definition)
    return _refused(message, center, None, [Fault(Reason.FORMAT, f"It cannot be read: {detail}")])


def center_of(text: str, stream: Stream, definition: ElectionDefinition) -> str | None:
    """Return the count center in a topic; None unless election and center are ours."""
    try:
        topic = Topic.read(text)
    except ValueError:
        return None
    ours = any(center.id == topic.count_center for center in definition.count_centers)
    return (
        topic.count_center
        if ours and topic.election == definition.election and topic.stream is stream
        else None
    )


def _refused(
    message: Message, center: str | None, envelope: Envelope | None, faults: Sequence[Fault]
) -> Judgement:
    return Judgement(
        message=message,
        count_center=center,
        payload_sha256=(
            envelope.payload_sha256 if envelope else sha256(message.content).hexdigest()
        ),
        verdict=Verdict.REFUSED,
        faults=tuple(faults),
    )


def _key_ids(envelope: Envelope) -> list[str]:
    return list(dict.fromkeys(key_id for key_id, _ in envelope.signatures))


def _key_faults(
    envelope: Envelope,
    keys: KeyRing,
    center: str,
    message: Message,
    definition: ElectionDefinition,
) -> list[Fault]:
    faults = []
    known: list[Enrolment] = []
    for key_id in _key_ids(envelope):
        enrolled = keys.enrolled.get(key_id)
        if enrolled is None:
            detail = f"Key {key_id[:16]} is not enrolled. Enrol it, then send the return again."
            faults.append(Fault(Reason.UNKNOWN_KEY, detail))
            continue
        known.append(enrolled.record)
        if enrolled.is_revoked(message.received_at):
            faults.append(Fault(Reason.REVOKED, f"{_named(enrolled.record)} is revoked."))
        if not _may_sign(enrolled.record, definition.mode):
            detail = f"{_named(enrolled.record)} is a {enrolled.record.role} key: it signs none."
            faults.append(Fault(Reason.ROLE, detail))
        if not enrolled.record.covers(
            election=definition.election,
            count_center=center,
            mode=definition.mode,
            at=message.received_at,
        ):
            detail = (
                f"{_named(enrolled.record)} is not enrolled for {center}, this election, "
                f"{definition.mode} mode and today."
            )
            faults.append(Fault(Reason.SCOPE, detail))
    gateways = sum(key.effective_role is KeyRole.GATEWAY for key in known)
    if gateways != 1 and not faults:
        detail = f"{gateways} gateway keys signed; exactly one must."
        faults.append(Fault(Reason.ROLE, detail))
    return faults


def _may_sign(key: Enrolment, mode: Mode) -> bool:
    stand_in = key.role is KeyRole.TEST
    return key.effective_role in SIGNERS and not (stand_in and mode is Mode.OFFICIAL)


def _signature_faults(envelope: Envelope, keys: KeyRing) -> list[Fault]:
    signers = (keys.enrolled[key_id].record for key_id in _key_ids(envelope))
    return [
        Fault(Reason.SIGNATURE, f"The signature of {_named(key)} is not over these bytes.")
        for key in signers
        if not envelope.is_signed_by(key)
    ]


def _named(key: Enrolment) -> str:
    return f"key {key.key_id[:16]} ({key.holder})"
