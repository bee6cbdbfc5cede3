"""What one batch writes, gathered first, so that every table is written once per batch."""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, update

from central.acceptance import Chain
from central.messages import Judgement, VerifiedReturn
from central.refusal_records import write_refusals
from central.schema import (
    chains,
    current_returns,
    log,
    receipts,
    reported_devices,
    tally,
)
from central.tally import tally_rows
from election.receipts import Receipt
from election.returns import ReturnKind

Row = dict[str, Any]

DERIVED = (current_returns, reported_devices, tally)
"""Tables whose rows of one precinct and counting group are replaced together."""


@dataclass
class Entries:
    """Rows to be written at the end of a batch."""

    log_rows: list[Row] = field(default_factory=list)
    receipt_rows: list[Row] = field(default_factory=list)
    repeat_rows: list[Row] = field(default_factory=list)
    refusals: list[Judgement] = field(default_factory=list)
    chain_rows: dict[str, Row] = field(default_factory=dict)
    replaced: dict[tuple[str, str], tuple[int, VerifiedReturn]] = field(default_factory=dict)
    """Newest return and its log index, by precinct and counting group."""

    @property
    def cells(self) -> set[tuple[str, str]]:
        """Precincts and counting groups whose current return changed in this batch."""
        return set(self.replaced)

    def accepted(
        self,
        verified: VerifiedReturn,
        log_index: int,
        current: MutableMapping[tuple[str, str], str],
    ) -> None:
        """Append to the log and make the return current, also in `current`."""
        content, message = verified.content, verified.message
        self.log_rows.append(
            {
                "log_index": log_index,
                "payload_sha256": verified.payload_sha256,
                "key_id": verified.key_id,
                "sequence": content.sequence,
                "count_center": verified.count_center,
                "precinct": content.precinct,
                "counting_group": content.counting_group,
                "kind": content.kind.value,
                "received_at": message.received_at,
                "route": message.route,
                "envelope": message.content,
            }
        )
        self.replaced[verified.cell] = (log_index, verified)
        if content.kind is ReturnKind.WITHDRAWAL:
            current.pop(verified.cell, None)
        else:
            current[verified.cell] = verified.payload_sha256

    def answered(self, verified: VerifiedReturn, receipt: Receipt) -> None:
        """Keep the answer to a return that took its number."""
        self.receipt_rows.append(
            {
                "payload_sha256": verified.payload_sha256,
                "key_id": verified.key_id,
                "sequence": verified.content.sequence,
                "content": receipt.model_dump_json(),
            }
        )

    def repeated(self, payload_sha256: str) -> None:
        """Count that a payload came again."""
        self.repeat_rows.append({"repeated": payload_sha256})

    def refused(self, judgement: Judgement) -> None:
        """Keep a refusal, with the message."""
        self.refusals.append(judgement)

    def moved(self, key_id: str, chain: Chain, at: datetime) -> None:
        """Keep the end of a chain."""
        self.chain_rows[key_id] = {
            "key_id": key_id,
            "last_sequence": chain.last_sequence,
            "last_payload_sha256": chain.last_payload_sha256,
            "frozen_at": at if chain.frozen else None,
        }

    def write(self, connection: Connection) -> None:
        """Write everything, in an order that foreign keys allow."""
        if self.receipt_rows:
            connection.execute(insert(receipts), self.receipt_rows)
        if self.repeat_rows:
            connection.execute(_COUNT_REPEAT, self.repeat_rows)
        if self.chain_rows:
            connection.execute(_FORGET_CHAIN, [{"of": key_id} for key_id in self.chain_rows])
            connection.execute(insert(chains), list(self.chain_rows.values()))
        if self.log_rows:
            connection.execute(insert(log), self.log_rows)
            self._replace(connection)
        if self.refusals:
            write_refusals(connection, self.refusals)

    def _replace(self, connection: Connection) -> None:
        places = [{"of": precinct, "by": group} for precinct, group in self.replaced]
        for statement in _CLEAR:
            connection.execute(statement, places)
        counted = [
            (log_index, verified)
            for log_index, verified in self.replaced.values()
            if verified.content.kind is not ReturnKind.WITHDRAWAL
        ]
        if not counted:
            return
        connection.execute(
            insert(current_returns), [_current_row(index, verified) for index, verified in counted]
        )
        _insert_tuples(
            connection,
            reported_devices,
            [row for _, verified in counted for row in _device_rows(verified)],
        )
        _insert_tuples(
            connection,
            tally,
            [row for _, verified in counted for row in tally_rows(verified.content)],
        )


_COUNT_REPEAT = (
    update(receipts)
    .where(receipts.c.payload_sha256 == bindparam("repeated"))
    .values(repeats=receipts.c.repeats + 1)
)
_FORGET_CHAIN = delete(chains).where(chains.c.key_id == bindparam("of"))
_CLEAR = [
    delete(table).where(
        table.c.precinct == bindparam("of"), table.c.counting_group == bindparam("by")
    )
    for table in DERIVED
]


def _current_row(log_index: int, verified: VerifiedReturn) -> Row:
    return {
        "precinct": verified.content.precinct,
        "counting_group": verified.content.counting_group,
        "log_index": log_index,
        "payload_sha256": verified.payload_sha256,
        "ballots": verified.content.ballots,
        "complete": int(verified.content.complete),
    }


def _device_rows(verified: VerifiedReturn) -> list[tuple[object, ...]]:
    return [
        (*verified.cell, device.device_class.value, device.serial, device.ballots)
        for device in verified.content.devices
    ]


def _insert_tuples(
    connection: Connection, table: Table, rows: Sequence[tuple[object, ...]]
) -> None:
    """Insert rows in the order of the columns.

    SQLAlchemy spends longer on a dictionary per row than SQLite on the row: where the driver
    takes positions, the rows go to it directly.
    """
    if not rows:
        return
    statement = insert(table)
    compiled = statement.compile(dialect=connection.dialect)
    if compiled.positional:
        connection.exec_driver_sql(str(compiled), list(rows))
    else:
        names = table.columns.keys()
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])
