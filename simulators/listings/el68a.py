"""Prints EL68A system logs: in Unity's columns, and as they come out of a PDF file.

Where the columns left of the date stand is not known; here the date begins the line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from election.listings import ListingHead, SystemAction, SystemLog
from simulators.listings.el68 import page_top
from simulators.listings.paper import Paper, printed

TITLE = "SYSTEM LOG LISTING"
HEADING = "USER DATE TIME SYSTEM ACTION OR ERROR INFORMATION COUNTED INFORMATION"
COLUMN_HEADING = (
    f"{'USER  DATE   TIME':<24}{'SYSTEM ACTION OR ERROR INFORMATION':<42}COUNTED INFORMATION"
)
COUNTED_AT = 66
"""Column of `PRC nnnn ...` where the date is at the first."""

SELECTED = "SELECTED FOR UPDATE"
EQUIPMENT = "EQUIPMENT TYPE {} - UPDATE PRECINCTS COUNTED:Y"
WARNINGS = ("Time stamp mismatch (Reply was: Update)", "Precinct already updated (Pack suspended)")


@dataclass(frozen=True, slots=True)
class SystemLogLayout:
    """How the log is printed; the default is in columns."""

    paper: Paper = field(default_factory=Paper)
    page_lines: int = 66
    collapsed: bool = False
    """Every run of blanks became one, and the election id stands on a line of its own."""


@dataclass(slots=True)
class SystemLogBook:
    """Writes down what an operator does, and counts the ballots as the software would."""

    actions: list[SystemAction] = field(default_factory=list)
    groups: dict[tuple[int, str], None] = field(default_factory=dict)
    ballots: dict[int, dict[int, int]] = field(default_factory=dict)
    """By precinct and counting group."""
    month_day: str = "11-08"
    time: str = "08:00 pm"

    def note(self, text: str) -> None:
        """Write a text that concerns no precinct."""
        self._write(text)

    def reset(self) -> None:
        """Clear all totals."""
        self.ballots.clear()
        self._write("DATABASE RESET")

    def select(self, group: int, name: str, equipment: str = "650") -> None:
        """Choose the counting group that the next loads are for."""
        self.groups.setdefault((group, name))
        text = f"{name} GROUP {group} {SELECTED} {EQUIPMENT.format(equipment)}"
        self._write(text, group=group)

    def load(self, group: int, ballots: Mapping[int, int], *, adding: bool = False) -> None:
        """Load counts of a group by precinct, in place of those there or added to them."""
        mode = "Add-to" if adding else "Replace"
        self._write(
            f"START 650 DOWNLOAD ({mode} Mode - all counted precincts) (GRP {group})", group=group
        )
        for precinct, count in ballots.items():
            groups = self.ballots.setdefault(precinct, {})
            known = group in groups
            groups[group] = count + (groups.get(group, 0) if adding else 0)
            action = "REPLACED BY 650 RESULTS" if known else "DOWNLOADED FROM 650"
            action = "ADDED-TO FROM 650" if adding else action
            total = sum(groups.values())
            self._write(action, precinct=precinct, ballots=count, total=total, group=group)
        self._write(f"STOP 650 DOWNLOAD (GRP {group})", group=group)

    def clear(self, precinct: int, group: int) -> None:
        """Clear the counts of one group in one precinct."""
        self.ballots.setdefault(precinct, {})[group] = 0
        self._write(f"RESET (GRP {group})", precinct=precinct, group=group)

    def warn(self, precinct: int, warning: str) -> None:
        """Write a warning of the software, one of WARNINGS."""
        self._write(warning, precinct=precinct)

    def log(self) -> SystemLog:
        """Return everything that was written."""
        head = ListingHead(
            "EL68A", ("SAMPLE COUNTY", "GENERAL ELECTION"), "11/11/16 08:22 AM", "17GSAMPL"
        )
        return SystemLog(head, tuple(self.actions), tuple(self.groups))

    def _write(
        self,
        action: str,
        *,
        precinct: int | None = None,
        ballots: int | None = None,
        total: int | None = None,
        group: int | None = None,
    ) -> None:
        self.actions.append(
            SystemAction(self.month_day, self.time, action, precinct, ballots, total, group)
        )


def print_system_log(log: SystemLog, layout: SystemLogLayout | None = None) -> bytes:
    """Return the bytes of the listing; raise UnicodeEncodeError outside code page 1252."""
    layout = layout or SystemLogLayout()
    top = page_top(TITLE, log.head, COLUMN_HEADING)
    if layout.collapsed:
        top = [
            " ".join([TITLE, *log.head.titles[:1]]),
            *log.head.titles[1:],
            f"RUN DATE:{log.head.run_date} ELECTION ID:",
            log.head.election,
            HEADING,
        ]
    return printed(_pages(log, top, layout), layout.paper)


def sample_system_log(precincts: int, seed: int = 680) -> SystemLog:
    """Return a night of three counting groups, one of them loaded once more with Add-to."""
    random = Random(seed)  # noqa: S311  # counts for a rehearsal, not keys
    book = SystemLogBook()
    book.note("DATABASE CREATED")
    book.note("ENTERED ELECTION REPORTING MANAGER SYSTEM - REL 7.1.2.1")
    for group, name in ((2, "EARLY VOTING"), (3, "MAIL-IN"), (4, "POLLING PLACE")):
        book.select(group, name)
        book.load(group, {number: random.randrange(900) for number in range(1, precincts + 1)})
    book.clear(1, 3)
    book.load(3, {1: 17})
    book.load(4, {1: 3, precincts: 2}, adding=True)
    book.warn(precincts, WARNINGS[0])
    book.note("ELECTION SUMMARY WAS PRINTED TO EL45.LST (WITH SELECTION BY CONTEST)")
    return book.log()


def _pages(log: SystemLog, top: list[str], layout: SystemLogLayout) -> Iterator[list[str]]:
    page = [*top]
    for action in log.actions:
        lines = _collapsed(action) if layout.collapsed else _in_columns(action)
        if len(page) > len(top) and len(page) + len(lines) > layout.page_lines:
            yield page
            page = [*top]
        page += lines
    yield page


def _collapsed(action: SystemAction) -> list[str]:
    first, *others = _texts(action)
    counted = f"PRC {action.precinct:04} " if _is_counted(action) else ""
    figures = f" (BALS={action.ballots} TOT={action.total})" if action.total is not None else ""
    return [f"{action.month_day} {action.time} {counted}{first}{figures}", *others]


def _in_columns(action: SystemAction) -> list[str]:
    first, *others = _texts(action)
    when = f"{action.month_day}  {action.time}  "
    if not _is_counted(action):
        return [f"{when}{first}", *(f"{'':17}{other}" for other in others)]
    figures = f"  (BALS={action.ballots}  TOT={action.total})" if action.total is not None else ""
    return [f"{when:<{COUNTED_AT}}PRC {action.precinct:04} {first}{figures}"]


def _is_counted(action: SystemAction) -> bool:
    return action.precinct is not None and action.action not in WARNINGS


def _texts(action: SystemAction) -> list[str]:
    """Return the text of an entry and what stands on lines of their own below it."""
    text = f"{action.precinct:04}-{action.action}" if action.action in WARNINGS else action.action
    for below in (" EQUIPMENT TYPE", " (WITH SELECTION"):
        first, found, rest = text.partition(below)
        if found:
            return [first, f"{found[1:]}{rest}"]
    return [text]
