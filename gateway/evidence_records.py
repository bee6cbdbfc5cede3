"""What the gateway knows of each piece of evidence: how it came, who read it, where it belongs."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from election.captures import Capture, Ending
from election.errors import ZerotapeError
from gateway.crash_points import CrashPoint
from gateway.database import Database, Value, instant_of, instant_text
from gateway.evidence_files import EvidenceFile
from gateway.packets import PacketKey
from runtime.crash_points import CrashPoints

BEST_ENDING_FIRST = (
    Ending.WHOLE,
    Ending.IDLE,
    Ending.CUT,
    Ending.OVERFLOW,
    Ending.UNPLUGGED,
    Ending.STOPPED,
    Ending.UNREADABLE,
    Ending.UNSTABLE,
)
"""Of several captures with the same bytes, the one that ended best says how they ended."""


class UnknownEvidence(ZerotapeError):
    """Something was to be recorded of evidence that nobody kept: a fault of the program."""

    def __init__(self, sha256: str) -> None:
        super().__init__(f"No evidence {sha256} is kept here. Report this fault.")
        self.sha256 = sha256


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One piece of evidence over all the captures that brought it."""

    sha256: str
    size: int
    """Bytes."""
    first_seen_at: datetime
    """When its first capture was taken, UTC."""
    times_seen: int
    ending: Ending
    """Of the capture that ended best."""
    is_reading: bool
    """A driver read it from a medium; else it came by itself."""
    parser: str
    """Empty where no parser recognised it, or none has looked yet."""
    parser_version: str
    problem: str
    """What the parser objected to; empty where it did not."""
    read_at: datetime | None
    """When a parser looked, UTC."""


class EvidenceRecords:
    """The tables evidence, captures and placements."""

    def __init__(self, database: Database, crash_points: CrashPoints) -> None:
        self._database = database
        self._crash_points = crash_points

    def keep_capture(self, capture: Capture, file: EvidenceFile) -> bool:
        """Record a capture whose bytes are durable in `file`; return whether they are new."""
        if file.sha256 != capture.sha256:
            raise ValueError(f"{file.sha256} was kept, {capture.sha256} was captured")
        taken_at = instant_text(capture.taken_at)
        with self._database.transaction():
            is_new = self._database.execute(
                "INSERT INTO evidence (sha256, size, first_seen_at) VALUES (?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                *(file.sha256, file.size, taken_at),
            )
            self._database.execute(
                "INSERT INTO captures (evidence, device, medium, name, taken_at, ending,"
                " longest_gap_ms, line_errors, notes, reading)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                *(file.sha256, capture.device, capture.medium, capture.name, taken_at),
                *(capture.ending, round(capture.longest_gap_s * 1000)),
                *(_line_errors(capture), json.dumps(capture.notes), _reading(capture)),
            )
        self._crash_points.reached(CrashPoint.CAPTURE_RECORDED)
        return is_new == 1

    def all(self) -> list[EvidenceRow]:
        """Return everything that is kept, in the order in which it first came."""
        return self._rows("SELECT * FROM evidence_seen ORDER BY first_capture")

    def unread(self) -> list[str]:
        """Return the SHA-256 of what no parser has looked at, in the order in which it came."""
        rows = self._rows(
            "SELECT * FROM evidence_seen WHERE read_at IS NULL ORDER BY first_capture"
        )
        return [row.sha256 for row in rows]

    def record_reading(
        self,
        sha256: str,
        *,
        parser: tuple[str, str],
        problem: str,
        placements: Iterable[PacketKey],
        at: datetime,
    ) -> None:
        """Record what `parser` (name and version) made of one piece of evidence.

        `problem` is the text of its ParseError, else empty; `placements` are all the packets
        that the evidence speaks of. A later reading replaces the one before it. Raises
        UnknownEvidence.
        """
        with self._database.transaction():
            known = self._database.execute(
                "UPDATE evidence SET parser = ?, parser_version = ?, problem = ?, read_at = ?"
                " WHERE sha256 = ?",
                *(*parser, problem, instant_text(at), sha256),
            )
            if not known:
                raise UnknownEvidence(sha256)
            self._database.execute("DELETE FROM placements WHERE evidence = ?", sha256)
            for key in sorted(set(placements)):
                self._database.execute(
                    "INSERT INTO placements (evidence, precinct, counting_group) VALUES (?, ?, ?)",
                    *(sha256, key.precinct, key.counting_group),
                )
        self._crash_points.reached(CrashPoint.READING_RECORDED)

    def unplaced(self) -> list[EvidenceRow]:
        """Return what a parser has looked at and nobody could place in a packet."""
        return self._rows(
            "SELECT * FROM evidence_seen WHERE read_at IS NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM placements WHERE evidence = sha256) ORDER BY first_capture"
        )

    def row(self, sha256: str) -> EvidenceRow | None:
        """Return what is known of one piece of evidence, None where it never came."""
        return next(iter(self._rows("SELECT * FROM evidence_seen WHERE sha256 = ?", sha256)), None)

    def count(self) -> int:
        """Return how many pieces of evidence are kept."""
        row = self._database.first("SELECT count(*) FROM evidence")
        return int(row[0]) if row else 0

    def placements(self, sha256: str) -> tuple[PacketKey, ...]:
        """Return the packets that one piece of evidence is placed in, in their order."""
        rows = self._database.rows(
            "SELECT precinct, counting_group FROM placements WHERE evidence = ? ORDER BY 1, 2",
            sha256,
        )
        return tuple(PacketKey(*row) for row in rows)

    def _rows(self, sql: str, *values: Value) -> list[EvidenceRow]:
        return [
            EvidenceRow(
                sha256=row["sha256"],
                size=row["size"],
                first_seen_at=instant_of(row["first_seen_at"]),
                times_seen=row["times_seen"],
                ending=min(map(Ending, row["endings"].split(",")), key=BEST_ENDING_FIRST.index),
                is_reading=bool(row["is_reading"]),
                parser=row["parser"],
                parser_version=row["parser_version"],
                problem=row["problem"],
                read_at=instant_of(row["read_at"]) if row["read_at"] else None,
            )
            for row in self._database.rows(sql, *values)
        ]


def _line_errors(capture: Capture) -> str | None:
    return None if capture.line_errors is None else json.dumps(asdict(capture.line_errors))


def _reading(capture: Capture) -> str | None:
    return None if capture.reading is None else json.dumps(asdict(capture.reading))
