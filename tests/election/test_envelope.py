"""Envelopes: the published DSSE and RFC 8032 values, and everything that must be refused."""

import base64
import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner, Signer

from election.definition import Mode
from election.envelope import MAX_SIGNATURES, EnvelopeError, read_envelope, signed_envelope
from election.keys import Enrolment, KeyRole, KeyScope, key_id_of, public_key_text
from election.returns import PAYLOAD_TYPE

# RFC 8032, section 7.1, TEST 1.
SECRET = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")

BODY = b'{"n":1}'
PAE = b'DSSEv1 39 application/vnd.zerotape.return.v1+json 7 {"n":1}'
PAE_SHA256 = "4bdf3d9ccb24a9c4d2bfe651956d4a8ab3a118acc6ed1e24e6c8d803e2931e48"
SIGNATURE = (
    "+cHrE0u/QgOWs9Ik52OykgEhP6fu/r5/r84G2fqk7asWYL4TsvxFpCxDfX0oDasIZsLM4zN08BDiJ7UlOzlvDQ=="
)


def enrolled(private: Ed25519PrivateKey) -> Enrolment:
    public = public_key_text(private.public_key())
    scope = KeyScope(
        election="e",
        count_center="c",
        mode=Mode.TEST,
        not_before=datetime(2026, 1, 1, tzinfo=UTC),
        not_after=datetime(2027, 1, 1, tzinfo=UTC),
    )
    return Enrolment(
        key_id=key_id_of(public),
        public_key=public,
        holder="Court House",
        role=KeyRole.GATEWAY,
        scope=scope,
    )


def signer_of(private: Ed25519PrivateKey) -> Signer:
    return CryptoSigner(private, enrolled(private).verification_key)


def read(content: bytes, *, max_bytes: int = 10_000) -> Any:
    return read_envelope(content, payload_type=PAYLOAD_TYPE, max_bytes=max_bytes)


@pytest.fixture
def private() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(SECRET)


@pytest.fixture
def wire(private: Ed25519PrivateKey) -> dict[str, Any]:
    """Return the signed vector as JSON."""
    envelope: dict[str, Any] = json.loads(signed_envelope(BODY, PAYLOAD_TYPE, [signer_of(private)]))
    return envelope


def test_the_key_is_the_one_of_the_rfc(private: Ed25519PrivateKey) -> None:
    assert private.public_key().public_bytes_raw() == PUBLIC


def test_the_vector_is_signed_as_published(wire: dict[str, Any]) -> None:
    assert sha256(PAE).hexdigest() == PAE_SHA256
    assert wire["payloadType"] == PAYLOAD_TYPE
    assert base64.b64decode(wire["payload"]) == BODY
    assert [signature["sig"] for signature in wire["signatures"]] == [SIGNATURE]


def test_the_signature_is_over_type_and_body(
    private: Ed25519PrivateKey, wire: dict[str, Any]
) -> None:
    private.public_key().verify(base64.b64decode(wire["signatures"][0]["sig"]), PAE)


def test_a_signed_envelope_is_read_and_verified(
    private: Ed25519PrivateKey, wire: dict[str, Any]
) -> None:
    envelope = read(json.dumps(wire).encode())
    assert envelope.payload == BODY
    assert envelope.payload_sha256 == sha256(BODY).hexdigest()
    assert envelope.is_signed_by(enrolled(private))


def test_no_changed_byte_of_the_payload_is_verified(
    private: Ed25519PrivateKey, wire: dict[str, Any]
) -> None:
    for place in range(len(BODY)):
        changed = bytearray(BODY)
        changed[place] ^= 1
        wire["payload"] = base64.b64encode(changed).decode()
        assert not read(json.dumps(wire).encode()).is_signed_by(enrolled(private))


def test_no_changed_bit_of_the_signature_is_verified(
    private: Ed25519PrivateKey, wire: dict[str, Any]
) -> None:
    signature = base64.b64decode(SIGNATURE)
    for bit in range(0, 512, 7):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8
        wire["signatures"][0]["sig"] = base64.b64encode(changed).decode()
        assert not read(json.dumps(wire).encode()).is_signed_by(enrolled(private))


@pytest.mark.parametrize("length", [0, 1, 63, 65, 100])
def test_a_signature_of_another_length_is_not_verified(
    private: Ed25519PrivateKey, wire: dict[str, Any], length: int
) -> None:
    wire["signatures"][0]["sig"] = base64.b64encode(bytes(length)).decode()
    assert not read(json.dumps(wire).encode()).is_signed_by(enrolled(private))


def test_a_signature_for_another_type_is_not_verified(private: Ed25519PrivateKey) -> None:
    receipt = "application/vnd.zerotape.receipt.v1+json"
    wire = json.loads(signed_envelope(BODY, receipt, [signer_of(private)]))
    wire["payloadType"] = PAYLOAD_TYPE
    assert not read(json.dumps(wire).encode()).is_signed_by(enrolled(private))


def test_an_envelope_of_another_type_is_refused(wire: dict[str, Any]) -> None:
    with pytest.raises(EnvelopeError, match="belongs") as caught:
        read_envelope(
            json.dumps(wire).encode(),
            payload_type="application/vnd.zerotape.receipt.v1+json",
            max_bytes=10_000,
        )
    assert caught.value.reason == "type"


def test_the_key_id_is_only_a_hint(private: Ed25519PrivateKey) -> None:
    stranger = Ed25519PrivateKey.generate()
    wire = json.loads(signed_envelope(BODY, PAYLOAD_TYPE, [signer_of(stranger)]))
    wire["signatures"][0]["keyid"] = enrolled(private).key_id
    envelope = read(json.dumps(wire).encode())
    assert not envelope.is_signed_by(enrolled(private))
    assert not envelope.is_signed_by(enrolled(stranger))


def test_several_signatures_are_each_verified(private: Ed25519PrivateKey) -> None:
    officer, stranger = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    content = signed_envelope(BODY, PAYLOAD_TYPE, [signer_of(private), signer_of(officer)])
    envelope = read(content)
    assert envelope.is_signed_by(enrolled(private))
    assert envelope.is_signed_by(enrolled(officer))
    assert not envelope.is_signed_by(enrolled(stranger))


def test_a_spoiled_signature_hides_no_good_one_of_the_same_key(
    private: Ed25519PrivateKey, wire: dict[str, Any]
) -> None:
    good = wire["signatures"][0]
    wire["signatures"] = [{**good, "sig": base64.b64encode(bytes(64)).decode()}, good]
    assert read(json.dumps(wire).encode()).is_signed_by(enrolled(private))


@pytest.mark.parametrize("number", [0, MAX_SIGNATURES + 1])
def test_too_few_or_too_many_signatures_are_refused(wire: dict[str, Any], number: int) -> None:
    wire["signatures"] *= number
    with pytest.raises(EnvelopeError, match="signatures") as caught:
        read(json.dumps(wire).encode())
    assert caught.value.reason == "format"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"payload":', b'"payload":"","payload":', "format"),
        (b'"keyid":', b'"keyid":"","keyid":', "format"),
        (b'{"payload":', b'{"extra":1,"payload":', "format"),
        (b'"sig":', b'"note":"","sig":', "format"),
        (b'{"payload"', b'{"pay"', "format"),
        (b"eyJuIjoxfQ==", b"eyJuIjoxfQ", "format"),
        (b"eyJuIjoxfQ==", b"eyJuIjoxfQ==\\n", "format"),
        (b"eyJuIjoxfQ==", b"eyJu IjoxfQ==", "format"),
        (b"eyJuIjoxfQ==", b"=eyJuIjoxfQ=", "format"),
        (b"eyJuIjoxfQ==", b"eyJu-joxfQ==", "format"),
        (b"eyJuIjoxfQ==", "eyJuIjoxfé==".encode(), "format"),
        (b"DQ==", b"DQ=", "format"),
        (b"DQ==", b"DQ==AAAA", "format"),
        (b'"signatures":[{', b'"signatures":[[[[{', "depth"),
    ],
)
def test_a_wire_form_that_is_not_exact_is_refused(
    private: Ed25519PrivateKey, old: bytes, new: bytes, reason: str
) -> None:
    content = signed_envelope(BODY, PAYLOAD_TYPE, [signer_of(private)])
    assert content.count(old) == 1
    with pytest.raises(EnvelopeError) as caught:
        read(content.replace(old, new))
    assert caught.value.reason == reason


def test_size_is_looked_at_first(wire: dict[str, Any]) -> None:
    content = json.dumps(wire).encode()
    assert read(content, max_bytes=len(content)).payload == BODY
    with pytest.raises(EnvelopeError) as caught:
        read(content, max_bytes=len(content) - 1)
    assert caught.value.reason == "size"
