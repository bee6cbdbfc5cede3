"""What a device knows of its election, independent of any file format."""

from dataclasses import dataclass
from datetime import datetime

from election.documents import DeviceClass, ReportKind, Tape


@dataclass(frozen=True, slots=True)
class ChoiceLayout:
    """One choice of a contest."""

    number: int
    """1..99: two digits on the tape."""
    name: str
    party: str = ""
    """Cut at 4 characters on the tape."""


@dataclass(frozen=True, slots=True)
class ContestLayout:
    """One contest as the ballot of this precinct carries it."""

    number: int
    """1..9999."""
    title: str
    votes_allowed: int
    """1..20."""
    write_in: bool
    """Whether the ballot has write-in positions."""
    choices: tuple[ChoiceLayout, ...]


@dataclass(frozen=True, slots=True)
class BallotLayout:
    """Ballot of one precinct; all texts within the characters 20..7E, at most 40 long."""

    county: str
    title: str
    date: str
    """As it is printed: `NOVEMBER 3, 2026`."""
    election: str
    definition_version: int
    definition_sha256: str
    """64 hexadecimal digits."""
    test: bool
    """Mode TEST instead of OFFICIAL."""
    precinct: int
    """1..9999."""
    precinct_name: str
    contests: tuple[ContestLayout, ...]


@dataclass(frozen=True, slots=True)
class ReportHead:
    """What differs between two reports of the same layout."""

    device_class: DeviceClass
    kind: ReportKind
    unit: str
    firmware: str
    printed_at: datetime
    """The device's wall clock, without a time zone."""
    copy: int


def headed_tape(layout: BallotLayout, head: ReportHead) -> Tape:
    """Return a tape that has its identity and no counts yet."""
    return Tape(
        device_class=head.device_class,
        kind=head.kind,
        county=layout.county,
        title=layout.title,
        date=layout.date,
        test=layout.test,
        election=layout.election,
        definition_version=layout.definition_version,
        definition_digits=layout.definition_sha256[:16].upper(),
        precinct=layout.precinct,
        precinct_name=layout.precinct_name,
        unit=head.unit,
        firmware=head.firmware,
        printed=head.printed_at,
        copy=head.copy,
    )
