"""Times acceptance against the least that it could do: verify, parse JSON, commit once per batch.

Run: python -m bench.acceptance [RETURNS]. Both sides take the same signed returns in batches of
100, on SQLite with `synchronous=FULL`; the rounds alternate.
"""

import gc
import json
import sqlite3
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import perf_counter

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.dsse import Envelope as Dsse
from securesystemslib.signer import CryptoSigner, Signature

from central.database import open_database
from central.enrolment import enrol
from central.ledger import Ledger
from central.messages import Message
from election.definition import ElectionDefinition
from election.definition_file import LoadedDefinition, load_definition
from election.documents import DeviceClass
from election.envelope import signed_envelope
from election.keys import Enrolment, KeyRole, KeyScope, key_id_of, public_key_text
from election.payloads import payload_bytes
from election.receipts import Verdict
from election.returns import (
    PAYLOAD_TYPE,
    ChoiceVotes,
    ContestVotes,
    DeviceVotes,
    EvidenceReference,
    PrecinctReturn,
    Release,
    ReturnKind,
    precinct_totals,
)

ROUNDS = 7
BATCH = 100
CONTESTS = 12
CHOICES = 4
DEVICES = 2
BALLOTS = 400
NOW = datetime.now(UTC)


def main() -> None:
    """Print the median rate of each side and their ratio."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    loaded = _definition(number)
    key = Ed25519PrivateKey.generate()
    record = _enrolment(key, loaded.definition)
    envelopes = list(_envelopes(loaded, CryptoSigner(key, record.verification_key)))
    rates: dict[str, list[float]] = {"floor": [], "acceptance": []}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            rates["floor"].append(number / floor(envelopes, record, Path(folder)))
        with tempfile.TemporaryDirectory() as folder:
            rates["acceptance"].append(number / accept(envelopes, record, loaded, Path(folder)))
    size = sum(map(len, envelopes)) // number
    print(f"{number} returns of {size:,} bytes, batches of {BATCH}, {ROUNDS} rounds, medians")
    for name, found in rates.items():
        print(f"{name:12} {median(found):8,.0f} returns/s")
    ratios = [mine / least for mine, least in zip(rates["acceptance"], rates["floor"], strict=True)]
    print(f"{'ratio':12} {median(ratios):8.2f} of the floor")


def floor(envelopes: list[bytes], record: Enrolment, folder: Path) -> float:
    """Return the seconds for the signature, the JSON, and one durable commit per batch."""
    database = sqlite3.connect(folder / "floor.sqlite", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("create table log (log_index integer primary key, envelope blob)")
    gc.freeze()  # as the daemon does when it is ready
    begin = perf_counter()
    for batch in _batches(envelopes):
        database.execute("BEGIN IMMEDIATE")
        for envelope in batch:
            wire = json.loads(envelope)
            payload = b64decode(wire["payload"])
            signature = Signature(record.key_id, b64decode(wire["signatures"][0]["sig"]).hex())
            record.verification_key.verify_signature(
                signature, Dsse(payload, wire["payloadType"], {}).pae()
            )
            json.loads(payload)
        database.executemany("insert into log (envelope) values (?)", [(e,) for e in batch])
        database.execute("COMMIT")
    spent = perf_counter() - begin
    database.close()
    return spent


def accept(
    envelopes: list[bytes], record: Enrolment, loaded: LoadedDefinition, folder: Path
) -> float:
    """Return the seconds for the whole acceptance."""
    database = open_database(f"sqlite:///{folder / 'central.sqlite'}", loaded, NOW)
    with database.writer.begin() as connection:
        enrol(connection, record, loaded.definition, NOW)
    ledger = Ledger(database.writer, loaded)
    topic = f"zerotape/1/{loaded.definition.election}/returns/center"
    gc.freeze()  # as the daemon does when it is ready
    begin = perf_counter()
    for batch in _batches(envelopes):
        outcomes = ledger.accept_batch([Message(topic, envelope, NOW) for envelope in batch])
        assert all(outcome.receipt.verdict is Verdict.ACCEPTED for outcome in outcomes)
    spent = perf_counter() - begin
    database.close()
    return spent


def _batches(envelopes: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(envelopes), BATCH):
        yield envelopes[start : start + BATCH]


def _definition(precincts: int) -> LoadedDefinition:
    choices = [{"id": number, "name": f"CHOICE {number}"} for number in range(1, CHOICES + 1)]
    definition = {
        "format": "zerotape-definition-1",
        "election": "bench",
        "version": 1,
        "mode": "test",
        "title": "BENCH",
        "jurisdiction": "BENCH COUNTY",
        "date": "2026-11-03",
        "time_zone": "UTC",
        "polls_close": "2026-11-03T20:00:00Z",
        "device_election": "BENCH",
        "counties": [{"id": "county", "name": "County"}],
        "districts": [{"id": "all", "name": "All"}],
        "counting_groups": [{"id": "election-day", "name": "Election Day"}],
        "count_centers": [{"id": "center", "name": "Center"}],
        "contests": [
            {"id": number, "title": f"CONTEST {number}", "district": "all", "choices": choices}
            for number in range(1, CONTESTS + 1)
        ],
        "precincts": [
            {
                "id": f"precinct-{number}",
                "number": number,
                "name": f"PRECINCT {number}",
                "county": "county",
                "count_center": "center",
                "districts": ["all"],
                "registered_voters": 10 * BALLOTS,
                "devices": [
                    {
                        "device_class": "m100",
                        "serial": f"{number:05}{device}",
                        "counting_group": "election-day",
                    }
                    for device in range(DEVICES)
                ],
            }
            for number in range(1, precincts + 1)
        ],
    }
    return load_definition(json.dumps(definition).encode(), "bench")


def _enrolment(key: Ed25519PrivateKey, definition: ElectionDefinition) -> Enrolment:
    public = public_key_text(key.public_key())
    return Enrolment(
        key_id=key_id_of(public),
        public_key=public,
        holder="BENCH",
        role=KeyRole.GATEWAY,
        scope=KeyScope(
            election=definition.election,
            count_center="center",
            mode=definition.mode,
            not_before=NOW - timedelta(days=1),
            not_after=NOW + timedelta(days=1),
        ),
    )


def _envelopes(loaded: LoadedDefinition, signer: CryptoSigner) -> Iterator[bytes]:
    previous = None
    for sequence, precinct in enumerate(loaded.definition.precincts, start=1):
        devices = tuple(
            _device(loaded.definition, device.serial, BALLOTS // DEVICES - sequence % 7)
            for device in precinct.devices
        )
        content = PrecinctReturn(
            election=loaded.definition.election,
            definition_sha256=loaded.sha256,
            mode=loaded.definition.mode,
            county=precinct.county,
            count_center=precinct.count_center,
            precinct=precinct.id,
            counting_group="election-day",
            sequence=sequence,
            previous=previous,
            issued_at=NOW,
            kind=ReturnKind.RESULTS,
            ballots=sum(device.ballots for device in devices),
            devices=devices,
            totals=precinct_totals(devices),
            complete=True,
            evidence=tuple(
                EvidenceReference(
                    sha256=sha256(f"{sequence} {place}".encode()).hexdigest(),
                    kind="results report",
                    parser="m100-tape",
                    parser_version="1",
                )
                for place in range(2 * DEVICES)
            ),
            checks=tuple(f"C{number:02}" for number in range(1, 30)),
            findings=(),
            release=Release(how="automatic"),
            software="bench",
            salt=f"{sequence:032x}",
        )
        payload = payload_bytes(content)
        previous = sha256(payload).hexdigest()
        yield signed_envelope(payload, PAYLOAD_TYPE, [signer])


def _device(definition: ElectionDefinition, serial: str, ballots: int) -> DeviceVotes:
    votes = [ballots // (choice + 1) for choice in range(1, CHOICES)] + [0]
    while sum(votes) > ballots:
        votes[0] -= 1
    return DeviceVotes(
        device_class=DeviceClass.M100,
        serial=serial,
        medium="tape",
        medium_serial="12345",
        public_at_open=0,
        public_at_close=ballots,
        protective_at_open=100,
        protective_at_close=100 + ballots,
        ballots=ballots,
        contests=tuple(
            ContestVotes(
                contest=contest.id,
                choices=tuple(
                    ChoiceVotes(choice=choice.id, votes=found)
                    for choice, found in zip(contest.choices, votes, strict=True)
                ),
                write_ins=0,
                overvotes=0,
                undervotes=ballots - sum(votes),
                ballots=ballots,
            )
            for contest in definition.contests
        ),
    )


if __name__ == "__main__":
    main()
