"""What a parser read on a medium: memory card, PEB, CompactFlash image.

All formats here are project profiles, not the vendor's: no vendor format of these media is public.
Times are the device's wall clock without a time zone; None where the device had none.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class CardState(IntEnum):
    """How far the polls of an M100 card have come."""

    BLANK = 0
    LOADED = 1
    """The definition is on it, the polls were never opened."""
    OPEN = 2
    CLOSED = 3


class PebKind(IntEnum):
    """Which Personal Electronic Ballot it is."""

    SUPERVISOR = 1
    VOTER = 2


class PebState(IntEnum):
    """How far the collection of votes into a PEB has come."""

    BLANK = 0
    QUALIFIED = 1
    IN_USE = 2
    COLLECTING = 3
    COLLECTED = 4
    """No terminal is open."""


class TerminalState(IntEnum):
    """State of a terminal as its record in a PEB has it."""

    EMPTY = 0
    OPEN = 1
    CLOSED = 2
    EMERGENCY_CLOSED = 3


class FlashState(IntEnum):
    """State of a terminal as the identity block of its flash has it."""

    LOADED = 1
    OPEN = 2
    CLOSED = 3
    EMERGENCY_CLOSED = 4


@dataclass(frozen=True, slots=True)
class MediumFlags:
    """Marks that every profile carries."""

    test: bool = False
    auto_read: bool = False
    """Automatic test ballots."""
    backup: bool = False
    replacement: bool = False
    """The unit took the place of another one."""
    rezeroed: bool = False
    """Totals were zeroed after the polls opened."""


@dataclass(frozen=True, slots=True)
class MediumIdentity:
    """Whose medium it is, by its own words."""

    election: str
    definition_sha256: str
    """64 hexadecimal digits, lower case."""
    definition_version: int | None
    """None where the medium does not say: the identity file of a CompactFlash card."""
    precinct: int
    """1..9999; 0 on a PEB of several precincts."""
    flags: MediumFlags


@dataclass(frozen=True, slots=True)
class MediumChoice:
    """One choice of a contest, with its counter."""

    choice: int
    candidate: int
    """Candidate number: ballot order within the precinct, 1..999."""
    name: str
    party: str
    votes: int


@dataclass(frozen=True, slots=True)
class MediumContest:
    """One contest of the definition block, with its counters."""

    contest: int
    title: str
    votes_allowed: int
    write_in: bool
    choices: tuple[MediumChoice, ...]
    write_ins: int
    overvotes: int
    """Votes: an overvoted ballot adds the votes allowed."""
    undervotes: int
    blank: int
    """Ballots on which the contest is wholly empty."""
    ballots: int
    """Ballots on which the contest appears."""


@dataclass(frozen=True, slots=True)
class CardLogRecord:
    """One record of the audit log of an M100 card."""

    sequence: int
    at: datetime | None
    code: int
    auxiliary: int
    value: int
    note: str


@dataclass(frozen=True, slots=True)
class M100Card:
    """A memory card in the project profile `zt-m100-card-1`.

    With `damage`, its identity may be shown, and not one count of it may ever be used.
    """

    identity: MediumIdentity
    card: str
    """Serial of the medium."""
    scanner: str
    """Empty until the card was bound to a scanner."""
    firmware: str
    state: CardState
    copy: int
    """0 = original."""
    generation: int
    open_count: int
    opened: datetime | None
    closed: datetime | None
    last_write: datetime | None
    ballots: int
    """Public count."""
    protective_open: int
    protective_close: int
    blank_ballots: int
    overvoted_ballots: int
    write_in_ballots: int
    returned_ballots: int
    unreadable_ballots: int
    contests: tuple[MediumContest, ...]
    log: tuple[CardLogRecord, ...]
    """As far as its records are intact, oldest first."""
    damage: tuple[str, ...] = ()
    """Which checksums are wrong and which parts verify; empty on a sound card."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PebTerminal:
    """What a PEB holds about one terminal."""

    serial: str
    state: TerminalState
    opened_by_another: bool
    collected_by_another: bool
    io_flag: bool
    """An exchange was left unfinished."""
    tape_override: bool
    """A results tape was printed while it was open."""
    order: int
    """Order of opening, from 1."""
    opened: datetime | None
    closed: datetime | None
    votes: int
    votes_by_poll_worker: int
    protective_open: int
    protective_close: int
    opening_peb: str
    closing_peb: str
    """Empty while it is open."""
    cancelled: int
    firmware: str


@dataclass(frozen=True, slots=True)
class MediumWriteIn:
    """One text that a voter typed; sorted, so that nothing tells the order of voting."""

    contest: int
    text: str


@dataclass(frozen=True, slots=True)
class Peb:
    """A Personal Electronic Ballot in the project profile `zt-peb-1`.

    With `damage`, its identity may be shown, and not one count of it may ever be used.
    """

    identity: MediumIdentity
    peb: str
    """Its serial."""
    kind: PebKind
    is_master: bool
    qualification_code: int
    """EQC: the same on all PEBs and terminals of one election."""
    state: PebState
    generation: int
    first_open: datetime | None
    last_close: datetime | None
    zero_tape: datetime | None
    """Last printed at."""
    results_tape: datetime | None
    zero_tapes: int
    results_tapes: int
    last_write: datetime | None
    ballots: int
    """Public total of the collected terminals."""
    terminals: tuple[PebTerminal, ...]
    contests: tuple[MediumContest, ...]
    write_ins: tuple[MediumWriteIn, ...]
    damage: tuple[str, ...] = ()
    """Which pages are damaged or missing; empty on a sound PEB."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlashEvent:
    """One event of a terminal, in the seven-digit codes of firmware 9.x where one maps."""

    code: str
    """Seven digits; two digits where the old layout has a code without a counterpart."""
    text: str
    at: datetime | None
    peb: str
    """Serial; empty without one in the slot."""
    peb_type: int
    """0 none, 1 supervisor, 2 voter."""


@dataclass(frozen=True, slots=True)
class TerminalFlash:
    """Audit data of one terminal in the project profile `zt-cf-1`: sums, never single ballots."""

    identity: MediumIdentity | None
    """None on an image of the published old layout alone, which has no identity block."""
    terminal: str
    state: FlashState | None
    firmware: str
    opened: datetime | None
    closed: datetime | None
    opening_peb: str
    closing_peb: str
    votes: int | None
    """None without an identity block, like the three below."""
    votes_by_poll_worker: int | None
    protective_open: int | None
    protective_close: int | None
    copies: int
    """1 or 3."""
    events: tuple[FlashEvent, ...]
    log_is_cut: bool
    """A record of the log is damaged: nothing is known from there on."""
    log_is_full: bool
    ballots: int
    """Ballot records in sound buckets."""
    precincts: tuple[tuple[int, int], ...]
    """Precinct and its ballots, by the profile's extension of the ballot record."""
    votes_by_candidate: tuple[tuple[int, int], ...]
    """Candidate number (from 1) and votes, summed over all ballots."""
    copies_differ: str = ""
    """First difference between the three copies, in words; empty where they are equal."""
    damage: tuple[str, ...] = ()
    """Damaged buckets, differing copies, wrong checksums; empty on a sound image."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlashCard:
    """A whole CompactFlash card: every terminal's files on it."""

    card: str
    """Serial; empty without a file `ZTCF.ID`."""
    identity: MediumIdentity | None
    terminals: tuple[TerminalFlash, ...]
    other_files: tuple[str, ...] = ()
    damage: tuple[str, ...] = ()
    """What is wrong with the card as a whole, its file system or its identity file."""
    notes: tuple[str, ...] = ()


Medium = M100Card | Peb | TerminalFlash | FlashCard
"""Everything that a parser of media can return."""
