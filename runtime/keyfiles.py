"""Private keys at rest (PKCS#8, with a passphrase) and the enrolment records beside them."""

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import ValidationError
from securesystemslib.signer import CryptoSigner, Signer

from election.definition import Mode
from election.errors import ZerotapeError
from election.keys import Enrolment, KeyRole, KeyScope, key_id_of, public_key_text
from election.records import problems_of

MAX_BYTES = 64 * 1024


class KeyFileError(ZerotapeError):
    """A key or enrolment file that cannot be used; never names the passphrase."""


def make_key(
    path: Path,
    *,
    holder: str,
    role: KeyRole,
    stands_for: KeyRole | None,
    scope: KeyScope,
    passphrase: bytes | None,
) -> Enrolment:
    """Make a key pair: `path` holds the private key, `path` with `.enrolment.json` the record.

    Raises KeyFileError when either file exists (a key is never overwritten), when an official
    key has no passphrase, and when the record would not be valid.
    """
    if not passphrase and scope.mode is Mode.OFFICIAL:
        raise KeyFileError("A key for official mode needs a passphrase. Give one and try again.")
    if enrolment_path(path).exists():  # or a private key without a record would be left behind
        raise KeyFileError(f"{enrolment_path(path)} exists already. Choose another name.")
    private = Ed25519PrivateKey.generate()
    public = public_key_text(private.public_key())
    try:
        record = Enrolment(
            key_id=key_id_of(public),
            public_key=public,
            holder=holder,
            role=role,
            stands_for=stands_for,
            scope=scope,
        )
    except ValidationError as error:
        raise KeyFileError(f"No key is made: {'; '.join(problems_of(error))}.") from error
    encryption: KeySerializationEncryption = (
        BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    _write_new(path, pem, 0o600)
    _write_new(enrolment_path(path), record.model_dump_json(indent=1).encode() + b"\n", 0o644)
    return record


def enrolment_path(key: Path) -> Path:
    """Return where the enrolment record of the private key at `key` lies."""
    return key.with_suffix(".enrolment.json")


def read_enrolment(path: Path) -> Enrolment:
    """Read an enrolment record; raise KeyFileError."""
    content = _read(path)
    try:
        return Enrolment.model_validate_json(content)
    except ValidationError as error:
        raise KeyFileError(f"{path} is no enrolment record: {problems_of(error)[0]}") from error


def load_signer(path: Path, record: Enrolment, passphrase: bytes | None) -> Signer:
    """Open the private key at `path` that belongs to `record`; raise KeyFileError."""
    pem = _read(path)
    try:
        private = load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(
            f"{path} cannot be opened: wrong or missing passphrase, or no PKCS#8 key."
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyFileError(f"{path} is no Ed25519 key.")
    if key_id_of(public_key_text(private.public_key())) != record.key_id:
        raise KeyFileError(f"{path} does not belong to the enrolment record of {record.holder}.")
    return CryptoSigner(private, record.verification_key)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > MAX_BYTES:
        raise KeyFileError(f"{path} is larger than any key file.")
    return content


def _write_new(path: Path, content: bytes, mode: int) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be made: {error.strerror}.") from error
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
