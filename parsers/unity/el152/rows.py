"""The rows of an EL152 event log, cut into fields.

    5118378  156064  SUP   10/19/2010 17:32:50   0000601 Zero terminal config data
    |        |       |     |          |          |       |
    terminal PEB     type  date       time       event   text, at most 40
    0:7      9:15    17:20 23:33      34:42      45:52   53:

A terminal whose clock is not set prints `00/00/00   00:00:00`, others two-digit years: there the
columns from the date on are found by what they look like.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from parsers.unity.listing import TRAILING, decoded

WHEN = 23
"""Bytes before the date: they say whose row it is."""

EVENT = 42
"""Where the blanks before the event number begin, unless date or time are shorter than usual."""

COLUMN_HEADING = "Votronic  PEB#   Type    Date       Time     Event"

_OWNER = re.compile(rb"(\d{7}| {7})  ([ \d]{6})  ([A-Z]{3})   ")
_PEB = re.compile(rb"(\d{0,6}) *")
_WHAT = re.compile(
    rb"(\d\d/\d\d/(?:\d{4}|\d\d)) {1,5}(\d\d:\d\d:\d\d) {1,5}(\d{7})(?: ([^\x00-\x1f\x7f]{1,40}))?"
)


class Owner(NamedTuple):
    """Terminal and PEB of a row; empty where they are those of the row above."""

    terminal: str
    peb: str
    peb_type: str


@dataclass(frozen=True, slots=True)
class Happening:
    """What a row says from the date on."""

    date: str
    time: str
    number: str
    description: str

    def at(self) -> datetime | None:
        """Return date and time, or None where it is none; two-digit years are 1969 to 2068."""
        month, day, year = map(int, self.date.split("/"))
        if len(self.date) == 8:
            year += 2000 if year < 69 else 1900
        hour, minute, second = map(int, self.time.split(":"))
        try:
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  # a wall clock
        except ValueError:
            return None


def read_owner(start: bytes) -> Owner | None:
    """Return what the first WHEN bytes of a row say, or None when they begin no row."""
    parts = _OWNER.fullmatch(start)
    peb = parts and _PEB.fullmatch(parts[2])
    if not parts or not peb:
        return None
    return Owner(parts[1].decode().strip(" "), peb[1].decode(), parts[3].decode())


def read_happening(rest: bytes, line: int) -> Happening | None:
    """Return what the bytes of a row from WHEN on say, None if it is no row; raise ParseError."""
    parts = _WHAT.fullmatch(rest.rstrip(TRAILING))
    if parts is None:
        return None
    date, time, number, text = parts.groups(default=b"")
    return Happening(date.decode(), time.decode(), number.decode(), decoded(text, line))
