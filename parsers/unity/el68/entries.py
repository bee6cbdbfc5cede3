"""The entries of an EL68 manual changes log, cut into fields.

    0001 Ashton      VOTERS          10-25 04:12 pm           0       103
    |    |           |          |    |     |        |         |         |
    0:4  5:40        40:79      79:85 85:90 91:99   99:103    OLD to    NEW to
    precinct number  candidate  user date  time     group     111       121
    and name

The reference has 40:77 for the candidate and 79:83 for the user; the blanks behind each are read
with it, as a longer text could only stand there.
"""

import re
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.unity.figures import COUNT, count_of

WIDTH = 121
"""NEW ends here, always: a number that was cut ends before."""

COLUMN_HEADING = f"{'  PRECINCT':42}{'CANDIDATE':37}USER  DATE   TIME    GRP{'OLD':>8}{'NEW':>10}"

HEADING = re.compile(
    r" {0,8}PRECINCT {1,60}CANDIDATE {1,60}USER {1,8}DATE {1,8}TIME {1,8}GRP {1,12}OLD {1,12}NEW"
)

_TEXT = r"[^\x00-\x1f\x7f]"
_ENTRY = re.compile(
    rf"(\d{{4}}| {{4}}) ({_TEXT}{{35}})({_TEXT}{{39}})({_TEXT}{{6}})"
    r"(\d\d-\d\d) (\d\d:\d\d [ap]m)([ \d]{4})([ \d,]{8})([ \d,]{10})"
)
_GROUP = re.compile(r" {0,3}(\d{0,2}) {0,4}")
_FIGURE = re.compile(f" *(?:{COUNT})")
_BLANKS = " \xa0"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line; number, precinct and candidate are empty where they are those of the line above."""

    number: str
    precinct: str
    candidate: str
    user: str
    month_day: str
    time: str
    group: int | None
    old: int
    new: int


def read_entry(text: str, line: int) -> Entry | None:
    """Return the fields of `text`, or None when it is no entry; raise ParseError."""
    parts = _ENTRY.fullmatch(text)
    if parts is None:
        return None
    number, precinct, candidate, user, month_day, time, group, old, new = parts.groups()
    named = _GROUP.fullmatch(group)
    if named is None or not _FIGURE.fullmatch(old) or not _FIGURE.fullmatch(new):
        raise ParseError("expected group, OLD up to column 111 and NEW up to column 121", line=line)
    number = number.strip(" ")
    precinct = precinct.rstrip(" ")
    if bool(number) != bool(precinct):
        raise ParseError("a precinct number without a name, or a name without number", line=line)
    for column in (precinct, candidate, user):
        if column.strip(" ") and not column.strip(_BLANKS):
            raise ParseError("a column that holds nothing but no-break spaces", line=line)
    return Entry(
        number,
        precinct,
        candidate.rstrip(" "),
        user.strip(" "),
        month_day,
        time,
        int(named[1]) if named[1] else None,
        count_of(old.strip(" "), line),
        count_of(new.strip(" "), line),
    )
