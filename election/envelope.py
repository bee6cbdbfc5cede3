"""DSSE envelopes: bytes, their type, and signatures over both.

Specification: DSSE protocol 1.0.0. The signature covers the payload bytes as sent; nobody
canonicalises in order to verify. A `keyid` is a hint that only ever selects a key to try.
"""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError
from securesystemslib.dsse import Envelope as Dsse
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import Signature, Signer

from election.errors import SignatureError
from election.keys import Enrolment
from election.records import Record, Sha256, problems_of
from election.strict_json import NotStrictJson, read_strict_json

MAX_SIGNATURES = 4
MAX_DEPTH = 4


class EnvelopeError(SignatureError):
    """Bytes that are no envelope of the expected kind; `reason` is size, depth, format or type."""


class _Signature(Record):
    keyid: Sha256
    sig: Annotated[str, StringConstraints(max_length=200)]


class _Wire(Record):
    payload: str
    payloadType: Annotated[str, StringConstraints(max_length=100)]  # noqa: N815  # DSSE's own name
    signatures: Annotated[tuple[_Signature, ...], Field(min_length=1, max_length=MAX_SIGNATURES)]


@dataclass(frozen=True)
class Envelope:
    """A payload that is read but not yet verified."""

    payload: bytes
    payload_type: str
    signatures: tuple[tuple[str, bytes], ...]
    """Key id hint and signature."""

    @cached_property
    def payload_sha256(self) -> str:
        """Identity of what was signed: SHA-256 of the payload bytes, never of the signature."""
        return sha256(self.payload).hexdigest()

    def is_signed_by(self, enrolment: Enrolment) -> bool:
        """Say whether one of the signatures is this key's over exactly these bytes."""
        signed = Dsse(self.payload, self.payload_type, {}).pae()
        for key_id, value in self.signatures:
            if key_id != enrolment.key_id:
                continue
            try:
                signature = Signature(key_id, value.hex())
                enrolment.verification_key.verify_signature(signature, signed)
            except UnverifiedSignatureError:
                continue
            return True
        return False


def read_envelope(content: bytes, *, payload_type: str, max_bytes: int) -> Envelope:
    """Read an envelope of `payload_type`; raise EnvelopeError. Nothing is verified yet."""
    try:
        read_strict_json(content, max_bytes=max_bytes, max_depth=MAX_DEPTH)
        wire = _Wire.model_validate_json(content)
        payload = binascii.a2b_base64(wire.payload, strict_mode=True)
        signatures = tuple(
            (entry.keyid, binascii.a2b_base64(entry.sig, strict_mode=True))
            for entry in wire.signatures
        )
    except NotStrictJson as error:
        raise EnvelopeError(error.reason, f"The envelope is refused: {error}.") from error
    except ValidationError as error:
        first = problems_of(error)[0]
        raise EnvelopeError("format", f"The envelope is refused: {first}") from error
    except ValueError as error:  # not only binascii.Error: characters beyond ASCII raise this one
        raise EnvelopeError(
            "format", "The envelope is refused: it is not strict base64."
        ) from error
    if wire.payloadType != payload_type:
        raise EnvelopeError("type", f"{wire.payloadType!r} came where {payload_type!r} belongs.")
    return Envelope(payload, wire.payloadType, signatures)


def signed_envelope(payload: bytes, payload_type: str, signers: Iterable[Signer]) -> bytes:
    """Return the wire form of `payload` signed by every one of `signers`."""
    dsse = Dsse(payload, payload_type, {})
    for signer in signers:
        dsse.sign(signer)
    signatures = [
        {"keyid": key_id, "sig": base64.b64encode(bytes.fromhex(made.signature)).decode()}
        for key_id, made in dsse.signatures.items()
    ]
    wire = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": payload_type,
        "signatures": signatures,
    }
    return json.dumps(wire, separators=(",", ":")).encode()
