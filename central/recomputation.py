"""Computing the tally again from nothing but the log, and comparing it with the one in use."""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, Engine, select

from central.schema import current_returns, log, tally
from central.tally import TallyRow, canonical_bytes, tally_rows
from election.envelope import read_envelope
from election.errors import SignatureError, ZerotapeError
from election.payloads import read_payload
from election.returns import (
    MAX_DEPTH,
    MAX_ENVELOPE_BYTES,
    MAX_PAYLOAD_BYTES,
    PAYLOAD_TYPE,
    PrecinctReturn,
    ReturnKind,
)


class LogDisagrees(ZerotapeError):
    """The log does not give what is shown; nothing more may be accepted or published."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"{detail} Stop publishing, keep the database as it is, and compare it with a good "
            "copy and with the gateways' own records."
        )


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What the log says."""

    entries: int
    current: dict[tuple[str, str], int]
    """Log index of the current return, by precinct and counting group."""
    rows: tuple[TallyRow, ...]

    @property
    def tally_sha256(self) -> str:
        """SHA-256 of the canonical bytes of the tally."""
        return sha256(canonical_bytes(self.rows)).hexdigest()


def recomputed_tally(connection: Connection) -> Recomputed:
    """Read the whole log and derive the tally; raise LogDisagrees where the log is damaged."""
    current: dict[tuple[str, str], tuple[int, PrecinctReturn]] = {}
    entries = 0
    for row in connection.execute(
        select(log.c.log_index, log.c.payload_sha256, log.c.envelope)
        .order_by(log.c.log_index)
        .execution_options(yield_per=100)
    ):
        if row.log_index != entries:
            raise LogDisagrees(f"Log entry {entries} is missing.")
        entries += 1
        content = _content(row.log_index, row.payload_sha256, row.envelope)
        cell = content.precinct, content.counting_group
        if content.kind is ReturnKind.WITHDRAWAL:
            current.pop(cell, None)
        else:
            current[cell] = row.log_index, content
    return Recomputed(
        entries,
        {cell: index for cell, (index, _) in current.items()},
        tuple(sorted(row for _, content in current.values() for row in tally_rows(content))),
    )


def check_tally(reader: Engine) -> Recomputed:
    """Recompute and compare with the tables in use; raise LogDisagrees."""
    with reader.begin() as connection:
        computed = recomputed_tally(connection)
        stored = [TallyRow(**row._asdict()) for row in connection.execute(select(tally))]
        current = {
            (row.precinct, row.counting_group): row.log_index
            for row in connection.execute(select(current_returns))
        }
    if current != computed.current:
        raise LogDisagrees("The current returns are not those that the log gives.")
    if canonical_bytes(stored) != canonical_bytes(computed.rows):
        raise LogDisagrees("The tally is not the one that the log gives.")
    return computed


def _content(log_index: int, payload_sha256: str, content: bytes) -> PrecinctReturn:
    try:
        envelope = read_envelope(content, payload_type=PAYLOAD_TYPE, max_bytes=MAX_ENVELOPE_BYTES)
        if envelope.payload_sha256 != payload_sha256:
            raise LogDisagrees(f"Log entry {log_index} is not the one that was accepted.")
        return read_payload(
            envelope.payload, PrecinctReturn, max_bytes=MAX_PAYLOAD_BYTES, max_depth=MAX_DEPTH
        )
    except SignatureError as error:
        raise LogDisagrees(f"Log entry {log_index} cannot be read: {error}") from error
