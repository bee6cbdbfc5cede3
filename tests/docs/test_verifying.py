"""The commands of `docs/verifying.md`, run as they stand, on a return that a gateway made."""

import base64
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

import gateway.migrations
from election.definition import Mode
from election.envelope import signed_envelope
from election.keys import Enrolment, KeyRole, KeyScope
from election.receipts import PAYLOAD_TYPE as RECEIPT_TYPE
from election.returns import PAYLOAD_TYPE as RETURN_TYPE
from runtime.keyfiles import load_signer, make_key

PAYLOAD = b'{"election":"sample-2026","names":["\xc3\x81lvarez","O\'Neil \\"Bo\\""],"ballots":612}'
LARGEST = b'{"x":"' + 131_000 * b"x" + b'"}'
NOW = datetime(2026, 11, 4, 2, 0, tzinfo=UTC)

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


@pytest.fixture
def commands(pages: Path, blocks: Callable[[Path, str], list[str]]) -> list[str]:
    """Return the shell blocks of the page: three ways to get an envelope, one to verify it."""
    return blocks(pages / "verifying.md", "sh")


@pytest.fixture
def signer(tmp_path: Path) -> Enrolment:
    return made_key(tmp_path / "signer.key", KeyRole.GATEWAY)


def made_key(path: Path, plays: KeyRole) -> Enrolment:
    scope = KeyScope(
        election="sample-2026",
        count_center="south",
        mode=Mode.TEST,
        not_before=NOW,
        not_after=NOW + timedelta(days=1),
    )
    return make_key(
        path,
        holder=f"rehearsal {plays}",
        role=KeyRole.TEST,
        stands_for=plays,
        scope=scope,
        passphrase=None,
    )


def sealed(folder: Path, payload: bytes, payload_type: str, *names: str) -> bytes:
    signers = []
    for key in (folder / f"{name}.key" for name in names):
        record = Enrolment.model_validate_json(key.with_suffix(".enrolment.json").read_bytes())
        signers.append(load_signer(key, record, None))
    return signed_envelope(payload, payload_type, signers)


def run(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("payload_type", [RETURN_TYPE, RECEIPT_TYPE])
@pytest.mark.parametrize("payload", [PAYLOAD, LARGEST], ids=["short", "largest"])
def test_the_page_verifies_what_was_signed(
    commands: list[str], signer: Enrolment, tmp_path: Path, payload: bytes, payload_type: str
) -> None:
    (tmp_path / "envelope.json").write_bytes(sealed(tmp_path, payload, payload_type, "signer"))
    done = run(commands[-1], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "Signature Verified Successfully",
        f"key {signer.key_id}",
        f"payload {sha256(payload).hexdigest()}",
    ]
    assert (tmp_path / "payload.json").read_bytes() == payload


@pytest.mark.parametrize("first", [True, False], ids=["first", "second"])
def test_the_page_finds_its_signature_among_several(
    commands: list[str], signer: Enrolment, tmp_path: Path, *, first: bool
) -> None:
    made_key(tmp_path / "officer.key", KeyRole.OFFICER)
    names = ("signer", "officer") if first else ("officer", "signer")
    (tmp_path / "envelope.json").write_bytes(sealed(tmp_path, PAYLOAD, RETURN_TYPE, *names))
    assert run(commands[-1], tmp_path).returncode == 0


def changed_payload(wire: dict[str, str]) -> None:
    forged = base64.b64decode(wire["payload"]).replace(b"612", b"621")
    wire["payload"] = base64.b64encode(forged).decode()


def changed_type(wire: dict[str, str]) -> None:
    wire["payloadType"] = RECEIPT_TYPE


@pytest.mark.parametrize("change", [changed_payload, changed_type])
def test_the_page_refuses_what_was_changed(
    commands: list[str], signer: Enrolment, tmp_path: Path, change: Callable[[object], None]
) -> None:
    wire = json.loads(sealed(tmp_path, PAYLOAD, RETURN_TYPE, "signer"))
    change(wire)
    (tmp_path / "envelope.json").write_text(json.dumps(wire, separators=(",", ":")))
    assert run(commands[-1], tmp_path).returncode != 0


def test_the_page_refuses_the_signature_of_another_key(
    commands: list[str], signer: Enrolment, tmp_path: Path
) -> None:
    made_key(tmp_path / "stranger.key", KeyRole.GATEWAY)
    (tmp_path / "envelope.json").write_bytes(sealed(tmp_path, PAYLOAD, RETURN_TYPE, "stranger"))
    assert run(commands[-1], tmp_path).returncode != 0


def test_the_page_refuses_a_record_whose_key_id_is_not_its_keys(
    commands: list[str], signer: Enrolment, tmp_path: Path
) -> None:
    (tmp_path / "envelope.json").write_bytes(sealed(tmp_path, PAYLOAD, RETURN_TYPE, "signer"))
    record = tmp_path / "signer.enrolment.json"
    record.write_text(record.read_text().replace(signer.key_id, "0" * 64))
    assert run(commands[-1], tmp_path).returncode != 0


@pytest.mark.parametrize("way", ["sqlite3", "python3"])
def test_an_envelope_comes_out_of_a_store_unchanged(
    commands: list[str], signer: Enrolment, tmp_path: Path, way: str
) -> None:
    if shutil.which(way) is None:
        pytest.skip(f"{way} is not installed")
    envelope = sealed(tmp_path, PAYLOAD, RETURN_TYPE, "signer")
    with closing(sqlite3.connect(tmp_path / "gateway-copy.sqlite")) as store:
        put_into_outbox(store, envelope)
    done = run(next(each for each in commands if each.startswith(f"{way} ")), tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "envelope.json").read_bytes() == envelope


def put_into_outbox(store: sqlite3.Connection, envelope: bytes) -> None:
    """Make the tables of the gateway's store, and one row as a release writes it."""
    for migration in sorted(Path(gateway.migrations.__path__[0]).glob("*.sql")):
        store.executescript(migration.read_text())
    at = "2026-11-04T02:00:00.000000Z"
    store.execute(
        "INSERT INTO packets VALUES ('riverside', 'election-day', 'ready', ?, '[]')", [at]
    )
    store.execute(
        "INSERT INTO outbox (sequence, payload_sha256, payload, envelope, envelope_sha256,"
        " precinct, counting_group, stored_at)"
        " VALUES (1, ?, ?, ?, ?, 'riverside', 'election-day', ?)",
        [sha256(PAYLOAD).hexdigest(), PAYLOAD, envelope, sha256(envelope).hexdigest(), at],
    )
    store.commit()
