"""Who the gateway is: every key that does not fit is named before a device is opened."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from election.definition import Mode
from election.definition_file import definition_bytes
from election.errors import DefinitionError
from election.keys import KeyRole, KeyScope
from gateway.config import AggregatorSettings, DeviceSettings, GatewaySettings
from gateway.identity import Identity, WrongIdentity, read_identity
from runtime.keyfiles import KeyFileError, enrolment_path, make_key
from runtime.signing_settings import SigningSettings
from simulators.small_election import small_election

NOW = datetime(2026, 11, 3, 20, tzinfo=UTC)
PASSPHRASE = b"correct horse"


@dataclass(frozen=True)
class Key:
    """A key to be made; what is not said fits."""

    role: KeyRole = KeyRole.GATEWAY
    test: bool = True
    """Role `test`, standing for `role`."""
    election: str = "small-election"
    center: str | None = "north"
    mode: Mode = Mode.TEST
    since: timedelta = timedelta(days=-1)
    until: timedelta = timedelta(days=1)
    passphrase: bytes | None = PASSPHRASE

    def make(self, path: Path) -> None:
        make_key(
            path,
            holder=f"machine {path.stem}",
            role=KeyRole.TEST if self.test else self.role,
            stands_for=self.role if self.test else None,
            scope=KeyScope(
                election=self.election,
                count_center=self.center,
                mode=self.mode,
                not_before=NOW + self.since,
                not_after=NOW + self.until,
            ),
            passphrase=self.passphrase,
        )


AGGREGATOR = Key(role=KeyRole.AGGREGATOR, center=None)

Read = Callable[..., Identity]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return `read(key, aggregator, ...)`, which reads the identity of a gateway in the north."""

    def build(
        key: Key = Key(),
        aggregator: Key = AGGREGATOR,
        *,
        mode: Mode = Mode.TEST,
        center: str = "north",
        passphrase: bytes | None = PASSPHRASE,
        before_reading: Callable[[], object] = lambda: None,
    ) -> Identity:
        election = small_election(2, ["north", "south"]).model_copy(update={"mode": mode})
        (tmp_path / "definition.json").write_bytes(definition_bytes(election))
        key.make(tmp_path / "north.key")
        aggregator.make(tmp_path / "central.key")
        if passphrase is not None:
            (tmp_path / "passphrase").write_bytes(passphrase + b"\n")
        settings = GatewaySettings(
            count_center=center,
            definition=tmp_path / "definition.json",
            state=tmp_path / "state",
            signing=SigningSettings(
                key=tmp_path / "north.key",
                passphrase_file=None if passphrase is None else tmp_path / "passphrase",
            ),
            aggregator=AggregatorSettings(enrolment=enrolment_path(tmp_path / "central.key")),
            devices=(DeviceSettings(name="drop", driver="drop-folder"),),
        )
        before_reading()
        return read_identity(settings, NOW)

    return build


def problems(read: Read, *args: object, **kwargs: object) -> list[str]:
    with pytest.raises(WrongIdentity) as refused:
        read(*args, **kwargs)
    assert all(problem in str(refused.value) for problem in refused.value.problems)
    return refused.value.problems


def test_what_belongs_together_is_read(read: Read) -> None:
    identity = read()
    assert identity.count_center == "north"
    assert identity.enrolment.holder == "machine north"
    assert identity.reader.aggregator.holder == "machine central"
    assert identity.signer.sign(b"payload").keyid == identity.enrolment.key_id


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (Key(center="south"), "the key of machine north is for count center south, not north"),
        (
            Key(election="primary-2026"),
            "the key of machine north is for election primary-2026, not small-election",
        ),
        (
            Key(test=False, mode=Mode.OFFICIAL),
            "the key of machine north is for official mode, the definition is test",
        ),
        (
            Key(role=KeyRole.OFFICER),
            "the key of machine north is enrolled as officer, not as gateway",
        ),
        (
            Key(test=False, role=KeyRole.PUBLISHER),
            "the key of machine north is enrolled as publisher, not as gateway",
        ),
        (
            Key(until=timedelta(seconds=-1)),
            "the key of machine north is good from 2026-11-02 .* only",
        ),
        (
            Key(since=timedelta(seconds=1)),
            "the key of machine north is good from 2026-11-03 20:00:01.* only",
        ),
    ],
    ids=["center", "election", "mode", "role", "role without test", "expired", "not yet"],
)
def test_a_key_that_does_not_fit_is_named(read: Read, key: Key, words: str) -> None:
    (problem,) = problems(read, key)
    assert re.fullmatch(words, problem)


def test_a_test_key_never_acts_in_official_mode(read: Read) -> None:
    official = replace(AGGREGATOR, test=False, mode=Mode.OFFICIAL)
    (problem,) = problems(read, Key(), official, mode=Mode.OFFICIAL)
    assert problem == "the key of machine north is for test mode, the definition is official"


def test_all_that_is_wrong_with_a_key_is_named_at_once(read: Read) -> None:
    wrong = Key(center="south", election="primary-2026", until=timedelta(hours=-1))
    assert len(problems(read, wrong)) == 3


def test_a_center_that_the_definition_does_not_have_is_named_with_those_it_has(read: Read) -> None:
    (problem,) = problems(read, Key(center="west"), center="west")
    assert problem == "count center 'west' is not in the definition (north, south)"


@pytest.mark.parametrize(
    ("aggregator", "words"),
    [
        (Key(), "enrolled as gateway, not as aggregator"),
        (replace(AGGREGATOR, election="primary-2026"), "election primary-2026, not small-election"),
        (replace(AGGREGATOR, test=False, mode=Mode.OFFICIAL), "official mode"),
        (replace(AGGREGATOR, until=timedelta(hours=-1)), "is good from"),
    ],
    ids=["role", "election", "mode", "expired"],
)
def test_an_aggregator_whose_receipts_would_not_be_believed_is_named(
    read: Read, aggregator: Key, words: str
) -> None:
    (problem,) = problems(read, Key(), aggregator)
    assert words in problem
    assert "central" in problem


def test_a_missing_passphrase_is_named_with_the_key(read: Read, tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"north\.key cannot be opened: wrong or missing pass"):
        read(passphrase=None)


def test_a_wrong_passphrase_is_not_repeated_in_the_message(read: Read) -> None:
    with pytest.raises(KeyFileError, match="wrong or missing passphrase") as refused:
        read(passphrase=b"battery staple")
    assert "battery" not in str(refused.value)


def test_a_passphrase_file_that_is_gone_is_named(read: Read, tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"The passphrase in .*passphrase cannot be read"):
        read(before_reading=(tmp_path / "passphrase").unlink)


def test_the_private_key_of_another_machine_is_named(read: Read, tmp_path: Path) -> None:
    def exchange() -> None:
        Key().make(tmp_path / "other.key")
        (tmp_path / "other.key").replace(tmp_path / "north.key")

    with pytest.raises(KeyFileError, match=r"north\.key does not belong to the enrolment record"):
        read(before_reading=exchange)


def test_a_key_without_its_enrolment_record_is_named(read: Read, tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"north\.enrolment\.json cannot be read: No such file"):
        read(before_reading=enrolment_path(tmp_path / "north.key").unlink)


def test_a_missing_definition_is_named(read: Read, tmp_path: Path) -> None:
    with pytest.raises(
        DefinitionError, match=r"(?s)definition\.json .*cannot be read: No such file"
    ):
        read(before_reading=(tmp_path / "definition.json").unlink)
