"""Whose receipts are believed: the pinned aggregator's, for this gateway and this election only."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from election.definition import Mode
from election.envelope import signed_envelope
from election.errors import SignatureError
from election.keys import KeyRole, KeyScope
from election.payloads import payload_bytes
from election.receipts import PAYLOAD_TYPE, Receipt, Verdict
from election.returns import PAYLOAD_TYPE as RETURN_TYPE
from gateway.receipts import ReceiptReader
from runtime.keyfiles import load_signer, make_key

NOW = datetime(2026, 11, 3, 20, tzinfo=UTC)
RECEIPT = Receipt(
    election="e",
    count_center="c",
    payload_sha256="0" * 64,
    sequence=1,
    verdict=Verdict.ACCEPTED,
    log_index=0,
    received_at=NOW,
    route="mqtt",
    software="test",
)

Sealed = Callable[..., tuple[ReceiptReader, bytes]]


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    """Return `sealed(...)`: a reader that pins a key, and a receipt that this key signed."""

    def make(
        *,
        role: KeyRole = KeyRole.AGGREGATOR,
        payload_type: str = PAYLOAD_TYPE,
        scope: dict[str, Any] | None = None,
        **changes: object,
    ) -> tuple[ReceiptReader, bytes]:
        record = make_key(
            tmp_path / "central.key",
            holder="central",
            role=KeyRole.TEST,
            stands_for=role,
            scope=KeyScope(
                election="e",
                count_center="c",
                mode=Mode.TEST,
                not_before=NOW - timedelta(days=1),
                not_after=NOW + timedelta(days=1),
            ).model_copy(update=scope or {}),
            passphrase=None,
        )
        signer = load_signer(tmp_path / "central.key", record, None)
        content = payload_bytes(RECEIPT.model_copy(update=changes))
        envelope = signed_envelope(content, payload_type, [signer])
        return ReceiptReader(record, "e", "c", Mode.TEST), envelope

    return make


def test_a_receipt_of_the_pinned_key_is_believed(sealed: Sealed) -> None:
    reader, envelope = sealed()
    assert reader.read(envelope, NOW) == RECEIPT


@pytest.mark.parametrize("changes", [{"election": "other"}, {"count_center": "other"}])
def test_a_receipt_for_somebody_else_is_not_believed(
    sealed: Sealed, changes: dict[str, str]
) -> None:
    reader, envelope = sealed(**changes)
    with pytest.raises(SignatureError, match="another election or count center") as caught:
        reader.read(envelope, NOW)
    assert caught.value.reason == "scope"


@pytest.mark.parametrize(
    "scope",
    [
        {"election": "other"},
        {"count_center": "other"},
        {"not_after": NOW - timedelta(seconds=1)},
        {"not_before": NOW + timedelta(seconds=1)},
    ],
)
def test_a_key_outside_its_scope_is_not_believed(sealed: Sealed, scope: dict[str, Any]) -> None:
    reader, envelope = sealed(scope=scope)
    with pytest.raises(SignatureError, match="not enrolled for this") as caught:
        reader.read(envelope, NOW)
    assert caught.value.reason == "scope"


def test_a_return_is_no_receipt_whoever_signed_it(sealed: Sealed) -> None:
    reader, envelope = sealed(payload_type=RETURN_TYPE)
    with pytest.raises(SignatureError) as caught:
        reader.read(envelope, NOW)
    assert caught.value.reason == "type"


def test_one_changed_byte_of_the_envelope_is_not_believed(sealed: Sealed) -> None:
    reader, envelope = sealed()
    for place in range(len(envelope)):
        changed = envelope[:place] + bytes([envelope[place] ^ 1]) + envelope[place + 1 :]
        with pytest.raises(SignatureError):
            reader.read(changed, NOW)


@pytest.mark.parametrize(
    "role", [role for role in KeyRole if role not in {KeyRole.AGGREGATOR, KeyRole.TEST}]
)
def test_only_an_aggregator_key_can_be_pinned(sealed: Sealed, role: KeyRole) -> None:
    with pytest.raises(SignatureError, match="no aggregator key") as caught:
        sealed(role=role)
    assert caught.value.reason == "role"
