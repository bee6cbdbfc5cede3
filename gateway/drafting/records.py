"""What any listing says that belongs into a definition, in one shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum


class Standing(IntEnum):
    """How much of the definition a listing decides; the greatest that is there decides it."""

    SHOWS = 0
    """Summaries and canvasses complete what others say; nothing of theirs is counted."""
    VOTES = 1
    """A vote image log counts, but shows only what somebody voted for."""
    COUNTS = 2
    """A precinct report or an ASCII export counts, and shows every choice."""


@dataclass(frozen=True, slots=True)
class NamedChoice:
    """A candidate, or an answer, as a listing names it."""

    name: str
    party: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class NamedContest:
    """A contest as a listing names it."""

    title: str
    party: str = ""
    """Whose primary it is."""
    number: int | None = None
    district: str = ""
    votes_allowed: int | None = None
    """None where the listing does not say."""
    most_on_a_ballot: int = 1
    """Votes that one ballot has in it: a lower bound of votes allowed."""
    write_in: bool | None = None
    choices: tuple[NamedChoice, ...] = ()
    precincts: frozenset[int] | None = None
    """Numbers of the precincts that carry it; None where the listing does not say."""


@dataclass(frozen=True, slots=True)
class NamedPrecinct:
    """A precinct as a listing names it."""

    number: int
    name: str
    registered: int | None = None
    terminals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """A counting group: a column of a listing."""

    column: int
    heading: str
    ballots: int


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that one listing says, or several that were merged."""

    source: str
    """What to call it when it disagrees with another."""
    standing: Standing
    contests: tuple[NamedContest, ...]
    """In ballot order."""
    precincts: tuple[NamedPrecinct, ...] = ()
    groups: tuple[NamedGroup, ...] = ()
    election: str = ""
    """ELECTION ID, where one is printed."""
    day: date | None = None
    """Election day."""
    titles: tuple[str, ...] = ()
    parties: Mapping[str, str] = field(default_factory=dict)
    """Names by code, as far as a straight party contest tells them."""
    doubts: tuple[str, ...] = ()
    """Where listings disagree, for a person to settle."""
