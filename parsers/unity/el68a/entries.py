r"""The entries of an EL68A system log, in columns or with runs of blanks collapsed to one.

    11-02  09:03 pm  START PACK ACCUMULATION  (Replace Mode - restarting)
    11-02  09:03 pm                              PRC 0023 PACK RECEIVED VTR  (BALS=728  TOT=728)
    11-02  09:03 pm  0023-Time stamp mismatch (Reply was: Update)
    11-02  09:09 pm  iVotronic GROUP 3 SELECTED FOR UPDATE
                     EQUIPMENT TYPE VTR - UPDATE PRECINCTS COUNTED:Y

What stands to the left of the date is the user, never seen. So an entry is found by its date and
time; what has none continues the entry above.
"""

import re
from dataclasses import dataclass
from enum import Enum

from parsers.errors import ParseError
from parsers.unity.figures import COUNT, count_of

HEADING = re.compile(
    r" *USER +DATE +TIME +SYSTEM ACTION OR ERROR INFORMATION(?: +COUNTED INFORMATION)?"
)

_ENTRY = re.compile(
    r" {0,20}(?:([^\s\d]\S{0,7}) {1,8})?(\d\d-\d\d) {1,4}(\d\d:\d\d [ap]m)(?: +(\S.*))?"
)
_NO_CONTINUATION = re.compile(
    r"\d-\d\d\s|\d:\d\d\s?[ap]m|BALS|TOT=|PRC\s+\d"
    r"|RUN DATE:|ELECTION ID:|SYSTEM ACTION OR ERROR INFORMATION"
)
"""Of an entry whose date is damaged, or of a page header that lost its title: what they say must
not go under as text of another entry."""

_COUNTED = re.compile(r"PRC (\d{4}) (\S.*)")
_WARNED = re.compile(r"(\d{4})-(\S.*)")
_FIGURES = re.compile(rf" \(BALS=({COUNT}) TOT=({COUNT})\)\Z")
_GROUP = re.compile(r"\(GRP (\d{1,2})\)")
_SELECTED = re.compile(r"(\S.{0,39}) GROUP (\d{1,2}) SELECTED FOR UPDATE\b")
_BLANKS = re.compile(r"[ \t]+")


class Effect(Enum):
    """What an action does to the totals."""

    NONE = "none"
    CLEAR = "clear"
    """All totals of all precincts become 0."""
    SET = "set"
    """The group of the precinct gets these ballots."""
    ADD = "add"
    RESET = "reset"
    """The group of the precinct becomes 0."""
    UNKNOWN = "unknown"
    """Figures of an action that was never seen."""


EFFECTS = (
    (re.compile(r"DATABASE (?:CREATED|RESET)"), Effect.CLEAR),
    (re.compile(r"DOWNLOADED FROM |REPLACED BY |PACK RECEIVED "), Effect.SET),
    (re.compile(r"ADDED-TO FROM "), Effect.ADD),
    (re.compile(r"RESET\b"), Effect.RESET),
)


@dataclass(frozen=True, slots=True)
class Dated:
    """An entry before its text is read."""

    user: str
    month_day: str
    time: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the text of an entry says."""

    action: str
    precinct: int | None
    ballots: int | None
    total: int | None
    group: int | None
    """As printed; None where the text names none."""
    effect: Effect


def read_dated(line: str) -> Dated | None:
    """Return date, time and text of a line, or None when it does not begin an entry."""
    parts = _ENTRY.fullmatch(line)
    return Dated(parts[1] or "", parts[2], parts[3], parts[4] or "") if parts else None


def continues(line: str) -> bool:
    """Say whether a line without date may continue an entry."""
    return _NO_CONTINUATION.search(line) is None


def read_text(text: str, line: int) -> Said:
    """Return what the whole text of an entry says; raise ParseError."""
    text = _BLANKS.sub(" ", text)
    counted = _COUNTED.fullmatch(text)
    about = counted or _WARNED.fullmatch(text)
    action = about[2] if about else text
    figures = _FIGURES.search(action)
    if figures:
        action = action[: figures.start()]
    if ("BALS" in action or "TOT=" in action) or (figures and not counted):
        raise ParseError("expected PRC, its number, text and at the end (BALS=n TOT=n)", line=line)
    if text.startswith("PRC") and not counted:
        raise ParseError("expected PRC, a number of 4 digits and text", line=line)
    group = _GROUP.search(action)
    if "GRP" in action and not group:
        raise ParseError("expected the counting group as (GRP n)", line=line)
    return Said(
        action,
        int(about[1]) if about else None,
        count_of(figures[1], line) if figures else None,
        count_of(figures[2], line) if figures else None,
        int(group[1]) if group else None,
        _effect(action, has_precinct=counted is not None, has_figures=figures is not None),
    )


def read_selected(action: str) -> tuple[int, str] | None:
    """Return number and name of the counting group that an action selects, or None."""
    parts = _SELECTED.match(action)
    return (int(parts[2]), parts[1]) if parts else None


def _effect(action: str, *, has_precinct: bool, has_figures: bool) -> Effect:
    for pattern, effect in EFFECTS:
        if pattern.match(action) and has_precinct == (effect is not Effect.CLEAR):
            return effect if has_figures == (effect in {Effect.SET, Effect.ADD}) else Effect.UNKNOWN
    return Effect.UNKNOWN if has_figures else Effect.NONE
