"""EL152 event log: what every iVotronic terminal noted of itself, row by row.

A log can hold a million rows, so the loop in `_read` looks texts up and reads none: whose row it
is, its hour and its event are worked out once for each different text, see `reader`.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from election.listings import Event, EventLog
from parsers.contract import INTERFACE_VERSION, Content
from parsers.errors import ParseError
from parsers.unity.el152.reader import NEVER, NO_ROW, OPENING, Reader
from parsers.unity.el152.rows import COLUMN_HEADING, EVENT, WHEN, read_owner
from parsers.unity.listing import ListingText
from parsers.unity.recognition import top_lines

MOST_LINES = 2_000_000
"""Colleton County has 187 lines a terminal; the largest iVotronic county had 7,200 terminals."""

_CUT = struct.Struct(f"{WHEN}x14s3s2s").unpack_from
"""The date up to the hour, the minute, the second: one call takes less time than three slices."""

_MINUTES = {b"%02d:" % minute: f"{minute:02}:" for minute in range(60)}
_SECONDS = {b"%02d" % second: f"{second:02}" for second in range(60)}


@dataclass(frozen=True, slots=True)
class El152Parser:
    """Reads event logs; satisfies `parsers.contract.Parser`."""

    interface_version: int = INTERFACE_VERSION
    name: str = "el152"
    version: str = "1"

    def recognises(self, head: bytes) -> bool:
        """Say whether page header, column heading and a row, if any, are the first lines."""
        top = top_lines(head)[:3]
        return (
            len(top) >= 2
            and OPENING.match(top[0]) is not None
            and top[1] == COLUMN_HEADING
            and all(map(_is_row, top[2:]))
        )

    def resembles(self, head: bytes) -> str:
        """Say what is missing around a column heading or rows of an event log."""
        if self.recognises(head):
            return ""
        top = top_lines(head)
        if COLUMN_HEADING in top:
            at = top.index(COLUMN_HEADING)
            if at != 1 or not OPENING.match(top[0]):
                return "the column heading is not below one line with RUN DATE and ELECTION ID."
            return f"below the column heading stands {top[2][:40]!r}, which is no event."
        if any(map(_is_row, top)):
            return f"it has no column heading {COLUMN_HEADING!r}."
        return ""

    def parse(self, content: Content) -> EventLog:
        """Return all rows; raise ParseError naming the line."""
        text = ListingText(content)
        reader = Reader(text.cut_line)
        events: list[Event] = []
        places: list[int] = []
        lines = text.numbered_lines()
        line = _read(islice(lines, MOST_LINES), reader, events, places)
        if next(lines, None):
            raise ParseError(f"more than {MOST_LINES} lines; split the listing", line=line)
        reader.end(line)
        reader.check_breaks(events, places)
        return EventLog(reader.head(), tuple(events), reader.findings(), text.notes, tuple(places))


PARSER = El152Parser()


def _is_row(text: str) -> bool:
    return read_owner(text[:WHEN].encode("latin-1")) is not None


def _read(
    lines: Iterable[tuple[int, bytes]], reader: Reader, events: list[Event], places: list[int]
) -> int:
    """Read `lines` into `events` and `places`; return the number of the last line."""
    terminal = peb = kind = ""
    continuing, last = NO_ROW, NEVER
    hours, known = reader.hours, reader.events
    instant, new = datetime.fromisoformat, tuple.__new__
    line = 1
    for line, text in lines:
        start = text[:WHEN]
        if start != continuing:
            turn = reader.turns.get(start) or reader.turn(text, line, (terminal, peb, kind))
            if turn is None:
                if reader.turns:
                    reader.below_blank.append(len(events))
                else:
                    reader.page_starts.append(len(events))
                    continuing = NO_ROW
                continue
            if turn[0] != terminal:
                last = NEVER
            terminal, peb, kind, continuing = turn
        try:
            hour, minute, second = _CUT(text)
            day, shown = hours[hour]
            time = _MINUTES[minute] + _SECONDS[second]
            number, description = known[text[EVENT:]]
        except (KeyError, struct.error):
            at, printed_at, number, description = reader.learn(text, line)
        else:
            at, printed_at = instant(day + time), shown + time
        event = new(Event, (terminal, peb, kind, at, printed_at, number, description))
        if at is None:
            last = NEVER
        else:
            if at < last:
                reader.goes_back(events[-1], event, (places[-1], line))
            last = at
        events.append(event)
        places.append(line)
    return line
