"""What a parser read in a capture.

Documents are plain frozen records: they carry what the paper or file says, never an opinion
about it. Whether a document may be used is for the checks to say.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias, Union

from election.listings import Listing, ListingFinding

if TYPE_CHECKING:
    from election.media import Medium
    from election.protocol_form import ProtocolForm


class DeviceClass(StrEnum):
    """Classes of equipment that totals come from."""

    M100 = "m100"
    IVOTRONIC = "ivotronic"
    ERM = "erm"
    """Election Reporting Manager: totals of its report, whatever machines they came from."""


class ReportKind(StrEnum):
    """The two reports that a device prints."""

    ZERO = "zero"
    RESULTS = "results"


@dataclass(frozen=True, slots=True)
class TapeChoice:
    """One choice line of a tape."""

    choice: int
    name: str
    """As printed, cut at 24 characters."""
    party: str
    votes: int


@dataclass(frozen=True, slots=True)
class TapeContest:
    """One contest block of a tape; only whole blocks become records."""

    contest: int
    title: str
    """As printed, cut at 35 characters."""
    votes_allowed: int
    ballots: int
    choices: tuple[TapeChoice, ...]
    write_ins: int | None
    """None where the tape has no write-in line for this contest."""
    overvotes: int | None
    """None on iVotronic tapes, which have no such line: the terminal prevents overvotes."""
    undervotes: int
    total: int
    """The printed CONTEST TOTAL."""


@dataclass(frozen=True, slots=True)
class TapeTerminal:
    """One terminal on an iVotronic tape."""

    serial: str
    closed: bool
    at: datetime | None
    """Opened (zero report) or closed (results report) at, device wall clock, no time zone."""
    protective_open: int
    protective_close: int | None
    """None while the terminal is open."""
    ballots: int


@dataclass(frozen=True, slots=True)
class WriteInName:
    """One line of the WRITE-IN NAMES section."""

    contest: int
    name: str
    votes: int


@dataclass(frozen=True, slots=True)
class Tape:
    """A printed report in the project profiles `zt-m100-tape-1` and `zt-ivotronic-tape-1`.

    Times are the device's wall clock, without a time zone. On a truncated tape every field
    after the cut has its empty value, and no count of it may ever be used.
    """

    device_class: DeviceClass
    kind: ReportKind
    county: str
    title: str
    date: str
    test: bool
    """MODE says TEST, or the test mark is printed."""
    election: str
    """ELECTION ID as the device knows it."""
    definition_version: int
    definition_digits: str
    """First 16 hexadecimal digits of the SHA-256 of the definition, upper case."""
    precinct: int
    precinct_name: str
    unit: str
    """M100: scanner serial. iVotronic: serial of the PEB that printed."""
    firmware: str
    card: str = ""
    """M100: serial of the memory card."""
    opened: datetime | None = None
    closed: datetime | None = None
    printed: datetime | None = None
    copy: int = 0
    terminals: tuple[TapeTerminal, ...] = ()
    terminals_not_closed: int = 0
    ballots: int = 0
    protective_open: int | None = None
    protective_close: int | None = None
    blank_ballots: int | None = None
    overvoted_ballots: int | None = None
    write_in_ballots: int | None = None
    contests: tuple[TapeContest, ...] = ()
    write_in_names: tuple[WriteInName, ...] = ()
    truncated: bool = False
    """No check line or no end marker: the paper or the line ended too early."""
    damage: tuple[str, ...] = ()
    """Contradictions within the tape (CHECK, LINES, sums), each with its line number."""
    notes: tuple[str, ...] = ()
    """Harmless peculiarities: removed XON/XOFF, line noise before the head, ..."""
    typed_by: str = ""
    """Who typed it in from the paper; empty where it was captured from the device."""


@dataclass(frozen=True, slots=True)
class VoteImageCount:
    """Votes of one candidate number of one contest, summed over ballots of one terminal."""

    number: int
    """Candidate number; it has a meaning only within its precinct."""
    contest: str
    """As printed, cut at 40 characters."""
    name: str
    """As printed; trailing no-break spaces tell the ballot lines of a fusion candidate apart.
    Empty for write-ins: their texts stay in the evidence."""
    write_in: bool
    votes: int


@dataclass(frozen=True, slots=True)
class VoteImageTerminal:
    """Sums over the cast vote records of one terminal in one precinct."""

    serial: str
    ballots: int
    blank_ballots: int
    counts: tuple[VoteImageCount, ...]


@dataclass(frozen=True, slots=True)
class VoteImagePrecinct:
    """What an EL155 listing says of one precinct, summed: no single ballot is in here."""

    number: int
    name: str
    terminals: tuple[VoteImageTerminal, ...]
    most_votes: tuple[tuple[str, int], ...]
    """Per contest text, the most votes on one ballot: a lower bound of votes allowed."""
    trailer: tuple[tuple[int, int], ...] | None
    """Candidate number and votes of PRECINCT TOTALS; None where the listing has no trailer."""
    disagreements: tuple[ListingFinding, ...] = ()
    """Where the listing contradicts itself in this precinct."""

    @property
    def ballots(self) -> int:
        """Number of cast vote records (starred lines)."""
        return sum(terminal.ballots for terminal in self.terminals)


@dataclass(frozen=True, slots=True)
class VoteImageLog:
    """An EL155 vote image log, summed by precinct and terminal."""

    election: str
    """ELECTION ID of the page headers."""
    run_date: str
    """RUN DATE as printed; never safe as a key."""
    pages: int
    vote_lines: int
    precincts: tuple[VoteImagePrecinct, ...]
    findings: tuple[ListingFinding, ...] = ()
    """Where pages contradict each other; what concerns one precinct is in its record."""
    notes: tuple[str, ...] = ()


Document: TypeAlias = Union[Tape, VoteImageLog, Listing, "Medium", "ProtocolForm"]
"""Everything that a parser can return.

Media and forms by name only: who reads listings need not wait until all their records are made.
"""
