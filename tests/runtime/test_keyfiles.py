"""Private keys at rest: never overwritten, never readable by others, never used by mistake."""

import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from election.definition import Mode
from election.envelope import read_envelope, signed_envelope
from election.keys import Enrolment, KeyRole, KeyScope
from runtime.keyfiles import (
    MAX_BYTES,
    KeyFileError,
    enrolment_path,
    load_signer,
    make_key,
    read_enrolment,
)

PASSPHRASE = b"correct horse battery staple"


def scope(mode: Mode = Mode.TEST) -> KeyScope:
    return KeyScope(
        election="general-2026",
        count_center="court-house",
        mode=mode,
        not_before=datetime(2026, 10, 1, tzinfo=UTC),
        not_after=datetime(2026, 12, 1, tzinfo=UTC),
    )


def make(
    path: Path,
    passphrase: bytes | None = PASSPHRASE,
    mode: Mode = Mode.TEST,
    holder: str = "Court House",
) -> Enrolment:
    return make_key(
        path,
        holder=holder,
        role=KeyRole.GATEWAY,
        stands_for=None,
        scope=scope(mode),
        passphrase=passphrase,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gateway.key"


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
def test_a_made_key_signs_what_its_record_verifies(path: Path, passphrase: bytes | None) -> None:
    made = make(path, passphrase)
    record = read_enrolment(enrolment_path(path))
    assert record == made
    content = signed_envelope(b"{}", "t", [load_signer(path, record, passphrase)])
    assert read_envelope(content, payload_type="t", max_bytes=1000).is_signed_by(record)


def test_only_the_owner_can_read_the_private_key(path: Path) -> None:
    make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_openssl_opens_the_key_with_the_passphrase_alone(path: Path) -> None:
    make(path)
    command = ["openssl", "pkey", "-in", str(path), "-noout", "-passin"]
    right = subprocess.run([*command, f"pass:{PASSPHRASE.decode()}"], check=False)
    wrong = subprocess.run([*command, "pass:wrong"], check=False, capture_output=True)
    assert (right.returncode, wrong.returncode) == (0, 1)


def test_a_key_is_never_overwritten(path: Path) -> None:
    make(path)
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="exists"):
        make(path)
    enrolment_path(path).unlink()
    with pytest.raises(KeyFileError, match="exists"):
        make(path)
    assert path.read_bytes() == before


def test_a_record_that_is_there_already_leaves_no_key_behind(path: Path) -> None:
    enrolment_path(path).write_text("{}")
    with pytest.raises(KeyFileError, match="exists"):
        make(path)
    assert not path.exists()
    assert enrolment_path(path).read_text() == "{}"


def test_a_holder_without_a_name_gets_no_key(path: Path) -> None:
    with pytest.raises(KeyFileError, match="holder"):
        make(path, holder="")
    assert not path.exists()
    assert not enrolment_path(path).exists()


@pytest.mark.parametrize("missing", [None, b""])
def test_an_official_key_needs_a_passphrase(path: Path, missing: bytes | None) -> None:
    with pytest.raises(KeyFileError, match="passphrase"):
        make(path, missing, Mode.OFFICIAL)
    assert not path.exists()
    make(path, PASSPHRASE, Mode.OFFICIAL)
    assert b"ENCRYPTED PRIVATE KEY" in path.read_bytes()


@pytest.mark.parametrize("passphrase", [b"wrong", None, b""])
def test_a_wrong_passphrase_is_refused_and_never_named(
    path: Path, passphrase: bytes | None
) -> None:
    record = make(path)
    with pytest.raises(KeyFileError, match="passphrase") as caught:
        load_signer(path, record, passphrase)
    assert PASSPHRASE.decode() not in str(caught.value)


def test_the_key_of_another_record_is_refused(tmp_path: Path) -> None:
    record = make(tmp_path / "one.key")
    make(tmp_path / "two.key")
    with pytest.raises(KeyFileError, match="does not belong"):
        load_signer(tmp_path / "two.key", record, PASSPHRASE)


def test_a_key_of_another_kind_is_refused(path: Path) -> None:
    record = make(path, None)
    other = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(KeyFileError, match="no Ed25519 key"):
        load_signer(path, record, None)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "cannot be opened"), (b"-----BEGIN", "cannot be opened"), (b"x" * 70_000, "larger")],
)
def test_a_file_that_is_no_key_is_refused(path: Path, content: bytes, words: str) -> None:
    record = make(path, None)
    path.write_bytes(content)
    with pytest.raises(KeyFileError, match=words):
        load_signer(path, record, None)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"{}", "no enrolment record"), (b"x", "no enrolment"), (b" " * (MAX_BYTES + 1), "larger")],
)
def test_a_file_that_is_no_record_is_refused(path: Path, content: bytes, words: str) -> None:
    path.write_bytes(content)
    with pytest.raises(KeyFileError, match=words):
        read_enrolment(path)


def test_a_missing_file_and_a_missing_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="No such file"):
        read_enrolment(tmp_path / "none")
    with pytest.raises(KeyFileError, match="No such file"):
        make(tmp_path / "none" / "gateway.key")
