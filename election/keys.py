"""Keys, and what each may do: an enrolment record gives a public key its role and scope.

Algorithms are pinned by the record, never read from a message. A key of role `test` stands in
for another role in test mode and is worth nothing in official mode.
"""

import base64
import binascii
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Literal, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)
from pydantic import Field, model_validator
from securesystemslib.signer import SSlibKey

from election.definition import Mode
from election.records import Record, Sha256, Slug, Text, UtcInstant


class KeyRole(StrEnum):
    """What a key may sign."""

    GATEWAY = "gateway"
    """Returns of one count center."""
    OFFICER = "officer"
    """Releases, beside the gateway's signature."""
    AGGREGATOR = "aggregator"
    """Receipts."""
    LOG = "log"
    """Checkpoints of the transparency log."""
    PUBLISHER = "publisher"
    """What the public sees."""
    TEST = "test"
    """Stands in for another role, in test mode only."""


class KeyScope(Record):
    """Where and when a key is good."""

    election: Slug
    count_center: Slug | None = None
    """None for keys that belong to no center."""
    mode: Mode
    not_before: UtcInstant
    not_after: UtcInstant


class Enrolment(Record):
    """A public key with its holder, role and scope."""

    format: Literal["zerotape-enrolment-1"] = "zerotape-enrolment-1"
    key_id: Sha256
    """SHA-256 of the public key (SubjectPublicKeyInfo, DER)."""
    algorithm: Literal["ed25519"] = "ed25519"
    public_key: Annotated[str, Field(max_length=200)]
    """SubjectPublicKeyInfo, DER, base64."""
    holder: Text
    role: KeyRole
    stands_for: KeyRole | None = None
    """For role `test` only: the role it plays."""
    scope: KeyScope

    @model_validator(mode="after")
    def _means_what_it_says(self) -> Self:
        if (self.role is KeyRole.TEST) != (self.stands_for is not None):
            raise ValueError("a test key, and only a test key, says which role it stands for")
        if self.stands_for is KeyRole.TEST:
            raise ValueError("a test key cannot stand for a test key")
        if self.role is KeyRole.TEST and self.scope.mode is not Mode.TEST:
            raise ValueError("a test key cannot be enrolled for official mode")
        if self.effective_role is KeyRole.GATEWAY and self.scope.count_center is None:
            raise ValueError("a gateway key belongs to one count center")
        if sha256(_der(self.public_key)).hexdigest() != self.key_id:
            raise ValueError("key_id is not the SHA-256 of public_key")
        _ = self.verification_key  # an unusable key is refused when it is enrolled, not at night
        return self

    @property
    def effective_role(self) -> KeyRole:
        """The role that the key plays in its mode."""
        return self.stands_for or self.role

    @cached_property
    def verification_key(self) -> SSlibKey:
        """The key as securesystemslib verifies with it; raises ValueError when it is no Ed25519."""
        try:
            key = load_der_public_key(_der(self.public_key))
        except UnsupportedAlgorithm as error:
            raise ValueError("public_key is of no known kind") from error
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("public_key is no Ed25519 key")  # noqa: TRY004  # pydantic wants it
        return SSlibKey.from_crypto(key, keyid=self.key_id)

    def covers(self, *, election: str, count_center: str, mode: Mode, at: datetime) -> bool:
        """Say whether the scope includes this election, center, mode and instant."""
        return (
            self.scope.election == election
            and self.scope.count_center in (None, count_center)
            and self.scope.mode is mode
            and self.scope.not_before <= at <= self.scope.not_after
        )


def public_key_text(key: Ed25519PublicKey) -> str:
    """Return the form of `key` that an enrolment holds: SubjectPublicKeyInfo, DER, base64."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def key_id_of(public_key: str) -> str:
    """Return the key id of `public_key` as given by `public_key_text`."""
    return sha256(_der(public_key)).hexdigest()


def _der(public_key: str) -> bytes:
    try:
        return binascii.a2b_base64(public_key, strict_mode=True)
    except binascii.Error as error:
        raise ValueError("public_key is not base64") from error
