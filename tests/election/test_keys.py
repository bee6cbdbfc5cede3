"""Enrolment records: a key means exactly what its record says."""

import base64
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import ValidationError

from election.definition import Mode
from election.keys import Enrolment, KeyRole, key_id_of, public_key_text

BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
END = datetime(2026, 12, 1, tzinfo=UTC)

# RFC 8410, section 10.1: an Ed25519 public key as SubjectPublicKeyInfo.
RFC_8410 = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="


def record(**changes: Any) -> dict[str, Any]:
    """Return the record of a gateway's key with `changes`, as JSON."""
    return {
        "key_id": sha256(base64.b64decode(RFC_8410)).hexdigest(),
        "public_key": RFC_8410,
        "holder": "Court House",
        "role": "gateway",
        "scope": {
            "election": "general-2026",
            "count_center": "court-house",
            "mode": "test",
            "not_before": "2026-10-01T00:00:00Z",
            "not_after": "2026-12-01T00:00:00Z",
        },
    } | changes


def enrolled(**changes: Any) -> Enrolment:
    return Enrolment.model_validate_json(json.dumps(record(**changes)))


def scope(**changes: Any) -> dict[str, Any]:
    changed: dict[str, Any] = record()["scope"] | changes
    return changed


def test_a_published_key_is_enrolled_with_its_own_id() -> None:
    enrolment = enrolled()
    assert enrolment.effective_role is KeyRole.GATEWAY
    assert enrolment.verification_key.keyid == key_id_of(RFC_8410) == enrolment.key_id


def test_the_text_of_a_key_is_its_subject_public_key_info() -> None:
    public = Ed25519PrivateKey.generate().public_key()
    text = public_key_text(public)
    assert base64.b64decode(text)[-32:] == public.public_bytes_raw()
    assert key_id_of(text) == sha256(base64.b64decode(text)).hexdigest()


def test_covers_election_center_mode_and_both_ends_of_the_time() -> None:
    enrolment = enrolled()
    good: dict[str, Any] = {
        "election": "general-2026",
        "count_center": "court-house",
        "mode": Mode.TEST,
        "at": BEGIN,
    }
    moment = timedelta(microseconds=1)
    assert enrolment.covers(**good)
    assert enrolment.covers(**good | {"at": END})
    for change in (
        {"election": "general-2027"},
        {"count_center": "town-hall"},
        {"mode": Mode.OFFICIAL},
        {"at": BEGIN - moment},
        {"at": END + moment},
    ):
        assert not enrolment.covers(**good | change)


def test_a_key_without_a_center_covers_every_center() -> None:
    enrolment = enrolled(role="aggregator", scope=scope(count_center=None))
    for center in ("court-house", "town-hall"):
        assert enrolment.covers(
            election="general-2026", count_center=center, mode=Mode.TEST, at=BEGIN
        )


def test_a_test_key_plays_the_role_that_it_stands_for() -> None:
    assert enrolled(role="test", stands_for="gateway").effective_role is KeyRole.GATEWAY


def spki(key: Any) -> dict[str, str]:
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {"key_id": sha256(der).hexdigest(), "public_key": base64.b64encode(der).decode()}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"role": "test"}, "only a test key"),
        ({"stands_for": "gateway"}, "only a test key"),
        ({"role": "test", "stands_for": "test"}, "cannot stand for a test key"),
        (
            {"role": "test", "stands_for": "officer", "scope": scope(mode="official")},
            "official mode",
        ),
        ({"scope": scope(count_center=None)}, "one count center"),
        (
            {"role": "test", "stands_for": "gateway", "scope": scope(count_center=None)},
            "one count center",
        ),
        ({"key_id": "0" * 64}, "not the SHA-256"),
        ({"public_key": RFC_8410[:-1]}, "base64"),
        ({"public_key": RFC_8410 + "\n"}, "base64"),
        ({"algorithm": "rsa"}, "algorithm"),
        ({"algorithm": "none"}, "algorithm"),
        ({"format": "zerotape-enrolment-2"}, "format"),
        ({"extra": 1}, "extra"),
        ({"scope": scope(not_after="2026-12-01T00:00:00+01:00")}, "UTC"),
        (spki(ec.generate_private_key(ec.SECP256R1()).public_key()), "no Ed25519 key"),
        (spki(x25519.X25519PrivateKey.generate().public_key()), "no Ed25519 key"),
        (
            {"public_key": "AAAA", "key_id": sha256(bytes(3)).hexdigest()},
            "Enrolment",
        ),
    ],
)
def test_a_record_that_means_something_else_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        enrolled(**changes)
