"""The table outbox: every signed return in its order, kept for ever, settled by central's receipt.

A return, its number in the chain and the state of its packet are one transaction. Nothing but
a receipt settles a row; no row is ever deleted, and what was signed never changes.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from election.envelope import read_envelope
from election.receipts import Verdict
from election.returns import MAX_ENVELOPE_BYTES, PAYLOAD_TYPE
from gateway.crash_points import CrashPoint
from gateway.database import Database, Value, instant_of, instant_text
from gateway.outbox import (
    ChainLink,
    ForeignChain,
    OutboxRow,
    OutboxState,
    OutboxSummary,
    OutOfOrder,
    Settlement,
    SignedReturn,
    settlement_of,
)
from gateway.packet_records import PacketRecords
from gateway.packets import IllegalTransition, PacketKey, PacketState
from gateway.store_errors import StoreDamaged
from runtime.crash_points import CrashPoints

ROW_BECOMES: Mapping[Settlement, OutboxState] = {
    Settlement.CONFIRMED: OutboxState.CONFIRMED,
    Settlement.REFUSED: OutboxState.REFUSED,
    Settlement.ACCEPTED_AFTER_REFUSAL: OutboxState.CONFIRMED,
}
PACKET_BECOMES: Mapping[Settlement, PacketState] = {
    Settlement.CONFIRMED: PacketState.CONFIRMED,
    Settlement.REFUSED: PacketState.BLOCKED,
}


class OutboxRecords:
    """The chain of returns of this gateway's key."""

    def __init__(
        self, database: Database, packets: PacketRecords, crash_points: CrashPoints
    ) -> None:
        self._database = database
        self._packets = packets
        self._crash_points = crash_points

    def next_link(self) -> ChainLink:
        """Return the place in the chain that the next return takes."""
        last = self._database.first(
            "SELECT sequence, payload_sha256 FROM outbox ORDER BY sequence DESC LIMIT 1"
        )
        return (
            ChainLink(last["sequence"] + 1, last["payload_sha256"]) if last else ChainLink(1, None)
        )

    def require_chain_of(self, key_id: str) -> None:
        """Raise ForeignChain where another key than `key_id` signed the newest return."""
        newest = self._row("SELECT * FROM outbox ORDER BY sequence DESC LIMIT 1")
        if newest is None:
            return
        signers = [
            signer
            for signer, _ in read_envelope(
                newest.envelope, payload_type=PAYLOAD_TYPE, max_bytes=MAX_ENVELOPE_BYTES
            ).signatures
        ]
        if key_id not in signers:
            raise ForeignChain(signers[0], key_id)

    def release(
        self,
        signed: SignedReturn,
        at: datetime,
        states: Sequence[PacketState] = (PacketState.RELEASED,),
    ) -> None:
        """Store a signed return and move its packet through `states`, which end in RELEASED.

        One transaction. Raises OutOfOrder unless the return takes the next place in the chain,
        and IllegalTransition; a packet that is released must be superseded first.
        """
        if not states or states[-1] is not PacketState.RELEASED:
            raise ValueError(f"a release ends in released, not in {states}")
        with self._database.transaction():
            due = self.next_link()
            if signed.link != due:
                raise OutOfOrder(signed.link, due)
            state = self._packets.state(signed.key)
            if state is states[0]:
                raise IllegalTransition(state, states[0])
            self._packets.move(signed.key, states, at)
            self._insert(signed, at)
            self._crash_points.reached(CrashPoint.BEFORE_RELEASE_COMMIT)
        self._crash_points.reached(CrashPoint.AFTER_RELEASE_COMMIT)

    def settle(
        self, payload_sha256: str, verdict: Verdict, receipt: bytes, at: datetime
    ) -> Settlement:
        """Take central's verdict on a return; `receipt` is its verified envelope.

        One transaction with the state of the packet, which follows its newest return and only
        while it is released. The same receipt again changes nothing.
        """
        with self._database.transaction():
            row = self._row("SELECT * FROM outbox WHERE payload_sha256 = ?", payload_sha256)
            if row is None:
                return Settlement.UNKNOWN
            settlement = settlement_of(row.state, verdict)
            if settlement in ROW_BECOMES:
                self._database.execute(
                    "UPDATE outbox SET state = ?, receipt = ?, settled_at = ? WHERE sequence = ?",
                    *(ROW_BECOMES[settlement], receipt, instant_text(at), row.sequence),
                )
            if settlement in PACKET_BECOMES and self._speaks_for_packet(row):
                self._packets.move(row.key, [PACKET_BECOMES[settlement]], at)
        self._crash_points.reached(CrashPoint.RECEIPT_SETTLED)
        return settlement

    def waiting(self, after_sequence: int = 0, limit: int = 100) -> list[OutboxRow]:
        """Return what central has not settled, oldest first."""
        return self._rows(
            "SELECT * FROM outbox WHERE state = 'waiting' AND sequence > ?"
            " ORDER BY sequence LIMIT ?",
            *(after_sequence, limit),
        )

    def from_sequence(self, sequence: int, limit: int = 100) -> list[OutboxRow]:
        """Return every row from `sequence` on, settled or not: what central asks for in a gap."""
        return self._rows(
            "SELECT * FROM outbox WHERE sequence >= ? ORDER BY sequence LIMIT ?",
            *(sequence, limit),
        )

    def of_payload(self, payload_sha256: str) -> OutboxRow | None:
        """Return the row of one return, None where it never left from here."""
        return self._row("SELECT * FROM outbox WHERE payload_sha256 = ?", payload_sha256)

    def released_return(self, key: PacketKey) -> OutboxRow | None:
        """Return the newest return of the packet `key`, whatever became of it."""
        return self._row(
            "SELECT * FROM outbox WHERE precinct = ? AND counting_group = ?"
            " ORDER BY sequence DESC LIMIT 1",
            *_place(key),
        )

    def last_confirmed(self) -> OutboxRow | None:
        """Return the accepted return with the highest number."""
        return self._row(
            "SELECT * FROM outbox WHERE state = 'confirmed' ORDER BY sequence DESC LIMIT 1"
        )

    def summary(self) -> OutboxSummary:
        """Return the outbox in numbers."""
        rows = self._database.rows("SELECT state, count(*) AS count FROM outbox GROUP BY state")
        counts = {OutboxState(row["state"]): int(row["count"]) for row in rows}
        oldest = self._database.first(
            "SELECT stored_at FROM outbox WHERE state = 'waiting' ORDER BY sequence LIMIT 1"
        )
        return OutboxSummary(
            waiting=counts.get(OutboxState.WAITING, 0),
            oldest_waiting_at=instant_of(oldest["stored_at"]) if oldest else None,
            confirmed=counts.get(OutboxState.CONFIRMED, 0),
            refused=counts.get(OutboxState.REFUSED, 0),
        )

    def _insert(self, signed: SignedReturn, at: datetime) -> None:
        self._database.execute(
            "INSERT INTO outbox (sequence, payload_sha256, payload, envelope, envelope_sha256,"
            " precinct, counting_group, stored_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(signed.link.sequence, signed.payload_sha256, signed.payload, signed.envelope),
            *(sha256(signed.envelope).hexdigest(), *_place(signed.key), instant_text(at)),
        )

    def _speaks_for_packet(self, row: OutboxRow) -> bool:
        newest = self.released_return(row.key)
        return (
            newest is not None
            and newest.sequence == row.sequence
            and self._packets.state(row.key) is PacketState.RELEASED
        )

    def _row(self, sql: str, *values: Value) -> OutboxRow | None:
        return next(iter(self._rows(sql, *values)), None)

    def _rows(self, sql: str, *values: Value) -> list[OutboxRow]:
        return [_read(row, self._database.path) for row in self._database.rows(sql, *values)]


def check_chain(database: Database) -> None:
    """Read every return once; raise StoreDamaged where one is missing or altered."""
    due = 1
    for row in database.rows("SELECT * FROM outbox ORDER BY sequence"):
        if row["sequence"] != due:
            raise StoreDamaged(database.path, f"return {due} is missing")
        _read(row, database.path)
        due += 1


def _read(row: sqlite3.Row, path: Path) -> OutboxRow:
    """Read one row; raise StoreDamaged where its bytes changed: SQLite has no checksums."""
    for part in ("payload", "envelope"):
        if sha256(row[part]).hexdigest() != row[f"{part}_sha256"]:
            raise StoreDamaged(path, f"the {part} of return {row['sequence']} was altered")
    return OutboxRow(
        sequence=row["sequence"],
        payload_sha256=row["payload_sha256"],
        payload=row["payload"],
        envelope=row["envelope"],
        key=PacketKey(row["precinct"], row["counting_group"]),
        stored_at=instant_of(row["stored_at"]),
        state=OutboxState(row["state"]),
        receipt=row["receipt"],
        settled_at=instant_of(row["settled_at"]) if row["settled_at"] else None,
    )


def _place(key: PacketKey) -> tuple[str, str]:
    return key.precinct, key.counting_group
