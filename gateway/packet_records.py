"""Where every packet stands, what the checks found, and how it came there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from election.findings import Finding
from gateway.database import Database, instant_of, instant_text
from gateway.packets import PacketKey, PacketState, moved

FINDINGS = TypeAdapter(tuple[Finding, ...])


@dataclass(frozen=True, slots=True)
class PacketRow:
    """The newest decision on one packet."""

    state: PacketState
    changed_at: datetime
    """When the packet came into this state, UTC."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """One line of a packet's history."""

    old: PacketState
    new: PacketState
    at: datetime


class PacketRecords:
    """The tables packets and packet_history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[PacketKey, PacketRow]:
        """Return every packet that anything was decided about."""
        rows = self._database.rows("SELECT * FROM packets ORDER BY precinct, counting_group")
        return {
            PacketKey(row["precinct"], row["counting_group"]): PacketRow(
                PacketState(row["state"]),
                instant_of(row["changed_at"]),
                FINDINGS.validate_json(row["findings"]),
            )
            for row in rows
        }

    def state(self, key: PacketKey) -> PacketState:
        """Return where the packet `key` stands; one that is unknown is awaited."""
        row = self._database.first(
            "SELECT state FROM packets WHERE precinct = ? AND counting_group = ?",
            *(key.precinct, key.counting_group),
        )
        return PacketState(row["state"]) if row else PacketState.AWAITING

    def history(self, key: PacketKey) -> list[Move]:
        """Return every change of state of the packet `key`, oldest first."""
        rows = self._database.rows(
            "SELECT old_state, new_state, at FROM packet_history"
            " WHERE precinct = ? AND counting_group = ? ORDER BY id",
            *(key.precinct, key.counting_group),
        )
        return [Move(PacketState(old), PacketState(new), instant_of(at)) for old, new, at in rows]

    def record_decision(
        self,
        key: PacketKey,
        states: Sequence[PacketState],
        findings: Sequence[Finding],
        at: datetime,
    ) -> None:
        """Move the packet through `states`, one after the other, and keep `findings`.

        All or nothing; raises IllegalTransition.
        """
        with self._database.transaction():
            self.move(key, states, at)
            self._database.execute(
                "UPDATE packets SET findings = ? WHERE precinct = ? AND counting_group = ?",
                *(FINDINGS.dump_json(tuple(findings)).decode(), key.precinct, key.counting_group),
            )

    def move(self, key: PacketKey, states: Sequence[PacketState], at: datetime) -> None:
        """Move the packet through `states`, inside the transaction of the caller.

        Raises IllegalTransition; then the caller's transaction must not be committed.
        """
        place = (key.precinct, key.counting_group)
        moment = instant_text(at)
        state = self.state(key)
        self._database.execute(
            "INSERT INTO packets (precinct, counting_group, state, changed_at, findings)"
            " VALUES (?, ?, ?, ?, '[]') ON CONFLICT DO NOTHING",
            *(*place, state, moment),
        )
        for new in states:
            if moved(state, new) is state:
                continue
            self._database.execute(
                "INSERT INTO packet_history (precinct, counting_group, old_state, new_state, at)"
                " VALUES (?, ?, ?, ?, ?)",
                *(*place, state, new, moment),
            )
            self._database.execute(
                "UPDATE packets SET state = ?, changed_at = ?"
                " WHERE precinct = ? AND counting_group = ?",
                *(new, moment, *place),
            )
            state = new
