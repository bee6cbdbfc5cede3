"""Labels of rows: the leader of dots and the party in brackets are taken off."""

import re
from enum import Enum, auto
from typing import NamedTuple

from parsers.errors import ParseError
from parsers.unity.listing import decoded

MOST_LABELS = 20_000
"""Different labels that are remembered; without a limit a forged listing fills memory."""

_PARTY = re.compile(r"[A-Z]{1,3}(?:/[A-Z]{1,3}){0,5}")
"""`REP`, `N/A`, `DEM/REP`; other brackets belong to a name, as in `KELLEY (Bob)`."""

_LEADER = ".  ."
"""Two dots of a leader."""


class Role(Enum):
    """What a row of a contest counts."""

    CHOICE = auto()
    TOTAL = auto()
    """All choices together."""
    OVER_VOTES = auto()
    UNDER_VOTES = auto()


class Label(NamedTuple):
    """The left part of a row."""

    name: str
    party: str
    printed: str
    """Name and party together, as in a row of statistics."""
    role: Role


class Labels(dict[bytes, Label]):
    """What each different left part of a row says; labels repeat with every precinct."""

    def __missing__(self, part: bytes) -> Label:
        """Read `part`; raise KeyError when a row as usual has no such label."""
        try:
            label = read_label(part, 0)
        except ParseError as error:
            raise KeyError(part) from error
        if len(self) < MOST_LABELS:
            self[part] = label
        return label


def read_label(part: bytes, line: int) -> Label:
    """Return what a label with its leader says; raise ParseError."""
    printed = without_leader(decoded(part, line)).strip(" ")
    if not printed:
        raise ParseError("figures without a label", line=line)
    if _LEADER in printed or any(character < " " for character in printed):
        raise ParseError(f"{printed[:40]!r} is no label", line=line)
    name, party = _split(printed)
    return Label(name, party, printed, _ROLES.get(printed.upper(), Role.CHOICE))


def without_leader(text: str) -> str:
    """Return `text` without its leader, which has a dot in every third column.

    A label that ends in a dot has one dot more: `JR..  .`. Where that dot falls on a column of the
    leader itself, nothing tells the two apart, and it counts as leader.
    """
    end = len(text.rstrip(" "))
    if not text.endswith(".", 0, end):
        return text[:end]
    first = end - 1
    while first >= 3 and text.startswith(_LEADER, first - 3):
        first -= 3
    return text[:first].rstrip(" ")


def _split(printed: str) -> tuple[str, str]:
    name, bracket, party = printed.rpartition("(")
    if bracket and party.endswith(")") and name.strip(" ") and _PARTY.fullmatch(party[:-1]):
        return name.rstrip(" "), party[:-1]
    return printed, ""


_ROLES = {
    "TOTAL": Role.TOTAL,
    "OVER VOTES": Role.OVER_VOTES,
    "UNDER VOTES": Role.UNDER_VOTES,
}
