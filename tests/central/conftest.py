"""A small election, gateways that sign returns for it, and an aggregator on a real database.

Two centers, three precincts, two counting groups. Names are hostile on purpose: they carry markup
and the no-break spaces that tell the ballot lines of a fusion candidate apart.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner, Signer
from sqlalchemy import select

from central.database import Database, open_database
from central.enrolment import EnrolledKey, KeyRing, enrol, revoke
from central.exports import totals_csv
from central.ledger import Ledger
from central.messages import Message
from central.oversight import Oversight
from central.schema import log
from central.totals import Totals
from election.definition import AssignedDevice, Contest, Mode, ReportedBy
from election.definition_file import LoadedDefinition, load_definition
from election.envelope import signed_envelope
from election.keys import Enrolment, KeyRole, KeyScope, key_id_of, public_key_text
from election.payloads import payload_bytes
from election.receipts import Receipt
from election.returns import (
    PAYLOAD_TYPE,
    ChoiceVotes,
    ContestVotes,
    DeviceVotes,
    PrecinctReturn,
    Release,
    ReturnKind,
    precinct_totals,
)
from election.topics import Stream, Topic

NOW = datetime(2026, 11, 4, 3, tzinfo=UTC)

DEFINITION: dict[str, Any] = json.loads(
    Path(__file__).with_name("sample_definition.json").read_text("utf-8")
)


def definition_file(mode: str) -> bytes:
    """Return the definition file of the sample election in `mode`."""
    return json.dumps(DEFINITION | {"mode": mode}).encode()


def loaded_definition(mode: str = "test") -> LoadedDefinition:
    """Return the sample election in `mode`."""
    return load_definition(definition_file(mode), "sample")


@dataclass(frozen=True)
class Key:
    """A key pair with its enrolment record."""

    signer: Signer
    record: Enrolment
    private: Ed25519PrivateKey


def make_key(
    role: KeyRole = KeyRole.GATEWAY,
    *,
    center: str | None = "south",
    stands_for: KeyRole | None = None,
    holder: str = "SOUTH GATEWAY",
    mode: Mode = Mode.TEST,
    election: str = "sample-2026",
    at: datetime = NOW,
) -> Key:
    """Make a key that is good for a day before and after `at`."""
    private = Ed25519PrivateKey.generate()
    public = public_key_text(private.public_key())
    record = Enrolment(
        key_id=key_id_of(public),
        public_key=public,
        holder=holder,
        role=role,
        stands_for=stands_for,
        scope=KeyScope(
            election=election,
            count_center=center,
            mode=mode,
            not_before=at - timedelta(days=1),
            not_after=at + timedelta(days=1),
        ),
    )
    return Key(CryptoSigner(private, record.verification_key), record, private)


def contest_votes(contest: Contest, ballots: int, *, paper: bool) -> ContestVotes:
    """Give each choice a little less than the one before; what is left is undervoted."""
    choices = tuple(
        ChoiceVotes(choice=choice.id, votes=ballots // (place + 2))
        for place, choice in enumerate(contest.choices)
    )
    given = sum(choice.votes for choice in choices)
    return ContestVotes(
        contest=contest.id,
        choices=choices,
        write_ins=0,
        overvotes=0 if paper else None,
        undervotes=ballots * contest.votes_allowed - given if paper else None,
        ballots=ballots if paper else None,
    )


def device_votes(
    device: AssignedDevice, contests: tuple[Contest, ...], ballots: int
) -> DeviceVotes:
    """Return what `device` reports for `ballots` ballots."""
    paper = device.reported_by is ReportedBy.TAPES
    return DeviceVotes(
        device_class=device.device_class,
        serial=device.serial,
        medium="tape" if paper else "vote-image-log",
        medium_serial="",
        public_at_open=0,
        public_at_close=ballots,
        protective_at_open=None,
        protective_at_close=None,
        ballots=ballots,
        contests=tuple(contest_votes(contest, ballots, paper=paper) for contest in contests),
    )


@dataclass
class Gateway:
    """Signs returns in one chain, as a gateway does."""

    loaded: LoadedDefinition
    key: Key
    center: str = "south"
    sequence: int = 0
    previous: str | None = None

    @property
    def topic(self) -> str:
        return str(Topic(self.loaded.definition.election, Stream.RETURNS, self.center))

    def draft(
        self,
        precinct: str = "riverside",
        group: str = "election-day",
        *,
        ballots: int = 12,
        **changes: Any,
    ) -> PrecinctReturn:
        """Return the next return of this chain, not yet issued."""
        definition = self.loaded.definition
        place = definition.precinct_by_id[precinct]
        withdrawn = changes.get("kind") is ReturnKind.WITHDRAWAL
        devices = tuple(
            device_votes(device, definition.contests_of[precinct], ballots)
            for device in place.devices
            if device.counting_group == group and not withdrawn
        )
        devices = changes.pop("devices", devices)
        fields: dict[str, Any] = {
            "election": definition.election,
            "definition_sha256": self.loaded.sha256,
            "mode": definition.mode,
            "county": place.county,
            "count_center": place.count_center,
            "precinct": precinct,
            "counting_group": group,
            "sequence": self.sequence + 1,
            "previous": self.previous,
            "issued_at": NOW,
            "kind": ReturnKind.RESULTS,
            "ballots": sum(device.ballots for device in devices),
            "devices": devices,
            "totals": precinct_totals(devices),
            "complete": not withdrawn,
            "evidence": (),
            "checks": (),
            "findings": (),
            "release": Release(how="automatic"),
            "software": "zerotape 0",
            "salt": sha256(f"{self.sequence} {ballots}".encode()).hexdigest()[:32],
        }
        return PrecinctReturn(**(fields | changes))

    def seal(self, content: PrecinctReturn, *others: Key) -> bytes:
        """Sign `content` without moving the chain."""
        signers = [self.key.signer, *(other.signer for other in others)]
        return signed_envelope(payload_bytes(content), PAYLOAD_TYPE, signers)

    def issue(self, *place: str, others: tuple[Key, ...] = (), **changes: Any) -> bytes:
        """Sign the next return and move the chain."""
        content = self.draft(*place, **changes)
        self.sequence = content.sequence
        self.previous = sha256(payload_bytes(content)).hexdigest()
        return self.seal(content, *others)


@dataclass
class Central:
    """An aggregator without a broker."""

    loaded: LoadedDefinition
    database: Database
    folder: Path
    now: datetime = NOW
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.database.writer, self.loaded)

    @property
    def totals(self) -> Totals:
        return Totals(self.database.reader, self.loaded)

    @property
    def oversight(self) -> Oversight:
        return self.totals.oversight()

    def enrol(self, key: Key) -> None:
        with self.database.writer.begin() as connection:
            enrol(connection, key.record, self.loaded.definition, NOW - timedelta(hours=1))

    def revoke(self, key: Key, at: datetime) -> None:
        with self.database.writer.begin() as connection:
            revoke(connection, key.record.key_id, at)

    def gateway(self, center: str = "south") -> Gateway:
        """Return a gateway whose key is enrolled."""
        role = KeyRole.GATEWAY
        mode = self.loaded.definition.mode
        key = make_key(role, center=center, holder=f"{center.upper()} GATEWAY", mode=mode)
        self.enrol(key)
        return Gateway(self.loaded, key, center)

    def accept(self, gateway: Gateway, *envelopes: bytes) -> list[Receipt]:
        """Hand `envelopes` in as one batch, on the gateway's own topic."""
        messages = [Message(gateway.topic, envelope, self.now) for envelope in envelopes]
        return [outcome.receipt for outcome in self.ledger.accept_batch(messages)]

    def csv(self) -> bytes:
        path = self.folder / "totals.csv"
        totals_csv(self.database.reader, self.loaded.definition, path)
        return path.read_bytes()

    def log(self) -> list[tuple[int, str, int]]:
        """Return index, payload hash and sequence of every log entry."""
        with self.database.reader.begin() as connection:
            rows = connection.execute(
                select(log.c.log_index, log.c.payload_sha256, log.c.sequence).order_by(
                    log.c.log_index
                )
            )
            return [(row.log_index, row.payload_sha256, row.sequence) for row in rows]


MakeCentral = Callable[..., Central]
"""(folder, mode="test"): a fresh aggregator."""


@pytest.fixture(scope="session")
def make_gateway_key() -> Callable[..., Key]:
    """Return the maker of keys."""
    return make_key


@pytest.fixture(scope="session")
def empty_databases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a new database per mode; copying one is quicker than making one."""
    folder = tmp_path_factory.mktemp("empty")
    paths = {mode: folder / f"{mode}.sqlite" for mode in ("test", "official")}
    for mode, path in paths.items():
        open_database(f"sqlite:///{path}", loaded_definition(mode), NOW).close()
    return paths


@pytest.fixture(scope="session")
def session_central(empty_databases: dict[str, Path]) -> MakeCentral:
    """Return a maker of aggregators, to be closed by the caller; for property tests.

    Made again in the same folder, an aggregator finds what the one before it left.
    """

    def make(folder: Path, mode: str = "test") -> Central:
        loaded = loaded_definition(mode)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "central.sqlite"
        if not path.exists():
            shutil.copyfile(empty_databases[mode], path)
        database = open_database(f"sqlite:///{path}", loaded, NOW)
        return Central(loaded, database, folder)

    return make


@pytest.fixture
def make_central(session_central: MakeCentral) -> Iterator[MakeCentral]:
    """Yield a maker of aggregators that are closed after the test."""
    made: list[Central] = []

    def make(folder: Path, mode: str = "test") -> Central:
        made.append(session_central(folder, mode))
        return made[-1]

    yield make
    for central in made:
        central.database.close()


@pytest.fixture
def central(make_central: MakeCentral, tmp_path: Path) -> Central:
    """Return an aggregator in test mode."""
    return make_central(tmp_path / "central")


@pytest.fixture
def south(central: Central) -> Gateway:
    """Return the enrolled gateway of center south."""
    return central.gateway("south")


@pytest.fixture
def north(central: Central) -> Gateway:
    """Return the enrolled gateway of center north."""
    return central.gateway("north")


@pytest.fixture(scope="session")
def sample_ring() -> tuple[KeyRing, Gateway]:
    """Return a ring with one gateway key, and its gateway: no database is needed to verify."""
    key = make_key()
    ring = KeyRing({key.record.key_id: EnrolledKey(key.record, NOW)})
    return ring, Gateway(loaded_definition(), key)


@dataclass(frozen=True)
class Today:
    """The sample election for processes of their own, whose clock is the real one."""

    definition: bytes
    gateway: Gateway


@pytest.fixture
def today() -> Today:
    """Return the definition file, and a gateway whose key is good today."""
    return Today(
        definition_file("test"), Gateway(loaded_definition(), make_key(at=datetime.now(UTC)))
    )
