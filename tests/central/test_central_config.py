"""The configuration: unknown keys stop the start and are named; so does a key of the wrong role."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from central.config import read_central_settings
from central.receipts import SigningKeyRefused, open_receipt_signer
from election.definition import Mode
from election.envelope import read_envelope
from election.keys import KeyRole, KeyScope
from election.receipts import MAX_ENVELOPE_BYTES, PAYLOAD_TYPE, Receipt, Verdict
from runtime.keyfiles import make_key
from runtime.settings import ConfigurationError
from runtime.signing_settings import SigningSettings

if TYPE_CHECKING:
    from tests.central.conftest import MakeCentral

NOW = datetime(2026, 11, 4, 3, tzinfo=UTC)

SAMPLE = """
definition = "definition.json"
state = "state"
[signing]
key = "aggregator.pem"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "central.toml"
    path.write_text(text)
    return path


def test_what_is_left_out_has_a_default_and_paths_begin_at_the_file(tmp_path: Path) -> None:
    settings = read_central_settings(write(tmp_path, SAMPLE))
    assert settings.definition == tmp_path / "definition.json"
    assert settings.signing.key == tmp_path / "aggregator.pem"
    assert settings.database_url == f"sqlite:///{tmp_path}/state/central.sqlite"
    assert (settings.broker.port, settings.web.host, settings.log_format) == (
        8883,
        "127.0.0.1",
        "json",
    )


def test_every_unknown_key_is_named(tmp_path: Path) -> None:
    text = SAMPLE + 'colour = 1\n[broker]\nprot = 1883\n[web]\nport = "x"\n'
    with pytest.raises(ConfigurationError) as caught:
        read_central_settings(write(tmp_path, text))
    problems = "\n".join(caught.value.problems)
    for expected in ("signing.colour: unknown key", "broker.prot: unknown key", "web.port: "):
        assert expected in problems


@pytest.fixture
def signing(tmp_path: Path) -> Callable[..., SigningSettings]:
    """Return a maker of configured keys."""

    def make(
        role: KeyRole,
        *,
        stands_for: KeyRole | None = None,
        mode: Mode = Mode.TEST,
        election: str = "sample-2026",
        center: str | None = None,
        days: int = 1,
    ) -> SigningSettings:
        make_key(
            tmp_path / "key.pem",
            holder="CENTRAL",
            role=role,
            stands_for=stands_for,
            scope=KeyScope(
                election=election,
                count_center=center,
                mode=mode,
                not_before=NOW - timedelta(days=1),
                not_after=NOW - timedelta(days=1) + timedelta(days=days, hours=1),
            ),
            passphrase=b"correct horse",
        )
        (tmp_path / "passphrase").write_text("correct horse\n")
        return SigningSettings(key=tmp_path / "key.pem", passphrase_file=tmp_path / "passphrase")

    return make


@pytest.mark.parametrize("is_test", [False, True])
def test_a_receipt_is_signed_by_the_aggregators_key(
    make_central: "MakeCentral",
    tmp_path: Path,
    signing: Callable[..., SigningSettings],
    *,
    is_test: bool,
) -> None:
    central = make_central(tmp_path / "central")
    settings = (
        signing(KeyRole.TEST, stands_for=KeyRole.AGGREGATOR)
        if is_test
        else signing(KeyRole.AGGREGATOR)
    )
    signer = open_receipt_signer(settings, central.loaded.definition, NOW)
    receipt = Receipt(
        election="sample-2026",
        count_center="south",
        payload_sha256="0" * 64,
        sequence=1,
        verdict=Verdict.ACCEPTED,
        received_at=NOW,
        route="mqtt",
        log_index=0,
        software="zerotape 0",
    )
    envelope = read_envelope(
        signer.envelope(receipt), payload_type=PAYLOAD_TYPE, max_bytes=MAX_ENVELOPE_BYTES
    )
    assert envelope.is_signed_by(signer.record)
    assert Receipt.model_validate_json(envelope.payload) == receipt


@pytest.mark.parametrize(
    ("official", "changes", "words"),
    [
        (False, {"role": KeyRole.GATEWAY, "center": "south"}, "an aggregator key is needed"),
        (False, {"role": KeyRole.AGGREGATOR, "election": "other"}, "for election other"),
        (False, {"role": KeyRole.AGGREGATOR, "days": 0}, "outside its dates"),
        (False, {"role": KeyRole.AGGREGATOR, "center": "south"}, "bound to one count center"),
        (
            True,
            {"role": KeyRole.TEST, "stands_for": KeyRole.AGGREGATOR},
            "it is for test mode, this is official mode",
        ),
    ],
)
def test_no_other_key_signs_receipts(  # fixtures and cases
    make_central: "MakeCentral",
    tmp_path: Path,
    signing: Callable[..., SigningSettings],
    *,
    official: bool,
    changes: dict[str, object],
    words: str,
) -> None:
    central = make_central(tmp_path / "central", "official" if official else "test")
    with pytest.raises(SigningKeyRefused, match=words):
        open_receipt_signer(signing(**changes), central.loaded.definition, NOW)
