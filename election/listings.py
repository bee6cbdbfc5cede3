"""What the listings of the tabulation software say, each report in one shape.

Plain frozen records, as in `documents`: what the listing prints, and where it contradicts itself.
Line numbers count physical lines of the file from 1; they do not take part in comparisons, so
that two copies of one report are equal.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class ListingCheck(StrEnum):
    """What a listing is held against while it is read."""

    PRECINCT_TOTALS = "precinct-totals"
    """EL155: the vote lines of a precinct make its PRECINCT TOTALS."""
    RECORD = "record"
    """EL155: a cast vote record is one; EL152: the rows of a terminal are in order."""
    CANDIDATE_NUMBER = "candidate-number"
    """EL155: a candidate number has one meaning within a precinct."""
    GROUP_SUM = "group-sum"
    """EL30A, EL45A, ASCII export: the counting groups make the total."""
    PERCENT = "percent"
    """A printed percentage is that of the printed counts."""
    COLUMN_SUM = "column-sum"
    """EL52, EL111: the precinct rows of a column make its key or foot total."""
    CONTEST_TOTAL = "contest-total"
    """The choices of a contest make its printed total, or its ballots."""
    PRECINCTS_COUNTED = "precincts-counted"
    """EL45, EL52: all precincts are counted, and every contest says the same number of them."""
    REPEATED = "repeated"
    """A precinct or a contest of a precinct is in the listing more than once."""
    PAGES = "pages"
    """Page numbers have no gap; headers agree with each other."""
    CUT = "cut"
    """The listing ends before its end."""
    LAYOUT = "layout"
    """A line is not laid out as the others; how it was read is said."""
    REPLAY = "replay"
    """EL68A: replaying the log gives the totals that it prints."""
    MANUAL_CHANGE = "manual-change"
    """EL68: a figure was typed in by hand."""
    OVERRIDE = "override"
    """EL68A: the operator answered a warning with yes."""
    ADDED_TO = "added-to"
    """EL68A: results were added to what was there already."""


@dataclass(frozen=True, slots=True)
class ListingFinding:
    """Where a listing contradicts itself, or what in it a person must look at."""

    check: ListingCheck
    message: str
    """One or two sentences that name both sides."""
    lines: tuple[int, ...]
    """Lines of the file that the finding rests on, in order."""


@dataclass(frozen=True, slots=True)
class ListingHead:
    """What the page headers say, as printed. Nothing in it is safe as a key."""

    report: str
    """Name of the report, such as `EL30A`; by its content, not by what the header claims."""
    titles: tuple[str, ...] = ()
    """Jurisdiction, election, date and status, from left to right and down, of the first page."""
    run_date: str = ""
    election: str = ""
    """ELECTION ID, on the reports that print one."""
    pages: int = field(default=0, compare=False)


class ListedCount(NamedTuple):
    """One row of figures: a choice of a contest, or a statistic of a precinct.

    A tuple, as `Event` is and for the same reason.
    """

    label: str
    """As printed, without leader dots, and without the party in brackets at its end."""
    votes: int | None
    """None where the cell is blank or holds only a percentage."""
    by_group: tuple[int | None, ...] = ()
    """By column of `TotalsListing.groups`; None where the cell is blank. Empty: no groups."""
    percent: int | None = None
    """Hundredths of a percent; None where none is printed."""
    party: str = ""
    number: int | None = None
    """Candidate number, where the report has one that holds throughout the election."""
    line: int = 0
    """Does not take part in comparisons."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ListedCount) and self[:-1] == other[:-1]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self[:-1])


class ListedContest(NamedTuple):
    """A contest in a precinct, or in the whole jurisdiction.

    A tuple, as `Event` is and for the same reason.
    """

    title: str
    """Title lines joined by one blank."""
    counts: tuple[ListedCount, ...]
    """In printed order; labels may repeat (`NO CANDIDATE FILED`). Over- and undervotes too."""
    votes_allowed: int | None = None
    party: str = ""
    """Primary: the party whose page set this is in."""
    number: int | None = None
    """Contest number, where the report has one."""
    district: str = ""
    total: ListedCount | None = None
    """Printed total of the contest, on the reports that have such a row."""
    counted: tuple[int, int] | None = None
    """`WITH n OF m PRECINCTS COUNTED`."""
    line: int = 0
    """Does not take part in comparisons."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ListedContest) and self[:-1] == other[:-1]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self[:-1])


@dataclass(frozen=True, slots=True)
class ListedPrecinct:
    """Everything that a listing says of one precinct, pages joined."""

    number: int | None
    """None: the whole jurisdiction, in a summary."""
    name: str
    statistics: tuple[ListedCount, ...] = ()
    """Registered voters, ballots cast, turnout, ... as printed."""
    contests: tuple[ListedContest, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class TotalsListing:
    """EL30, EL30A, EL45, EL45A, EL52, EL111 or the ASCII export: totals by precinct and contest."""

    head: ListingHead
    groups: tuple[str, ...]
    """Headings of the counting groups by column, `""` for an unnamed one; may repeat."""
    precincts: tuple[ListedPrecinct, ...]
    control: ListedPrecinct | None = None
    """Totals of the jurisdiction that a canvass prints beside its precincts (keys, foot rows)."""
    counted: tuple[int, int] | None = None
    """Precincts counted, of how many, where the report says so for itself as a whole."""
    findings: tuple[ListingFinding, ...] = ()
    notes: tuple[str, ...] = ()


class Event(NamedTuple):
    """One row of an EL152 event log, with carried-forward columns filled in.

    A tuple, not a dataclass: a county has hundreds of thousands, and a frozen dataclass takes
    several times as long to make as its row takes to read.
    """

    terminal: str
    peb: str
    """`0`: no PEB in the terminal."""
    peb_type: str
    at: datetime | None
    """The terminal's wall clock, without a time zone; None where it is unset or no real time."""
    printed_at: str
    """Date and time as printed, with one blank between them."""
    number: str
    """Event number, 7 digits."""
    description: str
    """As printed; empty where the log has no text for the number."""


@dataclass(frozen=True, slots=True)
class EventLog:
    """An EL152 event log of all terminals, in printed order."""

    head: ListingHead
    events: tuple[Event, ...]
    findings: tuple[ListingFinding, ...] = ()
    notes: tuple[str, ...] = ()
    lines: tuple[int, ...] = field(default=(), compare=False)
    """Line of each event in the file."""


@dataclass(frozen=True, slots=True)
class ManualChange:
    """One entry of an EL68 manual changes log, with carried-forward columns filled in."""

    precinct_number: int
    precinct: str
    candidate: str
    """Candidate or statistic; the log does not print the contest."""
    user: str
    month_day: str
    """MM-DD; the log prints no year."""
    time: str
    """hh:mm am/pm, as printed."""
    group: int | None
    """Number of the counting group; None for `VOTERS`."""
    old: int
    new: int
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ManualChangesLog:
    """An EL68 listing: totals that somebody typed in."""

    head: ListingHead
    changes: tuple[ManualChange, ...]
    findings: tuple[ListingFinding, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SystemAction:
    """One entry of an EL68A system log."""

    month_day: str
    """MM-DD; the log prints no year."""
    time: str
    """hh:mm am/pm, as printed."""
    action: str
    """Text without the precinct and the figures; continuation lines joined by one blank."""
    precinct: int | None = None
    ballots: int | None = None
    """`BALS=`."""
    total: int | None = None
    """`TOT=`: the precinct's ballots over all groups."""
    group: int | None = None
    """Counting group that the action is for, printed on the line or open at this point."""
    user: str = ""
    """Blank in every log seen."""
    raw: str = field(default="", compare=False)
    """Text as printed, runs of blanks kept; continuation lines joined by one blank."""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class SystemLog:
    """An EL68A listing: what the operators of the tabulation software did."""

    head: ListingHead
    actions: tuple[SystemAction, ...]
    groups: tuple[tuple[int, str], ...] = ()
    """Names of the counting groups as far as the log names them."""
    findings: tuple[ListingFinding, ...] = ()
    notes: tuple[str, ...] = ()


Listing = TotalsListing | EventLog | ManualChangesLog | SystemLog
"""Everything that a listing other than EL155 is read into."""
