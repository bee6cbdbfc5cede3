"""Documents as tables, and tables as CSV that a spreadsheet cannot be made to execute."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import TextIO

from election.documents import Document, VoteImageLog
from election.listings import EventLog, ManualChangesLog, SystemLog, TotalsListing
from listings.totals_rows import totals_rows

TOTALS_HEADER = (
    "precinct_number",
    "precinct",
    "contest",
    "choice",
    "party",
    "counting_group",
    "votes",
)
EVENTS_HEADER = ("terminal", "peb", "peb_type", "timestamp", "event", "description")
CHANGES_HEADER = (
    "precinct_number",
    "precinct",
    "candidate",
    "user",
    "month_day",
    "time",
    "group",
    "old",
    "new",
)
ACTIONS_HEADER = ("month_day", "time", "action", "precinct_number", "ballots", "total", "raw")

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection)."""

Value = str | int | None
Row = Iterable[Value]


@dataclass(frozen=True, slots=True)
class Table:
    """A header, and rows of as many cells."""

    header: tuple[str, ...]
    rows: Iterable[Row]


def table_of(document: Document) -> Table | None:
    """Return `document` as a table, or None where it has more than one: a tape, a form."""
    match document:
        case TotalsListing() | VoteImageLog():
            return Table(TOTALS_HEADER, totals_rows(document))
        case EventLog():
            return Table(EVENTS_HEADER, _event_rows(document))
        case ManualChangesLog():
            return Table(CHANGES_HEADER, _change_rows(document))
        case SystemLog():
            return Table(ACTIONS_HEADER, _action_rows(document))
        case _:
            return _medium_table(document)


def write_csv(out: TextIO, header: Row, rows: Iterable[Row]) -> None:
    """Write `header` and `rows`: commas, quotes where needed, LF, cells disarmed."""
    plain = csv.writer(out, lineterminator="\n")
    # The writer of Python 3.11 leaves a lone CR unquoted when lines end in LF.
    quoted = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    plain.writerow(header)
    for row in rows:
        safe = [disarmed(cell) for cell in row]
        has_cr = any(isinstance(cell, str) and "\r" in cell for cell in safe)
        (quoted if has_cr else plain).writerow(safe)


def csv_text(header: Row, rows: Iterable[Row]) -> str:
    """Return what `write_csv` writes."""
    out = StringIO()
    write_csv(out, header, rows)
    return out.getvalue()


def disarmed(cell: Value) -> Value:
    """Return text that would be a formula with an apostrophe before it, all else as it is.

    Text that is such a text behind apostrophes gets one more, so `armed` gets back every cell.
    """
    return f"'{cell}" if isinstance(cell, str) and _is_formula(cell) else cell


def armed(cell: str) -> str:
    """Return the text that `disarmed` was given."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell) else cell


def _is_formula(text: str) -> bool:
    return text.lstrip("'").startswith(FORMULA_STARTS)


def _medium_table(document: Document) -> Table | None:
    # As in `remarks`: only what is no listing waits until the records of media are made.
    from election.media import FlashCard, M100Card, Peb, TerminalFlash  # noqa: PLC0415
    from listings.media_tables import medium_event_rows, medium_totals_rows  # noqa: PLC0415

    match document:
        case M100Card() | Peb():
            return Table(TOTALS_HEADER, medium_totals_rows(document))
        case TerminalFlash() | FlashCard():
            return Table(EVENTS_HEADER, medium_event_rows(document))
        case _:
            return None


def _event_rows(log: EventLog) -> Iterator[Row]:
    for event in log.events:
        at = event.at.isoformat() if event.at else event.printed_at
        yield event.terminal, event.peb, event.peb_type, at, event.number, event.description


def _change_rows(log: ManualChangesLog) -> Iterator[Row]:
    for change in log.changes:
        yield (
            change.precinct_number,
            change.precinct,
            change.candidate,
            change.user,
            change.month_day,
            change.time,
            change.group,
            change.old,
            change.new,
        )


def _action_rows(log: SystemLog) -> Iterator[Row]:
    for action in log.actions:
        yield (
            action.month_day,
            action.time,
            action.action,
            action.precinct,
            action.ballots,
            action.total,
            action.raw,
        )
